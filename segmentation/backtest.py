"""The search for the segments of the past, on which a backtest asks what came of them."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyRelation

from segmentation.cluster_scores import SAMPLE_ROWS
from segmentation.encoding import fit_dimensions, scaled_sample
from segmentation.search import score_clusters
from segmentation.settings import parse_settings


def score_backtest(customers: DuckDBPyRelation, settings: Mapping) -> pa.Table:
    """Search on the customers of the cut-off alone, as `search.score_clusters` does on today's.

    customers: one row per customer who was known at the cut-off, `customer_id` and the features as
        they were then, gaps filled.
    settings: the settings block of the population. A number of segments that is set by hand and
        larger than these customers allow is taken as the largest that they do.

    Returns CLUSTER_SCORES. The scores of the present are never looked at.
    """
    parsed = parse_settings(settings)
    if parsed.k is None:
        return score_clusters(customers, settings)
    expressions = fit_dimensions(customers, parsed)["expression"].tolist()
    points = scaled_sample(customers, expressions, SAMPLE_ROWS)
    allowed = max(1, len(np.unique(points, axis=0)))
    return score_clusters(customers, {**settings, "k": min(parsed.k, allowed)})
