"""The scores of k, each against an oracle that is written another way."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances, silhouette_score

from segmentation import algorithms, cluster_scores
from segmentation.algorithms import (
    FIT_ROWS,
    RIVALS,
    Rows,
    assign_each,
    fit_kmeans,
    fit_kmeans_each,
)
from segmentation.chance import one_peak, permuted_copies
from segmentation.choice import choose_k
from segmentation.cluster_scores import (
    SCORE_TYPES,
    gap_statistic,
    prediction_strength,
    score_k,
    score_rivals,
)
from segmentation.indices import (
    agreement,
    assortativity,
    knee,
    neighbours,
    purity,
    silhouette_widths,
)

NEEDS_TWO_SEGMENTS = [
    "silhouette",
    "null_silhouette",
    "null_share",
    "calinski_harabasz",
    "davies_bouldin",
    "stability",
]
labellings = arrays.arrays(np.int64, st.integers(4, 30), elements=st.integers(0, 3))


def blobs(centres, rows_each=100, seed=0):
    """Round groups of unit spread around the centres, in random order, with each row's group."""
    generator = np.random.default_rng(seed)
    centres = np.asarray(centres, dtype=float)
    groups = generator.permutation(np.repeat(np.arange(len(centres)), rows_each))
    return centres[groups] + generator.normal(size=(len(groups), centres.shape[1])), groups


@pytest.fixture(scope="module")
def three_blobs():
    matrix, groups = blobs([(0, 0, 0), (9, 0, 0), (0, 9, 0)])
    return matrix, groups == 1


@pytest.fixture(scope="module")
def scores(three_blobs):
    return score_k(*three_blobs, largest_k=5)


def agreement_by_pairs(labels, assigned):
    """Prediction strength as the paper writes it: over a matrix of all pairs of rows."""
    together = assigned[:, None] == assigned[None, :]
    strengths = []
    for segment in np.unique(labels):
        members = np.flatnonzero(labels == segment)
        pairs = [(i, j) for i in members for j in members if i != j]
        strengths.append(np.mean([together[pair] for pair in pairs]) if pairs else 0.0)
    return min(strengths)


@given(labellings, st.randoms(use_true_random=False))
def test_agreement_equals_the_definition_over_all_pairs(labels, random):
    assigned = np.array([random.randrange(3) for _ in labels])
    assert agreement(labels, assigned) == pytest.approx(agreement_by_pairs(labels, assigned))


def test_agreement_of_a_labelling_with_itself_is_one_and_a_segment_of_one_confirms_nothing():
    assert agreement(np.array([0, 0, 1, 1]), np.array([5, 5, 2, 2])) == 1
    assert agreement(np.array([0, 0, 1]), np.array([0, 0, 1])) == 0


def test_prediction_strength_falls_beyond_the_planted_k(three_blobs):
    strength, error = prediction_strength(three_blobs[0], range(1, 6))
    assert (strength[0], error[0]) == (1, 0)
    assert strength[2] > 0.99
    assert max(strength[3:]) < 0.8
    assert all(error >= 0)


def test_gap_equals_a_direct_computation(three_blobs):
    """The references rotated back into the data's axes, W from all pairs within a segment."""
    matrix, _ = three_blobs
    ks = [1, 2, 3]

    def log_dispersion(rows, k):
        labels = KMeans(k, n_init=10, random_state=0).fit_predict(rows)
        members = [rows[labels == segment] for segment in range(k)]
        return np.log(
            sum((pairwise_distances(each) ** 2).sum() / 2 / len(each) for each in members)
        )

    generator = np.random.default_rng(99)
    centre = matrix.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(matrix - centre, rowvar=False))
    box = (matrix - centre) @ axes
    references = [
        generator.uniform(box.min(axis=0), box.max(axis=0), box.shape) @ axes.T + centre
        for _ in range(30)
    ]
    expected = [
        np.mean([log_dispersion(each, k) for each in references]) - log_dispersion(matrix, k)
        for k in ks
    ]
    inertias = np.array([KMeans(k, n_init=10, random_state=0).fit(matrix).inertia_ for k in ks])
    gap, error = gap_statistic(matrix, ks, inertias)
    assert gap == pytest.approx(expected, abs=0.05)
    assert np.argmax(gap) == 2
    assert all((error > 0) & (error < 0.1))


