"""How many customers keep their segment_id at a refit, by the way that segments are matched.

    nice -n 5 .venv/bin/python benchmarks/refits.py --seeds 5

For each simulated population and seed: the project's models up to <population>_imputed run on
customers with planted segments; for each shape of `benchmarks/planted.py` and seed: a mixture. Then
k-means, told the planted number, is fitted and fitted again:

- another seed: on the same customers, with other random starts;
- bootstrap: with other random starts, on customers drawn with replacement;
- a week later: the first fit is on the features of EARLIER days before (clickstream and fitbit);
- replaced: the first fit does not know one planted segment, the refit not another one. Right is
  that the one that is new gets an id of its own, and the others keep theirs.

Both fits are applied to the customers of the refit (bootstrap: to all), and the table has the share
with the right id, the mean and the lowest of all seeds, for

- the labels as k-means gives them;
- segments in order of the value axis;
- Hungarian assignment on the centroids, in the scale of the first fit;
- the customers in common, as `segmentation.lineage.align` counts them;
- the same, without segments that have moved away (`moved_away`);
- the same after a warm start from the means of the segments there were.

Exits with 1 where the last one keeps less than 99 % of any population at another seed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import segmentation.threads  # isort: skip  # noqa: F401  before scikit-learn is imported
import duckdb
import numpy as np
import pandas as pd
import yaml
from planted import SHAPES, mixture
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import pairwise_distances, pairwise_distances_argmin

from segmentation import algorithms
from segmentation.components import Projection, fit_projection
from segmentation.encoding import fit_dimensions, scaled_frame
from segmentation.lineage import align, moved_away
from segmentation.settings import parse_settings
from segmentation.simulate.populations import POPULATIONS, write_population

ROOT = Path(__file__).resolve().parents[1]
REQUIRED = 0.99
OTHER_SEED = 1
EARLIER = pd.Timedelta(days=7)
DATED = ("clickstream", "fitbit")


@dataclass(frozen=True)
class Fit:
    """One fit of k-means, which can be applied to any customers: rows in order of their ids."""

    expressions: list[str]
    projection: Projection
    centroids: np.ndarray

    def points(self, customers: pd.DataFrame) -> np.ndarray:
        """The customers in the scaled space of this fit."""
        return scaled(customers, self.expressions)

    def assign(self, customers: pd.DataFrame) -> np.ndarray:
        """The label of each customer."""
        return pairwise_distances_argmin(self.points(customers), self.centroids)


def scaled(customers: pd.DataFrame, expressions: list[str]) -> np.ndarray:
    """The points of all customers, in order of their ids."""
    with duckdb.connect() as connection:
        points = scaled_frame(connection.from_df(customers), expressions, len(customers))
    return points.loc[customers["customer_id"]].to_numpy(dtype=np.float64)


def fit(
    customers: pd.DataFrame, k: int, settings: Mapping, seed: int, labels: np.ndarray | None = None
) -> Fit:
    """K-means as the project fits it; labels: of the customers by the fit before, to start from."""
    parsed = parse_settings(settings)
    with duckdb.connect() as connection:
        dimensions = fit_dimensions(connection.from_df(customers), parsed)
    expressions = dimensions["expression"].tolist()
    points = scaled(customers, expressions)
    projection = fit_projection(points, parsed.components)
    start = None if labels is None else projection.down(means(points, labels))
    with mock.patch.object(algorithms, "SEED", seed):
        centres = algorithms.fit_kmeans(projection.down(points), k, start=start).cluster_centers_
    return Fit(expressions, projection, projection.up(centres))


def means(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The mean of the points of each label: labels x dimensions."""
    return pd.DataFrame(points).groupby(labels).mean().to_numpy()


