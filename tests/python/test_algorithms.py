"""The warm start of k-means: a refit stays with the segments there were, if they are as good."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from segmentation import algorithms
from segmentation.algorithms import fit_kmeans


def blobs(centres, rows_each=100, spread=0.3, seed=0):
    centres = np.asarray(centres, dtype=float)
    noise = np.random.default_rng(seed).normal(scale=spread, size=(len(centres) * rows_each, 2))
    return np.repeat(centres, rows_each, axis=0) + noise


def means(points, labels):
    return np.array([points[labels == label].mean(axis=0) for label in np.unique(labels)])


# A square, and its mirror image: it can be cut in two upright or across, which are equal solutions.
SQUARE = blobs([(0, 0), (0, 1), (1, 0), (1, 1)])
SQUARE = np.vstack([SQUARE, SQUARE[:, ::-1]])
IN_LINE = np.repeat([0, 1, 2], 100)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_refit_stays_with_one_of_two_equal_solutions(axis):
    halves = (SQUARE[:, axis] > 0.5).astype(int)

    refit = fit_kmeans(SQUARE, 2, start=means(SQUARE, halves))

    assert adjusted_rand_score(halves, refit.labels_) > 0.9


def test_the_labels_are_the_rows_of_the_start():
    points = blobs([(0, 0), (9, 0), (0, 9)])

    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
        refit = fit_kmeans(points, 3, start=means(points, IN_LINE)[order])
        assert np.array_equal(np.array(order)[refit.labels_], IN_LINE)


def test_a_start_that_ends_in_a_worse_solution_is_left():
    points = blobs([(0, 0), (9, 0), (9.5, 3)])
    worse = np.array([(0, 0.3), (0, -0.3), (9.2, 1.5)])

    refit = fit_kmeans(points, 3, start=worse)

    assert adjusted_rand_score(IN_LINE, refit.labels_) == 1


@pytest.mark.parametrize(("less", "is_kept"), [(0.009, True), (0.011, False)])
def test_the_start_may_be_one_percent_worse(less, is_kept, monkeypatch):
    start = means(SQUARE, SQUARE[:, 0] > 0.5)

    class Fit:
        def __init__(self, k, init="k-means++", **_):
            self.inertia_ = 100 if isinstance(init, str) else 100 * (1 + less)
            self.is_warm = not isinstance(init, str)

        def fit(self, points):
            return self

    monkeypatch.setattr(algorithms, "KMeans", Fit)

    assert fit_kmeans(SQUARE, 2, start=start).is_warm == is_kept


def test_another_number_of_segments_starts_anew():
    plain = fit_kmeans(SQUARE, 3)

    refit = fit_kmeans(SQUARE, 3, start=means(SQUARE, SQUARE[:, 0] > 0.5))

    assert np.array_equal(refit.labels_, plain.labels_)


def test_a_refit_on_the_same_customers_changes_nothing_whatever_the_seed(monkeypatch):
    points = blobs([(0, 0), (2, 0), (0, 2), (3, 3)], spread=0.6)
    first = fit_kmeans(points, 4)

    for seed in range(5):
        monkeypatch.setattr(algorithms, "SEED", seed)
        refit = fit_kmeans(points, 4, start=means(points, first.labels_))
        assert np.array_equal(refit.labels_, first.labels_)