@given(labellings, st.integers(0, 1000))
def test_silhouettes_equal_those_of_scikit_learn(labels, seed):
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(len(labels), 3))
    labellings = [labels, generator.permutation(labels), np.zeros(len(labels), dtype=int)]
    widths = silhouette_widths(pairwise_distances(rows), labellings)
    for each, width in zip(labellings, widths, strict=True):
        if 2 <= len(np.unique(each)) < len(each):
            assert width == pytest.approx(silhouette_score(rows, each))
        else:
            assert np.isnan(width)
    assert silhouette_widths(pairwise_distances(rows), []) == []


def test_rows_that_cannot_win_are_not_put_to_the_test(lonely_few, rivals):
    """And those that can have the scores that they have where all are tested."""
    segments = (lonely_few[:, 0] > 20).astype(int)
    is_dbscan = (rivals["algorithm"] == "dbscan").to_numpy()
    scores = score_rivals(
        lonely_few, segments, largest_k=3, may_win=lambda rows: rows["algorithm"] == "dbscan"
    )
    evidence = ["null_silhouette", "null_assortativity", "null_share", "stability"]
    assert scores.loc[~is_dbscan, evidence].isna().all().all()
    pd.testing.assert_frame_equal(scores[is_dbscan], rivals[is_dbscan])
    rest = [name for name in scores.columns if name not in evidence]
    pd.testing.assert_frame_equal(scores[rest], rivals[rest])


def test_groups_that_a_copy_reaches_have_no_more_copies_and_no_refits(monkeypatch):
    monkeypatch.setattr(cluster_scores, "PERMUTED_COPIES", 6)
    monkeypatch.setattr(cluster_scores, "BOOTSTRAPS", 2)
    crowd = np.random.default_rng(5).normal(size=(300, 2))
    to_the_end = score_rivals(crowd, largest_k=4)
    scores = score_rivals(crowd, largest_k=4, may_win=lambda rows: rows["k"] > 1)
    is_reached = (to_the_end["null_share"] > 0) & (to_the_end["k"] > 1)
    assert is_reached.sum() > 2
    shares = scores.loc[is_reached, "null_share"]
    assert set((1 / shares).round(9)) <= {1, 2, 3, 4, 5, 6}, "one copy, the last one"
    assert (shares >= to_the_end.loc[is_reached, "null_share"].clip(upper=1 / 6)).all()
    assert scores.loc[is_reached, "stability"].isna().all()
    is_unreached = (to_the_end["null_share"] == 0) & (to_the_end["k"] > 1)
    pd.testing.assert_frame_equal(scores[is_unreached], to_the_end[is_unreached])


@pytest.mark.parametrize("name", list(RIVALS))
def test_fits_on_the_same_rows_assign_as_each_does_alone(name, monkeypatch):
    monkeypatch.setattr(algorithms, "FIT_ROWS", 200)
    points, _ = blobs([(0, 0), (9, 0), (0, 9)], rows_each=150)
    points = np.vstack([points, [[90, 90]]])
    rows = Rows.first(points)
    grid = [2, 3] if RIVALS[name].grid_column == "k" else [0.03, 0.1]
    fits = RIVALS[name].fit_each(rows, grid)
    for places in (points, rows.points, points[:0]):
        for fit, found in zip(fits, assign_each(fits, rows, places), strict=True):
            assert found.tolist() == fit.assign(places).tolist()


@pytest.mark.parametrize("ks", [[], [1], [1, 2, 3, 4], [2, 2]])
def test_starts_that_several_k_share_find_what_starts_of_their_own_find(ks):
    points, _ = blobs([(0, 0), (9, 0), (0, 9), (9, 9)])
    fits = fit_kmeans_each(points, ks, 5)
    assert [len(fit.cluster_centers_) for fit in fits] == ks
    alone = [fit_kmeans(points, k).inertia_ for k in ks]
    assert [fit.inertia_ for fit in fits] == pytest.approx(alone, rel=0.01)


def test_knee_is_the_farthest_point_below_the_chord():
    assert knee(np.array([100.0, 40, 10, 8, 6])).tolist() == [False, False, True, False, False]
    assert not knee(np.array([100.0, 75, 50, 25, 0])).any()
    assert not knee(np.array([3.0, 1])).any()


@given(
    arrays.arrays(
        np.float64, st.integers(3, 60), elements=st.integers(-999, 999).map(float), unique=True
    )
)
@settings(max_examples=50)
def test_one_peak_has_spacings_that_fall_and_then_rise(values):
    ordered = np.sort(values)
    smooth = one_peak(ordered)
    assert smooth[[0, -1]] == pytest.approx(ordered[[0, -1]])
    turns = np.sign(np.diff(smooth, n=2).round(6))
    assert all(np.diff(turns[turns != 0]) >= 0)


