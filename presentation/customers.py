"""Queries on single customers: a segment's page by page and as a file, one customer with all of it.

As in `queries`, every function takes the path of the published file and asks it on a connection of
its own. What a reader typed (an id, a name, a population) is bound as a parameter; what must be
written into the SQL (the table of a population, a feature to sort by) is looked up in the file
first and quoted.
"""

import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from presentation.queries import ask, connect
from presentation.sql import quoted

# The orders of a segment's customers that are not a feature.
TYPICAL, BORDER, UNUSUAL, BY_ID = "typical", "border", "unusual", "customer"
ORDERS = {
    TYPICAL: "distance, customer_id",
    BORDER: "margin nulls last, customer_id",
    UNUSUAL: "distance desc, customer_id",
    BY_ID: "customer_id",
}
# What the scoring of a customer had to make do with: columns of customer_scores.
FLAGS = (
    "is_outlier",
    "is_out_of_range",
    "imputed_features",
    "fallback_features",
    "unseen_level_features",
    "out_of_range_features",
)
# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection"); signed numbers,
# such as phone numbers, are harmless and stay as they are.
FORMULA = r"^\s*[=+@\-\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
SIGNED_NUMBER = r"^[+\-][0-9][0-9 .,]*$"
UTF8_MARK = b"\xef\xbb\xbf"


def features(database: Path, population: str) -> pd.DataFrame:
    """One row per published feature of a population, in the order of the table.

    Columns: feature, type (of DuckDB), comment (what it means, None where the file does not say).
    No rows where the population has no published features.
    """
    return ask(
        database,
        """
        select column_name as feature, data_type as type, comment
        from duckdb_columns()
        where
            schema_name = 'main'
            and not internal
            and table_name = ? || '_features'
            and column_name not in ('customer_id', 'population')
        order by column_index
        """,
        [population],
    )


def in_segment(database: Path, population: str, segment_name: str) -> int:
    """How many customers are in a segment."""
    counts = ask(
        database,
        "select count(*) as customers from segments where population = ? and segment_name = ?",
        [population, segment_name],
    )
    return int(counts["customers"].iloc[0])


def of_segment(
    database: Path,
    population: str,
    segment_name: str,
    shown: list[str],
    order: str = TYPICAL,
    page: int = 1,
    rows: int = 25,
) -> pd.DataFrame:
    """One page of a segment's customers, with the features in `shown`.

    `order` is one of ORDERS, or a feature, of which the highest come first. Columns: customer_id,
    distance, margin, the FLAGS, and the features, those that are not published left out.
    """
    known = features(database, population)["feature"].tolist()
    columns = [feature for feature in shown if feature in known]
    source = (
        "segments" if order in ORDERS or order not in known else _joined("segments", population)
    )
    by = ORDERS.get(order) or (
        f"features.{quoted(order)} desc nulls last, customer_id"
        if order in known
        else "customer_id"
    )
    table = f"left join {quoted(population + '_features')} as features using (customer_id)"
    return ask(
        database,
        f"""
        with

        page as (

            select customer_id, row_number() over (order by {by}) as place

            from {source}

            where population = $1 and segment_name = $2

            order by {by}

            limit $3 offset $4

        )

        select
            customer_id,
            scores.distance,
            scores.margin,
            {", ".join(f"scores.{flag}" for flag in FLAGS)}
            {"".join(f", features.{quoted(column)}" for column in columns)}

        from page

        inner join customer_scores as scores
            using (customer_id)

        {table if columns else ""}

        where scores.population = $1

        order by place
        """,
        [population, segment_name, rows, rows * (page - 1)],
    )


def _joined(table: str, population: str) -> str:
    return f"{table} left join {quoted(population + '_features')} as features using (customer_id)"


def found(database: Path, population: str, text: str, limit: int = 10) -> list[str]:
    """The customers whose id holds the text, whatever its case, the shortest ids first."""
    return ask(
        database,
        "select customer_id from segments "
        "where population = ? and contains(lower(customer_id), lower(?)) "
        "order by length(customer_id), customer_id limit ?",
        [population, text, limit],
    )["customer_id"].tolist()


