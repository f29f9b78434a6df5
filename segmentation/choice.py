"""The choice of the number of segments by a written rule.

The rule, for the scores of one population (see `segmentation.cluster_scores.score_k`):

1. A candidate is a k of at least 2 whose prediction strength plus its standard error reaches
   STRENGTH (Tibshirani and Walther 2005, section 2) and whose smallest segment holds at least
   minimum_share of the customers.
2. A candidate must beat the permuted copies of the data, which keep every column's values and the
   correlations between columns, and nothing else: no copy reaches its silhouette (null_share is 0)
   and the silhouette is above 0 and at least MARGIN times the copies' mean. Prediction strength
   alone is not enough: random halves also agree where to cut a continuum, or a yes-or-no column, in
   two.
3. A candidate that beats the copies is 'clear' where the gap statistic confirms it: its gap exceeds
   the gap of one segment and of every smaller candidate by more than its gap_error (Tibshirani,
   Walther and Hastie 2001). Otherwise it is 'weak'.
4. The choice is the largest clear candidate; where none is clear, the largest weak one; where
   there is neither, one segment, and the structure is 'none'.

DBSCAN is chosen where the settings say so. Its structure is then 'weak' where it finds at least two
groups and beats the copies, and 'none' otherwise: nothing here confirms its number of groups.

A k set by hand is chosen whatever the rule says; the structure is then the rule's verdict about
that k: 'none' where it is no candidate, does not beat the copies, or is 1.
"""

import pandas as pd

from segmentation.errors import InputError

STRENGTH = 0.8
MARGIN = 1.15
MINIMUM_SHARE = 0.02


def choose_k(scores: pd.DataFrame, minimum_share: float, k: int | None = None) -> pd.DataFrame:
    """Add the choice among the scored numbers of segments, by the rule or by hand.

    scores: one row per k with at least the columns k, prediction_strength,
        prediction_strength_error, smallest_share, gap, gap_error, silhouette, null_silhouette and
        null_share; a score that is missing passes no check.
    minimum_share: the smallest share of customers that a segment may hold.
    k: a number of segments set by hand; None lets the rule decide.

    Returns a copy of the scores with three more columns: is_chosen (one row is True; none where
    there are no rows), structure ('clear', 'weak' or 'none', the same on every row) and reason (a
    sentence on every row). Raises InputError where k was not scored.
    """
    rows = scores.sort_values("k").to_dict("records")
    known = [row["k"] for row in rows]
    if k is not None and rows and k not in known:
        raise InputError(
            f"the setting 'k' is {k}, but these customers were scored for k = {known[0]} to "
            f"{known[-1]} only: set one of these, or leave 'k' empty to let the rule decide."
        )
    verdicts = _verdicts(rows, minimum_share)
    by_rule = _largest(verdicts, "clear") or _largest(verdicts, "weak") or 1
    chosen = by_rule if k is None else k
    if k is None:
        reasons = {row["k"]: _reason(row, verdicts, by_rule, minimum_share) for row in rows}
    else:
        reasons = {each: _reason_by_hand(each, k, by_rule) for each in known}
    return scores.assign(
        is_chosen=scores["k"] == chosen,
        structure=pd.Series(verdicts.get(chosen, "none"), index=scores.index, dtype="str"),
        reason=scores["k"].map(reasons).astype("str"),
    )


def add_density(scores: pd.DataFrame, density: pd.DataFrame, is_chosen: bool) -> pd.DataFrame:
    """Add the row of DBSCAN to the scores of k-means that `choose_k` returned.

    density: at most one row, as `cluster_scores.score_density` returns it.
    is_chosen: whether the settings choose DBSCAN in the place of the rule.
    """
    if density.empty:
        return scores
    row = density.iloc[0].to_dict()
    structure = scores["structure"].iloc[0] if len(scores) else "none"
    if is_chosen:
        structure = "weak" if row["k"] > 1 and _beats_copies(row) else "none"
        by_hand = "Not chosen: the algorithm was set to dbscan by hand."
        scores = scores.assign(is_chosen=False, structure=structure, reason=by_hand)
    found = (
        f"DBSCAN finds {_groups(row['k'])} and leaves {row['noise_share']:.0%} of the customers in "
        "none"
    )
    reason = {
        (True, "weak"): f"{found}; it was set by hand, and its groups beat chance.",
        (True, "none"): f"{found}; it was set by hand, but its groups do not beat chance.",
    }.get((is_chosen, structure), f"{found}; it is chosen only where the settings say so.")
    density = density.assign(is_chosen=is_chosen, structure=structure, reason=reason)
    return pd.concat([scores, density], ignore_index=True)


