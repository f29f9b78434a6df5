"""Exports of fitness trackers, plain and zipped: nothing is lost, and parts may be absent."""

import shutil
import zipfile
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, SAMPLE, Project

from segmentation.errors import InputError
from segmentation.simulate.fitbit import EXPORTS, FITBIT_SEGMENTS, simulate_fitbit

FILES = {
    "days": ["dailyActivity_merged"],
    "hours": ["hourlySteps_merged", "hourlyIntensities_merged", "hourlyCalories_merged"],
    "minutes": [
        "minuteStepsNarrow_merged",
        "minuteIntensitiesNarrow_merged",
        "minuteMETsNarrow_merged",
        "minuteCaloriesNarrow_merged",
    ],
    "sleep": ["sleepDay_merged"],
    "sleep_minutes": ["minuteSleep_merged"],
    "weights": ["weightLogInfo_merged"],
}
"""The raw files of each entity in the sample."""


def lines_of(folder: Path, name: str) -> list[tuple[str, str]]:
    """The lines of all files of one name, without their headers, each with the name."""
    lines = []
    for path in folder.rglob(f"{name}.*"):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                text = archive.read(archive.namelist()[0]).decode()
        else:
            text = path.read_text()
        lines += [(name, line) for line in text.splitlines()[1:]]
    return lines


@pytest.fixture(scope="module")
def fitbit_build(build_in) -> Project:
    """The population on the committed sample, up to its features, with its data tests."""
    project = build_in("fitbit_build")
    models = ("path:models/staging/fitbit", "path:models/features/fitbit")
    code, output = project.dbt("build", "-s", *models, "--exclude", "resource_type:unit_test")
    assert code == 0, output
    return project


@pytest.mark.parametrize("entity", FILES)
def test_conservation_by_counting_the_lines_of_all_files(fitbit_build: Project, entity: str):
    lines = [line for name in FILES[entity] for line in lines_of(SAMPLE / "fitbit", name)]
    [(copies, distinct)] = fitbit_build.query(
        f"select sum(copies), count(*) from staging.base_fitbit__{entity}"
    )
    [(staged,)] = fitbit_build.query(f"select count(*) from staging.stg_fitbit__{entity}")
    [(rejected,)] = fitbit_build.query(
        f"select count(*) from staging.stg_fitbit__rejected_{entity} where scope = 'row'"
    )

    assert lines
    assert copies == len(lines)
    assert distinct == len(set(lines)) == staged + rejected


def test_what_is_wrong_in_the_sample_is_rejected_with_its_reason(fitbit_build: Project):
    reasons = fitbit_build.query(
        """
        select 'days', scope, reason, count(*) from staging.stg_fitbit__rejected_days group by all
        union all
        select 'hours', scope, reason, count(*) from staging.stg_fitbit__rejected_hours group by all
        union all
        select 'weights', scope, reason, count(*) from staging.stg_fitbit__rejected_weights
        group by all
        """
    )

    assert sorted(reasons) == [
        ("days", "row", "day is missing or cannot be read", 1),
        ("days", "row", "more minutes than a day has", 1),
        ("days", "row", "replaced by a row of a later export", 80),
        ("weights", "value", "body mass index is not possible or cannot be read", 1),
    ]


def test_the_later_export_wins_on_the_day_that_both_have(fitbit_build: Project):
    path = SAMPLE / "fitbit" / EXPORTS[1] / "dailyActivity_merged.csv"
    later = pd.read_csv(path).query("ActivityDate == '4/12/2016'")
    staged = fitbit_build.query(
        "select customer_id, step_count from staging.stg_fitbit__days where day = '2016-04-12'"
    )

    assert dict(staged) == dict(zip(later["Id"].astype(str), later["TotalSteps"], strict=True))


