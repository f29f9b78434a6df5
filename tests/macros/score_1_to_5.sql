{# Returns the customers whose score_1_to_5 is not the expected one, among all or within a group. #}
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

    {% for sample in [
        'two tied', 'alone', 'all tied', 'tied at the top', 'one each', 'ten, each fifth a score'
    ] %}
    select
        sample,
        amount,
        case when sample = '{{ sample }}' then expected else 1 end as expected,
        {{ score_1_to_5('amount', applies="sample = '" ~ sample ~ "'") }} as actual

    from customers

    union all

    {% endfor %}
    {# Of all customers, and with the best first. #}
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

    union all

    {# Each sample by itself. #}
    select
        sample,
        amount,
        expected,
        {{ score_1_to_5('amount', each='sample') }} as actual

    from customers

)

select * from results

where actual is distinct from expected
