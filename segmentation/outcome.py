"""How well segments alone tell the outcome of customers whose own outcome is held out."""

import segmentation.threads  # isort: skip  # noqa: F401

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

SEED = 20191001
FOLDS = 5
SHRINKAGE = 10.0  # customers


def outcome_auc(labels: np.ndarray, outcome: np.ndarray | None) -> float:
    """How well the segment alone ranks customers by a yes or no outcome: an out-of-fold AUC.

    labels: one per scored row. outcome: 1 or 0 per row, of which the first len(labels) count; rows
    where it is NaN are left out.
    A customer's score is the outcome's rate in the segment, from the other folds and drawn to the
    overall rate by SHRINKAGE customers' weight. The mean over FOLDS stratified folds (fewer where a
    class has fewer members); NaN without an outcome, for one segment, or for a class of one.
    """
    if outcome is None or len(np.unique(labels)) < 2:
        return np.nan
    outcome = np.asarray(outcome[: len(labels)], dtype=float)
    is_known = ~np.isnan(outcome)
    labels, truth = labels[is_known], outcome[is_known].astype(bool)
    folds = min(FOLDS, truth.sum(), len(truth) - truth.sum())
    if folds < 2:
        return np.nan
    areas = []
    splitter = StratifiedKFold(int(folds), shuffle=True, random_state=SEED)
    for known, held_out in splitter.split(labels, truth):
        positives = np.bincount(labels[known], weights=truth[known], minlength=labels.max() + 1)
        customers = np.bincount(labels[known], minlength=labels.max() + 1)
        rate = (positives + SHRINKAGE * truth[known].mean()) / (customers + SHRINKAGE)
        areas.append(roc_auc_score(truth[held_out], rate[labels[held_out]]))
    return float(np.mean(areas))
