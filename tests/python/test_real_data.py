"""The public data sets, built by the same models. Nothing of them is part of the project."""

import shutil
import zipfile
from pathlib import Path

import pytest
from conftest import Project
from test_rules import check_build

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def real_build(build_in, real_data: Path) -> Project:
    """All populations, clickstream as CSV and personality in its first dialect, with data tests."""
    project = build_in("real_build")
    code, output = project.dbt("build", "--exclude", "resource_type:unit_test", data=real_data)
    assert code == 0, output
    return project


def test_the_truncated_file_loads_and_nothing_is_lost(real_build: Project, real_data: Path):
    lines = (real_data / "clickstream" / "2019-Oct.csv").read_text().splitlines()[1:]
    [(raw, staged, rejected, duplicates)] = real_build.query(
        "select raw_rows, staged_rows, rejected_rows, duplicate_rows from marts.row_counts "
        "where population = 'clickstream'"
    )
    rejects = real_build.query(
        "select reason, raw_row from marts.rejected_rows where population = 'clickstream'"
    )

    assert (raw, staged, rejected, duplicates) == (len(lines), len(lines) - 6, 1, 5)
    assert rejects == [("line cannot be split into columns: missing columns", lines[-1])]


def test_every_shopper_is_in_one_segment(real_build: Project):
    assert real_build.query(
        "select count(*), count(distinct customer_id) from marts.segments "
        "where population = 'clickstream'"
    ) == [(4504, 4504)]


def test_the_backtest_knows_the_shoppers_of_the_first_three_quarters(real_build: Project):
    groups = real_build.query(
        "select group_name, customers, cast(cutoff as varchar) from models.clickstream_backtest "
        "where grouped_by = 'cutoff' order by group_name"
    )

    cutoff = "2019-10-01 02:42:38"
    assert groups == [("known", 3550, cutoff), ("new", 954, cutoff)]


def test_income_is_imputed_for_24_and_better_than_by_the_constant(real_build: Project):
    [(method, missing, error, skill)] = real_build.query(
        "select method, missing, error, skill from marts.imputation_scores "
        "where feature = 'income' and is_chosen"
    )
    [(constant_error,)] = real_build.query(
        "select error from marts.imputation_scores where feature = 'income' and method = 'constant'"
    )
    [(customers, filled)] = real_build.query(
        "select count(*), count(*) filter (where list_contains(imputed_features, 'income')) "
        "from marts.segments where population = 'personality'"
    )

    assert (customers, missing, filled) == (2240, 24, 24)
    assert method != "constant"
    assert error <= 6000
    assert skill >= 0.65
    assert 17_000 <= constant_error <= 19_000


def test_nobody_is_121_years_old(real_build: Project):
    [(oldest,)] = real_build.query("select max(age_years) from models.personality_imputed")
    reasons = real_build.query(
        "select reason, count(*) from marts.rejected_rows "
        "where population = 'personality' group by reason order by reason"
    )

    assert oldest < 80
    assert reasons == [
        ("marital status is not a usable word", 4),
        ("year of birth is not possible", 3),
    ]


def test_the_segments_tell_who_answers_the_next_campaign(real_build: Project):
    """Run with -s to read the scores."""
    scores = real_build.frame(
        "select predictor, method, groups, auc, auc_error, share_of_ceiling "
        "from marts.outcome_scores where population = 'personality' and outcome = 'response'"
    )
    print(scores.round(3).to_string(index=False))
    auc = scores.groupby("predictor")["auc"].max()
    [(k, structure, scored_auc)] = real_build.query(
        "select k, structure, outcome_auc from marts.cluster_scores "
        "where population = 'personality' and is_chosen"
    )

    assert (k > 2, structure) == (True, "clear")
    assert auc["segment"] >= 0.70
    assert scored_auc >= 0.70
    assert auc["rfm_k_means"] < auc["segment"] < auc["all_features"]
    assert abs(auc["segment"] - auc["rfm_cell"]) < 0.05


def test_both_dialects_of_the_file_give_identical_segments(
    real_build: Project, project: Project, real_data: Path, tmp_path: Path
):
    data = tmp_path / "data"
    shutil.copytree(real_data / "personality" / "variant_semicolon", data / "personality")
    project.build("-s", "+personality_segments", data=data)

    segments = "from models.personality_segments order by customer_id"
    assert project.query(segments) == real_build.query(segments)


