"""What the segments are worth: how well they tell an outcome that is held out."""

import segmentation.threads  # isort: skip  # noqa: F401

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from segmentation import outcome as outcome_module
from segmentation.errors import InputError
from segmentation.outcome import (
    FOLDS,
    OUTCOME_SCORES,
    REPEATS,
    held_out_areas,
    model_ranking,
    outcome_auc,
    rate_ranking,
    read_outcome,
    rfm_clusters,
    score_outcome,
)
from segmentation.search import score_clusters
from segmentation.settings import parse_settings

SETTINGS = {
    "population": "test",
    "axes": {"value": "monetary"},
    "outcome": "has answered",
    "exclude": ["signed_on", "it's hidden", "rfm_cell"],
}


def area_of_contingency(customers: list[int], positives: list[int]) -> float:
    """The AUC of ranking by group, the groups given in order of their rates: counted in pairs."""
    negatives = np.array(customers) - positives
    below = np.concatenate([[0], np.cumsum(negatives)[:-1]])
    won = np.sum(np.array(positives) * (below + negatives / 2))
    return float(won / (np.sum(positives) * negatives.sum()))


def crowd(rows: int = 400, seed: int = 1) -> pd.DataFrame:
    """Customers whose answer hangs on the segment a little and on a hidden feature much."""
    generator = np.random.default_rng(seed)
    segment = generator.integers(0, 3, rows)
    hidden = generator.normal(size=rows)
    chance = 1 / (1 + np.exp(2 - 2 * segment - 3 * hidden))
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(rows)],
            "recency_days": generator.integers(0, 100, rows),
            "purchase_count": generator.poisson(5, rows),
            "monetary": 100 * segment + generator.normal(0, 5, rows).round(3),
            "rfm_cell": generator.choice(["111", "333", "555"], rows),
            "favourite": generator.choice(["it's", 'a "b"', "c"], rows),
            "it's hidden": hidden,
            "signed_on": pd.Timestamp("2020-01-01"),
            "has answered": pd.array(generator.random(rows) < chance, dtype="boolean"),
            "segment_id": segment - 1,
        }
    )