def test_an_export_whose_days_all_stand_in_a_later_one_wins_over_an_earlier_one(
    project: Project, tmp_path: Path
):
    exports = {
        "a": ({"3/1/2016": 10, "3/2/2016": 20}, {"3/1/2016": 1, "3/2/2016": 2}),
        "b": ({"3/1/2016": 11, "3/3/2016": 30}, {"3/1/2016": 3, "3/2/2016": 4}),
        "c": ({"3/1/2016": 11, "3/3/2016": 30, "3/4/2016": 40}, {"3/2/2016": 5}),
    }
    minutes = ("VeryActive", "FairlyActive", "LightlyActive", "Sedentary")
    for export, (days, hours) in exports.items():
        folder = tmp_path / "data" / "fitbit" / export
        folder.mkdir(parents=True)
        daily = pd.DataFrame({"Id": 1, "ActivityDate": days.keys(), "TotalSteps": days.values()})
        daily = daily.assign(**{f"{name}Minutes": 60 for name in minutes}, Calories=2000)
        daily.to_csv(folder / "dailyActivity_merged.csv", index=False)
        times = [f"{day} 8:00:00 AM" for day in hours]
        hourly = pd.DataFrame({"Id": 1, "ActivityHour": times, "StepTotal": hours.values()})
        hourly.to_csv(folder / "hourlySteps_merged.csv", index=False)
    models = ("+stg_fitbit__hours", "+stg_fitbit__days")
    project.build("-s", *models, data=tmp_path / "data")

    hours = "select started_at::date::varchar, step_count from staging.stg_fitbit__hours order by 1"
    assert project.query(hours) == [("2016-03-01", 3), ("2016-03-02", 5)]
    days = "select day::varchar, step_count from staging.stg_fitbit__days order by 1"
    assert project.query(days) == [
        ("2016-03-01", 11), ("2016-03-02", 20), ("2016-03-03", 30), ("2016-03-04", 40),
    ]  # fmt: skip


def test_unzipped_files_give_the_same_features(
    fitbit_build: Project, project: Project, tmp_path: Path
):
    folder = shutil.copytree(SAMPLE / "fitbit", tmp_path / "data" / "fitbit")
    for path in folder.rglob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(path.parent)
        path.unlink()
    project.build("-s", "+fitbit_features", data=tmp_path / "data")

    features = "from features.fitbit_features order by customer_id"
    assert project.query(features) == fitbit_build.query(features)


def test_days_alone_are_enough(project: Project, tmp_path: Path):
    days = tmp_path / "data" / "fitbit" / "dailyActivity_merged.csv"
    days.parent.mkdir(parents=True)
    shutil.copy(SAMPLE / "fitbit" / EXPORTS[1] / days.name, days)
    code, output = project.dbt(
        "build", "-s", "+fitbit_segments", "--exclude", "resource_type:unit_test",
        data=tmp_path / "data",
    )  # fmt: skip

    assert code == 0, output
    assert project.query(
        "select count(*), count(daily_step_count), count(hour_diversity), count(mets), "
        "count(sleep_minutes), count(weight_kg) from features.fitbit_features"
    ) == [(80, 80, 0, 0, 0, 0)]
    assert project.query("select count(*) from models.fitbit_segments") == [(80,)]


def test_without_days_the_build_stops_with_one_sentence(project: Project, tmp_path: Path):
    folder = shutil.copytree(SAMPLE / "fitbit", tmp_path / "data" / "fitbit")
    for path in folder.rglob("dailyActivity*"):
        path.unlink()
    code, output = project.dbt("run", "-s", "+stg_fitbit__days", data=tmp_path / "data")

    assert code == 1
    assert "the source fitbit days is missing: no file matches" in output
    assert "Set SEGMENTS_DATA to the folder that holds fitbit/" in output
    assert "Traceback" not in output


# -- The simulator ---------------------------------------------------------------------------------


