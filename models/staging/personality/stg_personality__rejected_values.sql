{# One row per value that cannot be true or says nothing, of a customer who is kept: the value
   counts as missing. #}
with

accepted as (

    select * from {{ ref('base_personality__customers') }}

    where rejection_reason is null

),

customers as (

    select * from {{ ref('stg_personality__customers') }}

),

judged as (

    select
        accepted.raw_row,
        accepted.copies,
        [
            case
                when
                    accepted.raw_birth_year is not null
                    and not coalesce(
                        {{ is_possible_birth_year('accepted.birth_year', 'accepted.enrolled_on') }},
                        false
                    )
                    then 'year of birth is not possible'
            end,
            case
                when accepted.raw_income is not null and not coalesce(accepted.income >= 0, false)
                    then 'income is negative or cannot be read'
            end,
            case
                when accepted.raw_complain is not null and accepted.has_complained is null
                    then 'complain is not 0 or 1'
            end,
            case
                when accepted.raw_response is not null and accepted.response is null
                    then 'response is not 0 or 1'
            end,
            case
                when accepted.education is not null and customers.education is null
                    then 'education is not a usable word'
            end,
            case
                when accepted.marital_status is not null and customers.marital_status is null
                    then 'marital status is not a usable word'
            end
        ] as reasons

    from accepted

    inner join customers
        on accepted.customer_id = customers.customer_id

)

select
    'value' as scope,
    unnest(list_filter(reasons, lambda reason: reason is not null)) as reason,
    raw_row,
    copies

from judged
