"""Refits aligned: which segment continues which, and what became of the others."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.algorithms import NOISE
from segmentation.lineage import align, moved_away

# Few customers and segments, so that halves, thirds and empty segments are common.
two_fits = st.integers(0, 12).flatmap(
    lambda customers: st.tuples(
        st.lists(st.sampled_from([NOISE, 0, 1, 2, 5]), min_size=customers, max_size=customers),
        st.lists(st.integers(NOISE, 4), min_size=customers, max_size=customers),
    )
)
pairs_apart = st.sets(st.tuples(st.sampled_from([0, 1, 2, 5]), st.integers(0, 4)))
NEXT_ID = 6


def aligned(previous, current, **segments):
    return align(np.array(previous, dtype=int), np.array(current, dtype=int), NEXT_ID, **segments)


def rows(alignment):
    columns = ("event", "from_segment_id", "to_segment_id", "customers")
    return [tuple(row[column] for column in columns) for row in alignment.lineage]


@given(two_fits, st.permutations(range(5)))
def test_permuted_labels_change_nothing_but_the_order_of_the_births(fits, order):
    previous, current = fits
    permuted = [label if label == NOISE else order[label] for label in current]

    plain, other = aligned(previous, current), aligned(previous, permuted)

    ids = {other.segment_ids[order[old]]: new for old, new in plain.segment_ids.items() if old >= 0}
    assert all(one == two for one, two in ids.items() if min(one, two) < NEXT_ID)
    ids |= {NOISE: NOISE, None: None}
    renamed = [(event, old, ids[new], customers) for event, old, new, customers in rows(other)]
    assert Counter(renamed) == Counter(rows(plain))
    assert other.relabelled_share == plain.relabelled_share
    births = [ids for ids in other.segment_ids.values() if ids >= NEXT_ID]
    assert births == list(range(NEXT_ID, NEXT_ID + len(births)))


@given(st.lists(st.integers(NOISE, 4), max_size=20), st.permutations(range(5)))
def test_the_same_groups_all_continue(previous, order):
    current = [label if label == NOISE else order[label] for label in previous]

    alignment = aligned(previous, current)

    assert alignment.relabelled_share == 0
    assert rows(alignment) == [
        ("continues", segment, segment, customers)
        for segment, customers in sorted(Counter(previous).items())
    ]


@given(two_fits, pairs_apart)
def test_every_customer_counts_once_and_every_segment_appears(fits, moved):
    previous, current = fits
    alignment = aligned(previous, current, moved=moved)
    ids = [alignment.segment_ids[label] for label in current]
    lineage = rows(alignment)

    both = {(old, new): n for _, old, new, n in lineage if None not in (old, new)}
    assert both == Counter(zip(previous, ids, strict=True))
    assert {old for _, old, _, _ in lineage} - {None} == set(previous)
    assert {new for _, _, new, _ in lineage} - {None} == set(ids)
    assert len(set(alignment.segment_ids.values())) == len(alignment.segment_ids)
    moved = [one != two for one, two in zip(previous, ids, strict=True)]
    assert alignment.relabelled_share == pytest.approx(np.mean(moved) if moved else 0)


@given(two_fits, pairs_apart)
def test_events_follow_their_definitions(fits, moved):
    previous, current = fits
    alignment = aligned(previous, current, moved=moved)
    ids = [alignment.segment_ids[label] for label in current]
    before, after = Counter(previous), Counter(ids)
    pairs = Counter(zip(previous, ids, strict=True))
    is_half_of_new = {(old, new): 2 * n >= after[new] for (old, new), n in pairs.items()}
    is_half_of_old = {(old, new): 2 * n >= before[old] for (old, new), n in pairs.items()}
    for old, label in moved:
        pair = old, alignment.segment_ids.get(label)
        if is_half_of_old.get(pair) and is_half_of_new.get(pair):
            is_half_of_old[pair] = is_half_of_new[pair] = False
    has_parent = {new for (old, new), half in is_half_of_new.items() if half and old != NOISE}
    has_heir = {old for (old, new), half in is_half_of_old.items() if half and new != NOISE}

    for event, old, new, customers in rows(alignment):
        pair = old, new
        is_new, has_ended = new not in before, old not in after
        if old is None:
            expected = "born"
            assert is_new
            assert new not in has_parent
            assert customers == after[new]
        elif new is None:
            expected = "died"
            assert has_ended
            assert old not in has_heir
            assert customers == before[old]
        elif old == new:
            expected = "continues"
            assert old == NOISE or (is_half_of_old[pair] and is_half_of_new[pair])
        elif NOISE not in pair and is_new and is_half_of_new[pair]:
            expected = "split"
            assert not (has_ended and is_half_of_old[pair]), "it should have been continued"
        elif NOISE not in pair and has_ended and is_half_of_old[pair]:
            expected = "merged"
        else:
            expected = "relabelled"
        assert event == expected


@given(two_fits, pairs_apart)
def test_no_other_match_has_more_customers_in_common(fits, moved):
    """The oracle: every one-to-one match there is, tried one by one."""
    previous, current = fits
    pairs, before, after = map(Counter, (zip(previous, current, strict=True), previous, current))

    def customers(old, new):
        common = pairs[old, new]
        is_half = 2 * common >= max(before[old], after[new])
        return common if is_half and (old, new) not in moved else 0

    labels, old_ids = ([each for each in sorted(sizes) if each >= 0] for sizes in (after, before))
    padded = old_ids + [None] * len(labels)
    best = max(
        sum(customers(old, new) for old, new in zip(order, labels, strict=True) if old is not None)
        for order in permutations(padded, len(labels))
    )

    segment_ids = aligned(previous, current, moved=moved).segment_ids
    matches = {new: old for new, old in segment_ids.items() if new >= 0}
    continued = [customers(old, new) for new, old in matches.items() if old < NEXT_ID]
    assert sum(continued) == best
    assert all(continued)


def test_each_event():
    previous = [0] * 10 + [1] * 6 + [2] * 4 + [3] * 4 + [4] * 3 + [NOISE] * 5
    current = [7] * 6 + [8] * 4 + [7] * 2 + [9] * 4 + [9] * 4 + [NOISE] * 4 + [5] * 8

    alignment = aligned(previous, current)

    assert alignment.segment_ids == {NOISE: NOISE, 5: 6, 7: 0, 8: 7, 9: 1}
    assert rows(alignment) == [
        ("born", None, 6, 8),
        ("relabelled", -1, 6, 5),
        ("continues", 0, 0, 6),
        ("split", 0, 7, 4),
        ("relabelled", 1, 0, 2),
        ("continues", 1, 1, 4),
        ("merged", 2, 1, 4),
        ("died", 3, None, 4),
        ("relabelled", 3, -1, 4),
        ("merged", 4, 6, 3),
    ]
    assert alignment.relabelled_share == pytest.approx(22 / 32)


def test_just_under_half_of_either_is_a_new_segment():
    previous = [0] * 100

    assert aligned(previous, [0] * 50 + [1] * 30 + [2] * 20).segment_ids == {0: 0, 1: 6, 2: 7}
    assert aligned(previous, [0] * 49 + [1] * 31 + [2] * 20).segment_ids == {0: 6, 1: 7, 2: 8}
    assert aligned([0] * 50 + [1] * 50, [3] * 100).segment_ids == {3: 0}
    assert aligned([0] * 49 + [1] * 30 + [2] * 21, [3] * 100).segment_ids == {3: 6}


@pytest.mark.parametrize("labels", [(0, 1), (1, 0)])
def test_of_two_equal_halves_that_of_the_first_customer_continues(labels):
    first, second = labels

    alignment = aligned([0] * 6, [first, second, second, first, second, first])

    assert alignment.segment_ids == {first: 0, second: 6}


def test_a_segment_in_the_place_of_another_is_born_and_the_other_died():
    previous, current = [0] * 4 + [1] * 4, [0] * 4 + [1] * 4

    alignment = aligned(previous, current, moved=[(1, 1), (0, 1)])

    assert alignment.segment_ids == {0: 0, 1: 6}
    assert rows(alignment) == [
        ("born", None, 6, 4),
        ("continues", 0, 0, 4),
        ("died", 1, None, 4),
        ("relabelled", 1, 6, 4),
    ]
    assert alignment.relabelled_share == 0.5


def test_a_small_part_that_is_split_off_may_be_far_away():
    alignment = aligned([0] * 10, [0] * 8 + [1] * 2, moved=[(0, 1)])

    assert rows(alignment) == [("continues", 0, 0, 8), ("split", 0, 6, 2)]


def test_far_is_more_than_the_larger_spread():
    means = {0: [0.0, 0.0], 3: [10.0, 0.0]}
    points = np.array([[1.9, 0.0], [2.1, 0.0], [9.0, 0.0], [12.9, 0.0], [50.0, 0.0]])
    labels = np.array([0, 0, 1, 1, NOISE])

    def far(**spreads):
        return moved_away(points, labels, means, {0: spreads["first"], 3: spreads["second"]})

    assert far(first=2.01, second=0.0) == {(0, 1), (3, 0)}
    assert far(first=1.99, second=0.0) == {(0, 0), (0, 1), (3, 0)}
    assert far(first=2.01, second=9.0) == {(0, 1)}
    assert far(first=2.01, second=1.0) == {(0, 1), (3, 0)}


def test_customers_who_are_all_alike_have_not_moved():
    points = np.full((3, 2), 1 / 3)

    assert moved_away(points, np.zeros(3, dtype=int), {0: [0.333333333] * 2}, {0: 0.0}) == set()
    assert moved_away(points + 0.01, np.zeros(3, dtype=int), {0: [1 / 3] * 2}, {0: 0.0}) == {(0, 0)}


@given(st.lists(st.floats(-9, 9), min_size=2, max_size=9), st.data())
def test_one_half_of_a_segment_is_never_too_far(values, data):
    points = np.array(values).reshape(-1, 1)
    half = data.draw(st.permutations(range(len(points))))[: (len(points) + 1) // 2]
    labels = np.array([0 if i in half else NOISE for i in range(len(points))])

    assert moved_away(points, labels, {0: points.mean(axis=0)}, {0: points.std()}) == set()


def test_segments_without_customers_appear_too():
    alignment = aligned([0, 0], [0, 0], previous_ids=[0, 3, NOISE], current_labels=[0, 1])

    assert alignment.segment_ids == {0: 0, 1: 6}
    assert rows(alignment) == [("born", None, 6, 0), ("continues", 0, 0, 2), ("died", 3, None, 0)]


def test_no_customers_one_segment_and_nobody_in_a_group():
    nobody = aligned([], [])
    assert (nobody.segment_ids, nobody.lineage, nobody.relabelled_share) == ({}, [], 0)
    assert rows(aligned([0] * 3, [4] * 3)) == [("continues", 0, 0, 3)]
    none_left = aligned([0] * 3, [NOISE] * 3)
    assert none_left.segment_ids == {NOISE: NOISE}
    assert rows(none_left) == [("died", 0, None, 3), ("relabelled", 0, NOISE, 3)]
    assert rows(aligned([NOISE] * 3, [0] * 3)) == [
        ("born", None, 6, 3),
        ("relabelled", NOISE, 6, 3),
    ]


def test_ids_are_whole_numbers_that_arrow_can_store():
    alignment = aligned(np.array([0, 1]), np.array([1, 0]))

    assert {type(each) for row in alignment.lineage for each in row.values()} == {int, str}
    assert {type(each) for each in alignment.segment_ids.values()} == {int}


def test_what_cannot_be_aligned_is_an_error():
    with pytest.raises(ValueError, match="label 2 and 1 customers"):
        aligned([0, 1], [0])
    with pytest.raises(ValueError, match="6 was given before"):
        aligned([6], [0])
