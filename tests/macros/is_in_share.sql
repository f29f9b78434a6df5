{# Returns a row where shares have other customers than expected: everyone for 1, no one for 0,
   about a tenth for 0.1; and whoever is in a smaller share is in a larger one too. #}
with

customers as (

    select
        cast(unnest(range(10000)) as varchar) as customer_id,
        {{ is_in_share('customer_id', '0.2') }} as in_fifth

),

samples as (

    select
        count(*) filter (where {{ is_in_share('customer_id', '1.0') }}) as everyone,
        count(*) filter (where {{ is_in_share('customer_id', '0.0') }}) as no_one,
        count(*) filter (where {{ is_in_share('customer_id', '0.1') }}) as tenth,
        count(*) filter (where {{ is_in_share('customer_id', '0.1') }} and not in_fifth) as lost

    from customers

)

select * from samples

where
    everyone != 10000
    or no_one != 0
    or tenth not between 900 and 1100
    or lost != 0
