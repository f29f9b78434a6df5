"""The pages that people copy from: what they say to run runs, and says something."""

import re
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Project

PAGE = (ROOT / "docs" / "queries.md").read_text()
ON_THE_PUBLISHED_FILE, ON_THE_BUILD_FILE = PAGE.split("## What only the build file has")


def queries(text: str) -> list[str]:
    """The SQL that stands in a page."""
    return re.findall(r"```sql\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("query", queries((ROOT / "README.md").read_text()))
def test_the_first_query_runs_on_the_published_file(query: str, published: Path):
    assert_says_something(query, published)


@pytest.mark.parametrize("query", queries(ON_THE_PUBLISHED_FILE))
def test_queries_run_on_the_published_file(query: str, published: Path):
    assert_says_something(query, published)


@pytest.mark.parametrize("query", queries(ON_THE_BUILD_FILE))
def test_queries_run_on_the_build_file(query: str, sample_build: Project):
    assert_says_something(query, sample_build.database)


def assert_says_something(query: str, file: Path) -> None:
    """Raises where a query fails, or returns no row or a column without any value."""
    with duckdb.connect(str(file), read_only=True) as connection:
        frame = connection.execute(query).df()
    assert len(frame), query
    assert frame.notna().any().all(), query
