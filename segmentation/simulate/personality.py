"""Customers of planted segments, in the shape of the Customer Personality Analysis data.

Each customer has a wealth score within the segment, which moves income and, loosely, what is spent;
so income can be predicted from the other columns, as in the public data, without any finer groups
inside a segment.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmentation.errors import InputError

SPENDING_COLUMNS = (
    "MntWines",
    "MntFruits",
    "MntMeatProducts",
    "MntFishProducts",
    "MntSweetProducts",
    "MntGoldProds",
)
CAMPAIGN_COLUMNS = ("AcceptedCmp3", "AcceptedCmp4", "AcceptedCmp5", "AcceptedCmp1", "AcceptedCmp2")
EDUCATION_LEVELS = ("Basic", "2n Cycle", "Graduation", "Master", "PhD")
MARITAL_STATUSES = ("Married", "Together", "Single", "Divorced", "Widow")
LAST_ENROLMENT = np.datetime64("2014-06-29")


@dataclass(frozen=True)
class PersonalitySegment:
    """One planted segment; a pair of numbers is a mean and a standard deviation.

    segment: its name.
    share: its share of the customers.
    birth_year, income, enrolled_days (before the last enrolment), recency_days: as they say.
    spending: all purchases of two years; its deviation is relative, before the effect of wealth.
    spending_shares: how it divides over SPENDING_COLUMNS.
    deals, web, catalogue, store: numbers of purchases.
    web_visits: a month.
    children, teens: at home, the fewest and the most.
    campaign_rate: probability to accept each of the five earlier campaigns.
    response_rate: probability to accept the last one, which is the outcome.
    education, marital_status: shares over EDUCATION_LEVELS and MARITAL_STATUSES.
    """

    segment: str
    share: float
    birth_year: tuple[float, float]
    income: tuple[float, float]
    enrolled_days: tuple[float, float]
    recency_days: tuple[float, float]
    spending: tuple[float, float]
    spending_shares: tuple[float, ...]
    deals: tuple[float, float]
    web: tuple[float, float]
    catalogue: tuple[float, float]
    store: tuple[float, float]
    web_visits: tuple[float, float]
    children: tuple[int, int]
    teens: tuple[int, int]
    campaign_rate: float
    response_rate: float
    education: tuple[float, ...]
    marital_status: tuple[float, ...]


PERSONALITY_SEGMENTS = (
    PersonalitySegment(
        "affluent_without_children",
        share=0.24,
        birth_year=(1966, 4),
        income=(80_000, 5_000),
        enrolled_days=(380, 90),
        recency_days=(35, 12),
        spending=(1500, 0.12),
        spending_shares=(0.40, 0.06, 0.34, 0.08, 0.06, 0.06),
        deals=(1.5, 0.6),
        web=(5, 1.0),
        catalogue=(8, 1.2),
        store=(9, 1.2),
        web_visits=(2.5, 0.8),
        children=(0, 0),
        teens=(0, 0),
        campaign_rate=0.60,
        response_rate=0.42,
        education=(0.0, 0.08, 0.54, 0.16, 0.22),
        marital_status=(0.36, 0.25, 0.24, 0.11, 0.04),
    ),
    PersonalitySegment(
        "web_and_deal_families",
        share=0.28,
        birth_year=(1966, 4),
        income=(54_000, 5_000),
        enrolled_days=(380, 90),
        recency_days=(35, 12),
        spending=(560, 0.14),
        spending_shares=(0.56, 0.03, 0.22, 0.04, 0.03, 0.12),
        deals=(6, 1.0),
        web=(8, 1.2),
        catalogue=(2.5, 0.8),
        store=(6, 1.0),
        web_visits=(6.5, 0.9),
        children=(1, 1),
        teens=(1, 1),
        campaign_rate=0.004,
        response_rate=0.12,
        education=(0.01, 0.08, 0.50, 0.18, 0.23),
        marital_status=(0.42, 0.28, 0.16, 0.11, 0.03),
    ),
    PersonalitySegment(
        "young_low_budget",
        share=0.30,
        birth_year=(1983, 3.5),
        income=(29_000, 4_500),
        enrolled_days=(380, 90),
        recency_days=(35, 12),
        spending=(75, 0.16),
        spending_shares=(0.22, 0.11, 0.24, 0.14, 0.11, 0.18),
        deals=(1, 0.3),
        web=(2, 0.7),
        catalogue=(0.4, 0.4),
        store=(3, 0.7),
        web_visits=(7.5, 0.9),
        children=(1, 1),
        teens=(0, 0),
        campaign_rate=0.004,
        response_rate=0.08,
        education=(0.07, 0.14, 0.52, 0.15, 0.12),
        marital_status=(0.36, 0.26, 0.31, 0.06, 0.01),
    ),
    PersonalitySegment(
        "lapsed_wine_lovers",
        share=0.18,
        birth_year=(1948, 3),
        income=(64_000, 4_500),
        enrolled_days=(640, 35),
        recency_days=(84, 7),
        spending=(720, 0.13),
        spending_shares=(0.80, 0.01, 0.12, 0.03, 0.01, 0.03),
        deals=(1.5, 0.6),
        web=(3, 0.8),
        catalogue=(3, 0.9),
        store=(8, 1.1),
        web_visits=(3.5, 0.8),
        children=(0, 0),
        teens=(0, 0),
        campaign_rate=0.004,
        response_rate=0.05,
        education=(0.0, 0.05, 0.44, 0.19, 0.32),
        marital_status=(0.38, 0.20, 0.12, 0.15, 0.15),
    ),
)

PERSONALITY_CROWD = PersonalitySegment(
    "everyone",
    share=1.0,
    birth_year=(1967, 10),
    income=(55_000, 17_000),
    enrolled_days=(380, 150),
    recency_days=(45, 22),
    spending=(500, 0.8),
    spending_shares=(0.44, 0.08, 0.26, 0.08, 0.06, 0.08),
    deals=(3, 1.5),
    web=(5, 2.0),
    catalogue=(4, 2.0),
    store=(6, 2.0),
    web_visits=(5, 2.0),
    children=(0, 1),
    teens=(0, 1),
    campaign_rate=0.10,
    response_rate=0.15,
    education=(0.03, 0.09, 0.50, 0.17, 0.21),
    marital_status=(0.39, 0.26, 0.21, 0.10, 0.04),
)
"""Customers without segments: every feature has one peak, and covers what the segments cover."""


def simulate_personality(
    customers: int, seed: int = 7, dirt: bool = False, structure: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the customers and the segment planted in each.

    customers: how many, at least 20.
    dirt: also make what is wrong in the public data: 1 % of the incomes missing and one of 666666,
        three births from 1893 to 1900, two marital statuses each of YOLO and Absurd and three of
        Alone.
    structure: False makes one crowd without segments, PERSONALITY_CROWD.

    Returns two frames in the order of ID: the customers with the 29 columns of the public file (all
    whole numbers, but Education, Marital_Status and Dt_Customer, which is text as 04-09-2012), and
    the truth with ID and segment.

    Raises InputError where there are fewer than 20 customers.
    """
    if customers < 20:
        raise InputError(f"the number of customers is {customers}: give a whole number from 20.")
    segments = PERSONALITY_SEGMENTS if structure else (PERSONALITY_CROWD,)
    random = np.random.default_rng(seed)
    identifiers = np.sort(random.choice(5 * customers, size=customers, replace=False))
    planted = random.choice(
        len(segments), size=customers, p=[segment.share for segment in segments]
    )
    frame = pd.concat(
        [
            _customers(segment, identifiers[planted == number], random)
            for number, segment in enumerate(segments)
        ]
    )
    frame = frame.sort_values("ID", ignore_index=True)
    if dirt:
        frame = _spoil(frame, random)
    names = np.array([segment.segment for segment in segments])
    return frame, pd.DataFrame({"ID": identifiers, "segment": names[planted]})


