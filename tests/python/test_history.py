"""The history of the segments: what is kept from build to build, and through a kill."""

import os
import signal
import time
from pathlib import Path

from conftest import SAMPLE, Project, copied

VARIABLES = (
    "--vars",
    "{mode: score, populations: {clickstream: [events]}, clickstream_as_of: '2019-10-31', "
    "history: {from: '2019-10-10', to: '2019-10-24', every: '1 week'}}",
)
RUN = ("run", "-s", "+clickstream_history", "histories", "snapshots", "segment_migrations")
STATES = (
    "from models.clickstream_history order by all",
    "from marts.segment_migrations order by all",
)
# The line of dbt at which it is killed, and how many seconds after it.
KILLS = (
    ("START sql incremental model features.clickstream_visits", 0.05),
    ("START sql incremental model models.clickstream_history", 0),
    ("START sql incremental model models.clickstream_history", 0.2),
    ("OK created sql incremental model models.clickstream_history", 0),
    ("START sql table model marts.segment_migrations", 0.1),
)


def test_a_kill_at_any_point_loses_nothing_and_doubles_nothing(
    sample_build: Project, tmp_path: Path
):
    data = tmp_path / "data"
    path = data / "clickstream" / "2019-Oct.csv"
    path.parent.mkdir(parents=True)
    lines = (SAMPLE / "clickstream" / "2019-Oct.csv").read_text().splitlines(keepends=True)
    path.write_text("".join(line for i, line in enumerate(lines) if i == 0 or i % 3))
    project = copied(sample_build, tmp_path / "project")
    run(project, data)
    earlier = [project.query(state) for state in STATES]
    # Late events arrive, and change what the history says of its moments.
    path.write_text("".join(lines))
    uninterrupted = copied(project, tmp_path / "uninterrupted")
    run(uninterrupted, data)
    later = [uninterrupted.query(state) for state in STATES]
    assert [state == late for state, late in zip(earlier, later, strict=True)] == [False, False]
    assert {row[2] for row in earlier[0]} >= {row[2] for row in later[0]}

    for line, seconds in KILLS:
        kill(project.start(*RUN, *VARIABLES, data=data), line, seconds)
        for state, old, new in zip(STATES, earlier, later, strict=True):
            assert project.query(state) in (old, new), line

    run(project, data)
    assert [project.query(state) for state in STATES] == later


def run(project: Project, data: Path) -> None:
    code, output = project.dbt(*RUN, *VARIABLES, data=data)
    assert code == 0, output


def kill(process, line: str, seconds: float) -> None:
    """Kill a dbt command and all that it started, some time after it has printed a line."""
    seen = []
    for printed in process.stdout:
        seen.append(printed)
        if line in printed:
            time.sleep(seconds)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            process.stdout.close()
            return
    raise AssertionError(f"dbt never printed '{line}', but\n{''.join(seen)}")
