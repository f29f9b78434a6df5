"""What the columns of a file mean: roles by name and content, or questions."""

import difflib
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from segmentation.errors import InputError
from segmentation.population.inspect import (
    SAMPLE_ROWS,
    YES,
    Column,
    RawFile,
    TimeReading,
    in_order,
    is_surely,
    is_writable,
    plain_name,
    read_number,
    shared_keys,
)
from segmentation.population.names import (
    ACTIVITY_PATTERN,
    AHEAD,
    BIRTH,
    CANCEL_WORDS,
    CODE,
    DECIMALS,
    EACH_ROW,
    EVENT_FEATURES,
    FRESHNESS_PATTERN,
    KEYS,
    MAX_LEVELS,
    MAX_NAME,
    NO_AMOUNT,
    ORDERS,
    OTHER_TIME,
    OTHER_WORDS,
    OUTCOME_PATTERN,
    OWN_NAMES,
    PATTERNS,
    PERSONAL,
    PURCHASE_WORDS,
    RETURN_WORDS,
    ROLE_KEYS,
    TELEPHONE,
    UNDONE,
    VALUE_PATTERNS,
    reserved_words,
)

# -- Results ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """What the file does not tell.

    key: the key of MAP that answers it.
    sentence: what is not clear.
    choices: the answers to choose from; none where any column may be the one.
    file: events or customers, whose columns help to answer.
    """

    key: str
    sentence: str
    choices: tuple[str, ...]
    file: str


class Questions(InputError):
    """The questions that have to be answered before a population can be written."""

    def __init__(self, questions: Sequence[Question]):
        super().__init__(" ".join(question.sentence for question in questions))
        self.questions = tuple(questions)


@dataclass(frozen=True)
class Role:
    """A column and the reason why it has its role."""

    column: Column
    why: str


@dataclass(frozen=True)
class Events:
    """What an event file means.

    roles: by role, in the order in which they are staged.
    time: how the times are read.
    decimal_signs: the sign before the fraction of its numbers, by column.
    purchase_words, return_words: the event types, or statuses, that are purchases and returns.
    cancel_words: the statuses of orders that never came to be.
    has_cancelled_orders: whether some order numbers have a C before their digits, as C536379.
    left_out: columns without a role, with the reason.
    """

    roles: Mapping[str, Role]
    time: TimeReading
    decimal_signs: Mapping[str, str] = field(default_factory=dict)
    purchase_words: tuple[str, ...] = ()
    return_words: tuple[str, ...] = ()
    cancel_words: tuple[str, ...] = ()
    has_cancelled_orders: bool = False
    left_out: Mapping[str, str] = field(default_factory=dict)

    def sign_of(self, role: str) -> str:
        """The sign before the fraction of a role's numbers."""
        return (
            self.decimal_signs.get(self.roles[role].column.name, ".") if role in self.roles else "."
        )

    @property
    def has_money(self) -> bool:
        """Whether events have an amount, stated or made of quantity and price."""
        return "amount" in self.roles or {"quantity", "unit_price"} <= set(self.roles)

    @property
    def has_purchases(self) -> bool:
        """Whether some events are known to be purchases."""
        if "event_type" in self.roles:
            return bool(self.purchase_words)
        return self.has_money or "order" in self.roles or "quantity" in self.roles

    @property
    def has_returns(self) -> bool:
        """Whether a rule tells returns from purchases."""
        if "event_type" in self.roles:
            return bool(self.return_words)
        return self.has_money or "quantity" in self.roles or self.has_cancelled_orders

    @property
    def kinds(self) -> dict[str, tuple[str, ...]]:
        """What the words of the event type or status are taken for, where they are for anything."""
        typed = "event_type" in self.roles
        kinds = {"purchases": self.purchase_words if typed else (), "returns": self.return_words}
        kinds |= {"cancelled orders": () if typed else self.cancel_words}
        return {kind: words for kind, words in kinds.items() if words}


@dataclass(frozen=True)
class Attribute:
    """A feature of customers from one column.

    kind: number, boolean, text, date or birth; a date becomes the days from it to as_of, a birth
        the whole years.
    decimal_sign: of a number; time: of a date or birth.
    is_long_tailed: whether it is clustered as ln(1 + x).
    """

    name: str
    column: Column
    kind: str
    why: str
    decimal_sign: str = "."
    time: TimeReading | None = None
    is_long_tailed: bool = False

    @property
    def is_personal(self) -> bool:
        """Whether its words tell who someone is, by the name of the column."""
        return self.kind == "text" and bool(PERSONAL.fullmatch(plain_name(self.column.name)))

    @property
    def is_ahead(self) -> bool:
        """Whether a date may lie after as_of, such as the end of a contract."""
        return self.kind == "date" and bool(AHEAD.search(plain_name(self.column.name)))

    @property
    def staged(self) -> str:
        """The staged column: a date is a point in time there, and days or years as a feature."""
        if self.kind == "birth":
            return re.sub("^age_years", "born_at", self.name)
        if self.kind != "date":
            return self.name
        return re.sub(r"_days(_\d+)?$", r"_at\1", self.name)


