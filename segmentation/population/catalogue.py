"""The features of a planned population: what each one means, and how it is clustered and tested."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from segmentation.population.inspect import read_number
from segmentation.population.mapping import Attribute, Customers, Events, Plan

# Numbers that go together this closely are one feature told twice.
NEAR_COPY = 0.95

NOT_BELOW_0, SHARE, SCORE, FILLED = "is_not_negative", "is_share", "score", "not_null"


@dataclass(frozen=True)
class Feature:
    """One column of the features.

    model: the model that makes it: rfm, times, diversity, customers or features.
    tests: names of data tests without arguments; `score` stands for a score from 1 to 5.
    if_no_events: what a customer without events has: 0 or null.
    doc: the doc block that describes it where the project has one already.
    """

    name: str
    description: str
    model: str
    tests: tuple[str, ...] = ()
    is_logged: bool = False
    is_clustered: bool = True
    may_not_apply: bool = False
    if_no_events: str = "0"
    doc: str | None = None


@dataclass(frozen=True)
class Settings:
    """What the settings block states; see segmentation.settings."""

    axes: dict[str, str]
    outcome: str | None
    log: tuple[str, ...]
    does_not_apply: tuple[str, ...]
    exclude: tuple[str, ...]


ITEMS = {"item": "items", "category": "categories", "brand": "brands"}


def event_features(events: Events, has_customers: bool) -> list[Feature]:
    """The features from events, in the order of their columns.

    has_customers: whether customers without events have a row as well.
    """
    typed = "event_type" in events.roles
    known = () if has_customers else (FILLED,)
    counts = {"tests": (FILLED, NOT_BELOW_0), "is_logged": True}
    late = {"may_not_apply": has_customers, "if_no_events": "null", "tests": (*known, NOT_BELOW_0)}
    features = [
        Feature(
            "event_count",
            "Number of events of any kind." if typed else "Number of rows of the raw data.",
            "rfm",
            **counts,
            is_clustered=typed or not events.has_purchases,
        )
    ]
    if events.has_purchases:
        features.append(Feature("order_count", ORDERS[_order_key(events)], "rfm", **counts))
    if events.has_returns:
        features += [
            Feature("return_count", "Number of returns.", "rfm", **counts, is_clustered=False),
            Feature(
                "return_share",
                "Share of returns among purchases and returns, from 0 to 1.",
                "rfm",
                (FILLED, SHARE),
            ),
        ]
    if events.has_money and events.has_purchases:
        less = (
            " less what was returned; below 0 where more was returned" if events.has_returns else ""
        )
        features += [
            Feature(
                "monetary",
                f"What the customer has spent, in the currency of the raw data{less}.",
                "rfm",
                (FILLED,),
                is_logged=True,
            ),
            Feature(
                "average_order_value",
                "Mean amount of an order, in the currency of the raw data; returns are not taken "
                "off. NULL for customers without an order.",
                "rfm",
                may_not_apply=True,
                is_clustered=False,
                if_no_events="null",
            ),
        ]
    features += [
        Feature(
            "recency_days",
            "Days since the customer was last seen: from the last event of any kind to as_of, with "
            "their fraction." + _no_events(has_customers),
            "rfm",
            **late,
        ),
        Feature(
            "tenure_days",
            "Days for which the customer has been known: from the first event to as_of, with their "
            "fraction." + _no_events(has_customers),
            "rfm",
            is_clustered=False,
            **late,
        ),
    ]
    if "session" in events.roles:
        features.append(
            Feature("session_count", "Number of visits.", "rfm", **counts, is_clustered=False)
        )
    features += _times(events, has_customers, counts)
    features += _diversity(events)
    return features + _scores(events)


def _order_key(events: Events) -> str:
    return next((role for role in ("order", "session") if role in events.roles), "time")


ORDERS = {
    "order": "Number of different orders with a purchase; a return is no order.",
    "session": "Number of visits with a purchase; a return is no order.",
    "time": (
        "Number of different points in time with a purchase: what is bought at one is one order, "
        "and a return is none."
    ),
}


def _no_events(has_customers: bool) -> str:
    return " NULL for customers without an event." if has_customers else ""


def _times(events: Events, has_customers: bool, counts: dict) -> list[Feature]:
    shares = {
        "tests": (SHARE,),
        "is_clustered": False,
        "may_not_apply": has_customers,
        "if_no_events": "null",
    }
    features = [
        Feature(
            "active_day_count",
            "Number of different days with an event.",
            "times",
            **counts,
            is_clustered=False,
        ),
        Feature(
            "weekend_share",
            "Share of the customer's events that fall on a Saturday or Sunday, from 0 to 1."
            + _no_events(has_customers),
            "times",
            **shares,
        ),
    ]
    if events.time.has_clock:
        features.append(
            Feature(
                "night_share",
                "Share of the customer's events that fall between midnight and 6 in the morning, "
                "from 0 to 1." + _no_events(has_customers),
                "times",
                **shares,
            )
        )
    return features


def _diversity(events: Events) -> list[Feature]:
    features = []
    present = [role for role in ITEMS if role in events.roles]
    for role in present:
        features += [
            Feature(
                f"{role}_count",
                f"Number of different {ITEMS[role]} among the customer's events, returns aside; 0 "
                "where no event states one.",
                "diversity",
                (FILLED, NOT_BELOW_0),
                is_logged=True,
                is_clustered=role != "brand",
            ),
            Feature(
                f"{role}_diversity",
                f"How evenly the customer's events spread over these {ITEMS[role]}, from 0 (all on "
                "one) to 1 (equally many on each). NULL for customers none of whose events states "
                "one.",
                "diversity",
                (SHARE,),
                is_clustered=role == "category",
                may_not_apply=True,
                if_no_events="null",
            ),
        ]
    return features


def _scores(events: Events) -> list[Feature]:
    frequency = "order_count" if events.has_purchases else "event_count"
    scores = [
        Feature("recency_score", "", "features", (SCORE,), is_clustered=False, doc="recency_score"),
        Feature(
            "frequency_score",
            f"Score from 1 to 5 by {frequency}, 5 for the fifth of the customers with most of "
            "those who have any; equal values share the middle one of their ranks, and so the "
            "score. Customers without any have 1.",
            "features",
            (SCORE,),
            is_clustered=False,
        ),
    ]
    if events.has_money and events.has_purchases:
        scores.append(
            Feature(
                "monetary_score",
                "",
                "features",
                (SCORE,),
                is_clustered=False,
                doc="monetary_score",
            )
        )
        scores.append(
            Feature("rfm_cell", "", "features", (FILLED,), is_clustered=False, doc="rfm_cell")
        )
    return scores


def attribute_features(plan: Plan) -> list[Feature]:
    """The features from a table of customers, in the order of its columns."""
    if plan.customers is None:
        return []
    texts = {
        "number": "The column {column}, a number.",
        "boolean": "The column {column}: whether it says yes.",
        "text": "The column {column}, in lower case.",
        "date": "Days from the day of the column {column} to as_of; none for a day after it.",
        "birth": "Age in whole years at as_of, by the column {column}; none for a later birth.",
        "ahead": "Days from the day of the column {column} to as_of; below 0 for a day after it.",
    }
    copies = near_copies(plan.customers, plan)
    features = [
        Feature(
            attribute.name,
            texts["ahead" if attribute.is_ahead else attribute.kind].format(
                column=attribute.column.name
            )
            + " NULL where the raw data states none.",
            "customers",
            is_logged=attribute.is_long_tailed,
            is_clustered=attribute.name not in copies and not attribute.is_personal,
        )
        for attribute in plan.customers.attributes
    ]
    if len(plan.value) > 1:
        features.append(
            Feature(
                "monetary",
                f"What the customer is worth: the sum of {', '.join(plan.value)}. NULL where one "
                "of them is.",
                "features",
                is_logged=True,
                is_clustered=False,
            )
        )
    return features


def near_copies(customers: Customers, plan: Plan) -> set[str]:
    """The numbers that nearly repeat another one before them, by the sample; value comes first."""
    numbers = [a for a in customers.attributes if a.kind == "number"]
    numbers.sort(key=lambda attribute: attribute.name not in plan.value)
    sample = plan.customers_file.sample
    frame = pd.DataFrame({a.name: _numbers(sample[a.column.name], a) for a in numbers})
    together = frame.corr().abs()
    copies: set[str] = set()
    for i, name in enumerate(together.columns):
        before = [other for other in together.columns[:i] if other not in copies]
        if (together.loc[name, before] >= NEAR_COPY).any():
            copies.add(name)
    return copies


def _numbers(texts: Sequence, attribute: Attribute) -> list[float | None]:
    return [
        read_number(text.strip(), attribute.decimal_sign) if isinstance(text, str) else None
        for text in texts
    ]


def features_of(plan: Plan) -> list[Feature]:
    """All features of a population, in the order of their columns."""
    events = event_features(plan.events, plan.customers is not None) if plan.events else []
    scores = [feature for feature in events if feature.model == "features"]
    return [f for f in events if f not in scores] + attribute_features(plan) + scores


def settings_of(plan: Plan) -> Settings:
    """The settings block: axes by role, logs for long tails, and what is kept but not clustered."""
    features = {feature.name: feature for feature in features_of(plan)}
    if plan.events:
        values = [n for n in ("monetary", "order_count", "event_count") if n in features]
        axes = {"value": values[0]}
        activity = "event_count" if "event_type" in plan.events.roles else "order_count"
        if activity in features and activity != values[0]:
            axes["activity"] = activity
        axes["freshness"] = "-recency_days"
        breadth = [n for n in ("category_count", "item_count") if n in features]
        axes |= {"breadth": breadth[0]} if breadth else {}
        axes |= {"returns": "return_share"} if _sees_returns(plan.events) else {}
    else:
        axes = {"value": plan.value[0] if len(plan.value) == 1 else "monetary"}
        axes |= {"activity": plan.activity} if plan.activity else {}
        axes |= {"freshness": f"-{plan.freshness}"} if plan.freshness else {}
    return Settings(
        axes=axes,
        outcome=plan.outcome,
        log=tuple(
            f.name
            for f in features.values()
            if f.is_logged and (f.is_clustered or f.name == axes["value"])
        ),
        does_not_apply=tuple(f.name for f in features.values() if f.may_not_apply),
        exclude=tuple(f.name for f in features.values() if not f.is_clustered),
    )


def _sees_returns(events: Events) -> bool:
    """Whether some of the sampled rows are returns, and not only might be."""
    signed = [role for role in ("amount", "quantity") if role in events.roles]
    below_0 = any(
        number < 0
        for role in signed * ("event_type" not in events.roles)
        for number in events.roles[role].column.numbers(events.sign_of(role))
    )
    return events.has_returns and bool(
        events.return_words or events.has_cancelled_orders or below_0
    )


def entities_of(plan: Plan) -> list[str]:
    """The raw entities: events, customers or both."""
    return ["events"] * (plan.events is not None) + ["customers"] * (plan.customers is not None)


def has_backtest(plan: Plan) -> bool:
    """Whether a backtest can be made: from events with money, and without a table of customers."""
    return has_moments(plan) and plan.events.has_money and plan.events.has_purchases


def has_moments(plan: Plan) -> bool:
    """Whether the features can be computed as of past points in time: from events alone.

    What stands in a table of customers has no date, and would let the future into the past.
    """
    return plan.events is not None and plan.customers is None


def is_dated(plan: Plan) -> bool:
    """Whether anything counts from as_of."""
    return plan.events is not None or any(a.kind == "date" for a in plan.customers.attributes)


def sentence_of(name: str) -> str:
    """A name in words: unit_price gives unit price."""
    return re.sub("_", " ", name)