def most_typical(database: Path, population: str) -> pd.DataFrame:
    """The most typical customer of each segment that may be shown: segment_name, customer_id."""
    return ask(
        database,
        """
        select
            segments.segment_name,
            min_by(segments.customer_id, (segments.distance, segments.customer_id)) as customer_id
        from segments
        inner join segment_summary as summary
            on
                segments.population = summary.population
                and segments.segment_id = summary.segment_id
        where segments.population = ? and summary.customers is not null
        group by segments.segment_name, segments.segment_id
        order by segments.segment_id = -1, segments.segment_id
        """,
        [population],
    )


def customer(database: Path, population: str, customer_id: str) -> dict | None:
    """One customer: segment_id, segment_name, distance, margin, the FLAGS, `nearer` and `farther`.

    The last two are the shares of the segment's other customers that are nearer to its centre, and
    farther from it, from 0 to 1: missing where there are no others, or where the size of the
    segment may not be shown. None where there is no such customer.
    """
    rows = ask(
        database,
        f"""
        with

        sought as (

            select * from segments where population = $1 and customer_id = $2

        ),

        others as (

            select
                count(*) filter (where segments.distance < sought.distance)
                / nullif(any_value(summary.customers) - 1, 0) as nearer,
                count(*) filter (where segments.distance > sought.distance)
                / nullif(any_value(summary.customers) - 1, 0) as farther

            from sought

            inner join segments using (population, segment_id)

            inner join segment_summary as summary using (population, segment_id)

        )

        select
            sought.segment_id,
            sought.segment_name,
            sought.distance,
            sought.margin,
            {", ".join(f"scores.{flag}" for flag in FLAGS)},
            others.nearer,
            others.farther

        from sought

        inner join customer_scores as scores using (population, customer_id)

        cross join others
        """,
        [population, customer_id],
    )
    return None if rows.empty else rows.iloc[0].to_dict()


def customer_features(database: Path, population: str, customer_id: str) -> dict[str, object]:
    """What is known of one customer: feature to value, as published."""
    if features(database, population).empty:
        return {}
    rows = ask(
        database,
        f"select * exclude (customer_id) from {quoted(population + '_features')} "
        "where customer_id = ?",
        [customer_id],
    )
    return {} if rows.empty else rows.iloc[0].to_dict()


def distances(database: Path, population: str, customer_id: str) -> pd.DataFrame:
    """One row per segment, the nearest first: segment_name, distance, is_own."""
    return ask(
        database,
        "select segment_name, distance, is_own from customer_distances "
        "where population = ? and customer_id = ? and segment_id != -1 "
        "order by distance, not is_own, segment_id",
        [population, customer_id],
    )


def contributions(database: Path, population: str, customer_id: str) -> pd.DataFrame:
    """What of a customer speaks for the own segment rather than the next one, what decides first.

    One row per dimension of the scaled space; none for a customer in no group. Columns: dimension
    (the feature, or `feature = level`), label, next_segment_name and weight (both missing where
    there is one segment; the weights add up to the difference of the two squared distances), share
    (of the sum of the sizes of all weights), difference (customer less centre of the segment, in
    standard deviations).
    """
    return ask(
        database,
        """
        select
            dimension,
            label,
            next_segment_name,
            contribution as weight,
            abs(contribution) / nullif(sum(abs(contribution)) over (), 0) as share,
            value - segment_value as difference
        from customer_contributions
        where population = ? and customer_id = ?
        order by coalesce(abs(contribution), pow(value - segment_value, 2)) desc, position
        """,
        [population, customer_id],
    )


def stays(database: Path, population: str, customer_id: str) -> pd.DataFrame:
    """The customer's stays, the earliest first: segment_name, since, until (or NaT), days."""
    return ask(
        database,
        "select segment_name, since, until, days, is_current from segment_stays "
        "where population = ? and customer_id = ? order by since",
        [population, customer_id],
    )


