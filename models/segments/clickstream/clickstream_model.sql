{{ config(materialized='view') }}

{# The fit in use, one row per dimension of the scaled space: all that scoring needs. #}
select * from {{ ref('clickstream_fits') }}

where is_current
