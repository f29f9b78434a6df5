{# One row per distinct raw row that cannot be used, with the reason and the row as it came. #}
with

unreadable as (

    select
        'row' as scope,
        'line cannot be split into columns: ' || min(problem) as reason,
        raw_row,
        count(*) as copies

    from {{ ref('base_clickstream__unreadable_events') }}

    group by raw_row

),

rejected as (

    select
        'row' as scope,
        rejection_reason as reason,
        raw_row,
        copies

    from {{ ref('base_clickstream__events') }}

    where rejection_reason is not null

)

select * from unreadable

union all

select * from rejected
