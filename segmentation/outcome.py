"""How well segments alone tell an outcome, beside plainer groups and a model on all features.

Everything is judged on held-out customers: what ranks a customer is learned from the outcomes of
the other folds. The folds, FOLDS of them and REPEATS times, keep the share of the outcome and are
the same for everything that is compared, so that differences can be paired.

Segments, cells and encodings are made from the features of all customers, held out or not. They
never see an outcome, so none of a held-out customer reaches the score of that customer.
"""

import segmentation.threads  # isort: skip  # noqa: F401

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
from duckdb import DuckDBPyRelation
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold

from segmentation.algorithms import SEED, fit_kmeans
from segmentation.encoding import NOT_FEATURES, fit_dimensions, scaled_frame
from segmentation.errors import InputError
from segmentation.features import kind_of, quoted, sample_query
from segmentation.folds import standard_error
from segmentation.progress import steps
from segmentation.settings import Settings, check_features, parse_settings

SAMPLE_ROWS = 5_000
FOLDS = 5
REPEATS = 3
SHRINKAGE = 10.0  # customers

# The clusters of published notebooks: k-means on standardised recency, frequency and monetary
# value, as they are, with the four or five segments that most of them take.
RFM = ("recency_days", "purchase_count", "monetary")
RFM_GROUPS = (4, 5)

MODELS = {
    "logistic": lambda: LogisticRegression(C=0.1, max_iter=1000),
    "boosted_trees": lambda: HistGradientBoostingClassifier(
        max_depth=3, max_iter=60, early_stopping=False, random_state=SEED
    ),
}

OUTCOME_SCORES = pa.schema(
    [
        ("population", pa.string()),
        ("outcome", pa.string()),
        ("predictor", pa.string()),
        ("method", pa.string()),
        ("groups", pa.int64()),
        ("auc", pa.float64()),
        ("auc_error", pa.float64()),
        ("share_of_ceiling", pa.float64()),
        ("segment_lead", pa.float64()),
        ("segment_lead_error", pa.float64()),
        ("customers", pa.int64()),
        ("outcome_rate", pa.float64()),
    ]
)

# Customers to learn from and held-out customers, as positions, to the scores of the latter.
Ranking = Callable[[np.ndarray, np.ndarray], np.ndarray]


def score_outcome(
    customers: DuckDBPyRelation, segments: DuckDBPyRelation, settings: Mapping
) -> pa.Table:
    """Score how well the segment, plainer groups and all features tell the outcome.

    customers: one row per customer, `customer_id` and the features, gaps filled.
    segments: `customer_id` and `segment_id`, one row per customer.
    settings: the settings block of the population; `outcome` names a feature that is yes or no.

    Returns OUTCOME_SCORES, one row per predictor and method, on the customers whose outcome is
    known and who have a segment, at most SAMPLE_ROWS of them. `predictor` is segment; rfm_cell,
    where there is such a feature; rfm_k_means, for each of RFM_GROUPS, where there are the features
    RFM; and all_features, twice: the better of its two methods is the ceiling, an estimate of what
    the features hold at all. `auc` is the mean over all folds, `auc_error` its standard error;
    `segment_lead` is the segment's AUC less that of the row, with the error of the paired
    difference. NULL where a class has fewer than two customers. No row without a declared outcome,
    or where nobody's outcome is known.

    Raises InputError where a setting names no column, and where the outcome is not yes or no.
    """
    parsed = parse_settings(settings)
    check_features(parsed, [name for name in customers.columns if name not in NOT_FEATURES])
    if parsed.outcome is None:
        return OUTCOME_SCORES.empty_table()
    known = customers.filter(f"{quoted(parsed.outcome)} is not null").join(
        segments.project("customer_id"), "customer_id", how="semi"
    )
    outcome = read_outcome(known, parsed, SAMPLE_ROWS)
    if outcome.empty:
        return OUTCOME_SCORES.empty_table()
    ids, truth = outcome.index, outcome.to_numpy().astype(bool)
    own = segments.project("customer_id, segment_id").df().set_index("customer_id")["segment_id"]
    groups = [("segment", own.loc[ids].to_numpy())]
    if "rfm_cell" in known.columns:
        query = sample_query(["customer_id", "cast(rfm_cell as varchar) as rfm_cell"], SAMPLE_ROWS)
        cells = known.query("customers", query).df().set_index("customer_id")["rfm_cell"]
        groups.append(("rfm_cell", cells.loc[ids].to_numpy()))
    if all(name in known.columns for name in RFM):
        rfm = _points(known, parsed, RFM, ids)
        groups += [("rfm_k_means", rfm_clusters(rfm, k)) for k in RFM_GROUPS]
    entries = [
        {
            "predictor": predictor,
            "method": "rate",
            "groups": len(np.unique(labels)),
            "areas": held_out_areas(truth, rate_ranking(labels, truth)),
        }
        for predictor, labels in groups
    ]
    points = _points(known, parsed, known.columns, ids)
    entries += [
        {
            "predictor": "all_features",
            "method": method,
            "groups": None,
            "areas": held_out_areas(truth, model_ranking(make, points, truth)),
        }
        for method, make in steps("what all features tell of the outcome", MODELS.items())
    ]
    return _score_table(entries, truth, parsed)


