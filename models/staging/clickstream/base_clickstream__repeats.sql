{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='row_hash',
    pre_hook="{{ forget_earlier_readings(ref('base_clickstream__files')) }}"
) }}

{# One row per distinct raw row whose hash several raw rows share, with the number of times it
   stands in the files. Rows count as the same where their hash and every column that was read are
   equal. A build makes anew those that its reading found again; a reading that repeats nothing
   leaves one row without a hash, as its mark. #}
with

readings as (

    select max(reading) as looked_through

    from {{ ref('base_clickstream__raw_events') }}

    {% if is_incremental() %}
    where reading > (select coalesce(max(looked_through), 0) from {{ this }})
    {% endif %}

    having count(*) > 0

),

shared_hashes as (

    select row_hash

    from {{ ref('base_clickstream__raw_events') }}

    {% if is_incremental() %}
    where
        row_hash in (
            select row_hash
            from {{ ref('base_clickstream__raw_events') }}
            where reading > (select coalesce(max(looked_through), 0) from {{ this }})
        )
    {% endif %}

    group by row_hash

    having count(*) > 1

),

repeats as (

    select
        * exclude (reading),
        count(*) as copies,
        min(reading) as reading

    from {{ ref('base_clickstream__raw_events') }}

    where row_hash in (select row_hash from shared_hashes)

    group by all

)

select
    repeats.*,
    readings.looked_through

from readings

left join repeats
    on true
