{# One row per export, which is a folder of raw files with days. The later export is the one whose
   days go on longer, whatever its folder is called; of two that end on one day, the one whose folder
   is the last by name. Files beside the folders belong to the export ''. #}
-- depends_on: {{ ref('base_fitbit__unreadable_days') }}
select
    export,
    dense_rank() over (
        order by max({{ month_first_timestamp('activitydate') }}) nulls first, export
    ) as export_number

from {{ source('fitbit', 'days') }}

group by export
