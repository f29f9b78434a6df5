"""The files of the Superset dashboard: they belong together, and run on the marts of today."""

import re
import socket
import stat
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "bi" / "superset" / "dashboard"
sys.path.insert(0, str(DASHBOARD.parent))

import serve  # noqa: E402

FILES = {
    str(path.relative_to(DASHBOARD)): yaml.safe_load(path.read_text())
    for path in sorted(DASHBOARD.rglob("*.yaml"))
}


def files_in(folder):
    return [content for name, content in FILES.items() if name.startswith(f"{folder}/")]


DATASETS = {dataset["uuid"]: dataset for dataset in files_in("datasets")}
CHARTS = {chart["uuid"]: chart for chart in files_in("charts")}
DATABASE = FILES["databases/customer_segments.yaml"]
BOARD = FILES["dashboards/customer_segments.yaml"]


@pytest.fixture
def marts():
    """The marts as their contracts declare them, without rows."""
    connection = duckdb.connect()
    for model in yaml.safe_load((ROOT / "models/marts/marts.yml").read_text())["models"]:
        columns = ", ".join(f'"{each["name"]}" {each["data_type"]}' for each in model["columns"])
        connection.execute(f"create table {model['name']} ({columns})")
    return connection


def insert(marts, table, **values):
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    marts.execute(f"insert into {table} ({columns}) values ({marks})", list(values.values()))


def rows_of(marts, name):
    [dataset] = [each for each in DATASETS.values() if each["table_name"] == name]
    return marts.sql(dataset["sql"]).df().to_dict("records")


def a_population(marts, **choice):
    """A population with a verdict and a chosen number of segments, and nothing else."""
    verdict = {"is_fitted": True, "verdict": "refit", "reason": "there was no fit yet"}
    insert(marts, "fit_verdicts", population="bakery's", **verdict)
    chosen = {"algorithm": "kmeans", "k": 1, "is_chosen": True, "structure": "none", "reason": "so"}
    insert(marts, "cluster_scores", population="bakery's", **(chosen | choice))


def test_every_part_is_there_and_used():
    assert {dataset["database_uuid"] for dataset in DATASETS.values()} == {DATABASE["uuid"]}
    assert {chart["dataset_uuid"] for chart in CHARTS.values()} == set(DATASETS)
    parts = [part for part in BOARD["position"].values() if isinstance(part, dict)]
    charts = [part["meta"] for part in parts if part["type"] == "CHART"]
    placed = {chart["uuid"]: chart["sliceName"] for chart in charts}
    assert placed == {uuid: chart["slice_name"] for uuid, chart in CHARTS.items()}
    [population] = BOARD["metadata"]["native_filter_configuration"]
    assert population["targets"][0]["datasetUuid"] in DATASETS


def test_only_the_published_file_is_read_and_never_written():
    assert DATABASE["sqlalchemy_uri"] == (
        "duckdb:///published/customer_segments.duckdb"
        "?access_mode=read_only&enable_external_access=false"
    )
    assert not DATABASE["allow_dml"]


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda each: each["table_name"])
def test_a_dataset_runs_on_the_marts_without_customers(marts, dataset):
    result = marts.sql(dataset["sql"])
    assert result.columns == [column["column_name"] for column in dataset["columns"]]
    assert [str(kind) for kind in result.types] == [each["type"] for each in dataset["columns"]]
    assert result.fetchall() == []
    for metric in dataset["metrics"]:
        marts.sql(f"select {metric['expression']} from ({dataset['sql']})").fetchall()


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda each: each["slice_name"])
def test_a_chart_asks_for_what_its_dataset_has(chart):
    dataset = DATASETS[chart["dataset_uuid"]]
    columns = {column["column_name"] for column in dataset["columns"]}
    metrics = {metric["metric_name"] for metric in dataset["metrics"]}
    params = chart["params"]
    asked = [*params.get("all_columns", []), params.get("x_axis"), params.get("groupby")]
    order = [yaml.safe_load(each)[0] for each in params.get("order_by_cols", [])]
    assert {each for each in [*asked, *order] if each} <= columns
    wanted = [*params.get("metrics", []), params.get("metric"), params.get("x_axis_sort")]
    assert {each for each in wanted if each} <= metrics
    assert asked[:-2] or wanted, "a chart shows something"
    assert "population" in columns, "the filter of the page needs it"


def test_no_title_or_header_is_a_name_of_a_program():
    shown = [chart["slice_name"] for chart in CHARTS.values()]
    for dataset in DATASETS.values():
        shown += [part["verbose_name"] for part in dataset["columns"] + dataset["metrics"]]
    assert [words for words in shown if "_" in words or not words[0].isupper()] == []