def flagged(database: Path, population: str) -> dict[str, int]:
    """How many customers scoring had to make do for.

    Keys: customers, outliers (those in no group not counted), no_group, filled (a value was
    imputed), fallback (a gap that the fit did not see), unseen (a word that it did not see),
    out_of_range (a value beyond all that it saw).
    """
    return {
        name: int(count)
        for name, count in ask(
            database,
            """
            select
                count(*) as customers,
                count(*) filter (where is_outlier and segment_id != -1) as outliers,
                count(*) filter (where segment_id = -1) as no_group,
                count(*) filter (where len(imputed_features) > 0) as filled,
                count(*) filter (where len(fallback_features) > 0) as fallback,
                count(*) filter (where len(unseen_level_features) > 0) as unseen,
                count(*) filter (where is_out_of_range) as out_of_range
            from customer_scores
            where population = ?
            """,
            [population],
        )
        .iloc[0]
        .items()
    }


def flagged_features(database: Path, population: str, limit: int = 10) -> pd.DataFrame:
    """The features most often filled, or read as the model's fallback.

    Columns: feature, filled, fallback, unseen (customers).
    """
    return ask(
        database,
        """
        with

        named as (

            select 'filled' as kind, unnest(imputed_features) as feature
            from customer_scores where population = $1
            union all
            select 'fallback' as kind, unnest(fallback_features) as feature
            from customer_scores where population = $1
            union all
            select 'unseen' as kind, unnest(unseen_level_features) as feature
            from customer_scores where population = $1

        )

        select
            feature,
            count(*) filter (where kind = 'filled') as filled,
            count(*) filter (where kind = 'fallback') as fallback,
            count(*) filter (where kind = 'unseen') as unseen

        from named

        group by feature

        order by count(*) desc, feature

        limit $2
        """,
        [population, limit],
    )


def segment_csv(database: Path, population: str, segment_name: str) -> bytes:
    """All customers of a segment as CSV, the most typical first.

    Columns: customer_id, segment_name, distance, margin, the FLAGS, and every published feature.
    Lists are written with `; ` between their items. A text that a spreadsheet would take for a
    formula gets an apostrophe in front, which spreadsheets do not show; numbers and signed numbers
    in texts stay as they are. The file is UTF-8 with a byte order mark, by which Excel knows it.
    """
    sink = io.BytesIO()
    sink.write(UTF8_MARK)
    with connect(database) as connection:
        taken = ["customer_id", "segment_name", "distance", "margin", *FLAGS]
        types = dict(features(database, population)[["feature", "type"]].itertuples(index=False))
        flag_types = {"is_outlier": "BOOLEAN", "is_out_of_range": "BOOLEAN"}
        columns = [
            _cell("scores.customer_id", "VARCHAR", "customer_id"),
            _cell("members.segment_name", "VARCHAR", "segment_name"),
            "scores.distance",
            "scores.margin",
            *[_cell(f"scores.{flag}", flag_types.get(flag, "VARCHAR[]"), flag) for flag in FLAGS],
            *[
                _cell(
                    f"features.{quoted(feature)}",
                    kind,
                    f"{feature} (feature)" if feature in taken else feature,
                )
                for feature, kind in types.items()
            ],
        ]
        joined = f"left join {quoted(population + '_features')} as features using (customer_id)"
        query = f"""
            select {", ".join(columns)}
            from segments as members
            inner join customer_scores as scores using (population, customer_id)
            {joined if types else ""}
            where members.population = $population and members.segment_name = $segment_name
            order by scores.distance, customer_id
        """
        rows = connection.sql(
            query, params={"population": population, "segment_name": segment_name}
        ).to_arrow_reader(100_000)
        with csv.CSVWriter(sink, pa.schema(rows.schema)) as file:
            for batch in rows:
                file.write_batch(batch)
    return sink.getvalue()


def _cell(expression: str, kind: str, name: str) -> str:
    """A column of the CSV file: texts made harmless, lists as texts, everything else as it is."""
    if kind.endswith("[]"):
        text = f"array_to_string({expression}, '; ')"
    elif kind == "VARCHAR" or kind.startswith(("ENUM", "STRUCT", "MAP", "JSON")):
        text = f"cast({expression} as varchar)"
    else:
        return f"{expression} as {quoted(name)}"
    return (
        f"case when regexp_matches({text}, '{FORMULA}') "
        f"and not regexp_matches({text}, '{SIGNED_NUMBER}') "
        f"then '''' || {text} else {text} end as {quoted(name)}"
    )
