{# One row per value that cannot be true or says nothing, of a recipient who is kept: the value
   counts as missing. #}
with

accepted as (

    select * from {{ ref('base_gifting__recipients') }}

    where rejection_reason is null

),

recipients as (

    select * from {{ ref('stg_gifting__recipients') }}

),

{# One row: what the words of this population mean. #}
value_map as (

    select coalesce(map(list(feature || '=' || raw_value), list(value)), map([], [])) as meanings

    from {{ ref('value_map') }}

    where population = 'gifting'

),

judged as (

    select
        accepted.raw_row,
        accepted.copies,
        [
            case
                when accepted.raw_age is not null and recipients.age_years is null
                    then 'age is not possible or cannot be read'
            end,
            {% for feature in [
                'relationship', 'favourite_movie_genre', 'last_gift_category', 'occasion',
                'store_preference'
            ] %}
            case
                when accepted.{{ feature }} is not null and recipients.{{ feature }} is null
                    then '{{ feature | replace('_', ' ') }} is not a usable word'
            end,
            {% endfor %}
            case
                when
                    len(list_filter(
                        accepted.hobbies,
                        lambda hobby: {{ word_meaning('hobby', 'hobbies', 'meanings') }} is null
                    )) > 0
                    then 'a hobby is not a usable word'
            end,
            case
                when accepted.budget_range is not null and recipients.budget_level is null
                    then 'budget range is not low, medium or high'
            end
        ] as reasons

    from accepted

    inner join recipients
        on accepted.customer_id = recipients.customer_id

    cross join value_map

)

select
    'value' as scope,
    unnest(list_filter(reasons, lambda reason: reason is not null)) as reason,
    raw_row,
    copies

from judged
