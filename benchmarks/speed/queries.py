"""What is asked of files and build files; each question in a process of its own.

    python -m benchmarks.speed.queries <function> <arguments>

prints the answer as JSON.
"""

import json
import os
import sys
import time

import duckdb

FEATURES = "features.clickstream_features"
EVENTS = "staging.stg_clickstream__events"
TOUCHED_OF = 100
RAW_COLUMNS = (
    *("event_time", "event_type", "product_id", "category_id"),
    *("brand", "price", "user_id", "user_session"),
)
# Recency, frequency and monetary value, the least that any features need.
GROUP_BY = f"""
    create temp table customers as
    select
        customer_id,
        max(occurred_at) as last_event_at,
        min(occurred_at) as first_event_at,
        max(occurred_at) filter (where event_type = 'purchase') as last_purchase_at,
        count(*) as event_count,
        count(*) filter (where event_type = 'purchase') as purchase_count,
        sum(price) filter (where event_type = 'purchase') as revenue
    from build.{EVENTS}
    group by customer_id
"""


def connected(database: str = "") -> duckdb.DuckDBPyConnection:
    """A connection with the settings of a build, with a build file to read as `build`."""
    connection = duckdb.connect(
        config={
            "memory_limit": os.environ.get("SEGMENTS_MEMORY", "4GB"),
            "threads": os.environ.get("SEGMENTS_THREADS", "2"),
            "preserve_insertion_order": "false",
            "temp_directory": f"{database or 'duckdb'}.floor.tmp",
        }
    )
    if database:
        connection.execute(f"attach '{database}' as build (read_only)")
    return connection


def reader(path: str) -> str:
    """The table function that reads a file of events, text times as they stand."""
    return f"read_csv('{path}')" if path.endswith(".csv") else f"read_parquet('{path}')"


def _seconds(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, float]:
    wall, processors = time.monotonic(), time.process_time()
    connection.execute(query).fetchall()
    return {
        "wall": time.monotonic() - wall,
        "processors": time.process_time() - processors,
    }


def scan(path: str) -> dict[str, float]:
    """Seconds to read every value of the needed columns of a CSV or Parquet file."""
    with connected() as connection:
        query = f"select bit_xor(hash({', '.join(RAW_COLUMNS)})) from {reader(path)}"
        return _seconds(connection, query)


def group_by(database: str) -> dict[str, float]:
    """Seconds of one group-by per customer over the staged events of a build file."""
    with connected(database) as connection:
        return _seconds(connection, GROUP_BY)


def size(database: str) -> dict[str, int]:
    """How many events and customers a build file has."""
    with connected(database) as connection:
        [counts] = connection.execute(
            f"select (select count(*) from build.{EVENTS}), (select count(*) from build.{FEATURES})"
        ).fetchall()
    return dict(zip(("events", "customers"), counts, strict=True))


def checksum(database: str) -> dict[str, str]:
    """What the features of a build file are, to the byte, in whatever order."""
    with connected(database) as connection:
        [(rows, total)] = connection.execute(
            "select count(*), cast(coalesce(sum(hash(features)), 0) as varchar) "
            f"from build.{FEATURES} as features"
        ).fetchall()
    return {"rows": str(rows), "sum of hashes": total}


def write_day(known: str, path: str) -> dict[str, int]:
    """Write a day after all others: one visit each of one in TOUCHED_OF known customers."""
    with connected() as connection:
        connection.execute(
            f"""
            copy (
                select
                    * replace (
                        '2019-11-01' || substr(event_time, 11) as event_time,
                        cast(cast(md5(user_session) as uuid) as varchar) as user_session
                    )
                from read_parquet('{known}')
                where user_id % {TOUCHED_OF} = 7
                qualify user_session = min(user_session) over (partition by user_id)
                order by event_time, user_id, event_type, product_id
            ) to '{path}' (format parquet)
            """
        )
        [counts] = connection.execute(
            f"select count(*), count(distinct user_id) from read_parquet('{path}')"
        ).fetchall()
    return dict(zip(("events", "customers"), counts, strict=True))


def differences(database: str, theirs: str) -> dict[str, float]:
    """The largest difference between a notebook's features and ours, by feature.

    Relative to ours, from 1 on; infinite where one side has a value and the other none. NaN is how
    pandas says NULL. Raises ValueError where the customers are not the same.
    """
    with connected(database) as connection:
        notebook = f"read_parquet('{theirs}')"
        columns = [
            {name for name, *_ in connection.execute(f"describe from {each}").fetchall()}
            for each in (f"build.{FEATURES}", notebook)
        ]
        names = sorted(set.intersection(*columns))
        worst = ", ".join(
            f"""
            max(case
                when (mine."{name}" is null)
                    != coalesce(isnan(cast(other."{name}" as double)), true)
                    then 'inf'::double
                else abs(mine."{name}" - other."{name}") / greatest(1, abs(mine."{name}"))
            end)"""
            for name in names
        )
        mine, other, both, *found = connection.execute(
            f"""
            select count(mine.customer_id), count(other.user_id), count(*), {worst}
            from build.{FEATURES} as mine
            full join {notebook} as other
                on mine.customer_id = cast(cast(other.user_id as bigint) as varchar)
            """
        ).fetchall()[0]
    if not mine == other == both:
        raise ValueError(f"we have {mine} customers, the notebook {other}, together {both}.")
    return {name: value or 0.0 for name, value in zip(names, found, strict=True)}


QUESTIONS = {
    each.__name__: each for each in (scan, group_by, size, checksum, write_day, differences)
}

if __name__ == "__main__":
    question, *given = sys.argv[1:]
    print(json.dumps(QUESTIONS[question](*given)))
