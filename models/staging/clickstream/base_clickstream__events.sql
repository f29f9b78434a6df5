{# One row per distinct raw row: cast where it can be, with the number of times it stands in the
   files and, where it cannot be used, the first reason. #}
-- depends_on: {{ ref('base_clickstream__unreadable_events') }}
with

source as (

    select *

    from {{ source(
        'clickstream', 'events_' ~ raw_format('clickstream', ['csv', 'parquet', 'sqlite'])
    ) }}

    union all by name

    {# These columns may be absent. #}
    select
        null as category_id,
        null as category_code,
        null as brand,
        null as user_session

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
        {{ key_text('raw.user_id') }} as customer_id,
        {{ utc_timestamp('raw.event_time') }} as occurred_at,
        {{ clean_text('raw.event_type') }} as event_type,
        {{ key_text('raw.product_id') }} as product_id,
        coalesce({{ key_text('raw.category_id') }}, {{ clean_text('raw.category_code') }})
            as category_id,
        {{ clean_text('raw.category_code') }} as category_code,
        {{ clean_text('raw.brand') }} as brand,
        {{ money('raw.price') }} as price,
        {{ key_text('raw.user_session') }} as session_id,
        copies,

        case
            when {{ key_text('raw.user_id') }} is null then 'no customer'
            when {{ key_text('raw.event_time') }} is null then 'no time'
            when {{ utc_timestamp('raw.event_time') }} is null then 'time cannot be read'
            when {{ clean_text('raw.event_type') }} is null then 'no event type'
            when
                {{ clean_text('raw.event_type') }} not in (
                    'view', 'cart', 'remove_from_cart', 'purchase', 'refund'
                )
                then 'unknown event type'
            when {{ key_text('raw.price') }} is not null and {{ money('raw.price') }} is null
                then 'price cannot be read'
            when {{ money('raw.price') }} < 0 then 'negative price'
            when
                {{ money('raw.price') }} is null
                and {{ clean_text('raw.event_type') }} in ('purchase', 'refund')
                then 'no price'
        end as rejection_reason,

        case when rejection_reason is not null then cast(to_json(raw) as varchar) end
            as raw_row

    from distinct_rows

)

select * from renamed
