"""The dashboard: every page in every state, its URLs, its file of customers, and a real browser."""

import hashlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pandas as pd
import pytest
import small_published
from hypothesis import given
from hypothesis import strategies as st

from presentation import customers, queries
from presentation.dashboard import drawings, telling
from presentation.errors import InputError

pytest.importorskip("streamlit", reason="the extra `dashboard` is not installed")
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "presentation" / "dashboard" / "app.py"
PAGES = ["overview", "segment", "customer", "choice", "quality"]

ODD = "Big <b>spenders</b> & *co* $x$"
# Ids as people have them, and as nobody wants them.
IDS = [
    "o'brien",
    "<b>bold</b>",
    "=cmd|' /C calc'!A0",
    "müller",
    "+49 170",
    "-5",
    'a"b,c',
    ":red[x]",
]


def _write(database: Path, scripts: list[str]) -> None:
    with duckdb.connect(str(database)) as connection:
        for script in scripts:
            connection.execute(script)


# What begins a formula in a spreadsheet, and the same signs in the width of Chinese characters.
WIDE_SIGNS = "\uff1d\uff0b\uff0d\uff20"
FORMULA_SIGNS = r"=+\-@" + WIDE_SIGNS

# What the dashboard reads besides the tables of the report.
TABLES = f"""
{small_published.TABLES}
alter table segments add column distance double;
alter table segments add column margin double;
alter table segments add column imputed_features varchar[];
create table customer_scores (population varchar, customer_id varchar, segment_id integer,
    distance double, margin double, is_outlier boolean, is_out_of_range boolean,
    out_of_range_features varchar[], unseen_level_features varchar[], fallback_features varchar[],
    imputed_features varchar[], point double[]);
create table segment_stays (population varchar, customer_id varchar, segment_id integer,
    segment_name varchar, since timestamp, until timestamp, days double, is_current boolean);
create table customer_distances (population varchar, customer_id varchar, segment_id integer,
    segment_name varchar, distance double, is_own boolean);
create table customer_contributions (population varchar, customer_id varchar, segment_name varchar,
    next_segment_name varchar, position integer, dimension varchar, label varchar, value double,
    segment_value double, next_segment_value double, contribution double);
"""

# Customers from a table `people` (customer_id, segment_id, segment_name, distance).
SCORED = """
insert into segments select '{population}', customer_id, segment_id, segment_name,
    segment_id = -1, distance, -distance, distance, if(segment_id = -1, null, distance / 2), []
from people;
insert into customer_scores select population, customer_id, segment_id, distance, margin,
    is_outlier, false, [], [], [], imputed_features, [distance] from segments
where population = '{population}';
drop table people;
"""


