{# One row per recipient: every feature that is known about the recipient. #}
with

recipients as (

    select * from {{ ref('stg_gifting__recipients') }}

),

features as (

    select
        customer_id,
        age_years,
        relationship,
        hobbies,
        cast(len(hobbies) as integer) as hobby_count,
        favourite_movie_genre,
        last_gift_category,
        occasion,
        budget_level,
        store_preference

    from recipients

)

select * from features
