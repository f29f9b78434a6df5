{{ config(materialized='view') }}

{# One row per customer, minute and kind of file. #}
select * exclude (export_number, copies, raw_row, rejection_reason)

from {{ ref('base_fitbit__minutes') }}

where rejection_reason is null