def _shop(customers_of_first: int = 60) -> list[str]:
    """A population with dates, a history, odd names and ids, and a segment too small to show."""
    ids = ", ".join("'" + identity.replace("'", "''") + "'" for identity in IDS)
    odd = ODD.replace("'", "''")
    return [
        "create table people as "
        f"select [{ids}, 'c' || i][least(i, {len(IDS) + 1})] as customer_id, 0 as segment_id, "
        f"'{odd}' as segment_name, i / 100 as distance "
        f"from range(1, {customers_of_first + 1}) r(i) "
        "union all select 'second' || i, 1, 'Second', 1 + i / 100 from range(30) r(i) "
        "union all select 'tiny' || i, 2, 'Tiny', i from range(3) r(i)",
        """create table web_shop_features as select customer_id, i as "the ""euro"" spent",
            0.5 as visit_share, ['a', 'b=1'] as hobbies, i % 2 = 0 as is_new,
            case when i % 3 = 0 then null else 'it''s' end as "favourite colour"
        from (select *, row_number() over (order by customer_id) as i from people)""",
        SCORED.format(population="web_shop"),
        f"""
        update customer_scores set imputed_features = ['favourite colour'],
            fallback_features = ['visit_share'], is_out_of_range = true,
            out_of_range_features = ['the "euro" spent'] where customer_id = 'müller';
        insert into fit_verdicts values
            ('web_shop', '2024-05-31', 1, 'refit', 'visits changed', 'auto', false);
        insert into fits values ('web_shop', 1, true, '2024-05-01');
        insert into segment_summary values
            ('web_shop', 0, '{odd}', {customers_of_first}, {customers_of_first / 93},
                'visits of 3 minutes
            (average 5, of <b>all</b>), spends *twice* as much', 'Thank $them$ & <i>.', 'weak'),
            ('web_shop', 1, 'Second', 30, 0.32, 'few visits', 'Remind them.', 'weak'),
            ('web_shop', 2, 'Tiny', null, null, null, null, 'weak');
        insert into segment_profiles select 'web_shop', segment_id, segment_name, feature, label,
            unit, size, is_clustered, false, if(size is null, null, 1 + segment_id), 2, 1,
            if(size is null, null, 1.5 - segment_id), 0.01, true, 0.1, 1
        from (values (0, '{odd}', 60), (1, 'Second', 30), (2, 'Tiny', null))
            as s(segment_id, segment_name, size),
            (values ('the "euro" spent', 'the "euro" spent', null, true),
                ('visit_share', 'visits', 'percent', true),
                ('favourite colour = it''s', 'favourite colour it''s', 'percent', false))
            as f(feature, label, unit, is_clustered);
        insert into segment_rules values
            ('web_shop', 0, '{odd}', 't',
                '"the ""euro"" spent" >= 2 and "favourite colour" = ''it''''s''',
                0.9, 0.8, 0.9),
            ('web_shop', 1, 'Second', 't', 'strange(x) > 1', 0.9, 0.8, 0.9),
            ('web_shop', 2, 'Tiny', 't', null, null, null, null);
        insert into cluster_scores
            select 'web_shop', 'kmeans', k, null, 100 / k, k = 2, 1 / k, 0.1, 0.5, 0.2, 0.1, 0.1, 0,
                0.1, 0, 0.9, 93, 'all', k = 3, 'weak', 'because of ' || k || ' <b>reasons</b>'
            from range(1, 6) r(k);
        insert into cluster_scores
            select 'web_shop', 'dbscan', k, 0.01, null, false, null, null, 0.5, 0.2, 0.1, 0.1, 0,
                0.1, 0, 0.7, 93, 'all', false, 'weak', 'not so good'
            from range(2, 4) r(k);
        insert into imputation_scores values
            ('web_shop', 'favourite colour', 'constant', 3, 90, 0.5, 'share of wrong words', 0,
                false, 'no'),
            ('web_shop', 'favourite colour', 'xgboost', 3, 90, 0.2, 'share of wrong words', 0.6,
                true, 'yes');
        insert into outcome_scores values
            ('web_shop', 'is_new', 'segment', 'rate', 3, 0.7, 0.02, 1, 0, 0, 93, 0.5);
        insert into rejection_counts values ('web_shop', 'orders', 'row', 'no <b>time</b>', null),
            ('web_shop', 'orders', 'value', 'price', 7);
        insert into row_counts values ('web_shop', 'orders', 1000, 990, 8, 2);
        insert into segment_drift values
            ('web_shop', 1, 'feature', 'visit_share', 0.3, 0, 0.1, 0.2, 0.5, 'refit'),
            ('web_shop', 1, 'share', 'Second', 0.01, 0, 0.1, 0.2, 0.5, 'keep');
        insert into segment_stays values
            ('web_shop', 'müller', 1, 'Second', '2024-04-01', '2024-05-01', 30, false),
            ('web_shop', 'müller', 0, '{odd}', '2024-05-01', null, 30, true);
        insert into customer_distances
            select population, customer_id, other.segment_id, other.segment_name,
                abs(other.segment_id - segments.segment_id) + distance,
                other.segment_id = segments.segment_id
            from segments, (values (0, '{odd}'), (1, 'Second'), (2, 'Tiny'))
                as other(segment_id, segment_name)
            where population = 'web_shop';
        insert into customer_contributions
            select population, customer_id, segment_name, 'Second', position, dimension, label,
                1, 0, 2, 3 - 2 * position
            from segments, (values (1, 'the "euro" spent', 'the "euro" spent'),
                (2, 'favourite colour = it''s', 'favourite colour it''s'))
                as d(position, dimension, label)
            where population = 'web_shop';
        """,
    ]


# One segment, without dates, history or anything filled.
PLAIN = [
    "create table people as select 'p' || i as customer_id, 0 as segment_id, "
    "'Everyone' as segment_name, i / 10 as distance from range(40) r(i)",
    "create table plain_features as select customer_id, 1.5 as age from people",
    SCORED.format(population="plain"),
    """
    update segments set margin = null where population = 'plain';
    update customer_scores set margin = null where population = 'plain';
    insert into fit_verdicts values
        ('plain', null, null, 'refit', 'there was no fit yet', 'auto', true);
    insert into fits values ('plain', 1, true, null);
    insert into segment_summary values ('plain', 0, 'Everyone', 40, 1, 'age 1.5 (average 1.5)',
        'Treat all alike.', 'none');
    insert into segment_profiles values
        ('plain', 0, 'Everyone', 'age', 'age', 'years', 40, true, false, 1.5, 1.5, 1, 0, 1, false,
            0, 1);
    insert into segment_rules values ('plain', 0, 'Everyone', 't', 'true', 1, 1, 1);
    insert into cluster_scores values ('plain', 'kmeans', 1, null, 100, false, 1, 0, null, null,
        0, null, null, 1, 0, null, 40, 'all', true, 'none', 'Nothing beats chance.');
    insert into row_counts values ('plain', 'people', 40, 40, 0, 0);
    insert into customer_distances select population, customer_id, 0, 'Everyone', distance, true
        from segments where population = 'plain';
    insert into customer_contributions select population, customer_id, 'Everyone', null, 1, 'age',
        'age', distance, 0, null, null from segments where population = 'plain';
    """,
]

