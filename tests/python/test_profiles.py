"""Profiles against chance: the compiled SQL of a population, with the segments dealt anew."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Project
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom
from test_build import settings_of, with_level_columns

POPULATIONS = ("personality", "gifting", "shop")


class Dealt:
    """A population's profiles for any assignment of its customers to segments."""

    def __init__(self, build: Project, population: str):
        compiled = build.folder / "target" / "compiled" / "customer_segments" / "models"
        sql = (compiled / "segments" / population / f"{population}_profiles.sql").read_text()
        segments = f'"{build.database.stem}"."models"."{population}_segments"'
        assert segments in sql
        self.sql = sql.replace(segments, "dealt")
        self.connection = duckdb.connect()
        self.connection.execute(
            f"attach '{build.database}' as {build.database.stem} (read_only); set threads = 1"
        )
        self.customers = self.connection.execute(
            f"from {build.database.stem}.models.{population}_imputed order by customer_id"
        ).df()
        self.segment_ids = (
            self.connection.execute(
                f"select segment_id from {build.database.stem}.models.{population}_segments "
                "order by customer_id"
            )
            .df()["segment_id"]
            .to_numpy()
        )

    def profiles(self, segment_ids: np.ndarray) -> pd.DataFrame:
        """The profiles with these segments, one per customer in order of their ids."""
        dealt = pd.DataFrame(
            {"customer_id": self.customers["customer_id"], "segment_id": segment_ids}
        )
        self.connection.register("dealt", dealt)
        return self.connection.execute(self.sql).df().set_index(["segment_id", "feature"])


@pytest.fixture(scope="module", params=POPULATIONS)
def dealt(sample_build: Project, request: pytest.FixtureRequest) -> Dealt:
    return Dealt(sample_build, request.param)


def test_segments_dealt_at_random_beat_chance_in_at_most_one_table_of_twenty(dealt: Dealt):
    generator = np.random.default_rng(1)
    tiny = np.zeros(len(dealt.segment_ids), int)
    tiny[:10] = [1, 2, 2, 3, 3, 3, 4, 4, 4, 4]
    alarms = 0
    for segment_ids in [dealt.segment_ids, tiny] * 10:
        profiles = dealt.profiles(generator.permutation(segment_ids))
        alarms += profiles["beats_chance"].fillna(False).any()
        assert len(profiles) > 50

    assert alarms <= 1


@pytest.mark.parametrize(
    ("population", "feature"),
    [
        ("shop", "gender = female"),
        ("personality", "response"),
        ("gifting", "hobbies = painting"),
        ("shop", "age_years"),
        ("personality", "recency_days"),
    ],
)
def test_a_planted_difference_is_found(sample_build: Project, population: str, feature: str):
    dealt = Dealt(sample_build, population)
    values = with_level_columns(dealt.customers)
    generator = np.random.default_rng(3)
    found = 0
    for _ in range(5):
        # One segment of 100: those highest in half a spread of the feature plus one of noise.
        scaled = (values[feature] - values[feature].mean()) / values[feature].std()
        noise = generator.normal(size=len(scaled))
        rank = (1.2 * scaled.fillna(0) + noise).rank(ascending=False)
        profiles = dealt.profiles(np.where(rank <= 100, 0, 1))
        found += bool(profiles.loc[(0, feature), "beats_chance"])

    assert found == 5


def test_chance_is_that_of_fisher_and_hoeffding(dealt: Dealt, sample_build: Project):
    profiles = dealt.profiles(dealt.segment_ids)
    values = with_level_columns(dealt.customers)
    population = profiles["population"].iloc[0]
    logged = settings_of(population).get("log", ())
    filled = dealt.customers["imputed_features"].map(set)
    compared = profiles["chance"].notna().sum()
    checked = 0
    for (segment_id, feature), row in profiles.iterrows():
        name = feature.split(" = ")[0]
        is_filled = filled.map(lambda each, name=name: name in each)
        stated = values[feature][~is_filled].dropna()
        members = stated[dealt.segment_ids[stated.index] == segment_id]
        if row["is_share"]:
            arguments = (len(stated), int(stated.sum()), len(members))
            tails = (
                hypergeom.sf(members.sum() - 1, *arguments),
                hypergeom.cdf(members.sum(), *arguments),
            )
            exact = min(1, 2 * min(tails) * compared)
            slack = 1.3
        else:
            scaled = np.log1p(stated) if feature in logged else stated
            exact = min(1, hoeffding(scaled, scaled[members.index]) * compared)
            slack = 1.001
        if 1e-200 < exact < 1:
            assert exact * 0.999 <= row["chance"] <= exact * slack, (segment_id, feature)
            checked += 1
        assert row["beats_chance"] == (row["chance"] < 0.05)

    assert checked > 20


