"""What a finished build prints."""

import io
from pathlib import Path

import pytest
from conftest import Project
from rich.console import Console

from segmentation.summary import main, print_summary


def test_the_summary_shows_every_segment_and_where_every_row_went(sample_build: Project):
    console = Console(width=110, record=True, file=io.StringIO())

    print_summary(sample_build.database, console)

    text = console.export_text()
    segments = sample_build.query("select segment_name, customers from marts.segment_summary")
    assert len(segments) == 8
    for name, customers in segments:
        assert name in text
        assert f"{customers:,}" in text
    assert "9,843 rows = 9,829 used + 8 rejected + 6 exact duplicates" in text
    assert "Filled 10 missing values of income by xgboost" in text
    assert str(sample_build.database) in text.replace("\n", "")


def test_without_a_build_the_summary_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv("SEGMENTS_DB", str(tmp_path / "nothing.duckdb"))

    assert main() == 1
    assert "run `make build` first" in capsys.readouterr().err
