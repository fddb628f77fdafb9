"""How Spark reads a column of the user's as what it should hold: the same values as DuckDB, null where unreadable."""

from __future__ import annotations

from typing import Final

from cxvalue.engine.iso_text import IS_COMPACT_MONTH, IS_INTEGER, IS_MONTH, ISO_PARTS, ISO_STAMP
from cxvalue.engine.protocol import Column
from cxvalue.engine.strptime_pattern import StrptimePattern, read_date_format

WORDS: Final = {
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "timestamp_ntz": "TIMESTAMP",
    "void": '"NULL"',
}
"""Spark's simple names of types, in the words that :meth:`~cxvalue.engine.protocol.Engine.describe` uses."""
ZONED: Final = WORDS["timestamp"]
NUMBERS: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL", "BOOLEAN")
LARGEST: Final = "1.7976931348623157E308D"
DIGITS: Final = "[0-9]+(_[0-9]+)*"
IS_NUMBER: Final = rf"^\s*[+-]?({DIGITS}[.]?({DIGITS})?|[.]{DIGITS})([eE][+-]?{DIGITS})?\s*$"
WRITTEN_PLAINLY: Final = 1e15
"""Whole floating-point numbers below this are written as DuckDB writes them, ``12345678.0`` and not ``1.2345678E7``."""


def type_word(simple_name: str) -> str:
    """Return the word for a Spark type.

    Parameters
    ----------
    simple_name : str
        Spark's simple name, such as ``bigint``.

    Returns
    -------
    str
        The word that an engine describes it with.

    Examples
    --------
    >>> type_word("bigint"), type_word("decimal(10,2)"), type_word("varchar(8)")
    ('BIGINT', 'DECIMAL(10,2)', 'VARCHAR')
    """
    if simple_name.startswith(("string", "varchar", "char")):
        return "VARCHAR"
    return WORDS.get(simple_name, simple_name.upper())


def text_of(incoming: str, word: str) -> str:
    """Return the SQL that writes a value as text.

    Parameters
    ----------
    incoming : str
        SQL of the value.
    word : str
        Its type.

    Returns
    -------
    str
        An expression: spaces at the ends are dropped, and blank text is null.
    """
    written = f"CAST({incoming} AS STRING)"
    if word in ("FLOAT", "DOUBLE"):
        whole = f"abs({incoming}) < {WRITTEN_PLAINLY:.0f} AND {incoming} = rint({incoming})"
        written = f"CASE WHEN {whole} THEN concat(CAST(CAST({incoming} AS BIGINT) AS STRING), '.0') ELSE {written} END"
    if word == ZONED:
        written = f"concat({written}, '+00')"
    return f"NULLIF(trim({written}), '')"


def typed_expression(column: Column, word: str) -> str:
    """Return the SQL that reads a source column as what it should hold; null where it cannot be read.

    Parameters
    ----------
    column : Column
        The column wanted.
    word : str
        Type of the source column, as described.

    Returns
    -------
    str
        An expression over the column ``<canonical>_in``.

    Raises
    ------
    DataError
        For a date format that is not read here.
    """
    incoming = f"{column.canonical}_in"
    match column.kind:
        case "text_id" | "text":
            return text_of(incoming, word)
        case "integer_id":
            text = text_of(incoming, word)
            return f"CASE WHEN {text} RLIKE '{IS_INTEGER}' THEN try_cast({text} AS BIGINT) END"
        case "number":
            return number_expression(incoming, word)
        case "date":
            return timestamp_expression(column, word)
        case "month":
            return month_expression(column, word)


def number_expression(incoming: str, word: str) -> str:
    """Return the SQL that reads a value as a finite number.

    Parameters
    ----------
    incoming : str
        SQL of the value.
    word : str
        Its type.

    Returns
    -------
    str
        The expression; text is read as DuckDB reads it, and not as Java does (``1d``).
    """
    cast = f"CAST({incoming} AS DOUBLE)"
    if not word.startswith(NUMBERS):
        text = f"CAST({incoming} AS STRING)"
        cast = f"CASE WHEN {text} RLIKE r'{IS_NUMBER}' THEN try_cast(replace({text}, '_', '') AS DOUBLE) END"
    # NaN sorts above every number, so it lies outside too.
    return f"CASE WHEN {cast} BETWEEN -{LARGEST} AND {LARGEST} THEN {cast} END"


def timestamp_expression(column: Column, word: str) -> str:
    """Return the SQL that reads a column as a time stamp in the calendar of the column's zone.

    Parameters
    ----------
    column : Column
        The column wanted.
    word : str
        Type of the source column.

    Returns
    -------
    str
        The expression, of Spark's type without a zone; the session's zone must be UTC.
    """
    incoming, zone = f"{column.canonical}_in", column.timezone or "UTC"
    if word == ZONED:
        return in_zone(f"CAST({incoming} AS TIMESTAMP_NTZ)", zone)
    if word == "DATE" or word.startswith("TIMESTAMP"):
        return f"CAST({incoming} AS TIMESTAMP_NTZ)"
    text = f"CAST({incoming} AS STRING)"
    if column.date_format is not None:
        return formatted_stamp(text, read_date_format(column.date_format))
    return iso_stamp(text, zone)


def in_zone(stamp: str, zone: str) -> str:
    """Return the SQL that moves a time stamp of UTC into the calendar of a zone.

    Parameters
    ----------
    stamp : str
        SQL of the time stamp.
    zone : str
        IANA name.

    Returns
    -------
    str
        The expression.
    """
    return stamp if zone == "UTC" else f"convert_timezone('UTC', '{zone}', {stamp})"


