"""The files of a population, from templates: what a person would have written, to be edited."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from segmentation.errors import InputError
from segmentation.population.catalogue import (
    ITEMS,
    Feature,
    entities_of,
    features_of,
    has_backtest,
    has_moments,
    is_dated,
    settings_of,
)
from segmentation.population.inspect import RawFile, is_writable
from segmentation.population.mapping import Customers, Events, Plan, has_personal_key
from segmentation.population.names import YAML_WORDS
from segmentation.population.staging import (
    LINE,
    STAGED,
    customer_models,
    event_models,
    event_reasons,
    named,
    staged_events,
    staging_unit_tests,
    type_rules,
    when,
    wrapped,
)

MEANINGS = {
    "customer": "The customer. Required.",
    "time": "When it happened. Required.",
    "event_type": "What happened.",
    "order": "The order.",
    "session": "The visit.",
    "item": "The item.",
    "category": "The item's category.",
    "brand": "The item's brand.",
    "amount": "What the event is worth.",
    "quantity": "How many of the item.",
    "unit_price": "The price of one.",
    "status": "What became of the order.",
}
OUTCOMES = (
    ("is_known", "Whether the customer had done anything up to the cut-off.", ["- not_null"]),
    ("later_event_count", "Number of events of any kind after the cut-off.", []),
    ("later_purchase_count", "Number of purchases after the cut-off.", []),
    ("later_revenue", "{{ doc('later_revenue') }}", ["- not_null"]),
    ("later_refunded", "{{ doc('later_refunded') }}", ["- not_null"]),
)
MOMENT_FLAGS = ("is_present", "is_cutoff", "is_history")
SCORE_TEST = (
    "- accepted_values:\n"
    "              arguments:\n"
    "                values: [1, 2, 3, 4, 5]\n"
    "                quote: false"
)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("segmentation.population"),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)
    return environment


# -- Sources ---------------------------------------------------------------------------------------


def _source(plan: Plan, entity: str, raw: RawFile, root: Path) -> dict:
    """What the YAML of a source needs."""
    shown = Path(raw.path)
    path = raw.path
    if shown.is_relative_to(root):
        shown = shown.relative_to(root)
        path = "{{ flags.PROFILES_DIR }}/" + shown.as_posix()
    if raw.format == "parquet":
        location = "read_parquet('{path}', union_by_name = true)"
    else:
        location = (
            "read_csv('{path}', {options}, union_by_name = true, ignore_errors = true, "
            "parallel = false)"
        )
    meanings = _meanings(plan, entity)
    lines = raw.format == "lines"
    return {
        "entity": entity,
        "description": f"The {entity}; all files that the path matches are one table.",
        "format": "parquet" if raw.format == "parquet" else "csv",
        "path": path,
        "shown_path": shown.as_posix(),
        "options": raw.options,
        "location": location,
        "columns": [("line", _line_meaning(raw))] if lines else _writable(meanings),
        "meanings": [(re.sub(r"\s", " ", c).replace("|", r"\|"), m) for c, m in meanings.items()],
        "required": ["line"] if lines else _used(plan, entity),
    }


def _writable(meanings: Mapping[str, str]) -> list[tuple[str, str]]:
    """The columns whose names YAML and Jinja take as they are; the docs page has them all."""
    return [(name, meaning) for name, meaning in meanings.items() if is_writable(name)]


def _line_meaning(raw: RawFile) -> str:
    names = ", ".join(
        column.name if is_writable(column.name) else f"column_{i + 1}"
        for i, column in enumerate(raw.columns)
    )
    return f"A line of the file, whose columns are set apart by blanks: {names}."


def _used(plan: Plan, entity: str) -> list[str]:
    if entity == "events":
        return [role.column.name for role in plan.events.roles.values()]
    customers = plan.customers
    key = [customers.customer.column.name] if customers.customer else []
    return key + [attribute.column.name for attribute in customers.attributes]


def _meanings(plan: Plan, entity: str) -> dict[str, str]:
    """What each column of a file means here, in the order of the file."""
    if entity == "events":
        found = {r.column.name: MEANINGS[role] for role, r in plan.events.roles.items()}
        left_out, raw = plan.events.left_out, plan.events_file
    else:
        customers, raw = plan.customers, plan.customers_file
        found = {a.column.name: f"The feature {a.name}: a {a.kind}." for a in customers.attributes}
        if customers.customer:
            found[customers.customer.column.name] = MEANINGS["customer"]
        left_out = customers.left_out
    return {
        column.name: found.get(column.name) or f"Not used: {left_out[column.name]}."
        for column in raw.columns
    }


# -- Features --------------------------------------------------------------------------------------


def described(plan: Plan, feature: Feature) -> str:
    """The YAML description of a feature: a doc block."""
    return "{{ doc('" + (feature.doc or f"{plan.name}_{feature.name}") + "') }}"


def _tests(feature: Feature) -> list[str]:
    return [SCORE_TEST if test == "score" else f"- {test}" for test in feature.tests]


def _feature_columns(plan: Plan) -> list[str]:
    """The lines of the features model that take columns from activity and customers."""
    lines = []
    dates = {a.name: a for a in plan.customers.attributes if a.kind in ("date", "birth")}
    for feature in features_of(plan):
        name = feature.name
        if feature.model == "customers" and name in dates:
            column = f"customers.{dates[name].staged}"
            macro = "whole_years" if dates[name].kind == "birth" else "days_between"
            days = f"{{{{ {macro}('{column}', 'observation.as_of') }}}}"
            if not dates[name].is_ahead:
                if len(days) > LINE - 21:
                    days = days.replace("(", f"(\n{' ' * 20}").replace(")", f"\n{' ' * 16})")
                branch = when(f"{column} <= observation.as_of", days)
                days = f"case\n            {branch}\n        end"
            lines.append(f"{days} as {name}" if "\n" in days else named(days, name))
        elif feature.model == "customers":
            lines.append(f"customers.{name}")
        elif name == "monetary" and not plan.events:
            total = " + ".join(f"customers.{part}" for part in plan.value)
            lines.append(
                named(total if len(total) < 70 else total.replace(" + ", "\n        + "), name)
            )
        elif feature.model != "features" and feature.if_no_events == "0":
            lines.append(f"coalesce(activity.{name}, 0) as {name}")
        elif feature.model != "features":
            lines.append(f"activity.{name}")
    return lines


def _score_lines(plan: Plan) -> list[str]:
    names = [feature.name for feature in features_of(plan)]
    frequency = "order_count" if "order_count" in names else "event_count"
    known = ", applies='recency_days is not null'" if plan.customers else ""
    each = ", each='as_of'" if has_moments(plan) else ""
    lines = [
        "{{ score_1_to_5('recency_days desc'" + known + each + ") }} as recency_score",
        "{{ score_1_to_5('"
        + f"{frequency}', applies='{frequency} > 0'"
        + each
        + ") }} as frequency_score",
    ]
    if "monetary_score" in names:
        lines.append(
            "{{ score_1_to_5('greatest(monetary, 0)', applies='monetary > 0'"
            + each
            + ") }} as monetary_score"
        )
    return [line if len(line) <= LINE - 9 else named(*line.rsplit(" as ", 1)) for line in lines]


def _feature_models(plan: Plan) -> list[dict]:
    """The feature models with their columns, for the YAML."""
    p, features = plan.name, features_of(plan)
    key = ("customer_id", "{{ doc('customer_id') }}", ["- not_null", "- unique"])
    plain = (key[0], key[1], [])
    moment = [("as_of", "{{ doc('as_of') }}", [])] if has_moments(plan) else []
    flags = [(flag, f"{{{{ doc('{flag}') }}}}", ["- not_null"]) for flag in MOMENT_FLAGS]
    as_of = ("as_of", "{{ doc('as_of') }}", ["- unique"])
    per_moment = {"key": ["as_of", "customer_id"]} if moment else {}
    customer = (key[0], key[1], ["- not_null"]) if moment else key
    each = "One row per point in time and customer" if moment else "One row per customer"
    models = []
    models.append(
        {"name": f"{p}_as_of", "description": _as_of_words(plan), "columns": [as_of, *flags]}
    )
    if plan.events:
        models.append(
            {
                "name": f"{p}_observed_events",
                "description": "One row per event at or before as_of. Events after as_of do not "
                "exist for any feature.",
                "columns": moment + [(name, text, []) for name, text in staged_events(plan.events)],
            }
        )
        if plan.events.has_purchases:
            order = ("order_id", f"The order, as text: {_order_words(plan.events)}.", [])
            money = plan.events.has_money
            amount = ("amount", "What was bought, in the currency of the raw data.", [])
            models.append(
                {
                    "name": f"{p}_orders",
                    "description": "One row per order of a customer.",
                    "columns": [*moment, plain, order]
                    + [amount] * money
                    + [("purchase_count", "Number of purchases in the order.", ["- not_null"])],
                    "key": ["as_of"] * bool(moment) + ["customer_id", "order_id"],
                }
            )
        words = {
            "rfm": f"{each} who did anything before as_of: recency, frequency and monetary value.",
            "times": f"{each}: when the events fall.",
            "diversity": f"{each}: how widely and how evenly the events spread.",
        }
        for model, description in words.items():
            own = [(f.name, described(plan, f), _tests(f)) for f in features if f.model == model]
            if own:
                columns = [*moment, customer, *own]
                models.append(
                    {"name": f"{p}_{model}", "description": description, "columns": columns}
                    | per_moment
                )
    both = plan.events is not None and plan.customers is not None
    columns = [key]
    for f in features:
        own = f.model in ("customers", "features") or (both and f.if_no_events == "0")
        columns.append((f.name, described(plan, f), _tests(f) if own else []))
    plain_columns = [key] + [(name, text, []) for name, text, _ in columns[1:]]
    observed = [("as_of", as_of[1], []), *((name, text, []) for name, text, _ in flags)]
    tested = {
        "name": f"{p}_features",
        "description": "One row per customer: every feature that is known about the customer.",
        "columns": plain_columns if moment else columns,
        "is_public": True,
    }
    if not moment:
        models.append(tested)
    models.append(
        {
            "name": f"{p}_observed_features",
            "description": f"{each}: every feature that is known about the customer then."
            if moment
            else f"{each}: every feature that is known about the customer, and the present, as of "
            "which it is known.",
            "columns": [*observed, customer, *columns[1:]]
            if moment
            else [*observed, plain, *plain_columns[1:]],
        }
        | per_moment
    )
    if moment:
        models.append(tested)
    if has_backtest(plan):
        models += [
            {
                "name": f"{p}_backtest_features",
                "description": "One row per customer: every feature that was known about the "
                "customer at the cut-off.",
                "columns": plain_columns,
            },
            {
                "name": f"{p}_backtest_outcomes",
                "description": "One row per customer who was known at the cut-off or came after "
                "it: what the customer did after it, up to as_of.",
                "columns": [key, *OUTCOMES],
            },
        ]
    return [{"key": None, "is_public": False, **model} for model in models]


def _as_of_words(plan: Plan) -> str:
    """What the rows of the table of points in time are."""
    if has_backtest(plan):
        return (
            "One row per point in time from which the customers are looked at: the present, the "
            "cut-off of the backtest, where there is one, and the moments of the variable history."
        )
    if has_moments(plan):
        return (
            "One row per point in time from which the customers are looked at: the present, and "
            "the moments of the variable history."
        )
    return "One row: the point in time from which the customers are looked at."


def _order_words(events: Events) -> str:
    otherwise = "what is bought at one point in time is one order"
    if "order" in events.roles:
        return f"its number, and without one, {otherwise}"
    if "session" in events.roles:
        return f"the visit, and without one, {otherwise}"
    return otherwise


def _order_key(events: Events) -> str:
    column = next((f"{role}_id" for role in ("order", "session") if role in events.roles), None)
    moment = "cast(occurred_at as varchar)"
    return f"coalesce({column}, {moment})" if column else moment


# -- Everything ------------------------------------------------------------------------------------


def render(plan: Plan, root: Path) -> dict[str, str]:
    """All files of a population, by path under the project's folder."""
    environment, p, entities = _environment(), plan.name, entities_of(plan)
    events, customers = plan.events, plan.customers
    files: dict[str, str] = {}

    def add(path: str, template: str, **values) -> None:
        text = environment.get_template(f"{template}.j2").render(p=p, **values)
        files[path] = text.rstrip("\n") + "\n"

    raws = {"events": plan.events_file, "customers": plan.customers_file}
    sources = [_source(plan, entity, raws[entity], root) for entity in entities]
    staging = f"models/staging/{p}"
    add(f"{staging}/{p}_sources.yml", "sources.yml", sources=sources)
    for entity in entities:
        values = event_models(plan) if entity == "events" else customer_models(plan)
        unreadable = f"{staging}/base_{p}__unreadable_{entity}.sql"
        add(unreadable, "base_unreadable.sql", entity=entity)
        add(f"{staging}/base_{p}__{entity}.sql", f"base_{entity}.sql", **values)
        add(f"{staging}/stg_{p}__{entity}.sql", f"stg_{entity}.sql", **values)
        add(f"{staging}/stg_{p}__rejected_{entity}.sql", f"rejected_{entity}.sql", **values)
    add(f"{staging}/{p}_staging.yml", "staging.yml", entities=_staged_entities(plan))
    if events:
        tests = staging_unit_tests(plan)
        add(f"{staging}/{p}_staging_unit_tests.yml", "staging_unit_tests.yml", unit_tests=tests)
    _add_features(plan, add)
    settings = settings_of(plan)
    features = features_of(plan)
    filled = [
        (f.name, described(plan, f), f.model == "customers" and f.name != plan.outcome)
        for f in features
    ]
    python = f"python_models/{p}"
    backtest = {"has_backtest": has_backtest(plan)}
    add(f"{python}/{p}.yml", "settings.yml", settings=settings, features=filled, **backtest)
    past = ("backtest_imputed", "backtest_cluster_scores", "backtest_model")
    models = (
        *("imputation_scores", "imputed", "cluster_scores", "fits"),
        *("segment_rules", "outcome_scores"),
        *past * has_backtest(plan),
    )
    for model in models:
        add(f"{python}/{p}_{model}.py", f"{model}.py")
    past = ("backtest_segments", "backtest_groups", "backtest")
    scoring = ("drift", "verdict", "model", "segments", "history", "profiles", "finished_fit")
    for model in scoring + past * has_backtest(plan):
        add(f"models/segments/{p}/{p}_{model}.sql", f"{model}.sql", **backtest)
    add(f"models/segments/{p}/{p}_segments.yml", "segments.yml", **backtest)
    clustered = [f.name for f in features if f.is_clustered and f.name != plan.outcome]
    add(
        f"docs/{p}.md",
        "docs.md",
        intro=_intro(events, customers),
        sources=sources,
        rejected=_rejected_words(plan),
        rules=_rule_words(plan),
        dated=is_dated(plan),
        has_moments=has_moments(plan),
        has_events=events is not None,
        **backtest,
        clustered=", ".join(f"`{name}`" for name in clustered),
        axes=", ".join(f"{a} (`{f.lstrip('-')}`)" for a, f in settings.axes.items()),
        outcome=plan.outcome,
    )
    return files


