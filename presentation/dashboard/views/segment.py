"""One segment: what sets it apart, the rule that describes it, and its customers."""

import pandas as pd
import streamlit as st

from presentation import customers, published_file, queries, words
from presentation.dashboard import drawings, telling
from presentation.dashboard.frame import (
    chart,
    choose,
    choose_population,
    file_of,
    is_missing_size,
    remembered,
    stop_without_customers,
)
from presentation.dashboard.telling import plain

ROWS = 25
ORDERS = {
    customers.TYPICAL: "Most typical of the segment first",
    customers.BORDER: "Nearest to another segment first",
    customers.UNUSUAL: "Least typical first",
    customers.BY_ID: "By customer",
}


def show_profile(profile: pd.DataFrame, segment_name: str) -> None:
    """In what the segment differs from all customers."""
    st.subheader("What sets it apart")
    rows = profile[(profile["segment_name"] == segment_name) & profile["lift"].notna()]
    if rows.empty:
        st.markdown(telling.NOT_PUBLISHED)
        return
    if profile["segment_name"].nunique() == 1:
        st.markdown(
            "It holds every customer, so that nothing sets it apart: its means are those of all."
        )
        show_means(rows, is_only=True)
        return
    rows = rows.assign(beats_chance=rows["beats_chance"].eq(True))
    made, others = rows[rows["is_clustered"]], rows[~rows["is_clustered"] & rows["beats_chance"]]
    chart(drawings.differences(made), "made")
    st.caption(
        "The features that the segments are made from: how far the segment's mean is from that of "
        "all customers, in standard deviations. Above the bar stands the mean, and in brackets "
        "that of all."
    )
    if len(others):
        st.markdown("**And in what else it differs by more than chance**")
        chart(drawings.differences(others), "others")
    with st.expander(f"All {len(rows)} figures of the segment"):
        show_means(rows)


def show_means(rows: pd.DataFrame, is_only: bool = False) -> None:
    """A table of all features of the segment; of the only one there is nothing to compare."""
    compared = ["Mean of all", "Difference", "More than chance"] if is_only else []
    st.dataframe(
        pd.DataFrame(
            {
                "Feature": [words.sentence(label) for label in rows["label"]],
                "Mean of the segment": _quantities(rows, "segment_mean"),
                "Mean of all": _quantities(rows, "population_mean"),
                "Difference": rows["lift"],
                "More than chance": rows["beats_chance"].map({True: "yes", False: "no"}),
                "Filled in": [words.share(share) for share in rows["imputed_share"]],
            }
        ).drop(columns=compared),
        hide_index=True,
        column_config={
            "Difference": st.column_config.NumberColumn(
                format="%+.2f", help="From the mean of all, in standard deviations."
            ),
            "Filled in": st.column_config.TextColumn(
                help="The share of the segment whose value was missing and was filled."
            ),
        },
    )


def _quantities(rows: pd.DataFrame, column: str) -> list[str]:
    return [
        words.quantity(value, unit if isinstance(unit, str) else None)
        for value, unit in rows[[column, "unit"]].itertuples(index=False)
    ]


def show_rule(population: str, segment_name: str, known: dict) -> None:
    """The rule that describes the segment, in words and as SQL."""
    rules = remembered(queries.rules, population)
    rules = rules[rules["segment_name"] == segment_name]
    if rules.empty or len(remembered(queries.segments, population)) == 1:
        return
    rule = rules.iloc[0]
    st.subheader("A simple rule for it")
    if words.is_missing(rule["rule"]):
        st.markdown(telling.NOT_PUBLISHED)
        return
    if rule["rule"] == "false":
        st.markdown("There is no simple rule that tells who is in this segment.")
        return
    told = words.rule(rule["rule"], known)
    if told is not None:
        st.info(plain(words.sentence(told)), icon=":material/rule:")
    if not words.is_missing(rule["precision"]):
        name = plain(segment_name)
        st.markdown(
            f"Of the customers for whom this holds, {words.share(rule['precision'])} are in "
            f"{name}; and it holds for {words.share(rule['recall'])} of {name}."
        )
    with st.expander("The rule as SQL", expanded=told is None):
        st.code(f"where {rule['rule']}", language="sql", wrap_lines=True)


