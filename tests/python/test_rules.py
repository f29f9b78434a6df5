"""Segments as SQL rules."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Project
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

from segmentation import rules as rules_module
from segmentation.errors import InputError
from segmentation.model import assignment, fit_segments
from segmentation.rules import (
    DECISION_TREE,
    ENOUGH,
    RULES,
    SMALLER_TREE,
    THRESHOLD_TREE,
    TOLD,
    Cut,
    Dimension,
    Leaf,
    assign,
    decision_tree,
    explain_segments,
    round_to,
    threshold_tree,
    with_readable_numbers,
    write_rule,
    written,
)

POPULATIONS = ("clickstream", "personality", "fitbit", "gifting", "shop")
SETTINGS = {"population": "shop", "axes": {"value": "monetary"}}


# -- Helpers ---------------------------------------------------------------------------------------


def tables(frame: pd.DataFrame, model_of, labels=None) -> tuple:
    """Customers, their segments (labels, or else the nearest centroid) and the model."""
    connection = duckdb.connect()
    connection.register("frame", frame)
    connection.execute("create table imputed as from frame")
    customers = connection.table("imputed")
    model = model_of(customers).to_pandas()
    if labels is None and len(model):
        centroids = np.array(model["centroids"].tolist()).T
        nearest = assignment(model["expression"].tolist(), centroids, ["customer_id"])
        connection.execute(f"create table segments as {nearest}")
    else:
        own = pd.DataFrame(
            {"customer_id": frame["customer_id"], "segment_id": 0 if labels is None else labels}
        )
        connection.register("own", own)
        connection.execute("create table segments as from own")
    return customers, connection.table("segments"), model


def by_k_means(k: int, block: dict = SETTINGS):
    """A function that fits k segments."""
    scores = pd.DataFrame({"algorithm": ["kmeans"], "k": [k], "is_chosen": [True]})
    return lambda customers: fit_segments(customers, scores, block)


def explained(frame: pd.DataFrame, k: int, block: dict = SETTINGS) -> tuple[pd.DataFrame, tuple]:
    found = tables(frame, by_k_means(k, block))
    return explain_segments(*found, block).to_pandas(), found


def counted(customers, segments, rules: pd.DataFrame) -> pd.DataFrame:
    """For each rule, pasted into a query of its own, the segments of the customers it matches."""
    own = segments.project("customer_id, segment_id").df().set_index("customer_id")["segment_id"]
    rows = []
    for row in rules.itertuples():
        query = f"select customer_id from customers where {row.rule}"
        ids = [key for (key,) in customers.query("customers", query).fetchall()]
        right = int((own[ids] == row.segment_id).sum())
        rows.append((row.method, row.segment_id, len(ids), right, set(ids)))
    return pd.DataFrame(rows, columns=["method", "segment_id", "matched", "right", "ids"])


def check(customers, segments, rules: pd.DataFrame) -> None:
    """Rules are true to their numbers, and each customer meets exactly one of a method."""
    own = segments.project("customer_id, segment_id").df().set_index("customer_id")["segment_id"]
    found = counted(customers, segments, rules)
    assert rules["customers_matched"].tolist() == found["matched"].tolist()
    for row, again in zip(rules.itertuples(), found.itertuples(), strict=True):
        assert row.customers == (own == row.segment_id).sum()
        assert row.recall == pytest.approx(again.right / row.customers)
        if again.matched:
            assert row.precision == pytest.approx(again.right / again.matched)
    for method, own_rules in found.groupby("method"):
        ids = own_rules["ids"].tolist()
        assert sum(map(len, ids)) == len(set().union(*ids)) == len(own), method
        stated = rules.loc[rules["method"] == method, "fidelity"].unique()
        assert stated == pytest.approx([own_rules["right"].sum() / len(own)])
        assert rules.loc[rules["method"] == method, "segment_id"].tolist() == sorted(set(own))
    assert rules.groupby("method")["is_recommended"].first().sum() == 1


def numbers(count: int, **changes) -> list[Dimension]:
    """Numeric dimensions x0, x1, … that are not scaled."""
    plain = {"kind": "numeric", "level": None, "is_logged": False, "centre": 0.0, "scale": 1.0}
    return [
        Dimension(**{"feature": f"x{i}", "column": f"x{i}", "read_as": 0.0, **plain, **changes})
        for i in range(count)
    ]


def leaves(tree) -> list[int]:
    return [tree.segment] if isinstance(tree, Leaf) else leaves(tree.below) + leaves(tree.above)


# -- On the samples --------------------------------------------------------------------------------


@pytest.mark.parametrize("population", POPULATIONS)
def test_each_rule_pasted_after_where_matches_the_stated_number(
    sample_build: Project, population: str
):
    check_build(sample_build, population)
    [(fidelity,)] = sample_build.query(
        f"select distinct fidelity from marts.segment_rules where population = '{population}'"
    )
    assert fidelity >= 0.95


def check_build(project: Project, population: str) -> None:
    """The rules of a built population, and those of its mart, on the tables they name."""
    with duckdb.connect(str(project.database), read_only=True) as connection:
        customers = connection.table(f"models.{population}_imputed")
        segments = connection.table(f"models.{population}_segments")
        rules = connection.table(f"models.{population}_segment_rules").df()
        check(customers, segments, rules.sort_values(["method", "segment_id"]))
        shown = connection.execute(
            "select table_name, rule, customers_matched, fidelity, segment_id, method "
            f"from marts.segment_rules where population = '{population}' order by segment_id"
        ).fetchall()
        assert len(shown) == len(set(rules["segment_id"]))
        for table, rule, matched, *_ in shown:
            count = connection.execute(f"select count(*) from {table} where {rule}").fetchall()
            assert count == [(matched,)]
            # Where no gap was filled, the features give the same customers as the imputed table.
            whole = (
                f"select customer_id from {{}} join models.{population}_imputed as imputed "
                f"using (customer_id) where len(imputed.imputed_features) = 0 and customer_id in "
                f"(select customer_id from {{}} where {rule}) order by customer_id"
            )
            features = f"features.{population}_features"
            assert (
                connection.execute(whole.format(features, features)).fetchall()
                == connection.execute(whole.format(features, table)).fetchall()
            )


# -- The threshold tree ----------------------------------------------------------------------------

places = st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=2, max_size=7, unique=True)


@given(places, st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_blobs_far_apart_have_a_leaf_each_and_no_mistakes(centres, seed):
    labels = np.repeat(np.arange(len(centres)), 12)
    noise = np.random.default_rng(seed).uniform(-3, 3, (len(labels), 3))
    values = np.array(centres)[labels] * 10.0 + noise
    centroids = {i: values[labels == i].mean(axis=0) for i in range(len(centres))}
    dimensions = numbers(3)
    tree = threshold_tree(values, labels, dimensions, centroids)
    readable = with_readable_numbers(tree, values, labels, dimensions)

    assert sorted(leaves(tree)) == sorted(leaves(readable)) == list(range(len(centres)))
    assert (assign(tree, values) == labels).all()
    assert (assign(readable, values) == labels).mean() >= 0.995
    longest = max(write_rule(readable, i, dimensions)[1] for i in range(len(centres)))
    assert longest <= len(centres) - 1


@given(st.integers(2, 5), st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_the_first_cut_makes_as_few_mistakes_as_any(k, seed):
    random = np.random.default_rng(seed)
    centroids = {i: centre for i, centre in enumerate(random.integers(0, 9, (k, 2)) + 0.5)}
    labels = random.integers(0, k, 40)
    own = np.array([centroids[label] for label in labels])
    values = own + random.integers(-4, 5, (40, 2))
    tree = threshold_tree(values, labels, numbers(2), centroids)
    # By trying every number between two neighbours in either dimension that parts two centroids.
    mistakes = [
        ((values[:, i] >= cut) != (own[:, i] >= cut)).sum()
        for i in range(2)
        for cut in np.arange(-5, 15, 0.25)
        if len({centre[i] >= cut for centre in centroids.values()}) == 2
    ]
    if not mistakes:
        assert isinstance(tree, Leaf)
        return
    i, cut = tree.dimension, tree.threshold
    assert ((values[:, i] >= cut) != (own[:, i] >= cut)).sum() == min(mistakes)


def test_of_equal_cuts_the_one_with_most_room_is_taken():
    values = np.array([[0.0, 0.0], [1.0, 1.0], [4.0, 8.0], [5.0, 9.0]])
    labels = np.array([0, 0, 1, 1])
    tree = threshold_tree(
        values, labels, numbers(2), {0: values[:2].mean(0), 1: values[2:].mean(0)}
    )

    assert tree == Cut(1, 4.5, Leaf(0), Leaf(1))


def test_of_equal_cuts_in_one_feature_the_one_with_most_room_is_taken():
    values = np.array([[0.0], [2.0], [10.0]])
    tree = threshold_tree(values, np.arange(3), numbers(1), dict(enumerate(values)))

    assert tree == Cut(0, 6, Cut(0, 1, Leaf(0), Leaf(1)), Leaf(2))


def test_a_logged_feature_is_cut_half_way_on_its_logged_scale():
    values = np.array([[0.0], [99.0]])
    tree = threshold_tree(
        values, np.array([0, 1]), numbers(1, is_logged=True), {0: values[0], 1: values[1]}
    )

    assert tree.threshold == pytest.approx(9)


# -- The decision tree -----------------------------------------------------------------------------


def test_a_segment_in_two_places_has_one_rule_of_two_leaves():
    values = np.arange(90.0).reshape(-1, 1)
    labels = np.repeat([0, 1, 0], 30)
    dimensions = numbers(1, is_whole=True)
    tree = with_readable_numbers(
        decision_tree(values, labels, dimensions), values, labels, dimensions
    )

    assert write_rule(tree, 0, dimensions) == ("(x0 < 30) or (x0 >= 60)", 2)
    assert write_rule(tree, 1, dimensions) == ("x0 >= 30 and x0 < 60", 2)


def test_it_is_the_one_that_scikit_learn_fits_with_so_few_leaves():
    random = np.random.default_rng(0)
    values = random.normal(0, 1, (600, 3))
    labels = (values[:, 0] > 0).astype(int) + (values[:, 1] + values[:, 2] > 0)
    tree = decision_tree(values, labels, numbers(3))
    expected = DecisionTreeClassifier(
        max_leaf_nodes=len(leaves(tree)), min_samples_leaf=6, random_state=0
    ).fit(values, labels)
    larger = DecisionTreeClassifier(max_leaf_nodes=6, min_samples_leaf=6, random_state=0).fit(
        values, labels
    )

    assert assign(tree, values).tolist() == expected.predict(values).tolist()
    assert 3 <= len(leaves(tree)) <= 6
    assert expected.score(values, labels) >= larger.score(values, labels) - SMALLER_TREE


def test_a_segment_that_cannot_be_told_has_the_rule_false():
    dimensions = numbers(1)
    tree = decision_tree(np.zeros((10, 1)), np.array([0] * 9 + [1]), dimensions)

    assert write_rule(tree, 0, dimensions) == ("true", 0)
    assert write_rule(tree, 1, dimensions) == ("false", 0)


# -- Readable numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "digits", "is_whole", "expected"),
    [
        (46.53, 1, False, [40, 50]),
        (46.53, 3, False, [46.5, 46.6]),
        (2.5, 1, True, [3]),
        (51312.0, 2, True, [51000, 52000]),
        (12.2, 5, True, [13]),
        (0.00345, 1, False, [0.003, 0.004]),
        (-0.25, 1, False, [-0.3, -0.2]),
        (0.0, 1, False, [0]),
    ],
)
def test_a_number_is_rounded_to_so_many_digits(number, digits, is_whole, expected):
    assert round_to(number, digits, is_whole) == expected


def test_numbers_are_written_without_exponents():
    assert [written(x) for x in (1e-5, 3.0, 1e20, 0.1, -2.5)] == [
        "0.00001", "3", "100000000000000000000", "0.1", "-2.5",
    ]  # fmt: skip


def test_digits_stay_where_dropping_them_would_cost_too_much():
    values = np.linspace(0, 1, 1000).reshape(-1, 1)
    labels = (values[:, 0] >= 0.3456).astype(int)
    readable = with_readable_numbers(Cut(0, 0.3456, Leaf(0), Leaf(1)), values, labels, numbers(1))

    # 0.3 and 0.4 cost 5 %, 0.35 half a percent at most, as allowed.
    assert readable.threshold == 0.35


def test_a_small_segment_is_not_rounded_away():
    values = np.linspace(0, 1, 1001).reshape(-1, 1)
    labels = (values[:, 0] >= 0.9965).astype(int)
    readable = with_readable_numbers(Cut(0, 0.9965, Leaf(0), Leaf(1)), values, labels, numbers(1))

    # At 1 it would lose three customers of four, which are three in a thousand of all.
    assert assign(readable, values).tolist() == labels.tolist()
    assert readable.threshold == 0.997


def test_digits_stay_where_dropping_them_would_cost_one_percent():
    values = np.linspace(0, 1, 1000).reshape(-1, 1)
    labels = (values[:, 0] >= 0.51).astype(int)
    readable = with_readable_numbers(Cut(0, 0.51, Leaf(0), Leaf(1)), values, labels, numbers(1))

    assert readable.threshold == 0.51


# -- Every kind of feature, and NULLs --------------------------------------------------------------


def all_kinds(rows: int, groups: int, seed: int, null_share: float) -> pd.DataFrame:
    """Customers of all kinds of features, with odd names, quotes and NULLs."""
    random = np.random.default_rng(seed)
    group = random.integers(0, groups, rows)

    def holes(values):
        return pd.Series(list(values), dtype=object).where(random.random(rows) >= null_share, None)

    items = np.array(["chess", "d'or", "golf"])
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:04}" for i in range(rows)],
            "monetary": np.exp(group + random.normal(0, 0.5, rows)),
            "spend per order": holes(random.normal(group, 1)).astype("Float64"),
            "order": holes(random.poisson(group)).astype("Int64"),
            "is_member": holes(random.random(rows) < group / groups).astype("boolean"),
            "city": holes(
                np.array(["it's", 'a "b"', "Chur"])[(group + (random.random(rows) < 0.3)) % 3]
            ),
            "hobbies": holes([list(items[random.random(3) < 0.5]) for _ in range(rows)]),
            "imputed_features": [[] for _ in range(rows)],
        }
    )


@given(
    st.integers(20, 150), st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from([0, 0.3]),
    st.booleans(),
)  # fmt: skip
@settings(max_examples=20)
def test_each_customer_meets_exactly_one_rule(rows, k, seed, null_share, applies):
    nullable = ["spend per order", "order", "is_member", "city", "hobbies"]
    block = {**SETTINGS, "log": ["monetary"], "does_not_apply": [] if applies else nullable}
    frame = all_kinds(rows, 4, seed, null_share)
    rules, (customers, segments, _) = explained(frame, k, block)

    assert set(rules["method"]) == {THRESHOLD_TREE, DECISION_TREE}
    check(customers, segments, rules)


@pytest.mark.parametrize("kind", ["numeric", "logged", "boolean", "category", "list"])
def test_a_null_falls_where_scoring_puts_it(kind: str):
    # Of those to whom the feature applies, 7 in 10 are high, so the centre is high too.
    highs = np.arange(300) % 10 < 7
    high, low = {
        "numeric": (9.5, 0.5), "logged": (20, 3), "boolean": (True, False),
        "category": ("yes'", "no"), "list": (["chess"], []),
    }[kind]  # fmt: skip
    values = pd.Series([high if is_high else low for is_high in highs], dtype=object)
    values[np.arange(300) % 7 == 0] = None
    plain = {"numeric": "Float64", "logged": "Float64", "boolean": "boolean"}
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{i:03}" for i in range(300)],
            "monetary": 1.0,
            "x": values.astype(plain.get(kind, object)),
            "imputed_features": [[] for _ in range(300)],
        }
    )
    block = {**SETTINGS, "does_not_apply": ["x"], "log": ["x"] if kind == "logged" else []}
    rules, (customers, segments, _) = explained(frame, 2, block)

    check(customers, segments, rules)
    assert rules["fidelity"].tolist() == [1.0] * 4
    assert rules["rule"].str.contains("is null").sum() == 2


def test_a_level_with_a_quote_and_a_name_with_a_blank_are_written_as_sql():
    dimensions = [
        *numbers(1, feature="spend per order", column='"spend per order"'),
        *numbers(1, feature="city", column="city", kind="category", level="it's", has_null=True),
        *numbers(1, feature="hobbies", column="hobbies", kind="list", level="d'or"),
        *numbers(1, feature="is_member", column="is_member", kind="boolean"),
    ]
    tree = Leaf(1)
    for position, threshold in ((3, 0.5), (2, 0.5), (1, 0.5), (0, 2.5)):
        tree = Cut(position, threshold, Leaf(0), tree)

    assert write_rule(tree, 1, dimensions) == (
        "\"spend per order\" >= 2.5 and city = 'it''s' and list_contains(hobbies, 'd''or') "
        "and is_member",
        4,
    )
    assert (
        "(\"spend per order\" >= 2.5 and (city != 'it''s' or city is null))"
        in write_rule(tree, 0, dimensions)[0]
    )


@pytest.mark.parametrize("kind", ["category", "list", "boolean"])
def test_a_path_of_nulls_alone_says_so(kind: str):
    """Between 0 and 1 lie only those to whom the feature does not apply."""
    level = None if kind == "boolean" else "a"
    dimensions = numbers(
        1, feature="f", column="f", kind=kind, level=level, read_as=0.3, has_null=True
    )
    tree = Cut(0, 0.1, Leaf(0), Cut(0, 0.6, Leaf(1), Leaf(2)))

    assert write_rule(tree, 1, dimensions) == ("f is null", 1)
    without = [Dimension(**{**vars(dimensions[0]), "has_null": False})]
    assert write_rule(tree, 1, without)[0] == "false"


def test_two_levels_at_once_are_those_of_nulls_alone():
    dimensions = [
        *numbers(1, feature="f", column="f", kind="category", level="a", read_as=0.3),
        *numbers(1, feature="f", column="f", kind="category", level="b", read_as=0.3),
    ]
    dimensions = [Dimension(**{**vars(dimension), "has_null": True}) for dimension in dimensions]
    tree = Cut(0, 0.1, Leaf(0), Cut(1, 0.1, Leaf(1), Leaf(2)))

    assert write_rule(tree, 2, dimensions) == ("f is null", 1)
    assert write_rule(tree, 1, dimensions) == ("f = 'a'", 1)


def test_only_the_tighter_of_two_bounds_is_written():
    tree = Cut(0, 3, Cut(0, 5, Leaf(0), Leaf(1)), Cut(0, 2, Leaf(1), Leaf(2)))

    assert write_rule(tree, 0, numbers(1)) == ("x0 < 3", 1)
    assert write_rule(tree, 2, numbers(1)) == ("x0 >= 3", 1)


# -- Other models ----------------------------------------------------------------------------------


def crowds() -> pd.DataFrame:
    """Two crowded groups and five customers far from both."""
    random = np.random.default_rng(4)
    crowd = [random.normal(0, 0.1, 100), random.normal(5, 0.1, 100)]
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03}" for i in range(205)],
            "monetary": np.concatenate([*crowd, [20, 30, 40, 50, 60]]),
            "recency_days": random.normal(0, 0.1, 205),
            "imputed_features": [[] for _ in range(205)],
        }
    )


def test_groups_of_dbscan_have_a_decision_tree_alone():
    block = {**SETTINGS, "algorithm": "dbscan"}
    labels = np.repeat([1, 0, -1], [100, 100, 5])

    scores = pd.DataFrame({"algorithm": ["dbscan"], "crowd_share": [0.05], "is_chosen": [True]})
    customers, segments, model = tables(
        crowds(), lambda customers: fit_segments(customers, scores, block), labels
    )
    rules = explain_segments(customers, segments, model, block).to_pandas()

    check(customers, segments, rules)
    assert set(rules["method"]) == {DECISION_TREE}
    assert rules["segment_id"].tolist() == [-1, 0, 1]
    assert rules["rule"][0].startswith("monetary >= ")
    assert rules["fidelity"].tolist() == [1.0] * 3


def test_one_core_point_per_group_is_no_centre():
    customers, segments, model = tables(crowds(), by_k_means(2))
    crowded = model.assign(reach=99.0)
    rules = explain_segments(customers, segments, crowded, SETTINGS).to_pandas()
    one = segments.project("customer_id, 0 as segment_id")
    rule = explain_segments(customers, one, crowded, SETTINGS).to_pandas()

    assert set(rules["method"]) == {DECISION_TREE}
    assert rule[["method", "rule"]].values.tolist() == [[DECISION_TREE, "true"]]


@pytest.mark.parametrize("is_alike", [False, True])
def test_one_segment_has_the_rule_true(is_alike: bool):
    frame = crowds().assign(monetary=1.0, recency_days=1.0) if is_alike else crowds()
    rules, (_, _, model) = explained(frame, 1)

    assert model.empty == is_alike
    assert rules["rule"].tolist() == ["true", "true"]
    assert rules["conditions"].tolist() == [0, 0]
    assert rules["customers_matched"].tolist() == [205, 205]
    assert rules["fidelity"].tolist() == [1, 1]
    assert rules["is_recommended"].tolist() == [True, False]


def test_no_customers_have_no_rules():
    found = tables(crowds().head(0).assign(imputed_features=None), by_k_means(1))

    assert explain_segments(*found, SETTINGS).equals(RULES.empty_table())


def test_row_order_changes_nothing():
    frame = all_kinds(200, 4, 1, 0.2)
    rules, _ = explained(frame, 4)
    again, _ = explained(frame.sample(frac=1, random_state=1), 4)

    assert rules.equals(again)


def test_trees_see_a_sample_and_numbers_are_of_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rules_module, "SAMPLE_ROWS", 60)
    rules, (customers, segments, _) = explained(all_kinds(400, 4, 3, 0.2), 4)

    check(customers, segments, rules)
    assert rules.groupby("method")["customers_matched"].sum().tolist() == [400, 400]


def test_the_tree_with_fewest_conditions_of_those_that_are_good_enough_is_recommended():
    rules, _ = explained(all_kinds(300, 4, 2, 0.0), 5)
    methods = rules.groupby("method").agg({"fidelity": "first", "conditions": "sum"})
    recommended = rules.loc[rules["is_recommended"], "method"].unique()
    enough = methods[methods["fidelity"] >= ENOUGH]
    assert rules[["recall", "precision"]].min().min() >= TOLD

    assert len(recommended) == 1
    if enough.empty:
        assert methods["fidelity"].idxmax() == recommended[0]
    else:
        assert enough["conditions"].min() == enough.loc[recommended[0], "conditions"]


def test_a_large_segment_does_not_carry_rules_that_leave_out_a_small_one():
    random = np.random.default_rng(0)
    # 101 customers of 3,000 are a segment; where they are, there are 150 others too.
    is_small = np.arange(3000) < 101
    others = 10 + random.random(3000)
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{i:04}" for i in range(3000)],
            "monetary": np.where(np.arange(3000) < 251, 1 + np.arange(3000) % 2, others),
            "imputed_features": [[] for _ in range(3000)],
        }
    )
    found = tables(frame, by_k_means(2), is_small.astype(int))
    rules = explain_segments(*found, SETTINGS).to_pandas().set_index("method")
    plain, recommended = rules.loc[DECISION_TREE], rules[rules["is_recommended"]]

    assert plain["rule"].tolist() == ["true", "false"]
    assert plain["fidelity"].iloc[0] == pytest.approx(2899 / 3000)
    assert recommended.index.unique().tolist() == [THRESHOLD_TREE]
    assert recommended["recall"].min() > 0.5


def recommended_of(*rows: tuple) -> str:
    """The method recommended of rows of method, conditions, precision, recall and fidelity."""
    columns = ["method", "conditions", "precision", "recall", "fidelity"]
    return rules_module._recommended(pd.DataFrame(rows, columns=columns))


@pytest.mark.parametrize(
    ("precision", "recall", "method"),
    [
        (0.5, 0.5, DECISION_TREE),
        (0.49, 0.5, THRESHOLD_TREE),
        (0.5, 0.49, THRESHOLD_TREE),
        (None, 0.0, THRESHOLD_TREE),
    ],
)
def test_of_the_methods_that_tell_every_segment_the_plainest_is_recommended(
    precision: float | None, recall: float, method: str
):
    assert method == recommended_of(
        (THRESHOLD_TREE, 3, 0.9, 0.9, 0.9),
        (THRESHOLD_TREE, 3, 0.6, 0.6, 0.9),
        (DECISION_TREE, 1, 0.99, 0.99, 0.98),
        (DECISION_TREE, 1, precision, recall, 0.98),
    )


def test_where_no_method_tells_every_segment_the_worst_recall_decides_and_then_fidelity():
    rows = [
        (THRESHOLD_TREE, 2, 0.9, 0.9, 0.7),
        (THRESHOLD_TREE, 2, 0.1, 0.4, 0.7),
        (DECISION_TREE, 1, 0.9, 0.9, 0.9),
    ]
    assert recommended_of(*rows, (DECISION_TREE, 1, 0.9, 0.3, 0.9)) == THRESHOLD_TREE
    assert recommended_of(*rows, (DECISION_TREE, 1, 0.3, 0.4, 0.9)) == DECISION_TREE


@pytest.mark.parametrize("name", ["segment_id", "Segment_ID"])
def test_a_feature_with_the_name_of_the_segment_is_refused(name: str):
    with pytest.raises(InputError, match=f"has the name '{name}', which the segments themselves"):
        tables(crowds().assign(**{name: 1}), by_k_means(2))
