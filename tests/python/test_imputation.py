"""The imputation competition against independent oracles, on tables with a known answer."""

import hashlib
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import PredefinedSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from segmentation import imputation
from segmentation.errors import InputError
from segmentation.folds import standard_error
from segmentation.imputation import impute, score_imputers

SETTINGS = {"population": "test", "axes": {"value": "amount"}}


def as_relation(frame: pd.DataFrame | pa.Table, threads: int = 1) -> duckdb.DuckDBPyRelation:
    """Return the frame as a relation of a fresh database."""
    connection = duckdb.connect(config={"threads": threads, "preserve_insertion_order": False})
    connection.execute("create table features as select * from frame")
    return connection.table("features")


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def customer_ids(count: int) -> list[str]:
    return [f"customer {number:04d}" for number in range(count)]


def a_population(count: int = 160, seed: int = 1) -> pd.DataFrame:
    """Return features whose `target` is a wave of x, a line of y and little noise; 20 missing."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(-3, 3, (2, count))
    target = 10 * np.sin(2 * x) + 2 * y + random.normal(0, 0.3, count)
    target[:20] = np.nan
    return pd.DataFrame({"customer_id": customer_ids(count), "amount": x, "y": y, "target": target})


def by_method(scores: pa.Table, feature: str) -> pd.DataFrame:
    frame = scores.to_pandas()
    return frame[frame["feature"] == feature].set_index("method")


def chosen(scores: pa.Table, feature: str) -> str:
    return by_method(scores, feature).query("is_chosen").index.item()


def choices(**methods: str) -> pd.DataFrame:
    """Return a scores table that chooses the given method for each feature."""
    return pd.DataFrame(
        [("test", feature, method, True) for feature, method in methods.items()],
        columns=["population", "feature", "method", "is_chosen"],
    )


# --- the predictors -------------------------------------------------------------------------------


def test_what_is_missing_together_predicts_nothing():
    frame = a_population()
    frame["twin"] = frame["target"] + 1
    frame["half"] = frame["target"]
    frame.loc[:19, "half"] = [*range(9), *[np.nan] * 11]
    alone = score_imputers(as_relation(frame.drop(columns=["twin", "half"])), SETTINGS)
    beside = score_imputers(as_relation(frame), SETTINGS)

    expected = by_method(alone, "target")["error"]
    assert by_method(beside, "target")["error"].tolist() == expected.tolist()


def test_what_half_of_the_customers_to_fill_have_predicts():
    frame = a_population()
    frame["half"] = frame["target"]
    frame.loc[:19, "half"] = [*range(10), *[np.nan] * 10]
    scores = score_imputers(as_relation(frame), SETTINGS)
    filled = impute(as_relation(frame), scores, SETTINGS).df()

    assert by_method(scores, "target").loc["ridge", "skill"] > 0.95
    assert not filled["target"].isna().any()


# --- the competition ------------------------------------------------------------------------------


def test_linear_models_and_constants_agree_with_scikit_learn():
    frame = a_population()
    high = frame["y"] + np.random.default_rng(7).normal(0, 1, len(frame)) > 1
    frame["is_high"] = high.astype("boolean")
    frame.loc[20:40, "is_high"] = pd.NA

    scores = score_imputers(as_relation(frame.drop(columns="is_high")), SETTINGS)
    expected = oracle_errors(
        frame,
        "target",
        stratify=False,
        models={
            "constant": DummyRegressor(strategy="median"),
            "ridge": TransformedTargetRegressor(
                make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 4, 13))),
                transformer=StandardScaler(),
            ),
        },
        scoring="neg_mean_absolute_error",
    )
    found = by_method(scores, "target")["error"]
    for method, error in expected.items():
        assert found[method] == pytest.approx(error, rel=1e-9)

    scores = score_imputers(as_relation(frame.drop(columns="target")), SETTINGS)
    expected = oracle_errors(
        frame,
        "is_high",
        stratify=True,
        models={
            "constant": DummyClassifier(strategy="most_frequent"),
            "logistic": make_pipeline(StandardScaler(), LogisticRegression(C=0.1)),
        },
        scoring="accuracy",
    )
    found = by_method(scores, "is_high")["error"]
    for method, minus_accuracy in expected.items():
        assert found[method] == pytest.approx(1 + minus_accuracy, rel=1e-9)
    assert found["logistic"] < found["constant"] - 0.1


def oracle_errors(frame, target, *, stratify, models, scoring):
    """Return minus scikit-learn's mean score of each model over the same folds."""
    known = frame[frame[target].notna()]
    known = known.sort_values("customer_id", key=lambda ids: ids.map(md5))
    values = known[target].astype(str).str.lower() if stratify else known[target]
    errors = {}
    for method, model in models.items():
        folds = []
        for seed in range(3):
            split = PredefinedSplit(imputation._assign_folds(values.to_numpy(), 5, stratify, seed))
            folds.extend(
                cross_val_score(model, known[["amount", "y"]], values, cv=split, scoring=scoring)
            )
        errors[method] = -np.mean(folds)
    return errors


