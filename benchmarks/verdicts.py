"""How often the verdict is right, over many seeds: on crowds, and on planted segments.

    nice -n 5 .venv/bin/python benchmarks/verdicts.py clickstream personality --seeds 20
    nice -n 5 .venv/bin/python benchmarks/verdicts.py clickstream personality --seeds 20 --planted

For each population and seed: simulate customers without planted segments (or, with --planted, with
them) into a temporary folder, run the project's models up to <population>_cluster_scores on them,
and read the verdict. Prints a row per run and one per population. Exits with 1 where a population
gets "none" in fewer than 95 % of the crowds, or fewer than all planted segments are "clear".
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import duckdb

from segmentation.simulate.populations import POPULATIONS, write_population

ROOT = Path(__file__).resolve().parents[1]
REQUIRED = {"none": 0.95, "clear": 1.0}


def main() -> int:
    """Run every population with every seed, print the verdicts and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("populations", nargs="*", default=list(POPULATIONS))
    parser.add_argument("--seeds", type=int, default=20, help="how many; they count from 1")
    parser.add_argument("--customers", type=int, help="default: as many as in the sample")
    parser.add_argument("--dirt", action="store_true")
    parser.add_argument("--planted", action="store_true", help="with the planted segments")
    given = parser.parse_args()
    passed, right = True, "clear" if given.planted else "none"
    print("population | seed | algorithm | k | structure | strength of 2 | silhouette, copies")
    for name in given.populations:
        customers = given.customers or POPULATIONS[name].sample_customers
        with tempfile.TemporaryDirectory() as folder:
            verdicts = Counter(
                verdict(name, customers, seed, given.dirt, given.planted, Path(folder))
                for seed in range(1, given.seeds + 1)
            )
        passed &= verdicts[right] >= REQUIRED[right] * given.seeds
        print(
            f"{name}: {verdicts[right]} of {given.seeds} say {right}; {dict(verdicts)}", flush=True
        )
    return 0 if passed else 1


def verdict(name: str, customers: int, seed: int, dirt: bool, planted: bool, folder: Path) -> str:
    """The structure that the project sees in simulated customers; prints the scores behind it."""
    database = folder / "crowd.duckdb"
    write_population(name, folder, folder, customers, seed, dirt, structure=planted)
    environment = {**os.environ, "SEGMENTS_DB": str(database), "SEGMENTS_DATA": str(folder)}
    places = ["--project-dir", ROOT, "--profiles-dir", ROOT, "--target-path", folder / "target"]
    for command in (
        [] if database.exists() else ["seed"],
        ["run", "--select", f"+{name}_cluster_scores"],
    ):
        if command:
            dbt = [Path(sys.executable).parent / "dbt", "--quiet", *command, *places]
            subprocess.run(dbt, env=environment, check=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        algorithm, k, structure, strength, silhouette, copies = connection.execute(f"""
            select
                max(algorithm) filter (is_chosen),
                max(k) filter (is_chosen),
                any_value(structure),
                max(prediction_strength) filter (algorithm = 'kmeans' and k = 2),
                max(silhouette) filter (algorithm = 'kmeans' and k = 2),
                max(null_silhouette) filter (algorithm = 'kmeans' and k = 2)
            from models.{name}_cluster_scores
        """).fetchall()[0]
    scores = f"{strength:.2f} | {silhouette:.2f}, {copies:.2f}"
    print(f"{name} | {seed} | {algorithm} | {k} | {structure} | {scores}", flush=True)
    return structure


if __name__ == "__main__":
    sys.exit(main())
