{{ config(materialized='view') }}

{# One row per day from the first to the last moment that a population is looked at. #}
with

bounds as (

    select
        cast(min(as_of) as date) as first_day,
        cast(max(as_of) as date) as last_day

    from {{ ref('fit_verdicts') }}

)

select cast(days.day as date) as calendar_day

from bounds

cross join unnest(generate_series(first_day, last_day, interval 1 day)) as days (day)
