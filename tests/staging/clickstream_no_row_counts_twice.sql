{# Returns the raw rows of which several stand in the staged events, though they share a hash. A
   sixteenth of all hashes is looked at. #}
select row_hash

from {{ ref('base_clickstream__events') }}

where
    row_hash % 16 = 0
    and row_hash not in (
        select row_hash from {{ ref('base_clickstream__repeats') }}
        where row_hash is not null
    )

group by row_hash

having count(*) > 1
