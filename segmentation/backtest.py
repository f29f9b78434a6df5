"""The search for the segments of the past, on which a backtest asks what came of them."""

from collections.abc import Mapping

import pyarrow as pa
from duckdb import DuckDBPyRelation

from segmentation.errors import InputError
from segmentation.search import score_clusters
from segmentation.settings import parse_settings

BY_HAND = ("k", "algorithm")


def score_backtest(customers: DuckDBPyRelation, settings: Mapping) -> pa.Table:
    """Search on the customers of the cut-off alone, as `search.score_clusters` does on today's.

    customers: one row per customer who was known at the cut-off, `customer_id` and the features as
        they were then, gaps filled.
    settings: the settings block of the population. Where these customers are too few or too much
        alike for the number of segments or the algorithm that is set by hand, the rule decides for
        them instead, on both.

    Returns CLUSTER_SCORES. The scores of the present are never looked at. Raises InputError for any
    other mistake in the settings.
    """
    parse_settings(settings)
    try:
        return score_clusters(customers, settings)
    except InputError:
        by_rule = {key: value for key, value in settings.items() if key not in BY_HAND}
        return score_clusters(customers, by_rule)
