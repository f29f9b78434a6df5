{# One row: the point in time from which the customers are looked at. Of a table of customers
   there is the present only. #}
select
    {{ as_of('personality', 'max(enrolled_on)') }} as as_of,
    true as is_present,
    false as is_cutoff,
    false as is_history

from {{ ref('stg_personality__customers') }}
