"""The page: what was measured, beside what is aimed at."""

from collections.abc import Iterable

from benchmarks.speed.events import REAL
from benchmarks.speed.figures import (
    FEATURE_STEPS,
    Runs,
    failures_of,
    markdown,
    middle,
    number,
    ratio,
    runs_of,
    seconds_in,
    times_group_by,
    times_limit,
    yes,
)
from benchmarks.speed.parts import LIMITS, NOTEBOOKS, OURS
from benchmarks.speed.steps import ITSELF
from benchmarks.speed.targets import MILLION, targets

INTRODUCTION = """# Speed, measured

`make bench` writes this page. A figure is the median of the rounds, and a ratio the median of the
ratios within a round, in which all ways run in turn. Quote the ratios: seconds are those of the
machine. Memory is the peak of the whole process.

- ours: `dbt build` of clickstream from the raw file to the marts, into a new build file, with all
  data tests, the evidence for every choice and the backtest. Reading the project (`dbt parse`) the
  first time is a line of its own.
- literal, careful, with_polars: the notebooks in `benchmarks/notebooks`, from the same file to
  segments; every feature they compute is held against ours. The literal one takes many minutes and
  runs in the first round only.
- steps: two nodes of dbt run side by side; a moment at which n of them run counts 1/n for each. In
  the seconds of "dbt itself" none runs: it starts, reads the project, goes on from node to node."""
TAKEN = {"wall, s": "wall", "processors, s": "processors", "memory, GiB": "memory"}


def table_of(record: dict, ways: Iterable[str]) -> str:
    """What each way took, and how many times ours."""
    times_ours = [f"{name.split(',')[0]}, times ours" for name in TAKEN]
    header = ["way", "runs", *TAKEN, *times_ours, "broken off"]
    rows = []
    for way in ways:
        runs, failures = runs_of(record, way), failures_of(record, way)
        if runs or failures:
            taken = [number(middle(runs, key), 2) for key in TAKEN.values()]
            times = [number(ratio(record, way, OURS, key), 2) for key in TAKEN.values()]
            rows.append([way, len(runs), *taken, *times, *(failures[:1] or ["no"])])
    return markdown(header, rows)


def steps_table(runs: Runs) -> str:
    """Where our seconds went."""
    rows = []
    for step in dict.fromkeys(step for run in runs for step in run["steps"]):
        share = middle(runs, lambda run, step=step: 100 * seconds_in(run, step) / run["wall"])
        seconds = middle(runs, lambda run, step=step: seconds_in(run, step))
        rows.append([step, number(seconds, 2), number(share, 0, " %")])
    return markdown(["step of ours", "seconds", "share"], rows)


def heading(record: dict, title: str) -> list[str]:
    """The title of a part, where and when it was measured, and whether it broke off."""
    about = f"{record['at']}, code {record['code']}. {record['machine']}; {record['versions']}."
    if "size" in record:
        about += " {events:,} events of {customers:,} customers.".format(**record["size"])
    failure = record.get("failure")
    return [f"## {title}", about, *([f"**Broken off:** {failure}"] if failure else [])]


def size_of(record: dict) -> str:
    """The number of events in words."""
    size = record["of"]
    return f"{size / MILLION:g}M events" if isinstance(size, int) else f"1M {size} events"


def whole_section(record: dict) -> list[str]:
    """Ours beside the notebooks, from one file; all populations beside nothing."""
    title = "All populations from the samples"
    if record["part"] == "whole":
        title = f"Raw file to segments: {size_of(record)}, {record['format']}"
    lines = [*heading(record, title), table_of(record, (OURS, *NOTEBOOKS))]
    for way, equal in record.get("equal", {}).items():
        lines.append(
            f"{way}: {equal['features']} features are ours, but for {equal['largest']:.0e} of"
            f" {equal['feature']} at most."
        )
    ours = runs_of(record, OURS)
    if ours:
        lines += [steps_table(ours), *floors_text(ours)]
    reading = [
        f"{name} {run['failure'] or number(run['wall'], 1, ' s')}"
        for name, run in record.get("parses", {}).items()
    ]
    return [*lines, *([f"Reading the project alone: {', '.join(reading)}."] if reading else [])]


