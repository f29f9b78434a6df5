"""The charts of one segment and of one customer; `presentation.charts` has all others.

Pure, as those: a frame in, an Altair chart out, in the same theme.
"""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from presentation import words
from presentation.charts import WIDTH, chart_of, colours_of
from presentation.dashboard import telling


def differences(rows: pd.DataFrame, most: int = 12) -> alt.LayerChart:
    """The features of one segment: a bar from the mean of all, under its name and the means.

    rows: of `queries.profile`, those of one segment.
    """
    rows = rows.sort_values("lift", key=lambda lift: -lift.abs(), kind="stable").head(most)
    frame = pd.DataFrame(
        {
            "feature": [words.sentence(label) for label in rows["label"]],
            "lift": rows["lift"].astype(float),
            "told": [
                f"{telling.measured(row.segment_mean, _unit(row.unit))} "
                f"({telling.measured(row.population_mean, _unit(row.unit))})"
                for row in rows.itertuples()
            ],
            "difference": [f"{lift:+.1f} standard deviations" for lift in rows["lift"]],
        }
    )
    most_of_all = max(0.5, float(frame["lift"].abs().max()))
    y = alt.Y("feature:N", sort=list(frame["feature"]), axis=None)
    x = alt.X(
        "lift:Q",
        title="Standard deviations from the mean of all customers",
        scale=alt.Scale(domain=[-most_of_all, most_of_all], nice=False),
        axis=alt.Axis(tickCount=5, format="~g"),
    )
    tooltip = [
        alt.Tooltip("feature:N", title="Feature"),
        alt.Tooltip("told:N", title="Mean (of all)"),
        alt.Tooltip("difference:N", title="Difference"),
    ]
    colour = alt.Color(
        "lift:Q",
        scale=alt.Scale(domain=[-2, 0, 2], range="diverging", clamp=True, interpolate="rgb"),
        legend=None,
    )
    # Above the bar, since a phone is too narrow for words beside it.
    text = [
        chart_of(frame)
        .mark_text(style="ink", align=align, dy=-7)
        .encode(alt.X(datum=place), y, text=column)
        for column, align, place in (
            ("feature:N", "left", -most_of_all),
            ("told:N", "right", most_of_all),
        )
    ]
    bars = chart_of(frame).mark_bar(height=10, yOffset=8).encode(x, y, colour, tooltip=tooltip)
    return alt.layer(bars, *text).properties(width=WIDTH, height=alt.Step(40))


def distances(rows: pd.DataFrame, names: Sequence[str]) -> alt.LayerChart:
    """How far a customer is from each segment, the nearest first.

    rows: of `customers.distances`; names: the segments in order, for their colours.
    """
    frame = rows[["segment_name", "distance"]].copy()
    frame["told"] = [words.number(distance) for distance in frame["distance"]]
    most = max(float(frame["distance"].max()), 0.01)
    y = alt.Y("segment_name:N", sort=list(frame["segment_name"]), title=None)
    x = alt.X("distance:Q", axis=None, scale=alt.Scale(domain=[0, 1.15 * most]))
    colour = alt.Color("segment_name:N", scale=colours_of(names), legend=None)
    tooltip = [
        alt.Tooltip("segment_name:N", title="Segment"),
        alt.Tooltip("told:N", title="Distance"),
    ]
    return alt.layer(
        chart_of(frame)
        .mark_bar(height={"band": 0.62}, cornerRadiusEnd=3)
        .encode(x, y, colour, tooltip=tooltip),
        chart_of(frame).mark_text(align="left", dx=6, style="ink").encode(x, y, text="told:N"),
    ).properties(width=WIDTH, height=alt.Step(34))


