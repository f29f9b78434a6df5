{{ config(materialized='fitted', meta={'explains_fit': true}) }}

{# One row per customer: every feature that was known about the customer at the cut-off. #}
-- depends_on: {{ ref('clickstream_verdict') }}
select * exclude (as_of, is_present, is_cutoff, is_history)

from {{ ref('clickstream_observed_features') }}

where is_cutoff
