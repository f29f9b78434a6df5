"""The encoding and the fitted model."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from segmentation import model as model_module
from segmentation.encoding import fit_dimensions, scaled_sample
from segmentation.errors import InputError
from segmentation.model import MODEL, fit_segments
from segmentation.search import score_clusters

SETTINGS = {
    "population": "shop",
    "axes": {"value": "monetary", "freshness": "-recency_days"},
    "log": ["monetary"],
    "does_not_apply": ["gap_days"],
}


def customers(rows: int = 300, seed: int = 0) -> pd.DataFrame:
    """Three planted groups of customers with every kind of feature."""
    random = np.random.default_rng(seed)
    group = np.arange(rows) % 3
    gaps = pd.Series(random.normal(5, 1, rows)).where(group > 0)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:05}" for i in range(rows)],
            "monetary": np.exp(group * 3 + random.normal(0, 0.2, rows)),
            "recency_days": random.normal(20 - 9 * group, 1),
            "gap_days": gaps,
            "is_member": group == 2,
            "city": np.where(
                group == 1, "Bern", np.where(random.random(rows) < 0.02, "Chur", "Genf")
            ),
            "constant": 1,
            "imputed_features": [[] for _ in range(rows)],
        }
    )


def relation(frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    connection.register("frame", frame)
    connection.execute("create table customers as from frame")
    return connection.table("customers")


def chosen(k: int) -> pd.DataFrame:
    return pd.DataFrame({"k": range(1, 11), "is_chosen": [i == k for i in range(1, 11)]})


def points_of(frame: pd.DataFrame, settings: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    from segmentation.settings import parse_settings

    dimensions = fit_dimensions(relation(frame), parse_settings(settings))
    points = scaled_sample(relation(frame), dimensions["expression"].tolist())
    return dimensions, pd.DataFrame(points, columns=dimensions["dimension"])


def test_every_feature_weighs_the_same():
    dimensions, points = points_of(customers(), SETTINGS)

    variance = points.var(ddof=0).groupby(dimensions["feature"].to_numpy()).sum()
    assert set(variance.index) == {"monetary", "recency_days", "gap_days", "is_member", "city"}
    assert variance.drop("gap_days").to_numpy() == pytest.approx(1)
    assert points.mean().to_numpy() == pytest.approx(0, abs=1e-9)


def test_a_value_that_does_not_apply_sits_at_the_centre():
    frame = customers()
    _, points = points_of(frame, SETTINGS)
    by_key = frame.assign(key=frame["customer_id"]).set_index("key")
    order = duckdb.sql("select customer_id from frame order by md5(customer_id)").fetchall()
    never = by_key.loc[[key for (key,) in order], "gap_days"].isna().to_numpy()

    assert (points.loc[never, "gap_days"] == 0).all()
    assert points.loc[~never, "gap_days"].std(ddof=0) == pytest.approx(1)


def test_a_gap_is_read_as_the_median_and_an_unknown_level_as_none():
    frame = customers()
    settings = {**SETTINGS, "does_not_apply": []}
    dimensions, _ = points_of(frame, settings)
    gap = dimensions.set_index("dimension").loc["gap_days"]
    new = relation(frame.head(1).assign(gap_days=None, city="Basel"))
    expressions = dimensions["expression"].tolist()
    point = dict(zip(dimensions["dimension"], scaled_sample(new, expressions)[0], strict=True))

    assert float(gap["fallback"]) == pytest.approx(frame["gap_days"].median())
    assert point["gap_days"] == pytest.approx(
        (frame["gap_days"].median() - gap["centre"]) / gap["scale"]
    )
    cities = dimensions.loc[dimensions["feature"] == "city"]
    assert [point[name] for name in cities["dimension"]] == pytest.approx(
        (-cities["centre"] / cities["scale"]).tolist()
    )


def test_segments_are_ordered_by_value_and_recover_the_groups():
    frame = customers()
    table = fit_segments(relation(frame), chosen(3), SETTINGS).to_pandas()
    monetary = table.set_index("dimension").loc["monetary", "centroids"]

    assert list(monetary) == sorted(monetary, reverse=True)
    assert table["position"].tolist() == list(range(1, len(table) + 1))
    assert table.set_index("dimension").loc["monetary", "map_x_weight"] >= 0


def test_equal_value_is_ordered_by_the_next_axis():
    frame = customers().assign(monetary=0.0)
    table = fit_segments(relation(frame), chosen(3), SETTINGS).to_pandas()
    recency = table.set_index("dimension").loc["recency_days", "centroids"]

    assert list(recency) == sorted(recency)


def test_row_order_changes_nothing():
    frame = customers()
    shuffled = frame.sample(frac=1, random_state=1)

    assert fit_segments(relation(frame), chosen(3), SETTINGS).equals(
        fit_segments(relation(shuffled), chosen(3), SETTINGS)
    )


def test_passes_in_sql_end_where_k_means_on_all_rows_does(monkeypatch: pytest.MonkeyPatch):
    frame = customers(3000)
    on_all = fit_segments(relation(frame), chosen(3), SETTINGS).to_pandas()
    monkeypatch.setattr(model_module, "SAMPLE_ROWS", 100)
    on_sample = fit_segments(relation(frame), chosen(3), SETTINGS).to_pandas()

    assert on_sample["scale"].tolist() == on_all["scale"].tolist()
    np.testing.assert_allclose(
        np.array(on_sample["centroids"].tolist()), np.array(on_all["centroids"].tolist()), atol=1e-6
    )


def test_no_customers_give_an_empty_model():
    empty = relation(customers().head(0).assign(imputed_features=None))

    assert fit_segments(empty, chosen(1).head(0), SETTINGS).equals(MODEL.empty_table())


def test_scores_without_a_choice_are_told_in_a_sentence():
    with pytest.raises(InputError, match=r"scores of shop mark 0 rows as chosen"):
        fit_segments(relation(customers()), chosen(99), SETTINGS)


def test_a_feature_of_a_type_without_a_kind_is_told_in_a_sentence():
    frame = customers().assign(seen=pd.Timestamp("2020-01-01"))

    with pytest.raises(InputError, match=r"'seen' of shop has the type TIMESTAMP.*exclude"):
        fit_segments(relation(frame), chosen(3), SETTINGS)


def test_a_null_in_a_logged_feature_is_read_as_its_fallback():
    frame = customers()
    settings = {**SETTINGS, "log": ["monetary", "gap_days"]}
    dimensions, _ = points_of(frame, settings)
    new = relation(frame.head(1).assign(monetary=None, gap_days=None))
    points = scaled_sample(new, dimensions["expression"].tolist())[0]
    point = dict(zip(dimensions["dimension"], points, strict=True))
    spend = dimensions.set_index("dimension").loc["monetary"]
    median = np.log1p(frame["monetary"].median())

    assert point["monetary"] == pytest.approx((median - spend["centre"]) / spend["scale"])
    assert point["gap_days"] == 0


def test_customers_that_are_all_equally_far_are_no_outliers():
    frame = customers().assign(
        monetary=np.arange(300) % 3, recency_days=5.0, gap_days=1.0, city="Bern"
    )

    table = fit_segments(relation(frame), chosen(3), SETTINGS).to_pandas()

    assert table["outlier_distance"].isna().all()


def test_customers_that_are_all_alike_are_one_segment():
    alike = customers().assign(
        monetary=1.0, recency_days=5.0, gap_days=1.0, city="Bern", is_member=True
    )
    scores = score_clusters(relation(alike), SETTINGS).to_pandas()

    assert scores["k"].tolist() == [1]
    assert scores["structure"].tolist() == ["none"]
    assert fit_segments(relation(alike), scores, SETTINGS).num_rows == 0


def test_an_axis_that_is_no_number_is_told_in_a_sentence():
    settings = {**SETTINGS, "axes": {"value": "city"}}

    with pytest.raises(InputError, match=r"axis 'value' of shop names 'city'.*a number"):
        fit_segments(relation(customers()), chosen(3), settings)
