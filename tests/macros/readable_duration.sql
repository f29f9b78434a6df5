{# Returns the times that readable_duration writes otherwise than expected. #}
with

cases (number, unit, expected) as (

    values
    (24.1e0, 'days', '24 days'),
    (1e0, 'days', '1 day'),
    (0.1e0, 'days', '2.4 hours'),
    (0.01e0, 'days', '14 minutes'),
    (0e0, 'days', '0 minutes'),
    (2.1e0, 'minutes', '2.1 minutes'),
    (0.3e0, 'minutes', '18 seconds'),
    (-0.1e0, 'days', '-2.4 hours'),
    (45.2e0, 'kg', '45 kg'),
    (0.2e0, 'kg', '0.20 kg'),
    (0.2e0, 'percent', '20 %'),
    (0.2e0, null, '0.20'),
    (null, 'days', 'unknown')

),

results as (

    select
        *,
        {{ readable_duration('number', 'unit') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
