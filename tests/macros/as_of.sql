{# Returns the call whose value is not the setting or, while that is empty, the last event. #}
{% set expected = var('clickstream_as_of') or '2019-10-02 03:04:05' %}
with

events (occurred_at) as (

    values
    ('2019-10-01 00:00:00'),
    ('2019-10-02 03:04:05')

),

results as (

    select
        {{ as_of('clickstream', 'max(occurred_at)') }} as actual,
        timestamp '{{ expected }}' as expected

    from events

)

select * from results

where actual is distinct from expected
