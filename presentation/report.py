"""The report: one HTML page on the segments of all populations, which opens offline.

`python -m presentation.report` writes `report.html` beside the published file. The page holds its
style, its charts and one copy of Vega; its content security policy lets it load nothing, and run no
script but its own. The same published file gives the same page, byte for byte.
"""

import base64
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from presentation import published_file, queries, words
from presentation.errors import InputError

MISSING_EXTRA = (
    "The report needs packages that are not installed: run `make .venv/extras`, or install "
    "'customer-segments[report]'."
)

# What the rule for the number of segments asks of prediction strength, and what counts as stable
# (Tibshirani and Walther 2005 for the first).
STRENGTH = 0.8
STABLE = 0.9
MOST_FEATURES = 12
NOTHING = "\N{EN DASH}"

Known = Mapping[str, tuple[str, str | None]]


@dataclass
class Page:
    """The charts of a page, by the id of the figure that shows each."""

    charts: dict[str, dict] = field(default_factory=dict)

    def add(self, name: str, chart: Any) -> str:
        """Keep a chart; returns the id of its figure."""
        # Checking each against the schema would take longer than all else; a test draws them all.
        specification = chart.to_dict(validate=False)
        for key in ("config", "$schema"):
            specification.pop(key, None)
        self.charts[name] = specification
        return name


def render(database: Path) -> str:
    """The report on a published file, as HTML.

    Raises InputError where there is no published file, or where packages are missing.
    """
    try:
        from presentation import charts

        library = _library()
    except ImportError as error:
        raise InputError(MISSING_EXTRA) from error
    page = Page()
    # While one connection is open, all read the same file, though a build put another in its place.
    with queries.connect(database):
        populations = queries.populations(database)
        sections = [
            _section(database, page, number, row)
            for number, row in enumerate(populations.to_dict("records"), start=1)
        ]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=_unbroken,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals |= {"paper": charts.PAPER, "palette": charts.SEGMENT_COLOURS}
    themes = {mode: charts.theme(mode) for mode in ("light", "dark")}
    scripts = [
        library,
        environment.loader.get_source(environment, "page.js")[0],
    ]
    return environment.get_template("page.html.j2").render(
        sections=sections,
        opening=_opening(sections),
        data=_json({"themes": themes, "charts": page.charts}),
        scripts=[_script(text) for text in scripts],
        hashes=" ".join(f"'sha256-{_hash(_script(text))}'" for text in scripts),
    )


