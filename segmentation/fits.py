"""The fits of a population: every one is kept, one of them is in use."""

from collections.abc import Mapping

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from segmentation.algorithms import NOISE
from segmentation.encoding import scaled_sample
from segmentation.features import kind_of
from segmentation.model import MODEL, Fit, Previous, fit_segments

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
    "landmarks",
    "landmark_x",
    "landmark_y",
)
SAME = 1e-6


def stored_fits(session: DuckDBPyConnection, table: str) -> pa.Table:
    """The fits that a table holds, as MODEL, in order of fit and position.

    A column that an earlier version of the project did not write is NULL. None where there is no
    such table, or one from before fits were numbered.
    """
    try:
        rows = session.sql(f"select * from {table}").to_arrow_table()
    except duckdb.CatalogException:
        return MODEL.empty_table()
    if "fit_id" not in rows.column_names:
        return MODEL.empty_table()
    for name in MODEL.names:
        if name not in rows.column_names:
            rows = rows.append_column(
                MODEL.field(name), pa.nulls(len(rows), MODEL.field(name).type)
            )
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
    verdict: the population's verdict, one row: `settings_hash`, `attempt`, and `as_of` (NaT where
        the data have no date).
    fits: MODEL, all earlier ones.

    Returns MODEL: the earlier ones, and the new one with the next `fit_id`, which is current. Its
    segments keep the ids of those of the fit before that they continue (see `lineage`), and ids are
    never used again. Features that the fit before knew and that are gone, or have another kind, do
    not count on its scale. Where the new fit would score everyone as the current one
    does, that one stays, as of today. A population without customers, or of customers who are all
    alike, has no fit, and keeps those that it had, none of them current.
    """
    asked = verdict.iloc[0]
    newest = max(fits["fit_id"].to_pylist(), default=0)
    last = fits.filter(pc.equal(fits["fit_id"], newest))
    previous = _previous(customers, last, fits) if len(last) else None
    model = fit_segments(customers, scores, settings, previous)
    stamp = {
        "fit_id": newest + 1,
        "is_current": True,
        "previous_fit_id": newest or None,
        "settings_hash": asked["settings_hash"],
        "attempt": int(asked["attempt"]),
        "fitted_as_of": None if pd.isna(asked["as_of"]) else asked["as_of"].to_pydatetime(),
    }
    if _scores_as(last, model):
        for name in ("fit_id", "previous_fit_id"):
            stamp[name] = last[name][0].as_py()
        for name in ("lineage", "relabelled_share"):
            model = _with(model, name, last[name])
        fits = fits.filter(pc.not_equal(fits["fit_id"], newest))
    fits = _with(fits, "is_current", pa.array([False] * len(fits), pa.bool_()))
    for name, value in stamp.items():
        model = _with(model, name, pa.array([value] * len(model), MODEL.field(name).type))
    return pa.concat_tables([fits, model])


def _previous(customers: DuckDBPyRelation, last: pa.Table, fits: pa.Table) -> Previous:
    """The segments of the last fit, of the customers of today."""
    kinds = {
        name: kind_of(column_type)
        for name, column_type in zip(customers.columns, customers.types, strict=True)
    }
    rows = last.to_pandas().sort_values("position")
    known = rows[rows["feature"].map(kinds) == rows["kind"]]
    sample = scaled_sample(customers, known["expression"].tolist())
    first = rows.iloc[0]
    reach = None if pd.isna(first["reach"]) else first["reach"]
    points = np.array(known["centroids"].tolist()).T
    fit = Fit(points, first["centroid_segments"].tolist(), reach, None)
    # Where no feature is left, no customer can be said to be in any of the segments.
    segments = fit.assign(sample) if len(known) else np.full(len(sample), NOISE)
    return Previous(
        next_id=_next_id(fits),
        segments=segments,
        segment_ids=sorted({*fit.segments, *first["segment_ids"].tolist()}),
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
    return all(_agree(last[name], model[name]) for name in SCORING)


def _agree(column: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    """Whether two columns of numbers, or of lists of numbers, are the same but for rounding."""
    if pa.types.is_list(column.type):
        if pc.list_value_length(column).to_pylist() != pc.list_value_length(other).to_pylist():
            return False
        column, other = pc.list_flatten(column), pc.list_flatten(other)
    numbers, others = (np.array(each.to_pylist(), dtype=float) for each in (column, other))
    return np.allclose(numbers, others, rtol=0, atol=SAME, equal_nan=True)


def _with(table: pa.Table, name: str, values) -> pa.Table:
    """The table with other values in one column."""
    position = table.schema.get_field_index(name)
    return table.set_column(position, table.schema.field(name), values)
