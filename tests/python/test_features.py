"""The features a second time, in plain Python: from the raw files, by the columns' descriptions.

Slow and obvious on purpose, and without a line in common with the SQL: every column of the feature
tables is worked out customer by customer from the text of the raw files, and compared with the
table that dbt builds.
"""

import ast
import cmath
import csv
import io
import itertools
import json
import math
import random
import re
import statistics
import zipfile
from bisect import bisect_left, bisect_right
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatch
from fractions import Fraction
from functools import cache
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


def known(stated: str | None) -> str | None:
    """The word, and None for one that says nothing."""
    nothing = {"unknown", "n/a", "na", "nan", "null", "?", "-", "--", "missing", "undefined"}
    return None if stated in nothing else stated


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


def mapped_words(population: str) -> dict[tuple[str, str], str | None]:
    """What the words of a population mean, by feature and word; None for no usable word."""
    with (ROOT / "seeds" / "value_map.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (row["feature"], row["raw_value"]): row["value"] or None
            for row in csv.DictReader(lines)
            if row["population"] == population
        }


def personality_features(folder: Path, as_of: datetime | None = None) -> Features:
    """Every column of personality_features, by customer."""
    rows = read_customers(folder / "personality")
    as_of = as_of or max(calendar_day(row, "Dt_Customer") for row in rows)
    words = mapped_words("personality")
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
        "education": words.get(("education", education), known(education)),
        "marital_status": words.get(("marital_status", marital_status), known(marital_status)),
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
        "gender": known(word(row, "Gender")),
        "age_years": possible(whole(row, "Age"), 1, 110),
        "income": income,
        "spending_score": possible(whole(row, "Spending Score (1-100)"), 1, 100),
        "profession": known(word(row, "Profession")),
        "work_experience_years": possible(whole(row, "Work Experience"), 0, 100),
        "family_size": family_size,
        "family_income_product": income * family_size if both_known else None,
        "family_income_ratio": income / family_size if both_known else None,
    }


# -- Gifting ---------------------------------------------------------------------------------------

GIFTING_WORDS = {
    "relationship": ("relationship", "recipient_type"),
    "favourite_movie_genre": ("favourite_movie_genre",),
    "last_gift_category": ("last_gift_category", "last_year_gift"),
    "occasion": ("occasion",),
    "store_preference": ("store_preference",),
}


def gifting_features(folder: Path, as_of: datetime | None = None) -> Features:
    """Every column of gifting_features, by customer; nothing in it has a date."""
    rows = read_rows(folder / "gifting")
    rows_of = Counter(key(row, "user_id") for row in rows)
    words = mapped_words("gifting")
    return {
        key(row, "user_id"): recipient(row, words)
        for row in rows
        if key(row, "user_id") is not None and rows_of[key(row, "user_id")] == 1
    }


def recipient(row: dict[str, str], words: dict) -> dict[str, object]:
    """What is stated about one recipient, in the words that are used for it."""

    def meaning(feature: str, *columns: str) -> str | None:
        stated = [word(row, column) for column in columns if word(row, column)]
        stated = next((found for found in stated if known(found)), None)
        return words.get((feature, stated), stated)

    age = whole(row, "age")
    hobbies = stated_items(text(row, "hobbies"))
    if hobbies is not None:
        meanings = {words.get(("hobbies", hobby), known(hobby)) for hobby in hobbies}
        hobbies = sorted(meanings - {None, "none"}) if meanings != {None} else None
    return {
        "age_years": age if age is not None and 0 <= age <= 110 else None,
        "hobbies": hobbies,
        "hobby_count": None if hobbies is None else len(hobbies),
        "budget_level": {"low": 1, "medium": 2, "high": 3}.get(
            meaning("budget_range", "budget_range")
        ),
        **{feature: meaning(feature, *columns) for feature, columns in GIFTING_WORDS.items()},
    }


