{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='delete+insert',
    unique_key=['population', 'segment_id'],
    on_schema_change='append_new_columns'
) }}

{# One row per segment that ever was: the name and action that it got when it appeared. It keeps
   them as long as it lives, however its profile moves. All are named anew where the playbook or the
   words for levels change, and the only segment of a population where it gets company, or loses it.
   Where a living segment has the name that a new one asks for, the new one is told apart, by the
   feature in which it differs most from all customers, else by a number. #}
with

{# The names of the build before. #}
earlier as (

    {% if is_incremental() %}
    select * from {{ this }}

    union all by name

    {% endif %}
    select
        cast(null as varchar) as population,
        cast(null as integer) as segment_id,
        cast(null as varchar) as segment_name,
        cast(null as varchar) as action,
        cast(null as varchar) as playbook_hash,
        cast(null as boolean) as is_only

    where false

),

{# One row per living segment, with the name that it keeps, if it keeps one. A segment without
   customers today has no profile, and asks for no other name. #}
living as (

    select
        living.population,
        living.segment_id,
        living.is_only,
        versions.playbook_hash,
        proposals.segment_name as proposed_name,
        proposals.action as proposed_action,
        proposals.tag,
        case
            when
                proposals.segment_name is null
                or (
                    earlier.playbook_hash = versions.playbook_hash
                    and earlier.is_only = living.is_only
                )
                then earlier.segment_name
        end as kept_name,
        earlier.action as kept_action

    from {{ ref('living_segments') }} as living

    inner join {{ ref('playbook_versions') }} as versions
        on living.population = versions.population

    left join {{ ref('segment_name_proposals') }} as proposals
        on
            living.population = proposals.population
            and living.segment_id = proposals.segment_id

    left join earlier
        on
            living.population = earlier.population
            and living.segment_id = earlier.segment_id

),

{# The names that a segment may take, the best first, and those that are others'. #}
wished as (

    select
        *,
        list(kept_name) over namesakes as kept_names,
        list(proposed_name) over namesakes as proposed_names,
        [proposed_name, proposed_name || ' (' || tag || ')'] || list_transform(
            range(2, 2 * count(*) over namesakes + 3), lambda i: proposed_name || ' ' || i
        ) as wishes

    from living

    window namesakes as (partition by population)

)

select
    population,
    segment_id,
    coalesce(
        kept_name,
        list_filter(
            wishes,
            lambda wish: not list_contains(kept_names, wish)
            and (wish = proposed_name or not list_contains(proposed_names, wish))
        )[1]
    ) as segment_name,
    case when kept_name is null then proposed_action else kept_action end as action,
    proposed_name,
    playbook_hash,
    is_only

from wished

where proposed_name is not null
