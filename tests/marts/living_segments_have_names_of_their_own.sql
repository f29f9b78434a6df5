{# Returns the names that two living segments of a population share, and living segments without a
   name. #}
select
    living.population,
    names.segment_name,
    list(living.segment_id) as segment_ids

from {{ ref('living_segments') }} as living

left join {{ ref('segment_names') }} as names
    on
        living.population = names.population
        and living.segment_id = names.segment_id

group by
    living.population,
    names.segment_name

having
    count(*) > 1
    or names.segment_name is null