def test_the_sample_is_small():
    files = [path for path in (SAMPLE / "fitbit").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 3_000_000
    assert max(path.stat().st_size for path in files) < 1_400_000
    assert {path.suffix for path in files} == {".csv", ".zip"}


@pytest.mark.real
def test_the_headers_are_those_of_the_real_files(real_data: Path):
    real = real_data / "fitbit"
    files, _ = simulate_fitbit(20)
    compared = 0
    for path, frame in files.items():
        name = Path(path).stem
        theirs = [*real.rglob(f"{name}.csv"), *real.rglob(f"{name}.zip")]
        for file in theirs:
            assert list(frame.columns) == list(pd.read_csv(file, nrows=1).columns), name
            compared += 1
    assert compared >= 12


def test_files_of_all_grains_tell_one_story():
    files, truth = simulate_fitbit(30, seed=3)
    for export in EXPORTS:
        days, hours = (
            files[f"{export}/{name}"]
            for name in ("dailyActivity_merged.csv", "hourlySteps_merged.zip")
        )
        day = hours["ActivityHour"].str.split(" ").str[0]
        by_day = hours.groupby([hours["Id"], day])["StepTotal"].sum()
        assert by_day.to_dict() == days.set_index(["Id", "ActivityDate"])["TotalSteps"].to_dict()
        assert set(days["Id"]) == set(truth["Id"])
        minutes = days.filter(like="Minutes").sum(axis=1)
        assert minutes.between(60, 1440).all()
    steps = files[f"{EXPORTS[1]}/minuteStepsNarrow_merged.zip"]
    time = pd.to_datetime(steps["ActivityMinute"], format="%m/%d/%Y %I:%M:%S %p").dt.floor("h")
    by_minute = steps.groupby([steps["Id"], time])["Steps"].sum()
    by_hour = files[f"{EXPORTS[1]}/hourlySteps_merged.zip"]
    time = pd.to_datetime(by_hour["ActivityHour"], format="%m/%d/%Y %I:%M:%S %p")
    by_hour = by_hour.groupby([by_hour["Id"], time])["StepTotal"].sum()[by_minute.index]
    # A minute holds at most 180 steps.
    assert (by_minute <= by_hour).all()
    assert (by_minute == by_hour).mean() > 0.8


def test_dirt_adds_what_is_wrong_and_moves_no_segment():
    clean, truth = simulate_fitbit(40)
    dirty, dirty_truth = simulate_fitbit(40, dirt=True)
    added = Counter({path: len(dirty[path]) - len(clean[path]) for path in clean})

    assert dirty.keys() == clean.keys()
    pd.testing.assert_frame_equal(truth, dirty_truth)
    assert added[f"{EXPORTS[0]}/dailyActivity_merged.csv"] == 40
    assert added[f"{EXPORTS[0]}/hourlySteps_merged.zip"] == 40 * 11
    assert added[f"{EXPORTS[1]}/sleepDay_merged.csv"] == 3
    assert (dirty[f"{EXPORTS[1]}/weightLogInfo_merged.csv"]["BMI"] == 0).sum() == 1


def test_the_same_seed_gives_the_same_files_and_another_seed_others():
    files, again, others = (simulate_fitbit(25, seed=seed)[0] for seed in (1, 1, 2))
    for path, frame in files.items():
        pd.testing.assert_frame_equal(frame, again[path])
    path = f"{EXPORTS[0]}/dailyActivity_merged.csv"
    assert not files[path].equals(others[path])


def test_shares_are_those_that_were_planted():
    shares = simulate_fitbit(1500)[1]["segment"].value_counts(normalize=True)
    for segment in FITBIT_SEGMENTS:
        assert shares[segment.segment] == pytest.approx(segment.share, abs=0.04)


def test_the_truth_has_every_user_of_the_sample_once():
    truth = pd.read_csv(ROOT / "tests" / "fixtures" / "fitbit_truth.csv")
    days = pd.read_csv(SAMPLE / "fitbit" / EXPORTS[1] / "dailyActivity_merged.csv")
    assert truth["customer_id"].is_unique
    assert set(truth["customer_id"]) == set(days["Id"])
    assert truth["segment"].value_counts(normalize=True).min() > 0.15


def test_too_few_users_are_explained():
    with pytest.raises(InputError, match="19"):
        simulate_fitbit(19)
