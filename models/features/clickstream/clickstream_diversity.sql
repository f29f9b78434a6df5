{# One row per point in time and customer: how many different products, categories and brands, and
   how evenly the customer's events up to then spread over them. Events without a category or brand say nothing about it. #}
{% set items = {'product': 'product_id', 'category': 'category_id', 'brand': 'brand'} %}
with

events as (

    select * from {{ ref('clickstream_observed_events') }}

),

customers as (

    select distinct
        as_of,
        customer_id

    from {{ ref('clickstream_sessions') }}

),

{% for item, column in items.items() %}
{{ item }}_events as (

    select
        as_of,
        customer_id,
        {{ column }},
        count(*) as event_count

    from events

    where {{ column }} is not null

    group by
        as_of,
        customer_id,
        {{ column }}

),

{{ item }}_spread as (

    select
        as_of,
        customer_id,
        count(*) as {{ item }}_count,
        {{ normalised_entropy('event_count') }} as {{ item }}_diversity,
        {{ share('max(event_count)', 'sum(event_count)') }} as top_{{ item }}_share

    from {{ item }}_events

    group by
        as_of,
        customer_id

),

{% endfor %}
customer_diversity as (

    select
        {% for item in items %}
        coalesce({{ item }}_spread.{{ item }}_count, 0) as {{ item }}_count,
        {{ item }}_spread.{{ item }}_diversity,
        {{ item }}_spread.top_{{ item }}_share,
        {% endfor %}
        customers.as_of,
        customers.customer_id

    from customers

    {% for item in items %}
    left join {{ item }}_spread
        on
            customers.as_of = {{ item }}_spread.as_of
            and customers.customer_id = {{ item }}_spread.customer_id
    {% endfor %}

)

select * from customer_diversity
