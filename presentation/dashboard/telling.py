"""What the dashboard says of a customer, a segment or a population, in words. Pure, as `words`."""

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from presentation import words

NOT_PUBLISHED = "Not shown, since the size of the segment is not published."
TOO_SMALL = "Size not shown: too few customers, or their number would tell that of others."
# From this share of the own segment's distance on, another segment is about as near.
BORDER = 0.1
# Counts of customers below this are not told, as in the published aggregates.
FEW = 5


def plain(told: object) -> str:
    """A text for Markdown, shown as it is: `<b>` and `*` mean nothing."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$~:&@=\"'^])", r"\\\1", str(told))


def text(value: object) -> str:
    """A value of a feature as people read it: lists with commas, yes and no."""
    if isinstance(value, str):
        return value
    if isinstance(value, Iterable):
        return ", ".join(str(item) for item in value) or "none"
    if words.is_missing(value):
        return "not known"
    if isinstance(value, bool) or str(value) in ("True", "False"):
        return "yes" if value else "no"
    return str(value)


def measured(value: object, unit: str | None) -> str:
    """A value of a feature with its unit, whatever its type."""
    is_number = hasattr(value, "__float__") and not hasattr(value, "__len__")
    if not is_number or words.is_missing(value) or str(value) in ("True", "False"):
        return text(value)
    return words.quantity(float(value), unit)


def few(customers: float) -> str:
    """A count of customers that may be small: "fewer than 5 customers" for one to four."""
    if 0 < customers < FEW:
        return f"fewer than {FEW} customers"
    return words.count(customers, "customer")


def file_name(name: str) -> str:
    """A name as part of a file name: letters, digits and `_` only."""
    return re.sub(r"\W+", "_", name).strip("_").lower() or "segment"


def notes(customer: Mapping, known: Mapping) -> list[str]:
    """What to note about a customer of `customers.of_segment` or `customers.customer`.

    known: the words of the features, of `queries.words`.
    """

    def listed(column: str) -> str:
        value = customer[column]
        features = [] if value is None or isinstance(value, float) else list(value)
        return words.listed([words.label(feature, known) for feature in features])

    told = []
    if customer["is_outlier"]:
        told.append("unlike everyone")
    for column, phrase in [
        ("imputed_features", "filled in: {}"),
        ("fallback_features", "not known, read as a usual value: {}"),
        ("unseen_level_features", "a word that was not there at the fit: {}"),
        ("out_of_range_features", "beyond all that was there at the fit: {}"),
    ]:
        if listed(column):
            told.append(phrase.format(listed(column)))
    return told


def verdict(population: Mapping) -> str:
    """Whether the segments can be relied on, as Markdown; of a row of `queries.populations`."""
    structure = population["structure"]
    if words.is_missing(structure):
        return "No groups were looked for: there are too few customers, or all are alike."
    if structure == "none" and population["segments"] > 1:
        return (
            "**No groups stand out:** customers differ, but by degrees. The segments below were "
            "asked for all the same; they say no more than their features do."
        )
    return {
        "clear": "**The groups are clear:** they come back when the customers are drawn anew, and "
        "they beat chance.",
        "weak": "**The groups are weak:** use them with care.",
        "none": "**No groups stand out:** customers differ, but by degrees. They are shown as one "
        "segment, since any line between them would be arbitrary.",
    }[str(structure)]


def fit(population: Mapping) -> str:
    """Whether the segments still hold for the customers of today, as Markdown."""
    if words.is_missing(population["verdict"]):
        return "Whether the segments still hold is not known."
    reason = plain(str(population["verdict_reason"]))
    if population["is_fitted"] and words.is_missing(population["found_fit_id"]):
        return "They come from the last build, the first one that looked for groups."
    if population["is_fitted"]:
        return f"The last build made the segments anew, because {reason}."
    told = {
        "keep": "The segments still fit the customers of today",
        "rescore": "Customers have moved between the segments, which themselves still hold",
        "refit": "The customers are no longer those for whom the segments were made, and a new fit "
        "is due",
    }.get(str(population["verdict"]), "")
    return f"{told}: {reason}."


def is_empty(population: Mapping) -> bool:
    """Whether a population has no customers at all; too few to show are some."""
    return not words.is_missing(population["customers"]) and population["customers"] == 0


def facts(headline: object) -> str:
    """The facts of a headline as a list in Markdown; empty where it is not published."""
    told = [] if words.is_missing(headline) else words.facts(str(headline))
    return "\n".join(f"- {plain(words.sentence(fact))}" for fact in told)


def population_size(population: Mapping) -> str:
    """How many customers in how many segments, and of when; of a row of `queries.populations`."""
    told = words.count(population["customers"], "customer")
    if words.is_missing(population["customers"]):
        told = "Too few customers to show their number"
    elif population["segments"] > 1 or population["is_with_no_group"]:
        told += f" in {words.count(population['segments'], 'segment')}"
        told += " or in no group" if population["is_with_no_group"] else ""
    if not words.is_missing(population["as_of"]):
        told += f", as of {words.date(population['as_of'])}"
    return told


def typicality(customer: Mapping, distances: pd.DataFrame) -> list[str]:
    """How typical of the segment a customer is, and how near to the next one, in sentences.

    customer: of `customers.customer`; distances: of `customers.distances`.
    """
    name, nearer, farther = (customer[key] for key in ("segment_name", "nearer", "farther"))
    if customer["segment_id"] < 0:
        told = ["This customer is in no group: too few others are like it."]
        if len(distances):
            first = distances.iloc[0]
            told.append(
                f"The nearest group is {first['segment_name']}, at a distance of "
                f"{words.number(first['distance'])}."
            )
        return told
    if words.is_missing(nearer):
        told = []
    elif farther >= 0.75:
        told = [f"This customer is among the most typical quarter of {name}."]
    elif nearer >= 0.9:
        told = [f"This customer is among the least typical tenth of {name}."]
    else:
        told = [f"This customer is more typical of {name} than {words.share(farther)} of them."]
    others = distances[~distances["is_own"]]
    if len(others):
        own, other = customer["distance"], others.iloc[0]
        if other["distance"] - own <= BORDER * max(own, other["distance"]):
            told.append(
                f"The customer stands on the border to {other['segment_name']}, which is about as "
                f"near ({words.number(other['distance'])} against {words.number(own)})."
            )
        else:
            ratio = "" if own <= 0 else f", {words.number(other['distance'] / own)} times as far"
            told.append(f"The next nearest segment is {other['segment_name']}{ratio}.")
    return told
