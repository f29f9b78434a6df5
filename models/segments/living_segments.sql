{{ config(materialized='view') }}

{# One row per segment of the current fit, with or without customers today. #}
select
    population,
    segment_id,
    count(*) over (partition by population) = 1 as is_only

from {{ ref('profiles') }}

group by
    population,
    segment_id
