"""Scoring through dbt: who is known, who is new, and when a build makes a new fit."""

import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, SAMPLE, Project, copied
from sklearn.metrics import pairwise_distances
from test_build import POPULATIONS

FITTED = (
    *("imputation_scores", "imputed", "cluster_scores", "fits"),
    *("segment_rules", "outcome_scores"),
)
FLAGS = ("out_of_range_features", "unseen_level_features", "fallback_features")


def placed(customers: pd.DataFrame, model: pd.DataFrame) -> np.ndarray:
    """The customers in the scaled space, by the stored numbers and not by the stored expressions.

    The oracle of scoring: a gap is the stored fallback, or else the middle; a level is 1 for who
    has it and 0 for everyone else.
    """
    columns = []
    for _, row in model.sort_values("position").iterrows():
        values = customers[row["feature"]]
        if not pd.isna(row["fallback"]):
            read_as = {"boolean": row["fallback"] == "true", "category": row["fallback"]}
            gap = read_as.get(row["kind"]) if row["kind"] in read_as else float(row["fallback"])
            values = values.map(lambda value, gap=gap: gap if np.any(pd.isna(value)) else value)
        is_known = values.map(lambda value: value is not None and not np.any(pd.isna(value)))
        if row["kind"] == "list":
            level = row["level"]
            points = values.where(is_known).map(
                lambda items, level=level: level in items, na_action="ignore"
            )
        elif row["kind"] == "category":
            points = values == row["level"]
        else:
            points = values
        points = points.where(is_known, np.nan).astype(float)
        if row["transform"] != "none":
            points = np.log1p(points.clip(lower=0))
        columns.append(((points - row["centre"]) / row["scale"]).fillna(0))
    return np.column_stack(columns)


def of_numpy(customers: pd.DataFrame, model: pd.DataFrame) -> pd.DataFrame:
    """The segment of the nearest stored point, the distance to it, and the margin."""
    points = np.array(model.sort_values("position")["centroids"].tolist()).T
    distances = pairwise_distances(placed(customers, model), points)
    two = np.sort(distances, axis=1)[:, :2]
    return pd.DataFrame(
        {
            "segment_id": np.array(model["centroid_segments"].iloc[0])[distances.argmin(axis=1)],
            "distance": two[:, 0],
            "margin": two[:, 1] - two[:, 0],
        },
        index=customers["customer_id"],
    )


