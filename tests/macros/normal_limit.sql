{# Returns the chances whose limit is not that of the normal distribution, as scipy gives it. #}
with

cases (chance, expected) as (

    values
    (0.5, 0),
    (0.158655254, 1),
    (0.025, 1.959963985),
    (0.001, 3.090232306),
    (0.0000001, 5.199337582)

),

results as (

    select
        *,
        {{ normal_limit('chance') }} as actual

    from cases

)

select * from results

where not abs(actual - expected) < 0.0005