# DBSCAN: two groups, and customers in none.
RINGS = [
    "create table people as select 'r' || i as customer_id, i % 3 - 1 as segment_id, "
    "['In no group', 'Inner', 'Outer'][i % 3 + 1] as segment_name, i / 10 as distance "
    "from range(60) r(i)",
    "create table rings_features as select customer_id, 1 as radius from people",
    SCORED.format(population="rings"),
    """
    insert into fit_verdicts values ('rings', '2024-01-01', 1, 'keep', 'no change', 'auto', false);
    insert into fits values ('rings', 1, true, '2024-01-01');
    insert into segment_summary
        select 'rings', segment_id, any_value(segment_name), count(*), 1 / 3,
            'radius 1 (average 1)', 'Look at them.', 'clear'
        from segments where population = 'rings' group by segment_id;
    insert into segment_profiles
        select population, segment_id, segment_name, 'radius', 'radius', null, 20, true, false, 1,
            1, 1, segment_id, 0, true, 0, 1
        from segment_summary where population = 'rings';
    insert into cluster_scores
        select 'rings', 'dbscan', 2, 0.01, null, false, null, null, 0.1, 0.1, 0.9, 0.1, 0, 0.3, 0.3,
            1, 60, 'all', true, 'clear', 'DBSCAN finds 2 groups.';
    insert into segment_rules values ('rings', 1, 'Outer', 't', 'false', null, null, null);
    insert into row_counts values ('rings', 'dots', 60, 60, 0, 0);
    insert into segment_stays
        select population, customer_id, segment_id, segment_name, '2024-01-01', null, 0, true
        from segments where population = 'rings';
    insert into customer_distances
        select population, customer_id, other.segment_id, other.segment_name, distance,
            other.segment_id = segments.segment_id
        from segments, (values (0, 'Inner'), (1, 'Outer')) as other(segment_id, segment_name)
        where population = 'rings';
    insert into customer_contributions
        select population, customer_id, segment_name, if(segment_id = 0, 'Outer', 'Inner'), 1,
            'radius', 'radius', 1, 0, 2, 1
        from segments where population = 'rings' and segment_id >= 0;
    """,
]

# So few customers that nothing is told of them.
FEW = [
    "create table people as select 'f' || i as customer_id, i % 2 as segment_id, "
    "['One', 'Other'][i % 2 + 1] as segment_name, i as distance from range(4) r(i)",
    "create table few_features as select customer_id, 1 as age from people",
    SCORED.format(population="few"),
    """
    insert into fit_verdicts values ('few', null, 1, 'keep', 'no change', 'auto', false);
    insert into fits values ('few', 1, true, null);
    insert into segment_summary values ('few', 0, 'One', null, null, null, null, null),
        ('few', 1, 'Other', null, null, null, null, null);
    insert into segment_profiles
        select 'few', segment_id, segment_name, 'age', 'age', 'years', null, true, false,
            null, null, null, null, null, null, null, null
        from segment_summary where population = 'few';
    insert into segment_rules select 'few', segment_id, segment_name, null, null, null, null, null
        from segment_summary where population = 'few';
    insert into cluster_scores values
        ('few', 'kmeans', 2, null, null, false, null, null, null, null, null,
            null, null, null, null, null, 4, 'all', true, 'clear', 'Two hold up.');
    insert into rejection_counts values ('few', 'people', 'row', 'no customer', null);
    insert into row_counts values ('few', 'people', 4, 4, 0, 0);
    """,
]

# No customers at all.
EMPTY = [
    """
    create table empty_features (customer_id varchar, age integer);
    insert into fit_verdicts values
        ('empty', null, null, 'refit', 'there was no fit yet', 'auto', false);
    insert into row_counts values ('empty', 'people', 10, 0, 10, 0);
    insert into rejection_counts values ('empty', 'people', 'row', 'no customer', 10);
    """
]
POPULATIONS = ["empty", "few", "plain", "rings", "web_shop"]


