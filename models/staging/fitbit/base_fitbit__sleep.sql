{# One row per distinct raw row: cast where it can be, with the number of times it stands in the
   files and, where it cannot be used, the first reason. #}
-- depends_on: {{ ref('base_fitbit__unreadable_sleep') }}
with

distinct_rows as (

    {{ distinct_rows_of_exports('fitbit', 'sleep') }}

),

renamed as (

    select
        {{ key_text('raw.id') }} as customer_id,
        cast(coalesce(
            {{ month_first_timestamp('raw.sleepday') }}, {{ month_first_timestamp('raw.date') }}
        ) as date) as day,
        {{ whole_number('raw.totalminutesasleep') }} as sleep_minutes,
        {{ whole_number('raw.totaltimeinbed') }} as bed_minutes,
        export_number,
        copies,
        raw

    from distinct_rows

),

judged as (

    select
        *,

        case
            when customer_id is null then 'no customer'
            when day is null then 'day is missing or cannot be read'
            when sleep_minutes + bed_minutes is null
                then 'a number of minutes is missing or cannot be read'
            when sleep_minutes < 0 then 'negative minutes of sleep'
            when bed_minutes = 0 or bed_minutes < sleep_minutes then 'more sleep than time in bed'
            when bed_minutes > 1440 then 'more minutes than a day has'
        end as fault

    from renamed

),

compared as (

    select
        * exclude (raw, fault),
        coalesce(fault, {{ lost_to_another_row(
            'customer_id, day',
            'sleep_minutes, bed_minutes'
        ) }}) as rejection_reason,
        case when rejection_reason is not null then cast(to_json(raw) as varchar) end as raw_row

    from judged

)

select * from compared