def read_outcome(customers: DuckDBPyRelation, settings: Settings, rows: int) -> pd.Series | None:
    """The outcome of a sample of customers as floats: 1 for yes, 0 for no, NaN where not known.

    customers: one row per customer, `customer_id` and the outcome, which is a boolean, or a number
        that is 0 or 1.
    rows: the most customers to read; they are those of `encoding.scaled_sample`, in its order.

    Returns a series by customer_id; None without a declared outcome. Raises InputError where the
    outcome of any customer is neither yes nor no.
    """
    if settings.outcome is None:
        return None
    column = quoted(settings.outcome)
    its_type = dict(zip(customers.columns, customers.types, strict=True))[settings.outcome]
    kind = kind_of(its_type)
    found = f"has the type {its_type}"
    others = [] if kind in ("boolean", "numeric") else [None]
    if kind == "numeric":
        others = customers.query(
            "customers",
            f"select distinct {column} from customers where {column} not in (0, 1) "
            "order by 1 limit 3",
        ).fetchall()
        found = f"holds {', '.join(f'{value:g}' for (value,) in others)}"
    if others:
        raise InputError(
            f"the setting 'outcome' of {settings.population} names '{settings.outcome}', which "
            f"{found}: an outcome is yes or no. Make it a boolean, or a number that is 0 or 1, or "
            "empty where it is not known; or leave the setting out."
        )
    query = sample_query(["customer_id", f"cast({column} as double) as outcome"], rows)
    return customers.query("customers", query).df().set_index("customer_id")["outcome"]


def _points(
    known: DuckDBPyRelation, settings: Settings, names: tuple | list, ids: pd.Index
) -> np.ndarray:
    """The scaled points of these customers of the sample, in the space of the named features,
    clustered or not.

    The features RFM are taken as they are, without logarithms.
    """
    types = dict(zip(known.columns, known.types, strict=True))
    left_out = [
        name
        for name, its_type in types.items()
        if name not in NOT_FEATURES and (name not in names or kind_of(its_type) is None)
    ]
    log = () if names is RFM else settings.log
    dimensions = fit_dimensions(known, replace(settings, exclude=tuple(left_out), log=log))
    frame = scaled_frame(known, dimensions["expression"], SAMPLE_ROWS)
    points = frame.loc[ids].to_numpy(dtype=np.float64)
    return points if points.shape[1] else np.zeros((len(points), 1))


def rfm_clusters(points: np.ndarray, k: int) -> np.ndarray:
    """The labels of k clusters by k-means; fewer where there are fewer distinct points."""
    k = min(k, len(np.unique(points, axis=0)))
    return fit_kmeans(points, k).labels_


