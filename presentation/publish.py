"""The build file's public tables, in a file of their own that BI tools can hold open.

Public is what has `access: public` in its YAML. The new file is written beside the old one and put
in its place in one step, so a reader sees the old state or the new one, never a mixture.
"""

import fcntl
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape

from presentation import published_file
from presentation.changes import print_changes
from presentation.errors import InputError
from presentation.manifest import Model, Project, SmallGroups, fresh_manifest, project_of
from presentation.privacy import checked_secret, keyed_hash, small_groups
from presentation.sql import quoted, text_literal

MINIMUM_GROUP = 5

# The oldest DuckDB that must be able to open the file.
STORAGE_VERSION = "v1.4.0"

# The file that tells a folder of Parquet copies from any other.
PARQUET_MARK = ".published"

# The key of everyone, which joins the tables.
CUSTOMER = "customer_id"

# Columns in which the words of a category stand, as in `hobbies = chess`; the first has what is
# clustered, numbers too.
DIMENSION = "dimension"
NAMES_OF_FEATURES = {DIMENSION, "feature", "name"}

FIRST_QUERY = """
select population, segment_name, customers, share, headline
from segment_summary
order by population, segment_id
"""

# What stands before the query of a view in DuckDB's catalog.
CREATE_VIEW = re.compile(r'^CREATE VIEW (?:"[^"]*"|[^" ])+ (?:\([^)]*\) )?AS ')


@dataclass(frozen=True)
class View:
    """A view that can be one in the published file: its query there, and the tables it reads."""

    query: str
    parents: tuple[str, ...]


def publish(
    build: Path,
    published: Path,
    manifest: Mapping[str, Any],
    *,
    minimum: int = MINIMUM_GROUP,
    secret: bytes | None = None,
    parquet: bool = False,
    console: Console | None = None,
) -> None:
    """Write the public tables of the build file to the published file, which is replaced at once.

    manifest: dbt's, of the project as it is now.
    minimum: groups of fewer customers are hidden in tables whose YAML has `small_groups`.
    secret: personal columns are hashed with it, and left out without it.
    parquet: whether each table is also written to the folder `parquet` beside the published file.
        Where the folder is there already, it is renewed in any case.
    console: where it is said what has changed.

    Raises InputError, and leaves the published file as it is, where the last build did not finish,
    or where it is not known whether a column is personal, or a personal one cannot be left out.
    """
    project = project_of(manifest)
    if published.resolve() == build.resolve():
        raise InputError(
            f"SEGMENTS_PUBLISHED and SEGMENTS_DB are both '{build}': give the published file "
            "another name, since it is replaced as a whole."
        )
    published.parent.mkdir(parents=True, exist_ok=True)
    with _alone(published) as scratch:
        new = scratch / published.name
        with _opened(build, new) as connection:
            _require_finished(connection, project)
            _require_tables(connection, project)
            _write(connection, project, minimum, secret)
        _to_disk(new)
        copies = published.parent / "parquet"
        parquet = _has_copies(copies, parquet)
        if parquet:
            _write_parquet(new, scratch / "parquet")
        if console:
            print_changes(published, new, console)
        # Of somebody who wrote to the published file: it would be taken for part of the new one.
        published.with_name(published.name + ".wal").unlink(missing_ok=True)
        os.replace(new, published)
        if parquet:
            _replace_folder(scratch / "parquet", copies)
        _to_disk(published.parent)


