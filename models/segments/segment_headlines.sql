{# One row per segment: the clustered features, three at most, in which it differs most from all
   customers, in words with numbers. Said is what differs by half a standard deviation, a medium
   effect (Cohen 1988), and the first in any case. Of a family of features only one is said, since
   the others say much the same: one that is said as a comparison, else the one that differs most.
   Of two words of which everyone has one, the one that the segment has is said. `tag` says the first
   without a number, which would change from build to build. #}
with

families as (

    select *

    from {{ ref('segment_phrases') }}

    qualify row_number() over (
        partition by population, segment_id, family
        order by is_comparison and strength >= 0.5 desc, strength desc, lift desc, feature asc
    ) = 1

),

ranked as (

    select
        *,
        row_number() over (
            partition by population, segment_id
            order by strength desc, lift desc, feature asc
        ) as rank

    from families

)

select
    population,
    segment_id,
    string_agg(phrase, ', ' order by rank) as headline,
    min_by(tag, rank) filter (where strength >= 0.5) as tag

from ranked

where
    rank = 1
    or (rank <= 3 and strength >= 0.5)

group by
    population,
    segment_id
