"""What is said of the differences between two published files."""

from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from presentation.changes import changes, print_changes

TABLES = {
    "segment_summary": "population varchar, segment_id integer, segment_name varchar, "
    "customers bigint, structure varchar",
    "segments": "population varchar, customer_id varchar, segment_id integer",
    "fits": "population varchar, fit_id integer, is_current boolean, settings_hash varchar, "
    "fitted_as_of timestamp",
    "fit_verdicts": "population varchar, verdict varchar, reason varchar",
    "rejection_counts": "population varchar, source varchar, scope varchar, reason varchar, "
    "rejected_rows bigint",
    "segment_migrations": "population varchar, from_as_of timestamp, to_as_of timestamp",
}


def published(path: Path, sizes: dict[str, int | None], *statements: str) -> Path:
    """A file in which shop has segments of these sizes, in order of their ids."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        for name, columns in TABLES.items():
            connection.execute(f"create table {name} ({columns})")
        for i, (name, customers) in enumerate(sizes.items()):
            connection.execute(
                "insert into segment_summary values ('shop', ?, ?, ?, 'clear')",
                [i, name, customers],
            )
            connection.execute(
                f"insert into segments select 'shop', {i} * 1000 + range, {i} "
                f"from range({customers or 0})"
            )
        connection.execute("insert into fits values ('shop', 1, true, 'a', '2020-02-01')")
        connection.execute("insert into fit_verdicts values ('shop', 'keep', 'no drift')")
        connection.execute(
            "insert into rejection_counts values ('shop', 'customers', 'row', 'no customer', 2)"
        )
        for statement in statements:
            connection.execute(statement)
    return path


@pytest.fixture
def told(tmp_path: Path):
    """A function that gives the changes to a file that differs in sizes and by statements."""
    old = published(tmp_path / "old.duckdb", {"Champions": 20, "Lapsed": 10})

    def tell(sizes: dict[str, int | None], *statements: str) -> dict[str, list[str]]:
        return changes(old, published(tmp_path / "new.duckdb", sizes, *statements))

    return tell


def test_nothing_is_said_of_what_is_as_before(told):
    assert told({"Champions": 20, "Lapsed": 10}) == {}


def test_sizes_and_customers_are_told(told):
    assert told({"Champions": 25, "Lapsed": 8}) == {
        "shop": [
            "Customers: Champions 20→25, Lapsed 10→8.",
            "Of the customers, 5 new and 2 gone.",
        ]
    }


def test_one_who_moved_is_told_where_no_size_has_changed(told):
    swapped = [
        "update segments set segment_id = 1 - segment_id where customer_id in ('0', '1000')",
    ]
    assert told({"Champions": 20, "Lapsed": 10}, *swapped) == {
        "shop": ["Of the customers, 2 in another segment than before."]
    }


def test_segments_that_are_new_gone_or_renamed_are_told(told):
    changed = "update segment_summary set segment_id = 7 where segment_id = 1"
    assert told({"Best": 20, "Newcomers": 10}, changed, "update segments set segment_id = 7 "
                "where segment_id = 1")["shop"][:3] == [
        "Segment renamed: Champions is now Best.",
        "Segment gone: Lapsed (10 customers).",
        "New segment: Newcomers (10 customers).",
    ]  # fmt: skip


def test_populations_that_are_new_or_gone_are_told(told):
    moved = [f"update {table} set population = 'store'" for table in TABLES]
    assert told({"Champions": 20, "Lapsed": 10}, *moved) == {
        "shop": ["No customers of this population are left."],
        "store": ["A new population: Champions (20), Lapsed (10)."],
    }


def test_verdicts_fits_and_rejections_are_told(told):
    assert told(
        {"Champions": 20, "Lapsed": 10},
        "update fit_verdicts set verdict = 'refit', reason = 'income has drifted'",
        "update fits set fit_id = 2",
        "update segment_summary set structure = 'weak'",
        "update rejection_counts set rejected_rows = 5",
        "insert into rejection_counts values "
        "('shop', 'customers', 'value', 'age is not possible', 1200)",
    ) == {
        "shop": [
            "The groups: clear → weak.",
            "Fitted anew: fit 2 of 1 February 2020 in the place of fit 1.",
            "Verdict on the fit: keep → refit (income has drifted).",
            "Rejected rows of customers: 2 → 5 (no customer).",
            "Rejected values of customers: 0 → 1,200 (age is not possible).",
        ]
    }


def test_a_fit_with_other_settings_is_told(told):
    changed = "update fits set settings_hash = 'b', fitted_as_of = null"
    assert told({"Champions": 20, "Lapsed": 10}, changed) == {
        "shop": ["Fitted anew: fit 1, with other settings."]
    }


def test_sizes_that_are_hidden_stay_so(told):
    # Lapsed may be large, and be hidden for a small one: nothing is said of its size.
    assert told({"Champions": 20, "Lapsed": None, "Newcomers": None})["shop"][:2] == [
        "New segment: Newcomers (size hidden).",
        "Customers: Lapsed 10→hidden.",
    ]


def test_one_customer_is_no_plural(told):
    assert told({"Champions": 20, "Lapsed": 10, "Newcomers": 1})["shop"][0] == (
        "New segment: Newcomers (1 customer)."
    )


def test_the_structure_is_told_where_both_are_known(told):
    sizes = {"Champions": 20, "Lapsed": 10}
    assert told(sizes, "update segment_summary set structure = 'none'") == {
        "shop": ["The groups: clear → no structure."]
    }
    assert told(sizes, "update segment_summary set structure = null") == {}


def test_other_ids_are_not_told_as_other_customers(told):
    hashed = "update segments set customer_id = md5(customer_id)"
    assert told({"Champions": 20, "Lapsed": 10}, hashed) == {
        "shop": ["Of the customers, all have other ids than before."]
    }


def test_periods_of_the_past_are_told(told):
    moves = (
        "insert into segment_migrations select 'shop', timestamp '2020-01-01' + to_days(i), "
        "timestamp '2020-01-08' + to_days(i) from unnest([0, 0, 7]) as periods (i)"
    )
    assert told({"Champions": 20, "Lapsed": 10}, moves) == {
        "shop": ["Periods in which moves are told: 0 → 2."]
    }


@pytest.mark.parametrize("gone", TABLES)
def test_a_table_that_is_not_published_is_not_compared(told, gone: str):
    of_table = {
        "segment_summary": "Customers: Champions 20→25.",
        "segments": "Of the customers, 5 new.",
    }
    assert told({"Champions": 25, "Lapsed": 10}, f"drop table {gone}") == {
        "shop": [sentence for table, sentence in of_table.items() if table != gone]
    }


def test_what_is_told_of_several_populations_is_told_once(tmp_path: Path):
    others = [
        f"insert into fit_verdicts values ('{name}', 'keep', 'no drift')" for name in ("a", "z")
    ]
    old = published(tmp_path / "old.duckdb", {"Champions": 20}, *others)
    kept = "update fit_verdicts set verdict = 'refit'"
    new = published(tmp_path / "new.duckdb", {"Champions": 30}, *others, kept)
    console = Console(width=80, record=True, file=(tmp_path / "out").open("w"))
    print_changes(old, new, console)

    assert [line.strip() for line in console.export_text().splitlines()[2:]] == [
        "shop:",
        "- Customers: Champions 20→30.",
        "- Of the customers, 10 new.",
        "a, shop, z:",
        "- Verdict on the fit: keep → refit (no drift).",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_what_is_printed_fits_the_terminal(tmp_path: Path, width: int):
    old = published(tmp_path / "old.duckdb", {"[bold]": 20, "Lapsed": 10})
    new = published(tmp_path / "new.duckdb", {"[bold]": 21, "Lapsed": 10})
    console = Console(width=width, record=True, file=(tmp_path / "out").open("w"))
    print_changes(tmp_path / "none.duckdb", new, console)
    print_changes(old, old, console)
    print_changes(old, new, console)
    (tmp_path / "none.duckdb").write_text("no database")
    print_changes(tmp_path / "none.duckdb", new, console)
    text = console.export_text()

    assert "Published for the first time." in text
    assert "No segment, customer, fit" in text
    assert "[bold] 20→21" in text
    assert "cannot be compared" in text
    assert max(len(line) for line in text.splitlines()) <= width
