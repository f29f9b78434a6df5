{# One row per distinct raw row: cast where it can be, with the number of times it stands in the
   files and, where it cannot be used, the first reason. #}
-- depends_on: {{ ref('base_fitbit__unreadable_days') }}
with

distinct_rows as (

    {{ distinct_rows_of_exports('fitbit', 'days') }}

),

renamed as (

    select
        {{ key_text('raw.id') }} as customer_id,
        cast({{ month_first_timestamp('raw.activitydate') }} as date) as day,
        {{ whole_number('raw.totalsteps') }} as step_count,
        {{ whole_number('raw.veryactiveminutes') }} as very_active_minutes,
        {{ whole_number('raw.fairlyactiveminutes') }} as fairly_active_minutes,
        {{ whole_number('raw.lightlyactiveminutes') }} as lightly_active_minutes,
        {{ whole_number('raw.sedentaryminutes') }} as sedentary_minutes,
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
            when day is null then 'day is missing or cannot be read'
            when
                step_count + very_active_minutes + fairly_active_minutes + lightly_active_minutes
                + sedentary_minutes + calories is null
                then 'a number of the day is missing or cannot be read'
            when
                least(
                    step_count, very_active_minutes, fairly_active_minutes,
                    lightly_active_minutes, sedentary_minutes, calories
                ) < 0
                then 'a number of the day is negative'
            when
                cast(very_active_minutes as bigint) + fairly_active_minutes
                + lightly_active_minutes + sedentary_minutes > 1440
                then 'more minutes than a day has'
        end as fault

    from renamed

),

compared as (

    select
        * exclude (raw, fault),
        coalesce(fault, {{ lost_to_another_row(
            'customer_id, day',
            'step_count, very_active_minutes, fairly_active_minutes, lightly_active_minutes, '
            ~ 'sedentary_minutes, calories'
        ) }}) as rejection_reason,
        case when rejection_reason is not null then cast(to_json(raw) as varchar) end as raw_row

    from judged

)

select * from compared
