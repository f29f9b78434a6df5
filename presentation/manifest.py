"""What dbt says of the project: what is public, what is personal, and what counts customers."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from presentation.errors import InputError

PERSONAL = "personal"


@dataclass(frozen=True)
class SmallGroups:
    """How the small groups of a table are hidden: `small_groups` in the `meta` of its YAML.

    counted_by: the column, or expression, with the customers of a group.
    groups: the columns that make a group; it may have several rows.
    add_up: lists of columns; the groups that are equal in all columns of a list add up to a number
        that a reader may know, so that one of them alone could be had by subtraction.
    keeps: the columns that stay in a hidden group besides `groups`; all others become NULL.
    """

    counted_by: str
    groups: tuple[str, ...]
    add_up: tuple[tuple[str, ...], ...]
    keeps: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """What publishing knows of a public model.

    key: the columns that a test keeps unique together; empty where no test does.
    columns: the described columns, each with its description.
    """

    name: str
    schema: str
    path: str
    description: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    small_groups: SmallGroups | None


@dataclass(frozen=True)
class Project:
    """The public models by name, the names of all personal columns, the ids of all that is run."""

    models: tuple[Model, ...]
    personal: frozenset[str]
    nodes: frozenset[str]


def project_of(manifest: Mapping[str, Any]) -> Project:
    """Read dbt's manifest; raises InputError where `small_groups` has a key that is not known."""
    nodes = manifest["nodes"]
    keys: dict[str, list[tuple[str, ...]]] = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") == "unique_combination":
            keys.setdefault(node["attached_node"], []).append(tuple(test["kwargs"]["columns"]))
        elif test.get("name") == "unique" and node["column_name"]:
            keys.setdefault(node["attached_node"], []).append((node["column_name"],))
    public = [
        Model(
            name=node["alias"],
            schema=node["schema"],
            path=_path(node),
            description=node["description"].strip(),
            columns={
                column["name"].lower(): column["description"].strip()
                for column in node["columns"].values()
            },
            # Of several the first in the alphabet: segment_id before segment_name.
            key=min(keys.get(node["unique_id"], [()])),
            small_groups=_small_groups(node),
        )
        for node in nodes.values()
        if node["resource_type"] == "model" and node["access"] == "public"
    ]
    personal = {
        column["name"].lower()
        for node in [*nodes.values(), *manifest["sources"].values()]
        for column in (node.get("columns") or {}).values()
        if PERSONAL in [*(column.get("tags") or []), *_config_tags(column)]
    }
    return Project(
        models=tuple(sorted(public, key=lambda model: model.name)),
        personal=frozenset(personal),
        nodes=frozenset(
            [
                *(name for name, node in nodes.items() if not _is_part(node)),
                *manifest.get("unit_tests", {}),
            ]
        ),
    )


def fresh_manifest() -> Mapping[str, Any]:
    """What dbt says of the models as they are written now.

    A manifest that an earlier build left would not know that a column has become personal since.
    """
    target = Path(os.environ.get("DBT_TARGET_PATH", "target"))
    dbt = Path(sys.executable).with_name("dbt")
    parsed = subprocess.run([dbt, "--quiet", "parse"], check=False)
    if parsed.returncode:
        raise InputError("dbt cannot read the project (see above), so nothing was published.")
    return json.loads((target / "manifest.json").read_text())


def _is_part(node: Mapping[str, Any]) -> bool:
    """Whether a model is only a part of others, so that dbt never says that it has passed."""
    return node.get("config", {}).get("materialized") == "ephemeral"


def _path(node: Mapping[str, Any]) -> str:
    """The file in which a model is described, or else written."""
    return (node.get("patch_path") or node["original_file_path"]).split("://")[-1]


def _config_tags(column: Mapping[str, Any]) -> list[str]:
    tags = (column.get("config") or {}).get("tags") or []
    return [tags] if isinstance(tags, str) else tags


def _small_groups(node: Mapping[str, Any]) -> SmallGroups | None:
    given = node["config"]["meta"].get("small_groups")
    if given is None:
        return None
    path = _path(node)
    known = [field.name for field in fields(SmallGroups)]
    if not isinstance(given, Mapping) or set(given) != set(known):
        found = ", ".join(given) if isinstance(given, Mapping) else str(given)
        raise InputError(
            f"small_groups of the model {node['name']} has {found}; it needs exactly "
            f"{', '.join(known)}. Mend it in {path}."
        )
    lists = [given["groups"], given["keeps"], given["add_up"]]
    if not all(isinstance(each, list) for each in [*lists, *(given["add_up"] or [])]):
        raise InputError(
            f"small_groups of the model {node['name']}: groups and keeps are lists of columns, and "
            f"add_up is a list of such lists; write [] for none. Mend it in {path}."
        )
    rule = SmallGroups(
        counted_by=given["counted_by"],
        groups=tuple(given["groups"]),
        add_up=tuple(tuple(columns) for columns in given["add_up"]),
        keeps=tuple(given["keeps"]),
    )
    wrong = {*rule.groups, *rule.keeps} - set(node["columns"])
    wrong |= {column for columns in rule.add_up for column in columns} - set(rule.groups)
    if wrong:
        raise InputError(
            f"small_groups of the model {node['name']} names {', '.join(sorted(wrong))}: groups "
            "and keeps have columns of the model, and add_up has columns of groups. Mend it in "
            f"{path}."
        )
    return rule
