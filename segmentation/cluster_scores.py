"""Scores of k-means for each number of segments, and of DBSCAN, in one space and on one sample.

Every score of a population is computed on the same scaled matrix and the same rows, so that rows
of the table can be compared. `segmentation.choice` turns the scores into a choice.
"""

import segmentation.threads  # isort: skip  # noqa: F401  limits the libraries below to one thread

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression
from scipy.stats import norm, rankdata
from sklearn.cluster import KMeans
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    pairwise_distances,
)
from sklearn.metrics.cluster import contingency_matrix

from segmentation.components import fit_projection
from segmentation.density import NOISE, fit_density_groups
from segmentation.outcome import outcome_auc
from segmentation.settings import MAX_K

SEED = 20191001
SAMPLE_ROWS = 5_000
SILHOUETTE_ROWS = 2_000
# Starts of k-means. Three are enough where many refits are averaged; prediction strength needs ten,
# for one poor fit of a half reads as disagreement.
STARTS = 10
RESAMPLE_STARTS = 3
SPLITS = 10
REFERENCES = 10
PERMUTED_COPIES = 10
PEAKS = 41
REPEATED_SHARE = 0.05
BOOTSTRAPS = 10

SCORE_TYPES = {
    "algorithm": "str",
    "k": "int64",
    "inertia": "float64",
    "is_knee": "bool",
    "prediction_strength": "float64",
    "prediction_strength_error": "float64",
    "gap": "float64",
    "gap_error": "float64",
    "silhouette": "float64",
    "null_silhouette": "float64",
    "null_share": "float64",
    "calinski_harabasz": "float64",
    "davies_bouldin": "float64",
    "smallest_share": "float64",
    "noise_share": "float64",
    "stability": "float64",
    "outcome_auc": "float64",
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
    distinct rows than largest_k, none for an empty matrix. NaN where a score is not defined.
    """
    sample = _sample(matrix)
    projection = fit_projection(sample, components)
    clustered = projection.down(sample)
    ks = range(1, min(largest_k, _distinct_rows(clustered)) + 1)
    labels, inertias = _fit_each_k(clustered, ks, STARTS)
    strength, strength_error = prediction_strength(clustered, ks)
    gap, gap_error = gap_statistic(clustered, ks, inertias)
    silhouette = _silhouettes(sample, labels)
    null_silhouette, null_share = _null_silhouettes(
        sample,
        units,
        silhouette,
        lambda copy: _fit_each_k(projection.down(copy), ks, RESAMPLE_STARTS)[0],
    )
    scores = {
        "algorithm": ["kmeans"] * len(ks),
        "k": list(ks),
        "inertia": inertias,
        "is_knee": knee(inertias),
        "prediction_strength": strength,
        "prediction_strength_error": strength_error,
        "gap": gap,
        "gap_error": gap_error,
        "silhouette": silhouette,
        "null_silhouette": null_silhouette,
        "null_share": null_share,
        "calinski_harabasz": [_index(calinski_harabasz_score, sample, each) for each in labels],
        "davies_bouldin": [_index(davies_bouldin_score, sample, each) for each in labels],
        "smallest_share": [np.bincount(each).min() / len(sample) for each in labels],
        "noise_share": np.zeros(len(ks)),
        "stability": _stability(clustered, ks, labels),
        "outcome_auc": [outcome_auc(each, outcome) for each in labels],
        "rows_scored": [len(sample)] * len(ks),
    }
    return pd.DataFrame(scores, columns=list(SCORE_TYPES)).astype(SCORE_TYPES)


def score_density(
    matrix: np.ndarray,
    outcome: np.ndarray | None = None,
    units: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Score DBSCAN on the same sample and in the same space: one row, columns as SCORE_TYPES.

    matrix, outcome, units: as in `score_k`.

    The customers in no group count as a group of their own in every index; none of them is dropped.
    `k` and smallest_share are of the groups without them. NaN for what is defined for a given
    number of segments only. No row for an empty matrix.
    """
    sample = _sample(matrix)
    if len(sample) == 0:
        return pd.DataFrame(columns=list(SCORE_TYPES)).astype(SCORE_TYPES)
    groups = fit_density_groups(sample)
    labels = groups.assign(sample)
    silhouette = _silhouettes(sample, [labels])
    null_silhouette, null_share = _null_silhouettes(
        sample, units, silhouette, lambda copy: [fit_density_groups(copy).assign(copy)]
    )
    sizes = np.bincount(labels[labels != NOISE], minlength=groups.count)
    scores = {
        **dict.fromkeys(SCORE_TYPES, np.nan),
        "algorithm": "dbscan",
        "k": groups.count,
        "is_knee": False,
        "silhouette": silhouette[0],
        "null_silhouette": null_silhouette[0],
        "null_share": null_share[0],
        "calinski_harabasz": _index(calinski_harabasz_score, sample, labels),
        "davies_bouldin": _index(davies_bouldin_score, sample, labels),
        "smallest_share": sizes.min(initial=len(sample)) / len(sample) if groups.count else 0.0,
        "noise_share": (labels == NOISE).mean(),
        "stability": _density_stability(sample, labels),
        "outcome_auc": outcome_auc(labels - labels.min(), outcome),
        "rows_scored": len(sample),
    }
    return pd.DataFrame([scores], columns=list(SCORE_TYPES)).astype(SCORE_TYPES)


def _sample(matrix: np.ndarray) -> np.ndarray:
    sample = np.ascontiguousarray(matrix[:SAMPLE_ROWS], dtype=np.float64)
    return sample if sample.shape[1] else np.zeros((len(sample), 1))


def knee(inertias: np.ndarray) -> np.ndarray:
    """Mark the k whose inertia lies farthest below the chord from the first to the last k.

    Returns one boolean per k, all False where the curve has fewer than three points or no bend.
    Source: the difference curve of Satopaa, Albrecht, Irwin and Raghavan 2011, "Finding a
    'Kneedle' in a Haystack", section III, without its smoothing.
    """
    marks = np.zeros(len(inertias), dtype=bool)
    if len(inertias) < 3 or inertias[0] <= inertias[-1]:
        return marks
    descent = (inertias[0] - np.asarray(inertias)) / (inertias[0] - inertias[-1])
    bend = descent - np.linspace(0, 1, len(inertias))
    marks[np.argmax(bend)] = bend.max() > 0
    return marks


def prediction_strength(sample: np.ndarray, ks: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """How far two random halves of the customers agree on k segments: mean and standard error.

    Each half is clustered, and the centroids of the other half assign its rows too; a split's
    strength is the mean of its two directions (see `agreement`). The error is the standard error
    of the mean over SPLITS splits. Both have one value per k; k = 1 has strength 1 and error 0.
    Source: Tibshirani and Walther 2005, "Cluster Validation by Prediction Strength", section 2.
    """
    generator = np.random.default_rng([SEED, 1])
    strengths = np.ones((SPLITS, len(ks)))
    for split in range(SPLITS):
        order = generator.permutation(len(sample))
        halves = [sample[order[0::2]], sample[order[1::2]]]
        distinct = min(_distinct_rows(half) for half in halves)
        for column, k in enumerate(ks):
            if k > 1:
                strengths[split, column] = _split_strength(halves, k) if k <= distinct else 0.0
    return strengths.mean(axis=0), strengths.std(axis=0, ddof=1) / np.sqrt(SPLITS)


def _split_strength(halves: list[np.ndarray], k: int) -> float:
    first, second = (_fit(half, k, STARTS) for half in halves)
    return (
        agreement(first.labels_, second.predict(halves[0]))
        + agreement(second.labels_, first.predict(halves[1]))
    ) / 2


def agreement(labels: np.ndarray, assigned: np.ndarray) -> float:
    """The share of pairs of a segment that another assignment keeps together, in the worst segment.

    labels, assigned: one label per row. A segment of one row has no pair that could confirm it and
    counts as 0. The pairs are counted from the contingency table: a cell of n rows holds
    n (n - 1) / 2 of them. Source: Tibshirani and Walther 2005, equation 2.1.
    """
    together = contingency_matrix(labels, assigned).astype(np.float64)
    sizes = together.sum(axis=1)
    pairs = np.maximum(sizes * (sizes - 1), 1)
    return float(((together * (together - 1)).sum(axis=1) / pairs).min())


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
    for row in expected:
        row[:] = _fit_each_k(generator.uniform(low, high, components.shape), ks, RESAMPLE_STARTS)[1]
    logs = _log(expected)
    gap = logs.mean(axis=0) - _log(inertias)
    return gap, logs.std(axis=0) * np.sqrt(1 + 1 / REFERENCES)


def silhouette_width(distances: np.ndarray, labels: np.ndarray) -> float:
    """The mean silhouette of a labelling, from the distances of all pairs of rows.

    NaN where there are fewer than two segments or every row is its own segment. The same value as
    sklearn.metrics.silhouette_score, in one matrix product per labelling.
    Source: Rousseeuw 1987, "Silhouettes: a graphical aid to the interpretation and validation of
    cluster analysis".
    """
    segments, labels, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    if not 2 <= len(segments) < len(labels):
        return np.nan
    rows = np.arange(len(labels))
    sums = distances @ np.eye(len(segments))[labels]
    within = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / sizes
    means[rows, labels] = np.inf
    between = means.min(axis=1)
    scale = np.maximum(within, between)
    widths = np.divide(between - within, scale, out=np.zeros_like(scale), where=scale > 0)
    return float(np.where(sizes[labels] > 1, widths, 0.0).mean())


def _silhouettes(sample: np.ndarray, labels: list[np.ndarray]) -> np.ndarray:
    rows = min(len(sample), SILHOUETTE_ROWS)
    distances = pairwise_distances(sample[:rows]) if rows else np.empty((0, 0))
    return np.array([silhouette_width(distances, each[:rows]) for each in labels])


def _null_silhouettes(
    sample: np.ndarray,
    units: Sequence[str] | None,
    silhouette: np.ndarray,
    cluster: Callable[[np.ndarray], list[np.ndarray]],
) -> tuple[np.ndarray, np.ndarray]:
    """Silhouettes of copies without segments (see `permuted_copies`), clustered like the sample.

    cluster: the labellings of a copy, in the order of `silhouette`.
    Returns the mean over PERMUTED_COPIES copies, a copy without a silhouette (one segment) counting
    as 0, and the share of the copies whose silhouette reaches the sample's; NaN where the sample
    has none.
    """
    is_defined = ~np.isnan(silhouette)
    if not is_defined.any():
        return np.full(len(silhouette), np.nan), np.full(len(silhouette), np.nan)
    copies = permuted_copies(sample[:SILHOUETTE_ROWS], PERMUTED_COPIES, units)
    null = np.array([np.nan_to_num(_silhouettes(copy, cluster(copy))) for copy in copies])
    share = np.where(is_defined, (null >= silhouette).mean(axis=0), np.nan)
    return np.where(is_defined, null.mean(axis=0), np.nan), share


def permuted_copies(
    rows: np.ndarray, count: int, units: Sequence[str] | None = None
) -> Iterator[np.ndarray]:
    """Copies of the rows that are one crowd, with each column permuted.

    What stays is how each column is distributed and how the columns correlate: the ranks of a copy
    come from a normal distribution with the covariance of the columns' normal scores. Columns that
    are independent are permuted independently, and a copy of an elongated cloud is elongated too.
    Groups that show in a single column would outlive a permutation, so a column of several peaks
    gets one first (see `one_peak`). The levels of a category are permuted as one unit, and so are
    the items of a list: customers of a copy have one level each, and the usual number of items, or
    else every category and every short list would beat its copies.
    units: as in `score_k`.
    Source of the permutation: Iman and Conover 1982, "A distribution-free approach to inducing rank
    correlation among input variables".
    """
    generator = np.random.default_rng([SEED, 3])
    names = np.arange(rows.shape[1]) if units is None else np.asarray(units)
    blocks = [np.flatnonzero(names == name) for name in dict.fromkeys(names.tolist())]
    order = [_unit_order(rows, block) for block in blocks]
    sorted_units = [
        one_peak(np.sort(rows[:, block[0]]))[:, None]
        if len(block) == 1
        else rows[np.argsort(values, kind="stable")][:, block]
        for block, values in zip(blocks, order, strict=True)
    ]
    normal_scores = norm.ppf(rankdata(np.column_stack(order), axis=0) / (len(rows) + 1))
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(normal_scores, rowvar=False)))
    root = axes * np.sqrt(np.maximum(variances, 0))
    for _ in range(count):
        drawn = generator.normal(size=normal_scores.shape) @ root.T
        ranks = drawn.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
        copy = np.empty_like(rows)
        for block, values, rank in zip(blocks, sorted_units, ranks.T, strict=True):
            copy[:, block] = values[rank]
        yield copy


