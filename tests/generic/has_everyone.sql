{# Fails where a table of customers has more or fewer than have an event up to the present: `events`
   is the model of staged events, `moments` that of the points in time. #}
{% test has_everyone(model, events, moments) %}

with

counts as (

    select
        (select count(*) from {{ model }}) as customers,
        (
            select count(distinct events.customer_id)
            from {{ events }} as events
            inner join {{ moments }} as moments
                on events.occurred_at <= moments.as_of
            where moments.is_present
        ) as customers_with_events

)

select * from counts

where customers != customers_with_events

{% endtest %}
