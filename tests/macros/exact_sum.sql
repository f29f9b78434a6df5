{# Returns the samples whose exact_sum is not the expected one to the last bit. Added as floats, in
   this order, the first three miss it. #}
with

thousandths (i) as (

    select unnest(range(1, 1001))

),

samples (sample, position, x) as (

    values
    ('three tenths', 1, 0.1e0),
    ('three tenths', 2, 0.2e0),
    ('three tenths', 3, 0.3e0),
    ('large beside small', 1, 1e16),
    ('large beside small', 2, 1e0),
    ('large beside small', 3, -1e16),
    ('a missing one', 1, 0.25e0),
    ('a missing one', 2, null),
    ('nothing known', 1, null)

    union all

    select
        'a thousand tenths' as sample,
        i as position,
        0.1e0 as x

    from thousandths

    union all

    {# 1 + 2 + … + 1000 = 500500 thousandths, in either order. #}
    select
        'thousandths upwards' as sample,
        i as position,
        i / 1000e0 as x

    from thousandths

    union all

    select
        'thousandths downwards' as sample,
        -i as position,
        i / 1000e0 as x

    from thousandths

),

expected (sample, expected) as (

    values
    ('three tenths', 0.6e0),
    ('large beside small', 1e0),
    ('a thousand tenths', 100e0),
    ('thousandths upwards', 500.5e0),
    ('thousandths downwards', 500.5e0),
    ('a missing one', 0.25e0),
    ('nothing known', null)

),

in_order as (

    select * from samples

    order by
        sample,
        position

),

results as (

    select
        sample,
        {{ exact_sum('x') }} as actual

    from in_order

    group by sample

)

select
    expected.*,
    results.actual

from expected

left join results
    on expected.sample = results.sample

where results.actual is distinct from expected.expected
