"""The SQL of staging: how raw columns are cast, what is rejected, and the unit tests of both."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from segmentation.population.catalogue import sentence_of
from segmentation.population.inspect import Column, RawFile, TimeReading
from segmentation.population.mapping import Events, Plan
from segmentation.population.names import reserved_words

LINE = 100

# The staged column of each role, and what it holds.
STAGED = {
    "customer": ("customer_id", "{{ doc('customer_id') }}"),
    "time": ("occurred_at", "When it happened, in UTC."),
    "order": ("order_id", "The order, as text."),
    "session": ("session_id", "The visit, as text."),
    "item": ("item_id", "The item, as text."),
    "category": ("category", "The item's category, in lower case."),
    "brand": ("brand", "The item's brand, in lower case."),
    "quantity": ("quantity", "How many of the item."),
    "unit_price": ("unit_price", "The price of one, in the currency of the raw data."),
    "status": ("status", "What became of the order, in lower case."),
}


# -- SQL of single columns -------------------------------------------------------------------------


def raw_column(raw: RawFile, column: Column) -> str:
    """How a staging model names a column of a distinct raw row: raw.price, raw."Unit Price"."""
    if raw.format == "lines":
        return f"raw.fields[{[c.name for c in raw.columns].index(column.name) + 1}]"
    if (
        re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", column.name)
        and column.name.lower() not in reserved_words()
    ):
        return f"raw.{column.name.lower()}"
    return f'raw."{column.name}"'


def call(macro: str, raw_name: str, *arguments: str, indent: int = 8) -> str:
    """A call of a macro on a raw column, on lines of its own where the column's name is long.

    {{ key_text('raw.user_id') }}
    """
    inner = ", ".join([f"'{raw_name}'", *arguments])
    if len(macro) + len(inner) > LINE - 40:
        blanks = " " * indent
        return f"{{{{ {macro}(\n{blanks}    {inner}\n{blanks}) }}}}"
    return f"{{{{ {macro}({inner}) }}}}"


def time_call(raw_name: str, reading: TimeReading) -> str:
    """The call of the macro that reads a time so written."""
    if reading.style == "iso":
        return call("iso_time", raw_name)
    if reading.style == "epoch":
        rest = [f"per_second={reading.per_second}"] if reading.per_second != 1 else []
        return call("epoch_time", raw_name, *rest)
    formats = ", ".join(f"'{form}'" for form in reading.formats)
    return call("written_time", raw_name, f"[{formats}]")


def birth_time(raw_name: str, reading: TimeReading) -> str:
    """The time of a birth; 1900-01-01, and what is before it, stands for an unknown one."""
    sentinel, inner = "timestamp '1900-01-01'", " " * 12
    known = f"greatest({time_call(raw_name, reading)}, {sentinel})"
    return f"nullif(\n{inner}{known},\n{inner}{sentinel}\n        )"


def number_call(raw_name: str, sign: str) -> str:
    """The call of the macro that reads a number with that decimal sign."""
    return call("written_number", raw_name, *(["','"] if sign == "," else []))


def named(expression: str, name: str, indent: int = 8) -> str:
    """An expression with its name, on two lines where one is too long."""
    line = f"{expression} as {name}"
    if indent + len(line) + 1 <= LINE:
        return line
    return f"{expression}\n{' ' * (indent + 4)}as {name}"


def when(condition: str, result: str, indent: int = 12) -> str:
    """One branch of a case, on several lines where one is too long."""
    line = f"when {condition} then {result}"
    if indent + len(line) <= LINE:
        return line
    inner = " " * (indent + 4)
    if len(f"when {condition}") + indent <= LINE:
        return f"when {condition}\n{inner}then {result}"
    if indent + 4 + len(condition) > LINE:
        condition = condition.replace(" and ", f"\n{inner}and ")
    return f"when\n{inner}{condition}\n{inner}then {result}"


def one_of(column: str, words: Sequence[str]) -> str:
    """A condition on a column's words."""
    listed = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
    return f"{column} = {listed}" if len(words) == 1 else f"{column} in ({listed})"


# -- Staging ---------------------------------------------------------------------------------------


def staged_events(events: Events) -> list[tuple[str, str]]:
    """The columns of staged events with their descriptions."""
    columns = [STAGED["customer"], STAGED["time"]]
    kinds = []
    if "event_type" in events.roles:
        kinds = list(dict.fromkeys(_kinds(events)))
    else:
        kinds = ["purchase" if events.has_purchases else "event"]
        kinds += ["return"] * events.has_returns + ["cancellation"] * bool(events.cancel_words)
    columns.append(("event_type", f"What happened: {', '.join(kinds)}."))
    columns += [STAGED[role] for role in STAGED if role in events.roles][2:]
    if events.has_money:
        less = "; below 0 for a return" if events.has_returns else ""
        columns.append(
            ("amount", f"What the event is worth, in the currency of the raw data{less}.")
        )
    return columns


