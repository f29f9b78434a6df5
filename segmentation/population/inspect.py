"""What a file holds: how it is read, and what the values of its columns look like."""

import gzip
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from glob import glob
from pathlib import Path

import duckdb
import pandas as pd

from segmentation.errors import InputError
from segmentation.features import quoted, text_literal

SAMPLE_ROWS = 20_000

# The words of the macro says_nothing.
SAYS_NOTHING = {
    *("unknown", "n/a", "na", "#n/a", "nan", "null", "?", "-", "--", "(not set)", "not available"),
    *("not specified", "unspecified", "missing", "undefined", "unbekannt", "k.a.", "k. a."),
}
YES = {"1", "y", "yes", "t", "true", "j", "ja"}
NO = {"0", "n", "no", "f", "false", "nein"}

_CURRENCY = re.compile("[$€£¥₹' \xa0\u202f]|^(?:EUR|USD|GBP|CHF)|(?:EUR|USD|GBP|CHF)$")
_FRACTION = r"(?:e[+-]?\d+)?"
_POINT = re.compile(rf"[+-]?(?:\d+|\d{{1,3}}(?:,\d{{3}})+)?(?:\.\d*)?{_FRACTION}", re.I | re.A)
_COMMA = re.compile(rf"[+-]?(?:\d+|\d{{1,3}}(?:\.\d{{3}})+)?(?:,\d*)?{_FRACTION}", re.I | re.A)

_CLOCK = (
    r"(?:(?P<join>, ?| |T)(?P<hours>\d{1,2}):(?P<minutes>\d{2})"
    r"(?::(?P<seconds>\d{2})(?P<fraction>\.\d+)?)?(?P<blank> ?)(?P<half>[AaPp][Mm])?)?"
)
_ISO = re.compile(
    r"\d{4}(?P<sign>[-/])\d{1,2}(?P=sign)\d{1,2}"
    r"(?:[ T](?P<hours>\d{1,2}):(?P<minutes>\d{2})(?::\d{2}(?:\.\d+)?)?"
    r"(?:Z| ?UTC| ?[+-]\d{2}(?::?\d{2})?)?)?",
    re.A,
)
_PARTS = re.compile(
    r"(?P<first>\d{1,2})(?P<sign>[-/.])(?P<second>\d{1,2})(?P=sign)(?P<year>\d{4}|\d{2})" + _CLOCK,
    re.A,
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_NAMED_MONTH = re.compile(
    rf"\d{{1,2}}(?P<sign>[- ])(?:{_MONTHS})(?P=sign)(?P<year>\d{{4}}|\d{{2}})" + _CLOCK,
    re.I | re.A,
)
_COMPACT = re.compile(
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?P<clock>\d{6})?", re.A
)
_EPOCH = re.compile(r"1\d{9}(?P<thousandths>\d{3})?(?:\.\d+)?", re.A)


@dataclass(frozen=True)
class TimeReading:
    """How a column's texts are read as points in time.

    style: iso, day first, month first, either (the values do not say which), named month, compact
        (19970101) or epoch (seconds since 1970).
    formats: the strptime formats, day first where it may be either; none for iso and epoch.
    per_second: 1 for epochs in seconds, 1000 in thousandths.
    has_clock: whether any value states a time of day other than midnight.
    share: the share of the values that are times; odd: one that is none.
    """

    style: str
    formats: tuple[str, ...] = ()
    per_second: int = 1
    has_clock: bool = False
    share: float = 1.0
    odd: str = ""

    @property
    def is_text(self) -> bool:
        """Whether the values look like times whatever the column is called; bare digits do not."""
        return self.style not in ("compact", "epoch")


