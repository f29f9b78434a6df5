"""The report: what it says of populations as they hardly ever occur, and its charts."""

import base64
import hashlib
import html
import json
import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from small_published import POPULATIONS, QUOTED, SCRIPT, write_published

from presentation import queries, report
from presentation.errors import InputError
from segmentation.choice import choose_k

pytest.importorskip("altair", reason="the extra `report` is not installed (make .venv/extras)")
vl_convert = pytest.importorskip("vl_convert", reason="the extra `report` is not installed")

from presentation import charts  # noqa: E402  (it needs the extra)

CHROMIUM = shutil.which("chromium")
# As the Debian package runs in a container; nothing but the page is to be asked for.
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SHAPES = "svg .role-mark :is(path, line, text, rect)"


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    return write_published(tmp_path_factory.mktemp("published") / "customer_segments.duckdb")


@pytest.fixture(scope="module")
def written(published) -> Path:
    return report.write(published)


@pytest.fixture(scope="module")
def page(written) -> str:
    return written.read_text(encoding="utf-8")


def section(page: str, title: str) -> str:
    """The text of one population, without tags."""
    parts = re.findall(r"<section .*?</section>", page, flags=re.DOTALL)
    (found,) = [part for part in parts if f">{title}</h2>" in part]
    text = html.unescape(re.sub(r"<[^>]+>", " ", found)).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text)


def specifications(page: str) -> dict:
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(data.group(1))


def test_each_population_has_its_verdict(page):
    told = {
        "By hand": "Two groups among 80 customers, set by hand: they do not hold up.",
        "Hidden": "Three clear groups among 36 customers, as they were on 29 February 2024.",
        "Hidden whole": "Two clear groups, whose sizes are not shown.",
        "Noise": "Two clear groups among 80 customers, as they were on 29 February 2024. "
        "5 customers belong to none.",
        "Nobody": "There are no customers to group.",
        "One": "No groups stand out among 60 customers.",
        "Scripts": "Two weak groups among 80 customers",
    }
    for title, verdict in told.items():
        assert verdict in section(page, title)


def test_hidden_numbers_are_said_to_be_hidden(page):
    text = section(page, "Hidden")
    assert text.count("size not shown") == 2
    assert "Numbers of groups with very few customers are not shown" in text
    assert "how many stayed is not shown" in text
    assert "not shown" in section(page, "Nobody")
    assert "336 customers in all, besides those too few to show." in page
    assert not re.search(r"\b(nan|None|NaT|null)\b", text)


def test_a_population_without_a_past_or_dates_says_so(page):
    assert "Nothing in these data has a date" in section(page, "One")
    assert "Only one date is known so far" in section(page, "Noise")
    assert "Nothing had to be filled in" in section(page, "Noise")
    assert "Every raw row could be used" in section(page, "Noise")
    text = section(page, "Scripts")
    assert "From 15 February 2024 to 22 February 2024, 88 % of the customers stayed" in text
    assert "5 customers came new. After that, until 29 February 2024, nobody moved." in text


def test_no_words_of_the_machine(page):
    """No names of columns, no numbers of segments or fits, no missing values."""
    for title in ("By hand", "Hidden", "Hidden whole", "Noise", "Nobody", "One", "Scripts"):
        text = section(page, title)
        assert not re.search(r"\b[a-z]+_[a-z_]+\b", text)
        assert not re.search(r"\b(nan|None|NaT|null|undefined)\b", text)


def test_names_and_levels_are_escaped(page):
    for raw in (SCRIPT, QUOTED, "<b>hold</b>", "<b>price</b>"):
        assert raw not in page
    assert "<img" not in page[: page.index("<script")]
    # The data of the charts, the library and the script of the page.
    assert len(re.findall(r"<script", page.replace("\\u003cscript", ""))) == 3
    named = json.dumps(specifications(page)["charts"], ensure_ascii=False)
    assert "owned" in named