def ranked(labels: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The labels in order of the mean value of their customers, 0 for the highest."""
    order = pd.Series(values).groupby(labels).mean().rank(ascending=False, method="first")
    return order.reindex(labels).to_numpy().astype(int) - 1


def by_centroids(points: np.ndarray, previous: np.ndarray, current: np.ndarray) -> np.ndarray:
    """The ids that Hungarian assignment on the means of both fits gives; points: old scale."""
    old_ids, labels = np.unique(previous), np.unique(current)
    distances = pairwise_distances(means(points, previous), means(points, current))
    rows, columns = linear_sum_assignment(distances**2)
    ids = {labels[j]: old_ids[i] for i, j in zip(rows, columns, strict=True)}
    return np.array([ids.get(label, -2) for label in current])


def by_customers(
    previous: np.ndarray, current: np.ndarray, k: int, moved: set[tuple[int, int]]
) -> np.ndarray:
    """The ids that the project gives; k: segments of the fit before."""
    ids = align(previous, current, k, range(k), moved=moved).segment_ids
    return np.array([ids[label] for label in current])


def where_segments_were(
    fitted: Fit, customers: pd.DataFrame
) -> tuple[dict[int, np.ndarray], dict[int, float]]:
    """The means and the spreads of the segments among the customers they were fitted on."""
    points, labels = fitted.points(customers), fitted.assign(customers)
    groups = {label: points[labels == label] for label in np.unique(labels).tolist()}
    centres = {label: each.mean(axis=0) for label, each in groups.items()}
    spreads = {
        label: float(np.sqrt(((each - centres[label]) ** 2).sum(axis=1).mean()))
        for label, each in groups.items()
    }
    return centres, spreads


def compare(
    first: pd.DataFrame,
    refitted: pd.DataFrame,
    today: pd.DataFrame,
    k: int,
    settings: Mapping,
    is_new: np.ndarray | None = None,
) -> dict[str, float]:
    """The share of today's customers with the right id by each way; is_new: who should have none.

    first, refitted: the customers that the two fits are made on.
    """
    parsed = parse_settings(settings)
    before = fit(first, k, settings, algorithms.SEED)
    previous = before.assign(today)
    plain = fit(refitted, k, settings, OTHER_SEED).assign(today)
    warm = fit(refitted, k, settings, OTHER_SEED, before.assign(refitted)).assign(today)
    values = today[parsed.value_feature].astype(float).fillna(0) * parsed.axis_signs[0]
    points = before.points(today)
    where = where_segments_were(before, first)
    aligned = by_customers(previous, plain, k, set())
    aligned_near, aligned_warm = (
        by_customers(previous, labels, k, moved_away(points, labels, *where))
        for labels in (plain, warm)
    )
    ways = {
        "raw labels": (previous, plain),
        "by value": (ranked(previous, values.to_numpy()), ranked(plain, values.to_numpy())),
        "centroids": (previous, by_centroids(points, previous, plain)),
        "customers in common": (previous, aligned),
        "and not moved": (previous, aligned_near),
        "and warm start": (previous, aligned_warm),
    }
    is_new = np.zeros(len(today), dtype=bool) if is_new is None else is_new
    return {
        name: float(np.where(is_new, ~np.isin(after, old), after == old).mean())
        for name, (old, after) in ways.items()
    }


def scenarios(
    customers: pd.DataFrame, groups: np.ndarray, settings: Mapping, seed: int
) -> Iterator[tuple[str, dict[str, float]]]:
    """What can be done with one set of customers; groups: the planted ones."""
    planted = np.unique(groups)
    k = len(planted)
    yield "another seed", compare(customers, customers, customers, k, settings)
    drawn = customers.sample(frac=1, replace=True, random_state=seed)
    drawn["customer_id"] = [f"drawn {i}" for i in range(len(drawn))]
    yield "bootstrap", compare(customers, drawn, customers, k, settings)
    if k > 2:
        old, today = customers[groups != planted[0]], customers[groups != planted[-1]]
        is_new = groups[groups != planted[-1]] == planted[0]
        yield "replaced", compare(old, today, today, k - 1, settings, is_new)


def populations(
    names: list[str], seed: int, folder: Path
) -> Iterator[tuple[str, str, dict[str, float]]]:
    """The scenarios of simulated populations; folder: for their files, used again and again."""
    for name in names:
        write_population(name, folder, folder, POPULATIONS[name].sample_customers, seed)
    today, moments = imputed(names, folder)
    earlier, _ = imputed([*moments], folder, moments)
    for name, customers in today.items():
        block = yaml.safe_load((ROOT / "python_models" / name / f"{name}.yml").read_text())
        settings = block["models"][0]["config"]["meta"]["segmentation"]
        truth = pd.read_csv(folder / f"{name}_truth.csv", dtype=str).set_index("customer_id")
        groups = truth["segment"].loc[customers["customer_id"]].to_numpy()
        for scenario, shares in scenarios(customers, groups, settings, seed):
            yield name, scenario, shares
        if name in earlier:
            k = len(np.unique(groups))
            shares = compare(earlier[name], customers, customers, k, settings)
            yield name, "a week later", shares


def imputed(
    names: list[str], folder: Path, moments: Mapping[str, str] | None = None
) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """The customers of each population, their gaps filled, and EARLIER than now for the DATED.

    moments: the moment that each population is observed to; without, its last event.
    """
    if not names:
        return {}, {}
    database = folder / "refits.duckdb"
    database.unlink(missing_ok=True)
    environment = {**os.environ, "SEGMENTS_DB": str(database), "SEGMENTS_DATA": str(folder)}
    command = [Path(sys.executable).parent / "dbt", "--quiet", "build"]
    command += ["--select", *[f"+{name}_imputed" for name in names]]
    command += ["--exclude-resource-type", "test", "unit_test"]
    command += ["--project-dir", ROOT, "--profiles-dir", ROOT, "--target-path", folder / "target"]
    variables = {f"{name}_as_of": moment for name, moment in (moments or {}).items()}
    subprocess.run([*command, "--vars", yaml.safe_dump(variables)], env=environment, check=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        customers = {
            name: connection.sql(f"from models.{name}_imputed order by customer_id").df()
            for name in names
        }
        earlier = {
            name: pd.Timestamp(
                connection.sql(f"select max(as_of) from features.{name}_as_of").fetchall()[0][0]
            )
            - EARLIER
            for name in names
            if name in DATED
        }
    return customers, {name: moment.isoformat(" ") for name, moment in earlier.items()}


def shape(name: str, seed: int) -> Iterator[tuple[str, str, dict[str, float]]]:
    """The scenarios of a mixture of 3 to 7 groups."""
    planted = mixture(name, 3 + seed % 5, seed)
    features = [f"feature {i}" for i in range(planted.matrix.shape[1])]
    customers = pd.DataFrame(planted.matrix, columns=features)
    customers.insert(0, "customer_id", [f"{i:04}" for i in range(len(customers))])
    settings = {"population": "planted", "axes": {"value": features[0]}}
    for scenario, shares in scenarios(customers, planted.groups, settings, seed):
        yield name, scenario, shares


def main() -> int:
    """Run all and print one row per population or shape and scenario."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=[*POPULATIONS, *SHAPES])
    parser.add_argument("--seeds", type=int, default=5, help="how many; they count from 1")
    given = parser.parse_args()
    simulated = [name for name in given.names if name in POPULATIONS]
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, given.seeds + 1):
            if simulated:
                runs += populations(simulated, seed, Path(folder))
            for name in given.names:
                runs += shape(name, seed) if name in SHAPES else []
    results = pd.DataFrame(
        {"customers": name, "scenario": scenario, **shares} for name, scenario, shares in runs
    )
    print("| " + " | ".join(results.columns) + " |")
    print("|---" * len(results.columns) + "|")
    for keys, rows in results.groupby(["customers", "scenario"], sort=False):
        shares = rows.drop(columns=["customers", "scenario"])
        cells = [f"{each.mean():.3f} ({each.min():.3f})" for _, each in shares.items()]
        print("| " + " | ".join([*keys, *cells]) + " |")
    same = results[(results["scenario"] == "another seed") & results["customers"].isin(simulated)]
    return 0 if (same["and warm start"] >= REQUIRED).all() else 1


if __name__ == "__main__":
    sys.exit(main())
