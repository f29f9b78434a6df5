"""Numbers with units, dates and sentences, as a person reads them. Pure: values in, text out."""

import re
from collections.abc import Mapping, Sequence

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
    while unit in _FINER and 0 < abs(value) < 1:
        factor, finer = _FINER[unit]
        value, unit = value * factor, finer
    written = number(value)
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


# -- Rules -----------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*') | (?P<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)
        | (?P<operator>>=|<=|!=|<|>|=) | (?P<mark>[(),])
        | "(?P<quoted>(?:[^"]|"")*)" | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    )""",
    re.VERBOSE,
)
_COMPARED = {">=": "at least", "<": "below", "=": "exactly", ">": "above", "<=": "at most"}


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
        reader = _Reader(_tokens(condition), known)
        told = reader.alternatives()
        return told if reader.is_done() else None
    except (_NotUnderstood, IndexError):
        return None


def _tokens(condition: str) -> list[tuple[str, str]]:
    tokens, place = [], 0
    while condition[place:].strip():
        match = _TOKEN.match(condition, place)
        if match is None:
            raise _NotUnderstood
        kind, value = match.lastgroup or "", match.group(match.lastgroup or 0)
        if kind == "text":
            value = value[1:-1].replace("''", "'")
        if kind == "quoted":
            kind, value = "column", value.replace('""', '"')
        tokens.append((kind, value))
        place = match.end()
    return tokens


class _Reader:
    """Reads the tokens of a rule from left to right."""

    def __init__(
        self, tokens: Sequence[tuple[str, str]], known: Mapping[str, tuple[str, str | None]]
    ):
        self.tokens = [*tokens, ("end", "")]
        self.known = known
        self.place = 0

    def is_done(self) -> bool:
        return self.tokens[self.place][0] == "end"

    def next_is(self, *values: str) -> bool:
        ahead = self.tokens[self.place : self.place + len(values)]
        return [value for kind, value in ahead if kind not in ("text", "column")] == list(values)

    def take(self, *values: str) -> bool:
        """Step over these tokens, if they come next."""
        if not self.next_is(*values):
            return False
        self.place += len(values)
        return True

    def expect(self, *values: str) -> None:
        if not self.take(*values):
            raise _NotUnderstood

    def value(self, *kinds: str) -> str:
        kind, value = self.tokens[self.place]
        if kind not in kinds:
            raise _NotUnderstood
        self.place += 1
        return value

    def alternatives(self, between: str = "; or ") -> str:
        told = [self.conditions()]
        while self.take("or"):
            told.append(self.conditions())
        return between.join(told)

    def conditions(self) -> str:
        """Conditions that hold together; two of one feature are told as one."""
        bounds: list[tuple[str, str, str]] = [self.condition()]
        while self.take("and"):
            bounds.append(self.condition())
        told = []
        for column, compared, value in bounds:
            if told and compared == "below" and told[-1][:2] == (column, "at least"):
                told[-1] = (column, "from", f"{told[-1][2]} to below {value}")
            else:
                told.append((column, compared, value))
        return listed([" ".join(filter(None, part)) for part in told])

    def condition(self) -> tuple[str, str, str]:
        if self.take("("):
            told = self.alternatives(" or ")
            self.expect(")")
            return told, "", ""
        if self.take("true"):
            return "every customer", "", ""
        if self.take("not"):
            what, _, yes = self.condition()
            return (what, "", "no") if yes == "yes" else (f"not {what}", "", yes)
        if self.take("list_contains", "("):
            column = self.value("word", "column")
            self.expect(",")
            item = self.value("text", "number")
            self.expect(")")
            return f"{label(column, self.known)} {item}", "", ""
        return self.comparison(self.value("word", "column"))

    def comparison(self, column: str) -> tuple[str, str, str]:
        name = label(column, self.known)
        if self.take("is", "null"):
            return name, "unknown", ""
        if self.take("not", "in", "("):
            levels = [self.value("text", "number")]
            while self.take(","):
                levels.append(self.value("text", "number"))
            self.expect(")")
            return f"{name}:", "none of", listed(levels)
        if self.tokens[self.place][0] != "operator":
            return f"{name}:", "", "yes"
        operator = self.value("operator")
        if self.tokens[self.place][0] == "text":
            if operator not in ("=", "!="):
                raise _NotUnderstood
            return f"{name}:", "not" if operator == "!=" else "", self.value("text")
        if operator not in _COMPARED:
            raise _NotUnderstood
        bound = float(self.value("number"))
        return name, _COMPARED[operator], quantity(bound, unit(column, self.known))
