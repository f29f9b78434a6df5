"""The whole project on the committed samples, end to end."""

import csv
import random
import re
import shutil
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT, SAMPLE, Project
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, pairwise_distances
from sklearn.preprocessing import StandardScaler

POPULATIONS = ("clickstream", "personality", "fitbit", "gifting", "shop")


def settings_of(population: str) -> dict:
    """The settings block as the YAML states it, read without the package."""
    path = ROOT / "python_models" / population / f"{population}.yml"
    models = yaml.safe_load(path.read_text())["models"]
    return models[0]["config"]["meta"]["segmentation"]


def encoded_by_scikit_learn(customers: pd.DataFrame, settings: dict) -> np.ndarray:
    """The scaled space, computed from the features and the settings alone.

    Numbers and booleans go through StandardScaler; text is one-hot, all levels of a feature scaled
    by one number so that the feature has a total variance of 1, and so are the items of a list.
    """
    left_out = {*settings["exclude"], settings.get("outcome"), "customer_id", "imputed_features"}
    logged, does_not_apply = settings.get("log", ()), settings.get("does_not_apply", ())
    columns = []
    for name in customers.columns:
        values = customers[name]
        if name in left_out or values.astype(str).nunique() < 2:
            continue
        if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            values = values.astype(float)
            values = np.log1p(values.clip(lower=0)) if name in logged else values
            scaled = StandardScaler().fit_transform(values.to_frame())
            assert name in does_not_apply or not np.isnan(scaled).any()
            columns.append(np.nan_to_num(scaled, nan=0.0))
        else:
            known = values.dropna()
            levels = pd.get_dummies(known.explode()).groupby(level=0).max()
            levels = levels.sort_index(axis=1).astype(float)
            levels = levels.loc[:, levels.mean() >= 0.01]
            levels = (levels - levels.mean()) / np.sqrt(levels.var(ddof=0).sum())
            columns.append(levels.reindex(values.index, fill_value=0.0).to_numpy())
    return np.hstack(columns)


@pytest.mark.parametrize("population", POPULATIONS)
def test_scoring_in_sql_equals_scikit_learn(sample_build: Project, population: str):
    customers = sample_build.frame(f"from models.{population}_imputed order by customer_id")
    segments = sample_build.frame(f"from models.{population}_segments order by customer_id")
    model = sample_build.frame(f"from models.{population}_model order by position")
    points = encoded_by_scikit_learn(customers, settings_of(population))
    distances = pairwise_distances(points, np.array(model["centroids"].tolist()).T)

    assert segments["customer_id"].tolist() == customers["customer_id"].tolist()
    assert segments["segment_id"].tolist() == distances.argmin(axis=1).tolist()
    np.testing.assert_allclose(segments["distance"], distances.min(axis=1), rtol=1e-6)
    two_nearest = np.sort(distances, axis=1)[:, :2]
    np.testing.assert_allclose(
        segments["margin"], two_nearest[:, 1] - two_nearest[:, 0], rtol=1e-6, atol=1e-9
    )
    for axis in ("x", "y"):
        np.testing.assert_allclose(
            segments[f"map_{axis}"], points @ model[f"map_{axis}_weight"].to_numpy(), atol=1e-6
        )


@pytest.mark.parametrize("population", POPULATIONS)
def test_the_samples_give_back_their_planted_segments(sample_build: Project, population: str):
    truth = pd.read_csv(
        ROOT / "tests" / "fixtures" / f"{population}_truth.csv", dtype={"customer_id": str}
    )
    found = sample_build.frame(f"select customer_id, segment_id from models.{population}_segments")
    both = truth.merge(found, on="customer_id")
    people = both[both["segment"] != "bot"]

    assert len(both) == len(found)
    assert found["segment_id"].nunique() == people["segment"].nunique()
    assert adjusted_rand_score(people["segment"], people["segment_id"]) >= 0.9


