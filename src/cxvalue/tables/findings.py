"""What a rule of the data contract found, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from cxvalue.errors import DataError
from cxvalue.result import Brief

Level = Literal["ok", "note", "repaired", "excluded", "warning", "error"]
MOST_LEFT_OUT: Final = 0.1
"""Share of a table's rows above which one reason to leave rows out is a warning."""
COMPLETE_CUSTOMERS: Final = "is table 'customers' complete, and are ids written alike in both (blanks, case, zeros)?"
"""What to look at where rows are of customers that nobody knows."""


@dataclass(frozen=True, slots=True, repr=False)
class Finding(Brief):
    """One rule and its outcome.

    Parameters
    ----------
    rule : str
        Short name, unique within a report, such as ``surveys.off_scale``.
    table : str
        The table, by its name in the settings.
    level : {"ok", "note", "repaired", "excluded", "warning", "error"}
        ``ok`` when nothing was found.
    n_rows : int
        Rows affected.
    what : str
        What was found, or looked for.
    action : str
        What is done about it.
    amount : float or None
        Sum of the values on these rows, where that means something.
    hint : str
        One thing to do.
    rows_sql : str
        Statement that gives the rows; empty where a rule has none.
    is_of_customers : bool
        Whether the rows are those of customers; months and files are not, and a report may show how few they are.
    """

    rule: str
    table: str
    level: Level
    n_rows: int
    what: str
    action: str
    amount: float | None = None
    hint: str = ""
    rows_sql: str = ""
    is_of_customers: bool = True

    def error(self) -> DataError:
        """Return the finding as an error.

        Returns
        -------
        DataError
            To be raised.
        """
        return DataError(f"table '{self.table}': {self.what}", allowed=self.action, hint=self.hint)


def found(
    rule: str,
    n_rows: int,
    level: Level,
    *,
    what: str,
    action: str,
    amount: float | None = None,
    hint: str = "",
    rows_sql: str = "",
    is_of_customers: bool = True,
) -> Finding:
    """Return a finding that is ``ok`` when no row is affected.

    Parameters
    ----------
    rule : str
        ``table.rule``; the table is what stands before the last dot.
    n_rows : int
        Rows affected.
    level : Level
        The level when there are any.
    what, action : str
        What was looked for and what is done about it.
    amount : float, optional
        Sum of the values on these rows.
    hint : str
        One thing to do.
    rows_sql : str
        Statement that gives the rows.
    is_of_customers : bool
        Whether the rows are those of customers, not months or files.

    Returns
    -------
    Finding
        The finding.

    Examples
    --------
    >>> found("surveys.blank", 0, "excluded", what="blank scores", action="left out").level
    'ok'
    """
    table = rule.rpartition(".")[0]
    level = level if n_rows else "ok"
    return Finding(rule, table, level, n_rows, what, action, amount, hint, rows_sql, is_of_customers)


def in_proportion(finding: Finding, n_all: int, *, hint: str) -> Finding:
    """Return a finding on rows that are left out as a warning where they are many of the table's.

    Parameters
    ----------
    finding : Finding
        The finding.
    n_all : int
        Rows of the table.
    hint : str
        One thing to do when they are many.

    Returns
    -------
    Finding
        With the share of the rows in words; a warning above a tenth.

    Examples
    --------
    >>> few = found("surveys.unknown_customer", 4, "excluded", what="answers of strangers", action="left out")
    >>> in_proportion(few, 100, hint="is the table complete?").level
    'excluded'
    >>> many = in_proportion(few, 8, hint="is the table complete?")
    >>> many.level, many.what
    ('warning', 'answers of strangers, 50 % of 8')
    """
    share = finding.n_rows / n_all if n_all else 0.0
    if share <= MOST_LEFT_OUT:
        return finding
    return replace(finding, level="warning", what=f"{finding.what}, {share * 100:.0f} % of {n_all:,}", hint=hint)
