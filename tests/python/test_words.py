"""Numbers, dates and rules in words."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presentation import words

KNOWN = {
    "income": ("income", None),
    "family_size": ("size of the family", None),
    "age_years": ("age", "years"),
    "sale_share": ("purchases with a discount", "percent"),
}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (12345.6, "12,346"),
        (4.56, "4.6"),
        (3.0, "3"),
        (0.256, "0.26"),
        (0, "0"),
        (-12.4, "-12"),
        (9.96, "10"),
        (None, "unknown"),
    ],
)
def test_number(value, told):
    assert words.number(value) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.256, "26 %"),
        (0.004, "0.4 %"),
        (0.0001, "less than 0.1 %"),
        (0, "0 %"),
        (1, "100 %"),
        (0.9999, "99.9 %"),
        (float("nan"), "not shown"),
    ],
)
def test_share(value, told):
    assert words.share(value) == told


@given(st.floats(min_value=0, max_value=1))
def test_no_share_is_rounded_to_nothing_or_to_all(value):
    told = words.share(value)
    assert (told == "0 %") == (value == 0)
    assert (told == "100 %") == (value == 1)


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (24.2, "days", "24 days"),
        (1, "days", "1 day"),
        (0.1, "days", "2.4 hours"),
        (0.001, "days", "1.4 minutes"),
        (0.5, "minutes", "30 seconds"),
        (45.2, "kg", "45 kg"),
        (0.64, "percent", "64 %"),
        (3.0, None, "3"),
    ],
)
def test_quantity(value, unit, told):
    assert words.quantity(value, unit) == told


def test_counts_dates_and_lists():
    assert words.count(1, "customer") == "1 customer"
    assert words.count(1202.0, "customer") == "1,202 customers"
    assert words.count(float("nan"), "customer") == "not shown"
    assert words.date(pd.Timestamp("2019-10-31 18:55")) == "31 October 2019"
    assert words.date(pd.NaT) == ""
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(["a"]) == "a"
    assert words.listed([]) == ""
    assert words.title("web_shop") == "Web shop"


def test_facts_are_parted_at_commas_outside_brackets():
    headline = "spends 1,200 (average 5, or so), rarer, asleep [11 %, filled in]"
    assert words.facts(headline) == [
        "spends 1,200 (average 5, or so)",
        "rarer",
        "asleep [11 %, filled in]",
    ]
    assert words.facts("") == []


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            "income < 140000 and family_size >= 5",
            "income below 140,000 and size of the family at least 5",
        ),
        ("age_years >= 17 and age_years < 40", "age from 17 years to below 40 years"),
        ("sale_share >= 0.4", "purchases with a discount at least 40 %"),
        ("family_size = 3", "size of the family exactly 3"),
        ("profession != 'the ''boss'''", "profession: not the 'boss'"),
        ("profession not in ('a', 'b and c')", "profession: none of a and b and c"),
        ("not is_member and list_contains(hobbies, 'chess')", "is member: no and hobbies chess"),
        ('"shoe ""size""" < 3', 'shoe "size" below 3'),
        ("(income < 3 or income is null)", "income below 3 or income unknown"),
        ("(income < 3) or (income >= 9)", "income below 3; or income at least 9"),
        ("true", "every customer"),
        ("false", ""),
        ("income between 3 and 9", None),
        ("income < 3; drop table x", None),
        ("income + 1 < 3", None),
        ("income < 3 and", None),
    ],
)
def test_rules_in_words(rule, told):
    assert words.rule(rule, KNOWN) == told


@given(st.text(alphabet="abin'\"()<>=!,. 01ordt_", max_size=40))
def test_any_text_is_told_or_refused(text):
    assert words.rule(text, KNOWN) is None or isinstance(words.rule(text, KNOWN), str)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(KNOWN)), st.sampled_from(["<", ">="]), st.integers(0, 10**6)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_no_condition_of_a_rule_is_lost(conditions):
    """Each bound stands in the sentence, in the order of the rule."""
    rule = " and ".join(f"{column} {sign} {value}" for column, sign, value in conditions)
    told = words.rule(rule, KNOWN)
    place = 0
    for column, _, value in conditions:
        bound = words.quantity(float(value), KNOWN[column][1])
        place = told.index(bound, place) + len(bound)
