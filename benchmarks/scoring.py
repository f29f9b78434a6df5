"""What scoring costs: five million customers, most of whom the fit never saw, with a stored fit.

    nice -n 5 .venv/bin/python benchmarks/scoring.py --customers 5000000

Builds all populations, from the sample unless SEGMENTS_DATA says otherwise, puts as many customers
in the place of those of clickstream, and runs `dbt build -s <model>`, tests included, for each of
MODELS, before and after. Each customer is one of the build, drawn with replacement by a hash, with
a new id and each fraction moved by up to 5 %.

- dbt build: wall and CPU seconds and peak memory of the whole process, with that many customers.
- before: CPU seconds of the same with the customers of the build. With the sample that is what dbt
  takes to start, to read the project and to run the tests.
- query: wall and CPU seconds of the model's SELECT alone, its answer kept as a table.

The wall times mean something on a quiet machine only, the CPU times on any.

The two floors are queries that every look at the clustered features costs at least: the greatest
of each, and the greatest of each per customer. The last line is the ratio of the CPU seconds of the
first model's query to those of the second floor. SEGMENTS_MEMORY and SEGMENTS_THREADS count as in a
build.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from fresh import fresh

ROOT = Path(__file__).resolve().parents[1]
MODELS = ("customer_scores", "clickstream_drift", "clickstream_history", "clickstream_profiles")
DATABASE = "benchmark.duckdb"
FEATURES = "features.clickstream_features"
OBSERVED = "features.clickstream_observed_features"
FITS = "models.clickstream_fits"
MOVED_BY = 0.05
FRACTIONS = ("DOUBLE", "FLOAT", "DECIMAL")


def dbt(folder: Path, *arguments: str) -> tuple[float, float, float]:
    """Run dbt on the build file of the folder: seconds of wall and of CPU, GiB at the peak."""
    command = [Path(sys.executable).parent / "dbt", "--quiet", *arguments]
    command += ["--project-dir", ROOT, "--profiles-dir", ROOT, "--target-path", folder / "target"]
    start = time.monotonic()
    environment = {**os.environ, "SEGMENTS_DB": str(folder / DATABASE)}
    subprocess.run(command, env=environment, check=True)
    wall = time.monotonic() - start
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """The build file, with the threads and the memory of the profile."""
    connection = duckdb.connect(str(folder / DATABASE))
    connection.execute(f"set threads = {os.environ.get('SEGMENTS_THREADS', '2')}")
    connection.execute(f"set memory_limit = '{os.environ.get('SEGMENTS_MEMORY', '4GB')}'")
    connection.execute("set preserve_insertion_order = false; set enable_progress_bar = false")
    return connection


def multiply(folder: Path, customers: int) -> None:
    """Put that many customers in the place of the clickstream sample."""
    with connect(folder) as connection:
        columns = connection.sql(f"describe {FEATURES}").fetchall()
        moved = ", ".join(
            f'cast("{name}" * (1 + {MOVED_BY} * (hash(id, {i}) % 2001 / 1000 - 1)) as {kind}) '
            f'as "{name}"'
            for i, (name, kind, *_) in enumerate(columns)
            if kind.split("(")[0] in FRACTIONS
        )
        connection.execute(
            "create table features.many as "
            "with present as (select *, row_number() over (order by customer_id) as place "
            f"from {OBSERVED} where is_present), "
            "drawn as (select id, hash(id) % (select count(*) from present) + 1 as place "
            f"from range({customers}) as ids (id)) "
            f"select * exclude (id, place) replace ('customer ' || id as customer_id, {moved}) "
            "from drawn inner join present using (place)"
        )
        connection.execute(f"create or replace view {OBSERVED} as from features.many")
        connection.execute(
            f"create or replace table {FEATURES} as "
            "select * exclude (as_of, is_present, is_cutoff, is_history) from features.many"
        )


def seconds(folder: Path, query: str) -> tuple[float, float]:
    """The wall and the CPU time of a query whose answer becomes a table."""
    with connect(folder) as connection:
        start, cpu_before = time.monotonic(), time.process_time()
        connection.execute(f"create temp table answer as {query}")
        return time.monotonic() - start, time.process_time() - cpu_before


def compiled(folder: Path, model: str) -> str:
    """The query of a model as the last run of dbt made it."""
    (path,) = (folder / "target" / "compiled").rglob(f"{model}.sql")
    return path.read_text()


def floors(folder: Path) -> list[str]:
    """One look at every clustered feature, of all customers and of each."""
    with connect(folder) as connection:
        fit = f"select distinct feature from {FITS} where is_current order by feature"
        names = [name for (name,) in connection.sql(fit).fetchall()]
    greatest = ", ".join(f'max("{name}")' for name in names)
    looked = f"select {greatest} from {FEATURES}"
    return [looked, f"{looked} group by customer_id"]


def measure(folder: Path, customers: int) -> None:
    """Build, multiply, build again, and print one row per model."""
    fresh(dbt, folder, "build", "--exclude-resource-type", "test", "unit_test")
    before = {model: fresh(dbt, folder, "build", "-s", model)[1] for model in MODELS}
    fresh(multiply, folder, customers)
    print(f"{customers:,} customers")
    for name, query in zip(("scan", "per customer"), fresh(floors, folder), strict=True):
        wall, floor = fresh(seconds, folder, query)
        print(f"floor, {name}: {wall:.1f} s, CPU {floor:.1f} s", flush=True)
    queries = {}
    print("| model | dbt build, s | CPU, s | before, CPU, s | query, s | CPU, s | peak, GiB |")
    print("|---" * 7 + "|")
    for model in MODELS:
        wall, cpu, peak = fresh(dbt, folder, "build", "-s", model)
        query_wall, queries[model] = fresh(seconds, folder, compiled(folder, model))
        print(
            f"| {model} | {wall:.1f} | {cpu:.1f} | {before[model]:.1f} | {query_wall:.1f} "
            f"| {queries[model]:.1f} | {peak:.2f} |",
            flush=True,
        )
    print(f"ratio: {queries[MODELS[0]] / floor:.2f}")


def main() -> int:
    """Measure in a temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=5_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), given.customers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
