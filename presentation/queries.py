"""The frames that pages are made of: one function per question, each asks the published file once.

Every function takes the path of the published file and opens it read-only for its one query, so
that a build can put a new file in its place at any time. All of them aggregate, or sample, in SQL:
no page loads a whole table of customers. A number that is not published, because it is of fewer
customers than may be shown, is missing (NaN) in every frame. Frames are sorted, and the same for
the same file.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import duckdb
import pandas as pd

from presentation.errors import InputError
from presentation.sql import text_literal

# The connections that this thread has open, by the path of their file.
_CONNECTIONS: ContextVar[dict[str, duckdb.DuckDBPyConnection]] = ContextVar("connections")


@contextmanager
def connect(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the published file, read-only.

    While it is open, whatever the same thread asks of the file is asked on it, and so of the same
    state of the file. Every other thread has a DuckDB of its own: `duckdb.connect(path)` would give
    it the one that is open under the path, and with it a file that a build has replaced.

    Raises InputError where there is no file, or where it lacks what a query asks for.
    """
    held = _CONNECTIONS.get({})
    if str(database) in held:
        yield held[str(database)]
        return
    if not Path(database).exists():
        raise InputError(f"The published file '{database}' does not exist; `make build` writes it.")
    try:
        with duckdb.connect() as connection:
            connection.execute(
                f"attach {text_literal(str(database))} as published (type duckdb, read_only)"
            )
            connection.execute("use published")
            token = _CONNECTIONS.set({**held, str(database): connection})
            try:
                yield connection
            finally:
                _CONNECTIONS.reset(token)
    except (duckdb.CatalogException, duckdb.BinderException, duckdb.IOException) as error:
        cause = str(error).strip().splitlines()[0]
        raise InputError(
            f"The published file '{database}' cannot be read: {cause!r}. "
            "`make build` writes it anew."
        ) from error


def ask(database: Path, query: str, parameters: Sequence[object] = ()) -> pd.DataFrame:
    """The rows of one query on the published file; raises InputError as `connect` does."""
    with connect(database) as connection:
        return connection.execute(query, list(parameters)).df()


def populations(database: Path) -> pd.DataFrame:
    """One row per population, by name, also where it has no customers.

    Columns: population, as_of (NaT where nothing has a date), customers (missing where it may not
    be shown), segments, is_with_no_group (whether some customers are in none), algorithm, k,
    structure (clear, weak or none), reason, space, rows_scored, verdict, found_fit_id (the fit that
    the build found), verdict_reason, is_fitted, fitted_as_of, raw_rows, rejected_rows,
    duplicate_rows.
    """
    return ask(
        database,
        """
        with

        names as (

            select population from fit_verdicts
            union
            select population from row_counts

        ),

        summaries as (

            select
                population,
                count(customers) as shown,
                count(*) filter (where segment_id != -1) as segments,
                bool_or(segment_id = -1) as is_with_no_group

            from segment_summary

            group by population

        ),

        raw as (

            select
                population,
                sum(raw_rows) as raw_rows,
                sum(rejected_rows) as rejected_rows,
                sum(duplicate_rows) as duplicate_rows

            from row_counts

            group by population

        ),

        people as (

            select population, count(*) as everyone

            from segments

            group by population

        )

        select
            names.population,
            verdicts.as_of,
            case
                when coalesce(summaries.shown, 1) > 0 then coalesce(people.everyone, 0)
            end as customers,
            coalesce(summaries.segments, 0) as segments,
            coalesce(summaries.is_with_no_group, false) as is_with_no_group,
            chosen.algorithm,
            chosen.k,
            chosen.structure,
            chosen.reason,
            chosen.space,
            chosen.rows_scored,
            verdicts.verdict,
            verdicts.fit_id as found_fit_id,
            verdicts.reason as verdict_reason,
            verdicts.is_fitted,
            fits.fitted_as_of,
            coalesce(raw.raw_rows, 0) as raw_rows,
            coalesce(raw.rejected_rows, 0) as rejected_rows,
            coalesce(raw.duplicate_rows, 0) as duplicate_rows

        from names

        left join summaries using (population)

        left join people using (population)

        left join fit_verdicts as verdicts using (population)

        left join raw using (population)

        left join cluster_scores as chosen
            on names.population = chosen.population and chosen.is_chosen

        left join fits
            on names.population = fits.population and fits.is_current

        order by names.population
        """,
    )


