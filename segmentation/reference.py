"""What a fit saw: the range, the spread and the segments of its customers.

Stored with the model, so that SQL can tell later customers beyond that range, levels of a category
that are new, and how far the customers have moved since.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from duckdb import DuckDBPyRelation

from segmentation.algorithms import group_means
from segmentation.features import quoted, sample_query, text_literal

BINS = 10
BIN_CUSTOMERS = 10


def describe_dimensions(
    customers: DuckDBPyRelation, dimensions: pd.DataFrame, sample: np.ndarray
) -> pd.DataFrame:
    """The range of each dimension, its bins, and the levels of its feature.

    dimensions: as `encoding.fit_dimensions` returns them.
    sample: the scaled points of a sample of the customers, rows x dimensions.

    Returns one row per dimension: `least` and `greatest` of all customers; `edges`, the upper ends
    of its bins but the last, on the scaled dimension; `bin_customers`, how many customers of the
    sample each bin has, without those whose value was filled in; and `levels`, every level of a
    category and item of a list that any customer has, on the first row of each such feature and
    None elsewhere.
    """
    expressions = dimensions["expression"].tolist()
    ends = customers.query(
        "customers",
        f"select {', '.join(f'min({each}), max({each})' for each in expressions)} from customers",
    ).fetchall()[0]
    edges = [bin_edges(column) for column in sample.T]
    is_known = _known(customers, dimensions["feature"], len(sample))
    first = ~dimensions["feature"].duplicated()
    levels = [
        _levels(customers, feature, kind) if kind in ("category", "list") and is_first else None
        for feature, kind, is_first in zip(
            dimensions["feature"], dimensions["kind"], first, strict=True
        )
    ]
    return pd.DataFrame(
        {
            "least": ends[0::2],
            "greatest": ends[1::2],
            "edges": [each.tolist() for each in edges],
            "bin_customers": [
                np.bincount(np.searchsorted(each, column[known]), minlength=len(each) + 1).tolist()
                for each, column, known in zip(edges, sample.T, is_known.T, strict=True)
            ],
            "levels": levels,
        }
    )


def bin_edges(values: np.ndarray) -> np.ndarray:
    """The upper ends of the bins of values, all but the last.

    A bin for each value where there are at most BINS; else as many with equally many customers, and
    fewer where there are too few customers for BIN_CUSTOMERS in each, or many of one value.
    """
    distinct = np.unique(values)
    if len(distinct) <= BINS:
        return distinct[:-1]
    bins = max(2, min(BINS, len(values) // BIN_CUSTOMERS))
    shares = np.arange(1, bins) / bins
    edges = np.unique(np.quantile(values, shares, method="inverted_cdf"))
    return edges[edges < distinct[-1]]


def _known(customers: DuckDBPyRelation, features: Sequence[str], rows: int) -> np.ndarray:
    """Whether a value was stated and not filled in: customers of the sample x features."""
    if "imputed_features" not in customers.columns:
        return np.ones((rows, len(features)), dtype=bool)
    columns = [
        f"not list_contains(imputed_features, {text_literal(feature)}) as known_{i}"
        for i, feature in enumerate(features)
    ]
    query = sample_query(["customer_id", *columns], rows)
    return customers.query("customers", query).df().iloc[:, 1:].to_numpy(dtype=bool)


def describe_segments(sample: np.ndarray, segments: np.ndarray) -> dict[str, list]:
    """The segments of a sample: their customers, means and spreads.

    sample: customers x dimensions; segments: the segment of each.

    Returns `segment_ids` in order, `segment_customers`, `segment_spreads` (the root of the mean
    squared distance to the segment's mean) and `segment_means`, one list per dimension.
    """
    ids, counts = np.unique(segments, return_counts=True)
    means = group_means(sample, segments)
    spreads = [
        float(np.sqrt(((sample[segments == each] - mean) ** 2).sum(axis=1).mean()))
        for each, mean in zip(ids, means, strict=True)
    ]
    return {
        "segment_ids": ids.tolist(),
        "segment_customers": counts.tolist(),
        "segment_spreads": spreads,
        "segment_means": means.T.tolist(),
    }


def _levels(customers: DuckDBPyRelation, feature: str, kind: str) -> Sequence[str]:
    level = f"unnest({quoted(feature)})" if kind == "list" else quoted(feature)
    rows = customers.query(
        "customers",
        f"select distinct cast(level as varchar) as level from (select {level} as level from "
        "customers) where level is not null order by level",
    ).fetchall()
    return [level for (level,) in rows]