def assert_scores(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert found["segment_id"].tolist() == expected["segment_id"].tolist()
    for name in ("distance", "margin"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-6, atol=1e-9)


def scores_of(project: Project, population: str) -> pd.DataFrame:
    return project.frame(
        f"from marts.customer_scores where population = '{population}' order by customer_id"
    ).set_index("customer_id", drop=False)


def fitted_state(project: Project, population: str) -> dict[str, str]:
    """One hash over every byte of each table that belongs to a fit."""
    tables = project.query(
        "select table_name from information_schema.tables where table_schema = 'models' "
        f"and table_name in {tuple(f'{population}_{name}' for name in FITTED)}"
    )
    rows = "md5(string_agg(cast(rows as varchar), chr(10) order by cast(rows as varchar)))"
    return {
        table: project.query(f"select {rows} from models.{table} as rows")[0][0]
        for (table,) in tables
    }


def verdict_of(project: Project) -> tuple:
    return project.query("select verdict, reason, is_fit_due, fit_id from models.shop_verdict")[0]


@pytest.mark.parametrize("population", POPULATIONS)
def test_scores_are_those_of_the_stored_numbers_and_no_customer_of_the_fit_has_a_flag(
    sample_build: Project, population: str
):
    customers = sample_build.frame(f"from models.{population}_imputed order by customer_id")
    model = sample_build.frame(f"from models.{population}_model")
    scores = scores_of(sample_build, population)

    assert scores.index.tolist() == customers["customer_id"].tolist()
    assert_scores(scores, of_numpy(customers, model))
    assert not scores["is_out_of_range"].any()
    for flag in FLAGS:
        assert not scores[flag].map(len).any()
    assert set(scores["fit_id"]) == {1}
    filled = customers.set_index("customer_id")["imputed_features"]
    assert scores["imputed_features"].map(sorted).to_dict() == filled.map(sorted).to_dict()


def test_customer_scores_say_what_the_segments_say(sample_build: Project):
    columns = (
        "population, customer_id, segment_id, is_outlier, distance, margin, map_x, map_y, "
        "imputed_features"
    )
    one, other = "marts.customer_scores", "marts.segments"
    for first, second in ((one, other), (other, one)):
        assert not sample_build.query(
            f"select {columns} from {first} except all select {columns} from {second}"
        )


SHOP_COLUMNS = {
    "age_years": "Age",
    "income": "Annual Income ($)",
    "profession": "Profession",
}
# What is written into the raw row of a new customer who is otherwise like a known one.
NEWCOMERS = {
    "90001": {},
    "90002": {"age_years": ""},
    "90003": {"profession": ""},
    "90004": {"profession": "Collector of 'odds'"},
    "90005": {"income": "90000000"},
    "90006": {"age_years": "", "profession": "Astronaut", "income": "90000000"},
}
CHANGED = "the settings, the features or the folder of the raw data have changed"
BOTH = "populations: {shop: [customers], clickstream: [events]}"


def arrivals(folder: Path, shop_twin: str, click_twin: str, changed: str, gone: str) -> Path:
    """The samples after the fit: new customers, who are twins of known ones but for NEWCOMERS, one
    customer who earns much more than anyone, and one who is there no longer.
    """
    (folder / "shop").mkdir(parents=True)
    raw = pd.read_csv(SAMPLE / "shop" / "Customers.csv", dtype=str, keep_default_na=False)
    raw = raw.set_index("CustomerID", drop=False)
    new = [
        raw.loc[shop_twin].to_dict()
        | {"CustomerID": customer_id}
        | {SHOP_COLUMNS[name]: value for name, value in values.items()}
        for customer_id, values in NEWCOMERS.items()
    ]
    raw.loc[changed, SHOP_COLUMNS["income"]] = "80000000"
    rows = pd.concat([raw.drop(index=gone), pd.DataFrame(new)])
    rows.to_csv(folder / "shop" / "Customers.csv", index=False)
    (folder / "clickstream").mkdir()
    lines = (SAMPLE / "clickstream" / "2019-Oct.csv").read_text().splitlines(keepends=True)
    copies = [
        line.replace(f",{click_twin},", ",new,").replace("\n", "-new\n")
        for line in lines
        if f",{click_twin}," in line
    ]
    assert copies
    (folder / "clickstream" / "2019-Oct.csv").write_text("".join([lines[0], *copies, *lines[1:]]))
    return folder


def test_customers_who_come_after_the_fit_are_scored_without_python(
    sample_build: Project, tmp_path: Path
):
    before = {name: scores_of(sample_build, name) for name in ("shop", "clickstream")}
    complete = before["shop"][before["shop"]["imputed_features"].map(len) == 0]
    shop_twin, changed, gone = complete.index[:3]
    click_twin = before["clickstream"].index[0]
    data = arrivals(tmp_path / "data", shop_twin, click_twin, changed, gone)
    project = copied(sample_build, tmp_path / "project")
    fitted = {name: fitted_state(project, name) for name in before}
    # By its own name, which tells the project that it is another folder.
    named = {"SEGMENTS_DATA": str(data)}
    code, output = project.dbt(
        "run", "-s", "+customer_scores", "--vars", f"{{mode: score, {BOTH}}}", **named
    )
    assert code == 0, output
    scores = {name: scores_of(project, name) for name in before}

    # They are in another folder, which calls for a refit; but this build may only score.
    assert verdict_of(project) == ("refit", CHANGED, False, 1)
    assert len(fitted["shop"]) == len(fitted["clickstream"]) == len(FITTED)
    assert {name: fitted_state(project, name) for name in before} == fitted
    for name in ("imputed", "fits"):
        assert re.search(rf"models\.shop_{name} \.* \[KEPT in", output)

    # Whoever has not changed scores as before, to the byte.
    shop, known = scores["shop"], before["shop"].drop(index=[changed, gone])
    assert set(shop.index) == {*known.index, changed, *NEWCOMERS}
    pd.testing.assert_frame_equal(shop.loc[known.index], known, check_exact=True)
    clicks = scores["clickstream"]
    pd.testing.assert_frame_equal(clicks.drop(index="new"), before["clickstream"], check_exact=True)
    said = ["segment_id", "distance", "margin", "is_outlier", "is_out_of_range", "map_x", "map_y"]
    assert clicks.loc["new", said].tolist() == clicks.loc[click_twin, said].tolist()
    assert shop.loc["90001", said].tolist() == shop.loc[shop_twin, said].tolist()

    # And the new ones by the numbers of the model alone.
    new = [*NEWCOMERS, changed]
    features = project.frame(
        f"from features.shop_features where customer_id in {tuple(new)} order by customer_id"
    )
    model = project.frame("from models.shop_model")
    assert_scores(shop.loc[features["customer_id"]], of_numpy(features, model))
    flags = {
        customer_id: [sorted(shop.loc[customer_id, flag]) for flag in FLAGS] for customer_id in new
    }
    assert flags == {
        "90001": [[], [], []],
        "90002": [[], [], ["age_years"]],
        "90003": [[], [], ["profession"]],
        "90004": [[], ["profession"], []],
        "90005": [["income"], [], []],
        "90006": [["income"], ["profession"], ["age_years"]],
        changed: [["income"], [], []],
    }
    is_beyond = shop.loc[new, "is_out_of_range"]
    assert is_beyond[is_beyond].index.tolist() == ["90005", "90006", changed]
    assert not shop.loc[new, "imputed_features"].map(len).any()

    # Features that change need this one command, which touches nothing else.
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(
            "update features.shop_features set income = 70000000, age_years = null "
            f"where customer_id = '{shop_twin}'"
        )
    code, output = project.dbt(
        "build", "-s", "customer_scores", "--vars", f"{{mode: score, {BOTH}}}", **named
    )
    assert code == 0, output
    now = scores_of(project, "shop")
    others = now.index.drop(shop_twin)
    pd.testing.assert_frame_equal(now.loc[others], shop.loc[others], check_exact=True)
    assert [list(now.loc[shop_twin, flag]) for flag in FLAGS] == [["income"], [], ["age_years"]]
    assert now.loc[shop_twin, "distance"] > shop.loc[shop_twin, "distance"]


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("score", "the variable mode is score, but there is no fit of shop to score with: build "
         "once without it."),
        ("scoring", "the variable mode is 'scoring': it must be auto (fit where there is no fit, "
         "or where the customers have drifted from it), fit, or score."),
    ],
)  # fmt: skip
def test_a_mode_that_cannot_be_stops_with_one_sentence(project: Project, mode: str, sentence: str):
    code, output = project.dbt("run", "-s", "+shop_verdict", "--vars", f"{{mode: {mode}}}")

    assert code != 0
    assert sentence in output
    assert "Traceback" not in output


