{# Fails for each customer who does not meet exactly one rule of each method. On the rules of a
   population; `customers` is the table that they are about. #}
{% test meets_one_rule(model, customers) %}

{% set rules = {} %}
{% for method, rule in run_query('select method, rule from ' ~ model) if execute %}
    {% do rules.setdefault(method, []).append(rule) %}
{% endfor %}

with

met as (

    {% for method, rules_of_method in rules.items() %}
    select
        customer_id,
        '{{ method }}' as method,
        {% for rule in rules_of_method %}
        case when {{ rule }} then 1 else 0 end {{ '+' if not loop.last }}
        {% endfor %}
        as rules_met

    from {{ customers }}

    union all

    {% endfor %}
    select
        customer_id,
        null as method,
        {{ 1 if rules else 0 }} as rules_met

    from {{ customers }}

)

select * from met

where rules_met != 1

{% endtest %}
