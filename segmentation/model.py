"""The fitted model of a population, as data: everything that scoring in SQL needs."""

import segmentation.threads  # isort: skip  # noqa: F401
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
from duckdb import DuckDBPyRelation
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.metrics import pairwise_distances_argmin_min

from segmentation.algorithms import NOISE, RIVALS, Groups, fit_kmeans, group_means
from segmentation.components import Projection, fit_projection
from segmentation.encoding import SAMPLE_ROWS, fit_dimensions, scaled_sample
from segmentation.errors import InputError
from segmentation.features import quoted, sample_query
from segmentation.lineage import Alignment, align, first_alignment
from segmentation.progress import steps
from segmentation.reference import describe_dimensions, describe_segments
from segmentation.settings import Settings, parse_settings

LLOYD_PASSES = 5
DECIMALS = 9
SAME_DISTANCE = 1e-6
# Every landmark is stored with the model, and scoring measures its distance to each customer.
LANDMARK_ROWS = 2_000
MIN_LANDMARKS = 4
PERPLEXITY = 30
MAP_DECIMALS = 4

LINEAGE = pa.struct(
    [
        ("event", pa.string()),
        ("from_segment_id", pa.int32()),
        ("to_segment_id", pa.int32()),
        ("customers", pa.int64()),
    ]
)
MODEL = pa.schema(
    [
        ("population", pa.string()),
        ("fit_id", pa.int32()),
        ("is_current", pa.bool_()),
        ("previous_fit_id", pa.int32()),
        ("settings_hash", pa.string()),
        ("attempt", pa.int32()),
        ("fitted_as_of", pa.timestamp("us")),
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
        ("centroid_segments", pa.list_(pa.int32())),
        ("reach", pa.float64()),
        ("outlier_distance", pa.float64()),
        ("map_x_weight", pa.float64()),
        ("map_y_weight", pa.float64()),
        ("landmarks", pa.list_(pa.float64())),
        ("landmark_x", pa.list_(pa.float64())),
        ("landmark_y", pa.list_(pa.float64())),
        ("least", pa.float64()),
        ("greatest", pa.float64()),
        ("edges", pa.list_(pa.float64())),
        ("bin_customers", pa.list_(pa.int64())),
        ("levels", pa.list_(pa.string())),
        ("segment_means", pa.list_(pa.float64())),
        ("segment_ids", pa.list_(pa.int32())),
        ("segment_customers", pa.list_(pa.int64())),
        ("segment_spreads", pa.list_(pa.float64())),
        ("fitted_customers", pa.int64()),
        ("algorithm", pa.string()),
        ("structure", pa.string()),
        ("lineage", pa.list_(LINEAGE)),
        ("relabelled_share", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Fit:
    """What assigns a customer: stored points, the segment of each, and how far they reach.

    points: stored points x dimensions; segments: one per stored point; reach: the distance beyond
    which a customer is in no group, None where everyone is in one; outlier_distance: the distance
    beyond which a customer is an outlier, or None.
    """

    points: np.ndarray
    segments: Sequence[int]
    reach: float | None
    outlier_distance: float | None

    def assign(self, points: np.ndarray) -> np.ndarray:
        """The segment of each row of points."""
        reach = np.inf if self.reach is None else self.reach
        return Groups(self.points, np.asarray(self.segments), reach).assign(points)

    def renumbered(self, segment_ids: Mapping[int, int]) -> "Fit":
        """The same with other segment ids, the stored points in their order."""
        ids = np.array([segment_ids[segment] for segment in self.segments])
        order = np.argsort(ids, kind="stable")
        return replace(self, points=self.points[order], segments=ids[order].tolist())


@dataclass(frozen=True)
class Previous:
    """The segments of the last fit, which a new one continues.

    next_id: the first segment id that was never used. segments: the segment by that fit of each
    customer of today, in the order of `encoding.scaled_sample`. segment_ids: all its segments.
    """

    next_id: int
    segments: np.ndarray
    segment_ids: Sequence[int]


def fit_segments(
    customers: DuckDBPyRelation,
    scores: pd.DataFrame,
    settings: Mapping,
    previous: Previous | None = None,
) -> pa.Table:
    """Fit the chosen algorithm with the chosen number of segments.

    customers: one row per customer, `customer_id` and the features, gaps filled.
    scores: the population's cluster_scores; the row that `is_chosen` gives the algorithm and k.
    settings: the settings block of the population.
    previous: the segments of the last fit, of the customers in the order of
        `encoding.scaled_sample`, which the new ones continue where they are the same (see
        `lineage`); None for a first fit.

    Returns MODEL: one row per dimension of the scaled space, with the SQL `expression` that makes
    it from the features, and `centroids`, its value at each stored point. For k-means these are the
    centres of the segments, in order of segment_id; for DBSCAN the core points of its groups.
    In a first fit segment 0 has the highest mean on the value axis; in a later one the new segments
    follow in that order. From `least` to `segment_spreads` stands what the fit saw (see
    `reference`), in `lineage` where its segments come from. It is a fit by itself, number 1; `fits`
    keeps many. The columns from `fit_id` to `fitted_as_of` and from `segment_ids` on,
    `centroid_segments`, `reach`, `outlier_distance`, `landmark_x` and `landmark_y` are the same on
    every row. There is no row where there are no customers, or where all are alike.

    K-means runs on a sample of at most SAMPLE_ROWS customers, the best of several starts, on their
    principal components where the settings say so; where there are more customers, LLOYD_PASSES
    passes over all of them in SQL follow.

    Raises InputError where the scores hold no choice for customers that exist.
    """
    parsed = parse_settings(settings)
    dimensions = fit_dimensions(customers, parsed)
    customer_count = customers.count("*").fetchall()[0][0]
    if customer_count == 0:
        return MODEL.empty_table()
    chosen = scores[scores["is_chosen"].astype(bool)]
    if len(chosen) != 1:
        raise InputError(
            f"the cluster scores of {parsed.population} mark {len(chosen)} rows as chosen: build "
            f"{parsed.population}_cluster_scores again, it must mark one."
        )
    if dimensions.empty:
        return MODEL.empty_table()
    expressions = dimensions["expression"].tolist()
    sample = scaled_sample(customers, expressions)
    choice = chosen.iloc[0]
    if choice["algorithm"] == "kmeans":
        is_sample = customer_count > SAMPLE_ROWS
        start = None if previous is None else previous.segments
        k = int(choice["k"])
        fit = fit_k_means(customers, expressions, sample, k, is_sample, parsed, start)
    else:
        fit = fit_rival(customers, sample, choice, parsed)
    alignment = _align(previous, fit, sample)
    fit = fit.renumbered(alignment.segment_ids)
    reference = describe_dimensions(customers, dimensions, sample)
    described = describe_segments(sample, fit.assign(sample))
    weights = map_weights(sample, dimensions["feature"].tolist(), parsed)
    landmarks, places = lay_out(sample) if parsed.map == "tsne" else (sample[:0], np.empty((0, 2)))
    table = _model_table(parsed.population, dimensions, fit, weights, landmarks, places)
    rows = len(table)
    table = table.assign(
        fit_id=1,
        is_current=True,
        previous_fit_id=None,
        settings_hash=None,
        attempt=None,
        fitted_as_of=None,
        **reference,
        segment_means=described.pop("segment_means"),
        **{name: rows * [values] for name, values in described.items()},
        fitted_customers=customer_count,
        algorithm=choice["algorithm"],
        structure=choice.get("structure"),
        lineage=rows * [alignment.lineage],
        relabelled_share=alignment.relabelled_share,
    )
    return pa.Table.from_pandas(table[MODEL.names], schema=MODEL, preserve_index=False)


def fit_k_means(
    customers: DuckDBPyRelation,
    expressions: Sequence[str],
    sample: np.ndarray,
    k: int,
    is_sample: bool,
    settings: Settings,
    segments: np.ndarray | None = None,
) -> Fit:
    """The centres of k segments.

    is_sample: whether there are customers outside the sample.
    segments: the segments of the last fit, from whose means k-means also starts.
    """
    projection = fit_projection(sample, settings.components)
    points = projection.down(sample)
    start = None
    if segments is not None:
        is_in_group = segments != NOISE
        start = group_means(points[is_in_group], segments[is_in_group])
    centroids = projection.up(fit_kmeans(points, k, start=start).cluster_centers_)
    if is_sample:
        centroids = lloyd_passes(customers, expressions, centroids, projection)
    centroids = centroids.round(DECIMALS)
    centroids = order_by_value(customers, expressions, centroids, settings)
    return Fit(centroids, range(k), None, outlier_distance(sample, centroids))


def fit_rival(
    customers: DuckDBPyRelation, sample: np.ndarray, choice: pd.Series, settings: Settings
) -> Fit:
    """The groups of the chosen algorithm, in order of their value.

    choice: the chosen row of cluster_scores.
    """
    rival = RIVALS[choice["algorithm"]]
    groups = rival.fit(sample, choice[rival.grid_column])
    axes = [quoted(feature.lstrip("-")) for feature in settings.axes.values()]
    columns = [f"cast({axis} as double) as axis_{i}" for i, axis in enumerate(axes)]
    values = customers.query("customers", sample_query(["customer_id", *columns], SAMPLE_ROWS)).df()
    means = values.iloc[:, 1:].groupby(groups.assign(sample)).mean() * settings.axis_signs
    order = _order(
        {group: [None if np.isnan(x) else x for x in row] for group, *row in means.itertuples()},
        np.arange(groups.count).reshape(-1, 1),
    )
    segment_of = {NOISE: NOISE} | {group: segment_id for segment_id, group in enumerate(order)}
    points = groups.points.round(DECIMALS)
    segments = [segment_of[group] for group in groups.groups.tolist()]
    if rival.has_centres:
        return Fit(points, segments, None, outlier_distance(sample, points))
    reach = round(groups.reach, DECIMALS) if np.isfinite(groups.reach) else None
    return Fit(points, segments, reach, reach)


def _align(previous: Previous | None, fit: Fit, sample: np.ndarray) -> Alignment:
    """Which segments of the fit continue which of the last one; in a first fit all are born."""
    segments = fit.assign(sample)
    if previous is None:
        return first_alignment(segments, fit.segments)
    return align(previous.segments, segments, previous.next_id, previous.segment_ids, fit.segments)


def lloyd_passes(
    customers: DuckDBPyRelation,
    expressions: Sequence[str],
    centroids: np.ndarray,
    projection: Projection,
) -> np.ndarray:
    """Move the centroids to the means of their customers, over all customers, LLOYD_PASSES times.

    They stay in the subspace of the projection. The means are sums of decimals: floats would add up
    to different last digits on each run.
    """
    means = ", ".join(
        f"cast(sum(cast(point[{i + 1}] as decimal(28, 9))) as double) / count(*)"
        for i in range(len(expressions))
    )
    for _ in steps("moving the centres of the segments", range(LLOYD_PASSES)):
        rows = customers.query(
            "customers",
            f"select segment_id, [{means}] as centroid from ({assignment(expressions, centroids)}) "
            "group by segment_id order by segment_id",
        ).fetchall()
        moved = centroids.copy()
        for segment_id, centroid in rows:
            moved[segment_id] = projection.up(projection.down(np.array([centroid])))[0]
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
    means = ", ".join(
        f"{sign} * cast(avg(cast({feature} as decimal(28, 9))) as double)"
        for sign, feature in zip(settings.axis_signs, features, strict=True)
    )
    rows = customers.query(
        "customers",
        f"select segment_id, {means} from ({assignment(expressions, centroids, features)}) "
        "group by segment_id",
    ).fetchall()
    return centroids[_order({segment_id: means for segment_id, *means in rows}, centroids)]


def _order(axis_means: Mapping[int, Sequence[float | None]], points: np.ndarray) -> list[int]:
    """The segments by the means of their axes, the highest first; equal ones by their points."""
    nowhere = [None] * max((len(means) for means in axis_means.values()), default=0)
    ranks = [
        [-np.inf if mean is None else mean for mean in axis_means.get(segment_id, nowhere)]
        for segment_id in range(len(points))
    ]
    return sorted(range(len(points)), key=lambda i: (*ranks[i], *points[i]), reverse=True)


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
            toward = axis[features.index(settings.value_feature)] * settings.axis_signs[0]
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


def lay_out(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct ones of at most LANDMARK_ROWS points and their places by t-SNE.

    Returns the landmarks (rows x dimensions) and their places (rows x 2); none where there are too
    few points for neighbourhoods. Source: van der Maaten and Hinton 2008, "Visualizing Data using
    t-SNE"; the perplexity is theirs, less where there are few points.
    """
    landmarks = np.unique(points[:LANDMARK_ROWS].round(DECIMALS), axis=0)
    if len(landmarks) < MIN_LANDMARKS:
        return landmarks[:0], np.empty((0, 2))
    perplexity = min(PERPLEXITY, (len(landmarks) - 1) / 3)
    places = TSNE(perplexity=perplexity, init="pca", random_state=0).fit_transform(landmarks)
    return landmarks, places.astype(np.float64).round(MAP_DECIMALS)


def _model_table(
    population: str,
    dimensions: pd.DataFrame,
    fit: Fit,
    weights: np.ndarray,
    landmarks: np.ndarray,
    places: np.ndarray,
) -> pd.DataFrame:
    rows = len(dimensions)
    return dimensions.assign(
        population=population,
        position=range(1, rows + 1),
        centroids=[list(map(float, column)) for column in fit.points.T],
        centroid_segments=rows * [list(fit.segments)],
        reach=fit.reach,
        outlier_distance=fit.outlier_distance,
        map_x_weight=weights[0],
        map_y_weight=weights[1],
        landmarks=[list(map(float, column)) for column in landmarks.T],
        landmark_x=rows * [places[:, 0].tolist()],
        landmark_y=rows * [places[:, 1].tolist()],
    )
