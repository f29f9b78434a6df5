{# One row per distinct raw row that cannot be used, with the reason and the row as it came; and one
   per body mass index that cannot be true of a weight that is kept. #}
{{ rejected_rows_of('fitbit', 'weights') }}

union all

select
    'value' as scope,
    'body mass index is not possible or cannot be read' as reason,
    raw_row,
    copies

from {{ ref('base_fitbit__weights') }}

where
    rejection_reason is null
    and raw_bmi is not null
    and not coalesce({{ is_possible_bmi('bmi') }}, false)
