"""Small groups and personal columns, on lists and texts of all kinds."""

import hmac
from collections import defaultdict

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presentation.errors import InputError
from presentation.privacy import checked_secret, keyed_hash, small_groups

# Groups in two known totals, such as flows from one segment and flows to another.
GROUPS = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from("abc"), st.sampled_from("xyz")), max_size=25
)


@given(GROUPS, st.integers(0, 8))
def test_what_is_hidden_is_not_had_by_subtraction(groups, minimum):
    customers = [count for count, *_ in groups]
    sums = [[label for _, label, _ in groups], [label for *_, label in groups]]
    hidden = small_groups(customers, sums, minimum)

    assert {i for i, count in enumerate(customers) if count < minimum} <= hidden
    for labels in sums:
        members = defaultdict(list)
        for i, label in enumerate(labels):
            members[label].append(i)
        for together in members.values():
            closed = [i for i in together if i in hidden]
            if closed and len(closed) < len(together):
                # The known total less what is shown: of several groups, and enough customers.
                rest = sum(customers[i] for i in together) - sum(
                    customers[i] for i in together if i not in hidden
                )
                assert rest >= minimum
                assert len(closed) >= 2


@given(st.lists(st.integers(5, 100), max_size=20))
def test_nothing_is_hidden_where_all_groups_are_large(customers):
    assert small_groups(customers, [["all"] * len(customers)], 5) == set()


def test_the_next_smallest_group_is_hidden_besides():
    assert small_groups([100, 3, 40, 7], [["all"] * 4], 5) == {1, 3}
    assert small_groups([100, 3, 40, 3], [["all"] * 4], 5) == {1, 3}
    assert small_groups([100, 1, 40, 1, 60], [["all"] * 5], 5) == {1, 3, 2}


def test_a_group_hidden_for_one_total_is_not_had_from_the_other():
    # The first is small; 7 is hidden for its row, 9 for the column of 7, and 8 for the row of 9.
    customers = [1, 7, 30, 9, 8, 20]
    rows, columns = list("aabbbb"), list("xyxyzz")
    hidden = small_groups(customers, [rows, columns], 5)

    for labels in (rows, columns):
        for label in set(labels):
            assert sum(labels[i] == label for i in hidden) != 1


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        yield connection


@given(secret=st.binary(min_size=1, max_size=200), text=st.text(max_size=50))
def test_the_hash_is_that_of_python(connection, secret, text):
    expected = hmac.new(secret, text.encode(), "sha256").hexdigest()
    found = connection.execute(
        f"select {keyed_hash('word', secret)} from (select ? as word)", [text]
    ).fetchone()
    assert found == (expected,)


def test_of_nothing_there_is_no_hash():
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select {keyed_hash('word', b'x')} from (select cast(null as varchar) as word)"
        ).fetchone()
    assert found == (None,)


def test_a_short_secret_is_a_sentence():
    assert checked_secret(None) is None
    assert checked_secret("") is None
    assert checked_secret("0123456789abcdef") == b"0123456789abcdef"
    with pytest.raises(InputError, match="could be guessed"):
        checked_secret("0123456789abcde")
