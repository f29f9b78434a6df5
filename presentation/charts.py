"""The charts of the report and the dashboard: a frame of `presentation.queries` in, a chart out.

Charts are pure Altair, without a theme, and as wide as their container. `theme` has the Vega-Lite
configuration for light and for dark pages: `chart.configure(**theme("dark"))`, or as `config` of
Vega-Embed. A colour belongs to a segment, by its place among the segments of its population, and is
the same in every chart: pass the names in that order as `names`. What is text in a chart comes from
data, never from code that Vega would evaluate.
"""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from presentation import words

# Two palettes, one colour of each per segment: after Okabe and Ito (2008) and Tol (2021), with the
# lightness of each moved until it stands out from its paper and from its neighbours for people who
# do not see red or green (tests/python/test_charts.py measures both).
SEGMENT_COLOURS = {
    "light": [
        *("#0067a5", "#d46609", "#0c7f6c", "#ec488b", "#894b00", "#584ecf"),
        *("#4b9cc9", "#8c3b2e", "#5f7d1c", "#a3528f", "#2f4b6e", "#7d7d7d"),
    ],
    "dark": [
        *("#59d5fa", "#ef924f", "#34c99d", "#e084c5", "#e5d54a", "#9c94f5"),
        *("#5f9bd6", "#c9796a", "#b3cf63", "#f4b6cf", "#8fa7c9", "#b8b8b8"),
    ],
}
PAPER = {
    "light": {
        "ink": "#1c2430",
        "muted": "#5b6675",
        "line": "#dfe3e8",
        "surface": "#ffffff",
        "accent": "#0067a5",
        "chance": "#e6e9ed",
        "no_group": "#8b95a1",
        "on_strong": "#ffffff",
        "diverging": ["#8f3f00", "#dd9350", "#f5f6f7", "#7fb3d9", "#0b5c97"],
    },
    "dark": {
        "ink": "#e8ebef",
        "muted": "#a3adba",
        "line": "#333c48",
        "surface": "#171c23",
        "accent": "#58aee6",
        "chance": "#2a323d",
        "no_group": "#7d8896",
        "on_strong": "#10151b",
        "diverging": ["#f0974f", "#6b4426", "#272e38", "#1f4866", "#6bbcf2"],
    },
}
FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif'
)
# From this many standard deviations on, a cell is so strong that its number has the other ink.
STRONG = 1.45
WIDTH = "container"


def theme(mode: str) -> dict:
    """The Vega-Lite configuration of light or dark pages."""
    paper = PAPER[mode]
    text = {"labelColor": paper["muted"], "titleColor": paper["muted"]}
    return {
        "background": None,
        "font": FONT,
        "padding": 4,
        "view": {"stroke": None},
        "axis": {
            **text,
            "domainColor": paper["line"],
            "tickColor": paper["line"],
            "gridColor": paper["line"],
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelLimit": 240,
            "titlePadding": 8,
        },
        "axisXBand": {"labelAngle": 0, "labelLimit": 150},
        "axisY": {"domain": False, "ticks": False, "labelPadding": 8},
        "legend": {
            **text,
            "labelColor": paper["ink"],
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titleLimit": 260,
            "gradientLength": 200,
            "gradientThickness": 8,
        },
        "header": {"labelColor": paper["ink"], "titleColor": paper["muted"]},
        "title": {"color": paper["ink"], "fontSize": 13, "anchor": "start"},
        "range": {
            "category": SEGMENT_COLOURS[mode],
            "diverging": paper["diverging"],
            "ramp": [paper["chance"], paper["accent"]],
        },
        "style": {
            "ink": {"color": paper["ink"], "fontSize": 12},
            "muted": {"color": paper["muted"], "fontSize": 11},
            "halo": {
                "color": paper["surface"],
                "stroke": paper["surface"],
                "strokeWidth": 4,
                "strokeJoin": "round",
                "fontSize": 13,
                "fontWeight": 600,
            },
            "name": {"color": paper["ink"], "fontSize": 13, "fontWeight": 600},
            "line": {"color": paper["accent"]},
            "dot": {"color": paper["accent"], "stroke": paper["surface"]},
            "chosen": {"fill": paper["surface"], "stroke": paper["accent"], "strokeWidth": 3},
            "chance": {"color": paper["chance"]},
            "limit": {"color": paper["muted"], "strokeDash": [4, 3]},
            "outlier": {"color": paper["ink"], "strokeWidth": 1.4},
            "no_group": {"color": paper["no_group"]},
            "cell_weak": {"color": paper["ink"], "fontSize": 12},
            "cell_strong": {"color": paper["on_strong"], "fontSize": 12},
        },
    }


