"""The imputation competition: which method may fill the missing cells of a feature.

Three methods compete for every feature with missing cells, from simple to complex:

1. `constant`: the median, or the most frequent category (the first by name among equals).
2. `ridge`: ridge regression; for a category or a boolean `logistic`, the regularised logistic
   regression.
3. `xgboost`: gradient boosted trees that start from the prediction of method 2 (XGBoost's
   `base_margin`) and learn only what the straight line leaves over.

They are compared on known cells that were held out, by repeated K-fold cross-validation. Scaling,
penalties and the filling of predictors are fitted inside each fold. The error is the one a reader
can picture: the mean absolute error of a number, the share of wrong categories otherwise.

The rule: the simplest method within one standard error of the best wins (Breiman, Friedman, Olshen
and Stone 1984, Classification and Regression Trees, section 3.4.3). The standard error is that of
the *paired* difference between the method and the best, fold by fold: one extreme customer hurts
every method in the same fold, and a difference is free of that shared noise. Folds share training
rows, so their variance is corrected as in Nadeau and Bengio 2003 (Inference for the Generalization
Error, Machine Learning 52, 239-281): (1 / splits + test rows / training rows) * variance.

The margins that XGBoost starts from are the linear model's predictions of its own training rows.
Out-of-fold predictions would leave larger residuals to learn from; on samples of 30 to 2,216 known
incomes they never gave a lower held-out error, and a clearly higher one below 100.

A feature predicts another only where at least half of the customers to be filled have it. Weight
and body mass index are known for the same users: each would predict the other well on cells that
are held out, and be missing itself wherever it is needed.
"""

import segmentation.threads  # isort: skip  # noqa: F401

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import xgboost
from duckdb import DuckDBPyRelation
from sklearn.linear_model import LogisticRegression, RidgeCV

from segmentation.errors import InputError
from segmentation.features import kind_of, quoted, text_literal
from segmentation.folds import standard_error
from segmentation.progress import steps
from segmentation.settings import Settings, check_features, parse_settings

MAX_TRAINING_ROWS = 50_000
CHUNK_ROWS = 100_000
# Five fits on four fifths of this cost less than the one fit on MAX_TRAINING_ROWS, and the error is
# already known to about one percent.
MAX_COMPETITION_ROWS = 5_000
ONE_REPEAT_ABOVE = 2_500
FOLDS = 5
REPEATS = 3
MIN_KNOWN = 10
MAX_LEVELS = 30
SKEWED = 1.0

RIDGE_PENALTIES = np.logspace(-2, 4, 13)
LOGISTIC_INVERSE_PENALTY = 0.1
TREES = {
    "max_depth": 4,
    "eta": 0.1,
    "subsample": 0.8,
    "colsample_bytree": 0.8,
    "tree_method": "hist",
    "nthread": 1,
    "seed": 0,
}
NUMBER_TREES = {
    **TREES,
    "objective": "reg:absoluteerror",
    "min_child_weight": 5,
}
NUMBER_ROUNDS = 200
CATEGORY_TREES = {**TREES, "objective": "multi:softprob"}
CATEGORY_ROUNDS = 50

# Booleans compete as the categories 'false' and 'true'.
FILL_TYPES = {"numeric": pa.float64(), "boolean": pa.string(), "category": pa.string()}

SCORES_SCHEMA = pa.schema(
    [
        ("population", pa.string()),
        ("feature", pa.string()),
        ("method", pa.string()),
        ("missing", pa.int64()),
        ("known", pa.int64()),
        ("error", pa.float64()),
        ("error_unit", pa.string()),
        ("skill", pa.float64()),
        ("error_standard_error", pa.float64()),
        ("is_chosen", pa.bool_()),
        ("reason", pa.string()),
    ]
)


# The predictors of some customers to the values of the feature, by method.
Predictor = Callable[[pd.DataFrame], dict[str, np.ndarray]]


