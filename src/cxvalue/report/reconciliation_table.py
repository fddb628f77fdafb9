"""The table of the books against the tables, small counts held back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from cxvalue.report.disclosure import is_small
from cxvalue.report.numbers import is_number
from cxvalue.tables import Reconciliation

RECONCILIATION_COLUMNS: Final = (
    "name", "table", "from", "to", "unit", "read", "left_out", "counted", "ledger", "difference", "difference_share",
    "tolerance", "within_tolerance", "note",
)  # fmt: skip


def reconciliation_rows(found: Reconciliation, *, currency: str, minimum: int) -> Iterator[dict[str, Any]]:
    """Yield one row a figure of the books.

    Parameters
    ----------
    found : Reconciliation
        The comparison.
    currency : str
        Of money.
    minimum : int
        Smallest number that may be shown; what fewer rows come to is held back.

    Yields
    ------
    dict
        Columns of ``RECONCILIATION_COLUMNS``.
    """
    for row in found.rows:
        hide = is_small(row.n_left_out, minimum)
        yield {
            "name": row.name, "table": row.table, "from": row.from_month, "to": row.to_month,
            "unit": currency if row.kind == "money" else "count", "read": None if hide else row.read,
            "left_out": None if hide else row.left_out, "counted": row.counted, "ledger": row.ledger,
            "difference": row.difference,
            "difference_share": row.difference_share if is_number(row.difference_share) else None,
            "tolerance": row.tolerance, "within_tolerance": row.within_tolerance,
            "note": f"what the checks left out is fewer than {minimum} rows and held back" if hide else "",
        }  # fmt: skip
