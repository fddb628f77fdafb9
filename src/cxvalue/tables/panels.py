"""Monthly panels: held against their rules, repaired, and the rows that count."""

from __future__ import annotations

from dataclasses import dataclass

from cxvalue.engine import Engine
from cxvalue.tables.activity import Activity, as_int, one_row
from cxvalue.tables.findings import Finding
from cxvalue.tables.panel_rows import compare_with_activity, keep_profile, missing_months, repeats, seen_count
from cxvalue.tables.panel_values import read_values
from cxvalue.tables.repair import keep_repaired
from cxvalue.tables.schema import Panel


@dataclass(frozen=True, slots=True)
class CleanPanel:
    """A panel whose rows that count are in the view ``<view>_clean`` (customer_id, month, values, covariates).

    Parameters
    ----------
    panel : Panel
        The panel.
    first_month : int
        First month with rows.
    last_month : int
        Last complete month.
    """

    panel: Panel
    first_month: int
    last_month: int

    @property
    def view(self) -> str:
        """The view of the rows that count."""
        return f"{self.panel.view}_clean"


def clean_panel(
    engine: Engine, panel: Panel, activity: Activity, *, tells_activity: bool = False
) -> tuple[CleanPanel, list[Finding]]:
    """Check a panel against its rules and make the view of the rows that count.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    panel : Panel
        The panel as registered.
    activity : Activity
        Who was active when.
    tells_activity : bool
        Whether that stands on the rows of this panel.

    Returns
    -------
    tuple of CleanPanel and list of Finding
        The panel and every rule's outcome.

    Raises
    ------
    DataError
        When the panel is empty or shares no month or customer with what tells who was active.
    """
    first, last, findings = read_values(engine, panel, counted=tells_activity)
    blank = [f"{panel.name}.{rule}_{column.metric.name}" for column in panel.metrics for rule in ("bad", "blank")]
    has_gaps = any(finding.n_rows for finding in findings if finding.rule in blank)
    keep_profile(engine, panel, is_retention=tells_activity and not has_gaps)
    findings += compare_with_activity(engine, panel, activity)
    first_seen = max(first, activity.calendar.first)
    last_expected = last if activity.last_month is None else min(last, activity.last_month)
    window = activity.calendar.window(first_seen, last_expected)
    dirty = [f"SELECT customer_id FROM {panel.view}_profile WHERE n_rows > {seen_count()}"]
    n_repeated = as_int(one_row(engine, f"SELECT sum(n_rows - {seen_count()}) AS n FROM {panel.view}_profile")["n"])
    findings += repeats(engine, panel, n_repeated)
    n_missing, missing_findings = missing_months(engine, panel, window)
    findings += missing_findings
    to_fill = panel.missing == "fill" and n_missing > 0 and missing_findings[0].level == "repaired"
    if to_fill:
        dirty.append(f"SELECT customer_id FROM {panel.view}_gaps")
    needs_repair = n_repeated > 0 or to_fill
    if needs_repair:
        engine.keep(f"{panel.view}_dirty", f"SELECT DISTINCT customer_id FROM ({' UNION ALL '.join(dirty)}) d")
        keep_repaired(engine, panel, window if to_fill else None)
    engine.define(f"{panel.view}_clean", clean_rows(panel, needs_repair))
    return CleanPanel(panel, first, last), findings


def clean_rows(panel: Panel, needs_repair: bool) -> str:
    """Return the statement that gives the rows that count.

    Parameters
    ----------
    panel : Panel
        The panel.
    needs_repair : bool
        Whether some customers' rows were repaired aside.

    Returns
    -------
    str
        SQL; the rows of customers without repairs stream through untouched.
    """
    names = ", ".join(["customer_id", "month", *panel.value_columns()])
    if not needs_repair:
        return f"SELECT {names} FROM {panel.view}"
    listed = ", ".join(f"p.{name}" for name in ["customer_id", "month", *panel.value_columns()])
    return (
        f"SELECT {listed} FROM {panel.view} p LEFT JOIN {panel.view}_dirty d ON d.customer_id = p.customer_id "
        f"WHERE d.customer_id IS NULL UNION ALL SELECT {names} FROM {panel.view}_repaired"
    )
