{{ config(
    materialized='incremental',
    pre_hook="{{ forget_changed(
        ref('clickstream_observed_events'), ref('base_clickstream__files'), ref('clickstream_as_of')
    ) }}"
) }}

{# One row per point in time and customer: how many different products, categories and brands, and
   how evenly the customer's events up to then spread over them. Events without a category or brand
   say nothing about it. #}
{% set items = ['product', 'category', 'brand'] %}
with

customers as (

    select
        moment,
        customer_id,
        max(reading) as reading

    from {{ ref('clickstream_observed_events') }}

    group by
        moment,
        customer_id

),

{% for item in items %}
{{ item }}_events as (

    select
        moment,
        customer_id,
        {{ item }}_key,
        count(*) as event_count

    from {{ ref('clickstream_observed_events') }}

    where {{ item }}_key is not null

    group by
        moment,
        customer_id,
        {{ item }}_key

),

{{ item }}_spread as (

    select
        moment,
        customer_id,
        count(*) as {{ item }}_count,
        {{ normalised_entropy('event_count') }} as {{ item }}_diversity,
        {{ share('max(event_count)', 'sum(event_count)') }} as top_{{ item }}_share

    from {{ item }}_events

    group by
        moment,
        customer_id

),

{% endfor %}
customer_diversity as (

    select
        customers.moment,
        customers.customer_id,
        {% for item in items %}
        coalesce({{ item }}_spread.{{ item }}_count, 0) as {{ item }}_count,
        {{ item }}_spread.{{ item }}_diversity,
        {{ item }}_spread.top_{{ item }}_share,
        {% endfor %}
        customers.reading

    from customers

    {% for item in items %}
    left join {{ item }}_spread
        on
            customers.moment = {{ item }}_spread.moment
            and customers.customer_id = {{ item }}_spread.customer_id
    {% endfor %}

)

select * from customer_diversity