SHOP = ("-s", "+shop_finished_fit", "+shop_verdict")


def fits_of(project: Project) -> list[tuple]:
    return project.query(
        "select fit_id, is_current, previous_fit_id, len(segment_ids), settings_hash "
        "from models.shop_fits where position = 1 order by fit_id"
    )


def test_a_build_fits_for_a_reason_and_else_keeps(sample_build: Project, tmp_path: Path):
    project = copied(sample_build, tmp_path / "build")
    project.root = tmp_path / "project"
    leave_out = shutil.ignore_patterns(".*", "target", "logs", "*.duckdb*", "*.egg-info")
    shutil.copytree(ROOT, project.root, ignore=leave_out)
    path = project.root / "python_models" / "shop" / "shop.yml"
    settings = path.read_text()
    path.write_text(settings.replace("population: shop\n", "population: shop\n          k: 2\n"))
    assert verdict_of(project) == ("refit", "there was no fit yet", True, None)
    (first,) = fits_of(project)
    assert first[:3] == (1, True, None)
    assert first[3] > 2

    project.build(*SHOP)
    assert verdict_of(project) == ("refit", CHANGED, True, 1)
    old, second = fits_of(project)
    assert old == (1, False, *first[2:])
    assert second[:4] == (2, True, 1, 2)
    assert second[4] != first[4]
    assert project.query("select fit_id from models.shop_finished_fit") == [(2,)]

    state = fitted_state(project, "shop")
    code, output = project.dbt("run", *SHOP)
    assert code == 0, output
    verdict, reason, is_fit_due, fit_id = verdict_of(project)
    assert (verdict, is_fit_due, fit_id) == ("keep", False, 2)
    assert reason.endswith("has moved by more than chance and far enough to matter")
    assert output.count("[KEPT in") == len(state) == len(FITTED)
    assert fitted_state(project, "shop") == state

    # As a build leaves it that was broken off before all that explains the fit was there.
    finished = project.query("from models.shop_finished_fit")
    for column, value in (("fit_id", 1), ("settings_hash", old[4])):
        with duckdb.connect(str(project.database)) as connection:
            connection.execute(f"update models.shop_finished_fit set {column} = ?", [value])
            connection.execute("delete from models.shop_segment_rules")
        project.build("-s", "shop_verdict", "shop_segment_rules", "shop_finished_fit")
        assert verdict_of(project)[2:] == (False, 2)
        assert project.query("select is_explained from models.shop_verdict") == [(False,)]
        assert fitted_state(project, "shop") == state
        assert project.query("from models.shop_finished_fit") == finished

    with duckdb.connect(str(project.database)) as connection:
        connection.execute("update features.shop_features set income = income + 100000")
    project.build("-s", "shop_drift", "shop_verdict")
    verdict, reason, is_fit_due, fit_id = verdict_of(project)
    assert (verdict, is_fit_due, fit_id) == ("refit", True, 2)
    assert reason.startswith("income has moved: stability index ")