def test_folds_are_equal_in_size_and_spread_the_categories():
    values = np.array(["a"] * 10 + ["b"] * 13)
    folds = imputation._assign_folds(values, 5, stratify=True, seed=0)
    assert sorted(np.bincount(folds)) == [4, 4, 5, 5, 5]
    assert list(np.bincount(folds[:10])) == [2] * 5
    other = imputation._assign_folds(values, 5, stratify=True, seed=1)
    assert (folds != other).any()


def test_each_method_wins_where_it_should():
    random = np.random.default_rng(2)
    frame = a_population(400)
    frame["line"] = 3 * frame["y"] - frame["amount"] + random.normal(0, 0.5, 400)
    frame["noise"] = random.normal(0, 1, 400)
    wave = np.where(np.sin(3 * frame["amount"]) > 0, "up", "down")
    frame["wave"], frame["coin"] = wave, random.choice(["a", "b", "c"], 400)
    frame["side"] = np.where(frame["y"] > 0.5, "left", "right")
    for feature in ("line", "noise", "wave", "coin", "side"):
        alone = frame[["customer_id", "amount", "y", feature]].copy()
        alone.loc[50:60, feature] = None
        winner = {"line": "ridge", "side": "logistic", "wave": "xgboost"}.get(feature, "constant")
        assert chosen(score_imputers(as_relation(alone), SETTINGS), feature) == winner


def test_scores_table_is_complete_and_consistent():
    scores = score_imputers(as_relation(a_population()), SETTINGS)
    assert scores.schema == imputation.SCORES_SCHEMA
    rows = by_method(scores, "target")
    assert list(rows.index) == ["constant", "ridge", "xgboost"]
    assert set(rows["population"]) == {"test"}
    assert set(rows["missing"]) == {20}
    assert set(rows["known"]) == {140}
    assert set(rows["error_unit"]) == {"mean absolute error, in units of target"}
    assert list(rows["skill"]) == pytest.approx(1 - rows["error"] / rows["error"]["constant"])
    assert rows["skill"]["xgboost"] > 0.7 > rows["skill"]["ridge"]
    assert (rows["error_standard_error"] > 0).all()
    assert rows["is_chosen"].sum() == 1
    assert all(reason.startswith(("Chosen", "Not chosen")) for reason in rows["reason"])


