"""What sqlfluff renders for dbt's adapter, so that it can lint without opening a database."""

from collections.abc import Callable


def get_columns_in_relation(relation: str) -> list:
    """No columns: there is no database to ask."""
    return []


def quote(name: str) -> str:
    """The name in double quotes."""
    return f'"{name}"'


def dispatch(name: str) -> Callable[[str], str]:
    """A macro that renders as a call of an SQL function of its name."""
    return lambda column: f"{name}({column})"
