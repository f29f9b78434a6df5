"""The features a second time, in plain Python: from the raw files, by the columns' descriptions.

Slow and obvious on purpose, and without a line in common with the SQL: every column of the feature
tables is worked out customer by customer from the text of the raw files, and compared with the
table that dbt builds.
"""

import csv
import json
import math
import random
import re
import statistics
from bisect import bisect_left, bisect_right
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT, SAMPLE, Project

Features = dict[str, dict[str, object]]

# -- Reading ---------------------------------------------------------------------------------------


def read_rows(folder: Path) -> list[dict[str, str]]:
    """The distinct rows of all CSV files of a folder, as text by column.

    A line with more or fewer fields than the header cannot be split and is no row.
    """
    rows = {}
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as lines:
            first_line = lines.readline()
            delimiter = max(",;\t", key=first_line.count)
            header = next(csv.reader([first_line], delimiter=delimiter))
            for fields in csv.reader(lines, delimiter=delimiter):
                if len(fields) == len(header):
                    row = dict(zip(header, fields, strict=True))
                    rows[tuple(sorted(row.items()))] = row
    return list(rows.values())


def text(row: dict[str, str], column: str) -> str | None:
    """The text without blanks around it; None where it is blank or the column is absent."""
    return row.get(column, "").strip() or None


def word(row: dict[str, str], column: str) -> str | None:
    """The text in lower case."""
    found = text(row, column)
    return found and found.lower()


def key(row: dict[str, str], column: str) -> str | None:
    """The identifier as text: 7.0, of which a spreadsheet made a float, is 7 again."""
    found = text(row, column)
    return found and re.sub(r"^(\d+)\.0+$", r"\1", found)


def amount(row: dict[str, str], column: str) -> Decimal | None:
    """The exact decimal; None where the text is none."""
    try:
        number = Decimal(text(row, column) or "none")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def whole(row: dict[str, str], column: str) -> int | None:
    """The whole number; None where the text is none."""
    number = amount(row, column)
    return int(number) if number is not None and number == int(number) else None


def yes(row: dict[str, str], column: str) -> bool | None:
    """Whether the number is 1 and not 0; None where the raw data says neither."""
    return {1: True, 0: False}.get(whole(row, column))


def utc_time(row: dict[str, str], column: str) -> datetime | None:
    """The point in time in UTC, which is also what a time without an offset means."""
    try:
        time = datetime.fromisoformat((text(row, column) or "").replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)


