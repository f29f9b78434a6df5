{# Returns the samples whose index is not the expected one. #}
with

bins (sample, share_then, share_now) as (

    values
    ('two bins', 0.5, 0.2),
    ('two bins', 0.5, 0.8),
    ('the other way round', 0.2, 0.5),
    ('the other way round', 0.8, 0.5),
    ('no change', 0.3, 0.3),
    ('no change', 0.7, 0.7),
    ('one bin', 1, 1),
    ('a tenth and a quarter', 0.1, 0.25),
    ('a tenth and a quarter', 0.9, 0.75)

),

expected (sample, expected) as (

    values
    -- 0.3 ln(0.5 / 0.2) + 0.3 ln(0.8 / 0.5)
    ('two bins', 0.415888),
    ('the other way round', 0.415888),
    ('no change', 0),
    ('one bin', 0),
    -- 0.15 ln(2.5) + 0.15 ln(0.9 / 0.75)
    ('a tenth and a quarter', 0.164792)

),

results as (

    select
        sample,
        {{ stability_index('share_then', 'share_now') }} as actual

    from bins

    group by sample

)

select *

from results

full outer join expected
    on results.sample = expected.sample

where not coalesce(abs(actual - expected) < 0.000001, false)
