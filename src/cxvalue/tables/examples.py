"""Examples of values that a rule refuses, for its hint."""

from __future__ import annotations

from typing import Final

from cxvalue.engine import Engine

MOST_SHOWN: Final = 3
MOST_LETTERS: Final = 24
"""Of a value, so that a message stays a line."""
DAYS_FIRST: Final = 'set date_format = "%d/%m/%Y" if days come first'
"""What to do about dates."""
HOW_WRITTEN: Final = "date_format says how months are written"
"""What to do about months."""


def look_for(engine: Engine, rows_sql: str, raw: str, *, n_rows: int, then: str) -> str:
    """Return a hint with some of the values that a rule refuses.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    rows_sql : str
        Statement that gives the rule's rows.
    raw : str
        The column that holds the text as it came.
    n_rows : int
        Rows that it found; without any, nothing is looked for.
    then : str
        What to do about them.

    Returns
    -------
    str
        The first few different ones in quotes, in their order, and what to do; empty where there are none.
    """
    if not n_rows:
        return ""
    rows = engine.query(f"SELECT DISTINCT {raw} AS text FROM ({rows_sql}) x ORDER BY text LIMIT {MOST_SHOWN + 1}")
    texts = [quoted(text) for text in rows["text"].to_pylist()]
    shown = ", ".join([*texts[:MOST_SHOWN], *["…"] * (len(texts) > MOST_SHOWN)])
    return f"look for {shown}; {then}"


def quoted(text: object) -> str:
    """Return a value as a message shows it.

    Parameters
    ----------
    text : object
        The text as it came; None for a blank.

    Returns
    -------
    str
        In quotes, cut short.

    Examples
    --------
    >>> quoted("n/a"), quoted("a note that does not belong here"), quoted(None)
    ("'n/a'", "'a note that does not bel…'", 'blanks')
    """
    if text is None:
        return "blanks"
    whole = str(text)
    return f"'{whole[:MOST_LETTERS]}…'" if len(whole) > MOST_LETTERS else f"'{whole}'"


def give_rows(rule: str) -> str:
    """Return how the rows of a rule are listed, as a hint.

    Parameters
    ----------
    rule : str
        The rule.

    Returns
    -------
    str
        A call in Python.

    Examples
    --------
    >>> give_rows("panel.bad_revenue")
    "study.check().rows('panel.bad_revenue') in Python gives the rows"
    """
    return f"study.check().rows('{rule}') in Python gives the rows"
