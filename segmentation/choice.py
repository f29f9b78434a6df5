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

The other algorithms (see `segmentation.cluster_scores.score_rivals`) then challenge k-means:

5. A row of another algorithm holds up where it finds at least two groups, the smallest holds at
   least minimum_share of the customers, at most MOST_NOISE of them are in no group, its bootstrap
   refits agree (stability of at least STABLE), and it beats the copies by the assortativity: none
   reaches it, and what it lacks to 1 is at most 1 / MARGIN of what the copies lack on average.
6. K-means, the simplest, stands unless its chosen segments contradict such groups: unless it finds
   one segment, or fewer than PURE of the customers in groups are in a segment in which their own
   group is the most common one, and in a group in which their own segment is. Groups that only
   divide the segments of k-means further, or only join them, do not contradict them. Where they
   contradict, the first algorithm of `algorithms.RIVALS` with such a row takes the place of
   k-means, with the row that leaves the fewest customers out, then the most stable one; its
   structure is 'clear'. Ward's groups are a variant of those of k-means and never challenge it.
   What cannot challenge k-means, whatever the copies and the refits say (see `may_challenge`), is
   not compared with them.

A k set by hand is chosen whatever the rule says; the structure is then the rule's verdict about
that k: 'none' where it is no candidate, does not beat the copies, or is 1. An algorithm set by hand
is chosen with its best row; the structure is 'clear' where that row holds up, 'weak' where it beats
the copies, and 'none' otherwise.
"""

import pandas as pd

from segmentation.algorithms import RIVALS
from segmentation.errors import InputError

STRENGTH = 0.8
MARGIN = 1.15
MINIMUM_SHARE = 0.02
STABLE = 0.9
MOST_NOISE = 0.2
PURE = 0.9
HOLDS_UP = 2
_NAMES = {
    "agglomerative": "Ward's method",
    "dbscan": "DBSCAN",
    "hdbscan": "HDBSCAN",
    "gaussian_mixture": "a Gaussian mixture",
}
_CHALLENGERS = [name for name, rival in RIVALS.items() if not rival.has_centres]


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


def choose_algorithm(
    scores: pd.DataFrame,
    rivals: pd.DataFrame,
    minimum_share: float,
    algorithm: str | None = None,
    k: int | None = None,
) -> pd.DataFrame:
    """Add the scores of the other algorithms to those of k-means, and choose among them all.

    scores: of k-means, as `choose_k` returned them.
    rivals: as `cluster_scores.score_rivals` returned them, kmeans_purity against the chosen k.
    minimum_share: the smallest share of customers that a segment may hold.
    algorithm: set by hand; None lets the rule decide.
    k: the number of segments set by hand, or None.

    Returns all rows with is_chosen, structure and reason, as in `choose_k`.
    """
    if rivals.empty:
        return scores
    rows = rivals.to_dict("records")
    if algorithm in (None, "kmeans"):
        is_open = algorithm is None and k is None
        challenger = _challenger(rows, minimum_share, _is_one(scores)) if is_open else None
    else:
        candidates = [i for i, row in enumerate(rows) if row["algorithm"] == algorithm]
        if k is not None:
            candidates = [i for i in candidates if rows[i]["k"] == k]
        if not candidates:
            raise InputError(
                f"the setting 'algorithm' is {algorithm}, but these customers are too few or too "
                f"alike for {_segments(k) if k else 'groups'}: leave the setting out."
            )
        challenger = max(candidates, key=lambda i: (_rank(rows[i], minimum_share), -i))
    structure = scores["structure"].iloc[0]
    is_by_hand = k is not None or algorithm is not None
    chosen = "k-means"
    if challenger is not None:
        winner = rows[challenger]
        chosen = _NAMES[winner["algorithm"]]
        structure = ("none", "weak", "clear")[_rank(winner, minimum_share)[0]]
        lost = (
            f"Not chosen: the algorithm was set to {algorithm} by hand."
            if algorithm
            else f"Not chosen: k-means does not find the groups that {chosen} finds."
        )
        scores = scores.assign(is_chosen=False, reason=lost)
    rivals = rivals.assign(
        is_chosen=[i == challenger for i in range(len(rows))],
        reason=[
            _rival_praise(row, algorithm is not None, _rank(row, minimum_share)[0])
            if i == challenger
            else _rival_objection(row, minimum_share, chosen, is_by_hand)
            for i, row in enumerate(rows)
        ],
    )
    return pd.concat([scores, rivals], ignore_index=True).assign(structure=structure)


def may_challenge(scores: pd.DataFrame, rivals: pd.DataFrame, minimum_share: float) -> list[bool]:
    """Which rows of the other algorithms would take the place of k-means, were they to hold up.

    scores: of k-means, as `choose_k` returned them by the rule. rivals: as in `choose_algorithm`;
    their null_* and stability may be missing. minimum_share: as in `choose_algorithm`.
    """
    is_one = _is_one(scores)
    return [_may_challenge(row, minimum_share, is_one) for row in rivals.to_dict("records")]


def _may_challenge(row: dict, minimum_share: float, is_one: bool) -> bool:
    """is_one: whether k-means finds one segment, which contradicts any groups."""
    is_usable = row["k"] > 1 and not _flaw(row, minimum_share)
    is_contrary = is_one or row["kmeans_purity"] < PURE
    return row["algorithm"] in _CHALLENGERS and is_usable and is_contrary


def _is_one(scores: pd.DataFrame) -> bool:
    return scores.loc[scores["is_chosen"], "k"].tolist() == [1]


def _challenger(rows: list[dict], minimum_share: float, is_one: bool) -> int | None:
    """The position of the row that takes the place of k-means, or None."""
    mixed_up = [
        i
        for i, row in enumerate(rows)
        if _may_challenge(row, minimum_share, is_one) and _rank(row, minimum_share)[0] == HOLDS_UP
    ]
    return min(
        mixed_up,
        key=lambda i: (
            _CHALLENGERS.index(rows[i]["algorithm"]),
            round(rows[i]["noise_share"], 2),
            -rows[i]["stability"],
        ),
        default=None,
    )


def _rank(row: dict, minimum_share: float) -> tuple:
    """How well another algorithm's row does: 2 where it holds up, 1 where it beats the copies."""
    beats_copies = row["k"] > 1 and _is_less_mixed(row)
    is_usable = not _flaw(row, minimum_share)
    holds_up = beats_copies and is_usable and row["stability"] >= STABLE
    rank = int(beats_copies) + int(holds_up)
    return rank, row["k"] > 1, is_usable, -row["noise_share"], row["stability"]


