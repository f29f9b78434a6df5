{# Returns the populations whose present is not one row, which would multiply every customer. The
   cut-off of a backtest and the moments of the history are rows besides. #}
{% for population in var('populations') %}
select
    '{{ population }}' as population,
    count(*) as as_of_rows

from {{ ref(population ~ '_as_of') }}

where is_present

having count(*) != 1

union all

{% endfor %}
select
    null as population,
    null as as_of_rows

where false
