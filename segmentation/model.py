"""The fitted model of a population, as data: everything that scoring in SQL needs."""

import segmentation.threads  # isort: skip  # noqa: F401
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from duckdb import DuckDBPyRelation
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_argmin_min

from segmentation.encoding import SAMPLE_ROWS, fit_dimensions, scaled_sample
from segmentation.errors import InputError
from segmentation.features import quoted
from segmentation.settings import Settings, parse_settings

STARTS = 10
LLOYD_PASSES = 5
DECIMALS = 9
SAME_DISTANCE = 1e-6

MODEL = pa.schema(
    [
        ("population", pa.string()),
        ("position", pa.int64()),
        ("dimension", pa.string()),
        ("feature", pa.string()),
        ("kind", pa.string()),
        ("level", pa.string()),
        ("transform", pa.string()),
        ("fallback", pa.string()),
        ("centre", pa.float64()),
        ("scale", pa.float64()),
        ("expression", pa.string()),
        ("centroids", pa.list_(pa.float64())),
        ("map_x_weight", pa.float64()),
        ("map_y_weight", pa.float64()),
        ("outlier_distance", pa.float64()),
    ]
)


def fit_segments(customers: DuckDBPyRelation, scores: pd.DataFrame, settings: Mapping) -> pa.Table:
    """Fit the chosen number of segments.

    customers: one row per customer, `customer_id` and the features, gaps filled.
    scores: the population's cluster_scores; the row that `is_chosen` gives k.
    settings: the settings block of the population.

    Returns MODEL: one row per dimension of the scaled space, with the SQL `expression` that makes
    it from the features, and `centroids`, its value in each segment in order of segment_id. Segment
    0 has the highest mean on the value axis. `outlier_distance` is the same on every row. There is
    no row where there are no customers, or where all are alike.

    K-means runs on a sample of at most SAMPLE_ROWS customers, STARTS times; where there are more
    customers, LLOYD_PASSES passes over all of them in SQL follow.

    Raises InputError where the scores hold no choice for customers that exist.
    """
    parsed = parse_settings(settings)
    dimensions = fit_dimensions(customers, parsed)
    customer_count = customers.count("*").fetchall()[0][0]
    if customer_count == 0:
        return MODEL.empty_table()
    chosen = scores.loc[scores["is_chosen"].astype(bool), "k"]
    if len(chosen) != 1:
        raise InputError(
            f"the cluster scores of {parsed.population} mark {len(chosen)} rows as chosen: build "
            f"{parsed.population}_cluster_scores again, it must mark one."
        )
    if dimensions.empty:
        return MODEL.empty_table()
    expressions = dimensions["expression"].tolist()
    sample = scaled_sample(customers, expressions)
    centroids = fit_centroids(sample, int(chosen.iloc[0]))
    if customer_count > SAMPLE_ROWS:
        centroids = lloyd_passes(customers, expressions, centroids)
    centroids = centroids.round(DECIMALS)
    centroids = order_by_value(customers, expressions, centroids, parsed)
    weights = map_weights(sample, dimensions["feature"].tolist(), parsed)
    return _model_table(parsed.population, dimensions, centroids, weights, sample)


def fit_centroids(points: np.ndarray, k: int) -> np.ndarray:
    """The centroids of k-means on a sample, k x dimensions: the best of STARTS starts."""
    return KMeans(k, n_init=STARTS, random_state=0).fit(points).cluster_centers_


def lloyd_passes(
    customers: DuckDBPyRelation, expressions: Sequence[str], centroids: np.ndarray
) -> np.ndarray:
    """Move the centroids to the means of their customers, over all customers, LLOYD_PASSES times.

    The means are sums of decimals: floats would add up to different last digits on each run.
    """
    means = ", ".join(
        f"cast(sum(cast(point[{i + 1}] as decimal(28, 9))) as double) / count(*)"
        for i in range(len(expressions))
    )
    for _ in range(LLOYD_PASSES):
        rows = customers.query(
            "customers",
            f"select segment_id, [{means}] as centroid from ({assignment(expressions, centroids)}) "
            "group by segment_id order by segment_id",
        ).fetchall()
        moved = centroids.copy()
        for segment_id, centroid in rows:
            moved[segment_id] = centroid
        if np.array_equal(moved, centroids):
            break
        centroids = moved
    return centroids


