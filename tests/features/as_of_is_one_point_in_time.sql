{# Returns the populations whose as_of is not one row, which would multiply every customer. A
   population without dates has no as_of. #}
{% for population in var('populations') if var(population ~ '_as_of', 'no dates') != 'no dates' %}
select
    '{{ population }}' as population,
    count(*) as as_of_rows

from {{ ref(population ~ '_as_of') }}

having count(*) != 1

union all

{% endfor %}
select
    null as population,
    null as as_of_rows

where false
