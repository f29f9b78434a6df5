{# One row per customer enrolled by as_of: what was bought, in which categories and channels. #}
{% set categories = ['wines', 'fruits', 'meat', 'fish', 'sweets', 'gold'] %}
{% set channels = ['web', 'catalog', 'store'] %}
with

customers as (

    select * from {{ ref('stg_personality__customers') }}

),

observation as (

    select * from {{ ref('personality_as_of') }}

),

totals as (

    select
        customers.*,
        {% for category in categories %}
        customers.spend_{{ category }}{{ ' +' if not loop.last else ' as monetary,' }}
        {% endfor %}
        {% for channel in channels %}
        customers.{{ channel }}_purchase_count{{ ' +' if not loop.last else ' as purchase_count' }}
        {% endfor %}

    from customers

    inner join observation
        on customers.enrolled_on <= observation.as_of

),

spend as (

    select
        customer_id,
        cast(monetary as double) as monetary,
        purchase_count,
        cast(monetary as double) / nullif(purchase_count, 0) as average_order_value,

        {% for category in categories %}
        cast(spend_{{ category }} as double) as spend_{{ category }},
        {% endfor %}
        {% for category in categories %}
        {{ share('spend_' ~ category, 'monetary') }} as {{ category }}_share,
        {% endfor %}
        {% for channel in channels %}
        {{ channel }}_purchase_count,
        {% endfor %}
        {% for channel in channels %}
        {{ share(channel ~ '_purchase_count', 'purchase_count') }} as {{ channel }}_purchase_share,
        {% endfor %}
        deal_purchase_count,
        {{ share('deal_purchase_count', 'greatest(purchase_count, deal_purchase_count)') }}
            as deal_purchase_share

    from totals

),

spread as (

    select
        *,
        {{ entropy_of_shares([
            'wines_share', 'fruits_share', 'meat_share', 'fish_share', 'sweets_share', 'gold_share'
        ]) }}
            as spend_diversity

    from spend

)

select * from spread
