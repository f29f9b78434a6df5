{{ config(materialized='view') }}

{# One row per customer and day with sleep. #}
select * exclude (export_number, copies, raw_row, rejection_reason)

from {{ ref('base_fitbit__sleep') }}

where rejection_reason is null
