{# Returns the rows that lost_to_another_row sets aside otherwise than expected. A row with a fault
   sets no other aside, and is not set aside a second time. Of rows of one export that say the same,
   the first by its raw text stays. #}
with

cases (about, export_number, says, more, raw, fault, expected) as (

    values
    ('alone', 1, 5, null, 'a', null, null),
    ('two exports', 1, 5, null, 'a', null, 'replaced by a row of a later export'),
    ('two exports', 2, 6, null, 'b', null, null),
    ('higher before', 1, 6, null, 'a', null, 'replaced by a row of a later export'),
    ('higher before', 2, 5, null, 'b', null, null),
    ('the same in another shape', 1, 5, null, 'a', null, 'said again by another file'),
    ('the same in another shape', 2, 5, null, 'b', null, null),
    ('the same beside others', 1, 5, 1, 'a', null, 'said again by another file'),
    ('the same beside others', 2, 6, 1, 'b', null, 'replaced by a row of a later export'),
    ('the same beside others', 3, 5, 1, 'c', null, null),
    ('less is known', 1, 5, null, 'a', null, 'replaced by a row of a later export'),
    ('less is known', 2, 5, 1, 'b', null, null),
    ('the later is faulty', 1, 5, null, 'a', null, null),
    ('the later is faulty', 2, 5, null, 'b', 'no time', null),
    ('one export', 1, 5, null, 'a', null, 'stands in several rows that differ'),
    ('one export', 1, 6, null, 'b', null, 'stands in several rows that differ'),
    ('one export in two shapes', 1, 5, null, 'b', null, 'said again by another file'),
    ('one export in two shapes', 1, 5, null, 'a', null, null),
    ('three rows', 1, 4, null, 'a', null, 'replaced by a row of a later export'),
    ('three rows', 2, 5, null, 'b', null, 'stands in several rows that differ'),
    ('three rows', 2, null, null, 'c', null, 'stands in several rows that differ'),
    ('no export', 0, 4, null, 'a', null, 'replaced by a row of a later export'),
    ('no export', 1, 5, null, 'b', null, null)

),

results as (

    select
        *,
        {{ lost_to_another_row('about', 'says, more') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