def test_no_population_is_named():
    populations = [path.name for path in (ROOT / "python_models").iterdir() if path.is_dir()]
    text = "\n".join(path.read_text() for path in DASHBOARD.rglob("*.yaml"))
    assert populations
    assert [name for name in populations if re.search(rf"\b{name}\b", text)] == []


def test_what_is_suppressed_is_said_in_words(marts):
    a_population(marts)
    insert(marts, "segment_summary", population="bakery's", segment_id=0, segment_name="Few")
    insert(
        marts,
        "segment_summary",
        population="bakery's",
        segment_id=-1,
        segment_name="In no group",
        customers=1234,
        share=0.25,
        headline="late",
        action="wait",
    )
    few, none = sorted(rows_of(marts, "Segments"), key=lambda row: row["position"])
    assert (few["size"], few["headline"], few["action"]) == ("too few to show", "", "")
    assert (none["segment_name"], none["size"]) == ("In no group", "1,234 (25 %)")


def test_nothing_missing_rejected_or_moved_is_said_in_words(marts):
    a_population(marts)
    assert [row["feature"] for row in rows_of(marts, "Values filled in")] == ["Nothing was missing"]
    assert [row["reason"] for row in rows_of(marts, "Rejected rows")] == ["Nothing was rejected"]
    moves = rows_of(marts, "Moves between segments")
    assert [row["period"] for row in moves] == ["No two dates to compare yet"]


def test_the_answers_of_a_population_without_groups_or_dates(marts):
    a_population(marts)
    answers = sorted(rows_of(marts, "Questions and answers"), key=lambda row: row["position"])
    assert [row["answer"] for row in answers] == [
        "No groups stand out: every customer is in one segment.",
        "so",
        "They were found anew in the last build: there was no fit yet.",
        "The data have no dates.",
    ]


def test_an_error_of_imputation_has_its_unit(marts):
    profile = {"population": "bakery's", "segment_id": 0, "segment_name": "All"}
    insert(marts, "segment_profiles", **profile, feature="age", label="age", unit="years")
    insert(marts, "segment_profiles", **profile, feature="rate", label="share", unit="percent")
    errors = {"age": (4.0, 2.0, "in units of age"), "rate": (0.2, 0.05, "in units of rate")}
    errors["day_of_week"] = (0.5, 0.25, "share of wrong categories")
    for feature, (constant, model, unit) in errors.items():
        known = {"population": "bakery's", "feature": feature, "missing": 3, "error_unit": unit}
        insert(marts, "imputation_scores", **known, method="constant", error=constant, skill=0.0)
        better = {"error": model, "skill": 1 - model / constant, "is_chosen": True}
        insert(marts, "imputation_scores", **known, method="ridge", **better)
    told = {
        row["feature"]: (row["error"], row["constant_error"], row["removed"])
        for row in rows_of(marts, "Values filled in")
    }
    assert told == {
        "age": ("2.00 years", "4.00 years", "50 %"),
        "share": ("5.0 percentage points", "20.0 percentage points", "75 %"),
        "day of week": ("25 % wrong", "50 % wrong", "50 %"),
    }


def test_the_import_reads_the_file_where_it_is(tmp_path):
    contents = serve.export_contents(tmp_path / "else where.duckdb")
    database = yaml.safe_load(contents["databases/customer_segments.yaml"])
    assert database["sqlalchemy_uri"].startswith(f"duckdb:///{tmp_path}/else where.duckdb?access")
    assert yaml.safe_load(contents["metadata.yaml"])["type"] == "assets"


def test_a_secret_is_random_kept_and_for_one_user(tmp_path):
    assert serve.keep_secret(tmp_path / "one", 18)
    assert serve.keep_secret(tmp_path / "two", 18)
    first = (tmp_path / "one").read_text()
    assert not serve.keep_secret(tmp_path / "one", 18)
    assert (tmp_path / "one").read_text() == first != (tmp_path / "two").read_text()
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o600


def test_without_a_published_file_it_says_what_to_do(tmp_path):
    with pytest.raises(SystemExit, match="run 'make publish' first"):
        serve.main(tmp_path / "home", 8088, tmp_path / "none.duckdb")
    assert not (tmp_path / "home").exists()


def test_a_port_in_use_is_said(tmp_path):
    (tmp_path / "file.duckdb").touch()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(SystemExit, match=f"Port {port} .* choose another"):
            serve.main(tmp_path / "home", port, tmp_path / "file.duckdb")
