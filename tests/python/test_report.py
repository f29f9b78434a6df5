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

import pytest
from small_published import POPULATIONS, QUOTED, SCRIPT, write_published

from presentation import queries, report
from presentation.errors import InputError

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
        "By hand": "Two groups among 80 customers, but no better than chance.",
        "Hidden": "Three clear groups among 36 customers, as they were on 29 February 2024.",
        "Hidden whole": "Two clear groups, too small to show numbers.",
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
    assert text.count("too few customers to show") == 2
    assert "Numbers of groups with very few customers are not shown" in text
    assert "the numbers are too small to show who stayed" in text
    assert "too few to show" in section(page, "Nobody")
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
    import duckdb

    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "insert into segments select 'noise', 'more-' || i, 0, 'Ring', false, i, i "
            "from range(9000) as numbers (i)"
        )
    points = queries.map_points(database, "noise", limit=500)
    assert 500 <= len(points) <= 500 + 3 * 20
    assert (points.groupby("segment_name").size() >= 5).all()
    assert points.equals(queries.map_points(database, "noise", limit=500))


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
