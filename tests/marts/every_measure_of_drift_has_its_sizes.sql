{# Returns the measures of drift of which the seed says nothing: they would never call for a fit. #}
with

measures as (

    select unnest(['feature', 'missing', 'segments', 'out of range', 'centroid']) as measure

)

select measure from measures

where measure not in (select measure from {{ ref('drift_sizes') }})