def test_rule_takes_the_simplest_within_one_paired_standard_error():
    def choose(*errors):
        methods = ["constant", "ridge", "xgboost"]
        table = dict(zip(methods, map(np.array, errors), strict=True))
        return imputation._choose(methods, table, test_to_train=0.25)

    # The error of the difference: sqrt(variance 0.02 * (1/4 + 1/4)) = 0.1, by hand.
    unsure = np.array([1.1, 0.9, 1.1, 0.9]) * np.sqrt(1.5)
    close = 3 + unsure * 0
    assert standard_error(unsure, 0.25) == pytest.approx(0.1)
    # 0.09 behind with an error of 0.1: simple enough. 0.11 behind: not.
    wobble = unsure - unsure.mean()
    assert choose(close + 0.09 + wobble, close + 5, close)[0] == "constant"
    assert choose(close + 0.11 + wobble, close + 5, close)[0] == "xgboost"
    assert choose(close + 5, close + 0.09 + wobble, close)[0] == "ridge"
    # Folds that differ wildly, but alike for both: the pairs tell the difference.
    shared = np.array([1.0, 9.0, 2.0, 50.0])
    winner, reasons = choose(shared + 0.3, shared + 0.2, shared)
    assert winner == "xgboost"
    assert "0.3 above that of xgboost, more than one standard error" in reasons["constant"]
    # Equal errors: the simplest.
    winner, reasons = choose(shared, shared, shared)
    assert winner == "constant"
    assert reasons["constant"].startswith("Chosen: it is the simplest")


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ([1.0], "only 1 cell is known"),
        ([1.0, 2.0], "only 2 cells are known"),
        (list(range(9)), "only 9 cells are known"),
        ([4.0] * 12, "all known cells have the same value"),
        ([f"level {n % 31}" for n in range(100)], "it has 31 categories"),
    ],
)
def test_only_the_constant_competes_where_there_is_too_little_to_compare(known, sentence):
    count = len(known) + 2
    frame = pd.DataFrame(
        {
            "customer_id": customer_ids(count),
            "amount": np.arange(count, dtype=float),
            "target": [*known, None, None],
        }
    )
    rows = by_method(score_imputers(as_relation(frame), SETTINGS), "target")
    assert list(rows["is_chosen"]) == [True, False, False]
    assert rows["error"].iloc[1:].isna().all()
    assert pd.isna(rows["error"].iloc[0]) == (len(known) == 1)
    assert all(sentence in reason for reason in rows["reason"])
    filled = impute(as_relation(frame), rows.reset_index(), SETTINGS)
    assert filled.filter("target is null").df().empty


def test_ten_known_cells_are_enough_to_compete():
    scores = score_imputers(as_relation(a_population(30)), SETTINGS)
    assert by_method(scores, "target")["error"].notna().all()


def test_a_text_with_many_levels_is_no_predictor():
    frame = a_population().drop(columns="y")
    frame["amount"] = customer_ids(len(frame))
    rows = by_method(score_imputers(as_relation(frame), SETTINGS), "target")
    assert "there is no other feature" in rows["reason"]["ridge"]


def test_predictors_are_encoded_by_the_known_rows_alone():
    known = pd.DataFrame(
        {
            "even": [1.0, 2.0, 3.0, np.nan],
            "skewed": [0.0, 0.0, 0.0, 1e4],
            "word": ["b", "a", None, "a"],
            "empty": [np.nan] * 4,
        }
    )
    unknown = pd.DataFrame(
        {
            "even": [np.nan, 12.0],
            "skewed": [-5.0, 1e4],
            "word": [None, "unseen"],
            "empty": [np.nan, 3.0],
        }
    )
    encode = imputation._fit_encoder(known)
    fit, apply = encode(known), encode(unknown)
    spread = np.sqrt(0.5)
    assert fit[:, 0] == pytest.approx([-1 / spread, 0, 1 / spread, 0])
    assert apply[:, 0] == pytest.approx([0, 10 / spread])
    log = np.log1p([0, 0, 0, 1e4])
    assert fit[:, 1] == pytest.approx((log - log.mean()) / log.std())
    assert apply[:, 1] == pytest.approx(fit[[0, 3], 1])
    is_null, is_a, is_b = fit[:, 2:5].T.tolist()
    assert (is_null, is_a, is_b) == ([0, 0, 1, 0], [0, 1, 0, 1], [1, 0, 0, 0])
    assert apply[:, 2:5].tolist() == [[1, 0, 0], [0, 0, 0]]
    assert fit[:, 5].tolist() == [0, 0, 0, 0]