def colours_of(names: Sequence[str]) -> alt.Scale:
    """The colours of segments, in order of their names here: the same in every chart."""
    return alt.Scale(domain=list(names), range="category")


def _data(frame: pd.DataFrame) -> alt.Data:
    """The rows of a frame, floats as short as they can be without a change to the eye."""
    rounded = frame.copy()
    for column in rounded.select_dtypes("float").columns:
        rounded[column] = rounded[column].map(lambda value: float(f"{value:.4g}"))
    return alt.Data(values=rounded.astype(object).where(rounded.notna(), None).to_dict("records"))


def chart_of(frame: pd.DataFrame) -> alt.Chart:
    """A chart of a frame, to be given marks."""
    return alt.Chart(_data(frame))


def _spread(labels: pd.DataFrame, width: float, height: float) -> pd.DataFrame:
    """Move labels up until none lies on another: the highest first, so that few have far to go.

    labels: x, y and segment, which is what is written. width, height: of the map, in its own units.
    """
    letter, line = 0.014 * width, 0.05 * height
    placed: list[tuple[float, float, float]] = []
    moved = {}
    for row in labels.sort_values(["y", "segment"], ascending=[False, True]).itertuples():
        half, y = letter * len(row.segment) / 2, row.y
        while clash := [
            other_y
            for other_x, other_y, other_half in placed
            if abs(other_x - row.x) < half + other_half and abs(other_y - y) < 0.99 * line
        ]:
            y = max(clash) + line
        placed.append((row.x, y, half))
        moved[row.Index] = y
    return labels.assign(y=pd.Series(moved))


def segment_map(points: pd.DataFrame, names: Sequence[str], height: int = 420) -> alt.LayerChart:
    """Every customer a dot, alike customers near each other, coloured by segment.

    points: of `queries.map_points`. names: the segments in order, without those in no group.
    Outliers have a ring of ink; the name of a segment stands above its dots.
    """
    places = {name: place for place, name in enumerate(dict.fromkeys(points["segment_name"]))}
    look_up = alt.LookupData(
        data=alt.Data(values=[{"place": place, "segment": name} for name, place in places.items()]),
        key="place",
        fields=["segment"],
    )
    grouped = points[points["segment_id"] >= 0]
    by_name = grouped.groupby("segment_name", sort=False)
    # The name stands above the middle of the bulk of its dots.
    middles = pd.DataFrame({"x": by_name["map_x"].median(), "y": by_name["map_y"].quantile(0.98)})
    x = alt.X("x:Q", axis=None, scale=alt.Scale(zero=False, padding=56))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(zero=False, padding=24))
    tooltip = [alt.Tooltip("segment:N", title="Segment")]
    dots = alt.Chart().transform_lookup(lookup="place", from_=look_up)
    layers = [
        dots.transform_filter("datum.kind != 2")
        .mark_circle(size=26, opacity=0.65)
        .encode(x, y, alt.Color("segment:N", scale=colours_of(names), legend=None), tooltip=tooltip)
    ]
    if (points["segment_id"] < 0).any():
        layers.append(
            dots.transform_filter("datum.kind == 2")
            .mark_point(shape="cross", size=28, style="no_group", opacity=0.8, filled=True)
            .encode(x, y, tooltip=tooltip)
        )
    if grouped["is_outlier"].any():
        layers.append(
            dots.transform_filter("datum.kind == 1")
            .mark_point(size=70, style="outlier", filled=False)
            .encode(x, y, tooltip=tooltip)
        )
    if len(names) > 1:
        width, height_ = (points[axis].max() - points[axis].min() for axis in ("map_x", "map_y"))
        label = chart_of(_spread(middles.reset_index(names="segment"), width, height_))
        layers += [
            label.mark_text(style=style, dy=-12).encode(x, y, text="segment:N")
            for style in ("halo", "name")
        ]
    # As CSV, and the names once: a third of the size. A kind of 1 is an outlier, of 2 in no group.
    kinds = points["is_outlier"].astype(int).where(points["segment_id"] >= 0, 2)
    lines = [
        f"{row.map_x:.3f},{row.map_y:.3f},{places[row.segment_name]},{kind}"
        for row, kind in zip(points.itertuples(), kinds, strict=True)
    ]
    reading = alt.CsvDataFormat(
        type="csv", parse={"x": "number", "y": "number", "place": "number", "kind": "number"}
    )
    data = alt.InlineData(values="\n".join(["x,y,place,kind", *lines]), format=reading)
    return alt.layer(*layers, data=data).properties(width=WIDTH, height=height)


