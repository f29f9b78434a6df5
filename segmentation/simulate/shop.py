"""Customers of planted segments, in the shape of the public Shop Customer Data.

The segments differ in age, income, spending score, experience and size of the family. Professions
and genders lean to one side in a segment without deciding it, as attributes do.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmentation.errors import InputError

PROFESSIONS = (
    "Artist",
    "Doctor",
    "Engineer",
    "Entertainment",
    "Executive",
    "Healthcare",
    "Homemaker",
    "Lawyer",
    "Marketing",
)


@dataclass(frozen=True)
class ShopSegment:
    """One planted segment; a pair of numbers is a mean and a standard deviation.

    segment: its name.
    share: its share of the customers.
    women: its share of women.
    age, income (a year), score (the shop's spending score), experience (years of work), family
        (persons): as they say.
    professions: shares over PROFESSIONS.
    """

    segment: str
    share: float
    women: float
    age: tuple[float, float]
    income: tuple[float, float]
    score: tuple[float, float]
    experience: tuple[float, float]
    family: tuple[float, float]
    professions: tuple[float, ...]


SHOP_SEGMENTS = (
    ShopSegment(
        "young_enthusiasts",
        share=0.30,
        women=0.65,
        age=(27, 4),
        income=(62_000, 9_000),
        score=(82, 6),
        experience=(2, 1),
        family=(2, 0.6),
        professions=(0.31, 0.08, 0.10, 0.15, 0.05, 0.16, 0.03, 0.04, 0.08),
    ),
    ShopSegment(
        "settled_families",
        share=0.28,
        women=0.60,
        age=(43, 4),
        income=(112_000, 10_000),
        score=(58, 6),
        experience=(8, 1.2),
        family=(6, 0.7),
        professions=(0.28, 0.09, 0.12, 0.10, 0.08, 0.18, 0.04, 0.06, 0.05),
    ),
    ShopSegment(
        "reserved_high_earners",
        share=0.24,
        women=0.50,
        age=(58, 4),
        income=(168_000, 9_000),
        score=(24, 6),
        experience=(14, 1.2),
        family=(3, 0.7),
        professions=(0.26, 0.11, 0.11, 0.09, 0.12, 0.14, 0.02, 0.11, 0.04),
    ),
    ShopSegment(
        "thrifty_seniors",
        share=0.18,
        women=0.60,
        age=(78, 4),
        income=(38_000, 7_000),
        score=(38, 6),
        experience=(5, 1.2),
        family=(1, 0.4),
        professions=(0.34, 0.06, 0.06, 0.14, 0.05, 0.18, 0.07, 0.06, 0.04),
    ),
)

SHOP_CROWD = ShopSegment(
    "everyone",
    share=1.0,
    women=0.59,
    age=(48, 17),
    income=(100_000, 38_000),
    score=(51, 19),
    experience=(7, 3.5),
    family=(3.5, 1.5),
    professions=(0.31, 0.08, 0.09, 0.12, 0.08, 0.17, 0.03, 0.07, 0.05),
)
"""Customers without segments: every number has one peak, and covers what the segments cover."""


def simulate_shop(
    customers: int, seed: int = 7, dirt: bool = False, structure: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the customers and the segment planted in each.

    customers: how many, at least 20.
    dirt: also make what is wrong in the public data: 1.75 % of the professions missing, 1.2 % of
        the ages 0, two incomes of 0 and two spending scores of 0.
    structure: False makes one crowd without segments, SHOP_CROWD.

    Returns two frames in the order of CustomerID: the customers with the 8 columns of the public
    file (whole numbers, but for Gender and Profession), and the truth with CustomerID and segment.

    Raises InputError where there are fewer than 20 customers.
    """
    if customers < 20:
        raise InputError(f"the number of customers is {customers}: give a whole number from 20.")
    segments = SHOP_SEGMENTS if structure else (SHOP_CROWD,)
    random = np.random.default_rng(seed)
    identifiers = np.arange(1, customers + 1)
    planted = random.choice(
        len(segments), size=customers, p=[segment.share for segment in segments]
    )
    frame = pd.concat(
        [
            _customers(segment, identifiers[planted == number], random)
            for number, segment in enumerate(segments)
        ]
    )
    frame = frame.sort_values("CustomerID", ignore_index=True)
    if dirt:
        frame = _spoil(frame, random)
    names = np.array([segment.segment for segment in segments])
    return frame, pd.DataFrame({"CustomerID": identifiers, "segment": names[planted]})


def _customers(
    segment: ShopSegment, identifiers: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    """The clean customers of one segment."""
    size = len(identifiers)

    def whole(mean_and_deviation: tuple[float, float], low: int, high: int) -> np.ndarray:
        drawn = random.normal(*mean_and_deviation, size)
        return np.clip(np.rint(drawn), low, high).astype(int)

    columns = {
        "CustomerID": identifiers,
        "Gender": np.where(random.random(size) < segment.women, "Female", "Male"),
        "Age": whole(segment.age, 18, 99),
        "Annual Income ($)": whole(segment.income, 1_000, 190_000),
        "Profession": random.choice(PROFESSIONS, size, p=segment.professions),
        "Work Experience": whole(segment.experience, 0, 17),
        "Family Size": whole(segment.family, 1, 9),
        "Spending Score (1-100)": whole(segment.score, 1, 100),
    }
    return pd.DataFrame(columns)


def _spoil(frame: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """The customers with what is wrong in the public data, each in rows of its own."""
    missing = max(1, round(0.0175 * len(frame)))
    ageless = max(1, round(0.012 * len(frame)))
    rows = random.permutation(len(frame))
    column = frame.columns.get_loc
    frame.iloc[rows[:2], column("Annual Income ($)")] = 0
    frame.iloc[rows[2:4], column("Spending Score (1-100)")] = 0
    frame.iloc[rows[4 : 4 + missing], column("Profession")] = None
    frame.iloc[rows[4 + missing : 4 + missing + ageless], column("Age")] = 0
    return frame