def test_a_predictor_that_is_the_same_for_everyone_says_nothing_of_another_value():
    known = pd.DataFrame({"third": np.full(7, 1 / 3), "zero": np.zeros(7)})
    encode = imputation._fit_encoder(known)
    assert np.abs(encode(known)).max() < 1e-9
    assert np.abs(encode(pd.DataFrame({"third": [0.5], "zero": [0.5]}))).max() < 1


@pytest.mark.parametrize(
    ("kind", "linear"), [("numeric", "ridge"), ("category", "logistic"), ("boolean", "logistic")]
)
def test_methods_that_are_fitted_together_predict_what_each_alone_does(kind, linear):
    generator = np.random.default_rng(0)
    known = pd.DataFrame({"x": generator.normal(size=60), "word": generator.choice(["a", "b"], 60)})
    values = known["x"].to_numpy() ** 2
    if kind != "numeric":
        values = np.where(values > 1, "true", "false").astype(object)
    target = imputation.Target("y", kind, 1, 60)
    methods = ["constant", linear, "xgboost"]
    together = imputation._fit(methods, target, known, values)(known)
    assert list(together) == methods
    for method in methods:
        alone = imputation._fit([method], target, known, values)(known)
        assert together[method].tolist() == alone[method].tolist()


def test_outcome_neither_predicts_nor_is_filled():
    frame = a_population()
    frame["amount"], frame["y"] = np.random.default_rng(3).normal(size=(2, len(frame)))
    frame["outcome"] = frame["target"].fillna(0)
    frame.loc[30:40, "outcome"] = None
    with_outcome = {**SETTINGS, "outcome": "outcome"}
    scores = score_imputers(as_relation(frame), with_outcome)
    assert set(scores["feature"].to_pylist()) == {"target"}
    assert chosen(scores, "target") == "constant"
    assert (
        impute(as_relation(frame), scores, with_outcome).filter("outcome is null").df().shape[0]
        == 11
    )
    # As an ordinary feature it would have given the target away.
    assert by_method(score_imputers(as_relation(frame), SETTINGS), "target")["skill"].max() > 0.8


# --- filling --------------------------------------------------------------------------------------


def test_constants_are_the_median_and_the_first_most_frequent_category():
    frame = pd.DataFrame(
        {
            "customer_id": customer_ids(5),
            "amount": [1, 2, 9, 100, None],
            "word": ["b", "a", "b", "a", None],
            "is_new": pd.array([True, False, True, None, None], dtype="boolean"),
        }
    )
    filled = impute(
        as_relation(frame),
        choices(amount="constant", word="constant", is_new="constant"),
        SETTINGS,
    )
    assert filled.filter("customer_id = 'customer 0004'").fetchall() == [
        ("customer 0004", 5.5, "a", True, ["amount", "is_new", "word"])
    ]
    assert filled.filter("customer_id = 'customer 0003'").fetchall() == [
        ("customer 0003", 100.0, "a", True, ["is_new"])
    ]


