"""Measure what is asked for, keep it, and write benchmarks/RESULTS.md from all that is kept."""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.speed import parts
from benchmarks.speed.events import BENCH_DATA, REAL
from benchmarks.speed.measure import ROOT
from benchmarks.speed.results import page

RESULTS = ROOT / "benchmarks" / "RESULTS.md"
RECORDS = BENCH_DATA / "records"
PARTS = ("whole", "limits", "day", "samples", *parts.SCRIPTS)
FORMATS = ("parquet", "csv", "sqlite")
SIZES = (1_000_000, 10_000_000, 50_000_000, REAL)
PACKAGES = (
    *("dbt-core", "dbt-duckdb", "duckdb", "pandas"),
    *("polars", "numpy", "scikit-learn", "xgboost-cpu"),
)


def machine() -> dict[str, str]:
    """The processor, its cores, the memory, and the versions of what is measured."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "machine": f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB",
        "versions": ", ".join(
            [f"Python {platform.python_version()}", *(_versioned(name) for name in PACKAGES)]
        ),
        "code": _code(),
    }


def _versioned(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} not installed"


def _code() -> str:
    """The commit, and whether anything but the results has changed since."""
    git = ["git", "-C", str(ROOT)]
    try:
        commit = subprocess.check_output([*git, "rev-parse", "--short", "HEAD"], text=True).strip()
        changed = [*git, "status", "--porcelain", "--", ".", f":!{RESULTS.relative_to(ROOT)}"]
        return commit + (" with changes" if subprocess.check_output(changed, text=True) else "")
    except (OSError, subprocess.CalledProcessError):
        return "no commit"


def planned(given: argparse.Namespace) -> Iterator[tuple[dict, Iterator[dict]]]:
    """What says which part it is, and the rounds that measure it."""
    simulated = [size for size in given.sizes if size != REAL]
    for size in given.sizes if "whole" in given.parts else ():
        for file_format in given.formats:
            possible = parts.ways_of(size, file_format)
            if not possible:
                continue
            ways = tuple(way for way in possible if not given.ways or way in given.ways)
            yield (
                {"part": "whole", "of": size, "format": file_format},
                parts.whole(size, file_format, given.runs, ways),
            )
    for part in ("limits", "day"):
        for size in simulated if part in given.parts else ():
            yield {"part": part, "of": size}, getattr(parts, part)(size, given.runs)
    if "samples" in given.parts:
        yield {"part": "samples"}, parts.samples(given.runs)
    for part in parts.SCRIPTS:
        if part in given.parts:
            yield {"part": part}, parts.script(part)


def keep(record: dict):
    """Write a record in the place of an earlier one of the same part."""
    RECORDS.mkdir(parents=True, exist_ok=True)
    words = [str(record[key]) for key in ("part", "of", "format") if key in record]
    (RECORDS / f"{'_'.join(words)}.json").write_text(json.dumps(record, indent=1))


def measure(name: dict, rounds: Iterator[dict]) -> bool:
    """Take all rounds of a part, keep what there is after each; whether none broke off.

    Where one did, the build files and what was printed stay in the folder parts.SCRATCH.
    """
    about = {**name, **machine()}
    record: dict = {"rounds": []}
    failure = ""
    try:
        for record in rounds:
            keep({**about, "at": _now(), **record})
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        failure = f"{type(error).__name__}: {error}"
        keep({**about, "at": _now(), **record, "failure": failure})
    runs = [run for found in record["rounds"] for run in found.values()]
    broken = [failure, *(run.get("failure", "") for run in runs)]
    for each in filter(None, broken):
        print(f"{name}: {each}", file=sys.stderr)
    if not any(broken):
        shutil.rmtree(parts.SCRATCH, ignore_errors=True)
    return not any(broken)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def main() -> int:
    """Measure and write; 1 where anything broke off."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument(
        "--sizes",
        nargs="+",
        type=lambda text: REAL if text == REAL else int(text),
        default=SIZES,
        help=f"events, about; {REAL} is the public file in SEGMENTS_REAL_DATA",
    )
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument("--ways", nargs="+", choices=(parts.OURS, *parts.NOTEBOOKS))
    parser.add_argument(
        "--runs",
        type=int,
        default=3,
        help="rounds in which each way runs once, the literal notebook in the first only",
    )
    given = parser.parse_args()
    is_whole = True
    for name, rounds in planned(given):
        print(" ".join(str(each) for each in name.values()), flush=True)
        is_whole &= measure(name, rounds)
        kept = [json.loads(path.read_text()) for path in sorted(RECORDS.glob("*.json"))]
        RESULTS.write_text(page(kept), encoding="utf-8")
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
