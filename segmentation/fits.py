"""The fits of a population: every one is kept, one of them is in use."""

from collections.abc import Mapping

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from segmentation.algorithms import NOISE, Groups
from segmentation.encoding import scaled_sample
from segmentation.model import MODEL, Previous, fit_segments

KEY = ("fit_id", "position")
# What scores a customer: fits that agree in it are the same.
SCORING_EXACTLY = ("expression", "fallback", "levels", "centroid_segments")
SCORING = (
    "centroids",
    "reach",
    "outlier_distance",
    "least",
    "greatest",
    "map_x_weight",
    "map_y_weight",
)
SAME = 1e-6


def stored_fits(session: DuckDBPyConnection, table: str) -> pa.Table:
    """The fits that a table holds, as MODEL, in order of fit and position; none where there is no
    such table, or an older one.
    """
    try:
        rows = session.sql(f"select * from {table}").to_arrow_table()
    except duckdb.CatalogException:
        return MODEL.empty_table()
    if not set(MODEL.names) <= set(rows.column_names):
        return MODEL.empty_table()
    return rows.select(MODEL.names).cast(MODEL).sort_by([(name, "ascending") for name in KEY])


def refit_segments(
    customers: DuckDBPyRelation,
    scores: pd.DataFrame,
    verdict: pd.DataFrame,
    fits: pa.Table,
    settings: Mapping,
) -> pa.Table:
    """Fit the segments anew and add the fit to those that were made before.

    customers, scores, settings: as in `model.fit_segments`.
    verdict: the population's verdict, one row: `settings_hash`, `as_of` (NaT where the data have no
        date) and `has_same_customers`, whether any customer of the last fit is still there.
    fits: MODEL, all earlier ones.

    Returns MODEL: the earlier ones, and the new one with the next `fit_id`, which is current. Its
    segments keep the ids of those that they continue (see `lineage`), unless no customer of the
    last fit is left, or its scale cannot be applied to the features of today: then all are new.
    Ids are never used again. Where the new fit would score everyone as the current one does, that
    one stays, as of today. A population without customers, or of customers who are all alike, has
    no fit, and keeps those that it had, none of them current.
    """
    asked = verdict.iloc[0]
    last = fits.filter(fits["is_current"])
    previous = _previous(customers, last, fits) if asked["has_same_customers"] else None
    if previous is None and len(fits):
        previous = Previous(_next_id(fits))
    model = fit_segments(customers, scores, settings, previous)
    stamp = {
        "fit_id": max(fits["fit_id"].to_pylist(), default=0) + 1,
        "is_current": True,
        "previous_fit_id": last["fit_id"][0].as_py() if len(last) else None,
        "settings_hash": asked["settings_hash"],
        "fitted_as_of": None if pd.isna(asked["as_of"]) else asked["as_of"].to_pydatetime(),
    }
    if _scores_as(last, model):
        for name in ("fit_id", "previous_fit_id"):
            stamp[name] = last[name][0].as_py()
        for name in ("lineage", "relabelled_share"):
            model = _with(model, name, last[name])
        fits = fits.filter(pc.invert(fits["is_current"]))
    fits = _with(fits, "is_current", pa.array([False] * len(fits), pa.bool_()))
    for name, value in stamp.items():
        model = _with(model, name, pa.array([value] * len(model), MODEL.field(name).type))
    return pa.concat_tables([fits, model])


def _previous(customers: DuckDBPyRelation, last: pa.Table, fits: pa.Table) -> Previous | None:
    """The segments of the last fit, of the customers of today; None where it cannot be applied."""
    if len(last) == 0:
        return None
    rows = last.to_pandas().sort_values("position")
    try:
        sample = scaled_sample(customers, rows["expression"].tolist())
    except duckdb.Error:
        return None
    first = rows.iloc[0]
    reach = np.inf if pd.isna(first["reach"]) else first["reach"]
    points = np.array(rows["centroids"].tolist()).T
    groups = Groups(points, np.array(first["centroid_segments"]), reach)
    return Previous(
        next_id=_next_id(fits),
        segments=groups.assign(sample),
        segment_ids=sorted({*first["centroid_segments"].tolist(), *first["segment_ids"].tolist()}),
    )


def _next_id(fits: pa.Table) -> int:
    """The first segment id that no fit has used."""
    return max(max(ids, default=NOISE) for ids in fits["centroid_segments"].to_pylist()) + 1


def _scores_as(last: pa.Table, model: pa.Table) -> bool:
    """Whether two fits give every customer the same segment, flags and place on the map."""
    if len(last) != len(model) or len(last) == 0:
        return False
    if any(last[name].to_pylist() != model[name].to_pylist() for name in SCORING_EXACTLY):
        return False
    return all(
        np.allclose(
            np.array(last[name].to_pylist(), dtype=float),
            np.array(model[name].to_pylist(), dtype=float),
            atol=SAME,
            equal_nan=True,
        )
        for name in SCORING
    )


def _with(table: pa.Table, name: str, values) -> pa.Table:
    """The table with other values in one column."""
    position = table.schema.get_field_index(name)
    return table.set_column(position, table.schema.field(name), values)
