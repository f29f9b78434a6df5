"""`make population`: from a file to the models of a population, or to the question it leaves."""

import argparse
import shlex
import sys
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from segmentation.errors import InputError
from segmentation.population.catalogue import settings_of
from segmentation.population.inspect import RawFile, read_file
from segmentation.population.mapping import Plan, Questions, check_join, make_plan, parse_answers
from segmentation.population.write import check_name, render, write_files


def main(arguments: list[str] | None = None, console: Console | None = None) -> int:
    """Propose and write a population; returns 0, or 1 after a question or a sentence."""
    parser = argparse.ArgumentParser(prog="make population", description=__doc__)
    parser.add_argument("--name", default="")
    parser.add_argument("--events", default="")
    parser.add_argument("--customers", default="")
    parser.add_argument("--map", default="")
    parser.add_argument("--project", type=Path, default=Path.cwd())
    options = parser.parse_args(arguments)
    console = console or Console()
    files: dict[str, RawFile] = {}
    try:
        root = options.project.absolute()
        if not options.name or not (options.events or options.customers):
            raise InputError(
                "say what the population is called and where its data are: make population "
                "NAME=wholesale EVENTS=path.csv (or CUSTOMERS=path.csv, or both)."
            )
        check_name(options.name, root)
        answers = parse_answers(options.map)
        for entity in ("events", "customers"):
            if getattr(options, entity):
                files[entity] = read_file(getattr(options, entity))
        plan = make_plan(options.name, files.get("events"), files.get("customers"), answers)
        check_join(plan)
        written = render(plan, root)
        write_files(written, plan, root)
    except Questions as questions:
        _ask(questions, options, files, console)
        return 1
    except InputError as error:
        console.print(escape(str(error)), style="bold", highlight=False, soft_wrap=True)
        return 1
    _tell(plan, list(written), console)
    return 0


def _ask(questions: Questions, options, files: dict[str, RawFile], console: Console) -> None:
    """Print each question, the columns that help to answer it, and the command that does."""
    for question in questions.questions:
        console.print(escape(question.sentence), style="bold", highlight=False, soft_wrap=True)
    for entity in dict.fromkeys(question.file for question in questions.questions):
        table = Table(box=box.SIMPLE, title=f"The columns of {entity}", title_justify="left")
        table.add_column("column")
        table.add_column("for example")
        for column in files[entity].columns:
            table.add_row(escape(column.name), escape(", ".join(column.examples)))
        console.print(table)
    console.print("Nothing was written. Answer with", highlight=False)
    console.print()
    console.print("    " + escape(command(questions, options)), highlight=False, soft_wrap=True)
    for question in questions.questions:
        if len(question.choices) > 1:
            choices = " or ".join(f"{question.key}={choice}" for choice in question.choices)
            console.print(f"    where it is {escape(choices)}", highlight=False, soft_wrap=True)
    console.print()


def command(questions: Questions, options) -> str:
    """The command that answers the questions; <column> is to be filled in."""
    answers = [options.map] if options.map else []
    both = options.events and options.customers
    for question in questions.questions:
        file = f"{question.file}." if both else ""
        answers.append(f"{file}{question.key}={question.choices[0]}")
    parts = ["make population", f"NAME={options.name}"]
    for key in ("events", "customers"):
        if getattr(options, key):
            parts.append(f"{key.upper()}={shlex.quote(getattr(options, key))}")
    return " ".join([*parts, f"MAP={shlex.quote(', '.join(answers))}"])


def _tell(plan: Plan, written: list[str], console: Console) -> None:
    """Print the mapping, what was left out, what was written and what to do next."""
    for title, rows, left_out in _mappings(plan):
        table = Table(box=box.SIMPLE, title=title, title_justify="left")
        for header in ("role", "column", "why", "for example"):
            table.add_column(header)
        for row in rows:
            table.add_row(*map(escape, row))
        console.print(table)
        for column, reason in left_out.items():
            console.print(escape(f"Not used: {column}, since {reason}."), highlight=False)
    for kind, words in plan.events.kinds.items() if plan.events else ():
        console.print(escape(f"Taken for {kind}: {', '.join(words)}."), highlight=False)
    axes = ", ".join(f"{axis} is {feature}" for axis, feature in settings_of(plan).axes.items())
    console.print(f"Segments are named by: {axes}.", highlight=False)
    folders = dict.fromkeys(str(Path(path).parent) for path in written)
    console.print(
        f"Written: {len(written)} files in {', '.join(folders)}, and the population's line in "
        "dbt_project.yml.",
        highlight=False,
    )
    console.print("Next, build it, look at the segments, and edit what was written:")
    console.print()
    console.print(f"    .venv/bin/dbt build -s +{plan.name}_segments", highlight=False)
    console.print("    make build", highlight=False)
    console.print()


def _mappings(plan: Plan):
    """For each file a title, the rows of its mapping and the columns left out."""
    if plan.events:
        rows = [
            (role.replace("_", " "), found.column.name, found.why, ", ".join(found.column.examples))
            for role, found in plan.events.roles.items()
        ]
        yield f"{plan.name}: events", rows, plan.events.left_out
    if plan.customers:
        customer = plan.customers.customer
        rows = [("customer", "each row", "MAP says so", "")]
        if customer:
            examples = ", ".join(customer.column.examples)
            rows = [("customer", customer.column.name, customer.why, examples)]
        rows += [
            (f"{a.kind} {a.name}", a.column.name, a.why, ", ".join(a.column.examples))
            for a in plan.customers.attributes
        ]
        yield f"{plan.name}: customers", rows, plan.customers.left_out


if __name__ == "__main__":
    sys.exit(main())
