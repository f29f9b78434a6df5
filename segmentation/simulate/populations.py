"""The populations that can be simulated, and the files they are written to: raw data and truth."""

import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from segmentation.errors import InputError
from segmentation.features import quoted, text_literal
from segmentation.simulate.clickstream import MAX_CUSTOMERS, simulate_clickstream
from segmentation.simulate.fitbit import simulate_fitbit
from segmentation.simulate.gifting import simulate_gifting
from segmentation.simulate.personality import simulate_personality
from segmentation.simulate.shop import simulate_shop

SEED = 7
MAX_SEED = 2**32 - 1
ZIP_TIME = (2016, 5, 13, 0, 0, 0)
"""What the files in a zip have as their time: not that of the writing."""
SQLITE_TABLE = "events"
"""The name of a SQLite file, and of the only table in it."""


@dataclass(frozen=True)
class Population:
    """How one population is simulated and written.

    simulate: a function of customers, seed, dirt and structure, which returns the raw data and the
        truth. Raw is a table, or a dict of file names and tables; a table is a pandas frame or a
        DuckDB relation. A file x.zip holds the one file x.csv. The truth has the customer in its
        first column and the segment in its second, one row per customer; without structure, all
        customers have one segment.
    sample_customers: how many the committed sample has.
    file_name: the name of the raw file, where raw is a table.
    delimiter, line_end: of its CSV files.
    is_cut_off: whether dirt also means that the last line is cut off, as in a broken download.
    formats: the formats in which the project reads the population.
    most_customers: how many can be simulated at once. Where raw is in memory, as many as take about
        7 GB of it.
    """

    simulate: Callable
    sample_customers: int
    file_name: str = ""
    delimiter: str = ","
    line_end: str = "\n"
    is_cut_off: bool = False
    formats: tuple[str, ...] = ("csv",)
    most_customers: int = 10_000_000


POPULATIONS = {
    "clickstream": Population(
        simulate_clickstream,
        sample_customers=1200,
        file_name="2019-Oct.csv",
        line_end="\r\n",
        is_cut_off=True,
        formats=("csv", "parquet", "sqlite"),
        most_customers=MAX_CUSTOMERS,
    ),
    "personality": Population(
        simulate_personality,
        sample_customers=1000,
        file_name="marketing_campaign.csv",
        delimiter="\t",
        line_end="\r\n",
    ),
    "fitbit": Population(simulate_fitbit, sample_customers=80, most_customers=20_000),
    "gifting": Population(simulate_gifting, sample_customers=500, file_name="gift_data.csv"),
    "shop": Population(simulate_shop, sample_customers=600, file_name="Customers.csv"),
}


def write_samples(folder: Path) -> list[Path]:
    """Write the samples of all populations, with their truth tables, and return their paths."""
    paths = []
    for name, population in POPULATIONS.items():
        paths += write_population(
            name,
            folder / "sample_data",
            folder / "tests" / "fixtures",
            population.sample_customers,
            dirt=True,
        )
    return paths


def write_population(
    name: str,
    folder: Path,
    truth_folder: Path,
    customers: int,
    seed: int = SEED,
    dirt: bool = False,
    structure: bool = True,
    file_format: str = "csv",
) -> list[Path]:
    """Simulate one population, write its files and return their paths.

    The raw files go to folder/<name>/, with the names and the dialect of the public ones, so that
    SEGMENTS_DATA can name the folder; the truth goes to truth_folder/<name>_truth.csv, with the
    columns customer_id and segment in the order of customer_id.

    Raises InputError where the population or its format is not known, the seed is not one from 0 to
    MAX_SEED, there are more than the most customers of the population, or too few to simulate.
    """
    if name not in POPULATIONS:
        raise InputError(f"'{name}' is not a population: choose one of {', '.join(POPULATIONS)}.")
    population = POPULATIONS[name]
    if file_format not in population.formats:
        raise InputError(
            f"the project does not read {name} as {file_format}: choose one of "
            f"{', '.join(population.formats)}."
        )
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"the seed is {seed}: give a whole number from 0 to {MAX_SEED}.")
    if customers > population.most_customers:
        raise InputError(
            f"the number of customers is {customers}: give one up to {population.most_customers}."
        )
    raw, truth = population.simulate(customers, seed, dirt, structure)
    tables = raw if isinstance(raw, dict) else {population.file_name: raw}
    paths = []
    for file_name, table in tables.items():
        path = (folder / name / file_name).with_suffix(f".{file_format}")
        if file_format == "sqlite":
            path = path.with_stem(SQLITE_TABLE)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(table, path, population)
        if file_name.endswith(".zip"):
            path = _zip(path)
        if population.is_cut_off and dirt and file_format == "csv":
            _cut_last_line(path, population)
        paths.append(path)
    truth_folder.mkdir(parents=True, exist_ok=True)
    return [*paths, _write_truth(truth, truth_folder / f"{name}_truth.csv")]


