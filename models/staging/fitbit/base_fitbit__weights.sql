{# One row per distinct raw row: cast where it can be, with the number of times it stands in the
   files and, where it cannot be used, the first reason. #}
-- depends_on: {{ ref('base_fitbit__unreadable_weights') }}
with

source as (

    select * from {{ source('fitbit', 'weights') }}

),

exports as (

    select * from {{ ref('base_fitbit__exports') }}

),

distinct_rows as (

    select
        struct_pack(*columns(source.* exclude (export))) as raw,
        max(coalesce(exports.export_number, 0)) as export_number,
        count(*) as copies

    from source

    left join exports
        on source.export = exports.export

    group by raw

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
        coalesce(fault, {{ lost_to_another_row('customer_id, logged_at, log_id') }})
            as rejection_reason,
        cast(to_json(raw) as varchar) as raw_row

    from judged

)

select * from compared
