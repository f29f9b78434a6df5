"""From features of any type to scaled dimensions, as SQL expressions that are stored as data.

One expression per dimension is the only encoder there is: the fit, the scores and the scoring of
new customers all run it. The kinds of dimensions follow from the types of the columns:

- numeric: standardised, after ln(1 + x) where the settings say `log`.
- boolean: 1 and 0, standardised.
- category (text): one dimension per level that at least 1 % of the customers have. All levels of
  a feature share one scale, chosen so that the feature as a whole has the variance of one
  standardised number: it weighs as much as a numeric feature, however many levels it has. Rarer
  and unseen levels have none of the dimensions.

A NULL is read as the feature's fallback (the median, or the most frequent value), except where the
settings say that it `does_not_apply`: then it sits at the centre of those to whom it applies, so
that it pulls a customer nowhere. A feature that is the same for everyone says nothing and gets no
dimension.
"""

import segmentation.threads  # isort: skip  # noqa: F401
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from duckdb import DuckDBPyRelation

from segmentation.errors import InputError
from segmentation.features import kind_of, quoted, sample_query, text_literal
from segmentation.settings import Settings, check_features

SAMPLE_ROWS = 20_000
RARE_LEVEL_SHARE = 0.01
NOT_FEATURES = ("customer_id", "imputed_features")
RESERVED = ("segment_id",)
DIMENSION_COLUMNS = (
    "dimension",
    "feature",
    "kind",
    "level",
    "transform",
    "fallback",
    "centre",
    "scale",
    "expression",
)


def feature_kinds(customers: DuckDBPyRelation, settings: Settings) -> dict[str, str]:
    """The features that are clustered, each with its kind, as `features.kind_of` names it.

    Raises InputError where a setting names no column, or a feature has a type that has no kind, or
    a name that the segments themselves need (RESERVED).
    """
    types = dict(zip(customers.columns, customers.types, strict=True))
    for name in types:
        if name.lower() in RESERVED:
            raise InputError(
                f"a feature of {settings.population} has the name '{name}', which the segments "
                "themselves need: give the column another name in its feature model."
            )
    check_features(settings, [name for name in types if name not in NOT_FEATURES])
    for axis, feature in settings.axes.items():
        axis_type = types[feature.lstrip("-")]
        if kind_of(axis_type) not in ("numeric", "boolean"):
            raise InputError(
                f"the axis '{axis}' of {settings.population} names '{feature}', which has the type "
                f"{axis_type}: name a feature that is a number."
            )
    left_out = {*NOT_FEATURES, *settings.exclude, settings.outcome}
    kinds = {name: kind_of(types[name]) for name in types if name not in left_out}
    for name, kind in kinds.items():
        if kind is None:
            raise InputError(
                f"the feature '{name}' of {settings.population} has the type {types[name]}, which "
                "cannot be clustered: cast it to a number, a boolean, text or a list of texts, or "
                "add it to the setting 'exclude'."
            )
    return kinds


def fit_dimensions(customers: DuckDBPyRelation, settings: Settings) -> pd.DataFrame:
    """The dimensions of the scaled space, estimated on at most SAMPLE_ROWS customers.

    customers: one row per customer, `customer_id` and the features.
    Returns one row per dimension, in order, with DIMENSION_COLUMNS; no row for no customers.
    """
    kinds = feature_kinds(customers, settings)
    columns = [quoted(name) for name in kinds]
    sample = customers.query("customers", sample_query(["customer_id", *columns], SAMPLE_ROWS)).df()
    fits = {
        "numeric": _fit_number,
        "boolean": _fit_number,
        "category": _fit_category,
        "list": _fit_list,
    }
    dimensions = [
        dimension
        for name, kind in kinds.items()
        for dimension in fits[kind](name, kind, sample[name].dropna(), settings)
    ]
    return pd.DataFrame(dimensions, columns=list(DIMENSION_COLUMNS))


def scaled_sample(
    customers: DuckDBPyRelation, expressions: Sequence[str], rows: int = SAMPLE_ROWS
) -> np.ndarray:
    """The scaled points of a sample of customers: at most `rows` x dimensions, in order of key."""
    return scaled_frame(customers, expressions, rows).to_numpy(dtype=np.float64)