def _staged_entities(plan: Plan) -> list[dict]:
    entities = []
    filled, unique = ["- not_null"], ["- not_null", "- unique"]
    if plan.events:
        columns = []
        for name, text in staged_events(plan.events):
            required = name in ("customer_id", "occurred_at", "event_type")
            columns.append((name, text, filled if required else []))
        entities.append(
            {"name": "events", "staged": "One row per event that can be used.", "columns": columns}
        )
    if plan.customers:
        kinds = {"number": "a number", "boolean": "yes or no", "text": "in lower case"}
        columns = [(*STAGED["customer"], unique)]
        columns += [
            (
                a.staged,
                f"The column {a.column.name}, {kinds.get(a.kind, 'a point in time')}.",
                [],
            )
            for a in plan.customers.attributes
        ]
        entities.append(
            {"name": "customers", "staged": "One row per customer.", "columns": columns}
        )
    return entities


def _add_features(plan: Plan, add) -> None:
    p, events, folder = plan.name, plan.events, f"models/features/{plan.name}"
    dates = [a for a in plan.customers.attributes if a.kind == "date"] if plan.customers else []
    behind = [date for date in dates if not date.is_ahead]
    last = [f"max({date.staged})" for date in behind or dates] or ["null"]
    add(
        f"{folder}/{p}_as_of.sql",
        "as_of.sql",
        last="max(occurred_at)"
        if events
        else last[0]
        if len(last) == 1
        else f"greatest({', '.join(last)})",
        entity="events" if events else "customers",
        has_moments=has_moments(plan),
        has_backtest=has_backtest(plan),
    )
    flags = {
        "has_backtest": has_backtest(plan),
        "has_moments": has_moments(plan),
        "moment": "customers" if has_moments(plan) else "observation",
        "key": "as_of, customer_id" if has_moments(plan) else "customer_id",
        "has_money": events is not None and events.has_money and events.has_purchases,
        "has_returns": events is not None and events.has_returns,
        "has_purchases": events is not None and events.has_purchases,
        "has_session": events is not None and "session" in events.roles,
        "has_clock": events is not None and events.time.has_clock,
    }
    items = [role for role in ITEMS if events and role in events.roles]
    if events:
        add(f"{folder}/{p}_observed_events.sql", "observed_events.sql", **flags)
        if events.has_purchases:
            comment = f"One row per order of a customer: {_order_words(events)}. A return is none."
            words = {"order_key": _order_key(events), "comment": wrapped(comment)}
            add(f"{folder}/{p}_orders.sql", "orders.sql", **flags, **words)
        rfm_words = "recency, frequency" + " and monetary value" * flags["has_money"]
        add(f"{folder}/{p}_rfm.sql", "rfm.sql", rfm_words=rfm_words, **flags)
        add(f"{folder}/{p}_times.sql", "times.sql", **flags)
        if items:
            columns = ", ".join(f"'{item}': '{STAGED[item][0]}'" for item in items)
            words = [ITEMS[item] for item in items]
            listed = " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
            add(
                f"{folder}/{p}_diversity.sql",
                "diversity.sql",
                items=columns,
                diversity_words=listed,
                **flags,
            )
        add(f"{folder}/{p}_features_unit_tests.yml", "features_unit_tests.yml", **flags)
    if flags["has_moments"]:
        add(f"{folder}/{p}_features.sql", "moment_features.sql", is_cutoff=False)
    else:
        add(f"{folder}/{p}_observed_features.sql", "observed_features.sql")
    if flags["has_backtest"]:
        add(f"{folder}/{p}_backtest_features.sql", "moment_features.sql", is_cutoff=True)
        add(f"{folder}/{p}_backtest_outcomes.sql", "backtest_outcomes.sql", **flags)
    add(
        f"{folder}/{p}_{'observed_' * flags['has_moments']}features.sql",
        "features.sql",
        **flags,
        dated=is_dated(plan),
        has_events=events is not None,
        has_customers=plan.customers is not None,
        has_diversity=bool(items),
        has_dates=any(a.time for a in plan.customers.attributes) if plan.customers else False,
        columns=_feature_columns(plan) if plan.customers else [],
        scores=_score_lines(plan) if events else [],
    )
    docs = [(f.name, f.description) for f in features_of(plan) if not f.doc]
    add(f"{folder}/{p}_features.md", "features.md", docs=docs)
    personal = ["customer_id"] * has_personal_key(plan)
    if plan.customers:
        personal += [a.name for a in plan.customers.attributes if a.is_personal]
    models = _feature_models(plan)
    add(f"{folder}/{p}_features.yml", "features.yml", models=models, personal=personal)