@pytest.fixture(scope="module")
def edge_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file written by hand, with every state that a page may meet."""
    database = tmp_path_factory.mktemp("edge") / "edge.duckdb"
    _write(database, [TABLES, *_shop(), *PLAIN, *RINGS, *FEW, *EMPTY])
    return database


@pytest.fixture
def published_edge(edge_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEGMENTS_PUBLISHED", str(edge_file))
    return edge_file


def open_page(page: str, app: AppTest | None = None, /, **choices: str) -> AppTest:
    """The page as its URL would open it; the address is that of the app where one is given."""
    if app is None:
        app = AppTest.from_file(APP, default_timeout=60)
        app.query_params.update(choices)
        app.run()
        if page == "overview":
            return app
    app.query_params.clear()
    app.query_params.update(choices)
    return app.switch_page(f"views/{page}.py").run()


def told(app: AppTest) -> str:
    """Everything that the page says, on one line per element."""
    elements = [
        *app.title,
        *app.subheader,
        *app.markdown,
        *app.caption,
        *app.info,
        *app.warning,
        *app.success,
        *app.error,
    ]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


# -- Every page in every state ---------------------------------------------------------------------


@pytest.mark.parametrize("population", POPULATIONS)
def test_every_page_opens_in_every_state(population: str, published_edge: Path):
    before = hashlib.sha256(published_edge.read_bytes()).hexdigest()
    app = open_page("overview", population=population)
    for page in PAGES:
        open_page(page, app, population=population)
        assert not app.exception, (page, app.exception[0].message)
        assert not app.error, (page, told(app))
        assert not app.warning, (page, told(app))
        # No internal numbers, and nothing that Python or SQL leave behind.
        for trace in ("segment_id", "fit_id", "nan", "NaT", "None"):
            assert trace not in told(app), (page, trace)
    assert hashlib.sha256(published_edge.read_bytes()).hexdigest() == before


def test_the_overview_says_what_there_is(published_edge: Path):
    app = open_page("overview", population="web_shop")
    assert "93 customers in 3 segments, as of 31 May 2024" in told(app)
    assert "The groups are weak" in told(app)
    assert "60 customers · 65 % of all" in told(app)
    assert telling.TOO_SMALL in told(app)
    # Names are shown as they are: neither HTML nor Markdown.
    assert r"\<b\>all\<\/b\>" in app.main.markdown[-1].value or any(
        r"\<b\>all" in element.value for element in app.markdown
    )


def test_states_read_as_intended(published_edge: Path):
    assert "No groups stand out" in told(open_page("overview", population="plain"))
    assert "no customers" in told(open_page("overview", population="empty"))
    assert "rows came in: 0 used, 10 rejected" in told(open_page("quality", population="empty"))
    segment = told(open_page("segment", population="plain"))
    assert "40 customers: everyone." in segment
    assert "nothing sets it apart" in segment
    outside = told(open_page("segment", population="rings", segment="In no group"))
    assert "in no group: too few others are like them" in outside
    nobody = told(open_page("customer", population="rings", customer="r0"))
    assert "This customer is in no group" in nobody
    assert "The nearest group is Inner" in nobody
    assert "One moment is known so far, 1 January 2024" in nobody
    assert "these segments have no dates" in told(
        open_page("customer", population="plain", customer="p1")
    )
    overview = told(open_page("overview", population="rings"))
    assert "60 customers in 2 segments or in no group" in overview
    assert "Grey crosses are in no group." in overview
    assert "Grey crosses" not in told(open_page("overview", population="web_shop"))


def test_what_is_hidden_is_told_nowhere(published_edge: Path):
    """Of a segment whose size is not published no page says how large it is, or that it is small:
    a large one is hidden too where it would tell the size of another."""
    for identity in ("tiny0", "tiny1", "tiny2"):
        app = open_page("customer", population="web_shop", customer=identity)
        assert "typical" not in told(app)
        assert "only customer" not in told(app)
        means = app.dataframe[-1].value.set_index("Feature")["Mean of Tiny"]
        assert means["Visits"] == "not shown"
    hidden = told(open_page("segment", population="web_shop", segment="Tiny"))
    assert hidden.count(telling.NOT_PUBLISHED) == 3
    assert "too small" not in hidden
    assert "Tried: 1 division of the customers, by k-means" in told(
        open_page("choice", population="few")
    )
    assert told(open_page("customer", population="few")).endswith("Type an id.")
    # Three customers lack a colour, and one has a gap: neither as a number nor as a share.
    quality = told(open_page("quality", population="web_shop"))
    assert "**Favourite colour**: fewer than 5 customers without it" in quality
    assert "- **Fewer than 5 customers** have a gap that the fit did not see" in quality


def test_every_page_of_the_samples(published: Path, monkeypatch: pytest.MonkeyPatch):
    """As a build publishes them; the pages of a customer, of one in each population."""
    monkeypatch.setenv("SEGMENTS_PUBLISHED", str(published))
    app = open_page("overview")
    everyone = queries.ask(
        published, "select population, min(customer_id) as customer from segments group by 1"
    )
    for population, customer in everyone.itertuples(index=False):
        for page in PAGES:
            open_page(page, app, population=population, customer=customer)
            assert not app.exception, (population, page, app.exception[0].message)
            assert not app.error, (population, page)
            assert not app.warning, (population, page)


def test_a_segment_too_small_is_neither_listed_nor_downloaded(published_edge: Path):
    app = open_page("segment", population="web_shop", segment="Tiny")
    assert "Its customers" in told(app)
    assert not app.dataframe
    assert not app.get("download_button")


def test_a_rule_is_told_in_words_or_shown_as_it_is(published_edge: Path):
    first = open_page("segment", population="web_shop", segment=ODD)
    assert 'The "euro" spent at least 2 and favourite colour: it\'s' in told(first)
    second = open_page("segment", population="web_shop", segment="Second")
    assert second.code[0].value == "where strange(x) > 1"
    assert "no simple rule" in told(open_page("segment", population="rings", segment="Outer"))


def test_the_words_of_a_chart_have_all_of_its_width(edge_file: Path):
    """Labels beside the bars would lie on each other on a phone."""
    rows = queries.profile(edge_file, "web_shop")
    drawn = drawings.differences(rows[rows["segment_name"] == "Second"]).to_dict()
    assert [layer["encoding"]["y"]["axis"] for layer in drawn["layer"]] == [None, None, None]
    ends = [layer["encoding"]["x"]["datum"] for layer in drawn["layer"][1:]]
    assert ends == drawn["layer"][0]["encoding"]["x"]["scale"]["domain"]


def test_one_customer_is_explained(published_edge: Path):
    app = open_page("customer", population="web_shop", customer="müller")
    page = told(app)
    assert "müller" in app.title[0].value
    assert "filled in: favourite colour" in page
    assert "not known, read as a usual value: visits" in page
    assert 'beyond all that was there at the fit: the "euro" spent' in page
    assert "Why Big <b>spenders</b>" in page
    assert "from 1 April 2024 to 1 May 2024, 30 days" in page
    known = app.dataframe[-1].value.set_index("Feature")["This customer"]
    assert known["Favourite colour"].startswith(("it's", "not known"))
    assert known["Hobbies"] == "a, b=1"


# -- What the URL asks for -------------------------------------------------------------------------


@pytest.mark.parametrize("customer", IDS)
def test_a_customer_may_have_any_id(customer: str, published_edge: Path):
    app = open_page("customer", population="web_shop", customer=customer)
    assert not app.exception
    assert not app.warning
    assert app.text_input[0].value == customer
    # As plain text: what Markdown would read as its own is behind a backslash.
    assert app.title[0].value.replace("\\", "") == customer


@pytest.mark.parametrize(
    ("page", "choices", "sentence"),
    [
        ("overview", {"population": "gone <b>"}, "asks for “gone <b>”, and there is no such"),
        ("segment", {"population": "web_shop", "segment": "gone"}, "There is no segment “gone”"),
        ("segment", {"population": "web_shop", "page": "99"}, "asks for page 99"),
        ("segment", {"population": "web_shop", "page": "9" * 5000}, "asks for page 99"),
        ("segment", {"population": "web_shop", "page": "x' or 1=1"}, "asks for page x' or 1=1"),
        ("segment", {"population": "web_shop", "order": "gone"}, "orders by “gone”"),
        ("customer", {"population": "web_shop", "customer": "bol"}, "There is no customer “bol”"),
        ("choice", {"population": "web_shop", "method": "gone"}, "asks for the method “gone”"),
    ],
)
def test_what_is_gone_is_said(page: str, choices: dict, sentence: str, published_edge: Path):
    app = open_page("overview", population="web_shop")
    open_page(page, app, **choices)
    assert not app.exception
    assert [sentence in warning.value.replace("\\", "") for warning in app.warning] == [True]


def test_a_choice_is_written_into_the_url(published_edge: Path):
    app = open_page("segment", population="web_shop", segment=ODD, page="2", order="typical")
    box = next(box for box in app.selectbox if box.label == "Segment")
    box.select("Second").run()
    assert app.query_params["segment"] in ("Second", ["Second"])
    assert "page" not in app.query_params
    assert app.title[0].value == "Second"
    box = next(box for box in app.selectbox if box.label == "Customers of")
    box.select("rings").run()
    assert app.query_params["population"] in ("rings", ["rings"])
    assert "segment" not in app.query_params
    assert app.title[0].value == "Inner"


def test_a_search_that_finds_no_one_says_who_is_like_it(published_edge: Path):
    app = open_page("customer", population="web_shop")
    app.text_input[0].set_value("  SECOND1 ").run()
    assert app.query_params["customer"] in ("SECOND1", ["SECOND1"])
    assert "There is no customer “SECOND1”" in told(app)
    assert "These ids hold it" in told(app)


# -- A segment's customers -------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["typical", "border", "unusual", "customer", 'the "euro" spent'])
def test_the_pages_hold_every_customer_once(order: str, edge_file: Path):
    pages = [
        customers.of_segment(edge_file, "web_shop", ODD, ["hobbies", "gone"], order, page, 25)
        for page in (1, 2, 3, 4)
    ]
    assert [len(page) for page in pages] == [25, 25, 10, 0]
    everyone = pd.concat(pages)["customer_id"]
    assert everyone.is_unique
    with duckdb.connect(str(edge_file), read_only=True) as connection:
        key = {
            "typical": "distance",
            "border": "margin",
            "unusual": "-distance",
            "customer": "customer_id",
        }.get(order, '-features."the ""euro"" spent"')
        expected = connection.execute(
            "select customer_id from segments join web_shop_features as features "
            f"using (customer_id) where segment_name = ? order by {key}, customer_id",
            [ODD],
        ).fetchall()
    assert everyone.tolist() == [customer for (customer,) in expected]


def test_the_table_turns_pages(published_edge: Path):
    app = open_page("segment", population="web_shop", segment=ODD, page="3")
    table = app.dataframe[-1].value
    assert len(table) == 10
    expected = customers.of_segment(published_edge, "web_shop", ODD, [], "typical", 3, 25)
    assert table["customer_id"].tolist() == expected["customer_id"].tolist()


def test_the_file_of_customers_holds_all_of_them(edge_file: Path):
    raw = customers.segment_csv(edge_file, "web_shop", ODD)
    assert raw.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert list(table.columns) == [
        *("customer_id", "segment_name", "distance", "margin", *customers.FLAGS),
        *('the "euro" spent', "visit_share", "hobbies", "is_new", "favourite colour"),
    ]
    written = [f"'{i}" if i.startswith("=") else i for i in IDS]
    assert table["customer_id"].tolist() == [*written, *(f"c{i}" for i in range(9, 61))]
    assert set(table["hobbies"]) == {"a; b=1"}
    assert set(table["favourite colour"]) == {"it's", ""}
    assert table.set_index("customer_id").at["müller", "imputed_features"] == "favourite colour"


@given(st.text(max_size=12) | st.from_regex(rf"[{FORMULA_SIGNS}\s][^\x00]{{0,8}}", fullmatch=True))
def test_no_text_becomes_a_formula(text: str):
    text = text.replace("\x00", "")
    expression = customers._cell("$1", "VARCHAR", "cell").replace("$1", "cast($1 as varchar)")
    ((cell,),) = duckdb.execute(f"select {expression}", [text]).fetchall()
    is_number = re.fullmatch("[+-][0-9][0-9 .,]*", text)
    assert cell in (text, "'" + text)
    first = text.lstrip(" \t\r\n\f")[:1]
    if first and first in f"=@{WIDE_SIGNS}":
        assert cell == "'" + text
    if first in ("+", "-") and not is_number:
        assert cell == "'" + text
    if text[:1].isalnum() and text[0] not in WIDE_SIGNS:
        assert cell == text


def test_a_name_becomes_part_of_a_file_name():
    assert telling.file_name(ODD) == "big_b_spenders_b_co_x"
    assert telling.file_name("../../..") == "segment"


# -- The file is replaced --------------------------------------------------------------------------


def test_a_new_file_is_seen_at_the_next_interaction(
    tmp_path: Path, edge_file: Path, monkeypatch: pytest.MonkeyPatch
):
    database = tmp_path / "published.duckdb"
    shutil.copy(edge_file, database)
    monkeypatch.setenv("SEGMENTS_PUBLISHED", str(database))
    app = open_page("overview", population="web_shop")
    assert "93 customers" in told(app)
    scratch = tmp_path / "scratch.duckdb"
    _write(scratch, [TABLES, *_shop(70)])
    os.replace(scratch, database)
    app.run()
    assert not app.exception
    assert "103 customers" in told(app)
    database.unlink()
    app.run()
    assert not app.exception
    assert "`make build` writes it" in app.error[0].value


def test_a_query_of_the_old_file_keeps_nobody_from_the_new_one(tmp_path: Path):
    """As while somebody downloads a segment: DuckDB shares what is open under one path."""
    database, scratch = tmp_path / "it's published.duckdb", tmp_path / "scratch.duckdb"
    for number, file in enumerate([database, scratch]):
        _write(file, [f"create table numbers as select {number} as number"])

    def number() -> int:
        return queries.ask(database, "from numbers")["number"].item()

    with (
        duckdb.connect(str(database), read_only=True),
        queries.connect(database),
        ThreadPoolExecutor(1) as others,
    ):
        os.replace(scratch, database)
        assert others.submit(number).result() == 1
        assert number() == 0
    assert number() == 1


def test_a_file_that_is_none_is_said(tmp_path: Path):
    (tmp_path / "text.duckdb").write_text("not a database")
    with pytest.raises(InputError, match="cannot be read"):
        customers.segment_csv(tmp_path / "text.duckdb", "web_shop", "Second")


# -- Words -----------------------------------------------------------------------------------------


def test_how_typical_a_customer_is():
    distances = pd.DataFrame(
        {"segment_name": ["A", "B"], "distance": [1.0, 4.0], "is_own": [True, False]}
    )
    customer = {
        **{"segment_id": 0, "segment_name": "A", "distance": 1.0},
        **{"nearer": 0.2, "farther": 0.8},
    }
    assert telling.typicality(customer, distances) == [
        "This customer is among the most typical quarter of A.",
        "The next nearest segment is B, 4 times as far.",
    ]
    assert telling.typicality({**customer, "nearer": 0.95, "farther": 0.05}, distances)[0] == (
        "This customer is among the least typical tenth of A."
    )
    assert telling.typicality({**customer, "nearer": 0.6, "farther": 0.4}, distances)[0] == (
        "This customer is more typical of A than 40 % of them."
    )
    # Most are exactly as far: they are not less typical.
    assert telling.typicality({**customer, "nearer": 0.1, "farther": 0.2}, distances)[0] == (
        "This customer is more typical of A than 20 % of them."
    )
    near = distances.assign(distance=[1.0, 1.05])
    assert "on the border to B" in telling.typicality(customer, near)[1]
    assert telling.typicality({**customer, "nearer": None}, distances.head(1)) == []


def test_customers_as_far_are_neither_nearer_nor_farther(tmp_path: Path):
    database = tmp_path / "ties.duckdb"
    ties = "update segments set distance = least(distance, 2)"
    _write(database, [TABLES, *PLAIN, ties])
    found = customers.customer(database, "plain", "p30")
    assert (found["nearer"], found["farther"]) == (20 / 39, 0)
    found = customers.customer(database, "plain", "p5")
    assert (found["nearer"], found["farther"]) == (5 / 39, 34 / 39)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.25, "percent", "25 %"),
        (True, None, "yes"),
        (False, "percent", "no"),
        (None, None, "not known"),
        (float("nan"), "days", "not known"),
        ("a", None, "a"),
        ([], None, "none"),
        (["a", "b"], None, "a, b"),
        (1, "days", "1 day"),
    ],
)
def test_a_value_is_told_with_its_unit(value: object, unit: str | None, expected: str):
    assert telling.measured(value, unit) == expected


def test_segments_that_were_asked_for_are_said_to_be():
    assert "asked for all the same" in telling.verdict({"structure": "none", "segments": 2})
    assert "shown as one segment" in telling.verdict({"structure": "none", "segments": 1})
    assert "No groups were looked for" in telling.verdict({"structure": None, "segments": 1})


def test_few_customers_are_not_counted():
    assert [telling.few(n) for n in (0, 1, 4, 5)] == [
        "0 customers",
        "fewer than 5 customers",
        "fewer than 5 customers",
        "5 customers",
    ]


# -- A real browser --------------------------------------------------------------------------------


@pytest.fixture
def server(edge_file: Path):
    """The dashboard as `make dashboard` starts it, on a free port; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "presentation.dashboard"],
        cwd=ROOT,
        env={
            **os.environ,
            "SEGMENTS_PUBLISHED": str(edge_file),
            "STREAMLIT_SERVER_PORT": str(port),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                    break
            except OSError:
                assert process.poll() is None, "the server has ended"
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _listens_on(port: int) -> set[str]:
    """The addresses, in the hexadecimal of the kernel, on which something listens at a port."""
    lines = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for line in Path(table).read_text().splitlines()[1:]
    ]
    return {
        parts[1].rsplit(":", 1)[0]
        for parts in lines
        if parts[3] == "0A" and int(parts[1].rsplit(":", 1)[1], 16) == port
    }


