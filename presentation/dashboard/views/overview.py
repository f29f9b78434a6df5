"""Overview: which segments there are, how large they are, what sets them apart and what to do."""

import pandas as pd
import streamlit as st

from presentation import charts, queries, words
from presentation.dashboard import telling
from presentation.dashboard.frame import (
    VERDICTS,
    chart,
    choose_population,
    link,
    remembered,
    stop_without_customers,
)
from presentation.dashboard.telling import plain


def show_everyone(everyone: pd.DataFrame) -> None:
    """One line for each population, where there are several."""
    st.subheader("All customers at a glance")
    for row in everyone.to_dict("records"):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            link("overview", words.title(row["population"]), population=row["population"])
            structure = row["structure"] if isinstance(row["structure"], str) else None
            if structure:
                st.badge(VERDICTS[structure][0], color=VERDICTS[structure][1])
            st.caption(telling.population_size(row), width="content")


def show_segment(row: pd.Series, population: str, is_only: bool) -> None:
    """A card of one segment."""
    with st.container(border=True, height="stretch"):
        link(
            "segment",
            f"**{plain(row['segment_name'])}**",
            icon=":material/groups:",
            population=population,
            segment=row["segment_name"],
        )
        share = "" if is_only else f" · {words.share(row['share'])} of all"
        if words.is_missing(row["customers"]):
            st.caption(telling.TOO_SMALL)
        else:
            st.caption(f"{words.count(row['customers'], 'customer')}{share}")
        facts = telling.facts(row["headline"])
        if facts:
            st.markdown(facts)
        if not words.is_missing(row["action"]) and row["action"]:
            st.markdown(f"**What to do:** {plain(row['action'])}")


def show_pictures(name: str, population: pd.Series, segments: pd.DataFrame) -> None:
    """The map of the customers and, of several segments, their sizes."""
    names = segments.loc[~segments["is_no_group"], "segment_name"].tolist()
    if len(segments) == 1:
        show_map(name, population, names)
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_map(name, population, names)
    with right:
        st.subheader("How large the segments are")
        chart(charts.sizes(segments, names), "sizes")


def show_map(name: str, population: pd.Series, names: list[str]) -> None:
    """Every customer a dot, or those of a sample."""
    st.subheader("Who is like whom")
    points = remembered(queries.map_points, name)
    if points.empty:
        st.caption("There are too few customers to draw.")
        return
    chart(charts.segment_map(points, names), "map")
    everyone = population["customers"]
    is_everyone = not words.is_missing(everyone) and len(points) == everyone
    unlike = remembered(queries.outliers, name)
    st.caption(
        f"A dot is a customer{'' if is_everyone else ' of a sample'}; near each other are those "
        "who are alike. "
        + (
            f"A ring marks those who are unlike everyone ({telling.few(unlike)}"
            f"{'' if is_everyone else ' in all'})."
            if unlike
            else "Nobody here is unlike everyone."
        )
        + (" Grey crosses are in no group." if population["is_with_no_group"] else "")
    )


def show() -> None:
    """The page."""
    population, everyone, _ = choose_population()
    name = population["population"]
    st.title(plain(words.title(name)))
    stop_without_customers(population)
    st.markdown(f"{plain(telling.population_size(population))}.")
    st.markdown(telling.verdict(population))
    st.caption(telling.fit(population))

    segments = remembered(queries.segments, name)
    for start in range(0, len(segments), 2):
        for column, (_, row) in zip(
            st.columns(2), segments.iloc[start : start + 2].iterrows(), strict=False
        ):
            with column:
                show_segment(row, name, len(segments) == 1)

    show_pictures(name, population, segments)
    if len(everyone) > 1:
        show_everyone(everyone)


show()