def test_one_peak_leaves_one_peak_and_fills_the_valley_between_two():
    falling = np.cumsum(np.arange(50.0))
    assert one_peak(falling) == pytest.approx(falling)
    two_peaks = np.concatenate([np.linspace(0, 1, 100), np.linspace(9, 10, 100)])
    valley = (one_peak(two_peaks) > 2) & (one_peak(two_peaks) < 8)
    assert valley.mean() > 0.2


def test_one_peak_leaves_a_column_of_repeated_values():
    often_zero = np.concatenate([np.zeros(20), np.linspace(50, 60, 100)])
    assert one_peak(often_zero).tolist() == often_zero.tolist()
    yes_or_no = np.array([0.0, 0, 1, 1, 1])
    assert one_peak(yes_or_no).tolist() == yes_or_no.tolist()


def test_permuted_copies_keep_correlations_and_dissolve_groups():
    generator = np.random.default_rng(3)
    common = generator.normal(size=(1500, 1))
    cloud = np.hstack([common + generator.normal(size=(1500, 2)), np.exp(common), -common])
    copies = list(permuted_copies(cloud, 3))
    for copy in copies:
        ranks = [pd.DataFrame(each).corr("spearman").to_numpy() for each in (cloud, copy)]
        assert ranks[1] == pytest.approx(ranks[0], abs=0.08)
    assert not np.array_equal(copies[0], copies[1])
    grid, groups = blobs([(0, 0), (9, 0), (0, 9), (9, 9)])
    copy = next(permuted_copies(grid, 1))
    labels = KMeans(4, n_init=5, random_state=0).fit_predict(copy)
    assert silhouette_score(copy, labels) < silhouette_score(grid, groups) - 0.2


def test_scores_of_planted_groups(scores):
    assert scores.dtypes.astype(str).to_dict() == SCORE_TYPES
    assert scores["k"].tolist() == [1, 2, 3, 4, 5]
    assert scores["rows_scored"].unique().tolist() == [300]
    planted = scores.set_index("k").loc[3]
    assert planted["is_knee"]
    assert planted["smallest_share"] == pytest.approx(1 / 3)
    assert planted["stability"] == pytest.approx(1)
    assert planted["outcome_auc"] == pytest.approx(1)
    assert planted["null_share"] == 0
    for best in ("gap", "silhouette", "calinski_harabasz"):
        assert scores.loc[scores[best].idxmax(), "k"] == 3
    assert scores.loc[scores["davies_bouldin"].idxmin(), "k"] == 3


def test_one_segment_has_no_score_that_compares_segments(scores):
    one = scores.set_index("k").loc[1]
    assert one[[*NEEDS_TWO_SEGMENTS, "outcome_auc"]].isna().all()
    assert one["prediction_strength"] == 1
    assert one["smallest_share"] == 1
    assert scores.set_index("k").loc[2:, NEEDS_TWO_SEGMENTS].notna().all().all()


def test_scores_are_the_same_on_every_call(three_blobs, scores):
    pd.testing.assert_frame_equal(score_k(*three_blobs, largest_k=5), scores, check_exact=True)


def test_only_the_first_rows_are_scored(three_blobs, monkeypatch):
    monkeypatch.setattr(cluster_scores, "SAMPLE_ROWS", 120)
    matrix, outcome = three_blobs
    sampled = score_k(matrix, outcome, largest_k=3)
    pd.testing.assert_frame_equal(sampled, score_k(matrix[:120], outcome[:120], largest_k=3))
    assert sampled["rows_scored"].unique().tolist() == [120]


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        (np.empty((0, 3)), []),
        (np.ones((1, 3)), [1]),
        (np.zeros((50, 3)), [1]),
        (np.array([[0.0], [1.0]]), [1, 2]),
        (np.array([[0.0, 1], [4, 2], [9, 9]]), [1, 2, 3]),
        (np.tile([[0.0, 1], [5, 5]], (20, 1)), [1, 2]),
    ],
    ids=["empty", "one row", "constant", "two rows", "three rows", "two distinct rows"],
)
def test_there_is_a_row_per_k_that_the_distinct_rows_allow(matrix, expected):
    scores = score_k(matrix)
    assert scores.dtypes.astype(str).to_dict() == SCORE_TYPES
    assert scores["k"].tolist() == expected
    assert not np.isinf(scores.select_dtypes("float64").to_numpy()).any()


