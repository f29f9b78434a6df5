{# Returns the combinations of levels, possible for a population's axes, that meet no rule of the
   playbook or whose first rule is not the only one of its priority. #}
{% for population in var('populations') %}
{% set axes = population_settings(population).axes %}
(
    with

    profiles as (

        select
            [
                {% for axis in axes %}
                '{{ axis }}=' || {{ axis }}.level{{ ',' if not loop.last }}
                {% endfor %}
            ] as levels

        from
        {% for axis in axes %}
            unnest(['low', 'mid', 'high'{{ ", 'none', 'all', 'noise'" if axis == 'value' }}])
                as {{ axis }} (level){{ ',' if not loop.last }}
        {% endfor %}

    ),

    matches as (

        select
            profiles.levels,
            playbook.priority,
            playbook.name

        from profiles

        left join {{ ref('segment_playbook') }} as playbook
            on
                playbook.population in ('*', '{{ population }}')
                and list_has_all(profiles.levels, string_split(playbook.rule, ' '))

        qualify rank() over (partition by profiles.levels order by playbook.priority) = 1

    )

    select
        '{{ population }}' as population,
        cast(levels as varchar) as levels,
        count(name) as names

    from matches

    group by all

    having count(name) != 1
)
{{ 'union all' if not loop.last }}
{% endfor %}
-- depends_on: {{ ref('segment_name_proposals') }}
