{# Fails where the rows of a raw source, counted in the files anew, are not the staged, the rejected
   and the exact duplicates together, or where the build read other rows than the check of the files
   did. `unreadable` is the model of lines that cannot be split. #}
{% test conserves_rows(model, raw, unreadable, population, entity) %}

with

raw as (

    select
        (select count(*) from {{ raw }}) + (select count(*) from {{ unreadable }}) as raw_rows,
        (select count(*) from {{ raw }})
        - (select coalesce(max(split_rows), (select count(*) from {{ raw }})) from {{ unreadable }})
            as rows_lost_in_reading

),

accounted as (

    select *

    from {{ model }}

    where
        population = '{{ population }}'
        and source = '{{ entity }}'

)

select
    raw.raw_rows,
    accounted.*

from raw

left join accounted
    on true

where
    raw.raw_rows is distinct from accounted.raw_rows
    or raw.rows_lost_in_reading != 0
    or accounted.raw_rows
    != accounted.staged_rows + accounted.rejected_rows + accounted.duplicate_rows

{% endtest %}