def _kinds(events: Events) -> list[str]:
    """The event types as they are staged."""
    staged = dict.fromkeys(events.purchase_words, "purchase")
    staged |= dict.fromkeys(events.return_words, "return")
    return [staged.get(word, word) for word in events.roles["event_type"].column.words]


def _renamed_events(events: Events, raw: RawFile) -> list[str]:
    """The lines of the staging model that cast one raw column each."""
    macros = {"category": "known_text", "brand": "known_text", "status": "known_text"}
    lines = []
    for role, (name, _) in STAGED.items():
        if role not in events.roles:
            continue
        column = raw_column(raw, events.roles[role].column)
        if role == "time":
            lines.append(named(time_call(column, events.time), name))
            if "event_type" in events.roles:
                stated = raw_column(raw, events.roles["event_type"].column)
                lines.append(named(call("known_text", stated), "stated_type"))
        elif role in ("quantity", "unit_price"):
            lines.append(named(number_call(column, events.sign_of(role)), name))
        else:
            lines.append(named(call(macros.get(role, "known_key"), column), name))
    amount = "stated_amount" if events.has_returns else "amount"
    if "amount" in events.roles:
        column = raw_column(raw, events.roles["amount"].column)
        number = number_call(column, events.sign_of("amount"))[3:-3]
        lines.append(named("{{ money(" + number + ") }}", amount))
    elif events.has_money:
        lines.append(named("try_cast(quantity * unit_price as decimal(14, 2))", amount))
    return lines


def type_rules(events: Events) -> tuple[list[str], str, str]:
    """The branches that tell what an event is, what it is else, and both in a sentence."""
    if "event_type" in events.roles:
        rules = []
        for kind, words in (("purchase", events.purchase_words), ("return", events.return_words)):
            if words and words != (kind,):
                rules.append(when(one_of("stated_type", words), f"'{kind}'"))
        return rules, "stated_type", ""
    rules, reasons = [], []
    if events.cancel_words:
        rules.append(when(one_of("status", events.cancel_words), "'cancellation'"))
    if "status" in events.roles and events.return_words:
        rules.append(when(one_of("status", events.return_words), "'return'"))
        reasons.append("its status says so")
    if events.has_cancelled_orders:
        rules.append(when("regexp_full_match(order_id, '[Cc][0-9]+')", "'return'"))
        reasons.append("its order is a cancelled one, with a C before its number")
    if "quantity" in events.roles:
        rules.append(when("quantity < 0", "'return'"))
        reasons.append("its quantity is below 0")
    if "amount" in events.roles:
        rules.append(when("stated_amount < 0", "'return'"))
        reasons.append("its amount is below 0")
    sentence = f"An event is a return where {', or '.join(reasons)}." if reasons else ""
    return rules, "'purchase'" if events.has_purchases else "'event'", sentence


def event_reasons(events: Events, raw: RawFile) -> list[tuple[str, str]]:
    """Why an event is rejected, in the order in which it is looked at: condition and reason."""
    column = {role: raw_column(raw, events.roles[role].column) for role in events.roles}
    reasons = []
    if raw.format == "lines":
        reasons.append(
            (f"len(raw.fields) != {len(raw.columns)}", "line has another number of columns")
        )
    reasons += [
        ("customer_id is null", "no customer"),
        (f"occurred_at is null and {call('known_key', column['time'])} is null", "no time"),
        ("occurred_at is null", "time cannot be read"),
    ]
    typed = "event_type" in events.roles
    if typed:
        reasons.append(("event_type is null", "no event type"))
    for role in ("quantity", "unit_price", "amount"):
        if role in events.roles:
            given = f"{call('known_key', column[role], indent=16)} is not null"
            reasons.append((f"{role} is null and {given}", f"{sentence_of(role)} cannot be read"))
    if "unit_price" in events.roles and events.has_money:
        reasons.append(("unit_price < 0", "negative price"))
    if typed and events.has_money:
        others = " and event_type != 'return'" if events.has_returns else ""
        reasons.append((f"amount < 0{others}", "negative amount"))
    if events.has_money and events.has_purchases:
        kinds = ("purchase", "return") if events.has_returns else ("purchase",)
        reasons.append((f"amount is null and {one_of('event_type', kinds)}", "no amount"))
    return reasons


