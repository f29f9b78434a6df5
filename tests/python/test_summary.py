"""What a finished build prints."""

import io
from pathlib import Path

import duckdb
import pytest
from conftest import Project
from rich.console import Console

from segmentation.summary import main, print_summary


def test_the_summary_shows_every_segment_and_where_every_row_went(sample_build: Project):
    console = Console(width=110, record=True, file=io.StringIO())

    print_summary(sample_build.database, console)

    text = console.export_text()
    segments = sample_build.query("select segment_name, customers from marts.segment_summary")
    assert len(segments) == 20
    for name, customers in segments:
        assert name in text
        assert f"{customers:,}" in text
    assert "10,445 rows = 10,431 used + 8 rejected + 6 exact duplicates" in text
    assert "Filled 10 missing values of income by xgboost" in text
    assert str(sample_build.database) in text.replace("\n", "")


def test_the_summary_warns_of_no_structure_and_of_a_source_that_is_mostly_rejected(tmp_path: Path):
    database = tmp_path / "build.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("""
            create schema marts;
            create table marts.cluster_scores as
                select 'crm' as population, 'kmeans' as algorithm, 1 as k, 'none' as structure,
                    'No structure.' as reason, true as is_chosen;
            create table marts.segment_summary as
                select 'crm' as population, 0 as segment_id, 'All customers' as segment_name,
                    4 as customers, 1.0 as share, 'every customer' as headline;
            create table marts.row_counts as
                select 'crm' as population, unnest(['customers', 'notes']) as source,
                    unnest([10, 9]) as raw_rows, unnest([4, 5]) as staged_rows,
                    unnest([5, 4]) as rejected_rows, unnest([1, 0]) as duplicate_rows;
            create table marts.rejected_rows as
                select 'crm' as population, 'customers' as source, 'row' as scope,
                    unnest(['no customer', 'late', 'late', 'late', 'late']) as reason;
            create table marts.imputation_scores as
                select 'crm' as population, 'age' as feature, 2 as missing, 'constant' as method,
                    0.0 as skill, true as is_chosen;
        """)
    console = Console(width=200, record=True, file=io.StringIO())

    print_summary(database, console)

    text = console.export_text()
    assert "Warning: crm: no groups of customers beat chance" in text
    assert (
        "Warning: crm: 56% of the customers were rejected, most of them for this reason: late."
        in text
    )
    assert text.count("were rejected") == 1


def test_without_a_build_the_summary_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv("SEGMENTS_DB", str(tmp_path / "nothing.duckdb"))

    assert main([]) == 1
    assert "run `make build` first" in capsys.readouterr().err
