"""k-means, and its rivals, each as one function: points in, stored points with groups out.

Whatever an algorithm does, a customer belongs to the group of the nearest stored point. So the
groups of every algorithm are data, and one query in SQL scores new customers for all of them.

| algorithm | its grid | stored points |
|---|---|---|
| kmeans | number of segments | the centres of the segments |
| agglomerative (Ward 1963) | number of segments | the centres of the segments |
| gaussian_mixture | number of segments | the fitted customers, each in its likeliest component |
| dbscan | crowd share | the core points of the groups, each reaching as far as the next one |
| hdbscan | crowd share | the fitted customers, those in no group among them |

The crowd share is what part of the customers makes a crowd: DBSCAN's min_samples and HDBSCAN's
min_cluster_size. All but k-means are fitted on the first FIT_ROWS rows.

Sources: Ward 1963, "Hierarchical Grouping to Optimize an Objective Function"; Ester, Kriegel,
Sander and Xu 1996, "A Density-Based Algorithm for Discovering Clusters in Large Spatial Databases
with Noise"; Campello, Moulavi and Sander 2013, "Density-Based Clustering Based on Hierarchical
Density Estimates".
"""

import segmentation.threads  # isort: skip  # noqa: F401
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.cluster.hierarchy import fcluster, ward
from sklearn.cluster import DBSCAN, HDBSCAN, KMeans, kmeans_plusplus
from sklearn.metrics import pairwise_distances, pairwise_distances_argmin_min
from sklearn.mixture import GaussianMixture

SEED = 20191001
STARTS = 10
# By how much more inertia a refit may have that starts from the segments there were. The best of
# STARTS random starts is not always the same one: with other seeds, on the same 1,000 customers, 8
# of 192 pairs of fits were other groups, whose inertias differed by 0.1 to 2 %, in 7 of them by
# less than 1 %; and the inertia itself is known to 3 % (its standard error) from so many customers.
# So less than 1 % is no reason to regroup them.
AS_GOOD = 0.01
# Each fitted customer may become a stored point, and scoring measures its distance to everyone.
FIT_ROWS = 1_000
CROWD_SHARES = (0.005, 0.01, 0.02, 0.05)
MIN_CROWD = 5
NOISE = -1
# Added to the variances of a mixture, whose dimensions have variance 1: a component on customers
# who are all alike in a dimension (a yes or no) is then wide enough to have a density.
COMPONENT_VARIANCE = 1e-3


@dataclass(frozen=True)
class Groups:
    """Stored points x dimensions, the group of each (NOISE: in none), and how far they reach.

    members: the stored points as positions among the rows of the fit; None where they are centres.
    """

    points: np.ndarray
    groups: np.ndarray
    reach: float = np.inf
    members: np.ndarray | None = None

    @property
    def count(self) -> int:
        """The number of groups, without the customers in none."""
        return len(np.unique(self.groups[self.groups != NOISE]))

    def assign(self, points: np.ndarray) -> np.ndarray:
        """The group of the nearest stored point within reach, or NOISE; one per row of points."""
        if len(self.points) == 0 or len(points) == 0:
            return np.full(len(points), NOISE)
        nearest, distances = pairwise_distances_argmin_min(points, self.points)
        return np.where(distances <= self.reach, self.groups[nearest], NOISE)


def fit_kmeans(
    points: np.ndarray, k: int, starts: int = STARTS, start: np.ndarray | None = None
) -> KMeans:
    """The best of several starts of k-means, on all rows; k is at most their distinct ones.

    start: centres to start from as well (segments x dimensions), such as the means of the segments
    that there were. Where they are k, and their fit is AS_GOOD as the best of the random starts, it
    is taken, and its labels are their rows: a refit does not jump between equal solutions.
    """
    best = KMeans(k, n_init=starts, random_state=SEED).fit(points)
    if start is None or len(start) != k:
        return best
    warm = KMeans(k, init=start, n_init=1).fit(points)
    return warm if warm.inertia_ <= (1 + AS_GOOD) * best.inertia_ else best


def fit_kmeans_each(points: np.ndarray, ks: Sequence[int], starts: int) -> list[KMeans]:
    """The best of several starts of k-means for each k; each is at most the distinct rows.

    A start draws its centres by k-means++ once, for the largest k, and every k takes the first of
    them: drawn as for the largest k, with a few more candidates for each than a start for that k
    would try. `fit_kmeans` draws anew for each k, which is slower where hundreds of resamples are
    fitted.
    Source: Arthur and Vassilvitskii 2007, "k-means++: The Advantages of Careful Seeding".
    """
    if not ks:
        return []
    generator = np.random.RandomState(SEED)
    drawn = [kmeans_plusplus(points, max(ks), random_state=generator)[1] for _ in range(starts)]
    return [KMeans(k, init=_in_turn(drawn), n_init=starts).fit(points) for k in ks]


def _in_turn(drawn: list[np.ndarray]) -> Callable:
    """The first k of the drawn rows for each start of k-means, one start after the other."""
    turns = iter(drawn)
    return lambda rows, k, random_state: rows[next(turns)[:k]]


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows that an algorithm is fitted on, and what several fits on them have in common."""

    points: np.ndarray

    @classmethod
    def first(cls, points: np.ndarray) -> "Rows":
        """The first FIT_ROWS rows of points."""
        return cls(points[:FIT_ROWS])

    @cached_property
    def distances(self) -> np.ndarray:
        """The distances of all pairs of rows."""
        return pairwise_distances(self.points) if len(self.points) else np.empty((0, 0))

    @cached_property
    def sorted_distances(self) -> np.ndarray:
        """Each row's distances to all rows, the nearest (itself) first."""
        return np.sort(self.distances)


