{# Every feature of a population that can be averaged, within each segment and over all customers: one
   row per segment and number or boolean, and one per segment and level of a category or item of a
   list, where the mean is the share of customers who have it. `lift` is the
   distance of the two means in standard deviations, on the scale of ln(1 + x) for the features that
   the settings log. #}
{% macro profile_segments(population, customers, segments, model) %}
{% set logged = population_settings(population).log or [] %}
{% set features = {} %}
{% for column in adapter.get_columns_in_relation(customers) if execute %}
    {% if column.dtype.split('(')[0] in [
        'BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT',
        'UINTEGER', 'UBIGINT', 'UHUGEINT', 'FLOAT', 'DOUBLE', 'DECIMAL'
    ] %}
        {% do features.update({column.name: 'customers.' ~ adapter.quote(column.name)}) %}
    {% endif %}
{% endfor %}
{% do features.update(profiled_levels(customers, model)) %}
with

customers as (

    select
        segments.segment_id,
        {% for feature, expression in features.items() %}
        cast({{ expression }} as double) as feature_{{ loop.index }},
        {% endfor %}
        customers.imputed_features

    from {{ customers }} as customers

    inner join {{ segments }} as segments
        on customers.customer_id = segments.customer_id

),

{# One row per segment and feature that was filled in for some of its customers. #}
imputed as (

    select
        segment_id,
        feature,
        count(*) as customers

    from customers

    cross join unnest(imputed_features) as filled (feature)

    group by
        segment_id,
        feature

),

{# One row per segment and one, without a segment_id, for all customers. #}
totals as (

    select
        segment_id,
        count(*) as customers,
        [
            {% for feature in features %}
            {% set column = 'feature_' ~ loop.index %}
            {% set scaled = log_scale(column) if feature in logged else column %}
            {
                'feature': {{ dbt.string_literal(dbt.escape_single_quotes(feature)) }},
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
        customers,
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
            customers,
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
        segment.share_above_zero,
        coalesce(imputed.customers, 0) / segment.customers as imputed_share

    from means as segment

    inner join means as population
        on
            segment.feature = population.feature
            and population.segment_id is null

    left join imputed
        on
            segment.segment_id = imputed.segment_id
            and split_part(segment.feature, ' = ', 1) = imputed.feature

    where segment.segment_id is not null

)

select * from profiles
{% endmacro %}