@dataclass(frozen=True)
class Column:
    """One column of a file, by a sample of its rows.

    counts: how often each known text stands in the sample; blank and missing words are not in it.
    missing: the number of sampled rows without a known text.
    is_nested: whether the column holds lists, structures or bytes, which cannot be used.
    """

    name: str
    counts: Mapping[str, int] = field(default_factory=dict)
    missing: int = 0
    is_nested: bool = False
    time: TimeReading | None = None
    decimal_sign: str | None = None

    @property
    def known(self) -> int:
        """The number of sampled rows with a known text."""
        return sum(self.counts.values())

    @property
    def known_share(self) -> float:
        """The share of the sampled rows with a known text; 0 of no rows."""
        return self.known / max(1, self.known + self.missing)

    @property
    def examples(self) -> tuple[str, ...]:
        """Up to three frequent values, shortened."""
        frequent = sorted(self.counts, key=lambda text: (-self.counts[text], text))[:3]
        return tuple(text if len(text) <= 30 else text[:29] + "…" for text in frequent)

    @property
    def words(self) -> tuple[str, ...]:
        """The different texts in lower case, most frequent first."""
        words = Counter()
        for text, count in self.counts.items():
            words[text.lower()] += count
        return tuple(sorted(words, key=lambda word: (-words[word], word)))

    @property
    def is_boolean(self) -> bool:
        """Whether the values are a yes and a no."""
        words = {re.sub(r"^([01])\.0+$", r"\1", word) for word in self.words}
        return bool(words & YES) and bool(words & NO) and words <= YES | NO

    @property
    def is_number(self) -> bool:
        """Whether nearly all values are numbers."""
        return self.decimal_sign is not None

    def numbers(self, decimal_sign: str = ".") -> list[float]:
        """The values that are numbers, each as often as it stands in the sample."""
        found = []
        for text, count in self.counts.items():
            number = read_number(text, decimal_sign)
            found += [number] * count if number is not None else []
        return found


@dataclass(frozen=True)
class RawFile:
    """A file, or several of one shape, and how DuckDB reads it.

    path: the path or glob, as the user gave it, absolute.
    format: csv; parquet; or lines, for text whose columns are set apart by runs of blanks.
    options: arguments of read_csv; empty for parquet.
    sample: some of the rows, every column as text.
    """

    path: str
    format: str
    options: str
    columns: tuple[Column, ...]
    rows: int
    sample: pd.DataFrame | None = None


# -- Values ----------------------------------------------------------------------------------------


def describe(name: str, values: Iterable[str | None]) -> Column:
    """A column from its values, as texts or None: what is missing, numbers and times."""
    counts: Counter = Counter()
    missing = 0
    for value in values:
        text = (value or "").strip(" \t\r\n")
        if not text or text.lower() in SAYS_NOTHING:
            missing += 1
        else:
            counts[text] += 1
    return Column(
        name=name,
        counts=counts,
        missing=missing,
        time=time_reading(counts),
        decimal_sign=decimal_sign(counts),
    )


def read_number(text: str, decimal_sign: str = ".") -> float | None:
    """The number that the macro written_number reads, or None."""
    bare = _CURRENCY.sub("", text)
    pattern, separator = (_POINT, ",") if decimal_sign == "." else (_COMMA, ".")
    if not pattern.fullmatch(bare):
        return None
    try:
        number = float(bare.replace(separator, "").replace(decimal_sign, "."))
    except ValueError:
        return None
    return number if abs(number) < 1e12 else None


def decimal_sign(counts: Mapping[str, int]) -> str | None:
    """The sign before the fraction that makes numbers of nearly all texts.

    A point or a comma; 'either' where the only sign of each number may separate thousands or a
    fraction alike (1,234 and 1.234); None where the texts are no numbers.
    """
    total = sum(counts.values())
    matched = {
        sign: sum(n for text, n in counts.items() if read_number(text, sign) is not None)
        for sign in (".", ",")
    }
    if not total or max(matched.values()) < 0.95 * total:
        return None
    if matched["."] != matched[","]:
        return "." if matched["."] > matched[","] else ","
    surely = [sign for sign in (".", ",") if is_surely(counts, sign)]
    if len(surely) == 1:
        return surely[0]
    return "either" if any("," in text or "." in text for text in counts) else "."


def is_surely(counts: Mapping[str, int], sign: str) -> bool:
    """Whether some of the texts are numbers with this decimal sign only; no thousands have 0.5."""
    other = "," if sign == "." else "."
    below_1 = re.compile(rf"[^0-9]*0[{sign}]")
    return any(
        read_number(text, sign) is not None
        and (read_number(text, other) is None or below_1.match(text))
        for text in counts
    )


