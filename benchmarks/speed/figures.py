"""Medians and ratios of what was measured, and tables of them."""

from collections.abc import Callable, Iterable
from statistics import median

FEATURE_STEPS = ("staging", "features")
Runs = list[dict]


def runs_of(record: dict, way: str) -> Runs:
    """The runs of one way that came to an end."""
    return [found[way] for found in record["rounds"] if way in found and not found[way]["failure"]]


def failures_of(record: dict, way: str) -> list[str]:
    """Why runs of one way broke off."""
    return [
        found[way]["failure"] for found in record["rounds"] if found.get(way, {}).get("failure")
    ]


def ratio(record: dict, one: str, other: str, value: str | Callable[[dict], float]) -> float | None:
    """How many times as much one way takes as another: the median over the rounds with both.

    value: a key of a run, or what makes a number of one. None where there is no such round.
    """
    take = value if callable(value) else lambda run: run[value]
    both = [(found.get(one), found.get(other)) for found in record["rounds"]]
    found = [
        take(a) / take(b) for a, b in both if a and b and not a["failure"] and not b["failure"]
    ]
    return median(found) if found else None


def middle(runs: Runs, value: str | Callable[[dict], float]) -> float | None:
    """The median over runs of a key or of what makes a number of one; None where there are none."""
    take = value if callable(value) else lambda run: run[value]
    return median(map(take, runs)) if runs else None


def seconds_in(run: dict, *steps: str) -> float:
    """The seconds of one run in some steps together."""
    return sum(run["steps"].get(step, 0.0) for step in steps)


def times_limit(runs: Runs, limit: str) -> float | None:
    """The largest peak of memory over a limit such as 2GB, of 1,000 MB each as DuckDB has it."""
    limit_bytes = float(limit.removesuffix("GB")) * 1e9
    return max((run["memory"] * 2**30 / limit_bytes for run in runs), default=None)


def times_group_by(runs: Runs) -> float | None:
    """The features over one group-by per customer, under the same limit, after the same build."""
    return middle(runs, lambda run: seconds_in(run, "features") / run["floors"]["group by"]["wall"])


def markdown(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table; a bar within a cell would end it."""
    header = list(header)
    lines = [header, ["---"] * len(header), *rows]
    cells = [[str(cell).replace("|", "/") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def number(value: float | None, digits: int = 1, unit: str = "") -> str:
    """A number as the tables have it; a dash where it is not known."""
    return "-" if value is None else f"{value:,.{digits}f}{unit}"


def yes(value: bool | None) -> str:
    """A truth as the tables have it."""
    return "-" if value is None else "yes" if value else "**no**"