def stated_items(stated: str | None) -> set[str] | None:
    """The items of a list in lower case: one that Python wrote, or text with commas."""
    if stated is None:
        return None
    items = ast.literal_eval(stated) if stated.startswith("[") else stated.split(",")
    return {item.strip().lower() for item in items} - {""}


# -- Fitbit ----------------------------------------------------------------------------------------


def export_rows(folder: Path, *stems: str) -> list[dict[str, str]]:
    """The distinct rows of the CSV files of these names, plain or zipped, with export and file.

    A row of several exports belongs to the one that counts as latest: `export` is its number.
    """
    numbers = export_numbers(folder)
    rows, headers = {}, {}
    for file in sorted(folder.rglob("*")):
        stem = file.name.split(".")[0]
        if any(fnmatch(stem, pattern) for pattern in stems):
            header, *lines = csv.reader(io.StringIO(file_text(file)))
            number = numbers.get(file.parent, 0)
            for line in lines:
                row = (stem, *line)
                rows[row] = max(number, rows.get(row, 0))
            headers[stem] = header
    return [
        dict(zip(headers[stem], line, strict=True), export=number)
        for (stem, *line), number in rows.items()
    ]


def file_text(file: Path) -> str:
    """The text of a CSV file, or of the one in a zip."""
    if file.suffix == ".csv":
        return file.read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(file) as archive:
        [name] = archive.namelist()
        return archive.read(name).decode("utf-8-sig")


def export_numbers(folder: Path) -> dict[Path, int]:
    """The folders that have days, numbered from 1 in the order in which their days end."""
    ends = {}
    for file in folder.rglob("dailyActivity_merged.*"):
        rows = csv.DictReader(io.StringIO(file_text(file)))
        times = [us_time(row, "ActivityDate") for row in rows]
        ends[file.parent] = max(time for time in times if time)
    ordered = sorted(ends, key=lambda export: (ends[export], str(export)))
    return {export: number for number, export in enumerate(ordered, start=1)}


def us_time(row: dict[str, str], column: str) -> datetime | None:
    """The local time, month first, or the ISO day."""
    return parsed_time(text(row, column) or "")


@cache
def parsed_time(text: str) -> datetime | None:
    """The same from the text alone, of which there are few different ones."""
    for form in ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def kept(rows: list[tuple]) -> list[tuple]:
    """Of (key, export, value): the value of each key's latest export, where that has one only."""
    said = {}
    for about, export, value in rows:
        values = said.setdefault(about, {}).setdefault(export, [])
        if value not in values:
            values.append(value)
    latest = ((about, by_export[max(by_export)]) for about, by_export in said.items())
    return [(about, values[0]) for about, values in latest if len(values) == 1]


DAY_NUMBERS = (
    "TotalSteps",
    "VeryActiveMinutes",
    "FairlyActiveMinutes",
    "LightlyActiveMinutes",
    "SedentaryMinutes",
)


def tracked_days(folder: Path) -> dict[str, dict[date, dict]]:
    """The days of each user that can be used."""
    rows = []
    for row in export_rows(folder, "dailyActivity_merged"):
        time, customer = us_time(row, "ActivityDate"), key(row, "Id")
        numbers = [whole(row, column) for column in DAY_NUMBERS]
        calories = amount(row, "Calories")
        if time and customer and None not in numbers and calories is not None:
            steps, *minutes = numbers
            if min(*numbers, calories) >= 0 and sum(minutes) <= 1440:
                day = {"steps": steps, "minutes": minutes, "calories": calories}
                rows.append(((customer, time.date()), row["export"], day))
    days = {}
    for (customer, day), numbers in kept(rows):
        days.setdefault(customer, {})[day] = numbers
    return days


def measured(folder: Path, time: str, columns: dict[str, str], *stems: str) -> dict:
    """The numbers by customer and time, from files that hold one number each."""
    rows = []
    for row in export_rows(folder, *stems):
        at, customer = us_time(row, time), key(row, "Id")
        found = {
            name: amount(row, column) if name in ("mets", "calories") else whole(row, column)
            for name, column in columns.items()
        }
        found = {name: number for name, number in found.items() if number is not None}
        is_usable = at and customer and found and min(found.values()) >= 0
        if is_usable and (time == "ActivityHour" or found.get("intensity", 0) <= 3):
            rows.append(((customer, at, frozenset(found)), row["export"], found))
    numbers = {}
    for (customer, at, _), found in kept(rows):
        numbers.setdefault(customer, {}).setdefault(at, {}).update(found)
    return numbers


