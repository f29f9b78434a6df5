{# One row per distinct raw row: cast where it can be, with the number of times it stands in the
   files and, where it cannot be used, the first reason. #}
-- depends_on: {{ ref('base_personality__unreadable_customers') }}
with

source as (

    select * from {{ source('personality', 'customers') }}

    union all by name

    {# These columns may be absent. #}
    select
        null as complain,
        null as response

    where false

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
        {{ key_text('raw.id') }} as customer_id,
        {{ calendar_date('raw.dt_customer') }} as enrolled_on,
        {{ whole_number('raw.year_birth') }} as birth_year,
        {{ clean_text('raw.education') }} as education,
        {{ clean_text('raw.marital_status') }} as marital_status,
        {{ money('raw.income') }} as income,
        {{ whole_number('raw.kidhome') }} as child_count,
        {{ whole_number('raw.teenhome') }} as teen_count,
        {{ whole_number('raw.recency') }} as recency_days,
        {{ money('raw.mntwines') }} as spend_wines,
        {{ money('raw.mntfruits') }} as spend_fruits,
        {{ money('raw.mntmeatproducts') }} as spend_meat,
        {{ money('raw.mntfishproducts') }} as spend_fish,
        {{ money('raw.mntsweetproducts') }} as spend_sweets,
        {{ money('raw.mntgoldprods') }} as spend_gold,
        {{ whole_number('raw.numdealspurchases') }} as deal_purchase_count,
        {{ whole_number('raw.numwebpurchases') }} as web_purchase_count,
        {{ whole_number('raw.numcatalogpurchases') }} as catalog_purchase_count,
        {{ whole_number('raw.numstorepurchases') }} as store_purchase_count,
        {{ whole_number('raw.numwebvisitsmonth') }} as web_visit_count,
        cast({{ is_flag('raw.acceptedcmp1') }} as integer)
        + cast({{ is_flag('raw.acceptedcmp2') }} as integer)
        + cast({{ is_flag('raw.acceptedcmp3') }} as integer)
        + cast({{ is_flag('raw.acceptedcmp4') }} as integer)
        + cast({{ is_flag('raw.acceptedcmp5') }} as integer) as campaigns_accepted_count,
        {{ is_flag('raw.complain') }} as has_complained,
        {{ is_flag('raw.response') }} as response,
        {{ key_text('raw.year_birth') }} as raw_birth_year,
        {{ key_text('raw.income') }} as raw_income,
        {{ key_text('raw.complain') }} as raw_complain,
        {{ key_text('raw.response') }} as raw_response,
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
            when enrolled_on is null then 'day of enrolment is missing or cannot be read'
            when
                spend_wines + spend_fruits + spend_meat + spend_fish + spend_sweets + spend_gold
                is null
                then 'an amount spent is missing or cannot be read'
            when
                least(
                    spend_wines, spend_fruits, spend_meat, spend_fish, spend_sweets, spend_gold
                ) < 0
                then 'negative amount spent'
            when
                cast(0 as bigint)
                + child_count + teen_count + recency_days + deal_purchase_count
                + web_purchase_count + catalog_purchase_count + store_purchase_count
                + web_visit_count + campaigns_accepted_count is null
                then 'a count is missing or cannot be read'
            when
                least(
                    child_count, teen_count, recency_days, deal_purchase_count,
                    web_purchase_count, catalog_purchase_count, store_purchase_count,
                    web_visit_count, campaigns_accepted_count
                ) < 0
                then 'negative count'
            when
                greatest(
                    child_count, teen_count, recency_days, deal_purchase_count,
                    web_purchase_count, catalog_purchase_count, store_purchase_count,
                    web_visit_count
                ) > 100000
                then 'a count is too large to be true'
        end as rejection_reason

    from renamed

)

select * from judged