def event_models(plan: Plan) -> dict[str, object]:
    events, raw = plan.events, plan.events_file
    rules, other, sentence = type_rules(events)
    return {
        "source_name": _source_name(raw),
        "source_lines": _source_lines(plan.name, "events", raw),
        "renamed": _renamed_events(events, raw),
        "type_rules": rules,
        "other_type": other,
        "type_comment": wrapped(sentence),
        "signs_amount": events.has_money and events.has_returns,
        "staged": [name for name, _ in staged_events(events)],
        "reasons": [
            when(condition, f"'{reason}'") for condition, reason in event_reasons(events, raw)
        ],
        "raw_row": _raw_row(raw),
    }


def wrapped(sentence: str) -> str:
    """The text of a comment, on lines that fit."""
    lines, line = [], ""
    for word in sentence.split():
        if len(line) + len(word) + 4 > LINE - 4:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n   ".join([*lines, line])


def _raw_row(raw: RawFile) -> str:
    return "coalesce(raw.line, '')" if raw.format == "lines" else "cast(to_json(raw) as varchar)"


def _source_name(raw: RawFile) -> str:
    """The name by which a whole raw row is taken; a column of that name would be taken instead."""
    name, columns = "source", {column.name.lower() for column in raw.columns}
    while name in columns:
        name += "_rows"
    return name


def _source_lines(population: str, entity: str, raw: RawFile) -> str:
    source = "{{ source('" + population + "', '" + entity + "') }}"
    if raw.format != "lines":
        return f"    select * from {source}"
    return (
        "    select\n        line,\n        string_split_regex(trim(line), ' +') as fields\n\n"
        f"    from {source}"
    )


def customer_models(plan: Plan) -> dict[str, object]:
    customers, raw = plan.customers, plan.customers_file
    renamed, unusable = [], []
    if customers.customer:
        column = raw_column(raw, customers.customer.column)
        renamed.append(named(call("known_key", column), "customer_id"))
    else:
        whole = "raw.line" if raw.format == "lines" else "cast(to_json(raw) as varchar)"
        renamed.append(named(f"md5({whole})", "customer_id"))
    for attribute in customers.attributes:
        column, name = raw_column(raw, attribute.column), attribute.staged
        expressions = {
            "text": lambda c, a: call("known_text", c),
            "boolean": lambda c, a: call("is_yes", c),
            "date": lambda c, a: time_call(c, a.time),
            "birth": lambda c, a: birth_time(c, a.time),
            "number": lambda c, a: f"cast({number_call(c, a.decimal_sign)} as double)",
        }
        renamed.append(named(expressions[attribute.kind](column, attribute), name))
        if attribute.kind != "text":
            given = call("known_key", column, indent=24)
            condition = f"{given} is not null and {name} is null"
            unknown = " or stands for unknown" if attribute.kind == "birth" else ""
            branch = when(condition, f"'{sentence_of(name)} cannot be read{unknown}'", 20)
            unusable.append(f"case\n                    {branch}\n                end")
    reasons = []
    if raw.format == "lines":
        reasons.append(
            (f"len(raw.fields) != {len(raw.columns)}", "line has another number of columns")
        )
    if customers.customer:
        reasons += [
            ("customer_id is null", "no customer"),
            (
                "count(*) over (partition by customer_id) > 1",
                "customer stands in several rows that differ",
            ),
        ]
    return {
        "source_name": _source_name(raw),
        "source_lines": _source_lines(plan.name, "customers", raw),
        "renamed": renamed,
        "reasons": [when(condition, f"'{reason}'") for condition, reason in reasons],
        "unusable": unusable,
        "raw_row": _raw_row(raw),
        "staged": [attribute.staged for attribute in customers.attributes],
        "births": [a.staged for a in customers.attributes if a.kind == "birth"],
    }


# -- Unit tests ------------------------------------------------------------------------------------


def _sample_texts(plan: Plan) -> dict[str, str]:
    """A raw text for each role, written as the file writes it."""
    events = plan.events
    price = {",": "2,55", ".": "2.55"}
    amount = {",": "15,30", ".": "15.30"}
    texts = {
        "customer": "17850.0",
        "time": written("2019-10-01 08:30:00", events.time),
        "order": "536365",
        "session": "a-1",
        "item": "85123A",
        "category": " Toys ",
        "brand": "Acme",
        "amount": amount[events.sign_of("amount")],
        "quantity": "6",
        "unit_price": price[events.sign_of("unit_price")],
        "status": "done",
        "event_type": (events.purchase_words or ("view",))[0],
    }
    return {role: texts[role] for role in events.roles}


