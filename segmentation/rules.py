"""Segments as rules: for each segment one SQL predicate over the features, with readable numbers.

Two trees of cuts compete, both over the clustered features, on untransformed values:

- threshold tree: IMM (Dasgupta, Frost, Moshkovitz and Rashtchian 2020, "Explainable k-Means and
  k-Medians Clustering", algorithm 1). Each cut parts the centroids that are left with the fewest
  mistakes, customers who are parted from their own centroid; each segment has one leaf. It needs
  a model that stores one centre per segment, so there is none for DBSCAN and its like.
- decision tree: scikit-learn's, with at most LEAVES_PER_SEGMENT leaves per segment: the smallest
  one that gives every segment a leaf and is within SMALLER_TREE of the best fidelity. A segment of
  several leaves has one rule, the leaves joined by `or`.

A tree's fidelity is the share of customers that its rules put in their own segment. A large segment
alone can make it high, so a tree must tell every segment: each one's recall and precision are at
least TOLD. Of the trees that do, the one that is_recommended is the one with the fewest conditions
among those whose fidelity is at least ENOUGH, or else the one of the highest fidelity. Where no
tree tells every segment, it is the one whose worst recall is the highest, and then the fidelity.

Every cut is then moved to the number with the fewest digits that costs, all cuts together, at most
ROUNDING_LOSS of the fidelity, and no segment more than ROUNDING_RECALL of its recall; a cut in a
feature of whole numbers is a whole number.

A NULL is read as the stored model reads it: as the feature's fallback, or at its centre where the
feature does not apply. A rule that holds for it says `or … is null`; in every other rule the
comparison with NULL is not true, so it does not match.
"""

import segmentation.threads  # isort: skip  # noqa: F401
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import groupby

import numpy as np
import pandas as pd
import pyarrow as pa
from duckdb import DuckDBPyRelation
from sklearn.tree import DecisionTreeClassifier

from segmentation.encoding import SAMPLE_ROWS
from segmentation.features import quoted, sample_query, text_literal
from segmentation.settings import parse_settings

THRESHOLD_TREE, DECISION_TREE = "threshold tree", "decision tree"
ENOUGH = 0.85
TOLD = 0.5
LEAVES_PER_SEGMENT = 2
SMALLER_TREE = 0.02
SMALLEST_LEAF = 0.01
ROUNDING_LOSS = 0.005
ROUNDING_RECALL = 0.02
MOST_DIGITS = 17