def test_columns_keep_their_order_types_and_known_values():
    connection = duckdb.connect()
    connection.execute(
        """
        create table features as
        select
            'c' || i as customer_id,
            i::decimal(9, 2) as amount,
            if(i % 7 = 0, null, i) as "order",
            if(i % 5 = 0, null, (['low', 'high'])[1 + i % 2])::enum ('low', 'high') as level,
            if(i % 6 = 0, null, i % 2 = 0) as is_even,
            if(i % 3 = 0, null, i::double) as days_since_purchase,
            if(i % 4 = 0, null, ['x']) as hobbies,
            if(i % 4 = 0, null, date '2024-01-01') as joined_on,
            i as untouched
        from range(1, 60) as numbers (i)
        """
    )
    customers = connection.table("features")
    settings = {**SETTINGS, "does_not_apply": ["days_since_purchase"]}
    scores = score_imputers(customers, settings)
    assert sorted(set(scores["feature"].to_pylist())) == ["is_even", "level", "order"]
    filled = impute(customers, scores, settings)
    assert filled.columns == [*customers.columns, "imputed_features"]
    types = dict(zip(filled.columns, map(str, filled.types), strict=True))
    assert types.pop("order") == "DOUBLE"
    assert types.pop("imputed_features") == "VARCHAR[]"
    before = dict(zip(customers.columns, map(str, customers.types), strict=True))
    assert types == {name: kind for name, kind in before.items() if name != "order"}
    connection.execute("create table filled as select * from filled")
    changed = connection.sql(
        """
        select count(*)
        from features
        full join filled using (customer_id)
        where
            filled.order is null or filled.level is null or filled.is_even is null
            or features.order <> filled.order
            or features.level <> filled.level
            or features.is_even <> filled.is_even
            or features.amount <> filled.amount
            or features.days_since_purchase is distinct from filled.days_since_purchase
            or features.hobbies is distinct from filled.hobbies
            or features.joined_on is distinct from filled.joined_on
            or (features.order is null) <> list_contains(imputed_features, 'order')
            or (features.level is null) <> list_contains(imputed_features, 'level')
            or (features.is_even is null) <> list_contains(imputed_features, 'is_even')
        """
    )
    assert changed.fetchall() == [(0,)]
    assert connection.sql("select count(*) from filled").fetchall() == [(59,)]


@st.composite
def incomplete_tables(draw) -> pd.DataFrame:
    count = draw(st.integers(4, 25))
    number = st.one_of(st.none(), st.floats(-1e6, 1e6), st.sampled_from([0.0, 1.0]))
    word = st.one_of(st.none(), st.sampled_from(["", "a", "b'c", 'd"e']))
    frame = pd.DataFrame(
        {
            "customer_id": customer_ids(count),
            "amount": draw(st.lists(number, min_size=count, max_size=count)),
            "word": draw(st.lists(word, min_size=count, max_size=count)),
            "other": draw(st.lists(number, min_size=count, max_size=count)),
        }
    )
    frame.loc[0, ["amount", "other"]] = 7.0
    frame.loc[0, "word"] = "a"
    return frame.astype({"amount": float, "other": float})


@given(
    frame=incomplete_tables(),
    number_method=st.sampled_from(["constant", "ridge", "xgboost"]),
    word_method=st.sampled_from(["constant", "logistic", "xgboost"]),
)
@hypothesis_settings(max_examples=15, deadline=None, derandomize=True)
def test_filling_changes_missing_cells_only_and_stays_in_range(frame, number_method, word_method):
    scores = choices(amount=number_method, other=number_method, word=word_method)
    filled = impute(as_relation(frame), scores, SETTINGS).order("customer_id").df()
    assert list(filled["customer_id"]) == list(frame["customer_id"])
    for name in ("amount", "other", "word"):
        was_known = frame[name].notna()
        assert (filled[name][was_known] == frame[name][was_known]).all()
        assert filled[name].notna().all()
        reported = filled["imputed_features"].map(lambda names, name=name: name in names)
        assert (reported == ~was_known).all()
        if name != "word":
            assert filled[name].between(frame[name].min(), frame[name].max()).all()
        else:
            assert set(filled[name]) <= set(frame[name].dropna())
    assert all(list(names) == sorted(names) for names in filled["imputed_features"])


def test_filled_values_are_close_to_the_truth():
    frame = a_population(600, seed=4)
    truth = 10 * np.sin(2 * frame["amount"][:20]) + 2 * frame["y"][:20]
    relation = as_relation(frame)
    filled = (
        impute(relation, score_imputers(relation, SETTINGS), SETTINGS).order("customer_id").df()
    )
    assert np.abs(filled["target"][:20] - truth).mean() < 1.5
    assert truth.std() > 4