def scored(frame: pd.DataFrame, **changes) -> pd.DataFrame:
    """The outcome scores of a frame that holds the features and the segments."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("frame", frame)
        customers = connection.sql("select * exclude (segment_id) from frame")
        segments = connection.sql("select segment_id, customer_id from frame")
        table = score_outcome(customers, segments, {**SETTINGS, **changes})
    assert table.schema == OUTCOME_SCORES
    return table.to_pandas()


def test_the_area_is_that_of_the_contingency_table():
    customers, positives = [400, 300, 200, 100], [40, 60, 80, 60]
    labels = np.repeat(np.arange(4), customers)
    truth = np.concatenate([np.arange(n) < p for n, p in zip(customers, positives, strict=True)])
    areas = held_out_areas(truth, rate_ranking(labels, truth))

    assert len(areas) == FOLDS * REPEATS
    assert areas.mean() == pytest.approx(area_of_contingency(customers, positives), abs=0.005)


def test_shuffled_labels_tell_nothing():
    frame = crowd()
    generator = np.random.default_rng(2)
    frame["segment_id"] = generator.permutation(frame["segment_id"])
    segment = scored(frame).iloc[0]

    assert segment["predictor"] == "segment"
    assert abs(segment["auc"] - 0.5) < 3 * segment["auc_error"]
    assert 0 < segment["auc_error"] < 0.1


def test_who_is_alone_in_a_group_is_an_average_customer():
    truth = np.random.default_rng(3).random(200) < 0.3
    areas = held_out_areas(truth, rate_ranking(np.arange(200), truth))
    assert areas.tolist() == [0.5] * len(areas)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_the_outcomes_of_a_fold_do_not_touch_its_own_scores(seed):
    generator = np.random.default_rng(seed)
    points, labels = generator.normal(size=(60, 2)), generator.integers(0, 8, 60)
    truth, order = generator.random(60) < 0.5, generator.permutation(60)
    learned, held_out = order[:40], order[40:]
    turned = truth.copy()
    turned[held_out] = ~truth[held_out]

    for rank in (
        lambda truth: rate_ranking(labels, truth),
        lambda truth: model_ranking(LogisticRegression, points, truth),
    ):
        before, after = (rank(each)(learned, held_out) for each in (truth, turned))
        assert before.tolist() == after.tolist()
        assert len(set(before)) > 1


def test_outcome_auc_reads_the_rate_of_other_customers():
    segments = np.repeat([0, 1], 500)
    generator = np.random.default_rng(4)
    telling = generator.random(1000) < np.where(segments == 1, 0.8, 0.2)
    assert outcome_auc(segments, telling) == pytest.approx(0.8, abs=0.03)
    unrelated = generator.random(1000) < 0.3
    many = generator.integers(0, 200, 1000)
    assert outcome_auc(many, unrelated) == pytest.approx(0.5, abs=0.08)


def test_outcome_auc_needs_both_classes_and_two_segments():
    segments = np.repeat([0, 1], 10)
    assert np.isnan(outcome_auc(segments, None))
    assert np.isnan(outcome_auc(segments, np.ones(20, dtype=bool)))
    assert np.isnan(outcome_auc(segments, np.arange(20) == 3))
    assert np.isnan(outcome_auc(np.zeros(20, dtype=int), np.arange(20) < 7))


def test_the_ceiling_knows_what_the_segments_do_not():
    frame = crowd()
    scores = scored(frame)
    segment, cell = scores.iloc[0], scores.iloc[1]
    models = scores[scores["predictor"] == "all_features"]

    assert scores["predictor"].tolist() == [
        "segment",
        "rfm_cell",
        "rfm_k_means",
        "rfm_k_means",
        "all_features",
        "all_features",
    ]
    assert scores["groups"].tolist()[:4] == [3, 3, 4, 5]
    assert 0.55 < segment["auc"] < models["auc"].min() - 0.1
    assert models["auc"].max() > 0.8
    assert models["share_of_ceiling"].max() == 1
    assert cell["auc"] == pytest.approx(0.5, abs=0.06)
    assert (segment["segment_lead"], segment["segment_lead_error"]) == (0, 0)
    assert (scores["segment_lead"] + scores["auc"]).to_numpy() == pytest.approx(segment["auc"])
    assert scores["customers"].unique().tolist() == [400]
    assert scores["outcome_rate"].unique() == pytest.approx(frame["has answered"].mean())
    assert models["groups"].isna().all()


def test_the_outcome_is_no_feature_of_the_ceiling():
    frame = crowd().drop(columns="it's hidden")
    generator = np.random.default_rng(5)
    frame["has answered"] = generator.random(len(frame)) < 0.4
    scores = scored(frame, exclude=["signed_on"])

    assert (scores["auc"] - 0.5).abs().max() < 0.1


def test_the_order_of_the_rows_does_not_matter():
    frame = crowd(60)
    pd.testing.assert_frame_equal(scored(frame), scored(frame.sample(frac=1, random_state=6)))


def test_whose_outcome_is_not_known_is_left_out():
    frame = crowd()
    known = frame["has answered"].copy()
    frame.loc[:99, "has answered"] = pd.NA
    scores = scored(frame)

    assert scores["customers"].unique().tolist() == [300]
    assert scores["outcome_rate"].unique() == pytest.approx(known[100:].mean())


def test_one_segment_and_the_group_of_none_are_groups_like_others():
    frame = crowd(60)
    assert -1 in set(frame["segment_id"])
    frame["segment_id"] = 0
    segment = scored(frame).iloc[0]

    assert (segment["groups"], segment["auc"], segment["auc_error"]) == (1, 0.5, 0)


def test_without_an_outcome_or_a_customer_there_is_nothing_to_score():
    assert scored(crowd(50), outcome=None).empty
    assert scored(crowd(50).head(0)).empty
    nobody = crowd(50)
    nobody["has answered"] = pd.array([pd.NA] * 50, dtype="boolean")
    assert scored(nobody).empty


def test_an_outcome_that_everyone_has_cannot_be_told():
    frame = crowd(50)
    frame["has answered"] = True
    scores = scored(frame)

    assert scores[["auc", "auc_error", "share_of_ceiling", "segment_lead"]].isna().all().all()
    assert scores["outcome_rate"].unique().tolist() == [1]


def test_features_that_are_not_there_give_no_row_and_an_unknown_outcome_is_explained():
    frame = crowd(100).drop(columns=["rfm_cell", "recency_days"])
    without = ["signed_on", "it's hidden"]
    predictors = scored(frame, exclude=without)["predictor"]
    assert predictors.tolist() == ["segment", "all_features", "all_features"]
    with pytest.raises(InputError, match="'outcome' of test names 'answer'"):
        scored(crowd(50), outcome="answer")


def test_fewer_points_than_clusters_are_fewer_clusters():
    assert len(set(rfm_clusters(np.repeat([[0.0], [1.0]], 5, axis=0), 4))) == 2


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (["yes", "nope"], "names 'has answered', which has the type VARCHAR: an outcome is yes or"),
        ([1, 2, 3, 4, 5, 0, None], "names 'has answered', which holds 2, 3, 4: an outcome is yes"),
        ([0.0, 0.5], "which holds 0.5: an outcome is yes or no"),
        ([pd.Timestamp("2020-01-01")], "which has the type TIMESTAMP.*: an outcome is yes or no"),
    ],
)
def test_an_outcome_that_is_not_yes_or_no_is_explained(answers: list, sentence: str):
    frame = crowd(70)
    frame["has answered"] = [answers[i % len(answers)] for i in range(70)]

    with pytest.raises(InputError, match=sentence):
        scored(frame)
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        customers = connection.sql("select * exclude (segment_id) from frame")
        with pytest.raises(InputError, match=sentence):
            score_clusters(customers, SETTINGS)


@pytest.mark.parametrize("its_type", ["boolean", "Int8", "Float64"])
def test_an_outcome_is_read_as_floats_by_customer(its_type: str):
    frame = crowd(40)
    frame["has answered"] = frame["has answered"].where(np.arange(40) > 3).astype(its_type)
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        customers = connection.sql("from frame")
        outcome = read_outcome(customers, parse_settings(SETTINGS), 30)
        ids = connection.sql(
            "select customer_id from frame order by md5(customer_id), customer_id limit 30"
        ).fetchall()
    expected = frame.set_index("customer_id")["has answered"].astype("Float64")

    assert outcome.index.tolist() == [key for (key,) in ids]
    pd.testing.assert_series_equal(
        outcome, expected[outcome.index].astype(float), check_names=False
    )


def test_who_has_no_segment_does_not_put_the_others_out_of_step(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outcome_module, "SAMPLE_ROWS", 150)
    frame = crowd(400)
    segments = frame.loc[frame.index % 2 == 0, ["customer_id", "segment_id"]]
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.register("own", segments.sample(frac=1, random_state=1))
        every = connection.sql("select * exclude (segment_id) from frame")
        half = connection.sql(
            "select * exclude (segment_id) from frame semi join own using (customer_id)"
        )
        some = score_outcome(every, connection.sql("from own"), SETTINGS).to_pandas()
        same = score_outcome(half, connection.sql("from own"), SETTINGS).to_pandas()

    assert some["customers"].unique().tolist() == [150]
    pd.testing.assert_frame_equal(some, same)