RULES = pa.schema(
    [
        ("population", pa.string()),
        ("method", pa.string()),
        ("segment_id", pa.int32()),
        ("rule", pa.string()),
        ("conditions", pa.int64()),
        ("customers", pa.int64()),
        ("customers_matched", pa.int64()),
        ("precision", pa.float64()),
        ("recall", pa.float64()),
        ("fidelity", pa.float64()),
        ("is_recommended", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Dimension:
    """A dimension of the model, on the feature's own scale; a level is 1 for who has it, else 0.

    column: the feature's name as SQL; level: the level or item that it stands for, or None;
    read_as: what a NULL is read as; has_null: whether any customer has one; is_whole: whether all
    known values are whole numbers.
    """

    feature: str
    column: str
    kind: str
    level: str | None
    is_logged: bool
    centre: float
    scale: float
    read_as: float
    has_null: bool = False
    is_whole: bool = False

    def scaled(self, values: np.ndarray | float) -> np.ndarray:
        """Values of the feature as places in the scaled space."""
        values = np.asarray(values, dtype=np.float64)
        points = np.log1p(np.maximum(values, 0)) if self.is_logged else values
        return (points - self.centre) / self.scale

    def unscaled(self, points: np.ndarray | float) -> np.ndarray:
        """Places in the scaled space as values of the feature."""
        values = np.asarray(points, dtype=np.float64) * self.scale + self.centre
        return np.expm1(values) if self.is_logged else values

    def between(self, low: float, high: float) -> float:
        """The value half way between two, in the scaled space: above low, and high at most."""
        middle = float(self.unscaled((self.scaled(low) + self.scaled(high)) / 2))
        return middle if low < middle <= high else high


@dataclass(frozen=True)
class Leaf:
    """The end of a path: the customers there are taken to be in this segment."""

    segment: int


@dataclass(frozen=True)
class Cut:
    """Customers whose value in a dimension is below a threshold part from those at or above it."""

    dimension: int
    threshold: float
    below: "Leaf | Cut"
    above: "Leaf | Cut"


Tree = Leaf | Cut


def explain_segments(
    customers: DuckDBPyRelation,
    segments: DuckDBPyRelation,
    model: pd.DataFrame,
    settings: Mapping,
) -> pa.Table:
    """Each segment as an SQL predicate, by each method, and how well the predicate fits.

    customers: one row per customer, `customer_id` and the features, gaps filled.
    segments: one row per customer, `customer_id` and `segment_id`.
    model: the population's stored model, as `segmentation.model.fit_segments` returns it.
    settings: the settings block of the population.

    Returns RULES: one row per method and segment that has customers. Each customer meets exactly
    one rule of a method. `customers_matched`, `precision` and `recall` are counted in SQL on all
    customers, with the very text of the rule; the trees are fitted on SAMPLE_ROWS of them at most.
    A lone segment has the rule `true`, and a segment that a decision tree cannot tell has `false`:
    there is no simple rule for it.
    No customers give no rows.
    """
    population = parse_settings(settings).population
    own = segments.project("customer_id, segment_id").set_alias("own")
    assigned = customers.set_alias("customers").join(own, "customer_id")
    sizes = dict(
        assigned.query(
            "customers", "select segment_id, count(*) from customers group by segment_id"
        ).fetchall()
    )
    if not sizes:
        return RULES.empty_table()
    dimensions = read_dimensions(assigned, model)
    sample = assigned.query(
        "customers",
        sample_query(
            ["customer_id", "segment_id", *map(_value, dimensions, range(len(dimensions)))],
            SAMPLE_ROWS,
        ),
    ).df()
    labels = sample["segment_id"].to_numpy()
    known = sample.iloc[:, 2:].to_numpy(dtype=np.float64, na_value=np.nan)
    values = np.where(np.isnan(known), [d.read_as for d in dimensions], known)
    rows = []
    for method, tree in _trees(values, labels, dimensions, model, sorted(sizes)):
        readable = with_readable_numbers(tree, values, labels, dimensions)
        rules = {segment: write_rule(readable, segment, dimensions) for segment in sorted(sizes)}
        rows += _measured(assigned, method, rules, sizes)
    table = pd.DataFrame(rows).assign(population=population)
    table["is_recommended"] = table["method"] == _recommended(table)
    return pa.Table.from_pandas(table[RULES.names], schema=RULES, preserve_index=False)


def read_dimensions(customers: DuckDBPyRelation, model: pd.DataFrame) -> list[Dimension]:
    """The dimensions of a stored model, and what a NULL is read as on each feature's own scale."""
    if model.empty:
        return []
    model = model.sort_values("position")
    keywords = {
        word
        for (word,) in customers.query(
            "customers",
            "select keyword_name from duckdb_keywords() where keyword_category != 'unreserved'",
        ).fetchall()
    }
    kinds = model.set_index("feature")["kind"].to_dict()
    found = _nulls_and_whole_numbers(customers, kinds)
    dimensions = []
    for row in model.to_dict("records"):
        is_logged = row["transform"] != "none"
        fallback = row["fallback"] if isinstance(row["fallback"], str) else None
        if fallback is None:
            read_as = float(np.expm1(row["centre"]) if is_logged else row["centre"])
        elif row["kind"] == "numeric":
            read_as = float(fallback)
        else:
            read_as = float(fallback == (row["level"] if row["kind"] == "category" else "true"))
        has_null, is_whole = found[row["feature"]]
        dimensions.append(
            Dimension(
                feature=row["feature"],
                column=_plain(row["feature"], keywords),
                kind=row["kind"],
                level=row["level"] if isinstance(row["level"], str) else None,
                is_logged=is_logged,
                centre=row["centre"],
                scale=row["scale"],
                read_as=read_as,
                has_null=has_null,
                is_whole=is_whole,
            )
        )
    return dimensions


def _nulls_and_whole_numbers(
    customers: DuckDBPyRelation, kinds: Mapping[str, str]
) -> dict[str, tuple[bool, bool]]:
    """For each feature whether any customer has a NULL, and whether all have whole numbers."""
    looks = ", ".join(
        f"[count(*) > count({quoted(name)}), "
        + (f"bool_and(floor({quoted(name)}) = {quoted(name)})" if kind == "numeric" else "false")
        + "]"
        for name, kind in kinds.items()
    )
    row = customers.query("customers", f"select {looks} from customers").fetchall()[0]
    return {name: tuple(map(bool, found)) for name, found in zip(kinds, row, strict=True)}


def _plain(name: str, keywords: set[str]) -> str:
    """A column's name in SQL, quoted only where it must be."""
    is_plain = re.fullmatch("[a-z_][a-z0-9_]*", name) and name not in keywords
    return name if is_plain else quoted(name)


def _value(dimension: Dimension, position: int) -> str:
    """A dimension's value as SQL: the number, or 1 and 0; NULL where the feature is."""
    column = quoted(dimension.feature)
    literal = text_literal(dimension.level or "")
    value = {
        "category": f"{column} = {literal}",
        "list": f"list_contains({column}, {literal})",
    }.get(dimension.kind, column)
    return f"cast({value} as double) as x{position}"


# -- The two trees ---------------------------------------------------------------------------------


def _trees(
    values: np.ndarray,
    labels: np.ndarray,
    dimensions: Sequence[Dimension],
    model: pd.DataFrame,
    segments: Sequence[int],
) -> Iterator[tuple[str, Tree]]:
    """The methods that the population allows, each with its tree."""
    is_lone, lone = len(segments) == 1, Leaf(segments[0])
    centroids = _centroids(model, dimensions, segments)
    if centroids or not dimensions:
        tree = lone if is_lone else threshold_tree(values, labels, dimensions, centroids)
        yield THRESHOLD_TREE, tree
    yield DECISION_TREE, lone if is_lone else decision_tree(values, labels, dimensions)


def _centroids(
    model: pd.DataFrame, dimensions: Sequence[Dimension], segments: Sequence[int]
) -> dict[int, np.ndarray]:
    """The centroid of each segment that has customers, on the features' own scales; none where the
    model stores other points than one per segment (DBSCAN).
    """
    if model.empty or not model["reach"].isna().all():
        return {}
    model = model.sort_values("position")
    owners = [int(segment) for segment in model["centroid_segments"].iloc[0]]
    if len(set(owners)) < len(owners) or not set(segments) <= set(owners):
        return {}
    columns = [
        dimension.unscaled(np.array(places, dtype=np.float64))
        for dimension, places in zip(dimensions, model["centroids"], strict=True)
    ]
    centroids = np.column_stack(columns)
    is_share = [dimension.kind != "numeric" for dimension in dimensions]
    centroids[:, is_share] = centroids[:, is_share].clip(0, 1)
    return {segment: centroids[owners.index(segment)] for segment in segments}


def threshold_tree(
    values: np.ndarray,
    labels: np.ndarray,
    dimensions: Sequence[Dimension],
    centroids: Mapping[int, np.ndarray],
) -> Tree:
    """IMM: cut until every leaf holds one centroid.

    values: customers x dimensions, on the features' own scales; labels: their segments;
    centroids: one per segment, on the same scales. Customers who are parted from their centroid
    count as a mistake once and are left out of the cuts below, as in the paper. Of cuts with
    equally few mistakes the one with most room to either side, in the scaled space, is taken, and
    then the first.
    """
    if len(centroids) == 1:
        return Leaf(next(iter(centroids)))
    places = np.array(list(centroids.values()))
    own = np.array([centroids[label] for label in labels]).reshape(len(labels), len(dimensions))
    best = min(
        (
            (*cut, position)
            for position, dimension in enumerate(dimensions)
            for cut in _fewest_mistakes(
                values[:, position], own[:, position], places[:, position], dimension
            )
        ),
        default=None,
    )
    if best is None:  # The centroids are one and the same point.
        return Leaf(max(centroids, key=lambda segment: (np.sum(labels == segment), -segment)))
    _, _, threshold, position = best
    branches = []
    for is_above in (False, True):
        here = {s: c for s, c in centroids.items() if (c[position] >= threshold) == is_above}
        stays = ((values[:, position] >= threshold) == is_above) & np.isin(labels, list(here))
        branches.append(threshold_tree(values[stays], labels[stays], dimensions, here))
    return Cut(position, threshold, *branches)


def _fewest_mistakes(
    values: np.ndarray, own: np.ndarray, places: np.ndarray, dimension: Dimension
) -> Iterator[tuple[int, float, float]]:
    """The best cut in one dimension as (mistakes, minus the room, threshold), if there is one.

    A customer is parted from its centroid by every threshold above the lower of the two values and
    up to the higher one: so mistakes are counted for all thresholds in one pass.
    """
    stops = np.unique(np.concatenate([values, places]))
    begins = np.searchsorted(stops, np.minimum(values, own))
    ends = np.searchsorted(stops, np.maximum(values, own))
    counts = np.bincount(begins, minlength=len(stops)) - np.bincount(ends, minlength=len(stops))
    mistakes = np.cumsum(counts)[:-1]
    parts = (stops[:-1] >= places.min()) & (stops[1:] <= places.max())
    if not parts.any():
        return
    room = np.diff(dimension.scaled(stops))
    fewest = np.flatnonzero(parts & (mistakes == mistakes[parts].min()))
    i = fewest[np.argmax(room[fewest])]
    yield int(mistakes[i]), -float(room[i]), dimension.between(float(stops[i]), float(stops[i + 1]))


def decision_tree(values: np.ndarray, labels: np.ndarray, dimensions: Sequence[Dimension]) -> Tree:
    """scikit-learn's decision tree with as few leaves as do, see the head of this file.

    It is fitted on the ranks of the values, which are exact in its 32-bit floats.
    """
    ranks = np.column_stack([np.unique(column, return_inverse=True)[1] for column in values.T])
    segments, sizes = np.unique(labels, return_counts=True)
    smallest = max(1, int(min(SMALLEST_LEAF * len(labels), sizes.min() / 2)))
    most = LEAVES_PER_SEGMENT * len(segments)
    fit = DecisionTreeClassifier(
        max_leaf_nodes=most, min_samples_leaf=smallest, random_state=0
    ).fit(ranks, labels)
    # It grows the most telling cut first, and numbers nodes as it goes: its first cuts are what a
    # fit with fewer leaves would have given.
    cuts = np.flatnonzero(fit.tree_.children_left >= 0)
    cuts = cuts[np.argsort(fit.tree_.children_left[cuts])]
    trees = []
    for count in range(min(len(segments) - 1, len(cuts)), len(cuts) + 1):
        grown = _Grown(fit, frozenset(cuts[:count].tolist()), dimensions)
        tree = _from_scikit_learn(grown, 0, values, ranks)
        found = assign(tree, values)
        trees.append((len(np.unique(found)), float(np.mean(found == labels)), tree))
    most_told = max(told for told, _, _ in trees)
    best = max(fidelity for told, fidelity, _ in trees if told == most_told)
    return next(
        tree
        for told, fidelity, tree in trees
        if told == most_told and fidelity >= best - SMALLER_TREE
    )


@dataclass(frozen=True)
class _Grown:
    """A fitted decision tree, of which only these cuts are taken."""

    fit: DecisionTreeClassifier
    cuts: frozenset[int]
    dimensions: Sequence[Dimension]


def _from_scikit_learn(grown: _Grown, node: int, values: np.ndarray, ranks: np.ndarray) -> Tree:
    """The tree from one node on, with the ranks' thresholds as values of the features; leaves side
    by side of one segment are one leaf."""
    nodes = grown.fit.tree_
    if node not in grown.cuts:
        return Leaf(int(grown.fit.classes_[np.argmax(nodes.value[node][0])]))
    position = int(nodes.feature[node])
    goes_below = ranks[:, position] <= nodes.threshold[node]
    threshold = grown.dimensions[position].between(
        float(values[goes_below, position].max()), float(values[~goes_below, position].min())
    )
    below, above = (
        _from_scikit_learn(grown, int(child), values[here], ranks[here])
        for child, here in (
            (nodes.children_left[node], goes_below),
            (nodes.children_right[node], ~goes_below),
        )
    )
    if below == above and isinstance(below, Leaf):
        return below
    return Cut(position, threshold, below, above)


def assign(tree: Tree, values: np.ndarray) -> np.ndarray:
    """The segment that a tree gives to each row of values."""
    if isinstance(tree, Leaf):
        return np.full(len(values), tree.segment)
    is_above = values[:, tree.dimension] >= tree.threshold
    found = np.empty(len(values), dtype=int)
    found[~is_above] = assign(tree.below, values[~is_above])
    found[is_above] = assign(tree.above, values[is_above])
    return found


# -- Readable numbers ------------------------------------------------------------------------------


def with_readable_numbers(
    tree: Tree, values: np.ndarray, labels: np.ndarray, dimensions: Sequence[Dimension]
) -> Tree:
    """The tree with every threshold moved to the number with the fewest digits that will do.

    The cuts are taken from the top; each may spend its part of ROUNDING_LOSS and what those before
    it have left over.
    """
    recalls = _recalls(tree, values, labels)
    fidelity = float(np.mean(assign(tree, values) == labels)) if len(labels) else 1.0
    cuts = list(_cuts(tree))
    for i in range(len(cuts)):
        allowed = fidelity - ROUNDING_LOSS * (i + 1) / len(cuts) - 1e-12
        tree = _rounded(tree, i, values, labels, dimensions, allowed, recalls)
    return tree


def _rounded(
    tree: Tree,
    i: int,
    values: np.ndarray,
    labels: np.ndarray,
    dimensions: Sequence[Dimension],
    allowed: float,
    recalls: Mapping[int, float],
) -> Tree:
    """The tree with its i-th cut rounded as far as the fidelity allowed and the recalls let it."""
    cut = list(_cuts(tree))[i]
    dimension = dimensions[cut.dimension]
    if dimension.kind != "numeric":
        return tree
    used = len(np.unique(assign(numbered(tree), values)))
    for digits in range(1, MOST_DIGITS + 1):
        choices = []
        for threshold in round_to(cut.threshold, digits, dimension.is_whole):
            moved = _moved(tree, i, threshold)
            fidelity = float(np.mean(assign(moved, values) == labels)) if len(labels) else 1.0
            found = _recalls(moved, values, labels)
            if (
                fidelity >= allowed
                and all(found[s] >= recalls[s] - ROUNDING_RECALL for s in recalls)
                and len(np.unique(assign(numbered(moved), values))) >= used
            ):
                choices.append((-fidelity, abs(threshold - cut.threshold), threshold, moved))
        if choices:
            return min(choices, key=lambda choice: choice[:3])[3]
    return tree


def round_to(number: float, digits: int, is_whole: bool) -> list[float]:
    """The numbers with so many digits next below and next above; whole ones where is_whole, of
    which the least that is as good as the number itself is rounded: 2.5 is 3 in whole numbers.
    """
    exact = Decimal(repr(float(np.ceil(number) if is_whole else number)))
    if exact == 0:
        return [0.0]
    last = Decimal(1).scaleb(max(exact.adjusted() - digits + 1, 0 if is_whole else -400))
    return sorted(
        {
            float((exact / last).to_integral_value(direction) * last)
            for direction in (ROUND_FLOOR, ROUND_CEILING)
        }
    )


def _cuts(tree: Tree) -> Iterator[Cut]:
    """The cuts of a tree from the top, each before those below it."""
    if isinstance(tree, Cut):
        yield tree
        yield from _cuts(tree.below)
        yield from _cuts(tree.above)


def _moved(tree: Tree, i: int, threshold: float) -> Tree:
    """The tree with the threshold of its i-th cut replaced."""
    if i == 0:
        return replace(tree, threshold=threshold)
    below = sum(1 for _ in _cuts(tree.below))
    if i <= below:
        return replace(tree, below=_moved(tree.below, i - 1, threshold))
    return replace(tree, above=_moved(tree.above, i - 1 - below, threshold))


def numbered(tree: Tree) -> Tree:
    """The same tree with its leaves numbered from 0 in the place of segments."""
    counter = iter(range(sum(1 for _ in _cuts(tree)) + 1))

    def number(part: Tree) -> Tree:
        if isinstance(part, Leaf):
            return Leaf(next(counter))
        return replace(part, below=number(part.below), above=number(part.above))

    return number(tree)


def _recalls(tree: Tree, values: np.ndarray, labels: np.ndarray) -> dict[int, float]:
    """The share of each segment's customers that a tree puts in it."""
    is_right = assign(tree, values) == labels
    return {int(s): float(is_right[labels == s].mean()) for s in np.unique(labels)}


# -- The rules in SQL ------------------------------------------------------------------------------


def write_rule(tree: Tree, segment: int, dimensions: Sequence[Dimension]) -> tuple[str, int]:
    """The SQL predicate of a segment, its leaves joined by `or`, and its number of conditions."""
    leaves = [_write_leaf(bounds, dimensions) for bounds in _paths(tree, segment, {})]
    conditions = sum(count for _, count in leaves)
    if len(leaves) == 1:
        return leaves[0][0] or "true", conditions
    return " or ".join(f"({leaf})" for leaf, _ in leaves) or "false", conditions


Bounds = dict[int, tuple[float, float]]


def _paths(tree: Tree, segment: int, bounds: Bounds) -> Iterator[Bounds]:
    """For each leaf of a segment the bounds of its dimensions: at least, and below."""
    if isinstance(tree, Leaf):
        if tree.segment == segment:
            yield bounds
        return
    least, below = bounds.get(tree.dimension, (-np.inf, np.inf))
    yield from _paths(
        tree.below, segment, {**bounds, tree.dimension: (least, min(below, tree.threshold))}
    )
    yield from _paths(
        tree.above, segment, {**bounds, tree.dimension: (max(least, tree.threshold), below)}
    )


def _write_leaf(bounds: Bounds, dimensions: Sequence[Dimension]) -> tuple[str, int]:
    """A path as conditions, those of one feature together, and their number."""
    parts, count = [], 0
    writers: dict[str, Callable] = {"numeric": _write_number, "category": _write_category}
    for _, group in groupby(sorted(bounds), key=lambda position: dimensions[position].feature):
        bounded = [(dimensions[position], *bounds[position]) for position in group]
        first = bounded[0][0]
        text, number = writers.get(first.kind, _write_flags)(bounded)
        if first.has_null and all(least <= d.read_as < below for d, least, below in bounded):
            text = f"({text} or {first.column} is null)" if text else f"{first.column} is null"
        parts.append(text or "false")
        count += max(number, 1)
    return " and ".join(parts), count


Bounded = Sequence[tuple[Dimension, float, float]]


def _write_number(bounded: Bounded) -> tuple[str, int]:
    """At least, and below; a whole number that is both 2 at least and below 3 is 2."""
    dimension, least, below = bounded[0]
    if dimension.is_whole and least.is_integer() and below == least + 1:
        return f"{dimension.column} = {written(least)}", 1
    comparisons = []
    if np.isfinite(least):
        comparisons.append(f"{dimension.column} >= {written(least)}")
    if np.isfinite(below):
        comparisons.append(f"{dimension.column} < {written(below)}")
    return " and ".join(comparisons), len(comparisons)


def _write_category(bounded: Bounded) -> tuple[str, int]:
    """The level that it is, which says all, or those that it is not; nothing where no known level
    meets the bounds: the path is then that of NULL alone."""
    has = [text_literal(d.level) for d, least, _ in bounded if least > 0]
    has_not = [text_literal(d.level) for d, _, below in bounded if below <= 1]
    column = bounded[0][0].column
    if len(has) > 1 or set(has) & set(has_not):
        return "", 0
    if has:
        return f"{column} = {has[0]}", 1
    if len(has_not) == 1:
        return f"{column} != {has_not[0]}", 1
    return f"{column} not in ({', '.join(has_not)})", len(has_not)


def _write_flags(bounded: Bounded) -> tuple[str, int]:
    """Booleans, and the items of a list: what holds, and what does not; nothing as for levels."""
    comparisons = []
    for dimension, least, below in bounded:
        flag = dimension.column
        if dimension.kind == "list":
            flag = f"list_contains({dimension.column}, {text_literal(dimension.level)})"
        if least > 0 and below <= 1:
            return "", 0
        comparisons.append(flag if least > 0 else f"not {flag}")
    return " and ".join(comparisons), len(comparisons)


def written(number: float) -> str:
    """A number as SQL, with all its digits and without an exponent: 0.00001, not 1e-05."""
    exact = Decimal(repr(float(number)))
    return str(int(exact)) if exact == exact.to_integral_value() else format(exact, "f")


# -- How well they fit -----------------------------------------------------------------------------


def _measured(
    customers: DuckDBPyRelation,
    method: str,
    rules: Mapping[int, tuple[str, int]],
    sizes: Mapping[int, int],
) -> list[dict]:
    """One row per rule: how many customers it matches, and how many of them rightly."""
    counts = ", ".join(
        f"count(*) filter (where {rule}), "
        f"count(*) filter (where segment_id = {segment} and ({rule}))"
        for segment, (rule, _) in rules.items()
    )
    row = customers.query("customers", f"select {counts} from customers").fetchall()[0]
    matched, right = row[::2], row[1::2]
    return [
        {
            "method": method,
            "segment_id": segment,
            "rule": rule,
            "conditions": conditions,
            "customers": sizes[segment],
            "customers_matched": matched[i],
            "precision": right[i] / matched[i] if matched[i] else None,
            "recall": right[i] / sizes[segment],
            "fidelity": sum(right) / sum(sizes.values()),
        }
        for i, (segment, (rule, conditions)) in enumerate(rules.items())
    ]


def _recommended(table: pd.DataFrame) -> str:
    """The method to show, see the head of this file."""
    table = table.fillna({"precision": 0.0})
    methods = table.groupby("method").agg(
        fidelity=("fidelity", "first"),
        conditions=("conditions", "sum"),
        precision=("precision", "min"),
        recall=("recall", "min"),
    )
    told = methods[(methods["recall"] >= TOLD) & (methods["precision"] >= TOLD)]
    methods = methods[methods["recall"] == methods["recall"].max()] if told.empty else told
    enough = methods[methods["fidelity"] >= (ENOUGH if len(told) else np.inf)]
    if enough.empty:
        enough = methods[methods["fidelity"] == methods["fidelity"].max()]
    order = enough.assign(is_plain=enough.index == DECISION_TREE, lost=-enough["fidelity"])
    return order.sort_values(["conditions", "lost", "is_plain"]).index[0]
