"""The rule that chooses the number of segments."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_circles, make_moons
from sklearn.metrics import adjusted_rand_score

from segmentation.algorithms import RIVALS
from segmentation.choice import choose_algorithm, choose_k, may_challenge
from segmentation.cluster_scores import kmeans_labels, score_k, score_rivals
from segmentation.errors import InputError


def scored(**changes):
    """Scores of k = 1 to 4 where three segments are clear; each change replaces one column."""
    columns = {
        "k": [1, 2, 3, 4],
        "prediction_strength": [1.0, 0.95, 0.9, 0.5],
        "prediction_strength_error": [0.0, 0.01, 0.02, 0.03],
        "smallest_share": [1.0, 0.4, 0.3, 0.1],
        "gap": [1.0, 1.2, 1.4, 1.3],
        "gap_error": [0.01, 0.01, 0.01, 0.01],
        "silhouette": [np.nan, 0.4, 0.5, 0.3],
        "null_silhouette": [np.nan, 0.2, 0.2, 0.2],
        "null_share": [np.nan, 0.0, 0.0, 0.0],
    }
    return pd.DataFrame(columns | changes)


def choice(scores, minimum_share=0.02, k=None):
    """The chosen k, the structure and the chosen row's reason."""
    chosen = choose_k(scores, minimum_share, k)
    assert chosen["is_chosen"].sum() == 1
    assert chosen["structure"].nunique() == 1
    assert chosen["reason"].str.fullmatch(r"\S.*\.").all()
    row = chosen[chosen["is_chosen"]].iloc[0]
    return row["k"], row["structure"], row["reason"]


def reason(scores, k, minimum_share=0.02):
    return choose_k(scores, minimum_share).set_index("k")["reason"][k]


def test_the_largest_clear_k_is_chosen():
    assert choice(scored())[:2] == (3, "clear")
    assert "0.50 plus its error 0.03 is below 0.80" in reason(scored(), 4)
    assert "2 segments hold up too; 3 is the largest" in reason(scored(), 2)


def test_the_standard_error_counts_for_the_candidate():
    strength = [1.0, 0.95, 0.78, 0.5]
    assert choice(scored(prediction_strength=strength))[0] == 3
    strength = [1.0, 0.95, 0.77, 0.5]
    assert choice(scored(prediction_strength=strength))[0] == 2


def test_a_crumb_is_no_segment():
    scores = scored(smallest_share=[1.0, 0.4, 0.012, 0.01])
    assert choice(scores)[:2] == (2, "clear")
    assert "would hold 1.2% of customers, below the 2.0% set" in reason(scores, 3)
    assert choice(scores, minimum_share=0.012)[0] == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"null_share": [np.nan, 0.0, 0.05, 0.0]},
        {"null_silhouette": [np.nan, 0.2, 0.45, 0.2]},
        {"null_share": [np.nan, 0.0, np.nan, 0.0]},
    ],
    ids=["a copy reaches it", "too little above the copies", "not known"],
)
def test_a_candidate_that_does_not_beat_the_copies_leaves_it_to_a_smaller_one(changes):
    assert choice(scored(**changes))[:2] == (2, "clear")
    assert "do not beat chance" in reason(scored(**changes), 3)


def test_a_clear_k_comes_before_a_larger_weak_one():
    scores = scored(gap=[1.0, 1.4, 1.2, 1.1])
    assert choice(scores)[:2] == (2, "clear")
    assert "hold up less clearly" in reason(scores, 3)


def test_without_the_gap_the_structure_is_weak():
    k, structure, why = choice(scored(gap=[1.0, 0.9, 0.8, 0.7]))
    assert (k, structure) == (3, "weak")
    assert "the gap statistic does not confirm it" in why
    assert choice(scored(gap=[1.0, 1.009, 1.009, 1.0]))[1] == "weak"


@pytest.mark.parametrize(
    "changes",
    [
        {"prediction_strength": [1.0, 0.7, 0.6, 0.5]},
        {"null_share": [np.nan, 0.1, 0.1, 0.0]},
        {"smallest_share": [1.0, 0.01, 0.01, 0.01]},
    ],
)
def test_when_nothing_holds_there_is_one_segment(changes):
    k, structure, why = choice(scored(**changes))
    assert (k, structure) == (1, "none")
    assert why.startswith("No structure")