def test_the_million_events_build_in_parquet_with_eight_weeks_of_history(
    project: Project, real_data: Path
):
    variables = "populations: {clickstream: [events]}"
    selected = ("-s", "+segment_history", "+segment_migrations", "+segment_summary")
    settings = {"data": real_data, "CLICKSTREAM_FORMAT": "parquet", "SEGMENTS_MEMORY": "3GB"}
    project.build(*selected, "--vars", f"{{{variables}}}", **settings)
    names = project.query("select segment_id, segment_name from marts.segment_summary order by 1")
    weeks = "history: {from: '2019-10-08', to: '2019-11-26', every: '1 week'}"
    project.build(*selected, "--vars", f"{{{variables}, mode: score, {weeks}}}", **settings)

    assert project.query(
        "select count(*), count(distinct customer_id) from models.clickstream_segments"
    ) == [(133558, 133558)]
    dates = "(select unnest(range(timestamp '2019-10-08', timestamp '2019-11-27', interval 7 day)))"
    seen = project.query(
        "select as_of, count(distinct customer_id) from staging.stg_clickstream__events "
        f"inner join {dates} as dates (as_of) on occurred_at <= as_of group by all order by all"
    )
    assert len(seen) == 8
    counted = (
        "select {end}_as_of, sum(customers) from marts.segment_migrations "
        "where {end}_segment_id is not null group by all order by all"
    )
    assert project.query(counted.format(end="from")) == seen
    assert project.query(counted.format(end="to")) == [
        *seen[1:],
        (project.query("select max(as_of) from marts.segment_history")[0][0], 133558),
    ]
    assert names == project.query(
        "select distinct to_segment_id, to_segment_name from marts.segment_migrations order by 1"
    )


def test_the_later_of_two_overlapping_exports_wins(real_build: Project, real_data: Path):
    days = (
        path.read_text().splitlines()[1:]
        for path in real_data.rglob("fitbit/*/dailyActivity_merged.csv")
    )
    lines = [line for file in days for line in file]
    [(raw, staged, rejected, duplicates)] = real_build.query(
        "select raw_rows, staged_rows, rejected_rows, duplicate_rows from marts.row_counts "
        "where population = 'fitbit' and source = 'days'"
    )
    reasons = real_build.query(
        "select reason, json_extract_string(raw_row, '$.ActivityDate') as day, count(*) "
        "from marts.rejected_rows where population = 'fitbit' and source = 'days' group by all"
    )

    assert (raw, staged, rejected, duplicates) == (len(lines), 1373, 24, 0)
    assert reasons == [("replaced by a row of a later export", "4/12/2016", 24)]


def test_the_millions_of_zipped_minutes_are_all_read(real_build: Project, real_data: Path):
    lines = 0
    for path in real_data.rglob("fitbit/*/minute*Narrow_merged.zip"):
        with zipfile.ZipFile(path) as archive:
            lines += archive.read(archive.namelist()[0]).count(b"\n") - 1
    [(raw, staged)] = real_build.query(
        "select raw_rows, staged_rows from marts.row_counts "
        "where population = 'fitbit' and source = 'minutes'"
    )
    [(least, mean)] = real_build.query("select min(mets), avg(mets) from features.fitbit_minutes")

    assert raw == staged == lines == 4 * 1_325_580
    assert least < 1 < mean < 2


def test_three_sleeps_stand_twice_and_half_of_them_in_two_files(real_build: Project):
    assert real_build.query(
        "select raw_rows, staged_rows, rejected_rows, duplicate_rows from marts.row_counts "
        "where population = 'fitbit' and source = 'sleep'"
    ) == [(413 + 880, 870, 416, 3 + 4)]
    assert real_build.query(
        "select reason, count(*) from marts.rejected_rows "
        "where population = 'fitbit' and source = 'sleep' group by all order by 2"
    ) == [("replaced by a row of a later export", 6), ("said again by another file", 410)]