def test_bots_are_outliers(sample_build: Project):
    truth = pd.read_csv(
        ROOT / "tests" / "fixtures" / "clickstream_truth.csv", dtype={"customer_id": str}
    )
    found = sample_build.frame("select customer_id, is_outlier from models.clickstream_segments")
    both = truth.merge(found, on="customer_id")

    assert both.loc[both["segment"] == "bot", "is_outlier"].tolist() == [True, True]
    assert both.loc[both["segment"] != "bot", "is_outlier"].mean() < 0.01


def test_shuffled_input_and_other_threads_give_identical_segments(
    sample_build: Project, project: Project, tmp_path: Path
):
    shuffled = shuffled_copy(SAMPLE, tmp_path / "data")
    project.build(data=shuffled, SEGMENTS_THREADS="1")

    assert project.segments_hash() == sample_build.segments_hash()
    backtest = "from models.clickstream_backtest order by grouped_by, group_name"
    assert project.query(backtest) == sample_build.query(backtest)


def shuffled_copy(data: Path, folder: Path) -> Path:
    """A copy of the raw files with their rows in another order; an unended last line stays."""
    shutil.copytree(data, folder)
    for path in folder.rglob("*.csv"):
        with path.open(newline="") as file:
            header, *lines = file.readlines()
        whole = [line for line in lines if line.endswith("\n")]
        random.Random(1).shuffle(whole)
        with path.open("w", newline="") as file:
            file.writelines([header, *whole, *(line for line in lines if not line.endswith("\n"))])
    for path in folder.rglob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            header, *lines = archive.read(archive.namelist()[0]).decode().splitlines(keepends=True)
        random.Random(1).shuffle(lines)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("shuffled.csv", "".join([header, *lines]))
    return folder


def test_conservation_by_counting_lines(sample_build: Project):
    counts = {
        (population, source): rest
        for population, source, *rest in sample_build.query("from marts.row_counts")
    }
    for population, source, path in (
        ("clickstream", "events", SAMPLE / "clickstream" / "2019-Oct.csv"),
        ("personality", "customers", SAMPLE / "personality" / "marketing_campaign.csv"),
        ("shop", "customers", SAMPLE / "shop" / "Customers.csv"),
        ("gifting", "recipients", SAMPLE / "gifting" / "gift_data.csv"),
    ):
        raw, staged, rejected, duplicates = counts[population, source]
        lines = path.read_text().splitlines()[1:]
        assert raw == len(lines)
        assert duplicates == len(lines) - len(set(lines))
        assert raw == staged + rejected + duplicates


@pytest.mark.parametrize("file_format", ["parquet", "sqlite"])
def test_other_formats_stage_the_same_events(
    sample_build: Project, project: Project, tmp_path: Path, file_format: str
):
    folder = tmp_path / "data" / "clickstream"
    folder.mkdir(parents=True)
    with (SAMPLE / "clickstream" / "2019-Oct.csv").open(newline="") as file:
        header, *rows = [row for row in csv.reader(file) if len(row) == 9]
    rows = [[value or None for value in row] for row in rows]
    if file_format == "sqlite":
        write_sqlite(folder / "events.sqlite", header, rows)
    else:
        frame = pd.DataFrame(rows, columns=header)
        for part, half in enumerate(np.array_split(np.arange(len(frame)), 2)):
            frame.iloc[half].to_parquet(folder / f"part-{part}.parquet")
    project.build(
        "-s", "stg_clickstream__events", "+base_clickstream__events",
        data=tmp_path / "data", CLICKSTREAM_FORMAT=file_format,
    )  # fmt: skip

    events = "select * from staging.stg_clickstream__events order by all"
    assert project.query(events) == sample_build.query(events)


