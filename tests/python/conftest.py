"""Shared fixtures: builds of the project in folders of their own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_data"

# The same examples on every run, however slow the machine is.
settings.register_profile("project", derandomize=True, deadline=None)
settings.load_profile("project")


class Project:
    """The dbt project, built into a database of its own in one folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.root = ROOT
        self.database = folder / "test.duckdb"

    def dbt(self, *arguments: str, data: Path = SAMPLE, **variables: str) -> tuple[int, str]:
        """Run one dbt command; returns its exit code and what it printed."""
        environment = {
            **os.environ,
            "SEGMENTS_DB": str(self.database),
            "SEGMENTS_DATA": str(data),
            **variables,
        }
        folders = ["--project-dir", str(self.root), "--profiles-dir", str(self.root)]
        targets = ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder)]
        done = subprocess.run(
            [
                Path(sys.executable).parent / "dbt",
                "--no-use-colors",
                *arguments,
                *folders,
                *targets,
            ],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    def build(self, *arguments: str, data: Path = SAMPLE, **variables: str) -> "Project":
        """Run all models and seeds, without their tests, and fail where dbt does."""
        code, output = self.dbt("run", *arguments, data=data, **variables)
        assert code == 0, output
        return self

    def query(self, sql: str) -> list[tuple]:
        """The rows of a query on the built database."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def frame(self, sql: str):
        """The pandas frame of a query on the built database."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).df()

    def segments_hash(self) -> str:
        """One hash over every byte of marts.segments, in order of its key."""
        return self.query(
            "select md5(string_agg(cast(segments as varchar), chr(10) order by population, "
            "customer_id)) from marts.segments"
        )[0][0]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The project in a folder of its own, seeded but not yet built."""
    return _seeded(tmp_path)


@pytest.fixture(scope="session")
def sample_build(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project built on the committed samples, once for all tests that only look at it."""
    return _seeded(tmp_path_factory.mktemp("sample_build")).build()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public data sets; the test is skipped where there is none."""
    folder = os.environ.get("SEGMENTS_REAL_DATA")
    if not folder:
        pytest.skip("SEGMENTS_REAL_DATA names no folder of public data sets")
    return (ROOT / folder).resolve()


@pytest.fixture(scope="session")
def build_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """A function that gives a seeded project in a new folder of the given name."""
    return lambda name: _seeded(tmp_path_factory.mktemp(name))


def _seeded(folder: Path) -> Project:
    project = Project(folder)
    code, output = project.dbt("seed")
    assert code == 0, output
    return project
