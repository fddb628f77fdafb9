"""Invitations: which of them can be used."""

from __future__ import annotations

from cxvalue.engine import Engine
from cxvalue.tables.activity import as_int, one_row
from cxvalue.tables.examples import DAYS_FIRST, look_for
from cxvalue.tables.findings import Finding, found


def check_invitations(engine: Engine) -> list[Finding]:
    """Return the findings on the invitations.

    Parameters
    ----------
    engine : Engine
        Runs the statements; ``invitations_in`` and ``customers`` exist.

    Returns
    -------
    list of Finding
        Blank ids, dates that are blank or cannot be read, unknown customers.
    """
    joined = "FROM invitations_in i LEFT JOIN customers c ON c.customer_id = i.customer_id"
    rules = {
        "blank_id": ("i.customer_id IS NULL", "excluded", "invitations without a customer id", "left out"),
        "blank_date": ("i.invited_date_raw IS NULL", "excluded", "invitations without a date", "left out"),
        "bad_date": (
            "i.invited_date IS NULL AND i.invited_date_raw IS NOT NULL",
            "error",
            "invitations whose date cannot be read",
            "ISO dates (2024-03-01), or date_format",
        ),
        "unknown_customer": (
            "i.customer_id IS NOT NULL AND c.customer_id IS NULL",
            "excluded",
            "invitations of customers that table 'customers' does not hold",
            "left out",
        ),
    }
    findings = []
    for rule, (condition, level, what, action) in rules.items():
        rows = f"SELECT i.* {joined} WHERE {condition}"
        n_rows = as_int(one_row(engine, f"SELECT count(*) AS n FROM ({rows}) x")["n"])
        is_error = level == "error"
        findings.append(
            found(
                f"invitations.{rule}",
                n_rows,
                "error" if is_error else "excluded",
                what=f"{n_rows:,} {what}" if is_error else what,
                action=action,
                hint=look_for(engine, rows, "invited_date_raw", n_rows=n_rows, then=DAYS_FIRST) if is_error else "",
                rows_sql=rows,
            )
        )
    return findings
