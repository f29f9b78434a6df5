"""What a finished build prints: the segments of every population."""

import os
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import duckdb
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

VERDICTS = {
    "clear": "the segments are clear",
    "weak": "the segments are weak: use them with care",
    "none": "no structure: the customers form no groups that beat chance",
}


def print_summary(database: Path, console: Console) -> None:
    """Print the segment summary of each population, and what to be careful about."""
    with duckdb.connect(str(database), read_only=True) as connection:
        fitted = [
            population
            for (population,) in connection.execute(
                "select population from marts.fit_verdicts where is_fitted order by population"
            ).fetchall()
        ]
        console.print()
        console.print(
            f"Fitted in this build: {escape(', '.join(fitted))}."
            if fitted
            else "Nothing was fitted: all customers were scored with the fits that there are.",
            highlight=False,
        )
        choices = connection.execute(
            "select population, algorithm, k, structure, reason from marts.cluster_scores "
            "where is_chosen order by population"
        ).fetchall()
        for population, algorithm, k, structure, reason in choices:
            console.print()
            console.print(_segments(connection, population, f"{population}: {VERDICTS[structure]}"))
            console.print(escape(_fit(connection, population)), style="dim", highlight=False)
            label = f"Why {k}" if algorithm == "kmeans" else f"Why {algorithm}"
            console.print(f"[dim]{label}:[/dim] {escape(reason)}", highlight=False)
            for line in _notes(connection, population):
                console.print(escape(line), style="dim", highlight=False)
        mostly_rejected = _mostly_rejected(connection)
    without = [population for population, *_, structure, _ in choices if structure == "none"]
    if without:
        console.print()
        console.print(
            f"[bold]Warning:[/bold] {escape(', '.join(without))}: no groups of customers beat "
            "chance. Whatever segments are shown there say no more than their features do.",
            highlight=False,
        )
    for population, source, share, reason in mostly_rejected:
        console.print()
        console.print(
            f"[bold]Warning:[/bold] {escape(population)}: {share:.0%} of the {escape(source)} were "
            f"rejected, most of them for this reason: {escape(reason)}.",
            highlight=False,
        )
    console.print()


def print_history(database: Path, console: Console) -> None:
    """Print who moved from date to date in each population with a history, and where most went."""
    with duckdb.connect(str(database), read_only=True) as connection:
        periods = connection.execute(
            "select population, from_as_of, to_as_of, "
            "sum(customers) filter (where kind != 'entered'), "
            "sum(customers) filter (where kind = 'stayed'), "
            "sum(customers) filter (where kind = 'moved'), "
            "sum(customers) filter (where kind = 'entered'), "
            "sum(customers) filter (where kind = 'left'), "
            "arg_max(from_segment_name || ' to ' || to_segment_name, customers) "
            "filter (where kind = 'moved'), "
            "max(customers) filter (where kind = 'moved') "
            "from marts.segment_migrations group by all order by all"
        ).fetchall()
        scored = [
            (
                population,
                *connection.execute(
                    "select count(as_of) filter (where is_history), "
                    "min(as_of) filter (where is_history), max(as_of) filter (where is_history), "
                    f"any_value(as_of) filter (where is_present) from features.{population}_as_of"
                ).fetchone(),
            )
            for (population,) in connection.execute(
                "select population from marts.fit_verdicts order by population"
            ).fetchall()
        ]
    for population, rows in groupby(periods, key=lambda row: row[0]):
        table = Table(
            title=f"{population}: who moved",
            title_justify="left",
            title_style="bold",
            box=box.SIMPLE_HEAD,
        )
        table.add_column("from")
        table.add_column("to")
        for heading in ("at start", "stayed", "moved", "new", "gone"):
            table.add_column(heading, justify="right")
        table.add_column("most of those who moved", ratio=1)
        for _, start, end, *counts, flow, customers in rows:
            most = "" if flow is None else f"{flow} ({customers:,})"
            numbers = [f"{count or 0:,}" for count in counts]
            table.add_row(f"{start:%-d %b %Y}", f"{end:%-d %b %Y}", *numbers, escape(most))
        console.print()
        console.print(table)
    console.print()
    for population, dates, first, last, present in scored:
        if dates:
            told = f"dates scored: {dates}, from {first:%-d %b %Y} to {last:%-d %b %Y}"
        elif present is None:
            told = "no date scored, since nothing in its data has one"
        else:
            told = (
                "no date scored: all lie before its first event or after the present, "
                f"{present:%-d %b %Y}, or its customers come as a table, which has no past"
            )
        console.print(f"{escape(population)}: {told}.", style="dim", highlight=False)
    console.print()