def sizes(segments: pd.DataFrame, names: Sequence[str]) -> alt.LayerChart:
    """One bar per segment: its share of the customers, with both numbers written out.

    segments: of `queries.segments`. A segment whose size may not be shown has no bar.
    """
    frame = pd.DataFrame(
        {
            "segment": segments["segment_name"],
            "share": segments["share"].astype(float),
            "is_no_group": segments["is_no_group"],
            "told": [
                words.NOT_SHOWN
                if pd.isna(row.customers)
                else f"{words.count(row.customers)} · {words.share(row.share)}"
                for row in segments.itertuples()
            ],
        }
    )
    most = float(frame["share"].max()) if frame["share"].notna().any() else 1.0
    order = list(frame["segment"])
    y = alt.Y("segment:N", sort=order, axis=None, scale=alt.Scale(domain=order))
    x = alt.X("share:Q", axis=None, scale=alt.Scale(domain=[0, most]))
    tooltip = [alt.Tooltip("segment:N", title="Segment"), alt.Tooltip("told:N", title="Customers")]
    colour = alt.Color("segment:N", scale=colours_of(names), legend=None)
    bar = {"height": 10, "yOffset": 10, "cornerRadius": 3}
    base = alt.Chart()
    return alt.layer(
        base.transform_filter("!datum.is_no_group")
        .mark_bar(**bar)
        .encode(x, y, colour, tooltip=tooltip),
        base.transform_filter("datum.is_no_group")
        .mark_bar(**bar, style="no_group")
        .encode(x, y, tooltip=tooltip),
        base.mark_text(align="left", dy=-7, style="ink").encode(
            alt.X(datum=0, axis=None), y, text="segment:N"
        ),
        base.mark_text(align="right", dy=-7, style="ink").encode(
            alt.X(datum=most, axis=None), y, text="told:N"
        ),
        data=_data(frame),
    ).properties(width=WIDTH, height=46 * len(frame))


def _columns(names: pd.Series) -> dict[str, int]:
    """What the page needs to know of the columns of a matrix to fit it to its width."""
    return {"columns": int(names.nunique()), "longest": int(names.str.len().max())}


