"""DBSCAN: groups are crowded places, and customers between them are in no group.

Source: Ester, Kriegel, Sander and Xu 1996, "A Density-Based Algorithm for Discovering Clusters in
Large Spatial Databases with Noise". Its two parameters follow from the data: a place is crowded
with CROWD_SHARE of the customers (at least MIN_CROWD) within reach, and the reach is the knee of
the sorted distances to the customer who makes up that crowd (their section 4.2).
"""

import segmentation.threads  # isort: skip  # noqa: F401
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import DBSCAN
from sklearn.metrics import pairwise_distances_argmin_min
from sklearn.neighbors import NearestNeighbors

# Every core point is stored with the model, and scoring measures its distance to each customer.
DENSITY_ROWS = 2_000
CROWD_SHARE = 0.01
MIN_CROWD = 5
NOISE = -1


@dataclass(frozen=True)
class DensityGroups:
    """The core points of the groups (core points x dimensions), their groups, and the reach."""

    core_points: np.ndarray
    core_groups: np.ndarray
    reach: float

    @property
    def count(self) -> int:
        """The number of groups, without the customers in none."""
        return len(np.unique(self.core_groups))

    def assign(self, points: np.ndarray) -> np.ndarray:
        """The group of the nearest core point within reach, or NOISE; one per row of points."""
        if len(self.core_points) == 0 or len(points) == 0:
            return np.full(len(points), NOISE)
        nearest, distances = pairwise_distances_argmin_min(points, self.core_points)
        return np.where(distances <= self.reach, self.core_groups[nearest], NOISE)


def fit_density_groups(points: np.ndarray) -> DensityGroups:
    """The groups of at most DENSITY_ROWS points, the first ones; the groups count from 0.

    points: rows x dimensions, scaled, in an order that has nothing to do with their content.
    """
    points = points[:DENSITY_ROWS]
    crowd = max(MIN_CROWD, int(np.ceil(CROWD_SHARE * len(points))))
    if len(points) < crowd:
        return DensityGroups(points[:0], np.empty(0, dtype=int), 0.0)
    reach = _reach(points, crowd)
    fit = DBSCAN(eps=reach, min_samples=crowd).fit(points)
    cores = fit.core_sample_indices_
    return DensityGroups(points[cores], fit.labels_[cores], reach)


def _reach(points: np.ndarray, crowd: int) -> float:
    """The distance at which the sorted distances to the crowd's last customer bend upwards.

    The bend is the point farthest below the chord from the first to the last distance. The reach
    ends half way to the next larger distance, so that no customer stands exactly on its end.
    """
    distances = NearestNeighbors(n_neighbors=crowd).fit(points).kneighbors(points)[0][:, -1]
    distances = np.sort(distances)
    chord = np.linspace(distances[0], distances[-1], len(distances))
    bend = distances[np.argmax(chord - distances)]
    beyond = distances[distances > bend].min(initial=max(2 * bend, np.finfo(np.float32).eps))
    return float((bend + beyond) / 2)
