"""The published file: what is in it, what is not, and that nobody sees half of it."""

import copy
import hmac
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT, Project
from dbt.cli.main import dbtRunner

from presentation.errors import InputError
from presentation.publish import main, publish

SECRET = b"0123456789abcdef0123456789abcdef"


def model(name: str, columns: dict[str, list[str]], key=(), schema="marts", **rest) -> dict:
    """The node of a public model as dbt's manifest has it; columns with their tags."""
    return {
        "unique_id": f"model.shop.{name}",
        "resource_type": "model",
        "alias": name,
        "name": name,
        "schema": schema,
        "access": rest.get("access", "public"),
        "description": f"It's the table {name}.\n",
        "original_file_path": f"models/{name}.sql",
        "patch_path": f"shop://models/{name}.yml",
        "config": {"meta": rest.get("meta", {})},
        "columns": {
            column: {"name": column, "description": f"What {column} is.", "tags": tags}
            for column, tags in columns.items()
        },
    } | ({"key": key} if key else {})


def manifest(*models: dict) -> dict:
    """A manifest of these models, with a test for each key."""
    nodes = {}
    for node in models:
        key = node.get("key")
        nodes[node["unique_id"]] = node
        if key:
            nodes[f"test.shop.{node['name']}"] = {
                "unique_id": f"test.shop.{node['name']}",
                "resource_type": "test",
                "attached_node": node["unique_id"],
                "test_metadata": {"name": "unique_combination", "kwargs": {"columns": [*key]}},
                "columns": {},
            }
    return {"nodes": nodes, "sources": {}}