def profile(rows: pd.DataFrame, most: int = 14) -> alt.LayerChart:
    """Features by segment: the colour is the difference from all customers in standard deviations,
    the text the mean of the segment.

    rows: of `queries.profile`, all of them or a part. most: how many features, the first ones by
    `place`.
    """
    rows = rows.sort_values(
        ["place", "segment_id"], key=lambda c: c if c.name == "place" else c.where(c >= 0, 1e9)
    )
    places = sorted(rows["place"].unique())[:most]
    rows = rows[rows["place"].isin(places)]
    frame = pd.DataFrame(
        {
            "segment": rows["segment_name"],
            "feature": [words.sentence(label) for label in rows["label"]],
            "lift": rows["lift"].astype(float).where(rows["segment_mean"].notna()),
            "mean": [_mean(row.segment_mean, row.unit) for row in rows.itertuples()],
            "short": [_mean(row.segment_mean, _short(row.unit)) for row in rows.itertuples()],
            "average": [_mean(row.population_mean, row.unit) for row in rows.itertuples()],
        }
    )
    frame["difference"] = [
        words.NOT_SHOWN if pd.isna(lift) else f"{lift:+.1f} standard deviations"
        for lift in frame["lift"]
    ]
    frame["strong"] = frame["lift"].abs() >= STRONG
    y = alt.Y(
        "feature:N",
        sort=list(dict.fromkeys(frame["feature"])),
        title=None,
        axis=alt.Axis(domain=False),
    )
    x = alt.X(
        "segment:N",
        sort=list(dict.fromkeys(frame["segment"])),
        title=None,
        axis=alt.Axis(
            orient="top",
            domain=False,
            ticks=False,
        ),
    )
    tooltip = [
        alt.Tooltip("segment:N", title="Segment"),
        alt.Tooltip("feature:N", title="Feature"),
        alt.Tooltip("mean:N", title="Mean of the segment"),
        alt.Tooltip("average:N", title="Mean of all customers"),
        alt.Tooltip("difference:N", title="Difference"),
    ]
    cells = (
        alt.Chart()
        .mark_rect(cornerRadius=3)
        .encode(
            x,
            y,
            alt.Color(
                "lift:Q",
                scale=alt.Scale(
                    domain=[-2, -1, 0, 1, 2], range="diverging", interpolate="rgb", clamp=True
                ),
                legend=alt.Legend(
                    title="Standard deviations",
                    orient="bottom",
                    values=[-2, -1, 0, 1, 2],
                ),
            ),
            tooltip=tooltip,
        )
    )
    layers = [
        cells,
        *(
            alt.Chart()
            .transform_filter(kind)
            .mark_text(style=style)
            .encode(x, y, text="mean:N", tooltip=tooltip)
            for kind, style in (("!datum.strong", "cell_weak"), ("datum.strong", "cell_strong"))
        ),
    ]
    return alt.layer(*layers, data=_data(frame)).properties(
        width=WIDTH,
        height=30 * frame["feature"].nunique(),
        usermeta=_columns(frame["segment"]),
    )


def _short(unit: str | None) -> str | None:
    """What of a unit fits into a narrow cell."""
    return unit if unit == "percent" else None


def _mean(value: float | None, unit: str | None) -> str:
    return (
        ""
        if words.is_missing(value)
        else words.quantity(value, unit if isinstance(unit, str) else None)
    )