def time_reading(counts: Mapping[str, int]) -> TimeReading | None:
    """How half of the texts or more are read as points in time; None where they cannot be.

    Bare digits may be something else, so that nine in ten of them have to.
    """
    total = sum(counts.values())
    styles = {
        "iso": _ISO,
        "parts": _PARTS,
        "named month": _NAMED_MONTH,
        "compact": _COMPACT,
        "epoch": _EPOCH,
    }
    for style, pattern in styles.items():
        matches = {text: match for text in counts if (match := pattern.fullmatch(text))}
        known = sum(counts[text] for text in matches)
        if total and known >= (0.9 if style in ("compact", "epoch") else 0.5) * total:
            odd = next((text for text in counts if text not in matches), "")
            reading = _reading(style, list(matches.values()))
            return replace(reading, share=known / total, odd=odd)
    return None


def _reading(style: str, matches: Sequence[re.Match]) -> TimeReading:
    if style == "epoch":
        thousandths = any(match["thousandths"] for match in matches)
        return TimeReading(style, per_second=1000 if thousandths else 1, has_clock=True)
    if style == "compact":
        clocks = {match["clock"] for match in matches}
        formats = ["%Y%m%d%H%M%S"] * any(clocks) + ["%Y%m%d"] * (None in clocks)
        return TimeReading(style, tuple(formats), has_clock=any(clocks - {None, "000000"}))
    has_clock = any(match["hours"] and _clock(match) != (0, 0) for match in matches)
    if style == "iso":
        return TimeReading(style, has_clock=has_clock)
    formats = Counter(_format(style, match) for match in matches)
    formats = tuple(sorted(formats, key=lambda form: (-formats[form], form)))
    if style == "named month":
        return TimeReading(style, formats, has_clock=has_clock)
    by_day = sum(int(match["first"]) > 12 for match in matches)
    by_month = sum(int(match["second"]) > 12 for match in matches)
    reading = TimeReading("either", formats, has_clock=has_clock)
    if by_day == by_month == 0 and all(match["sign"] == "." for match in matches):
        return in_order(reading, "day first")
    return in_order(reading, order) if (order := _order(by_day, by_month)) else reading


def _order(by_day: int, by_month: int) -> str | None:
    """The order that the values tell; a few of the other are mistakes, many leave it open."""
    if min(by_day, by_month) > 0.05 * max(by_day, by_month) or by_day == by_month:
        return None
    return "day first" if by_day > by_month else "month first"


def _clock(match: re.Match) -> tuple[int, int]:
    """The hour and minute, midnight being 0:00."""
    hour = int(match["hours"])
    if match.groupdict().get("half"):
        hour = hour % 12 + 12 * (match["half"].lower() == "pm")
    return hour, int(match["minutes"])


def _format(style: str, match: re.Match) -> str:
    """The strptime format of one text, day first."""
    sign, year = match["sign"], "%Y" if len(match["year"]) == 4 else "%y"
    form = f"%d{sign}{'%m' if style == 'parts' else '%b'}{sign}{year}"
    if match["hours"]:
        form += f"{match['join']}{'%I' if match['half'] else '%H'}:%M"
        form += ":%S" if match["seconds"] else ""
        form += ".%f" if match["fraction"] else ""
        form += f"{match['blank']}%p" if match["half"] else ""
    return form


def in_order(reading: TimeReading, order: str) -> TimeReading:
    """The reading with its days and months in that order: 'day first' or 'month first'."""
    formats = []
    for form in reading.formats:
        sign = form[2]
        first, second = ("%d", "%m") if order == "day first" else ("%m", "%d")
        formats.append(f"{first}{sign}{second}{form[5:]}")
    return replace(reading, style=order, formats=tuple(formats))


def is_writable(name: str) -> bool:
    """Whether a column's name can stand in SQL, YAML and Jinja as it is."""
    return not re.search(r"['\"{}\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]", name)


def plain_name(name: str) -> str:
    """A name in lower-case words joined by _: 'Customer ID' and CustomerID give customer_id."""
    for umlaut, letters in zip("äöüßÄÖÜ", ("ae", "oe", "ue", "ss", "Ae", "Oe", "Ue"), strict=True):
        name = name.replace(umlaut, letters)
    name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


# -- Files -----------------------------------------------------------------------------------------