def _unit_order(rows: np.ndarray, block: np.ndarray) -> np.ndarray:
    """One number per row that ranks it in a unit of columns.

    A column ranks by itself. The levels of a category, and the different lists, have no order of
    their own: they are ranked by their customers' means in the other columns, along the direction
    in which these differ most, so that a copy keeps the strongest link to the rest.
    """
    if len(block) == 1:
        return rows[:, block[0]]
    _, level = np.unique(rows[:, block], axis=0, return_inverse=True)
    level = level.ravel()
    others = np.delete(rows, block, axis=1)
    if others.shape[1] == 0:
        return level.astype(np.float64)
    shares = np.bincount(level) / len(rows)
    means = np.array([others[level == one].mean(axis=0) for one in range(len(shares))])
    means -= shares @ means
    direction = np.linalg.svd(np.sqrt(shares)[:, None] * means, full_matrices=False)[2][0]
    return (means @ direction)[level]


def one_peak(values: np.ndarray) -> np.ndarray:
    """The nearest values (least squares) whose density rises to one peak and then falls.

    values: sorted. Each spacing between neighbours holds the same share of rows, so the density
    has one peak where the spacings fall and then rise: an isotonic regression on either side of
    the peak, which is looked for at PEAKS ranks. Range and tails stay. Values of which one alone
    holds more than REPEATED_SHARE of the rows (a yes or no, a small count, an amount that is often
    0) have no density and stay as they are.
    Source: the estimator of Grenander 1956 for a monotone density, on both sides of a mode.
    """
    most_repeated = np.unique(values, return_counts=True)[1].max()
    if most_repeated > max(1, REPEATED_SHARE * len(values)):
        return values
    spacings = np.diff(values)
    candidates = []
    for peak in np.unique(np.linspace(0, len(spacings), PEAKS).astype(int)):
        sides = [
            isotonic_regression(side, increasing=rises).x if len(side) else side
            for side, rises in ((spacings[:peak], False), (spacings[peak:], True))
        ]
        candidates.append(values[0] + np.concatenate([[0.0], np.cumsum(np.concatenate(sides))]))
    return min(candidates, key=lambda each: np.square(each - values).sum())


