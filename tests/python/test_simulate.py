"""The simulated populations: their shape, their dirt, and whether the segments can be found."""

import segmentation.threads  # isort: skip  # noqa: F401
import hashlib
import sqlite3
import subprocess
import sys
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Project
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from segmentation.errors import InputError
from segmentation.simulate.clickstream import (
    CLICKSTREAM_SEGMENTS,
    CUSTOMERS_PER_BOT,
    simulate_clickstream,
)
from segmentation.simulate.gifting import GIFTING_SEGMENTS, HOBBIES, WORDS, simulate_gifting
from segmentation.simulate.personality import (
    CAMPAIGN_COLUMNS,
    PERSONALITY_SEGMENTS,
    SPENDING_COLUMNS,
    simulate_personality,
)
from segmentation.simulate.populations import POPULATIONS, write_population
from segmentation.simulate.shop import SHOP_SEGMENTS, simulate_shop

ROOT = Path(__file__).resolve().parents[2]
CLICKSTREAM = Path("sample_data/clickstream/2019-Oct.csv")
PERSONALITY = Path("sample_data/personality/marketing_campaign.csv")
SHOP = Path("sample_data/shop/Customers.csv")
CLICKSTREAM_TRUTH = Path("tests/fixtures/clickstream_truth.csv")
PERSONALITY_TRUTH = Path("tests/fixtures/personality_truth.csv")
SHOP_TRUTH = Path("tests/fixtures/shop_truth.csv")
GIFTING = Path("sample_data/gifting/gift_data.csv")
GIFTING_TRUTH = Path("tests/fixtures/gifting_truth.csv")

CLICKSTREAM_COLUMNS = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
)
PERSONALITY_COLUMNS = (
    "ID Year_Birth Education Marital_Status Income Kidhome Teenhome Dt_Customer Recency MntWines "
    "MntFruits MntMeatProducts MntFishProducts MntSweetProducts MntGoldProds NumDealsPurchases "
    "NumWebPurchases NumCatalogPurchases NumStorePurchases NumWebVisitsMonth AcceptedCmp3 "
    "AcceptedCmp4 AcceptedCmp5 AcceptedCmp1 AcceptedCmp2 Complain Z_CostContact Z_Revenue Response"
)
SHOP_COLUMNS = (
    "CustomerID,Gender,Age,Annual Income ($),Profession,Work Experience,Family Size,"
    "Spending Score (1-100)"
)


def clickstream_events(customers: int, seed: int = 7, dirt: bool = False):
    """The events and the truth as lists of rows."""
    with duckdb.connect() as connection:
        events, truth = simulate_clickstream(customers, seed, dirt, connection=connection)
        return events.fetchall(), truth.fetchall()


def sample_events() -> list[list[str]]:
    """The whole lines of the committed clickstream, split, without the header."""
    lines = (ROOT / CLICKSTREAM).read_text(encoding="utf-8").splitlines()
    return [line.split(",") for line in lines[1:-1]]


