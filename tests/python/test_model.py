"""The encoding and the fitted model."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import DBSCAN, KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, pairwise_distances, silhouette_score

from segmentation import cluster_scores
from segmentation import model as model_module
from segmentation.components import describe_components
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
    connection.execute("create table stored as from frame")
    return connection.table("stored")


def chosen(k: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"algorithm": "kmeans", "k": range(1, 11), "is_chosen": [i == k for i in range(1, 11)]}
    )


def ordered_ids(frame: pd.DataFrame) -> list[str]:
    """The ids in the order of the scaled sample."""
    rows = duckdb.sql("select customer_id from frame order by md5(customer_id)").fetchall()
    return [row[0] for row in rows]


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
    assert set(scores["structure"]) == {"none"}
    assert fit_segments(relation(alike), scores, SETTINGS).num_rows == 0


def test_an_axis_that_is_no_number_is_told_in_a_sentence():
    settings = {**SETTINGS, "axes": {"value": "city"}}

    with pytest.raises(InputError, match=r"axis 'value' of shop names 'city'.*a number"):
        fit_segments(relation(customers()), chosen(3), settings)


def test_a_list_has_a_dimension_per_item_and_weighs_as_much_as_a_number():
    hobbies = [["chess", "golf"], ["chess"], [], None, ["golf", "opera"], ["opera"]] * 50
    frame = customers().assign(hobbies=hobbies)
    dimensions, points = points_of(frame, SETTINGS)
    items = dimensions[dimensions["feature"] == "hobbies"]
    order = frame.set_index("customer_id").loc[ordered_ids(frame)]

    assert items["dimension"].tolist() == ["hobbies = chess", "hobbies = golf", "hobbies = opera"]
    assert items["centre"].tolist() == pytest.approx([0.4, 0.4, 0.4])
    is_known = order["hobbies"].notna().to_numpy()
    assert points.loc[~is_known, items["dimension"]].to_numpy() == pytest.approx(0)
    known = points.loc[is_known, items["dimension"]]
    assert known.var(ddof=0).sum() == pytest.approx(1)
    has_chess = order["hobbies"][is_known].map(lambda each: "chess" in each).to_numpy()
    assert (known["hobbies = chess"] > 0).tolist() == has_chess.tolist()


def test_an_item_that_all_have_says_nothing():
    frame = customers().assign(hobbies=[["chess"]] * 300)
    dimensions, _ = points_of(frame, SETTINGS)

    assert "hobbies" not in set(dimensions["feature"])


def test_components_leave_the_nearest_centroid_as_it_is():
    settings = {**SETTINGS, "components": 0.8}
    table = fit_segments(relation(customers()), chosen(3), settings).to_pandas()
    _, points = points_of(customers(), settings)
    centroids = np.array(table["centroids"].tolist()).T
    by_point = pairwise_distances(points, centroids).argmin(axis=1)
    pca = PCA(n_components=0.8, svd_solver="full").fit(points.to_numpy())
    by_place = pairwise_distances(
        pca.transform(points.to_numpy()), pca.transform(centroids)
    ).argmin(axis=1)

    assert pca.n_components_ < points.shape[1]
    assert by_point.tolist() == by_place.tolist()
    refit = KMeans(3, n_init=10, random_state=1).fit_predict(pca.transform(points.to_numpy()))
    assert adjusted_rand_score(refit, by_point) == 1


def test_described_components_are_those_of_scikit_learn():
    settings = {**SETTINGS, "components": 0.8}
    table = describe_components(relation(customers()), settings).to_pandas()
    _, points = points_of(customers(), settings)
    pca = PCA(n_components=0.8, svd_solver="full").fit(points.to_numpy())
    loadings = table.pivot(index="component", columns="dimension", values="loading")

    np.testing.assert_allclose(loadings[points.columns].to_numpy(), pca.components_, atol=1e-6)
    shares = table.groupby("component")["cumulative_share"].first()
    assert shares.iloc[-1] >= 0.8 > (shares.iloc[-2] if len(shares) > 1 else 0)
    assert describe_components(relation(customers()), SETTINGS).num_rows == 0


def crowds() -> pd.DataFrame:
    """Two crowded groups, the second of higher value, and five customers far from both."""
    random = np.random.default_rng(4)
    x = np.concatenate(
        [random.normal(0, 0.1, 100), random.normal(5, 0.1, 100), [20, 30, 40, 50, 60]]
    )
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03}" for i in range(205)],
            "monetary": x,
            "recency_days": random.normal(0, 0.1, 205),
            "imputed_features": [[] for _ in range(205)],
        }
    )


@pytest.fixture
def few_resamples(monkeypatch):
    """Fewer copies and refits: for tests that are not about the scores."""
    monkeypatch.setattr(cluster_scores, "PERMUTED_COPIES", 3)
    monkeypatch.setattr(cluster_scores, "BOOTSTRAPS", 3)


@pytest.mark.usefixtures("few_resamples")
def test_dbscan_stores_core_points_and_leaves_the_lonely_in_no_group():
    settings = {"population": "shop", "axes": {"value": "monetary"}, "algorithm": "dbscan"}
    customers = relation(crowds())
    scores = score_clusters(customers, settings).to_pandas()
    table = fit_segments(customers, scores, settings).to_pandas()
    _, points = points_of(crowds(), settings)
    cores = np.array(table["centroids"].tolist()).T
    segments = np.array(table["centroid_segments"].iloc[0])
    distances = pairwise_distances(points, cores)
    found = np.where(
        distances.min(axis=1) <= table["reach"].iloc[0], segments[distances.argmin(axis=1)], -1
    )
    values = crowds().set_index("customer_id")["monetary"].loc[ordered_ids(crowds())].to_numpy()

    assert scores.loc[scores["is_chosen"], "algorithm"].tolist() == ["dbscan"]
    noise_share = scores.loc[scores["is_chosen"], "noise_share"].iloc[0]
    assert noise_share == pytest.approx((found == -1).mean())
    assert 5 / 205 <= noise_share < 0.1
    assert set(found[values > 10]) == {-1}
    assert set(found[(values > 2) & (values < 10)]) <= {0, -1}
    assert set(found[values < 2]) <= {1, -1}
    crowd = max(5, np.ceil(scores.loc[scores["is_chosen"], "crowd_share"].iloc[0] * 205))
    expected = DBSCAN(eps=table["reach"].iloc[0], min_samples=int(crowd)).fit_predict(points)
    assert adjusted_rand_score(expected, found) == 1


@pytest.mark.usefixtures("few_resamples")
@pytest.mark.parametrize("algorithm", ["agglomerative", "gaussian_mixture", "hdbscan"])
def test_every_algorithm_is_stored_as_points(algorithm):
    settings = {"population": "shop", "axes": {"value": "monetary"}, "algorithm": algorithm}
    customers = relation(crowds())
    scores = score_clusters(customers, settings).to_pandas()
    table = fit_segments(customers, scores, settings).to_pandas()
    row = scores[scores["is_chosen"]].iloc[0]
    _, points = points_of(crowds(), settings)
    stored = np.array(table["centroids"].tolist()).T
    segments = np.array(table["centroid_segments"].iloc[0])
    found = segments[pairwise_distances(points, stored).argmin(axis=1)]
    values = crowds().set_index("customer_id")["monetary"].loc[ordered_ids(crowds())].to_numpy()
    means = [values[found == segment].mean() for segment in range(row["k"])]

    assert row["algorithm"] == algorithm
    assert set(found) - {-1} == set(range(row["k"]))
    assert (found == -1).mean() == pytest.approx(row["noise_share"])
    assert means == sorted(means, reverse=True)
    assert len(stored) == (row["k"] if algorithm == "agglomerative" else 205)
    assert table["reach"].isna().all()


def test_a_map_by_t_sne_keeps_a_place_per_distinct_customer():
    settings = {**SETTINGS, "map": "tsne"}
    table = fit_segments(relation(customers()), chosen(3), settings).to_pandas()
    again = fit_segments(relation(customers().sample(frac=1)), chosen(3), settings).to_pandas()
    landmarks = np.array(table["landmarks"].tolist()).T
    places = np.column_stack([table["landmark_x"].iloc[0], table["landmark_y"].iloc[0]])
    centroids = np.array(table["centroids"].tolist()).T
    segments = pairwise_distances(landmarks, centroids).argmin(axis=1)

    assert len(places) == len(landmarks) == 300
    assert silhouette_score(places, segments) > 0.5
    assert again.to_json(date_format="iso") == table.to_json(date_format="iso")


def test_the_map_is_that_of_the_components_by_default():
    table = fit_segments(relation(customers()), chosen(3), SETTINGS).to_pandas()

    assert set(map(len, table["landmarks"])) == {0}
    assert (table["map_x_weight"] != 0).any()
