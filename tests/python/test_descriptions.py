"""Nothing that people find has no description, and the documentation is one page that works."""

import json
import os
import re
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT, Project

from dbt_plugins.docs import catalog_of, pruned_manifest, write_page

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def manifest(sample_build: Project) -> dict:
    """What dbt has read of the project."""
    path = sample_build.folder / "target" / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(sample_build: Project, manifest: dict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation of the built samples."""
    path = tmp_path_factory.mktemp("docs") / "docs.html"
    kept = pruned_manifest(manifest, ROOT)
    write_page(kept, catalog_of(kept, sample_build.database), path)
    return path


def own(nodes: dict) -> list[dict]:
    """Those of this project, not of dbt itself."""
    return [node for node in nodes.values() if node["package_name"] == "customer_segments"]


def undescribed(manifest: dict) -> list[str]:
    """The names of all that has no description, each with the kind and the parts that lack one."""
    found = []
    models = [n for n in own(manifest["nodes"]) if n["resource_type"] in ("model", "seed")]
    for node in [*models, *own(manifest["sources"])]:
        found += [node["unique_id"]] * (not node["description"].strip())
        found += [
            f"{node['unique_id']}.{column['name']}"
            for column in node["columns"].values()
            if not column["description"].strip()
        ]
    for macro in own(manifest["macros"]):
        if not macro["name"].startswith(("test_", "materialization_")):
            found += [macro["unique_id"]] * (not macro["description"].strip())
            called = re.search(rf"macro\s+{macro['name']}\(([^)]*)\)", macro["macro_sql"])
            arguments = [
                name.split("=")[0].strip() for name in (called[1] if called else "").split(",")
            ]
            described = {each["name"] for each in macro["arguments"] if each["description"].strip()}
            found += [f"{macro['unique_id']}.{a}" for a in arguments if a and a not in described]
    for kind in ("exposures", "metrics", "semantic_models", "unit_tests", "groups"):
        for node in own(manifest[kind]):
            described = node.get("description") or node.get("config", {}).get("description") or ""
            found += [node["unique_id"]] * (not described.strip())
    for model in own(manifest["semantic_models"]):
        found += [
            f"{model['unique_id']}.{part['name']}"
            for part in [*model["dimensions"], *model["measures"], *model["entities"]]
            if not (part["description"] or "").strip()
        ]
    return found


def test_everything_is_described(manifest: dict):
    assert len(own(manifest["macros"])) > 80
    assert len(manifest["exposures"]) == 3
    assert len(manifest["metrics"]) == 6
    assert undescribed(manifest) == []


def test_every_column_of_a_build_is_described(sample_build: Project, manifest: dict):
    """Tables and columns as they are, those of the sources that a plugin loads included."""
    columns = sample_build.query("""
        select schema_name, table_name, null, comment from duckdb_tables()
        union all
        select schema_name, view_name, null, comment from duckdb_views() where not internal
        union all
        select schema_name, table_name, column_name, comment
        from duckdb_columns() where not internal
    """)
    in_yaml = {
        (node["schema"], node["identifier"], name)
        for node in manifest["sources"].values()
        for name in (None, *node["columns"])
    }
    missing = [
        f"{schema}.{table}.{column}"
        for schema, table, column, comment in columns
        if not comment and (schema, table, column) not in in_yaml
    ]

    assert len(columns) > 2000
    assert missing == []


def test_the_check_finds_what_is_missing(manifest: dict):
    """The check itself: one description less, and one column that is real only."""
    model = manifest["nodes"]["model.customer_segments.segments"]
    less = {**model, "description": " "}
    nodes = {**manifest["nodes"], "model.customer_segments.segments": less}

    assert undescribed({**manifest, "nodes": nodes}) == ["model.customer_segments.segments"]


def tables_read(texts: list[str], models: set[str]) -> set[str]:
    """The models that SQL in these texts reads."""
    return {name for text in texts for name in re.findall(r"(?:from|join) (\w+)", text)} & models


def test_exposures_name_the_tables_that_pages_read(manifest: dict):
    models = {node["name"] for node in manifest["nodes"].values()}
    declared = {
        exposure["name"]: {name.split(".")[-1] for name in exposure["depends_on"]["nodes"]}
        for exposure in manifest["exposures"].values()
    }
    pages = [path for path in (ROOT / "presentation").rglob("*.py") if path.stem != "publish"]
    pages = tables_read([path.read_text() for path in pages], models)
    superset = (ROOT / "bi" / "superset").rglob("datasets/**/*.yaml")
    superset = [yaml.safe_load(path.read_text()) for path in superset]
    of_superset = tables_read([each.get("sql") or "" for each in superset], models)

    assert pages <= declared["report"] | declared["dashboard"]
    assert of_superset <= declared["superset"]


def test_the_page_holds_no_path_of_this_machine(page: Path):
    text = page.read_text(encoding="utf-8")

    assert str(ROOT) not in text
    assert os.path.getsize(page) < 9_000_000


def test_the_catalog_has_the_types_of_the_build(sample_build: Project, manifest: dict):
    segments = catalog_of(manifest, sample_build.database)["nodes"][
        "model.customer_segments.segments"
    ]
    with duckdb.connect(str(sample_build.database), read_only=True) as connection:
        described = connection.execute("describe marts.segments").fetchall()

    assert [(n, c["type"]) for n, c in segments["columns"].items()] == [
        row[:2] for row in described
    ]


def test_without_a_build_the_catalog_is_empty(manifest: dict, tmp_path: Path):
    catalog = catalog_of(manifest, tmp_path / "none.duckdb")

    assert catalog["nodes"] == catalog["sources"] == {}


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH")
def test_the_page_opens_offline(page: Path):
    """In a browser: nothing is asked for, no script fails, and a table has its columns."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="make .venv/extras")
    asked, wrong = [], []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        tab = browser.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        tab.goto(f"{page.as_uri()}#!/overview")
        tab.get_by_role("heading", name="How the data flow").wait_for()
        tab.goto(f"{page.as_uri()}#!/model/model.customer_segments.segments")
        tab.get_by_text("imputed_features").first.wait_for()
        text = tab.inner_text("body")
        browser.close()

    assert {url.split("#")[0] for url in asked if not url.startswith("data:")} == {page.as_uri()}
    assert wrong == []
    assert "BOOLEAN" in text
