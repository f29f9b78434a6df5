{# One row per export, which is a folder of raw files. The later export is the one whose days go on
   longer, whatever its folder is called. #}
select
    export,
    max(export_number) as export_number

from {{ ref('base_fitbit__days') }}

group by export
