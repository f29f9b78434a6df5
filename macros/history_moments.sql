{# The moments of the variable history, one row each, in UTC: from its `from` on, one step of `every`
   after the other, up to its `to`; none where it is empty.
   {{ history_moments({'from': '2019-10-08', 'to': '2019-10-20', 'every': '1 week'}) }} gives
   2019-10-08 00:00:00 and 2019-10-15 00:00:00. Days and times are written as for as_of. A mistake
   stops the compilation with a sentence. #}
{% macro history_moments(history) -%}
{%- if not history -%}
select cast(null as timestamp) as as_of

    where false
{%- else -%}
    {%- set example = "such as {from: '2019-10-08', to: '2019-11-26', every: '1 week'}." -%}
    {%- set keys = ['from', 'to', 'every'] -%}
    {%- if history is not mapping or history | list | reject('in', keys) | list -%}
        {{ exceptions.raise_compiler_error(
            "the variable history is " ~ history ~ ", but it holds from, to and every, and nothing "
            ~ "else, " ~ example
        ) }}
    {%- endif -%}
    {%- for key in keys if not history[key] -%}
        {{ exceptions.raise_compiler_error(
            "the variable history has no value for " ~ key ~ ": give it from, to and every, "
            ~ example
        ) }}
    {%- endfor -%}
    {%- set ends = [] -%}
    {%- set pattern = '(\\d{4}-\\d\\d-\\d\\d)'
        ~ '(?:[ T]((?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:[.]\\d{1,6})?)?)'
        ~ '(Z| UTC|[+-](?:0\\d|1[0-4])(?::?[0-5]\\d)?)?)?\\Z' -%}
    {%- for key in keys[:2] -%}
        {%- set found = modules.re.match(pattern, history[key] | string) -%}
        {%- if not found or not fromyaml(found.group(1)) -%}
            {{ exceptions.raise_compiler_error(
                "the variable history has the " ~ key ~ " '" ~ history[key] ~ "', which is no point "
                ~ "in time: give a day or a day and a time, " ~ example
            ) }}
        {%- endif -%}
        {%- set offset = (found.group(3) or 'Z') | replace(' UTC', 'Z') | replace('Z', '+00:00') -%}
        {%- set moment = modules.datetime.datetime.fromisoformat(
            found.group(1) ~ 'T' ~ (found.group(2) or '00:00') ~ offset
        ) -%}
        {%- do ends.append(moment.astimezone(modules.pytz.utc)) -%}
    {%- endfor -%}
    {%- if ends[0] > ends[1] -%}
        {{ exceptions.raise_compiler_error(
            "the variable history runs from " ~ history['from'] ~ " to " ~ history['to']
            ~ ", which is before it: exchange the two, " ~ example
        ) }}
    {%- endif -%}
    {%- set step = modules.re.match(
        '([1-9]\\d{0,3}) (hour|day|week|month|year)s?\\Z', history['every'] | string
    ) -%}
    {%- if not step -%}
        {{ exceptions.raise_compiler_error(
            "the variable history has the every '" ~ history['every'] ~ "', which is no step: give a "
            ~ "number of hours, days, weeks, months or years, " ~ example
        ) }}
    {%- endif -%}
    {%- set first = "timestamp '" ~ ends[0].strftime('%Y-%m-%d %H:%M:%S.%f') ~ "'" -%}
    {%- set last = "timestamp '" ~ ends[1].strftime('%Y-%m-%d %H:%M:%S.%f') ~ "'" -%}
select {{ first }} + to_{{ step.group(2) }}s(cast(range as integer)) as as_of

    from range(
        0,
        date_diff('{{ step.group(2) }}', {{ first }}, {{ last }}) + 1,
        {{ step.group(1) }}
    )

    where {{ first }} + to_{{ step.group(2) }}s(cast(range as integer)) <= {{ last }}
{%- endif -%}
{%- endmacro %}
