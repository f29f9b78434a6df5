"""Scores of every algorithm over its grid, in one space and on one sample.

Every index of a population is computed on the same scaled matrix and the same rows, so that rows
of the table can be compared. `segmentation.choice` turns the scores into a choice.
"""

import segmentation.threads  # isort: skip  # noqa: F401  limits the libraries below to one thread

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    pairwise_distances,
)

from segmentation.algorithms import (
    CROWD_SHARES,
    FIT_ROWS,
    NOISE,
    RIVALS,
    SEED,
    STARTS,
    Groups,
    fit_kmeans,
)
from segmentation.chance import permuted_copies
from segmentation.components import fit_projection
from segmentation.indices import (
    agreement,
    assortativity,
    knee,
    neighbours,
    purity,
    silhouette_width,
)
from segmentation.outcome import outcome_auc
from segmentation.progress import steps
from segmentation.settings import MAX_K

SAMPLE_ROWS = 5_000
SILHOUETTE_ROWS = 2_000
# Three starts of k-means are enough where many refits are averaged; prediction strength needs all
# STARTS, for one poor fit of a half reads as disagreement.
RESAMPLE_STARTS = 3
SPLITS = 10
REFERENCES = 10
PERMUTED_COPIES = 20
BOOTSTRAPS = 20

SCORE_TYPES = {
    "algorithm": "str",
    "k": "int64",
    "crowd_share": "float64",
    "reach": "float64",
    "inertia": "float64",
    "is_knee": "bool",
    "prediction_strength": "float64",
    "prediction_strength_error": "float64",
    "gap": "float64",
    "gap_error": "float64",
    "silhouette": "float64",
    "null_silhouette": "float64",
    "assortativity": "float64",
    "null_assortativity": "float64",
    "null_share": "float64",
    "calinski_harabasz": "float64",
    "davies_bouldin": "float64",
    "smallest_share": "float64",
    "noise_share": "float64",
    "kmeans_purity": "float64",
    "stability": "float64",
    "outcome_auc": "float64",
    "rows_fitted": "int64",
    "rows_scored": "int64",
}


