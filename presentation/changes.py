"""What differs between two published files, in sentences for people who use the segments."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from presentation import words
from presentation.sql import text_literal

# The number of customers of a group that is hidden: it is small, or would tell of a small one.
HIDDEN = "hidden"
NO_STRUCTURE = "no structure"


def print_changes(old: Path, new: Path, console: Console) -> None:
    """Print what has changed since the file that is still published, or that it is the first."""
    console.print()
    if not old.exists():
        console.print("Published for the first time.")
        return
    try:
        changed = changes(old, new)
    except duckdb.Error as error:
        cause = str(error).strip().splitlines()[0]
        console.print(
            f"What has changed cannot be said: the file published before cannot be compared "
            f"({escape(cause)}).",
            highlight=False,
        )
        return
    if not changed:
        console.print(
            "No segment, customer, fit, period or rejected row has changed since the last time it "
            "was published."
        )
        return
    console.print("[bold]Changed since the last time it was published[/bold]")
    for populations, sentences in _together(changed).items():
        console.print(f"{escape(', '.join(populations))}:", highlight=False)
        lines = Table.grid(padding=(0, 1))
        lines.add_column(width=3, justify="right")
        lines.add_column()
        for sentence in sentences:
            lines.add_row("-", escape(sentence))
        console.print(lines, highlight=False)


def _together(changed: Mapping[str, Sequence[str]]) -> dict[tuple[str, ...], list[str]]:
    """The sentences by the populations of which they are told; what is told of several comes last.

    The second build of all populations says of each that its fit is kept: once is enough.
    """
    told_of: dict[str, list[str]] = {}
    for population, sentences in changed.items():
        for sentence in sentences:
            told_of.setdefault(sentence, []).append(population)
    found: dict[tuple[str, ...], list[str]] = {}
    for sentence, populations in told_of.items():
        found.setdefault(tuple(populations), []).append(sentence)
    return dict(sorted(found.items(), key=lambda each: (len(each[0]) > 1, each[0])))


def changes(old: Path, new: Path) -> dict[str, list[str]]:
    """What changed, as sentences by population; nothing of populations in which nothing did."""
    with duckdb.connect() as connection:
        for name, path in (("old", old), ("new", new)):
            connection.execute(f"attach {text_literal(str(path))} as {name} (read_only)")
        in_both = {
            table
            for (table,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'main' "
                "group by table_name having count(distinct table_catalog) = 2"
            ).fetchall()
        }
        found: dict[str, list[str]] = {}
        for tell, tables in TOLD.items():
            if in_both.issuperset(tables):
                for population, sentence in tell(connection):
                    found.setdefault(population, []).append(sentence)
    return dict(sorted(found.items()))


def _segments(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Populations that are new or gone; segments that are, or have another name or size."""
    rows = connection.execute("""
        select
            coalesce(old.population, new.population) as population,
            old.segment_name,
            new.segment_name,
            old.customers,
            new.customers,
            old.segment_id is null,
            new.segment_id is null,
            bool_and(old.segment_id is null) over (partition by population),
            bool_and(new.segment_id is null) over (partition by population),
            old.structure,
            new.structure
        from old.segment_summary as old
        full join new.segment_summary as new using (population, segment_id)
        order by population, coalesce(old.segment_id, new.segment_id)
    """).fetchall()
    told: list[tuple[str, str]] = []
    for population in dict.fromkeys(row[0] for row in rows):
        own = [row[1:] for row in rows if row[0] == population]
        if own[0][6]:
            names = ", ".join(f"{row[1]} ({_size(row[3])})" for row in own)
            told.append((population, f"A new population: {names}."))
            continue
        if own[0][7]:
            told.append((population, "No customers of this population are left."))
            continue
        sizes = []
        for before, after, was, now, is_new, is_gone, *_ in own:
            if is_new:
                told.append((population, f"New segment: {after} ({_count(now)})."))
            elif is_gone:
                told.append((population, f"Segment gone: {before} ({_count(was)})."))
            elif before != after:
                told.append((population, f"Segment renamed: {before} is now {after}."))
            if not (is_new or is_gone) and was != now:
                sizes.append(f"{after} {_size(was)}→{_size(now)}")
        if sizes:
            told.append((population, f"Customers: {', '.join(sizes)}."))
        before = next((row[8] for row in own if row[8]), None)
        after = next((row[9] for row in own if row[9]), None)
        if before and after and before != after:
            before, after = (NO_STRUCTURE if each == "none" else each for each in (before, after))
            told.append((population, f"The groups: {before} → {after}."))
    return told


