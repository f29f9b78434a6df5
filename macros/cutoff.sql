{# The point in time at which a backtest cuts the past from the future: its setting, or else the usual
   one; NULL where the setting is none.
   {{ cutoff('clickstream', 'usual_cutoff', 'first_event_at', 'as_of') }} gives usual_cutoff as long
   as the variable clickstream_cutoff is empty. A setting is written as for as_of; one that leaves
   no event before it, or no time after it, stops the query. #}
{% macro cutoff(population, usual, first_event, as_of) -%}
    {%- set name = population ~ '_cutoff' -%}
    {%- set setting = var(name) -%}
    {%- set moment = "cast(cast('" ~ setting ~ "' as timestamp with time zone) as timestamp)" -%}
    {%- set pattern = '\\d{4}-\\d\\d-\\d\\d([ T]\\d\\d:\\d\\d(:\\d\\d([.]\\d+)?)?'
        ~ '(Z| UTC|[+-]\\d\\d(:?\\d\\d)?)?)?\\Z' -%}
    {%- if not setting -%}
        {{ usual }}
    {%- elif setting == 'none' -%}
        cast(null as timestamp)
    {%- elif modules.re.match(pattern, setting | string) -%}
        case
            when {{ moment }} < {{ first_event }} or {{ moment }} >= {{ as_of }}
                then error(concat(
                    'the variable {{ name }} is {{ setting }}, but the events that count run from ',
                    {{ first_event }}, ' to ', {{ as_of }},
                    ': give a day or a time between the two, or none for no backtest, or leave it empty.'
                ))
            else {{ moment }}
        end
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "the variable " ~ name ~ " is '" ~ setting ~ "', which is no point in time: give a day "
            ~ "or a day and a time, such as 2019-10-15 or 2019-10-15 12:00:00, or none for no "
            ~ "backtest."
        ) }}
    {%- endif -%}
{%- endmacro %}
