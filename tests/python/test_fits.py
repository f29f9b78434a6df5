"""Fits that are kept: what a refit adds, which ids it gives, and when it adds nothing."""

from itertools import permutations

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import Project
from sklearn.metrics import pairwise_distances
from test_build import POPULATIONS, settings_of
from test_model import SETTINGS, chosen, customers, relation

from segmentation import algorithms, fits
from segmentation import model as model_module
from segmentation.algorithms import NOISE
from segmentation.fits import refit_segments, stored_fits
from segmentation.model import MODEL

NONE = MODEL.empty_table()
EVENTS = ("event", "from_segment_id", "to_segment_id", "customers")


def refit(
    before: pa.Table,
    frame: pd.DataFrame,
    scores: pd.DataFrame | None = None,
    settings_hash: str = "a",
    as_of: pd.Timestamp = pd.NaT,
    attempt: int = 1,
    settings: dict = SETTINGS,
) -> pa.Table:
    verdict = pd.DataFrame(
        {
            "settings_hash": [settings_hash],
            "as_of": pd.Series([as_of], dtype="datetime64[us]"),
            "attempt": [attempt],
        }
    )
    scores = chosen(3) if scores is None else scores
    return refit_segments(relation(frame), scores, verdict, before, settings)


def fit_of(table: pa.Table, fit_id: int) -> pd.DataFrame:
    rows = table.to_pandas()
    return rows[rows["fit_id"] == fit_id].sort_values("position")


def current(table: pa.Table) -> pd.DataFrame:
    rows = table.to_pandas()
    return rows[rows["is_current"]].sort_values("position")


def lineage(fit: pd.DataFrame) -> list[tuple]:
    return [tuple(row[name] for name in EVENTS) for row in fit["lineage"].iloc[0]]


def segments(fit: pd.DataFrame, frame: pd.DataFrame) -> np.ndarray:
    """The segment of each customer by the nearest stored point, in the order of the frame."""
    points = np.array(
        duckdb.sql(f"select {', '.join(fit['expression'])} from frame").fetchall(), dtype=float
    )
    distances = pairwise_distances(points, np.array(fit["centroids"].tolist()).T)
    reach = np.inf if pd.isna(fit["reach"].iloc[0]) else fit["reach"].iloc[0]
    nearest = np.array(fit["centroid_segments"].iloc[0])[distances.argmin(axis=1)]
    return np.where(distances.min(axis=1) <= reach, nearest, NOISE)


def test_a_first_fit_is_number_one_and_all_its_segments_are_born():
    frame = customers()
    first = refit(NONE, frame, as_of=pd.Timestamp("2020-02-01"))
    fit = current(first)
    sizes = np.bincount(segments(fit, frame))

    assert first.schema == MODEL
    assert len(fit) == len(first)
    for name, value in (
        ("fit_id", 1),
        ("settings_hash", "a"),
        ("fitted_as_of", pd.Timestamp("2020-02-01")),
        ("fitted_customers", 300),
        ("relabelled_share", 0),
    ):
        assert set(fit[name]) == {value}
    assert first["previous_fit_id"].null_count == len(first)
    assert [tuple(ids) for ids in fit["segment_ids"]] == [(0, 1, 2)] * len(fit)
    assert fit["segment_customers"].iloc[0].tolist() == sizes.tolist()
    assert lineage(fit) == [("born", None, i, n) for i, n in enumerate(sizes)]


def test_data_without_dates_have_no_point_in_time():
    assert refit(NONE, customers())["fitted_as_of"].null_count > 0


def test_the_same_again_is_no_new_fit():
    frame = customers()
    first = refit(NONE, frame)

    assert refit(first, frame.sample(frac=1, random_state=1)).equals(first)


def test_the_same_groups_by_other_settings_and_of_another_day_are_no_new_fit():
    frame = customers()
    first = refit(NONE, frame, as_of=pd.Timestamp("2020-02-01"))
    later = refit(first, frame, settings_hash="b", as_of=pd.Timestamp("2020-02-08"))
    stamps = ["settings_hash", "fitted_as_of"]

    assert set(later["settings_hash"].to_pylist()) == {"b"}
    assert set(later["fitted_as_of"].to_pylist()) == {pd.Timestamp("2020-02-08")}
    assert later.drop_columns(stamps).equals(first.drop_columns(stamps))