def show_customers(population: str, row: pd.Series, profile: pd.DataFrame, known: dict) -> None:
    """The customers of the segment page by page, and all of them as a file."""
    name = row["segment_name"]
    st.subheader("Its customers")
    if is_missing_size(row):
        st.markdown(telling.NOT_PUBLISHED)
        return
    features = remembered(customers.features, population)
    kinds = dict(features[["feature", "type"]].itertuples(index=False))
    differing = profile[(profile["segment_name"] == name) & profile["is_clustered"]]
    differing = differing.sort_values("lift", key=lambda lift: -lift.abs())["feature"]
    bases = [_base(feature, kinds) for feature in differing]
    shown = [feature for feature in dict.fromkeys(bases) if feature][:6]
    numeric = [
        f
        for f, kind in kinds.items()
        if not kind.startswith(("VARCHAR", "BOOLEAN", "ENUM", "STRUCT", "MAP")) and "[" not in kind
    ]
    sortable = [*[f for f in shown if f in numeric], *[f for f in numeric if f not in shown]]
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        order = choose(
            "Order",
            "order",
            [*ORDERS, *sortable],
            default=customers.TYPICAL,
            written=lambda o: ORDERS.get(o) or f"Highest {words.label(o, known)} first",
            missing="The link orders by “{}”, which is not known (any more).",
            forgets=["page"],
        )
    order = order or customers.TYPICAL
    if order in sortable and order not in shown:
        shown = [order, *shown]
    with right:
        st.download_button(
            f"Download all {words.count(row['customers'], 'customer')} as CSV",
            data=lambda: customers.segment_csv(published_file(), population, name),
            file_name=f"{telling.file_name(population)}_{telling.file_name(name)}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="One row per customer: id, segment, distance, flags and every feature.",
            width="stretch",
        )
    pages = max(1, -(-remembered(customers.in_segment, population, name) // ROWS))
    page = _page(pages)
    rows = customers.of_segment(published_file(), population, name, shown, order, page, ROWS)
    table = _table(rows, shown, known)
    chosen = st.dataframe(
        table,
        hide_index=True,
        key=f"customers_{population}_{name}_{order}_{page}",
        on_select="rerun",
        selection_mode="single-row",
        column_config=_columns(shown, features, known),
        placeholder="not known",
        height="content",
    )
    if pages > 1:
        _turn_pages(page, pages)
    st.caption(
        "Tick a customer to see why it is in this segment. A click on a heading sorts this page "
        "alone; Order sorts all of them."
    )
    for number in chosen["selection"]["rows"]:
        st.switch_page(
            file_of("customer"),
            query_params={"population": population, "customer": rows["customer_id"].iloc[number]},
        )


def _base(feature: str, kinds: dict[str, str]) -> str | None:
    """The published column of a feature of the profile; the category of `category = level`."""
    if feature in kinds:
        return feature
    category = feature.split(" = ")[0]
    return category if category in kinds else None


def _page(pages: int) -> int:
    asked = st.query_params.get("page", "1")
    # Python reads no number of thousands of digits.
    if asked.isdecimal() and len(asked) <= len(str(pages)) and 1 <= int(asked) <= pages:
        return int(asked)
    st.warning(
        f"The link asks for page {plain(asked)}; there {'is' if pages == 1 else 'are'} "
        f"{words.count(pages, 'page')}. This is the first.",
        icon=":material/link_off:",
    )
    return 1


def _turn_pages(page: int, pages: int) -> None:
    def turn() -> None:
        st.query_params["page"] = str(st.session_state["turn_page"])

    st.session_state["turn_page"] = page
    st.pagination(pages, key="turn_page", on_change=turn)


def _table(rows: pd.DataFrame, shown: list[str], known: dict) -> pd.DataFrame:
    """The rows as people read them; features in percent are written as such."""
    table = rows[["customer_id", "distance"]].copy()
    told = [words.sentence("; ".join(telling.notes(row, known))) for row in rows.to_dict("records")]
    if any(told):
        table["notes"] = told
    for feature in shown:
        if feature not in rows:
            continue
        column = rows[feature]
        if words.unit(feature, known) == "percent":
            column = 100 * column
        elif len(column) and column.map(lambda value: hasattr(value, "__len__")).any():
            column = column.map(telling.text)
        table[feature] = column
    return table


def _columns(shown: list[str], features: pd.DataFrame, known: dict) -> dict:
    comments = dict(features[["feature", "comment"]].itertuples(index=False))
    types = dict(features[["feature", "type"]].itertuples(index=False))
    columns = {
        "customer_id": st.column_config.TextColumn("Customer", pinned=True),
        "distance": st.column_config.NumberColumn(
            "Distance",
            format="%.2f",
            help="From the centre of the segment, in standard deviations of the features; smaller "
            "is more typical.",
        ),
        "notes": st.column_config.TextColumn("To note"),
    }
    for feature in shown:
        label, unit = words.sentence(words.label(feature, known)), words.unit(feature, known)
        heading = f"{label} ({'%' if unit == 'percent' else unit})" if unit else label
        comment = comments.get(feature)
        comment = None if words.is_missing(comment) else plain(comment)
        if types[feature] in ("DOUBLE", "FLOAT") or types[feature].startswith("DECIMAL"):
            columns[feature] = st.column_config.NumberColumn(
                heading, help=comment, format="%.0f" if unit == "percent" else "%.4g"
            )
        else:
            columns[feature] = st.column_config.Column(heading, help=comment)
    return columns


def show() -> None:
    """The page."""
    population, _, beside = choose_population()
    name = population["population"]
    stop_without_customers(population)
    segments = remembered(queries.segments, name)
    options = segments["segment_name"].tolist()
    with beside:
        chosen = choose(
            "Segment",
            "segment",
            options,
            default=options[0],
            missing="There is no segment “{}” "
            f"among the customers of {plain(words.title(name))} (any more). Choose one of those "
            "that there are.",
            forgets=["page", "order"],
        )
    if chosen is None:
        return
    row = segments.set_index("segment_name", drop=False).loc[chosen]
    st.title(plain(chosen))
    if is_missing_size(row):
        st.caption(telling.TOO_SMALL)
    elif len(segments) == 1:
        st.caption(f"{words.count(row['customers'], 'customer')}: everyone.")
    else:
        st.caption(
            f"{words.count(row['customers'], 'customer')}, {words.share(row['share'])} of the "
            f"{words.count(population['customers'], 'customer')} of {plain(words.title(name))}."
        )
    if row["is_no_group"]:
        st.markdown(
            "These customers are in no group: too few others are like them. They are no segment "
            "that one could address as one."
        )
    facts = telling.facts(row["headline"])
    if facts:
        st.markdown(facts)
    if not words.is_missing(row["action"]) and row["action"]:
        st.success(f"**What to do:** {plain(row['action'])}", icon=":material/lightbulb:")
    known = remembered(queries.words, name)
    profile = remembered(queries.profile, name)
    show_profile(profile, chosen)
    show_rule(name, chosen, known)
    show_customers(name, row, profile, known)


show()
