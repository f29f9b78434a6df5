{# One row per distinct raw row: cast where it can be, with the number of times it stands in the
   files and, where it cannot be used, the reason. #}
-- depends_on: {{ ref('base_gifting__unreadable_recipients') }}
with

source as (

    select * from {{ source('gifting', 'recipients_' ~ raw_format('gifting', ['csv', 'parquet'])) }}

    union all by name

    {# These columns may be absent, and some have two names. #}
    select
        null as age,
        null as relationship,
        null as recipient_type,
        null as hobbies,
        null as favourite_movie_genre,
        null as last_gift_category,
        null as last_year_gift,
        null as occasion,
        null as budget_range,
        null as store_preference

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
        {{ whole_number('raw.age') }} as age_years,
        coalesce(
            {{ known_text('raw.relationship') }},
            {{ known_text('raw.recipient_type') }},
            {{ clean_text('raw.relationship') }},
            {{ clean_text('raw.recipient_type') }}
        ) as relationship,
        {{ word_list('raw.hobbies') }} as hobbies,
        {{ clean_text('raw.favourite_movie_genre') }} as favourite_movie_genre,
        coalesce(
            {{ known_text('raw.last_gift_category') }},
            {{ known_text('raw.last_year_gift') }},
            {{ clean_text('raw.last_gift_category') }},
            {{ clean_text('raw.last_year_gift') }}
        ) as last_gift_category,
        {{ clean_text('raw.occasion') }} as occasion,
        {{ clean_text('raw.budget_range') }} as budget_range,
        {{ clean_text('raw.store_preference') }} as store_preference,
        {{ key_text('raw.age') }} as raw_age,
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
