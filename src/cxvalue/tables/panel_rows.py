"""A panel's rows against activity: of strangers, out of place, repeated, missing."""

from __future__ import annotations

from cxvalue.engine import Engine
from cxvalue.errors import DataError
from cxvalue.tables.activity import Activity, as_int, one_row
from cxvalue.tables.findings import COMPLETE_CUSTOMERS, Finding, found, in_proportion
from cxvalue.tables.schema import Panel
from cxvalue.vocabulary import month_label

MAX_SHARE_FILLED = 0.05
"""Above this share of missing customer-months, ``missing = "fill"`` is refused."""


def compare_with_activity(engine: Engine, panel: Panel, activity: Activity) -> list[Finding]:
    """Return the findings on rows of unknown customers, outside the months and while not active.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    panel : Panel
        The panel; its profile is kept.
    activity : Activity
        Who was active when.

    Returns
    -------
    list of Finding
        Three findings; two where nobody is seen to leave, since rows then count whenever they are.

    Raises
    ------
    DataError
        When no row is of a known customer in a month of the study.
    """
    calendar = activity.calendar
    outside = f"month < {calendar.first} OR month > {calendar.last}"
    n_outside = as_int(one_row(engine, f"SELECT sum(n) AS n FROM {panel.view}_months WHERE {outside}")["n"])
    valued = [" | ".join(f"p.{column.canonical}_{word}" for column in panel.metrics) for word in (0, 1)]
    away = " + ".join(f"bit_count({bits}) - bit_count(({bits}) & a.active_{word})" for word, bits in enumerate(valued))
    counts = one_row(
        engine,
        f"SELECT sum(CASE WHEN a.customer_id IS NULL THEN p.n_rows ELSE 0 END) AS n_unknown, "
        f"sum(CASE WHEN a.customer_id IS NULL THEN 0 ELSE {away} END) AS n_inactive, "
        f"sum(p.n_rows) AS n_rows, count(a.customer_id) AS n_known FROM {panel.view}_profile p "
        f"LEFT JOIN activity a ON a.customer_id = p.customer_id",
    )
    if as_int(counts["n_known"]) == 0:
        raise DataError(
            f"table '{panel.name}' shares no customer and month with {activity.told_by}",
            allowed="the same customer ids and overlapping months",
            hint="compare a few ids and the first and last month",
        )
    n_inactive = as_int(counts["n_inactive"]) if panel.only_while_active else 0
    inactive = (
        f"FROM {panel.view} p JOIN calendar c ON c.month = p.month JOIN activity a ON a.customer_id = p.customer_id "
        f"WHERE (a.active_0 & c.bit_0) = 0 AND (a.active_1 & c.bit_1) = 0 "
        f"AND ({' OR '.join(f'p.{column.canonical} IS NOT NULL' for column in panel.metrics)})"
    )
    amount = None
    if n_inactive and panel.metrics:
        name = panel.metrics[0].canonical
        total = one_row(engine, f"SELECT sum(CAST(p.{name} AS DOUBLE)) AS amount {inactive}")["amount"]
        amount = float(total) if total is not None else None
    stranger = (
        f"SELECT p.* FROM {panel.view} p JOIN calendar c ON c.month = p.month "
        f"LEFT JOIN activity a ON a.customer_id = p.customer_id "
        f"WHERE a.customer_id IS NULL AND p.customer_id IS NOT NULL"
    )
    strange = found(
        f"{panel.name}.unknown_customer",
        as_int(counts["n_unknown"]),
        "excluded",
        what="rows of customers that are unknown or never active",
        action="left out",
        rows_sql=stranger,
    )
    findings = [
        in_proportion(strange, as_int(counts["n_rows"]), hint=COMPLETE_CUSTOMERS),
        found(
            f"{panel.name}.outside_months",
            n_outside,
            "excluded",
            what=f"rows outside {month_label(calendar.first)} to {month_label(calendar.last)}",
            action="left out",
            rows_sql=f"SELECT * FROM {panel.view} WHERE {outside}",
        ),
        found(
            f"{panel.name}.not_active",
            n_inactive,
            "excluded",
            what="customer-months with a row although the customer was not active (after leaving, before joining)",
            action="left out",
            amount=amount,
            rows_sql=f"SELECT p.* {inactive}",
        ),
    ]
    return findings if panel.only_while_active else findings[:2]