def fit_agglomerative(rows: Rows, ks: Sequence[int]) -> list[Groups]:
    """Ward's groups for each k, from one tree."""
    points = rows.points
    if len(points) < 2:
        return [Groups(points, np.zeros(len(points), dtype=int)) for _ in ks]
    tree = ward(points)
    return [_centres(points, fcluster(tree, k, criterion="maxclust")) for k in ks]


def fit_gaussian_mixture(rows: Rows, ks: Sequence[int]) -> list[Groups]:
    """The components of a mixture of normal distributions, each with its own covariance."""
    points, members = rows.points, np.arange(len(rows.points))
    distinct = len(np.unique(points, axis=0))
    return [
        Groups(points, _mixture(points, min(k, distinct)).predict(points), members=members)
        if distinct > 1
        else Groups(points, np.zeros(len(points), dtype=int), members=members)
        for k in ks
    ]


def _mixture(points: np.ndarray, k: int) -> GaussianMixture:
    return GaussianMixture(
        k, reg_covar=COMPONENT_VARIANCE, max_iter=100, tol=1e-2, random_state=SEED
    ).fit(points)


def fit_dbscan(rows: Rows, crowd_shares: Sequence[float]) -> list[Groups]:
    """The crowded places: a place is crowded with a crowd within reach.

    The reach is the knee of the sorted distances to the customer who makes up the crowd (section
    4.2 of the paper), so it follows from the data.
    """
    points = rows.points
    crowds = [_crowd(points, share) for share in crowd_shares]
    if len(points) <= max(crowds):
        nobody = np.empty(0, dtype=int)
        return [Groups(points[:0], nobody, 0.0, members=nobody) for _ in crowds]
    found = []
    for crowd in crowds:
        reach = _knee(np.sort(rows.sorted_distances[:, crowd - 1]))
        fit = DBSCAN(eps=reach, min_samples=crowd, metric="precomputed").fit(rows.distances)
        cores = fit.core_sample_indices_
        found.append(Groups(points[cores], fit.labels_[cores], reach, members=cores))
    return found


def _knee(distances: np.ndarray) -> float:
    """Where sorted distances bend upwards: farthest below the chord from the first to the last.

    The reach ends half way to the next larger distance, so that no customer stands exactly on its
    end.
    """
    chord = np.linspace(distances[0], distances[-1], len(distances))
    bend = distances[np.argmax(chord - distances)]
    beyond = distances[distances > bend].min(initial=max(2 * bend, np.finfo(np.float32).eps))
    return float((bend + beyond) / 2)


def fit_hdbscan(rows: Rows, crowd_shares: Sequence[float]) -> list[Groups]:
    """The groups that persist longest while the reach of DBSCAN shrinks."""
    points, members = rows.points, np.arange(len(rows.points))
    crowds = [_crowd(points, share) for share in crowd_shares]
    if len(points) <= max(crowds):
        return [Groups(points, np.full(len(points), NOISE), members=members) for _ in crowds]
    return [
        Groups(
            points,
            HDBSCAN(min_cluster_size=crowd, copy=True).fit_predict(points),
            members=members,
        )
        for crowd in crowds
    ]


def assign_each(fits: Sequence[Groups], rows: Rows, points: np.ndarray) -> list[np.ndarray]:
    """The groups of points by each of several fits on the same rows, as `Groups.assign` has them.

    The distances from the points to the rows are taken once for all fits.
    """
    if len(points) == 0 or len(rows.points) == 0:
        return [fit.assign(points) for fit in fits]
    is_same = points is rows.points
    distances = rows.distances if is_same else pairwise_distances(points, rows.points)
    nearest = distances.argmin(axis=1)
    found = []
    for fit in fits:
        if fit.members is None or len(fit.members) == 0:
            found.append(fit.assign(points))
        elif len(fit.members) == len(rows.points):
            found.append(fit.groups[nearest])
        else:
            found.append(_nearest_member(fit, distances))
    return found


def _nearest_member(fit: Groups, distances: np.ndarray) -> np.ndarray:
    """The group of the nearest of some rows, within reach, from the distances to all rows."""
    to_members = distances[:, fit.members]
    nearest = to_members.argmin(axis=1)
    is_near = to_members[np.arange(len(distances)), nearest] <= fit.reach
    return np.where(is_near, fit.groups[nearest], NOISE)


def _crowd(points: np.ndarray, share: float) -> int:
    return max(MIN_CROWD, int(np.ceil(share * len(points))))


def _centres(points: np.ndarray, labels: np.ndarray) -> Groups:
    centres = group_means(points, labels)
    return Groups(centres, np.arange(len(centres)))


def group_means(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The mean of the points of each group, groups x dimensions, in order of the labels."""
    return np.array([points[labels == each].mean(axis=0) for each in np.unique(labels)])


@dataclass(frozen=True)
class Rival:
    """An algorithm that competes with k-means: its fit for each value of its grid.

    grid_column: the column of cluster_scores that holds the grid: `k`, or `crowd_share`.
    has_centres: whether its stored points are the centres of its groups.
    """

    fit_each: Callable[[Rows, Sequence], list[Groups]]
    grid_column: str
    has_centres: bool = False

    def fit(self, points: np.ndarray, value: float) -> Groups:
        """The groups for one value of the grid, fitted on the first FIT_ROWS rows of points."""
        return self.fit_each(Rows.first(points), [value])[0]


# In order of simplicity: what comes first is preferred where both would do.
RIVALS = {
    "agglomerative": Rival(fit_agglomerative, "k", has_centres=True),
    "dbscan": Rival(fit_dbscan, "crowd_share"),
    "hdbscan": Rival(fit_hdbscan, "crowd_share"),
    "gaussian_mixture": Rival(fit_gaussian_mixture, "k"),
}
