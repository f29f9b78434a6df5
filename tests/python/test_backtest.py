"""The backtest: features up to a cut-off, and nothing of what came later; behaviour after it."""

import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, SAMPLE, Project
from jinja2 import Environment
from test_features import read_events
from test_model import SETTINGS, customers, relation

from segmentation.backtest import score_backtest
from segmentation.errors import InputError
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
        *(
            (words, f"the variable clickstream_cutoff is '{words}', which is no point in time")
            for words in ("soon", "2019-10-15 12:00 x")
        ),
    ],
)
def test_a_cutoff_without_a_past_or_a_future_stops(project: Project, cutoff: str, sentence: str):
    code, output = project.dbt(
        "run", "-s", "+clickstream_as_of", "--vars", f"{{clickstream_cutoff: '{cutoff}'}}"
    )

    assert code != 0
    assert sentence in output
    assert "Traceback" not in output


def rendered(name: str, setting: str) -> str | None:
    """The macro cutoff or as_of of a population, as SQL; None where it refuses the setting."""

    def refuse(sentence: str):
        assert f"the variable mine_{name} is '{setting}', which is no point in time" in sentence
        raise ValueError

    environment = Environment()
    environment.globals = {
        "var": {f"mine_{name}": setting}.get,
        "modules": {"re": re},
        "exceptions": {"raise_compiler_error": refuse},
    }
    source = (ROOT / "macros" / f"{name}.sql").read_text()
    macro = getattr(environment.from_string(source).module, name)
    arguments = {"cutoff": ("usual", "first_event", "last_event"), "as_of": ("last_event",)}
    try:
        return macro("mine", *arguments[name])
    except ValueError:
        return None


@pytest.mark.parametrize("name", ["cutoff", "as_of"])
@pytest.mark.parametrize(
    ("setting", "moment"),
    [
        ("2019-10-15", "2019-10-15 00:00:00"),
        ("2019-10-15 12:30", "2019-10-15 12:30:00"),
        ("2019-10-15 12:30:01", "2019-10-15 12:30:01"),
        ("2019-10-15T12:30:01.5Z", "2019-10-15 12:30:01.5"),
        ("2019-10-15T12:30+02:00", "2019-10-15 10:30:00"),
        ("2019-10-15 12:30:00 UTC", "2019-10-15 12:30:00"),
        ("2019-10-15 12:30-05", "2019-10-15 17:30:00"),
        ("2019-10-15 12:00 x", None),
        ("2019-10-15 12:00x", None),
        ("2019-10-15 12:00:", None),
        ("2019-10-15 12:00:00.", None),
        ("2019-10-15 12:00 +02", None),
        ("2019-10-15\n", None),
        ("2019-10-15x", None),
        ("2019-10-15Z", None),
        ("2019-10-15 12", None),
        ("soon", None),
    ],
)
def test_a_point_in_time_is_read_to_its_end(name: str, setting: str, moment: str | None):
    sql = rendered(name, setting)

    assert (sql is None) == (moment is None)
    if moment:
        events = (
            "select timestamp '2019-10-01' as first_event, timestamp '2019-11-01' as last_event"
        )
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            [(found,)] = connection.execute(f"select {sql} from ({events})").fetchall()
        assert found == pd.Timestamp(moment)


SUMS = (
    *("test", "-s", "clickstream_backtest,test_name:adds_up_to"),
    "clickstream_no_revenue_after_the_cutoff_is_lost",
)


def test_lost_rows_of_the_backtest_are_noticed(sample_build: Project, project: Project):
    shutil.copy(sample_build.database, project.database)
    code, output = project.dbt(*SUMS)
    assert code == 0, output

    with duckdb.connect(str(project.database)) as connection:
        connection.execute("delete from models.clickstream_backtest where grouped_by = 'segment'")
    code, output = project.dbt(*SUMS)

    assert code != 0
    assert "FAIL 1 clickstream_customers_of_backtest_segments_are_those_of_the_cutoff" in output
    assert "FAIL 1 clickstream_revenue_of_backtest_segments_is_that_of_known_customers" in output
    assert "WARN=0 ERROR=2" in output

    with duckdb.connect(str(project.database)) as connection:
        connection.execute(
            "update models.clickstream_backtest set later_revenue = later_revenue - 1"
        )
    code, output = project.dbt(*SUMS)

    assert "FAIL 1 clickstream_no_revenue_after_the_cutoff_is_lost" in output


