"""The segmentation of shop events as published notebooks write it: pandas, one lambda per feature.

    python benchmarks/notebooks/literal.py <events: Parquet or CSV> <folder for the result>

`groupby.apply` for entropies and rates, k-means with ten starts for each number of segments from 2
to 10, the silhouette of each on all rows. The features are those of
features.clickstream_features, by the same definitions; benchmarks/speed checks it.
Writes features.parquet, with the segment, one row per customer.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import entropy
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

path, folder = map(Path, sys.argv[1:])

# Read and clean.
df = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
df["price"] = df["price"].astype("float64")
df = df.drop_duplicates()
df = df[df["price"] >= 0]
df["event_time"] = pd.to_datetime(df["event_time"]).dt.tz_localize(None)
df["day"] = df["event_time"].dt.date
end = df["event_time"].max()
DAY = pd.Timedelta(days=1)


def evenness(items: pd.Series) -> float:
    """Shannon entropy of the items over its maximum."""
    counts = items.value_counts()
    if counts.empty:
        return np.nan
    return entropy(counts) / np.log(len(counts)) if len(counts) > 1 else 0.0


# Features, one after the other.
customers = df.groupby("user_id")
purchases = df[df["event_type"] == "purchase"]
refunds = df[df["event_type"] == "refund"]
features = pd.DataFrame(index=customers.size().index)
features["event_count"] = customers.size()
for step in ("view", "cart", "purchase"):
    count = df[df["event_type"] == step].groupby("user_id").size()
    features[f"{step}_count"] = count.reindex(features.index).fillna(0)
    features[f"{step}_share"] = features[f"{step}_count"] / features["event_count"]
features["monetary"] = purchases.groupby("user_id")["price"].sum().reindex(features.index).fillna(
    0
) - refunds.groupby("user_id")["price"].sum().reindex(features.index).fillna(0)
features["recency_days"] = customers["event_time"].apply(lambda times: (end - times.max()) / DAY)
features["tenure_days"] = customers["event_time"].apply(lambda times: (end - times.min()) / DAY)
features["purchase_recency_days"] = purchases.groupby("user_id")["event_time"].apply(
    lambda times: (end - times.max()) / DAY
)
features["order_count"] = (
    purchases.groupby("user_id")["user_session"].nunique().reindex(features.index).fillna(0)
)
features["average_order_value"] = (
    purchases.groupby("user_id")["price"].sum()
    / purchases.groupby("user_id")["user_session"].nunique()
)
features["active_day_count"] = customers["day"].nunique()
features["weekend_share"] = customers["event_time"].apply(
    lambda times: (times.dt.day_of_week >= 5).mean()
)
features["night_share"] = customers["event_time"].apply(lambda times: (times.dt.hour < 6).mean())
visits = df.groupby(["user_id", "user_session"])["event_time"].agg(["min", "max"])
visits["minutes"] = (visits["max"] - visits["min"]).dt.total_seconds() / 60
features["session_count"] = visits.groupby("user_id").size()
features["session_minutes"] = visits.groupby("user_id")["minutes"].mean()
features["events_per_session"] = features["event_count"] / features["session_count"]
features["view_to_cart_rate"] = features.apply(
    lambda row: row["cart_count"] / max(row["view_count"], row["cart_count"], 1), axis=1
)
features["cart_to_purchase_rate"] = features.apply(
    lambda row: row["purchase_count"] / max(row["cart_count"], row["purchase_count"], 1), axis=1
)
for name, item in (("product", "product_id"), ("category", "category_id"), ("brand", "brand")):
    features[f"{name}_count"] = customers[item].nunique()
    features[f"{name}_diversity"] = customers[item].apply(evenness)

# Clusters.
LOGGED = [
    *("monetary", "event_count", "session_count", "product_count"),
    *("category_count", "purchase_count", "active_day_count", "session_minutes"),
]
CLUSTERED = [
    *LOGGED,
    *("recency_days", "category_diversity", "view_to_cart_rate", "cart_to_purchase_rate"),
]
X = features[CLUSTERED].fillna(0)
X[LOGGED] = np.log1p(X[LOGGED].clip(lower=0))
X = StandardScaler().fit_transform(X)
scores = {}
for k in range(2, 11):
    labels = KMeans(n_clusters=k, n_init=10, random_state=42).fit_predict(X)
    scores[k] = silhouette_score(X, labels)
best = max(scores, key=scores.get)
features["segment"] = KMeans(n_clusters=best, n_init=10, random_state=42).fit_predict(X)
features.reset_index().to_parquet(folder / "features.parquet", index=False)
