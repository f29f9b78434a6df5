{# Returns the customers whose score_by_limits is not that of score_1_to_5: within each sample, of
   one sample alone, or with the least as the best. #}
with

customers (sample, amount) as (

    values
    ('two tied', 10),
    ('two tied', 10),
    ('two tied', 20),
    ('two tied', 90),
    ('alone', 10),
    ('all tied', 10),
    ('all tied', 10),
    ('all tied', 10),
    ('tied at the top', 10),
    ('tied at the top', 20),
    ('tied at the top', 20),
    ('one each', 1),
    ('one each', 2),
    ('one each', 3),
    ('one each', 4),
    ('one each', 5),
    ('not ranked', -1),
    ('not ranked', 0),
    ('not ranked', 7),
    ('none ranked', 0),
    ('unknown', null),
    ('ten, each fifth a score', 1),
    ('ten, each fifth a score', 2),
    ('ten, each fifth a score', 3),
    ('ten, each fifth a score', 4),
    ('ten, each fifth a score', 5),
    ('ten, each fifth a score', 6),
    ('ten, each fifth a score', 7),
    ('ten, each fifth a score', 8),
    ('ten, each fifth a score', 9),
    ('ten, each fifth a score', 10)

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
        {{ score_1_to_5(
            'customers.amount', applies='customers.amount > 0', each='customers.sample'
        ) }} as expected,
        {{ score_by_limits('customers.amount', 'limits') }} as actual

    from customers

    left join limits
        on customers.sample = limits.sample

    union all

    select
        'of one sample' as sample,
        one_each.amount,
        {{ score_1_to_5('one_each.amount') }} as expected,
        {{ score_by_limits('one_each.amount', 'limits_of_one') }} as actual

    from one_each

    cross join limits_of_one

    union all

    select
        'the least is the best' as sample,
        one_each.amount,
        {{ score_1_to_5('one_each.amount desc') }} as expected,
        {{ score_by_limits('one_each.amount', 'limits_of_the_least', best='least') }} as actual

    from one_each

    cross join limits_of_the_least

)

select * from results

where actual is distinct from expected
