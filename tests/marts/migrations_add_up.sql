{# Returns the segments of which not every customer of a moment is in exactly one flow of the period
   that begins or ends then, counted from the history anew, and the periods that overlap. #}
with

flows as (

    select * from {{ ref('segment_migrations') }}

),

ends as (

    select
        population,
        fit_id,
        from_as_of as as_of,
        from_segment_id as segment_id,
        'beginning' as place,
        sum(customers) as customers

    from flows

    where from_segment_id is not null

    group by all

    union all

    select
        population,
        fit_id,
        to_as_of as as_of,
        to_segment_id as segment_id,
        'end' as place,
        sum(customers) as customers

    from flows

    where to_segment_id is not null

    group by all

),

history as (

    select
        population,
        fit_id,
        as_of,
        segment_id,
        count(*) as customers

    from {{ ref('segment_history') }}

    group by all

),

moments as (

    select distinct
        population,
        fit_id,
        as_of,
        place

    from ends

),

expected as (

    select
        history.*,
        moments.place

    from history

    inner join moments
        on
            history.population = moments.population
            and history.fit_id = moments.fit_id
            and history.as_of = moments.as_of

),

periods as (

    select distinct
        population,
        from_as_of,
        to_as_of

    from flows

)

select
    coalesce(expected.population, ends.population) as population,
    coalesce(expected.as_of, ends.as_of) as as_of,
    expected.customers as customers_of_the_history,
    ends.customers as customers_of_the_flows

from expected

full outer join ends
    on
        expected.population = ends.population
        and expected.fit_id = ends.fit_id
        and expected.as_of = ends.as_of
        and expected.segment_id = ends.segment_id
        and expected.place = ends.place

where expected.customers is distinct from ends.customers

union all

select
    earlier.population,
    later.from_as_of as as_of,
    null as customers_of_the_history,
    null as customers_of_the_flows

from periods as earlier

inner join periods as later
    on
        earlier.population = later.population
        and (earlier.from_as_of, earlier.to_as_of) != (later.from_as_of, later.to_as_of)
        and earlier.from_as_of <= later.from_as_of
        and earlier.to_as_of > later.from_as_of
