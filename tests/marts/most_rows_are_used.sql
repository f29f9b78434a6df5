{{ config(severity='warn') }}

{# Returns the raw sources of which more than half of the rows were rejected: a wrong file, or one
   that is read in a wrong way. The reasons are in rejected_rows. #}
select
    population,
    source,
    raw_rows,
    rejected_rows

from {{ ref('row_counts') }}

where rejected_rows > 0.5 * (raw_rows - duplicate_rows)
