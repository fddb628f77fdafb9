"""The table of customers: one row each, with segments and what is fixed about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cxvalue.engine import Engine
from cxvalue.tables.guess.customer_ids import IdColumn, share_held
from cxvalue.tables.guess.dates import dates_of, format_keys, month_of
from cxvalue.tables.guess.facts import ColumnFacts, TableFacts
from cxvalue.tables.guess.section_guess import SectionGuess
from cxvalue.tables.guess.words import matches

ONE_ROW_EACH: Final = 0.97
SEGMENT_VALUES: Final = range(2, 13)
SMALLEST_SEGMENT: Final = 50
MOST_SEGMENTS: Final = 4
BLANK_AT_MOST: Final = 0.2


def guess_customers(
    engine: Engine, tables: Sequence[TableFacts], ids: Mapping[int, IdColumn], survey: int | None
) -> tuple[int, SectionGuess] | None:
    """Return the table of customers.

    Parameters
    ----------
    engine : Engine
        Counts common customers.
    tables : sequence of TableFacts
        The tables.
    ids : mapping of int to IdColumn
        Their customer columns.
    survey : int or None
        Position of the table of answers.

    Returns
    -------
    tuple of int and SectionGuess, or None
        Position of the table, and its section; None where no table has one row a customer.
    """
    best: tuple[float, int] | None = None
    for at, customer in ids.items():
        table = tables[at]
        if at == survey or customer.n_ids < ONE_ROW_EACH * table.n_rows:
            continue
        points = 2.0 * min(matches(table.group.label, "customers"), 1) + (month_of(table) is None)
        points += any(is_segment(column) for column in table.columns)
        points += any(matches(column.name, "joined_date") for column in dates_of(table))
        if survey is not None:
            points += 3 * share_held(engine, tables[survey], ids[survey].name, table, customer.name)
        if best is None or points > best[0]:
            best = (points, at)
    return None if best is None else (best[1], customer_section(tables[best[1]], ids[best[1]]))


def customer_section(table: TableFacts, customer: IdColumn) -> SectionGuess:
    """Return the section of the table of customers.

    Parameters
    ----------
    table : TableFacts
        The table.
    customer : IdColumn
        Its customer column.

    Returns
    -------
    SectionGuess
        The section.
    """
    label, columns = table.group.label, {"customer_id": customer.name}
    joined, doubt = guess_joined(table)
    keys: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    unsure: tuple[str, ...] = (doubt,) if doubt else ()
    if joined is not None:
        columns["joined_date"] = joined.name
        more, reasons, doubts = format_keys([joined], label)
        keys, unsure = {**more}, unsure + doubts
        reasons[joined.name] = f"dates, {joined.n_given / max(joined.n_rows, 1):.1%} given"
    rest = [column for column in table.columns if column.name not in columns.values() and not column.is_date]
    late = [column for column in rest if matches(column.name, "late")]
    segments = [column for column in rest if is_segment(column) and column not in late]
    fixed = [column for column in rest if is_fixed_number(column) and column not in late]
    keys["segments"] = [column.name for column in segments[:MOST_SEGMENTS]]
    if fixed:
        keys["covariates"] = [column.name for column in fixed]
    reasons |= {column.name: f"{len(column.values)} different texts" for column in segments}
    reasons |= {column.name: f"numbers, about {column.n_distinct:,} different" for column in fixed}
    known_late = [column.name for column in late if is_segment(column) or is_fixed_number(column)]
    if known_late:
        unsure += (f"{label}: {listed(known_late)} left out: may be known only after the answer",)
    if len(segments) > MOST_SEGMENTS:
        unsure += (f"{label}: {listed([c.name for c in segments[MOST_SEGMENTS:]])} could be segments too",)
    if fixed:
        unsure += (f"{label}: covariates {listed(keys['covariates'])} have to be as they were before the answer",)
    return SectionGuess(
        "customers", table.group, f"{table.n_rows:,} rows, one a customer", columns, keys, reasons, unsure
    )


def guess_joined(table: TableFacts) -> tuple[ColumnFacts | None, str]:
    """Return the column that says when a customer joined.

    Parameters
    ----------
    table : TableFacts
        The table of customers.

    Returns
    -------
    tuple of ColumnFacts or None, and str
        The column, and what to look at.
    """
    dates = [column for column in dates_of(table) if column.n_given >= (1 - BLANK_AT_MOST) * column.n_rows]
    named = [
        column for column in dates if matches(column.name, "joined_date") and not matches(column.name, "churn_date")
    ]
    if named:
        return max(named, key=lambda column: matches(column.name, "joined_date")), ""
    others = [column for column in dates if not matches(column.name, "churn_date")
              and not matches(column.name, "updated_at") and not matches(column.name, "private")]  # fmt: skip
    if len(others) == 1:
        only = "it is the only date that is given for all"
        doubt = f"{table.group.label}: '{others[0].name}' is taken as the date of joining: {only}"
        return others[0], doubt
    return None, ""


def is_segment(column: ColumnFacts) -> bool:
    """Return whether a column of the table of customers parts them into a few groups.

    Parameters
    ----------
    column : ColumnFacts
        The column.

    Returns
    -------
    bool
        True for texts with 2 to 12 values, two of them with 50 customers or more.
    """
    if column.is_number or column.is_date or column.is_month or len(column.values) not in SEGMENT_VALUES:
        return False
    large = sum(n >= SMALLEST_SEGMENT for _, n in column.values)
    return large >= 2 and column.n_given >= (1 - BLANK_AT_MOST) * column.n_rows and not matches(column.name, "private")


def is_fixed_number(column: ColumnFacts) -> bool:
    """Return whether a column of the table of customers holds a quantity.

    Parameters
    ----------
    column : ColumnFacts
        The column.

    Returns
    -------
    bool
        False for ids, codes, postcodes and constants.
    """
    if not column.is_number or column.is_constant or column.n_given < (1 - BLANK_AT_MOST) * column.n_rows:
        return False
    if matches(column.name, "private") or matches(column.name, "id") or matches(column.name, "customer_id"):
        return False
    return not (column.is_whole and column.n_distinct > 0.5 * column.n_rows)


def listed(names: Sequence[str]) -> str:
    """Return names as part of a sentence.

    Parameters
    ----------
    names : sequence of str
        At least one.

    Returns
    -------
    str
        Such as ``'a', 'b' and 'c'``.

    Examples
    --------
    >>> listed(["plan"]), listed(["a", "b", "c"])
    ("'plan'", "'a', 'b' and 'c'")
    """
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
