{# Every feature of a population that can be averaged, within each segment and over all customers: one
   row per segment and number or boolean, and one per segment and level of a category or item of a
   list, where the mean is the share of customers who have it. `lift` is the
   distance of the two means in standard deviations, on the scale of ln(1 + x) for the features that
   the settings log. `chance` counts only the customers whose value was not filled in, and corrects
   for the number of comparisons in the population (Bonferroni). #}
{% macro profile_segments(population, features, imputed, segments, model) %}
{% set logged = population_settings(population).log or [] %}
{% set averaged = {} %}
{% set shares = [] %}
{% for column in adapter.get_columns_in_relation(imputed) if execute %}
    {% if column.dtype.split('(')[0] in [
        'BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT',
        'UINTEGER', 'UBIGINT', 'UHUGEINT', 'FLOAT', 'DOUBLE', 'DECIMAL'
    ] %}
        {% do averaged.update({column.name: 'customers.' ~ adapter.quote(column.name)}) %}
        {% do shares.append(column.name) if column.dtype == 'BOOLEAN' %}
    {% endif %}
{% endfor %}
{% set levels = profiled_levels(imputed, model) %}
{% do averaged.update(levels) %}
{% do shares.extend(levels) %}
{% set filled = filled_features(imputed) %}
with

customers as (

    select
        segments.segment_id,
        {% for feature, expression in averaged.items() %}
        {% set name = feature.split(' = ')[0] if feature in levels else feature %}
        cast({{ expression }} as double) as feature_{{ loop.index }},
        {% if name in filled %}
        case
            when not {{ is_in_list(name, 'customers.imputed_features') }}
                then feature_{{ loop.index }}
        end as stated_{{ loop.index }},
        {% endif %}
        {% endfor %}
        customers.imputed_features

    from {{ filled_customers(features, imputed) }} as customers

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
            {% for feature in averaged %}
            {% set name = feature.split(' = ')[0] if feature in levels else feature %}
            {% set column = 'feature_' ~ loop.index %}
            {% set stated = ('stated_' ~ loop.index) if name in filled else column %}
            {% set scaled = log_scale(column) if feature in logged else column %}
            {% set stated_scaled = log_scale(stated) if feature in logged else stated %}
            {
                'feature': {{ dbt.string_literal(dbt.escape_single_quotes(feature)) }},
                'is_share': {{ feature in shares }},
                'known': count({{ column }}),
                'above_zero': cast(coalesce(count_if({{ column }} > 0), 0) as bigint),
                'total': {{ exact_sum(column) }},
                'scaled_total': {{ exact_sum(scaled) }},
                'scaled_squares': {{ exact_sum('(' ~ scaled ~ ') * (' ~ scaled ~ ')') }},
                'stated': count({{ stated }}),
                'stated_above_zero': cast(coalesce(count_if({{ stated }} > 0), 0) as bigint),
                'stated_total': {{ exact_sum(stated_scaled) }},
                'stated_squares': {{ exact_sum('(' ~ stated_scaled ~ ') * (' ~ stated_scaled ~ ')') }},
                'stated_least': min({{ stated_scaled }}),
                'stated_greatest': max({{ stated_scaled }})
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
        sums.*,
        sums.total / nullif(sums.known, 0) as mean,
        sums.scaled_total / nullif(sums.known, 0) as scaled_mean,
        {{ spread_of_sums('sums.known', 'sums.scaled_total', 'sums.scaled_squares') }}
            as scaled_spread,
        {{ share('sums.above_zero', 'sums.known') }} as share_above_zero,
        sums.stated_total / nullif(sums.stated, 0) as stated_mean,
        {{ spread_of_sums('sums.stated', 'sums.stated_total', 'sums.stated_squares') }}
            as stated_spread

    from (
        select
            segment_id,
            customers,
            unnest(sums) as sums

        from totals
    )

),

compared as (

    select
        segment.*,
        population.mean as population_mean,
        population.scaled_mean as population_scaled_mean,
        population.scaled_spread as population_scaled_spread,
        case
            when segment.is_share
                then {{ chance_of_share(
                    'segment.stated_above_zero', 'segment.stated',
                    'population.stated_above_zero', 'population.stated'
                ) }}
            else {{ chance_of_mean(
                'segment.stated_mean - population.stated_mean', 'segment.stated',
                'population.stated', 'population.stated_spread',
                'population.stated_mean - population.stated_least',
                'population.stated_greatest - population.stated_mean'
            ) }}
        end as single_chance

    from means as segment

    inner join means as population
        on
            segment.feature = population.feature
            and population.segment_id is null

    where segment.segment_id is not null

),

profiles as (

    select
        '{{ population }}' as population,
        compared.segment_id,
        compared.feature,
        compared.feature in (select dimension from {{ model }}) as is_clustered,
        compared.is_share,
        compared.mean as segment_mean,
        compared.population_mean,
        case
            when compared.mean >= 0 and compared.population_mean > 0
                then compared.mean / compared.population_mean
        end as ratio,
        coalesce(
            (compared.scaled_mean - compared.population_scaled_mean)
            / nullif(compared.population_scaled_spread, 0),
            0
        ) as lift,
        case
            when compared.single_chance is not null
                then least(1, compared.single_chance * count(compared.single_chance) over ())
        end as chance,
        chance < 0.05 as beats_chance,
        compared.share_above_zero,
        coalesce(imputed.customers, 0) / compared.customers as imputed_share

    from compared

    left join imputed
        on
            compared.segment_id = imputed.segment_id
            and split_part(compared.feature, ' = ', 1) = imputed.feature

)

select * from profiles
{% endmacro %}
