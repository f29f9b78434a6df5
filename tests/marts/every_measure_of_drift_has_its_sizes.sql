{# Returns the measures of drift that the seed says nothing of: they would never call for anything. #}
select measure

from (
    values ('feature'), ('missing'), ('segments'), ('out of range'), ('centroid')
) as measures (measure)

where measure not in (select measure from {{ ref('drift_sizes') }})
