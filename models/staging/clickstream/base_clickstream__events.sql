{{ config(materialized='view') }}

{# One row per distinct raw row, with the number of times it stands in the files. Rows of a reading
   whose repeats are not known yet do not count yet, nor do repeats of files that were read anew since.
   `not in`, because for `not exists` DuckDB first groups all rows by their hash. #}
select
    * exclude (reading),
    1 as copies,
    reading

from {{ ref('base_clickstream__raw_events') }}

where
    reading <= (select max(looked_through) from {{ ref('base_clickstream__repeats') }})
    and row_hash not in (
        select row_hash from {{ ref('base_clickstream__repeats') }}
        where row_hash is not null
    )

union all by name

select * exclude (looked_through)

from {{ ref('base_clickstream__repeats') }}

where reading >= (select min(reading) from {{ ref('base_clickstream__raw_events') }})