def choice(
    scores: pd.DataFrame,
    measure: str,
    title: str,
    *,
    error: str | None = None,
    chance: str | None = None,
    limit: float | None = None,
    knee: bool = False,
    height: int = 190,
) -> alt.LayerChart:
    """One measure of k-means over the numbers of groups that were tried; the chosen one is large.

    scores: of `queries.cluster_scores`. measure: the column. error: the column of its standard
    error, drawn as a bar. chance: the column of what chance alone reaches, a grey band from 0.
    limit: a threshold, drawn as a dashed line. knee: mark the row of `is_knee`.
    """
    rows = scores[(scores["algorithm"] == "kmeans") & scores[measure].notna()]
    frame = pd.DataFrame({"k": rows["k"].astype(int), "value": rows[measure].astype(float)})
    frame["chosen"] = rows["is_chosen"].astype(bool)
    frame["knee"] = rows["is_knee"].astype(bool)
    frame["told"] = [f"{words.number(value)}" for value in frame["value"]]
    frame["groups"] = [words.count(k, "group") for k in frame["k"]]
    x = alt.X("k:O", title="Number of groups", axis=alt.Axis(labelAngle=0, grid=False))
    whole = frame["value"].max() >= 10
    y_axis = alt.Axis(title=None, tickCount=4, format=",.0f" if whole else "~g")
    y = alt.Y("value:Q", axis=y_axis, scale=alt.Scale(zero=True))
    tooltip = [
        alt.Tooltip("groups:N", title="Tried"),
        alt.Tooltip("told:N", title=title),
    ]
    layers: list[alt.Chart] = []
    if chance is not None:
        frame["chance"] = rows[chance].astype(float).clip(lower=0)
        frame["by_chance"] = [words.number(value) for value in frame["chance"]]
        tooltip.append(alt.Tooltip("by_chance:N", title="By chance"))
        layers.append(
            alt.Chart()
            .mark_area(style="chance", line=False, interpolate="linear")
            .encode(x, alt.Y("chance:Q", axis=y_axis))
        )
    if limit is not None:
        layers.append(
            chart_of(pd.DataFrame({"value": [limit]}))
            .mark_rule(style="limit")
            .encode(alt.Y("value:Q", axis=y_axis))
        )
    if error is not None:
        frame["low"] = frame["value"] - rows[error].astype(float).fillna(0)
        frame["high"] = frame["value"] + rows[error].astype(float).fillna(0)
        layers.append(
            alt.Chart()
            .mark_rule(style="line", strokeWidth=1.5)
            .encode(x, alt.Y("low:Q", axis=y_axis), alt.Y2("high:Q"))
        )
    layers += [
        alt.Chart().mark_line(style="line", strokeWidth=2).encode(x, y),
        alt.Chart()
        .mark_point(style="dot", filled=True, size=45, opacity=1)
        .encode(x, y, tooltip=tooltip),
        alt.Chart()
        .transform_filter("datum.chosen")
        .mark_point(style="chosen", size=150, filled=True, opacity=1)
        .encode(x, y, tooltip=tooltip),
    ]
    if knee and frame["knee"].any():
        layers.append(
            alt.Chart()
            .transform_filter("datum.knee")
            .mark_text(style="muted", align="left", dx=8, dy=-10)
            .encode(x, y, text=alt.value("elbow"))
        )
    return alt.layer(*layers, data=_data(frame)).properties(width=WIDTH, height=height)


def elbow(scores: pd.DataFrame) -> alt.LayerChart:
    """How much customers differ within their groups, over the number of groups."""
    return choice(scores, "inertia", "Spread within the groups", knee=True)


def silhouette(scores: pd.DataFrame) -> alt.LayerChart:
    """How well groups are apart, over their number, above what chance alone reaches."""
    return choice(scores, "silhouette", "Silhouette", chance="null_silhouette")


def prediction_strength(scores: pd.DataFrame) -> alt.LayerChart:
    """How well two halves of the customers agree on the groups; the rule asks for 0.8."""
    return choice(
        scores,
        "prediction_strength",
        "Prediction strength",
        error="prediction_strength_error",
        limit=0.8,
    )


def stability(scores: pd.DataFrame) -> alt.LayerChart:
    """How alike the groups are when they are found again on resampled customers."""
    return choice(scores, "stability", "Stability")


