{# Returns the raw sources of which a row is neither staged nor rejected nor a duplicate. #}
select *

from {{ ref('row_counts') }}

where raw_rows != staged_rows + rejected_rows + duplicate_rows