def contributions(rows: pd.DataFrame, own: str, other: str, most: int = 10) -> alt.LayerChart:
    """Which features speak for the own segment (to the right) and which for the other one.

    rows: of `customers.contributions`.
    """
    rows = rows.head(most)
    frame = pd.DataFrame(
        {
            "feature": [words.sentence(label) for label in rows["label"]],
            "weight": rows["weight"].astype(float),
            "part": [words.share(share) for share in rows["share"]],
            "told": [own if weight >= 0 else other for weight in rows["weight"]],
        }
    )
    limit = max(float(frame["weight"].abs().max()), 0.01)
    y = alt.Y("feature:N", sort=list(frame["feature"]), title=None, axis=alt.Axis(labelLimit=230))
    x = alt.X(
        "weight:Q",
        title=f"for {own} →" if frame["weight"].ge(0).all() else f"← for {other} · for {own} →",
        axis=alt.Axis(labels=False, ticks=False, grid=False, titleLimit=480),
    )
    colour = alt.Color(
        "weight:Q",
        scale=alt.Scale(domain=[-limit, 0, limit], range="diverging", interpolate="rgb"),
        legend=None,
    )
    tooltip = [
        alt.Tooltip("feature:N", title="Feature"),
        alt.Tooltip("told:N", title="Speaks for"),
        alt.Tooltip("part:N", title="Of all that is weighed"),
    ]
    bars = chart_of(frame).mark_bar(height={"band": 0.62}).encode(x, y, colour, tooltip=tooltip)
    return alt.layer(bars).properties(width=WIDTH, height=alt.Step(28))


def methods(scores: pd.DataFrame) -> alt.LayerChart:
    """How well the groups of each method come back, over their number; the chosen one is ringed.

    scores: of `queries.cluster_scores`, all of them or a part.
    """
    rows = scores[scores["stability"].notna()]
    frame = pd.DataFrame(
        {
            "k": rows["k"].astype(int),
            "stability": rows["stability"].astype(float),
            "method": [words.sentence(words.method(name)) for name in rows["algorithm"]],
            "told": [words.number(value) for value in rows["stability"]],
            "chosen": rows["is_chosen"].astype(bool),
        }
    )
    # Density methods may find many groups; doublings are equally wide.
    scale = alt.Scale(type="log", base=2, nice=False, padding=12)
    x = alt.X("k:Q", title="Number of groups", scale=scale, axis=alt.Axis(grid=False, format="d"))
    y = alt.Y("stability:Q", title=None, scale=alt.Scale(domainMin=0), axis=alt.Axis(tickCount=5))
    names = list(dict.fromkeys(frame["method"]))
    colour = alt.Color(
        "method:N",
        scale=colours_of(names),
        legend=alt.Legend(title=None, orient="bottom", columns=3),
    )
    tooltip = [
        alt.Tooltip("method:N", title="Method"),
        alt.Tooltip("k:Q", title="Groups"),
        alt.Tooltip("told:N", title="Stability"),
    ]
    return alt.layer(
        chart_of(frame).mark_line(strokeWidth=1.5, opacity=0.6).encode(x, y, colour),
        chart_of(frame)
        .mark_point(filled=True, size=45, opacity=1)
        .encode(x, y, colour, tooltip=tooltip),
        chart_of(frame[frame["chosen"]])
        .mark_point(style="outlier", filled=False, size=180)
        .encode(x, y),
    ).properties(width=WIDTH, height=240)


def stays(rows: pd.DataFrame, names: Sequence[str]) -> alt.LayerChart:
    """When a customer was in which segment, from left to right.

    rows: of `customers.stays`; names: the segments in order, for their colours.
    """
    last = rows["since"] + pd.to_timedelta(rows["days"], unit="D")
    frame = pd.DataFrame(
        {
            "segment": rows["segment_name"],
            "since": rows["since"].map(lambda time: time.isoformat()),
            "until": rows["until"].fillna(last).map(lambda time: time.isoformat()),
            "told": [words.short_date(time) for time in rows["since"]],
        }
    )
    order = list(dict.fromkeys(frame["segment"]))
    return alt.layer(
        chart_of(frame)
        .mark_bar(height={"band": 0.5}, cornerRadius=3)
        .encode(
            alt.X("since:T", title=None, axis=alt.Axis(tickCount=6)),
            alt.Y("segment:N", title=None, sort=order),
            alt.X2("until:T"),
            alt.Color("segment:N", scale=colours_of(names), legend=None),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("told:N", title="From"),
            ],
        )
    ).properties(width=WIDTH, height=alt.Step(34))


def _unit(unit: object) -> str | None:
    return unit if isinstance(unit, str) else None
