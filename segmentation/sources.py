"""Checks of raw files before a build reads them, and the lines that no reader can split."""

import sqlite3
from collections.abc import Mapping, Sequence
from glob import glob
from pathlib import Path

import duckdb
import pyarrow as pa

from segmentation.errors import InputError
from segmentation.sqlite import declared_columns, open_read_only

UNREADABLE_LINES = pa.schema(
    [
        ("file_name", pa.string()),
        ("line_number", pa.int64()),
        ("problem", pa.string()),
        ("raw_row", pa.string()),
    ]
)


def unreadable_lines(
    name: str, source: Mapping, required_columns: Sequence[str], remedy: str
) -> pa.Table:
    """Check one raw source and return the lines that cannot be split into its columns.

    name: how the source is called in messages, as in 'clickstream events'.
    source: `format` (csv, parquet or sqlite) and `path` (a glob for the first two), with `options`
        (arguments of DuckDB's read_csv) for csv and `table` for sqlite.
    remedy: the sentence that ends every message.

    Returns UNREADABLE_LINES: the file, the line's number in it, the reader's word for what is wrong
    and the line as it came; empty for Parquet and SQLite, whose rows always have their columns.

    Raises InputError where the source is missing, empty or unreadable, or lacks a required column.
    """
    path = source["path"]
    if not _paths(source):
        raise InputError(f"the source {name} is missing: no file matches '{path}'. {remedy}")
    readers = {"csv": _read_csv, "parquet": _read_parquet, "sqlite": _read_sqlite}
    try:
        columns, has_rows, lines = readers[source["format"]](source)
    except (duckdb.Error, sqlite3.Error) as error:
        cause = str(error).strip().splitlines()[0]
        raise InputError(
            f"the source {name} cannot be read: '{path}' gives {cause!r}. {remedy}"
        ) from error
    if not has_rows:
        raise InputError(f"the source {name} is empty: '{path}' holds no row. {remedy}")
    missing = [column for column in required_columns if column.lower() not in columns]
    if missing:
        raise InputError(
            f"the source {name} lacks the column {', '.join(missing)}: '{path}' has "
            f"{', '.join(columns)}. Rename the column in the file, or choose another file. {remedy}"
        )
    return lines


def _paths(source: Mapping) -> list[str]:
    return sorted(glob(source["path"]))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _shared_columns(files: Sequence[Sequence[str]]) -> list[str]:
    """The columns, in lower case, that every file has, in the order of the first."""
    names = [[column.lower() for column in columns] for columns in files]
    return [column for column in names[0] if all(column in columns for columns in names)]


def _read_csv(source: Mapping) -> tuple[list[str], bool, pa.Table]:
    """Read each file by itself: DuckDB keeps no rejected lines of files that it unites by name."""
    with duckdb.connect() as connection:
        reads = [_read_csv_file(connection, path, source["options"]) for path in _paths(source)]
    lines = pa.concat_tables([lines for _, _, lines in reads])
    return (
        _shared_columns([columns for columns, _, _ in reads]),
        any(rows for _, rows, _ in reads) or lines.num_rows > 0,
        lines,
    )


def _read_csv_file(
    connection: duckdb.DuckDBPyConnection, path: str, options: str
) -> tuple[list[str], int, pa.Table]:
    """The columns of one file, the number of rows that have them, and the lines that have not."""
    relation = f"read_csv({_literal(path)}, {options}, store_rejects = true)"
    columns = connection.sql(f"select * from {relation} limit 0").columns
    connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    rows = connection.sql(f"select count(*) from {relation}").fetchall()[0][0]
    lines = connection.sql(
        f"""
        select
            {_literal(Path(path).name)} as file_name,
            cast(line as bigint) as line_number,
            min(lower(cast(error_type as varchar))) as problem,
            coalesce(min(trim(csv_line, chr(10) || chr(13))), '') as raw_row
        from reject_errors
        group by line, line_byte_position
        order by line_number, raw_row
        """
    ).to_arrow_table()
    return columns, rows, lines.cast(UNREADABLE_LINES)


def _read_parquet(source: Mapping) -> tuple[list[str], bool, pa.Table]:
    with duckdb.connect() as connection:
        files = [f"read_parquet({_literal(path)})" for path in _paths(source)]
        columns = [connection.sql(f"select * from {file} limit 0").columns for file in files]
        rows = [connection.sql(f"select count(*) from {file}").fetchall()[0][0] for file in files]
    return _shared_columns(columns), any(rows), UNREADABLE_LINES.empty_table()


def _read_sqlite(source: Mapping) -> tuple[list[str], bool, pa.Table]:
    with open_read_only(source["path"]) as connection:
        columns = [column.lower() for column in declared_columns(connection, source["table"])]
        table = source["table"].replace('"', '""')
        rows = connection.execute(
            f'select count(*) from (select 1 from "{table}" limit 1)'
        ).fetchone()[0]
    return columns, rows > 0, UNREADABLE_LINES.empty_table()