def _segments(connection: duckdb.DuckDBPyConnection, population: str, title: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("segment", max_width=30)
    table.add_column("customers", justify="right")
    table.add_column("share", justify="right")
    table.add_column("what sets it apart", ratio=1)
    rows = connection.execute(
        "select segment_name, customers, share, headline from marts.segment_summary "
        "where population = ? order by segment_id",
        [population],
    ).fetchall()
    for name, customers, share, headline in rows:
        table.add_row(
            escape(name), f"{customers:,}", f"{share:.1%}", escape(headline.replace(", ", "\n"))
        )
    return table


def _fit(connection: duckdb.DuckDBPyConnection, population: str) -> str:
    """What the build did about the fit, and why, in a sentence or three."""
    found, verdict, reason, is_fitted, fit_id, as_of, relabelled = connection.execute(
        "select verdicts.fit_id, verdict, reason, is_fitted, fits.fit_id, fitted_as_of, "
        "relabelled_share from marts.fit_verdicts as verdicts left join marts.fits as fits "
        "on verdicts.population = fits.population and fits.is_current "
        "where verdicts.population = ?",
        [population],
    ).fetchone()
    if fit_id is None:
        return "No fit: there are no customers, or all are alike."
    name = f"Fit {fit_id}" + (f" of {as_of:%-d %B %Y}" if as_of else "")
    if found is None:
        return f"{name}, the first one."
    if not is_fitted:
        advice = "" if verdict == "keep" else f" The verdict is {verdict}."
        return f"{name}, kept: {reason}.{advice}"
    if fit_id == found:
        return f"{name}, made again and found the same: {reason}."
    changes = connection.execute(
        "select event, string_agg(distinct coalesce(if(event in ('born', 'split'), "
        "to_segment_name, from_segment_name), '?'), ', ') from marts.segment_lineage "
        "where population = ? and fit_id = ? and event in ('born', 'split', 'merged', 'died') "
        "group by event order by event",
        [population, fit_id],
    ).fetchall()
    words = {"born": "new", "split": "split off", "merged": "merged", "died": "ended"}
    told = "; ".join(f"{words[event]}: {names}" for event, names in changes)
    return (
        f"{name}, a new one: {reason}. The refit alone put {relabelled:.1%} of the customers into "
        f"another segment ({told or 'all segments continue'})."
    )


def _mostly_rejected(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    """The sources of which more than half was rejected: population, source, share, reason."""
    return connection.execute("""
        with reasons as (
            select population, source, reason, count(*) as row_count
            from marts.rejected_rows
            where scope = 'row'
            group by all
        )
        select
            population,
            source,
            any_value(rejected_rows / (raw_rows - duplicate_rows)),
            max_by(reason, (row_count, reason))
        from marts.row_counts
        inner join reasons using (population, source)
        where rejected_rows > 0.5 * (raw_rows - duplicate_rows)
        group by all
        order by all
    """).fetchall()


def _notes(connection: duckdb.DuckDBPyConnection, population: str) -> list[str]:
    counts = connection.execute(
        "select source, raw_rows, staged_rows, rejected_rows, duplicate_rows "
        "from marts.row_counts where population = ? order by source",
        [population],
    ).fetchall()
    values = connection.execute(
        "select source, reason, count(*) from marts.rejected_rows "
        "where population = ? and scope = 'value' group by all order by all",
        [population],
    ).fetchall()
    fills = connection.execute(
        "select feature, missing, method, skill from marts.imputation_scores "
        "where population = ? and is_chosen order by feature",
        [population],
    ).fetchall()
    return (
        [
            f"Raw {source}: {raw:,} rows = {staged:,} used + {rejected:,} rejected + "
            f"{duplicates:,} exact duplicates."
            for source, raw, staged, rejected, duplicates in counts
        ]
        + [
            f"Set aside in {source}, as missing: {count:,} values ({reason})."
            for source, reason, count in values
        ]
        + [
            f"Filled {missing:,} missing values of {feature} by {method}"
            + (
                f", off by {skill:.0%} less than one value for all would be."
                if skill and skill > 0
                else "."
            )
            for feature, missing, method, skill in fills
        ]
    )


def main(arguments: Sequence[str]) -> int:
    """Print the summary of the build file, $SEGMENTS_DB, or, asked for `history`, who moved.

    Returns the exit code.
    """
    database = Path(os.environ.get("SEGMENTS_DB", "customer_segments.duckdb"))
    if not database.exists():
        print(f"There is no build file at '{database}': run `make build` first.", file=sys.stderr)
        return 1
    width = None if sys.stdout.isatty() else 110
    try:
        show = print_history if "history" in arguments else print_summary
        show(database.resolve(), Console(width=width))
    except duckdb.Error as error:
        cause = str(error).strip().splitlines()[0]
        print(
            f"The build file '{database}' cannot be summed up: {cause!r}. Run `make build` again.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