def fitbit_features(folder: Path, as_of: datetime | None = None) -> Features:
    """Every column of fitbit_features, by customer."""
    folder = folder / "fitbit"
    days = tracked_days(folder)
    last = max(day for by_day in days.values() for day in by_day)
    end = as_of.replace(tzinfo=None) if as_of else datetime.combine(last, time()) + timedelta(1)
    over = {
        customer: {
            day: numbers
            for day, numbers in by_day.items()
            if datetime.combine(day, time()) + timedelta(1) <= end
        }
        for customer, by_day in days.items()
    }
    hours = measured(
        folder,
        "ActivityHour",
        {"steps": "StepTotal", "intensity": "TotalIntensity", "calories": "Calories"},
        "hourlySteps_merged",
        "hourlyIntensities_merged",
        "hourlyCalories_merged",
    )
    minutes = measured(
        folder,
        "ActivityMinute",
        {"steps": "Steps", "intensity": "Intensity", "mets": "METs", "calories": "Calories"},
        "minuteStepsNarrow_merged",
        "minuteIntensitiesNarrow_merged",
        "minuteMETsNarrow_merged",
        "minuteCaloriesNarrow_merged",
    )
    nights, weights = nights_of(folder, end), last_weights(folder, end)
    features = {}
    for customer, by_day in over.items():
        worn = {
            day: numbers
            for day, numbers in by_day.items()
            if numbers["steps"] >= 200 and sum(numbers["minutes"]) >= 600
        }
        if not worn:
            continue
        in_minutes, in_hours = (
            {at: each for at, each in known.get(customer, {}).items() if at.date() in worn}
            for known in (minutes, hours)
        )
        sums = {}
        for at, each in in_minutes.items():
            for name in each.keys() & {"steps", "intensity"}:
                hour = sums.setdefault(at.replace(minute=0), Counter())
                hour[name] += each[name]
        for at, hour in sums.items():
            in_hours[at] = {**hour, **in_hours.get(at, {})}
        features[customer] = {
            **activity(by_day, worn),
            **times_of_day(in_hours),
            **inactivity(in_minutes, in_hours),
            **sleep(nights.get(customer, {})),
            **weights.get(customer, {"weight_kg": None, "bmi": None}),
        }
    return features


def mean(numbers: list) -> float | None:
    """None for no numbers."""
    return float(sum(numbers)) / len(numbers) if numbers else None


def spread(numbers: list) -> float | None:
    """The sample standard deviation; None for fewer than two numbers."""
    return statistics.stdev(numbers) if len(numbers) > 1 else None


def activity(by_day: dict, worn: dict) -> dict[str, object]:
    """How active the user was on the days on which the device was worn."""
    steps = [numbers["steps"] for numbers in worn.values()]
    weekend = mean([each["steps"] for day, each in worn.items() if day.isoweekday() > 5])
    weekday = mean([each["steps"] for day, each in worn.items() if day.isoweekday() < 6])
    very, fair, light, sedentary = (
        [numbers["minutes"][place] for numbers in worn.values()] for place in range(4)
    )
    variation = spread(steps) / mean(steps) if len(steps) > 1 else None
    slope = None
    if len(steps) > 1:
        slope = statistics.linear_regression([day.toordinal() for day in worn], steps).slope
    return {
        "tracked_day_count": len(worn),
        "unworn_day_count": len(by_day) - len(worn),
        "daily_step_count": mean(steps),
        "daily_step_count_spread": spread(steps),
        "step_variation": variation,
        "weekly_step_trend": None if slope is None else 7 * slope,
        "very_active_minutes": mean(very),
        "fairly_active_minutes": mean(fair),
        "lightly_active_minutes": mean(light),
        "sedentary_share": (
            share(sum(sedentary), sum([*very, *fair, *light, *sedentary])) if worn else None
        ),
        "calories": mean([numbers["calories"] for numbers in worn.values()]),
        "weekend_step_balance": (
            weekend / (weekend + weekday) if weekend is not None and weekday is not None else None
        ),
    }


