{# Fails where the raw rows of an entity, counted in the files anew, are not the staged, the
   rejected and the exact duplicates together, or where the build read other rows than the check of
   the files did. On the model of rejected rows; `unreadable` is the model of lines that cannot be split. #}
{% test conserves_rows(model, raw, unreadable, base, staged) %}

with

counts as (

    select
        (select count(*) from {{ raw }}) as split_rows,
        (select max(split_rows) from {{ unreadable }}) as split_rows_of_check,
        (select count(*) from {{ unreadable }}) as unreadable_rows,
        (select count(distinct raw_row) from {{ unreadable }}) as distinct_unreadable_rows,
        base.grouped_rows,
        base.distinct_split_rows,
        (select count(*) from {{ staged }}) as staged_rows,
        (select count(*) from {{ model }} where scope = 'row') as rejected_rows

    from (
        select
            coalesce(sum(copies), 0) as grouped_rows,
            count(*) as distinct_split_rows
        from {{ base }}
    ) as base

)

select * from counts

where
    split_rows != coalesce(split_rows_of_check, split_rows)
    or split_rows != grouped_rows
    or split_rows + unreadable_rows
    != staged_rows
    + rejected_rows
    + (split_rows - distinct_split_rows)
    + (unreadable_rows - distinct_unreadable_rows)

{% endtest %}
