"""Reconciliation: panel totals against the ledger's, and active customers against a stated count."""

from __future__ import annotations

from collections.abc import Mapping

from cxvalue.engine import Engine
from cxvalue.errors import DataError, SettingsError
from cxvalue.tables.activity import as_int, one_row
from cxvalue.tables.check import CleanTables
from cxvalue.tables.ledger import CUSTOMERS, LedgerTotal, StatedCount
from cxvalue.tables.panels import CleanPanel
from cxvalue.tables.reconciliation import CAUSES, Reconciliation, ReconciliationRow, WalkLine
from cxvalue.tables.schema import MetricColumn
from cxvalue.vocabulary import month_label, parse_month


def reconcile(engine: Engine, clean: CleanTables, ledger: Mapping[str, LedgerTotal | StatedCount]) -> Reconciliation:
    """Hold the tables against the books.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    clean : CleanTables
        The checked tables; what the figures of the study stand on.
    ledger : mapping of str to LedgerTotal or StatedCount
        What the books say, by metric, and ``customers``.

    Returns
    -------
    Reconciliation
        One row a figure, in the order given.

    Raises
    ------
    SettingsError
        For a metric that no panel holds.
    DataError
        For months that the tables do not cover.
    """
    panels = {column.metric.name: (panel, column) for panel in clean.panels for column in panel.panel.metrics}
    rows = []
    for name, stated in ledger.items():
        if isinstance(stated, StatedCount):
            rows.append(count_customers(engine, clean, stated))
        elif name in panels:
            rows.append(add_up_panel(engine, clean, panels[name], stated))
        else:
            raise SettingsError.unknown_key(name, "[reconciliation]", [*panels, CUSTOMERS])
    return Reconciliation(tuple(rows))


def refuse_months(told_by: str, first: int, last: int, covered: tuple[int, int]) -> None:
    """Refuse months that a table does not cover.

    Parameters
    ----------
    told_by : str
        The table, in words.
    first, last : int
        Months asked for.
    covered : tuple of int
        First and last month of the table.

    Raises
    ------
    DataError
        When they reach beyond it.
    """
    if first < covered[0] or last > covered[1]:
        span = f"{month_label(covered[0])} to {month_label(covered[1])}"
        raise DataError(
            f"[reconciliation] asks for {month_label(first)} to {month_label(last)}, and {told_by} is complete from "
            f"{span}",
            allowed=f"months within {span}",
            hint="give the books' total of those months",
        )


def add_up_panel(
    engine: Engine, clean: CleanTables, held: tuple[CleanPanel, MetricColumn], stated: LedgerTotal
) -> ReconciliationRow:
    """Return a metric's total on its way from what was read to what counts, against the ledger's.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    clean : CleanTables
        The checked tables.
    held : tuple of CleanPanel and MetricColumn
        The panel and its column.
    stated : LedgerTotal
        What the ledger says.

    Returns
    -------
    ReconciliationRow
        The comparison.
    """
    panel, column = held
    first, last = parse_month(stated.from_month), parse_month(stated.to_month)
    start = panel.first_month
    if panel.panel.missing == "zero":  # before its first row a sparse panel is 0, as everywhere
        start = min(start, clean.activity.calendar.first)
    refuse_months(f"table '{panel.panel.name}'", first, last, (start, panel.last_month))
    fates = engine.query(rows_by_fate(panel, column, first, last)).to_pylist()
    by_fate = {row["fate"]: (as_int(row["n"]), float(row["amount"] or 0.0)) for row in fates}
    eligible = by_fate.pop("counted", (0, 0.0))
    counted, filled = count_clean(engine, panel, column, first, last)
    read = [(n, amount) for n, amount in (*by_fate.values(), eligible)]
    walk = [WalkLine("read", sum(n for n, _ in read), sum(amount for _, amount in read))]
    walk += [WalkLine(cause, n, -amount) for cause in CAUSES for n, amount in [by_fate.get(cause, (0, 0.0))] if n]
    given = (counted[0] - filled[0], counted[1] - filled[1])
    if eligible[0] != given[0]:
        walk.append(WalkLine("repeated", eligible[0] - given[0], given[1] - eligible[1]))
    walk += [WalkLine("filled", *filled)] if filled[0] else []
    walk.append(WalkLine("counted", *counted))
    return ReconciliationRow(
        column.metric.name, panel.panel.name, column.metric.kind, stated.from_month, stated.to_month, tuple(walk),
        stated.total, stated.tolerance,
    )  # fmt: skip


