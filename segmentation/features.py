"""Features as columns of a relation: their kinds, their names in SQL, and samples of customers."""

from collections.abc import Sequence

NUMERIC_TYPES = {
    *("tinyint", "smallint", "integer", "bigint", "hugeint"),
    *("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"),
    *("float", "double", "decimal"),
}


def kind_of(column_type) -> str | None:
    """The kind of feature a column of a DuckDB type holds: numeric, boolean, category or list.

    A list is one of texts. None for a type that holds no feature: dates, times, and other nested
    types.
    """
    if column_type.id in NUMERIC_TYPES:
        return "numeric"
    if column_type.id == "list":
        return "list" if kind_of(dict(column_type.children)["child"]) == "category" else None
    return {"boolean": "boolean", "varchar": "category", "enum": "category"}.get(column_type.id)


def quoted(name: str) -> str:
    """A column's name as an SQL identifier: spend per order gives "spend per order"."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """A text as an SQL literal: it's gives 'it''s'."""
    return "'" + text.replace("'", "''") + "'"


def sample_query(columns: Sequence[str], rows: int) -> str:
    """A query for a sample of `customers` that depends on their ids alone, not on row order."""
    return (
        f"select {', '.join(columns)} from customers "
        f"order by md5(customer_id), customer_id limit {rows}"
    )
