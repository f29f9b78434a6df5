"""What all pages share: the file they read, the header, and choices that live in the URL."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page as StreamlitPage

from presentation import charts, published_file, queries, words
from presentation.dashboard import telling
from presentation.dashboard.telling import plain

# The pages: file and title. They have no icons: browsers would fetch these from afar.
PAGES = {
    "overview": "Overview",
    "segment": "One segment",
    "customer": "One customer",
    "choice": "Why these segments",
    "quality": "Data quality",
}
VERDICTS = {
    "clear": ("Clear groups", "green"),
    "weak": ("Weak groups", "orange"),
    "none": ("No groups stand out", "gray"),
}


def remembered(question: Callable, *arguments: str):
    """What a question gives of the published file, asked anew only once the file is another one.

    question: a function of `queries` or `customers` whose answer is small, of one connection.
    """
    database = published_file()
    if not database.exists():
        return question(database, *arguments)
    state = database.stat()
    file = (str(database.resolve()), state.st_ino, state.st_mtime_ns, state.st_size)
    name = f"{question.__module__}.{question.__name__}"
    return _answer(question, name, file, arguments)


@st.cache_data(max_entries=200, show_spinner=False)
def _answer(_question: Callable, name: str, file: tuple, arguments: tuple):
    return _question(Path(file[0]), *arguments)


def file_of(page: str) -> str:
    """The file of a page, as Streamlit names it. A folder `pages` it would open by itself."""
    return f"views/{page}.py"


def navigate() -> StreamlitPage:
    """The page that the URL asks for."""
    return st.navigation(
        [
            st.Page(
                file_of(name),
                title=title,
                url_path=None if name == "overview" else name,
                default=name == "overview",
            )
            for name, title in PAGES.items()
        ],
        position="hidden",
    )


def show_header() -> None:
    """The way to the other pages, which keeps the population."""
    # Less empty space above the page than Streamlit leaves for a menu that is not there.
    st.html("<style>.stMainBlockContainer {padding-top: 2.5rem; max-width: 75rem}</style>")
    kept = {"population": st.query_params["population"]} if "population" in st.query_params else {}
    with st.container(horizontal=True, gap="small", key="pages"):
        for page in PAGES:
            st.page_link(file_of(page), query_params=kept)


def link(page: str, label: str, icon: str | None = None, **choices: str) -> None:
    """A link to a page with these choices, which are in its URL."""
    st.page_link(file_of(page), label=label, icon=icon, query_params=choices)


def choose(
    label: str,
    parameter: str,
    options: Sequence[str],
    *,
    missing: str,
    default: str | None = None,
    written: Callable[[str], str] = str,
    forgets: Sequence[str] = (),
) -> str | None:
    """One of the options, by a select box that is the URL's parameter and the other way round.

    What the URL asks for and is not there (any more) is said in the sentence `missing`, whose {} is
    what it asks for, and nothing is chosen. Another choice takes the parameters in `forgets` out of
    the URL.
    """
    asked = st.query_params.get(parameter, default)
    key = f"choose_{parameter}"
    st.session_state[key] = asked if asked in options else None

    def remember() -> None:
        for name in forgets:
            st.query_params.pop(name, None)
        if st.session_state[key] is not None:
            st.query_params[parameter] = st.session_state[key]

    chosen = st.selectbox(
        label,
        options,
        key=key,
        index=options.index(asked) if asked in options else None,
        format_func=written,
        on_change=remember,
        placeholder="Choose one",
    )
    if chosen is None and asked is not None:
        st.warning(missing.format(plain(asked)), icon=":material/link_off:")
    return chosen


def choose_population() -> tuple[pd.Series, pd.DataFrame, DeltaGenerator]:
    """The population that the page is about, all of them, and a place beside their select box.

    Without a population the page ends.
    """
    everyone = remembered(queries.populations)
    names = everyone["population"].tolist()
    if not names:
        st.info("Nothing has been published yet: there is no population of customers.")
        st.stop()
    first, second = st.columns(2)
    with first:
        chosen = choose(
            "Customers of",
            "population",
            names,
            default=names[0],
            written=words.title,
            missing="The link asks for “{}”, and there is no such population in the published "
            "file (any more). Choose one of those that there are.",
            forgets=["segment", "customer", "page", "order", "method"],
        )
    if chosen is None:
        st.stop()
    return everyone.set_index("population", drop=False).loc[chosen], everyone, second


def stop_without_customers(population: pd.Series) -> None:
    """Say that a population is empty, and end the page."""
    if telling.is_empty(population):
        st.info(
            f"{plain(words.title(population['population']))} has no customers: no row of its raw "
            "data could be used, or there are no raw data. The page on data quality says why."
        )
        st.stop()


def chart(drawing, name: str) -> None:
    """Show an Altair chart as wide as its column, in the colours of the reader's theme."""
    mode = "dark" if st.context.theme.type == "dark" else "light"
    drawn = {
        **drawing.to_dict(),
        "config": charts.theme(mode),
        "autosize": {"type": "fit-x", "contains": "padding"},
    }
    # Streamlit takes rows, and no CSV.
    rows = {
        data: pd.read_csv(io.StringIO(values)).to_dict("records")
        for data, values in drawn.get("datasets", {}).items()
        if isinstance(values, str)
    }
    drawn["datasets"] = {**drawn.get("datasets", {}), **rows}
    if drawn.get("data", {}).get("name") in rows:
        drawn["data"] = {"name": drawn["data"]["name"]}
    st.vega_lite_chart(drawn, width="stretch", theme=None, key=name)


def is_missing_size(segment: pd.Series) -> bool:
    """Whether the segment's size is not published."""
    return words.is_missing(segment["customers"])
