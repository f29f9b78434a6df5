{# Returns the customers whose score_1_to_5 by score_limits is not the expected one: by the limits
   of their sample, by those of one sample alone, or with the least as the best. #}
with

customers (sample, amount, expected) as (

    values
    ('two tied', 10, 2),
    ('two tied', 10, 2),
    ('two tied', 20, 4),
    ('two tied', 90, 5),
    ('alone', 10, 3),
    ('all tied', 10, 3),
    ('all tied', 10, 3),
    ('all tied', 10, 3),
    ('tied at the top', 10, 1),
    ('tied at the top', 20, 4),
    ('tied at the top', 20, 4),
    ('one each', 1, 1),
    ('one each', 2, 2),
    ('one each', 3, 3),
    ('one each', 4, 4),
    ('one each', 5, 5),
    ('not ranked', -1, 1),
    ('not ranked', 0, 1),
    ('not ranked', 7, 3),
    ('none ranked', 0, 1),
    ('unknown', null, 1),
    ('ten, each fifth a score', 1, 1),
    ('ten, each fifth a score', 2, 1),
    ('ten, each fifth a score', 3, 2),
    ('ten, each fifth a score', 4, 2),
    ('ten, each fifth a score', 5, 3),
    ('ten, each fifth a score', 6, 3),
    ('ten, each fifth a score', 7, 4),
    ('ten, each fifth a score', 8, 4),
    ('ten, each fifth a score', 9, 5),
    ('ten, each fifth a score', 10, 5)

),

one_each as (

    select * from customers

    where sample = 'one each'

),

limits as (

    {{ score_limits('customers', 'amount', above=0, each='sample') | indent(4) }}

),

limits_of_one as (

    {{ score_limits('one_each', 'amount') | indent(4) }}

),

limits_of_the_least as (

    {{ score_limits('one_each', 'amount', best='least') | indent(4) }}

),

results as (

    select
        customers.sample,
        customers.amount,
        customers.expected,
        {{ score_1_to_5('customers.amount', 'limits') }} as actual

    from customers

    left join limits
        on customers.sample = limits.sample

    union all

    select
        'of all' as sample,
        one_each.amount,
        one_each.expected,
        {{ score_1_to_5('one_each.amount', 'limits_of_one') }} as actual

    from one_each

    cross join limits_of_one

    union all

    select
        'the least is the best' as sample,
        one_each.amount,
        6 - one_each.expected as expected,
        {{ score_1_to_5('one_each.amount', 'limits_of_the_least', best='least') }} as actual

    from one_each

    cross join limits_of_the_least

)

select * from results

where actual is distinct from expected
