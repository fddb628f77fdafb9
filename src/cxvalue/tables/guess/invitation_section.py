"""The table of who was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cxvalue.engine import Engine
from cxvalue.tables.guess.customer_ids import IdColumn, share_held
from cxvalue.tables.guess.dates import dates_of, format_keys
from cxvalue.tables.guess.facts import TableFacts
from cxvalue.tables.guess.section_guess import SectionGuess
from cxvalue.tables.guess.words import matches

ALL_ANSWERERS: Final = 0.9


def guess_invitations(
    engine: Engine,
    tables: Sequence[TableFacts],
    ids: Mapping[int, IdColumn],
    survey: int | None,
    *,
    besides: Sequence[int],
) -> tuple[int, SectionGuess] | None:
    """Return the table of invitations.

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
    besides : sequence of int
        Tables with another part.

    Returns
    -------
    tuple of int and SectionGuess, or None
        A table named like invitations, with a customer and a date, that holds nearly all who answered.
    """
    if survey is None:
        return None
    for at, customer in ids.items():
        table = tables[at]
        dates = dates_of(table, besides=[customer.name])
        named = matches(table.group.label, "invitations") or any(matches(c.name, "invitations") for c in dates)
        if at in besides or not dates or not named:
            continue
        held = share_held(engine, tables[survey], ids[survey].name, table, customer.name)
        if held < ALL_ANSWERERS or table.n_rows < tables[survey].n_rows:
            continue
        day = max(dates, key=lambda column: (matches(column.name, "invited_date"), not column.is_month))
        keys, reasons, unsure = format_keys([day], table.group.label)
        why = f"{table.n_rows:,} rows, {held:.1%} of those who answered among them"
        columns = {"customer_id": customer.name, "invited_date": day.name}
        return at, SectionGuess("invitations", table.group, why, columns, keys, {**reasons, day.name: "dates"}, unsure)
    return None