def built(path: Path, *statements: str) -> Path:
    """A build file that these statements have written, of a build that has finished."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema models")
        connection.execute("create table models.unfinished (node varchar primary key)")
        for statement in statements:
            connection.execute(statement)
    return path


def rows(published: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return connection.execute(sql).fetchall()


CUSTOMERS = model("customers", {"customer_id": [], "segment_id": []}, key=["customer_id"])
CREATE = "create table marts.customers as select 'b' as customer_id, 1 as segment_id union all "


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return built(tmp_path / "build.duckdb", CREATE + "select 'a', 2")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "published" / "customer_segments.duckdb"


# -- What is in it ---------------------------------------------------------------------------------


def test_public_tables_have_plain_names_an_order_and_comments(build: Path, target: Path):
    publish(build, target, manifest(CUSTOMERS))

    assert rows(target, "from customers") == [("a", 2), ("b", 1)]
    assert rows(target, "select comment from duckdb_tables()") == [("It's the table customers.",)]
    assert rows(target, "select comment from duckdb_columns() where not internal") == [
        ("What customer_id is.",),
        ("What segment_id is.",),
    ]


def test_what_is_not_public_is_not_published(build: Path, target: Path):
    with duckdb.connect(str(build)) as connection:
        connection.execute("create table marts.secrets as select 1 as one")
    publish(build, target, manifest(CUSTOMERS, model("secrets", {"one": []}, access="protected")))

    assert rows(target, "select table_name from duckdb_tables()") == [("customers",)]


def test_duckdb_1_4_can_open_it(build: Path, target: Path):
    publish(build, target, manifest(CUSTOMERS))

    tags = rows(target, "select tags['storage_version'] from duckdb_databases() where not internal")
    assert tags == [("v1.4.0+",)]


def test_views_on_public_tables_stay_views_and_others_become_tables(tmp_path: Path, target: Path):
    build = built(
        tmp_path / "build.duckdb",
        CREATE + "select 'a', 2",
        "create table models.hidden as select 'a' as customer_id",
        # Names of tables in texts, in columns and in a CTE are none.
        "create view marts.best as with customers as (select * from marts.customers) "
        "select customers.customer_id, 'marts.customers' as origin from customers "
        "where segment_id = 2",
        "create view marts.above as select * from marts.best",
        "create view marts.known as select * from marts.customers semi join models.hidden "
        "using (customer_id)",
    )
    models = manifest(
        CUSTOMERS,
        # Before the view that it reads in the alphabet.
        model("above", {"customer_id": [], "origin": []}),
        model("best", {"customer_id": [], "origin": []}),
        model("known", {"customer_id": [], "segment_id": []}),
    )
    publish(build, target, models)
    build.unlink()
    moved = target.rename(tmp_path / "other name.duckdb")

    assert rows(moved, "select view_name from duckdb_views() where not internal order by 1") == [
        ("above",),
        ("best",),
    ]
    assert rows(moved, "from above") == [("a", "marts.customers")]
    assert rows(moved, "from known") == [("a", 2)]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{moved}' as p (read_only)")
        assert connection.execute("from p.above").fetchall() == [("a", "marts.customers")]
    assert rows(moved, "select count(*) from duckdb_columns() where comment is null "
                       "and not internal") == [(0,)]  # fmt: skip


def test_a_view_with_a_part_that_has_the_name_of_a_table(tmp_path: Path, target: Path):
    build = built(
        tmp_path / "build.duckdb",
        CREATE + "select 'a', 2",
        "create table marts.others as select 7 as segment_id",
        "create view marts.pairs as with customers as (select * from marts.others) "
        "select few.segment_id, everyone.customer_id "
        "from customers as few, marts.customers as everyone",
    )
    models = manifest(
        CUSTOMERS,
        model("others", {"segment_id": []}),
        model("pairs", {"segment_id": [], "customer_id": []}),
    )
    publish(build, target, models)

    assert rows(target, "from pairs order by all") == [(7, "a"), (7, "b")]
    assert rows(target, "select view_name from duckdb_views() where not internal") == [("pairs",)]


@pytest.mark.parametrize("read", ["read_csv('{}')", "'{}'"])
def test_a_view_on_a_file_becomes_a_table(tmp_path: Path, target: Path, read: str):
    raw = tmp_path / "raw.csv"
    raw.write_text("customer_id,e_mail\nann,ann@b.example\n")
    build = built(
        tmp_path / "build.duckdb", f"create view marts.people as select * from {read.format(raw)}"
    )
    publish(
        build,
        target,
        manifest(model("people", {"customer_id": [], "e_mail": ["personal"]})),
        secret=SECRET,
    )
    raw.unlink()

    hashed = hmac.new(SECRET, b"ann@b.example", "sha256").hexdigest()
    assert rows(target, "from people") == [("ann", hashed)]
    assert str(tmp_path).encode() not in target.read_bytes()


def test_parquet_copies_are_renewed_with_the_file(build: Path, target: Path):
    (target.parent / "parquet").mkdir(parents=True)
    publish(build, target, manifest(CUSTOMERS), parquet=True)
    (target.parent / "parquet" / "gone.parquet").touch()
    with duckdb.connect(str(build)) as connection:
        connection.execute("update marts.customers set segment_id = 7")
    publish(build, target, manifest(CUSTOMERS))

    files = list((target.parent / "parquet").glob("*.*"))
    files.remove(target.parent / "parquet" / ".published")
    assert [file.name for file in files] == ["customers.parquet"]
    assert duckdb.sql(f"select distinct segment_id from '{files[0]}'").fetchall() == [(7,)]


def test_files_of_others_stay(build: Path, target: Path):
    with pytest.raises(InputError, match="give the published file another name"):
        publish(build, build, manifest(CUSTOMERS))
    other = target.parent / "parquet" / "raw.parquet"
    other.parent.mkdir(parents=True)
    other.touch()
    publish(build, target, manifest(CUSTOMERS))
    with pytest.raises(InputError, match="holds something else"):
        publish(build, target, manifest(CUSTOMERS), parquet=True)

    assert other.exists()
    assert rows(target, "from customers") == [("a", 2), ("b", 1)]


def test_what_somebody_wrote_to_the_file_does_not_reach_the_next(build: Path, target: Path):
    publish(build, target, manifest(CUSTOMERS))
    # A writer that was broken off: its changes are in the log beside the file.
    script = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); "
        "c.execute('update customers set segment_id = 99'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, target], check=True)
    assert target.with_name(target.name + ".wal").exists()
    publish(build, target, manifest(CUSTOMERS))

    assert rows(target, "from customers") == [("a", 2), ("b", 1)]


def test_the_samples_are_published_whole(sample_build: Project, published: Path):
    assert rows(published, "select count(*) from segments") == sample_build.query(
        "select count(*) from marts.segments"
    )
    for population in ("clickstream", "fitbit", "gifting", "personality", "shop"):
        assert rows(published, f"select count(*) from {population}_features")[0][0] > 0
    names = {name for (name,) in rows(published, "select table_name from duckdb_tables()")}
    assert "rejected_rows" not in names
    assert {"rejection_counts", "segment_summary", "segment_history", "fits"} <= names
    segments = rows(published, "select population, segment_id from segment_summary")
    assert segments == sorted(segments)
    assert rows(published, "select sum(rejected_rows) from rejection_counts") == sample_build.query(
        "select sum(copies) from marts.rejected_rows"
    )
    assert rows(published, "select table_name, column_name from duckdb_columns() "
                           "where not internal and nullif(comment, '') is null") == []  # fmt: skip
    views = rows(published, "select view_name from duckdb_views() where not internal order by 1")
    assert views == [("customer_contributions",), ("customer_distances",)]
    for (view,) in views:
        assert rows(published, f"select count(*) > 0 from {view}") == [(True,)]
    # Reading the same build twice gives the same file, table by table and row by row.
    again = published.parent / "again" / published.name
    manifest = json.loads((sample_build.folder / "target" / "manifest.json").read_text())
    publish(sample_build.database, again, manifest)
    for name in names:
        assert rows(published, f"from {name}") == rows(again, f"from {name}"), name


def test_reasons_of_rejections_hold_no_raw_text(sample_build: Project):
    raw = sample_build.query("select reason, raw_row from marts.rejected_rows")
    for reason, row in raw:
        values = json.loads(row).values() if row.startswith("{") else row.split(",")
        for value in (str(value) for value in values):
            if len(value) > 3:
                assert value not in reason


# -- What is not in it -----------------------------------------------------------------------------

SUMMARY = model(
    "summary",
    {"population": [], "segment": [], "customers": [], "headline": []},
    meta={
        "small_groups": {
            "counted_by": "customers",
            "groups": ["population", "segment"],
            "add_up": [["population"]],
            "keeps": [],
        }
    },
)


def summary(tmp_path: Path) -> Path:
    return built(
        tmp_path / "build.duckdb",
        "create table marts.summary (population varchar, segment varchar, customers bigint, "
        "headline varchar)",
        "insert into marts.summary values ('shop', 'large', 80, 'buys much'), "
        "('shop', 'small', 3, 'buys a boat'), ('shop', 'next', 30, 'likes boats'), "
        "('other', 'small', 3, 'all alone'), ('third', 'large', 5, 'enough')",
    )


def test_small_groups_keep_their_keys_and_lose_their_numbers(tmp_path: Path, target: Path):
    publish(summary(tmp_path), target, manifest(SUMMARY))

    assert rows(target, "from summary order by all") == [
        ("other", "small", None, None),
        ("shop", "large", 80, "buys much"),
        ("shop", "next", None, None),
        ("shop", "small", None, None),
        ("third", "large", 5, "enough"),
    ]
    # Not even in what is left of earlier states of the file.
    assert b"buys a boat" not in target.read_bytes()


def test_small_groups_of_a_view_are_hidden(tmp_path: Path, target: Path):
    build = summary(tmp_path)
    with duckdb.connect(str(build)) as connection:
        connection.execute("create view marts.above as select * from marts.summary")
    plain = SUMMARY | {"config": {"meta": {}}}
    above = SUMMARY | {"name": "above", "alias": "above", "unique_id": "model.shop.above"}
    publish(build, target, manifest(above, plain))

    assert rows(target, "select count(*), count(customers) from above") == [(5, 2)]


def test_the_settings_of_the_command_reach_the_file(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    build = summary(tmp_path)
    marked = copy.deepcopy(SUMMARY)
    marked["columns"]["headline"]["tags"] = ["personal"]
    monkeypatch.setattr("presentation.publish.fresh_manifest", lambda: manifest(marked))
    monkeypatch.setenv("SEGMENTS_DB", str(build))
    monkeypatch.setenv("SEGMENTS_PUBLISHED", str(target))
    monkeypatch.delenv("SEGMENTS_MINIMUM_GROUP", raising=False)
    monkeypatch.delenv("SEGMENTS_SECRET", raising=False)
    assert main([]) == 0
    assert "Published for the first time." in capsys.readouterr().out
    assert rows(target, "select count(customers) from summary") == [(2,)]
    assert not (target.parent / "parquet").exists()

    monkeypatch.setenv("SEGMENTS_MINIMUM_GROUP", "0")
    monkeypatch.setenv("SEGMENTS_SECRET", SECRET.decode())
    assert main(["--parquet"]) == 0
    assert "No segment, customer, fit" in capsys.readouterr().out
    assert rows(target, "select count(customers), min(length(headline)) from summary") == [(5, 64)]
    assert (target.parent / "parquet" / "summary.parquet").exists()


def test_the_minimum_is_a_setting(tmp_path: Path, target: Path):
    publish(summary(tmp_path), target, manifest(SUMMARY), minimum=0)

    assert rows(target, "select count(customers) from summary") == [(5,)]


def test_settings_of_small_groups_are_strict(tmp_path: Path, target: Path):
    wrong = model("summary", {"customers": []}, meta={"small_groups": {"counted": "customers"}})
    with pytest.raises(InputError, match="has counted; it needs exactly counted_by, groups"):
        publish(summary(tmp_path), target, manifest(wrong))
    for key, value, sentence in (
        ("groups", ["populatoin", "segment"], ".* populatoin"),
        ("keeps", ["name"], " names name"),
        ("add_up", [["customers"]], " names customers"),
        ("add_up", ["population"], ".* is a list of such lists"),
        ("groups", None, r".* write \[\] for none"),
        ("keeps", None, r".* write \[\] for none"),
    ):
        wrong = copy.deepcopy(SUMMARY) | {"patch_path": None}
        wrong["config"]["meta"]["small_groups"][key] = value
        with pytest.raises(InputError, match=rf"of the model summary{sentence}.*summary\.sql"):
            publish(summary(tmp_path), target, manifest(wrong))


def mart_of(name: str) -> dict:
    """What the YAML says of a mart."""
    marts = yaml.safe_load((ROOT / "models" / "marts" / "marts.yml").read_text())["models"]
    return next(mart for mart in marts if mart["name"] == name)


def test_hidden_flows_are_not_had_from_the_segments_that_they_add_up_to(
    tmp_path: Path, target: Path
):
    mart = mart_of("segment_migrations")
    build = built(
        tmp_path / "build.duckdb",
        "create table marts.segment_migrations as select * replace ("
        "if(from_segment_id < 0, null, from_segment_id) as from_segment_id) from (select "
        + ", ".join(f"cast(null as {each['data_type']}) as {each['name']}"
                    for each in mart["columns"])
        + ") where false",
        # From and to four segments, and from nowhere: one flow of two customers.
        "insert into marts.segment_migrations by name select 'shop' as population, 1 as fit_id, "
        "timestamp '2020-01-01' as from_as_of, timestamp '2020-01-08' as to_as_of, "
        "nullif(a, 4) as from_segment_id, b as to_segment_id, a::varchar as from_segment_name, "
        "b::varchar as to_segment_name, 'moved' as kind, "
        "if(a = 4 and b = 2, 2, 10 + 7 * a + b * b) as customers, 0.5 as share "
        "from range(5) as f (a), range(4) as t (b)",
    )  # fmt: skip
    columns = {each["name"]: [] for each in mart["columns"]}
    publish(
        build, target, manifest(model("segment_migrations", columns, meta=mart["config"]["meta"]))
    )

    for total in ("from_segment_id", "to_segment_id"):
        hidden = rows(
            target,
            f"select count(*) - count(customers), count(*) - count(share) from segment_migrations "
            f"group by {total}",
        )
        assert any(count for count, _ in hidden)
        for count, shares in hidden:
            assert count == shares
            assert count != 1
    assert rows(
        target, "select count(*), count(customers), count(kind) from segment_migrations"
    ) == [(20, 16, 20)]


def test_drift_does_not_tell_the_sizes_of_small_segments(tmp_path: Path, target: Path):
    mart = mart_of("segment_drift")
    typed = ", ".join(
        f"cast(null as {each['data_type']}) as {each['name']}" for each in mart["columns"]
    )
    build = built(
        tmp_path / "build.duckdb",
        f"create table marts.segment_drift as select {typed} where false",
        "insert into marts.segment_drift by name "
        "select 'shop' as population, 'centroid' as measure, segment::varchar as name, "
        "was as customers_then, now as customers_now, 0.5 as value, 'keep' as verdict, "
        # From it the number of customers could be had.
        "sqrt(1 / was + 1 / now) as expected "
        "from (values (0, 3, 60), (1, 9, 9), (2, 80, 70), (3, 40, 40)) as t (segment, was, now)",
        "insert into marts.segment_drift by name "
        "select 'shop' as population, 'out of range' as measure, 'all' as name, "
        "2 as customers_then, 3 as customers_now, 0.1 as value, 'keep' as verdict",
    )
    columns = {each["name"]: [] for each in mart["columns"]}
    publish(build, target, manifest(model("segment_drift", columns, meta=mart["config"]["meta"])))

    assert rows(
        target,
        "select name, customers_then, customers_now, value, expected is null, verdict "
        "from segment_drift order by all",
    ) == [
        ("0", None, None, None, True, "keep"),
        ("1", None, None, None, True, "keep"),
        ("2", 80, 70, 0.5, False, "keep"),
        ("3", 40, 40, 0.5, False, "keep"),
        ("all", 2, 3, 0.1, True, "keep"),
    ]


def test_tables_that_count_the_customers_of_segments_hide_small_groups():
    counts = {
        mart["name"]: mart["config"].get("meta", {})
        for mart in yaml.safe_load((ROOT / "models" / "marts" / "marts.yml").read_text())["models"]
        if {"customers", "customers_now", "smallest_share"}
        & {column["name"] for column in mart["columns"]}
    }
    # Of all customers of a population.
    assert {name for name, meta in counts.items() if "small_groups" not in meta} == {
        "fits", "outcome_scores"
    }  # fmt: skip


def test_two_who_publish_at_once_wait_for_each_other(tmp_path: Path, target: Path):
    build = two_tables(tmp_path / "build.duckdb", 1, count=200_000)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest(*TWO)))
    arguments = [build, target, tmp_path / "manifest.json"]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, *arguments],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        for _ in range(3)
    ]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert rows(target, "select count(*) from first") == [(200_000,)]


def people(tmp_path: Path, tags: dict[str, list[str]], *more: str) -> tuple[Path, dict]:
    build = built(
        tmp_path / "build.duckdb",
        "create table marts.people as "
        "select 'ann' as customer_id, 'ann@b.example' as e_mail, 1 as n",
        *more,
    )
    columns = {"customer_id": [], "e_mail": [], "n": []} | tags
    return build, manifest(model("people", columns, key=["customer_id"]))


def test_personal_columns_are_left_out_or_hashed(tmp_path: Path, target: Path):
    build, models = people(tmp_path, {"e_mail": ["personal"]})
    publish(build, target, models)

    assert rows(target, "select * from people") == [("ann", 1)]
    assert b"b.example" not in target.read_bytes()

    publish(build, target, models, secret=SECRET)

    hashed = hmac.new(SECRET, b"ann@b.example", "sha256").hexdigest()
    assert rows(target, "select * from people") == [("ann", hashed, 1)]
    assert b"b.example" not in target.read_bytes()
    assert SECRET not in target.read_bytes()


def test_a_tag_counts_wherever_the_column_is(tmp_path: Path, target: Path):
    build, models = people(tmp_path, {})
    models["sources"] = {
        "source.shop.raw": {
            "columns": {"E_Mail": {"name": "E_Mail", "config": {"tags": "personal"}}}
        }
    }
    publish(build, target, models)

    assert rows(target, "select * from people") == [("ann", 1)]


def test_a_personal_key_needs_a_secret(tmp_path: Path, target: Path):
    build, models = people(
        tmp_path,
        {"customer_id": ["personal"]},
        "create table marts.stays as select 'ann' as customer_id",
        "create view marts.alike as select customer_id, n from marts.people",
    )
    models["nodes"] |= manifest(
        model("stays", {"customer_id": []}), model("alike", {"customer_id": [], "n": []})
    )["nodes"]
    with pytest.raises(InputError, match="set SEGMENTS_SECRET"):
        publish(build, target, models)
    assert not target.exists()

    publish(build, target, models, secret=SECRET)

    hashed = hmac.new(SECRET, b"ann", "sha256").hexdigest()
    assert rows(target, "select * from stays join people using (customer_id)")[0][0] == hashed
    assert rows(target, "select customer_id from alike") == [(hashed,)]


def test_a_key_that_is_left_out_is_a_sentence(tmp_path: Path, target: Path):
    build, _ = people(tmp_path, {})
    models = manifest(
        model("people", {"customer_id": [], "e_mail": ["personal"], "n": []}, key=["e_mail"])
    )
    with pytest.raises(InputError, match="'e_mail' is marked personal and is the key of people"):
        publish(build, target, models)


def test_a_view_on_a_table_that_has_lost_a_column_becomes_a_table(tmp_path: Path, target: Path):
    build, models = people(
        tmp_path,
        {"e_mail": ["personal"]},
        "create view marts.lengths as select length(e_mail) as letters from marts.people",
    )
    models["nodes"] |= manifest(model("lengths", {"letters": []}))["nodes"]
    for secret in (None, SECRET):
        publish(build, target, models, secret=secret)

        # Of the address, not of its hash.
        assert rows(target, "from lengths") == [(13,)]


def test_what_a_view_calls_personal_is_hashed(tmp_path: Path, target: Path):
    build, models = people(
        tmp_path, {}, "create view marts.mails as select customer_id as e_mail from marts.people"
    )
    columns = {"e_mail": ["personal"]}
    models["nodes"] |= manifest(model("mails", columns))["nodes"]
    publish(build, target, models, secret=SECRET)

    assert rows(target, "from mails") == [(hmac.new(SECRET, b"ann", "sha256").hexdigest(),)]


def test_a_key_that_is_hashed_leaves_views_as_they_are(tmp_path: Path, target: Path):
    build, models = people(
        tmp_path,
        {"customer_id": ["personal"]},
        "create view marts.alike as select customer_id from marts.people",
    )
    models["nodes"] |= manifest(model("alike", {"customer_id": []}))["nodes"]
    publish(build, target, models, secret=SECRET)

    assert rows(target, "select view_name from duckdb_views() where not internal") == [("alike",)]


def test_a_column_that_no_yaml_has_is_not_published(tmp_path: Path, target: Path):
    build, models = people(tmp_path, {})
    del models["nodes"]["model.shop.people"]["columns"]["e_mail"]
    with pytest.raises(InputError, match=r"marts\.people has columns .*: e_mail\. Describe them"):
        publish(build, target, models)


def test_words_of_personal_columns_in_profiles_are_not_published(tmp_path: Path, target: Path):
    build, models = people(
        tmp_path,
        {"e_mail": ["personal"]},
        "create table marts.profiles as select 'e_mail = ann@b.example' as feature",
    )
    models["nodes"] |= manifest(model("profiles", {"feature": []}))["nodes"]
    with pytest.raises(InputError, match="'e_mail' is marked personal, but what it says of people"):
        publish(build, target, models, secret=SECRET)


def test_personal_numbers_in_the_points_of_customers_are_not_published(
    tmp_path: Path, target: Path
):
    build, models = people(
        tmp_path,
        {"n": ["personal"]},
        "create table marts.centroids as select 'n' as dimension, 0.5 as place",
        "create table marts.profiles as select 'n' as feature",
    )
    # The mean of a number is of no one alone.
    models["nodes"] |= manifest(model("profiles", {"feature": []}))["nodes"]
    publish(build, target, models)
    assert rows(target, "from profiles") == [("n",)]

    models["nodes"] |= manifest(model("centroids", {"dimension": [], "place": []}))["nodes"]
    with pytest.raises(InputError, match=r"'n' is marked personal, .* the rows of centroids"):
        publish(build, target, models)


# -- Never half of it ------------------------------------------------------------------------------

READER = """
import sys, time, duckdb
print('ready', flush=True)
seen, reads = set(), 0
while True:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        first = connection.execute("select min(n), max(n), count(*) from first").fetchone()
        second = connection.execute("select min(n), max(n), count(*) from second").fetchone()
    assert first == second and first[0] == first[1], (first, second)
    seen.add(first[0])
    reads += 1
    if first[0] == 10:
        break
    time.sleep(0.05)
