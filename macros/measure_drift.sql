{# How far the customers of today are from those of a fit: one row per measure and name, none
   without a fit. `scored` has the customers as score_customers gives them for that fit, `fit` the
   rows of that one fit. What each measure means, and how much of it is chance, stands in
   docs/drift.md. #}
{% macro measure_drift(population, scored, fit) %}
with

scored as (

    select
        segment_id,
        point,
        len(out_of_range_features) > 0 as is_out_of_range,
        list_concat(imputed_features, fallback_features) as filled_features

    from {{ scored }}

),

{# One row per dimension of the fit. Whoever has a level is beyond the middle between those who have
   it and the mean of all, where a value that does not apply lies. #}
dimensions as (

    select
        *,
        case when level is null then edges else [(1 - centre) / (2 * scale)] end as bounds,
        list_sum(bin_customers) as known_then,
        row_number() over (partition by feature order by position) = 1 as is_first

    from {{ fit }}

),

{# One row per customer of today and dimension. #}
places as (

    select
        segment_id,
        filled_features,
        unnest(point) as place,
        generate_subscripts(point, 1) as position

    from scored

),

{# One row per segment, dimension and bin; values that were filled in are in bin 0. #}
tallies as (

    select
        places.segment_id,
        places.position,
        case
            when list_contains(places.filled_features, dimensions.feature) then 0
            else 1 + len(list_filter(dimensions.bounds, lambda bound: bound < places.place))
        end as bin,
        count(*) as customers,
        {{ exact_sum('places.place') }} as total

    from places

    inner join dimensions
        on places.position = dimensions.position

    group by all

),

{# One row per measure, name and bin that is not empty both then and now. #}
bins as (

    select
        *,
        sum(customers_then) over named as all_then,
        sum(customers_now) over named as all_now,
        count(*) over named as bins

    from ({{ drift_bins('dimensions', 'tallies', 'scored') }})

    where customers_then + customers_now > 0

    window named as (partition by measure, name)

),

{# Half a customer is added to each bin, so that an empty one is no infinite change. #}
indexes as (

    select
        measure,
        name,
        {{ stability_index(
            '((customers_then + 0.5e0) / (all_then + 0.5e0 * bins))',
            '((customers_now + 0.5e0) / (all_now + 0.5e0 * bins))'
        ) }} as value,
        any_value(all_then) as customers_then,
        any_value(all_now) as customers_now,
        count(*) - 1 as degrees

    from bins

    group by
        measure,
        name

),

{# One row: how many customers the fit does not reach to, in any of its numbers. #}
ranges as (

    select
        any_value(dimensions.fitted_customers) as customers_then,
        any_value(today.customers) as customers_now,
        any_value(today.out_of_range) as out_of_range,
        count(*) filter (where dimensions.kind = 'numeric') as ranges

    from dimensions

    cross join (
        select
            count(*) as customers,
            count(*) filter (where is_out_of_range) as out_of_range
        from scored
    ) as today

    having count(*) > 0

),

{# One row per segment and dimension: the mean place of its customers, then and now. #}
means as (

    select
        tallies.segment_id,
        list_position(any_value(dimensions.segment_ids), tallies.segment_id) as place,
        sum(tallies.customers) as customers,
        any_value(dimensions.segment_means)[place] as mean_then,
        {{ exact_sum('tallies.total') }} / sum(tallies.customers) as mean_now,
        any_value(dimensions.segment_customers)[place] as customers_then,
        any_value(dimensions.segment_spreads)[place] as spread

    from tallies

    inner join dimensions
        on tallies.position = dimensions.position

    where tallies.segment_id >= 0

    group by
        tallies.segment_id,
        tallies.position

),

{# One row per segment that had customers then. Of fewer than five a mean says too little: its limit
   supposes that means are about normal. The spread of customers who are all alike is 0;
   theirs is then that of all customers, whose dimensions have a spread of about one each. #}
shifts as (

    select
        segment_id,
        any_value(customers_then) as customers_then,
        any_value(customers) as customers_now,
        sqrt({{ exact_sum('power(mean_now - mean_then, 2)') }})
        / coalesce(nullif(any_value(spread), 0), sqrt(count(*))) as value

    from means

    where place is not null

    group by segment_id

),

measured as (

    select
        measure,
        name,
        case when customers_then > 0 and customers_now > 0 then value end as value,
        customers_then,
        customers_now,
        degrees

    from indexes

    union all

    select
        'out of range',
        'all',
        out_of_range / nullif(customers_now, 0),
        customers_then,
        customers_now,
        4 * ranges

    from ranges

    union all

    select
        'centroid',
        cast(segment_id as varchar),
        case when least(customers_then, customers_now) >= 5 then value end,
        customers_then,
        customers_now,
        1

    from shifts

),

{# A chance of 1 in 20 for all measures of the population together (Bonferroni). #}
compared as (

    select
        *,
        1e0 / customers_then + 1e0 / customers_now as variance,
        {{ chi_square_limit('degrees', '(0.05 / count(value) over ())') }} as limit_of_one

    from measured

),

limited as (

    select
        *,
        case
            when value is null then null
            when measure = 'out of range'
                then least(1, degrees / (2e0 * (customers_then + 1)))
            when measure = 'centroid' then sqrt(variance)
            else degrees * variance
        end as expected,
        case
            when value is null then null
            when measure = 'out of range' then least(
                1,
                limit_of_one / (2 * ln(1 + 1e0 * customers_then / customers_now) * customers_now)
            )
            when measure = 'centroid' then sqrt(variance * limit_of_one)
            else variance * limit_of_one
        end as chance_limit

    from compared

),

{# With the sizes that matter, and whether more or fewer values are missing than chance explains:
   customers whose gaps are read as fallbacks crowd together, which is no reason to fit to the gaps. #}
sized as (

    select
        limited.*,
        sizes.notable,
        sizes.large,
        coalesce(bool_or(
            limited.measure = 'missing'
            and limited.value > limited.chance_limit
            and limited.value >= sizes.notable
        ) over (), false) as have_gaps_moved

    from limited

    inner join {{ ref('drift_sizes') }} as sizes
        on limited.measure = sizes.measure

)

select
    '{{ population }}' as population,
    (select any_value(fit_id) from dimensions) as fit_id,
    measure,
    name,
    value,
    expected,
    chance_limit,
    notable,
    large,
    cast(customers_then as bigint) as customers_then,
    cast(customers_now as bigint) as customers_now,
    case
        when coalesce(value <= chance_limit, true) then 'keep'
        when value >= large and not (measure in ('segments', 'centroid') and have_gaps_moved)
            then 'refit'
        when value >= notable then 'rescore'
        else 'keep'
    end as verdict

from sized
{% endmacro %}