def iso_stamp(text: str, zone: str) -> str:
    """Return the SQL that reads ISO text as a time stamp.

    Parameters
    ----------
    text : str
        SQL of the text.
    zone : str
        Zone in whose calendar time stamps with an offset are placed.

    Returns
    -------
    str
        The expression.
    """
    part = {name: f"regexp_extract({text}, '{ISO_STAMP}', {at})" for name, at in ISO_PARTS.items()}
    naive = clock_stamp(
        f"replace({part['day']}, '/', '-')",
        hour=part["hour"], minute=part["minute"], second=part["second"], fraction=part["fraction"],
    )  # fmt: skip
    sign = f"CASE {part['sign']} WHEN '+' THEN -1 ELSE 1 END"
    hours, minutes = (f"{sign} * {whole(part[name])}" for name in ("offset_hour", "offset_minute"))
    utc = f"{naive} + make_dt_interval(0, {hours}, {minutes}, 0)"
    if zone != "UTC":
        utc = f"convert_timezone('UTC', CASE WHEN {part['offset']} = '' THEN 'UTC' ELSE '{zone}' END, {utc})"
    return f"CASE WHEN {text} RLIKE '{ISO_STAMP}' THEN {utc} END"


def formatted_stamp(text: str, pattern: StrptimePattern) -> str:
    """Return the SQL that reads text of a declared format as a time stamp.

    Parameters
    ----------
    text : str
        SQL of the text.
    pattern : StrptimePattern
        The format.

    Returns
    -------
    str
        The expression.
    """
    part = {name: f"regexp_extract({text}, r'{pattern.regex}', {at})" for name, at in pattern.groups.items()}
    year = f"lpad({part['year']}, 4, '0')" if "year" in part else "'1900'"
    if "short_year" in part:
        short = whole(part["short_year"])
        year = f"CAST({short} + CASE WHEN {short} < 69 THEN 2000 ELSE 1900 END AS STRING)"
    month = part.get("month", "'1'")
    if "month_name" in part:
        first = f"instr('janfebmaraprmayjunjulaugsepoctnovdec', lower(left({part['month_name']}, 3)))"
        month = f"CAST(({first} + 2) / 3 AS INT)"
    hour = part.get("hour", "''")
    if "half_day" in part:
        pm = f"CASE WHEN lower({part['half_day']}) = 'pm' THEN 12 ELSE 0 END"
        hour = f"CAST({whole(hour)} % 12 + {pm} AS STRING)"
    stamp = clock_stamp(
        f"concat_ws('-', {year}, {month}, {part.get('day', repr('1'))})",
        hour=hour, minute=part.get("minute", "''"), second=part.get("second", "''"),
        fraction=part.get("fraction", "''"), last_hour=23,
    )  # fmt: skip
    return f"CASE WHEN {text} RLIKE r'{pattern.regex}' THEN {stamp} END"


def whole(digits: str) -> str:
    """Return the SQL that reads a few digits as a number; none are 0.

    Parameters
    ----------
    digits : str
        SQL of the digits.

    Returns
    -------
    str
        The expression.
    """
    return f"COALESCE(try_cast({digits} AS INT), 0)"


def clock_stamp(day: str, *, hour: str, minute: str, second: str, fraction: str, last_hour: int = 24) -> str:
    """Return the SQL that puts a day and a time together; null where there is no such day or time.

    Parameters
    ----------
    day : str
        SQL of text: year, month and day with dashes.
    hour, minute, second, fraction : str
        SQL of digits; none are 0. Of the fraction, six digits count.
    last_hour : {23, 24}
        24 where midnight may also be the end of the day, ``24:00:00``.

    Returns
    -------
    str
        The expression.
    """
    h, m, s = whole(hour), whole(minute), whole(second)
    seconds = f"CAST(concat({s}, '.', rpad(left({fraction}, 6), 6, '0')) AS DECIMAL(18, 6))"
    midnight = f" OR ({h} = 24 AND {m} = 0 AND {seconds} = 0)" if last_hour == 24 else ""
    stamp = f"CAST(try_cast({day} AS DATE) AS TIMESTAMP_NTZ) + make_dt_interval(0, {h}, {m}, {seconds})"
    return f"CASE WHEN ({h} < 24{midnight}) AND {m} < 60 AND {s} < 60 THEN {stamp} END"


def month_expression(column: Column, word: str) -> str:
    """Return the SQL that reads a column as a month integer.

    Parameters
    ----------
    column : Column
        The column wanted.
    word : str
        Type of the source column.

    Returns
    -------
    str
        The expression: year × 12 + month − 1.
    """
    stamp = timestamp_expression(column, word)
    # One mention of the time stamp, which may be long: whole months since January 1970.
    from_stamp = f"CAST(months_between(trunc({stamp}, 'MM'), DATE'1970-01-01') AS INTEGER) + {1970 * 12}"
    if column.date_format is not None or word == "DATE" or word.startswith("TIMESTAMP"):
        return from_stamp
    text = f"trim(CAST({column.canonical}_in AS STRING))"
    year = f"CAST(substr({text}, 1, 4) AS INTEGER)"
    return (
        f"CASE WHEN {text} RLIKE '{IS_MONTH}' THEN {year} * 12 + CAST(substr({text}, 6, 2) AS INTEGER) - 1 "
        f"WHEN {text} RLIKE '{IS_COMPACT_MONTH}' THEN {year} * 12 + CAST(substr({text}, 5, 2) AS INTEGER) - 1 "
        f"ELSE {from_stamp} END"
    )
