"""How often the rule finds the planted number of segments, beside the usual ways to choose it.

    .venv/bin/python benchmarks/number_of_segments.py --seeds 4

For each shape of `planted.SHAPES`, k from 2 to 8 and seed: k-means is scored for k = 1 to 10 by
`segmentation.cluster_scores.score_k`, and every way chooses from those scores (BIC: from mixtures
of normal distributions). A mixture counts where k-means that is told the planted k gives the
planted groups back: an adjusted Rand index of at least 0.9. Each crowd of `planted.CROWDS` has as
many seeds as make a fifth of the mixtures. Prints one row per mixture to --out, and the shares.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product

import segmentation.threads  # isort: skip  # noqa: F401  before scikit-learn is imported
import numpy as np
import pandas as pd
from planted import CROWDS, SHAPES, crowd, mixture
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from segmentation.choice import MINIMUM_SHARE, STRENGTH, choose_k
from segmentation.cluster_scores import kmeans_labels, score_k

RECOVERED = 0.9
LARGEST_K = 10
REQUIRED = {"recovered": 0.85, "crowds": 0.95}


def ways(scores: pd.DataFrame, matrix: np.ndarray) -> dict[str, int]:
    """The number of segments by each way to choose it."""
    chosen = choose_k(scores, MINIMUM_SHARE)
    by_k = scores.set_index("k")
    strong = by_k.index[by_k["prediction_strength"] + by_k["prediction_strength_error"] >= STRENGTH]
    falls = [
        k
        for k in by_k.index[:-1]
        if by_k["gap"][k] >= by_k["gap"][k + 1] - by_k["gap_error"][k + 1]
    ]
    return {
        "our rule": int(chosen.loc[chosen["is_chosen"], "k"].iloc[0]),
        "prediction strength": int(strong.max()),
        "gap statistic": int(falls[0]) if falls else LARGEST_K,
        "silhouette": int(by_k["silhouette"].idxmax()),
        "elbow": int(by_k.index[by_k["is_knee"]].min()) if by_k["is_knee"].any() else 1,
        "Calinski-Harabasz": int(by_k["calinski_harabasz"].idxmax()),
        "Davies-Bouldin": int(by_k["davies_bouldin"].idxmin()),
        "BIC of mixtures": _by_bic(matrix),
        "maximum stability": int(by_k["stability"].idxmax()),
    }


def _by_bic(matrix: np.ndarray) -> int:
    criteria = [
        GaussianMixture(k, reg_covar=1e-3, random_state=0).fit(matrix).bic(matrix)
        for k in range(1, LARGEST_K + 1)
    ]
    return int(np.argmin(criteria)) + 1


def run(task: tuple[str, int, int]) -> dict:
    """One mixture, or one crowd where k is 1: what each way says about it."""
    shape, k, seed = task
    planted = crowd(shape, seed) if k == 1 else mixture(shape, k, seed)
    scores = score_k(planted.matrix, largest_k=LARGEST_K, units=planted.units)
    told = kmeans_labels(planted.matrix, k)
    return {
        "shape": shape,
        "k": k,
        "seed": seed,
        "dimensions": planted.matrix.shape[1],
        "recovered": k > 1 and adjusted_rand_score(planted.groups, told) >= RECOVERED,
        **ways(scores, planted.matrix),
    }


def main() -> int:
    """Run all, print the table; 1 where our rule misses what is required of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4, help="per shape and k")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", help="a CSV file for one row per mixture")
    given = parser.parse_args()
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    crowd_seeds = range(given.first_seed, given.first_seed + 2 * given.seeds)
    tasks = [*product(SHAPES, range(2, 9), seeds), *product(CROWDS, [1], crowd_seeds)]
    with ProcessPoolExecutor(given.jobs) as pool:
        results = pd.DataFrame(pool.map(run, tasks))
    if given.out:
        results.to_csv(given.out, index=False)
    names = list(results.columns[5:])
    recovered, crowds = results[results["recovered"]], results[results["k"] == 1]
    planted = results[results["k"] > 1]
    shares = {
        name: {
            "recovered": (recovered[name] == recovered["k"]).mean(),
            "all planted": (planted[name] == planted["k"]).mean(),
            "crowds": (crowds[name] == 1).mean(),
        }
        for name in names
    }
    print(f"{len(planted)} mixtures, {len(recovered)} of them recovered; {len(crowds)} crowds\n")
    print("| way | planted k, where recovered | planted k, all | one group, of the crowds |")
    print("|---|---|---|---|")
    for name, share in shares.items():
        print("| " + " | ".join([name, *(f"{each:.1%}" for each in share.values())]) + " |")
    print("\nour rule by shape: planted k where recovered, or one group")
    ours = results.assign(right=results["our rule"] == results["k"])
    ours = ours[ours["recovered"] | (ours["k"] == 1)].assign(kind=ours["k"].gt(1))
    print(ours.groupby(["kind", "shape"])["right"].agg(["sum", "count"]).to_string())
    return 0 if all(shares["our rule"][key] >= least for key, least in REQUIRED.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