def test_other_numbers_of_segments_split_and_merge_them_and_ids_are_never_used_again():
    frame = customers()
    table, used, ids = NONE, set(), []
    for number, k in enumerate((3, 4, 2, 4, 3), start=1):
        table = refit(table, frame, chosen(k))
        fit = current(table)
        ids.append(set(fit["centroid_segments"].iloc[0].tolist()))
        assert set(fit["fit_id"]) == {number}
        assert len(ids[-1]) == k
        if number > 1:
            before = segments(fit_of(table, number - 1), frame)
            now = segments(fit, frame)
            assert set(fit["previous_fit_id"]) == {number - 1}
            assert set(fit["relabelled_share"]) == {np.mean(before != now)}
            assert not (ids[-1] - ids[-2]) & used
            both = pd.Series(zip(before, now, strict=True)).value_counts().to_dict()
            rows = {(old, new): n for _, old, new, n in lineage(fit) if None not in (old, new)}
            assert rows == both
        used |= ids[-1]

    assert (ids[0], ids[1]) == ({0, 1, 2}, {0, 1, 2, 3})
    events = [[event for event, *_ in lineage(fit_of(table, number))] for number in range(1, 6)]
    assert events[0] == ["born"] * 3
    assert events[1].count("split") == 1
    assert "merged" in events[2]
    assert "split" in events[3]
    assert {len(fit_of(table, number)) for number in range(1, 6)} == {len(current(table))}


def test_earlier_fits_stay_as_they_were_but_for_the_mark():
    frame = customers()
    first = refit(NONE, frame)
    second = refit(first, frame, chosen(4))
    earlier = second.filter(pa.compute.equal(second["fit_id"], 1))

    assert earlier.drop_columns("is_current").equals(first.drop_columns("is_current"))
    assert set(earlier["is_current"].to_pylist()) == {False}


def test_other_customers_in_the_same_places_are_in_the_same_segments():
    first = refit(NONE, customers())
    others = customers(seed=1)
    others["customer_id"] = "other " + others["customer_id"]
    second = refit(first, others, attempt=2)

    assert current(second)["centroid_segments"].iloc[0].tolist() == [0, 1, 2]
    assert {event for event, *_ in lineage(current(second))} == {"continues"}
    assert set(current(second)["previous_fit_id"]) == {1}
    assert set(current(second)["attempt"]) == {2}