def times_of_day(hours: dict[datetime, dict]) -> dict[str, object]:
    """At which hours of the day the steps are taken."""
    steps = Counter()
    for at, numbers in hours.items():
        steps[at.hour] += numbers.get("steps", 0)
    steps = {hour: count for hour, count in steps.items() if count > 0}
    if not steps:
        return dict.fromkeys(("hour_diversity", "most_active_hour", "night_step_share"))
    most = max(steps.values())
    return {
        "hour_diversity": evenness(list(steps.values()), 24),
        "most_active_hour": f"{min(hour for hour in steps if steps[hour] == most):02}:00",
        "night_step_share": share(
            sum(count for hour, count in steps.items() if hour < 6), sum(steps.values())
        ),
    }


def inactivity(minutes: dict[datetime, dict], hours: dict[datetime, dict]) -> dict[str, object]:
    """The longest stretch without activity that is no time without the device, minute by minute.

    A day's hours count where none of its minutes says whether there was activity.
    """
    by_minute, by_hour = (
        {
            at: max(each.get("steps", 0), each.get("intensity", 0))
            for at, each in periods.items()
            if "steps" in each or "intensity" in each
        }
        for periods in (minutes, hours)
    )
    days = {at.date() for at in by_minute}
    by_hour = {at: number for at, number in by_hour.items() if at.date() not in days}
    longest = 0
    for length, known in ((1, by_minute), (60, by_hour)):
        run, before = 0, None
        for at in [*sorted(known), None]:
            follows = at is not None and before == at - timedelta(minutes=length)
            if not (follows and known[at] == 0):
                longest = max(longest, run) if run < 720 else longest
                run = 0
            if at is not None:
                run += length if known[at] == 0 else 0
            before = at
    mets = [each["mets"] for each in minutes.values() if "mets" in each]
    return {
        "mets": mean(mets) / 10 if mets else None,
        "longest_inactive_minutes": longest if by_minute or by_hour else None,
    }


def nights_of(folder: Path, end: datetime) -> dict[str, dict[date, dict]]:
    """The nights of each user: from the daily files, else from the minutes."""
    rows, by_minute = [], []
    for row in export_rows(folder, "sleepDay_merged", "daily_sleep*"):
        at, customer = us_time(row, "SleepDay") or us_time(row, "date"), key(row, "Id")
        asleep, in_bed = whole(row, "TotalMinutesAsleep"), whole(row, "TotalTimeInBed")
        if at and customer and None not in (asleep, in_bed) and 0 <= asleep <= in_bed <= 1440:
            night = {"asleep": asleep, "in_bed": in_bed}
            if in_bed > 0:
                rows.append(((customer, at.date()), row["export"], night))
    for row in export_rows(folder, "minuteSleep_merged"):
        at, customer, log = us_time(row, "date"), key(row, "Id"), key(row, "logId")
        if at and customer and log and whole(row, "value") in (1, 2, 3):
            by_minute.append(((customer, at), row["export"], (log, whole(row, "value"))))
    sleeps, nights = {}, {}
    for (customer, at), (log, value) in kept(by_minute):
        sleeps.setdefault((customer, log), []).append((at, value))
    for (customer, _), minutes in sleeps.items():
        night = nights.setdefault(customer, {}).setdefault(max(minutes)[0].date(), {})
        night.setdefault("sleeps", []).append((-len(minutes), min(minutes)[0]))
        asleep = sum(value == 1 for _, value in minutes)
        night["asleep"] = night.get("asleep", 0) + asleep
        night["in_bed"] = night.get("in_bed", 0) + len(minutes)
    for (customer, day), night in kept(rows):
        nights.setdefault(customer, {}).setdefault(day, {}).update(night)
    return {
        customer: {
            day: night
            for day, night in by_day.items()
            if datetime.combine(day, time()) + timedelta(1) <= end
        }
        for customer, by_day in nights.items()
    }


