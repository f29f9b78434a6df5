"""Scores of every algorithm over its grid, in one space and on one sample.

Every index of a population is computed on the same scaled matrix and the same rows, so that rows
of the table can be compared. `segmentation.choice` turns the scores into a choice.
"""

import segmentation.threads  # isort: skip  # noqa: F401  limits the libraries below to one thread

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
)

from segmentation.algorithms import (
    CROWD_SHARES,
    FIT_ROWS,
    NOISE,
    RIVALS,
    SEED,
    Groups,
    Rows,
    assign_each,
    fit_kmeans,
    fit_kmeans_each,
)
from segmentation.chance import permuted_copies
from segmentation.components import fit_projection
from segmentation.indices import (
    agreement,
    assortativity,
    knee,
    neighbours,
    purity,
    silhouette_widths,
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
    fits = [fit_kmeans(clustered, k) for k in ks]
    labels = [fit.labels_ for fit in fits]
    inertias = np.array([fit.inertia_ for fit in fits])
    strength, strength_error = prediction_strength(clustered, ks)
    gap, gap_error = gap_statistic(clustered, ks, inertias)
    indices = _indices(sample, labels)
    null = _against_copies(
        permuted_copies(sample[:SILHOUETTE_ROWS], PERMUTED_COPIES, units),
        indices,
        "silhouette",
        np.flatnonzero(~np.isnan(indices["silhouette"])),
        lambda copy, columns: [
            fit.labels_
            for fit in _fit_each_k(
                projection.down(copy.points), [ks[column] for column in columns], RESAMPLE_STARTS
            )
        ],
        "choosing the number of segments by customers without any",
    )
    scores = {
        **indices,
        **null,
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
    return fit_kmeans(clustered, k).labels_ if len(sample) else np.empty(0, dtype=int)


def score_rivals(
    matrix: np.ndarray,
    segments: np.ndarray | None = None,
    outcome: np.ndarray | None = None,
    largest_k: int = MAX_K,
    units: Sequence[str] | None = None,
    may_win: Callable[[pd.DataFrame], Sequence[bool]] | None = None,
) -> pd.DataFrame:
    """Score the other algorithms, each over its own grid, on the same sample and in the same space.

    They are fitted on the first FIT_ROWS rows; the rest of the sample goes to the group of the
    nearest stored point (see `algorithms`).

    segments: the segments of k-means, one per row of the matrix, for kmeans_purity; or None.
    may_win: says of the rows, whose null_* and stability are still empty, which ones these could
        make the choice. Only they are compared with copies, each until a copy reaches it, and only
        those that no copy reached are resampled: for others the scores stay NaN. None compares and
        resamples all of them, to the end.
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

    def fit_some(rows: Rows, columns: Sequence[int]) -> list[Groups]:
        values = {name: [] for name in RIVALS}
        for name, _, value in (contestants[column] for column in columns):
            values[name].append(value)
        return [
            groups
            for name, rival in RIVALS.items()
            if values[name]
            for groups in rival.fit_each(rows, values[name])
        ]

    rows = Rows.first(sample)
    fits = fit_some(rows, range(len(contestants)))
    labels = assign_each(fits, rows, sample)
    indices = _indices(sample, labels)
    scores = {
        **indices,
        "algorithm": [name for name, _, _ in contestants],
        "k": [fit.count for fit in fits],
        "crowd_share": [
            value if column == "crowd_share" else np.nan for _, column, value in contestants
        ],
        "reach": [fit.reach if np.isfinite(fit.reach) else np.nan for fit in fits],
        "is_knee": False,
        "kmeans_purity": [_grouped_purity(segments, each) for each in labels],
        "outcome_auc": [outcome_auc(each - each.min(), outcome) for each in labels],
        "rows_fitted": min(len(sample), FIT_ROWS),
    }
    table = pd.DataFrame(scores, columns=list(SCORE_TYPES)).astype(SCORE_TYPES)
    is_open = np.ones(len(table), dtype=bool) if may_win is None else np.asarray(may_win(table))
    null = _against_copies(
        permuted_copies(rows.points, PERMUTED_COPIES, units),
        indices,
        "assortativity",
        np.flatnonzero(is_open & table["silhouette"].notna()),
        lambda copy, columns: assign_each(fit_some(copy, columns), copy, copy.points),
        "choosing the algorithm by customers without groups",
        until_reached=may_win is not None,
    )
    is_unreached = is_open if may_win is None else null["null_share"] == 0
    stability = _rival_stability(fit_some, sample, labels, np.flatnonzero(is_unreached))
    table = table.assign(**null, stability=stability)
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
    rows = Rows(sample[:SILHOUETTE_ROWS])
    nearest = neighbours(rows.distances[:FIT_ROWS, :FIT_ROWS])
    grouped = [each[each != NOISE] for each in labels]
    return {
        "silhouette": silhouette_widths(
            rows.distances, [each[: len(rows.points)] for each in labels]
        ),
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


def _against_copies(
    copies: Iterable[np.ndarray],
    indices: dict,
    judge: str,
    columns: np.ndarray,
    cluster: Callable[[Rows, Sequence[int]], list[np.ndarray]],
    what: str,
    until_reached: bool = False,
) -> dict[str, np.ndarray]:
    """Silhouette and assortativity of copies without segments, clustered like the rows themselves.

    indices: of the labellings of the rows; judge: the one by which they are compared.
    columns: which labellings are compared; the others get NaN.
    cluster: the labellings of a copy, of some of the columns. An index that a copy does not have
        (all its rows in one segment) counts as 0.
    what: the work in words, for those who wait.
    until_reached: a labelling has no more copies once one does as well. Source: Besag and Clifford
        1991, "Sequential Monte Carlo p-values".

    Returns the means over a labelling's copies, and the share of them that do as well.
    """
    own = np.asarray(indices[judge], dtype=float)
    nobody = np.full((PERMUTED_COPIES, len(own)), np.nan)
    found = {"silhouette": nobody, "assortativity": nobody.copy()}
    if len(columns):
        for number, copy in enumerate(map(Rows, steps(what, copies, PERMUTED_COPIES))):
            labels = cluster(copy, columns)
            nearest = neighbours(copy.distances[:FIT_ROWS, :FIT_ROWS])
            found["silhouette"][number, columns] = silhouette_widths(copy.distances, labels)
            found["assortativity"][number, columns] = [
                assortativity(nearest, each[: len(nearest)]) for each in labels
            ]
            for name in found:
                found[name][number, columns] = np.nan_to_num(found[name][number, columns])
            if until_reached:
                columns = columns[found[judge][number, columns] < own[columns]]
            if len(columns) == 0:
                break
    is_compared = ~np.isnan(found[judge])
    copies_made = np.where(is_compared[0], is_compared.sum(axis=0), np.nan)
    return {
        "null_silhouette": np.nansum(found["silhouette"], axis=0) / copies_made,
        "null_assortativity": np.nansum(found["assortativity"], axis=0) / copies_made,
        "null_share": (found[judge] >= own).sum(axis=0) / copies_made,
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
        reference = generator.uniform(low, high, components.shape)
        row[:] = [fit.inertia_ for fit in _fit_each_k(reference, ks, RESAMPLE_STARTS)]
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
        refits = _fit_each_k(drawn, ks, RESAMPLE_STARTS)
        row[:] = [
            adjusted_rand_score(each, refit.predict(sample)) if k > 1 else np.nan
            for k, each, refit in zip(ks, labels, refits, strict=True)
        ]
    return indexes.mean(axis=0)


def _rival_stability(
    fit_some: Callable[[Rows, Sequence[int]], list[Groups]],
    sample: np.ndarray,
    labels: list[np.ndarray],
    columns: np.ndarray,
) -> np.ndarray:
    """The same for other algorithms, the customers in no group being one group more.

    fit_some: the fits of some of the labellings on a resample; columns: which are resampled. They
    are compared on the first FIT_ROWS rows. NaN where all have one label, and for other labellings.
    """
    generator = np.random.default_rng([SEED, 5])
    points = sample[:FIT_ROWS]
    columns = [column for column in columns if len(np.unique(labels[column])) > 1]
    stability = np.full(len(labels), np.nan)
    if not columns:
        return stability
    indexes = []
    for drawn in _bootstraps("choosing the algorithm by customers drawn anew", generator, sample):
        rows = Rows.first(drawn)
        refits = assign_each(fit_some(rows, columns), rows, points)
        indexes.append(
            [
                adjusted_rand_score(labels[column][: len(points)], refit)
                for column, refit in zip(columns, refits, strict=True)
            ]
        )
    stability[columns] = np.mean(indexes, axis=0)
    return stability


def _bootstraps(
    what: str, generator: np.random.Generator, sample: np.ndarray
) -> Iterator[np.ndarray]:
    for _ in steps(what, range(BOOTSTRAPS)):
        yield sample[generator.integers(0, max(len(sample), 1), len(sample))]


def _fit_each_k(rows: np.ndarray, ks: Sequence[int], starts: int) -> list[KMeans]:
    """A fit for each k; with fewer distinct rows than k, as many segments."""
    distinct = _distinct_rows(rows)
    return fit_kmeans_each(rows, [min(k, distinct) for k in ks], starts)


def _index(score, sample: np.ndarray, labels: np.ndarray) -> float:
    segments = len(np.unique(labels))
    return score(sample, labels) if 2 <= segments < len(labels) else np.nan


def _distinct_rows(rows: np.ndarray) -> int:
    return len(np.unique(rows, axis=0))


def _log(inertias: np.ndarray) -> np.ndarray:
    """Logarithms along the last axis, which begins at k = 1; an inertia of 0 counts as rounding."""
    return np.log(np.maximum(inertias, np.finfo(np.float64).eps * inertias[..., :1]))