def assignment(
    expressions: Sequence[str], centroids: np.ndarray, columns: Sequence[str] = ()
) -> str:
    """A query over `customers`: each one's `point` and the `segment_id` of the nearest centroid."""
    point = f"cast([{', '.join(expressions)}] as double[{len(expressions)}])"
    distances = ", ".join(
        f"array_distance(point, cast({[float(x) for x in centroid]} as double[{len(expressions)}]))"
        for centroid in centroids
    )
    return (
        f"select {', '.join([*columns, 'point'])}, "
        f"list_position(distances, list_min(distances)) - 1 as segment_id from ("
        f"select *, [{distances}] as distances from (select *, {point} as point from customers))"
    )


def order_by_value(
    customers: DuckDBPyRelation,
    expressions: Sequence[str],
    centroids: np.ndarray,
    settings: Settings,
) -> np.ndarray:
    """The centroids in order of the mean of the value axis, the highest first.

    Equal means (no segment of visitors has any value) are ordered by the next axes, and equal
    segments by the centroids themselves, so that the order never depends on the start of the fit.
    """
    if len(centroids) == 1:
        return centroids
    features = [quoted(feature.lstrip("-")) for feature in settings.axes.values()]
    signs = [-1 if feature.startswith("-") else 1 for feature in settings.axes.values()]
    means = ", ".join(
        f"{sign} * cast(avg(cast({feature} as decimal(28, 9))) as double)"
        for sign, feature in zip(signs, features, strict=True)
    )
    rows = customers.query(
        "customers",
        f"select segment_id, {means} from ({assignment(expressions, centroids, features)}) "
        "group by segment_id",
    ).fetchall()
    ranks = {
        segment_id: [-np.inf if mean is None else mean for mean in axis_means]
        for segment_id, *axis_means in rows
    }
    nowhere = [-np.inf] * len(features)
    order = sorted(
        range(len(centroids)),
        key=lambda i: (*ranks.get(i, nowhere), *centroids[i]),
        reverse=True,
    )
    return centroids[order]


def map_weights(points: np.ndarray, features: Sequence[str], settings: Settings) -> np.ndarray:
    """The weights of the dimensions on a map's two axes, 2 x dimensions: the first two principal
    components, each turned so that value, or else its heaviest dimension, lies on the plus side.
    """
    weights = np.zeros((2, points.shape[1]))
    if len(points) > 1:
        components = PCA(min(2, *points.shape), svd_solver="full").fit(points).components_
        weights[: len(components)] = components
    for axis in weights:
        if settings.value_feature in features:
            toward = axis[features.index(settings.value_feature)] * settings.value_sign
        else:
            toward = axis[np.argmax(np.abs(axis))]
        axis *= -1 if toward < 0 else 1
    return weights.round(DECIMALS)


def outlier_distance(points: np.ndarray, centroids: np.ndarray) -> float | None:
    """The distance from its centroid beyond which a customer is an outlier: three interquartile
    ranges above the upper quartile, the outer fence of Tukey (1977), Exploratory Data Analysis.

    None where the quartiles are the same: most customers are then equally far, and there is no
    range to measure by.
    """
    _, distances = pairwise_distances_argmin_min(points, centroids)
    lower, upper = np.quantile(distances, [0.25, 0.75])
    if upper - lower < SAME_DISTANCE:
        return None
    return round(float(upper + 3 * (upper - lower)), DECIMALS)


def _model_table(
    population: str,
    dimensions: pd.DataFrame,
    centroids: np.ndarray,
    weights: np.ndarray,
    points: np.ndarray,
) -> pa.Table:
    table = dimensions.assign(
        population=population,
        position=range(1, len(dimensions) + 1),
        centroids=[list(map(float, column)) for column in centroids.T],
        map_x_weight=weights[0],
        map_y_weight=weights[1],
        outlier_distance=outlier_distance(points, centroids),
    )
    return pa.Table.from_pandas(table[MODEL.names], schema=MODEL, preserve_index=False)
