"""The checks of raw files, and SQLite tables."""

import sqlite3
import tempfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.errors import InputError
from segmentation.sources import read_rows, unreadable_lines
from segmentation.sqlite import read_table

OPTIONS = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"'"


def check(path: Path, file_format: str = "csv", required=("a", "b")) -> pa.Table:
    source = {"format": file_format, "path": str(path), "options": OPTIONS, "table": "t"}
    return unreadable_lines("shop events", source, required, "Do this.")


def write(folder: Path, text: str, name: str = "x.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_lines_that_cannot_be_split_come_back_as_they_were(tmp_path: Path):
    path = write(tmp_path, "a,b\n1,2\n3\n4,5,6\n7,8\n9")

    lines = check(path).to_pylist()

    assert [(line["line_number"], line["raw_row"]) for line in lines] == [
        (3, "3"),
        (4, "4,5,6"),
        (6, "9"),
    ]
    assert {line["file_name"] for line in lines} == {"x.csv"}
    assert lines[0]["problem"] == "missing columns"
    assert lines[1]["problem"] == "too many columns"


def test_several_files_are_checked_each_by_itself(tmp_path: Path):
    write(tmp_path, "a,b\n1\n", "1.csv")
    write(tmp_path, "b,a\n1,2,3\n", "2.csv")

    lines = check(tmp_path / "*.csv").to_pylist()

    assert [(line["file_name"], line["raw_row"]) for line in lines] == [
        ("1.csv", "1"),
        ("2.csv", "1,2,3"),
    ]


@given(st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=5), min_size=1, max_size=30))
def test_every_line_is_read_or_returned(tmp_path_factory, rows: list[list[int]]):
    text = "a,b,c\n" + "\n".join(",".join(map(str, row)) for row in rows)
    path = write(tmp_path_factory.mktemp("lines"), text)

    returned = check(path, required=("a",))["raw_row"].to_pylist()

    assert sorted(returned) == sorted(",".join(map(str, row)) for row in rows if len(row) != 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("a,b\n", "is empty"),
        ("a,c\n1,2\n", "lacks the column b: .* has a, c"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_a_sentence(tmp_path: Path, text: str, message: str):
    with pytest.raises(InputError, match=rf"the source shop events {message}.*Do this"):
        check(write(tmp_path, text))


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def exports(folder: Path, **more) -> dict:
    """The source of all files x.csv below a folder, plain or zipped."""
    path = [str(folder / "**" / "x.csv"), str(folder / "**" / "also*.csv")]
    source = {"format": "csv", "path": path, "options": OPTIONS, "zipped": True}
    return {**source, "columns": ["a", "b", "c"], **more}


def test_zipped_files_are_read_like_plain_ones(tmp_path: Path):
    for name in ("one", "two", "three/deep"):
        (tmp_path / name).mkdir(parents=True)
    write(tmp_path / "one", "a,b\n1,2\nshort\n")
    mac = {"y.csv": "b,a,extra\n4,3,9\n", "__MACOSX/._y.csv": "?", ".DS_Store": "?"}
    zipped(tmp_path / "two" / "x.zip", mac)
    zipped(tmp_path / "three" / "deep" / "x.csv.zip", {"in/x.csv": "A,B\n5,6\nshort"})
    write(tmp_path, "a,b\n8,9\n", "also this.csv")

    source = exports(tmp_path)
    rows = read_rows(source).read_all().to_pylist()

    assert sorted((row["export"], row["a"], row["b"], row["c"], row["extra"]) for row in rows) == [
        ("", "8", "9", None, None),
        ("one", "1", "2", None, None),
        ("three/deep", "5", "6", None, None),
        ("two", "3", "4", None, "9"),
    ]


def test_lines_of_zipped_files_that_cannot_be_split_come_back(tmp_path: Path):
    zipped(tmp_path / "x.zip", {"x.csv": "a,b\n1,2\nshort\n3,4\n"})

    [line] = unreadable_lines("days", exports(tmp_path), ("a", "b"), "Do this.").to_pylist()

    assert (line["file_name"], line["line_number"], line["raw_row"]) == ("x.zip", 3, "short")
    assert line["split_rows"] == read_rows(exports(tmp_path)).read_all().num_rows == 2


@given(st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=4), min_size=1, max_size=30))
def test_every_line_of_a_zip_is_read_or_returned(tmp_path_factory, rows: list[list[int]]):
    folder = tmp_path_factory.mktemp("zip")
    lines = [",".join(map(str, row)) for row in rows]
    zipped(folder / "x.zip", {"x.csv": "\n".join(["a,b,c", *lines])})

    returned = unreadable_lines("days", exports(folder), ("a",), "Do this.")["raw_row"].to_pylist()
    read = read_rows(exports(folder)).read_all().to_pylist()

    joined = [",".join(row[name] for name in ("a", "b", "c")) for row in read]
    assert sorted([*returned, *joined]) == sorted(lines)


