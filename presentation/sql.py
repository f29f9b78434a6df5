"""Names and texts as DuckDB reads them."""


def quoted(name: str) -> str:
    '''A name as SQL: `a "b"` gives `"a ""b"""`.'''
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """A text as SQL: `it's` gives `'it''s'`."""
    return "'" + text.replace("'", "''") + "'"