def sleep(nights: dict[date, dict]) -> dict[str, object]:
    """How long, how soundly and how regularly the user sleeps."""
    asleep = [night["asleep"] for night in nights.values()]
    in_bed = [night["in_bed"] for night in nights.values()]
    bedtimes = [min(night["sleeps"])[1] for night in nights.values() if "sleeps" in night]
    on_the_clock = [
        cmath.exp(2j * math.pi * ((at - datetime.combine(at, time())) / timedelta(days=1)))
        for at in bedtimes
    ]
    return {
        "sleep_minutes": mean(asleep),
        "sleep_minutes_spread": spread(asleep),
        "sleep_efficiency": share(sum(asleep), sum(in_bed)) if nights else None,
        "restless_minutes": mean(in_bed) - mean(asleep) if nights else None,
        "bedtime_regularity": (
            abs(sum(on_the_clock)) / len(bedtimes) if len(bedtimes) > 1 else None
        ),
    }


def last_weights(folder: Path, end: datetime) -> Features:
    """The weight that each user logged last."""
    rows = []
    for row in export_rows(folder, "weightLogInfo_merged"):
        at, customer, kilograms = us_time(row, "Date"), key(row, "Id"), amount(row, "WeightKg")
        bmi = amount(row, "BMI")
        if at and customer and kilograms is not None and 20 <= kilograms <= 700:
            log = whole(row, "LogId") if text(row, "LogId") else -1
            weight = {
                "weight_kg": float(kilograms),
                "bmi": float(bmi) if bmi is not None and 7 <= bmi <= 210 else None,
            }
            rows.append(((customer, at, log), row["export"], weight))
    weights = {}
    for (customer, at, log), weight in kept(rows):
        if at <= end:
            weights.setdefault(customer, []).append(((at, log), weight))
    return {customer: max(own, key=lambda each: each[0])[1] for customer, own in weights.items()}


# -- Comparing -------------------------------------------------------------------------------------


def built_features(project: Project, table: str) -> Features:
    """The rows of a feature table, by customer; NULL is None."""
    return customer_rows(project, f"features.{table}")


def observed_features(project: Project, population: str, as_of: datetime) -> Features:
    """The features of a population at a moment, by customer; NULL is None."""
    return customer_rows(
        project,
        "(select * exclude (as_of, is_present, is_cutoff, is_history) "
        f"from features.{population}_observed_features where as_of = '{as_of:%F %T}')",
    )


def customer_rows(project: Project, table: str) -> Features:
    [(rows, customers)] = project.query(
        f"select count(*), count(distinct customer_id) from {table}"
    )
    assert rows == customers, f"{table} has {rows} rows for {customers} customers"
    columns = project.frame(f"select * from {table} limit 0").columns
    rows = [dict(zip(columns, row, strict=True)) for row in project.query(f"from {table}")]
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
    "fitbit": fitbit_features,
    "shop": shop_features,
    "gifting": gifting_features,
}
WITHOUT_DATES = {"shop", "gifting"}
FEATURE_MODELS = [
    "-s", "clickstream_backtest_features", *(f"+{population}_features" for population in ORACLES)
]  # fmt: skip


def assert_as_described(
    project: Project, population: str, data: Path, as_of=None, table: str = "features"
) -> None:
    """Fails with the first differences between a feature table and what the raw files say."""
    expected = ORACLES[population](data, as_of)
    found = differences(expected, built_features(project, f"{population}_{table}"))
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


def test_features_at_the_cutoff_of_the_sample_are_as_described(sample_build: Project):
    moments = sorted(event["occurred_at"] for event in read_events(SAMPLE / "clickstream"))
    before = [moment for moment in moments if moment < moments[-1]]
    cutoff = before[math.ceil(0.75 * len(before)) - 1]

    assert_as_described(sample_build, "clickstream", SAMPLE, cutoff, "backtest_features")


