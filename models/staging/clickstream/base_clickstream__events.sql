{{ config(materialized='view') }}

{# One row per distinct raw row, with the number of times it stands in the files. Rows of a reading
   whose repeats are not known yet do not count yet. (Not in, and not "not exists": DuckDB would group
   all rows by their hash for that.) #}
select
    * exclude (reading),
    1 as copies,
    reading

from {{ ref('base_clickstream__raw_events') }}

where
    reading <= (select max(reading) from {{ ref('base_clickstream__repeats') }})
    and row_hash not in (
        select row_hash from {{ ref('base_clickstream__repeats') }}
        where row_hash is not null
    )

union all by name

select *

from {{ ref('base_clickstream__repeats') }}

where row_hash is not null
