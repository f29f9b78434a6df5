"""The segmentation of shop events as a careful analyst writes it with pandas and scikit-learn.

    python benchmarks/notebooks/careful.py <events: Parquet, CSV or SQLite> <folder for the result>

Vectorised throughout, the entropies too; silhouettes on 10,000 rows. The features are those of
features.clickstream_features, by the same definitions; benchmarks/speed checks it.
Writes features.parquet, with the segment, one row per customer.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

SAMPLE_ROWS = 10_000
COLUMNS = [
    *("event_time", "event_type", "product_id", "category_id"),
    *("brand", "price", "user_id", "user_session"),
]
LOGGED = [
    *("monetary", "event_count", "session_count", "product_count"),
    *("category_count", "purchase_count", "active_day_count", "session_minutes"),
]
CLUSTERED = [
    *LOGGED,
    *("recency_days", "category_diversity", "view_to_cart_rate", "cart_to_purchase_rate"),
]


def read_events(path: Path) -> pd.DataFrame:
    """The events that can be used, each once."""
    if path.suffix == ".sqlite":
        with closing(sqlite3.connect(path)) as connection:
            events = pd.read_sql_query("select * from events", connection)
    else:
        events = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    events["event_time"] = pd.to_datetime(events["event_time"].str.removesuffix(" UTC"))
    events["price"] = events["price"].astype("float64")
    events = events.drop_duplicates()[COLUMNS]
    return events[events["price"] >= 0]


def spread(events: pd.DataFrame, item: str) -> pd.DataFrame:
    """The number of items of each customer, and how evenly the events spread over them."""
    counts = events.groupby(["user_id", item]).size().rename("n").reset_index()
    counts["n_log_n"] = counts["n"] * np.log(counts["n"])
    sums = counts.groupby("user_id").agg(
        events=("n", "sum"), n_log_n=("n_log_n", "sum"), items=("n", "size")
    )
    entropy = np.log(sums["events"]) - sums["n_log_n"] / sums["events"]
    evenness = (entropy / np.log(sums["items"].where(sums["items"] > 1))).clip(0, 1).fillna(0)
    return pd.DataFrame({"count": sums["items"], "diversity": evenness})


def features_of(events: pd.DataFrame) -> pd.DataFrame:
    """One row per customer: RFM, rates, visits and diversity."""
    end = events["event_time"].max()
    events = events.assign(
        is_view=events["event_type"] == "view",
        is_cart=events["event_type"] == "cart",
        is_purchase=events["event_type"] == "purchase",
        is_refund=events["event_type"] == "refund",
        day=events["event_time"].dt.normalize(),
        is_weekend=events["event_time"].dt.day_of_week >= 5,
        is_night=events["event_time"].dt.hour < 6,
        hour=events["event_time"].dt.hour,
    )
    events["revenue"] = events["price"].where(events["is_purchase"], 0)
    events["refunded"] = events["price"].where(events["is_refund"], 0)
    visits = events.groupby(["user_id", "user_session"]).agg(
        started_at=("event_time", "min"),
        ended_at=("event_time", "max"),
        purchases=("is_purchase", "sum"),
    )
    visits["minutes"] = (visits["ended_at"] - visits["started_at"]).dt.total_seconds() / 60
    visits["is_order"] = visits["purchases"] > 0
    by_visit = visits.groupby("user_id").agg(
        session_count=("minutes", "size"),
        session_minutes=("minutes", "mean"),
        order_count=("is_order", "sum"),
    )
    by_customer = events.groupby("user_id").agg(
        event_count=("event_type", "size"),
        view_count=("is_view", "sum"),
        cart_count=("is_cart", "sum"),
        purchase_count=("is_purchase", "sum"),
        revenue=("revenue", "sum"),
        refunded=("refunded", "sum"),
        first_event_at=("event_time", "min"),
        last_event_at=("event_time", "max"),
        active_day_count=("day", "nunique"),
        weekend_share=("is_weekend", "mean"),
        night_share=("is_night", "mean"),
    )
    purchases = events[events["is_purchase"]].groupby("user_id")["event_time"].max()
    table = by_customer.join(by_visit)
    day = pd.Timedelta(days=1)
    table["monetary"] = table["revenue"] - table["refunded"]
    table["average_order_value"] = table["revenue"] / table["order_count"].where(
        table["order_count"] > 0
    )
    table["recency_days"] = (end - table["last_event_at"]) / day
    table["purchase_recency_days"] = (end - purchases.reindex(table.index)) / day
    table["tenure_days"] = (end - table["first_event_at"]) / day
    for step in ("view", "cart", "purchase"):
        table[f"{step}_share"] = table[f"{step}_count"] / table["event_count"]
    steps = table[["view_count", "cart_count", "purchase_count"]]
    table["view_to_cart_rate"] = table["cart_count"] / steps[["view_count", "cart_count"]].max(
        axis=1
    ).clip(lower=1)
    table["cart_to_purchase_rate"] = table["purchase_count"] / steps[
        ["cart_count", "purchase_count"]
    ].max(axis=1).clip(lower=1)
    table["events_per_session"] = table["event_count"] / table["session_count"]
    for name, item in (("product", "product_id"), ("category", "category_id"), ("brand", "brand")):
        spreads = spread(events, item).reindex(table.index)
        table[f"{name}_count"] = spreads["count"].fillna(0).astype("int64")
        table[f"{name}_diversity"] = spreads["diversity"]
    return table.drop(columns=["revenue", "refunded", "first_event_at", "last_event_at"])


def segments_of(table: pd.DataFrame) -> np.ndarray:
    """The labels of k-means with the number of segments of the best silhouette."""
    points = table[CLUSTERED].fillna(0)
    points[LOGGED] = np.log1p(points[LOGGED].clip(lower=0))
    points = StandardScaler().fit_transform(points)
    best, best_score = np.zeros(len(points), dtype=int), -1.0
    for k in range(2, 11):
        labels = KMeans(n_clusters=k, n_init=10, random_state=0).fit_predict(points)
        score = silhouette_score(
            points, labels, sample_size=min(SAMPLE_ROWS, len(points)), random_state=0
        )
        if score > best_score:
            best, best_score = labels, score
    return best


def main() -> None:
    """Read, compute, cluster and write."""
    path, folder = map(Path, sys.argv[1:])
    table = features_of(read_events(path))
    table["segment"] = segments_of(table)
    table.reset_index().to_parquet(folder / "features.parquet", index=False)


if __name__ == "__main__":
    main()
