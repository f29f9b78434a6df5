"""The files of events: made where absent, outside the repository, and kept."""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.measure import ROOT, asked, environment

EVENTS_PER_CUSTOMER = 8.182
REAL = "real"
DAY_FILE = "2019-11-01.parquet"
BENCH_DATA = Path(
    os.environ.get("BENCH_DATA") or Path(tempfile.gettempdir()) / "customer_segments_bench"
)


@dataclass(frozen=True)
class Events:
    """The events of one data folder (SEGMENTS_DATA) and the only file that has them."""

    data: Path
    path: Path


def customers_for(events: int) -> int:
    """How many simulated customers have about so many events."""
    return max(20, round(events / EVENTS_PER_CUSTOMER))


def events_of(size: int | str, file_format: str) -> Events:
    """The folder and the file of about size simulated events, or of the public ones for REAL."""
    if size == REAL:
        data = Path(os.environ["SEGMENTS_REAL_DATA"]).resolve()
    else:
        data = BENCH_DATA / f"{size}_{file_format}"
        if not data.exists():
            _simulate(int(size), file_format, data)
    [path] = (data / "clickstream").glob(f"*.{file_format}")
    return Events(data, path)


def _simulate(size: int, file_format: str, data: Path):
    """Write about size events to a folder, which is there only when it is complete."""
    unfinished = data.with_name(f"{data.name}_unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [sys.executable, "-m", "segmentation.simulate", "clickstream"]
    command += ["--customers", str(customers_for(size)), "--format", file_format]
    subprocess.run(
        [*command, "--out", str(unfinished)],
        check=True,
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    unfinished.rename(data)


def before_the_day(size: int) -> Events:
    """The same events in a folder of their own, without the day that add_day adds."""
    known = events_of(size, "parquet")
    data = BENCH_DATA / f"{size}_days"
    (data / "clickstream").mkdir(parents=True, exist_ok=True)
    path = data / "clickstream" / known.path.name
    if not path.exists():
        path.symlink_to(known.path)
    (data / "clickstream" / DAY_FILE).unlink(missing_ok=True)
    return Events(data, path)


def add_day(events: Events) -> dict:
    """Add the file of one more day; returns its customers and events."""
    return asked("write_day", events.path, events.path.with_name(DAY_FILE))