def read_file(path: str) -> RawFile:
    """Look at a file, or at all files of a glob: how they are read, and a sample of their rows.

    Raises InputError where there is no file, it cannot be used, or several differ in shape.
    """
    if any(sign in path for sign in "'{}\\\n"):
        raise InputError(
            f"the path {path!r} has a quote, a brace or a backslash, which a path here cannot "
            "have: rename the file or its folder."
        )
    path = str(Path(path).expanduser().absolute())
    if Path(path).is_dir():
        raise InputError(f"'{path}' is a folder: give the files in it, as in '{path}/*.csv'.")
    files = sorted(file for file in glob(path) if Path(file).is_file())
    if not files:
        raise InputError(f"no file matches '{path}': give the path of a CSV or Parquet file.")
    for file in files:
        _check_suffix(file)
    try:
        if all(file.lower().endswith((".parquet", ".pq")) for file in files):
            return _read_rows(RawFile(path, "parquet", "", (), 0), None)
        shapes = {file: _text_shape(file) for file in files}
        if len(set(shapes.values())) > 1:
            raise InputError(
                f"the files of '{path}' differ in their delimiter, header or encoding: "
                + "; ".join(f"{Path(file).name} has {shape[1]}" for file, shape in shapes.items())
                + ". Give files of one shape."
            )
        file_format, options, names = shapes[files[0]]
        return _read_rows(RawFile(path, file_format, options, (), 0), names)
    except duckdb.Error as error:
        raise InputError(
            f"'{path}' cannot be read: {str(error).strip().splitlines()[0].rstrip('. ')}. Mend the "
            "file or choose another."
        ) from error


def relation_of(raw: RawFile) -> str:
    """The DuckDB table function that reads the file, as the source of the models does."""
    path = text_literal(raw.path)
    if raw.format == "parquet":
        return f"read_parquet({path}, union_by_name = true)"
    return (
        f"read_csv({path}, {raw.options}, union_by_name = true, ignore_errors = true, "
        "parallel = false)"
    )


def _check_suffix(file: str) -> None:
    suffix = Path(file).suffix.lower()
    if suffix in (".xlsx", ".xls", ".xlsm", ".ods"):
        raise InputError(
            f"'{file}' is a spreadsheet, which cannot be read here: save its sheet as CSV and give "
            "that file."
        )
    if suffix in (".zip", ".7z", ".json", ".jsonl", ".sqlite", ".db"):
        raise InputError(
            f"'{file}' is a {suffix[1:]} file, which cannot be read here: give a CSV file (it may "
            "be gzipped), a text file or a Parquet file."
        )


def _first_lines(file: str, encoding: str, limit: int = 1000) -> list[str]:
    """The first lines that are not blank, without their ends."""
    opened = gzip.open if file.lower().endswith(".gz") else open
    lines: list[str] = []
    with opened(file, "rt", encoding=encoding, errors="replace") as text:
        for line in text:
            if line.strip():
                lines.append(line.rstrip("\r\n"))
            if len(lines) == limit:
                break
    return lines


def _encoding(file: str) -> str:
    """utf-8, or latin-1 where the bytes are not that; DuckDB reads no other here."""
    opened = gzip.open if file.lower().endswith(".gz") else open
    try:
        with opened(file, "rt", encoding="utf-8") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        with opened(file, "rt", encoding="latin-1") as text:
            while part := text.read(1 << 20):
                if re.search(r"[\x80-\x9f]", part):
                    raise InputError(
                        f"'{file}' is neither UTF-8 nor Latin-1 (Windows writes cp1252): save it "
                        f"as UTF-8, as in: iconv -f cp1252 -t utf-8 {file} > {file}.utf8.csv"
                    ) from None
        return "latin-1"
    except (OSError, EOFError) as error:
        raise InputError(f"'{file}' cannot be read: {error}. Mend the file.") from error
    return "utf-8"


