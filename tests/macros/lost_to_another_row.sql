{# Returns the rows that lost_to_another_row sets aside otherwise than expected. A row with a fault
   sets no other aside, and is not set aside a second time. #}
with

cases (about, export_number, fault, expected) as (

    values
    ('alone', 1, null, null),
    ('two exports', 1, null, 'replaced by a row of a later export'),
    ('two exports', 2, null, null),
    ('the later is faulty', 1, null, null),
    ('the later is faulty', 2, 'no time', null),
    ('one export', 1, null, 'stands in several rows that differ'),
    ('one export', 1, null, 'stands in several rows that differ'),
    ('three rows', 1, null, 'replaced by a row of a later export'),
    ('three rows', 2, null, 'stands in several rows that differ'),
    ('three rows', 2, null, 'stands in several rows that differ'),
    ('no export', 0, null, 'replaced by a row of a later export'),
    ('no export', 1, null, null)

),

results as (

    select
        *,
        {{ lost_to_another_row('about') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
