"""What imputation costs where there are many customers, beside the least that it could.

    nice -n 5 .venv/bin/python benchmarks/imputation.py --customers 1000000

Simulates customers with FEATURES features, of which TARGETS have a tenth of their values missing,
with bends that trees find and a straight line does not; writes them to a DuckDB file; and takes in
turn, each in a process of its own, ROUNDS times:

- floor: one XGBoost fit on 50,000 of the customers, with the settings of the project, and one pass
  of its predictions over the features of all.
- scores: the competition, `score_imputers`.
- imputed: `impute`, its answer written as a table.

Prints the median CPU and wall seconds and the highest peak memory of each, and the ratio of scores
and imputed together to the floor, once and for each target; the last line is that of the CPU. Wall
times mean something on a quiet machine only. SEGMENTS_MEMORY is DuckDB's limit.

Before them it prints what more rows to learn from are worth: the mean absolute error for x0, on
HELD_OUT other customers, of trees without their linear start, and the CPU seconds of the fit.
IRREDUCIBLE of the error is noise, which nobody can predict.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import xgboost
from fresh import fresh

from segmentation.imputation import (
    MAX_TRAINING_ROWS,
    NUMBER_ROUNDS,
    NUMBER_TREES,
    impute,
    score_imputers,
)

FEATURES = 38
LEARNED_FROM = (5_000, 10_000, 20_000, MAX_TRAINING_ROWS)
HELD_OUT = 50_000
# How much of a target is noise: three numbers, even between -1 and 1, added up, whose mean distance
# from 0 is 13 / 16.
NOISE = 0.5
IRREDUCIBLE = NOISE * 13 / 16
TARGETS = 3
SETTINGS = {"population": "many", "axes": {"value": "x3"}}


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """The simulated customers, with the threads and the memory of the profile."""
    connection = duckdb.connect(str(path))
    connection.execute(f"set threads = {os.environ.get('SEGMENTS_THREADS', '2')}")
    connection.execute(f"set memory_limit = '{os.environ.get('SEGMENTS_MEMORY', '4GB')}'")
    connection.execute("set preserve_insertion_order = false; set enable_progress_bar = false")
    return connection


def simulate(path: Path, customers: int) -> None:
    """The table `customers`: the targets are x0, x1 and so on; the others predict them."""
    noise = [
        f"(hash(id, {i}) % 1000003 + hash(id, {i + 100}) % 1000003 + hash(id, {i + 200}) % 1000003)"
        " / 500001.5 - 3"
        for i in range(FEATURES)
    ]
    plain = [f"{noise[i]} as x{i}" for i in range(TARGETS, FEATURES)]
    bent = [
        f"case when hash(id, {300 + i}) % 10 > 0 then sin(2 * x{TARGETS + i}) + x{TARGETS + 3 + i} "
        f"+ {NOISE} * ({noise[i]}) end as x{i}"
        for i in range(TARGETS)
    ]
    with connect(path) as connection:
        connection.execute(
            "create table customers as with plain as ("
            f"select id, 'customer ' || id as customer_id, {', '.join(plain)} "
            f"from range({customers}) as ids (id)) "
            f"select * exclude (id), {', '.join(bent)} from plain"
        )


def matrix_and_target(path: Path, order: str = "") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The features of all customers, as they come or in order, x0, and where it is known."""
    names = ", ".join(f"x{i}" for i in range(TARGETS, FEATURES))
    with connect(path) as connection:
        columns = connection.sql(f"select {names}, x0 from customers {order}").fetchnumpy()
    target = columns.pop("x0")
    matrix = np.column_stack([np.asarray(column) for column in columns.values()])
    return matrix, np.asarray(target), np.flatnonzero(~np.ma.getmaskarray(target))


def grown(matrix: np.ndarray, target: np.ndarray) -> xgboost.Booster:
    """Trees with the settings of the project, but for their linear start."""
    return xgboost.train(NUMBER_TREES, xgboost.DMatrix(matrix, target, nthread=1), NUMBER_ROUNDS)


def floor(path: Path) -> None:
    """One fit and one pass of prediction."""
    matrix, target, known = matrix_and_target(path)
    learned = known[:MAX_TRAINING_ROWS]
    trees = grown(matrix[learned], target[learned])
    trees.predict(xgboost.DMatrix(matrix, nthread=1))


def learning(path: Path) -> list[tuple[int, float, float]]:
    """Customers learned from, the error on others, and CPU seconds of the fit; none of too few."""
    matrix, target, known = matrix_and_target(path, "order by md5(customer_id)")
    learned, held_out = known[:MAX_TRAINING_ROWS], known[MAX_TRAINING_ROWS:][:HELD_OUT]
    if len(held_out) < HELD_OUT:
        return []
    others = xgboost.DMatrix(matrix[held_out], nthread=1)
    found = []
    for rows in LEARNED_FROM:
        start = time.process_time()
        trees = grown(matrix[learned[:rows]], target[learned[:rows]])
        seconds = time.process_time() - start
        error = np.abs(trees.predict(others) - target[held_out]).mean()
        found.append((rows, float(error), seconds))
    return found


def scores(path: Path) -> None:
    """The competition, its answer kept for `imputed`."""
    with connect(path) as connection:
        connection.register("found", score_imputers(connection.table("customers"), SETTINGS))
        connection.execute("create or replace table scores as select * from found")


def imputed(path: Path) -> None:
    """The filled customers as a table."""
    with connect(path) as connection:
        choice = connection.sql("select * from scores").to_arrow_table()
        filled = impute(connection.table("customers"), choice, SETTINGS)
        connection.register("filled", filled)
        connection.execute("create or replace table imputed as select * from filled")


def measured(function: Callable, path: Path) -> tuple[float, float, float]:
    """CPU and wall seconds, and GiB at the peak of its process."""
    start, cpu_before = time.monotonic(), time.process_time()
    function(path)
    wall, cpu = time.monotonic() - start, time.process_time() - cpu_before
    return cpu, wall, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Measure in turn, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    runs = {floor: [], scores: [], imputed: []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.duckdb"
        fresh(simulate, path, options.customers)
        learned = fresh(learning, path)
        for _ in range(options.rounds):
            for step, found in runs.items():
                found.append(fresh(measured, step, path))
        with connect(path) as connection:
            chosen = connection.sql(
                "select feature, method from scores where is_chosen order by feature"
            ).fetchall()
    print(f"{options.customers:,} customers, {FEATURES} features; chosen: {dict(chosen)}")
    if learned:
        print(f"learned from | mean absolute error ({IRREDUCIBLE:.4f} is noise) | CPU s")
    for rows, error, seconds in learned:
        print(f"{rows:,} | {error:.4f} | {seconds:.1f}")
    print("step | CPU s | wall s | peak GiB")
    for step, found in runs.items():
        cpu, wall, peak = zip(*found, strict=True)
        print(f"{step.__name__} | {median(cpu):.1f} | {median(wall):.1f} | {max(peak):.2f}")
    ratios = []
    for position, name in enumerate(("CPU", "wall")):
        ratio = median(
            (second[position] + third[position]) / first[position]
            for first, second, third in zip(*runs.values(), strict=True)
        )
        ratios.append(ratio)
        print(f"{name}: {ratio:.1f} times the floor, {ratio / TARGETS:.1f} for each target")
    print(f"ratio: {ratios[0]:.2f}")


if __name__ == "__main__":
    main()
