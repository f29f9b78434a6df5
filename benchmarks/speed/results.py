"""The page: what was measured, beside what is aimed at."""

from collections.abc import Callable, Iterable
from statistics import median

from benchmarks.speed.parts import LIMITS, NOTEBOOKS, OURS
from benchmarks.speed.steps import ITSELF, our_share

MILLION = 1_000_000
FEATURE_STEP = ("staging", "features")
WALL_TABLE = [
    "way",
    "wall, s",
    "processors, s",
    "memory, GiB",
    "wall, times ours",
    "memory, times ours",
]
INTRODUCTION = """# Speed, measured

`make bench` writes this page; what each word means is in `benchmarks/speed`. A figure is the median
of the rounds, and a ratio the median of the ratios within a round, in which all ways run in turn.
Quote the ratios: seconds are those of the machine. Memory is the peak of the whole process. Ours is
`dbt build` from the raw file to the marts with all data tests and the evidence for every choice.
"""
Found = list[dict]


def runs_of(record: dict, way: str) -> Found:
    """The runs of one way that came to an end."""
    runs = [found[way] for found in record["rounds"] if way in found]
    return [run for run in runs if not run["failure"]]


def pairs(record: dict, one: str, other: str) -> list[tuple[dict, dict]]:
    """The runs of two ways in the rounds in which both came to an end."""
    both = [(found.get(one), found.get(other)) for found in record["rounds"]]
    return [(a, b) for a, b in both if a and b and not a["failure"] and not b["failure"]]


def ratio(record: dict, one: str, other: str, key: str) -> float | None:
    """How many times as much of something one way takes as another; None where it is not known."""
    found = [a[key] / b[key] for a, b in pairs(record, one, other)]
    return median(found) if found else None


