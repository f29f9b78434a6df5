{# One row per recipient; values that cannot be true or say nothing are missing here, and listed
   with the rejected rows. #}
with

accepted as (

    select * from {{ ref('base_gifting__recipients') }}

    where rejection_reason is null

),

{# One row: what the words of this population mean. #}
value_map as (

    select coalesce(map(list(feature || '=' || raw_value), list(value)), map([], [])) as meanings

    from {{ ref('value_map') }}

    where population = 'gifting'

),

meant as (

    select
        accepted.*,
        meanings,
        list_transform(
            accepted.hobbies,
            lambda hobby: {{ word_meaning('hobby', 'hobbies', 'meanings') }}
        ) as meant_hobbies

    from accepted

    cross join value_map

),

cleaned as (

    select
        customer_id,
        {# A recipient may be a baby, and is at most 110 years old. #}
        case when age_years between 0 and 110 then age_years end as age_years,
        {{ word_meaning('relationship', 'relationship', 'meanings') }} as relationship,
        {# "none" states a list without hobbies; where no word is usable, nothing is known. #}
        case
            when len(hobbies) = 0 or len(list_distinct(meant_hobbies)) > 0
                then list_sort(list_filter(
                    list_distinct(meant_hobbies), lambda hobby: hobby != 'none'
                ))
        end as hobbies,
        {{ word_meaning('favourite_movie_genre', 'favourite_movie_genre', 'meanings') }}
            as favourite_movie_genre,
        {{ word_meaning('last_gift_category', 'last_gift_category', 'meanings') }}
            as last_gift_category,
        {{ word_meaning('occasion', 'occasion', 'meanings') }} as occasion,
        {{ ordinal_level(
            word_meaning('budget_range', 'budget_range', 'meanings'), ['low', 'medium', 'high']
        ) }} as budget_level,
        {{ word_meaning('store_preference', 'store_preference', 'meanings') }} as store_preference

    from meant

)

select * from cleaned
