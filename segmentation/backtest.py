"""The search for the segments of the past, on which a backtest asks what came of them."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyRelation

from segmentation.choice import MINIMUM_SHARE, choose_k
from segmentation.cluster_scores import SAMPLE_ROWS, score_k
from segmentation.encoding import fit_dimensions, scaled_sample
from segmentation.search import CLUSTER_SCORES, score_clusters
from segmentation.settings import parse_settings


def score_backtest(customers: DuckDBPyRelation, settings: Mapping) -> pa.Table:
    """Score k-means for every k on the customers of the cut-off, and choose by the written rule.

    customers: one row per customer who was known at the cut-off, `customer_id` and the features as
        they were then, gaps filled.
    settings: the settings block of the population. Where it states another algorithm than k-means,
        this is the whole search, `search.score_clusters`. A number of segments that is set by hand
        and larger than these customers allow is taken as the largest that they do.

    Returns CLUSTER_SCORES, one row per k; rows of other algorithms are left out, since the rule
    does not choose them and they take time. The scores of the present are never looked at.
    """
    parsed = parse_settings(settings)
    if parsed.algorithm != "kmeans":
        return score_clusters(customers, settings)
    dimensions = fit_dimensions(customers, parsed)
    points = scaled_sample(customers, dimensions["expression"].tolist(), SAMPLE_ROWS)
    units = dimensions["feature"].tolist() or None
    scores = score_k(points, components=parsed.components, units=units)
    k = min(parsed.k, len(scores)) if parsed.k else None
    scores = choose_k(scores, MINIMUM_SHARE, k)
    return pa.Table.from_pandas(
        scores.assign(population=parsed.population)[CLUSTER_SCORES.names].replace({np.nan: None}),
        schema=CLUSTER_SCORES,
        preserve_index=False,
    )