def _write(table: pd.DataFrame | duckdb.DuckDBPyRelation, path: Path, population: Population):
    """Write one raw table; NULL is empty text in CSV."""
    if isinstance(table, pd.DataFrame):
        table.to_csv(
            path, sep=population.delimiter, lineterminator=population.line_end, index=False
        )
    elif path.suffix == ".parquet":
        table.to_parquet(str(path))
    elif path.suffix == ".sqlite":
        _write_sqlite(table, path)
    else:
        line_end = population.line_end.replace("\r", r"\r").replace("\n", r"\n")
        table.query(
            "events",
            f"copy events to {text_literal(str(path))} "
            f"(format csv, header, delimiter '{population.delimiter}', new_line '{line_end}')",
        )


def _write_sqlite(table: duckdb.DuckDBPyRelation, path: Path):
    """Write a relation as a table of a new SQLite file; amounts are REAL, as SQLite has them."""
    path.unlink(missing_ok=True)
    types = {"BIGINT": "INTEGER", "VARCHAR": "TEXT"}
    columns = [
        f"{name} {types.get(str(kind), 'REAL')}"
        for name, kind in zip(table.columns, table.types, strict=True)
    ]
    rows = table.select(
        *(
            duckdb.ColumnExpression(name).cast("DOUBLE" if kind.endswith(" REAL") else known)
            for name, known, kind in zip(table.columns, table.types, columns, strict=True)
        )
    )
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"create table {SQLITE_TABLE} ({', '.join(columns)})")
        places = ", ".join("?" * len(columns))
        for batch in rows.to_arrow_reader(10_000):
            some = zip(*(column.to_pylist() for column in batch.columns), strict=True)
            connection.executemany(f"insert into {SQLITE_TABLE} values ({places})", some)


def _zip(path: Path) -> Path:
    """Move a file into a zip of its own, which is the same whenever it is written."""
    zipped = path.with_suffix(".zip")
    member = zipfile.ZipInfo(path.name, date_time=ZIP_TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr(member, path.read_bytes(), compresslevel=9)
    path.unlink()
    return zipped


def _cut_last_line(path: Path, population: Population):
    """Repeat the last line up to the middle of its last field but one."""
    with path.open("rb+") as file:
        file.seek(-1000, 2)
        line_end = population.line_end.encode()
        fields = file.read().split(line_end)[-2].split(population.delimiter.encode())
        file.write(population.delimiter.encode().join([*fields[:-2], fields[-2][:-1]]))


def _write_truth(truth: pd.DataFrame | duckdb.DuckDBPyRelation, path: Path) -> Path:
    """Write a truth table in the order of customer_id, and return its path."""
    if isinstance(truth, pd.DataFrame):
        table = truth.set_axis(["customer_id", "segment"], axis=1).sort_values("customer_id")
        table.to_csv(path, index=False, lineterminator="\n")
    else:
        customer, segment = (quoted(name) for name in truth.columns)
        truth.query(
            "truth",
            f"copy (select {customer} as customer_id, {segment} as segment from truth order by 1) "
            f"to {text_literal(str(path))} (format csv, header, new_line '\\n')",
        )
    return path
