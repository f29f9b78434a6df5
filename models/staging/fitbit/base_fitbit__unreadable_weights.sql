{# One row per line of the raw files that cannot be split into columns. #}
select * from {{ source('fitbit', 'unreadable_weights') }}
