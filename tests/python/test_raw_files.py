"""Raw CSV files of any shape: no line of them is lost between the file and the staged tables."""

import csv
import io
import json
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT, Project
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.sources import unreadable_lines

COLUMNS = ("event_time", "event_type", "product_id", "price", "user_id")
OPTIONAL = ("brand", "user_session", "colour", "select", "a b")
BAD_LINES = ("short", "a,b", ",".join("x" * 20))
SNIFFED_LINES = 2_100
"""More lines than the reader looks at (20,480) times columns before it settles on a dialect."""


def csv_source(population: str, table: str) -> dict:
    """The settings of a CSV source as the project's YAML states them."""
    path = ROOT / "models" / "staging" / population / f"{population}_sources.yml"
    tables = yaml.safe_load(path.read_text())["sources"][0]["tables"]
    return next(entry for entry in tables if entry["name"] == table)["config"]["meta"]


CLICKSTREAM = csv_source("clickstream", "events_csv")
PERSONALITY = csv_source("personality", "customers")


def read(folder: Path, source: dict) -> tuple[list[dict], list[str]]:
    """The rows that the build reads from the folder's CSV files, and the lines it sets aside."""
    source = {**source, "path": str(folder / "*.csv")}
    lines = unreadable_lines("shop events", source, COLUMNS, "Do this.")
    relation = source["external_location"].format(**source)
    with duckdb.connect() as connection:
        result = connection.execute(f"from {relation}")
        names = [column[0] for column in result.description]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    for row in rows:
        # Where the reader adds the file to each row, no record has it.
        assert row.pop("raw_file", str(folder)).startswith(str(folder))
    return rows, lines["raw_row"].to_pylist()


def counted(rows: list[dict]) -> Counter:
    """How often each row is there, whatever the order of its columns; empty values are NULL."""
    return Counter(
        frozenset((name.lower(), value) for name, value in row.items() if value) for row in rows
    )