def test_at_most_so_many_rows_are_learned_from_by_hash(monkeypatch):
    monkeypatch.setattr(imputation, "MAX_TRAINING_ROWS", 11)
    frame = a_population()
    known = frame.dropna()
    hashes = [md5(key) for key in known["customer_id"]]
    sample = known["target"].to_numpy()[np.argsort(hashes)[:11]]
    filled = impute(as_relation(frame), choices(target="constant"), SETTINGS).order("customer_id")
    assert filled.df()["target"][0] == np.median(sample)


def test_row_order_and_threads_do_not_change_a_bit():
    frame = a_population(120)
    frame["word"] = np.where(frame["y"] > 1, "a", np.where(frame["y"] > 0, "b", "c")).astype(object)
    frame.loc[10:30, "word"] = None
    frame.loc[25:50, "y"] = np.nan
    results = []
    for threads, seed in ((1, None), (4, 5)):
        rows = frame if seed is None else frame.sample(frac=1, random_state=seed)
        relation = as_relation(rows, threads)
        scores = score_imputers(relation, SETTINGS)
        filled = impute(relation, scores, SETTINGS).order("customer_id").to_arrow_table()
        results.append((scores, filled))
    assert results[0][0].equals(results[1][0])
    assert results[0][1].equals(results[1][1])


def test_scores_may_be_a_frame_a_table_or_a_relation():
    relation = as_relation(a_population(60))
    scores = score_imputers(relation, SETTINGS)
    relation_of_scores = relation.query("unused", "select * from scores")
    tables = [
        impute(relation, kind, SETTINGS).order("customer_id").to_arrow_table()
        for kind in (scores, scores.to_pandas(), relation_of_scores)
    ]
    assert tables[0].equals(tables[1])
    assert tables[0].equals(tables[2])


@pytest.mark.parametrize("row_count", [0, 5])
def test_nothing_missing_gives_a_typed_empty_table_and_untouched_customers(row_count):
    frame = a_population(200).dropna().head(row_count)
    relation = as_relation(frame)
    scores = score_imputers(relation, SETTINGS)
    assert scores.schema == imputation.SCORES_SCHEMA
    assert scores.num_rows == 0
    filled = impute(relation, scores.to_pandas(), SETTINGS)
    assert filled.columns == [*frame.columns, "imputed_features"]
    assert str(filled.types[-1]) == "VARCHAR[]"
    assert (
        filled.to_arrow_table().drop_columns("imputed_features").equals(relation.to_arrow_table())
    )
    assert all(names == [] for (names,) in filled.project("imputed_features").fetchall())


# --- mistakes -------------------------------------------------------------------------------------


def test_missing_cells_without_a_choice_are_an_error():
    relation = as_relation(a_population(60))
    other_population = choices(target="ridge").assign(population="another")
    for scores in (choices(y="ridge"), other_population, choices(target="logistic")):
        with pytest.raises(InputError, match="feature 'target' of test has 20 missing cells"):
            impute(relation, scores, SETTINGS)
    empty = score_imputers(as_relation(a_population(60).dropna()), SETTINGS)
    with pytest.raises(InputError, match="found none"):
        impute(relation, empty.to_pandas(), SETTINGS)


@pytest.mark.parametrize("run", [score_imputers, lambda rows, s: impute(rows, choices(), s)])
def test_bad_input_is_told_in_a_sentence(run):
    frame = a_population(60)
    with pytest.raises(InputError, match="'y' of test is not a finite number for 60 customers"):
        run(as_relation(frame.assign(y=np.inf)), SETTINGS)
    with pytest.raises(InputError, match="no column 'customer_id'"):
        run(as_relation(frame.drop(columns="customer_id")), SETTINGS)
    with pytest.raises(InputError, match="names 'salary', which is not a column"):
        run(as_relation(frame), {**SETTINGS, "axes": {"value": "salary"}})


def test_a_repeated_customer_id_is_an_error():
    frame = a_population(60)
    frame.loc[1, "customer_id"] = frame.loc[0, "customer_id"]
    with pytest.raises(InputError, match="'customer 0000' occurs more than once"):
        impute(as_relation(frame), choices(target="constant"), SETTINGS)


