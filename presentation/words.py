"""Numbers with units, dates and sentences, as a person reads them. Pure: values in, text out."""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

import duckdb
import pandas as pd

NOT_SHOWN = "not shown"
UNKNOWN = "unknown"

_SMALL = [
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
]
_FINER = {"days": (24, "hours"), "hours": (60, "minutes"), "minutes": (60, "seconds")}

METHODS = {
    "kmeans": "k-means",
    "agglomerative": "Ward's method",
    "gaussian_mixture": "Gaussian mixture",
    "dbscan": "DBSCAN",
    "hdbscan": "HDBSCAN",
    "constant": "one value for all",
    "ridge": "linear model",
    "logistic": "logistic model",
    "xgboost": "boosted trees",
}


def is_missing(value: object) -> bool:
    """Whether there is no number, date or text: None, NaN, NaT."""
    return value is None or bool(pd.isna(value))


def number(value: float | None) -> str:
    """A number with as many digits as it deserves: 12,346, 4.6, 3, 0.26; "unknown" for none."""
    if is_missing(value):
        return UNKNOWN
    size = abs(value)
    if round(size, 1) >= 10:
        return f"{round(value):,}"
    if round(size, 2) >= 1:
        return f"{value:.1f}".removesuffix(".0")
    if size >= 0.01:
        return f"{value:.2f}"
    return "0" if value == 0 else f"{value:.2g}"


def share(value: float | None) -> str:
    """A share of 0 to 1 in percent: 26 %, 0.4 %, less than 0.1 %; "not shown" for a missing one."""
    if is_missing(value):
        return NOT_SHOWN
    if 0 < abs(value) < 0.0005:
        return "less than 0.1 %"
    # Never 100 % for what is less than all.
    if 0.995 <= value < 1:
        return f"{min(value, 0.999):.1%}".replace("%", " %")
    return f"{100 * value:.1f} %" if 0 < abs(value) < 0.00995 else f"{100 * value:.0f} %"


def quantity(value: float | None, unit: str | None = None) -> str:
    """A number with its unit, a short time in a finer one: 24 days, 2.4 hours, 64 %."""
    if is_missing(value):
        return UNKNOWN
    if unit == "percent":
        return share(value)
    value, unit = _finer(value, unit)
    return _with_unit(number(value), unit)


def exactly(value: Decimal, unit: str | None = None) -> str:
    """A number with its unit, to the last digit: 12,345.6, 1.44 hours, 64.25 %."""
    value, unit = (100 * value, "%") if unit == "percent" else _finer(value, unit)
    return _with_unit(f"{value.normalize():,f}", unit)


def _finer(value, unit: str | None) -> tuple:
    """A time of less than one unit in a finer one."""
    while unit in _FINER and 0 < abs(value) < 1:
        factor, finer = _FINER[unit]
        value, unit = value * factor, finer
    return value, unit


def _with_unit(written: str, unit: str | None) -> str:
    if not unit:
        return written
    return f"{written} {unit.removesuffix('s') if written == '1' else unit}"


def count(value: float | None, one: str = "", many: str | None = None) -> str:
    """How many of what: 1 customer, 1,202 customers; "not shown" for one that is hidden."""
    if is_missing(value):
        return NOT_SHOWN
    noun = one if value == 1 else (many or f"{one}s" if one else "")
    return f"{int(value):,} {noun}".strip()


def count_word(value: int) -> str:
    """A small number as a word: four, twelve, 13."""
    return _SMALL[value] if 0 <= value < len(_SMALL) else f"{value:,}"


def date(value: pd.Timestamp | None) -> str:
    """A day as in 31 October 2019; "" where there is none."""
    return "" if is_missing(value) else f"{value.day} {value:%B %Y}"


def short_date(value: pd.Timestamp | None) -> str:
    """A day as in 31 Oct 2019; "" where there is none."""
    return "" if is_missing(value) else f"{value.day} {value:%b %Y}"


def title(name: str) -> str:
    """A population's name as a heading: `web_shop` is Web shop."""
    return sentence(name.replace("_", " "))


def sentence(text: str) -> str:
    """The text with a capital letter at its beginning; the rest as it is."""
    return text[:1].upper() + text[1:]