def test_a_sample_of_the_customers_is_backtested_in_the_place_of_many(
    sample_build: Project, project: Project
):
    """And what its groups did adds up to what the same customers did."""
    sampled = ("--vars", "{clickstream_backtest_customers: 400}")
    project.build("-s", "+clickstream_backtest", *sampled)
    code, output = project.dbt(*SUMS, *sampled)
    assert code == 0, output

    [(shares, share, customers_looked_at)] = project.query(
        "select count(distinct customer_share), max(customer_share), sum(customers) "
        "from models.clickstream_backtest where grouped_by = 'cutoff'"
    )
    assert (shares, share) == (1, pytest.approx(400 / 1200, rel=0.1))
    assert customers_looked_at == pytest.approx(400, rel=0.2)
    known = "select customer_id from features.clickstream_backtest_features order by 1"
    assert 0 < len(project.query(known)) < len(sample_build.query(known))


def test_none_switches_the_backtest_off(sample_build: Project, project: Project):
    project.build(
        "-s", "+clickstream_backtest", "+clickstream_features",
        "--vars", "{clickstream_cutoff: none}",
    )  # fmt: skip

    for table in (*PAST, "features.clickstream_backtest_outcomes", "models.clickstream_backtest"):
        assert project.query(f"from {table}") == [], table
    features = "from features.clickstream_features order by customer_id"
    assert project.query(features) == sample_build.query(features)
    code, output = project.dbt(*SUMS, "--vars", "{clickstream_cutoff: none}")
    assert code == 0, output


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
        ("revenue_ratio", groups["revenue"].mean() / per_known),
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


def test_the_search_is_that_of_the_present():
    frame = customers(90)
    past = score_backtest(relation(frame), SETTINGS).to_pandas()
    present = score_clusters(relation(frame), SETTINGS).to_pandas()

    pd.testing.assert_frame_equal(past, present)
    assert past.loc[past["is_chosen"], "k"].tolist() == [3]


@pytest.mark.parametrize("by_hand", [{"k": 4}, {"k": 9, "algorithm": "gaussian_mixture"}])
def test_what_the_past_does_not_allow_is_left_to_the_rule(by_hand: dict):
    frame = customers(3)

    few = score_backtest(relation(frame), {**SETTINGS, **by_hand})
    none = score_backtest(relation(frame[:0]), {**SETTINGS, **by_hand})

    by_rule = score_clusters(relation(frame), SETTINGS)
    pd.testing.assert_frame_equal(few.to_pandas(), by_rule.to_pandas())
    assert sum(few["is_chosen"].to_pylist()) == 1
    assert "by hand" not in "".join(few["reason"].to_pylist())
    assert none.num_rows == 0


@pytest.mark.parametrize("by_hand", [{"k": 4}, {"k": 4, "algorithm": "gaussian_mixture"}])
def test_what_the_past_allows_is_as_set_by_hand(by_hand: dict):
    scores = score_backtest(relation(customers(90)), {**SETTINGS, **by_hand}).to_pandas()

    chosen = scores[scores["is_chosen"]]
    assert chosen["k"].tolist() == [4]
    assert chosen["algorithm"].tolist() == [by_hand.get("algorithm", "kmeans")]


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        ({"k": 99}, "the setting 'k' must be a whole number"),
        ({"k": 2, "algorithm": "dbscan"}, "exclude each other"),
        ({"k": 2, "log": ["montary"]}, "names 'montary'"),
    ],
)
def test_other_mistakes_in_the_settings_still_stop_the_backtest(mistake: dict, sentence: str):
    with pytest.raises(InputError, match=sentence):
        score_backtest(relation(customers(9)), {**SETTINGS, **mistake})


def test_another_algorithm_that_is_set_is_backtested_too():
    settings = {**SETTINGS, "algorithm": "dbscan"}
    scores = score_backtest(relation(customers(90)), settings).to_pandas()

    assert scores.loc[scores["is_chosen"], "algorithm"].tolist() == ["dbscan"]