# --- real data ------------------------------------------------------------------------------------


@pytest.mark.real
def test_income_of_the_personality_data(real_data: Path):
    connection = duckdb.connect()
    connection.execute(
        f"""
        create table features as
        select
            ID::varchar as customer_id,
            Income::double as income,
            2014 - Year_Birth as age_years,
            Education as education,
            Marital_Status as marital_status,
            Kidhome as child_count,
            Teenhome as teen_count,
            MntWines as spend_wines,
            MntFruits as spend_fruits,
            MntMeatProducts as spend_meat,
            MntFishProducts as spend_fish,
            MntSweetProducts as spend_sweets,
            MntGoldProds as spend_gold,
            NumDealsPurchases as deal_purchase_count,
            NumWebPurchases as web_purchase_count,
            NumCatalogPurchases as catalog_purchase_count,
            NumStorePurchases as store_purchase_count,
            NumWebVisitsMonth as web_visit_count,
            Response = 1 as response
        from read_csv('{real_data}/personality/marketing_campaign.csv', delim = '\t')
        """
    )
    settings = {
        "population": "personality",
        "axes": {"value": "spend_wines"},
        "outcome": "response",
    }
    scores = score_imputers(connection.table("features"), settings)
    income = by_method(scores, "income").query("is_chosen").squeeze()
    assert (income["missing"], income["known"]) == (24, 2216)
    assert income["error"] <= 6_000
    assert income["skill"] >= 0.65


def test_a_feature_that_nobody_has_stays_empty():
    nobody = pd.Series([None] * 60, dtype="float64")
    relation = as_relation(a_population(60).dropna().assign(absent=nobody))

    assert score_imputers(relation, SETTINGS).num_rows == 0
    filled = impute(relation, choices(), SETTINGS).df()
    assert filled["absent"].isna().all()


# --- many customers -------------------------------------------------------------------------------


def mixed_population(count: int, seed: int) -> pd.DataFrame:
    """Return features of all kinds, with gaps in all of them, in an order that is not the id's."""
    random = np.random.default_rng(seed)
    frame = a_population(count, seed)
    frame["word"] = np.where(frame["y"] > 0, "yes, it's", "no")
    frame["is_high"] = (frame["amount"] > 0).astype("boolean")
    for name in ("y", "word", "is_high"):
        frame.loc[random.random(count) < 0.2, name] = None
    return frame.sample(frac=1, random_state=seed)


@hypothesis_settings(deadline=None, max_examples=8)
@given(chunk=st.integers(1, 90), seed=st.integers(0, 3))
def test_filling_in_chunks_is_filling_at_once(chunk, seed):
    frame = mixed_population(120, seed)
    methods = choices(target="ridge", y="xgboost", word="logistic", is_high="constant")
    whole = impute(as_relation(frame), methods, SETTINGS).df()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imputation, "CHUNK_ROWS", chunk)
        parts = impute(as_relation(frame, threads=2), methods, SETTINGS).df()
    assert not whole.drop(columns="imputed_features").isna().any().any()
    order = "customer_id"
    for table in (whole, parts):
        table["imputed_features"] = table["imputed_features"].map(tuple)
    pd.testing.assert_frame_equal(
        parts.sort_values(order, ignore_index=True),
        whole.sort_values(order, ignore_index=True),
        rtol=1e-12,
    )


@pytest.mark.parametrize("most", [5, 200, 2_000])
def test_the_customers_to_learn_from_are_the_first_by_hash(most):
    frame = pd.DataFrame({"customer_id": customer_ids(5_000), "x": 1.0})
    frame["target"] = np.arange(5_000.0)
    target = imputation.Target("target", "numeric", 0, 5_000)
    _, values = imputation._known_rows(as_relation(frame), {"x": "numeric"}, target, most)
    expected = frame.loc[frame["customer_id"].map(md5).sort_values().index[:most], "target"]
    assert values.tolist() == expected.tolist()
    assert imputation._is_early(most, 5_000) != "true", "or nothing was left out"
