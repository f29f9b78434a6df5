"""Shared fixtures: builds of the project in folders of their own."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import settings

from presentation.publish import publish

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_data"
LINK = "linked_data"

# The same examples on every run, however slow the machine is.
settings.register_profile("project", derandomize=True, deadline=None)
settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that build come first, so that no worker is left with one of them at the end.

    The very first are those that share no build: others wait until the shared ones are made.
    """
    fixtures = {item.path: set() for item in items}
    for item in items:
        fixtures[item.path] |= set(item.fixturenames)
    items.sort(
        key=lambda item: (
            "copied_project" not in fixtures[item.path],
            "seeded" not in fixtures[item.path],
        )
    )


class Project:
    """The dbt project, built into a database of its own in one folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.root = ROOT
        self.database = folder / "test.duckdb"

    def dbt(self, *arguments: str, data: Path = SAMPLE, **variables: str) -> tuple[int, str]:
        """Run one dbt command; returns its exit code and what it printed."""
        process = self.start(*arguments, data=data, **variables)
        output, _ = process.communicate()
        return process.returncode, output

    def linked_to(self, data: Path = SAMPLE) -> dict[str, str]:
        """Link the folder to raw data; returns the variables for a command that reads them.

        The names in them are relative and the same in all folders: dbt parses all anew where they
        change. A folder has one link: no command may be under way with other data.
        """
        link = self.folder / LINK
        link.unlink(missing_ok=True)
        link.symlink_to(data.resolve(), target_is_directory=True)
        return {"SEGMENTS_DB": self.database.name, "SEGMENTS_DATA": link.name}

    def start(self, *arguments: str, data: Path = SAMPLE, **variables: str) -> subprocess.Popen:
        """Start one dbt command, in a process group of its own, with its output in a pipe."""
        environment = {**os.environ, **self.linked_to(data), **variables}
        folders = ["--project-dir", str(self.root), "--profiles-dir", str(self.root)]
        targets = ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder)]
        return subprocess.Popen(
            [
                Path(sys.executable).parent / "dbt",
                "--no-use-colors",
                *arguments,
                *folders,
                *targets,
            ],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

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


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project parsed and seeded, once for all workers: every other one begins as its copy."""

    def seed(project: Project):
        code, output = project.dbt("seed")
        assert code == 0, output

    return _made_once(_shared(tmp_path_factory) / "seeded", seed)


@pytest.fixture(scope="session")
def sample_build(tmp_path_factory: pytest.TempPathFactory, seeded: Project) -> Project:
    """The project built on the committed samples, once for all tests that only look at it."""

    def build(project: Project):
        copied(seeded, project.folder).build()

    return _made_once(_shared(tmp_path_factory) / "sample_build", build)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, sample_build: Project) -> Path:
    """The published file of the committed samples, once for all tests that only read it."""

    def make(project: Project):
        manifest = json.loads((sample_build.folder / "target" / "manifest.json").read_text())
        publish(sample_build.database, project.folder / "customer_segments.duckdb", manifest)

    folder = _shared(tmp_path_factory) / "published"
    return _made_once(folder, make).folder / "customer_segments.duckdb"


@pytest.fixture
def project(tmp_path: Path, seeded: Project) -> Project:
    """The project in a folder of its own, seeded but not yet built."""
    return copied(seeded, tmp_path)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public data sets; the test is skipped where there is none."""
    folder = os.environ.get("SEGMENTS_REAL_DATA")
    if not folder:
        pytest.skip("SEGMENTS_REAL_DATA names no folder of public data sets")
    return (ROOT / folder).resolve()


@pytest.fixture(scope="session")
def build_in(tmp_path_factory: pytest.TempPathFactory, seeded: Project) -> Callable[[str], Project]:
    """A function that gives a seeded project in a new folder of the given name."""
    return lambda name: copied(seeded, tmp_path_factory.mktemp(name))


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of a test run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _made_once(folder: Path, make: Callable[[Project], None]) -> Project:
    """The project in a folder, made by whichever worker comes first while the others wait."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        finished = folder / "finished"
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(Project(folder))
            finished.touch()
    return Project(folder)


def copied(project: Project, folder: Path) -> Project:
    """The same project in another folder: its database, and what dbt has parsed of it."""
    leave_out = shutil.ignore_patterns("finished", "*.log", "run", "compiled", LINK)
    shutil.copytree(project.folder, folder, ignore=leave_out, dirs_exist_ok=True)
    return Project(folder)