def _groups(count: int) -> str:
    return {0: "no crowded group", 1: "one crowded group"}.get(count, f"{count} crowded groups")


def _verdicts(rows: list[dict], minimum_share: float) -> dict[int, str]:
    """What the rule says about each k: 'clear', 'weak' or 'none'."""
    verdicts, gaps = {}, []
    for row in rows:
        is_candidate = row["k"] > 1 and _is_strong(row) and row["smallest_share"] >= minimum_share
        if is_candidate and _beats_copies(row):
            exceeds = all(row["gap"] - gap > row["gap_error"] for gap in gaps)
            verdicts[row["k"]] = "clear" if exceeds else "weak"
        else:
            verdicts[row["k"]] = "none"
        if is_candidate or row["k"] == 1:
            gaps.append(row["gap"])
    return verdicts


def _is_strong(row: dict) -> bool:
    return row["prediction_strength"] + row["prediction_strength_error"] >= STRENGTH


def _beats_copies(row: dict) -> bool:
    is_better = row["silhouette"] >= MARGIN * row["null_silhouette"]
    return row["null_share"] == 0 and row["silhouette"] > 0 and is_better


def _largest(verdicts: dict[int, str], verdict: str) -> int | None:
    return max((k for k in verdicts if verdicts[k] == verdict), default=None)


def _reason_by_hand(k: int, by_hand: int, by_rule: int) -> str:
    if k != by_hand:
        return f"Not chosen: the number of segments was set to {by_hand} by hand."
    if k == by_rule:
        return f"The number of segments was set to {k} by hand; the rule chooses the same."
    return (
        f"The number of segments was set to {k} by hand; the rule would have chosen "
        f"{_segments(by_rule)}."
    )


def _reason(row: dict, verdicts: dict[int, str], by_rule: int, minimum_share: float) -> str:
    """One sentence for one k: why the rule chooses it, or why not."""
    k = row["k"]
    if k == by_rule:
        return _praise(row, verdicts[k])
    if k == 1:
        return f"The customers are not all alike: {by_rule} segments hold up."
    if verdicts[k] == "none":
        return _objection(row, minimum_share)
    if k < by_rule:
        return f"{k} segments hold up too, but {by_rule} do as well and tell more."
    return f"{k} segments hold up less clearly than {by_rule}: the gap statistic falls."


def _praise(row: dict, verdict: str) -> str:
    if row["k"] == 1:
        return (
            "No structure: no split of these customers both repeats in random halves and beats "
            "chance, so they stay one segment."
        )
    strength = (
        f"{row['k']} is the largest number of segments on which random halves of the customers "
        f"agree (prediction strength {row['prediction_strength']:.2f}) and that beats chance "
        f"(silhouette {row['silhouette']:.2f}, {row['null_silhouette']:.2f} in permuted copies)"
    )
    if verdict == "clear":
        return f"{strength}; the gap statistic confirms it."
    return f"{strength}; the structure is weak, because the gap statistic does not confirm it."


def _objection(row: dict, minimum_share: float) -> str:
    k = row["k"]
    if not _is_strong(row):
        return (
            f"Two random halves of the customers do not agree on {k} segments (prediction strength "
            f"{row['prediction_strength']:.2f} plus its error "
            f"{row['prediction_strength_error']:.2f} is below {STRENGTH:.2f})."
        )
    if row["smallest_share"] < minimum_share:
        return (
            f"The smallest of {k} segments would hold {row['smallest_share']:.1%} of customers, "
            f"below the {minimum_share:.1%} set for this population."
        )
    return (
        f"{k} segments do not beat chance: permuted copies of the data, which hold no segments, "
        f"divide about as well (silhouette {row['silhouette']:.2f}, "
        f"{row['null_silhouette']:.2f} in the copies)."
    )


def _segments(k: int) -> str:
    return "one segment" if k == 1 else f"{k} segments"
