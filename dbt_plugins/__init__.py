"""Thin dbt-duckdb plugins over the package; profiles.yml names them."""
