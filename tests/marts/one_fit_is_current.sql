{# Returns the populations of which more than one fit is current, or none although segments were
   found. #}
with

fits as (

    select
        population,
        count(*) filter (where is_current) as current_fits

    from {{ ref('fits') }}

    group by population

)

select
    fits.population,
    fits.current_fits

from fits

inner join {{ ref('cluster_scores') }} as scores
    on fits.population = scores.population

where
    scores.is_chosen
    and (
        fits.current_fits > 1
        or (fits.current_fits = 0 and scores.k > 1)
    )