def test_unpacked_files_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    zipped(tmp_path / "x.zip", {"x.csv": "a,b\n1,2\n"})
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    unreadable_lines("days", exports(tmp_path), ("a",), "Do this.")
    rows = read_rows(exports(tmp_path))
    while_reading = list(temporary.rglob("*.csv"))
    rows.read_all()

    assert len(while_reading) == 1
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"x.csv": "a,b\n1,2\n", "y.csv": "a,b\n1,2\n"}, r"a zip of 2 files \(x.csv, y.csv\)"),
        ({"x.txt": "a,b\n1,2\n"}, r"a zip of 1 files \(x.txt\), and one CSV file is expected"),
        ({}, r"a zip of 0 files \(nothing\)"),
    ],
)
def test_a_zip_of_anything_else_is_told_in_a_sentence(tmp_path: Path, files: dict, message: str):
    zipped(tmp_path / "x.zip", files)

    with pytest.raises(InputError, match=rf"days cannot be read: '.*x.zip' .*{message}.*Do this"):
        unreadable_lines("days", exports(tmp_path), ("a",), "Do this.")


def test_a_broken_zip_is_told_in_a_sentence(tmp_path: Path):
    whole = zipped(tmp_path / "x.zip", {"x.csv": "a,b\n" + "1,2\n" * 1000}).read_bytes()
    for broken in (b"no zip at all", whole[:-60], whole[:40] + b"?" * 20 + whole[60:]):
        (tmp_path / "x.zip").write_bytes(broken)
        with pytest.raises(InputError, match="it is not a zip file that can be unpacked"):
            unreadable_lines("days", exports(tmp_path), ("a",), "Do this.")


def test_a_zip_with_a_password_is_told_in_a_sentence(tmp_path: Path):
    path = zipped(tmp_path / "x.zip", {"x.csv": "a,b\n1,2\n"})
    # The first flag of a file says that it is encrypted, in its own header and in the directory.
    content = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    path.write_bytes(content)

    with pytest.raises(InputError, match="it is a zip file with a password"):
        unreadable_lines("days", exports(tmp_path), ("a",), "Do this.")


def test_a_column_of_our_own_name_is_told_in_a_sentence(tmp_path: Path):
    write(tmp_path, "a,Export\n1,2\n")
    source = exports(tmp_path)

    assert unreadable_lines("days", source, ("a",), "Do this.").num_rows == 0
    with pytest.raises(InputError, match=r"days has a column export: '.*x.csv' .*Do this\."):
        unreadable_lines("days", {**source, "plugin": "raw_rows"}, ("a",), "Do this.")