def hoeffding(everyone: pd.Series, members: pd.Series) -> float:
    """Both directions of theorem 3 of Hoeffding (1963), in the product form of its formula 2.8."""
    rest = everyone.drop(members.index)
    bounds = [1.0]
    for drawn in (members, rest):
        if not len(drawn) or everyone.std(ddof=0) == 0:
            continue
        t = drawn.mean() - everyone.mean()
        b = everyone.max() - everyone.mean() if t > 0 else everyone.mean() - everyone.min()
        t, variance, n = abs(t), everyone.var(ddof=0), len(drawn)
        first = -(1 + b * t / variance) * variance / (b**2 + variance) * np.log1p(b * t / variance)
        second = -(1 - t / b) * b**2 / (b**2 + variance) * np.log1p(-t / b) if t < b else 0
        bounds.append(2 * np.exp(n * (first + second)))
    return min(bounds)


def test_one_segment_of_everyone_beats_no_chance(dealt: Dealt):
    profiles = dealt.profiles(np.zeros(len(dealt.segment_ids), int))

    assert not profiles["beats_chance"].any()
    known = profiles["chance"].notna()
    assert (profiles.loc[known, "chance"] == 1).all()
    positive = known & (profiles["population_mean"] > 0)
    assert np.allclose(profiles.loc[positive, "ratio"], 1)


def test_values_that_were_filled_in_prove_nothing(sample_build: Project):
    dealt = Dealt(sample_build, "personality")
    is_filled = dealt.customers["imputed_features"].map(lambda features: "income" in features)
    profiles = dealt.profiles(np.where(is_filled, 1, 0))

    without = profiles.loc[(1, "income")]
    assert without["segment_mean"] > 0
    assert without["imputed_share"] == 1
    assert pd.isna(without["chance"])
    assert pd.isna(without["beats_chance"])
    assert profiles.loc[(0, "income"), "chance"] == 1


def test_what_is_clustered_is_what_the_model_holds(dealt: Dealt, sample_build: Project):
    profiles = dealt.profiles(dealt.segment_ids).reset_index()
    population = profiles["population"].iloc[0]
    dimensions = sample_build.query(f"select dimension from models.{population}_model")

    clustered = set(profiles.loc[profiles["is_clustered"], "feature"])
    assert clustered == {dimension for (dimension,) in dimensions}
    assert not clustered & {"response", "rfm_cell", "monetary_score"}


@given(st.data())
def test_hoeffding_is_never_below_the_exact_tail(data: st.DataObject):
    everyone = data.draw(st.integers(2, 60), label="everyone")
    all_having = data.draw(st.integers(1, everyone - 1), label="all having")
    drawn = data.draw(st.integers(1, everyone - 1), label="drawn")
    having = data.draw(
        st.integers(max(0, drawn + all_having - everyone), min(drawn, all_having)), label="having"
    )
    values = pd.Series([1.0] * having + [0.0] * (drawn - having))
    others = pd.Series(
        [1.0] * (all_having - having) + [0.0] * (everyone - drawn - all_having + having)
    )
    together = pd.concat([values, others], ignore_index=True)
    exact = 2 * min(
        hypergeom.sf(having - 1, everyone, all_having, drawn),
        hypergeom.cdf(having, everyone, all_having, drawn),
    )

    assert hoeffding(together, together.iloc[:drawn]) >= min(1, exact) * (1 - 1e-9)
