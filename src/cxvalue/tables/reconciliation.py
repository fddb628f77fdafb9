"""The outcome of a reconciliation: the books against the tables, and the way between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxvalue.result import Brief, TableResult
from cxvalue.tables.findings import Finding
from cxvalue.tables.ledger import CUSTOMERS
from cxvalue.vocabulary import MetricKind

if TYPE_CHECKING:
    import pandas as pd

CAUSES = {
    "blank_id": "rows without a customer id",
    "outside_months": "rows outside the months of the study",
    "unknown_customer": "rows of customers that are unknown or never active",
    "not_active": "rows while the customer was not active",
    "repeated": "rows that repeat a customer-month, beyond what counts of them",
}
"""Why rows of a panel do not count, in the order in which they are asked."""


@dataclass(frozen=True, slots=True, repr=False)
class WalkLine(Brief):
    """One line on the way from what was read to what counts.

    Parameters
    ----------
    line : str
        ``read``, a cause of ``CAUSES``, ``filled`` or ``counted``.
    n_rows : int
        Rows; of repeats, those that went.
    amount : float
        Their sum; what goes is negative, so that the lines before ``counted`` add up to it.
    """

    line: str
    n_rows: int
    amount: float


@dataclass(frozen=True, slots=True, repr=False)
class ReconciliationRow(Brief):
    """One figure of the books against what counts of the tables.

    Parameters
    ----------
    name : str
        A metric, or ``customers``.
    table : str
        The panel that holds it.
    kind : {"money", "count"}
        Of the metric; customers are a count.
    from_month, to_month : str
        Months, both included.
    walk : tuple of WalkLine
        From what was read to what counts.
    ledger : float
        What the books say.
    tolerance : float
        Share of it by which what counts may differ.
    """

    name: str
    table: str
    kind: MetricKind
    from_month: str
    to_month: str
    walk: tuple[WalkLine, ...]
    ledger: float
    tolerance: float

    @property
    def read(self) -> float:
        """What was read."""
        return self.walk[0].amount

    @property
    def counted(self) -> float:
        """What counts after the checks: what every figure of the study stands on."""
        return self.walk[-1].amount

    @property
    def left_out(self) -> float:
        """What the checks took off, repairs included; negative where they added more."""
        return -sum(line.amount for line in self.walk[1:-1])

    @property
    def n_left_out(self) -> int:
        """Rows that the checks left out, merged or filled."""
        return sum(line.n_rows for line in self.walk[1:-1])

    @property
    def difference(self) -> float:
        """What counts less what the books say."""
        return self.counted - self.ledger

    @property
    def difference_share(self) -> float:
        """The same as a share of what the books say; infinite where they say 0."""
        if self.ledger == 0:
            return 0.0 if self.difference == 0 else float("inf")
        return self.difference / abs(self.ledger)

    @property
    def within_tolerance(self) -> bool:
        """Whether it differs by no more than is tolerated."""
        return abs(self.difference) <= self.tolerance * abs(self.ledger)

    def sentence(self) -> str:
        """Return the comparison in words.

        Returns
        -------
        str
            Without what the checks left out, which may be a few rows.
        """
        months = self.from_month if self.from_month == self.to_month else f"{self.from_month} to {self.to_month}"
        return (
            f"{self.name} {months}: {self.counted:,.0f} counted, {self.ledger:,.0f} in the books, "
            f"{self.difference:+,.0f} ({self.difference_share:+.1%}; {self.tolerance:.1%} tolerated)"
        )

    def finding(self) -> Finding:
        """Return the comparison as a rule's outcome.

        Returns
        -------
        Finding
            A warning when out of tolerance.
        """
        is_count = self.name == CUSTOMERS
        return Finding(
            rule=f"reconciliation.{self.name}",
            table=self.table,
            level="ok" if self.within_tolerance else "warning",
            n_rows=0,
            what=self.sentence(),
            action=f"the {'customers are' if is_count else 'panel is'} used as counted",
            hint="" if self.within_tolerance else "compare by month: lost files, other scope, tax, credit notes",
        )


@dataclass(frozen=True, slots=True, repr=False)
class Reconciliation(TableResult):
    """The books against the tables.

    Parameters
    ----------
    rows : tuple of ReconciliationRow
        One a figure; empty when the settings name none.
    """

    rows: tuple[ReconciliationRow, ...] = ()

    @property
    def within_tolerance(self) -> bool:
        """Whether every figure is; also when there is none."""
        return all(row.within_tolerance for row in self.rows)

    def findings(self) -> tuple[Finding, ...]:
        """Return the outcome of each figure as a rule's.

        Returns
        -------
        tuple of Finding
            To stand among those of the check.
        """
        return tuple(row.finding() for row in self.rows)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a figure.

        Returns
        -------
        pandas.DataFrame
            Columns name, table, from, to, read, left_out (what the checks took off, repairs included), counted,
            ledger, difference (counted less ledger), difference_share, tolerance, within_tolerance.
        """
        import pandas as pd  # noqa: PLC0415  slow to load; `cxvalue check` does without

        names = (
            "name", "table", "from", "to", "read", "left_out", "counted", "ledger", "difference", "difference_share",
            "tolerance", "within_tolerance",
        )  # fmt: skip
        rows = [
            (
                r.name, r.table, r.from_month, r.to_month, r.read, r.left_out, r.counted, r.ledger,
                r.difference, r.difference_share, r.tolerance, r.within_tolerance,
            )
            for r in self.rows
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(names))

    def walk(self) -> pd.DataFrame:
        """Return the way from what was read to what counts.

        Returns
        -------
        pandas.DataFrame
            Columns name, line, what, n_rows, amount. The lines before ``counted`` add up to it.
        """
        import pandas as pd  # noqa: PLC0415  slow to load; `cxvalue check` does without

        words = CAUSES | {"read": "as read", "filled": "gaps filled", "counted": "what counts"}
        lines = [(r.name, w.line, words[w.line], w.n_rows, w.amount) for r in self.rows for w in r.walk]
        return pd.DataFrame(lines, columns=["name", "line", "what", "n_rows", "amount"])

    def summary(self) -> str:
        """Return one line a figure.

        Returns
        -------
        str
            Plain text.
        """
        if not self.rows:
            return "no totals were given to reconcile with"
        lines = []
        for row in self.rows:
            lines.append(f"{'ok' if row.within_tolerance else 'WARNING':<8}{row.sentence()}")
            if row.n_left_out:
                missing, by_checks = row.read - row.ledger, -row.left_out
                lines.append(f"{'':<8}of this {missing:+,.0f} before the checks and {by_checks:+,.0f} by them")
        return "\n".join(lines)