def floors_text(runs: Runs) -> list[str]:
    """The least that a build must do, and how many times it the features take."""
    runs = [run for run in runs if "floors" in run]
    if not runs:
        return []
    words = [
        f"{words} {number(middle(found, lambda run, name=name: run['floors'][name]['wall']), 2)} s"
        for name, words in (("scan", "reading the columns"), ("group by", "one group-by"))
        if (found := [run for run in runs if name in run["floors"]])
    ]
    times = number(times_group_by(runs))
    return [f"The least: {', '.join(words)}. All features take {times} times the group-by."]


def limits_section(record: dict) -> list[str]:
    """The whole build under each memory limit."""
    header = ["limit", "runs", *TAKEN, "memory, times the limit", "staging, s", "features, s",
              "one group-by, s", "features, times that", "broken off"]  # fmt: skip
    rows = []
    for limit in LIMITS:
        runs, failures = runs_of(record, limit), failures_of(record, limit)
        figures = [
            *(middle(runs, key) for key in TAKEN.values()),
            times_limit(runs, limit),
            *(middle(runs, lambda run, s=step: seconds_in(run, s)) for step in FEATURE_STEPS),
            middle(runs, lambda run: run["floors"]["group by"]["wall"]),
            times_group_by(runs),
        ]
        cells = [number(figure, 2) for figure in figures]
        rows.append([limit, len(runs), *cells, *(failures[:1] or ["no"])])
    return [*heading(record, f"Memory limits: {size_of(record)}"), markdown(header, rows)]


def day_section(record: dict) -> list[str]:
    """One more day: staging and features anew, or only what has changed."""
    lines = heading(record, f"One more day: {size_of(record)}")
    if "day" in record:
        day = "The day has {events:,} events of {customers:,} customers.".format(**record["day"])
        lines.append(f"{day} Features equal to a full build's: {yes(record.get('is_equal'))}.")
    steps = (*FEATURE_STEPS, ITSELF)
    rows = []
    for way in ("before", "full", "incremental"):
        runs, failures = runs_of(record, way), failures_of(record, way)
        figures = [
            *(middle(runs, key) for key in TAKEN.values()),
            *(middle(runs, lambda run, step=step: seconds_in(run, step)) for step in steps),
        ]
        cells = [number(figure, 2) for figure in figures]
        rows.append([way, len(runs), *cells, *(failures[:1] or ["no"])])
    header = ["`dbt run`", "runs", *TAKEN, *(f"{step}, s" for step in steps), "broken off"]
    return [*lines, markdown(header, rows)]


def script_section(record: dict) -> list[str]:
    """What a script of its own has printed."""
    title = f"{record['part'].capitalize()}: `{record.get('command', record['part'])}`"
    return [*heading(record, title), *([record["printed"]] if "printed" in record else [])]


SECTIONS = {
    "whole": whole_section,
    "limits": limits_section,
    "day": day_section,
    "samples": whole_section,
    "scoring": script_section,
    "imputation": script_section,
}


def page(kept: list[dict]) -> str:
    """The whole page, from all records."""
    parts = list(SECTIONS)

    def place(record: dict) -> tuple:
        size = record.get("of", 0)
        is_public = size == REAL
        return (
            parts.index(record["part"]),
            is_public,
            0 if is_public else size,
            record.get("format"),
        )

    lines = [INTRODUCTION, "## Targets"]
    lines.append(markdown(["work", "target", "measured", "met"], targets(kept)))
    for record in sorted(kept, key=place):
        lines += SECTIONS[record["part"]](record)
    return "\n\n".join(lines) + "\n"
