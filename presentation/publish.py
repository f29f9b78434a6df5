"""The build file's public tables, in a file of their own that BI tools can hold open.

Public is what has `access: public` in its YAML. The new file is written beside the published one and
put in its place in one step, so a reader sees the old state or the new one, never a mixture.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from presentation.errors import InputError

PUBLISHED = "published/customer_segments.duckdb"

# The oldest DuckDB that must be able to open the file.
STORAGE_VERSION = "v1.4.0"

# What stands before the query of a view in DuckDB's catalog.
CREATE_VIEW = re.compile(r'^CREATE VIEW (?:"[^"]*"|[^" ])+ (?:\([^)]*\) )?AS ')


@dataclass(frozen=True)
class Model:
    """What publishing knows of a public model, from dbt's manifest."""

    name: str
    schema: str
    description: str
    columns: Mapping[str, str]
    key: tuple[str, ...]


def public_models(manifest: Mapping[str, Any]) -> list[Model]:
    """The models with `access: public`, by name, each with the key that a test keeps unique."""
    nodes = manifest["nodes"].values()
    keys: dict[str, tuple[str, ...]] = {}
    for node in nodes:
        test = node.get("test_metadata") or {}
        if test.get("name") == "unique_combination":
            keys[node["attached_node"]] = tuple(test["kwargs"]["columns"])
        elif test.get("name") == "unique":
            keys.setdefault(node["attached_node"], (node["column_name"],))
    return sorted(
        (
            Model(
                name=node["alias"],
                schema=node["schema"],
                description=node["description"].strip(),
                columns={
                    column["name"]: column["description"].strip()
                    for column in node["columns"].values()
                },
                key=keys.get(node["unique_id"], ()),
            )
            for node in nodes
            if node["resource_type"] == "model" and node["access"] == "public"
        ),
        key=lambda model: model.name,
    )


def publish(build: Path, published: Path, manifest: Mapping[str, Any]) -> None:
    """Write the public tables of the build file to the published file, which is replaced at once.

    Raises InputError, and leaves the published file as it is, where the build file is not there, is
    being built, or lacks a public table.
    """
    models = public_models(manifest)
    published.parent.mkdir(parents=True, exist_ok=True)
    with _alone(published.parent) as scratch:
        new = scratch / published.name
        with _opened(build, new) as connection:
            _write(connection, models)
        _to_disk(new)
        os.replace(new, published)
        _to_disk(published.parent)


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """An empty folder to write in; whoever else publishes there waits until it is gone."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        scratch = folder / ".scratch"
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
    with duckdb.connect(config={"temp_directory": str(new.parent / "spilled")}) as connection:
        try:
            connection.execute(f"attach {_text(str(build))} as build (read_only)")
        except duckdb.IOException as error:
            raise InputError(
                f"The build file '{build}' cannot be read, most likely since a build is going on "
                f"({str(error).splitlines()[0]}). Wait for its end, then run `make publish`."
            ) from error
        connection.execute(
            f"attach {_text(str(new))} as published (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute("use published")
        yield connection
        connection.execute("use memory")
        connection.execute("detach published")


def _write(connection: duckdb.DuckDBPyConnection, models: list[Model]) -> None:
    """Create all tables, then the views on them, each with its comments."""
    names = {(model.schema, model.name): model for model in models}
    _require(connection, names)
    views = _views(connection, names)
    for model in models:
        if model.name not in views:
            order = ", ".join(_name(column) for column in model.key) or "all"
            connection.execute(
                f"create table {_name(model.name)} as "
                f"select * from build.{_name(model.schema)}.{_name(model.name)} order by {order}"
            )
            _comment(connection, "table", model)
    for model in models:
        if model.name in views:
            connection.execute(f"create view {_name(model.name)} as {views[model.name]}")
            _comment(connection, "view", model)


def _require(connection: duckdb.DuckDBPyConnection, names: Mapping[tuple[str, str], Model]) -> None:
    """Raise InputError where the build file lacks a public table."""
    built = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'build'"
    ).fetchall()
    missing = sorted(f"{schema}.{name}" for schema, name in names.keys() - set(built))
    if missing:
        raise InputError(
            f"The build file lacks {', '.join(missing)}: run `make build`, which builds everything "
            "that is published."
        )


def _views(
    connection: duckdb.DuckDBPyConnection, models: Mapping[tuple[str, str], Model]
) -> dict[str, str]:
    """The public views that read nothing but public tables, each with its query on their new names.

    Queries are rewritten as trees, so that a name in a text or of a column is never mistaken for
    that of a table.
    """
    found = connection.execute(
        "select schema_name, view_name, sql from duckdb_views() "
        "where database_name = 'build' and not internal order by view_name"
    ).fetchall()
    views = {}
    for schema, name, sql in found:
        if (schema, name) not in models:
            continue
        query = re.sub(r'^CREATE VIEW (?:"[^"]*"|[^" ])+ (?:\([^)]*\) )?AS ', "", sql).rstrip(
            "; \n"
        )
        tree = json.loads(connection.execute("select json_serialize_sql(?)", [query]).fetchone()[0])
        if tree["error"]:
            continue
        tables = [each for each in _tables(tree) if each["schema_name"]]
        if all((each["schema_name"], each["table_name"]) in models for each in tables):
            for each in tables:
                each |= {
                    "catalog_name": "",
                    "schema_name": "",
                    "qualified_name": {"path": [each["table_name"]]},
                }
            views[name] = connection.execute(
                "select json_deserialize_sql(?)", [json.dumps(tree)]
            ).fetchone()[0]
    return views


def _tables(tree: Any) -> Iterator[dict]:
    """The tables that a parsed query reads."""
    if isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE":
            yield tree
        for each in tree.values():
            yield from _tables(each)
    elif isinstance(tree, list):
        for each in tree:
            yield from _tables(each)


def _comment(connection: duckdb.DuckDBPyConnection, kind: str, model: Model) -> None:
    """The descriptions of the YAML as comments on a table or view and on its columns."""
    name = _name(model.name)
    connection.execute(f"comment on {kind} {name} is {_text(model.description)}")
    columns = connection.execute(
        "select column_name from duckdb_columns() "
        "where database_name = 'published' and table_name = ? order by column_index",
        [model.name],
    ).fetchall()
    for (column,) in columns:
        if column in model.columns:
            connection.execute(
                f"comment on column {name}.{_name(column)} is {_text(model.columns[column])}"
            )


def _to_disk(path: Path) -> None:
    """Wait until a file or folder is on the disk, so that not even a power cut leaves a part."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _fresh_manifest() -> Mapping[str, Any]:
    """What dbt says of the models as they are written now: never that of an earlier build."""
    dbt = Path(sys.executable).with_name("dbt")
    parsed = subprocess.run([dbt, "--quiet", "parse"], check=False)
    if parsed.returncode:
        raise InputError("dbt cannot read the project, so nothing was published: see above.")
    return json.loads(
        (Path(os.environ.get("DBT_TARGET_PATH", "target")) / "manifest.json").read_text()
    )


def main() -> int:
    """Publish the build file, $SEGMENTS_DB, as $SEGMENTS_PUBLISHED; returns the exit code."""
    build = Path(os.environ.get("SEGMENTS_DB", "customer_segments.duckdb"))
    published = Path(os.environ.get("SEGMENTS_PUBLISHED", PUBLISHED))
    try:
        publish(build, published, _fresh_manifest())
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    Console().print(f"Published: [bold]{published}[/bold].")
    return 0


if __name__ == "__main__":
    sys.exit(main())
