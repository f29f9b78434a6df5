"""How many customers a plain refit would have given another number, between two build files.

    .venv/bin/python benchmarks/plain_refit.py fitbit first.duckdb second.duckdb

Each build file holds a fit of the population, chosen by k-means. For each of SEEDS pairs of seeds,
k-means with the same number of segments is fitted on the customers of either file, in the scale of
its own fit, and the labels are compared as they come, for the customers who are in both.
"""

import argparse
from pathlib import Path

import segmentation.threads  # isort: skip  # noqa: F401  before scikit-learn is imported
import duckdb
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans

SEEDS = 50


def fitted(population: str, path: Path) -> tuple[pd.DataFrame, int]:
    """The scaled points of the customers of a build file's fit, by customer_id, and its k."""
    with duckdb.connect(str(path), read_only=True) as connection:
        expressions = connection.execute(
            f"select expression from models.{population}_model order by position"
        ).fetchall()
        columns = ", ".join(f"{each} as x{i}" for i, (each,) in enumerate(expressions))
        points = connection.execute(
            f"select customer_id, {columns} from models.{population}_imputed order by customer_id"
        ).df()
        (segments,) = connection.execute(
            f"select any_value(len(segment_ids)) from models.{population}_model"
        ).fetchone()
    return points.set_index("customer_id"), segments


def labels(points: pd.DataFrame, segments: int, seed: int) -> pd.Series:
    """The labels of a plain k-means, by customer_id."""
    fit = KMeans(segments, n_init=10, random_state=seed).fit(points.to_numpy())
    return pd.Series(fit.labels_, points.index)


def main() -> None:
    """Print the share of customers with another label: mean, lowest and highest of all pairs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("population")
    parser.add_argument("files", nargs=2, type=Path)
    arguments = parser.parse_args()
    first, second = (fitted(arguments.population, path) for path in arguments.files)
    both = first[0].index.intersection(second[0].index)
    shares = [
        np.mean(labels(*first, seed)[both] != labels(*second, SEEDS + seed)[both])
        for seed in range(SEEDS)
    ]
    print(
        f"{len(both)} customers in both; another label: mean {np.mean(shares):.1%}, "
        f"lowest {min(shares):.1%}, highest {max(shares):.1%} of {SEEDS} pairs of seeds"
    )


if __name__ == "__main__":
    main()
