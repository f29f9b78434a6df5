"""The segmentation of shop events with polars, lazily and on all cores, and scikit-learn.

    python benchmarks/notebooks/with_polars.py <events: Parquet or CSV> <folder for the result>

Silhouettes on 10,000 rows. The features are those of features.clickstream_features, by the same
definitions; benchmarks/speed checks it. Writes features.parquet, with the
segment, one row per customer.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

SAMPLE_ROWS = 10_000
LOGGED = [
    *("monetary", "event_count", "session_count", "product_count"),
    *("category_count", "purchase_count", "active_day_count", "session_minutes"),
]
CLUSTERED = [
    *LOGGED,
    *("recency_days", "category_diversity", "view_to_cart_rate", "cart_to_purchase_rate"),
]


def read_events(path: Path) -> pl.LazyFrame:
    """The events that can be used, each once."""
    events = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path)
    events = events.with_columns(
        pl.col("event_time").str.to_datetime("%Y-%m-%d %H:%M:%S UTC"),
        pl.col("price").cast(pl.Float64),
    )
    return events.unique().filter(pl.col("price") >= 0)


def days(earlier: pl.Expr, later: pl.Expr) -> pl.Expr:
    """Days from one time to another, with their fraction."""
    return (later - earlier).dt.total_seconds() / 86400


def spread(events: pl.LazyFrame, name: str, item: str) -> pl.LazyFrame:
    """The number of items of each customer, and how evenly the events spread over them."""
    n = pl.col("n")
    entropy = n.sum().log() - (n * n.log()).sum() / n.sum()
    return (
        events.filter(pl.col(item).is_not_null())
        .group_by("user_id", item)
        .agg(n=pl.len())
        .group_by("user_id")
        .agg(
            pl.len().cast(pl.Int64).alias(f"{name}_count"),
            pl.when(pl.len() > 1)
            .then((entropy / pl.len().log()).clip(0, 1))
            .otherwise(0.0)
            .alias(f"{name}_diversity"),
        )
    )


def features_of(events: pl.LazyFrame) -> pl.DataFrame:
    """One row per customer: RFM, rates, visits and diversity."""
    time, price, kind = pl.col("event_time"), pl.col("price"), pl.col("event_type")
    visits = (
        events.group_by("user_id", "user_session")
        .agg(
            started_at=time.min(),
            ended_at=time.max(),
            purchases=(kind == "purchase").sum(),
        )
        .with_columns(minutes=(pl.col("ended_at") - pl.col("started_at")).dt.total_seconds() / 60)
        .group_by("user_id")
        .agg(
            session_count=pl.len().cast(pl.Int64),
            session_minutes=pl.col("minutes").mean(),
            order_count=(pl.col("purchases") > 0).sum().cast(pl.Int64),
        )
    )
    customers = events.group_by("user_id").agg(
        event_count=pl.len().cast(pl.Int64),
        view_count=(kind == "view").sum().cast(pl.Int64),
        cart_count=(kind == "cart").sum().cast(pl.Int64),
        purchase_count=(kind == "purchase").sum().cast(pl.Int64),
        revenue=price.filter(kind == "purchase").sum(),
        refunded=price.filter(kind == "refund").sum(),
        first_event_at=time.min(),
        last_event_at=time.max(),
        last_purchase_at=time.filter(kind == "purchase").max(),
        active_day_count=time.dt.date().n_unique().cast(pl.Int64),
        weekend_share=(time.dt.weekday() >= 6).mean(),
        night_share=(time.dt.hour() < 6).mean(),
    )
    table = customers.join(visits, on="user_id")
    for name, item in (("product", "product_id"), ("category", "category_id"), ("brand", "brand")):
        table = table.join(spread(events, name, item), on="user_id", how="left")
    end = pl.col("last_event_at").max()
    views, carts, bought = pl.col("view_count"), pl.col("cart_count"), pl.col("purchase_count")
    return (
        table.with_columns(
            monetary=pl.col("revenue") - pl.col("refunded"),
            average_order_value=pl.when(pl.col("order_count") > 0).then(
                pl.col("revenue") / pl.col("order_count")
            ),
            recency_days=days(pl.col("last_event_at"), end),
            purchase_recency_days=days(pl.col("last_purchase_at"), end),
            tenure_days=days(pl.col("first_event_at"), end),
            view_share=views / pl.col("event_count"),
            cart_share=carts / pl.col("event_count"),
            purchase_share=bought / pl.col("event_count"),
            view_to_cart_rate=carts / pl.max_horizontal(views, carts, 1),
            cart_to_purchase_rate=bought / pl.max_horizontal(carts, bought, 1),
            events_per_session=pl.col("event_count") / pl.col("session_count"),
            product_count=pl.col("product_count").fill_null(0),
            category_count=pl.col("category_count").fill_null(0),
            brand_count=pl.col("brand_count").fill_null(0),
        )
        .drop("revenue", "refunded", "first_event_at", "last_event_at", "last_purchase_at")
        .collect(engine="streaming")
    )


def segments_of(table: pl.DataFrame) -> np.ndarray:
    """The labels of k-means with the number of segments of the best silhouette."""
    points = table.select(
        pl.col(name).clip(0).log1p() if name in LOGGED else pl.col(name).fill_null(0)
        for name in CLUSTERED
    ).to_numpy()
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
    table = table.with_columns(segment=pl.Series(segments_of(table)))
    table.write_parquet(folder / "features.parquet")


if __name__ == "__main__":
    main()
