"""What is measured, each part on its own: a record that grows round by round.

A record is a dict that JSON can hold. Whoever calls gets it after every round, so that what was
measured before a part broke off is kept.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.speed.events import BENCH_DATA, REAL, add_day, before_the_day, events_of
from benchmarks.speed.measure import (
    ROOT,
    UP_TO_FEATURES,
    WHOLE_STREET,
    Build,
    Run,
    asked,
    environment,
    measured,
)
from benchmarks.speed.steps import steps_of

SCRATCH = BENCH_DATA / "scratch"
OURS = "ours"
NOTEBOOKS = ("literal", "careful", "with_polars")
# Takes many minutes: its ratio is that of one round.
ONCE = ("literal",)
LIMITS = ("2GB", "4GB")
DATA_TESTS = ("build", "--exclude-resource-type", "unit_test")
LEAST_FEATURES = 25
TOLERANCE = 1e-6
MOST_FOR_LITERAL = 1_000_000
MOST_FOR_NOTEBOOKS = 10_000_000
MOST_FOR_SQLITE = 1_000_000
# Scripts that measure on their own. The last line that each prints is "ratio: ", and the number
# that has a target.
SCRIPTS = {
    "scoring": ("benchmarks/scoring.py", "--customers", "5000000"),
    "imputation": ("benchmarks/imputation.py", "--customers", "1000000"),
}
Record = dict


def ways_of(size: int | str, file_format: str) -> tuple[str, ...]:
    """Which ways from events to segments run on a file: each notebook where it can and ends.

    None where there is no such file: the public one is Parquet, if it is there at all.
    """
    if size == REAL:
        is_there = file_format == "parquet" and os.environ.get("SEGMENTS_REAL_DATA")
        return (OURS, "careful", "with_polars") if is_there else ()
    if file_format == "sqlite":
        return (OURS, "careful") if size <= MOST_FOR_SQLITE else ()
    if size > MOST_FOR_NOTEBOOKS:
        return (OURS,)
    if file_format == "parquet" and size <= MOST_FOR_LITERAL:
        return (OURS, *NOTEBOOKS)
    return (OURS, "careful", "with_polars")


def _scratch(name: str) -> Path:
    """An empty folder."""
    folder = SCRATCH / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _with_steps(build: Build, run: Run) -> Record:
    """A dbt command with the seconds of its steps."""
    return {**asdict(run), "steps": {} if run.failure else steps_of(build.target, run.wall)}


def _notebook(way: str, path: Path, folder: Path) -> Run:
    """Run one notebook; its answer goes to folder/way."""
    (folder / way).mkdir(exist_ok=True)
    script = ROOT / "benchmarks" / "notebooks" / f"{way}.py"
    command = [sys.executable, str(script), str(path), str(folder / way)]
    return measured(command, environment(), folder / way / "printed.txt")


def _compared(build: Build, way: str) -> Record:
    """How far a notebook's features are from ours; raises ValueError where they are not equal."""
    found = asked("differences", build.database, build.folder / way / "features.parquet")
    worst = max(found, key=found.get)
    if len(found) < LEAST_FEATURES or found[worst] > TOLERANCE:
        raise ValueError(f"{way}: {len(found)} features, {worst} differs by {found[worst]:.1e}")
    return {"features": len(found), "largest": found[worst], "feature": worst}


def _floors(build: Build, path: Path) -> Record:
    """The least that a build must do: read the file, and one group-by per customer."""
    found = {"group by": asked("group_by", build.database, **build.variables)}
    if path.suffix != ".sqlite":
        found["scan"] = asked("scan", path, **build.variables)
    return found