@pytest.fixture(scope="module")
def lonely_few():
    """Two groups far apart and three rows far from everyone."""
    matrix, _ = blobs([(0, 0), (40, 0)], rows_each=150)
    lonely = np.array([[200.0, 0], [0, 300], [-400, 0]])
    return np.random.default_rng(1).permutation(np.vstack([matrix, lonely]))


@pytest.fixture(scope="module")
def rivals(lonely_few):
    segments = (lonely_few[:, 0] > 20).astype(int)
    return score_rivals(lonely_few, segments, largest_k=3)


def test_the_customers_in_no_group_count_as_a_group_of_their_own(lonely_few, rivals):
    rows = rivals[rivals["algorithm"] == "dbscan"].set_index("crowd_share")
    for share in rows.index:
        expected = RIVALS["dbscan"].fit(lonely_few, share).assign(lonely_few)
        row = rows.loc[share]
        assert row["k"] == 2
        assert row["noise_share"] == pytest.approx((expected == -1).mean())
        assert row["noise_share"] >= 3 / 303
        assert row["silhouette"] == pytest.approx(silhouette_score(lonely_few, expected))
        assert row["smallest_share"] == pytest.approx(
            min((expected == group).mean() for group in (0, 1))
        )
    assert rows["null_share"].max() == 0
    assert rows["stability"].min() > 0.9


def test_every_algorithm_has_a_row_per_value_of_its_grid(rivals):
    assert rivals.dtypes.astype(str).to_dict() == SCORE_TYPES
    keys = rivals[["algorithm", "k", "crowd_share"]]
    assert not keys.duplicated().any()
    assert rivals.groupby("algorithm").size().to_dict() == {
        "agglomerative": 2,
        "dbscan": 4,
        "gaussian_mixture": 2,
        "hdbscan": 4,
    }
    assert rivals["prediction_strength"].isna().all()
    assert rivals["stability"].notna().all()
    assert set(rivals["rows_fitted"]) == {303}


def test_k_means_is_pure_where_it_does_not_contradict_the_groups(lonely_few, rivals, monkeypatch):
    monkeypatch.setattr(cluster_scores, "PERMUTED_COPIES", 1)
    monkeypatch.setattr(cluster_scores, "BOOTSTRAPS", 1)

    def purity_of(segments):
        scores = score_rivals(lonely_few, segments.astype(int), largest_k=2)
        return scores.loc[scores["algorithm"] == "dbscan", "kmeans_purity"].to_numpy()

    is_right, is_high = lonely_few[:, 0] > 20, lonely_few[:, 1] > 0
    assert rivals.loc[rivals["algorithm"] == "dbscan", "kmeans_purity"].min() == 1
    assert purity_of(is_right * 2 + is_high).min() == 1, "divides the groups further"
    assert purity_of(is_high).max() < 0.7, "contradicts them"
    assert purity_of(np.zeros(len(lonely_few))).max() < 0.6, "one segment says nothing"


def test_the_other_algorithms_are_fitted_on_a_sample_and_scored_on_all(monkeypatch):
    monkeypatch.setattr(cluster_scores, "PERMUTED_COPIES", 2)
    monkeypatch.setattr(cluster_scores, "BOOTSTRAPS", 3)
    matrix, groups = blobs([(0, 0), (9, 0), (0, 9)], rows_each=500)
    rows = score_rivals(matrix, groups, largest_k=3)
    planted = rows[(rows["k"] == 3)]
    assert set(rows["rows_fitted"]) == {FIT_ROWS}
    assert set(rows["rows_scored"]) == {1500}
    assert {"agglomerative", "gaussian_mixture", "dbscan"} <= set(planted["algorithm"])
    assert planted.groupby("algorithm")["stability"].max().min() > 0.9
    assert planted["kmeans_purity"].min() > 0.98


@pytest.mark.parametrize("rows", [0, 1, 2, 4])
def test_too_few_customers_are_in_no_crowd(rows):
    scores = score_rivals(np.arange(rows * 2.0).reshape(rows, 2))
    crowds = scores[scores["crowd_share"].notna()]
    assert scores.dtypes.astype(str).to_dict() == SCORE_TYPES
    assert len(crowds) == (8 if rows > 1 else 0)
    assert set(crowds["k"]) <= {0}
    assert set(crowds["noise_share"]) <= {1.0}
    assert crowds["silhouette"].isna().all()
    assert not np.isinf(scores.select_dtypes("float64").to_numpy()).any()


