{{ config(materialized='view') }}

{# One row per distinct raw row, with the number of times it stands in the files. Rows of one hash
   are the same where all that was read of them is; those of a reading whose repeats are not known
   yet do not count yet. The table is named twice, for DuckDB would keep in memory all rows of a
   common table expression that is read twice. #}
select
    * exclude (reading),
    reading,
    1 as copies

from {{ ref('base_clickstream__raw_events') }} as events

where
    reading <= (select max(reading) from {{ ref('base_clickstream__repeats') }})
    and not exists (
        select 1
        from {{ ref('base_clickstream__repeats') }} as repeats
        where repeats.row_hash = events.row_hash
    )

union all

select
    * exclude (reading),
    max(reading) as reading,
    count(*) as copies

from {{ ref('base_clickstream__raw_events') }} as events

where
    reading <= (select max(reading) from {{ ref('base_clickstream__repeats') }})
    and exists (
        select 1
        from {{ ref('base_clickstream__repeats') }} as repeats
        where repeats.row_hash = events.row_hash
    )

group by all
