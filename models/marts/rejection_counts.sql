{# One row per raw source, scope and reason: how many raw rows were rejected for it, and nothing of
   what stood in them. #}
select
    population,
    source,
    scope,
    reason,
    cast(sum(copies) as bigint) as rejected_rows

from {{ ref('rejected_rows') }}

group by
    population,
    source,
    scope,
    reason

order by
    population,
    source,
    scope,
    reason