def test_lists_in_parquet_stage_the_same_recipients(
    sample_build: Project, project: Project, tmp_path: Path
):
    raw = pd.read_csv(SAMPLE / "gifting" / "gift_data.csv", dtype=object)
    hobbies = raw["hobbies"].map(lambda text: text.split(","), na_action="ignore")
    folder = tmp_path / "data" / "gifting"
    folder.mkdir(parents=True)
    raw.assign(hobbies=hobbies).to_parquet(folder / "gift_data.parquet")
    project.build(
        "-s", "stg_gifting__recipients", "+base_gifting__recipients",
        data=tmp_path / "data", GIFTING_FORMAT="parquet",
    )  # fmt: skip

    recipients = "select * from staging.stg_gifting__recipients order by all"
    assert project.query(recipients) == sample_build.query(recipients)


def test_a_format_that_is_not_known_stops_with_one_sentence(project: Project):
    code, output = project.dbt("run", "-s", "base_gifting__recipients", GIFTING_FORMAT="xml")

    assert code != 0
    assert "GIFTING_FORMAT is 'xml', which is not known: set it to csv or parquet." in output
    assert "Traceback" not in output


ONLY_GIFTING = ("--vars", "{populations: {gifting: [recipients]}}")


def test_recipients_with_the_public_columns_only_are_segmented(project: Project, tmp_path: Path):
    raw = pd.read_csv(SAMPLE / "gifting" / "gift_data.csv", dtype=str)
    names = {"relationship": "recipient_type", "last_gift_category": "last_year_gift"}
    absent = ["age", "occasion", "budget_range", "store_preference"]
    (tmp_path / "data" / "gifting").mkdir(parents=True)
    raw.drop(columns=absent).rename(columns=names).to_csv(
        tmp_path / "data" / "gifting" / "gift_data.csv", index=False
    )
    project.build("-s", "+segment_summary", *ONLY_GIFTING, data=tmp_path / "data")

    features = ["age_years", "occasion", "budget_level", "store_preference"]
    known = ", ".join(f"count({feature})" for feature in features)
    assert project.query(f"select {known} from models.gifting_imputed") == [(0, 0, 0, 0)]
    assert {row[0] for row in project.query("select feature from models.gifting_imputation_scores")}
    assert not project.query(
        f"select * from models.gifting_imputation_scores where feature in {tuple(features)}"
    )
    assert set(
        project.query(
            "select feature, segment_mean, lift from models.gifting_profiles "
            "where feature in ('age_years', 'budget_level')"
        )
    ) == {("age_years", None, 0.0), ("budget_level", None, 0.0)}
    # Without their ages, the two rows of one recipient that differ in the age alone are equal.
    assert project.query("select sum(customers) from marts.segment_summary") == [(501,)]
    assert {
        row[0]
        for row in project.query(
            "select level from models.segment_levels where axis in ('value', 'age')"
        )
    } == {"mid"}


def test_components_are_those_of_scikit_learn(sample_build: Project):
    customers = sample_build.frame("from models.gifting_imputed order by customer_id")
    rows = sample_build.frame("from models.gifting_components order by component")
    dimensions = sample_build.frame("from models.gifting_model order by position")["dimension"]
    loadings = rows.pivot(index="component", columns="dimension", values="loading")[dimensions]
    settings = settings_of("gifting")
    fit = PCA(svd_solver="full").fit(encoded_by_scikit_learn(customers, settings))
    enough = np.argmax(fit.explained_variance_ratio_.cumsum() >= settings["components"]) + 1
    shares = rows.groupby("component")[["explained_share", "cumulative_share"]].first()

    assert len(loadings) == enough
    overlaps = np.abs((loadings.to_numpy() * fit.components_[:enough]).sum(axis=1))
    np.testing.assert_allclose(overlaps, 1, atol=1e-6)
    expected = fit.explained_variance_ratio_[:enough]
    np.testing.assert_allclose(shares["explained_share"], expected, atol=1e-6)
    np.testing.assert_allclose(shares["cumulative_share"], expected.cumsum(), atol=1e-6)


