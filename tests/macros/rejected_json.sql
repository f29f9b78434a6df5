{# Returns a row that rejected_json writes otherwise than expected. #}
with

distinct_rows as (

    select
        '7' as user_id,
        null as brand,
        '-1' as price,
        2 as copies

)

select {{ rejected_json('distinct_rows') }} as actual

from distinct_rows

where {{ rejected_json('distinct_rows') }} != '{"user_id":"7","brand":null,"price":"-1"}'
