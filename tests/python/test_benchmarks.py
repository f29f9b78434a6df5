"""The benchmark: its figures from known runs, and its notebooks against each other."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.notebooks import careful, with_polars
from benchmarks.speed import __main__ as command
from benchmarks.speed import events, figures, measure, parts, results, steps
from benchmarks.speed.queries import differences, write_day
from benchmarks.speed.targets import targets
from segmentation.simulate.populations import write_population

ROOT = Path(__file__).resolve().parents[2]
MILLION = 1_000_000


def run(wall: float, memory: float = 1.0, failure: str = "", **more) -> dict:
    """A run as the records have it; its processors are busy all the time."""
    known = {"wall": wall, "processors": wall, "memory": memory, "failure": failure, "steps": {}}
    return known | more


def record(part: str, *rounds: dict, **more) -> dict:
    """A part as it is kept."""
    about = {"at": "2026-01-02 03:04 UTC", "code": "abc", "machine": "two cores", "versions": "x 1"}
    return {"part": part, **about, "rounds": list(rounds), **more}


def test_ratios_are_taken_within_a_round():
    # The machine was twice as slow in the second round, for all ways alike.
    known = record(
        "whole",
        {"ours": run(10), "careful": run(30, 2.0)},
        {"ours": run(20), "careful": run(60, 2.0)},
        {"ours": run(10), "careful": run(40, 5.0)},
    )
    assert figures.ratio(known, "careful", "ours", "wall") == 3
    assert figures.ratio(known, "careful", "ours", "memory") == 2
    assert figures.middle(figures.runs_of(known, "careful"), "wall") == 40


def test_a_run_that_broke_off_is_shown_and_counts_for_nothing():
    known = record(
        "whole",
        {"ours": run(10), "literal": run(1, failure="out of memory (signal 9)")},
        {"ours": run(12), "literal": run(500)},
        of=MILLION,
        format="parquet",
    )
    assert figures.ratio(known, "literal", "ours", "wall") == pytest.approx(500 / 12)
    line = next(row for row in results.page([known]).splitlines() if row.startswith("| literal"))
    assert line.endswith("| 41.67 | 41.67 | 1.00 | out of memory (signal 9) |")
    assert line.startswith("| literal | 1 | 500.00 |")


@pytest.mark.parametrize(
    ("code", "output", "reason"),
    [
        (0, "all is well", ""),
        (2, "a\n b", "exit code 2: a b"),
        (-9, "", "out of memory (signal 9)"),
        (1, "x" * 400, "exit code 1: " + "x" * 300),
    ],
)
def test_a_failure_says_why(code, output, reason):
    assert measure.failure_of(code, output) == reason


def test_a_process_is_measured_with_its_memory_and_its_failure(tmp_path):
    script = "import sys; held = b'x' * 1_000_000_000; print('over'); sys.exit(3)"
    found = measure.measured(
        [sys.executable, "-c", script], measure.environment(), tmp_path / "log"
    )
    assert found.failure == "exit code 3: over"
    # More than the tests themselves hold, whose memory Linux counts as the new process's.
    assert 0.9 < found.memory < 1.3
    assert found.wall > 0


def result(node: str, start: float, end: float) -> dict:
    """A node as run_results.json has it; it runs in minute 0."""
    moments = [f"2026-01-01T00:00:{moment:09.6f}Z" for moment in (start, (start + end) / 2, end)]
    return {
        "unique_id": node,
        "timing": [
            {"name": "compile", "started_at": moments[0], "completed_at": moments[1]},
            {"name": "execute", "started_at": moments[1], "completed_at": moments[2]},
        ],
    }


def test_steps_share_the_moments_they_have_in_common():
    paths = {
        "model.p.base": "models/staging/shop/base.sql",
        "model.p.shop_imputed": "python_models/shop/shop_imputed.py",
        "model.p.shop_imputation_scores": "python_models/shop/shop_imputation_scores.py",
        "model.p.shop_outcome_scores": "python_models/shop/shop_outcome_scores.py",
        "model.p.segments": "models/marts/segments.sql",
    }
    ran = [
        result("model.p.base", 10, 14),
        result("test.p.not_null", 12, 16),
        result("model.p.shop_imputed", 20, 21),
        result("model.p.shop_imputation_scores", 22, 23),
        result("model.p.shop_outcome_scores", 30, 31),
        result("model.p.segments", 30, 31),
        {"unique_id": "model.p.skipped", "timing": []},
    ]
    assert steps.steps(ran, paths, wall=40) == pytest.approx(
        {
            "staging": 3,
            "imputation": 2,
            "outcome, rules": 0.5,
            "marts": 0.5,
            "data tests": 3,
            "dbt itself": 31,
        }
    )
    assert steps.our_share(steps.steps(ran, paths, wall=40)) == pytest.approx(6 / 40)


@given(
    st.dictionaries(
        st.text("abcdef", min_size=1),
        st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda at: (at[0], at[0] + at[1])),
    )
)
def test_shared_seconds_are_all_seconds_in_which_anything_ran(intervals):
    busy = {moment for start, end in intervals.values() for moment in range(start, end)}
    found = steps.shared(intervals)
    assert sum(found.values()) == pytest.approx(len(busy))
    for name, (start, end) in intervals.items():
        assert 0 < found[name] <= end - start + 1e-9


def test_every_model_of_the_project_has_a_step():
    models = [*ROOT.glob("models/**/*.sql"), *ROOT.glob("python_models/**/*.py")]
    found = {path: steps.step_of("model.x", str(path.relative_to(ROOT))) for path in models}
    assert steps.REST not in found.values()
    assert {"staging", "features", "imputation", "choice of k", "fit"} <= set(found.values())


def limited(seconds: float, features: float, memory: float, failure: str = "") -> dict:
    """A build under a limit, whose group-by took two seconds."""
    floors = {"group by": {"wall": 2.0}, "scan": {"wall": 1.0}}
    return run(seconds, memory, failure, steps={"features": features}, floors=floors)


def test_targets_say_what_was_met_and_what_was_not_measured():
    slow, fast = ({"staging": each, "features": each} for each in (20.0, 2.0))
    kept = [
        record("whole", {"ours": run(10), "careful": run(31, 1.9)}, of=MILLION, format="parquet"),
        record("limits", {"2GB": limited(300, 16, 2.5), "4GB": limited(9, 17, 7)}, of=50 * MILLION),
        record("limits", {"2GB": limited(50, 4, 1), "4GB": limited(9, 2, 1)}, of=10 * MILLION),
        record(
            "day",
            {"full": run(60, steps=slow), "incremental": run(9, steps=fast)},
            of=50 * MILLION,
            is_equal=False,
        ),
        record("scoring", {"ours": run(1)}, ratio=1.5),
        record("samples", {"ours": run(10, steps={"marts": 4.0, "dbt itself": 6.0})}),
    ]
    assert [row[2:] for row in targets(kept)] == [
        ["3.10 times", "yes"],
        ["1.90 times", "**no**"],
        ["not measured", "-"],
        ["not measured", "-"],
        ["not measured", "-"],
        ["1.34 times", "yes"],
        ["8.00 times", "yes"],
        ["6.00 times", "yes"],
        ["1.88 times", "**no**"],
        ["8.50 times", "**no**"],
        ["8.50 times", "**no**"],
        ["1.50 times", "yes"],
        ["10.00 times", "**no**"],
        ["not measured", "-"],
        ["40.00 %", "yes"],
    ]
    page = results.page(kept)
    assert page.index("## Raw file") < page.index("10M events\n") < page.index("50M events\n")


def test_a_part_that_broke_off_is_on_the_page_with_its_reason():
    page = results.page([record("day", of=MILLION, failure="ChildProcessError: no | disk")])
    assert "**Broken off:** ChildProcessError: no | disk" in page


def test_what_was_measured_before_a_part_broke_off_is_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "RECORDS", tmp_path)
    monkeypatch.setattr(parts, "SCRATCH", tmp_path / "scratch")
    (tmp_path / "scratch").mkdir()

    def rounds(*failures: str):
        yield {"rounds": [{"ours": run(1, failure=each)} for each in failures]}
        if not failures:
            raise ChildProcessError("no space left")

    name = {"part": "day", "of": 5}
    path = tmp_path / "day_5.json"
    assert not command.measure(name, rounds())
    assert json.loads(path.read_text())["failure"] == "ChildProcessError: no space left"
    assert not command.measure(name, rounds("", "exit code 1"))
    assert len(json.loads(path.read_text())["rounds"]) == 2
    assert (tmp_path / "scratch").exists()
    assert command.measure(name, rounds(""))
    assert not (tmp_path / "scratch").exists()
    found = json.loads(path.read_text())
    assert found["of"] == 5
    assert "failure" not in found
    assert "duckdb" in found["versions"]
    assert "no space left" in capsys.readouterr().err


def test_a_script_of_its_own_gives_its_table_and_its_ratio(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "SCRATCH", tmp_path)
    for name, text in (("good", "| a |\\nratio: 2.50"), ("bad", "ratio: none")):
        script = tmp_path / f"{name}.py"
        script.write_text(f"print('{text}')\nraise SystemExit({int(name == 'bad')})")
        monkeypatch.setitem(parts.SCRIPTS, f"{name} script", (str(script),))
    [good], [bad] = (list(parts.script(f"{name} script")) for name in ("good", "bad"))
    assert (good["ratio"], good["printed"]) == (2.5, "| a |\nratio: 2.50")
    assert "ratio" not in bad
    assert bad["failure"] == "exit code 1: ratio: none"


def test_the_literal_notebook_runs_in_the_first_round_only(tmp_path, monkeypatch):
    build = SimpleNamespace(parses=lambda *_: {}, anew=lambda *_: None, database="", variables={})
    answers = {
        "events_of": SimpleNamespace(data=tmp_path, path=tmp_path / "events.parquet"),
        "Build": build,
        "_scratch": tmp_path,
        "_with_steps": {"failure": ""},
        "_floors": {},
        "_notebook": measure.Run(1, 1, 1),
        "_compared": {},
        "asked": {},
    }
    for name, answer in answers.items():
        monkeypatch.setattr(parts, name, lambda *_, answer=answer: answer)
    *_, last = parts.whole(MILLION, "parquet", 3, ("ours", "literal", "careful"))
    assert [list(found) for found in last["rounds"]] == [
        ["ours", "literal", "careful"],
        ["ours", "careful"],
        ["ours", "careful"],
    ]


def test_opponents_run_where_they_can(monkeypatch):
    assert parts.ways_of(MILLION, "parquet") == ("ours", "literal", "careful", "with_polars")
    assert parts.ways_of(MILLION, "sqlite") == ("ours", "careful")
    assert parts.ways_of(10 * MILLION, "sqlite") == ()
    assert parts.ways_of(10 * MILLION, "csv") == ("ours", "careful", "with_polars")
    assert parts.ways_of(50 * MILLION, "parquet") == ("ours",)
    monkeypatch.delenv("SEGMENTS_REAL_DATA", raising=False)
    assert parts.ways_of("real", "parquet") == ()
    monkeypatch.setenv("SEGMENTS_REAL_DATA", "somewhere")
    assert parts.ways_of("real", "parquet") == ("ours", "careful", "with_polars")
    assert parts.ways_of("real", "csv") == ()


@pytest.fixture(scope="module")
def notebook_features(tmp_path_factory) -> dict[str, pd.DataFrame]:
    """The answer of each notebook for the same few events, and its features from each format."""
    folder = tmp_path_factory.mktemp("notebooks")
    customers = events.customers_for(2000)
    paths = {}
    for file_format in ("parquet", "csv", "sqlite"):
        data = folder / file_format
        write_population("clickstream", data, data, customers, file_format=file_format)
        [paths[file_format]] = (data / "clickstream").iterdir()
    found = {}
    for way in parts.NOTEBOOKS:
        script = ROOT / "benchmarks" / "notebooks" / f"{way}.py"
        subprocess.run([sys.executable, script, paths["parquet"], folder], check=True)
        found[way] = pd.read_parquet(folder / "features.parquet")
    for file_format in ("csv", "sqlite"):
        known = careful.features_of(careful.read_events(paths[file_format]))
        found[f"careful {file_format}"] = known.reset_index()
    from_csv = with_polars.features_of(with_polars.read_events(paths["csv"]))
    found["with_polars csv"] = from_csv.to_pandas()
    return {name: each.set_index("user_id").sort_index() for name, each in found.items()}


def test_notebooks_compute_the_same_features_from_every_format(notebook_features):
    known = notebook_features["careful"].drop(columns="segment").astype("float64")
    assert known.shape[1] >= parts.LEAST_FEATURES
    assert known["monetary"].gt(0).any()
    for answer in notebook_features.values():
        pd.testing.assert_frame_equal(answer[known.columns].astype("float64"), known, rtol=1e-9)
    for way in parts.NOTEBOOKS:
        assert notebook_features[way]["segment"].nunique() >= 2


def test_a_notebook_that_differs_from_the_build_is_told(notebook_features, tmp_path):
    theirs, database = str(tmp_path / "features.parquet"), str(tmp_path / "build.duckdb")
    answer = notebook_features["careful"].reset_index()
    answer.to_parquet(theirs)
    with duckdb.connect(database) as connection:
        connection.execute("create schema features")
        connection.execute(
            "create table features.clickstream_features as select * exclude (user_id, segment) "
            "replace (nullif(average_order_value, 'nan') as average_order_value), "
            f"cast(user_id as varchar) as customer_id from '{theirs}'"
        )
    assert set(differences(database, theirs).values()) == {0.0}
    answer.loc[0, "monetary"] += 1
    answer.loc[answer["purchase_count"].eq(0).idxmax(), "average_order_value"] = 3
    answer.to_parquet(theirs)
    found = differences(database, theirs)
    assert found["monetary"] > 0
    assert found["average_order_value"] == float("inf")
    answer.iloc[1:].to_parquet(theirs)
    with pytest.raises(ValueError, match="customers"):
        differences(database, theirs)


def test_the_day_that_is_added_touches_one_customer_in_a_hundred(tmp_path):
    write_population("clickstream", tmp_path, tmp_path, 2000, file_format="parquet")
    known, new = (
        str(tmp_path / "clickstream" / name) for name in ("2019-Oct.parquet", "new.parquet")
    )
    counts = write_day(known, new)
    first = Path(new).read_bytes()
    write_day(known, new)
    assert Path(new).read_bytes() == first
    assert 8 <= counts["customers"] <= 40
    assert counts["customers"] <= counts["events"]
    [(days, together, visits)] = duckdb.sql(
        "select list(distinct event_time[:10]), "
        f"count(*) filter (where user_session in (select user_session from '{known}')), "
        f"count(distinct user_session) from '{new}' "
    ).fetchall()
    assert (days, together, visits) == (["2019-11-01"], 0, counts["customers"])
