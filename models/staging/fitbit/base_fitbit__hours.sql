{# One row per distinct raw row: cast where it can be, with the number of times it stands in the
   files and, where it cannot be used, the first reason. #}
-- depends_on: {{ ref('base_fitbit__unreadable_hours') }}
with

distinct_rows as (

    {{ distinct_rows_of_exports('fitbit', 'hours') }}

),

renamed as (

    select
        {{ key_text('raw.id') }} as customer_id,
        {{ month_first_timestamp('raw.activityhour') }} as started_at,
        {{ whole_number('raw.steptotal') }} as step_count,
        {{ whole_number('raw.totalintensity') }} as intensity,
        {{ exact_number('raw.calories') }} as calories,
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
            when started_at is null then 'time is missing or cannot be read'
            when coalesce(step_count, intensity, calories) is null
                then 'the number of the hour is missing or cannot be read'
            when least(step_count, intensity, calories) < 0
                then 'the number of the hour is negative'
        end as fault

    from renamed

),

compared as (

    select
        * exclude (raw, fault),
        coalesce(fault, {{ lost_to_another_row(
            'customer_id, started_at, step_count is null, intensity is null, calories is null',
            'step_count, intensity, calories'
        ) }}) as rejection_reason,
        case when rejection_reason is not null then cast(to_json(raw) as varchar) end as raw_row

    from judged

)

select * from compared
