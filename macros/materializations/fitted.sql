{# A table that belongs to a fit: it is built where the verdict of its population says that a fit is
   due, and otherwise stays as the last fit left it. What only explains a fit (`explains_fit` in its
   meta) is also built where a build was broken off, or built only a part, before the fit was
   explained. The population is the folder that the table is in. The steps are those of dbt's own
   tables, which dbt does not let another materialization call for Python. #}
{% materialization fitted, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set verdict = last_build(model.fqn[-2] ~ '_verdict') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set due = 'is_fit_due or not is_explained' if config.get('meta').explains_fit else 'is_fit_due' -%}
    {%- if existing and verdict and (run_mode() == 'score' or not should_full_refresh())
        and not run_query('select 1 from ' ~ verdict ~ ' where ' ~ due).rows -%}
        {%- call noop_statement('main', 'KEPT') -%}{%- endcall -%}
        {{ return({'relations': [existing]}) }}
    {%- endif -%}

    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set new = make_intermediate_relation(target_relation) -%}
    {%- set old = make_backup_relation(target_relation, existing.type if existing else 'table') -%}
    {{ drop_relation_if_exists(load_cached_relation(new)) }}
    {{ drop_relation_if_exists(load_cached_relation(old)) }}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('main', language=model.language) -%}
        {{ create_table_as(False, new, compiled_code, model.language) }}
    {%- endcall -%}
    {%- if existing -%}{{ adapter.rename_relation(existing, old) }}{%- endif -%}
    {{ adapter.rename_relation(new, target_relation) }}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ drop_relation_if_exists(old) }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