@dataclass(frozen=True)
class Customers:
    """What a table of customers means.

    customer: the column of the customer, or None where each row is one.
    """

    customer: Role | None
    attributes: tuple[Attribute, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """All that is decided before anything is written.

    value, activity, freshness: features of customers that name segments, where the file of
        customers stands alone; value may be several, which are summed.
    """

    name: str
    events: Events | None
    customers: Customers | None
    events_file: RawFile | None = None
    customers_file: RawFile | None = None
    value: tuple[str, ...] = ()
    activity: str | None = None
    freshness: str | None = None
    outcome: str | None = None


def has_personal_key(plan: Plan) -> bool:
    """Whether the id of the customers tells who they are, such as an e-mail address."""
    keys = [plan.events.roles["customer"]] if plan.events else []
    keys += [plan.customers.customer] if plan.customers and plan.customers.customer else []
    return any(
        PERSONAL.fullmatch(plain_name(key.column.name))
        or sum(n for text, n in key.column.counts.items() if "@" in text) > 0.5 * key.column.known
        for key in keys
    )


# -- Answers ---------------------------------------------------------------------------------------


def parse_answers(text: str) -> dict[str, list[str]]:
    """The answers of MAP by key: 'customer=Customer ID, time=When' gives both, each as a list.

    A key may be given several times, and be for one of two files: customers.customer=ID. Raises
    InputError for an unknown key, naming the known ones, and for an answer without a value.
    """
    answers: dict[str, list[str]] = {}
    text = text.strip()
    starts = list(re.finditer(r"(?:^|,)\s*((?:events\.|customers\.)?[A-Za-z_]+)\s*=", text))
    if text and (not starts or starts[0].start() != 0):
        raise InputError(
            f"MAP is {text!r}, which cannot be read: write MAP='customer=<column>, time=<column>'."
        )
    ends = [*(start.start() for start in starts[1:]), len(text)]
    for start, end in zip(starts, ends, strict=False):
        key, value = start[1].lower(), text[start.end() : end].strip()
        if key.removeprefix("events.").removeprefix("customers.") not in KEYS:
            nearest = difflib.get_close_matches(key, KEYS, n=1)
            raise InputError(
                f"'{key}' is not something MAP can answer: it knows {', '.join(KEYS)}."
                + (f" Did you mean '{nearest[0]}'?" if nearest else "")
            )
        if not value:
            raise InputError(f"MAP gives no value for '{key}': write {key}=<column>.")
        answers.setdefault(key, []).append(value)
    return answers


class _Answers:
    """The answers that concern one of the files, with its columns."""

    def __init__(self, answers: Mapping[str, Sequence[str]], file: str, raw: RawFile, both: bool):
        self.answers, self.file, self.raw, self.both = answers, file, raw, both

    @property
    def other(self) -> str:
        """The other file."""
        return "customers" if self.file == "events" else "events"

    def texts(self, key: str) -> list[str]:
        """What was answered, for this file or for both."""
        return [*self.answers.get(f"{self.file}.{key}", ()), *self.answers.get(key, ())]

    def choice(self, key: str, known: Sequence[str]) -> str | None:
        """The answer to a question with a few possible answers."""
        for text in self.texts(key)[:1]:
            if text.lower() not in known:
                raise InputError(
                    f"MAP answers {key}={text}, which is not known: it is {' or '.join(known)}."
                )
            return text.lower()
        return None

    def column(self, text: str, key: str, is_own: bool = True) -> Column | None:
        """The column of that name; None where it may be one of the other file."""
        for same in (str, str.lower, plain_name):
            for column in self.raw.columns:
                if same(column.name.strip()) == same(text.strip()) and same(text):
                    return column
        if self.both and not is_own:
            return None
        names = [column.name for column in self.raw.columns]
        nearest = difflib.get_close_matches(text, names, n=1)
        raise InputError(
            f"MAP names the column '{text}' for {key}, which '{self.raw.path}' does not have: it "
            f"has {', '.join(names)}." + (f" Did you mean '{nearest[0]}'?" if nearest else "")
        )

    def role(self, key: str) -> Column | str | None:
        """The column that was answered for a role, 'none' or 'each row'."""
        for text in self.answers.get(f"{self.file}.{key}", ()):
            return text.lower() if text.lower() in ("none", EACH_ROW) else self.column(text, key)
        for text in self.answers.get(key, ()):
            if text.lower() in ("none", EACH_ROW):
                return text.lower()
            found = self.column(text, key, is_own=False)
            if found:
                return found
        return None

    def columns(self, key: str) -> list[Column]:
        """The columns that were answered for a key that takes several."""
        found = [self.column(text, key, is_own=False) for text in self.texts(key)]
        return [column for column in found if column]


# -- Roles by name and content ---------------------------------------------------------------------


def _is_identifier(column: Column) -> bool:
    return (
        len(column.counts) > 1
        and not column.is_boolean
        and max(map(len, column.counts)) <= 100
        and not (column.time and column.time.is_text)
        and all(number == int(number) for number in column.numbers() if math.isfinite(number))
    )


def _is_word(column: Column) -> bool:
    return not column.is_number and not column.time and 1 <= len(column.words) <= 50


def _is_kind(column: Column) -> bool:
    known = PURCHASE_WORDS | RETURN_WORDS | CANCEL_WORDS | OTHER_WORDS
    return _is_word(column) and bool(known & set(column.words))


def _is_cancelled_sometimes(column: Column) -> bool:
    return _is_word(column) and bool((CANCEL_WORDS | RETURN_WORDS) & set(column.words))


def _is_text(column: Column) -> bool:
    return len(column.counts) > 1 and not (column.time and column.time.is_text)


CONTENT: Mapping[str, tuple[Callable[[Column], bool], str]] = {
    "customer": (_is_identifier, "holds identifiers"),
    "time": (lambda column: column.time is not None, "holds times"),
    "order": (_is_text, "holds numbers of orders"),
    "session": (_is_text, "holds visits"),
    "event_type": (_is_word, "holds few different words"),
    "item": (_is_text, "holds items"),
    "category": (_is_text, "holds categories"),
    "brand": (_is_text, "holds brands"),
    "amount": (lambda column: column.is_number, "holds numbers"),
    "quantity": (lambda column: column.is_number, "holds numbers"),
    "unit_price": (lambda column: column.is_number, "holds numbers"),
    "status": (_is_cancelled_sometimes, "has words for cancelled or returned orders"),
}


def rank_of(role: str, column: Column) -> int | None:
    """How well a column fits a role, 0 being best; None where it does not."""
    name = plain_name(column.name)
    if column.is_nested or not column.counts or not CONTENT[role][0](column):
        return None
    if role == "time" and OTHER_TIME.search(name):
        return None
    if role == "amount" and NO_AMOUNT.search(name):
        return None
    for rank, pattern in enumerate(PATTERNS[role]):
        if re.fullmatch(pattern, name):
            # A column called only `type` says too little: its words have to tell.
            return None if (role, rank) == ("event_type", 1) and not _is_kind(column) else rank
    return len(PATTERNS[role]) if role == "time" and column.time.is_text else None


def _proposed(role: str, columns: Sequence[Column], asked: list[Question], file: str):
    """The column with the best rank for a role, or a question where two have it."""
    ranks = {c.name: rank for c in columns if (rank := rank_of(role, c)) is not None}
    best = [c for c in columns if c.name in ranks and ranks[c.name] == min(ranks.values())]
    if len(best) > 1:
        asked.append(
            Question(
                role,
                f"Which column is the {role.replace('_', ' ')}: "
                f"{' or '.join(column.name for column in best)}? Both could be.",
                tuple(column.name for column in best),
                file,
            )
        )
        return Role(best[0], "one of several")
    if not best:
        return None
    by_name = ranks[best[0].name] < len(PATTERNS[role])
    name = f"is named as one ({plain_name(best[0].name)})" if by_name else "alone"
    holds = CONTENT[role][1] + (_unread(best[0]) if role == "time" else "")
    return Role(best[0], f"{name}; {holds}" if by_name else f"{name} {holds}")


# -- Events ----------------------------------------------------------------------------------------


def map_events(
    raw: RawFile, answers: Mapping[str, Sequence[str]], asked: list[Question], both: bool = False
) -> Events | None:
    """What an event file means; questions are added to `asked`, and then there may be no answer.

    both: whether there is a file of customers beside it, of which some answers speak.
    """
    given = _Answers(answers, "events", raw, both)
    roles: dict[str, Role] = {}
    for role in ROLE_KEYS:
        answer = given.role(role)
        if answer == EACH_ROW:
            raise InputError(
                "MAP answers customer=each row for a file of events: there a customer has several "
                "rows, so name the column of the customer."
            )
        if isinstance(answer, Column):
            _check_answer(role, answer)
            if answer.name in {other.column.name for other in roles.values()}:
                raise InputError(
                    f"MAP gives the column '{answer.name}' two roles, {role.replace('_', ' ')} "
                    "among them: name it for one."
                )
            roles[role] = Role(answer, "MAP says so")
        elif answer == "none" and role in ("customer", "time"):
            raise InputError(f"MAP answers {role}=none, but events need a {role}: name its column.")
        elif answer is None:
            taken = {role.column.name for role in roles.values()}
            answered = {c.name for r in ROLE_KEYS if isinstance(c := given.role(r), Column)}
            free = [c for c in raw.columns if c.name not in taken | answered]
            proposed = _proposed(role, free, asked, "events")
            if proposed:
                roles[role] = proposed
    for role in ("customer", "time"):
        if role not in roles:
            asked.append(_who_or_when(role, "events"))
    asked += _doubts(roles, raw, given)
    words = _words(roles, given, asked)
    time = _time(roles.get("time"), given, asked)
    numeric = [roles[role].column for role in _NUMERIC if role in roles]
    signs = _signs(numeric, given, asked, "events")
    if "customer" not in roles or time is None:
        return None
    return _settled(Events(roles, time, signs, **words), raw)


_NUMERIC = ("amount", "quantity", "unit_price")


def _doubts(roles: Mapping[str, Role], raw: RawFile, given: _Answers) -> Iterator[Question]:
    """Questions where a proposal, or the lack of one, would go against what the columns hold."""
    used = {role.column.name for role in roles.values()}
    free = [c for c in raw.columns if c.name not in used and c.counts and not c.is_nested]

    def ask(key: str, sentence: str, *choices: str) -> Question:
        return Question(key, sentence, choices, "events")

    def open_to_doubt(role: str) -> bool:
        return given.role(role) is None

    for role in ("event_type", *_NUMERIC):
        if role in roles or not open_to_doubt(role):
            continue
        for column in free:
            named = re.fullmatch(PATTERNS[role][0], plain_name(column.name))
            if named and role == "event_type" and not column.is_number and not column.time:
                yield ask(
                    role,
                    f"Is {column.name} the event type? It has {len(column.words)} different words, "
                    "more than an event type has.",
                    column.name,
                    "none",
                )
            digits = sum(n for text, n in column.counts.items() if re.search(r"\d", text))
            if named and role in _NUMERIC and not column.is_number and digits > 0.5 * column.known:
                odd = next(t for t in column.counts if read_number(t) is None)
                yield ask(
                    role,
                    f"{column.name} is named as the {role.replace('_', ' ')}, but too many of its "
                    f"values are no numbers that can be read, such as {odd}. Write them otherwise, "
                    "or go without.",
                    "none",
                )
    if "time" in roles and open_to_doubt("time"):
        column = roles["time"].column
        if column.time.share < 0.9:
            yield ask(
                "time",
                f"Is {column.name} the time? Only {column.time.share:.0%} of its values are times, "
                f"and rows with others, such as {column.time.odd}, would be rejected.",
                column.name,
            )
    is_bare = all(re.fullmatch(r"column_\d+", column.name) for column in raw.columns)
    numeric = [c for c in free if c.is_number and not c.is_boolean]
    open_numbers = not set(_NUMERIC) & set(roles) and all(map(open_to_doubt, _NUMERIC))
    if is_bare and numeric and open_numbers and {"customer", "time"} <= set(roles):
        yield _unnamed_numbers(numeric)
    for role in ("amount", "quantity"):
        if role in roles and open_to_doubt(role):
            column = roles[role].column
            numbers = column.numbers("," if column.decimal_sign == "," else ".")
            if sum(number < 0 for number in numbers) > 0.5 * len(numbers):
                yield ask(
                    role,
                    f"Most values of {column.name} are below 0, which would make them returns: is "
                    f"it the {role}?",
                    column.name,
                    "none",
                )
    if {"amount", "unit_price"} <= set(roles) and "quantity" not in roles:
        amount = roles["amount"].column
        whole = all(number == int(number) for number in amount.numbers())
        if whole and open_to_doubt("amount") and open_to_doubt("quantity"):
            yield ask(
                "amount",
                f"Is {amount.name} money, or the number of pieces? It holds whole numbers beside "
                f"a price, {roles['unit_price'].column.name}.",
                amount.name,
                f"none, quantity={amount.name}",
            )
    for column in free:
        flagged = UNDONE.fullmatch(plain_name(column.name)) and column.is_boolean
        if flagged and not {"status", "event_type"} & set(roles) and open_to_doubt("status"):
            yes = next(word for word in column.words if re.sub(r"[.]0+$", "", word) in YES)
            yield ask(
                "status",
                f"Does {column.name} say which events were returned or cancelled? Otherwise all of "
                "them count as purchases.",
                f"{column.name}, return={yes}",
                f"{column.name}, cancel={yes}",
                "none",
            )
    if "customer" in roles and open_to_doubt("customer"):
        column = roles["customer"].column
        others = [c for c in free if rank_of("customer", c) is not None]
        if others and column.known >= 50 and len(column.counts) == column.known:
            yield ask(
                "customer",
                f"Which column is the customer: {column.name} differs on every row, so that nobody "
                f"would have two events, and {others[0].name} could be it.",
                others[0].name,
                column.name,
            )


def _unnamed_numbers(numeric: Sequence[Column]) -> Question:
    """The question what the numbers of a file without a header are."""
    whole = [c for c in numeric if all(n == int(n) for n in c.numbers() if math.isfinite(n))]
    money = [c for c in numeric if c not in whole] or whole[-1:]
    pieces = [c for c in whole if c not in money]
    names = ", ".join(column.name for column in numeric)
    if not pieces:
        choices = (money[0].name, "none")
        return Question("amount", f"The file has no header: what is {names}?", choices, "events")
    choices = (f"{pieces[0].name}, amount={money[0].name}", "none")
    sentence = f"The file has no header: which of {names} is the quantity, and which the amount?"
    return Question("quantity", sentence, choices, "events")


def _settled(events: Events, raw: RawFile) -> Events:
    """The roles as they will be used: a price without a quantity is the amount."""
    roles = dict(events.roles)
    if "unit_price" in roles and "quantity" not in roles and "amount" not in roles:
        price = roles.pop("unit_price")
        roles["amount"] = Role(price.column, price.why + "; there is no quantity")
    if "amount" in roles or "quantity" not in roles:
        roles.pop("unit_price", None)
    if "event_type" in roles:
        roles.pop("status", None)
    orders = roles["order"].column.words if "order" in roles else ()
    cancelled = [word for word in orders if re.fullmatch(r"c\d+", word)]
    plain = [word for word in orders if re.fullmatch(r"\d+([.]0+)?", word)]
    used = {role.column.name for role in roles.values()}
    order = [role for role in ROLE_KEYS if role in roles]
    return Events(
        roles={role: roles[role] for role in order},
        time=events.time,
        decimal_signs=events.decimal_signs,
        purchase_words=events.purchase_words,
        return_words=events.return_words,
        cancel_words=events.cancel_words,
        has_cancelled_orders=0 < len(cancelled) < len(plain),
        left_out={
            c.name: "it has no role among events: attributes belong into a file of customers"
            for c in raw.columns
            if c.name not in used
        },
    )


def _check_answer(role: str, column: Column) -> None:
    """Raise InputError where a column cannot have the role that MAP gives it."""
    if column.is_nested or not column.counts:
        raise InputError(
            f"MAP says that '{column.name}' is the {role.replace('_', ' ')}, but it holds "
            f"{'lists, structures or bytes' if column.is_nested else 'no value'}: name another "
            "column."
        )
    needed = {"time": "times", **dict.fromkeys(_NUMERIC, "numbers")}
    if role in needed and not CONTENT[role][0](column):
        raise InputError(
            f"MAP says that '{column.name}' is the {role.replace('_', ' ')}, but it holds no "
            f"{needed[role]} that can be read, such as {', '.join(column.examples)}: name another "
            "column, or write its values otherwise."
        )


def _who_or_when(role: str, file: str, is_alone: bool = False) -> Question:
    what = {"customer": "the customer", "time": "the time of the event"}[role]
    sentence = f"Which column is {what}? None of them is named and filled like one."
    if is_alone:
        sentence += f" If each row is a customer of its own, answer '{EACH_ROW}'."
    choices = ("<column>", EACH_ROW) if is_alone else ("<column>",)
    return Question(role, sentence, choices, file)


KINDS = ("purchase", "return", "cancel")


def _words(roles: Mapping[str, Role], given: _Answers, asked: list[Question]) -> dict:
    """Which words of the event type, or of the status, are purchases, returns and cancellations."""
    source = roles.get("event_type") or roles.get("status")
    words = source.column.words if source else ()
    answered = {key: [text.lower() for text in given.texts(key)] for key in KINDS}
    for key, texts in answered.items():
        for text in texts:
            if text not in words and text != "none":
                raise InputError(
                    f"MAP answers {key}={text}, which is no event type or status of this file: "
                    f"they are {', '.join(words) or 'not given'}."
                )
    purchases = answered["purchase"] or [word for word in words if word in PURCHASE_WORDS]
    returns = answered["return"] or [word for word in words if word in RETURN_WORDS]
    cancels = answered["cancel"] or [word for word in words if word in CANCEL_WORDS]
    bought = {"amount", "unit_price", "quantity", "order"} & set(roles)
    if "event_type" in roles and bought and not purchases:
        asked.append(
            Question(
                "purchase",
                f"Which event type is a purchase? The column {source.column.name} has "
                f"{', '.join(words)}; answer 'none' if none of them is.",
                words,
                "events",
            )
        )
    return {
        "purchase_words": tuple(word for word in purchases if word != "none"),
        "return_words": tuple(word for word in returns if word != "none"),
        "cancel_words": tuple(word for word in cancels if word != "none"),
    }


def _time(role: Role | None, given: _Answers, asked: list[Question]) -> TimeReading | None:
    """How the times are read, with days and months in the order that MAP or the values tell."""
    if role is None or role.column.time is None:
        return None
    return _ordered(role.column, given, asked)


def _ordered(column: Column, given: _Answers, asked: list[Question]) -> TimeReading:
    reading, order = column.time, given.choice("time_format", ORDERS)
    if order and reading.style in ORDERS and reading.style != order:
        if any(text.count(".") > 1 for text in column.counts) and not _tells_order(column):
            return in_order(in_order(reading, "day first"), order)
        # An answer is for the columns that leave it open; where none does, it goes against them.
        if not any(c.time and c.time.style == "either" for c in given.raw.columns):
            raise InputError(
                f"MAP answers time_format={order}, but the values of '{column.name}' in "
                f"'{given.raw.path}', such as {', '.join(column.examples)}, are {reading.style}: "
                f"take it away, or answer for the other file with {given.other}.time_format."
            )
    if order and reading.style == "either":
        return in_order(reading, order)
    if reading.style == "either":
        question = Question(
            "time_format",
            f"Are the times of the column {column.name} written day first or month first? "
            f"Their values, such as {column.examples[0]}, do not tell.",
            ORDERS,
            given.file,
        )
        if (question.key, question.file) not in [(other.key, other.file) for other in asked]:
            asked.append(question)
    return reading


def _signs(
    columns: Sequence[Column], given: _Answers, asked: list[Question], file: str
) -> dict[str, str]:
    """The sign before the fraction of the numbers of each column, by name."""
    answer = given.choice("decimal", tuple(DECIMALS))
    unclear = [column for column in columns if column.decimal_sign == "either"]
    if answer and not unclear:
        _check_sign(columns, answer, given)
    if unclear and not answer:
        example = next(text for text in unclear[0].counts if "," in text or "." in text)
        asked.append(
            Question(
                "decimal",
                f"Is the decimal sign of the column {unclear[0].name} a point or a comma? Numbers "
                f"such as {example} can be read both ways.",
                tuple(DECIMALS),
                file,
            )
        )
    other = DECIMALS[answer] if answer else "."
    return {c.name: c.decimal_sign if c.decimal_sign in (".", ",") else other for c in columns}


def _check_sign(columns: Sequence[Column], answer: str, given: _Answers) -> None:
    """Raise InputError where no column leaves the sign open and one has another than the answer."""
    signs = {sign: word for word, sign in DECIMALS.items()}
    for column in columns:
        sign = column.decimal_sign
        if sign in signs and signs[sign] != answer and is_surely(column.counts, sign):
            example = next(text for text in column.counts if is_surely({text: 1}, sign))
            raise InputError(
                f"MAP answers decimal={answer}, but the values of '{column.name}' in "
                f"'{given.raw.path}', such as {example}, have a decimal {signs[sign]}: take it "
                f"away, or answer for the other file with {given.other}.decimal."
            )


def _tells_order(column: Column) -> bool:
    """Whether some value is a time with its days and months in one order only."""
    parts = [re.split("[-/.]", text)[:2] for text in column.counts]
    return any(p.isdigit() and int(p) > 12 for pair in parts for p in pair)


# -- Customers -------------------------------------------------------------------------------------


def map_customers(
    raw: RawFile, answers: Mapping[str, Sequence[str]], asked: list[Question], both: bool = False
) -> Customers | None:
    """What a table of customers means; questions are added to `asked`."""
    given = _Answers(answers, "customers", raw, both)
    answer = given.role("customer")
    if answer == "none":
        raise InputError(
            "MAP answers customer=none: name the column, or answer customer=each row where each "
            "row is a customer of its own."
        )
    customer = None
    if isinstance(answer, Column):
        _check_answer("customer", answer)
        customer = Role(answer, "MAP says so")
    elif answer is None:
        customer = _proposed("customer", raw.columns, asked, "customers") or _plain_id(raw)
        if customer is None:
            asked.append(_who_or_when("customer", "customers", is_alone=not both))
    elif both:
        raise InputError(
            "MAP answers customer=each row, but with a file of events beside it the customers need "
            "a column that names them there as well: MAP='customers.customer=<column>'."
        )
    if customer and len(customer.column.counts) < 0.5 * customer.column.known:
        raise InputError(
            f"'{raw.path}' has several rows for most values of '{customer.column.name}', and a "
            "file of customers has one row for each: give it as EVENTS, or name another column "
            "with MAP='customers.customer=<column>'."
        )
    attributes, left_out = [], {}
    as_text = {column.name for column in given.columns("text")}
    unwanted = {column.name for column in given.columns("leave_out")}
    used = [
        c for c in raw.columns if c.name not in unwanted | as_text and not _why_not(c, raw, as_text)
    ]
    key = customer.column.name if customer else None
    numbers = [c for c in used if c.is_number and not c.is_boolean and c.name != key]
    signs = _signs(numbers, given, asked, "customers")
    # A value that is summed becomes the feature monetary.
    names = {"monetary"} if any("+" in text for text in given.texts("value")) else set()
    for column in raw.columns:
        if customer and column.name == customer.column.name:
            continue
        reason = "MAP says so" if column.name in unwanted else _why_not(column, raw, as_text)
        if reason:
            left_out[column.name] = reason
        else:
            attribute = _attribute(
                column,
                column.name in as_text,
                signs.get(column.name, "."),
                given,
                asked,
                names,
                both,
            )
            attributes.append(attribute)
            names |= {attribute.name, attribute.staged}
    if not both and not any(a.kind == "date" and not a.is_ahead for a in attributes):
        births = [a for a in attributes if a.kind == "birth"]
        attributes = [a for a in attributes if a not in births]
        left_out |= {
            birth.column.name: "no other date of the file says on which day the age counts: add a "
            "column of ages, or of a date such as the last purchase"
            for birth in births
        }
    return Customers(customer, tuple(attributes), left_out)


def _plain_id(raw: RawFile) -> Role | None:
    """A column called id with a value of its own on each row."""
    for column in raw.columns:
        is_unique = column.counts and max(column.counts.values()) == 1 and not column.missing
        if plain_name(column.name) in ("id", "key", "uid") and is_unique:
            return Role(column, "is called id and differs on each row")
    return None


def _why_not(column: Column, raw: RawFile, as_text: set[str]) -> str | None:
    """Why a column is no attribute, or None."""
    name, levels = plain_name(column.name), len(column.words)
    if column.is_nested:
        return "it holds lists, structures or bytes"
    if not name or not is_writable(column.name):
        return "its name cannot be written in a model: rename it in the file"
    if column.known_share < 0.05:
        return f"it is known for {column.known_share:.0%} of the rows only"
    if levels == 1:
        return "it has one value only"
    if column.is_boolean or (column.time and column.time.is_text):
        return None
    sampled = column.known + column.missing
    is_key = levels == sampled and re.fullmatch(r"(\w+_)?(id|key|nr|number|index|unnamed\w*)", name)
    if column.is_number and column.name not in as_text:
        called = sum(n for text, n in column.counts.items() if TELEPHONE.fullmatch(text))
        if called > 0.5 * column.known:
            return "it holds telephone numbers"
        if CODE.search(name):
            return f"its numbers are names, not amounts; with text={column.name} it is one"
        numbers = column.numbers()
        whole = all(number == int(number) for number in numbers if math.isfinite(number))
        is_count = whole and numbers and max(numbers) - min(numbers) + 1 == len(numbers)
        is_index = levels == sampled and is_count and sampled > 20
        return "it numbers the rows" if is_key or is_index else None
    if PERSONAL.fullmatch(name) and column.name not in as_text:
        return (
            f"its name says that it tells who someone is; with text={column.name} it is kept, "
            "outside the segments, and published as a hash or not at all"
        )
    if is_key or (levels > MAX_LEVELS and levels >= 0.95 * column.known):
        return "it differs on nearly every row: an identifier or free text"
    if levels > MAX_LEVELS:
        return f"it has {levels} different texts, more than {MAX_LEVELS}"
    return None


def _attribute(
    column: Column,
    is_text: bool,
    sign: str,
    given: _Answers,
    asked: list[Question],
    names: set[str],
    both: bool,
) -> Attribute:
    """The feature that a column becomes."""
    name = _feature_name(column, names, both)
    if is_text:
        return Attribute(name, column, "text", "MAP says so")
    if column.is_boolean:
        return Attribute(name, column, "boolean", f"holds {' and '.join(column.words[:2])}")
    if column.time and BIRTH.search(plain_name(column.name)):
        taken = names | {re.sub(r"^born_at(_\d+)?$", r"age_years\1", other) for other in names}
        return Attribute(
            _unused("age_years", taken),
            column,
            "birth",
            f"is named as a birth; holds dates{_unread(column)}",
            time=_ordered(column, given, asked),
        )
    if column.time and (column.time.is_text or _is_date_name(column)):
        base = re.sub(r"_(date|at|on|datum|timestamp|time|day)$|^(date_of|date|dt)_", "", name)
        # What is called joined_at takes joined_days as well, whose staged column that would be.
        taken = names | {re.sub(r"_at(_\d+)?$", r"_days\1", other) for other in names}
        return Attribute(
            _unused(f"{base}_days", taken | (EVENT_FEATURES if both else set())),
            column,
            "date",
            f"holds dates{_unread(column)}",
            time=_ordered(column, given, asked),
        )
    if column.is_number:
        numbers = sorted(column.numbers(sign)) or [0.0]
        middle, mean = numbers[len(numbers) // 2], sum(numbers) / len(numbers)
        return Attribute(
            name,
            column,
            "number",
            "holds numbers",
            decimal_sign=sign,
            is_long_tailed=numbers[0] >= 0 and len(set(numbers)) > 10 and mean > 1.3 * middle > 0,
        )
    return Attribute(name, column, "text", f"holds {len(column.words)} different words")


def _unread(column: Column) -> str:
    """Words for the values of a column of times that are none, if there are any."""
    if column.time.share == 1:
        return ""
    return f"; {1 - column.time.share:.1%} of its values are none, such as {column.time.odd}"


def _is_date_name(column: Column) -> bool:
    return bool(re.search(r"date|datum|_at$|_on$|timestamp|_dt$|^dt_", plain_name(column.name)))


def _feature_name(column: Column, names: set[str], both: bool) -> str:
    name = plain_name(column.name)
    if len(name) > MAX_NAME:
        name = name[:MAX_NAME].rpartition("_")[0] or name[:MAX_NAME]
    if name in reserved_words() or name[0].isdigit():
        name = f"stated_{name}"
    if name in OWN_NAMES or (both and name in EVENT_FEATURES):
        name = f"stated_{name}"
    return _unused(name, names)


def _unused(name: str, names: set[str]) -> str:
    """The name, with a number where it is taken."""
    number, unused = 2, name
    while unused in names:
        unused, number = f"{name}_{number}", number + 1
    return unused


# -- Everything ------------------------------------------------------------------------------------


def make_plan(
    name: str,
    events_file: RawFile | None,
    customers_file: RawFile | None,
    answers: Mapping[str, Sequence[str]],
) -> Plan:
    """What both files mean together.

    Raises Questions with all that the files do not tell, and InputError for answers that cannot be.
    """
    asked: list[Question] = []
    both = events_file is not None and customers_file is not None
    events = map_events(events_file, answers, asked, both) if events_file else None
    customers = map_customers(customers_file, answers, asked, both) if customers_file else None
    axes: dict = {}
    if customers is not None:
        given = _Answers(answers, "customers", customers_file, both)
        if customers_file and not events_file:
            axes = _axes(customers, given, asked)
        axes["outcome"] = _outcome(customers, given)
    if asked:
        raise Questions(asked)
    used = [role.column.name for role in events.roles.values()] if events else []
    used += [customers.customer.column.name] if customers and customers.customer else []
    for column in used:
        if not is_writable(column):
            raise InputError(
                f"the column {column!r} has a quote, a brace, a backslash or a control sign in its "
                "name, which a model cannot: rename it in the file."
            )
    if customers and not customers.attributes and not events:
        raise InputError(
            f"'{customers_file.path}' has no column that can be a feature: "
            + "; ".join(f"{column}: {why}" for column, why in customers.left_out.items())
            + ". Give a file with attributes of customers."
        )
    return Plan(name, events, customers, events_file, customers_file, **axes)


def check_join(plan: Plan) -> None:
    """Raise InputError where no customer of one file stands in the other, and ask where few do."""
    if not (plan.events and plan.customers):
        return
    events = plan.events.roles["customer"].column
    customers = plan.customers.customer.column
    keys, other_keys = (
        {re.sub(r"^(-?[0-9]+)[.]0+$", r"\1", text) for text in column.counts}
        for column in (events, customers)
    )
    shared, least = len(keys & other_keys), min(len(keys), len(other_keys))
    if max(plan.events_file.rows, plan.customers_file.rows) > SAMPLE_ROWS:
        shared, least = shared_keys(
            plan.events_file, events.name, plan.customers_file, customers.name
        )
    is_said = "MAP says so" in (plan.events.roles["customer"].why, plan.customers.customer.why)
    if 0 < shared < 0.1 * least and not is_said:
        sentence = (
            f"Only {shared} customers stand in both files, {shared / least:.1%} of the smaller "
            f"one: {events.name} has {', '.join(events.examples)}, and {customers.name} has "
            f"{', '.join(customers.examples)}. Are these the columns that go together?"
        )
        raise Questions([Question("customer", sentence, (events.name,), "events")])
    if not shared:
        raise InputError(
            f"no customer of '{plan.events_file.path}' ({events.name}: "
            f"{', '.join(events.examples)}) stands in '{plan.customers_file.path}' "
            f"({customers.name}: "
            f"{', '.join(customers.examples)}): name the columns that go together with "
            "MAP='events.customer=<column>, customers.customer=<column>', or make two populations."
        )


def _axes(customers: Customers, given: _Answers, asked: list[Question]) -> dict:
    """The features that name the segments where there are no events."""
    numbers = [a for a in customers.attributes if a.kind == "number"]
    texts = given.texts("value")
    if texts:
        value = [given.column(part, "value").name for part in re.split(r"\+", texts[0])]
        features = [next((a for a in numbers if a.column.name == part), None) for part in value]
        if None in features:
            wrong = value[features.index(None)]
            raise InputError(
                f"MAP answers value={texts[0]}, but '{wrong}' is no number that is a feature: name "
                "a column of numbers, or several with + between them."
            )
        names = tuple(feature.name for feature in features)
    else:
        names = _value(numbers, asked)
    others = [a.name for a in numbers if a.name not in names]
    activity = next((n for n in others if ACTIVITY_PATTERN.fullmatch(n)), None)
    freshness = next((n for n in others if FRESHNESS_PATTERN.fullmatch(n)), None)
    dates = [a.name for a in customers.attributes if a.kind == "date" and "last" in a.name]
    return {"value": names, "activity": activity, "freshness": freshness or next(iter(dates), None)}


def _value(numbers: Sequence[Attribute], asked: list[Question]) -> tuple[str, ...]:
    """The amount-like feature, or a question."""
    for pattern in VALUE_PATTERNS:
        found = [a for a in numbers if re.fullmatch(pattern, plain_name(a.column.name))]
        if len(found) == 1:
            return (found[0].name,)
        if found:
            break
    # Who has fractions is money sooner than whole numbers, and those sooner than what counts rows.
    likely = sorted(found if numbers and found else numbers, key=_unlikely_value)
    columns = tuple(a.column.name for a in likely)
    if not columns:
        raise InputError(
            "the customers have no column of numbers that says what a customer is worth, which "
            "orders and names the segments: add one to the file."
        )
    asked.append(
        Question(
            "value",
            "Which column says what a customer is worth? It orders and names the segments. One "
            "column of numbers, or several to be summed, with + between them.",
            columns,
            "customers",
        )
    )
    return ()


def _unlikely_value(attribute: Attribute) -> tuple[bool, bool]:
    """How little a column of numbers looks like money: whether it names things, or is whole."""
    name = plain_name(attribute.column.name)
    names = [pattern for role in ("order", "session", "item") for pattern in PATTERNS[role]]
    is_name = any(re.fullmatch(p, name) for p in names) or re.search(r"_(id|no|nr|key)$", name)
    numbers = attribute.column.numbers(attribute.decimal_sign)
    return bool(is_name), all(n == int(n) for n in numbers if math.isfinite(n))


def _outcome(customers: Customers, given: _Answers) -> str | None:
    """The yes or no that the segments should tell, if there is one."""
    booleans = {a.column.name: a.name for a in customers.attributes if a.kind == "boolean"}
    for text in given.texts("outcome")[:1]:
        if text.lower() == "none":
            return None
        column = given.column(text, "outcome")
        if column.name not in booleans:
            raise InputError(
                f"MAP answers outcome={text}, but that column holds no yes and no: name one that "
                "does, or 'none'."
            )
        return booleans[column.name]
    found = [name for name in booleans.values() if OUTCOME_PATTERN.fullmatch(name)]
    return found[0] if len(found) == 1 else None