def test_a_k_set_by_hand_is_chosen_and_judged():
    assert choice(scored(), k=2) == (
        2,
        "clear",
        "The number of segments was set to 2 by hand; the rule would have chosen 3 segments.",
    )
    assert choice(scored(), k=4)[:2] == (4, "none")
    assert choice(scored(), k=1)[:2] == (1, "none")
    assert "the rule chooses the same" in choice(scored(), k=3)[2]
    nothing = scored(prediction_strength=[1.0, 0.7, 0.6, 0.5])
    assert "would have chosen one segment" in choice(nothing, k=2)[2]


def test_a_k_that_was_not_scored_is_an_input_error():
    with pytest.raises(InputError, match=r"'k' is 7, .* k = 1 to 4 only"):
        choose_k(scored(), 0.02, k=7)


def test_the_order_of_the_rows_does_not_matter_and_is_kept():
    backwards = scored().iloc[::-1]
    chosen = choose_k(backwards, 0.02)
    assert chosen["k"].tolist() == [4, 3, 2, 1]
    pd.testing.assert_frame_equal(chosen.sort_index(), choose_k(scored(), 0.02))


@pytest.mark.parametrize("k", [None, 3])
def test_no_customers_give_no_rows(k):
    chosen = choose_k(score_k(np.empty((0, 2))), 0.02, k)
    assert len(chosen) == 0
    types = chosen[["is_chosen", "structure", "reason"]].dtypes.astype(str).tolist()
    assert types == ["bool", "str", "str"]


def standardised(rows):
    return (rows - rows.mean(axis=0)) / rows.std(axis=0)


def planted(centres, rows_each=120):
    generator = np.random.default_rng(11)
    centres = np.repeat(np.asarray(centres, dtype=float), rows_each, axis=0)
    return standardised(generator.permutation(centres + generator.normal(size=centres.shape)))


@pytest.mark.parametrize(
    ("centres", "expected"),
    [
        ([(0, 0, 0), (9, 0, 0), (0, 9, 0)], 3),
        ([(0, 0), (7, 0), (0, 7), (7, 7)], 4),
        ([(0, 0, 0, 0, 0), (3, 3, 3, 3, 3)], 2),
    ],
    ids=["three groups", "a grid of four", "two groups"],
)
def test_planted_groups_are_found(centres, expected):
    assert choice(choose(planted(centres)))[:2] == (expected, "clear")


def choose(matrix):
    return score_k(matrix, largest_k=5)


def uniform(generator):
    return generator.uniform(size=(500, 4))


def elongated(generator):
    return generator.normal(size=(500, 1)) + 0.5 * generator.normal(size=(500, 5))


def long_tails(generator):
    return np.exp(elongated(generator) / 2)


def yes_or_no(generator):
    return np.hstack([generator.normal(size=(500, 3)), generator.random((500, 1)) < 0.4])


@pytest.mark.parametrize("shape", [uniform, elongated, long_tails, yes_or_no])
def test_data_without_groups_have_no_structure(shape):
    matrix = standardised(shape(np.random.default_rng(5)))
    assert choice(choose(matrix))[:2] == (1, "none")


@pytest.mark.real
def test_shop_customers_have_no_structure(real_data):
    shop = pd.read_csv(real_data / "shop" / "Customers.csv")
    numbers = shop.select_dtypes("number").drop(columns="CustomerID").to_numpy(dtype=float)
    gender = (shop[["Gender"]] == "Male").to_numpy(dtype=float)
    order = np.random.default_rng(0).permutation(len(shop))
    matrix = standardised(np.hstack([numbers, gender]))[order]
    assert choice(choose(matrix))[:2] == (1, "none")


def rival(**changes):
    """The scores of another algorithm whose two groups hold up and that k-means mixes."""
    row = {
        "algorithm": "dbscan",
        "k": 2,
        "crowd_share": 0.01,
        "noise_share": 0.1,
        "smallest_share": 0.3,
        "silhouette": 0.4,
        "assortativity": 0.5,
        "null_assortativity": 0.1,
        "null_share": 0.0,
        "kmeans_purity": 0.7,
        "stability": 0.97,
    }
    return row | changes


def contest(*rivals, **settings):
    """The chosen row, after a check of what holds for every choice."""
    by_k = choose_k(scored().assign(algorithm="kmeans"), 0.02, settings.get("k"))
    scores = choose_algorithm(by_k, pd.DataFrame(rivals), 0.02, **settings)
    assert scores["is_chosen"].sum() == 1
    assert scores["structure"].nunique() == 1
    assert scores["reason"].str.fullmatch(r"\S.*\.").all()
    return scores[scores["is_chosen"]].iloc[0], scores