def calendar_day(row: dict[str, str], column: str) -> datetime | None:
    """The day, written as 04-09-2012 or 2012-09-04."""
    for form in ("%d-%m-%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text(row, column) or "", form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


# -- Measuring -------------------------------------------------------------------------------------


def days(earlier: datetime, later: datetime) -> float:
    """Days from one point in time to another, with their fraction."""
    return (later - earlier) / timedelta(days=1)


def share(part: float, total: float) -> float:
    """Part of a whole; 0 where the whole is 0."""
    return float(part) / float(total) if total else 0.0


def conversion_rate(later: int, earlier: int) -> float:
    """Later steps per earlier step; a later step that skipped the earlier one had one all the same.

    0 where there is no later step.
    """
    return share(later, max(later, earlier))


def evenness(sizes: list[float], parts: int) -> float:
    """Shannon entropy of the sizes over its highest value for so many parts; 0 for one part."""
    shares = [share(size, sum(sizes)) for size in sizes if size > 0]
    entropy = -sum(part * math.log(part) for part in shares)
    return entropy / math.log(parts) if parts > 1 else 0.0


def scores(values: dict[str, object]) -> dict[str, int]:
    """From 1 to 5, 5 for the fifth with the highest values; a tied group goes by its middle rank.

    A middle rank on the border of two fifths belongs to the lower one.
    """
    ordered = sorted(values.values())

    def score(value: object) -> int:
        middle_rank = Fraction(bisect_left(ordered, value) + bisect_right(ordered, value), 2)
        return math.ceil(5 * middle_rank / len(ordered))

    return {customer: score(value) for customer, value in values.items()}


def add_rfm_scores(features: Features) -> Features:
    """The scores, side by side also; who never bought, or spent nothing, has 1."""
    recency = scores({customer: -row["recency_days"] for customer, row in features.items()})
    frequency, monetary = (
        scores({customer: row[name] for customer, row in features.items() if row[name] > 0})
        for name in ("purchase_count", "monetary")
    )
    for customer, row in features.items():
        row["recency_score"] = recency[customer]
        row["frequency_score"] = frequency.get(customer, 1)
        row["monetary_score"] = monetary.get(customer, 1)
        row["rfm_cell"] = "{recency_score}{frequency_score}{monetary_score}".format(**row)
    return features


# -- Clickstream -----------------------------------------------------------------------------------


def read_events(folder: Path) -> list[dict[str, object]]:
    """The events that can be used."""
    events = []
    for row in read_rows(folder):
        price = amount(row, "price")
        event = {
            "customer_id": key(row, "user_id"),
            "occurred_at": utc_time(row, "event_time"),
            "type": word(row, "event_type"),
            "product": key(row, "product_id"),
            "category": key(row, "category_id") or word(row, "category_code"),
            "brand": word(row, "brand"),
            "price": price,
            "session": key(row, "user_session"),
        }
        is_usable = (
            event["customer_id"] is not None
            and event["occurred_at"] is not None
            and event["type"] in ("view", "cart", "remove_from_cart", "purchase", "refund")
            and (price is None) == (text(row, "price") is None)
            and (price is None or price >= 0)
            and (price is not None or event["type"] not in ("purchase", "refund"))
        )
        if is_usable:
            events.append(event)
    return events


def clickstream_features(folder: Path, as_of: datetime | None = None) -> Features:
    """Every column of clickstream_features, by customer."""
    events = read_events(folder / "clickstream")
    as_of = as_of or max(event["occurred_at"] for event in events)
    by_customer = {}
    for event in events:
        if event["occurred_at"] <= as_of:
            by_customer.setdefault(event["customer_id"], []).append(event)
    return add_rfm_scores(
        {
            customer: {
                **money_and_days(events, as_of),
                **diversity("product", events),
                **diversity("category", events),
                **diversity("brand", events),
                **steps(events),
                **rhythm(visits_of(events)),
                **hours(events),
            }
            for customer, events in by_customer.items()
        }
    )


def visits_of(events: list[dict]) -> list[list[dict]]:
    """A customer's events by visit; those without one are one visit a day."""
    visits = {}
    for event in events:
        visit = event["session"] or event["occurred_at"].date().isoformat()
        visits.setdefault(visit, []).append(event)
    return list(visits.values())


def of_type(event_type: str, events: list[dict]) -> list[dict]:
    """The events of one type."""
    return [event for event in events if event["type"] == event_type]


def money_and_days(events: list[dict], as_of: datetime) -> dict[str, object]:
    """What one customer has spent, and how long ago things happened."""
    purchases, refunds = of_type("purchase", events), of_type("refund", events)
    bought = sum(event["price"] for event in purchases)
    orders = [visit for visit in visits_of(events) if of_type("purchase", visit)]
    seen = [event["occurred_at"] for event in events]
    last_purchase = max((event["occurred_at"] for event in purchases), default=None)
    return {
        "purchase_count": len(purchases),
        "order_count": len(orders),
        "monetary": bought - sum(event["price"] for event in refunds),
        "average_order_value": share(bought, len(orders)) if orders else None,
        "recency_days": days(max(seen), as_of),
        "purchase_recency_days": days(last_purchase, as_of) if last_purchase else None,
        "tenure_days": days(min(seen), as_of),
    }


def diversity(item: str, events: list[dict]) -> dict[str, object]:
    """How many items, and how evenly one customer's events spread over them."""
    counts = Counter(event[item] for event in events if event[item] is not None).values()
    return {
        f"{item}_count": len(counts),
        f"{item}_diversity": evenness(list(counts), len(counts)) if counts else None,
        f"top_{item}_share": max(counts) / sum(counts) if counts else None,
    }


def steps(events: list[dict]) -> dict[str, object]:
    """What one customer does."""
    views, carts, purchases, refunds = (
        len(of_type(event_type, events)) for event_type in ("view", "cart", "purchase", "refund")
    )
    return {
        "event_count": len(events),
        "view_count": views,
        "cart_count": carts,
        "refund_count": refunds,
        "view_share": views / len(events),
        "cart_share": carts / len(events),
        "purchase_share": purchases / len(events),
        "view_to_cart_rate": conversion_rate(carts, views),
        "cart_to_purchase_rate": conversion_rate(purchases, carts),
    }


def rhythm(visits: list[list[dict]]) -> dict[str, object]:
    """How much one customer does in one visit, and how often one comes."""
    times = [[event["occurred_at"] for event in visit] for visit in visits]
    minutes = [(max(visit) - min(visit)) / timedelta(minutes=1) for visit in times]
    starts = sorted(min(visit) for visit in times)
    gaps = [days(one, following) for one, following in pairwise(starts)]
    return {
        "session_count": len(visits),
        "events_per_session": statistics.fmean(len(visit) for visit in visits),
        "session_minutes": statistics.fmean(minutes),
        "gap_days": statistics.fmean(gaps) if gaps else None,
        "gap_days_spread": statistics.stdev(gaps) if len(gaps) > 1 else None,
    }


def hours(events: list[dict]) -> dict[str, object]:
    """On which days and at which hours one customer's events fall."""
    times = [event["occurred_at"] for event in events]
    counts = Counter(time.hour for time in times).values()
    return {
        "active_day_count": len({time.date() for time in times}),
        "weekend_share": statistics.fmean(time.isoweekday() in (6, 7) for time in times),
        "night_share": statistics.fmean(time.hour < 6 for time in times),
        "hour_diversity": evenness(list(counts), len(counts)),
    }


# -- Personality -----------------------------------------------------------------------------------

SPENT = {
    "wines": "MntWines",
    "fruits": "MntFruits",
    "meat": "MntMeatProducts",
    "fish": "MntFishProducts",
    "sweets": "MntSweetProducts",
    "gold": "MntGoldProds",
}
BOUGHT = {"web": "NumWebPurchases", "catalog": "NumCatalogPurchases", "store": "NumStorePurchases"}
CAMPAIGNS = [f"AcceptedCmp{number}" for number in range(1, 6)]
COUNTED = ["Kidhome", "Teenhome", "Recency", "NumDealsPurchases", "NumWebVisitsMonth"]


def read_customers(folder: Path) -> list[dict[str, str]]:
    """The raw rows of the customers who can be used."""
    rows = read_rows(folder)
    rows_of = Counter(key(row, "ID") for row in rows)

    def is_usable(row: dict[str, str]) -> bool:
        amounts = [amount(row, column) for column in SPENT.values()]
        counts = [whole(row, column) for column in [*COUNTED, *BOUGHT.values()]]
        return (
            key(row, "ID") is not None
            and rows_of[key(row, "ID")] == 1
            and calendar_day(row, "Dt_Customer") is not None
            and all(number is not None and number >= 0 for number in [*amounts, *counts])
            and all(yes(row, column) is not None for column in CAMPAIGNS)
        )

    return [row for row in rows if is_usable(row)]


def mapped_words() -> dict[tuple[str, str], str | None]:
    """What the words of personality mean, by feature and word; None for no usable word."""
    with (ROOT / "seeds" / "value_map.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (row["feature"], row["raw_value"]): row["value"] or None
            for row in csv.DictReader(lines)
            if row["population"] == "personality"
        }


def personality_features(folder: Path, as_of: datetime | None = None) -> Features:
    """Every column of personality_features, by customer."""
    rows = read_customers(folder / "personality")
    as_of = as_of or max(calendar_day(row, "Dt_Customer") for row in rows)
    words = mapped_words()
    return add_rfm_scores(
        {
            key(row, "ID"): {**person(row, as_of, words), **spend(row)}
            for row in rows
            if calendar_day(row, "Dt_Customer") <= as_of
        }
    )


def person(row: dict[str, str], as_of: datetime, words: dict) -> dict[str, object]:
    """Who the customer is."""
    enrolled_on, birth_year = calendar_day(row, "Dt_Customer"), whole(row, "Year_Birth")
    was_possible = birth_year is not None and 0 <= enrolled_on.year - birth_year <= 110
    income = amount(row, "Income")
    education, marital_status = word(row, "Education"), word(row, "Marital_Status")
    return {
        "age_years": as_of.year - birth_year if was_possible else None,
        "tenure_days": days(enrolled_on, as_of),
        "education": words.get(("education", education), education),
        "marital_status": words.get(("marital_status", marital_status), marital_status),
        "income": income if income is not None and income >= 0 else None,
        "child_count": whole(row, "Kidhome"),
        "teen_count": whole(row, "Teenhome"),
        "children_count": whole(row, "Kidhome") + whole(row, "Teenhome"),
        "recency_days": whole(row, "Recency"),
        "web_visit_count": whole(row, "NumWebVisitsMonth"),
        "campaigns_accepted_count": sum(yes(row, column) for column in CAMPAIGNS),
        "has_complained": yes(row, "Complain"),
        "response": yes(row, "Response"),
    }


def spend(row: dict[str, str]) -> dict[str, object]:
    """What the customer bought, in which categories and channels."""
    amounts = {name: amount(row, column) for name, column in SPENT.items()}
    counts = {name: whole(row, column) for name, column in BOUGHT.items()}
    deals = whole(row, "NumDealsPurchases")
    monetary, purchases = sum(amounts.values()), sum(counts.values())
    return {
        "monetary": monetary,
        "purchase_count": purchases,
        "average_order_value": share(monetary, purchases) if purchases else None,
        **{f"spend_{name}": amounts[name] for name in amounts},
        **{f"{name}_share": share(amounts[name], monetary) for name in amounts},
        **{f"{name}_purchase_count": counts[name] for name in counts},
        **{f"{name}_purchase_share": share(counts[name], purchases) for name in counts},
        "deal_purchase_count": deals,
        "deal_purchase_share": share(deals, max(deals, purchases)),
        "spend_diversity": evenness([float(part) for part in amounts.values()], len(amounts)),
    }


# -- Shop ------------------------------------------------------------------------------------------


def shop_features(folder: Path, as_of: datetime | None = None) -> Features:
    """Every column of shop_features, by customer; nothing in it has a date."""
    rows = read_rows(folder / "shop")
    rows_of = Counter(key(row, "CustomerID") for row in rows)
    return {
        key(row, "CustomerID"): shop_customer(row)
        for row in rows
        if key(row, "CustomerID") is not None and rows_of[key(row, "CustomerID")] == 1
    }


def shop_customer(row: dict[str, str]) -> dict[str, object]:
    """The attributes, without those that cannot be true, and what is made of them."""

    def possible(number, least: int, most: float = math.inf):
        return number if number is not None and least <= number <= most else None

    income = possible(amount(row, "Annual Income ($)"), 0)
    family_size = possible(whole(row, "Family Size"), 1, 100)
    both_known = income is not None and family_size is not None
    return {
        "gender": word(row, "Gender"),
        "age_years": possible(whole(row, "Age"), 1, 110),
        "income": income,
        "spending_score": possible(whole(row, "Spending Score (1-100)"), 1, 100),
        "profession": word(row, "Profession"),
        "work_experience_years": possible(whole(row, "Work Experience"), 0, 100),
        "family_size": family_size,
        "family_income_product": income * family_size if both_known else None,
        "family_income_ratio": income / family_size if both_known else None,
    }


# -- Comparing -------------------------------------------------------------------------------------


def built_features(project: Project, table: str) -> Features:
    """The rows of a feature table, by customer; NULL is None."""
    [(rows, customers)] = project.query(
        f"select count(*), count(distinct customer_id) from features.{table}"
    )
    assert rows == customers, f"{table} has {rows} rows for {customers} customers"
    columns = project.frame(f"select * from features.{table} limit 0").columns
    rows = [dict(zip(columns, row, strict=True)) for row in project.query(f"from features.{table}")]
    return {row.pop("customer_id"): row for row in rows}


def is_same(expected: object, built: object) -> bool:
    """Fractions and money to a millionth; else exactly, and missing only where both are."""
    if expected is None or built is None:
        return expected is built
    if isinstance(expected, float | Decimal):
        return math.isclose(expected, built, rel_tol=1e-6, abs_tol=1e-9)
    return expected == built and isinstance(expected, bool) == isinstance(built, bool)


def differences(expected: Features, built: Features) -> list[str]:
    """Every customer or column that one of the two lacks, and every value that differs."""
    found = [f"customer {customer}" for customer in sorted(expected.keys() ^ built.keys())]
    for customer in sorted(expected.keys() & built.keys()):
        ours, theirs = expected[customer], built[customer]
        found += [f"column {column}" for column in sorted(ours.keys() ^ theirs.keys())]
        found += [
            f"{column} of customer {customer}: expected {ours[column]}, built {theirs[column]}"
            for column in sorted(ours.keys() & theirs.keys())
            if not is_same(ours[column], theirs[column])
        ]
    return list(dict.fromkeys(found))


ORACLES = {
    "clickstream": clickstream_features,
    "personality": personality_features,
    "shop": shop_features,
}
WITHOUT_DATES = {"shop"}
FEATURE_MODELS = ["-s", *(f"+{population}_features" for population in ORACLES)]


def assert_as_described(project: Project, population: str, data: Path, as_of=None) -> None:
    """Fails with the first differences between a feature table and what the raw files say."""
    expected = ORACLES[population](data, as_of)
    found = differences(expected, built_features(project, f"{population}_features"))
    assert expected
    assert not found, f"{len(found)} differences, such as\n" + "\n".join(found[:20])


# -- The tests -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "built"),
    [
        ({}, {"a": {"n": 1}}),
        ({"a": {"n": 1}}, {}),
        ({"a": {}}, {"a": {"n": 1}}),
        ({"a": {"n": 1}}, {"a": {}}),
        ({"a": {"n": 1}}, {"a": {"n": 2}}),
        ({"a": {"n": 1}}, {"a": {"n": True}}),
        ({"a": {"n": None}}, {"a": {"n": 0}}),
        ({"a": {"n": None}}, {"a": {"n": math.nan}}),
        ({"a": {"n": 0.0}}, {"a": {"n": None}}),
        ({"a": {"n": 0.0}}, {"a": {"n": math.nan}}),
        ({"a": {"n": 1.0}}, {"a": {"n": 1.00001}}),
        ({"a": {"n": 0.0}}, {"a": {"n": 0.00001}}),
        ({"a": {"n": "111"}}, {"a": {"n": "112"}}),
    ],
)
def test_the_comparison_sees_what_differs(expected: Features, built: Features):
    assert len(differences(expected, built)) == 1


