{# Returns the calls whose value is not the setting or, while that is empty, the usual cut-off. #}
{% set setting = var('clickstream_cutoff') or '2019-10-02 03:04:05' %}
with

{# Where there are no events, there is nothing to check a setting against. #}
events (first_event_at, as_of) as (

    values
    (timestamp '0001-01-01', timestamp '9999-01-01'),
    (null, null)

),

results as (

    select
        {{ cutoff(
            'clickstream', "timestamp '2019-10-02 03:04:05'", 'first_event_at', 'as_of'
        ) }} as actual,
        {% if setting == 'none' %}
        cast(null as timestamp) as expected
        {% else %}
        timestamp '{{ setting }}' as expected
        {% endif %}

    from events

)

select * from results

where actual is distinct from expected
