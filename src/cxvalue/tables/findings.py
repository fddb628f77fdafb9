"""What a rule of the data contract found, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cxvalue.errors import DataError
from cxvalue.result import Brief

Level = Literal["ok", "note", "repaired", "excluded", "warning", "error"]


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
    return Finding(rule, table, level if n_rows else "ok", n_rows, what, action, amount, hint, rows_sql)
