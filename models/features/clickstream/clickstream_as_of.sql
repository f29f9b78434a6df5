{# One row: the point in time from which the customers are looked at. #}
select {{ as_of('clickstream', 'max(occurred_at)') }} as as_of

from {{ ref('stg_clickstream__events') }}
