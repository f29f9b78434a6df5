{# One row per value that cannot be true or says nothing, of a customer who is kept: the value
   counts as missing. #}
with

pairs as (

    select
        base.raw_row,
        base.copies,
        [
            case
                when base.gender is not null and customers.gender is null
                    then 'gender is not a usable word'
            end,
            case
                when base.profession is not null and customers.profession is null
                    then 'profession is not a usable word'
            end,
            case
                when base.raw_age is not null and customers.age_years is null
                    then 'age is not 1 to 110'
            end,
            case
                when base.raw_income is not null and customers.income is null
                    then 'income is negative or cannot be read'
            end,
            case
                when base.raw_spending_score is not null and customers.spending_score is null
                    then 'spending score is not 1 to 100'
            end,
            case
                when
                    base.raw_work_experience is not null
                    and customers.work_experience_years is null
                    then 'work experience is not 0 to 100 years'
            end,
            case
                when base.raw_family_size is not null and customers.family_size is null
                    then 'family size is not 1 to 100'
            end
        ] as reasons

    from {{ ref('base_shop__customers') }} as base

    inner join {{ ref('stg_shop__customers') }} as customers
        on base.customer_id = customers.customer_id

)

select
    'value' as scope,
    unnest(list_filter(reasons, lambda reason: reason is not null)) as reason,
    raw_row,
    copies

from pairs