def segments(database: Path, population: str) -> pd.DataFrame:
    """One row per segment, the customers in no group last.

    Columns: segment_id, segment_name, customers, share (0 to 1; both missing where they may not be
    shown), headline, action, is_no_group.
    """
    return ask(
        database,
        """
        select
            segment_id, segment_name, customers, share, headline, action,
            segment_id = -1 as is_no_group
        from segment_summary
        where population = ?
        order by is_no_group, segment_id
        """,
        [population],
    )


def map_points(database: Path, population: str, limit: int = 2000) -> pd.DataFrame:
    """Places on the map of at most `limit` customers, and of twenty of each segment at least.

    The customers are those with the least hash of their key: the same for the same file, and a fair
    sample. Segments whose size may not be shown are left out. Columns: segment_id, segment_name,
    is_outlier, map_x, map_y.
    """
    return ask(
        database,
        """
        with

        shown as (

            select segment_id

            from segment_summary

            where population = $1 and customers is not null

        ),

        points as (

            select
                segment_id,
                segment_name,
                is_outlier,
                map_x,
                map_y,
                hash(customer_id) as place

            from segments

            where population = $1 and segment_id in (select segment_id from shown)

        ),

        sample as (

            select * from points order by place, map_x, map_y limit $2

        ),

        few as (

            select unnest(min_by(points, place, 20), max_depth := 2)

            from points

            group by segment_id

        )

        select segment_id, segment_name, is_outlier, map_x, map_y

        from (select * from sample union select * from few)

        order by place, segment_id, map_x, map_y
        """,
        [population, limit],
    )


def outliers(database: Path, population: str) -> int:
    """How many customers are unlike everyone, of the segments that the map shows but no group."""
    return int(
        ask(
            database,
            "select count(*) as outliers from segments "
            "where population = $1 and is_outlier and segment_id in (select segment_id "
            "from segment_summary where population = $1 and customers > 0 and segment_id != -1)",
            [population],
        )["outliers"].iloc[0]
    )


def profile(database: Path, population: str) -> pd.DataFrame:
    """One row per segment and feature: how the segment differs from all customers.

    The features that made the segments come first, each kind by its largest difference. Columns:
    segment_id, segment_name, feature, label (in words), unit (None, percent, days, ...),
    is_clustered, is_share, segment_mean, population_mean, ratio, lift (standard deviations, missing
    where it may not be shown), beats_chance, imputed_share, place (1 for the feature that comes
    first).
    """
    rows = ask(
        database,
        """
        with

        features as (

            select
                feature,
                row_number() over (
                    order by is_clustered desc, coalesce(max(abs(lift)), 0) desc, feature
                ) as place

            from segment_profiles

            where population = $1

            group by feature, is_clustered

        )

        select
            segment_id, segment_name, feature, label, unit, is_clustered, is_share, segment_mean,
            population_mean, ratio, lift, beats_chance, imputed_share, place
        from segment_profiles
        inner join features using (feature)
        where population = $1
        order by place, segment_id = -1, segment_id
        """,
        [population],
    )
    return rows.assign(label=_told_apart(rows))


def _told_apart(rows: pd.DataFrame) -> pd.Series:
    """The labels, with more said where features share one: a number of purchases, and a share."""
    labels = rows["label"]
    kind = rows["unit"].map(lambda unit: " (share)" if unit == "percent" else " (number)")
    for more in (kind, " (" + rows["feature"] + ")"):
        features = rows["feature"].groupby(labels).transform("nunique")
        labels = labels.where(features <= 1, labels + more)
    return labels


def words(database: Path, population: str) -> dict[str, tuple[str, str | None]]:
    """The words and the unit of each feature of the profile, and of each category."""
    rows = ask(
        database,
        """
        select distinct
            case when is_share then regexp_extract(feature, '^(.*?) = ', 1) else '' end as category,
            feature,
            label,
            unit
        from segment_profiles
        where population = ?
        order by all
        """,
        [population],
    )
    known = {}
    for category, feature, label, unit in rows.itertuples(index=False):
        known[feature] = (label, unit if isinstance(unit, str) else None)
        level = feature[len(category) + 3 :] if category else ""
        if category and label.endswith(level):
            known.setdefault(category, (label[: -len(level) or None].rstrip(" :"), None))
    return known


