{# Returns the cases whose limit is not within 3 % of that of the chi-square distribution, as scipy
   gives it, or which are below it for a very small chance. #}
with

cases (degrees, chance, exact) as (

    values
    (1, 0.05, 3.8415),
    (1, 0.01, 6.6349),
    (2, 0.01, 9.2103),
    (4, 0.003, 16.0143),
    (9, 0.05, 16.919),
    (9, 0.003, 24.9741),
    (48, 0.003, 79.2875),
    (200, 0.0005, 272.4226),
    (0, 0.01, 0)

),

results as (

    select
        degrees,
        exact,
        {{ chi_square_limit('degrees', 'chance') }} as actual,
        0.97 * exact as least_allowed

    from cases

    union all

    select
        9 as degrees,
        39.3407 as exact,
        {{ chi_square_limit('9', '0.00001') }} as actual,
        39.3407 as least_allowed

)

select * from results

where not actual between least_allowed and 1.03 * exact
