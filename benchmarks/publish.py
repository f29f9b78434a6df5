"""What publishing costs for many customers, beside one copy of the same tables.

    .venv/bin/python benchmarks/publish.py customer_segments.duckdb 1000000

takes a finished build file, repeats the customers of its largest population until there are so
many, and publishes it: as it is, with a secret that hashes the ids, and as Parquet files besides.
Prints seconds, and the most memory that the process had. `COPY FROM DATABASE` of the published file
is the least that any copy takes.
"""

import copy
import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from presentation.publish import STORAGE_VERSION, publish

SECRET = b"0123456789abcdef0123456789abcdef"


def enlarged(build: Path, customers: int) -> None:
    """Repeat the customers of the largest population in all tables that have customers."""
    with duckdb.connect(str(build)) as connection:
        population, count = connection.execute(
            "select population, count(*) from marts.segments group by 1 order by 2 desc limit 1"
        ).fetchone()
        copies = -(-customers // count)
        tables = connection.execute(
            "select schema_name, table_name, bool_or(column_name = 'population') "
            "from duckdb_columns() inner join duckdb_tables() using (schema_name, table_name) "
            "where schema_name in ('marts', 'features', 'models') "
            "group by all having bool_or(column_name = 'customer_id')"
        ).fetchall()
        for schema, table, is_shared in tables:
            if schema == "models" and table != "histories":
                continue
            if not is_shared and table != f"{population}_features":
                continue
            chosen = f"where population = '{population}'" if is_shared else ""
            connection.execute(
                f"insert into {schema}.{table} select customers.* replace "
                f"(customer_id || '-' || copy as customer_id) from {schema}.{table} as customers, "
                f"range(1, {copies}) as copies (copy) {chosen}"
            )


def timed(words: str, work: Callable[[], None]) -> None:
    """Print how long something takes, and the most memory that the process has had."""
    start, used = time.perf_counter(), time.process_time()
    work()
    seconds, used = time.perf_counter() - start, time.process_time() - used
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{words}: {seconds:.1f} s, {used:.1f} s of processors, at most {memory:.1f} GB")


def copied(published: Path, target: Path) -> None:
    """Copy a published file table by table, as DuckDB does it."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published}' as published (read_only)")
        connection.execute(f"attach '{target}' as target (storage_version '{STORAGE_VERSION}')")
        connection.execute("copy from database published to target")


def main(build: str, customers: str) -> None:
    manifest = json.loads(Path("target/manifest.json").read_text())
    hashed = copy.deepcopy(manifest)
    for node in hashed["nodes"].values():
        if "customer_id" in node.get("columns", {}):
            node["columns"]["customer_id"]["tags"] = ["personal"]
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "build.duckdb"
        shutil.copy(build, large)
        enlarged(large, int(customers))
        published = Path(folder) / "published" / "customer_segments.duckdb"
        timed("publish", lambda: publish(large, published, manifest))
        print(f"size: {published.stat().st_size / 1e6:.0f} MB")
        timed("copy from database", lambda: copied(published, Path(folder) / "copy.duckdb"))
        timed("publish, hashed ids", lambda: publish(large, published, hashed, secret=SECRET))
        timed("publish, Parquet", lambda: publish(large, published, manifest, parquet=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