def _intro(events: Events | None, customers: Customers | None) -> str:
    if events and customers:
        return (
            "Customers by what they did and by what is known of them. Who stands in one of the two "
            "files only is a customer as well: without events with counts of 0, without a row of "
            "their own with attributes that are missing."
        )
    return "Customers by what they did." if events else "Customers by what is known of them."


def _rejected_words(plan: Plan) -> list[str]:
    words = []
    if plan.events:
        words += [f"events: {reason}" for _, reason in event_reasons(plan.events, plan.events_file)]
    if plan.customers and plan.customers.customer:
        words += ["customers: no customer", "customers: several rows that differ for one customer"]
    return [*words, "a line cannot be split into columns"]


def _rule_words(plan: Plan) -> list[str]:
    rules = []
    if plan.events:
        sentence = type_rules(plan.events)[2]
        if sentence:
            rules.append(
                f"{sentence} It lowers `monetary` and is no order; `return_share` counts it."
                if plan.events.has_money
                else f"{sentence} It is no order; `return_share` counts it."
            )
        taken = [f"{', '.join(words)} for {kind}" for kind, words in plan.events.kinds.items()]
        if taken:
            rules.append(f"Words of the raw data are taken so: {'; '.join(taken)}.")
        if plan.events.has_purchases:
            rules.append(f"An order: {_order_words(plan.events)}.")
        if plan.events.time.style in ("day first", "month first"):
            rules.append(f"Times are read {plan.events.time.style}, and taken as UTC.")
    if plan.customers:
        rules.append(
            "A value of a customer that cannot be read counts as missing, and is listed in "
            "`rejected_rows` with the scope `value`."
        )
        if plan.customers.customer is None:
            rules.append(
                "Each row is a customer, whose id is a hash of the row: a row that changes is "
                "another customer, and rows that are equal are one."
            )
    return rules


