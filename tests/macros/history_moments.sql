{# Returns the calls whose moments are not as expected: from the first day on, in whole steps, up to
   the last; months from the first day on, so that a short one does not shorten those after it. #}
{% set calls = [
    (none, []),
    ({'from': '2019-10-08', 'to': '2019-10-22', 'every': '1 week'},
        ['2019-10-08 00:00:00', '2019-10-15 00:00:00', '2019-10-22 00:00:00']),
    ({'from': '2019-10-13', 'to': '2019-10-21 23:59', 'every': '1 weeks'},
        ['2019-10-13 00:00:00', '2019-10-20 00:00:00']),
    ({'from': '2019-10-08 12:00', 'to': '2019-10-10 11:59:59.5', 'every': '2 days'},
        ['2019-10-08 12:00:00']),
    ({'from': '2019-10-08T01:00+02:00', 'to': '2019-10-08 01:00 UTC', 'every': '1 hour'},
        ['2019-10-07 23:00:00', '2019-10-08 00:00:00', '2019-10-08 01:00:00']),
    ({'from': '2019-12-31', 'to': '2020-04-30', 'every': '2 months'},
        ['2019-12-31 00:00:00', '2020-02-29 00:00:00', '2020-04-30 00:00:00']),
    ({'from': '2019-10-08', 'to': '2019-10-08', 'every': '3 years'}, ['2019-10-08 00:00:00']),
] %}
{% for history, expected in calls %}
select
    {{ loop.index }} as call,
    list(as_of order by as_of) as actual

from (

    {{ history_moments(history) }}

)

having
    coalesce(list(cast(as_of as varchar) order by as_of), [])
    != cast({{ expected }} as varchar[])

{{ 'union all' if not loop.last }}

{% endfor %}
