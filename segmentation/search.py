"""The search for the segments: scores for every candidate, and the choice."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from duckdb import DuckDBPyRelation
from sklearn import config_context

from segmentation.choice import MINIMUM_SHARE, choose_algorithm, choose_k, may_challenge
from segmentation.cluster_scores import SAMPLE_ROWS, kmeans_labels, score_k, score_rivals
from segmentation.encoding import fit_dimensions, scaled_sample
from segmentation.outcome import read_outcome
from segmentation.settings import Settings, parse_settings

CLUSTER_SCORES = pa.schema(
    [
        ("population", pa.string()),
        ("algorithm", pa.string()),
        ("k", pa.int64()),
        ("crowd_share", pa.float64()),
        ("reach", pa.float64()),
        ("inertia", pa.float64()),
        ("is_knee", pa.bool_()),
        ("prediction_strength", pa.float64()),
        ("prediction_strength_error", pa.float64()),
        ("gap", pa.float64()),
        ("gap_error", pa.float64()),
        ("silhouette", pa.float64()),
        ("null_silhouette", pa.float64()),
        ("assortativity", pa.float64()),
        ("null_assortativity", pa.float64()),
        ("null_share", pa.float64()),
        ("calinski_harabasz", pa.float64()),
        ("davies_bouldin", pa.float64()),
        ("smallest_share", pa.float64()),
        ("noise_share", pa.float64()),
        ("kmeans_purity", pa.float64()),
        ("stability", pa.float64()),
        ("outcome_auc", pa.float64()),
        ("rows_fitted", pa.int64()),
        ("rows_scored", pa.int64()),
        ("space", pa.string()),
        ("is_chosen", pa.bool_()),
        ("structure", pa.string()),
        ("reason", pa.string()),
    ]
)


def score_clusters(customers: DuckDBPyRelation, settings: Mapping) -> pa.Table:
    """Score every algorithm over its grid and choose one row by the written rule or the settings.

    customers: one row per customer, `customer_id` and the features, gaps filled.
    settings: the settings block of the population.

    Returns CLUSTER_SCORES, one row per k of k-means and per value of the grid of each other
    algorithm; what the scores mean is said in `cluster_scores`, and the rule in `choice`. All
    scores are taken on one sample of at most SAMPLE_ROWS customers, in the `space` that each row
    names.
    """
    # Hundreds of small fits follow, of points that are finite: scikit-learn need not check each.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        return _score_clusters(customers, parse_settings(settings))


def _score_clusters(customers: DuckDBPyRelation, parsed: Settings) -> pa.Table:
    dimensions = fit_dimensions(customers, parsed)
    points = scaled_sample(customers, dimensions["expression"].tolist(), SAMPLE_ROWS)
    outcome = read_outcome(customers, parsed, SAMPLE_ROWS)
    outcome = None if outcome is None else outcome.to_numpy(dtype=float)
    units = dimensions["feature"].tolist() or None
    by_k = choose_k(
        score_k(points, outcome, components=parsed.components, units=units),
        MINIMUM_SHARE,
        parsed.k,
    )
    segments = kmeans_labels(points, by_k.loc[by_k["is_chosen"], "k"].max(), parsed.components)
    may_win = _may_win(by_k, parsed)
    rivals = score_rivals(points, segments, outcome, units=units, may_win=may_win)
    scores = choose_algorithm(by_k, rivals, MINIMUM_SHARE, parsed.algorithm, parsed.k)
    features = dimensions["feature"].nunique()
    space = f"all {len(dimensions)} scaled dimensions of {features} features"
    scores = scores.assign(population=parsed.population, space=space)
    return pa.Table.from_pandas(
        scores[CLUSTER_SCORES.names].replace({np.nan: None}),
        schema=CLUSTER_SCORES,
        preserve_index=False,
    )


def _may_win(
    by_k: pd.DataFrame, settings: Settings
) -> Callable[[pd.DataFrame], Sequence[bool]] | None:
    """Which rows of the other algorithms can be chosen; None where one of these was set by hand."""
    if settings.algorithm not in (None, "kmeans"):
        return None
    if settings.algorithm is not None or settings.k is not None:
        return lambda rivals: [False] * len(rivals)
    return lambda rivals: may_challenge(by_k, rivals, MINIMUM_SHARE)