@dataclass(frozen=True)
class Target:
    """A feature with missing cells.

    feature: its name; kind: 'numeric', 'boolean' or 'category'; missing, known: its cells.
    """

    feature: str
    kind: str
    missing: int
    known: int

    @property
    def is_category(self) -> bool:
        """True where the error is a share of wrong answers, not a distance."""
        return self.kind != "numeric"

    @property
    def methods(self) -> tuple[str, str, str]:
        """The competing methods, from simple to complex."""
        return ("constant", "logistic" if self.is_category else "ridge", "xgboost")

    @property
    def error_unit(self) -> str:
        """What the error counts."""
        if self.is_category:
            return "share of wrong categories"
        return f"mean absolute error, in units of {self.feature}"


def score_imputers(customers: DuckDBPyRelation, settings: Mapping) -> pa.Table:
    """Let the methods compete for every feature with missing cells.

    customers: one row per customer: customer_id (text) and the features. Numbers, booleans and
        texts take part; lists, dates and other types do not. The outcome is neither filled nor
        used; a feature of `does_not_apply` is used but not filled.
    settings: the population's settings block.

    Returns one row per feature with missing cells and method: population, feature, method, missing
    and known (cells), error (held out, see error_unit; NULL for a method that did not compete),
    error_unit, skill (share of the constant's error removed), error_standard_error (corrected for
    the overlap of training rows), is_chosen (exactly one per feature) and reason (a sentence).
    Typed and empty where nothing is missing.

    A feature that is missing for every customer (an optional column that the raw data lack) is
    left empty: nothing can be learned about it.

    Raises InputError for bad settings and for a number that is not finite.
    """
    settings = parse_settings(settings)
    kinds = _feature_kinds(customers, settings)
    rows = []
    for target in _find_targets(customers, kinds, settings):
        predictors = _predictors(customers, kinds, target)
        known, values = _known_rows(customers, predictors, target, MAX_COMPETITION_ROWS)
        rows += _score_target(target, known, values, settings.population)
    return pa.Table.from_pylist(rows, schema=SCORES_SCHEMA)


def impute(
    customers: DuckDBPyRelation,
    scores: pd.DataFrame | pa.Table | DuckDBPyRelation,
    settings: Mapping,
) -> DuckDBPyRelation:
    """Fill the missing cells, each feature by its chosen method fitted on the known cells.

    customers, settings: as in `score_imputers`.
    scores: the table that `score_imputers` returned; only its choice is read.

    Returns a relation with the rows and columns of customers in the same column order, and
    `imputed_features` (VARCHAR[]): the sorted names of the features filled for that customer.
    A number that is filled becomes DOUBLE and stays within the range of its known cells. At most
    50,000 known cells are learned from: the first by md5(customer_id). What is missing is predicted
    CHUNK_ROWS customers at a time, so that memory holds the filled cells but not the customers.

    Raises InputError as `score_imputers` does, for a feature with missing cells that has no chosen
    method, and for a customer_id that occurs more than once among the customers to fill.
    """
    settings = parse_settings(settings)
    kinds = _feature_kinds(customers, settings)
    targets = _find_targets(customers, kinds, settings)
    if not targets:
        return customers.project("*, []::VARCHAR[] AS imputed_features")
    methods = _chosen_methods(customers, scores, targets, settings.population)
    names = {target.feature: list(_predictors(customers, kinds, target)) for target in targets}
    predict = {}
    for target in steps("learning to fill what is missing", targets):
        predictors = {name: kinds[name] for name in names[target.feature]}
        known, values = _known_rows(customers, predictors, target, MAX_TRAINING_ROWS)
        predict[target.feature] = _fit([methods[target.feature]], target, known, values)
    _check_ids(customers, targets)
    needed = {*names, *(name for predictors in names.values() for name in predictors)}
    shown = {name: kind for name, kind in kinds.items() if name in needed}
    fills = [
        _fills(rows, targets, names, predict)
        for rows in _incomplete_rows(customers, shown, targets)
    ]
    return _fill(customers, pa.concat_tables(fills), targets)


