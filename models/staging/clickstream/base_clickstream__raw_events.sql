{{ config(
    materialized='incremental',
    pre_hook="{{ forget_earlier_readings(ref('base_clickstream__files')) }}"
) }}

{# One row per raw row: cast where it can be and, where it cannot be used, the first reason. A build
   adds the rows of the files that are new. #}
with

source as (

    select *

    from {{ source(
        'clickstream', 'events_' ~ raw_format('clickstream', ['csv', 'parquet', 'sqlite'])
    ) }}

    where {{ is_in_new_file(ref('base_clickstream__files')) }}

    union all by name

    {# These columns may be absent. #}
    select
        null as category_id,
        null as category_code,
        null as brand,
        null as user_session,
        null as raw_file

    where false

),

raw_rows as (

    select * exclude (raw_file) from source

),

parsed as (

    select
        raw_rows as raw,
        hash(raw_rows) as row_hash,
        {{ key_text('user_id') }} as customer_id,
        {{ utc_timestamp('event_time') }} as occurred_at,
        {{ clean_text('event_type') }} as event_type,
        {{ key_text('product_id') }} as product_id,
        {{ clean_text('category_code') }} as category_code,
        coalesce({{ key_text('category_id') }}, {{ clean_text('category_code') }}) as category_id,
        {{ clean_text('brand') }} as brand,
        {{ money('price') }} as price,
        {{ short_key(key_text('user_session')) }} as session_key

    from raw_rows

),

judged as (

    select
        *,
        case
            when customer_id is null then 'no customer'
            when occurred_at is null
                then
                    case
                        when {{ key_text('raw.event_time') }} is null then 'no time'
                        else 'time cannot be read'
                    end
            when event_type is null then 'no event type'
            when event_type not in ('view', 'cart', 'remove_from_cart', 'purchase', 'refund')
                then 'unknown event type'
            when price < 0 then 'negative price'
            when price is null
                then
                    case
                        when {{ key_text('raw.price') }} is not null then 'price cannot be read'
                        when event_type in ('purchase', 'refund') then 'no price'
                    end
        end as rejection_reason

    from parsed

)

select
    customer_id,
    occurred_at,
    event_type,
    product_id,
    category_id,
    category_code,
    brand,
    price,
    session_key,
    rejection_reason,
    case when rejection_reason is not null then cast(to_json(raw) as varchar) end as raw_row,
    row_hash,
    (select max(reading) from {{ ref('base_clickstream__files') }}) as reading

from judged
