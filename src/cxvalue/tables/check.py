"""Checking: every rule of the data contract, what it found and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cxvalue.engine import Engine
from cxvalue.errors import CxValueError, DataError
from cxvalue.progress import Progress, counted, silent
from cxvalue.result import Drawable, TableResult
from cxvalue.tables.activity import Activity, as_int, clean_customers, read_activity
from cxvalue.tables.answers import mark_answers
from cxvalue.tables.churn_dates import activity_from_dates
from cxvalue.tables.empty_files import empty_files
from cxvalue.tables.findings import Finding, found
from cxvalue.tables.invitations import check_invitations
from cxvalue.tables.panels import CleanPanel, clean_panel
from cxvalue.tables.purchases import read_purchases
from cxvalue.tables.schema import TableSet
from cxvalue.vocabulary import month_label

if TYPE_CHECKING:
    import pandas as pd

READING: Final = "reading and checking tables"
"""The stage, as progress names it."""


@dataclass(frozen=True, slots=True)
class CleanTables:
    """The tables once checked: what link and everything above it stands on.

    Parameters
    ----------
    tables : TableSet
        What was registered.
    activity : Activity
        Who was active when; tables ``customers``, ``activity``, ``calendar``.
    panels : tuple of CleanPanel
        Panels with their views of rows that count.
    first_month : int
        First month of answering that counts.
    follow_up_end : int
        Last month that every panel covers completely; follow-up ends there.
    findings : tuple of Finding
        Every rule's outcome.
    """

    tables: TableSet
    activity: Activity
    panels: tuple[CleanPanel, ...]
    first_month: int
    follow_up_end: int
    findings: tuple[Finding, ...]

    def refuse_errors(self) -> None:
        """Raise when a rule was broken that has no repair.

        Raises
        ------
        DataError
            The first broken rule, with the number of others.
        """
        errors = [finding for finding in self.findings if finding.level == "error"]
        if errors:
            first, others = errors[0].error(), len(errors) - 1
            more = f"; {others} further error(s), see check" if others else ""
            raise DataError(first.what + more, allowed=first.allowed, hint=first.hint)


def check_tables(engine: Engine, tables: TableSet, *, progress: Progress = silent) -> CleanTables:
    """Hold every table against the contract.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    tables : TableSet
        What was registered.
    progress : Progress
        Told of each panel.

    Returns
    -------
    CleanTables
        The checked tables; broken rules without a repair stand among the findings and are not raised here.

    Raises
    ------
    DataError
        Where a table is such that the next rule cannot even be tried: empty, or of other customers or months.
    """
    findings = clean_customers(engine, tables)
    if any(finding.level == "error" for finding in findings):
        raise next(finding for finding in findings if finding.level == "error").error()
    activity, bought, more = tell_activity(engine, tables)
    findings += more
    panels = []
    for panel in counted(tables.panels, progress, READING, total=len(tables.panels), unit="panels"):
        if bought is not None and panel == bought.panel:
            panels.append(bought)
            continue
        clean, more = clean_panel(engine, panel, activity, tells_activity=tables.tells_activity(panel))
        panels.append(clean)
        findings += more
    starts = [panel.first_month - 1 for panel in panels if panel.panel.missing != "zero"]
    first_month = max([activity.first_known, *starts])
    findings += mark_answers(engine, tables, activity, first_month=first_month)
    if tables.has_invitations:
        findings += check_invitations(engine)
    ends = [panel.last_month for panel in panels]
    ends += [activity.last_month] if activity.last_month is not None else []
    follow_up_end = min(ends)
    findings.append(no_follow_up(engine, follow_up_end))
    findings.append(follow_up_finding(panels, activity, follow_up_end))
    findings += [finding for source in tables.sources.values() for finding in empty_files(source)]
    findings += [late_start(panel, activity) for panel in panels if panel.panel.missing == "zero"]
    return CleanTables(tables, activity, tuple(panels), first_month, follow_up_end, tuple(findings))


def tell_activity(engine: Engine, tables: TableSet) -> tuple[Activity, CleanPanel | None, list[Finding]]:
    """Keep who was active in which month, as the relationship tells it.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    tables : TableSet
        What was registered; ``customers`` exists.

    Returns
    -------
    tuple of Activity, CleanPanel or None, and list of Finding
        The activity; the panel of revenue where it told it, checked already; what was found.
    """
    if tables.purchase_window is not None:
        return read_purchases(engine, tables, tables.purchase_window)
    read = activity_from_dates if tables.retention_kind == "churn_date" else read_activity
    activity, findings = read(engine, tables)
    return activity, None, findings


def no_follow_up(engine: Engine, end: int) -> Finding:
    """Return the finding on answers that come too late for a month of follow-up.

    Parameters
    ----------
    engine : Engine
        Counts them.
    end : int
        Last month of follow-up.

    Returns
    -------
    Finding
        The finding.
    """
    late = f"SELECT * FROM answers_marked WHERE fate = 'valid' AND m0 >= {end}"
    n_late = as_int(engine.query(f"SELECT count(*) AS n FROM ({late}) l")["n"][0].as_py())
    return found(
        "surveys.no_follow_up",
        n_late,
        "excluded",
        what="answers without one month of follow-up",
        action="open no episode; they still tell who is in which band now",
        rows_sql=late,
    )


def late_start(panel: CleanPanel, activity: Activity) -> Finding:
    """Return the finding on a sparse panel whose first row comes after the panel begins that tells who was active.

    Parameters
    ----------
    panel : CleanPanel
        The panel; a month without a row counts as zero there.
    activity : Activity
        Who was active when, and what tells it.

    Returns
    -------
    Finding
        The finding; its rows are months.
    """
    n_months = max(panel.first_month - activity.calendar.first, 0)
    first = month_label(panel.first_month)
    return found(
        f"{panel.panel.name}.late_start",
        n_months,
        "note",
        what=f"months before the first row ({first}), counted from the first of {activity.told_by}",
        action=f"taken as 0: if the panel did not exist yet, cut {activity.told_by} to its months",
        is_of_customers=False,
    )


def follow_up_finding(panels: list[CleanPanel], activity: Activity, end: int) -> Finding:
    """Return the finding that says where follow-up ends and which panel ends it.

    Parameters
    ----------
    panels : list of CleanPanel
        The panels.
    activity : Activity
        Who was active when, and what tells it.
    end : int
        The last month that all cover.

    Returns
    -------
    Finding
        A note; a warning when a panel ends more than two months before the one that tells who was active.
    """
    last = activity.calendar.last
    short = [panel.panel.name for panel in panels if panel.last_month < last - 2]
    what = f"follow-up ends in {month_label(end)}"
    if activity.last_month is not None and activity.last_month < last:
        what += f": {month_label(last)} is incomplete in {activity.told_by}"
    if short:
        what += f": {', '.join(short)} ends well before {activity.told_by} ({month_label(last)})"
    return Finding(
        "panels.follow_up_end", "panels", "warning" if short else "note", 0, what, "later months are not used"
    )


@dataclass(frozen=True, slots=True, repr=False)
class CheckReport(TableResult, Drawable):
    """What ``check`` found: one row a rule.

    Parameters
    ----------
    findings : tuple of Finding
        Every rule, also those that found nothing.
    fetch : callable
        Gives the rows of a finding.
    """

    findings: tuple[Finding, ...]
    fetch: Callable[[str], pd.DataFrame] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether no rule was broken that has no repair."""
        return all(finding.level != "error" for finding in self.findings)

    def to_frame(self) -> pd.DataFrame:
        """Return the findings as a table.

        Returns
        -------
        pandas.DataFrame
            Columns rule, table, level, n_rows, amount, what, action, hint.
        """
        import pandas as pd  # noqa: PLC0415  slow to load; `cxvalue check` does without

        names = ("rule", "table", "level", "n_rows", "amount", "what", "action", "hint")
        return pd.DataFrame([{name: getattr(finding, name) for name in names} for finding in self.findings])

    def rows(self, rule: str) -> pd.DataFrame:
        """Return the rows that a rule found, customer ids included, in memory only.

        Parameters
        ----------
        rule : str
            A rule's name as in :meth:`to_frame`.

        Returns
        -------
        pandas.DataFrame
            The rows; canonical columns, with the text as it came in columns ending in ``_raw``.

        Raises
        ------
        CxValueError
            For an unknown rule, or one that has no rows to show.
        """
        chosen = [finding for finding in self.findings if finding.rule == rule]
        if not chosen or not chosen[0].rows_sql:
            known = ", ".join(finding.rule for finding in self.findings if finding.rows_sql)
            raise CxValueError(f"no rows for rule '{rule}'", allowed=known)
        return self.fetch(chosen[0].rows_sql)

    def summary(self) -> str:
        """Return the findings as plain text, the worst first.

        Returns
        -------
        str
            A line a rule.
        """
        marks = {
            "error": "ERROR",
            "warning": "warning",
            "excluded": "left out",
            "repaired": "repaired",
            "note": "note",
            "ok": "ok",
        }
        order = list(marks)
        lines = []
        for finding in sorted(self.findings, key=lambda f: order.index(f.level)):
            amount = f", sum {finding.amount:,.2f}" if finding.amount is not None else ""
            rows = f"{finding.n_rows:>10,}" if finding.n_rows else " " * 10
            lines.append(f"{marks[finding.level]:<9}{rows}  {finding.rule}: {finding.what}{amount} — {finding.action}")
        counts = {level: sum(f.level == level for f in self.findings) for level in order}
        counted = ", ".join(f"{n} {marks[level]}" for level, n in counts.items() if n)
        return "\n".join([*lines, f"{len(self.findings)} rules: {counted}"])