def cluster_scores(database: Path, population: str) -> pd.DataFrame:
    """One row per algorithm and number of segments that was tried, k-means first.

    Columns: algorithm, k, crowd_share, inertia, is_knee, prediction_strength,
    prediction_strength_error, silhouette, null_silhouette, null_share, smallest_share, noise_share,
    stability, is_chosen, reason.
    """
    return ask(
        database,
        """
        select
            algorithm, k, crowd_share, inertia, is_knee, prediction_strength,
            prediction_strength_error, silhouette, null_silhouette, assortativity,
            null_assortativity, null_share, smallest_share, noise_share, stability, is_chosen,
            reason
        from cluster_scores
        where population = ?
        order by algorithm != 'kmeans', algorithm, k, crowd_share
        """,
        [population],
    )


def rules(database: Path, population: str) -> pd.DataFrame:
    """One row per segment: the SQL condition that describes it (rule), its precision and recall."""
    return ask(
        database,
        """
        select segment_id, segment_name, rule, table_name, precision, recall, fidelity
        from segment_rules
        where population = ?
        order by segment_id = -1, segment_id
        """,
        [population],
    )


def imputations(database: Path, population: str) -> pd.DataFrame:
    """One row per feature with gaps and method that competed to fill them.

    Columns: feature, method, missing, known, error, error_unit, skill, is_chosen, reason.
    """
    return ask(
        database,
        """
        select feature, method, missing, known, error, error_unit, skill, is_chosen, reason
        from imputation_scores
        where population = ?
        order by feature, method != 'constant', method = 'xgboost', method
        """,
        [population],
    )


def outcomes(database: Path, population: str) -> pd.DataFrame:
    """One row per way to tell the declared outcome; no rows where there is none.

    Columns: outcome, predictor, method, groups, auc, auc_error, share_of_ceiling, segment_lead,
    segment_lead_error, customers, outcome_rate.
    """
    return ask(
        database,
        """
        select * exclude (population)
        from outcome_scores
        where population = ?
        order by
            list_position(['segment', 'rfm_cell', 'rfm_k_means', 'all_features'], predictor),
            groups,
            method
        """,
        [population],
    )


def rejections(database: Path, population: str) -> pd.DataFrame:
    """One row per source, scope (row or value) and reason, the most frequent first.

    Columns: source, scope, reason, rejected_rows (missing where it may not be shown), raw_rows of
    the source, share (0 to 1).
    """
    return ask(
        database,
        """
        select
            source,
            scope,
            reason,
            rejections.rejected_rows,
            counts.raw_rows,
            rejections.rejected_rows / nullif(counts.raw_rows, 0) as share
        from rejection_counts as rejections
        left join row_counts as counts using (population, source)
        where population = ?
        order by scope, rejections.rejected_rows desc nulls last, source, reason
        """,
        [population],
    )


def row_counts(database: Path, population: str) -> pd.DataFrame:
    """One row per raw source: source, raw_rows, staged_rows, rejected_rows, duplicate_rows."""
    return ask(
        database,
        """
        select source, raw_rows, staged_rows, rejected_rows, duplicate_rows
        from row_counts
        where population = ?
        order by source
        """,
        [population],
    )


def migrations(database: Path, population: str) -> pd.DataFrame:
    """One row per period of the history and pair of segments, the latest fit of each period.

    Columns: from_as_of, to_as_of, from_segment_id, from_segment_name, to_segment_id,
    to_segment_name (missing for customers who were not there yet, or are gone), customers (missing
    where it may not be shown), share, kind (stayed, moved, entered or left).
    """
    return ask(
        database,
        """
        select
            from_as_of, to_as_of, from_segment_id, from_segment_name, to_segment_id,
            to_segment_name, customers, share, kind
        from segment_migrations
        where population = ?
        qualify fit_id = max(fit_id) over (partition by from_as_of, to_as_of)
        order by
            from_as_of,
            to_as_of,
            from_segment_id = -1,
            from_segment_id nulls last,
            to_segment_id = -1,
            to_segment_id nulls last
        """,
        [population],
    )


def drift(database: Path, population: str) -> pd.DataFrame:
    """One row per measure of how the customers have changed since the fit, the largest first.

    Columns: measure, name, value, expected, chance_limit, notable, large, verdict.
    """
    return ask(
        database,
        """
        select measure, name, value, expected, chance_limit, notable, large, verdict
        from segment_drift
        where population = ?
        order by
            list_position(['refit', 'rescore', 'keep'], verdict) nulls last,
            value / notable desc nulls last,
            measure,
            name
        """,
        [population],
    )