def written(moment: str, reading: TimeReading) -> str:
    """A point in time as a file with that reading writes it."""
    time = pd.Timestamp(moment, tz="UTC")
    if reading.style == "iso":
        return moment
    if reading.style == "epoch":
        return str(int(time.timestamp() * reading.per_second))
    return time.strftime(reading.formats[0])


def _raw_rows(plan: Plan, changes: Sequence[Mapping[str, str | None]]) -> list[str]:
    """A query for raw rows: the good one with these texts changed, each as a line of SQL."""
    raw, roles = plan.events_file, plan.events.roles
    lines: list[str] = []
    for change in changes:
        texts = _sample_texts(plan) | change
        if raw.format == "lines":
            by_column = {roles[role].column.name: texts[role] for role in roles}
            fields = [by_column.get(column.name, "1") or "?" for column in raw.columns]
            row = [f"select ' {' '.join(field.strip() for field in fields)}' as line"]
        else:
            columns = [
                f"    {_sql_text(texts[role])} as {raw_column(raw, roles[role].column)[4:]}"
                for role in roles
            ]
            row = ["select", *(f"{column}," for column in columns[:-1]), columns[-1]]
        lines += [*(["union all"] if lines else []), *row]
    return lines


def _sql_text(text: str | None) -> str:
    return "cast(null as varchar)" if text is None else "'" + text.replace("'", "''") + "'"


def staging_unit_tests(plan: Plan) -> list[dict]:
    """Unit tests of the staging of events: a good row, bad ones, and a return."""
    events, p = plan.events, plan.name
    common = {
        "model": f"base_{p}__events",
        "unreadable": f"base_{p}__unreadable_events",
        "entity": "events",
    }
    moment = "2019-10-01 08:30:00" if _keeps_clock(events.time) else "2019-10-01 00:00:00"
    good = {"customer_id": '"17850"', "occurred_at": f'"{moment}"'}
    if events.has_money:
        good["amount"] = "15.3"
    bad = [({"customer": "Unknown"}, "no customer"), ({"time": "?"}, "no time")]
    bad.append(({"time": "someday"}, "time cannot be read"))
    for role in ("quantity", "unit_price", "amount"):
        if role in events.roles:
            bad.append(({role: "much"}, f"{sentence_of(role)} cannot be read"))
    tests = [
        {
            **common,
            "name": f"{p}_a_good_event_is_cast",
            "description": "Text becomes a key, a time and numbers.",
            "rows": _raw_rows(plan, [{}, {}]),
            "expected": [_flow(good | {"copies": "2", "rejection_reason": "null"})],
        },
        {
            **common,
            "name": f"{p}_events_that_cannot_be_used_are_rejected",
            "description": "One row for each reason, guests without a name among them.",
            "rows": _raw_rows(plan, [change for change, _ in bad]),
            "expected": [_flow({"rejection_reason": reason}) for _, reason in bad],
        },
    ]
    returned = _returned(events)
    if returned:
        row = {"event_type": "return"} | ({"amount": "-15.3"} if events.has_money else {})
        tests.append(
            {
                **common,
                "name": f"{p}_a_return_is_told_from_a_purchase",
                "description": "Each rule alone makes a return, whose amount is below 0.",
                "rows": _raw_rows(plan, returned),
                "expected": [_flow(row | {"rejection_reason": "null"}) for _ in returned],
            }
        )
    return tests


def _keeps_clock(reading: TimeReading) -> bool:
    return (
        reading.style in ("iso", "epoch")
        or "%H:%M" in reading.formats[0]
        or ("%I" in reading.formats[0] or "%H%M" in reading.formats[0])
    )


def _returned(events: Events) -> list[dict[str, str]]:
    """Raw texts that make a return, one rule each."""
    if not events.has_returns:
        return []
    if "event_type" in events.roles:
        return [{"event_type": events.return_words[0]}]
    changes = []
    if "status" in events.roles and events.return_words:
        changes.append({"status": events.return_words[0]})
    if events.has_cancelled_orders:
        changes.append({"order": "C536379"})
    if "quantity" in events.roles:
        changes.append({"quantity": "-6"})
    if "amount" in events.roles:
        amount = "-15,30" if events.sign_of("amount") == "," else "-15.30"
        changes.append({"amount": amount})
    return changes


def _flow(row: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in row.items()) + "}"
