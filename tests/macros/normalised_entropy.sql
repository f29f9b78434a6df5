{# Returns the customers whose normalised_entropy is not the expected one, to three decimals, or
   lies outside 0 to 1 by however little, or is not the same in another order. #}
with

customers (customer, event_counts, expected) as (

    values
    ('three and one', [3, 1], 0.811),
    ('one and three', [1, 3], 0.811),
    ('one item', [7], 0),
    ('two equal items', [5, 5], 1),
    ('1.75 of 2 bits', [4, 2, 1, 1], 0.875),
    ('almost all on one item', [1000000, 1], 0),
    ('a thousand items once', list_transform(range(1000), lambda i: 1), 1),
    ('a thousand items often', list_transform(range(1000), lambda i: 123457), 1),
    ('counts upwards', range(1, 1001), 0.972),
    ('counts downwards', range(1000, 0, -1), 0.972)

),

items as (

    select
        customer,
        unnest(event_counts) as event_count

    from customers

),

results as (

    select
        customer,
        {{ normalised_entropy('event_count') }} as actual,
        {{ normalised_entropy('event_count', 1024) }} as actual_of_1024

    from items

    group by customer

)

select
    customers.customer,
    customers.expected,
    results.actual

from customers

left join results
    on customers.customer = results.customer

where
    round(results.actual, 3) is distinct from customers.expected
    or results.actual not between 0 and 1

union all

select
    'counts upwards and downwards' as customer,
    min(actual) as expected,
    max(actual) as actual

from results

where customer in ('counts upwards', 'counts downwards')

having min(actual) != max(actual)

union all

{# Two equal items of 1,024 are one bit of ten; all of a thousand items are nearly all ten. #}
select
    customer || ', of 1024' as customer,
    expected_of_1024 as expected,
    actual_of_1024 as actual

from results

inner join (
    values
    ('one item', 0),
    ('two equal items', 0.1),
    ('1.75 of 2 bits', 0.175),
    ('a thousand items once', 0.997)
) as expected (name, expected_of_1024)
    on results.customer = expected.name

where round(actual_of_1024, 3) is distinct from expected_of_1024
