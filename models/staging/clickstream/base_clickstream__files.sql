{# One row per raw file, with the number of the reading in which its rows are read. As long as all
   files of the last build are still there as they were, only new files are read; else everything
   is read anew, under a number of its own: also where the shape of the rows, a setting, the SQL or
   DuckDB has changed. #}
-- depends_on: {{ ref('base_clickstream__unreadable_events') }}
{% set events = source(
    'clickstream', 'events_' ~ raw_format('clickstream', ['csv', 'parquet', 'sqlite'])
) %}
with

listed as (

    select
        filename as raw_file,
        size as bytes,
        cast(last_modified as timestamp) as modified_at,
        {{ reading_basis(
            population='clickstream', raw=events, sql=source('clickstream', 'sql')
        ) }} as basis

    from {{ source('clickstream', 'event_files') }}

),

before as (

    {{ earlier_readings('base_clickstream__files', 'listed') | indent(4) }}

),

matched as (

    select
        listed.*,
        before.reading

    from listed

    left join before
        on
            listed.raw_file = before.raw_file
            and listed.bytes = before.bytes
            and listed.modified_at = before.modified_at
            and listed.basis = before.basis

),

{# One row: the number of this reading, higher than any that a table knows of, and whether all that
   was read before still stands. #}
state as (

    select
        greatest(
            {{ last_reading(last_build('base_clickstream__raw_events')) }},
            {{ last_reading(last_build('clickstream_visits')) }},
            coalesce((select max(reading) from before), 0)
        ) + 1 as next_reading,
        count(reading) > 0 and count(reading) = (select count(*) from before) as stands

    from matched

)

select
    matched.raw_file,
    matched.bytes,
    matched.modified_at,
    matched.basis,
    case
        when state.stands then coalesce(matched.reading, state.next_reading)
        else state.next_reading
    end as reading

from matched

cross join state