def _is_less_mixed(row: dict) -> bool:
    lacks, copies_lack = 1 - row["assortativity"], 1 - row["null_assortativity"]
    return row["null_share"] == 0 and lacks * MARGIN <= copies_lack


def _found(row: dict) -> str:
    groups = {0: "no group", 1: "one group"}.get(row["k"], f"{row['k']} groups")
    name = _NAMES[row["algorithm"]]
    name = name[0].upper() + name[1:]
    if RIVALS[row["algorithm"]].grid_column == "crowd_share":
        left = f"leaves {100 * row['noise_share']:.3g}% of the customers in none"
        return f"{name} finds {groups} and {left}"
    return f"{name} makes {groups}"


def _rival_praise(row: dict, by_hand: bool, rank: int) -> str:
    found = _found(row)
    if by_hand and row["k"] < 2:
        return f"{found}; it was set by hand, but no two groups stand apart."
    beats = (
        f"more neighbours share a group than in permuted copies (assortativity "
        f"{row['assortativity']:.2f}, {row['null_assortativity']:.2f} in the copies)"
    )
    if by_hand:
        return (
            f"{found}; it was set by hand, but the groups do not beat chance.",
            f"{found}; it was set by hand, and the groups beat chance but do not hold up: {beats}.",
            f"{found}; it was set by hand, and the groups hold up: {beats}.",
        )[rank]
    return (
        f"{found}: these return where customers are resampled (stability {row['stability']:.2f}) "
        f"and beat chance, for {beats}; k-means does not find them."
    )


def _flaw(row: dict, minimum_share: float) -> str | None:
    """What makes two groups or more useless whether or not they hold up, or None."""
    if row["noise_share"] > MOST_NOISE:
        return ": too many to leave out."
    if row["smallest_share"] < minimum_share:
        return f"; the smallest group holds {row['smallest_share']:.1%}, too few to be of use."
    return None


def _untested(row: dict, is_by_hand: bool) -> str:
    """Why nobody asked whether groups hold up."""
    if is_by_hand:
        return "they were not put to the test, for the choice was made by hand."
    if row["algorithm"] not in _CHALLENGERS:
        return "these are a variant of the segments of k-means, which is simpler."
    return "k-means does not contradict them and is simpler, so they were not put to the test."


def _rival_objection(row: dict, minimum_share: float, chosen: str, is_by_hand: bool) -> str:
    found = _found(row)
    if row["k"] < 2:
        return f"{found}: no two groups stand apart."
    if flaw := _flaw(row, minimum_share):
        return f"{found}{flaw}"
    if pd.isna(row["null_share"]) and pd.notna(row["silhouette"]):
        return f"{found}; {_untested(row, is_by_hand)}"
    if pd.isna(row["null_share"]):
        return f"{found}, but there are too few customers to compare with chance."
    if not _is_less_mixed(row):
        return f"{found}, but permuted copies, which hold no segments, divide about as well."
    if row["stability"] < STABLE:
        return (
            f"{found}, but others where customers are resampled (stability "
            f"{row['stability']:.2f} is below {STABLE:.2f})."
        )
    if chosen == "k-means" and row["algorithm"] in _CHALLENGERS:
        return f"{found}; these hold up, but k-means does not contradict them and is simpler."
    return f"{found}; these hold up too, but {chosen} is simpler."


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
        return f"{k} segments hold up too; {by_rule} is the largest number that does."
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