def _fills(
    rows: pd.DataFrame,
    targets: Sequence[Target],
    predictors: Mapping[str, Sequence[str]],
    predict: Mapping[str, Predictor],
) -> pa.Table:
    """Return customer_id and one column per target, NULL where nothing is missing."""
    fills = {"customer_id": pa.array(rows["customer_id"], pa.string())}
    for target in targets:
        is_missing = rows[target.feature].isna().to_numpy()
        filled = np.full(len(rows), None, dtype=object)
        if is_missing.any():
            unknown = rows.loc[is_missing, predictors[target.feature]]
            [filled[is_missing]] = predict[target.feature](unknown).values()
        fills[target.feature] = pa.array(filled, FILL_TYPES[target.kind])
    return pa.table(fills)


def _feature_kinds(customers: DuckDBPyRelation, settings: Settings) -> dict[str, str]:
    """Return the kind (numeric, boolean, category) of every feature that may predict, by name."""
    check_features(settings, customers.columns)
    if "customer_id" not in customers.columns:
        raise InputError(
            f"the features of {settings.population} have no column 'customer_id'; "
            f"they are {', '.join(customers.columns)}."
        )
    kinds = {}
    for name, column_type in zip(customers.columns, customers.types, strict=True):
        if name in ("customer_id", settings.outcome):
            continue
        if kind_of(column_type) in FILL_TYPES:
            kinds[name] = kind_of(column_type)
    return kinds


def _find_targets(
    customers: DuckDBPyRelation, kinds: Mapping[str, str], settings: Settings
) -> list[Target]:
    """Return the features with missing cells that may be filled, by name; one scan."""
    if not kinds:
        return []
    counts = ["count(*)"]
    for name, kind in kinds.items():
        counts.append(f"count({quoted(name)})")
        finite = f"isfinite({quoted(name)}::DOUBLE)" if kind == "numeric" else "true"
        counts.append(f"count(*) FILTER (WHERE NOT {finite})")
    customer_count, *cells = customers.aggregate(", ".join(counts)).fetchall()[0]
    targets = []
    for (name, kind), known, infinite in zip(kinds.items(), cells[::2], cells[1::2], strict=True):
        if infinite:
            raise InputError(
                f"feature '{name}' of {settings.population} is not a finite number for {infinite} "
                "customers: let its model divide by nullif(…, 0) and give NULL where there is none."
            )
        if known in (0, customer_count) or name in settings.does_not_apply:
            continue
        targets.append(Target(name, kind, customer_count - known, known))
    return sorted(targets, key=lambda target: target.feature)


def _predictors(
    customers: DuckDBPyRelation, kinds: Mapping[str, str], target: Target
) -> dict[str, str]:
    """Return the other features that at least half of the customers to be filled have, by name."""
    others = {name: kind for name, kind in kinds.items() if name != target.feature}
    if not others:
        return {}
    to_fill = customers.filter(f"{quoted(target.feature)} IS NULL")
    known = to_fill.aggregate(", ".join(f"count({quoted(name)})" for name in others)).fetchall()[0]
    return {
        name: kind
        for (name, kind), count in zip(others.items(), known, strict=True)
        if 2 * count >= target.missing
    }


