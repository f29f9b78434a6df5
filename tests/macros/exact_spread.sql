{# Returns the samples whose exact_spread is not the expected one, to four decimals. #}
with

samples (sample, x) as (

    values
    ('one to three', 1),
    ('one to three', 2),
    ('one to three', 3),
    ('ten years of days, a day apart', 3651),
    ('ten years of days, a day apart', 3652),
    ('ten years of days, a day apart', 3653),
    ('one value beside a missing one', 5),
    ('one value beside a missing one', null),
    ('two values beside a missing one', 4),
    ('two values beside a missing one', null),
    ('two values beside a missing one', 4),
    ('seconds of ten years, a second apart', 315360000),
    ('seconds of ten years, a second apart', 315360001),
    ('seconds of ten years, a second apart', 315360002),
    ('nothing known', null)

    union all

    select
        'a thousand equal numbers' as sample,
        7 as x

    from range(1000)

),

expected (sample, expected) as (

    values
    ('one to three', 1),
    ('ten years of days, a day apart', 1),
    ('one value beside a missing one', null),
    ('two values beside a missing one', 0),
    ('seconds of ten years, a second apart', 1),
    ('nothing known', null),
    ('a thousand equal numbers', 0)

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
