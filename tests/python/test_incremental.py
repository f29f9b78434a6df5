"""A build of shop events that adds to the last one leaves what a build from nothing makes."""

import csv
import json
from pathlib import Path

import duckdb
import pytest
from conftest import SAMPLE, Project, copied
from test_build import write_sqlite

FEATURES = ("-s", "+clickstream_features", "stg_clickstream__rejected_events")
HEADER, *EVENTS = csv.reader((SAMPLE / "clickstream" / "2019-Oct.csv").open(newline=""))
EVENTS = [event for event in EVENTS if len(event) == len(HEADER)]
LAST_DAY = max(event[0] for event in EVENTS if event[0].startswith("2019"))[:10]
TABLES = {
    "features.clickstream_features": "*",
    "features.clickstream_observed_features": "*",
    "features.clickstream_as_of": "* exclude (reading)",
    **{
        f"features.clickstream_{name}": "* exclude (reading)"
        for name in ("visits", "times", "diversity")
    },
    "staging.stg_clickstream__events": "* exclude (reading)",
    "staging.base_clickstream__events": "* exclude (reading)",
    "staging.stg_clickstream__rejected_events": "*",
}


def write(path: Path, events: list[list[str]]) -> None:
    """A raw file of events, as the shop would write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *events])


def event(when: str, kind: str, product: str, user: str, session: str, price="12.50") -> list[str]:
    """One raw event of a product without a category or brand."""
    return [f"{when} UTC", kind, product, "", "", "", price, user, session]


def contents(project: Project) -> dict[str, list[tuple]]:
    """Every byte of the tables, in whichever order their rows came."""
    return {
        table: project.query(
            f"select cast(each as varchar) from (select {columns} from {table}) as each order by 1"
        )
        for table, columns in TABLES.items()
    }


def readings(project: Project) -> list[tuple]:
    """How many raw rows each reading brought."""
    return project.query(
        "select reading, count(*) from staging.base_clickstream__raw_events group by all order by 1"
    )


@pytest.fixture
def past(tmp_path: Path) -> tuple[Path, list[list[str]]]:
    """Raw data without its last day, and that day."""
    data = tmp_path / "data"
    write(data / "clickstream" / "a.csv", [each for each in EVENTS if each[0] < LAST_DAY])
    return data, [each for each in EVENTS if each[0] >= LAST_DAY]


def test_new_files_leave_what_a_build_from_nothing_makes(
    seeded: Project, past: tuple[Path, list[list[str]]], tmp_path: Path
):
    data, last_day = past
    build = copied(seeded, tmp_path / "added").build(*FEATURES, data=data)
    first = contents(build)["features.clickstream_features"]
    known = EVENTS[0][7]
    late = [
        event("2019-10-02 03:00:00", "purchase", "77", known, "late"),
        event("2019-10-02 03:10:00", "refund", "77", known, "late", price="2.50"),
        event("2019-10-03 03:00:00", "view", "78", "999999999", "of a new customer"),
        event("2019-10-03 03:00:00", "view", "78", "999999999", "free", price="-1"),
    ]
    # A repeat within the file and of the file before, beside the day itself.
    write(data / "clickstream" / "b.csv", [*last_day, last_day[0], EVENTS[0], *late])
    build.build(*FEATURES, data=data)
    rows = len(readings(build))

    # A second addition, broken off before all tables know of it.
    write(
        data / "clickstream" / "c.csv",
        [EVENTS[0], event("2019-10-05 12:00:00", "view", "9", known, "c")],
    )
    build.build("-s", "+clickstream_visits", data=data)
    build.build(*FEATURES, data=data)
    # And a build without anything new.
    build.build(*FEATURES, data=data)

    whole = copied(seeded, tmp_path / "whole").build(*FEATURES, data=data)
    added, anew = contents(build), contents(whole)
    assert rows == 2
    assert len(readings(build)) == 3
    assert len(readings(whole)) == 1
    assert added == anew
    assert added["features.clickstream_features"] != first
    copies = "select max(copies) from staging.base_clickstream__events"
    assert build.query(copies) == whole.query(copies)
    assert build.query(copies)[0][0] >= 3

    anew = contents(build.build(*FEATURES, "--full-refresh", data=data))
    assert added == anew
    assert len(readings(build)) == 1


@pytest.mark.parametrize("change", ["written anew", "gone", "setting"])
def test_everything_is_read_anew_where_what_was_read_no_longer_stands(
    seeded: Project, past: tuple[Path, list[list[str]]], tmp_path: Path, change: str
):
    data, last_day = past
    write(data / "clickstream" / "b.csv", last_day)
    build = copied(seeded, tmp_path / "changed").build(*FEATURES, data=data)
    variables = []
    if change == "written anew":
        write(data / "clickstream" / "b.csv", last_day[: len(last_day) // 2])
    elif change == "gone":
        (data / "clickstream" / "b.csv").unlink()
    else:
        variables = ["--vars", json.dumps({"clickstream_as_of": f"{LAST_DAY} 00:00:00"})]
    build.build(*FEATURES, *variables, data=data)
    whole = copied(seeded, tmp_path / "whole").build(*FEATURES, *variables, data=data)

    assert contents(build) == contents(whole)
    [(reading, _)] = readings(build)
    assert reading == 2


def test_a_row_that_is_found_again_stays_where_it_was(
    seeded: Project, past: tuple[Path, list[list[str]]], tmp_path: Path
):
    """Also where the staged events and what is made of them are built one after the other."""
    data, _ = past
    build = copied(seeded, tmp_path / "again").build(*FEATURES, data=data)
    before = contents(build)
    known = [each for each in EVENTS if each[0] < LAST_DAY][:3]
    write(data / "clickstream" / "b.csv", known)
    build.build("-s", "+stg_clickstream__events", data=data)
    build.build("-s", "clickstream_observed_events+1", data=data)
    found = contents(build)

    assert found["features.clickstream_visits"] == before["features.clickstream_visits"]
    assert found["staging.stg_clickstream__events"] == before["staging.stg_clickstream__events"]
    events = "select count(*) from features.clickstream_observed_events where moment = 0"
    assert build.query(events) == [(0,)], "nobody has a new event"


def test_files_that_are_read_anew_count_when_all_of_them_is_known(
    seeded: Project, past: tuple[Path, list[list[str]]], tmp_path: Path
):
    data, last_day = past
    write(data / "clickstream" / "b.csv", [*last_day, last_day[0]])
    build = copied(seeded, tmp_path / "anew").build(*FEATURES, data=data)
    write(data / "clickstream" / "b.csv", [*last_day, *last_day[:2]])
    build.build("-s", "+base_clickstream__raw_events", data=data)
    assert build.query("select count(*) from staging.stg_clickstream__events") == [(0,)]

    build.build("-s", "base_clickstream__repeats", data=data)
    code, output = build.dbt("run", "-s", "clickstream_observed_events+1", data=data)
    assert code != 0
    assert "build clickstream_as_of+" in " ".join(output.split())

    build.build(*FEATURES, data=data)
    whole = copied(seeded, tmp_path / "whole").build(*FEATURES, data=data)
    assert contents(build) == contents(whole)


def test_a_file_with_another_column_is_read_with_all_others(
    seeded: Project, past: tuple[Path, list[list[str]]], tmp_path: Path
):
    data, last_day = past
    build = copied(seeded, tmp_path / "wider").build(*FEATURES, data=data)
    path = data / "clickstream" / "b.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [[*HEADER, "shelf"], *([*each, "top"] for each in [*last_day, EVENTS[0]])]
        )
    build.build(*FEATURES, data=data)
    whole = copied(seeded, tmp_path / "whole").build(*FEATURES, data=data)

    assert contents(build) == contents(whole)
    assert len(readings(build)) == 1


def test_an_earlier_version_of_the_tables_is_told_of(
    seeded: Project, past: tuple[Path, list[list[str]]], tmp_path: Path
):
    data, _ = past
    build = copied(seeded, tmp_path / "earlier").build(*FEATURES, data=data)
    with duckdb.connect(str(build.database)) as connection:
        connection.execute("alter table features.clickstream_times drop column reading")
    code, output = build.dbt("run", *FEATURES, data=data)
    assert code != 0
    assert "is from an earlier version of the project" in " ".join(output.split())
    assert build.dbt("run", *FEATURES, "--full-refresh", data=data)[0] == 0


def test_a_sqlite_file_is_read_once_and_again_where_it_has_changed(
    seeded: Project, past: tuple[Path, list[list[str]]], tmp_path: Path
):
    data, last_day = past
    path = data / "clickstream" / "events.sqlite"
    kept = [each for each in EVENTS if each[0] < LAST_DAY]
    write_sqlite(path, HEADER, kept)
    build = copied(seeded, tmp_path / "sqlite")
    for _ in range(2):
        build.build(*FEATURES, data=data, CLICKSTREAM_FORMAT="sqlite")
        assert readings(build) == [(1, len(kept))]
    path.unlink()
    write_sqlite(path, HEADER, [*kept, *last_day])
    build.build(*FEATURES, data=data, CLICKSTREAM_FORMAT="sqlite")
    assert readings(build) == [(2, len(EVENTS))]
