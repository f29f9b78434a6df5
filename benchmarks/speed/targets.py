"""What is aimed at, and whether it was met."""

from collections.abc import Callable

from benchmarks.speed.figures import (
    FEATURE_STEPS,
    Runs,
    middle,
    number,
    ratio,
    runs_of,
    seconds_in,
    times_group_by,
    times_limit,
    yes,
)
from benchmarks.speed.parts import LIMITS, OURS
from benchmarks.speed.steps import our_share

MILLION = 1_000_000
Row = list[str]


def aim(
    work: str,
    words: str,
    value: float | None,
    is_met: Callable[[float], bool],
    unit: str = " times",
) -> Row:
    """One line of the table."""
    measured = "not measured" if value is None else number(value, 2, unit)
    return [work, words, measured, yes(None if value is None else bool(is_met(value)))]


def targets(kept: list[dict]) -> list[Row]:
    """Work, target, what was measured and whether it was met, from all records."""
    known = {(each["part"], each.get("of"), each.get("format")): each for each in kept}

    def record(*name: object) -> dict:
        return known.get((*name, None, None)[:3], {"rounds": []})

    return [
        *_beside(record("whole", MILLION, "parquet"), "1M", "careful", faster=3, less=2),
        *_beside(record("whole", MILLION, "parquet"), "1M", "literal", faster=60),
        *_beside(record("whole", 10 * MILLION, "parquet"), "10M", "careful", faster=10, less=3),
        *_within(record("limits", 50 * MILLION), record("limits", 10 * MILLION)),
        _of_a_script(record("scoring"), "scoring of 5M customers, beside a scan and group-by", 2),
        _one_more_day(record("day", 50 * MILLION)),
        _of_a_script(record("imputation"), "1M customers, 3 features to impute, beside a fit", 3),
        aim(
            "samples, all populations: our models' share of the seconds",
            "under half",
            middle(runs_of(record("samples"), OURS), lambda run: 100 * our_share(run["steps"])),
            lambda found: found < 50,
            " %",
        ),
    ]


def _beside(
    record: dict, size: str, way: str, faster: float, less: float | None = None
) -> list[Row]:
    """The whole build beside one notebook."""
    work = f"{size} events, `dbt build` beside the {way} notebook"
    aims = [("wall", "faster", faster), *([("memory", "less memory", less)] if less else [])]
    return [
        aim(
            work,
            f"at least {least:g} times {words}",
            ratio(record, way, OURS, key),
            lambda found, least=least: found >= least,
        )
        for key, words, least in aims
    ]


def _within(record: dict, smaller: dict) -> list[Row]:
    """The whole build of 50M events under each limit, and of 10M for the growth."""
    rows = []
    for limit in LIMITS:
        work, runs = f"50M events, limit {limit}", runs_of(record, limit)
        growth = _growth(runs, runs_of(smaller, limit))
        memory, features = times_limit(runs, limit), times_group_by(runs)
        rows += [
            aim(f"{work}: peak", "under 1.5 times the limit", memory, lambda found: found < 1.5),
            aim(f"{work}: features", "at most 8 times a group-by", features, lambda f: f <= 8),
            aim(f"{work}: seconds, of 10M", "at most 6 times", growth, lambda found: found <= 6),
        ]
    return rows


def _growth(larger: Runs, smaller: Runs) -> float | None:
    """How many times longer the whole build takes, or its staging and features if that is more."""
    if not larger or not smaller:
        return None
    return max(
        middle(larger, value) / middle(smaller, value)
        for value in ("wall", lambda run: seconds_in(run, *FEATURE_STEPS))
    )


def _one_more_day(record: dict) -> Row:
    """Staging and features of what has changed beside those of all."""
    return aim(
        "one more day on 50M events: staging and features",
        "at least 8 times faster, and equal",
        ratio(record, "full", "incremental", lambda run: seconds_in(run, *FEATURE_STEPS)),
        lambda found: found >= 8 and record["is_equal"],
    )


def _of_a_script(record: dict, work: str, most: float) -> Row:
    """The ratio that a script says at its end."""
    return aim(work, f"at most {most:g} times", record.get("ratio"), lambda found: found <= most)
