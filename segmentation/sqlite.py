"""SQLite tables as Arrow tables, with the standard library alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from segmentation.features import quoted

BATCH_ROWS = 50_000


def open_read_only(path: str) -> closing:
    """Open a SQLite file for reading, as a context that closes it.

    Text that is not UTF-8 is read with a replacement sign for each faulty byte.
    """
    connection = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)
    connection.text_factory = lambda text: text.decode("utf-8", errors="replace")
    return closing(connection)


def declared_columns(connection: sqlite3.Connection, table: str) -> dict[str, pa.DataType]:
    """The columns of a table and the Arrow type of each one's declared type.

    The rules are SQLite's own (datatype3.html, section 3.1): INT makes an integer; CHAR, CLOB and
    TEXT make text; REAL, FLOA and DOUB make a float. Anything else (dates, decimals, no type at
    all) stays text, for SQL to cast. Raises sqlite3.OperationalError where there is no such table.
    """
    rows = connection.execute("select name, type from pragma_table_info(?)", (table,)).fetchall()
    if not rows:
        raise sqlite3.OperationalError(f"no such table: {table}")
    return {name: _arrow_type(declared.upper()) for name, declared in rows}


def read_table(path: str, table: str) -> pa.Table:
    """Read one SQLite table whole.

    The types are the declared ones, so a column that begins with NULLs has its type from the first
    row. SQLite lets a value disobey its column: such a column comes as text, nothing of it lost.
    """
    with open_read_only(path) as connection:
        columns = declared_columns(connection, table)
        names = ", ".join(quoted(name) for name in columns)
        cursor = connection.execute(f"select {names} from {quoted(table)}")
        chunks: list[list[pa.Array]] = [[] for _ in columns]
        while batch := cursor.fetchmany(BATCH_ROWS):
            for chunk, values, kind in zip(
                chunks, zip(*batch, strict=True), columns.values(), strict=True
            ):
                chunk.append(_array(values, kind))
    arrays = [_joined(chunk, kind) for chunk, kind in zip(chunks, columns.values(), strict=True)]
    return pa.table(dict(zip(columns, arrays, strict=True)))


def _arrow_type(declared: str) -> pa.DataType:
    if "INT" in declared:
        return pa.int64()
    if not any(word in declared for word in ("CHAR", "CLOB", "TEXT")) and any(
        word in declared for word in ("REAL", "FLOA", "DOUB")
    ):
        return pa.float64()
    return pa.string()


def _array(values: tuple, kind: pa.DataType) -> pa.Array:
    """One batch of a column in its declared type, or as text where a value disobeys it."""
    expected = {pa.int64(): int, pa.float64(): (int, float)}.get(kind)
    if expected and all(value is None or isinstance(value, expected) for value in values):
        return pa.array(values, type=kind)
    return pa.array([_text(value) for value in values], type=pa.string())


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return None if value is None else str(value)


def _joined(chunks: list[pa.Array], kind: pa.DataType) -> pa.ChunkedArray:
    """All batches of a column, as text where any of them is."""
    types = {chunk.type for chunk in chunks}
    final = kind if types <= {kind} else pa.string()
    return pa.chunked_array([chunk.cast(final) for chunk in chunks], type=final)
