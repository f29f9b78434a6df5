"""What a finished build prints."""

import io
from pathlib import Path

import duckdb
import pytest
from conftest import Project
from rich.console import Console

from segmentation.summary import main, print_history, print_summary


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
            create table marts.fit_verdicts as
                select 'crm' as population, 1 as fit_id, 'refit' as verdict,
                    'age has moved' as reason, true as is_fitted;
            create table marts.fits as
                select 'crm' as population, 2 as fit_id, timestamp '2024-03-02' as fitted_as_of,
                    0.25 as relabelled_share, true as is_current;
            create table marts.segment_lineage as
                select 'crm' as population, 2 as fit_id, 'merged' as event,
                    'Regulars' as from_segment_name, 'All customers' as to_segment_name;
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
    assert "Fitted in this build: crm." in text
    assert (
        "Fit 2 of 2 March 2024, a new one: age has moved. The refit alone put 25.0% of the "
        "customers into another segment (merged: Regulars)." in text
    )


def test_the_history_says_who_moved_and_which_dates_were_scored(tmp_path: Path):
    database = tmp_path / "build.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("""
            create schema marts;
            create schema features;
            create table marts.fit_verdicts as
                select unnest(['crm', 'gifts', 'visits']) as population;
            create table features.visits_as_of as
                select timestamp '2024-03-01' + to_days(day) as as_of, day < 14 as is_history,
                    day = 20 as is_present
                from unnest([0, 7, 20]) as days (day);
            create table features.crm_as_of as
                select timestamp '2024-03-21' as as_of, false as is_history, true as is_present;
            create table features.gifts_as_of as
                select null::timestamp as as_of, false as is_history, true as is_present;
            create table marts.segment_migrations as
                select 'visits' as population, timestamp '2024-03-01' as from_as_of,
                    timestamp '2024-03-08' as to_as_of,
                    unnest(['Loyal', 'Loyal', null]) as from_segment_name,
                    unnest(['Loyal', 'Lapsed', 'Loyal']) as to_segment_name,
                    unnest([1000, 200, 30]) as customers,
                    unnest(['stayed', 'moved', 'entered']) as kind;
        """)
    console = Console(width=120, record=True, file=io.StringIO())

    print_history(database, console)

    text = console.export_text()
    row = next(line for line in text.splitlines() if "Loyal to Lapsed" in line)
    assert row.split() == [
        *("1", "Mar", "2024", "8", "Mar", "2024", "1,200", "1,000", "200", "30", "0"),
        *("Loyal", "to", "Lapsed", "(200)"),
    ]
    assert "visits: dates scored: 2, from 1 Mar 2024 to 8 Mar 2024." in text
    assert "gifts: no date scored, since nothing in its data has one." in text
    assert (
        "crm: no date scored: all lie before its first event or after the present, 21 Mar" in text
    )


def test_without_a_build_the_summary_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv("SEGMENTS_DB", str(tmp_path / "nothing.duckdb"))

    assert main([]) == 1
    assert "run `make build` first" in capsys.readouterr().err