@pytest.mark.parametrize("population", ORACLES)
def test_features_of_the_sample_are_as_described(sample_build: Project, population: str):
    assert_as_described(sample_build, population, SAMPLE)


@pytest.fixture(scope="module")
def real_features(build_in, real_data: Path) -> Project:
    """The feature models on the public files."""
    return build_in("real_features").build(*FEATURE_MODELS, data=real_data)


@pytest.mark.real
@pytest.mark.parametrize("population", ORACLES)
def test_features_of_the_real_files_are_as_described(
    real_features: Project, real_data: Path, population: str
):
    assert_as_described(real_features, population, real_data)


ROUGH_AS_OF = datetime(2019, 10, 21, 12, tzinfo=UTC)


def rough_events(random: random.Random) -> list[dict[str, str]]:
    """Events with refunds, gaps, faults, repeats and ties, and some after as_of."""
    first, forms = datetime(2019, 10, 1, tzinfo=UTC), ("%F %T UTC", "%FT%TZ", "%F %T+00:00")
    events = []
    for _ in range(1500):
        time = first + timedelta(minutes=random.choice((1, 30, 720)) * random.randrange(60))
        time += timedelta(days=random.choice((0, 0, 7, 14, 21)), seconds=random.choice((0, 0, 7)))
        customer = str(int(60 * random.random() ** 3))
        kinds = ("view", " View", "cart", "remove_from_cart", "purchase", "refund", "click", "")
        event = {
            "event_time": random.choice([*[time.strftime(form) for form in forms] * 9, "", "noon"]),
            "event_type": random.choices(kinds, (8, 1, 3, 1, 3, 2, 0.1, 0.1))[0],
            "product_id": random.choice(("1", "2.0", "2", "c", "", "")),
            "category_id": random.choice(("77", "77", "78", "", "")),
            "category_code": random.choice(("Shoes", "toys.car", "", "")),
            "brand": random.choice(("Acme", " acme ", "bolt", "", "", "")),
            "price": random.choice(("10", "10", "9.99", "0", "3.50", "3.5", "", "", "-1", "free")),
            "user_id": random.choice((customer, customer, f"{customer}.0", f" {customer} ", "")),
            "user_session": random.choice(("a", "b", f"{customer}-c", "", "")),
        }
        events += [event] * random.choice((1, 1, 1, 1, 2))
    return events


