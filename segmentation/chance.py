"""Copies of the data that hold no segments: what chance alone would look like."""

import segmentation.threads  # isort: skip  # noqa: F401
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.stats import norm, rankdata

from segmentation.algorithms import SEED

PEAKS = 41
REPEATED_SHARE = 0.05


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
