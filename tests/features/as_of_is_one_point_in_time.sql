{# Returns the populations whose as_of is not one row, which would multiply every customer; the
   cut-off of a backtest is a row besides. A population without dates has no as_of. #}
{% for population in var('populations') if var(population ~ '_as_of', 'no dates') != 'no dates' %}
select
    '{{ population }}' as population,
    count(*) as as_of_rows

from {{ ref(population ~ '_as_of') }}
{% if var(population ~ '_cutoff', 'no backtest') != 'no backtest' %}

where not is_cutoff
{% endif %}

having count(*) != 1

union all

{% endfor %}
select
    null as population,
    null as as_of_rows

where false
