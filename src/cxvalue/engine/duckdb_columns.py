"""How DuckDB reads a column of the user's as what it should hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from cxvalue.engine.iso_text import IS_COMPACT_MONTH, IS_INTEGER, IS_MONTH, ISO_STAMP
from cxvalue.engine.protocol import Column

ZONED_TYPES = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
SMALL_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")
MOST_INTEGER = 10**18 - 1
"""Ids are whole numbers of at most 18 digits, in text as in columns of integers."""
MONTHS_BEFORE_1970 = 12 * 1970
"""Of a calendar that begins with month 0 of year 0, as months are counted everywhere here."""
HAS_OFFSET = r":[0-9]{2}(\.[0-9]+)?\s*(Z|[+-][0-9]{2}(:?[0-9]{2})?)\s*$"


def incoming_columns(columns: Sequence[Column], types: Mapping[str, str]) -> list[duckdb.Expression]:
    """Return the expressions that give source columns the names under which they are read.

    Parameters
    ----------
    columns : sequence of Column
        The columns wanted.
    types : mapping of str to str
        Columns of the source; one that is not there, as in some files of a folder, is null.

    Returns
    -------
    list of duckdb.Expression
        ``<canonical>_in`` and, with a date format, ``<canonical>_at``.
    """
    names, picked = {name.casefold(): name for name in types}, []
    for column in columns:
        known = names.get(column.name.casefold())
        value = duckdb.ColumnExpression(known) if known else duckdb.ConstantExpression(None).cast("VARCHAR")
        picked.append(value.alias(f"{column.canonical}_in"))
        if column.date_format is not None:
            parsed = duckdb.FunctionExpression(
                "try_strptime", value.cast("VARCHAR"), duckdb.ConstantExpression(column.date_format)
            )
            picked.append(parsed.alias(f"{column.canonical}_at"))
    return picked


def typed_statement(columns: Sequence[Column], types: Mapping[str, str], view: str) -> str:
    """Return the SQL that reads source columns as what they should hold, each with its text beside it.

    Parameters
    ----------
    columns : sequence of Column
        The columns wanted.
    types : mapping of str to str
        DuckDB type of each source column.
    view : str
        The view with the columns of :func:`incoming_columns`.

    Returns
    -------
    str
        The statement: ``<canonical>`` and ``<canonical>_raw``.
    """
    kinds = {name.casefold(): kind for name, kind in types.items()}
    typed = ", ".join(
        f"{typed_expression(column, kinds.get(column.name.casefold(), 'VARCHAR'))} AS {column.canonical}, "
        f"NULLIF(trim(CAST({column.canonical}_in AS VARCHAR)), '') AS {column.canonical}_raw"
        for column in columns
    )
    return f"SELECT {typed} FROM {view}"


def typed_expression(column: Column, source_type: str) -> str:
    """Return the SQL that reads a source column as what it should hold; null where it cannot be read.

    Parameters
    ----------
    column : Column
        The column wanted.
    source_type : str
        DuckDB type of the source column.

    Returns
    -------
    str
        An expression over the columns ``<canonical>_in`` and, with a date format, ``<canonical>_at``.
    """
    incoming = f"{column.canonical}_in"
    match column.kind:
        case "text_id" | "text":
            return f"NULLIF(trim(CAST({incoming} AS VARCHAR)), '')"
        case "integer_id":
            if source_type in SMALL_INTEGERS:
                return f"CAST({incoming} AS BIGINT)"
            if source_type == "BIGINT":
                return f"CASE WHEN {incoming} BETWEEN -{MOST_INTEGER} AND {MOST_INTEGER} THEN {incoming} END"
            text = f"trim(CAST({incoming} AS VARCHAR))"
            return f"CASE WHEN regexp_matches({text}, '{IS_INTEGER}') THEN TRY_CAST({text} AS BIGINT) END"
        case "number":
            if source_type in (*SMALL_INTEGERS, "BIGINT"):
                return f"CAST({incoming} AS DOUBLE)"
            cast = f"TRY_CAST({incoming} AS DOUBLE)"
            return f"CASE WHEN isfinite({cast}) THEN {cast} END"
        case "date":
            return timestamp_expression(column, source_type)
        case "month":
            return month_expression(column, source_type)


def timestamp_expression(column: Column, source_type: str) -> str:
    """Return the SQL that reads a column as a time stamp in the calendar of the column's zone.

    Parameters
    ----------
    column : Column
        The column wanted.
    source_type : str
        DuckDB type of the source column.

    Returns
    -------
    str
        The expression.
    """
    incoming, zone = f"{column.canonical}_in", column.timezone or "UTC"
    if source_type in ZONED_TYPES:
        return f"timezone('{zone}', CAST({incoming} AS TIMESTAMPTZ))"
    if source_type == "DATE" or source_type.startswith("TIMESTAMP"):
        return f"CAST({incoming} AS TIMESTAMP)"
    if column.date_format is not None:
        return f"{column.canonical}_at"
    text = f"CAST({incoming} AS VARCHAR)"
    return (
        f"CASE WHEN NOT regexp_matches({text}, '{ISO_STAMP}') THEN NULL "
        f"WHEN regexp_matches({text}, '{HAS_OFFSET}') "
        f"THEN timezone('{zone}', TRY_CAST({text} AS TIMESTAMPTZ)) ELSE TRY_CAST({text} AS TIMESTAMP) END"
    )


def month_expression(column: Column, source_type: str) -> str:
    """Return the SQL that reads a column as a month integer.

    Parameters
    ----------
    column : Column
        The column wanted.
    source_type : str
        DuckDB type of the source column.

    Returns
    -------
    str
        The expression: year × 12 + month − 1.
    """
    stamp = f"{column.canonical}_in" if source_type == "DATE" else timestamp_expression(column, source_type)
    from_stamp = f"CAST(year({stamp}) * 12 + month({stamp}) - 1 AS INTEGER)"
    if column.date_format is not None or source_type == "DATE" or source_type.startswith("TIMESTAMP"):
        return from_stamp
    # Reading a stamp from text is dear, so it is named once; the count of months is the same.
    from_stamp = f"CAST(date_diff('month', TIMESTAMP '1970-01-01', {stamp}) + {MONTHS_BEFORE_1970} AS INTEGER)"
    text = f"trim(CAST({column.canonical}_in AS VARCHAR))"
    year = f"CAST(substr({text}, 1, 4) AS INTEGER)"
    return (
        f"CASE WHEN regexp_matches({text}, '{IS_MONTH}') "
        f"THEN {year} * 12 + CAST(substr({text}, 6, 2) AS INTEGER) - 1 "
        f"WHEN regexp_matches({text}, '{IS_COMPACT_MONTH}') "
        f"THEN {year} * 12 + CAST(substr({text}, 5, 2) AS INTEGER) - 1 "
        f"ELSE {from_stamp} END"
    )
