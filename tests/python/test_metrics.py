"""The semantic layer, as MetricFlow sees it: valid, and equal to plain SQL."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, Project

MF = Path(sys.executable).parent / "mf"

pytestmark = pytest.mark.skipif(
    not MF.exists(), reason="MetricFlow is not installed: make .venv/extras"
)

BY_SEGMENT = """
    select
        population as customer__population,
        segment_name as customer__segment_name,
        count(*) as customers,
        count(*) / sum(count(*)) over (partition by population) as segment_share,
        sum(revenue) as revenue,
        sum(orders) as orders,
        sum(order_value) / nullif(sum(orders), 0) as average_order_value
    from marts.customer_values
    group by population, segment_name
    order by all
"""


@pytest.fixture(scope="module")
def folder(sample_build: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what MetricFlow reads of the built project: settings, manifest, build file."""
    folder = tmp_path_factory.mktemp("metrics")
    (folder / "target").mkdir()
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, folder)
    shutil.copy(sample_build.folder / "target" / "semantic_manifest.json", folder / "target")
    shutil.copy(sample_build.database, folder)
    return folder


def mf(folder: Path, *arguments: str) -> str:
    """Run one command of MetricFlow and return what it printed; it must succeed."""
    result = subprocess.run(
        [MF, *arguments],
        cwd=folder,
        env={**os.environ, "SEGMENTS_DB": "test.duckdb"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout


def queried(folder: Path, metrics: str, group_by: str) -> pd.DataFrame:
    """The frame of an `mf query`, sorted by what it is grouped by."""
    path = folder / "answer.csv"
    mf(folder, "query", "--metrics", metrics, "--group-by", group_by, "--csv", str(path))
    return pd.read_csv(path).sort_values(group_by.split(","), ignore_index=True)


def test_the_semantic_layer_is_valid_against_the_build(folder: Path):
    output = mf(folder, "validate-configs", "--show-all")

    assert output.count("ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0") == 6


def test_metrics_by_segment_equal_plain_sql(folder: Path, sample_build: Project):
    found = queried(
        folder,
        "customers,segment_share,revenue,orders,average_order_value",
        "customer__population,customer__segment_name",
    )
    expected = sample_build.frame(BY_SEGMENT)

    assert found["revenue"].isna().any()
    assert found["average_order_value"].notna().any()
    pd.testing.assert_frame_equal(found[expected.columns], expected, check_dtype=False)


def test_customers_without_a_date_count_by_time_too(folder: Path, sample_build: Project):
    """By month, populations without dates stand in a group without a month."""
    found = queried(folder, "customers", "metric_time__month")
    expected = sample_build.query("""
        select strftime(date_trunc('month', as_of), '%Y-%m'), count(*)
        from marts.customer_values group by all order by 1 nulls last
    """)

    assert found["metric_time__month"].str[:7].tolist()[:-1] == [m for m, _ in expected][:-1]
    assert pd.isna(found["metric_time__month"].iloc[-1])
    assert expected[-1][0] is None
    assert found["customers"].tolist() == [customers for _, customers in expected]


def test_values_are_those_of_the_features(sample_build: Project):
    """Revenue and orders, once more from the features and without the mart's SQL."""
    features = sample_build.frame(
        "select customer_id, monetary, order_count, coalesce(average_order_value * order_count, 0) "
        "as order_value from features.clickstream_features order by customer_id"
    )
    values = sample_build.frame(
        "select customer_id, revenue, orders, order_value from marts.customer_values "
        "where population = 'clickstream' order by customer_id"
    )
    features.columns = values.columns

    pd.testing.assert_frame_equal(values, features, check_dtype=False)
