"""What one process takes: wall seconds, processor seconds and memory.

This process starts all others and must stay small: Linux counts the memory of the one that starts
a process as the new one's. So it computes nothing itself and asks .queries in other processes.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ONLY_CLICKSTREAM = json.dumps({"populations": {"clickstream": ["events"]}})
OF_CLICKSTREAM = (
    "+path:models/marts",
    "path:models/*/clickstream",
    "path:python_models/clickstream",
)
WHOLE_STREET = ("-s", *OF_CLICKSTREAM, "--vars", ONLY_CLICKSTREAM)
UP_TO_FEATURES = ("-s", "+clickstream_features", "--vars", ONLY_CLICKSTREAM)
LAST_WORDS = 300


@dataclass(frozen=True)
class Run:
    """What one process took with those it started: seconds, seconds, GiB of the largest.

    failure: why it broke off, empty where it did not.
    """

    wall: float
    processors: float
    memory: float
    failure: str = ""


def measured(command: list[str], environment: dict[str, str], log: Path) -> Run:
    """Run a command to its end, with what it prints in the file log."""
    start = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
        _die_first(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(
        wall,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 2**20,
        failure_of(process.returncode, log.read_text(errors="replace")),
    )


def _die_first(process_id: int):
    """Where memory runs out, let Linux end this process rather than another."""
    with suppress(OSError):
        Path(f"/proc/{process_id}/oom_score_adj").write_text("1000")


def failure_of(code: int, output: str) -> str:
    """Why a process broke off, from its exit code and the end of what it printed; empty for 0."""
    if code == 0:
        return ""
    reason = "out of memory (signal 9)" if code == -9 else f"exit code {code}"
    words = " ".join(output.split())[-LAST_WORDS:]
    return f"{reason}: {words}" if words else reason


def environment(**variables: str) -> dict[str, str]:
    """The environment of a process that uses this code, with the settings of the build stated.

    Threads of scikit-learn that wait do so without work, in the notebooks as in ours: on cores that
    are shared, fits would else take several times as long at random.
    """
    return {
        "OMP_WAIT_POLICY": "PASSIVE",
        **os.environ,
        "PYTHONPATH": os.pathsep.join(
            [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH", "")])]
        ),
        "SEGMENTS_MEMORY": os.environ.get("SEGMENTS_MEMORY", "4GB"),
        "SEGMENTS_THREADS": os.environ.get("SEGMENTS_THREADS", "2"),
        **variables,
    }


def asked(question: str, *arguments: object, **variables: str):
    """The answer of a function of .queries in a process of its own; raises where it fails."""
    command = [sys.executable, "-m", "benchmarks.speed.queries", question, *map(str, arguments)]
    process = subprocess.run(
        command, env=environment(**variables), cwd=ROOT, capture_output=True, text=True
    )
    if process.returncode:
        raise ChildProcessError(f"{question}: {failure_of(process.returncode, process.stderr)}")
    return json.loads(process.stdout)


@dataclass
class Build:
    """dbt on one folder of raw data, with a build file and a target folder of its own.

    folder: where the build file, the target and the log go.
    data: the folder that SEGMENTS_DATA names.
    variables: more of the environment, such as CLICKSTREAM_FORMAT.
    """

    folder: Path
    data: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The build file."""
        return self.folder / "ours.duckdb"

    @property
    def target(self) -> Path:
        """Where dbt says what it did."""
        return self.folder / "target"

    def dbt(self, *arguments: str) -> Run:
        """Run one dbt command."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [str(Path(sys.executable).parent / "dbt"), "--quiet", *arguments]
        command += ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
        command += ["--target-path", str(self.target), "--log-path", str(self.folder)]
        given = environment(
            **{
                "SEGMENTS_DB": str(self.database),
                "SEGMENTS_DATA": str(self.data),
                **self.variables,
            }
        )
        return measured(command, given, self.folder / "printed.txt")

    def parses(self, *arguments: str) -> dict[str, dict]:
        """What reading the project takes, the first time and when nothing has changed since."""
        selected = arguments[arguments.index("--vars") :] if "--vars" in arguments else ()
        return {
            name: asdict(self.dbt("parse", *selected)) for name in ("first parse", "later parse")
        }

    def anew(self, *arguments: str) -> Run:
        """Run one dbt command into a new build file."""
        self.forget()
        return self.dbt(*arguments)

    def forget(self):
        """Remove the build file, and what a build that broke off has left beside it."""
        for path in self.folder.glob(f"{self.database.name}*"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
