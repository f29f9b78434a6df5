{# Returns the numbers that readable_number writes otherwise than expected. #}
with

cases (number, unit, expected) as (

    values
    (12345.6e0, '', '12,346'),
    (4.56e0, '', '4.6'),
    (0.256e0, '', '0.26'),
    (0.256e0, 'percent', '26 %'),
    (0e0, 'percent', '0 %'),
    (1e0, 'percent', '100 %'),
    (0.004e0, 'percent', '0.4 %'),
    (0.0001e0, 'percent', '0 %'),
    (0e0, '', '0'),
    (0.5e0, '', '0.50'),
    (0.0008e0, '', '0.0008'),
    (1e0, '', '1'),
    (3.04e0, '', '3'),
    (9.96e0, '', '10'),
    (14.2e0, '', '14'),
    (100e0, '', '100'),
    (-1234.6e0, '', '-1,235'),
    (-4.56e0, '', '-4.6'),
    (4.56e0, null, '4.6'),
    (45.21e0, 'years', '45 years'),
    (null, '', 'unknown'),
    (null, 'percent', 'unknown')

),

results as (

    select
        *,
        {{ readable_number('number', 'unit') }} as actual

    from cases

    union all

    select
        4.56 as number,
        'none given' as unit,
        '4.6' as expected,
        {{ readable_number('4.56') }} as actual

)

select * from results

where actual is distinct from expected
