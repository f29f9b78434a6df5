"""Indices of a clustering that others have defined, each with its source.

Calinski-Harabasz, Davies-Bouldin and the adjusted Rand index are taken from scikit-learn. It has
the silhouette too, and is its oracle in the tests: here that is computed for hundreds of labellings
of the same rows, for each of which scikit-learn would sum the distances again.
"""

import segmentation.threads  # isort: skip  # noqa: F401

from collections.abc import Sequence

import numpy as np
from sklearn.metrics.cluster import contingency_matrix

NEIGHBOURS = 10


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


def silhouette_widths(distances: np.ndarray, labellings: Sequence[np.ndarray]) -> list[float]:
    """The mean silhouette of each labelling, from the distances of all pairs of rows.

    NaN where there are fewer than two segments or every row is its own segment. The same value as
    sklearn.metrics.silhouette_score, in one matrix product for all labellings.
    Source: Rousseeuw 1987, "Silhouettes: a graphical aid to the interpretation and validation of
    cluster analysis".
    """
    found = [np.unique(labels, return_inverse=True)[1] for labels in labellings]
    members = [np.eye(labels.max(initial=-1) + 1)[labels] for labels in found]
    ends = np.cumsum([each.shape[1] for each in members])
    sums = np.split(distances @ np.hstack(members), ends[:-1], axis=1) if members else []
    return [_silhouette_width(*each) for each in zip(sums, found, strict=True)]


def _silhouette_width(sums: np.ndarray, labels: np.ndarray) -> float:
    """The mean silhouette, from the sum of each row's distances to the rows of each segment."""
    sizes = np.bincount(labels)
    if not 2 <= len(sizes) < len(labels):
        return np.nan
    rows = np.arange(len(labels))
    within = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / sizes
    means[rows, labels] = np.inf
    between = means.min(axis=1)
    scale = np.maximum(within, between)
    widths = np.divide(between - within, scale, out=np.zeros_like(scale), where=scale > 0)
    return float(np.where(sizes[labels] > 1, widths, 0.0).mean())


def neighbours(distances: np.ndarray) -> np.ndarray:
    """The NEIGHBOURS nearest other rows of each row (fewer where there are fewer rows).

    distances: of all pairs of rows.
    """
    count = min(NEIGHBOURS, len(distances) - 1)
    if count < 1:
        return np.empty((len(distances), 0), dtype=int)
    others = distances + np.diag(np.full(len(distances), np.inf))
    return np.argpartition(others, count - 1)[:, :count]


def assortativity(nearest: np.ndarray, labels: np.ndarray) -> float:
    """How much more often nearest neighbours share a group than the sizes alone would have it.

    nearest: the neighbours of each row, as `neighbours` returns them; labels: one per row, those in
    no group having a label of their own. 0 for one group and for groups dealt at random, 1 where no
    two neighbours are in different groups, however many groups there are, of whatever sizes and
    shapes. NaN without neighbours.
    Source: Newman 2003, "Mixing patterns in networks", equation 2, on the graph that links each row
    to its nearest neighbours; the expected share is that of two rows drawn at random.
    """
    if nearest.size == 0:
        return np.nan
    _, labels = np.unique(labels, return_inverse=True)
    expected = np.square(np.bincount(labels) / len(labels)).sum()
    if expected == 1:
        return 0.0
    return float(((labels[nearest] == labels[:, None]).mean() - expected) / (1 - expected))


def purity(segments: np.ndarray, groups: np.ndarray) -> float:
    """The share of rows in a segment in which the row's group is the most common one.

    1 where every segment holds customers of one group only, however many segments there are.
    Source: Zhao and Karypis 2004, "Empirical and theoretical comparisons of selected criterion
    functions for document clustering", section 5. NaN for no rows.
    """
    if len(segments) == 0:
        return np.nan
    return float(contingency_matrix(segments, groups).max(axis=1).sum() / len(segments))