def _text_shape(file: str) -> tuple[str, str, tuple[str, ...] | None]:
    """The format, the options of read_csv, and the names that columns without one get."""
    encoding = _encoding(file)
    lines = _first_lines(file, "utf-8-sig" if encoding == "utf-8" else encoding)
    if not lines:
        raise InputError(f"'{file}' is empty: give a file with rows.")
    if "\0" in lines[0]:
        raise InputError(
            f"'{file}' is not UTF-8 text (UTF-16, as spreadsheets write it?): save it as UTF-8."
        )
    encoded = "" if encoding == "utf-8" else f", encoding = '{encoding}'"
    fields = [line.split() for line in lines]
    if not any(sign in line for line in lines for sign in ',;\t|"') and len(fields[-1]) >= 3:
        width = Counter(len(row) for row in fields).most_common(1)[0][0]
        if sum(len(row) == width for row in fields) >= 0.9 * len(fields):
            header = _is_header(fields[0])
            names = fields[0] if header else [f"column_{i + 1}" for i in range(width)]
            options = (
                f"header = false{', skip = 1' if header else ''}, names = ['line'], "
                "all_varchar = true, delim = '\x1f', quote = '', escape = ''"
            )
            return "lines", options + encoded, tuple(names)
    with duckdb.connect() as connection:
        arguments = f"{text_literal(file)}, sample_size = 20000, ignore_errors = true{encoded}"
        try:
            delimiter = connection.execute(
                f"select delimiter from sniff_csv({arguments})"
            ).fetchall()[0][0]
        except duckdb.Error:
            delimiter = max(",;\t|", key=lines[0].count)
        if delimiter not in lines[0]:
            delimiter = max(",;\t|", key=lines[0].count)
        if delimiter not in lines[0] and len(set(map(len, lines))) == 1 < len(lines):
            raise InputError(
                f"'{file}' has lines of one width and nothing between their columns, such as "
                f"{lines[0][:80]!r}: columns of a fixed width are not read unless blanks set them "
                "apart. Write a delimiter between them."
            )
        if delimiter not in lines[0]:
            raise InputError(
                f"'{file}' has one column only, or a delimiter other than comma, semicolon, tab or "
                f"bar: its first line is {lines[0][:80]!r}. Give a file with several columns."
            )
        options = (
            f"all_varchar = true, delim = {text_literal(delimiter)}, quote = '\"', escape = '\"'"
        ) + encoded
        try:
            rows = connection.execute(
                f"select * from read_csv({text_literal(file)}, header = false, {options}, "
                "ignore_errors = true, parallel = false) limit 1000"
            ).fetchall()
        except duckdb.Error:
            if line := _open_quote(file, encoding):
                raise InputError(
                    f"'{file}' has a quote that is never closed, first in the line {line[:80]!r}: "
                    "close it, or double the quotes inside of texts."
                ) from None
            raise
    if len(rows) < 0.1 * len(lines):
        raise InputError(
            f"only {len(rows)} of the first {len(lines)} lines of '{file}' can be split like its "
            f"first line, {lines[0][:80]!r}: take away lines above the header, and mend "
            "the file."
        )
    first = rows[0]
    if _is_header(first) or _differs_from_rows(first, rows[1:]):
        names = [(name or "").strip().lower() for name in first]
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise InputError(
                f"'{file}' has several columns that are called {', '.join(twice)} (case aside): "
                "give each a name of its own."
            )
        return "csv", f"header = true, {options}", None
    names = [f"column_{i + 1}" for i in range(len(first))]
    listed = ", ".join(text_literal(name) for name in names)
    return "csv", f"header = false, names = [{listed}], {options}", tuple(names)


def _open_quote(file: str, encoding: str) -> str | None:
    """The first line with an odd number of quotes, where the file has an odd number of them."""
    opened = gzip.open if file.lower().endswith(".gz") else open
    with opened(file, "rt", encoding=encoding, errors="replace") as text:
        odd = [line.rstrip("\r\n") for line in text if line.count('"') % 2]
    return odd[0] if len(odd) % 2 else None


def _is_header(first: Sequence[str | None]) -> bool:
    """Whether a first row names the columns: words, none of them a number or a time."""
    words = [(word or "").strip() for word in first]
    named = [word for word in words if word]
    return len(named) >= max(1, len(words) - 1) and all(map(_is_name, named))


def _is_name(word: str) -> bool:
    return (
        read_number(word) is None
        and not time_reading({word: 1})
        and word.lower() not in SAYS_NOTHING
    )


def _differs_from_rows(first: Sequence[str | None], rows: Sequence[Sequence[str | None]]) -> bool:
    """Whether a first row such as customer, 2019, 2020 stands over columns of numbers or times."""
    if any(time_reading({(word or "").strip(): 1}) for word in first if word):
        return False
    columns = [describe("", [row[i] for row in rows]) for i in range(len(first))]
    return any(
        _is_name((word or "").strip() or "?") and (column.is_number or column.time)
        for word, column in zip(first, columns, strict=True)
    )