print(reads, len(seen))
"""

PUBLISHER = """
import json, sys
from pathlib import Path
from presentation.publish import publish
build, target, manifest = map(Path, sys.argv[1:])
publish(build, target, json.loads(manifest.read_text()))
"""


def two_tables(path: Path, n: int, count: int = 50_000) -> Path:
    return built(
        path,
        f"create table marts.first as select {n} as n from range({count})",
        f"create table marts.second as select {n} as n from range({count})",
    )


TWO = (model("first", {"n": []}), model("second", {"n": []}))


def test_a_reader_sees_whole_states_only(tmp_path: Path, target: Path):
    publish(two_tables(tmp_path / "build.duckdb", 0), target, manifest(*TWO))
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout.readline() == "ready\n"
    for n in range(1, 11):
        publish(two_tables(tmp_path / "build.duckdb", n), target, manifest(*TWO))
        time.sleep(0.06)
    output, errors = reader.communicate(timeout=60)

    assert reader.returncode == 0, errors
    reads, states = map(int, output.split())
    assert reads >= 10
    assert states >= 5


def test_who_has_the_file_open_keeps_what_was_there(build: Path, target: Path):
    publish(build, target, manifest(CUSTOMERS))
    before = target.read_bytes()
    with target.open("rb") as reader:
        with duckdb.connect(str(build)) as connection:
            connection.execute("update marts.customers set segment_id = 7")
        publish(build, target, manifest(CUSTOMERS))

        assert reader.read() == before
    assert rows(target, "select distinct segment_id from customers") == [(7,)]


def test_a_publish_that_is_killed_leaves_what_was_there(tmp_path: Path, target: Path):
    publish(two_tables(tmp_path / "build.duckdb", 0), target, manifest(*TWO))
    build = two_tables(tmp_path / "build.duckdb", 1, count=30_000_000)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest(*TWO)))
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, build, target, tmp_path / "manifest.json"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    scratch = target.parent / f".{target.name}.new" / target.name
    while not scratch.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert scratch.exists()
    assert rows(target, "select max(n) from first") == [(0,)]

    publish(two_tables(tmp_path / "build.duckdb", 2), target, manifest(*TWO))

    assert rows(target, "select max(n) from first") == [(2,)]
    assert not scratch.parent.exists()


# -- Nothing of a build that did not finish --------------------------------------------------------


def test_a_build_file_that_is_missing_or_lacks_a_table_is_a_sentence(tmp_path: Path, target: Path):
    with pytest.raises(InputError, match="no build file at"):
        publish(tmp_path / "none.duckdb", target, manifest(CUSTOMERS))
    with pytest.raises(InputError, match=r"lacks marts\.customers: run `make build`"):
        publish(built(tmp_path / "build.duckdb"), target, manifest(CUSTOMERS))


def test_a_build_that_is_going_on_is_a_sentence(build: Path, target: Path):
    holder = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", holder, build],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        process.stdout.readline()
        with pytest.raises(InputError, match="a build is going on"):
            publish(build, target, manifest(CUSTOMERS))
    finally:
        process.communicate("\n")


class Small(Project):
    """A project of two models and a test, with the hooks of this one."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.root = folder
        project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
        own = {
            "name": "small",
            "profile": "customer_segments",
            "models": {"+schema": "marts", "+materialized": "table"},
            "flags": {"send_anonymous_usage_stats": False},
        }
        hooks = {key: project[key] for key in ("on-run-start", "on-run-end")}
        (folder / "dbt_project.yml").write_text(yaml.safe_dump(own | hooks))
        profile = yaml.safe_load((ROOT / "profiles.yml").read_text())
        output = profile["customer_segments"]["outputs"]["duckdb"]
        del output["plugins"]
        # dbt runs in the process of the test here, which reads the file in between.
        output["keep_open"] = False
        (folder / "profiles.yml").write_text(yaml.safe_dump(profile))
        (folder / "macros").mkdir()
        for macro in ("begin_build", "end_build", "generate_schema_name", "personal_columns"):
            shutil.copy(ROOT / "macros" / f"{macro}.sql", folder / "macros")
        (folder / "models").mkdir()
        self.write("first", "select 'ann' as customer_id, 'ann@b.example' as e_mail")
        self.write("second", "select * from {{ ref('first') }}")
        self.describe()

    def dbt(self, *arguments: str) -> tuple[int, str]:
        """Run one dbt command in this process, which saves seconds each."""
        folders = [f"--{each}-dir={self.folder}" for each in ("project", "profiles")]
        quiet = ["--log-level", "none", "--log-path", str(self.folder)]
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setenv("SEGMENTS_DB", self.database.name)
            result = dbtRunner().invoke([*arguments, *folders, *quiet])
        return int(not result.success), str(result.exception)

    def write(self, name: str, sql: str) -> None:
        (self.folder / "models" / f"{name}.sql").write_text(sql)

    def describe(self, tags: str = "[]") -> None:
        (self.folder / "models" / "models.yml").write_text(
            "models:\n"
            + "".join(
                f"  - name: {name}\n    config: {{access: public}}\n    columns:\n"
                "      - name: customer_id\n        data_tests: [not_null]\n"
                f"      - name: e_mail\n        config: {{tags: {tags}}}\n"
                for name in ("first", "second")
            )
        )

    def unfinished(self) -> list[str]:
        return [".".join(node.split(".")[::2][:2]) for (node,) in self.query(
            "select node from models.unfinished order by all"
        )]  # fmt: skip


