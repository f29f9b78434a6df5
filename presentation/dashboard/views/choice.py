"""Why these segments: the algorithms and numbers of groups that were tried, and who would win."""

import pandas as pd
import streamlit as st

from presentation import charts, queries, words
from presentation.dashboard import drawings, telling
from presentation.dashboard.frame import chart, choose, choose_population, remembered
from presentation.dashboard.telling import plain

EVERY = "all"


def show_charts(scores: pd.DataFrame) -> None:
    """Four measures of k-means over the number of groups."""
    measures = [
        (
            "Do random halves of the customers agree?",
            "Prediction strength: 1 is full agreement. The rule asks for 0.8 (dashed), within its "
            "error (the bars).",
            charts.prediction_strength,
            "prediction_strength",
        ),
        (
            "Are the groups farther apart than by chance?",
            "Silhouette: 1 is far apart. The grey area is what copies of the data reach that hold "
            "no groups.",
            charts.silhouette,
            "silhouette",
        ),
        (
            "Do the groups come back?",
            "Stability when customers are drawn anew: 1 is the same groups again.",
            charts.stability,
            "stability",
        ),
        (
            "How much do customers differ within their group?",
            "The elbow curve always falls; it is shown because people ask for it, and decides "
            "nothing.",
            charts.elbow,
            "inertia",
        ),
    ]
    tried = scores[scores["algorithm"] == "kmeans"]
    shown = [parts for parts in measures if tried[parts[3]].notna().sum() > 1]
    if shown:
        st.subheader("K-means by the number of groups")
    for start in range(0, len(shown), 2):
        for column, (title, caption, draw, key) in zip(
            st.columns(2, gap="large"), shown[start : start + 2], strict=False
        ):
            with column:
                st.markdown(f"**{title}**")
                chart(draw(scores), key)
                st.caption(caption)


def show_methods(scores: pd.DataFrame) -> None:
    """All methods side by side, where there are several."""
    if scores["algorithm"].nunique() < 2 or scores["stability"].notna().sum() < 2:
        return
    st.subheader("All methods side by side")
    chart(drawings.methods(scores), "methods")
    st.caption(
        "Do the groups come back when customers are drawn anew? 1 is the same groups again. A ring "
        "marks the division in use."
    )


def show_reasons(scores: pd.DataFrame) -> None:
    """Everything that was tried, with the reason, and the figures behind it."""
    st.subheader("All that was tried")
    methods = list(dict.fromkeys(scores["algorithm"]))
    chosen = choose(
        "Method",
        "method",
        [*methods, EVERY],
        default=next(iter(scores.loc[scores["is_chosen"], "algorithm"]), EVERY),
        written=lambda name: "All methods" if name == EVERY else words.sentence(words.method(name)),
        missing="The link asks for the method “{}”, which was not tried.",
    )
    if chosen is None:
        return
    rows = scores if chosen == EVERY else scores[scores["algorithm"] == chosen]
    told = pd.DataFrame(
        {
            "Method": [words.sentence(words.method(name)) for name in rows["algorithm"]],
            "Groups": [
                f"**{k}** (in use)" if used else str(k)
                for k, used in zip(rows["k"].astype(int), rows["is_chosen"], strict=True)
            ],
            "Why, or why not": [
                "not shown: it may tell the size of a small group"
                if words.is_missing(reason)
                else plain(reason)
                for reason in rows["reason"]
            ],
        }
    )
    st.table(told if chosen == EVERY else told.drop(columns="Method"), hide_index=True)
    with st.expander("The figures"):
        show_figures(rows)


def show_figures(rows: pd.DataFrame) -> None:
    """The measures of the divisions."""
    helps = {
        "Halves agree": "Prediction strength, from 0 to 1.",
        "Apart": "Silhouette, from -1 to 1.",
        "Apart by chance": "The silhouette of copies of the data without groups.",
        "Comes back": "Stability: 1 is the same groups on customers drawn anew.",
    }
    st.dataframe(
        pd.DataFrame(
            {
                "Method": [words.sentence(words.method(name)) for name in rows["algorithm"]],
                "Groups": rows["k"].astype(int),
                "Halves agree": rows["prediction_strength"],
                "Apart": rows["silhouette"],
                "Apart by chance": rows["null_silhouette"],
                "Comes back": rows["stability"],
                "Smallest group": [words.share(value) for value in rows["smallest_share"]],
                "In no group": [words.share(value) for value in rows["noise_share"]],
            }
        ),
        hide_index=True,
        placeholder="",
        column_config={
            heading: st.column_config.NumberColumn(format="%.2f", help=told)
            for heading, told in helps.items()
        },
    )


def show_outcome(population: str) -> None:
    """What the segments tell of a declared outcome, beside other ways."""
    outcomes = remembered(queries.outcomes, population)
    if outcomes.empty or outcomes["auc"].isna().all():
        return
    first = outcomes.iloc[0]
    outcome = words.label(first["outcome"], remembered(queries.words, population))
    st.subheader("What the segments are worth")
    st.markdown(
        f"How well do they tell the outcome **{plain(outcome)}** of customers that were held out "
        f"({words.count(first['customers'], 'customer')}, {words.share(first['outcome_rate'])} "
        "with it)? Of two customers, one with the outcome and one without it, how often is the "
        "right one ranked higher: 50 % is a coin."
    )
    chart(charts.outcomes(outcomes), "outcomes")


def show() -> None:
    """The page."""
    population, *_ = choose_population()
    name = population["population"]
    scores = remembered(queries.cluster_scores, name)
    st.title("Why these segments")
    st.markdown(telling.verdict(population))
    if scores.empty:
        st.info("Nothing was tried, since there are too few customers to divide.")
        return
    reason = population["reason"]
    if not words.is_missing(reason):
        st.info(plain(reason), icon=":material/rule:")
    methods = [words.method(name) for name in dict.fromkeys(scores["algorithm"])]
    # A size that is not shown elsewhere is not shown here.
    is_shown = not words.is_missing(population["customers"])
    whom = words.count(population["rows_scored"], "customer") if is_shown else "the customers"
    st.markdown(
        f"Tried: {words.count(len(scores), 'division')} of {whom}, by {words.listed(methods)}."
    )
    show_charts(scores)
    show_methods(scores)
    show_outcome(name)
    show_reasons(scores)


show()
