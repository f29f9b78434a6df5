{{ config(materialized='view') }}

{# One row per customer, moment and fit that scored it: the segment of the customer then. #}
select
    histories.population,
    histories.customer_id,
    histories.as_of,
    histories.fit_id,
    histories.segment_id,
    names.segment_name

from {{ ref('histories') }} as histories

left join {{ ref('segment_names') }} as names
    on
        histories.population = names.population
        and histories.segment_id = names.segment_id