def test_all_pages_in_a_browser(server: int):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not on PATH")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if Path("/proc/net/tcp").exists():
        assert _listens_on(server) == {"0100007F"}
    charts = {"overview": 2, "segment": 2, "customer": 3, "choice": 6, "quality": 1}
    choices = {"population": "web_shop", "customer": "müller"}
    problems: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda message: (
                problems.append(f"{message.text} {message.location['url']}")
                if message.type == "error"
                # Streamlit looks for its server below the page's path first.
                and "/_stcore/" not in message.location["url"]
                else None
            ),
        )
        page.on("request", lambda request: _note_foreign(request.url, server, problems))
        for name, number in charts.items():
            path = "" if name == "overview" else name
            page.goto(f"http://127.0.0.1:{server}/{path}?{urlencode(choices)}")
            page.wait_for_selector("h1", timeout=30_000)
            canvases = page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg.marks)")
            playwright.expect(canvases).to_have_count(number, timeout=30_000)
            page.wait_for_function(_HAS_INK, timeout=30_000)
            assert page.locator("[data-testid=stException]").count() == 0, name
            assert page.locator("b", has_text="bold").count() == 0
        # From the table of a segment to one customer, whose URL can be shared.
        page.goto(f"http://127.0.0.1:{server}/segment?{urlencode({'population': 'web_shop'})}")
        page.wait_for_selector("[data-testid=stDownloadButton]", timeout=30_000)
        with page.expect_download() as download:
            page.click("[data-testid=stDownloadButton] button")
        assert download.value.suggested_filename == "web_shop_big_b_spenders_b_co_x.csv"
        assert Path(download.value.path()).read_bytes().count(b"\n") == 61
        # A tick at the first customer of the table leads to the customer.
        table = page.locator("[data-testid=stDataFrame]").last
        table.scroll_into_view_if_needed()
        table.locator(".dvn-scroller").click(position={"x": 22, "y": 52})
        page.wait_for_url("**/customer?**", timeout=30_000)
        page.get_by_role("heading", name="o'brien").wait_for(timeout=30_000)
        assert "customer=o%27brien" in page.url
        page.go_back()
        page.get_by_role("heading", name="Its customers").wait_for(timeout=30_000)
        page.get_by_role("link", name="One customer").click()
        page.get_by_text("Type an id").wait_for(timeout=30_000)
        assert "population=web_shop" in page.url
        browser.close()
    assert problems == []