@cache
def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that needs no other."""
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")


def _unbroken(value: Any) -> Any:
    """A number and its percent sign stay on one line."""
    return value.replace(" %", "\u00a0%") if type(value) is str else value


def _json(value: Any) -> str:
    """JSON that can stand within a script element: no character in it ends one."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _script(text: str) -> str:
    """A script as it stands in the page: nothing in it may end its element."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--").strip()


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _opening(sections: list[dict]) -> str:
    if not sections:
        return "There are no populations in the published file yet."
    count = words.count(len(sections), "population")
    known = [section["customers"] for section in sections if section["customers"] is not None]
    uncounted = "" if len(known) == len(sections) else ", besides those too few to show"
    return (
        f"{words.sentence(words.count_word(len(sections)))} "
        f"{count.split(' ', 1)[1]} with {words.count(sum(known), 'customer')} in all{uncounted}. "
        "For each: which groups its customers form, what sets the groups apart, what to do about "
        "them, and whether the groups can be trusted."
    )


def _section(database: Path, page: Page, number: int, row: dict) -> dict:
    """All that the page says of one population."""
    name = row["population"]
    segments = queries.segments(database, name)
    known = queries.words(database, name)
    scores = queries.cluster_scores(database, name)
    section = {
        "id": f"population-{number}",
        "title": words.title(name),
        "as_of": words.date(row["as_of"]),
        "customers": None if words.is_missing(row["customers"]) else int(row["customers"]),
        "structure": row["structure"] if isinstance(row["structure"], str) else "empty",
        "rows": _rows_told(row),
    }
    section |= _verdict(row, segments)
    if segments.empty:
        return section | {"is_empty": True, "sources": _sources(database, name)}
    names = list(segments.loc[~segments["is_no_group"], "segment_name"])
    by_id = dict(zip(segments["segment_id"], segments["segment_name"], strict=True))
    if isinstance(row["verdict_reason"], str):
        row = row | {"verdict_reason": words.drift_reason(row["verdict_reason"], known, by_id)}
    rules = queries.rules(database, name).set_index("segment_id")
    return section | {
        "is_empty": False,
        "is_one": len(segments) == 1,
        "segments": _cards(segments, rules, known),
        "hidden": bool(segments["customers"].isna().any()),
        "map": _map(
            database, page, section["id"], name, names, len(segments), section["customers"]
        ),
        "sizes": _sizes(page, section["id"], segments, names),
        "profile": _profile(database, page, section["id"], name, len(segments)),
        "moves": _moves(database, page, section["id"], name),
        "outcome": _outcome(database, page, section["id"], name, known),
        "trust": _trust(row, scores, len(segments)),
        "choice": _choice(page, section["id"], scores, row),
        "rivals": _rivals(scores),
        "drift": _drift(database, name, known, by_id),
        "is_fitted": _is_fitted(row),
        "imputation": _imputation(database, page, section["id"], name, known),
        "sources": _sources(database, name),
    }


# -- What is said first ----------------------------------------------------------------------------

# What the reason for a choice says where the rule did not make it.
BY_HAND = "by hand"
BADGES = {
    "clear": "Clear groups",
    "weak": "Weak groups",
    "none": "No groups",
    "empty": "No customers",
}


def _verdict(row: dict, segments: pd.DataFrame) -> dict:
    """The sentence on a population that comes first, what follows from it, and a word for it."""
    among = f" among {words.count(row['customers'], 'customer')}"
    if words.is_missing(row["customers"]):
        among = ", whose sizes are not shown" if len(segments) > 1 else " among very few customers"
    as_of = words.date(row["as_of"])
    when = f", as they were on {as_of}" if as_of else ""
    groups = int((~segments["is_no_group"]).sum())
    outside = segments[segments["is_no_group"]]
    structure = row["structure"] if isinstance(row["structure"], str) else "empty"
    if segments.empty:
        return {
            "badge": BADGES["empty"],
            "verdict": "There are no customers to group.",
            "advice": "No raw row could be used, or there were none.",
        }
    if len(segments) == 1:
        reason = row["reason"] if isinstance(row["reason"], str) else ""
        if BY_HAND in reason:
            return {
                "badge": "One group",
                "verdict": f"One group{among}{when}, because the settings say so.",
                "advice": words.sentence(reason),
            }
        return {
            "badge": BADGES["none"],
            "verdict": f"No groups stand out{among}{when}.",
            "advice": (
                "That is a finding, not a fault: whatever groups one draws here, random halves of "
                "the customers do not agree on them, or data without any groups divide as well. "
                "Treat these customers alike, or choose by a single feature that matters to you."
            ),
        }
    noun = "group" if groups == 1 else "groups"
    told = words.sentence(words.count_word(groups))
    left = ""
    if not outside.empty:
        few = outside["customers"].iloc[0]
        left = f" {words.count(few, 'customer')} {'belongs' if few == 1 else 'belong'} to none."
        if words.is_missing(few):
            left = " Some customers belong to none."
    if structure == "none":
        do = "it does" if groups == 1 else "they do"
        return {
            "badge": "Groups set by hand",
            "verdict": f"{told} {noun}{among}{when}, set by hand: {do} not hold up.{left}",
            "advice": (
                "Random halves of the customers do not agree on them, one of them is very small, "
                "or data without any groups divide about as well: use these as a way to sort "
                "customers, not as kinds of customers."
            ),
        }
    if structure == "weak":
        return {
            "badge": BADGES["weak"],
            "verdict": f"{told} weak {noun}{among}{when}.{left}",
            "advice": "They beat chance, but not every check confirms them: use them with care.",
        }
    found = (
        "They are found again in random halves of the customers, and are farther apart than chance "
        "would put them."
        if row["algorithm"] == "kmeans"
        else "They are found again in resampled customers, and keep neighbours together better "
        "than chance would."
    )
    return {
        "badge": BADGES["clear"],
        "verdict": f"{told} clear {noun}{among}{when}.{left}",
        "advice": found,
    }


def _rows_told(row: dict) -> str:
    raw, rejected, copies = (int(row[f"{name}_rows"]) for name in ("raw", "rejected", "duplicate"))
    if not raw:
        return "No raw rows were read."
    lost = (
        f"{words.count(rejected)} ({words.share(rejected / raw)}) could not be used"
        if rejected
        else "all could be used"
    )
    twice = f", and {words.count(copies)} said the same twice" if copies else ""
    return f"Of {words.count(raw, 'raw row')}, {lost}{twice}."


def _cards(segments: pd.DataFrame, rules: pd.DataFrame, known: Known) -> list[dict]:
    from presentation import charts

    cards = []
    colours = len(charts.SEGMENT_COLOURS["light"])
    for place, row in enumerate(segments.itertuples()):
        rule = rules.loc[row.segment_id] if row.segment_id in rules.index else None
        cards.append(
            {
                "name": row.segment_name,
                "colour": "none" if row.is_no_group else str(place % colours),
                "customers": _customers(row.customers),
                "share": "" if words.is_missing(row.share) else words.share(row.share),
                "width": 0 if words.is_missing(row.share) else round(100 * row.share, 2),
                "facts": [
                    words.sentence(fact)
                    for fact in words.facts("" if words.is_missing(row.headline) else row.headline)
                ],
                "action": row.action,
                "rule": None if rule is None else _rule(rule, known),
            }
        )
    return cards


def _customers(value: float | None) -> str:
    return "size not shown" if words.is_missing(value) else words.count(value, "customer")


def _rule(rule: pd.Series, known: Known) -> dict | None:
    if words.is_missing(rule["rule"]) or rule["rule"] == "true":
        return None
    told = words.rule(rule["rule"], known)
    quality = ""
    if not words.is_missing(rule["precision"]) and not words.is_missing(rule["recall"]):
        quality = (
            f"{words.share(rule['precision'])} of those it names are in the segment, and it finds "
            f"{words.share(rule['recall'])} of the segment."
        )
    if told == "":
        return {"told": "No simple rule tells them.", "sql": "", "quality": ""}
    return {
        "told": words.sentence(told) + "." if told else "",
        "sql": "" if told else rule["rule"],
        "quality": quality,
    }


# -- Pictures --------------------------------------------------------------------------------------


def _map(
    database: Path,
    page: Page,
    section: str,
    population: str,
    names: list[str],
    segments: int,
    customers: float | None,
) -> dict | None:
    from presentation import charts

    points = queries.map_points(database, population)
    if points.empty:
        return None
    unlike = queries.outliers(database, population)
    told = "Each dot is a customer; customers who are alike lie near each other."
    everyone = len(points)
    is_sample = not words.is_missing(customers) and everyone < customers
    if is_sample:
        told += (
            f" The map shows {words.count(everyone)} of the {words.count(customers, 'customer')}."
        )
    if unlike:
        told += (
            f" {words.sentence(words.count_word(unlike))} "
            f"{'customer is' if unlike == 1 else 'customers are'} unlike everyone "
            f"({'ringed where shown' if is_sample else 'ringed'})."
        )
    if (points["segment_id"] < 0).any():
        told += " Grey crosses are in no group."
    return {
        "chart": page.add(f"{section}-map", charts.segment_map(points, names)),
        "told": told,
        "alt": f"Map of {words.count(everyone, 'customer')} in {words.count(segments, 'segment')}: "
        + words.listed(list(dict.fromkeys(points["segment_name"])))
        + ".",
    }


def _sizes(page: Page, section: str, segments: pd.DataFrame, names: list[str]) -> dict | None:
    from presentation import charts

    known = segments[segments["customers"].notna()]
    if len(segments) < 2 or known.empty:
        return None
    groups = known[~known["is_no_group"]]
    told = _largest_and_smallest(groups) if len(groups) > 1 else ""
    alt = [
        f"{row.segment_name} {_customers(row.customers)} {words.share(row.share)}"
        for row in segments.itertuples()
    ]
    if told and len(known) < len(segments):
        told = f"Of those whose size is shown, {told}"
    return {
        "chart": page.add(f"{section}-sizes", charts.sizes(segments, names)),
        "told": words.sentence(told),
        "alt": "Bars: " + "; ".join(alt) + ".",
    }


def _largest_and_smallest(groups: pd.DataFrame) -> str:
    """A sentence on the sizes of two groups or more; groups of the same size are named together."""
    most, least = groups["customers"].max(), groups["customers"].min()
    largest, smallest = (groups[groups["customers"] == size] for size in (most, least))
    if most == least:
        each = words.share(largest["share"].iloc[0])
        return f"all are of the same size, {each} of the customers each."
    told = []
    for ends, kind in ((largest, "the largest"), (smallest, "the smallest")):
        each = " each" if len(ends) > 1 else ""
        verb = "" if told else (" are" if len(ends) > 1 else " is")
        told.append(
            f"{words.listed(list(ends['segment_name']))}{verb} {kind} with "
            f"{words.share(ends['share'].iloc[0])}{' of the customers' if not told else ''}{each}"
        )
    return ", ".join(told) + "."


def _profile(
    database: Path, page: Page, section: str, population: str, segments: int
) -> dict | None:
    from presentation import charts

    rows = queries.profile(database, population)
    if rows.empty:
        return None
    columns = list(dict.fromkeys(rows["segment_name"]))
    table = [
        {
            "label": words.sentence(group["label"].iloc[0]),
            "average": _value(group["population_mean"].iloc[0], group["unit"].iloc[0]),
            "is_clustered": bool(group["is_clustered"].iloc[0]),
            "cells": [
                {
                    "value": _value(row.segment_mean, row.unit),
                    "filled": words.share(row.imputed_share)
                    if not words.is_missing(row.segment_mean) and row.imputed_share >= 0.05
                    else "",
                }
                for row in group.itertuples()
            ],
        }
        for _, group in rows.groupby("place", sort=True)
    ]
    made = sum(row["is_clustered"] for row in table)
    told_of = {
        "columns": columns,
        "table": table,
        "made": made,
        "has_filled": any(cell["filled"] for row in table for cell in row["cells"]),
    }
    clustered = rows[rows["is_clustered"]]
    groups = clustered[(clustered["segment_id"] >= 0) & clustered["lift"].notna()]
    if segments < 2 or not (groups["lift"].abs() > 0).any():
        return told_of | {"chart": None, "others": None}
    others = rows[~rows["is_clustered"] & rows["segment_mean"].notna()]
    beating = others.groupby("place")["beats_chance"].transform(
        lambda column: column.fillna(False).astype(bool).any()
    )
    others = others[beating.astype(bool)] if len(others) else others
    first = groups.loc[groups["lift"].abs().idxmax()]
    how = "of" if first["is_share"] else "on average among"
    is_hidden = clustered.loc[clustered["segment_id"] >= 0, "lift"].isna().any()
    told = (
        f"The largest difference of a group {'whose size is shown ' if is_hidden else ''}is in "
        f"{first['label']}: "
        f"{_value(first['segment_mean'], first['unit'])} {how} {first['segment_name']}, "
        f"{_value(first['population_mean'], first['unit'])} {how.split()[-1]} all customers. Blue "
        "is above the average of all customers, orange below; the stronger, the farther."
    )
    return told_of | {
        "chart": page.add(f"{section}-profile", charts.profile(clustered, MOST_FEATURES)),
        "told": told,
        "alt": "Heat map of the features by segment; the same means are in the table below.",
        "others": page.add(f"{section}-others", charts.profile(others, MOST_FEATURES))
        if len(others)
        else None,
    }


def _value(value: float | None, unit: str | None) -> str:
    if words.is_missing(value):
        return NOTHING
    return words.quantity(value, unit if isinstance(unit, str) else None)


def _moves(database: Path, page: Page, section: str, population: str) -> dict | None:
    from presentation import charts

    flows = queries.migrations(database, population)
    if flows.empty:
        return None
    periods = [
        _period(start, end, group)
        for (start, end), group in flows.groupby(["from_as_of", "to_as_of"], sort=True)
    ]
    moving = flows[flows["kind"] == "moved"]
    shown = (moving if len(moving) else flows).iloc[-1]
    last = flows[
        (flows["from_as_of"] == shown["from_as_of"]) & (flows["to_as_of"] == shown["to_as_of"])
    ]
    period = _period(shown["from_as_of"], shown["to_as_of"], last)
    told = f"From {period['start']} to {period['end']}, "
    if period["share_stayed"]:
        told += f"{period['share_stayed']} of the customers stayed in their segment"
    else:
        moved = "some customers moved; " if len(moving) else ""
        told += f"{moved}how many stayed is not shown, since it would tell the size of small groups"
    if period["most"]:
        told += f"; the largest move {period['of']}was {period['most']}"
    if period["entered_number"]:
        told += f". {words.count(period['entered_number'], 'customer')} came new"
    if period["end"] != periods[-1]["end"]:
        told += f". After that, until {periods[-1]['end']}, nobody moved"
    return {
        "told": told + ".",
        "chart": page.add(f"{section}-moves", charts.migrations(last)),
        "alt": "Matrix of the segments at the beginning by those at the end of the period.",
        "caption": f"{period['start']} to {period['end']}: from the segment on the left to the one "
        "at the top. The colour is the share of those who began there.",
        "periods": periods,
    }


def _period(start: pd.Timestamp, end: pd.Timestamp, flows: pd.DataFrame) -> dict:
    """One period of the history in numbers; a sum of hidden numbers is hidden."""

    def total(*kinds: str) -> float | None:
        numbers = flows.loc[flows["kind"].isin(kinds), "customers"]
        return None if numbers.isna().any() else float(numbers.sum())

    stayed, moved, left = total("stayed"), total("moved"), total("left")
    began = total("stayed", "moved", "left")
    movers = flows[(flows["kind"] == "moved") & flows["customers"].notna()]
    is_hidden = flows.loc[flows["kind"] == "moved", "customers"].isna().any()
    most = ""
    if len(movers):
        flow = movers.loc[movers["customers"].idxmax()]
        most = (
            f"from {flow['from_segment_name']} to {flow['to_segment_name']} "
            f"({words.count(flow['customers'])})"
        )
    entered = total("entered")
    return {
        "start": words.date(start),
        "end": words.date(end),
        "began": words.count(began),
        "stayed": words.count(stayed),
        "moved": words.count(moved),
        "entered": words.count(entered),
        "left": words.count(left),
        "entered_number": entered,
        "share_stayed": words.share(stayed / began) if stayed is not None and began else "",
        "most": most,
        "of": "of those whose size is shown " if is_hidden else "",
    }


def _outcome(
    database: Path, page: Page, section: str, population: str, known: Known
) -> dict | None:
    from presentation import charts

    scores = queries.outcomes(database, population)
    if scores.empty or scores["auc"].isna().all():
        return None
    ours = scores[scores["predictor"] == "segment"]
    name = words.label(scores["outcome"].iloc[0], known)
    customers, rate = scores["customers"].iloc[0], scores["outcome_rate"].iloc[0]
    told = (
        f"The outcome is “{name}”: {words.share(rate)} of {words.count(customers, 'customer')} "
        "have it. "
    )
    if len(ours) and not words.is_missing(ours["auc"].iloc[0]):
        auc = ours["auc"].iloc[0]
        told += (
            "Take one customer with it and one without, whose answers are held out: the segment "
            f"alone puts them in the right order in {words.share(auc)} of the cases, where a coin "
            "would in 50 %."
        )
        plain = scores[
            scores["predictor"].isin(["rfm_cell", "rfm_k_means"]) & scores["segment_lead"].notna()
        ]
        if len(plain):
            best = plain.loc[plain["segment_lead"].idxmin()]
            if best["segment_lead"] > 2 * best["segment_lead_error"]:
                told += " That is more than plain scores of recency, frequency and value tell."
            elif best["segment_lead"] < -2 * best["segment_lead_error"]:
                told += " Plain scores of recency, frequency and value tell more."
            else:
                told += (
                    " Plain scores of recency, frequency and value do about as well: the "
                    "difference may be luck."
                )
    return {
        "told": told,
        "chart": page.add(f"{section}-outcome", charts.outcomes(scores)),
        "alt": "Dots with error bars: "
        + "; ".join(
            f"{charts.outcome_way(row)} {words.share(row.auc)}"
            for row in scores.itertuples()
            if not words.is_missing(row.auc)
        )
        + ".",
    }


# -- Can it be trusted? ----------------------------------------------------------------------------


def _trust(row: dict, scores: pd.DataFrame, segments: int) -> list[dict]:
    """Sentences with a mark: yes, partly, or no."""
    chosen = scores[scores["is_chosen"].astype(bool)]
    told: list[dict] = []
    if len(chosen) and segments > 1:
        best = chosen.iloc[0]
        strength, error = best["prediction_strength"], best["prediction_strength_error"]
        if not words.is_missing(strength):
            passes = strength + (0 if words.is_missing(error) else error) >= STRENGTH
            told.append(
                {
                    "mark": "yes" if passes else "no",
                    "title": "Two halves of the customers agree"
                    if passes
                    else "Two halves of the customers do not agree",
                    "text": "Split at random and grouped each on its own, the halves agree to "
                    f"{_score(strength)}"
                    + (f", give or take {_score(error)}" if error >= 0.005 else "")
                    + f" (1 is fully; {STRENGTH} is asked for).",
                }
            )
        # What the rule compares with chance: for k-means the silhouette, for others neighbours.
        is_kmeans = best["algorithm"] == "kmeans"
        measure = "silhouette" if is_kmeans else "assortativity"
        what = "They stand apart by" if is_kmeans else "Near neighbours are in one group by"
        reached, by_chance = best[measure], best[f"null_{measure}"]
        share = best["null_share"]
        if not words.is_missing(reached) and not words.is_missing(by_chance):
            beats = share == 0 if not words.is_missing(share) else reached > by_chance
            told.append(
                {
                    "mark": "yes" if beats else "no",
                    "title": "The groups beat chance" if beats else "Chance does as well",
                    "text": f"{what} {_score(reached)}; the same data without "
                    f"any groups reach {_score(by_chance)} on average (0 is not at all, 1 is "
                    "fully).",
                }
            )
        if not words.is_missing(best["stability"]):
            mark = "yes" if best["stability"] >= STABLE else "partly"
            told.append(
                {
                    "mark": mark,
                    "title": "Found again in resampled customers"
                    if mark == "yes"
                    else "Other customers would move the borders",
                    "text": "Made again from 20 random samples of the customers, the groups agree "
                    f"to {_score(best['stability'])} (1 is the same).",
                }
            )
    elif len(chosen):
        told.append(
            {
                "mark": "partly",
                "title": "One group was set by hand"
                if BY_HAND in _reason(chosen.iloc[0])
                else "One group is the honest answer",
                "text": _reason(chosen.iloc[0]),
            }
        )
    return [*told, *_freshness(row)]


def _is_fitted(row: dict) -> bool:
    """Whether the last build made the groups anew."""
    return not words.is_missing(row["is_fitted"]) and bool(row["is_fitted"])


def _freshness(row: dict) -> list[dict]:
    verdict, reason = row["verdict"], row["verdict_reason"]
    if not isinstance(verdict, str):
        return []
    fitted = words.date(row["fitted_as_of"])
    since = f" of {fitted}" if fitted else ""
    if _is_fitted(row):
        return [
            {
                "mark": "yes",
                "title": "Made from these customers",
                "text": "They are the first groups made of these customers."
                if words.is_missing(row["found_fit_id"])
                else f"The last build made the groups anew: {reason}.",
            }
        ]
    titles = {
        "keep": ("yes", "The customers are still those the groups were made from"),
        "rescore": ("partly", "Customers have moved between the groups"),
    }
    mark, title = titles.get(verdict, ("no", "The groups may no longer fit"))
    return [
        {"mark": mark, "title": title, "text": f"Compared with the customers{since}: {reason}."}
    ]


def _choice(page: Page, section: str, scores: pd.DataFrame, row: dict) -> dict | None:
    from presentation import charts

    tried = scores[scores["algorithm"] == "kmeans"]
    if len(tried) < 2:
        return None
    figures = []
    for name, title, told, chart in (
        (
            "strength",
            "Do two halves agree?",
            "Prediction strength. The dashed line (0.8), less the bar of the error, is what the "
            "rule asks for.",
            charts.prediction_strength,
        ),
        (
            "silhouette",
            "Are the groups apart?",
            "Silhouette. The grey area is what data without groups reach by chance, on average.",
            charts.silhouette,
        ),
        (
            "elbow",
            "How alike are customers within a group?",
            "Inertia, the spread that is left. It always falls; the elbow is shown for information "
            "only.",
            charts.elbow,
        ),
        (
            "stability",
            "Would other customers give the same groups?",
            "Stability over 20 random samples. 1 is the same groups each time.",
            charts.stability,
        ),
    ):
        column = {"strength": "prediction_strength", "elbow": "inertia"}.get(name, name)
        values = tried[tried[column].notna()]
        if values.empty:
            continue
        alt = "; ".join(
            f"{words.count(each.k, 'group')} {words.number(getattr(each, column))}"
            for each in values.itertuples()
        )
        figures.append(
            {
                "title": title,
                "told": told,
                "chart": page.add(f"{section}-{name}", chart(scores)),
                "alt": f"{title} {alt}.",
            }
        )
    return {
        "figures": figures,
        "reason": _reason(row),
        "chosen": any(tried["is_chosen"].astype(bool)),
    }


def _reason(row: Mapping) -> str:
    """Why groups were chosen or not, as a sentence; where it is hidden, that it is."""
    if isinstance(row["reason"], str):
        return words.sentence(row["reason"])
    return "Not shown: the reason may tell the size of a small group."


def _rivals(scores: pd.DataFrame) -> list[dict]:
    """One row per algorithm: the chosen row, or else the one whose groups are most stable."""
    rows = []
    for algorithm, group in scores.groupby("algorithm", sort=False):
        group = group[group["k"] > 1] if (group["k"] > 1).any() else group
        chosen = group[group["is_chosen"].astype(bool)]
        if chosen.empty:
            ranked = group.sort_values(
                ["null_share", "stability", "silhouette"],
                ascending=[True, False, False],
                na_position="last",
                kind="stable",
            )
            chosen = ranked.head(1)
        best = chosen.iloc[0]
        rows.append(
            {
                "method": words.sentence(words.method(algorithm)),
                "is_chosen": bool(best["is_chosen"]),
                "groups": words.count(best["k"]),
                "outside": words.share(best["noise_share"]),
                "apart": _score(best["silhouette"]),
                "chance": _score(best["null_silhouette"]),
                "stability": _score(best["stability"]),
                "reason": _reason(best),
            }
        )
    return rows if len(rows) > 1 else []


def _score(value: float | None) -> str:
    return NOTHING if words.is_missing(value) else f"{value:z.2f}"


MEASURES = {
    "feature": "the values of {name}",
    "missing": "for whom {name} is known",
    "segments": "the sizes of the segments",
    "out of range": "customers beyond all that the groups were made from",
    "centroid": "the middle of {name}",
}


def _drift(database: Path, population: str, known: Known, names: Mapping[int, str]) -> list[dict]:
    rows = queries.drift(database, population).head(8)
    return [
        {
            "what": words.sentence(
                MEASURES.get(row.measure, row.measure).format(
                    name=names.get(int(row.name), "a segment")
                    if row.measure == "centroid"
                    else words.label(row.name, known)
                )
            ),
            "value": _score(row.value),
            "chance": _score(row.chance_limit),
            "notable": _score(row.notable),
            "verdict": {
                "keep": "no matter",
                "rescore": "notable",
                "refit": "large",
            }.get(row.verdict, row.verdict),
        }
        for row in rows.itertuples(index=False)
    ]


def _imputation(
    database: Path, page: Page, section: str, population: str, known: Known
) -> dict | None:
    from presentation import charts

    scores = queries.imputations(database, population)
    if scores.empty:
        return None
    rows = []
    for feature, group in scores.groupby("feature", sort=True):
        chosen = group[group["is_chosen"].astype(bool)]
        constant = group[group["method"] == "constant"]
        if chosen.empty:
            continue
        best = chosen.iloc[0]
        base = constant.iloc[0] if len(constant) else best
        skill = best["skill"]
        if words.is_missing(best["error"]) or words.is_missing(skill):
            verdict = "It could not be measured: read filled values with care."
        elif best["method"] == "constant":
            verdict = "No model does clearly better: read filled values with care."
        else:
            verdict = f"It removes {words.share(skill)} of the error."
        rows.append(
            {
                "label": words.sentence(words.label(feature, known)),
                "missing": words.count(best["missing"]),
                "method": words.sentence(words.method(best["method"])),
                "error": charts.error_told(best["error"], best["error_unit"], feature, known),
                "base": charts.error_told(base["error"], base["error_unit"], feature, known),
                "verdict": verdict,
                "skill": -1.0 if words.is_missing(skill) else float(skill),
            }
        )
    useful = [row["label"] for row in rows if row["skill"] > 0]
    has_scores = scores["error"].notna().any()
    told = (
        f"{words.sentence(words.count_word(len(rows)))} "
        f"{'feature has' if len(rows) == 1 else 'features have'} gaps. "
    )
    if not has_scores:
        told += "Too few values are known to try how well they can be filled."
    else:
        told += "Each method to fill them was tried on values that are known and were held out. "
        if not useful:
            told += "No model does clearly better than one value for all, which fills them."
        elif len(useful) == len(rows):
            told += "A model beats one value for all each time."
        else:
            told += (
                f"A model beats one value for all in {words.count_word(len(useful))} of "
                f"{words.count_word(len(rows))}."
            )
    return {
        "told": told,
        "rows": rows,
        "chart": page.add(f"{section}-imputation", charts.imputation(scores, dict(known)))
        if has_scores
        else None,
        "alt": "Dots: the error of each method by feature; the same numbers are in the table.",
    }


def _sources(database: Path, population: str) -> dict:
    counts = queries.row_counts(database, population)
    rejections = queries.rejections(database, population)
    return {
        "has_copies": bool((counts["duplicate_rows"] > 0).any()),
        "counts": [
            {
                "source": words.sentence(row.source.replace("_", " ")),
                "raw": words.count(row.raw_rows),
                "used": words.count(row.staged_rows),
                "rejected": words.count(row.rejected_rows),
                "copies": words.count(row.duplicate_rows),
            }
            for row in counts.itertuples()
        ],
        "reasons": [
            {
                "reason": words.sentence(row.reason),
                "source": row.source.replace("_", " "),
                "what": "the row" if row.scope == "row" else "the value only",
                "rows": words.count(row.rejected_rows),
                "share": "" if words.is_missing(row.share) else words.share(row.share),
                "width": 0 if words.is_missing(row.share) else round(100 * min(1, row.share), 3),
            }
            for row in rejections.itertuples()
        ],
    }


def write(database: Path) -> Path:
    """Write the report beside the published file, in one step; returns its path."""
    text = render(database)
    target = database.parent / "report.html"
    scratch = database.parent / f".report.html.{os.getpid()}.new"
    try:
        scratch.write_text(text, encoding="utf-8")
        os.replace(scratch, target)
    except OSError as error:
        raise InputError(f"The report '{target}' cannot be written: {error.strerror}.") from error
    finally:
        scratch.unlink(missing_ok=True)
    return target


def main() -> int:
    """Write the report on the published file, $SEGMENTS_PUBLISHED; returns the exit code."""
    try:
        target = write(published_file())
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The report is '{target}': open it in a browser, or send it to someone.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