def whole(
    size: int | str, file_format: str, rounds: int, ways: tuple[str, ...]
) -> Iterator[Record]:
    """Raw file to segments: `dbt build` with its data tests beside the notebooks, in turns."""
    events = events_of(size, file_format)
    folder = _scratch("whole")
    build = Build(folder, events.data, {"CLICKSTREAM_FORMAT": file_format})
    record: Record = {"parses": build.parses(*WHOLE_STREET), "rounds": [], "equal": {}}
    for _ in range(rounds):
        found: Record = {}
        record["rounds"].append(found)
        for way in ways:
            before = record["rounds"][0].get(way, {})
            if before.get("failure") or (before and way in ONCE):
                continue
            if way == OURS:
                found[way] = _with_steps(build, build.anew(*DATA_TESTS, *WHOLE_STREET))
                if not found[way]["failure"]:
                    found[way]["floors"] = _floors(build, events.path)
                    record["size"] = asked("size", build.database)
            else:
                found[way] = asdict(_notebook(way, events.path, folder))
                both_ended = all(
                    each in found and not found[each]["failure"] for each in (OURS, way)
                )
                if both_ended and way not in record["equal"]:
                    record["equal"][way] = _compared(build, way)
            yield record


def limits(size: int, rounds: int) -> Iterator[Record]:
    """The whole build under each memory limit, beside a group-by under the same limit."""
    events = events_of(size, "parquet")
    variables = {"CLICKSTREAM_FORMAT": "parquet"}
    record: Record = {"rounds": []}
    builds = {
        limit: Build(_scratch(limit), events.data, {**variables, "SEGMENTS_MEMORY": limit})
        for limit in LIMITS
    }
    for build in builds.values():
        build.parses(*WHOLE_STREET)
    for _ in range(rounds):
        found: Record = {}
        record["rounds"].append(found)
        for limit, build in builds.items():
            if record["rounds"][0].get(limit, {}).get("failure"):
                continue
            found[limit] = _with_steps(build, build.anew(*DATA_TESTS, *WHOLE_STREET))
            if not found[limit]["failure"]:
                found[limit]["floors"] = _floors(build, events.path)
                record["size"] = asked("size", build.database)
            build.forget()
            yield record


def day(size: int, rounds: int) -> Iterator[Record]:
    """Staging and features before and after one more day: all anew, or what has changed."""
    variables = {"CLICKSTREAM_FORMAT": "parquet"}
    record: Record = {"rounds": []}
    folder = _scratch("day")
    for number in range(rounds):
        events = before_the_day(size)
        builds = [Build(folder / name, events.data, variables) for name in ("grown", "full")]
        found: Record = {}
        record["rounds"].append(found)
        if number == 0:
            for build in builds:
                build.parses(*UP_TO_FEATURES)
        grown, full = builds
        found["before"] = _with_steps(grown, grown.anew("run", *UP_TO_FEATURES))
        yield record
        record["day"] = add_day(events)
        found["incremental"] = _with_steps(grown, grown.dbt("run", *UP_TO_FEATURES))
        yield record
        found["full"] = _with_steps(full, full.anew("run", *UP_TO_FEATURES))
        yield record
        record["size"] = asked("size", full.database)
        sums = [asked("checksum", build.database) for build in builds]
        record["is_equal"] = record.get("is_equal", True) and sums[0] == sums[1]
        yield record


def samples(rounds: int) -> Iterator[Record]:
    """`dbt build` of all populations from the committed samples."""
    build = Build(_scratch("samples"), ROOT / "sample_data", {"CLICKSTREAM_FORMAT": "csv"})
    record: Record = {"parses": build.parses(), "rounds": []}
    for _ in range(rounds):
        run = build.anew(*DATA_TESTS)
        record["rounds"].append({OURS: _with_steps(build, run)})
        yield record


def script(name: str) -> Iterator[Record]:
    """What one of SCRIPTS takes and prints."""
    printed = _scratch(name) / "printed.txt"
    run = measured([sys.executable, *SCRIPTS[name]], environment(), printed)
    text = printed.read_text(errors="replace").strip()
    record: Record = {"command": " ".join(SCRIPTS[name]), "printed": text}
    ratio = re.search(r"^ratio: ([0-9.]+)$", text, re.MULTILINE)
    if ratio:
        record["ratio"] = float(ratio[1])
    if run.failure:
        record["failure"] = run.failure
    yield {**record, "rounds": [{OURS: asdict(run)}]}
