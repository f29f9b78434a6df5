"""What sqlfluff renders for dbt's own macros, so that it can lint without opening a database."""


def datediff(first: str, second: str, part: str) -> str:
    """The expression that dbt.datediff gives on DuckDB."""
    return f"date_diff('{part}', {first}, {second})"