def _stability(sample: np.ndarray, ks: Sequence[int], labels: list[np.ndarray]) -> np.ndarray:
    """Mean adjusted Rand index of the sample's segments and those of bootstrap refits, per k.

    A refit assigns the whole sample by its nearest centroid. NaN for k = 1.
    Source: Hennig 2007, "Cluster-wise assessment of cluster stability", with the index of Hubert
    and Arabie 1985 in the place of the Jaccard index.
    """
    generator = np.random.default_rng([SEED, 4])
    indexes = np.full((BOOTSTRAPS, len(ks)), np.nan)
    for row in indexes:
        drawn = sample[generator.integers(0, max(len(sample), 1), len(sample))]
        distinct = _distinct_rows(drawn)
        for column, k in enumerate(ks):
            if k > 1:
                refit = _fit(drawn, min(k, distinct), RESAMPLE_STARTS)
                row[column] = adjusted_rand_score(labels[column], refit.predict(sample))
    return indexes.mean(axis=0)


def _density_stability(sample: np.ndarray, labels: np.ndarray) -> float:
    """The same for the groups of DBSCAN, the customers in none of them being one more."""
    generator = np.random.default_rng([SEED, 5])
    indexes = []
    for _ in range(BOOTSTRAPS):
        drawn = sample[generator.integers(0, len(sample), len(sample))]
        indexes.append(adjusted_rand_score(labels, fit_density_groups(drawn).assign(sample)))
    return float(np.mean(indexes))


def _fit(rows: np.ndarray, k: int, starts: int) -> KMeans:
    return KMeans(k, n_init=starts, random_state=SEED).fit(rows)


def _fit_each_k(
    rows: np.ndarray, ks: Sequence[int], starts: int
) -> tuple[list[np.ndarray], np.ndarray]:
    """Labels and inertia of a fit for each k; with fewer distinct rows than k, as many segments."""
    distinct = _distinct_rows(rows)
    fits = [_fit(rows, min(k, distinct), starts) for k in ks]
    return [fit.labels_ for fit in fits], np.array([fit.inertia_ for fit in fits])


def _index(score, sample: np.ndarray, labels: np.ndarray) -> float:
    segments = len(np.unique(labels))
    return score(sample, labels) if 2 <= segments < len(labels) else np.nan


def _distinct_rows(rows: np.ndarray) -> int:
    return len(np.unique(rows, axis=0))


def _log(inertias: np.ndarray) -> np.ndarray:
    """Logarithms along the last axis, which begins at k = 1; an inertia of 0 counts as rounding."""
    return np.log(np.maximum(inertias, np.finfo(np.float64).eps * inertias[..., :1]))
