"""Where the seconds of a dbt command went, by the folder and the name of each node.

dbt runs two nodes side by side. A moment at which n nodes run counts 1/n for each of them, so that
all steps together are the time in which any node ran. The rest of the process, in which none did,
is dbt itself: start, reading the project, what it does between nodes, and the end. What dbt does
around a node, such as opening the build file, belongs to the node.
"""

import json
from collections import Counter
from datetime import datetime
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path

# The first pattern that fits the path of a node's file says its step.
STEPS = (
    ("backtest", "*_backtest*"),
    ("staging", "models/staging/*"),
    ("features", "models/features/*"),
    ("imputation", "python_models/*_imput*"),
    ("choice of k", "python_models/*_cluster_scores*"),
    ("fit", "python_models/*_fits*"),
    ("fit", "python_models/*_components*"),
    ("outcome, rules", "python_models/*"),
    ("scoring, profiles", "models/segments/*"),
    ("marts", "models/*"),
    ("seeds", "seeds/*"),
)
TESTS, REST, ITSELF = "data tests", "hooks", "dbt itself"
NOT_OURS = ("seeds", TESTS, REST, ITSELF)
Interval = tuple[float, float]


def step_of(node: str, path: str) -> str:
    """The step of a node, by its id and the path of its file."""
    if node.startswith(("test.", "unit_test.")):
        return TESTS
    return next((step for step, pattern in STEPS if fnmatch(path, pattern)), REST)


def interval_of(result: dict) -> Interval | None:
    """From when to when a node ran, in seconds; None where it was skipped."""
    times = [
        datetime.fromisoformat(each[moment]).timestamp()
        for each in result["timing"]
        for moment in ("started_at", "completed_at")
        if each.get(moment)
    ]
    return (min(times), max(times)) if times else None


def shared(intervals: dict[str, Interval]) -> dict[str, float]:
    """The seconds of each interval, where a moment that n of them share counts 1/n."""
    found = dict.fromkeys(intervals, 0.0)
    moments = sorted({moment for interval in intervals.values() for moment in interval})
    for start, end in pairwise(moments):
        running = [name for name, (a, b) in intervals.items() if a <= start and end <= b]
        for name in running:
            found[name] += (end - start) / len(running)
    return found


def steps(results: list[dict], paths: dict[str, str], wall: float) -> dict[str, float]:
    """The seconds of each step; with dbt itself they make up the wall seconds of the process.

    results: of dbt's run_results.json; paths: the file of each node.
    """
    intervals = {result["unique_id"]: interval_of(result) for result in results}
    ran = {node: interval for node, interval in intervals.items() if interval}
    found: Counter = Counter()
    for node, seconds in shared(ran).items():
        found[step_of(node, paths.get(node, ""))] += seconds
    found[ITSELF] = wall - sum(found.values())
    order = [*dict.fromkeys(step for step, _ in STEPS), TESTS, REST, ITSELF]
    return {step: found[step] for step in order if step in found}


def steps_of(target: Path, wall: float) -> dict[str, float]:
    """The steps of the last command that wrote to a target folder."""
    manifest = json.loads((target / "manifest.json").read_text())
    paths = {node: each["original_file_path"] for node, each in manifest["nodes"].items()}
    results = json.loads((target / "run_results.json").read_text())["results"]
    return steps(results, paths, wall)


def our_share(found: dict[str, float]) -> float:
    """The share of the project's own models in all seconds, rather than dbt's and the tests'."""
    return sum(each for step, each in found.items() if step not in NOT_OURS) / sum(found.values())
