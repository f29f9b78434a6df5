"""Checks of raw files before a build reads them, and the lines that no reader can split.

A CSV file may also come zipped, as it is often downloaded: one CSV file in each zip. It is unpacked
into a temporary folder, read there by DuckDB, and removed.
"""

import sqlite3
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from glob import glob, has_magic
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from segmentation.errors import InputError
from segmentation.features import quoted, text_literal
from segmentation.sqlite import declared_columns, open_read_only

BATCH_ROWS = 100_000
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
    name: str, source: Mapping, required_columns: Sequence[str | Sequence[str]], remedy: str
) -> pa.Table:
    """Check one raw source and return the lines that cannot be split into its columns.

    name: how the source is called in messages, as in 'clickstream events'.
    source: `format` (csv, parquet or sqlite) and `path` (a glob for the first two, or a list of
        globs), with `options` (arguments of DuckDB's read_csv) for csv and `table` for sqlite. A
        source that is `zipped` may have x.zip or x.csv.zip in the place of x.csv; one that is
        `optional` may be missing or empty; one that `read_rows` will read (its `plugin` is
        raw_rows) has no column export of its own.
    required_columns: what every file must have; a list among them stands for any one of its names.
    remedy: the sentence that ends every message.

    Returns UNREADABLE_LINES: the file, the line's number in it, the reader's word for what is wrong
    and the line as it came; and, the same on every line, the number of rows of all files that could
    be split. Empty for Parquet and SQLite, whose rows always have their columns.

    Raises InputError where the source is missing, empty or unreadable, or lacks a required column.
    """
    path = " or ".join(_patterns(source))
    if "'" in path:
        raise InputError(
            f"the source {name} cannot be read: its path '{path}' has an apostrophe. Rename the "
            f"folder. {remedy}"
        )
    if not _paths(source) and not source.get("optional"):
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
        missing = _missing(required_columns, columns)
        if missing and file_rows + file_lines.num_rows > 0:
            raise InputError(
                f"the source {name} lacks the column {', '.join(missing)}: '{file}' has "
                f"{', '.join(columns)}. Rename the column in the file, or choose another. {remedy}"
            )
        if source.get("plugin") == "raw_rows" and "export" in columns:
            raise InputError(
                f"the source {name} has a column export: '{file}' has {', '.join(columns)}, and "
                "each row is given its folder under that name. Rename the column in the file. "
                f"{remedy}"
            )
        row_count += file_rows
        lines.append(file_lines)
    unreadable = pa.concat_tables(lines)
    if row_count + unreadable.num_rows == 0 and not source.get("optional"):
        raise InputError(f"the source {name} is empty: '{path}' holds no row. {remedy}")
    split_rows = pa.array([row_count] * unreadable.num_rows, pa.int64())
    return unreadable.set_column(unreadable.num_columns - 1, "split_rows", split_rows)


def read_rows(source: Mapping) -> pa.RecordBatchReader:
    """The rows of all CSV files of one source, plain and zipped, united by the names of columns.

    source: as in `unreadable_lines`, which has checked it, and `columns`: those that are there even
        where no file has them, as NULL.

    Returns all columns as text, and `export`: the folder of the file, counted from the last folder
    of the path that has no wildcard, and empty for a file in that folder itself. A file is unpacked
    only when its rows are taken, and removed with the last of them.
    """
    empty_columns = ", ".join(f"cast(null as varchar) as {quoted(c)}" for c in source["columns"])
    queries = [f"select {empty_columns}, cast(null as varchar) as export where false"]
    with ExitStack() as stack:
        for file in _paths(source):
            path = stack.enter_context(_plain_csv(file))
            relation = (
                f"read_csv({text_literal(path)}, {source['options']}, ignore_errors = true, "
                "parallel = false)"
            )
            export = text_literal(_export(file, source))
            queries.append(f"select *, {export} as export from {relation}")
        connection = stack.enter_context(duckdb.connect(config={"threads": 1}))
        batches = connection.sql(" union all by name ".join(queries)).to_arrow_reader(BATCH_ROWS)
        closes_at_end = stack.pop_all()
    return pa.RecordBatchReader.from_batches(batches.schema, _until_end(batches, closes_at_end))


def _until_end(batches: pa.RecordBatchReader, stack: ExitStack) -> Iterator[pa.RecordBatch]:
    with stack:
        yield from batches


def _missing(required: Sequence[str | Sequence[str]], columns: Sequence[str]) -> list[str]:
    """The required columns, or lists of names of one, that are not among the columns."""
    names = [[column] if isinstance(column, str) else list(column) for column in required]
    return [" or ".join(any_of) for any_of in names if not {c.lower() for c in any_of} & {*columns}]


def _cause(error: Exception) -> str:
    """What a reader says is wrong, in its first sentence."""
    message = str(error).strip().splitlines()[0].rstrip(".")
    if "sniffing" in message or "invalid state" in message:
        return (
            "it is not CSV throughout: a quote does not close, text follows a closing quote, or "
            "the line ends are mixed"
        )
    return message


def _patterns(source: Mapping) -> list[str]:
    """The globs of the source's files."""
    return [source["path"]] if isinstance(source["path"], str) else list(source["path"])


def _paths(source: Mapping) -> list[str]:
    """The files, hidden ones too, as DuckDB sees them."""
    patterns = _patterns(source)
    if source.get("zipped"):
        patterns += [
            pattern.removesuffix(".csv") + ending
            for pattern in patterns
            for ending in (".zip", ".csv.zip")
        ]
    return sorted({f for p in patterns for f in glob(p, recursive=True, include_hidden=True)})


def _export(file: str, source: Mapping) -> str:
    """The folders between the part of the path that has no wildcard and the file."""
    for pattern in _patterns(source):
        root = Path(pattern)
        while has_magic(str(root)):
            root = root.parent
        if Path(file).is_relative_to(root):
            return "/".join(Path(file).relative_to(root).parts[:-1])
    return ""


@contextmanager
def _plain_csv(path: str) -> Iterator[str]:
    """The path of a CSV file, or of the one that a zip holds, unpacked while it is used."""
    if not path.lower().endswith(".zip"):
        yield path
        return
    with TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                unpacked = archive.extract(_only_csv(archive), folder)
        except (zipfile.BadZipFile, zipfile.zlib.error, NotImplementedError, EOFError) as error:
            raise InputError("it is not a zip file that can be unpacked") from error
        except RuntimeError as error:
            raise InputError("it is a zip file with a password") from error
        yield unpacked


def _only_csv(archive: zipfile.ZipFile) -> str:
    """The name of the only file in a zip, which must be CSV; hidden files do not count."""
    names = [
        name
        for name in archive.namelist()
        if not name.endswith("/")
        and not name.startswith("__MACOSX/")
        and not Path(name).name.startswith(".")
    ]
    if len(names) != 1 or not names[0].lower().endswith(".csv"):
        found = ", ".join(names[:3]) or "nothing"
        raise InputError(
            f"it is a zip of {len(names)} files ({found}), and one CSV file is expected in each zip"
        )
    return names[0]


def _read_csv_file(path: str, source: Mapping) -> tuple[list[str], int, pa.Table]:
    """The columns of one file, the number of rows that have them, and the lines that have not.

    Every column is read, since DuckDB checks the encoding of those that it reads only.
    """
    with _plain_csv(path) as plain, duckdb.connect() as connection:
        relation = f"read_csv({text_literal(plain)}, {source['options']}, store_rejects = true)"
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