def _customers(
    segment: PersonalitySegment, identifiers: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    """The clean customers of one segment."""
    size = len(identifiers)
    wealth = random.standard_normal(size)

    def whole(mean_and_deviation: tuple[float, float], low: int, high: int) -> np.ndarray:
        drawn = random.normal(*mean_and_deviation, size)
        return np.clip(np.rint(drawn), low, high).astype(int)

    mean_spending, deviation = segment.spending
    spending = mean_spending * np.exp(0.08 * wealth + deviation * random.standard_normal(size))
    shares = random.dirichlet(60 * np.array(segment.spending_shares), size)
    enrolled = LAST_ENROLMENT - whole(segment.enrolled_days, 0, 699).astype("timedelta64[D]")
    mean_income, income_deviation = segment.income
    columns = {
        "ID": identifiers,
        "Year_Birth": whole(segment.birth_year, 1940, 1996),
        "Education": random.choice(EDUCATION_LEVELS, size, p=segment.education),
        "Marital_Status": random.choice(MARITAL_STATUSES, size, p=segment.marital_status),
        "Income": np.rint(mean_income + income_deviation * wealth).astype(int),
        "Kidhome": random.integers(*segment.children, size, endpoint=True),
        "Teenhome": random.integers(*segment.teens, size, endpoint=True),
        "Dt_Customer": pd.DatetimeIndex(enrolled).strftime("%d-%m-%Y"),
        "Recency": whole(segment.recency_days, 0, 99),
        **{
            name: np.rint(spending * shares[:, number]).astype(int)
            for number, name in enumerate(SPENDING_COLUMNS)
        },
        "NumDealsPurchases": whole(segment.deals, 0, 15),
        "NumWebPurchases": whole(segment.web, 0, 27),
        "NumCatalogPurchases": whole(segment.catalogue, 0, 28),
        "NumStorePurchases": whole(segment.store, 0, 13),
        "NumWebVisitsMonth": whole(segment.web_visits, 0, 20),
        **{name: random.binomial(1, segment.campaign_rate, size) for name in CAMPAIGN_COLUMNS},
        "Complain": random.binomial(1, 0.01, size),
        "Z_CostContact": 3,
        "Z_Revenue": 11,
        "Response": random.binomial(1, segment.response_rate, size),
    }
    return pd.DataFrame(columns)


def _spoil(frame: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """The customers with what is wrong in the public data, each in rows of its own."""
    missing = max(1, round(0.01 * len(frame)))
    rows = random.permutation(len(frame))
    frame = frame.astype({"Income": "Int64"})
    column = frame.columns.get_loc
    frame.iloc[rows[:3], column("Year_Birth")] = [1893, 1899, 1900]
    frame.iloc[rows[3:10], column("Marital_Status")] = 2 * ["YOLO"] + 2 * ["Absurd"] + 3 * ["Alone"]
    frame.iloc[rows[10], column("Income")] = 666_666
    frame.iloc[rows[11 : 11 + missing], column("Income")] = pd.NA
    return frame
