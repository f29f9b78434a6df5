"""Which algorithm the rule chooses on groups of different shapes, over many seeds.

    .venv/bin/python benchmarks/algorithms.py --seeds 20

For each kind of `benchmarks/planted.py` and seed: every algorithm is scored and one is chosen, as
in `segmentation.search`. Prints, per kind, how often each algorithm wins, how often the structure
is clear, and the adjusted Rand index of the chosen groups with the planted ones beside that of
k-means told the planted number. Exits with 1 where, in more than 5 % of the seeds of a kind,
density does not win on a curved shape, k-means or the mixture on blobs, or a crowd is not "none".
"""

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import product

import segmentation.threads  # isort: skip  # noqa: F401  before scikit-learn is imported
import numpy as np
import pandas as pd
from planted import CROWDS, Planted, crowd, curved, mixture
from sklearn.metrics import adjusted_rand_score

from segmentation.algorithms import RIVALS
from segmentation.choice import MINIMUM_SHARE, choose_algorithm, choose_k
from segmentation.cluster_scores import kmeans_labels, score_k, score_rivals

REQUIRED_SHARE = 0.95
DENSITY = {"dbscan", "hdbscan"}
CENTRES = {"kmeans", "gaussian_mixture"}
ANY = {"kmeans", *RIVALS}
# Of each kind: how to plant it, the algorithms of which one must win, and the structures allowed.
KINDS = {
    "rings": (lambda seed: curved("rings", seed), DENSITY, {"clear"}),
    "ring around few": (lambda seed: curved("ring around few", seed), DENSITY, {"clear"}),
    "moons": (lambda seed: curved("moons", seed), DENSITY, {"clear"}),
    "round blobs": (lambda seed: mixture("round", 4, seed), CENTRES, {"clear"}),
    "elongated blobs": (lambda seed: mixture("elongated", 4, seed), ANY, {"clear", "weak"}),
    **{
        f"crowd, {kind}": (lambda seed, kind=kind: crowd(kind, seed), ANY, {"none"})
        for kind in CROWDS
    },
}


def contest(planted: Planted) -> tuple[pd.Series, np.ndarray]:
    """The chosen row and the group of each customer."""
    by_k = choose_k(score_k(planted.matrix, units=planted.units), MINIMUM_SHARE)
    segments = kmeans_labels(planted.matrix, by_k.loc[by_k["is_chosen"], "k"].iloc[0])
    rivals = score_rivals(planted.matrix, segments, units=planted.units)
    scores = choose_algorithm(by_k, rivals, MINIMUM_SHARE)
    row = scores[scores["is_chosen"]].iloc[0]
    if row["algorithm"] == "kmeans":
        return row, segments
    rival = RIVALS[row["algorithm"]]
    return row, rival.fit(planted.matrix, row[rival.grid_column]).assign(planted.matrix)


def run(task: tuple[str, int]) -> dict:
    """One kind and seed."""
    kind, seed = task
    planted = KINDS[kind][0](seed)
    row, groups = contest(planted)
    told = kmeans_labels(planted.matrix, len(np.unique(planted.groups)))
    return {
        "kind": kind,
        "algorithm": row["algorithm"],
        "k": row["k"],
        "structure": row["structure"],
        "index": adjusted_rand_score(planted.groups, groups),
        "index_of_k_means": adjusted_rand_score(planted.groups, told),
    }


def main() -> int:
    """Run all and print one row per kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    with ProcessPoolExecutor(given.jobs) as pool:
        results = pd.DataFrame(pool.map(run, product(given.kinds, range(1, given.seeds + 1))))
    passed = True
    print("| kind | chosen | structure | index of the chosen groups | of k-means told k |")
    print("|---|---|---|---|---|")
    for kind, (_, winners, structures) in KINDS.items():
        rows = results[results["kind"] == kind]
        if rows.empty:
            continue
        counts = [Counter(rows[column]).most_common() for column in ("algorithm", "structure")]
        cells = [", ".join(f"{name} {count}" for name, count in each) for each in counts]
        indices = [f"{rows[column].mean():.2f}" for column in ("index", "index_of_k_means")]
        print(f"| {kind} | " + " | ".join([*cells, *indices]) + " |")
        is_right = rows["algorithm"].isin(winners) & rows["structure"].isin(structures)
        passed &= bool(is_right.mean() >= REQUIRED_SHARE)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