def _customers(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """How many customers are new, gone, or in another segment."""
    rows = connection.execute("""
        select
            population,
            count(*) filter (old.segment_id is null) as came,
            count(*) filter (new.segment_id is null) as went,
            count(*) filter (old.segment_id != new.segment_id) as moved,
            count(*) filter (old.segment_id = new.segment_id) as stayed
        from old.segments as old
        full join new.segments as new using (population, customer_id)
        where population in (select population from old.segments)
            and population in (select population from new.segments)
        group by population
        having came + went + moved > 0
        order by population
    """).fetchall()
    told = []
    for population, came, went, moved, stayed in rows:
        parts = [
            f"{count:,} {what}"
            for count, what in (
                (came, "new"),
                (went, "gone"),
                (moved, "in another segment than before"),
            )
            if count
        ]
        if stayed + moved == 0:
            parts = ["all have other ids than before"]
        told.append((population, f"Of the customers, {words.listed(parts)}."))
    return told


def _verdicts(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Where the verdict on the fit is another one, with its reason."""
    rows = connection.execute("""
        select population, old.verdict, new.verdict, new.reason
        from old.fit_verdicts as old
        inner join new.fit_verdicts as new using (population)
        where old.verdict is distinct from new.verdict or old.reason is distinct from new.reason
        order by population
    """).fetchall()
    return [
        (
            population,
            f"Verdict on the fit: {after} ({reason})."
            if before == after
            else f"Verdict on the fit: {before} → {after} ({reason}).",
        )
        for population, before, after, reason in rows
    ]


def _fits(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Where another fit is in use."""
    rows = connection.execute("""
        select population, old.fit_id, new.fit_id, new.fitted_as_of
        from (from old.fits where is_current) as old
        inner join (from new.fits where is_current) as new using (population)
        where old.fit_id != new.fit_id or old.settings_hash != new.settings_hash
        order by population
    """).fetchall()
    return [
        (
            population,
            f"Fitted anew: fit {after}"
            + (f" of {as_of:%-d %B %Y}" if as_of else "")
            + (f" in the place of fit {before}." if before != after else ", with other settings."),
        )
        for population, before, after, as_of in rows
    ]


def _rejections(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Where more or fewer raw rows, or values, were rejected for a reason."""
    rows = connection.execute("""
        select
            population,
            source,
            scope,
            reason,
            coalesce(old.rejected_rows, 0),
            coalesce(new.rejected_rows, 0)
        from old.rejection_counts as old
        full join new.rejection_counts as new using (population, source, scope, reason)
        where coalesce(old.rejected_rows, 0) != coalesce(new.rejected_rows, 0)
            and population in (select population from old.fit_verdicts)
            and population in (select population from new.fit_verdicts)
        order by all
    """).fetchall()
    return [
        (
            population,
            f"Rejected {'rows' if scope == 'row' else 'values'} of {source}: "
            f"{before:,} → {after:,} ({reason}).",
        )
        for population, source, scope, reason, before, after in rows
    ]


def _history(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Where more or fewer periods are compared."""
    rows = connection.execute("""
        with

        periods as (

            select distinct population, from_as_of, to_as_of, true as is_new
            from new.segment_migrations
            union all
            select distinct population, from_as_of, to_as_of, false as is_new
            from old.segment_migrations

        )

        select
            population,
            count(*) filter (not is_new) as before,
            count(*) filter (is_new) as after
        from periods
        group by population
        having before != after
        order by population
    """).fetchall()
    return [
        (population, f"Periods in which moves are told: {before} → {after}.")
        for population, before, after in rows
    ]


# What is told, in this order, and the tables for it: where one is not published, it is not told.
TOLD = {
    _segments: ["segment_summary"],
    _customers: ["segments"],
    _fits: ["fits"],
    _verdicts: ["fit_verdicts"],
    _rejections: ["rejection_counts", "fit_verdicts"],
    _history: ["segment_migrations"],
}


def _size(customers: int | None) -> str:
    return HIDDEN if customers is None else f"{customers:,}"


def _count(customers: int | None) -> str:
    if customers is None:
        return "size hidden"
    return f"{customers:,} customer{'' if customers == 1 else 's'}"