def clickstream_features(customers: int, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Features of the kind that the project clusters, and the planted segment."""
    with duckdb.connect() as connection:
        events, truth = simulate_clickstream(customers, seed, connection=connection)
        events.create("events")
        features = connection.sql("""
            with sessions as (
                select
                    user_id,
                    cast(max(event_time[:19]) as timestamp) as ended_at,
                    epoch(cast(max(event_time[:19]) as timestamp))
                    - epoch(cast(min(event_time[:19]) as timestamp)) as seconds
                from events
                group by user_id, user_session
            ),
            visits as (
                select
                    user_id,
                    ln(1 + count(*)) as session_count,
                    ln(1 + avg(seconds) / 60) as session_minutes,
                    epoch(timestamp '2019-11-01' - max(ended_at)) as recency
                from sessions
                group by user_id
            )
            select
                user_id,
                any_value(columns(visits.* exclude (user_id))),
                ln(1 + count(*)) as event_count,
                ln(1 + count(distinct event_time[:10])) as active_day_count,
                ln(1 + count(distinct product_id)) as product_count,
                ln(1 + count(distinct category_id)) as category_count,
                ln(1 + count(*) filter (event_type = 'purchase')) as purchase_count,
                ln(1 + cast(coalesce(sum(price) filter (event_type = 'purchase'), 0) as double))
                    as monetary,
                count(*) filter (event_type = 'cart') / count(*) filter (event_type = 'view')
                    as view_to_cart_rate
            from events
            inner join visits using (user_id)
            group by user_id
            order by user_id
        """).df()
        planted = truth.df().set_index("user_id").segment
    features = features.set_index("user_id")
    return features, planted.loc[features.index]


def personality_features(customers: int, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Features of the kind that the project clusters, and the planted segment."""
    raw, truth = simulate_personality(customers, seed)
    spending = raw[list(SPENDING_COLUMNS)]
    channels = raw[["NumWebPurchases", "NumCatalogPurchases", "NumStorePurchases"]]
    features = pd.DataFrame(
        {
            "income": np.log1p(raw.Income),
            "monetary": np.log1p(spending.sum(axis=1)),
            "purchase_count": np.log1p(channels.sum(axis=1)),
            "deals_share": raw.NumDealsPurchases / channels.sum(axis=1).clip(lower=1),
            "age_years": 2014 - raw.Year_Birth,
            "children_count": raw.Kidhome + raw.Teenhome,
            "web_visit_count": raw.NumWebVisitsMonth,
            "campaigns_accepted_count": raw[list(CAMPAIGN_COLUMNS)].sum(axis=1),
        }
    )
    spending_shares = spending.div(spending.sum(axis=1).clip(lower=1), axis=0)
    channel_shares = channels.div(channels.sum(axis=1).clip(lower=1), axis=0)
    return pd.concat([features, spending_shares, channel_shares], axis=1), truth.segment


def shop_features(customers: int, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Features of the kind that the project clusters, and the planted segment."""
    raw, truth = simulate_shop(customers, seed)
    numbers = raw.drop(columns=["CustomerID", "Gender", "Profession"])
    return numbers, truth.segment


def gifting_features(customers: int, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Features of the kind that the project clusters, and the planted segment."""
    raw, truth = simulate_gifting(customers, seed)
    hobbies = raw.hobbies.str.get_dummies(", ")
    words = pd.get_dummies(raw[[name for name in WORDS if name != "budget_range"]])
    budget = raw.budget_range.map({"low": 1, "medium": 2, "high": 3})
    numbers = pd.DataFrame({"age": raw.age.astype(int), "budget": budget})
    # Each feature weighs one: its columns share the variance of one standardised number.
    parts = [numbers.age, numbers.budget, hobbies]
    parts += [words.filter(regex=f"^{name}_") for name in WORDS if name != "budget_range"]
    scaled = [part / np.sqrt(pd.DataFrame(part).var().sum()) for part in parts]
    return pd.concat(scaled, axis=1), truth.segment


def prediction_strength(matrix: np.ndarray, k: int, splits: int = 6) -> float:
    """Tibshirani and Walther (2005), as defined there: over pairs of the test half."""
    random = np.random.default_rng(0)
    strengths = []
    for _ in range(splits):
        order = random.permutation(len(matrix))
        train, test = np.array_split(matrix[order], 2)
        fitted = KMeans(k, n_init=5, random_state=0).fit(train)
        labels = KMeans(k, n_init=5, random_state=0).fit_predict(test)
        predicted = fitted.predict(test)
        together = predicted[:, None] == predicted[None, :]
        shares = []
        for segment in range(k):
            members = labels == segment
            pairs = members.sum() * (members.sum() - 1)
            shares.append((together[np.ix_(members, members)].sum() - members.sum()) / pairs)
        strengths.append(min(shares))
    return float(np.mean(strengths))


def command(*arguments: object) -> subprocess.CompletedProcess:
    """Run `python -m segmentation.simulate`."""
    words = [sys.executable, "-m", "segmentation.simulate", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, cwd=ROOT)


def test_command_rewrites_the_committed_samples_byte_for_byte(tmp_path):
    done = command("--out", tmp_path)
    paths = [Path(line).relative_to(tmp_path) for line in done.stdout.splitlines()]
    samples = {path for path in (ROOT / "sample_data").rglob("*") if path.is_file()}
    truths = set((ROOT / "tests" / "fixtures").glob("*_truth.csv"))
    assert {ROOT / path for path in paths} == samples | truths
    for path in paths:
        assert content(tmp_path / path) == content(ROOT / path), path


def content(path: Path) -> bytes | list[tuple]:
    """The bytes of a file; of a zip its files, since libraries pack them differently."""
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return [(file.filename, file.date_time, archive.read(file)) for file in archive.infolist()]


def test_command_simulates_one_population_at_any_size(tmp_path):
    given = ("personality", "--customers", 50, "--seed", 3, "--out", tmp_path)
    done = command(*given, "--dirt", "--no-structure")
    raw = pd.read_csv(tmp_path / "personality" / "marketing_campaign.csv", sep="\t")
    truth = pd.read_csv(tmp_path / "personality_truth.csv")
    expected, _ = simulate_personality(50, 3, dirt=True, structure=False)
    assert len(done.stdout.splitlines()) == 2
    pd.testing.assert_frame_equal(raw, expected, check_dtype=False)
    assert list(truth.customer_id) == list(raw.ID)
    assert set(truth.segment) == {"everyone"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fish"], "'fish' is not a population"),
        (["shop", "--format", "parquet"], "the project does not read shop as parquet"),
        (["shop", "--customers", 3], "the number of customers is 3"),
        (["fitbit", "--customers", 10**9], "the number of customers is 1000000000"),
        (["--customers", 1000], "name a population"),
        (["--no-structure"], "name a population"),
    ],
)
def test_command_explains_what_it_cannot_do(tmp_path, arguments, sentence):
    done = command(*arguments, "--out", tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("population", list(POPULATIONS))
@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_explained(tmp_path, population, seed):
    with pytest.raises(InputError, match=f"the seed is {seed}: give a whole number from 0"):
        write_population(population, tmp_path, tmp_path, 50, seed)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("population", list(POPULATIONS))
def test_more_customers_than_can_be_simulated_are_explained(tmp_path, population):
    with pytest.raises(InputError, match="the number of customers is 100000001: give one up to"):
        write_population(population, tmp_path, tmp_path, 100_000_001)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file_format", ["csv", "parquet", "sqlite"])
def test_a_folder_may_have_an_apostrophe(tmp_path, file_format):
    folder = tmp_path / "it's"
    paths = write_population("clickstream", folder, folder, 20, file_format=file_format)
    assert all(path.is_relative_to(folder) and path.stat().st_size for path in paths)


def test_parquet_holds_the_events_of_the_csv_file(tmp_path):
    for file_format in ("csv", "parquet"):
        write_population("clickstream", tmp_path, tmp_path, 200, file_format=file_format)
    events = str(tmp_path / "clickstream" / "2019-Oct")
    with duckdb.connect() as connection:
        parquet = connection.sql(f"from '{events}.parquet'")
        text = connection.sql(f"from read_csv('{events}.csv', all_varchar = true)")
        columns = ", ".join(f"cast({name} as varchar)" for name in parquet.columns)
        assert parquet.project(columns).fetchall() == text.fetchall()


def test_sqlite_holds_the_events_of_the_parquet_file_in_their_order(tmp_path):
    for file_format in ("parquet", "sqlite", "sqlite"):
        write_population("clickstream", tmp_path, tmp_path, 200, file_format=file_format)
    events = tmp_path / "clickstream" / "2019-Oct.parquet"
    with duckdb.connect() as connection:
        parquet = connection.sql(
            f"select * replace (cast(price as double) as price) from '{events}'"
        ).fetchall()
    with closing(sqlite3.connect(events.with_name("events.sqlite"))) as connection:
        assert connection.execute("select * from events").fetchall() == parquet


def test_memory_that_is_too_small_changes_no_event(tmp_path):
    def events(limit: str) -> str:
        with duckdb.connect(
            config={"memory_limit": limit, "temp_directory": str(tmp_path)}
        ) as connection:
            rows, _ = simulate_clickstream(20_000, connection=connection)
            rows.to_parquet(str(tmp_path / "events.parquet"))
        return hashlib.sha256((tmp_path / "events.parquet").read_bytes()).hexdigest()

    assert events("60MB") == events("2GB")


# A list of names: pytest would hold the table, and DuckDB with it, for longer than DuckDB can bear.
@pytest.mark.parametrize("population", list(POPULATIONS))
def test_without_structure_there_is_one_segment_with_the_same_raw_columns(population):
    simulate = POPULATIONS[population].simulate
    crowd, truth = simulate(100, 5, structure=False)
    raw, _ = simulate(100, 5)
    columns = [columns_of(tables) for tables in (raw, crowd)]
    truth = truth if isinstance(truth, pd.DataFrame) else truth.df()
    assert columns[0] == columns[1]
    assert len(truth) == 100
    assert set(truth.iloc[:, 1]) == {"everyone"}


def test_without_structure_no_population_is_divided(project: Project, tmp_path: Path):
    for name, population in POPULATIONS.items():
        write_population(
            name, tmp_path / "data", tmp_path, population.sample_customers, 1, structure=False
        )
    models = [f"+{name}_cluster_scores" for name in POPULATIONS]
    project.build("--select", *models, data=tmp_path / "data")
    verdicts = {
        name: project.query(
            "select distinct structure, max(k) filter (is_chosen) over () "
            f"from models.{name}_cluster_scores"
        )
        for name in POPULATIONS
    }
    assert verdicts == {name: [("none", 1)] for name in POPULATIONS}


def columns_of(raw) -> dict[str, list[str]]:
    """The columns of each raw file; of the only one, under no name."""
    tables = raw if isinstance(raw, dict) else {"": raw}
    return {name: list(table.columns) for name, table in tables.items()}


@pytest.mark.parametrize(
    ("sample", "header", "line_end"),
    [
        (CLICKSTREAM, CLICKSTREAM_COLUMNS, b"\r\n"),
        (PERSONALITY, PERSONALITY_COLUMNS.replace(" ", "\t"), b"\r\n"),
        (SHOP, SHOP_COLUMNS, b"\n"),
    ],
)
def test_samples_have_the_header_and_line_ends_of_the_public_files(sample, header, line_end):
    raw = (ROOT / sample).read_bytes()
    assert raw.startswith(header.encode() + line_end)
    assert raw.count(b"\n") == raw.count(line_end)
    assert raw.count(b"\r") == raw.count(b"\r\n")
    assert b'"' not in raw


def test_gifting_sample_is_text_with_hobbies_in_quotes():
    raw = (ROOT / GIFTING).read_bytes()
    header = b"user_id,age," + b",".join(
        name.encode()
        for name in ("relationship", "hobbies", *(name for name in WORDS if name != "relationship"))
    )
    assert raw.startswith(header + b"\n")
    assert b"\r" not in raw
    assert b'"dancing, gaming, music' in raw


@pytest.mark.real
@pytest.mark.parametrize("sample", [CLICKSTREAM, PERSONALITY, SHOP])
def test_headers_are_those_of_the_real_files(real_data, sample):
    real = real_data / sample.relative_to("sample_data")
    with real.open("rb") as theirs, (ROOT / sample).open("rb") as ours:
        assert ours.readline() == theirs.readline()


def test_clickstream_sample_is_small_and_its_last_line_is_cut_inside_the_user():
    raw = (ROOT / CLICKSTREAM).read_bytes()
    assert len(raw) < 1_400_000
    *_, whole, cut = raw.decode().split("\r\n")
    assert whole.startswith(cut)
    assert cut.count(",") == 7
    assert len(cut.split(",")[7]) < len(whole.split(",")[7])


def test_clickstream_sample_holds_every_kind_of_dirt():
    events = sample_events()
    assert all(len(event) == 9 for event in events)
    assert len(events) - len({tuple(event) for event in events}) == 6
    prices = [float(event[6]) for event in events]
    assert sum(price < 0 for price in prices) == 2
    assert 3 <= sum(price == 0 for price in prices) <= 20
    assert sum(event[7] == "" for event in events) == 2
    assert sum(event[0] == "not recorded" for event in events) == 2
    assert Counter(event[1] for event in events)["wishlist"] == 1
    assert {event[1] for event in events} == {"view", "cart", "purchase", "wishlist"}
    assert 0.25 < sum(event[4] == "" for event in events) / len(events) < 0.40
    assert 0.10 < sum(event[5] == "" for event in events) / len(events) < 0.20


def test_dirt_adds_rows_and_zero_prices_and_changes_nothing_else():
    def without_price(rows):
        return Counter((*row[:6], *row[7:]) for row in rows)

    clean, truth = clickstream_events(600)
    dirty, dirty_truth = clickstream_events(600, dirt=True)
    bots = {user for user, segment in dirty_truth if segment == "bot"}
    assert [row for row in dirty_truth if row[0] not in bots] == truth
    dirty = [row for row in dirty if row[7] not in bots]
    assert not without_price(clean) - without_price(dirty)
    assert len(dirty) == len(clean) + 13
    prices = Counter((row[0], *row[7:], row[6]) for row in clean)
    free = sum(row[6] == 0 for row in dirty)
    changed = prices - Counter((row[0], *row[7:], row[6]) for row in dirty)
    assert changed.total() == free > 0


def test_there_are_two_bots_or_more():
    for customers, bots in ((1, 2), (3 * CUSTOMERS_PER_BOT, 3)):
        truth = simulate_clickstream(customers, dirt=True)[1].df()
        assert (truth.segment == "bot").sum() == bots
        assert truth.user_id.is_unique
        assert len(truth) == customers + bots


@pytest.mark.parametrize("seed", [1, 2])
def test_bots_view_many_products_at_machine_pace(seed):
    events, truth = clickstream_events(100, seed, dirt=True)
    for bot in {user for user, segment in truth if segment == "bot"}:
        views = [event for event in events if event[7] == bot]
        times = pd.to_datetime([event[0] for event in views])
        assert 250 <= len(views) <= 2000
        assert {event[1] for event in views} == {"view"}
        assert len({event[8] for event in views}) == 1
        assert (times.max() - times.min()).total_seconds() <= 2 * len(views)
        assert len({event[2] for event in views}) > 200


def test_the_sample_has_two_bots_of_about_300_events():
    truth = pd.read_csv(ROOT / CLICKSTREAM_TRUTH, dtype=str)
    bots = set(truth.customer_id[truth.segment == "bot"])
    counts = Counter(event[7] for event in sample_events() if event[7] in bots)
    assert len(bots) == 2
    assert all(250 <= count <= 350 for count in counts.values())


def test_buyers_often_have_no_cart_event():
    steps: dict[str, set[str]] = {}
    for event in sample_events():
        steps.setdefault(event[7], set()).add(event[1])
    buyers = [kinds for kinds in steps.values() if "purchase" in kinds]
    assert sum("cart" not in kinds for kinds in buyers) > len(buyers) / 2


@given(customers=st.integers(1, 400), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_clickstream_tells_one_story_per_customer(customers, seed):
    events, truth = clickstream_events(customers, seed)
    planted = dict(truth)
    assert len(planted) == len(truth) == customers
    assert {event[7] for event in events} == set(planted)
    ranges = {segment.segment: segment for segment in CLICKSTREAM_SEGMENTS}
    counts = Counter((event[7], event[1]) for event in events)
    owners = {}
    seen = set()
    for time, kind, product, *_, price, user, session in events:
        assert "2019-10-01 00:00:00 UTC" <= time <= "2019-10-31 23:59:59 UTC"
        assert price > 0
        assert owners.setdefault(session, user) == user
        assert kind == "view" or (user, session, product) in seen
        seen.add((user, session, product))
    for user, segment in planted.items():
        for kind, name in (("view", "views"), ("cart", "carts"), ("purchase", "purchases")):
            low, high = getattr(ranges[segment], name)
            assert low <= counts[user, kind] <= high
    assert [event[0] for event in events] == sorted(event[0] for event in events)


def test_clickstream_is_the_same_for_any_number_of_threads():
    tables = []
    for threads in (1, 4):
        with duckdb.connect(config={"threads": threads}) as connection:
            events, truth = simulate_clickstream(20_000, dirt=True, connection=connection)
            tables.append((events.to_arrow_table(), truth.order("user_id").to_arrow_table()))
    assert tables[0][0].num_rows > 100_000
    assert tables[0] == tables[1]


def test_another_seed_gives_other_customers():
    assert clickstream_events(50, seed=1)[0] != clickstream_events(50, seed=2)[0]
    assert not simulate_personality(50, seed=1)[0].equals(simulate_personality(50, seed=2)[0])
    assert not simulate_shop(50, seed=1)[0].equals(simulate_shop(50, seed=2)[0])
    assert not simulate_gifting(50, seed=1)[0].equals(simulate_gifting(50, seed=2)[0])


def test_shares_are_those_that_were_planted():
    planted = simulate_clickstream(50_000)[1].df().segment
    shares = planted.value_counts(normalize=True)
    for segment in CLICKSTREAM_SEGMENTS:
        assert shares[segment.segment] == pytest.approx(segment.share, abs=0.01)
    shares = simulate_personality(20_000)[1].segment.value_counts(normalize=True)
    shares = pd.concat([shares, simulate_shop(20_000)[1].segment.value_counts(normalize=True)])
    shares = pd.concat([shares, simulate_gifting(20_000)[1].segment.value_counts(normalize=True)])
    for segment in (*PERSONALITY_SEGMENTS, *SHOP_SEGMENTS, *GIFTING_SEGMENTS):
        assert shares[segment.segment] == pytest.approx(segment.share, abs=0.015)


@pytest.mark.parametrize("truth", [CLICKSTREAM_TRUTH, PERSONALITY_TRUTH, SHOP_TRUTH, GIFTING_TRUTH])
def test_truth_has_every_customer_once_and_no_small_segment(truth):
    table = pd.read_csv(ROOT / truth, dtype=str)
    assert list(table.columns) == ["customer_id", "segment"]
    assert table.customer_id.is_unique
    shares = table.segment[table.segment != "bot"].value_counts(normalize=True)
    assert len(shares) == 4
    assert shares.min() >= 0.08


def test_truth_belongs_to_the_customers_of_the_samples():
    truth = pd.read_csv(ROOT / CLICKSTREAM_TRUTH, dtype=str)
    assert set(truth.customer_id) == {event[7] for event in sample_events()} - {""}
    truth = pd.read_csv(ROOT / PERSONALITY_TRUTH, dtype=str)
    customers = pd.read_csv(ROOT / PERSONALITY, sep="\t", dtype=str)
    assert list(truth.customer_id) == list(customers.ID)
    truth = pd.read_csv(ROOT / SHOP_TRUTH)
    assert list(truth.customer_id) == list(pd.read_csv(ROOT / SHOP).CustomerID)
    truth = pd.read_csv(ROOT / GIFTING_TRUTH)
    recipients = pd.read_csv(ROOT / GIFTING).user_id.drop_duplicates(keep=False)
    repeated = set(truth.customer_id) - set(recipients)
    assert set(recipients) - set(truth.customer_id) == set()
    assert len(repeated) == 1


def test_gifting_sample_holds_every_kind_of_dirt():
    recipients = pd.read_csv(ROOT / GIFTING, dtype=str)
    assert recipients.shape == (503, 9)
    assert recipients.duplicated().sum() == 1
    assert Counter(recipients.user_id.value_counts()) == {1: 499, 2: 2}
    assert (recipients.age == "999").sum() == 1
    assert (recipients.budget_range == "whatever it takes").sum() == 1
    assert (recipients.hobbies == "Music, music , travel").sum() == 1
    for name in recipients.columns[1:]:
        assert recipients[name].isna().any(), name
    for name in WORDS:
        assert recipients[name].str.contains("^ [A-Z -]+ $", na=False).any(), name


def test_gifting_without_dirt_is_clean():
    recipients, _ = simulate_gifting(500)
    assert not recipients.isna().any().any()
    assert recipients.user_id.is_unique
    assert recipients.age.astype(int).between(1, 95).all()
    for name, words in WORDS.items():
        assert set(recipients[name]) == set(words)
    hobbies = recipients.hobbies.str.split(", ").explode()
    assert set(hobbies) == set(HOBBIES)
    assert not hobbies.reset_index().duplicated().any()


def test_gifting_without_structure_keeps_the_words_and_loses_what_goes_together():
    planted, _ = simulate_gifting(5000, 3)
    crowd, _ = simulate_gifting(5000, 3, structure=False)
    for name in WORDS:
        before, after = (table[name].value_counts(normalize=True) for table in (planted, crowd))
        assert (before - after).abs().max() < 0.03
    hobbies = [table.hobbies.str.get_dummies(", ") for table in (planted, crowd)]
    assert (hobbies[0].mean() - hobbies[1].mean()).abs().max() < 0.05
    columns = [pd.get_dummies(table[list(WORDS)]).astype(float) for table in (planted, crowd)]
    links = [np.corrcoef(table.to_numpy(), rowvar=False) for table in columns]
    features = np.array([name.rsplit("_", 1)[0] for name in columns[0]])
    others = features[:, None] != features[None, :]
    assert np.abs(links[0][others]).max() > 0.9
    assert np.abs(links[1][others]).max() < 0.06


def test_shop_sample_holds_every_kind_of_dirt():
    customers = pd.read_csv(ROOT / SHOP)
    assert customers.shape == (600, 8)
    assert customers.Profession.isna().sum() == 11
    assert (customers.Age == 0).sum() == 7
    assert (customers["Annual Income ($)"] == 0).sum() == 2
    assert (customers["Spending Score (1-100)"] == 0).sum() == 2
    assert not customers.drop(columns="Profession").isna().any().any()


def test_shop_without_dirt_is_clean():
    customers, _ = simulate_shop(500)
    assert not customers.isna().any().any()
    assert customers.Age.between(18, 99).all()
    assert customers["Annual Income ($)"].between(1_000, 190_000).all()
    assert customers["Spending Score (1-100)"].between(1, 100).all()
    assert customers["Family Size"].between(1, 9).all()


def test_personality_sample_holds_every_kind_of_dirt():
    customers = pd.read_csv(ROOT / PERSONALITY, sep="\t")
    assert customers.shape == (1000, 29)
    assert customers.Income.isna().sum() == 10
    assert (customers.Income == 666_666).sum() == 1
    assert sorted(customers.Year_Birth[customers.Year_Birth < 1910]) == [1893, 1899, 1900]
    odd = customers.Marital_Status[customers.Marital_Status.isin(["YOLO", "Absurd", "Alone"])]
    assert Counter(odd) == {"YOLO": 2, "Absurd": 2, "Alone": 3}
    assert set(customers.Z_CostContact) == {3}
    assert set(customers.Z_Revenue) == {11}
    assert customers.Dt_Customer.str.fullmatch(r"\d\d-\d\d-201[234]").all()


def test_personality_without_dirt_is_clean():
    customers, _ = simulate_personality(500)
    assert not customers.isna().any().any()
    assert customers.Year_Birth.min() >= 1940
    assert customers.Income.between(5_000, 120_000).all()
    assert (customers[list(SPENDING_COLUMNS)] >= 0).all().all()


def test_income_follows_from_spending_within_each_segment():
    customers, truth = simulate_personality(2000)
    spending = np.log1p(customers[list(SPENDING_COLUMNS)].sum(axis=1))
    for name, members in customers.groupby(truth.segment):
        correlation = np.corrcoef(members.Income, spending[members.index])[0, 1]
        assert correlation > 0.25, name


def test_response_depends_on_the_segment():
    customers, truth = simulate_personality(2000)
    rates = customers.Response.groupby(truth.segment).mean()
    assert rates.idxmax() == "affluent_without_children"
    assert rates.max() > 3 * rates.drop(rates.idxmax()).max()


@pytest.mark.parametrize("features", [clickstream_features, personality_features, shop_features])
@pytest.mark.parametrize("seed", [7, 8])
def test_k_means_finds_the_planted_segments_and_nothing_finer(features, seed):
    frame, planted = features(1000, seed)
    matrix = StandardScaler().fit_transform(frame)
    labels = KMeans(4, n_init=10, random_state=0).fit_predict(matrix)
    assert adjusted_rand_score(planted, labels) >= 0.95
    assert prediction_strength(matrix, 4) > 0.85
    assert prediction_strength(matrix, 5) < 0.75


def test_k_means_finds_the_planted_recipients_and_nothing_finer():
    frame, planted = gifting_features(1000, 7)
    matrix = frame.to_numpy(dtype=float)
    labels = KMeans(4, n_init=10, random_state=0).fit_predict(matrix)
    assert adjusted_rand_score(planted, labels) >= 0.95
    assert prediction_strength(matrix, 4) > 0.85
    assert prediction_strength(matrix, 5) < 0.75


@pytest.mark.parametrize("customers", [0, -5, 10**9])
def test_an_impossible_number_of_customers_is_explained(customers):
    with pytest.raises(InputError, match=str(customers)):
        simulate_clickstream(customers)


@pytest.mark.parametrize("simulate", [simulate_personality, simulate_shop, simulate_gifting])
def test_too_few_people_are_explained(simulate):
    with pytest.raises(InputError, match="19"):
        simulate(19)
