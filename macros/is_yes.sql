{# Whether a word of agreement is one, in English or German; NULL where the text is neither yes nor no:
   {{ is_yes("'Yes'") }} and {{ is_yes("'1.0'") }} give true, {{ is_yes("'nein'") }} gives false,
   {{ is_yes("'perhaps'") }} NULL. #}
{% macro is_yes(column) -%}
    case
        when lower({{ key_text(column) }}) in ('1', 'y', 'yes', 't', 'true', 'j', 'ja') then true
        when lower({{ key_text(column) }}) in ('0', 'n', 'no', 'f', 'false', 'nein') then false
    end
{%- endmacro %}
