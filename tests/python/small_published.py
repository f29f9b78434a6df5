"""A published file written by hand: populations as they hardly ever occur."""

from pathlib import Path

import duckdb

SCRIPT = "<script>alert('owned')</script>"
QUOTED = 'O\'Reilly & "Söhne" </script><img src=x onerror=alert(1)>'

TABLES = """
create table segments (
    population varchar, customer_id varchar, segment_id integer, segment_name varchar,
    is_outlier boolean, map_x double, map_y double);
create table segment_summary (
    population varchar, segment_id integer, segment_name varchar, customers bigint, share double,
    headline varchar, action varchar, structure varchar);
create table segment_profiles (
    population varchar, segment_id integer, segment_name varchar, feature varchar, label varchar,
    unit varchar, customers bigint, is_clustered boolean, is_share boolean, segment_mean double,
    population_mean double, ratio double, lift double, chance double, beats_chance boolean,
    imputed_share double, rank integer);
create table cluster_scores (
    population varchar, algorithm varchar, k bigint, crowd_share double, inertia double,
    is_knee boolean, prediction_strength double, prediction_strength_error double,
    silhouette double, null_silhouette double, assortativity double, null_assortativity double,
    null_share double, smallest_share double, noise_share double, stability double,
    rows_scored bigint, space varchar, is_chosen boolean, structure varchar, reason varchar);
create table fit_verdicts (
    population varchar, as_of timestamp, fit_id integer, verdict varchar, reason varchar,
    mode varchar, is_fitted boolean);
create table fits (
    population varchar, fit_id integer, is_current boolean, fitted_as_of timestamp);
create table row_counts (
    population varchar, source varchar, raw_rows bigint, staged_rows bigint, rejected_rows bigint,
    duplicate_rows bigint);
create table rejection_counts (
    population varchar, source varchar, scope varchar, reason varchar, rejected_rows bigint);
create table segment_rules (
    population varchar, segment_id integer, segment_name varchar, table_name varchar, rule varchar,
    precision double, recall double, fidelity double);
create table imputation_scores (
    population varchar, feature varchar, method varchar, missing bigint, known bigint, error double,
    error_unit varchar, skill double, is_chosen boolean, reason varchar);
create table outcome_scores (
    population varchar, outcome varchar, predictor varchar, method varchar, groups bigint,
    auc double, auc_error double, share_of_ceiling double, segment_lead double,
    segment_lead_error double, customers bigint, outcome_rate double);
create table segment_migrations (
    population varchar, fit_id integer, from_as_of timestamp, to_as_of timestamp,
    from_segment_id integer, from_segment_name varchar, to_segment_id integer,
    to_segment_name varchar, customers bigint, share double, kind varchar);
create table segment_drift (
    population varchar, fit_id integer, measure varchar, name varchar, value double,
    expected double, chance_limit double, notable double, large double, verdict varchar);
"""

# population: structure, algorithm, day, and per segment id, name and customers (None is hidden).
POPULATIONS = {
    "by_hand": ("none", "kmeans", None, [(0, "Upper half", 40), (1, "Lower half", 40)]),
    "hidden": (
        "clear",
        "kmeans",
        "2024-02-29",
        [(0, "Many", 30), (1, "Few", None), (2, "Hidden too", None)],
    ),
    "hidden_whole": ("clear", "kmeans", None, [(0, "Two", None), (1, "Three", None)]),
    "noise": (
        "clear",
        "dbscan",
        "2024-02-29",
        [(0, "Ring", 50), (1, "Ball", 25), (-1, "In no group", 5)],
    ),
    "one": ("none", "kmeans", None, [(0, "All customers", 60)]),
    "scripts": ("weak", "kmeans", "2024-02-29", [(0, SCRIPT, 70), (1, QUOTED, 10)]),
}


