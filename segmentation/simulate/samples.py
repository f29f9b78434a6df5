"""The committed samples: raw files as a user would have them, and the truth behind them."""

import csv
from io import StringIO
from pathlib import Path

import duckdb
import pandas as pd

from segmentation.simulate.clickstream import simulate_clickstream
from segmentation.simulate.gifting import simulate_gifting
from segmentation.simulate.personality import simulate_personality

CLICKSTREAM_CUSTOMERS = 1200
PERSONALITY_CUSTOMERS = 1000
GIFTING_RECIPIENTS = 500
SEED = 7


def write_samples(folder: Path) -> list[Path]:
    """Write the sample files and their truth tables under a folder and return their paths.

    The raw files have the dialect of the public ones: CRLF line ends, commas in the clickstream,
    whose last line is cut off, and tabs in the personality data; plain line ends and commas in the
    gifting data. A truth table has customer_id and
    segment, one row per customer.
    """
    with duckdb.connect() as connection:
        events, planted = simulate_clickstream(connection, CLICKSTREAM_CUSTOMERS, SEED, dirt=True)
        clickstream = _delimited(events.columns, events.fetchall(), ",", "\r\n")
        clickstream_truth = planted.df()
    customers, personality_truth = simulate_personality(PERSONALITY_CUSTOMERS, SEED, dirt=True)
    personality = customers.to_csv(sep="\t", index=False, lineterminator="\r\n")
    recipients, gifting_truth = simulate_gifting(GIFTING_RECIPIENTS, SEED, dirt=True)
    gifting = recipients.to_csv(index=False, lineterminator="\n")
    texts = {
        "sample_data/clickstream/2019-Oct.csv": _cut_last_line(clickstream),
        "sample_data/personality/marketing_campaign.csv": personality,
        "sample_data/gifting/gift_data.csv": gifting,
        "tests/fixtures/clickstream_truth.csv": _truth(clickstream_truth),
        "tests/fixtures/personality_truth.csv": _truth(personality_truth),
        "tests/fixtures/gifting_truth.csv": _truth(gifting_truth),
    }
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="")
    return [folder / path for path in texts]


def _delimited(columns: list[str], rows: list[tuple], delimiter: str, line_end: str) -> str:
    """Rows as delimited text with a header; NULL is empty."""
    text = StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def _cut_last_line(text: str) -> str:
    """Repeat the last line up to the middle of its user_id, as in a download that broke off."""
    fields = text.splitlines()[-1].split(",")
    return text + ",".join([*fields[:7], fields[7][:-1]])


def _truth(planted: pd.DataFrame) -> str:
    """A truth table as text, in the order of customer_id, which is the frame's first column."""
    table = planted.set_axis(["customer_id", "segment"], axis=1).sort_values("customer_id")
    return table.to_csv(index=False, lineterminator="\n")