def test_an_optional_source_may_be_missing_or_empty(tmp_path: Path):
    source = exports(tmp_path, optional=True)

    assert unreadable_lines("sleep", source, ("a",), "Do this.").num_rows == 0
    nothing = read_rows(source).read_all()
    assert (nothing.num_rows, nothing.schema.names) == (0, ["a", "b", "c", "export"])
    with pytest.raises(InputError, match=r"missing: no file matches '.*x.csv or .*also"):
        unreadable_lines("days", exports(tmp_path), ("a",), "Do this.")

    zipped(tmp_path / "x.zip", {"x.csv": "a,b\n"})
    assert unreadable_lines("sleep", source, ("a",), "Do this.").num_rows == 0
    assert read_rows(source).read_all().num_rows == 0
    with pytest.raises(InputError, match="is empty"):
        unreadable_lines("days", exports(tmp_path), ("a",), "Do this.")


def test_one_of_several_columns_may_be_required(tmp_path: Path):
    write(tmp_path, "a,b\n1,2\n")

    assert unreadable_lines("days", exports(tmp_path), ("a", ["b", "c"]), "Do.").num_rows == 0
    with pytest.raises(InputError, match=r"lacks the column c or d: .* has a, b"):
        unreadable_lines("days", exports(tmp_path), ("a", ["c", "d"]), "Do.")


def test_a_missing_file_is_told_in_a_sentence(tmp_path: Path):
    with pytest.raises(InputError, match=r"shop events is missing: no file matches '.*nope"):
        check(tmp_path / "nope*.csv")


def test_a_damaged_parquet_file_is_told_in_a_sentence(tmp_path: Path):
    with pytest.raises(InputError, match=r"shop events cannot be read"):
        check(write(tmp_path, "not parquet at all", "x.parquet"), "parquet")


def test_a_file_that_is_no_sqlite_is_told_in_a_sentence(tmp_path: Path):
    with pytest.raises(InputError, match=r"shop events cannot be read"):
        check(write(tmp_path, "no database" * 100, "x.sqlite"), "sqlite")


def sqlite_file(folder: Path, create: str, rows: list[tuple]) -> Path:
    path = folder / "x.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(create)
        if rows:
            connection.executemany(f"insert into t values ({','.join('?' * len(rows[0]))})", rows)
    connection.close()
    return path


def test_a_sqlite_file_without_the_table_is_told_in_a_sentence(tmp_path: Path):
    path = sqlite_file(tmp_path, "create table other (a, b)", [])

    with pytest.raises(InputError, match=r"no such table: t"):
        check(path, "sqlite")


def test_an_empty_sqlite_table_is_told_in_a_sentence(tmp_path: Path):
    path = sqlite_file(tmp_path, "create table t (a integer, b text)", [])

    with pytest.raises(InputError, match=r"is empty"):
        check(path, "sqlite")


def test_a_sqlite_table_without_a_required_column(tmp_path: Path):
    path = sqlite_file(tmp_path, "create table t (a integer, b text)", [(1, "x")])

    with pytest.raises(InputError, match=r"lacks the column c: .* has a, b"):
        check(path, "sqlite", required=("a", "c"))


def test_declared_types_hold_though_a_column_begins_with_nulls(tmp_path: Path):
    rows = [(None, None, None)] * 60_000 + [(7, 1.5, "x")]
    path = sqlite_file(tmp_path, "create table t (i integer, r real, s varchar(9))", rows)

    table = read_table(str(path), "t")

    assert table.schema.types == [pa.int64(), pa.float64(), pa.string()]
    assert table.num_rows == len(rows)
    assert table.slice(len(rows) - 1).to_pylist() == [{"i": 7, "r": 1.5, "s": "x"}]


def test_a_value_that_disobeys_its_column_makes_the_column_text(tmp_path: Path):
    rows = [(1,), ("many",), (None,)]
    path = sqlite_file(tmp_path, "create table t (i integer)", rows)

    assert read_table(str(path), "t")["i"].to_pylist() == ["1", "many", None]


def test_an_empty_table_keeps_its_columns(tmp_path: Path):
    path = sqlite_file(tmp_path, "create table t (i integer, s)", [])

    table = read_table(str(path), "t")

    assert table.schema.names == ["i", "s"]
    assert table.num_rows == 0