def scaled_frame(
    customers: DuckDBPyRelation, expressions: Sequence[str], rows: int
) -> pd.DataFrame:
    """The points of `scaled_sample` by customer_id, one column per dimension."""
    columns = [f"{expression} as x{i}" for i, expression in enumerate(expressions)]
    query = sample_query(["customer_id", *columns], rows)
    return customers.query("customers", query).df().set_index("customer_id")


def _fit_number(name: str, kind: str, known: pd.Series, settings: Settings) -> list[dict]:
    if known.empty:
        return []
    is_logged = name in settings.log
    values = known.to_numpy(dtype=np.float64)
    points = np.log1p(np.maximum(values, 0)) if is_logged else values
    centre, scale = points.mean(), points.std()
    if scale <= 1e-12 * max(1.0, abs(centre)):
        return []
    raw = f"cast({quoted(name)} as double)"
    transformed = _log(raw) if is_logged else raw
    fallback, fallback_point = _number_fallback(name, kind, values, is_logged, centre, settings)
    standardised = f"({transformed} - {_literal(centre)}) / {_literal(scale)}"
    read_as = _literal((fallback_point - centre) / scale)
    return [
        {
            "dimension": name,
            "feature": name,
            "kind": kind,
            "level": None,
            "transform": "ln(1 + x)" if is_logged else "none",
            "fallback": fallback,
            "centre": centre,
            "scale": scale,
            "expression": f"coalesce({standardised}, {read_as})",
        }
    ]


def _number_fallback(
    name: str, kind: str, values: np.ndarray, is_logged: bool, centre: float, settings: Settings
) -> tuple[str | None, float]:
    """What a NULL is read as: in words, for people, and on the transformed scale."""
    if name in settings.does_not_apply:
        return None, centre
    if kind == "boolean":
        mode = bool(values.mean() > 0.5)
        return str(mode).lower(), float(mode)
    median = float(np.median(values))
    return repr(median), float(np.log1p(max(median, 0))) if is_logged else median


def _fit_category(name: str, kind: str, known: pd.Series, settings: Settings) -> list[dict]:
    shares = known.value_counts(normalize=True).sort_index()
    if len(shares) < 2:
        return []
    fallback = None if name in settings.does_not_apply else shares.idxmax()
    column = (
        quoted(name) if fallback is None else f"coalesce({quoted(name)}, {text_literal(fallback)})"
    )
    return _level_dimensions(name, kind, shares, fallback, lambda level: f"{column} = {level}")


def _fit_list(name: str, kind: str, known: pd.Series, settings: Settings) -> list[dict]:
    items = known.map(set).explode().dropna()
    shares = (items.value_counts() / len(known)).sort_index()
    shares = shares[shares < 1]
    return _level_dimensions(
        name, kind, shares, None, lambda item: f"list_contains({quoted(name)}, {item})"
    )


def _level_dimensions(
    name: str,
    kind: str,
    shares: pd.Series,
    fallback: str | None,
    has_level: Callable[[str], str],
) -> list[dict]:
    """One dimension per level that is not rare; has_level says in SQL who has a level."""
    common = shares[shares >= RARE_LEVEL_SHARE]
    scale = float(np.sqrt((common * (1 - common)).sum()))
    return [
        {
            "dimension": f"{name} = {level}",
            "feature": name,
            "kind": kind,
            "level": level,
            "transform": "none",
            "fallback": fallback,
            "centre": share,
            "scale": scale,
            "expression": (
                f"coalesce((cast({has_level(text_literal(level))} as integer) - {_literal(share)}) "
                f"/ {_literal(scale)}, 0e0)"
            ),
        }
        for level, share in common.items()
    ]


def _log(number: str) -> str:
    """ln(1 + x), 0 below 0 and NULL for NULL (the macro log_scale says the same for profiles)."""
    return f"case when {number} > 0 then ln(1 + {number}) when {number} <= 0 then 0e0 end"


def _literal(number: float) -> str:
    """A float as SQL, digit for digit; with an exponent, since 1.5 alone would be a decimal."""
    digits = repr(float(number))
    return digits if "e" in digits else f"{digits}e0"