def test_groups_that_k_means_would_mix_take_its_place():
    chosen, scores = contest(rival())
    assert (chosen["algorithm"], chosen["k"], chosen["structure"]) == ("dbscan", 2, "clear")
    assert "k-means does not find them" in chosen["reason"]
    assert set(scores["reason"][:4]) == {
        "Not chosen: k-means does not find the groups that DBSCAN finds."
    }


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kmeans_purity": 0.9}, "k-means does not contradict them and is simpler"),
        (
            {"kmeans_purity": 0.9, "null_share": np.nan, "stability": np.nan},
            "k-means does not contradict them and is simpler, so they were not put to the test",
        ),
        (
            {"algorithm": "agglomerative", "null_share": np.nan, "stability": np.nan},
            "these are a variant of the segments of k-means, which is simpler",
        ),
        ({"k": 1}, "finds one group and leaves 10% of the customers in none: no two groups"),
        ({"k": 0, "null_share": np.nan}, "no two groups stand apart"),
        ({"null_share": 0.05}, "permuted copies, which hold no segments, divide about as well"),
        ({"null_assortativity": 0.45}, "permuted copies, which hold no segments, divide about"),
        ({"null_share": np.nan, "silhouette": np.nan}, "too few customers to compare with"),
        ({"noise_share": 0.21}, "leaves 21% of the customers in none: too many to leave out"),
        ({"smallest_share": 0.019}, "the smallest group holds 1.9%, too few to be of use"),
        (
            {"stability": 0.89},
            "others where customers are resampled (stability 0.89",
        ),
        ({"algorithm": "agglomerative"}, "these hold up too, but k-means is simpler"),
    ],
)
def test_k_means_stands_against_groups_that_do_not_hold_up(changes, why):
    chosen, scores = contest(rival(**changes))
    assert (chosen["algorithm"], chosen["k"], chosen["structure"]) == ("kmeans", 3, "clear")
    assert why in scores.iloc[-1]["reason"]


def test_one_segment_contradicts_any_groups():
    by_k = choose_k(scored(null_share=[np.nan, 1, 1, 1]).assign(algorithm="kmeans"), 0.02)
    few = pd.DataFrame([rival(smallest_share=0.03, kmeans_purity=0.97)])
    scores = choose_algorithm(by_k, few, 0.02)
    assert by_k["structure"].iloc[0] == "none"
    assert scores.loc[scores["is_chosen"], "algorithm"].tolist() == ["dbscan"]
    assert set(scores["structure"]) == {"clear"}


def test_among_challengers_the_simplest_that_leaves_the_fewest_out_wins():
    challengers = [
        rival(algorithm="gaussian_mixture", crowd_share=np.nan, noise_share=0.0, stability=1.0),
        rival(algorithm="hdbscan", noise_share=0.0),
        rival(k=4, noise_share=0.05, stability=0.93),
        rival(k=2, noise_share=0.05, stability=0.99),
        rival(k=3, noise_share=0.15, stability=1.0),
    ]
    chosen, scores = contest(*challengers)
    assert (chosen["algorithm"], chosen["k"], chosen["noise_share"]) == ("dbscan", 2, 0.05)
    assert "hold up too, but DBSCAN is simpler" in scores["reason"][4]


def test_only_what_could_take_the_place_of_k_means_may_challenge_it():
    by_k = choose_k(scored().assign(algorithm="kmeans"), 0.02)
    rivals = [
        rival(),
        rival(kmeans_purity=0.9),
        rival(k=1),
        rival(noise_share=0.3),
        rival(smallest_share=0.01),
        rival(algorithm="agglomerative"),
    ]
    is_open = may_challenge(by_k, pd.DataFrame(rivals), 0.02)
    assert is_open == [True, False, False, False, False, False]
    one = choose_k(scored(null_share=[np.nan, 1, 1, 1]), 0.02)
    assert may_challenge(one, pd.DataFrame(rivals[:2]), 0.02) == [True, True]
    assert may_challenge(by_k, pd.DataFrame(rivals[:0]), 0.02) == []


