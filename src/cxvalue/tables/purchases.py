"""Activity told by purchases: who bought in which month, and who counts as active because of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxvalue.engine import Engine
from cxvalue.errors import DataError, SettingsError
from cxvalue.tables.activity import Activity, as_int, last_complete_month, one_row
from cxvalue.tables.calendar import WORDS, Calendar, make_calendar
from cxvalue.tables.findings import Finding, found
from cxvalue.tables.number_table import number_table
from cxvalue.tables.open import OpenTable
from cxvalue.tables.panels import CleanPanel, clean_panel
from cxvalue.tables.schema import MetricColumn, Panel, TableSet
from cxvalue.tables.settings import RETENTION_PANEL
from cxvalue.vocabulary import AMOUNT_LEVER, FREQUENCY_LEVER, RETAINED, REVENUE, month_label

RETENTION_HINT = 'leave it out, or set relationship = "contractual" if leaving is seen'


def refuse_retention(opened: Mapping[str, OpenTable]) -> None:
    """Refuse tables that say who has left, which a non-contractual study does not take.

    Parameters
    ----------
    opened : mapping of str to OpenTable
        The tables.

    Raises
    ------
    SettingsError
        For a retention panel, or a column ``retained`` in the wide panel.
    """
    if f"panels.{RETENTION_PANEL}" in opened:
        raise SettingsError(
            f"[panels.{RETENTION_PANEL}] is given, and relationship is noncontractual",
            allowed="purchases alone say who is active: [panels.revenue]",
            hint=RETENTION_HINT,
        )
    wide = opened.get("panel")
    if wide is not None and wide.has(RETAINED):
        raise SettingsError(
            f"[panel] has a column '{wide.user_name(RETAINED)}' ({RETAINED}), and relationship is noncontractual",
            allowed="purchases alone say who is active: the column revenue",
            hint=RETENTION_HINT,
        )


def purchase_panel(panels: tuple[Panel, ...]) -> tuple[Panel, MetricColumn]:
    """Return the panel whose positive amounts are purchases, refusing a set in which they cannot be told.

    Parameters
    ----------
    panels : tuple of Panel
        The panels as registered.

    Returns
    -------
    tuple of Panel and MetricColumn
        The panel of revenue and its column.

    Raises
    ------
    SettingsError
        Without revenue, where a month without a row is not zero, or for a metric that bears the name of a lever.
    """
    measured = [(panel, column) for panel in panels for column in panel.metrics]
    for panel, column in measured:
        if column.metric.name in (FREQUENCY_LEVER, AMOUNT_LEVER):
            raise SettingsError(
                f"[{panel.name}] the metric '{column.metric.name}' bears the name of a lever",
                allowed=f"any name but {FREQUENCY_LEVER} and {AMOUNT_LEVER} in a non-contractual study",
                hint="give the metric another name",
            )
    for panel, column in measured:
        if column.metric.name != REVENUE:
            continue
        if panel.missing != "zero":
            raise SettingsError(
                f'[{panel.name}] missing = "{panel.missing}", and relationship is noncontractual',
                allowed='missing = "zero": a month without a purchase has no row, and is zero',
                hint='set missing = "zero"',
            )
        return panel, column
    raise SettingsError(
        "relationship is noncontractual and no revenue is given, so nothing says who bought",
        allowed="[panels.revenue], or a column revenue in one wide [panel]",
        hint="give the panel of revenue: a month with revenue above 0 is a month with a purchase",
    )


def read_purchases(engine: Engine, tables: TableSet, window: int) -> tuple[Activity, CleanPanel, list[Finding]]:
    """Clean the revenue panel, and keep who bought and who was active in which month as ``activity``.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    tables : TableSet
        What was registered; ``customers`` exists.
    window : int
        Months, that of the answer included, within which a purchase makes a customer active.

    Returns
    -------
    tuple of Activity, CleanPanel and list of Finding
        Table ``activity`` also has the words bought_0 and bought_1; the panel; what its rules found.

    Raises
    ------
    DataError
        When the panel has no row, spans less than the window, or holds no purchase of a known customer.

    Notes
    -----
    Active in month t is who bought in t − A + 1 … t: it looks backwards only, so that nothing after an answer decides
    whether it counts. The panel's rows are cleaned as if everybody had always been there, since nobody leaves.
    """
    panel, column = purchase_panel(tables.panels)
    span = one_row(engine, f"SELECT min(month) AS first, max(month) AS last FROM {panel.view}")
    if span["first"] is None:
        raise DataError(f"table '{panel.name}' is empty", allowed="a row for each customer and month of a purchase")
    calendar = make_calendar(as_int(span["first"]), as_int(span["last"]), panel.name)
    if calendar.n_months <= window:
        raise DataError(
            f"table '{panel.name}' spans {month_label(calendar.first)} to {month_label(calendar.last)}, and a purchase "
            f"within {window} months makes a customer active: nobody's activity is known in time for a follow-up",
            allowed=f"more than {window} months",
            hint="give earlier months, or lower active_months",
        )
    calendar.put(engine)
    everybody = ", ".join(f"CAST({w} AS BIGINT) AS active_{at}" for at, w in enumerate(whole(calendar)))
    engine.keep("activity", f"SELECT DISTINCT customer_id, {everybody} FROM customers")
    n_customers = as_int(one_row(engine, "SELECT count(*) AS n FROM activity")["n"])
    clean, findings = clean_panel(engine, panel, Activity(calendar, None, n_customers, told_by=f"table '{panel.name}'"))
    engine.put("purchase_reach", reach_of_purchases(calendar, window))
    engine.keep("activity", bought_and_active(clean, column))
    n_active = as_int(one_row(engine, "SELECT count(*) AS n FROM activity")["n"])
    if n_active == 0:
        raise DataError(
            f"table '{panel.name}': no customer of table 'customers' ever bought",
            allowed="revenue above 0 in the months with a purchase",
            hint="compare a few ids and amounts",
        )
    activity = Activity(calendar, clean.last_month, n_active, told_by=f"table '{panel.name}'", window=window)
    return activity, clean, [*findings, *purchase_findings(engine, clean)]


def whole(calendar: Calendar) -> tuple[int, int]:
    """Return the words in which every month of a calendar is set.

    Parameters
    ----------
    calendar : Calendar
        The months.

    Returns
    -------
    tuple of int
        Two words.
    """
    return calendar.window(calendar.first, calendar.last)


def reach_of_purchases(calendar: Calendar, window: int) -> pa.Table:
    """Return, for each month of a purchase, its own bits and those of the months in which it makes a customer active.

    Parameters
    ----------
    calendar : Calendar
        The months.
    window : int
        Months, that of the purchase included.

    Returns
    -------
    pyarrow.Table
        Columns month, bought_0, bought_1, active_0, active_1.

    Examples
    --------
    >>> reach_of_purchases(Calendar(100, 104), 3)["active_0"].to_pylist()
    [7, 14, 28, 24, 16]
    """
    months = np.arange(calendar.first, calendar.last + 1)
    spans = {"bought": 0, "active": window - 1}
    columns: dict[str, NDArray[Any]] = {"month": months.astype(np.int32)}
    for name, further in spans.items():
        bits = [calendar.window(int(month), int(month) + further) for month in months]
        words = np.array(bits, dtype=np.int64).reshape(-1, WORDS)
        columns |= {f"{name}_{word}": words[:, word] for word in range(WORDS)}
    return number_table(columns)


def bought_and_active(clean: CleanPanel, column: MetricColumn) -> str:
    """Return the statement that gives the words of every customer who ever bought.

    Parameters
    ----------
    clean : CleanPanel
        The panel of revenue.
    column : MetricColumn
        Its column.

    Returns
    -------
    str
        SQL: customer_id, active_0, active_1, bought_0, bought_1.
    """
    words = ", ".join(f"bit_or(r.{name}_{at}) AS {name}_{at}" for name in ("active", "bought") for at in range(WORDS))
    return (
        f"SELECT p.customer_id, {words} FROM {clean.view} p JOIN customers u ON u.customer_id = p.customer_id "
        f"JOIN purchase_reach r ON r.month = p.month WHERE p.{column.canonical} > 0 GROUP BY p.customer_id"
    )


def purchase_findings(engine: Engine, clean: CleanPanel) -> list[Finding]:
    """Return the findings on customers who never bought and on a last month that looks cut short.

    Parameters
    ----------
    engine : Engine
        Counts them.
    clean : CleanPanel
        The panel of revenue.

    Returns
    -------
    list of Finding
        A note and a warning.
    """
    never = (
        "SELECT c.customer_id FROM customers c LEFT JOIN activity a ON a.customer_id = c.customer_id "
        "WHERE a.customer_id IS NULL"
    )
    monthly = f"SELECT month, n FROM {clean.panel.view}_months"
    short = clean.last_month - last_complete_month(engine, monthly)
    return [
        found(
            "customers.never_bought",
            as_int(one_row(engine, f"SELECT count(*) AS n FROM ({never}) n")["n"]),
            "note",
            what="customers without a purchase in the months given",
            action="kept, and part of nothing",
            rows_sql=never,
        ),
        found(
            f"{clean.panel.name}.last_month",
            short,
            "warning",
            what=f"a last month ({month_label(clean.last_month)}) with less than four fifths of the rows before it",
            action="taken as complete",
            hint="if it is still being loaded, leave it out of the export" if short else "",
        ),
    ]
