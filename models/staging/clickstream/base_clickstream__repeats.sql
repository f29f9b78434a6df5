{{ config(
    materialized='incremental',
    pre_hook="{{ forget_earlier_readings(ref('base_clickstream__files')) }}"
) }}

{# One row per reading and raw row that stands in the files more than once since; a reading that
   repeats nothing has one row without. #}
with

readings as (

    select max(reading) as reading

    from {{ ref('base_clickstream__raw_events') }}

    {% if is_incremental() %}
    where reading > (select coalesce(max(reading), 0) from {{ this }})
    {% endif %}

    having count(*) > 0

),

repeats as (

    select row_hash

    from {{ ref('base_clickstream__raw_events') }}

    {% if is_incremental() %}
    where
        row_hash in (
            select row_hash
            from {{ ref('base_clickstream__raw_events') }}
            where reading > (select coalesce(max(reading), 0) from {{ this }})
        )
    {% endif %}

    group by row_hash

    having count(*) > 1

)

select
    readings.reading,
    repeats.row_hash

from readings

left join repeats
    on true
