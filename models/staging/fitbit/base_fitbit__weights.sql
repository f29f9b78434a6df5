{# One row per distinct raw row: cast where it can be, with the number of times it stands in the
   files and, where it cannot be used, the first reason. #}
-- depends_on: {{ ref('base_fitbit__unreadable_weights') }}
with

distinct_rows as (

    {{ distinct_rows_of_exports('fitbit', 'weights') }}

),

renamed as (

    select
        {{ key_text('raw.id') }} as customer_id,
        {{ month_first_timestamp('raw.date') }} as logged_at,
        {{ exact_number('raw.weightkg') }} as weight_kg,
        {{ exact_number('raw.bmi') }} as bmi,
        {{ key_text('raw.bmi') }} as raw_bmi,
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
            when logged_at is null then 'time is missing or cannot be read'
            when weight_kg is null then 'weight is missing or cannot be read'
            when weight_kg not between 20 and 700 then 'weight is not possible'
        end as fault

    from renamed

),

compared as (

    select
        * exclude (raw, fault),
        coalesce(fault, {{ lost_to_another_row(
            'customer_id, logged_at, log_id',
            'weight_kg, raw_bmi'
        ) }}) as rejection_reason,
        cast(to_json(raw) as varchar) as raw_row

    from judged

)

select * from compared
