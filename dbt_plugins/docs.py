"""dbt's own documentation as one file that opens offline: python -m dbt_plugins.docs

`dbt docs generate` would read every raw file anew for its catalog, and fail for the formats of a
source that are not used. Here the catalog is what the build file holds, so that it takes seconds.
"""

import json
import os
import sys
from pathlib import Path

import duckdb
from dbt.cli.main import dbtRunner
from dbt.task.docs import DOCS_INDEX_FILE_PATH

from presentation import published_file

RELATIONS = """
    select schema_name, table_name, comment, estimated_size from duckdb_tables()
    union all
    select schema_name, view_name, comment, null from duckdb_views() where not internal
"""

COLUMNS = """
    select schema_name, table_name, column_name, data_type, comment
    from duckdb_columns()
    where not internal
    order by schema_name, table_name, column_index
"""

# What the page does not show, or what would differ from run to run.
NOT_SHOWN = {
    "build_path",
    "checksum",
    "compiled_code",
    "compiled_path",
    "created_at",
    "extra_ctes",
    "root_path",
    "unrendered_config",
}
NOT_SHOWN_METADATA = {
    "generated_at",
    "invocation_id",
    "invocation_started_at",
    "run_started_at",
    "user_id",
}


def pruned_manifest(manifest: dict, root: Path) -> dict:
    """The manifest of dbt without what the page does not show: this project, and no paths of here.

    manifest: as `dbt parse` writes it.
    root: the folder of the project; paths in it become relative.
    """
    own = manifest["metadata"]["project_name"]
    kept = {
        **manifest,
        "metadata": {
            key: value
            for key, value in manifest["metadata"].items()
            if key not in NOT_SHOWN_METADATA
        },
        "macros": _of_package(manifest["macros"], own),
        "docs": _of_package(manifest["docs"], own),
        "disabled": {},
    }
    for kind in ("nodes", "sources", "macros", "exposures", "metrics", "unit_tests"):
        kept[kind] = {
            name: {key: value for key, value in node.items() if key not in NOT_SHOWN}
            for name, node in kept[kind].items()
        }
    return json.loads(json.dumps(kept).replace(f"{root}/", ""))


def _of_package(nodes: dict, package: str) -> dict:
    return {name: node for name, node in nodes.items() if node["package_name"] == package}


def catalog_of(manifest: dict, database: Path) -> dict:
    """The catalog of the page: type, comment and size of every table of the project in a build.

    manifest: gives the name in dbt of each table.
    database: the build file; where there is none, nothing is known of any table.
    """
    catalog = {"metadata": {}, "nodes": {}, "sources": {}, "errors": None}
    if not database.exists():
        return catalog
    with duckdb.connect(str(database), read_only=True) as connection:
        relations = connection.execute(RELATIONS).fetchall()
        columns = connection.execute(COLUMNS).fetchall()
    names = {
        (node["schema"], node.get("alias") or node["identifier"]): (kind, name)
        for kind in ("nodes", "sources")
        for name, node in manifest[kind].items()
        if node["resource_type"] in ("model", "seed", "source")
    }
    for schema, table, comment, rows in relations:
        if (schema, table) in names:
            kind, name = names[schema, table]
            catalog[kind][name] = {
                "unique_id": name,
                "metadata": {
                    "type": "view" if rows is None else "table",
                    "schema": schema,
                    "name": table,
                    "database": None,
                    "comment": comment,
                    "owner": None,
                },
                "columns": {},
                "stats": _stats(rows),
            }
    for schema, table, column, data_type, comment in columns:
        kind, name = names.get((schema, table), ("nodes", None))
        if name in catalog[kind]:
            found = catalog[kind][name]["columns"]
            index = len(found) + 1
            found[column] = {
                "type": data_type,
                "index": index,
                "name": column,
                "comment": comment,
            }
    return catalog


def _stats(rows: int | None) -> dict:
    if rows is None:
        return {}
    return {
        "row_count": {
            "id": "row_count",
            "label": "Rows",
            "value": rows,
            "include": True,
            "description": "Number of rows in the build file.",
        }
    }


# What the page would ask for beside itself: its icon, and icons that it has not named yet.
ASKED_FOR = {
    "${require('./assets/favicons/favicon.ico')}": "data:,",
    'xlink:href="{{': 'ng-attr-xlink:href="{{',
}


def write_page(manifest: dict, catalog: dict, path: Path) -> None:
    """Write the page of dbt with both within it; whoever has the old one open keeps it."""
    page = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    for asked, instead in ASKED_FOR.items():
        page = page.replace(asked, instead)
    for place, data in (("MANIFEST", manifest), ("CATALOG", catalog)):
        # A description that holds </script> would end the script that the data stand in.
        written = json.dumps(data, separators=(",", ":")).replace("</", "<\\/")
        page = page.replace(f'"{place}.JSON INLINE DATA"', written)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".tmp")
    scratch.write_text(page, encoding="utf-8")
    os.replace(scratch, path)


def main() -> int:
    """Write docs.html into the folder of the published file; returns the exit code."""
    parsed = dbtRunner().invoke(["--quiet", "parse"])
    if not parsed.success:
        return 2
    database = Path(os.environ.get("SEGMENTS_DB", "customer_segments.duckdb"))
    manifest = pruned_manifest(parsed.result.writable_manifest().to_dict(), Path.cwd())
    page = published_file().parent / "docs.html"
    try:
        catalog = catalog_of(manifest, database)
    except duckdb.Error as error:
        cause = str(error).strip().splitlines()[0]
        print(f"The build file '{database}' cannot be read: {cause!r}.", file=sys.stderr)
        return 1
    write_page(manifest, catalog, page)
    unknown = "" if database.exists() else " There is no build file yet, so it has no types."
    print(f"The documentation is in {page}.{unknown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