def insert_population(
    project: str, name: str, entities: Sequence[str], backtest: bool = False
) -> str:
    """The text of dbt_project.yml with the population added; all else is as it was."""
    lines = project.split("\n")
    start = next(
        (i for i, line in enumerate(lines) if re.fullmatch(r"  populations:\s*", line)), None
    )
    if start is None:
        raise InputError(
            "dbt_project.yml has no list `populations:` under `vars:`, for the population to be "
            "added: write it there, two blanks in, as `  populations:`."
        )
    end = start + 1
    while end < len(lines) and re.match(r" {4,}\S", lines[end]):
        end += 1
    lines.insert(end, f"    {name}: [{', '.join(entities)}]")
    last = max((i for i, line in enumerate(lines) if re.match(r"  \w+_as_of:", line)), default=end)
    lines.insert(last + 1, f"  {name}_as_of: null")
    if backtest:
        last = max((i for i, line in enumerate(lines) if re.match(r"  \w+_(as_of|cutoff):", line)))
        lines.insert(last + 1, f"  {name}_cutoff: null")
    return "\n".join(lines)


def check_name(name: str, root: Path) -> None:
    """Raise InputError where a population cannot have that name, or there is one."""
    pattern = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"
    if not re.fullmatch(pattern, name) or len(name) > 30 or name in YAML_WORDS:
        raise InputError(
            f"'{name}' cannot name a population: use lower-case letters, digits and single "
            "underscores, starting with a letter, 30 at most, such as NAME=wholesale."
        )
    project = (root / "dbt_project.yml").read_text()
    taken = re.search(rf"^    {name}: *\[", project, re.M)
    rooms = ("models/staging", "models/features", "models/segments", "python_models")
    found = [f"{room}/{name}" for room in rooms if (root / room / name).exists()]
    if taken or found or (root / "docs" / f"{name}.md").exists():
        raise InputError(
            f"there is a population or a page called '{name}' already, which is never overwritten: "
            f"choose another NAME, or remove it first (docs/your_data.md says how)."
        )


def write_files(files: Mapping[str, str], plan: Plan, root: Path) -> None:
    """Write the files and the population's line in dbt_project.yml.

    Raises InputError where one of the models has the name of another one.
    """
    project = root / "dbt_project.yml"
    models = [
        p for room in ("models", "python_models", "seeds") for p in (root / room).rglob("*.*")
    ]
    names = {path.stem: path for path in models if path.suffix in (".sql", ".py", ".csv")}
    for path in files:
        stem = Path(path).stem
        if Path(path).suffix in (".sql", ".py") and stem in names:
            raise InputError(
                f"the population would have a model {stem}, and there is one already in "
                f"{names[stem].relative_to(root)}: choose another NAME."
            )
    text = insert_population(project.read_text(), plan.name, entities_of(plan), has_backtest(plan))
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    project.write_text(text)