def test_only_what_has_passed_is_finished(tmp_path: Path):
    small = Small(tmp_path)

    assert small.dbt("build")[0] == 0
    assert small.unfinished() == []

    # A test that fails, and keeps the next model from being built.
    small.write("first", "select cast(null as varchar) as customer_id, 'x' as e_mail")
    assert small.dbt("build")[0] != 0
    assert small.unfinished() == [
        "model.second", "test.not_null_first_customer_id", "test.not_null_second_customer_id"
    ]  # fmt: skip

    # What is parsed and compiled is not built.
    assert small.dbt("compile")[0] == 0
    assert len(small.unfinished()) == 3

    # Mended, and built alone: the rest is as unfinished as before.
    small.write("first", "select 'ann' as customer_id, 'ann@b.example' as e_mail")
    assert small.dbt("build", "-s", "first")[0] == 0
    assert small.unfinished() == ["model.second", "test.not_null_second_customer_id"]
    manifest = json.loads((tmp_path / "target" / "manifest.json").read_text())
    target = tmp_path / "published" / "customer_segments.duckdb"
    with pytest.raises(InputError, match="model second, test not_null_second_customer_id failed"):
        publish(small.database, target, manifest)

    # A node that is no more is not waited for; one that is empty is not finished.
    nodes = {name: node for name, node in manifest["nodes"].items() if "second" not in name}
    publish(small.database, target, manifest | {"nodes": nodes})
    assert rows(target, "select customer_id from first") == [("ann",)]
    assert small.dbt("run", "--empty")[0] == 0
    assert "model.first" in small.unfinished()
    assert small.dbt("build")[0] == 0
    assert small.unfinished() == []


