{{ config(materialized='view') }}

{# One row per customer, hour and kind of file. #}
select * exclude (export_number, copies, raw_row, rejection_reason)

from {{ ref('base_fitbit__hours') }}

where rejection_reason is null
