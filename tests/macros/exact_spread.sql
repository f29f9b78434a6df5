{# Returns the samples whose exact_spread is not the expected one, to four decimals. #}
with

samples (sample, x) as (

    values
    ('one to three', 1.0),
    ('one to three', 2.0),
    ('one to three', 3.0),
    ('ten years of days, a day apart', 3651.0),
    ('ten years of days, a day apart', 3652.0),
    ('ten years of days, a day apart', 3653.0),
    ('one value beside a missing one', 5.0),
    ('one value beside a missing one', null),
    ('two values beside a missing one', 4.0),
    ('two values beside a missing one', null),
    ('two values beside a missing one', 4.0),
    ('nothing known', null)

    union all

    select
        'a thousand equal fractions' as sample,
        0.1 as x

    from range(1000)

),

expected (sample, expected) as (

    values
    ('one to three', 1),
    ('ten years of days, a day apart', 1),
    ('one value beside a missing one', null),
    ('two values beside a missing one', 0),
    ('nothing known', null),
    ('a thousand equal fractions', 0)

),

results as (

    select
        sample,
        {{ exact_spread('x') }} as actual

    from samples

    group by sample

)

select
    expected.*,
    results.actual

from expected

left join results
    on expected.sample = results.sample

where round(results.actual, 4) is distinct from expected.expected