def is_active(word: str = "a") -> str:
    """Return the condition that a customer was active in a row's month.

    Parameters
    ----------
    word : str
        Alias of the table ``activity``; that of ``calendar`` is ``c``.

    Returns
    -------
    str
        SQL.
    """
    return f"(({word}.active_0 & c.bit_0) <> 0 OR ({word}.active_1 & c.bit_1) <> 0)"


def rows_by_fate(panel: CleanPanel, column: MetricColumn, first: int, last: int) -> str:
    """Return the statement that adds up a panel's rows by what becomes of them.

    Parameters
    ----------
    panel : CleanPanel
        The panel.
    column : MetricColumn
        Its column.
    first, last : int
        Months.

    Returns
    -------
    str
        SQL giving fate, n and amount.
    """
    away = f"WHEN NOT {is_active()} THEN 'not_active' " if panel.panel.only_while_active else ""
    fate = (
        "CASE WHEN p.customer_id IS NULL THEN 'blank_id' WHEN c.month IS NULL THEN 'outside_months' "
        f"WHEN a.customer_id IS NULL THEN 'unknown_customer' {away}ELSE 'counted' END"
    )
    rows = (
        f"SELECT {fate} AS fate, CAST(p.{column.canonical} AS DOUBLE) AS value FROM {panel.panel.view} p "
        f"LEFT JOIN calendar c ON c.month = p.month LEFT JOIN activity a ON a.customer_id = p.customer_id "
        f"WHERE p.month >= {first} AND p.month <= {last} AND p.{column.canonical} IS NOT NULL"
    )
    return f"SELECT fate, count(*) AS n, sum(value) AS amount FROM ({rows}) r GROUP BY fate"


def count_clean(
    engine: Engine, panel: CleanPanel, column: MetricColumn, first: int, last: int
) -> tuple[tuple[int, float], tuple[int, float]]:
    """Return rows and amount that count, and of these what was filled in.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    panel : CleanPanel
        The panel.
    column : MetricColumn
        Its column.
    first, last : int
        Months.

    Returns
    -------
    tuple of (int, float)
        What counts; what was filled.
    """
    active = f"AND {is_active()}" if panel.panel.only_while_active else ""
    months = f"p.month >= {first} AND p.month <= {last}"
    there = (
        f"SELECT DISTINCT p.customer_id, p.month FROM {panel.panel.view} p WHERE {months} "
        f"AND p.{column.canonical} IS NOT NULL"
    )
    given = "g.customer_id IS NOT NULL" if panel.panel.missing == "fill" else "1 = 1"
    joined = (
        f"LEFT JOIN ({there}) g ON g.customer_id = p.customer_id AND g.month = p.month "
        if panel.panel.missing == "fill"
        else ""
    )
    value = f"CAST(p.{column.canonical} AS DOUBLE)"
    counts = one_row(
        engine,
        f"SELECT count(*) AS n, sum({value}) AS amount, sum(CASE WHEN {given} THEN 0 ELSE 1 END) AS n_filled, "
        f"sum(CASE WHEN {given} THEN 0 ELSE {value} END) AS filled FROM {panel.view} p "
        f"JOIN calendar c ON c.month = p.month JOIN activity a ON a.customer_id = p.customer_id {joined}"
        f"WHERE {months} AND p.{column.canonical} IS NOT NULL {active}",
    )
    return (
        (as_int(counts["n"]), float(counts["amount"] or 0.0)),
        (as_int(counts["n_filled"]), float(counts["filled"] or 0.0)),
    )


def count_customers(engine: Engine, clean: CleanTables, stated: StatedCount) -> ReconciliationRow:
    """Return the customers active in a month against a stated count.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    clean : CleanTables
        The checked tables.
    stated : StatedCount
        What the company says.

    Returns
    -------
    ReconciliationRow
        The comparison. Where leaving is told by a panel, what was read holds unknown customers too.
    """
    activity, month = clean.activity, parse_month(stated.month)
    last = activity.last_month if activity.last_month is not None else activity.calendar.last
    refuse_months(activity.told_by, month, month, (activity.first_known, last))

    def active_in(table: str) -> int:
        rows = f"SELECT count(*) AS n FROM {table} a JOIN calendar c ON c.month = {month} WHERE {is_active()}"
        return as_int(one_row(engine, rows)["n"])

    counted = active_in("activity")
    read = active_in("retention_profile") if activity.window is None else counted
    walk = [WalkLine("read", read, float(read))]
    walk += [WalkLine("unknown_customer", read - counted, float(counted - read))] if read != counted else []
    walk.append(WalkLine("counted", counted, float(counted)))
    return ReconciliationRow(
        CUSTOMERS, CUSTOMERS, "count", stated.month, stated.month, tuple(walk), stated.count, stated.tolerance
    )