def test_dbscan_leaves_recipients_in_no_group_and_tsne_moves_them(
    sample_build: Project, project: Project, tmp_path: Path
):
    project.root = tmp_path / "project"
    leave_out = shutil.ignore_patterns(".*", "target", "logs", "*.duckdb*", "*.egg-info")
    shutil.copytree(ROOT, project.root, ignore=leave_out)
    path = project.root / "python_models" / "gifting" / "gifting.yml"
    other = path.read_text().replace(
        "components: 0.9\n", "algorithm: dbscan\n          map: tsne\n"
    )
    path.write_text(other)
    assert "map: tsne" in other
    recipients = pd.read_csv(SAMPLE / "gifting" / "gift_data.csv", dtype=str)
    usual_gift = recipients["last_gift_category"].mode()[0]
    recipients = recipients.replace({"last_gift_category": {usual_gift: "the 27\" one = 'it'"}})
    (tmp_path / "data" / "gifting").mkdir(parents=True)
    recipients.to_csv(tmp_path / "data" / "gifting" / "gift_data.csv", index=False)
    code, output = project.dbt(
        "build", "-s", "+segment_summary", "+segment_rules", *ONLY_GIFTING,
        data=tmp_path / "data",
    )  # fmt: skip
    assert code == 0, output
    segments = "select {} from marts.segments where population = 'gifting' order by customer_id"
    found = project.frame(segments.format("*"))
    by_k_means = sample_build.frame(segments.format("*"))
    in_group = found["segment_id"] >= 0

    assert found["customer_id"].tolist() == by_k_means["customer_id"].tolist()
    assert 0 < (~in_group).sum() < 0.15 * len(found)
    assert set(found.loc[~in_group, "segment_name"]) == {"In no group"}
    assert found.loc[~in_group, "is_outlier"].all()
    assert found.loc[in_group, "segment_name"].nunique() == 4
    agreement = adjusted_rand_score(
        by_k_means["segment_id"][in_group], found["segment_id"][in_group]
    )
    assert agreement >= 0.95
    assert not np.allclose(found[["map_x", "map_y"]], by_k_means[["map_x", "map_y"]], atol=1)
    assert found[["map_x", "map_y"]].notna().all().all()
    assert project.query("select count(*) from marts.segment_summary where segment_id = -1") == [
        (1,)
    ]
    rules = project.query("select segment_id, method from marts.segment_rules order by segment_id")
    assert rules == [(segment_id, "decision tree") for segment_id in range(-1, 4)]


def write_sqlite(path: Path, header: list[str], rows: list[list[str | None]]) -> None:
    import sqlite3

    types = {"product_id": "INTEGER", "category_id": "INTEGER", "price": "REAL"}
    columns = ", ".join(f"{name} {types.get(name, 'TEXT')}" for name in header)
    with sqlite3.connect(path) as connection:
        connection.execute(f"create table events ({columns})")
        connection.executemany(f"insert into events values ({', '.join('?' * len(header))})", rows)
    connection.close()


def test_every_model_survives_no_rows(project: Project):
    project.build("--empty")

    assert project.query("select count(*) from marts.segments") == [(0,)]
    assert project.query("select count(*) from marts.segment_rules") == [(0,)]


def test_an_as_of_before_the_data_gives_no_customers(project: Project):
    project.build("-s", "+clickstream_segments", "--vars", "{clickstream_as_of: '2001-01-01'}")

    assert project.query("select count(*) from models.clickstream_segments") == [(0,)]


def test_one_customer_is_one_segment(project: Project, tmp_path: Path):
    folder = tmp_path / "data" / "clickstream"
    folder.mkdir(parents=True)
    lines = (SAMPLE / "clickstream" / "2019-Oct.csv").read_text().splitlines()
    (folder / "one.csv").write_text("\n".join(lines[:2]))
    project.build("-s", "+clickstream_segments", data=tmp_path / "data")

    assert project.query(
        "select segment_id, distance, margin, is_outlier from models.clickstream_segments"
    ) == [(0, 0.0, None, False)]