def write_published(path: Path) -> Path:
    """Write the file: POPULATIONS, and `nobody`, all of whose raw rows were rejected."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
        for population, (structure, algorithm, day, segments) in POPULATIONS.items():
            _write_segments(connection, population, structure, segments)
            _write_scores(connection, population, structure, algorithm, segments)
            connection.execute(
                "insert into fit_verdicts values (?, ?, null, 'refit', 'there was no fit yet', "
                "'auto', true)",
                [population, day],
            )
            connection.execute("insert into fits values (?, 1, true, ?)", [population, day])
            connection.execute(
                "insert into row_counts values (?, 'customers', 80, 80, 0, 0)", [population]
            )
        _write_history(connection)
        connection.execute("""
            insert into fit_verdicts values
                ('nobody', null, null, 'refit', 'there was no fit yet', 'auto', true);
            insert into row_counts values ('nobody', 'sold_items', 7, 0, 7, 0);
            insert into rejection_counts values
                ('nobody', 'sold_items', 'row', 'no customer', null),
                ('nobody', 'sold_items', 'row', 'negative <b>price</b>', 6);
            update fit_verdicts
            set fit_id = 1, is_fitted = false, verdict = 'rescore',
                reason = 'more are at the border'
            where population = 'scripts';
            insert into segment_drift values
                ('scripts', 1, 'feature', 'its "size"', 0.2, 0.01, 0.05, 0.1, 0.25, 'rescore'),
                ('scripts', 1, 'segments', 'all', null, null, null, 0.1, 0.25, 'keep');
            insert into imputation_scores values
                ('scripts', 'its "size"', 'constant', 3, 77, 9.5, 'mean absolute error', 0,
                    false, 'no'),
                ('scripts', 'its "size"', 'ridge', 3, 77, 4.5, 'mean absolute error', 0.53, true,
                    'yes'),
                ('one', 'colour', 'constant', 60, 0, null, null, null, true, 'did not compete');
            insert into outcome_scores values
                ('scripts', 'came back', 'segment', 'rate', 2, 0.7, 0.02, 0.8, 0, 0, 80, 0.25),
                ('scripts', 'came back', 'rfm_cell', 'rate', 9, 0.6, 0.02, 0.7, 0.1, 0.02, 80, 0.2),
                ('scripts', 'came back', 'all_features', 'logistic', null, null, null, null, null,
                    null, 80, 0.25);
        """)
    return path


def _write_segments(connection, population, structure, segments) -> None:
    shown = sum(customers or 3 for _, _, customers in segments)
    for number, (segment, name, customers) in enumerate(segments):
        share = None if customers is None else customers / shown
        connection.execute(
            "insert into segment_summary values (?, ?, ?, ?, ?, ?, ?, ?)",
            [population, segment, name, customers, share, f"size 9 (average 5, {name}), rarer",
             "Do as you please.", structure],
        )  # fmt: skip
        connection.execute(
            "insert into segments select $1, $2 || '-' || i, $3, $4, $3 = -1 or i = 1, "
            "3 * $5 + sin(i), cos(2 * i) from range($6) as numbers (i)",
            [population, str(segment), segment, name, number, customers or 3],
        )
        features = [
            (True, False, 'its "size"', "its “size”", None),
            (True, True, "colour = <b>", "colour <b>", "percent"),
            (False, False, "away_days", "days away", "days"),
        ]
        for rank, (clustered, is_share, feature, label, unit) in enumerate(features, start=1):
            lift = 0.0 if len(segments) == 1 else 1.6 - 1.5 * number
            connection.execute(
                "insert into segment_profiles values "
                "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0.3, 1.0, ?, 0.01, ?, 0.06, ?)",
                [population, segment, name, feature, label, unit, customers, clustered, is_share,
                 0.1 + 0.2 * number, lift, not clustered, rank],
            )  # fmt: skip
        rule = ['"its ""size""" >= 3 and colour != \'it\'\'s\'', "false", "(x < 1) or (y = 2)"]
        connection.execute(
            "insert into segment_rules values (?, ?, ?, 't', ?, 0.9, 0.8, 0.9)",
            [population, segment, name, "true" if len(segments) == 1 else rule[number]],
        )
    # As publishing hides the numbers of small groups: all but the names.
    hidden = f"population = '{population}' and segment_id in " + (
        "(select segment_id from segment_summary "
        f"where population = '{population}' and customers is null)"
    )
    connection.execute(f"update segment_summary set share = null, headline = null where {hidden}")
    connection.execute(
        "update segment_profiles set segment_mean = null, ratio = null, lift = null, "
        "chance = null, beats_chance = null, imputed_share = null, rank = null "
        f"where {hidden}"
    )
    connection.execute(
        f"update segment_rules set rule = null, precision = null, recall = null where {hidden}"
    )


def _write_scores(connection, population, structure, algorithm, segments) -> None:
    groups = sum(segment >= 0 for segment, _, _ in segments)
    for k in range(1, 6):
        none = k == 1
        connection.execute(
            "insert into cluster_scores values (?, 'kmeans', ?, null, ?, ?, ?, 0.02, ?, ?, ?, ?, "
            "?, 0.2, 0, ?, 80, 'all', ?, ?, ?)",
            [population, k, 500.0 / k, k == 3, 1.1 - 0.1 * k, None if none else 0.5 - 0.03 * k,
             None if none else 0.2, None if none else 0.9, None if none else 0.7,
             None if none else 0.0, None if none else 0.95,
             algorithm == "kmeans" and k == groups, structure, f"{k} of 'em <b>hold</b> up."],
        )  # fmt: skip
    connection.execute(
        "insert into cluster_scores values (?, 'dbscan', ?, 0.05, null, false, null, null, 0.4, "
        "0.1, 0.9, 0.5, 0, 0.2, 0.06, null, 80, 'all', ?, ?, 'DBSCAN finds them.')",
        [population, groups, algorithm == "dbscan", structure],
    )


def _write_history(connection) -> None:
    flows = [
        ("scripts", "2024-02-15", "2024-02-22", 0, 0, 60, "stayed"),
        ("scripts", "2024-02-15", "2024-02-22", 0, 1, 8, "moved"),
        ("scripts", "2024-02-15", "2024-02-22", None, 1, 5, "entered"),
        ("scripts", "2024-02-22", "2024-02-29", 0, 0, 60, "stayed"),
        ("hidden", "2024-02-22", "2024-02-29", 0, 0, 30, "stayed"),
        ("hidden", "2024-02-22", "2024-02-29", 1, 2, None, "moved"),
        ("hidden", "2024-02-22", "2024-02-29", 2, None, None, "left"),
    ]
    for population, start, end, old, new, customers, kind in flows:
        names = {segment: name for segment, name, _ in POPULATIONS[population][3]}
        connection.execute(
            "insert into segment_migrations values (?, 1, ?, ?, ?, ?, ?, ?, ?, null, ?)",
            [population, start, end, old, names.get(old), new, names.get(new), customers, kind],
        )
