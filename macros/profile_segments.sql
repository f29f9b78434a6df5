{# Every numeric and boolean feature of a population, averaged within each segment and over all
   customers: one row per segment and feature. `lift` is the distance of the two means in standard
   deviations, on the scale of ln(1 + x) for the features that the settings log. #}
{% macro profile_segments(population, customers, segments) %}
{% set logged = population_settings(population).log or [] %}
{% set features = [] %}
{% for column in adapter.get_columns_in_relation(customers) if execute %}
    {% if column.is_number() or column.dtype in ('BOOLEAN', 'UBIGINT', 'HUGEINT') %}
        {% do features.append(column.name) %}
    {% endif %}
{% endfor %}
with

customers as (

    select
        segments.segment_id,
        {% for feature in features %}
        cast(customers.{{ adapter.quote(feature) }} as double) as {{ adapter.quote(feature) }},
        {% endfor %}
        customers.customer_id

    from {{ customers }} as customers

    inner join {{ segments }} as segments
        on customers.customer_id = segments.customer_id

),

{# One row per segment and one, without a segment_id, for all customers. #}
totals as (

    select
        segment_id,
        [
            {% for feature in features %}
            {% set column = adapter.quote(feature) %}
            {% set scaled = log_scale(column) if feature in logged else column %}
            {
                'feature': '{{ feature }}',
                'known': count({{ column }}),
                'above_zero': count({{ column }}) filter (where {{ column }} > 0),
                'total': {{ exact_sum(column) }},
                'scaled_total': {{ exact_sum(scaled) }},
                'scaled_squares': {{ exact_sum('power(' ~ scaled ~ ', 2)') }}
            }{{ ',' if not loop.last }}
            {% endfor %}
        ] as sums

    from customers

    group by grouping sets ((segment_id), ())

),

means as (

    select
        segment_id,
        sums.feature,
        sums.total / nullif(sums.known, 0) as mean,
        sums.scaled_total / nullif(sums.known, 0) as scaled_mean,
        sqrt(greatest(
            0,
            sums.scaled_squares / nullif(sums.known, 0)
            - power(sums.scaled_total / nullif(sums.known, 0), 2)
        )) as scaled_spread,
        {{ share('sums.above_zero', 'sums.known') }} as share_above_zero

    from (
        select
            segment_id,
            unnest(sums) as sums

        from totals
    )

),

profiles as (

    select
        '{{ population }}' as population,
        segment.segment_id,
        segment.feature,
        segment.mean as segment_mean,
        population.mean as population_mean,
        coalesce(
            (segment.scaled_mean - population.scaled_mean) / nullif(population.scaled_spread, 0), 0
        ) as lift,
        segment.share_above_zero

    from means as segment

    inner join means as population
        on
            segment.feature = population.feature
            and population.segment_id is null

    where segment.segment_id is not null

)

select * from profiles
{% endmacro %}