# Every chart has pixels of some colour on it.
_HAS_INK = """() => [...document.querySelectorAll("[data-testid=stVegaLiteChart]")].every(chart => {
    const canvas = chart.querySelector("canvas");
    if (!canvas) return chart.querySelectorAll("svg path").length > 0;
    if (!canvas.width) return false;
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) {
        const [red, green, blue] = [data[i], data[i + 1], data[i + 2]];
        if (data[i + 3] > 100 && Math.max(red, green, blue) - Math.min(red, green, blue) > 40) {
            coloured += 1;
        }
    }
    return coloured > 20;
})"""


def _note_foreign(url: str, port: int, problems: list[str]) -> None:
    own = (f"http://127.0.0.1:{port}/", f"ws://127.0.0.1:{port}/", "data:", "blob:")
    if not url.startswith(own):
        problems.append(f"asked another host: {url}")


def test_another_name_for_this_machine_is_refused(server: int):
    """A page of another site that points its own name here (DNS rebinding) gets no connection."""

    def handshake(host: str) -> bytes:
        with socket.create_connection(("127.0.0.1", server), timeout=10) as connection:
            connection.sendall(
                f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}:{server}\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                f"Origin: http://{host}:{server}\r\n"
                "\r\n".encode()
            )
            return connection.recv(100).split(b"\r\n")[0]

    assert b" 101 " in handshake("127.0.0.1")
    assert b" 403 " in handshake("evil.example")


def test_without_a_file_the_start_says_so(tmp_path: Path):
    process = subprocess.run(
        [sys.executable, "-m", "presentation.dashboard"],
        cwd=ROOT,
        env={**os.environ, "SEGMENTS_PUBLISHED": str(tmp_path / "none.duckdb")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode == 1
    assert "`make build` writes one" in process.stderr