def test_a_build_that_is_killed_is_not_published(tmp_path: Path):
    small = Small(tmp_path)
    small.write("second", "select e_mail, customer_id, sum(sin(range)) as n "
                          "from {{ ref('first') }}, range(100000000000) group by all")  # fmt: skip
    process = small.start("build")
    while (
        not (tmp_path / "dbt.log").exists()
        or "START sql table model marts.second" not in (tmp_path / "dbt.log").read_text()
    ):
        assert process.poll() is None
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    assert "model.second" in small.unfinished()
    assert "model.first" not in small.query("select node from models.unfinished")
    manifest = json.loads((tmp_path / "target" / "manifest.json").read_text())
    with pytest.raises(InputError, match="The last build did not finish"):
        publish(small.database, tmp_path / "published.duckdb", manifest)


@pytest.mark.parametrize("written", ["config: {tags: [personal]}", "tags: [personal]"])
def test_models_know_which_columns_are_personal(tmp_path: Path, written: str):
    small = Small(tmp_path)
    small.write("names", "select '{{ personal_columns() | unique | join(', ') }}' as names")
    models = tmp_path / "models" / "models.yml"
    marked = models.read_text().replace("config: {tags: []}", written)
    models.write_text(marked.replace("name: e_mail", "name: E_Mail", 1))

    assert small.dbt("build", "-s", "names")[0] == 0
    assert small.query("from marts.names") == [("e_mail",)]


