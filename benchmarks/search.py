"""How long the whole search takes for one population: every algorithm, every score, one choice.

    .venv/bin/python benchmarks/search.py --customers 100000 --features 12

Makes customers with four planted groups and twelve numeric features, runs
`segmentation.search.score_clusters` on them in this process, and prints the wall and CPU seconds
after the libraries were loaded, and the choice.
"""

import argparse
import time

import duckdb
import numpy as np
import pandas as pd

from segmentation.search import score_clusters


def main() -> None:
    """Make the customers, search, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--features", type=int, default=12)
    given = parser.parse_args()
    generator = np.random.default_rng(1)
    centres = generator.normal(scale=3, size=(4, given.features))
    groups = generator.integers(0, 4, given.customers)
    points = centres[groups] + generator.normal(size=(given.customers, given.features))
    frame = pd.DataFrame(points, columns=[f"feature_{i}" for i in range(given.features)])
    frame.insert(0, "customer_id", [f"c{i}" for i in range(given.customers)])
    settings = {"population": "benchmark", "axes": {"value": "feature_0"}}
    wall, cpu = time.perf_counter(), time.process_time()
    with duckdb.connect() as connection:
        scores = score_clusters(connection.from_df(frame), settings).to_pandas()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    chosen = scores[scores["is_chosen"]].iloc[0]
    print(
        f"{given.customers:,} customers, {given.features} features: {wall:.1f} s, CPU {cpu:.1f} s"
    )
    print(f"{len(scores)} rows; {chosen['algorithm']}, k = {chosen['k']}, {chosen['structure']}")


if __name__ == "__main__":
    main()