def repeats(engine: Engine, panel: Panel, n_repeated: int) -> list[Finding]:
    """Return the findings on repeated customer-months.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    panel : Panel
        The panel; its profile is kept.
    n_repeated : int
        Rows beyond the first of their customer-month.

    Returns
    -------
    list of Finding
        Exact copies, and contradicting repeats.
    """
    names = ", ".join(["customer_id", "month", *panel.value_columns()])
    n_left = 0
    within = f"SELECT customer_id FROM {panel.view}_profile WHERE n_rows > {seen_count()}"
    distinct = f"SELECT DISTINCT {names} FROM {panel.view} WHERE customer_id IN ({within})"
    again = f"SELECT customer_id, month FROM ({distinct}) d GROUP BY customer_id, month HAVING count(*) > 1"
    if n_repeated:
        extra = f"SELECT count(*) - 1 AS extra FROM ({distinct}) d GROUP BY customer_id, month HAVING count(*) > 1"
        n_left = as_int(one_row(engine, f"SELECT sum(extra) AS n FROM ({extra}) e")["n"])
    what = "rows that repeat a customer-month with other values"
    rows = f"SELECT p.* FROM {panel.view} p JOIN ({again}) a ON a.customer_id = p.customer_id AND a.month = p.month"
    action = {"error": "refused", "sum": "added up", "last": "the latest by updated_at is kept"}[panel.duplicates]
    level = "error" if panel.duplicates == "error" else "repaired"
    return [
        found(
            f"{panel.name}.exact_copies",
            n_repeated - n_left,
            "repaired",
            what="rows that are exact copies of another",
            action="dropped",
        ),
        found(
            f"{panel.name}.repeated",
            n_left,
            "error" if level == "error" else "repaired",
            what=f"{n_left:,} {what}" if level == "error" else what,
            action='duplicates = "sum" or "last"' if level == "error" and n_left else action,
            hint="say in the settings what they mean" if level == "error" and n_left else "",
            rows_sql=rows,
        ),
    ]