def _read_rows(raw: RawFile, names: Sequence[str] | None) -> RawFile:
    """The file with its columns, from a sample, and its number of rows."""
    relation = relation_of(raw)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        if raw.format == "lines":
            fields = [f"list_extract(fields, {i + 1}) as {quoted(n)}" for i, n in enumerate(names)]
            relation = (
                f"(select {', '.join(fields)} from (select string_split_regex(trim(line), ' +') "
                f"as fields from {relation} where trim(line) != ''))"
            )
        described = connection.sql(f"select * from {relation} limit 0")
        types = dict(zip(described.columns, map(str, described.types), strict=True))
        rows = connection.execute(f"select count(*) from {relation}").fetchall()[0][0]
        if not rows:
            raise InputError(f"'{raw.path}' holds no row: give a file with rows.")
        nested = [n for n, t in types.items() if re.search(r"\[|STRUCT|MAP|BLOB|UNION", t)]
        plain = [name for name in types if name not in nested]
        texts = ", ".join(f"cast({quoted(name)} as varchar) as {quoted(name)}" for name in plain)
        sample = connection.execute(
            f"select {texts} from {relation} using sample reservoir({SAMPLE_ROWS} rows) "
            "repeatable (1)"
        ).df()
        columns = {
            name: describe(name, (v if isinstance(v, str) else None for v in sample[name]))
            for name in plain
        }
        for name, column in columns.items():
            if column.time and column.time.style == "either":
                columns[name] = _settled(connection, relation, column)
    columns |= {name: Column(name, is_nested=True) for name in nested}
    ordered = one_decimal_sign(tuple(columns[name] for name in types))
    # Typed numbers, of a Parquet file, are written with a point here.
    ordered = tuple(
        replace(column, decimal_sign=".")
        if column.is_number and types[column.name] != "VARCHAR"
        else column
        for column in ordered
    )
    return replace(raw, columns=ordered, rows=rows, sample=sample)


def shared_keys(raw: RawFile, name: str, other: RawFile, other_name: str) -> tuple[int, int]:
    """The number of keys that stand in a column of both files, and in the one that has fewer."""
    with duckdb.connect() as connection:
        keys = [_keys(raw, name), _keys(other, other_name)]
        counts = [f"select count(*) from ({query})" for query in (*keys, " intersect ".join(keys))]
        first, second, both = (connection.execute(query).fetchall()[0][0] for query in counts)
    return both, min(first, second)


def _keys(raw: RawFile, name: str) -> str:
    """A query for the different keys of a column, as the macro key_text has them."""
    text = f"trim(cast({quoted(name)} as varchar), ' \t\r\n')"
    if raw.format == "lines":
        position = [column.name for column in raw.columns].index(name) + 1
        text = f"list_extract(string_split_regex(trim(line), ' +'), {position})"
    key = f"regexp_replace({text}, '^(-?[0-9]+)[.]0+$', '\\1')"
    return f"(select distinct {key} as key from {relation_of(raw)} where {text} != '')"


def _settled(connection, relation: str, column: Column) -> Column:
    """The column with days and months in order, if any row of the whole file tells them apart."""
    first, second = (
        f"count(*) filter (where try_cast(regexp_extract(text, '{pattern}', 1) as integer) > 12)"
        for pattern in (r"^(\d{1,2})[-/.]", r"^\d{1,2}[-/.](\d{1,2})[-/.]")
    )
    [(by_day, by_month)] = connection.execute(
        f"select {first}, {second} "
        f"from (select trim(cast({quoted(column.name)} as varchar)) as text from {relation})"
    ).fetchall()
    order = _order(by_day, by_month)
    return replace(column, time=in_order(column.time, order)) if order else column


def one_decimal_sign(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns with one decimal sign for the file, where some column tells which it is.

    A number such as 1.234 may be a fraction or a thousand; the columns beside it tell.
    """
    commas = any(c.decimal_sign == "," and is_surely(c.counts, ",") for c in columns)
    points = any(c.decimal_sign == "." and is_surely(c.counts, ".") for c in columns)
    if commas == points:
        return tuple(columns)
    sign = "," if commas else "."
    return tuple(replace(c, decimal_sign=sign) if c.is_number else c for c in columns)
