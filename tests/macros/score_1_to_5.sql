{# Returns the customers whose score_1_to_5 is not the expected one, among all or within a group. #}
with

customers (sample, amount, expected) as (

    values
    ('two tied', 10, 1),
    ('two tied', 10, 1),
    ('two tied', 20, 4),
    ('two tied', 90, 5),
    ('alone', 10, 1),
    ('all tied', 10, 1),
    ('all tied', 10, 1),
    ('all tied', 10, 1),
    ('tied at the top', 10, 1),
    ('tied at the top', 20, 3),
    ('tied at the top', 20, 3),
    ('one each', 1, 1),
    ('one each', 2, 2),
    ('one each', 3, 3),
    ('one each', 4, 4),
    ('one each', 5, 5),
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

results as (

    select
        *,
        {{ score_1_to_5('amount', partition_by='sample') }} as actual

    from customers

    union all

    {# Without a group, and with the best first. #}
    select
        'two tied, of all' as sample,
        amount,
        expected,
        {{ score_1_to_5('amount') }} as actual

    from customers

    where sample = 'two tied'

    union all

    select
        'best first' as sample,
        amount,
        6 - expected as expected,
        {{ score_1_to_5('amount desc') }} as actual

    from customers

    where sample = 'one each'

)

select * from results

where actual is distinct from expected
