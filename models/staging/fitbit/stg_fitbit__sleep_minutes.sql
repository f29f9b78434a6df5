{{ config(materialized='view') }}

{# One row per customer and minute in bed. #}
select * exclude (export_number, copies, raw_row, rejection_reason)

from {{ ref('base_fitbit__sleep_minutes') }}

where rejection_reason is null
