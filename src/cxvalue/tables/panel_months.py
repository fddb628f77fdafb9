"""A panel month by month: rows, ids and values, in one scan that serves whoever asks how many there are."""

from __future__ import annotations

from cxvalue.engine import Engine
from cxvalue.tables.schema import Panel


def keep_months(engine: Engine, panel: Panel) -> None:
    """Keep counts by month as ``<view>_months``.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    panel : Panel
        The panel.

    Notes
    -----
    Columns: month, n (rows), n_ids, and known_<column> and least_<column> of every value.
    """
    sums = ["month", "count(*) AS n", "count(customer_id) AS n_ids"]
    for name in panel.value_columns():
        sums.append(f"count({name}) AS known_{name}")
        sums.append(f"min({name}) AS least_{name}")
    engine.keep(f"{panel.view}_months", f"SELECT {', '.join(sums)} FROM {panel.view} GROUP BY month")


def keep_retention_months(engine: Engine, *, flag: bool, told_by: Panel | None) -> None:
    """Keep as ``retention_months`` how many rows of each month say that a customer was there.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    flag : bool
        Whether a flag says it; by default a row does.
    told_by : Panel, optional
        The panel whose rows say it: it is scanned once for both, and its own counts are kept as well.

    Notes
    -----
    Columns: month, n_rows, n_ids, n_bad_flags, and n (rows that say so).
    """
    if told_by is not None:
        keep_months(engine, told_by)
        engine.keep(
            "retention_months",
            f"SELECT month, n AS n_rows, n_ids, 0 AS n_bad_flags, CASE WHEN month IS NULL THEN 0 ELSE n END AS n "
            f"FROM {told_by.view}_months",
        )
        return
    bad_flag = "sum(CASE WHEN value IN (0, 1) THEN 0 ELSE 1 END)" if flag else "0"
    is_active = "CAST(sum(CASE WHEN value = 1 THEN 1 ELSE 0 END) AS BIGINT)" if flag else "count(month)"
    engine.keep(
        "retention_months",
        f"SELECT month, count(*) AS n_rows, count(customer_id) AS n_ids, {bad_flag} AS n_bad_flags, "
        f"{is_active} AS n FROM retention_in GROUP BY month",
    )