def outcome_auc(labels: np.ndarray, outcome: np.ndarray | None) -> float:
    """How well the segment alone ranks customers by a yes or no outcome: an out-of-fold AUC.

    labels: one per scored row. outcome: 1 or 0 per row, of which the first len(labels) count; rows
    where it is NaN are left out. The mean over FOLDS folds (see `held_out_areas`); NaN without an
    outcome, for one segment, or for a class of fewer than two.
    """
    if outcome is None or len(np.unique(labels)) < 2:
        return np.nan
    outcome = np.asarray(outcome[: len(labels)], dtype=float)
    is_known = ~np.isnan(outcome)
    labels, truth = np.asarray(labels)[is_known], outcome[is_known].astype(bool)
    areas = held_out_areas(truth, rate_ranking(labels, truth), repeats=1)
    return float(areas.mean()) if len(areas) else np.nan


def held_out_areas(truth: np.ndarray, ranking: Ranking, repeats: int = REPEATS) -> np.ndarray:
    """The area under the ROC curve in each held-out fold, `repeats` times FOLDS of them.

    truth: a boolean per customer. Fewer folds where a class has fewer members than FOLDS, none
    where one has fewer than two.
    """
    return np.array(
        [
            roc_auc_score(truth[held_out], ranking(learned, held_out))
            for learned, held_out in _folds(truth, repeats)
        ]
    )


def _folds(truth: np.ndarray, repeats: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions to learn from and to hold out, the same for every predictor of one outcome."""
    folds = min(FOLDS, int(truth.sum()), int((~truth).sum()))
    if folds < 2:
        return iter(())
    splitter = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=SEED)
    return splitter.split(np.zeros((len(truth), 1)), truth)


def rate_ranking(labels: np.ndarray, truth: np.ndarray) -> Ranking:
    """Rank customers by the rate of the outcome in their group, among those learned from.

    The rate is drawn to the overall rate by the weight of SHRINKAGE customers, so that a group
    that few or none of those learned from are in counts as an average one.
    """
    _, codes = np.unique(labels, return_inverse=True)

    def rank(learned: np.ndarray, held_out: np.ndarray) -> np.ndarray:
        groups = codes.max() + 1
        positives = np.bincount(codes[learned], weights=truth[learned], minlength=groups)
        customers = np.bincount(codes[learned], minlength=groups)
        rates = (positives + SHRINKAGE * truth[learned].mean()) / (customers + SHRINKAGE)
        return rates[codes[held_out]]

    return rank


def model_ranking(make: Callable, points: np.ndarray, truth: np.ndarray) -> Ranking:
    """Rank customers by a classifier of scikit-learn that `make` returns, fitted in each fold."""
    return lambda learned, held_out: (
        make().fit(points[learned], truth[learned]).predict_proba(points[held_out])[:, 1]
    )


def _score_table(entries: list[dict], truth: np.ndarray, settings: Settings) -> pa.Table:
    """The areas of all predictors as OUTCOME_SCORES; the first entry is the segment."""
    segment = entries[0]["areas"]
    folds = len(segment) // REPEATS
    test_to_train = 1 / (folds - 1) if folds else np.nan
    ceiling = max(
        (entry["areas"].mean() for entry in entries[-len(MODELS) :] if folds), default=0.5
    )
    rows = []
    for entry in entries:
        areas = entry.pop("areas")
        row = {
            **entry,
            "population": settings.population,
            "outcome": settings.outcome,
            "customers": len(truth),
            "outcome_rate": float(truth.mean()),
        }
        if folds:
            row["auc"] = float(areas.mean())
            row["auc_error"] = standard_error(areas, test_to_train)
            row["segment_lead"] = float((segment - areas).mean())
            row["segment_lead_error"] = standard_error(segment - areas, test_to_train)
        if folds and ceiling > 0.5:
            row["share_of_ceiling"] = (row["auc"] - 0.5) / (ceiling - 0.5)
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=OUTCOME_SCORES)
