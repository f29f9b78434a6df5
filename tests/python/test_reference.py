"""What a fit saw of its customers: ranges, bins, levels and segments."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from test_model import SETTINGS, customers, ordered_ids, points_of, relation

from segmentation.reference import (
    BIN_CUSTOMERS,
    BINS,
    bin_edges,
    describe_dimensions,
    describe_segments,
)

# Few values, so that many customers have the same one, and many.
some_values = st.lists(st.integers(-8, 8), min_size=1, max_size=150)
any_values = st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=150)


def counts(values: np.ndarray, edges: np.ndarray) -> list[int]:
    """How many values are above each edge and not above the next one."""
    ends = [-np.inf, *edges, np.inf]
    return [int(((values > low) & (values <= high)).sum()) for low, high in pairwise(ends)]


@given(some_values | any_values)
def test_every_value_is_in_one_bin_and_no_bin_is_empty(values: list[float]):
    values = np.array(values, dtype=float)
    edges = bin_edges(values)
    filled = counts(values, edges)

    assert (np.diff(edges) > 0).all()
    assert set(edges) <= set(values)
    assert sum(filled) == len(values)
    assert min(filled) > 0
    assert len(filled) <= BINS
    np.testing.assert_array_equal(
        filled, np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
    )


@given(some_values | any_values)
def test_few_values_have_a_bin_each(values: list[float]):
    values = np.array(values, dtype=float)
    distinct, sizes = np.unique(values, return_counts=True)
    assume(len(distinct) <= BINS)

    assert counts(values, bin_edges(values)) == sizes.tolist()


@given(st.lists(st.integers(), min_size=BINS + 1, max_size=300, unique=True), st.randoms())
def test_bins_of_values_that_all_differ_are_equally_large(values: list[int], random):
    ranks = np.argsort(np.argsort(np.array(values, dtype=float), kind="stable")).astype(float)
    sizes = counts(ranks, bin_edges(ranks))
    shuffled = ranks.copy()
    random.shuffle(shuffled)

    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == max(2, min(BINS, len(ranks) // BIN_CUSTOMERS))
    assert bin_edges(shuffled).tolist() == bin_edges(ranks).tolist()


def test_a_value_that_most_have_is_one_bin():
    values = np.array([0.0] * 80 + list(range(1, 21)), dtype=float)

    assert counts(values, bin_edges(values))[0] == 80
    assert bin_edges(np.zeros(50)).tolist() == []


def test_dimensions_are_described_as_pandas_finds_them():
    hobbies = [["chess", "rock 'n' roll"], ["chess"], [], None, ["golf"], ["golf", "chess"]] * 50
    frame = customers().assign(hobbies=hobbies)
    frame["imputed_features"] = [["monetary"] if i % 4 == 0 else [] for i in range(300)]
    frame.loc[frame.index[5], "city"] = "Val d'Or"
    dimensions, points = points_of(frame, SETTINGS)
    first = points.to_numpy()[:100]
    found = describe_dimensions(relation(frame), dimensions, first).set_index(dimensions.index)
    is_filled = frame.set_index("customer_id")["imputed_features"].map(len) > 0
    is_filled = is_filled.loc[ordered_ids(frame)[:100]].to_numpy()

    # The range is that of all customers, the bins are those of the sample.
    np.testing.assert_allclose(found["least"], points.min())
    np.testing.assert_allclose(found["greatest"], points.max())
    assert first.min(axis=0).tolist() != points.min().tolist()
    for i, name in enumerate(dimensions["dimension"]):
        column, row = first[:, i], found.iloc[i]
        stated = column[~is_filled] if name == "monetary" else column
        bins = [-np.inf, *row["edges"], np.inf]
        expected = pd.cut(stated, bins).value_counts().tolist()
        assert row["edges"] == bin_edges(column).tolist()
        assert row["bin_customers"] == expected
    assert 0 < is_filled.sum() < 100

    levels = found["levels"].groupby(dimensions["feature"]).agg(list)
    assert levels["city"][0] == ["Bern", "Chur", "Genf", "Val d'Or"]
    assert levels["hobbies"][0] == ["chess", "golf", "rock 'n' roll"]
    assert levels["monetary"] == [None]
    assert all(each is None for rows in levels for each in rows[1:])


def test_without_a_list_of_filled_features_all_are_stated():
    frame = customers().drop(columns="imputed_features")
    dimensions, points = points_of(frame, SETTINGS)
    found = describe_dimensions(relation(frame), dimensions, points.to_numpy())

    assert {sum(each) for each in found["bin_customers"]} == {300}


@given(st.lists(st.tuples(st.integers(-1, 3), st.floats(-9, 9), st.floats(-9, 9)), min_size=1))
def test_segments_are_described_as_pandas_finds_them(rows: list[tuple]):
    frame = pd.DataFrame(rows, columns=["segment_id", "x", "y"])
    found = describe_segments(frame[["x", "y"]].to_numpy(), frame["segment_id"].to_numpy())
    groups = frame.groupby("segment_id")
    spreads = np.sqrt(groups[["x", "y"]].var(ddof=0).sum(axis=1))

    assert found["segment_ids"] == sorted(set(frame["segment_id"]))
    assert found["segment_customers"] == groups.size().tolist()
    assert found["segment_spreads"] == pytest.approx(spreads.tolist(), abs=1e-9)
    means = groups[["x", "y"]].mean().to_numpy().T
    np.testing.assert_allclose(found["segment_means"], means, atol=1e-9)
