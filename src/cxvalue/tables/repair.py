"""Repairing customers aside: repeated customer-months made one, missing ones filled."""

from __future__ import annotations

from cxvalue.engine import Engine
from cxvalue.tables.schema import Panel


def keep_repaired(engine: Engine, panel: Panel, fill_window: tuple[int, int] | None) -> None:
    """Keep the repaired rows of the customers in ``<view>_dirty`` as ``<view>_repaired``.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    panel : Panel
        The panel.
    fill_window : tuple of int, optional
        Bits of the months in which missing customer-months are to be filled; None fills nothing.
    """
    engine.keep(f"{panel.view}_single", single_rows(panel))
    names = ", ".join(["customer_id", "month", *panel.value_columns()])
    if fill_window is None:
        engine.keep(f"{panel.view}_repaired", f"SELECT {names} FROM {panel.view}_single")
        return
    engine.keep(f"{panel.view}_repaired", filled_rows(panel, fill_window))


def single_rows(panel: Panel) -> str:
    """Return the statement that makes repeated customer-months of dirty customers one row.

    Parameters
    ----------
    panel : Panel
        The panel; exact copies are dropped, others treated by ``panel.duplicates``.

    Returns
    -------
    str
        SQL giving one row a customer-month; where leaving is seen, months in which the customer was not active are
        left out.
    """
    values = panel.value_columns()
    names = ["customer_id", "month", *values]
    listed = ", ".join(f"p.{name}" for name in [*names, *(["updated_at"] if panel.has_updated_at else [])])
    active = " WHERE (a.active_0 & c.bit_0) <> 0 OR (a.active_1 & c.bit_1) <> 0" if panel.only_while_active else ""
    rows = (
        f"SELECT DISTINCT {listed} FROM {panel.view} p "
        f"JOIN {panel.view}_dirty d ON d.customer_id = p.customer_id JOIN calendar c ON c.month = p.month "
        f"JOIN activity a ON a.customer_id = p.customer_id{active}"
    )
    if panel.duplicates == "last":
        tie = ", ".join(f"{name} DESC" for name in values)
        ranked = (
            f"SELECT {', '.join(names)}, row_number() OVER (PARTITION BY customer_id, month "
            f"ORDER BY updated_at DESC, {tie}) AS place FROM ({rows}) r"
        )
        return f"SELECT {', '.join(names)} FROM ({ranked}) s WHERE place = 1"
    sums = ", ".join(f"sum({name}) AS {name}" for name in values)
    distinct = f"SELECT DISTINCT {', '.join(names)} FROM ({rows}) r"
    return f"SELECT customer_id, month, {sums} FROM ({distinct}) s GROUP BY customer_id, month"


def filled_rows(panel: Panel, window: tuple[int, int]) -> str:
    """Return the statement that adds missing customer-months, each value the mean of its nearest neighbours.

    Parameters
    ----------
    panel : Panel
        The panel; ``<view>_single`` is kept.
    window : tuple of int
        Bits of the months in which rows are expected.

    Returns
    -------
    str
        SQL. A value missing at an end takes the one neighbour that it has. Rows beyond the window stay as they are.

    Notes
    -----
    Neighbours are found with running counts of values: within a customer, rows that share the count share the last
    value before them (and, counting from the end, the first one after).
    """
    values = panel.value_columns()
    grid = (
        f"SELECT a.customer_id, c.month FROM activity a JOIN {panel.view}_dirty d ON d.customer_id = a.customer_id "
        f"JOIN calendar c ON (a.active_0 & c.bit_0 & {window[0]}) <> 0 OR (a.active_1 & c.bit_1 & {window[1]}) <> 0 "
        f"UNION SELECT customer_id, month FROM {panel.view}_single"
    )
    listed = ", ".join(f"s.{name}" for name in values)
    joined = (
        f"SELECT g.customer_id, g.month, {listed} FROM ({grid}) g LEFT JOIN {panel.view}_single s "
        f"ON s.customer_id = g.customer_id AND s.month = g.month"
    )
    order = "OVER (PARTITION BY customer_id ORDER BY month{0})"
    runs = ", ".join(
        f"count({name}) {order.format('')} AS {name}_b, count({name}) {order.format(' DESC')} AS {name}_f"
        for name in values
    )
    counted = f"SELECT customer_id, month, {', '.join(values)}, {runs} FROM ({joined}) j"
    near = ", ".join(
        f"max({name}) OVER (PARTITION BY customer_id, {name}_b) AS {name}_before, "
        f"max({name}) OVER (PARTITION BY customer_id, {name}_f) AS {name}_after"
        for name in values
    )
    neighbours = f"SELECT customer_id, month, {', '.join(values)}, {near} FROM ({counted}) n"
    filled = ", ".join(
        f"COALESCE({name}, ({name}_before + {name}_after) / 2, {name}_before, {name}_after) AS {name}"
        for name in values
    )
    return f"SELECT customer_id, month, {filled} FROM ({neighbours}) f"