def score_k(
    matrix: np.ndarray,
    outcome: np.ndarray | None = None,
    largest_k: int = MAX_K,
    components: float | None = None,
    units: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Score k-means for k = 1 to largest_k.

    The indices are taken in the space of the matrix, also where k-means runs on components of it:
    so they can be compared with those of other algorithms.

    matrix: customers x dimensions, float64, scaled, without NaN. The rows come in an order that
        has nothing to do with their content (a hash of the key), so that the first
        SAMPLE_ROWS of them, on which everything is computed, are a fair sample.
    outcome: 1 or 0 per row of the matrix, NaN where it is not known; or None.
    components: k-means runs on the principal components that hold this share of the variance; None
        runs it on the matrix itself. Inertia and gap are of the space in which it runs.
    units: one name per column; columns of one name, the levels of a category or the items of a
        list, are permuted together in the copies. None permutes each column.

    Returns one row per k with the columns of SCORE_TYPES; fewer where the sample holds fewer
    distinct rows than largest_k, none for an empty matrix. NaN where a score is not defined. The
    copies are compared by the silhouette.
    """
    sample = _sample(matrix)
    projection = fit_projection(sample, components)
    clustered = projection.down(sample)
    ks = range(1, min(largest_k, _distinct_rows(clustered)) + 1)
    labels, inertias = _fit_each_k(clustered, ks, STARTS)
    strength, strength_error = prediction_strength(clustered, ks)
    gap, gap_error = gap_statistic(clustered, ks, inertias)
    indices = _indices(sample, labels)
    null = _null_indices(
        sample[:SILHOUETTE_ROWS],
        units,
        indices["silhouette"],
        lambda copy: _fit_each_k(projection.down(copy), ks, RESAMPLE_STARTS)[0],
        "choosing the number of segments by customers without any",
    )
    scores = {
        **indices,
        **_against_null("silhouette", indices, null),
        "algorithm": "kmeans",
        "k": list(ks),
        "crowd_share": np.nan,
        "reach": np.nan,
        "inertia": inertias,
        "is_knee": knee(inertias),
        "prediction_strength": strength,
        "prediction_strength_error": strength_error,
        "gap": gap,
        "gap_error": gap_error,
        "kmeans_purity": np.nan,
        "stability": _stability(clustered, ks, labels),
        "outcome_auc": [outcome_auc(each, outcome) for each in labels],
        "rows_fitted": len(sample),
    }
    return pd.DataFrame(scores, columns=list(SCORE_TYPES)).astype(SCORE_TYPES)


def kmeans_labels(matrix: np.ndarray, k: int, components: float | None = None) -> np.ndarray:
    """The segments of k-means that `score_k` scored for one k, one per row of the sample."""
    sample = _sample(matrix)
    clustered = fit_projection(sample, components).down(sample)
    return _fit_each_k(clustered, [k], STARTS)[0][0] if len(sample) else np.empty(0, dtype=int)


def score_rivals(
    matrix: np.ndarray,
    segments: np.ndarray | None = None,
    outcome: np.ndarray | None = None,
    largest_k: int = MAX_K,
    units: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Score the other algorithms, each over its own grid, on the same sample and in the same space.

    They are fitted on the first FIT_ROWS rows; the rest of the sample goes to the group of the
    nearest stored point (see `algorithms`).

    segments: the segments of k-means, one per row of the matrix, for kmeans_purity; or None.
    matrix, outcome, largest_k, units: as in `score_k`.

    Returns one row per algorithm and value of its grid, with the columns of SCORE_TYPES. The copies
    are compared by the assortativity, which knows no shape, on FIT_ROWS rows. The customers in no
    group count as a group of their own in every index; none of them is dropped. `k` and
    smallest_share are of the groups without them. No row where all customers are alike.
    """
    sample = _sample(matrix)
    if _distinct_rows(sample) < 2:
        return pd.DataFrame(columns=list(SCORE_TYPES)).astype(SCORE_TYPES)
    # One segment is the same for every algorithm, and k-means has its row.
    ks = range(2, min(largest_k, _distinct_rows(sample[:FIT_ROWS])) + 1)
    grids = {"k": list(ks), "crowd_share": list(CROWD_SHARES)}
    contestants = [
        (name, rival.grid_column, value)
        for name, rival in RIVALS.items()
        for value in grids[rival.grid_column]
    ]

    def fit_all(rows: np.ndarray) -> list[Groups]:
        return [
            groups
            for rival in RIVALS.values()
            for groups in rival.fit_each(rows, grids[rival.grid_column])
        ]

    fits = fit_all(sample)
    labels = [fit.assign(sample) for fit in fits]
    indices = _indices(sample, labels)
    null = _null_indices(
        sample[:FIT_ROWS],
        units,
        indices["silhouette"],
        lambda copy: [fit.assign(copy) for fit in fit_all(copy)],
        "choosing the algorithm by customers without groups",
    )
    scores = {
        **indices,
        **_against_null("assortativity", indices, null),
        "algorithm": [name for name, _, _ in contestants],
        "k": [fit.count for fit in fits],
        "crowd_share": [
            value if column == "crowd_share" else np.nan for _, column, value in contestants
        ],
        "reach": [fit.reach if np.isfinite(fit.reach) else np.nan for fit in fits],
        "inertia": np.nan,
        "is_knee": False,
        "prediction_strength": np.nan,
        "prediction_strength_error": np.nan,
        "gap": np.nan,
        "gap_error": np.nan,
        "kmeans_purity": [_grouped_purity(segments, each) for each in labels],
        "stability": _rival_stability(fit_all, sample, labels),
        "outcome_auc": [outcome_auc(each - each.min(), outcome) for each in labels],
        "rows_fitted": min(len(sample), FIT_ROWS),
    }
    table = pd.DataFrame(scores, columns=list(SCORE_TYPES)).astype(SCORE_TYPES)
    # A mixture may have a component that is nobody's likeliest: it is that of a smaller k.
    is_kept = [
        column != "k" or fit.count == value
        for fit, (_, column, value) in zip(fits, contestants, strict=True)
    ]
    return table[is_kept].reset_index(drop=True)


def _sample(matrix: np.ndarray) -> np.ndarray:
    sample = np.ascontiguousarray(matrix[:SAMPLE_ROWS], dtype=np.float64)
    return sample if sample.shape[1] else np.zeros((len(sample), 1))


def _indices(sample: np.ndarray, labels: list[np.ndarray]) -> dict:
    """The indices that are defined for the labels of any algorithm, one value per labelling."""
    rows = sample[:SILHOUETTE_ROWS]
    distances = pairwise_distances(rows) if len(rows) else np.empty((0, 0))
    nearest = neighbours(distances[:FIT_ROWS, :FIT_ROWS])
    grouped = [each[each != NOISE] for each in labels]
    return {
        "silhouette": [silhouette_width(distances, each[: len(rows)]) for each in labels],
        "assortativity": [assortativity(nearest, each[: len(nearest)]) for each in labels],
        "calinski_harabasz": [_index(calinski_harabasz_score, sample, each) for each in labels],
        "davies_bouldin": [_index(davies_bouldin_score, sample, each) for each in labels],
        "smallest_share": [
            np.unique(each, return_counts=True)[1].min(initial=len(sample)) / len(sample)
            if len(each)
            else 0.0
            for each in grouped
        ],
        "noise_share": [1 - len(each) / max(len(sample), 1) for each in grouped],
        "rows_scored": len(sample),
    }


def _null_indices(
    rows: np.ndarray,
    units: Sequence[str] | None,
    silhouettes_of_rows: list[float],
    cluster: Callable[[np.ndarray], list[np.ndarray]],
    what: str,
) -> dict[str, np.ndarray]:
    """Silhouette and assortativity of copies without segments, clustered like the rows themselves.

    silhouettes_of_rows: one per labelling; where none is defined, nothing is to be compared.
    cluster: the labellings of a copy. An index is copies x labellings; one that a copy does not
    have (all its rows in one segment) counts as 0.
    what: the work in words, for those who wait.
    """
    silhouettes = np.zeros((PERMUTED_COPIES, len(silhouettes_of_rows)))
    assortativities = np.zeros((PERMUTED_COPIES, len(silhouettes_of_rows)))
    if not np.isnan(silhouettes_of_rows).all():
        copies = permuted_copies(rows, PERMUTED_COPIES, units)
        for number, copy in enumerate(steps(what, copies, PERMUTED_COPIES)):
            labels = cluster(copy)
            distances = pairwise_distances(copy)
            nearest = neighbours(distances[:FIT_ROWS, :FIT_ROWS])
            silhouettes[number] = [silhouette_width(distances, each) for each in labels]
            assortativities[number] = [
                assortativity(nearest, each[: len(nearest)]) for each in labels
            ]
    return {
        "silhouette": np.nan_to_num(silhouettes),
        "assortativity": np.nan_to_num(assortativities),
    }


def _against_null(judge: str, indices: dict, null: dict[str, np.ndarray]) -> dict:
    """The means over the copies, and the share of the copies that do as well by the judging index.

    NaN where the sample has no silhouette: there is one group, and nothing to compare.
    """
    is_defined = ~np.isnan(np.asarray(indices["silhouette"], dtype=float))
    share = (null[judge] >= np.asarray(indices[judge], dtype=float)).mean(axis=0)
    return {
        "null_silhouette": np.where(is_defined, null["silhouette"].mean(axis=0), np.nan),
        "null_assortativity": np.where(is_defined, null["assortativity"].mean(axis=0), np.nan),
        "null_share": np.where(is_defined, share, np.nan),
    }


def _grouped_purity(segments: np.ndarray | None, labels: np.ndarray) -> float:
    """How far the segments of k-means and the groups, over the customers in one, do not contradict.

    1 where the segments divide the groups further, or the groups the segments: the larger of the
    two purities. One segment says nothing about groups, so there only the first one counts.
    """
    if segments is None:
        return np.nan
    is_grouped = labels != NOISE
    segments, groups = segments[: len(labels)][is_grouped], labels[is_grouped]
    if len(np.unique(segments)) < 2:
        return purity(segments, groups)
    return max(purity(segments, groups), purity(groups, segments))


def prediction_strength(sample: np.ndarray, ks: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """How far two random halves of the customers agree on k segments: mean and standard error.

    Each half is clustered, and the centroids of the other half assign its rows too; a split's
    strength is the mean of its two directions (see `agreement`). The error is the standard error
    of the mean over SPLITS splits. Both have one value per k; k = 1 has strength 1 and error 0.
    Source: Tibshirani and Walther 2005, "Cluster Validation by Prediction Strength", section 2.
    """
    generator = np.random.default_rng([SEED, 1])
    strengths = np.ones((SPLITS, len(ks)))
    for split in steps("choosing the number of segments by random halves", range(SPLITS)):
        order = generator.permutation(len(sample))
        halves = [sample[order[0::2]], sample[order[1::2]]]
        distinct = min(_distinct_rows(half) for half in halves)
        for column, k in enumerate(ks):
            if k > 1:
                strengths[split, column] = _split_strength(halves, k) if k <= distinct else 0.0
    return strengths.mean(axis=0), strengths.std(axis=0, ddof=1) / np.sqrt(SPLITS)


def _split_strength(halves: list[np.ndarray], k: int) -> float:
    first, second = (fit_kmeans(half, k) for half in halves)
    return (
        agreement(first.labels_, second.predict(halves[0]))
        + agreement(second.labels_, first.predict(halves[1]))
    ) / 2


def gap_statistic(
    sample: np.ndarray, ks: Sequence[int], inertias: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How much tighter k segments are than in data without segments: gap and its error per k.

    The reference is uniform in the box around the sample's principal components; the error is the
    standard deviation over REFERENCES references, times sqrt(1 + 1 / REFERENCES). NaN where all
    rows are equal. Source: Tibshirani, Walther and Hastie 2001, "Estimating the number of clusters
    in a data set via the gap statistic", sections 3 and 4 (reference b).
    """
    if len(ks) < 2:
        return np.full(len(ks), np.nan), np.full(len(ks), np.nan)
    generator = np.random.default_rng([SEED, 2])
    centred = sample - sample.mean(axis=0)
    # k-means does not change under rotation, so the references stay in the principal axes.
    components = centred @ np.linalg.svd(centred, full_matrices=False)[2].T
    low, high = components.min(axis=0), components.max(axis=0)
    expected = np.empty((REFERENCES, len(ks)))
    for row in steps("choosing the number of segments by customers spread evenly", expected):
        row[:] = _fit_each_k(generator.uniform(low, high, components.shape), ks, RESAMPLE_STARTS)[1]
    logs = _log(expected)
    gap = logs.mean(axis=0) - _log(inertias)
    return gap, logs.std(axis=0) * np.sqrt(1 + 1 / REFERENCES)


def _stability(sample: np.ndarray, ks: Sequence[int], labels: list[np.ndarray]) -> np.ndarray:
    """Mean adjusted Rand index of the sample's segments and those of bootstrap refits, per k.

    A refit assigns the whole sample by its nearest centroid. NaN for k = 1.
    Source: Hennig 2007, "Cluster-wise assessment of cluster stability", with the index of Hubert
    and Arabie 1985 in the place of the Jaccard index.
    """
    generator = np.random.default_rng([SEED, 4])
    indexes = np.full((BOOTSTRAPS, len(ks)), np.nan)
    drawn_samples = _bootstraps(
        "choosing the number of segments by customers drawn anew", generator, sample
    )
    for row, drawn in zip(indexes, drawn_samples, strict=True):
        distinct = _distinct_rows(drawn)
        for column, k in enumerate(ks):
            if k > 1:
                refit = fit_kmeans(drawn, min(k, distinct), RESAMPLE_STARTS)
                row[column] = adjusted_rand_score(labels[column], refit.predict(sample))
    return indexes.mean(axis=0)


def _rival_stability(
    fit_all: Callable[[np.ndarray], list[Groups]], sample: np.ndarray, labels: list[np.ndarray]
) -> np.ndarray:
    """The same for other algorithms, the customers in no group being one group more.

    fit_all: the fits of all algorithms on a resample, in the order of the labels. The labels are
    compared on the first FIT_ROWS rows. NaN where all have one label.
    """
    generator = np.random.default_rng([SEED, 5])
    rows = sample[:FIT_ROWS]
    indexes = [
        [
            adjusted_rand_score(each[: len(rows)], refit.assign(rows))
            for each, refit in zip(labels, fit_all(drawn), strict=True)
        ]
        for drawn in _bootstraps(
            "choosing the algorithm by customers drawn anew", generator, sample
        )
    ]
    is_defined = [len(np.unique(each)) > 1 for each in labels]
    return np.where(is_defined, np.mean(indexes, axis=0), np.nan)


def _bootstraps(
    what: str, generator: np.random.Generator, sample: np.ndarray
) -> Iterator[np.ndarray]:
    for _ in steps(what, range(BOOTSTRAPS)):
        yield sample[generator.integers(0, max(len(sample), 1), len(sample))]


def _fit_each_k(
    rows: np.ndarray, ks: Sequence[int], starts: int
) -> tuple[list[np.ndarray], np.ndarray]:
    """Labels and inertia of a fit for each k; with fewer distinct rows than k, as many segments."""
    distinct = _distinct_rows(rows)
    fits = [fit_kmeans(rows, min(k, distinct), starts) for k in ks]
    return [fit.labels_ for fit in fits], np.array([fit.inertia_ for fit in fits])


def _index(score, sample: np.ndarray, labels: np.ndarray) -> float:
    segments = len(np.unique(labels))
    return score(sample, labels) if 2 <= segments < len(labels) else np.nan


def _distinct_rows(rows: np.ndarray) -> int:
    return len(np.unique(rows, axis=0))


def _log(inertias: np.ndarray) -> np.ndarray:
    """Logarithms along the last axis, which begins at k = 1; an inertia of 0 counts as rounding."""
    return np.log(np.maximum(inertias, np.finfo(np.float64).eps * inertias[..., :1]))
