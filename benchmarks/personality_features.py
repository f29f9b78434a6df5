"""Which features the public personality customers may be clustered by: every set of a small grid.

    SEGMENTS_DATA=<folder> SEGMENTS_DB=<file> .venv/bin/dbt build -s +personality_imputed
    nice -n 5 .venv/bin/python benchmarks/personality_features.py <file>

A set is spend, perhaps with purchases and income, the earlier campaigns that were accepted, and at
most one feature each of family, channel and time: what an analyst would put together. The rule
chooses the k of k-means for each and knows nothing of the outcome. Which set is best is asked of
one half of the customers (every second one in the order of their hashed ids); the AUC on the other
half is the honest one. The last lines say how much such a choice flatters itself: over 200 other
halves, the AUC of the chosen set on the half that chose and on the other. Prints a row per set;
takes about half an hour.
"""

import argparse
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import product

import duckdb
import numpy as np
import pandas as pd
import yaml

from segmentation.algorithms import fit_kmeans
from segmentation.encoding import feature_kinds, fit_dimensions, scaled_sample
from segmentation.outcome import outcome_auc
from segmentation.search import score_clusters
from segmentation.settings import Settings, parse_settings

SETTINGS = "python_models/personality/personality.yml"
GRID = (
    ["monetary", "monetary purchase_count", "income monetary purchase_count"],
    ["campaigns_accepted_count"],
    ["children_count", ""],
    ["", "deal_purchase_share", "catalog_purchase_share", "web_visit_count"],
    ["", "tenure_days", "recency_days"],
)
LOG = ("income", "monetary", "purchase_count", "campaigns_accepted_count")
# A choice that holds with room to spare: the rule asks for 0.8.
STRENGTH = 0.9
HALVES = 200


def feature_sets() -> Iterator[list[str]]:
    """Every set of the grid."""
    for names in product(*GRID):
        yield " ".join(names).split()


def segments_of(
    customers: duckdb.DuckDBPyRelation, settings: Settings, features: list[str]
) -> tuple[dict, np.ndarray]:
    """The chosen row of the cluster scores for one set of features, and each customer's segment.

    The algorithm is k-means for every set, whatever the rule would choose: the sets are compared by
    what they say, not by how they are grouped, and only a k of k-means can be fitted here.
    """
    every = feature_kinds(customers, replace(settings, exclude=()))
    log = tuple(name for name in LOG if name in features)
    exclude = tuple(name for name in every if name not in features)
    settings = replace(settings, exclude=exclude, log=log, algorithm="kmeans")
    scores = score_clusters(customers, asdict(settings)).to_pandas()
    chosen = scores[scores["is_chosen"]].iloc[0].to_dict()
    dimensions = fit_dimensions(customers, settings)
    points = scaled_sample(customers, dimensions["expression"].tolist())
    return chosen, fit_kmeans(points, int(chosen["k"])).labels_


def auc(segments: np.ndarray, outcome: np.ndarray, half: np.ndarray) -> float:
    """The out-of-fold AUC in one half of the customers; 0.5 for one segment."""
    return float(np.nan_to_num(outcome_auc(segments[half], outcome[half]), nan=0.5))


def main() -> None:
    """Score every set, print it, and print what choosing by half of the customers is worth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", help="the file that dbt has built on the public data")
    with duckdb.connect(parser.parse_args().database, read_only=True) as connection:
        customers = connection.table("models.personality_imputed")
        with open(SETTINGS, encoding="utf-8") as file:
            block = yaml.safe_load(file)["models"][0]["config"]["meta"]["segmentation"]
        settings = parse_settings(block)
        known = customers.query(
            "customers",
            "select cast(response as double) as outcome, campaigns_accepted_count > 0 as accepted "
            "from customers order by md5(customer_id), customer_id",
        ).df()
        outcome = known["outcome"].to_numpy()
        accepted = known["accepted"].to_numpy().astype(int)
        print(
            "whether any earlier campaign was accepted, alone: "
            f"{outcome_auc(accepted, outcome):.3f}"
        )
        half = np.arange(len(outcome)) % 2 == 0
        print(
            "k | structure | strength | stability | silhouette, copies | "
            "AUC on the choosing half | on the other | on all | features"
        )
        rows = []
        for features in feature_sets():
            chosen, segments = segments_of(customers, settings, features)
            row = {
                "features": ", ".join(features),
                "segments": segments,
                "is_sound": chosen["structure"] == "clear"
                and chosen["prediction_strength"] >= STRENGTH,
                "choosing": auc(segments, outcome, half),
                "other": auc(segments, outcome, ~half),
            }
            rows.append(row)
            print(
                f"{chosen['k']} | {chosen['structure']} | {chosen['prediction_strength']:.2f} | "
                f"{chosen['stability']:.2f} | {chosen['silhouette']:.2f}, "
                f"{chosen['null_silhouette']:.2f} | {row['choosing']:.3f} | {row['other']:.3f} | "
                f"{outcome_auc(segments, outcome):.3f} | {row['features']}",
                flush=True,
            )
    frame = pd.DataFrame(rows)
    sound = frame[frame["is_sound"]]
    print(f"{len(frame)} sets, {len(sound)} clear with a prediction strength of {STRENGTH} or more")
    best = sound.loc[sound["choosing"].idxmax()]
    print(
        f"best on the choosing half: {best['features']}: {best['choosing']:.3f}, on the other "
        f"{best['other']:.3f}"
    )
    generator = np.random.default_rng(0)
    pairs = []
    for _ in range(HALVES):
        half = generator.permutation(len(outcome)) % 2 == 0
        by_set = [auc(segments, outcome, half) for segments in sound["segments"]]
        winner = sound["segments"].iloc[int(np.argmax(by_set))]
        pairs.append((max(by_set), auc(winner, outcome, ~half)))
    chosen_half, other_half = np.mean(pairs, axis=0)
    print(
        f"over {HALVES} halves: {chosen_half:.3f} where it was chosen, {other_half:.3f} elsewhere"
    )


if __name__ == "__main__":
    main()