def test_the_page_lets_in_no_script_but_its_own(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    policy = html.unescape(policy)
    assert policy.startswith("default-src 'none';")
    assert "script-src 'unsafe-eval'" in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 2
    for text in scripts:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_each_chart_has_marks(page):
    """The same specifications, drawn without a browser: wide in light, or narrow in dark."""
    known = specifications(page)
    assert len(known["charts"]) > 5 * len(POPULATIONS)
    for number, (name, chart) in enumerate(known["charts"].items()):
        assert f'data-chart="{name}"' in page
        mode, width = (("light", 900), ("dark", 330))[number % 2]
        drawn = vl_convert.vegalite_to_svg(
            {**chart, "width": width, "config": known["themes"][mode]}
        )
        groups = [
            group
            for group in ElementTree.fromstring(drawn).iter()
            if "role-mark" in group.get("class", "") and "mark-text" not in group.get("class", "")
        ]
        assert sum(len(group) for group in groups) > 0, name


def test_the_map_leaves_out_segments_whose_size_is_hidden(published, page):
    assert set(queries.map_points(published, "hidden")["segment_name"]) == {"Many"}
    (chart,) = [
        chart
        for name, chart in specifications(page)["charts"].items()
        if name.endswith("-map") and "Many" in json.dumps(chart)
    ]
    (looked_up,) = chart["layer"][0]["transform"][0]["from"]["data"]["values"]
    assert looked_up["segment"] == "Many"
    (dots,) = [each for each in chart["datasets"].values() if isinstance(each, str)]
    assert dots.count("\n") == 30


def test_the_map_is_a_sample_with_every_segment(tmp_path):
    database = write_published(tmp_path / "many.duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "insert into segments select 'noise', 'more-' || i, 0, 'Ring', false, i, i "
            "from range(9000) as numbers (i)"
        )
    points = queries.map_points(database, "noise", limit=500)
    assert 500 <= len(points) <= 500 + 3 * 20
    assert (points.groupby("segment_name").size() >= 5).all()
    assert points.equals(queries.map_points(database, "noise", limit=500))


@pytest.fixture
def told(tmp_path, published):
    """What the page says of one population after a change to the published file."""
    database = tmp_path / "changed.duckdb"
    shutil.copy(published, database)

    def told(population: str, change: str, *parameters: object) -> dict:
        with duckdb.connect(str(database)) as connection:
            connection.execute(change, parameters)
        rows = queries.populations(database).to_dict("records")
        (row,) = [row for row in rows if row["population"] == population]
        page = report.Page()
        return report._section(database, page, 1, row) | {"charts": page.charts}

    return told


def test_one_group_that_was_set_by_hand_is_no_finding(told):
    """By the reason that the choice gives, also where the rule finds groups."""
    scores = pd.DataFrame(
        {
            "k": [1, 2],
            "prediction_strength": [1.0, 0.9],
            "prediction_strength_error": 0.01,
            "smallest_share": [1.0, 0.4],
            "gap": [0.0, 1.0],
            "gap_error": 0.1,
            "silhouette": [None, 0.6],
            "null_silhouette": [None, 0.2],
            "null_share": [None, 0.0],
        }
    )
    by_hand, by_rule = (
        choose_k(scores, 0.02, k).loc[lambda rows: rows["is_chosen"], "reason"].iloc[0]
        for k in (1, None)
    )
    assert (report.BY_HAND in by_hand, report.BY_HAND in by_rule) == (True, False)
    change = "update cluster_scores set reason = $1 where population = 'one' and is_chosen"
    section = told("one", change, by_hand)
    assert section["verdict"] == "One group among 60 customers, because the settings say so."
    assert section["advice"] == by_hand
    assert section["trust"][0]["title"] == "One group was set by hand"
    assert told("one", change, "No structure.")["badge"] == "No groups"


def test_nobody_in_any_group(told):
    section = told(
        "one", "update segment_summary set segment_id = -1, segment_name = 'In no group' "
        "where population = 'one'"
    )  # fmt: skip
    assert section["verdict"] == "No groups stand out among 60 customers."


@pytest.mark.parametrize(
    ("customers", "sentence"),
    [
        ([70, 10], "A is the largest with 88 % of the customers, B the smallest with 12 %."),
        ([40, 40], "all are of the same size, 50 % of the customers each."),
        (
            [40, 40, 20],
            "A and B are the largest with 40 % of the customers each, C the smallest with 20 %.",
        ),
    ],
)
def test_the_largest_and_the_smallest(customers, sentence):
    groups = pd.DataFrame({"segment_name": list("ABC")[: len(customers)], "customers": customers})
    groups["share"] = groups["customers"] / sum(customers)
    assert report._largest_and_smallest(groups) == sentence


def test_those_in_no_group_are_no_segment(told):
    """They are neither the largest segment nor the one that differs most."""
    section = told(
        "noise",
        "update segment_summary set customers = 500, share = 0.87 where segment_id = -1; "
        "update segment_profiles set lift = 9 where segment_id = -1",
    )
    assert section["sizes"]["told"].startswith("Ring is the largest")
    assert "In no group" not in section["profile"]["told"]


def test_clustered_features_without_a_difference(told):
    section = told(
        "noise", "update segment_profiles set lift = null where population = 'noise' and "
        "is_clustered"
    )  # fmt: skip
    assert section["profile"]["chart"] is None
    assert section["profile"]["table"]


def test_a_map_of_a_part_says_so(told):
    section = told(
        "noise",
        "insert into segments select 'noise', 'more-' || i, 0, 'Ring', i < 50, i, i "
        "from range(9000) as numbers (i)",
    )
    sentence = section["map"]["told"]
    shown = re.search(r"The map shows (2,0\d\d) of the 9,080 customers\.", sentence).group(1)
    assert section["map"]["alt"].startswith(f"Map of {shown} customers")
    assert "are unlike everyone (ringed where shown)" in sentence


def test_the_largest_move_may_be_of_few(told):
    section = told(
        "scripts",
        "insert into segment_migrations select population, fit_id, from_as_of, to_as_of, 1, "
        "to_segment_name, 0, from_segment_name, 7, null, 'moved' from segment_migrations "
        "where kind = 'moved' and population = 'scripts'",
    )
    assert "; the largest move was from <script>" in section["moves"]["told"]
    assert "most" not in section["moves"]["told"]


def test_the_largest_move_is_of_those_that_are_shown(told):
    section = told(
        "scripts",
        "insert into segment_migrations select population, fit_id, from_as_of, to_as_of, 1, "
        "to_segment_name, 0, from_segment_name, null, null, 'moved' from segment_migrations "
        "where kind = 'moved' and population = 'scripts'",
    )
    assert "; the largest move of those whose size is shown was from" in section["moves"]["told"]


def test_a_hidden_reason_is_said_to_be_hidden(told):
    section = told("scripts", "update cluster_scores set reason = null")
    assert section["choice"]["reason"].startswith("Not shown")


def test_a_share_is_not_of_the_numbers_that_are_shown(told):
    """Where a flow is hidden, the others are no more than their share of all."""
    section = told(
        "hidden",
        "insert into segment_migrations select population, fit_id, from_as_of, to_as_of, 0, "
        "'Many', 1, 'Few', null, null, 'moved' from segment_migrations "
        "where kind = 'stayed' and population = 'hidden'",
    )
    (rows,) = {
        json.dumps(layer["data"]["values"])
        for layer in section["charts"][section["moves"]["chart"]]["layer"]
        if layer["mark"]["type"] == "rect"
    }
    assert {row["share"] for row in json.loads(rows) if row["start"] == "Many"} == {None}


@pytest.mark.parametrize(
    ("lead", "sentence"),
    [(0.1, "That is more than plain"), (0.0, "the difference may be luck"), (-0.1, "tell more")],
)
def test_the_outcome_is_compared_with_the_best_plain_score(told, lead, sentence):
    """One is far worse than the segments; what counts is the other."""
    section = told(
        "scripts",
        "insert into outcome_scores select population, outcome, 'rfm_k_means', method, groups, "
        "auc, auc_error, share_of_ceiling, $1, 0.02, customers, outcome_rate "
        "from outcome_scores where predictor = 'rfm_cell'",
        lead,
    )
    assert sentence in section["outcome"]["told"]


def test_what_could_not_be_tried_is_no_finding(told):
    imputation = told("one", "select 1")["imputation"]
    assert "Too few values are known" in imputation["told"]
    assert imputation["rows"][0]["verdict"].startswith("It could not be measured")
    # A model that is a little better, within the error, does not make the constant the best.
    imputation = told(
        "one",
        "update imputation_scores set error = 0.5, skill = 0 where population = 'one'; insert into "
        "imputation_scores select * replace ('ridge' as method, 0.49 as error, 0.02 as skill, "
        "false as is_chosen) from imputation_scores where population = 'one'",
    )["imputation"]
    assert imputation["rows"][0]["verdict"].startswith("No model does clearly better")


def test_an_error_of_a_share_is_in_percentage_points():
    known = {"sale_share": ("purchases with a discount", "percent"), "age": ("age", "years")}
    error = "mean absolute error"
    assert charts.error_told(0.042, error, "sale_share", known) == "off by 4.2 percentage points"
    assert charts.error_told(9.66, error, "age", known) == "off by 9.7 years"
    assert charts.error_told(0.61, "share of wrong categories", "job", known) == "wrong for 61 %"


def test_drift_has_words_for_features_and_names_for_segments(told):
    section = told(
        "scripts",
        "update fit_verdicts set reason = 'away_days has moved: stability index 0.3' "
        "where population = 'scripts'; update segment_drift set measure = 'centroid', name = '1' "
        "where measure = 'segments'",
    )
    assert section["trust"][-1]["text"].endswith(": days away has moved: stability index 0.3.")
    assert section["drift"][-1]["what"] == f"The middle of {QUOTED}"
    assert section["is_fitted"] is False


def test_a_build_in_the_middle_does_not_mix_two_states(tmp_path, published, page, monkeypatch):
    database = tmp_path / "customer_segments.duckdb"
    shutil.copy(published, database)
    section = report._section

    def replace_and_tell(*arguments):
        with duckdb.connect(str(tmp_path / "next.duckdb")) as connection:
            connection.execute("create or replace table segments as select 1 as other")
        (tmp_path / "next.duckdb").replace(database)
        return section(*arguments)

    monkeypatch.setattr(report, "_section", replace_and_tell)
    assert report.render(database) == page


def test_the_same_file_gives_the_same_page(published, page):
    assert report.render(published) == page


def test_the_page_is_written_beside_the_file(published, written, page):
    assert written == published.parent / "report.html"
    assert page.startswith("<!doctype html>")
    assert not list(published.parent.glob("*.new"))


def test_mistakes_are_sentences(tmp_path, published, monkeypatch, capsys):
    monkeypatch.setenv("SEGMENTS_PUBLISHED", str(tmp_path / "none.duckdb"))
    assert report.main() == 1
    assert "does not exist; `make build` writes it." in capsys.readouterr().err
    (tmp_path / "other.duckdb").write_text("no database")
    with pytest.raises(InputError, match="cannot be read"):
        report.render(tmp_path / "other.duckdb")
    (tmp_path / "report.html").mkdir()
    shutil.copy(published, tmp_path / "good.duckdb")
    with pytest.raises(InputError, match="cannot be written"):
        report.write(tmp_path / "good.duckdb")
    assert not list(tmp_path.glob("*.new")) + list(tmp_path.glob(".*.new"))
    report._library.cache_clear()
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(InputError, match=r"make \.venv/extras"):
        report.render(published)


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("there is no `chromium` on the PATH")
    api = pytest.importorskip(
        "playwright.sync_api", reason="the extra `browser` is not installed (make .venv/extras)"
    )
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_browser_draws_every_chart(browser, written, width, scheme):
    """No error, no request, every chart with marks, no scrolling sideways; folded or unfolded."""
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, device_scale_factor=1
    )
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    tab.on(
        "request",
        lambda request: (
            wrong.append(request.url)
            if request.url != written.as_uri() and not request.url.startswith("data:")
            else None
        ),
    )
    tab.goto(written.as_uri())
    tab.click("#unfold")
    tab.wait_for_function(
        "[...document.querySelectorAll('[data-chart]')].every(each => 'done' in each.dataset)"
    )
    empty = tab.evaluate(
        "shapes => [...document.querySelectorAll('[data-chart]')]"
        ".filter(each => !each.querySelector(shapes)).map(each => each.dataset.chart)",
        SHAPES,
    )
    assert empty == []
    # On a line of the sizes, a long name ends before the numbers.
    overlaps = tab.evaluate(
        "[...document.querySelectorAll('[data-chart$=sizes]')].filter(chart => {"
        "const boxes = [...chart.querySelectorAll('.mark-text text')]"
        ".map(each => each.getBoundingClientRect());"
        "return boxes.some(one => boxes.some(other => one.left < other.left "
        "&& one.right + 4 > other.left && Math.abs(one.top - other.top) < 8)); })"
        ".map(chart => chart.dataset.chart)"
    )
    assert overlaps == []
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert tab.evaluate("document.querySelectorAll('section').length") == len(POPULATIONS) + 1
    # A change of the theme draws the charts anew.
    fill = "getComputedStyle(document.querySelector('svg .mark-text.role-mark text')).fill"
    before = tab.evaluate(fill)
    tab.emulate_media(color_scheme="light" if scheme == "dark" else "dark")
    tab.wait_for_function(f"{fill} !== '{before}'")
    # A tooltip shows the name of a segment as it is, as text.
    tab.hover("#population-7 [data-chart$=sizes] svg .mark-rect path", force=True)
    assert SCRIPT in tab.inner_text(".tip")
    assert wrong == []
    context.close()


def test_all_charts_of_the_module_are_in_the_page(page):
    """No chart that nobody sees."""
    shown = {name.split("-", 2)[2] for name in specifications(page)["charts"]}
    assert shown == {
        *("map", "sizes", "profile", "others", "moves", "outcome", "imputation"),
        *("strength", "silhouette", "elbow", "stability"),
    }
    assert charts.theme("light").keys() == charts.theme("dark").keys()