def test_optional_columns_may_be_absent(project: Project, tmp_path: Path):
    optional = {
        "clickstream/2019-Oct.csv": ["category_id", "category_code", "brand", "user_session"],
        "personality/marketing_campaign.csv": ["Complain", "Response", "Z_CostContact"],
    }
    for path, columns in optional.items():
        raw = pd.read_csv(SAMPLE / path, sep=None, engine="python", on_bad_lines="skip", dtype=str)
        target = tmp_path / "data" / path
        target.parent.mkdir(parents=True)
        raw.drop(columns=columns).to_csv(target, index=False)
    selection = ("+clickstream_features", "+personality_features")
    code, output = project.dbt(
        "build", "-s", *selection, "--exclude", "resource_type:unit_test", data=tmp_path / "data"
    )

    assert code == 0, output
    assert project.query("select count(*) from features.personality_features") == [(1000,)]


NO_LEVELS = ("customer_id", "imputed_features", "rfm_cell")


def with_level_columns(customers: pd.DataFrame) -> pd.DataFrame:
    """The numbers and booleans, and a column of 1 and 0 per level or item that 1 % of them have,
    and at least five.
    """
    columns = dict(customers.select_dtypes(["number", "bool"]).astype(float).items())
    for name in customers.columns.difference([*columns, *NO_LEVELS]):
        is_known = customers[name].notna()
        lists = customers[name].map(lambda value: [value] if isinstance(value, str) else value)
        for level in sorted(set(lists[is_known].explode().dropna())):
            has_level = lists[is_known].map(lambda values, level=level: float(level in values))
            if has_level.sum() >= max(5, 0.01 * len(customers)):
                columns[f"{name} = {level}"] = has_level.reindex(customers.index)
    return pd.DataFrame(columns)


@pytest.mark.parametrize("population", POPULATIONS)
def test_profiles_are_the_means_of_the_features(sample_build: Project, population: str):
    customers = sample_build.frame(f"from models.{population}_imputed order by customer_id")
    segments = sample_build.frame(f"from models.{population}_segments order by customer_id")
    segment_ids = segments["segment_id"]
    features = with_level_columns(customers)
    scaled = features.assign(
        **{name: np.log1p(features[name]) for name in settings_of(population).get("log", ())}
    )
    means = features.groupby(segment_ids).mean().stack(future_stack=True)
    lifts = (scaled.groupby(segment_ids).mean() - scaled.mean()) / scaled.std(ddof=0)
    lifts = lifts.replace([np.inf, -np.inf], 0).fillna(0).stack(future_stack=True)
    filled = customers["imputed_features"].map(set)
    imputed = pd.DataFrame(
        {name: filled.map(lambda each, n=name: n.split(" = ")[0] in each) for name in features}
    )
    imputed = imputed.groupby(segment_ids).mean().stack(future_stack=True)
    profiles = sample_build.frame(
        f"from marts.segment_profiles where population = '{population}'"
    ).set_index(["segment_id", "feature"])

    assert set(profiles.index) == set(means.index)
    for column, expected in (
        ("segment_mean", means),
        ("lift", lifts),
        ("imputed_share", imputed),
    ):
        np.testing.assert_allclose(
            profiles[column].astype(float), expected[profiles.index], rtol=1e-4, atol=1e-6
        )


def test_a_missing_source_stops_with_one_sentence(project: Project, tmp_path: Path):
    code, output = project.dbt("run", "-s", "+stg_clickstream__events", data=tmp_path / "nowhere")

    assert code == 1
    assert "the source clickstream events is missing: no file matches" in output
    assert "Set SEGMENTS_DATA to the folder" in output
    assert "Traceback" not in output


def test_a_misspelt_setting_stops_with_one_sentence(sample_build: Project, tmp_path: Path):
    with duckdb.connect(str(sample_build.database), read_only=True) as connection:
        customers = connection.sql("from models.clickstream_imputed")
        from segmentation.errors import InputError
        from segmentation.search import score_clusters

        with pytest.raises(InputError, match=re.escape("'exlude' is not a setting")):
            score_clusters(customers, {**settings_of("clickstream"), "exlude": []})