def _known_rows(
    customers: DuckDBPyRelation, predictors: Mapping[str, str], target: Target, most: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the predictors and the target of at most `most` customers whose target is known.

    The customers are the first by md5(customer_id): a sample that looks random and is always the
    same. Numbers come as float, categories (booleans too) as text.
    """
    column, sql_type = quoted(target.feature), "VARCHAR" if target.is_category else "DOUBLE"
    columns = ["customer_id", f"{column}::{sql_type} AS {column}", *_predictor_columns(predictors)]
    frame = (
        customers.filter(f"{column} IS NOT NULL AND {_is_early(most, target.known)}")
        .project(", ".join(columns))
        .order("md5(customer_id), customer_id")
        .limit(most)
        .df()
    )
    return frame[list(predictors)], frame[target.feature].to_numpy()


def _is_early(most: int, known: int) -> str:
    """Return an SQL condition that leaves the first `most` of `known` customers by their md5.

    It leaves a few more, so that they are all there, but does not sort millions for thousands. The
    hashes are evenly spread, so a tenth and a thousand more is twenty standard deviations too many.
    """
    end = int(2**32 * (1.1 * most + 1_000) / known)
    return f"md5(customer_id) < '{end:08x}'" if end < 2**32 else "true"


def _check_ids(customers: DuckDBPyRelation, targets: Sequence[Target]) -> None:
    """Raise InputError where a customer with a cell to fill is there twice."""
    twice = (
        customers.filter(_is_incomplete(targets))
        .aggregate("customer_id, count(*) AS occurrences", "customer_id")
        .filter("occurrences > 1")
        .aggregate("min(customer_id)")
        .fetchall()[0][0]
    )
    if twice is not None:
        raise InputError(
            f"customer_id '{twice}' occurs more than once: the features must have one row "
            "per customer."
        )


def _incomplete_rows(
    customers: DuckDBPyRelation, kinds: Mapping[str, str], targets: Sequence[Target]
) -> Iterator[pd.DataFrame]:
    """Return customer_id and features of every customer with a cell to fill, CHUNK_ROWS at a time.

    They come in order of customer_id, so that the same customers are filled together in every
    build, to the last digit. While they are read, the connection can do nothing else.
    """
    reader = (
        customers.filter(_is_incomplete(targets))
        .project(", ".join(["customer_id", *_predictor_columns(kinds)]))
        .order("customer_id")
        .to_arrow_reader(CHUNK_ROWS)
    )
    waiting = reader.schema.empty_table()
    for batch in reader:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
        while len(waiting) >= CHUNK_ROWS:
            yield waiting.slice(0, CHUNK_ROWS).to_pandas()
            waiting = waiting.slice(CHUNK_ROWS)
    yield waiting.to_pandas()


def _is_incomplete(targets: Sequence[Target]) -> str:
    return " OR ".join(f"{quoted(target.feature)} IS NULL" for target in targets)


def _predictor_columns(kinds: Mapping[str, str]) -> list[str]:
    """Return the select list that turns numbers and booleans into DOUBLE and texts into VARCHAR."""
    return [
        f"{quoted(name)}::{'VARCHAR' if kind == 'category' else 'DOUBLE'} AS {quoted(name)}"
        for name, kind in kinds.items()
    ]


def _fit_encoder(known: pd.DataFrame) -> Callable[[pd.DataFrame], np.ndarray]:
    """Return what turns such frames into float matrices, with all that is fitted fitted on `known`.

    Numbers: NULL becomes the median; ln(1 + x) where non-negative and skewed; centred and scaled.
    Texts: one 0/1 column per level and one for NULL; dropped with more than 30 levels.
    """
    numbers = [name for name in known if pd.api.types.is_numeric_dtype(known[name])]
    levels = {name: sorted(known[name].dropna().unique()) for name in known.drop(columns=numbers)}
    scaled = _fit_scaler(known[numbers].to_numpy(float))

    def encode(frame: pd.DataFrame) -> np.ndarray:
        numeric = scaled(frame[numbers].to_numpy(float)).T
        columns = {name: [values] for name, values in zip(numbers, numeric, strict=True)}
        for name, each in levels.items():
            columns[name] = _indicators(frame[name], each) if len(each) <= MAX_LEVELS else []
        return _as_matrix([column for name in known for column in columns[name]], len(frame))

    return encode


def _fit_scaler(known: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return what fills numbers, perhaps logs them, and standardises them: (rows, numbers) each."""
    medians = pd.DataFrame(known).median().fillna(0.0).to_numpy()
    filled = pd.DataFrame(known).fillna(dict(enumerate(medians)))
    is_logged = ((filled.min() >= 0) & (filled.skew() > SKEWED)).to_numpy(bool)

    def place(values: np.ndarray) -> np.ndarray:
        values = np.where(np.isnan(values), medians, values)
        values[:, is_logged] = np.log1p(np.maximum(values[:, is_logged], 0))
        return values

    placed = place(known)
    centres, scales = placed.mean(axis=0), placed.std(axis=0)
    # Equal numbers differ from their mean by rounding alone.
    scales[scales <= 1e-12 * np.abs(centres)] = 1.0
    return lambda values: (place(values) - centres) / scales


def _indicators(values: pd.Series, levels: Sequence[str]) -> list[np.ndarray]:
    """Return whether each text is missing, and for each level whether it is that."""
    codes = pd.Index(levels, dtype=object).get_indexer(values.to_numpy(object))
    return [values.isna().to_numpy(), *(codes == code for code in range(len(levels)))]


def _as_matrix(columns: Sequence, row_count: int) -> np.ndarray:
    """Return the columns side by side: (row_count, number of columns), also for none."""
    matrix = np.empty((row_count, len(columns)))
    for position, column in enumerate(columns):
        matrix[:, position] = column
    return matrix


def _fit(
    methods: Sequence[str], target: Target, known: pd.DataFrame, values: np.ndarray
) -> Predictor:
    """Fit methods on the predictors and values of known cells; return what predicts other cells.

    What it returns may be called for any part of the unknown cells at a time.
    """
    fits = {"constant": partial(_repeated, _constant(target, values))}
    encode = None
    if set(methods) != {"constant"}:
        encode = _fit_encoder(known)
        fit = _fit_categories if target.is_category else _fit_numbers
        fits |= fit("xgboost" in methods, encode(known), values)

    def predict(unknown: pd.DataFrame) -> dict[str, np.ndarray]:
        rows = encode(unknown) if encode else unknown
        return {method: fits[method](rows) for method in methods}

    return predict


def _repeated(value: float | str, rows: Sequence) -> np.ndarray:
    """Return the same value for every row."""
    return np.full(len(rows), value, dtype=object if isinstance(value, str) else float)


def _constant(target: Target, values: np.ndarray) -> float | str:
    """Return the median, or the most frequent category: the first by name among equals."""
    if not target.is_category:
        return float(np.median(values))
    levels, counts = np.unique(values.astype(str), return_counts=True)
    return str(levels[counts.argmax()])


def _fit_numbers(
    with_trees: bool, known: np.ndarray, values: np.ndarray
) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Return what predicts numbers, by method, each within the range of `values`."""
    centre, scale = values.mean(), values.std() or 1.0
    standardised = (values - centre) / scale
    fits = {"ridge": RidgeCV(RIDGE_PENALTIES).fit(known, standardised).predict}
    if with_trees:
        fits["xgboost"] = _fit_trees(
            NUMBER_TREES, NUMBER_ROUNDS, known, standardised, fits["ridge"]
        )

    def in_range(predict: Callable, unknown: np.ndarray) -> np.ndarray:
        return np.clip(predict(unknown) * scale + centre, values.min(), values.max())

    return {method: partial(in_range, predict) for method, predict in fits.items()}


def _fit_categories(
    with_trees: bool, known: np.ndarray, values: np.ndarray
) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Return what predicts the most probable categories, by method."""
    levels, codes = np.unique(values.astype(str), return_inverse=True)
    if len(levels) == 1:
        return dict.fromkeys(("logistic", "xgboost"), partial(_repeated, str(levels[0])))
    logistic = LogisticRegression(C=LOGISTIC_INVERSE_PENALTY, max_iter=1_000).fit(known, codes)
    fits = {"logistic": partial(_margins, logistic)}
    if with_trees:
        trees = {**CATEGORY_TREES, "num_class": len(levels)}
        fits["xgboost"] = _fit_trees(trees, CATEGORY_ROUNDS, known, codes, fits["logistic"])

    def most_probable(predict: Callable, unknown: np.ndarray) -> np.ndarray:
        return levels[predict(unknown).argmax(axis=1)].astype(object)

    return {method: partial(most_probable, predict) for method, predict in fits.items()}


def _margins(logistic: LogisticRegression, matrix: np.ndarray) -> np.ndarray:
    """Return the linear score of every class, (rows, classes), whose softmax is its probability."""
    scores = logistic.decision_function(matrix)
    return scores if scores.ndim == 2 else np.column_stack([np.zeros(len(scores)), scores])


def _fit_trees(
    parameters: Mapping,
    rounds: int,
    known: np.ndarray,
    values: np.ndarray,
    start: Callable[[np.ndarray], np.ndarray],
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the predictions of trees grown on `known`, each from the margin that `start` gives."""
    rows = xgboost.DMatrix(known, values, base_margin=start(known), nthread=1)
    trees = xgboost.train(dict(parameters), rows, rounds)

    def predict(unknown: np.ndarray) -> np.ndarray:
        rows = xgboost.DMatrix(unknown, base_margin=start(unknown), nthread=1)
        return trees.predict(rows).astype(float)

    return predict


def _score_target(
    target: Target, known: pd.DataFrame, values: np.ndarray, population: str
) -> list[dict]:
    """Return the rows of the scores table for one feature, one per method."""
    obstacle = _obstacle(target, known, values)
    competitors = target.methods[:1] if obstacle else target.methods
    fold_count = min(FOLDS, len(values))
    errors = _held_out_errors(target, known, values, competitors, fold_count)
    test_to_train = 1 / (fold_count - 1) if fold_count > 1 else np.nan
    chosen, reasons = _choose(competitors, errors, test_to_train)
    if obstacle:
        reasons = {
            method: f"{'Chosen without a competition' if method == chosen else 'Did not compete'}: "
            f"{obstacle}."
            for method in target.methods
        }
    rows = []
    for method in target.methods:
        held_out = errors.get(method)
        is_scored = held_out is not None and len(held_out) > 0
        rows.append(
            {
                "population": population,
                "feature": target.feature,
                "method": method,
                "missing": target.missing,
                "known": target.known,
                "error": held_out.mean() if is_scored else None,
                "error_unit": target.error_unit,
                "skill": _skill(held_out, errors["constant"]) if is_scored else None,
                "error_standard_error": (
                    standard_error(held_out, test_to_train) if is_scored else None
                ),
                "is_chosen": method == chosen,
                "reason": reasons[method],
            }
        )
    return rows


def _obstacle(target: Target, known: pd.DataFrame, values: np.ndarray) -> str | None:
    """Return why nothing but the constant can compete, or None where all methods can."""
    level_count = len(pd.unique(values))
    if target.known < MIN_KNOWN:
        cells = "cell is" if target.known == 1 else "cells are"
        return f"only {target.known} {cells} known, and a comparison needs {MIN_KNOWN}"
    if level_count == 1:
        return "all known cells have the same value"
    if target.is_category and level_count > MAX_LEVELS:
        return f"it has {level_count} categories, and at most {MAX_LEVELS} can be told apart"
    if _fit_encoder(known)(known).shape[1] == 0:
        return "there is no other feature to predict it from"
    return None


def _held_out_errors(
    target: Target,
    known: pd.DataFrame,
    values: np.ndarray,
    methods: Sequence[str],
    fold_count: int,
) -> dict[str, np.ndarray]:
    """Return the error of each method on every held-out fold, the folds in the same order.

    One value per fold and repeat; none where a single known cell leaves nothing to learn from.
    """
    errors = {method: [] for method in methods}
    if fold_count < 2:
        return {method: np.empty(0) for method in methods}
    repeats = REPEATS if len(values) <= ONE_REPEAT_ABOVE else 1
    held_out = (
        folds == fold
        for repeat in range(repeats)
        for folds in [_assign_folds(values, fold_count, target.is_category, seed=repeat)]
        for fold in range(fold_count)
    )
    what = f"trying ways to fill {target.feature}"
    for is_test in steps(what, held_out, repeats * fold_count):
        predict = _fit(methods, target, known[~is_test], values[~is_test])
        truth = values[is_test]
        for method, predicted in predict(known[is_test]).items():
            missed = predicted != truth if target.is_category else np.abs(predicted - truth)
            errors[method].append(missed.mean())
    return {method: np.array(values) for method, values in errors.items()}


def _assign_folds(values: np.ndarray, fold_count: int, stratify: bool, seed: int) -> np.ndarray:
    """Return the fold number of every row: shuffled, equal in size, categories spread evenly."""
    order = np.random.default_rng(seed).permutation(len(values))
    if stratify:
        order = order[np.argsort(values.astype(str)[order], kind="stable")]
    folds = np.empty(len(values), dtype=int)
    folds[order] = np.arange(len(values)) % fold_count
    return folds


def _skill(held_out: np.ndarray, constant: np.ndarray) -> float:
    """Return the share of the constant's error that is removed; 0 where there was none."""
    return float(1 - held_out.mean() / constant.mean()) if constant.mean() > 0 else 0.0


def _choose(
    methods: Sequence[str], errors: Mapping[str, np.ndarray], test_to_train: float
) -> tuple[str, dict[str, str]]:
    """Return the simplest method within one standard error of the best, and a reason for each.

    methods: from simple to complex; errors: per method, one value per fold.
    """
    if len(methods) == 1:
        return methods[0], {}
    means = {method: errors[method].mean() for method in methods}
    best = min(methods, key=means.get)
    behind = {method: means[method] - means[best] for method in methods}
    noise = {
        method: standard_error(errors[method] - errors[best], test_to_train) for method in methods
    }
    chosen = next(method for method in methods if behind[method] <= noise[method])
    reasons = {}
    for method in methods:
        margin = (
            f"{_number(behind[method])} above that of {best}, "
            f"{'within' if behind[method] <= noise[method] else 'more than'} "
            f"one standard error of that difference ({_number(noise[method])})"
        )
        if method == chosen == best:
            reasons[method] = (
                "Chosen: its held-out error is the lowest, and no simpler method comes within one "
                "standard error of it."
                if method != methods[0]
                else "Chosen: it is the simplest method, and its held-out error is the lowest."
            )
        elif method == chosen:
            reasons[method] = f"Chosen: the simplest method whose held-out error is {margin}."
        elif methods.index(method) < methods.index(chosen):
            reasons[method] = f"Not chosen: its held-out error is {margin}."
        elif chosen == best:
            reasons[method] = f"Not chosen: the simpler {chosen} has the lowest held-out error."
        else:
            reasons[method] = (
                f"Not chosen: the simpler {chosen} is within one standard error of the best."
            )
    return chosen, reasons


def _number(value: float) -> str:
    """Return a number for a sentence: 1,234 or 0.123."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _chosen_methods(
    customers: DuckDBPyRelation,
    imputation_choices: pd.DataFrame | pa.Table | DuckDBPyRelation,
    targets: Sequence[Target],
    population: str,
) -> dict[str, str]:
    """Return the chosen method of every target, by feature.

    The SQL finds `imputation_choices` by its name.
    """
    rows = customers.query(
        "customers_to_impute",
        "SELECT population, feature, method FROM imputation_choices WHERE is_chosen",
    ).fetchall()
    chosen = {feature: method for name, feature, method in rows if name == population}
    for target in targets:
        method = chosen.get(target.feature)
        if method not in target.methods:
            found = f"found '{method}'" if method else "found none"
            raise InputError(
                f"feature '{target.feature}' of {population} has {target.missing} missing cells, "
                f"but the scores choose no method for it ({found}): build the imputation scores "
                "again from the same features."
            )
    return chosen


def _fill(
    customers: DuckDBPyRelation, imputation_fills: pa.Table, targets: Sequence[Target]
) -> DuckDBPyRelation:
    """Return customers with their NULLs replaced from `imputation_fills`, and imputed_features.

    imputation_fills: customer_id and one column per target, NULL where there is nothing to fill.
    The SQL finds it by its name; customers without a row in it pass untouched.
    """
    types = dict(zip(customers.columns, customers.types, strict=True))
    filled, names = [], []
    for target in targets:
        column = quoted(target.feature)
        sql_type = str(types[target.feature]) if target.is_category else "DOUBLE"
        known, fill = f"customers_to_impute.{column}", f"imputation_fills.{column}"
        filled.append(f"coalesce({known}::{sql_type}, {fill}::{sql_type}) AS {column}")
        literal = text_literal(target.feature)
        names.append(f"CASE WHEN {known} IS NULL THEN {literal} END")
    return customers.query(
        "customers_to_impute",
        f"""
        SELECT
            customers_to_impute.* REPLACE ({", ".join(filled)}),
            list_filter([{", ".join(names)}], lambda name: name IS NOT NULL) AS imputed_features
        FROM customers_to_impute
        LEFT JOIN imputation_fills USING (customer_id)
        """,
    )