def markdown(header: list[str], rows: Iterable[list[object]]) -> str:
    """A table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def number(value: float | None, digits: int = 1, unit: str = "") -> str:
    """A number as the tables have it; a dash where it is not known."""
    return "-" if value is None else f"{value:,.{digits}f}{unit}"


def middle(runs: Found, value: Callable[[dict], float]) -> float | None:
    """The median over runs; None where there are none."""
    return median(map(value, runs)) if runs else None


def step_seconds(runs: Found, *names: str) -> float | None:
    """The median seconds of some steps together."""
    return middle(runs, lambda run: sum(run["steps"].get(name, 0.0) for name in names))


def compared(record: dict, ways: Iterable[str]) -> str:
    """What each way took, and how many times ours."""
    rows = []
    for way in ways:
        broken = [found[way]["failure"] for found in record["rounds"] if way in found]
        runs = runs_of(record, way)
        if not broken:
            continue
        if not runs:
            rows.append([way, f"failed: {broken[0]}".replace("|", "/"), *["-"] * 4])
            continue
        rows.append(
            [
                f"{way} ({len(runs)} of {len(broken)} runs)" if len(runs) < len(broken) else way,
                *(number(middle(runs, lambda run, key=key: run[key]), digits)
                  for key, digits in (("wall", 1), ("processors", 1), ("memory", 2))),
                *(number(ratio(record, way, OURS, key), 2) for key in ("wall", "memory")),
            ]
        )  # fmt: skip
    return markdown(WALL_TABLE, rows)


def steps_table(runs: Found) -> str:
    """Where our seconds went."""
    names = dict.fromkeys(name for run in runs for name in run["steps"])
    rows = [
        [name, number(step_seconds(runs, name), 2),
         number(middle(runs, lambda run, n=name: run["steps"].get(n, 0) / run["wall"] * 100), 0, " %")]
        for name in names
    ]  # fmt: skip
    return markdown(["step of ours", "seconds", "share"], rows)


def floors_text(floors: Found, runs: Found) -> str:
    """The least that a build must do, and how many times it staging and features take."""
    group_by = middle(floors, lambda each: each["group by"]["wall"])
    scans = [each for each in floors if "scan" in each]
    features = step_seconds(runs, "features")
    words = [f"one group-by per customer {number(group_by, 2)} s"]
    if scans:
        scan = middle(scans, lambda each: each["scan"]["wall"])
        words.insert(0, f"reading the needed columns {number(scan, 2)} s")
    times = features / group_by if features is not None and group_by else None
    return f"Floors: {', '.join(words)}; all features take {number(times)} times the group-by."


def heading(record: dict, title: str) -> list[str]:
    """The title of a part, and where and when it was measured."""
    rounds = len(record["rounds"])
    lines = [f"## {title}", f"{record['at']}, {rounds} rounds, code {record['code']}. "
             f"{record['machine']}; {record['versions']}."]  # fmt: skip
    if "size" in record:
        lines[1] += " {events:,} events of {customers:,} customers.".format(**record["size"])
    if record.get("failure"):
        lines.append(f"**Broken off:** {record['failure']}")
    return lines


def whole_section(record: dict) -> list[str]:
    """Ours beside the notebooks, from one file."""
    lines = heading(record, f"Raw file to segments: {_of(record)} events, {record['format']}")
    lines.append(compared(record, (OURS, *NOTEBOOKS)))
    for way, equal in record.get("equal", {}).items():
        lines.append(
            f"{way}: {equal['features']} features are ours, up to {equal['largest']:.0e}"
            f" ({equal['feature']})."
        )
    ours = runs_of(record, OURS)
    if ours:
        lines += [steps_table(ours)]
        floors = [found["floors"] for found in record["rounds"] if "floors" in found]
        lines += [floors_text(floors, ours)] if floors else []
    return [*lines, *_parses(record)]


def _parses(record: dict) -> list[str]:
    parses = record.get("parses", {})
    words = [f"{name} {number(run['wall'])} s" for name, run in parses.items()]
    return [f"Reading the project alone (`dbt parse`): {', '.join(words)}."] if words else []


def limits_section(record: dict) -> list[str]:
    """The whole build under each memory limit."""
    lines = heading(record, f"Memory limits: {_of(record)} events")
    rows = []
    for limit in LIMITS:
        broken = [found[limit]["failure"] for found in record["rounds"] if limit in found]
        runs = runs_of(record, limit)
        if runs:
            rows.append(
                [limit, *(number(middle(runs, lambda run, k=k: run[k]), 2)
                          for k in ("wall", "processors", "memory")),
                 number(_times_limit(runs, limit), 2), number(step_seconds(runs, "staging"), 2),
                 number(step_seconds(runs, "features"), 2), number(_times_floor(runs), 2)]
            )  # fmt: skip
        elif broken:
            rows.append([limit, f"failed: {broken[0]}".replace("|", "/"), *["-"] * 6])
    header = ["limit", "wall, s", "processors, s", "memory, GiB", "memory, times the limit",
              "staging, s", "features, s", "features, times the group-by"]  # fmt: skip
    return [*lines, markdown(header, rows)]


def _times_limit(runs: Found, limit: str) -> float | None:
    gigabytes = float(limit.removesuffix("GB"))
    return max((run["memory"] * 2**30 / 1e9 / gigabytes for run in runs), default=None)


def _times_floor(runs: Found) -> float | None:
    return middle(
        runs, lambda run: run["steps"].get("features", 0.0) / run["floors"]["group by"]["wall"]
    )


def day_section(record: dict) -> list[str]:
    """One more day: staging and features anew, or only what has changed."""
    lines = heading(record, f"One more day: {_of(record)} events")
    if "day" in record:
        lines.append(
            "The day has {events:,} events of {customers:,} customers.".format(**record["day"])
            + f" Features equal to those of a full build: {_yes(record.get('is_equal'))}."
        )
    names = [*FEATURE_STEP, ITSELF]
    rows = [
        [way, number(middle(runs, lambda run: run["wall"])),
         number(middle(runs, lambda run: run["processors"])),
         *(number(step_seconds(runs, name), 2) for name in names)]
        for way in ("before", "full", "incremental")
        if (runs := runs_of(record, way))
    ]  # fmt: skip
    header = ["dbt run", "wall, s", "processors, s", *(f"{name}, s" for name in names)]
    return [*lines, markdown(header, rows)]


def times_faster_day(record: dict) -> float | None:
    """How many times longer staging and features take in full than for what has changed."""
    found = [
        sum(full["steps"][name] for name in FEATURE_STEP)
        / sum(part["steps"][name] for name in FEATURE_STEP)
        for full, part in pairs(record, "full", "incremental")
    ]
    return median(found) if found else None


def samples_section(record: dict) -> list[str]:
    """All populations from the samples."""
    lines = heading(record, "All populations from the samples")
    ours = runs_of(record, OURS)
    lines.append(compared(record, (OURS,)))
    if ours:
        lines += [steps_table(ours)]
    return [*lines, *_parses(record)]


SECTIONS = {
    "whole": whole_section,
    "limits": limits_section,
    "day": day_section,
    "samples": samples_section,
}


def _of(record: dict) -> str:
    size = record.get("of")
    if isinstance(size, int):
        return f"{size / MILLION:g}M"
    return f"1M {size}"


def _yes(value: bool | None) -> str:
    return "not known" if value is None else "yes" if value else "**no**"


def targets(kept: list[dict]) -> list[list[str]]:
    """Each aim with what was measured and whether it was met."""
    known = {(each["part"], each.get("of"), each.get("format")): each for each in kept}
    nothing: dict = {"rounds": []}

    def part(name: str, size: int | None = None, file_format: str | None = None) -> dict:
        return known.get((name, size, file_format), nothing)

    def row(work: str, aim: str, value: float | None, is_met: Callable, unit: str = " times"):
        measured = "not measured" if value is None else number(value, 2, unit)
        return [work, aim, measured, "-" if value is None else _yes(is_met(value))]

    def beside(size: int, way: str, key: str, least: float) -> list[str]:
        words = {"wall": "times faster", "memory": "times less memory"}[key]
        value = ratio(part("whole", size, "parquet"), way, OURS, key)
        work = f"{size // MILLION}M events, `dbt build` beside the {way} notebook"
        return row(work, f"at least {least:g} {words}", value, lambda found: found >= least)

    rows = [
        beside(MILLION, "careful", "wall", 3),
        beside(MILLION, "careful", "memory", 2),
        beside(MILLION, "literal", "wall", 60),
        beside(10 * MILLION, "careful", "wall", 10),
        beside(10 * MILLION, "careful", "memory", 3),
    ]
    large, medium = part("limits", 50 * MILLION), part("limits", 10 * MILLION)
    for limit in LIMITS:
        work, runs = f"50M events, limit {limit}", runs_of(large, limit)
        smaller = middle(runs_of(medium, limit), lambda run: run["wall"])
        larger = middle(runs, lambda run: run["wall"])
        growth = larger / smaller if larger and smaller else None
        rows += [
            row(f"{work}: peak memory", "under 1.5 times the limit",
                _times_limit(runs, limit), lambda found: found < 1.5),
            row(f"{work}: features", "at most 8 times one group-by",
                _times_floor(runs), lambda found: found <= 8),
            row(f"{work}: whole build, beside 10M", "at most 6 times",
                growth, lambda found: found <= 6),
        ]  # fmt: skip
    newest = part("day", 50 * MILLION)
    rows.append(
        row("one more day on 50M events: staging and features", "at least 8 times faster, equal",
            times_faster_day(newest), lambda found: found >= 8 and newest.get("is_equal"))
    )  # fmt: skip
    ours = runs_of(part("samples"), OURS)
    rows.append(
        row("samples, all populations: our models' share of the seconds", "under half",
            middle(ours, lambda run: 100 * our_share(run["steps"])), lambda found: found < 50, " %")
    )  # fmt: skip
    return rows


def page(kept: list[dict]) -> str:
    """The whole page, from all records."""
    order = list(SECTIONS)
    kept = sorted(
        kept,
        key=lambda each: (
            order.index(each["part"]),
            float(each["of"]) if isinstance(each.get("of"), int) else 0.0,
            each.get("format", ""),
        ),
    )
    lines = [INTRODUCTION.strip(), "## Targets"]
    lines.append(markdown(["work", "target", "measured", "met"], targets(kept)))
    for record in kept:
        lines += SECTIONS[record["part"]](record)
    return "\n\n".join(lines) + "\n"
