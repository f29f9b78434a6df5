{# One row per distinct raw row: cast where it can be, with the number of times it stands in the
   files and, where it cannot be used, the first reason. #}
-- depends_on: {{ ref('base_fitbit__unreadable_sleep_minutes') }}
with

distinct_rows as (

    {{ distinct_rows_of_exports('fitbit', 'sleep_minutes') }}

),

renamed as (

    select
        {{ key_text('raw.id') }} as customer_id,
        {{ month_first_timestamp('raw.date') }} as recorded_at,
        {{ whole_number('raw.value') }} as sleep_state,
        {{ key_text('raw.logid') }} as log_id,
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
            when recorded_at is null then 'time is missing or cannot be read'
            when coalesce(sleep_state, 0) not in (1, 2, 3)
                then 'value is none of 1 asleep, 2 restless and 3 awake'
            when log_id is null then 'no record of sleep that it belongs to'
        end as fault

    from renamed

),

compared as (

    select
        * exclude (raw, fault),
        coalesce(fault, {{ lost_to_another_row(
            'customer_id, recorded_at',
            'sleep_state, log_id'
        ) }}) as rejection_reason,
        case when rejection_reason is not null then cast(to_json(raw) as varchar) end as raw_row

    from judged

)

select * from compared
