{# One row per distinct raw row: cast where it can be, with the number of times it stands in the
   files and, where it cannot be used, the first reason. #}
-- depends_on: {{ ref('base_shop__unreadable_customers') }}
with

source as (

    select * from {{ source('shop', 'customers') }}

),

distinct_rows as (

    select
        source as raw,
        count(*) as copies

    from source

    group by source

),

renamed as (

    select
        {{ key_text('raw.customerid') }} as customer_id,
        {{ clean_text('raw.gender') }} as gender,
        {{ whole_number('raw.age') }} as age_years,
        {{ money('raw."annual income ($)"') }} as income,
        {{ whole_number('raw."spending score (1-100)"') }} as spending_score,
        {{ clean_text('raw.profession') }} as profession,
        {{ whole_number('raw."work experience"') }} as work_experience_years,
        {{ whole_number('raw."family size"') }} as family_size,
        {{ key_text('raw.age') }} as raw_age,
        {{ key_text('raw."annual income ($)"') }} as raw_income,
        {{ key_text('raw."spending score (1-100)"') }} as raw_spending_score,
        {{ key_text('raw."work experience"') }} as raw_work_experience,
        {{ key_text('raw."family size"') }} as raw_family_size,
        copies,
        cast(to_json(raw) as varchar) as raw_row

    from distinct_rows

),

judged as (

    select
        *,

        case
            when customer_id is null then 'no customer'
            when count(*) over (partition by customer_id) > 1
                then 'customer stands in several rows that differ'
        end as rejection_reason

    from renamed

)

select * from judged