def test_what_was_not_put_to_the_test_says_that_the_choice_was_made_by_hand():
    untested = rival(null_share=np.nan, stability=np.nan)
    assert "for the choice was made by hand" in contest(untested, k=2)[1]["reason"].iloc[-1]


def test_a_k_or_k_means_set_by_hand_is_not_challenged():
    assert contest(rival(), k=2)[0][["algorithm", "k"]].tolist() == ["kmeans", 2]
    assert contest(rival(), algorithm="kmeans")[0][["algorithm", "k"]].tolist() == ["kmeans", 3]


@pytest.mark.parametrize(
    ("changes", "structure"),
    [
        ({"kmeans_purity": 1.0}, "clear"),
        ({"stability": 0.5}, "weak"),
        ({"noise_share": 0.5}, "weak"),
        ({"k": 1}, "none"),
        ({"null_share": 0.1}, "none"),
        ({"null_share": np.nan, "k": 0}, "none"),
    ],
)
def test_an_algorithm_set_by_hand_is_judged(changes, structure):
    chosen, scores = contest(rival(**changes), algorithm="dbscan")
    assert (chosen["algorithm"], chosen["structure"]) == ("dbscan", structure)
    assert "set by hand" in chosen["reason"]
    assert set(scores["reason"][:4]) == {"Not chosen: the algorithm was set to dbscan by hand."}


def test_an_algorithm_set_by_hand_is_chosen_with_its_best_row_or_with_the_k_that_was_set():
    mixtures = [
        rival(algorithm="gaussian_mixture", crowd_share=np.nan, k=2, stability=0.5),
        rival(algorithm="gaussian_mixture", crowd_share=np.nan, k=3, stability=0.95),
    ]
    settings = {"algorithm": "gaussian_mixture"}
    assert contest(*mixtures, **settings)[0]["k"] == 3
    assert contest(*mixtures, **settings, k=2)[0]["k"] == 2
    with pytest.raises(InputError, match=r"'algorithm' is gaussian_mixture, but .* for 4 segments"):
        contest(*mixtures, **settings, k=4)


def test_no_customers_have_no_rows():
    nobody = choose_k(scored()[:0].assign(algorithm="kmeans"), 0.02)
    assert choose_algorithm(nobody, pd.DataFrame([rival()])[:0], 0.02).empty


def best(matrix):
    """The chosen row and the labels that its algorithm gives."""
    by_k = choose_k(score_k(matrix, largest_k=6), 0.02)
    segments = kmeans_labels(matrix, by_k.loc[by_k["is_chosen"], "k"].iloc[0])
    scores = choose_algorithm(by_k, score_rivals(matrix, segments, largest_k=6), 0.02)
    row = scores[scores["is_chosen"]].iloc[0]
    if row["algorithm"] == "kmeans":
        return row, segments
    chosen = RIVALS[row["algorithm"]]
    return row, chosen.fit(matrix, row[chosen.grid_column]).assign(matrix)


def moons():
    return make_moons(700, noise=0.06, random_state=1)


def rings():
    return make_circles(700, factor=0.45, noise=0.05, random_state=1)


def few_inside_a_ring():
    generator = np.random.default_rng(1)
    angles = generator.uniform(0, 2 * np.pi, 640)
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    points = np.vstack([ring, np.zeros((60, 2))]) + 0.05 * generator.normal(size=(700, 2))
    order = generator.permutation(700)
    return points[order], (np.arange(700) < 640)[order]


@pytest.mark.parametrize("shape", [moons, rings, few_inside_a_ring])
def test_density_wins_where_k_means_must_fail(shape):
    points, groups = shape()
    row, labels = best(standardised(points))
    assert row["algorithm"] in ("dbscan", "hdbscan")
    assert (row["k"], row["structure"]) == (2, "clear")
    assert adjusted_rand_score(groups, labels) > 0.95


def test_a_mixture_wins_on_overlapping_groups_that_stretch_in_different_directions():
    generator = np.random.default_rng(1)
    centres = np.array([(0, 0, 0), (2, 2, 2), (-2, 2, -2)])
    groups = generator.permutation(np.repeat([0, 1, 2], 250))
    spreads = 0.5 + 2.5 * np.eye(3)
    points = centres[groups] + generator.normal(size=(750, 3)) * spreads[groups]
    row, labels = best(standardised(points))
    assert (row["algorithm"], row["k"], row["structure"]) == ("gaussian_mixture", 3, "clear")
    assert adjusted_rand_score(groups, labels) > 0.95