@pytest.fixture(scope="module")
def light_data(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public files, but of the millions of minutes only those of three users, unzipped."""
    folder = tmp_path_factory.mktemp("light_data")
    for path in real_data.rglob("*"):
        target = folder / path.relative_to(real_data)
        if path.is_file() and path.suffix == ".zip":
            header, *lines = file_text(path).splitlines(keepends=True)
            users = sorted({line.split(",", 1)[0] for line in lines})[::11]
            own = [line for line in lines if line.split(",", 1)[0] in users]
            target.with_suffix(".csv").write_text("".join([header, *own]))
        elif path.is_file():
            target.symlink_to(path)
        else:
            target.mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def real_features(build_in, light_data: Path) -> Project:
    """The feature models on the public files."""
    return build_in("real_features").build(*FEATURE_MODELS, data=light_data)


@pytest.mark.real
@pytest.mark.parametrize("population", ORACLES)
def test_features_of_the_real_files_are_as_described(
    real_features: Project, light_data: Path, population: str
):
    assert_as_described(real_features, population, light_data)


ROUGH_AS_OF = datetime(2019, 10, 21, 12, tzinfo=UTC)
ROUGH_CUTOFF = datetime(2019, 10, 8, 18, tzinfo=UTC)
ROUGH_HISTORY = [datetime(2019, 10, day, 15, tzinfo=UTC) for day in (7, 12, 17)]


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
            "Education": random.choice(("PhD", " graduation ", "Basic", "Unheard of", "N/A", "")),
            "Marital_Status": random.choice(("YOLO", "Together", "ALONE", "Married", "?", "")),
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
            "Gender": random.choice(("Female", " male", "MALE", "?", "")),
            "Age": random.choice(("0", "1", "30", "30.0", "110", "111", "-5", "old", "")),
            "Annual Income ($)": random.choice(("0", "1000", "58138.5", "-1", "much", "")),
            "Spending Score (1-100)": random.choice(("0", "1", "50", "100", "101", "x", "")),
            "Profession": random.choice(("Artist", " Lawyer ", "N/A", "none", "")),
            "Work Experience": random.choice(("0", "1", "9.0", "-1", "101", "some", "")),
            "Family Size": random.choice(("0", "1", "4", "4.0", "-2", "101", "all", "")),
        }
        customers += [customer] * random.choice((1, 1, 1, 2))
        if number % 20 == 0:
            customers.append(customer | {"Age": "2"})
    return customers


def rough_recipients(random: random.Random) -> list[dict[str, str]]:
    """Gift recipients with gaps, faults, repeats, odd words and lists in every spelling."""
    lists = ("", " , ", "[]", "Music", "music, travel ,Music", "['travel', 'music']", "none")
    lists += ("['it\\'s a game', 'Arts, crafts']", '["collector\'s cards", ""]', "unknown, chess")
    lists += ("Unknown", "n/a, ?", "none, -", "chess, none")
    recipients = []
    for number in range(150):
        recipient = {
            "user_id": random.choice((f"user_{number}", f" user_{number} ", f"{number}.0", "")),
            "age": random.choice(("0", "7", "30.0", "110", "111", "-1", "old", "")),
            "relationship": random.choice(("Family", " colleague", "Wife", "UNKNOWN", "")),
            "recipient_type": random.choice(("friend", "N/A", "")),
            "hobbies": random.choice(lists),
            "favourite_movie_genre": random.choice(("Drama", " Science Fiction", "unknown", "")),
            "last_year_gift": random.choice(("books", "Jewellery", "")),
            "occasion": random.choice(("birthday", "Unknown", "")),
            "budget_range": random.choice(("low", "Mid", " HIGH ", "medium", "lavish", "3", "")),
        }
        recipients += [recipient] * random.choice((1, 1, 1, 2))
        if number % 20 == 0:
            recipients.append(recipient | {"age": "8"})
    return recipients


def rough_exports(random: random.Random) -> dict[str, list[dict[str, str]]]:
    """Two exports that overlap, with gaps, faults, repeats and ties, and some after as_of."""
    exports = {"one": (1, 16), "two": (14, 26)}
    odd = random.choices
    files = {}
    for export, days in exports.items():
        kinds = ("Steps", "Intensities", "Calories")
        names = [f"{export}/hourly{kind}_merged" for kind in kinds]
        daily, hourly, minutes = [], {name: [] for name in names}, []
        sleep, sleep_minutes, weights = [], [], []
        for user, day in itertools.product(map(str, range(12)), range(*days)):
            date = f"10/{day}/2019"
            customer = random.choice((user, f"{user}.0", f" {user} "))
            if random.random() < 0.9:
                row = {
                    "Id": odd((customer, ""), (30, 1))[0],
                    "ActivityDate": odd((date, f"{date} 12:00:00 AM", "31/31/2019"), (30, 3, 1))[0],
                    "TotalSteps": odd(("0", "1", f"{random.randrange(9000)}", "-1"), (2, 1, 20, 1))[
                        0
                    ],
                    "VeryActiveMinutes": random.choice(("0", "5", "60.0")),
                    "FairlyActiveMinutes": random.choice(("0", "7")),
                    "LightlyActiveMinutes": random.choice(("0", "100", "200")),
                    "SedentaryMinutes": random.choice(("300", "533", "535", "900", "1200", "1400")),
                    "Calories": odd(("2000", "1985.25", ""), (10, 10, 1))[0],
                }
                daily += [row] * random.choice((1, 1, 2))
                if random.random() < 0.03:
                    daily.append(row | {"TotalSteps": "77"})
            if user < "6":
                for hour, name in itertools.product((1, 7, 8, 9, 23), names):
                    column = {"S": "StepTotal", "I": "TotalIntensity", "C": "Calories"}
                    at = f"{date} {(hour - 1) % 12 + 1}:00:00 {'AM' if hour < 12 else 'PM'}"
                    value = random.choice(("0", "0", "100", "100.0", "x"))
                    row = {
                        "Id": customer,
                        "ActivityHour": at,
                        column[name.split("hourly")[1][0]]: value,
                    }
                    hourly[name] += [row] * random.choice((0, 1, 1, 1, 2))
            if user in ("3", "4", "8") and day < 18:
                for hour, minute in itertools.product(
                    (1, 12, 11), range(0, 60, random.choice((1, 7)))
                ):
                    half = random.choice(("AM", "PM"))
                    row = {"Id": customer, "ActivityMinute": f"{date} {hour}:{minute:02}:00 {half}"}
                    number = random.choice(("0", "0", "0", "1", "2", "3", "20", ""))
                    row[random.choice(("Steps", "Intensity", "METs", "Calories"))] = number
                    minutes.append(row)
            if user > "5" and random.random() < 0.6:
                row = {
                    "Id": customer,
                    "SleepDay": f"{date} 12:00:00 AM",
                    "TotalMinutesAsleep": random.choice(("0", "300", "400", "")),
                    "TotalTimeInBed": random.choice(("0", "350", "400", "1441")),
                }
                sleep += [row] * random.choice((1, 1, 2))
            if user in ("5", "6", "7") and random.random() < 0.5:
                start = datetime(2019, 10, day, random.choice((1, 22, 23)), 40, 30)
                for minute in range(random.choice((1, 30, 100, 100))):
                    at = start + timedelta(minutes=minute)
                    sleep_minutes.append(
                        {
                            "Id": customer,
                            "date": f"{at.month}/{at.day}/{at.year} {at:%I:%M:%S %p}",
                            "value": odd(("1", "2", "3", "4"), (20, 3, 2, 1))[0],
                            "logId": odd((f"{user}{day}", ""), (40, 1))[0],
                        }
                    )
            if random.random() < 0.1:
                weights.append(
                    {
                        "Id": customer,
                        "Date": f"{date} {random.choice(('6:47:11 AM', '11:59:59 PM', 'noon'))}",
                        "WeightKg": random.choice(("70", "71.5", "0", "heavy")),
                        "BMI": random.choice(("22.5", "0", "slim", "")),
                        "LogId": f"{random.randrange(8, 12)}",
                    }
                )
        files |= {f"{export}/dailyActivity_merged": daily, **hourly}
        files |= {f"{export}/{kind}_merged": [] for kind in ("minuteSleep", "sleepDay")}
        files[f"{export}/minuteSleep_merged"] = sleep_minutes
        files[f"{export}/sleepDay_merged"] = sleep
        files[f"{export}/weightLogInfo_merged"] = weights
        for kind, column in (
            ("Steps", "Steps"),
            ("Intensities", "Intensity"),
            ("METs", "METs"),
            ("Calories", "Calories"),
        ):
            own = [row for row in minutes if column in row]
            files[f"{export}/minute{kind}Narrow_merged"] = own
    beside = [
        {
            "Id": f"{user}",
            "date": f"2019-10-{day:02}",
            "TotalMinutesAsleep": "200",
            "TotalTimeInBed": "210",
        }
        for user, day in itertools.product(range(5, 10), range(10, 20))
    ]
    return files | {"daily_sleep_of_all": beside}


def write_exports(folder: Path) -> None:
    """Write them, some of them zipped."""
    for number, (name, rows) in enumerate(rough_exports(random.Random(7)).items()):
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % 2:
            with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
                archive.writestr("inside.csv", text.getvalue())
        else:
            path.write_text(text.getvalue(), encoding="utf-8", newline="")


@pytest.fixture(scope="module")
def rough_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of raw files with what the samples do not have."""
    folder = tmp_path_factory.mktemp("rough_data")
    for population, make, delimiter in (
        ("clickstream", rough_events, ","),
        ("personality", rough_customers, ";"),
        ("shop", rough_shop_customers, ","),
        ("gifting", rough_recipients, ","),
    ):
        rows = make(random.Random(7))
        (folder / population).mkdir()
        with (folder / population / "rows.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, rows[0], delimiter=delimiter, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    write_exports(folder / "fitbit")
    return folder


@pytest.fixture(scope="module")
def rough_features(build_in, rough_data: Path) -> Project:
    """The feature models on these files, looked at as of a time before their end."""
    moment = ROUGH_AS_OF.strftime("%F %T")
    moments = {f"{population}_as_of": moment for population in ORACLES.keys() - WITHOUT_DATES}
    moments["clickstream_cutoff"] = ROUGH_CUTOFF.strftime("%F %T")
    ends = {"from": f"{ROUGH_HISTORY[0]:%F %T}", "to": f"{ROUGH_HISTORY[-1]:%F %T}"}
    moments["history"] = {**ends, "every": "5 days"}
    return build_in("rough_features").build(
        *FEATURE_MODELS, "--vars", json.dumps(moments), data=rough_data
    )


@pytest.mark.parametrize("population", ORACLES)
def test_features_of_rough_files_are_as_described(
    rough_features: Project, rough_data: Path, population: str
):
    assert_as_described(rough_features, population, rough_data, ROUGH_AS_OF)


def test_features_at_the_cutoff_of_rough_files_are_as_described(
    rough_features: Project, rough_data: Path
):
    assert_as_described(
        rough_features, "clickstream", rough_data, ROUGH_CUTOFF, "backtest_features"
    )


@pytest.mark.parametrize("as_of", ROUGH_HISTORY)
@pytest.mark.parametrize("population", ["clickstream", "fitbit"])
def test_features_at_the_moments_of_rough_files_are_as_described(
    rough_features: Project, rough_data: Path, population: str, as_of: datetime
):
    expected = ORACLES[population](rough_data, as_of)
    found = differences(expected, observed_features(rough_features, population, as_of))

    assert expected
    assert not found, f"{len(found)} differences, such as\n" + "\n".join(found[:20])