def test_the_constant_fills_the_body_mass_index(real_build: Project):
    scores = {
        (feature, method): (missing, known, error, is_chosen)
        for feature, method, missing, known, error, is_chosen in real_build.query(
            "select feature, method, missing, known, error, is_chosen "
            "from marts.imputation_scores where population = 'fitbit'"
        )
    }
    [(users, with_bmi, with_weight, with_sleep)] = real_build.query(
        "select count(*), count(*) filter (where not list_contains(imputed_features, 'bmi')), "
        "count(*) filter (where not list_contains(imputed_features, 'weight_kg')), "
        "count(*) filter (where not list_contains(imputed_features, 'sleep_minutes')) "
        "from marts.segments where population = 'fitbit'"
    )

    assert (users, with_bmi, with_weight, with_sleep) == (35, 13, 13, 25)
    missing, known, constant_error, is_chosen = scores["bmi", "constant"]
    assert (missing, known, is_chosen) == (22, 13, True)
    assert 4 < constant_error < 5
    assert scores["bmi", "xgboost"][2] > constant_error
    assert scores["sleep_minutes", "constant"][3]


def test_the_constant_fills_the_35_missing_professions(real_build: Project):
    methods = real_build.query(
        "select method, missing, error, is_chosen from marts.imputation_scores "
        "where population = 'shop' and feature = 'profession' order by error"
    )
    [(customers, filled, fill)] = real_build.query(
        "select count(*), count(*) filter (where list_contains(imputed_features, 'profession')), "
        "any_value(profession) filter (where list_contains(imputed_features, 'profession')) "
        "from models.shop_imputed"
    )

    assert (customers, filled, fill) == (2000, 35, "artist")
    method, missing, error, is_chosen = methods[0]
    assert (method, missing, is_chosen) == ("constant", 35, True)
    assert error == pytest.approx(1 - 0.31, abs=0.005)


def test_the_shop_has_no_structure(real_build: Project):
    scores = real_build.query(
        "select k, is_chosen, structure, reason from marts.cluster_scores "
        "where population = 'shop' order by algorithm desc, k"
    )
    assert len(scores) >= 10
    assert {structure for _, _, structure, _ in scores} == {"none"}
    assert [k for k, is_chosen, *_ in scores if is_chosen] == [1]
    assert scores[0][3].startswith("No structure")
    assert real_build.query(
        "select segment_name, customers from marts.segment_summary where population = 'shop'"
    ) == [("All customers", 2000)]


def test_an_income_of_0_is_finite_and_an_age_of_0_is_unknown(real_build: Project):
    assert (
        real_build.query(
            "select income, family_income_product, family_income_ratio from features.shop_features "
            "where income = 0"
        )
        == [(0, 0, 0)] * 2
    )
    assert real_build.query(
        "select reason, count(*) from marts.rejected_rows where population = 'shop' "
        "group by reason order by reason"
    ) == [("age is not 1 to 110", 24), ("spending score is not 1 to 100", 2)]


def test_a_hundred_recipients_of_five_columns_have_no_structure(real_build: Project):
    features = {
        "age_years": 0, "relationship": 100, "hobbies": 100, "hobby_count": 100, "occasion": 0,
        "favourite_movie_genre": 100, "last_gift_category": 100, "budget_level": 0,
        "store_preference": 0,
    }  # fmt: skip
    known = ", ".join(f"count({feature})" for feature in features)
    scores = real_build.query(
        "select k, structure, reason from marts.cluster_scores "
        "where population = 'gifting' and is_chosen"
    )

    assert real_build.query(f"select {known} from models.gifting_imputed") == [
        tuple(features.values())
    ]
    assert (
        real_build.query("select * from marts.imputation_scores where population = 'gifting'") == []
    )
    assert real_build.query(
        "select distinct relationship from features.gifting_features order by relationship"
    ) == [("co-worker",), ("family",), ("friend",)]
    assert [(k, structure) for k, structure, _ in scores] == [(1, "none")]
    assert scores[0][2].startswith("No structure")
    assert real_build.query(
        "select segment_name, customers from marts.segment_summary where population = 'gifting'"
    ) == [("All customers", 100)]


@pytest.mark.parametrize("population", ["clickstream", "personality", "fitbit", "gifting", "shop"])
def test_the_rules_put_customers_in_their_own_segments(real_build: Project, population: str):
    check_build(real_build, population)
    [(fidelity,)] = real_build.query(
        f"select distinct fidelity from marts.segment_rules where population = '{population}'"
    )

    assert fidelity >= 0.85
