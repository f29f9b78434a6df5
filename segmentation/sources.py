"""Checks of raw files before a build reads them, and the lines that no reader can split."""

import sqlite3
from collections.abc import Mapping, Sequence
from glob import glob
from pathlib import Path

import duckdb
import pyarrow as pa

from segmentation.errors import InputError
from segmentation.features import quoted, text_literal
from segmentation.sqlite import declared_columns, open_read_only

UNREADABLE_LINES = pa.schema(
    [
        ("file_name", pa.string()),
        ("line_number", pa.int64()),
        ("problem", pa.string()),
        ("raw_row", pa.string()),
        ("split_rows", pa.int64()),
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
    and the line as it came; and, the same on every line, the number of rows of all files that could
    be split. Empty for Parquet and SQLite, whose rows always have their columns.

    Raises InputError where the source is missing, empty or unreadable, or lacks a required column.
    """
    path = source["path"]
    if "'" in path:
        raise InputError(
            f"the source {name} cannot be read: its path '{path}' has an apostrophe. Rename the "
            f"folder. {remedy}"
        )
    if not _paths(source):
        raise InputError(f"the source {name} is missing: no file matches '{path}'. {remedy}")
    readers = {"csv": _read_csv_file, "parquet": _read_parquet_file, "sqlite": _read_sqlite_file}
    row_count, lines = 0, [UNREADABLE_LINES.empty_table()]
    for file in _paths(source):
        try:
            columns, file_rows, file_lines = readers[source["format"]](file, source)
        except (duckdb.Error, sqlite3.Error, InputError) as error:
            raise InputError(
                f"the source {name} cannot be read: '{file}' gives this error: {_cause(error)}. "
                f"Mend the file or choose another. {remedy}"
            ) from error
        missing = [column for column in required_columns if column.lower() not in columns]
        if missing and file_rows + file_lines.num_rows > 0:
            raise InputError(
                f"the source {name} lacks the column {', '.join(missing)}: '{file}' has "
                f"{', '.join(columns)}. Rename the column in the file, or choose another. {remedy}"
            )
        row_count += file_rows
        lines.append(file_lines)
    unreadable = pa.concat_tables(lines)
    if row_count + unreadable.num_rows == 0:
        raise InputError(f"the source {name} is empty: '{path}' holds no row. {remedy}")
    split_rows = pa.array([row_count] * unreadable.num_rows, pa.int64())
    return unreadable.set_column(unreadable.num_columns - 1, "split_rows", split_rows)


def _cause(error: Exception) -> str:
    """What a reader says is wrong, in its first sentence."""
    message = str(error).strip().splitlines()[0].rstrip(".")
    if "sniffing" in message or "invalid state" in message:
        return (
            "it is not CSV throughout: a quote does not close, text follows a closing quote, or "
            "the line ends are mixed"
        )
    return message


def _paths(source: Mapping) -> list[str]:
    """The files, hidden ones too, as DuckDB sees them."""
    return sorted(glob(source["path"], include_hidden=True))


def _read_csv_file(path: str, source: Mapping) -> tuple[list[str], int, pa.Table]:
    """The columns of one file, the number of rows that have them, and the lines that have not.

    Every column is read, since DuckDB checks the encoding of those that it reads only.
    """
    with duckdb.connect() as connection:
        relation = f"read_csv({text_literal(path)}, {source['options']}, store_rejects = true)"
        columns = connection.sql(f"select * from {relation} limit 0").columns
        connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
        every_column = ", ".join(quoted(column) for column in columns)
        rows = connection.sql(
            f"select count(*), bit_xor(hash({every_column})) from {relation}"
        ).fetchall()[0][0]
        lines = connection.sql(
            f"""
            select
                {text_literal(Path(path).name)} as file_name,
                cast(line as bigint) as line_number,
                min(lower(cast(error_type as varchar))) as problem,
                coalesce(min(trim(csv_line, chr(10) || chr(13))), '') as raw_row,
                cast(null as bigint) as split_rows
            from reject_errors
            group by line, line_byte_position
            order by line_number, raw_row
            """
        ).to_arrow_table()
    for line in lines.to_pylist():
        if line["problem"] == "unquoted value" and "\n" in line["raw_row"]:
            raise InputError(
                f"the quote that opens on line {line['line_number']} never closes, so that the "
                "lines after it cannot be told apart"
            )
    return [column.lower() for column in columns], rows, lines.cast(UNREADABLE_LINES)


def _read_parquet_file(path: str, source: Mapping) -> tuple[list[str], int, pa.Table]:
    with duckdb.connect() as connection:
        relation = f"read_parquet({text_literal(path)})"
        columns = connection.sql(f"select * from {relation} limit 0").columns
        rows = connection.sql(f"select count(*) from {relation}").fetchall()[0][0]
    return [column.lower() for column in columns], rows, UNREADABLE_LINES.empty_table()


def _read_sqlite_file(path: str, source: Mapping) -> tuple[list[str], int, pa.Table]:
    with open_read_only(path) as connection:
        columns = [column.lower() for column in declared_columns(connection, source["table"])]
        rows = connection.execute(f"select count(*) from {quoted(source['table'])}").fetchone()[0]
    return columns, rows, UNREADABLE_LINES.empty_table()