def test_a_column_that_became_personal_a_moment_ago_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    small = Small(tmp_path)
    # What dbt never runs on its own is not waited for.
    small.write("part", "{{ config(materialized='ephemeral') }} select 1 as one")
    assert small.dbt("build")[0] == 0
    assert small.unfinished() == ["model.part"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEGMENTS_DB", small.database.name)
    for variable in ("SEGMENTS_SECRET", "SEGMENTS_PUBLISHED", "SEGMENTS_MINIMUM_GROUP"):
        monkeypatch.delenv(variable, raising=False)
    published = tmp_path / "published" / "customer_segments.duckdb"

    assert main([]) == 0
    assert rows(published, "from second") == [("ann", "ann@b.example")]

    # Nothing but the YAML has changed since the build wrote its manifest.
    small.describe(tags="[personal]")
    assert main([]) == 0
    assert rows(published, "from second") == [("ann",)]

    # And a project that dbt cannot read publishes nothing.
    (tmp_path / "models" / "models.yml").write_text("models: [")
    assert main([]) == 1
    assert "nothing was published" in capsys.readouterr().err
    assert rows(published, "from second") == [("ann",)]

    monkeypatch.setattr("presentation.publish.fresh_manifest", lambda: manifest())
    monkeypatch.setenv("SEGMENTS_PUBLISHED", "test.duckdb/published.duckdb")
    assert main([]) == 1
    assert "Publishing to 'test.duckdb/published.duckdb' has failed" in capsys.readouterr().err

    monkeypatch.setenv("SEGMENTS_MINIMUM_GROUP", "few")
    assert main([]) == 1