def missing_months(engine: Engine, panel: Panel, window: tuple[int, int]) -> tuple[int, list[Finding]]:
    """Count active customer-months without a value, keep who has some as ``<view>_gaps``.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    panel : Panel
        The panel; its profile is kept.
    window : tuple of int
        Bits of the months in which the panel is expected to have rows.

    Returns
    -------
    tuple of int and list of Finding
        Missing customer-months (of the worst metric) and the finding.
    """
    expected = f"bit_count(a.active_0 & {window[0]}) + bit_count(a.active_1 & {window[1]})"
    gaps = [
        f"({expected} - bit_count(COALESCE(p.{m.canonical}_0, 0) & a.active_0 & {window[0]}) "
        f"- bit_count(COALESCE(p.{m.canonical}_1, 0) & a.active_1 & {window[1]}))"
        for m in panel.metrics
    ]
    worst = gaps[0] if len(gaps) == 1 else f"greatest({', '.join(gaps)})"
    engine.keep(
        f"{panel.view}_gaps",
        f"SELECT g.customer_id, g.n_missing FROM (SELECT a.customer_id, {worst} AS n_missing FROM activity a "
        f"LEFT JOIN {panel.view}_profile p ON p.customer_id = a.customer_id) g WHERE g.n_missing > 0",
    )
    counts = one_row(
        engine,
        f"SELECT (SELECT sum(n_missing) FROM {panel.view}_gaps) AS n_missing, "
        f"(SELECT sum({expected}) FROM activity a) AS n_expected",
    )
    n_missing, n_expected = as_int(counts["n_missing"]), max(as_int(counts["n_expected"]), 1)
    share = n_missing / n_expected
    rule, rows = f"{panel.name}.missing", f"SELECT * FROM {panel.view}_gaps"
    months = "active customer-months" if panel.only_while_active else "customer-months"
    what = f"{n_missing:,} {months} without a value ({share:.1%} of {n_expected:,})"
    if panel.missing == "zero":
        return n_missing, [found(rule, n_missing, "note", what=what, action="taken as 0", rows_sql=rows)]
    if panel.missing == "fill" and share <= MAX_SHARE_FILLED:
        if n_alone := count_without_neighbour(engine, panel):
            what = f"{n_alone:,} active customer-months of customers without a single value to fill from"
            action = 'missing = "fill" takes a neighbouring month of the same customer'
            hint = "leave these customers out of the export, or give their rows"
            return n_missing, [found(rule, n_alone, "error", what=what, action=action, hint=hint, rows_sql=rows)]
        action = "filled from the customer's neighbouring months"
        return n_missing, [found(rule, n_missing, "repaired", what=what, action=action, rows_sql=rows)]
    action = 'missing = "fill" fills at most 5 %' if panel.missing == "fill" else 'missing = "zero" or "fill"'
    hint = 'a sparse export, with rows only where something happened, is "zero"; lost rows are "fill"'
    return n_missing, [found(rule, n_missing, "error", what=what, action=action, hint=hint, rows_sql=rows)]


def keep_profile(engine: Engine, panel: Panel, *, is_retention: bool) -> None:
    """Keep how often and in which months each customer stands in a panel, as ``<view>_profile``.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    panel : Panel
        The panel.
    is_retention : bool
        Whether the panel's rows are those that told who was active, and every metric has a value in each: then the
        profile is known already.
    """
    if is_retention:
        words = [
            f"active_{word} AS {name}_{word}"
            for name in ("seen", *(m.canonical for m in panel.metrics))
            for word in (0, 1)
        ]
        engine.define(f"{panel.view}_profile", f"SELECT customer_id, n_rows, {', '.join(words)} FROM retention_profile")
        return
    sums = ["count(*) AS n_rows", "bit_or(c.bit_0) AS seen_0", "bit_or(c.bit_1) AS seen_1"]
    for column in panel.metrics:
        for word in (0, 1):
            bits = f"CASE WHEN p.{column.canonical} IS NOT NULL THEN c.bit_{word} ELSE CAST(0 AS BIGINT) END"
            sums.append(f"bit_or({bits}) AS {column.canonical}_{word}")
    engine.keep(
        f"{panel.view}_profile",
        f"SELECT p.customer_id, {', '.join(sums)} FROM {panel.view} p JOIN calendar c ON c.month = p.month "
        f"WHERE p.customer_id IS NOT NULL GROUP BY p.customer_id",
    )


def seen_count() -> str:
    """Return the SQL that counts the distinct months of a profile row.

    Returns
    -------
    str
        An expression.
    """
    return "(bit_count(seen_0) + bit_count(seen_1))"


def count_without_neighbour(engine: Engine, panel: Panel) -> int:
    """Count missing customer-months of customers for whom the panel holds no value at all.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    panel : Panel
        The panel; profile and gaps are kept.

    Returns
    -------
    int
        Customer-months.
    """
    empty = " OR ".join(
        f"(COALESCE(p.{m.canonical}_0, 0) = 0 AND COALESCE(p.{m.canonical}_1, 0) = 0)" for m in panel.metrics
    )
    counts = one_row(
        engine,
        f"SELECT sum(g.n_missing) AS n FROM {panel.view}_gaps g "
        f"LEFT JOIN {panel.view}_profile p ON p.customer_id = g.customer_id WHERE {empty}",
    )
    return as_int(counts["n"])
