"""Features as of past moments: nothing that came later is in them."""

import json
import re
import shutil
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from conftest import SAMPLE, Project

# Steps of eleven days meet the fitness trackers of 2016 and the shop events of 2019.
HISTORY = {"from": "2016-04-05", "to": "2019-10-31", "every": "11 days"}
LAST = {"clickstream": datetime(2019, 10, 25), "fitbit": datetime(2016, 4, 16)}
"""The last moment before the present of each sample."""
MODELS = ("-s", *(f"+{population}_observed_features" for population in LAST))


def moment_of(line: str) -> datetime:
    """The first point in time of a raw line; of a fitness tracker its day, month first."""
    if found := re.search(r"(\d+)/(\d+)/(\d{4})", line):
        month, day, year = map(int, found.groups())
        return datetime(year, month, day)
    return datetime.fromisoformat(re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", line)[0])


def known_by(lines: list[str], name: str, moment: datetime) -> list[str]:
    """The lines that are known at a moment: a sleep once it has ended, a day once it is over."""
    if name.startswith("minuteSleep"):
        ends: dict[str, datetime] = {}
        for line in lines:
            sleep = line.rsplit(",", 1)[1]
            ends[sleep] = max(ends.get(sleep, datetime.min), moment_of(line))
        return [line for line in lines if ends[line.rsplit(",", 1)[1]] < moment]
    return [line for line in lines if moment_of(line) < moment]


@pytest.fixture(scope="module")
def past_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples as they were at their last moments before the present."""
    folder = tmp_path_factory.mktemp("past_data")
    for population, moment in LAST.items():
        shutil.copytree(SAMPLE / population, folder / population)
        for path in [*(folder / population).rglob("*.*")]:
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    text = archive.read(archive.namelist()[0]).decode()
                path.unlink()
            else:
                text = path.read_text()
            header, *lines = text.splitlines(keepends=True)
            dated = [line for line in lines if re.search(r"\d{4}-\d\d-\d\d \d|\d/\d{4}", line)]
            kept = known_by(dated, path.name, moment)
            path.with_suffix(".csv").write_text("".join([header, *kept]))
    return folder


def observed(project: Project, population: str) -> list[tuple]:
    """Every byte of the features of a population up to its last moment before the present."""
    return project.query(
        "select as_of, cast(each as varchar) "
        "from (select * exclude (is_present, is_cutoff, is_history) "
        f"from features.{population}_observed_features "
        f"where as_of <= timestamp '{LAST[population]}' and not is_cutoff) as each order by 1, 2"
    )


def test_features_at_a_moment_are_those_of_a_build_that_knows_no_later_event(
    build_in, past_data: Path
):
    variables = {f"{population}_as_of": str(moment) for population, moment in LAST.items()}
    now = build_in("moments_now").build(*MODELS, "--vars", json.dumps({"history": HISTORY}))
    then = build_in("moments_then").build(
        *MODELS, "--vars", json.dumps({"history": HISTORY, **variables}), data=past_data
    )

    for population, last in LAST.items():
        flags = "is_present, is_history from features." + f"{population}_as_of"
        rows = observed(now, population)
        assert rows == observed(then, population), population
        # Two moments at least, with customers; the last one is the present of the past.
        assert len({as_of for as_of, _ in rows}) >= 2
        assert now.query(f"select {flags} where as_of = '{last}'") == [(False, True)]
        assert then.query(f"select {flags} where as_of = '{last}'") == [(True, True)]
        # And later events there are.
        features = f"select count(*) from features.{population}_observed_features"
        assert now.query(f"{features} where as_of > '{last}' and is_present")[0][0] > 0
        assert then.query(f"{features} where as_of > '{last}'") == [(0,)]
