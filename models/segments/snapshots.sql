{# One row per population, fit and moment at which customers were scored by it, with the next moment
   that can be compared with it: the next one of the same fit, unless a later fit has scored times
   between the two. So each period is compared once, by the latest fit that knows it, and no
   comparison mixes fits. #}
with

scored as (

    select
        population,
        fit_id,
        as_of,
        count(*) as customers,
        lead(as_of) over (partition by population, fit_id order by as_of) as following_as_of

    from {{ ref('histories') }}

    group by
        population,
        fit_id,
        as_of

),

fits as (

    select
        population,
        fit_id,
        min(as_of) as first_as_of,
        max(as_of) as last_as_of

    from scored

    group by
        population,
        fit_id

)

select
    scored.population,
    scored.fit_id,
    scored.as_of,
    scored.customers,
    case
        when
            count(later.fit_id) filter (
                where later.first_as_of < scored.following_as_of
                and later.last_as_of > scored.as_of
            ) = 0
            then scored.following_as_of
    end as next_as_of,
    count(later.fit_id) filter (
        where scored.as_of between later.first_as_of and later.last_as_of
    ) = 0 as is_newest

from scored

left join fits as later
    on
        scored.population = later.population
        and scored.fit_id < later.fit_id

group by
    scored.population,
    scored.fit_id,
    scored.as_of,
    scored.customers,
    scored.following_as_of
