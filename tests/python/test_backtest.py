"""The backtest: features up to a cut-off, and nothing of what came later; behaviour after it."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import SAMPLE, Project
from test_features import read_events
from test_model import SETTINGS, customers, relation

from segmentation.backtest import score_backtest
from segmentation.search import score_clusters

PAST = (
    "features.clickstream_backtest_features",
    "models.clickstream_backtest_imputed",
    "models.clickstream_backtest_cluster_scores",
    "models.clickstream_backtest_model",
    "models.clickstream_backtest_segments",
)


def moments_of(project: Project) -> tuple[str, str]:
    """The cut-off and the present of a build, as settings."""
    rows = project.query(
        "select strftime(as_of, '%Y-%m-%d %H:%M:%S') from features.clickstream_as_of order by as_of"
    )
    [(cutoff,), (as_of,)] = rows
    return cutoff, as_of


def planted(folder: Path, cutoff: str, as_of: str) -> Path:
    """The sample with wild events after the cut-off, one second later and at the very end."""
    shutil.copytree(SAMPLE / "clickstream", folder / "clickstream")
    path = folder / "clickstream" / "2019-Oct.csv"
    events = [line.split(",") for line in path.read_text().splitlines()]
    before = [event for event in events[1:] if event[0] <= cutoff and len(event) == 9]
    user, visit = before[-1][7:]
    last = f"{as_of} UTC"
    just_after = (pd.Timestamp(cutoff) + pd.Timedelta(seconds=1)).strftime("%F %T UTC")
    wild = [
        f"{at},{kind},{product},9{product},never.seen,never,{price},{customer},{session}"
        for at, customer, session in ((just_after, user, visit), (last, user, visit), (last, 1, 1))
        for kind, product, price in (
            *(("purchase", number, "9999999.99") for number in range(30)),
            ("refund", 77, "8888888.88"),
            ("view", 78, "0.01"),
        )
    ]
    (folder / "clickstream" / "wild.csv").write_text("\n".join([",".join(events[0]), *wild]))
    return folder


def test_no_event_after_the_cutoff_reaches_the_past(
    sample_build: Project, project: Project, tmp_path: Path
):
    cutoff, as_of = moments_of(sample_build)
    data = planted(tmp_path / "data", cutoff, as_of)
    project.build(
        "-s", "+clickstream_backtest", "+clickstream_features",
        "--vars", f"{{clickstream_cutoff: '{cutoff}'}}", data=data,
    )  # fmt: skip

    for table in PAST:
        rows = f"select cast(each as varchar) from {table} each order by 1"
        assert project.query(rows) == sample_build.query(rows), table
        assert project.query(rows), table
    # The events are there: the present knows them, and so do the outcomes.
    [(customers_now, richest)] = project.query(
        "select count(*), max(monetary) from features.clickstream_features"
    )
    assert customers_now == 1 + len(sample_build.query("from features.clickstream_features"))
    assert richest > 500_000_000
    outcomes = project.query(
        "select is_known, later_purchase_count >= 60, later_refunded > 17000000 "
        "from features.clickstream_backtest_outcomes where later_revenue > 200000000 order by 1"
    )
    assert outcomes == [(False, False, False), (True, True, True)]


@pytest.mark.parametrize(
    ("cutoff", "sentence"),
    [
        ("2019-12-01", "the variable clickstream_cutoff is 2019-12-01, but the events that count"),
        ("2019-09-30", "the variable clickstream_cutoff is 2019-09-30, but the events that count"),
        ("soon", "the variable clickstream_cutoff is 'soon', which is no point in time"),
    ],
)
def test_a_cutoff_without_a_past_or_a_future_stops(project: Project, cutoff: str, sentence: str):
    code, output = project.dbt(
        "run", "-s", "+clickstream_as_of", "--vars", f"{{clickstream_cutoff: '{cutoff}'}}"
    )

    assert code != 0
    assert sentence in output
    assert "Traceback" not in output


def test_none_switches_the_backtest_off(sample_build: Project, project: Project):
    project.build(
        "-s", "+clickstream_backtest", "+clickstream_features",
        "--vars", "{clickstream_cutoff: none}",
    )  # fmt: skip

    for table in (*PAST, "features.clickstream_backtest_outcomes", "models.clickstream_backtest"):
        assert project.query(f"from {table}") == [], table
    features = "from features.clickstream_features order by customer_id"
    assert project.query(features) == sample_build.query(features)


@pytest.fixture(scope="module")
def expected(sample_build: Project) -> pd.DataFrame:
    """One row per customer: the groups that the build gives, and outcomes counted in the file."""
    known = sample_build.frame(
        "select customer_id, monetary, purchase_count, rfm_cell, cast(segment_id as varchar) as "
        "segment from features.clickstream_backtest_features "
        "join models.clickstream_backtest_segments using (customer_id)"
    ).set_index("customer_id")
    cutoff = pd.Timestamp(moments_of(sample_build)[0], tz="UTC")
    events = pd.DataFrame(read_events(SAMPLE / "clickstream"))
    later = events[events["occurred_at"] > cutoff].astype({"price": float})
    bought = later[later["type"] == "purchase"].groupby("customer_id")["price"]
    frame = known.join(
        pd.DataFrame(
            {
                "events": later.groupby("customer_id").size(),
                "purchases": bought.size(),
                "revenue": bought.sum(),
            }
        ),
        how="outer",
    )
    frame["cutoff"] = np.where(frame["segment"].isna(), "new", "known")
    return frame.fillna({"events": 0, "purchases": 0, "revenue": 0})


@pytest.mark.parametrize("grouped_by", ["segment", "rfm_cell", "cutoff"])
def test_what_the_groups_did_is_what_the_file_says(
    sample_build: Project, expected: pd.DataFrame, grouped_by: str
):
    built = sample_build.frame(
        f"from models.clickstream_backtest where grouped_by = '{grouped_by}'"
    ).set_index("group_name")
    groups = expected.groupby(grouped_by)
    had_bought = expected[expected["purchase_count"] > 0].groupby(grouped_by)["purchases"]
    per_known = expected.loc[expected["cutoff"] == "known", "revenue"].mean()

    assert set(built.index) == set(groups.groups)
    for column, values in (
        ("customers", groups.size()),
        ("returned_share", groups["events"].agg(lambda each: (each > 0).mean())),
        ("purchase_rate", groups["purchases"].agg(lambda each: (each > 0).mean())),
        ("repeat_purchase_rate", had_bought.agg(lambda each: (each > 0).mean())),
        ("revenue_per_customer", groups["revenue"].mean()),
        ("lift", groups["revenue"].mean() / per_known),
        ("monetary_per_customer", groups["monetary"].mean()),
    ):
        found = built[column].astype(float)
        np.testing.assert_allclose(found, values.reindex(found.index), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("grouped_by", ["segment", "rfm_cell"])
def test_the_order_of_the_groups_is_judged_as_by_numpy(
    sample_build: Project, expected: pd.DataFrame, grouped_by: str
):
    built = sample_build.frame(
        f"from models.clickstream_backtest where grouped_by = '{grouped_by}' order by value_rank"
    )
    known = expected[expected["cutoff"] == "known"]
    groups = known.groupby(grouped_by).agg(
        size=("revenue", "size"), revenue=("revenue", "sum"), value=("monetary", "mean")
    )
    ranked = groups.loc[built["group_name"]]
    share = np.append(0, ranked["size"].cumsum() / len(known))
    gained = np.append(0, ranked["revenue"].cumsum() / known["revenue"].sum())
    top = known.groupby("segment")["monetary"].agg(["mean", "size"]).nlargest(1, "mean")["size"]

    assert ranked["value"].is_monotonic_decreasing
    top_share = top.iloc[0] / len(known)
    assert built["top_share"].tolist() == pytest.approx([top_share] * len(built))
    assert built["top_revenue_share"].tolist() == pytest.approx(
        [np.interp(top_share, share, gained)] * len(built)
    )
    assert built["revenue_gini"].tolist() == pytest.approx(
        [2 * np.trapezoid(gained, share) - 1] * len(built)
    )


def test_the_search_is_that_of_the_present_for_k_means():
    frame = customers(90)
    past = score_backtest(relation(frame), SETTINGS).to_pandas()
    present = score_clusters(relation(frame), SETTINGS).to_pandas()
    present = present[present["algorithm"] == "kmeans"].reset_index(drop=True)
    numbers = ["k", "prediction_strength", "gap", "silhouette", "null_silhouette", "null_share"]

    pd.testing.assert_frame_equal(past[numbers], present[numbers])
    assert past.loc[past["is_chosen"], "k"].tolist() == [3]


def test_fewer_customers_than_segments_set_by_hand_do_not_stop_the_build():
    frame = customers(3)

    few = score_backtest(relation(frame), {**SETTINGS, "k": 9}).to_pandas()
    none = score_backtest(relation(frame[:0]), {**SETTINGS, "k": 9})

    assert few.loc[few["is_chosen"], "k"].tolist() == [few["k"].max()] == [3]
    assert none.num_rows == 0


def test_another_algorithm_that_is_set_is_backtested_too():
    settings = {**SETTINGS, "algorithm": "dbscan"}
    scores = score_backtest(relation(customers(90)), settings).to_pandas()

    assert scores.loc[scores["is_chosen"], "algorithm"].tolist() == ["dbscan"]
