{# One row per distinct raw row that cannot be used, with the reason and the row as it came; and one
   per value that cannot be true or says nothing, of a recipient who is kept. #}
{{ rejected_rows_of('gifting', 'recipients') }}

union all

select * from {{ ref('stg_gifting__rejected_values') }}