def imputation(scores: pd.DataFrame, known: dict[str, tuple[str, str | None]]) -> alt.LayerChart:
    """Per feature with gaps, the error of each method as a share of that of one value for all.

    scores: of `queries.imputations`. The chosen method is ringed; left of the line is better than
    one value for all.
    """
    base = scores[scores["method"] == "constant"].set_index("feature")["error"].to_dict()
    rows = scores[scores["error"].notna()].copy()
    rows["relative"] = [
        row.error / base[row.feature] if base.get(row.feature) else None
        for row in rows.itertuples()
    ]
    rows = rows[rows["relative"].notna()]
    frame = pd.DataFrame(
        {
            "feature": [words.sentence(words.label(feature, known)) for feature in rows["feature"]],
            "method": [words.sentence(words.method(name)) for name in rows["method"]],
            "relative": rows["relative"].astype(float),
            "chosen": rows["is_chosen"].astype(bool),
            "told": [
                error_told(row.error, row.error_unit, row.feature, known)
                for row in rows.itertuples()
            ],
        }
    )
    most = max(1.1, float(frame["relative"].max()) * 1.04) if len(frame) else 1.1
    x = alt.X(
        "relative:Q",
        title="Error, where one value for all is 100 %",
        scale=alt.Scale(domain=[0, most]),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    y = alt.Y(
        "feature:N",
        title=None,
        sort=list(dict.fromkeys(frame["feature"])),
        axis=alt.Axis(grid=True),
    )
    methods = [
        words.sentence(words.method(name)) for name in ("constant", "ridge", "logistic", "xgboost")
    ]
    present = [name for name in methods if name in set(frame["method"])]
    tooltip = [
        alt.Tooltip("feature:N", title="Feature"),
        alt.Tooltip("method:N", title="Method"),
        alt.Tooltip("told:N", title="Typical error"),
    ]
    legend = alt.Legend(title=None, orient="bottom", columns=2)
    shape = alt.Shape(
        "method:N",
        scale=alt.Scale(
            domain=present, range=["square", "circle", "diamond", "triangle-up"][: len(present)]
        ),
        legend=legend,
    )
    colour = alt.Color("method:N", scale=alt.Scale(domain=present, range="category"), legend=legend)
    return alt.layer(
        chart_of(pd.DataFrame({"relative": [1.0]})).mark_rule(style="limit").encode(x),
        chart_of(frame[frame["chosen"]])
        .mark_point(size=260, style="outlier", filled=False, shape="circle")
        .encode(x, y),
        chart_of(frame)
        .mark_point(size=70, filled=True, opacity=0.95)
        .encode(x, y, colour, shape, tooltip=tooltip),
    ).properties(width=WIDTH, height=32 * frame["feature"].nunique())


def error_told(
    error: float, error_unit: str, feature: str, known: dict[str, tuple[str, str | None]]
) -> str:
    """The error of an imputation in words: wrong for 61 %, off by 9.7 years."""
    if words.is_missing(error):
        return "did not compete"
    if "wrong" in (error_unit or ""):
        return f"wrong for {words.share(error)}"
    unit = words.unit(feature, known)
    if unit == "percent":
        error, unit = 100 * error, "percentage points"
    return f"off by {words.quantity(error, unit)}"


def outcomes(scores: pd.DataFrame) -> alt.LayerChart:
    """How well each way tells the outcome of customers that were held out: 0.5 is a coin.

    scores: of `queries.outcomes`; the bars are one standard error to either side.
    """
    rows = scores[scores["auc"].notna()]
    frame = pd.DataFrame(
        {
            "way": [words.sentence(outcome_way(row)) for row in rows.itertuples()],
            "auc": rows["auc"].astype(float),
            "low": (rows["auc"] - rows["auc_error"].fillna(0)).astype(float),
            "high": (rows["auc"] + rows["auc_error"].fillna(0)).astype(float),
            "ours": rows["predictor"] == "segment",
            "told": [f"right in {words.share(auc)} of pairs" for auc in rows["auc"]],
        }
    )
    low = min(0.45, float(frame["low"].min())) if len(frame) else 0.45
    x = alt.X(
        "auc:Q",
        title="Pairs of customers put in the right order",
        scale=alt.Scale(domain=[low, 1], zero=False),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    y = alt.Y(
        "way:N",
        title=None,
        sort=list(dict.fromkeys(frame["way"])),
        axis=alt.Axis(grid=True),
    )
    tooltip = [alt.Tooltip("way:N", title="Told from"), alt.Tooltip("told:N", title="Result")]
    return alt.layer(
        chart_of(pd.DataFrame({"auc": [0.5]})).mark_rule(style="limit").encode(x),
        chart_of(frame).mark_rule(style="line").encode(alt.X("low:Q"), y, alt.X2("high:Q")),
        chart_of(frame)
        .mark_point(style="dot", filled=True, size=70, opacity=1)
        .encode(x, y, tooltip=tooltip),
        chart_of(frame[frame["ours"]])
        .mark_point(style="chosen", size=150, filled=True, opacity=1)
        .encode(x, y, tooltip=tooltip),
    ).properties(width=WIDTH, height=32 * len(frame))


def outcome_way(row) -> str:
    """What tells an outcome, in words; row: of `queries.outcomes`."""
    groups = "" if words.is_missing(row.groups) else f" ({int(row.groups)})"
    ways = {
        "segment": f"the segments alone{groups}",
        "rfm_cell": f"cells of recency, frequency, value{groups}",
        "rfm_k_means": f"plain clusters of the same{groups}",
        "all_features": f"everything known, {words.method(row.method).replace('_', ' ')}",
    }
    return ways.get(row.predictor, row.predictor.replace("_", " "))


ENTERED, LEFT = "New customers", "Gone"


def migrations(flows: pd.DataFrame) -> alt.LayerChart:
    """Where customers went in one period: from rows to columns, the colour is the share of the row.

    flows: of `queries.migrations`, the rows of one period.
    """
    frame = pd.DataFrame(
        {
            "start": flows["from_segment_name"].fillna(ENTERED),
            "end": flows["to_segment_name"].fillna(LEFT),
            "customers": flows["customers"].astype(float),
        }
    )
    # Of those who came new there is no share; where a number is hidden the sum would be too small.
    totals = frame.groupby("start")["customers"].transform(lambda column: column.sum(skipna=False))
    shares = (frame["customers"] / totals).where(totals > 0)
    frame["share"] = flows["share"].astype(float).fillna(shares)
    frame["told"] = [
        words.count(value) if value == value else "hidden" for value in frame["customers"]
    ]
    frame["part"] = [words.share(value) for value in frame["share"]]
    frame["strong"] = frame["share"] > 0.5
    order = list(
        dict.fromkeys([*flows["from_segment_name"].dropna(), *flows["to_segment_name"].dropna()])
    )
    x = alt.X(
        "end:N",
        sort=[*order, LEFT],
        title="At the end",
        axis=alt.Axis(orient="top", ticks=False, domain=False),
    )
    y = alt.Y("start:N", sort=[*order, ENTERED], title=None)
    tooltip = [
        alt.Tooltip("start:N", title="From"),
        alt.Tooltip("end:N", title="To"),
        alt.Tooltip("told:N", title="Customers"),
        alt.Tooltip("part:N", title="Share of the row"),
    ]
    colour = alt.Color(
        "share:Q", scale=alt.Scale(domain=[0, 1], range="ramp", interpolate="rgb"), legend=None
    )
    return alt.layer(
        chart_of(frame).mark_rect(cornerRadius=3).encode(x, y, colour, tooltip=tooltip),
        *(
            chart_of(part).mark_text(style=style).encode(x, y, text="told:N", tooltip=tooltip)
            for part, style in (
                (frame[~frame["strong"]], "cell_weak"),
                (frame[frame["strong"]], "cell_strong"),
            )
            if len(part)
        ),
    ).properties(
        width=WIDTH,
        height=34 * frame["start"].nunique(),
        usermeta=_columns(frame["end"]),
    )
