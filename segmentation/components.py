"""Principal components: a smaller space for k-means, where many dimensions say the same."""

import segmentation.threads  # isort: skip  # noqa: F401
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from duckdb import DuckDBPyRelation
from sklearn.decomposition import PCA

from segmentation.encoding import fit_dimensions, scaled_sample
from segmentation.settings import parse_settings

DECIMALS = 9

COMPONENTS = pa.schema(
    [
        ("population", pa.string()),
        ("component", pa.int64()),
        ("dimension", pa.string()),
        ("feature", pa.string()),
        ("loading", pa.float64()),
        ("explained_share", pa.float64()),
        ("cumulative_share", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Projection:
    """A flat subspace of the scaled space: its middle and its axes (components x dimensions).

    The nearest centroid is the same in the subspace as in the whole space, as long as the centroids
    lie in the subspace: what a customer's point sticks out of it is equally far from all of them.
    So k-means may run in the subspace, and scoring need not know of it.
    """

    middle: np.ndarray
    axes: np.ndarray
    shares: np.ndarray

    def down(self, points: np.ndarray) -> np.ndarray:
        """The points' places in the subspace: rows x components."""
        return (points - self.middle) @ self.axes.T

    def up(self, places: np.ndarray) -> np.ndarray:
        """Places in the subspace as points of the scaled space: rows x dimensions."""
        return places @ self.axes + self.middle


def fit_projection(points: np.ndarray, share: float | None) -> Projection:
    """The fewest principal components that hold a share of the variance of the points.

    points: rows x dimensions; share: above 0 and below 1, or None for the scaled space itself, axis
    by axis. `shares` says what part of the variance each axis holds.
    """
    dimensions = points.shape[1]
    if share is None or len(points) < 2 or not np.ptp(points, axis=0).any():
        shares = np.full(dimensions, np.nan)
        return Projection(np.zeros(dimensions), np.eye(dimensions), shares)
    fit = PCA(n_components=share, svd_solver="full").fit(points)
    return Projection(fit.mean_, fit.components_, fit.explained_variance_ratio_)


def describe_components(customers: DuckDBPyRelation, settings: Mapping) -> pa.Table:
    """The components that k-means runs on, each with the loadings of the dimensions.

    customers: one row per customer, `customer_id` and the features, gaps filled.
    settings: the settings block of the population; `components` is the share of the variance.

    Returns COMPONENTS, one row per component and dimension: `component` counts from 1, the
    strongest; `loading` is the weight of the dimension (the squares of a component's loadings add
    up to 1); the shares are of the variance of all dimensions. No row where the settings ask for no
    components, or where there is nothing to explain.
    """
    parsed = parse_settings(settings)
    dimensions = fit_dimensions(customers, parsed)
    if parsed.components is None or dimensions.empty:
        return COMPONENTS.empty_table()
    points = scaled_sample(customers, dimensions["expression"].tolist())
    projection = fit_projection(points, parsed.components)
    shares = projection.shares.round(DECIMALS)
    tables = [
        pd.DataFrame(
            {
                "population": parsed.population,
                "component": number,
                "dimension": dimensions["dimension"],
                "feature": dimensions["feature"],
                "loading": loadings.round(DECIMALS),
                "explained_share": share,
                "cumulative_share": cumulative,
            }
        )
        for number, loadings, share, cumulative in zip(
            range(1, len(shares) + 1), projection.axes, shares, shares.cumsum(), strict=True
        )
        if not np.isnan(share)
    ]
    if not tables:
        return COMPONENTS.empty_table()
    return pa.Table.from_pandas(pd.concat(tables), schema=COMPONENTS, preserve_index=False)
