"""One customer: which segment, why this one, what was filled in, and what was before."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from presentation import customers, published_file, queries, words
from presentation.dashboard import drawings, telling
from presentation.dashboard.frame import (
    chart,
    choose_population,
    link,
    remembered,
    stop_without_customers,
)
from presentation.dashboard.telling import plain


def search(population: str, beside: DeltaGenerator) -> tuple[str, dict | None]:
    """The id that the URL or the reader asks for, and its customer; else what could be meant."""
    asked = st.query_params.get("customer", "")
    st.session_state["sought"] = asked

    def remember() -> None:
        st.query_params["customer"] = st.session_state["sought"].strip()

    beside.text_input(
        "Customer",
        key="sought",
        on_change=remember,
        placeholder="The customer's id, or a part of it",
    )
    if not asked:
        st.title("One customer")
        typical = remembered(customers.most_typical, population)
        more = "." if typical.empty else ", or look at the most typical customer of each segment:"
        st.markdown(f"Type an id{more}")
        for row in typical.itertuples():
            with st.container(horizontal=True, vertical_alignment="center"):
                link(
                    "customer",
                    plain(row.customer_id),
                    population=population,
                    customer=row.customer_id,
                )
                st.caption(plain(row.segment_name), width="content")
        return asked, None
    customer = customers.customer(published_file(), population, asked)
    if customer is not None:
        return asked, customer
    st.warning(
        f"There is no customer “{plain(asked)}” among those of {plain(words.title(population))} "
        "(any more).",
        icon=":material/person_off:",
    )
    similar = customers.found(published_file(), population, asked)
    if similar:
        st.markdown("These ids hold it:")
        for customer_id in similar:
            link("customer", plain(customer_id), population=population, customer=customer_id)
    return asked, None


def show_why(population: str, customer: dict, customer_id: str, values: dict, known: dict) -> None:
    """The distances to all segments, and the features that decide."""
    distances = customers.distances(published_file(), population, customer_id)
    st.markdown(plain(" ".join(telling.typicality(customer, distances))))
    told = telling.notes(customer, known)
    if told:
        st.info(f"To note: {plain('; '.join(told))}.", icon=":material/info:")
    if distances.empty:
        return
    rows = customers.contributions(published_file(), population, customer_id)
    if len(distances) == 1:
        st.subheader("Where it differs most from the middle of all")
        st.markdown(facts(population, customer, values, rows, None, known))
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader("How far from each segment")
        names = remembered(queries.segments, population)["segment_name"].tolist()
        chart(drawings.distances(distances, names), "distances")
        st.caption("In standard deviations of the features; nearer is more alike.")
    if rows.empty:
        return
    with right:
        own, other = customer["segment_name"], rows["next_segment_name"].iloc[0]
        st.subheader(f"Why {plain(own)} and not {plain(other)}")
        st.markdown(facts(population, customer, values, rows, other, known))
        chart(drawings.contributions(rows, own, other), "contributions")


def facts(
    population: str,
    customer: dict,
    values: dict,
    rows: pd.DataFrame,
    other: str | None,
    known: dict,
) -> str:
    """The three features that decide, with the means of the segments, as a list in Markdown.

    rows: of `customers.contributions`. Without another segment, those farthest from the middle.
    """
    profile = remembered(queries.profile, population)
    names = [customer["segment_name"]] + ([other] if other else [])
    lines = []
    for row in (rows if other is None else rows[rows["weight"] > 0]).head(3).itertuples():
        feature, _, level = row.dimension.partition(" = ")
        if row.dimension in values:
            feature, level = row.dimension, ""
        unit = words.unit(row.dimension, known)
        means = [
            f"{name} {telling.measured(mean, unit)}"
            for name in names
            for mean in profile.loc[
                (profile["segment_name"] == name) & (profile["feature"] == row.dimension),
                "segment_mean",
            ].dropna()
        ]
        value = values.get(feature)
        told = telling.measured(value, None if level else unit)
        beside = f" ({'share' if level else 'mean'} in {words.listed(means)})" if means else ""
        if level:
            beside = beside.replace("(share in", f"({level}: share in", 1)
        part = f": {words.share(row.share)} of what decides" if other else ""
        label = words.sentence(words.label(feature, known))
        lines.append(f"- **{plain(label)}: {plain(told)}**{plain(beside)}{plain(part)}")
    return "\n".join(lines)


def show_history(population: str, customer_id: str) -> None:
    """In which segments the customer was before."""
    stays = customers.stays(published_file(), population, customer_id)
    st.subheader("Before")
    if stays.empty:
        st.markdown("No past is known: these segments have no dates.")
        return
    if stays["since"].nunique() == 1 and not stays["days"].gt(0).any():
        st.markdown(
            f"One moment is known so far, {words.date(stays['since'].iloc[0])}. "
            "Each build with later data adds one."
        )
        return
    names = remembered(queries.segments, population)["segment_name"].tolist()
    chart(drawings.stays(stays, names), "stays")
    st.markdown(
        "\n".join(
            f"- {plain(row.segment_name)}: from {words.date(row.since)} "
            + (f"to {words.date(row.until)}" if not words.is_missing(row.until) else "on")
            + (f", {plain(words.quantity(row.days, 'days'))}" if row.days else "")
            for row in stays.itertuples()
        )
    )


def show_features(population: str, customer: dict, values: dict, known: dict) -> None:
    """Everything that is published about the customer."""
    if not values:
        return
    profile = remembered(queries.profile, population)
    own = profile[profile["segment_name"] == customer["segment_name"]].set_index("feature")
    is_shown = own["lift"].notna().any()
    filled = [] if customer["imputed_features"] is None else list(customer["imputed_features"])

    def mean(feature: str, column: str) -> str:
        if feature not in own.index:
            return ""
        if column == "segment_mean" and not is_shown:
            return words.NOT_SHOWN
        return telling.measured(own.at[feature, column], words.unit(feature, known))

    st.subheader("All that is known")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Feature": words.sentence(words.label(feature, known)),
                    "This customer": telling.measured(value, words.unit(feature, known))
                    + (" (filled in)" if feature in filled else ""),
                    f"Mean of {customer['segment_name']}": mean(feature, "segment_mean"),
                    "Mean of all": mean(feature, "population_mean"),
                }
                for feature, value in values.items()
            ]
        ),
        hide_index=True,
        height="content",
    )


def show() -> None:
    """The page."""
    population, _, beside = choose_population()
    name = population["population"]
    stop_without_customers(population)
    customer_id, customer = search(name, beside)
    if customer is None:
        return
    known = remembered(queries.words, name)
    st.title(plain(customer_id))
    link(
        "segment",
        f"One of: **{plain(customer['segment_name'])}**",
        icon=":material/groups:",
        population=name,
        segment=customer["segment_name"],
    )
    values = customers.customer_features(published_file(), name, customer_id)
    show_why(name, customer, customer_id, values, known)
    show_history(name, customer_id)
    show_features(name, customer, values, known)


show()
