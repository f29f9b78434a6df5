{# One row per distinct raw row that cannot be used, with the reason and the row as it came;
   and one per value that cannot be true of a recipient who is kept. #}
with

unreadable as (

    select
        'row' as scope,
        'line cannot be split into columns: ' || min(problem) as reason,
        raw_row,
        count(*) as copies

    from {{ ref('base_gifting__unreadable_recipients') }}

    group by raw_row

),

rejected as (

    select
        'row' as scope,
        rejection_reason as reason,
        raw_row,
        copies

    from {{ ref('base_gifting__recipients') }}

    where rejection_reason is not null

)

select * from unreadable

union all

select * from rejected

union all

select * from {{ ref('stg_gifting__rejected_values') }}
