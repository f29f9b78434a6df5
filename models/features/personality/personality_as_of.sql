{# One row: the point in time from which the customers are looked at. #}
select {{ as_of('personality', 'max(enrolled_on)') }} as as_of

from {{ ref('stg_personality__customers') }}
