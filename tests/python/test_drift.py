"""Drift in SQL: against numpy, against chance on random halves, and on planted shifts."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import Project
from scipy.stats import chi2, norm
from test_build import settings_of

from segmentation.model import MODEL, fit_segments

POPULATIONS = ("clickstream", "personality", "fitbit", "gifting", "shop")
ALARMS = ("rescore", "refit")

# What drift reads of a fit, and of the customers as it scores them.
MEASURED = (
    *("position", "dimension", "feature", "kind", "level", "centre", "scale", "edges"),
    *("bin_customers", "fitted_customers", "segment_ids", "segment_customers"),
    *("segment_means", "segment_spreads"),
)
FIT = pa.schema([pa.field("fit_id", pa.int32()), *(MODEL.field(name) for name in MEASURED)])
SCORED = pa.schema(
    [
        ("segment_id", pa.int32()),
        ("point", pa.list_(pa.float64())),
        ("out_of_range_features", pa.list_(pa.string())),
        ("imputed_features", pa.list_(pa.string())),
        ("fallback_features", pa.list_(pa.string())),
    ]
)


class Judge:
    """The drift macros as SQL, on tables that stand in for the customers and the fit."""

    def __init__(self, build: Project):
        self.name = build.database.stem
        self.measure, self.decide, self.shop = compiled(
            build,
            "{{ measure_drift('any', 'scored', 'fit') }}",
            "{{ drift_verdict('measures') }}",
            "{{ drift_since_fit('shop', ref('shop_features')) }}",
        )
        self.connection = duckdb.connect()
        self.connection.execute(
            f"attach '{build.database}' as {self.name} (read_only); set threads = 1"
        )

    def measures(self, fit: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
        """One row per measure and name."""
        for name, frame, schema in (("fit", fit, FIT), ("scored", scored, SCORED)):
            self.connection.register(
                f"{name}_table", pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
            )
            self.connection.execute(f"create or replace temp table {name} as from {name}_table")
        measured = self.connection.execute(self.measure).df()
        return measured.set_index(["measure", "name"]).sort_index()

    def verdict(self, measures: pd.DataFrame) -> tuple[str, str]:
        """What the measures say together, and why."""
        self.connection.register("measures", measures.reset_index())
        return self.connection.execute(self.decide).fetchall()[0]


def compiled(build: Project, *macros: str) -> list[str]:
    """The SQL of calls of macros, by dbt."""
    code, output = build.dbt("--quiet", "compile", "--inline", "\n-- next\n".join(macros))
    assert code == 0, output
    return output[output.index("with") :].split("-- next")


@pytest.fixture(scope="module")
def judge(sample_build: Project) -> Judge:
    return Judge(sample_build)


class Population:
    """A population's sample: fits of some of its customers, and others as these fits see them."""

    def __init__(self, judge: Judge, name: str):
        self.connection = judge.connection
        self.settings = {**settings_of(name), "map": "pca"}
        self.customers = f"{judge.name}.models.{name}_imputed"
        self.features = f"{judge.name}.features.{name}_features"
        self.scores = self.connection.execute(
            f"from {judge.name}.models.{name}_cluster_scores where is_chosen"
        ).df()
        self.ids = (
            self.connection.execute(f"select customer_id from {self.customers} order by all")
            .df()["customer_id"]
            .to_numpy()
        )

    def fit(self, ids: Sequence[str]) -> pd.DataFrame:
        """The model of some customers, as dbt stores it."""
        self.connection.register("chosen", pd.DataFrame({"customer_id": ids}))
        self.connection.execute(
            f"create or replace temp table fitted as from {self.customers} "
            "semi join chosen using (customer_id)"
        )
        customers = self.connection.sql("from fitted")
        return fit_segments(customers, self.scores, self.settings).to_pandas().assign(fit_id=1)

    def scored(
        self, fit: pd.DataFrame, ids: Sequence[str], replace: str | None = None
    ) -> pd.DataFrame:
        """Customers that the fit never saw, in order of their ids, by numpy.

        replace: how the features differ from those of the sample, after `select * replace`.
        """
        self.connection.register("chosen", pd.DataFrame({"customer_id": ids}))
        changed = f"replace ({replace})" if replace else ""
        gaps = fit.loc[fit["fallback"].notna(), "feature"].unique()
        is_gap = ", ".join(f'"{gap}" is null' for gap in gaps) or "false"
        rows = self.connection.execute(
            f"with changed as (select * {changed} from {self.features}) "
            f"select [{', '.join(fit['expression'])}], [{is_gap}] from changed "
            "semi join chosen using (customer_id) order by customer_id"
        ).fetchall()
        points = np.array([point for point, _ in rows], dtype=float)
        centroids = np.stack(fit["centroids"].to_numpy()).T
        nearest = ((points[:, None] - centroids[None]) ** 2).sum(axis=2).argmin(axis=1)
        beyond = (points < fit["least"].to_numpy()) | (points > fit["greatest"].to_numpy())
        features = fit["feature"].to_numpy()
        return pd.DataFrame(
            {
                "segment_id": np.array(fit["centroid_segments"][0])[nearest],
                "point": points.tolist(),
                "out_of_range_features": [features[row].tolist() for row in beyond],
                "imputed_features": [[] for _ in rows],
                "fallback_features": [gaps[np.array(row)[: len(gaps)]].tolist() for _, row in rows],
            }
        )

    def halves(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Its customers at random in two halves."""
        dealt = np.random.default_rng(seed).permutation(self.ids)
        return dealt[: len(dealt) // 2], dealt[len(dealt) // 2 :]


@pytest.fixture(scope="module", params=POPULATIONS)
def population(judge: Judge, request: pytest.FixtureRequest) -> Population:
    return Population(judge, request.param)


def test_the_other_half_of_the_customers_is_no_drift_in_19_of_20_draws(
    judge: Judge, population: Population
):
    alarms = 0
    for seed in range(20):
        fitted, others = population.halves(seed)
        fit = population.fit(fitted)
        measures = judge.measures(fit, population.scored(fit, others))
        alarms += measures["verdict"].isin(ALARMS).any()
        assert {"feature", "segments", "out of range", "centroid"} <= set(measures.index.levels[0])

    assert alarms <= 1


def test_a_feature_that_moves_by_a_standard_deviation_calls_for_a_refit(
    judge: Judge, population: Population
):
    fitted, others = population.halves(1)
    fit = population.fit(fitted)
    numbers = fit.loc[fit["kind"] == "numeric", "feature"].tolist()
    for feature in numbers:
        spread = f'(select stddev("{feature}") from {population.features})'
        moved = population.scored(fit, others, f'"{feature}" + {spread} as "{feature}"')
        verdict, reason = judge.verdict(judge.measures(fit, moved))
        assert verdict == "refit", (feature, reason)

    assert len(numbers) >= 2


def test_the_largest_segment_with_twice_its_share_calls_for_a_refit(
    judge: Judge, population: Population
):
    fit = population.fit(population.ids)
    scored = population.scored(fit, population.ids)
    largest = scored["segment_id"].value_counts().idxmax()
    members, others = (part for _, part in scored.groupby(scored["segment_id"] != largest))
    left = others.sample(len(scored) - 2 * len(members), random_state=1)
    measures = judge.measures(fit, pd.concat([members, members, left]))

    assert measures.loc[("segments", "all"), "verdict"] == "refit"
    assert judge.verdict(measures)[0] == "refit"


def test_customers_who_are_all_new_call_for_a_refit(judge: Judge, population: Population):
    fit = population.fit(population.ids)
    numbers = fit.loc[fit["kind"] == "numeric", "feature"]
    replace = ", ".join(
        f'1 + 2 * (select max("{each}") from {population.features}) as "{each}"' for each in numbers
    )
    measures = judge.measures(fit, population.scored(fit, population.ids, replace))

    assert measures.loc[("out of range", "all"), "value"] == 1
    assert measures.loc[("out of range", "all"), "verdict"] == "refit"
    assert judge.verdict(measures)[0] == "refit"


def test_the_customers_of_the_fit_themselves_have_not_moved(judge: Judge, population: Population):
    complete = population.connection.execute(
        f"select customer_id from {population.customers} where len(imputed_features) = 0"
    ).df()["customer_id"]
    fit = population.fit(complete)
    measures = judge.measures(fit, population.scored(fit, complete))

    assert (measures["value"].dropna().abs() < 1e-6).all()
    assert set(measures["verdict"]) == {"keep"}
    assert judge.verdict(measures)[0] == "keep"


def test_the_measures_are_those_of_numpy(judge: Judge, population: Population):
    fitted, others = population.halves(3)
    fit = population.fit(fitted)
    then = as_the_fit_saw_them(population, fit, fitted)
    now = population.scored(fit, others)
    measures = judge.measures(fit, now)
    expected = by_numpy(fit, then, now)

    assert set(measures.index) == set(expected.index)
    for column in ("value", "expected", "customers_then", "customers_now"):
        assert np.allclose(
            measures[column], expected.loc[measures.index, column], atol=1e-6, equal_nan=True
        ), column
    ratio = (measures["chance_limit"] / expected.loc[measures.index, "chance_limit"]).dropna()
    assert ratio.between(0.98, 1.05).all()


def as_the_fit_saw_them(
    population: Population, fit: pd.DataFrame, ids: Sequence[str]
) -> pd.DataFrame:
    """The customers of a fit in its space, with their gaps filled."""
    population.connection.register("chosen", pd.DataFrame({"customer_id": ids}))
    rows = population.connection.execute(
        f"select [{', '.join(fit['expression'])}], imputed_features from {population.customers} "
        "semi join chosen using (customer_id)"
    ).fetchall()
    points = np.array([point for point, _ in rows], dtype=float)
    centroids = np.stack(fit["centroids"].to_numpy()).T
    nearest = ((points[:, None] - centroids[None]) ** 2).sum(axis=2).argmin(axis=1)
    return pd.DataFrame(
        {
            "segment_id": np.array(fit["centroid_segments"][0])[nearest],
            "point": points.tolist(),
            "imputed_features": [names for _, names in rows],
            "fallback_features": [[] for _ in rows],
        }
    )


def by_numpy(fit: pd.DataFrame, then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The measures from the customers themselves, without the bins that the fit stored."""
    sides = []
    for side in (then, now):
        points = pd.DataFrame(side["point"].tolist(), columns=fit["dimension"])
        filled = (side["imputed_features"] + side["fallback_features"]).reset_index(drop=True)
        sides.append((points, filled, side["segment_id"].to_numpy()))
    rows = {}

    def index(measure: str, name: str, labels: Sequence[Sequence]) -> None:
        counts = [pd.Series(each).value_counts() for each in labels]
        table = pd.concat(counts, axis=1).fillna(0).to_numpy()
        sizes = table.sum(axis=0)
        shares = (table + 0.5) / (sizes + 0.5 * len(table))
        value = ((shares[:, 1] - shares[:, 0]) * np.log(shares[:, 1] / shares[:, 0])).sum()
        degrees, scale = len(table) - 1, (1 / sizes).sum()
        rows[(measure, name)] = [value, degrees * scale, ("chi2", degrees, scale), *sizes]

    for feature, dimensions in fit.groupby("feature"):
        known = [
            ~filled.map(lambda names, feature=feature: feature in names) for _, filled, _ in sides
        ]
        if not all(each.all() for each in known):
            index("missing", feature, known)
        kind = dimensions["kind"].iloc[0]
        if kind == "category":
            labels = [
                np.array([*dimensions["level"], "else"])[
                    np.column_stack([points[dimensions["dimension"]] > 0, np.ones(len(points))])[
                        each
                    ].argmax(axis=1)
                ]
                for (points, _, _), each in zip(sides, known, strict=True)
            ]
            index("feature", feature, labels)
            continue
        for _, row in dimensions.iterrows():
            columns = [
                points.loc[each, row["dimension"]]
                for (points, _, _), each in zip(sides, known, strict=True)
            ]
            if kind == "list":
                index("feature", row["dimension"], [column > 0 for column in columns])
            else:
                labels = [np.searchsorted(row["edges"], column) for column in columns]
                index("feature", row["dimension"], labels)
    index("segments", "all", [segments for *_, segments in sides])

    n_then, n_now = len(then), len(now)
    numbers = fit.loc[fit["kind"] == "numeric", "dimension"]
    least, greatest = sides[0][0][numbers].min(), sides[0][0][numbers].max()
    beyond = (sides[1][0][numbers] < least) | (sides[1][0][numbers] > greatest)
    limit = ("range", len(numbers), (n_then, n_now))
    expected = min(1, 2 * len(numbers) / (n_then + 1))
    rows[("out of range", "all")] = [beyond.any(axis=1).mean(), expected, limit, n_then, n_now]
    for segment in np.unique(sides[1][2]):
        (old, new) = (points[segments == segment].to_numpy() for points, _, segments in sides)
        spread = np.sqrt(((old - old.mean(axis=0)) ** 2).sum(axis=1).mean())
        value = np.linalg.norm(new.mean(axis=0) - old.mean(axis=0)) / spread
        scale = 1 / len(old) + 1 / len(new)
        limit, expected = ("normal", 1, scale), np.sqrt(scale)
        # Nothing is said of segments with fewer than five customers.
        if min(len(old), len(new)) < 5:
            value, expected, limit = np.nan, np.nan, ("normal", 1, np.nan)
        rows[("centroid", str(segment))] = [value, expected, limit, len(old), len(new)]

    chance = 0.05 / sum(not np.isnan(value) for value, *_ in rows.values())
    limits = {
        "chi2": lambda degrees, scale: scale * chi2.isf(chance, degrees),
        "range": lambda count, n: min(
            1, chi2.isf(chance, 4 * count) / 2 / np.log(1 + n[0] / n[1]) / n[1]
        ),
        "normal": lambda _, scale: norm.isf(chance / 2) * np.sqrt(scale),
    }
    frame = pd.DataFrame.from_dict(
        rows,
        orient="index",
        columns=["value", "expected", "chance_limit", "customers_then", "customers_now"],
    )
    frame.index = pd.MultiIndex.from_tuples(frame.index)
    frame["chance_limit"] = [limits[kind](a, b) for kind, a, b in frame["chance_limit"]]
    return frame.astype(float)


def handmade_fit() -> pd.DataFrame:
    """A fit of 100 customers: a number, a category of two levels and "else", and two segments."""
    same = {
        "fit_id": 7,
        "fitted_customers": 100,
        "segment_ids": [0, 1],
        "segment_customers": [60, 40],
        "segment_spreads": [2.0, 0.0],
    }
    number = {
        "position": 1,
        "dimension": "spend per order",
        "feature": "spend per order",
        "kind": "numeric",
        "level": None,
        "centre": 0.0,
        "scale": 1.0,
        "edges": [0.0],
        "bin_customers": [50, 50],
        "segment_means": [1.0, -1.0],
    }
    levels = [
        {
            "position": position,
            "dimension": f"town = {level}",
            "feature": "town",
            "kind": "category",
            "level": level,
            "centre": share,
            "scale": 1.0,
            "edges": [-share],
            "bin_customers": [round(90 - 100 * share), round(100 * share)],
            "segment_means": [0.0, 0.0],
        }
        for position, level, share in [(2, "it's", 0.4), (3, "York", 0.2)]
    ]
    return pd.DataFrame([{**row, **same} for row in [number, *levels]])


def handmade_customers(rows: Sequence[tuple]) -> pd.DataFrame:
    """Customers from tuples: how many, segment, number, town (None where it was filled in)."""
    towns = {"it's": [0.6, -0.2], "York": [-0.4, 0.8]}
    return pd.DataFrame(
        [
            {
                "segment_id": segment,
                "point": [number, *towns.get(town, [-0.4, -0.2])],
                "out_of_range_features": ["spend per order"] if abs(number) > 3 else [],
                "imputed_features": [],
                "fallback_features": ["town"] if town is None else [],
            }
            for count, segment, number, town in rows
            for _ in range(count)
        ],
        columns=SCORED.names,
    )


def stability(then: Sequence[int], now: Sequence[int]) -> float:
    """The stability index with half a customer more in each bin."""
    old = (np.array(then) + 0.5) / (sum(then) + 0.5 * len(then))
    new = (np.array(now) + 0.5) / (sum(now) + 0.5 * len(now))
    return float(((new - old) * np.log(new / old)).sum())


def test_counts_by_hand(judge: Judge):
    measures = judge.measures(
        handmade_fit(),
        handmade_customers(
            [
                *[(20, 0, 1.0, "it's"), (10, 0, 0.0, "York"), (5, 0, 1.0, "Rome")],
                *[(5, 0, 1.0, None), (10, 1, 4.0, "York"), (2, -1, -1.0, "York")],
            ]
        ),
    )
    found = measures["value"].to_dict()

    # 0 lies on an edge, and so in the bin below it.
    assert found["feature", "spend per order"] == pytest.approx(stability([50, 50], [12, 40]))
    assert found["feature", "town"] == pytest.approx(stability([40, 20, 30], [20, 22, 5]))
    assert found["missing", "town"] == pytest.approx(stability([90, 10], [47, 5]), abs=1e-8)
    assert found["segments", "all"] == pytest.approx(stability([60, 40, 0], [40, 10, 2]))
    assert found["out of range", "all"] == pytest.approx(10 / 52)
    towns = np.array([(20 * 0.6 - 20 * 0.4) / 40, (10 * 0.8 - 30 * 0.2) / 40])
    assert found["centroid", "0"] == pytest.approx(np.hypot(30 / 40 - 1, np.hypot(*towns)) / 2)
    # All of segment 1 were alike: the spread of all customers, in three dimensions, is its unit.
    assert found["centroid", "1"] == pytest.approx(
        np.sqrt((4 + 1) ** 2 + 0.4**2 + 0.8**2) / np.sqrt(3)
    )
    assert ("missing", "spend per order") not in found
    assert ("centroid", "-1") not in found
    assert set(measures["fit_id"]) == {7}


def test_the_order_of_the_customers_changes_nothing(judge: Judge):
    generator = np.random.default_rng(1)
    customers = handmade_customers(
        [(1, int(s), float(x), "York") for s, x in zip(
            generator.integers(0, 2, 500), generator.normal(size=500), strict=True
        )]
    )  # fmt: skip
    judge.connection.execute("set threads = 2")
    first = judge.measures(handmade_fit(), customers)
    second = judge.measures(handmade_fit().iloc[::-1], customers.sample(frac=1, random_state=2))
    judge.connection.execute("set threads = 1")

    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_of_many_customers_a_sample_by_their_keys_is_compared(judge: Judge):
    features = f'"{judge.name}"."features"."shop_features"'
    assert features in judge.shop
    found = []
    for order in ("customer_id", "md5(customer_id || 'shuffled')"):
        judge.connection.execute(
            "create or replace temp table many as select * replace (customer_id || '-' || copy as "
            f"customer_id) from {features} cross join range(40) as copies (copy) order by {order}"
        )
        measures = judge.connection.execute(judge.shop.replace(features, "many")).df()
        found.append(measures.set_index(["measure", "name"]).sort_index())

    pd.testing.assert_frame_equal(*found, check_exact=True)
    assert found[0].loc[("segments", "all"), "customers_now"] == 20_000
    # They are copies of the customers of the fit.
    assert set(found[0]["verdict"]) == {"keep"}


def test_a_feed_that_breaks_calls_for_a_rescoring_and_never_for_a_refit(judge: Judge):
    customers = handmade_customers([(600, 0, 1.0, None), (400, 1, -1.0, None)])
    measures = judge.measures(handmade_fit(), customers)

    assert np.isnan(measures.loc[("feature", "town"), "value"])
    assert measures.loc[("feature", "town"), "verdict"] == "keep"
    assert measures.loc[("missing", "town"), "verdict"] == "rescore"
    assert judge.verdict(measures.loc[["missing"]])[1].startswith(
        "town is missing for more or fewer"
    )


def test_without_customers_nothing_is_said(judge: Judge):
    measures = judge.measures(handmade_fit(), handmade_customers([]))

    assert measures["value"].isna().all()
    assert set(measures["verdict"]) == {"keep"}
    assert judge.verdict(measures) == ("keep", "there is nothing to compare")


def test_without_a_fit_there_are_no_rows(judge: Judge):
    measures = judge.measures(handmade_fit().iloc[:0], handmade_customers([(5, 0, 1.0, "York")]))

    assert measures.empty
    assert judge.verdict(measures) == ("keep", "there is nothing to compare")


def test_one_segment_has_no_shares_that_could_move(judge: Judge):
    fit = handmade_fit().assign(
        segment_ids=[[0]] * 3, segment_customers=[[100]] * 3, segment_spreads=[[2.0]] * 3
    )
    measures = judge.measures(fit, handmade_customers([(50, 0, 1.0, "York")]))
    row = measures.loc[("segments", "all")]

    assert (row["value"], row["expected"], row["chance_limit"], row["verdict"]) == (0, 0, 0, "keep")


def test_an_index_within_chance_is_kept_whatever_its_size(judge: Judge):
    few = judge.measures(
        handmade_fit(), handmade_customers([(1, 0, 1.0, "York"), (1, 1, 1.0, "it's")])
    )
    row = few.loc[("feature", "spend per order")]
    assert row["large"] < row["value"] < row["chance_limit"]
    assert row["verdict"] == "keep"

    many = judge.measures(handmade_fit(), handmade_customers([(900, 0, 1.0, "York")]))
    row = many.loc[("feature", "spend per order")]
    assert row["value"] > max(row["large"], row["chance_limit"])
    assert row["verdict"] == "refit"


@pytest.mark.parametrize(
    ("measure", "name", "value", "limit", "verdict", "reason"),
    [
        ("feature", "monetary", 0.62, 0.05, "refit", "monetary has moved: stability index 0.62, "
         "where up to 0.05 is chance and 0.25 is a large change; 1 of 2 measures calls for a "
         "refit"),
        ("segments", "all", 0.2, 0.05, "rescore", "the sizes of the segments have moved: stability "
         "index 0.20, where up to 0.05 is chance and 0.10 is a notable change; 1 of 2 measures "
         "calls for a rescoring"),
        ("out of range", "all", 0.12, 0.01, "refit", "customers lie beyond the values that the fit "
         "knew: 12 %, where up to 1 % is chance and 5 % is a large change; 1 of 2 measures calls "
         "for a refit"),
        ("centroid", "2", 0.7, 0.3, "refit", "the customers of segment 2 have moved: by 0.70 "
         "spreads, where up to 0.30 is chance and 0.50 is a large change; 1 of 2 measures calls "
         "for a refit"),
        ("feature", "monetary", 0.62, 0.7, "keep", "none of the 2 measures has moved by more than "
         "chance and far enough to matter"),
    ],
)  # fmt: skip
def test_the_worst_measure_gives_the_reason(
    judge: Judge, measure: str, name: str, value: float, limit: float, verdict: str, reason: str
):
    sizes = {"out of range": (0.01, 0.05), "centroid": (0.2, 0.5)}.get(measure, (0.1, 0.25))
    columns = ["measure", "name", "value", "chance_limit", "notable", "large", "verdict"]
    measures = pd.DataFrame(
        [
            (measure, name, value, limit, *sizes, verdict),
            ("feature", "calm", 0.01, 0.05, 0.1, 0.25, "keep"),
            ("feature", "unknown", None, None, 0.1, 0.25, "keep"),
        ],
        columns=columns,
    )

    assert judge.verdict(measures) == (verdict, reason)


def test_the_furthest_of_the_worst_measures_is_named_and_all_are_counted(judge: Judge):
    columns = ["measure", "name", "value", "chance_limit", "notable", "large", "verdict"]
    measures = pd.DataFrame(
        [
            ("feature", "first", 0.3, 0.05, 0.1, 0.25, "refit"),
            ("centroid", "1", 1.5, 0.05, 0.2, 0.5, "refit"),
            ("missing", "gap", 9.0, 0.05, 0.1, None, "rescore"),
        ],
        columns=columns,
    )
    verdict, reason = judge.verdict(measures)

    assert verdict == "refit"
    assert reason.startswith("the customers of segment 1 have moved")
    assert reason.endswith("2 of 3 measures call for a refit")
