"""Data quality: where the raw rows went, what was filled in, and whether the fit still holds."""

import pandas as pd
import streamlit as st

from presentation import charts, customers, queries, words
from presentation.dashboard import telling
from presentation.dashboard.frame import chart, choose_population, remembered
from presentation.dashboard.telling import plain


def show_rows(population: str) -> None:
    """Where each raw row went, and why some were set aside."""
    st.subheader("Where the raw rows went")
    counts = remembered(queries.row_counts, population)
    if counts.empty:
        st.markdown("Nothing is known of raw rows.")
        return
    told = []
    for row in counts.itertuples():
        parts = f"{row.staged_rows:,} used"
        if row.rejected_rows:
            parts += f", {row.rejected_rows:,} rejected"
        if row.duplicate_rows:
            parts += f", {words.count(row.duplicate_rows, 'exact duplicate')}"
        source = plain(words.sentence(row.source.replace("_", " ")))
        told.append(f"- **{source}:** {words.count(row.raw_rows, 'row')} came in: {parts}.")
    st.markdown("\n".join(told))
    rejections = remembered(queries.rejections, population)
    if rejections.empty:
        st.markdown("No row and no value was rejected.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Reason": [words.sentence(reason) for reason in rejections["reason"]],
                "Source": rejections["source"].str.replace("_", " "),
                "Set aside": rejections["scope"].map(
                    {"row": "the whole row", "value": "this value, as missing"}
                ),
                "How many": [words.count(value) for value in rejections["rejected_rows"]],
                "Of the raw rows": [words.share(value) for value in rejections["share"]],
            }
        ),
        hide_index=True,
        height="content",
    )


def show_filled(population: str, known: dict) -> None:
    """What was missing, how it was filled, and what that is worth."""
    st.subheader("What was filled in")
    scores = remembered(queries.imputations, population)
    if scores.empty:
        st.markdown("Nothing: no feature of these customers has gaps that need filling.")
        return
    lines = []
    for row in scores[scores["is_chosen"]].itertuples():
        base = scores[(scores["feature"] == row.feature) & (scores["method"] == "constant")]
        told = charts.error_told(row.error, row.error_unit, row.feature, known)
        beside = ""
        if row.method != "constant" and len(base):
            plainly = charts.error_told(base["error"].iloc[0], row.error_unit, row.feature, known)
            beside = f"; one value for all would be {plainly}"
        worth = "" if words.is_missing(row.error) else f" On known values it is {told}{beside}."
        lines.append(
            f"- **{plain(words.sentence(words.label(row.feature, known)))}**: "
            f"{telling.few(row.missing)} without it, filled by {words.method(row.method)}."
            f"{plain(worth)}"
        )
    st.markdown("\n".join(lines))
    if scores["error"].notna().any():
        chart(charts.imputation(scores, known), "imputation")
        st.caption("Each method on known values that were held out; a ring marks the one in use.")


def show_flags(population: str, known: dict, is_shown: bool) -> None:
    """How many customers scoring had to make do for."""
    st.subheader("What scoring had to make do with")
    if not is_shown:
        st.markdown("Not shown: there are too few customers.")
        return
    flagged = remembered(customers.flagged, population)
    everyone = flagged["customers"]
    told = [
        (
            f"- **{telling.few(flagged[key])}** ({words.share(flagged[key] / everyone)}) {phrase}."
            if flagged[key] >= telling.FEW
            else f"- **{words.sentence(telling.few(flagged[key]))}** {phrase}."
        )
        for key, phrase in [
            ("filled", "have a value that was filled in"),
            ("fallback", "have a gap that the fit did not see, which is read as the usual value"),
            ("unseen", "have a word that was not there at the fit"),
            ("out_of_range", "have a value beyond all that was there at the fit"),
            ("outliers", "are unlike everyone"),
            ("no_group", "are in no group"),
        ]
        if flagged[key]
    ]
    if not told:
        st.markdown(
            "With nothing: no value had to be filled in, and none is beyond what the fit saw."
        )
        return
    st.markdown("\n".join(told))
    features = remembered(customers.flagged_features, population)
    headings = {"filled": "Filled in", "fallback": "Read as the usual value", "unseen": "New word"}
    if len(features):
        st.dataframe(
            pd.DataFrame(
                {
                    "Feature": [words.sentence(words.label(f, known)) for f in features["feature"]],
                    **{
                        heading: features[column].map(telling.few)
                        for column, heading in headings.items()
                        if features[column].any()
                    },
                }
            ),
            hide_index=True,
            height="content",
        )


def show_drift(population: pd.Series, known: dict) -> None:
    """Whether the segments still hold, and what has changed."""
    st.subheader("Do the segments still hold?")
    st.markdown(telling.fit(population))
    drift = remembered(queries.drift, population["population"])
    if drift.empty:
        st.caption(
            "Changes are measured from the second build on, against the customers of the fit."
        )
        return
    notable = drift[drift["verdict"] != "keep"]
    if notable.empty:
        st.markdown("No measure has changed by more than chance and by enough to matter.")
    with st.expander(f"The {len(drift)} measures", expanded=len(notable) > 0):
        st.dataframe(
            pd.DataFrame(
                {
                    "Measure": drift["measure"].str.replace("_", " ").map(words.sentence),
                    "Of": [words.label(name, known) for name in drift["name"]],
                    "Change": drift["value"],
                    "By chance up to": drift["chance_limit"],
                    "Notable from": drift["notable"],
                    "Verdict": drift["verdict"],
                }
            ),
            hide_index=True,
            column_config={
                heading: st.column_config.NumberColumn(format="%.3f")
                for heading in ("Change", "By chance up to", "Notable from")
            },
        )


def show() -> None:
    """The page."""
    population, *_ = choose_population()
    name = population["population"]
    known = remembered(queries.words, name)
    st.title("Data quality")
    size = telling.population_size(population)
    st.markdown(f"{plain(words.title(name))}: {plain(size)}.")
    show_rows(name)
    if telling.is_empty(population):
        return
    show_filled(name, known)
    show_flags(name, known, not words.is_missing(population["customers"]))
    show_drift(population, known)


show()