@given(labellings, st.integers(0, 1000))
def test_assortativity_equals_that_of_a_graph(labels, seed):
    """Over the matrix of links between groups, as the paper writes it."""
    rows = np.random.default_rng(seed).normal(size=(len(labels), 2))
    nearest = neighbours(pairwise_distances(rows))
    mixing = np.zeros((4, 4))
    for row, others in enumerate(nearest):
        assert row not in others
        for other in others:
            mixing[labels[row], labels[other]] += 1 / nearest.size
    expected = np.square(np.bincount(labels, minlength=4) / len(labels)).sum()
    found = assortativity(nearest, labels)
    if len(np.unique(labels)) == 1:
        assert found == 0
    else:
        assert found == pytest.approx((np.trace(mixing) - expected) / (1 - expected))


@pytest.mark.parametrize("few", [400, 20])
def test_assortativity_knows_no_shape_and_no_size(few):
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    rings = np.vstack([circle[:few] if few == 400 else circle[::20], 9 * circle])
    nearest = neighbours(pairwise_distances(rings))
    assert assortativity(nearest, np.repeat([0, 1], [few, 400])) == pytest.approx(1)
    assert assortativity(nearest, np.zeros(few + 400)) == 0


def test_purity_counts_the_customers_in_the_most_common_group_of_their_segment():
    segments = np.array([0, 0, 0, 1, 1, 2])
    groups = np.array([7, 7, 8, 8, 8, 8])
    assert purity(segments, groups) == pytest.approx(5 / 6)
    assert purity(np.arange(6), groups) == 1
    assert np.isnan(purity(segments[:0], groups[:0]))


def test_components_find_groups_that_noise_hides():
    matrix, _ = blobs([(0, 0), (12, 0), (0, 12)], rows_each=150)
    noise = np.random.default_rng(2).normal(size=(450, 6))
    wide = np.hstack([matrix, noise])
    scores = score_k(wide, components=0.5, largest_k=4).set_index("k")
    plain = score_k(wide, largest_k=4).set_index("k")

    assert scores.loc[3, "inertia"] < plain.loc[3, "inertia"]
    assert scores.loc[3, "prediction_strength"] > 0.99
    assert scores.loc[3, "silhouette"] == pytest.approx(plain.loc[3, "silhouette"], abs=0.01)


def test_copies_keep_one_level_per_customer_and_the_link_to_other_columns():
    random = np.random.default_rng(5)
    level = random.integers(0, 3, 900)
    number = np.where(level == 2, 3.0, 0.0) + random.normal(size=900)
    rows = np.column_stack([np.eye(3)[level], number])
    for copy in permuted_copies(rows, 3, ["colour", "colour", "colour", "number"]):
        assert (copy[:, :3].sum(axis=1) == 1).all()
        assert copy[:, :3].sum(axis=0).tolist() == rows[:, :3].sum(axis=0).tolist()
        third = copy[:, 2] == 1
        assert copy[third, 3].mean() - copy[~third, 3].mean() > 1.5


def test_the_levels_of_a_category_alone_are_no_structure():
    random = np.random.default_rng(6)
    relationship = np.eye(3)[random.integers(0, 3, 300)]
    genre = np.eye(6)[random.integers(0, 6, 300)]
    gift = np.eye(5)[random.integers(0, 5, 300)]
    rows = np.hstack([relationship / 0.8, genre / 0.9, gift / 0.9])
    units = 3 * ["relationship"] + 6 * ["genre"] + 5 * ["gift"]
    verdicts = {
        name: choose_k(score_k(rows, largest_k=5, units=each), 0.02)["structure"].iloc[0]
        for name, each in {"levels together": units, "each level alone": None}.items()
    }

    assert verdicts == {"levels together": "none", "each level alone": "clear"}


def test_short_lists_alone_are_no_structure():
    random = np.random.default_rng(7)
    sizes = (3, 6, 5)
    rows = np.hstack([np.eye(size)[random.integers(0, size, 300)] for size in sizes])
    rows[:30, 0] = 1  # a second item for some
    units = [f"list {number}" for number, size in enumerate(sizes) for _ in range(size)]
    scores = choose_k(score_k(rows, largest_k=5, units=units), 0.02)

    assert scores["structure"].iloc[0] == "none"
