{# One row per distinct raw row that cannot be used, with the reason and the row as it came;
   and one per value that cannot be true or says nothing, of a customer who is kept. #}
{{ rejected_rows_of('personality', 'customers') }}

union all

select * from {{ ref('stg_personality__rejected_values') }}