def test_a_feature_that_is_gone_or_of_another_kind_costs_no_segment_its_id():
    frame = customers()
    first = refit(NONE, frame)
    without = refit(first, frame.drop(columns="city"), settings_hash="b")
    numbered = refit(first, frame.assign(city=frame["monetary"] % 7), settings_hash="b")
    reordered = refit(first, frame.iloc[:, ::-1].assign(other=frame["monetary"] % 7))

    for refitted in (without, numbered, reordered):
        assert set(current(refitted)["fit_id"]) == {2}
        assert current(refitted)["centroid_segments"].iloc[0].tolist() == [0, 1, 2]
        assert {event for event, *_ in lineage(current(refitted))} == {"continues"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_labels_of_k_means_and_of_the_last_fit_change_nothing(
    monkeypatch: pytest.MonkeyPatch, order: tuple[int, ...]
):
    frame = customers()
    first = refit(NONE, frame)
    k_means = model_module.fit_kmeans

    def relabelled(*arguments, **options):
        fit = k_means(*arguments, **options)
        fit.cluster_centers_ = fit.cluster_centers_[list(order)]
        return fit

    monkeypatch.setattr(model_module, "fit_kmeans", relabelled)
    assert refit(NONE, frame).equals(first)
    # The same fit, had its segments got other ids in the fits before it.
    position = MODEL.get_field_index("centroid_segments")
    renamed = first.set_column(
        position, MODEL.field(position), pa.array([list(order)] * len(first), pa.list_(pa.int32()))
    )
    again = current(refit(renamed, frame))

    assert segments(again, frame).tolist() == segments(renamed.to_pandas(), frame).tolist()
    assert again["centroid_segments"].iloc[0].tolist() == [0, 1, 2]
    assert set(again["relabelled_share"]) == {0}


@pytest.mark.parametrize("population", POPULATIONS)
@pytest.mark.parametrize("as_good", [algorithms.AS_GOOD, -1.0], ids=["warm", "cold"])
def test_with_another_seed_the_planted_segments_keep_their_ids(
    sample_build: Project, monkeypatch: pytest.MonkeyPatch, population: str, as_good: float
):
    monkeypatch.setattr(algorithms, "SEED", 1)
    monkeypatch.setattr(algorithms, "AS_GOOD", as_good)
    with duckdb.connect(str(sample_build.database), read_only=True) as connection:
        frame = connection.sql(f"from models.{population}_imputed order by customer_id")
        verdict = connection.sql(f"from models.{population}_verdict").df()
        scores = connection.sql(f"from models.{population}_cluster_scores").df()
        before = stored_fits(connection, f"models.{population}_fits")
        after = refit_segments(frame, scores, verdict, before, settings_of(population))
        frame = frame.to_arrow_table()
    old, new = segments(fit_of(before, 1), frame), segments(current(after), frame)

    assert scores.loc[scores["is_chosen"], "algorithm"].tolist() == ["kmeans"]
    assert len(np.unique(old)) > 1
    assert np.mean(old == new) >= 0.99


def by_dbscan(crowd_share: float = 0.02) -> pd.DataFrame:
    return pd.DataFrame(
        {"algorithm": ["dbscan"], "k": [0], "crowd_share": [crowd_share], "is_chosen": [True]}
    )


def test_customers_in_no_group_stay_in_none():
    frame = customers()
    frame.loc[:2, "recency_days"] = [200.0, -300.0, 400.0]
    first = refit(NONE, frame, by_dbscan())
    again = refit(first, frame, by_dbscan(), settings_hash="b")
    other = refit(first, frame.iloc[1:], by_dbscan(0.03))
    alone = (segments(current(first), frame) == NOISE).sum()

    assert alone >= 3
    assert current(first)["segment_ids"].iloc[0].tolist() == [NOISE, 0, 1, 2]
    assert set(again["fit_id"].to_pylist()) == {1}
    assert set(other["fit_id"].to_pylist()) == {1, 2}
    both = [row for row in lineage(current(other)) if NOISE in row]
    assert [row[:3] for row in both if row[0] == "continues"] == [("continues", NOISE, NOISE)]
    assert {row[0] for row in lineage(current(other))} <= {"continues", "relabelled"}


def test_a_fit_after_one_that_found_no_group_at_all():
    frame = customers(5)
    first = refit(NONE, frame, by_dbscan())
    again = refit(first, frame, by_dbscan(), settings_hash="b")
    groups = refit(again, frame, chosen(3))

    assert current(first)["segment_ids"].iloc[0].tolist() == [NOISE]
    assert set(again["fit_id"].to_pylist()) == {1}
    assert current(groups)["centroid_segments"].iloc[0].tolist() == [0, 1, 2]
    assert {row[0] for row in lineage(current(groups))} == {"relabelled", "born"}


@pytest.mark.parametrize(
    "nothing", [customers().head(0), customers().head(1).loc[[0] * 5]], ids=["nobody", "all alike"]
)
def test_without_differences_no_fit_is_current_and_those_there_were_stay(nothing: pd.DataFrame):
    frame = customers()
    ids = [f"n{i}" for i in range(len(nothing))]
    nothing = nothing.assign(customer_id=pd.Series(ids, nothing.index, dtype=str))
    first = refit(NONE, frame)
    none = refit(first, nothing, chosen(1))
    back = refit(none, frame)

    assert refit(NONE, nothing, chosen(1)).equals(NONE)
    assert none.drop_columns("is_current").equals(first.drop_columns("is_current"))
    assert set(none["is_current"].to_pylist()) == {False}
    assert back.equals(first)


def test_the_fits_are_read_as_they_were_stored_in_whatever_order():
    made = refit(refit(NONE, customers()), customers(), chosen(4))
    with duckdb.connect() as connection:
        connection.execute("create table fits as select * from made order by dimension desc")
        stored = stored_fits(connection, "fits")

    assert stored.equals(made)


def test_a_table_that_is_missing_or_older_holds_no_fits():
    made = refit(NONE, customers()).drop_columns("fit_id")
    with duckdb.connect() as connection:
        connection.register("made", made)
        connection.execute("create table older as from made")

        assert stored_fits(connection, "older").equals(NONE)
        assert stored_fits(connection, "missing").equals(NONE)


OTHERWISE = {
    pa.list_(pa.float64()): lambda value: [1.5] * max(1, len(value)),
    pa.list_(pa.int32()): lambda value: value[::-1],
    pa.list_(pa.string()): lambda _: ["another"],
    pa.string(): lambda _: "0e0",
    pa.float64(): lambda _: 99.0,
}


@pytest.mark.parametrize("name", [*fits.SCORING, *fits.SCORING_EXACTLY])
def test_a_fit_that_scores_otherwise_is_another_one(name: str):
    first = refit(NONE, customers())
    value, *rest = first[name].to_pylist()
    field = MODEL.field(name)
    values = pa.array([OTHERWISE[field.type](value), *rest], field.type)
    changed = first.set_column(MODEL.get_field_index(name), field, values)

    assert set(refit(changed, customers())["fit_id"].to_pylist()) == {1, 2}