def listed(items: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def facts(headline: str) -> list[str]:
    """The facts of a headline: its parts at commas that are not within brackets."""
    return [part for part in re.split(r", (?![^(\[]*[)\]])", headline or "") if part]


def method(name: str) -> str:
    """The name of an algorithm or of a way to fill gaps, as people say it."""
    return METHODS.get(name, name.replace("_", " "))


def label(feature: str, known: Mapping[str, tuple[str, str | None]]) -> str:
    """The words for a feature, of its own name where there are none."""
    return known[feature][0] if feature in known else feature.replace("_", " ")


def unit(feature: str, known: Mapping[str, tuple[str, str | None]]) -> str | None:
    """The unit of a feature, None where it has none."""
    return known[feature][1] if feature in known else None


def drift_reason(
    reason: str, known: Mapping[str, tuple[str, str | None]], names: Mapping[int, str]
) -> str:
    """The reason of a verdict on drift with words for its feature and a name for its segment."""
    found = re.match(r"(.+?)(?= has moved: | is missing for )", reason)
    if found:
        reason = label(found[1], known) + reason[found.end() :]
    return re.sub(
        r"(?<=the customers of )segment (-?\d+)(?= have moved)",
        lambda segment: names.get(int(segment[1]), "a segment"),
        reason,
    )


# -- Rules -----------------------------------------------------------------------------------------

_COMPARED = {
    "COMPARE_GREATERTHANOREQUALTO": "at least",
    "COMPARE_LESSTHAN": "below",
    "COMPARE_EQUAL": "exactly",
    "COMPARE_GREATERTHAN": "above",
    "COMPARE_LESSTHANOREQUALTO": "at most",
}
_TREE = "json_serialize_sql('select 1 where ' || ?)"


class _NotUnderstood(Exception):
    """The rule holds something that rules of this project do not."""


def rule(condition: str, known: Mapping[str, tuple[str, str | None]]) -> str | None:
    """An SQL rule of `segment_rules` in words, with the words and units of the features.

    `income < 140000 and family_size >= 5` is "income below 140,000 and size of the family at least
    5". "" for `false`, no simple rule. None for a rule that holds something unknown: show the rule
    itself then.
    """
    if condition == "false":
        return ""
    try:
        return _together(_parsed(condition), known)
    except _NotUnderstood:
        return None


def _parsed(condition: str) -> dict:
    """The condition as a tree, by DuckDB's own parser, which runs nothing."""
    (serialized,) = (
        _parser().cursor().execute(f"select {_TREE}, {_TREE}", [condition, "true"]).fetchall()
    )
    tree, plain = map(json.loads, serialized)
    if tree["error"]:
        raise _NotUnderstood
    found, _ = (each["statements"][0]["node"].pop("where_clause", None) for each in (tree, plain))
    # Nothing but the condition differs: no grouping, no second statement.
    if found is None or tree != plain:
        raise _NotUnderstood
    return found


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _together(tree: dict, known: Mapping[str, tuple[str, str | None]]) -> str:
    """Conditions that hold together, two of one feature told as one, or alternatives."""
    if tree["type"] == "CONJUNCTION_OR":
        is_long = any(each["type"] == "CONJUNCTION_AND" for each in tree["children"])
        between = "; or " if is_long else " or "
        return between.join(_together(each, known) for each in tree["children"])
    told: list[tuple[str, str, str]] = []
    for each in tree["children"] if tree["type"] == "CONJUNCTION_AND" else [tree]:
        column, compared, value = _condition(each, known)
        if told and compared == "below" and told[-1][:2] == (column, "at least"):
            told[-1] = (column, "from", f"{told[-1][2]} to below {value}")
        else:
            told.append((column, compared, value))
    return listed([" ".join(filter(None, part)) for part in told])


def _condition(tree: dict, known: Mapping[str, tuple[str, str | None]]) -> tuple[str, str, str]:
    """One condition: what it is of, how it is compared and with what."""
    match tree:
        case {"type": "CONJUNCTION_OR"}:
            return f"({_together(tree, known)})", "", ""
        case {"type": "VALUE_CONSTANT", "literal": {"kind": "BOOLEAN", "text": "true"}}:
            return "every customer", "", ""
        case {"type": "COLUMN_REF", "column_names": [column]}:
            return f"{label(column, known)}:", "", "yes"
        case {"type": "OPERATOR_NOT", "children": [{"column_names": [column]}]}:
            return f"{label(column, known)}:", "", "no"
        case {
            "function_name": "list_contains",
            "arguments": [
                {"expression": {"column_names": [column]}},
                {"expression": {"literal": {"kind": "STRING", "text": item}}},
            ],
        }:
            return f"{label(column, known)} {item}", "", ""
        case {"type": "OPERATOR_NOT", "children": [{"function_name": "list_contains"} as has]}:
            return f"not {_condition(has, known)[0]}", "", ""
        case {"type": "OPERATOR_IS_NULL", "children": [{"column_names": [column]}]}:
            return label(column, known), "unknown", ""
        case {
            "type": "OPERATOR_NOT",
            "children": [{"type": "COMPARE_IN", "children": [{"column_names": [column]}, *items]}],
        }:
            levels = [_text(each) for each in items]
            return f"{label(column, known)}:", "none of", listed(levels)
        case {
            "type": "COMPARE_EQUAL" | "COMPARE_NOTEQUAL" as sign,
            "left": {"column_names": [column]},
            "right": {"literal": {"kind": "STRING", "text": level}},
        }:
            return f"{label(column, known)}:", "not" if sign == "COMPARE_NOTEQUAL" else "", level
        case {
            "type": sign,
            "left": {"column_names": [column]},
            "right": {"literal": {"kind": "INTEGER" | "NUMERIC", "text": bound}},
        } if sign in _COMPARED:
            # A bound that is rounded would be another rule.
            return (
                label(column, known),
                _COMPARED[sign],
                exactly(Decimal(bound), unit(column, known)),
            )
    raise _NotUnderstood


def _text(tree: dict) -> str:
    match tree:
        case {"literal": {"kind": "STRING", "text": text}}:
            return text
    raise _NotUnderstood