@contextmanager
def _alone(published: Path) -> Iterator[Path]:
    """An empty folder to write in; whoever else publishes the same file waits until it is gone."""
    with published.with_name(f".{published.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        scratch = published.with_name(f".{published.name}.new")
        # What a publish left that was broken off.
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _opened(build: Path, new: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the build file as `build`, read-only, and the new file as `published`."""
    if not build.exists():
        raise InputError(f"There is no build file at '{build}': run `make build` first.")
    config = {
        "memory_limit": os.environ.get("SEGMENTS_MEMORY", "4GB"),
        "threads": os.environ.get("SEGMENTS_THREADS", "2"),
        "temp_directory": str(new.parent / "spilled"),
    }
    with duckdb.connect(config=config) as connection:
        try:
            connection.execute(f"attach {text_literal(str(build))} as build (read_only)")
        except duckdb.Error as error:
            raise InputError(
                f"The build file '{build}' cannot be read, most likely since a build is going on "
                f"({str(error).splitlines()[0]}). Wait for its end, then run `make publish`."
            ) from error
        connection.execute(
            f"attach {text_literal(str(new))} as published (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute("use published")
        yield connection
        connection.execute("use memory")
        connection.execute("detach published")


def _require_finished(connection: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Raise InputError where a model or test of a build has not passed since it was begun."""
    try:
        nodes = connection.execute(
            "select node from build.models.unfinished order by split_part(node, '.', 1), node"
        ).fetchall()
    except duckdb.CatalogException as error:
        raise InputError(
            "The build file does not say whether its build has finished: run `make build`."
        ) from error
    unfinished = [node for (node,) in nodes if node in project.nodes]
    if unfinished:
        named = ", ".join(
            f"{node.split('.')[0].replace('_', ' ')} {_short(node)}" for node in unfinished[:3]
        )
        more = f" and {len(unfinished) - 3} more" if len(unfinished) > 3 else ""
        raise InputError(
            f"The last build did not finish, so nothing was published: {named}{more} failed, or "
            "did not run. Run `make build`; what has failed is in logs/dbt.log."
        )


def _short(node: str) -> str:
    """A node's name without its package and the hash at its end: test.x.not_null_a.0f… gives
    not_null_a."""
    return node.split(".")[2]


def _require_tables(connection: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Raise InputError where the build file lacks a public table."""
    built = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'build'"
    ).fetchall()
    missing = {(model.schema, model.name) for model in project.models} - set(built)
    if missing:
        names = ", ".join(f"{schema}.{name}" for schema, name in sorted(missing))
        raise InputError(
            f"The build file lacks {names}: run `make build`, which builds everything that is "
            "published."
        )


def _write(
    connection: duckdb.DuckDBPyConnection, project: Project, minimum: int, secret: bytes | None
) -> None:
    """Create all tables, then the views on them, each with its comments."""
    columns = {model.name: _columns(connection, model) for model in project.models}
    _require_not_clustered(connection, project)
    # A view cannot compute with a column that is left out or hashed; but the hash of a key joins as
    # the key does.
    changed = {
        model.name: (project.personal & {column.lower() for column in columns[model.name]})
        - ({CUSTOMER} if secret else set())
        for model in project.models
    }
    views = {
        model.name: view
        for model in project.models
        if model.small_groups is None
        and (view := _view(connection, model, project))
        and not any(changed[name] for name in (model.name, *view.parents))
    }
    for model in project.models:
        if model.name not in views:
            _create_table(connection, model, columns[model.name], project, minimum, secret)
            _comment(connection, "table", model)
    models = {model.name: model for model in project.models}
    after = {name: set(view.parents) & set(views) for name, view in views.items()}
    for name in TopologicalSorter(after).static_order():
        connection.execute(f"create view {quoted(name)} as {views[name].query}")
        _comment(connection, "view", models[name])


def _columns(connection: duckdb.DuckDBPyConnection, model: Model) -> list[str]:
    """A table's columns in their order.

    Raises InputError where the YAML does not have one: nobody could say whether it is personal.
    """
    found = connection.execute(
        "select column_name from duckdb_columns() where database_name = 'build' "
        "and schema_name = ? and table_name = ? order by column_index",
        [model.schema, model.name],
    ).fetchall()
    columns = [column for (column,) in found]
    unknown = [column for column in columns if column.lower() not in model.columns]
    if unknown:
        raise InputError(
            f"The table {model.schema}.{model.name} has columns that {model.path} does not "
            f"describe, so that nobody knows whether they are personal: {', '.join(unknown)}. "
            "Describe them there, or run `make build` where they are no longer in the model."
        )
    return columns


def _require_not_clustered(connection: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Raise InputError where what is personal stands in rows, rules, headlines or points.

    A category that is clustered has its words there: `email = a@b.example` is a row of a profile. A
    number has a dimension, and the points of customers have its value, only on another scale.
    """
    for model in project.models if project.personal else ():
        for column in sorted(NAMES_OF_FEATURES & set(model.columns)):
            words = f"contains(cast({column} as varchar), ' = ')"
            found = connection.execute(
                f"select distinct split_part(cast({column} as varchar), ' = ', 1) "
                f"from build.{quoted(model.schema)}.{quoted(model.name)} "
                f"where {'true' if column == DIMENSION else words} order by all"
            ).fetchall()
            personal = [feature for (feature,) in found if feature.lower() in project.personal]
            if personal:
                raise InputError(
                    f"The column '{personal[0]}' is marked personal, but what it says of people "
                    f"stands in the rows of {model.name}. Unless that is done already, leave it "
                    "out of the clustering (`exclude` in the settings of the population) or out "
                    "of the features; then run `make build`."
                )


def _create_table(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    columns: Sequence[str],
    project: Project,
    minimum: int,
    secret: bytes | None,
) -> None:
    """Copy a table in order of its key, without what is not to be known.

    It is left out while the rows are copied: what is written and taken away later can still stand
    somewhere in the file.
    """
    source = f"build.{quoted(model.schema)}.{quoted(model.name)}"
    stays = columns
    if model.small_groups:
        _find_small_groups(connection, source, model.small_groups, minimum)
        stays = (*model.small_groups.groups, *model.small_groups.keeps)
        same = " and ".join(
            f"source.{quoted(column)} is not distinct from small.{quoted(column)}"
            for column in model.small_groups.groups
        )
        joined = f"left join temp.small on {same}"
    selected = []
    for column in columns:
        value = f"source.{quoted(column)}"
        if column.lower() in project.personal:
            if secret:
                value = keyed_hash(value, secret)
            elif column.lower() in (CUSTOMER, *model.key):
                raise InputError(
                    f"The column '{column}' is marked personal and is the key of {model.name}, so "
                    "it can only be published as a hash: set SEGMENTS_SECRET to a secret of your "
                    "own (16 characters or more, such as those that `openssl rand -hex 32` "
                    "prints), and keep it, since another secret gives everyone another key."
                )
            else:
                continue
        if column not in stays:
            value = f"case when small.place is null then {value} end"
        selected.append(f"{value} as {quoted(column)}")
    connection.execute(
        f"create table {quoted(model.name)} as from (select {', '.join(selected)} "
        f"from {source} as source {joined if model.small_groups else ''}) "
        f"order by {', '.join(quoted(column) for column in model.key) or 'all'}"
    )


def _find_small_groups(
    connection: duckdb.DuckDBPyConnection, source: str, rule: SmallGroups, minimum: int
) -> None:
    """Put the groups whose numbers are hidden into the temporary table `small`."""
    groups = ", ".join(map(quoted, rule.groups))
    connection.execute(
        f"create or replace temp table small as select *, row_number() over () - 1 as place from ("
        f"select {groups}, any_value(coalesce({rule.counted_by}, {minimum})) as customers "
        f"from {source} group by {groups} order by {groups})"
    )
    found = connection.execute("select * from temp.small order by place").fetchall()
    sums = [[rule.groups.index(column) for column in columns] for columns in rule.add_up]
    hidden = small_groups(
        [group[-2] for group in found],
        [[tuple(group[i] for i in places) for group in found] for places in sums],
        minimum,
    )
    connection.execute("delete from temp.small where not list_contains(?, place)", [list(hidden)])


def _view(connection: duckdb.DuckDBPyConnection, model: Model, project: Project) -> View | None:
    """The model as a view on other published tables; None where it is none, or reads others.

    The query is rewritten as a tree, so that a name in a text or of a column is never mistaken for
    that of a table.
    """
    found = connection.execute(
        "select sql from duckdb_views() "
        "where database_name = 'build' and schema_name = ? and view_name = ?",
        [model.schema, model.name],
    ).fetchone()
    if found is None:
        return None
    query = CREATE_VIEW.sub("", found[0]).rstrip("; \n")
    (written,) = connection.execute("select json_serialize_sql(?)", [query]).fetchone()
    tree = json.loads(written)
    if tree["error"]:
        return None
    parts = list(_parts(tree))
    named = {cte["key"].lower() for part in parts for cte in part.get("cte_map", {}).get("map", [])}
    read = [
        part
        for part in parts
        if part.get("type") in ("BASE_TABLE", "TABLE_FUNCTION")
        and (part.get("schema_name") or part.get("table_name", "").lower() not in named)
    ]
    # A file, or a function such as read_csv, is no table of the published file.
    public = {(each.schema, each.name) for each in project.models}
    if not all((part.get("schema_name"), part.get("table_name")) in public for part in read):
        return None
    # With their schema, since a part of the query (WITH) may have the name of a table.
    for part in read:
        part |= {
            "catalog_name": "",
            "schema_name": "main",
            "qualified_name": {"path": ["main", part["table_name"]]},
        }
    (query,) = connection.execute("select json_deserialize_sql(?)", [json.dumps(tree)]).fetchone()
    return View(query, tuple(sorted({part["table_name"] for part in read})))


def _parts(tree: Any) -> Iterator[dict]:
    """All parts of a parsed query, from the whole to its tables and columns."""
    if isinstance(tree, dict):
        yield tree
    for each in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(each, (dict, list)):
            yield from _parts(each)


def _comment(connection: duckdb.DuckDBPyConnection, kind: str, model: Model) -> None:
    """The descriptions of the YAML as comments on a table or view and on its columns."""
    name = quoted(model.name)
    connection.execute(f"comment on {kind} {name} is {text_literal(model.description)}")
    columns = connection.execute(
        "select column_name from duckdb_columns() "
        "where database_name = 'published' and table_name = ? order by column_index",
        [model.name],
    ).fetchall()
    for (column,) in columns:
        text = text_literal(model.columns[column.lower()])
        connection.execute(f"comment on column {name}.{quoted(column)} is {text}")


def _has_copies(folder: Path, wanted: bool) -> bool:
    """Whether Parquet copies are to be written: where they are wanted, or were written before.

    Raises InputError for a folder with something else in it, which would be removed.
    """
    if (folder / PARQUET_MARK).exists():
        return True
    if wanted and folder.is_dir() and any(folder.iterdir()):
        raise InputError(
            f"The folder '{folder}' holds something else than Parquet copies of published tables, "
            "which take its place: move it away."
        )
    return wanted


def _write_parquet(file: Path, folder: Path) -> None:
    """Write each table of a published file, but no view, as a Parquet file."""
    folder.mkdir()
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() order by all"
        ).fetchall()
        for (table,) in tables:
            target = text_literal(str(folder / f"{table}.parquet"))
            connection.execute(f"copy {quoted(table)} to {target} (format parquet)")


def _replace_folder(new: Path, folder: Path) -> None:
    """Put the files of a folder into another one, each in one step, and remove all others there."""
    folder.mkdir(exist_ok=True)
    (folder / PARQUET_MARK).touch()
    files = {file.name for file in new.iterdir()}
    for file in sorted(new.iterdir()):
        _to_disk(file)
        os.replace(file, folder / file.name)
    for file in folder.glob("*.parquet"):
        if file.name not in files:
            file.unlink()


def _to_disk(path: Path) -> None:
    """Wait until a file or folder is on the disk, so that not even a power cut leaves a part."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _minimum(given: str | None) -> int:
    """The smallest group that is shown; raises InputError for anything but a whole number."""
    if not given:
        return MINIMUM_GROUP
    if not given.isdecimal():
        raise InputError(
            f"SEGMENTS_MINIMUM_GROUP is {given!r}, which is no whole number: give the number of "
            "customers from which on a group is shown, such as 5, or 0 to hide none."
        )
    return int(given)


def main(arguments: Sequence[str]) -> int:
    """Publish the build file, $SEGMENTS_DB, as $SEGMENTS_PUBLISHED; returns the exit code."""
    build = Path(os.environ.get("SEGMENTS_DB", "customer_segments.duckdb"))
    published = published_file()
    console = Console(width=None if sys.stdout.isatty() else 110)
    try:
        minimum = _minimum(os.environ.get("SEGMENTS_MINIMUM_GROUP"))
        secret = checked_secret(os.environ.get("SEGMENTS_SECRET"))
        publish(
            build,
            published,
            fresh_manifest(),
            minimum=minimum,
            secret=secret,
            parquet="--parquet" in arguments,
            console=console,
        )
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Publishing to '{published}' has failed: {error}.", file=sys.stderr)
        return 1
    except duckdb.Error as error:
        cause = str(error).strip().splitlines()[0]
        print(
            f"The build file '{build}' cannot be published: {cause!r}. Run `make build` again; "
            "the file that was published before is as it was.",
            file=sys.stderr,
        )
        return 1
    console.print()
    console.print(
        f"Published in [bold]{escape(str(published))}[/bold], for any DuckDB client from 1.4 on, "
        "and to be read while the next build runs. A first query:",
        highlight=False,
    )
    console.print(FIRST_QUERY, highlight=False)
    console.print("To look at it: `make report` writes a page, `make dashboard` opens pages.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
