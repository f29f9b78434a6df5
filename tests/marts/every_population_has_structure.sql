{{ config(severity='warn') }}

{# Returns the populations whose customers form no groups that beat chance: a warning, since the
   honest answer is then one segment, or segments that were set by hand. #}
select
    population,
    reason

from {{ ref('cluster_scores') }}

where
    is_chosen
    and structure = 'none'