def rough_customers(random: random.Random) -> list[dict[str, str]]:
    """Customers with gaps, faults, repeats and ties, some enrolled after as_of."""
    customers = []
    for number in range(120):
        enrolled_on = datetime(2019, 1, 1, tzinfo=UTC) + timedelta(days=random.randrange(330))
        customer = {
            "ID": random.choice((f"{number}", f"{number}.0", f" {number} ")),
            "Year_Birth": random.choice(
                ("1893", "1909", "1957", "1957.0", "2019", "2020", "", "x")
            ),
            "Education": random.choice(("PhD", " graduation ", "Basic", "Unheard of", "")),
            "Marital_Status": random.choice(("YOLO", "Together", "ALONE", "Married", "")),
            "Income": random.choice(("58138", "58138.5", "0", "-1", "much", "")),
            "Dt_Customer": enrolled_on.strftime(random.choice(("%d-%m-%Y", "%Y-%m-%d"))),
            "Response": random.choice(("0", "1", "")),
            **{
                column: random.choice(("0", "0", "5", "5", "12.5", "70"))
                for column in SPENT.values()
            },
            **{column: random.choice(("0", "0", "1", "2.0", "7")) for column in COUNTED},
            **{column: random.choice(("0", "0", "0", "2", "7")) for column in BOUGHT.values()},
            **{column: random.choice(("0", "0", "1")) for column in CAMPAIGNS},
        }
        if number % 9 == 0:
            customer |= dict.fromkeys(SPENT.values(), "0")
        if number % 8 == 0:
            required = [
                "ID",
                "Dt_Customer",
                *SPENT.values(),
                *BOUGHT.values(),
                *COUNTED,
                *CAMPAIGNS,
            ]
            customer[random.choice(required)] = random.choice(("", "-1", "odd", "31-02-2019"))
        customers += [customer] * random.choice((1, 1, 1, 2))
        if number % 20 == 0:
            customers.append(customer | {"Income": "1"})
    return customers