def written_line(values: list[str], delimiter: str = ",") -> str:
    """One record of a CSV file without its line end."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerow(values)
    return stream.getvalue().removesuffix("\r\n")


@dataclass
class RawFile:
    """One CSV file to be written: rows that have its columns, and lines that have not."""

    columns: list[str]
    rows: list[dict]
    bad_lines: list[str]
    is_upper: bool
    line_end: str
    byte_order_mark: str
    has_last_line_end: bool

    def content(self, delimiter: str, order: random.Random) -> bytes:
        header = [name.upper() if self.is_upper else name for name in self.columns]
        lines = [written_line([row[name] for name in self.columns], delimiter) for row in self.rows]
        lines += [line.replace(",", delimiter) for line in self.bad_lines]
        order.shuffle(lines)
        text = self.line_end.join([written_line(header, delimiter), *lines])
        text += self.line_end if self.has_last_line_end else ""
        return (self.byte_order_mark + text).encode()


@st.composite
def raw_files(draw, characters: str) -> RawFile:
    """Files with any order of columns, extra ones, repeated rows and any kind of line end."""
    word = st.text(st.sampled_from(characters), max_size=6)
    columns = draw(st.permutations([*COLUMNS, *draw(st.sets(st.sampled_from(OPTIONAL)))]))
    row = st.fixed_dictionaries({name: word for name in columns} | {"user_id": st.just("7")})
    rows = draw(st.lists(row, min_size=1, max_size=8))
    return RawFile(
        columns=columns,
        rows=rows + draw(st.lists(st.sampled_from(rows), max_size=3)),
        bad_lines=draw(st.lists(st.sampled_from(BAD_LINES), max_size=2)),
        is_upper=draw(st.booleans()),
        line_end=draw(st.sampled_from(["\n", "\r\n"])),
        byte_order_mark=draw(st.sampled_from(["", "\ufeff"])),
        has_last_line_end=draw(st.booleans()),
    )


@pytest.mark.parametrize(
    ("source", "delimiter", "characters"),
    [
        (CLICKSTREAM, ",", "aZ7.-# '\"\\,;\t\nÅ\u00a0☃"),
        # Where the reader has to guess the dialect, quotes in small files can mislead it.
        (PERSONALITY, "\t", "aZ7.- Å\u00a0☃"),
        (PERSONALITY, ";", "aZ7.- Å\u00a0☃"),
    ],
    ids=["comma", "tab", "semicolon"],
)
def test_every_record_is_read_as_written_or_set_aside(
    tmp_path_factory, source: dict, delimiter: str, characters: str
):
    @settings(max_examples=15, deadline=None)
    @given(
        files=st.lists(raw_files(characters), min_size=1, max_size=3),
        order=st.randoms(use_true_random=False),
    )
    def check(files: list[RawFile], order: random.Random):
        folder = tmp_path_factory.mktemp("raw files Ü")
        for number, file in enumerate(files):
            (folder / f"{number}.csv").write_bytes(file.content(delimiter, order))

        rows, lines = read(folder, source)

        assert counted(rows) == counted([row for file in files for row in file.rows])
        bad_lines = [line.replace(",", delimiter) for file in files for line in file.bad_lines]
        assert sorted(lines) == sorted(bad_lines)

    check()


@pytest.mark.parametrize(
    "broken",
    [
        b"2019-10-01,view",
        b"2019-10-01,view,1,2,3,4",
        b"x" * 3_000_000,
        b"\xff\xfe",
        b'2019-10-01,view,"1"2,3,4',
        b"2019-10-01,view,caf\xe9,3,4",
    ],
    ids=["short", "long", "huge", "no text", "text after a quote", "not UTF-8"],
)
def test_a_broken_line_far_down_takes_no_other_line_with_it(tmp_path: Path, broken: bytes):
    good = [f"2019-10-01,view,{number},2,3".encode() for number in range(SNIFFED_LINES + 900)]
    lines = [",".join(COLUMNS).encode(), *good[:SNIFFED_LINES], broken, *good[SNIFFED_LINES:]]
    (tmp_path / "x.csv").write_bytes(b"\n".join(lines))

    rows, lines = read(tmp_path, CLICKSTREAM)

    assert [row["product_id"] for row in rows] == [str(number) for number in range(len(good))]
    assert len(lines) == 1


def test_odd_files_are_staged_rejected_and_counted(tmp_path: Path, project: Project):
    """Two files of different shapes in a folder whose name holds a blank and an umlaut.

    Each row says under `product_id` what has to become of it.
    """
    good = {"event_time": "2019-10-01T02:00:00+02:00", "event_type": " View", "price": "1"}
    good |= {"user_id": " 7.0 ", "product_id": "staged", "brand": 'A "b",\nc'}
    rows = [
        good,
        good,
        good | {"user_id": "o'x; --", "price": "1e3"},
        good | {"user_id": " ", "product_id": "no customer"},
        good | {"event_time": "1569888000", "product_id": "time cannot be read"},
        good | {"event_type": "buy", "product_id": "unknown event type"},
        good | {"price": "12,50", "product_id": "price cannot be read"},
        good | {"price": "inf", "product_id": "price cannot be read"},
        good | {"price": "-1", "product_id": "negative price"},
        good | {"price": "", "event_type": "PURCHASE", "product_id": "no price"},
    ]
    folder = tmp_path / "shop data ü" / "clickstream"
    folder.mkdir(parents=True)
    columns = [*COLUMNS, "brand"]
    lines = [written_line([name.upper() for name in columns])]
    lines += [written_line([row[name] for name in columns]) for row in rows]
    (folder / "a.csv").write_text("\ufeff" + "\r\n".join(lines), newline="")
    (folder / "b.csv").write_text(
        "extra,user_id,price,product_id,event_type,event_time\n"
        "x,8,2,staged,cart,2019-10-02\n"
        "only,three,columns\n"
        "only,three,columns"
    )

    code, output = project.dbt(
        "run", "-s", "path:models/staging/clickstream", SEGMENTS_DATA=str(folder.parent)
    )

    assert code == 0, output
    staged = project.query(
        "select product_id, customer_id, event_type, price from staging.stg_clickstream__events "
        "order by customer_id"
    )
    assert [(*row[:3], float(row[3])) for row in staged] == [
        ("staged", "7", "view", 1),
        ("staged", "8", "cart", 2),
        ("staged", "o'x; --", "view", 1000),
    ]
    rejected = project.query(
        "select reason, raw_row, copies from staging.stg_clickstream__rejected_events"
    )
    lines = [row[1:] for row in rejected if row[0].startswith("line cannot be split")]
    assert lines == [("only,three,columns", 2)]
    texts = [
        (reason, {name.lower(): value for name, value in json.loads(text).items() if value})
        for reason, text, _ in rejected
        if not reason.startswith("line cannot be split")
    ]
    expected = [row for row in rows if row["product_id"] != "staged"]
    assert counted([text for _, text in texts]) == counted(expected)
    assert all(reason == text["product_id"] for reason, text in texts)
