"""What sqlfluff renders for dbt's own macros, so that it can lint without opening a database."""


def datediff(first: str, second: str, part: str) -> str:
    """The expression that dbt.datediff gives on DuckDB."""
    return f"date_diff('{part}', {first}, {second})"


def escape_single_quotes(text: str) -> str:
    """The text that dbt.escape_single_quotes gives on DuckDB."""
    return text.replace("'", "''")


def string_literal(text: str) -> str:
    """The literal that dbt.string_literal gives."""
    return f"'{text}'"
