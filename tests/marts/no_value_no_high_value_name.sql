{# Returns the segments that the playbook would name for high value by their profile of today,
   although most of their customers have none, counted from the features anew. #}
with

customers as (

    {% for population in var('populations') %}
    {% set value = population_settings(population).axes.value | default('1') %}
    select
        '{{ population }}' as population,
        customer_id,
        cast({{ value.lstrip('-') }} > 0 as integer) as has_value

    from {{ ref(population ~ '_features') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    segments.population,
    proposals.segment_name,
    avg(customers.has_value) as share_with_value

from customers

inner join {{ ref('segments') }} as segments
    on
        customers.population = segments.population
        and customers.customer_id = segments.customer_id

inner join {{ ref('segment_name_proposals') }} as proposals
    on
        segments.population = proposals.population
        and segments.segment_id = proposals.segment_id

inner join {{ ref('segment_playbook') }} as playbook
    on
        starts_with(proposals.segment_name, playbook.name)
        and contains(playbook.rule, 'value=high')

group by
    segments.population,
    proposals.segment_name

having avg(customers.has_value) < 0.5
