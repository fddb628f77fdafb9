"""A panel's values: unreadable, blank, negative, and months without a row."""

from __future__ import annotations

from collections.abc import Mapping

from cxvalue.engine import Engine
from cxvalue.errors import DataError
from cxvalue.tables.activity import as_int, empty_months, last_complete_month, one_row
from cxvalue.tables.examples import HOW_WRITTEN, give_rows, look_for
from cxvalue.tables.findings import Finding, found
from cxvalue.tables.panel_months import keep_months
from cxvalue.tables.schema import Panel


def read_values(engine: Engine, panel: Panel, *, counted: bool = False) -> tuple[int, int, list[Finding]]:
    """Check ids, months and values in one scan by month.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    panel : Panel
        The panel.
    counted : bool
        Whether its counts by month are kept already.

    Returns
    -------
    tuple of int, int and list of Finding
        First month, last complete month, findings.

    Raises
    ------
    DataError
        When the panel has no row.
    """
    if not counted:
        keep_months(engine, panel)
    whole = [f"sum(known_{name}) AS known_{name}, min(least_{name}) AS least_{name}" for name in panel.value_columns()]
    total = one_row(
        engine,
        f"SELECT sum(n) AS n, sum(n - n_ids) AS n_blank, sum(CASE WHEN month IS NULL THEN n ELSE 0 END) AS n_bad, "
        f"min(month) AS first, max(month) AS last, {', '.join(whole)} FROM {panel.view}_months",
    )
    if as_int(total["n"]) == 0:
        raise DataError(f"table '{panel.name}' is empty", allowed="a row for each customer and month")
    n_bad, bad_months = as_int(total["n_bad"]), f"SELECT * FROM {panel.view} WHERE month IS NULL"
    findings = [
        found(
            f"{panel.name}.bad_month",
            n_bad,
            "error",
            what=f"{n_bad:,} months that cannot be read",
            action="a date, a time stamp or YYYY-MM",
            hint=look_for(engine, bad_months, "month_raw", n_rows=n_bad, then=HOW_WRITTEN),
            rows_sql=bad_months,
        ),
        found(
            f"{panel.name}.blank_id",
            as_int(total["n_blank"]),
            "excluded",
            what="rows without a customer id",
            action="left out",
            rows_sql=f"SELECT * FROM {panel.view} WHERE customer_id IS NULL",
        ),
    ]
    if total["first"] is None:
        raise findings[0].error()
    odd = count_odd_values(engine, panel, total)
    for name, label in panel.labels().items():
        findings += value_findings(engine, panel, name, label, counts=odd)
    empty = "zero for everybody" if panel.missing == "zero" else "missing for everybody"
    findings.append(empty_months(engine, panel.name, f"SELECT month, n FROM {panel.view}_months", empty))
    return as_int(total["first"]), last_month_of(engine, panel, as_int(total["last"])), findings


def last_month_of(engine: Engine, panel: Panel, last: int) -> int:
    """Return the last complete month of a panel.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    panel : Panel
        The panel; its months are kept.
    last : int
        Last month with any row.

    Returns
    -------
    int
        Of a sparse panel, the last month with a row; of a dense one, the last that is not cut short.
    """
    if panel.missing == "zero":
        return last
    return last_complete_month(engine, f"SELECT month, n FROM {panel.view}_months")


def count_odd_values(
    engine: Engine, panel: Panel, total: Mapping[str, int | float | None]
) -> dict[str, int | float | None]:
    """Count unreadable, blank and negative values, of the columns that have any.

    Parameters
    ----------
    engine : Engine
        Runs the statement, over the rows with such a value only.
    panel : Panel
        The panel.
    total : mapping of str to number
        Rows (n), known values (known_<column>) and the least value (least_<column>) of every column.

    Returns
    -------
    dict of str to number
        bad_, blank_, negative_ and refund_ of each column that has any.
    """
    sums, odd = [], []
    for name in panel.value_columns():
        least = total[f"least_{name}"]
        if as_int(total[f"known_{name}"]) < as_int(total["n"]):
            sums.append(f"sum(CASE WHEN {name} IS NULL AND {name}_raw IS NOT NULL THEN 1 ELSE 0 END) AS bad_{name}")
            sums.append(f"sum(CASE WHEN {name} IS NULL AND {name}_raw IS NULL THEN 1 ELSE 0 END) AS blank_{name}")
            odd.append(f"{name} IS NULL")
        if least is not None and least < 0:
            sums.append(f"sum(CASE WHEN {name} < 0 THEN 1 ELSE 0 END) AS negative_{name}")
            sums.append(f"sum(CASE WHEN {name} < 0 THEN {name} ELSE 0 END) AS refund_{name}")
            odd.append(f"{name} < 0")
    if not sums:
        return {}
    return one_row(engine, f"SELECT {', '.join(sums)} FROM {panel.view} WHERE {' OR '.join(odd)}")


def value_findings(
    engine: Engine, panel: Panel, name: str, label: str, *, counts: Mapping[str, int | float | None]
) -> list[Finding]:
    """Return the findings on one column's values.

    Parameters
    ----------
    engine : Engine
        Looks for examples.
    panel : Panel
        The panel.
    name : str
        Canonical column.
    label : str
        What messages call it.
    counts : mapping of str to number
        As :func:`count_odd_values` gives them.

    Returns
    -------
    list of Finding
        Unreadable, blank and negative values.
    """
    n_bad, n_negative = as_int(counts.get(f"bad_{name}")), as_int(counts.get(f"negative_{name}"))
    is_money = any(m.canonical == name and m.metric.kind == "money" for m in panel.metrics)
    is_count = any(m.canonical == name and m.metric.kind == "count" for m in panel.metrics)
    negative = f"SELECT * FROM {panel.view} WHERE {name} < 0"
    bad_rule, negative_rule = (f"{panel.name}.{which}_{label}" for which in ("bad", "negative"))
    bad = f"SELECT * FROM {panel.view} WHERE {name} IS NULL AND {name}_raw IS NOT NULL"
    findings = [
        found(
            bad_rule,
            n_bad,
            "error",
            what=f"{n_bad:,} values of '{label}' that are not finite numbers",
            action="numbers, with a decimal point",
            hint=look_for(engine, bad, f"{name}_raw", n_rows=n_bad, then=give_rows(bad_rule)),
            rows_sql=bad,
        ),
        found(
            f"{panel.name}.blank_{label}",
            as_int(counts.get(f"blank_{name}")),
            "note",
            what=f"blank values of '{label}'",
            action=f'taken as missing customer-months (missing = "{panel.missing}")',
            rows_sql=f"SELECT * FROM {panel.view} WHERE {name}_raw IS NULL",
        ),
    ]
    if is_count:
        findings.append(
            found(
                negative_rule,
                n_negative,
                "error",
                what=f"{n_negative:,} negative counts of '{label}'",
                action="0 or more",
                hint=look_for(engine, negative, f"{name}_raw", n_rows=n_negative, then=give_rows(negative_rule)),
                rows_sql=negative,
            )
        )
    elif is_money:
        refund = counts.get(f"refund_{name}")
        findings.append(
            found(
                negative_rule,
                n_negative,
                "note",
                what=f"negative values of '{label}' (refunds)",
                action="kept",
                amount=float(refund) if refund is not None and n_negative else None,
                rows_sql=negative,
            )
        )
    return findings
