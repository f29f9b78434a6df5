{{ config(materialized='view') }}

{# One row per customer and day. #}
select * exclude (export_number, copies, raw_row, rejection_reason)

from {{ ref('base_fitbit__days') }}

where rejection_reason is null