def rough_shop_customers(random: random.Random) -> list[dict[str, str]]:
    """Shop customers with gaps, faults, repeats and values that cannot be true."""
    customers = []
    for number in range(150):
        customer = {
            "CustomerID": random.choice((f"{number}", f"{number}.0", f" {number} ", "")),
            "Gender": random.choice(("Female", " male", "MALE", "")),
            "Age": random.choice(("0", "1", "30", "30.0", "110", "111", "-5", "old", "")),
            "Annual Income ($)": random.choice(("0", "1000", "58138.5", "-1", "much", "")),
            "Spending Score (1-100)": random.choice(("0", "1", "50", "100", "101", "x", "")),
            "Profession": random.choice(("Artist", " Lawyer ", "")),
            "Work Experience": random.choice(("0", "1", "9.0", "-1", "101", "some", "")),
            "Family Size": random.choice(("0", "1", "4", "4.0", "-2", "101", "all", "")),
        }
        customers += [customer] * random.choice((1, 1, 1, 2))
        if number % 20 == 0:
            customers.append(customer | {"Age": "2"})
    return customers


@pytest.fixture(scope="module")
def rough_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of raw files with what the samples do not have."""
    folder = tmp_path_factory.mktemp("rough_data")
    for population, make, delimiter in (
        ("clickstream", rough_events, ","),
        ("personality", rough_customers, ";"),
        ("shop", rough_shop_customers, ","),
    ):
        rows = make(random.Random(7))
        (folder / population).mkdir()
        with (folder / population / "rows.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, rows[0], delimiter=delimiter, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def rough_features(build_in, rough_data: Path) -> Project:
    """The feature models on these files, looked at as of a time before their end."""
    moment = ROUGH_AS_OF.strftime("%F %T")
    as_of = json.dumps(
        {f"{population}_as_of": moment for population in ORACLES.keys() - WITHOUT_DATES}
    )
    return build_in("rough_features").build(*FEATURE_MODELS, "--vars", as_of, data=rough_data)


@pytest.mark.parametrize("population", ORACLES)
def test_features_of_rough_files_are_as_described(
    rough_features: Project, rough_data: Path, population: str
):
    assert_as_described(rough_features, population, rough_data, ROUGH_AS_OF)
