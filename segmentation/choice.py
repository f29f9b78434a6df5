"""The choice of the number of segments by a written rule.

The rule, for the scores of one population (see `segmentation.cluster_scores.score_k`):

1. A candidate is a k of at least 2 whose prediction strength plus its standard error reaches
   STRENGTH (Tibshirani and Walther 2005, section 2) and whose smallest segment holds at least
   minimum_share of the customers.
2. Two checks ask whether k segments are tighter than data without segments. Gap: gap(k) exceeds
   gap(1) by more than gap_error(k) (Tibshirani, Walther and Hastie 2001). Permutation: none of
   the copies whose columns are permuted on their own reaches the silhouette (null_share is 0).
3. The choice is the largest candidate that passes at least one check. The structure is 'clear'
   where it passes both and 'weak' where it passes one.
4. Where there is none, the choice is one segment and the structure is 'none'.

A k set by hand is chosen whatever the rule says; the structure is then the verdict of the rule
about that k: 'none' where it is no candidate, passes no check, or is 1.
"""

import pandas as pd

from segmentation.errors import InputError

STRENGTH = 0.8


def choose_k(scores: pd.DataFrame, minimum_share: float, k: int | None = None) -> pd.DataFrame:
    """Add the choice among the scored numbers of segments, by the rule or by hand.

    scores: one row per k with at least the columns k, prediction_strength,
        prediction_strength_error, smallest_share, gap, gap_error and null_share; a score that is
        missing passes no check.
    minimum_share: the smallest share of customers that a segment may hold.
    k: a number of segments set by hand; None lets the rule decide.

    Returns a copy of the scores with three more columns: is_chosen (one row is True; none where
    there are no rows), structure ('clear', 'weak' or 'none', the same on every row) and reason (a
    sentence on every row). Raises InputError where k was not scored.
    """
    rows = scores.to_dict("records")
    known = [row["k"] for row in rows]
    if k is not None and rows and k not in known:
        raise InputError(
            f"the setting 'k' is {k}, but these customers were scored for k = {min(known)} to "
            f"{max(known)} only: set one of these, or leave 'k' empty to let the rule decide."
        )
    first_gap = next((row["gap"] for row in rows if row["k"] == 1), float("nan"))
    verdicts = {row["k"]: _verdict(row, minimum_share, first_gap) for row in rows}
    by_rule = max((each for each in verdicts if verdicts[each] != "none"), default=1)
    chosen = by_rule if k is None else k
    reasons = [_reason(row, minimum_share, first_gap, verdicts, by_rule, by_hand=k) for row in rows]
    return scores.assign(
        is_chosen=pd.Series([each == chosen for each in known], index=scores.index, dtype="bool"),
        structure=pd.Series([verdicts[chosen]] * len(rows), index=scores.index, dtype="str")
        if rows
        else pd.Series(dtype="str"),
        reason=pd.Series(reasons, index=scores.index, dtype="str"),
    )


def _verdict(row: dict, minimum_share: float, first_gap: float) -> str:
    """What the rule says about one k on its own: 'clear', 'weak' or 'none'."""
    if row["k"] == 1 or not _is_strong(row) or row["smallest_share"] < minimum_share:
        return "none"
    passed = _passes_gap(row, first_gap) + _passes_permutation(row)
    return ("none", "weak", "clear")[passed]


def _is_strong(row: dict) -> bool:
    return row["prediction_strength"] + row["prediction_strength_error"] >= STRENGTH


def _passes_gap(row: dict, first_gap: float) -> bool:
    return bool(row["gap"] - first_gap > row["gap_error"])


def _passes_permutation(row: dict) -> bool:
    return row["null_share"] == 0


def _reason(row, minimum_share, first_gap, verdicts, by_rule, by_hand) -> str:
    """One sentence for one k: why it is the choice, or why it is not."""
    k = row["k"]
    if by_hand is not None and k == by_hand:
        rule = "one segment" if by_rule == 1 else f"{by_rule} segments"
        return f"Set by hand; the rule would have chosen {rule}."
    if by_hand is not None:
        return f"Not chosen: the number of segments was set to {by_hand} by hand."
    if k == by_rule:
        return _praise(row, first_gap, verdicts)
    if k == 1:
        return f"The customers do form groups: {by_rule} segments hold up."
    if verdicts[k] != "none":
        return f"{k} segments hold up as well, but {by_rule} do too and say more."
    return _objection(row, minimum_share)


def _praise(row, first_gap, verdicts) -> str:
    if row["k"] == 1:
        return (
            "No structure: no division of these customers holds up in random halves and beats "
            "chance, so they stay one segment."
        )
    strength = (
        f"{row['k']} is the largest number of segments on which random halves of the customers "
        f"agree (prediction strength {row['prediction_strength']:.2f})"
    )
    if verdicts[row["k"]] == "clear":
        return f"{strength}, and the segments are tighter than chance by both checks."
    if _passes_gap(row, first_gap):
        return (
            f"{strength}; the structure is weak, because shuffled copies of the data separate "
            "as well."
        )
    return (
        f"{strength}; the structure is weak, because the customers spread along a continuum "
        "rather than in separate groups (the gap statistic prefers one segment)."
    )


def _objection(row, minimum_share) -> str:
    k = row["k"]
    if not _is_strong(row):
        return (
            f"Two random halves of the customers do not agree on {k} segments (prediction strength "
            f"{row['prediction_strength']:.2f} plus its error "
            f"{row['prediction_strength_error']:.2f} is below {STRENGTH:.2f})."
        )
    if row["smallest_share"] < minimum_share:
        return (
            f"The smallest of {k} segments would hold {row['smallest_share']:.1%} of the customers, "
            f"below the {minimum_share:.1%} set for this population."
        )
    return (
        f"{k} segments are no tighter than chance: neither the gap statistic nor the comparison "
        "with shuffled copies confirms them."
    )
