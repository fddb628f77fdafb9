"""Who was a customer and who was active in which month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cxvalue.engine import Engine
from cxvalue.errors import DataError
from cxvalue.tables.calendar import Calendar, make_calendar
from cxvalue.tables.examples import DAYS_FIRST, HOW_WRITTEN, look_for
from cxvalue.tables.findings import COMPLETE_CUSTOMERS, Finding, found, in_proportion
from cxvalue.tables.panel_months import keep_retention_months
from cxvalue.tables.schema import TableSet
from cxvalue.vocabulary import month_label

MONTH_OF = "CAST(year({0}) * 12 + month({0}) - 1 AS INTEGER)"
"""SQL that turns a date into a month integer."""
NO_FLAG = "value IS NULL OR value NOT IN (0, 1)"
MIN_SHARE_OF_COMPLETE_MONTH = 0.8
"""A last month with fewer rows than this share of the month before is taken for one that is still being loaded."""


def as_int(value: object) -> int:
    """Return a count from a query; null is 0.

    Parameters
    ----------
    value : object
        A scalar.

    Returns
    -------
    int
        The number.
    """
    return int(value) if isinstance(value, int | float | Decimal) else 0


def one_row(engine: Engine, sql: str) -> dict[str, int | float | None]:
    """Return the only row of a query.

    Parameters
    ----------
    engine : Engine
        Runs it.
    sql : str
        The statement.

    Returns
    -------
    dict
        Column to value.
    """
    row: dict[str, int | float | None] = engine.query(sql).to_pylist()[0]
    return row


def clean_customers(engine: Engine, tables: TableSet) -> list[Finding]:
    """Keep one row a customer as ``customers``: customer_id, joined_month, segment_i, static_i.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    tables : TableSet
        What was registered.

    Returns
    -------
    list of Finding
        Blank ids, repeats, contradictions, unreadable dates, blank segments.
    """
    attributes = [a.canonical for a in (*tables.segments, *tables.statics)]
    joined = MONTH_OF.format("joined_date") if tables.has_joined_date else "CAST(NULL AS INTEGER)"
    plain = ", ".join(["customer_id", f"{joined} AS joined_month", *attributes])
    engine.keep("customers", f"SELECT DISTINCT {plain} FROM customers_in WHERE customer_id IS NOT NULL")
    sums = ["count(*) AS n_rows", "count(customer_id) AS n_ids"]
    if tables.has_joined_date:
        sums.append("count(joined_date_raw) - count(joined_date) AS n_bad_dates")
    counts = one_row(engine, f"SELECT {', '.join(sums)} FROM customers_in")
    kept = one_row(engine, "SELECT count(*) AS n_rows, count(DISTINCT customer_id) AS n_ids FROM customers")
    n_rows, n_ids, n_kept = as_int(counts["n_rows"]), as_int(counts["n_ids"]), as_int(kept["n_rows"])
    if n_rows == 0:
        raise DataError("table 'customers' is empty", allowed="a row for each customer")
    findings = [
        found(
            "customers.blank_id",
            n_rows - n_ids,
            "excluded",
            what="customers without an id",
            action="left out",
            rows_sql="SELECT * FROM customers_in WHERE customer_id IS NULL",
        ),
        found("customers.repeated", n_ids - n_kept, "repaired", what="exact copies of a customer", action="dropped"),
        found(
            "customers.contradicting",
            n_kept - as_int(kept["n_ids"]),
            "error",
            what=f"{n_kept - as_int(kept['n_ids']):,} customers that stand twice with different columns",
            action="one row a customer",
            hint='keep the row that holds; in pandas, table[table.duplicated("customer_id", keep=False)] lists them',
            rows_sql=repeated_customers(),
        ),
    ]
    if tables.has_joined_date:
        n_bad, bad = as_int(counts["n_bad_dates"]), "joined_date IS NULL AND joined_date_raw IS NOT NULL"
        bad_dates = f"SELECT * FROM customers_in WHERE {bad}"
        findings.append(
            found(
                "customers.bad_joined_date",
                n_bad,
                "error",
                what=f"{n_bad:,} joining dates that cannot be read",
                action="ISO dates (2024-03-01), or date_format",
                hint=look_for(engine, bad_dates, "joined_date_raw", n_rows=n_bad, then=DAYS_FIRST),
                rows_sql=bad_dates,
            )
        )
    for segment in tables.segments:
        blank = one_row(engine, f"SELECT count(*) AS n FROM customers WHERE {segment.canonical} IS NULL")
        findings.append(
            found(
                f"customers.blank_{segment.name}",
                as_int(blank["n"]),
                "note",
                what=f"customers with a blank {segment.name}",
                action="kept, in no group of that segment",
            )
        )
    return findings


def repeated_customers() -> str:
    """Return the statement that gives customers standing more than once.

    Returns
    -------
    str
        SQL.
    """
    twice = "SELECT customer_id FROM customers GROUP BY customer_id HAVING count(*) > 1"
    return f"SELECT * FROM customers WHERE customer_id IN ({twice})"


@dataclass(frozen=True, slots=True)
class Activity:
    """Who was active when; table ``activity`` (customer_id, active_0, active_1) in the engine.

    Parameters
    ----------
    calendar : Calendar
        The months that the bits stand for.
    last_month : int or None
        Last complete month of the retention panel; None for churn dates, which do not tell.
    n_customers : int
        Customers that were ever active.
    told_by : str
        What tells who was active, for messages.
    window : int or None
        Months within which a purchase makes a customer active; None where leaving is seen.
    """

    calendar: Calendar
    last_month: int | None
    n_customers: int
    told_by: str = "the retention panel"
    window: int | None = None

    @property
    def first_known(self) -> int:
        """First month in which it is known of everybody who was active: the whole window lies in the panel."""
        return self.calendar.first + (self.window - 1 if self.window is not None else 0)


def read_activity(engine: Engine, tables: TableSet) -> tuple[Activity, list[Finding]]:
    """Keep who was active in which month as ``activity``, and the months of the study as ``calendar``.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    tables : TableSet
        What was registered; ``customers`` exists.

    Returns
    -------
    tuple of Activity and list of Finding
        The activity, and what the retention panel's rules found.

    Raises
    ------
    DataError
        When the retention panel is empty or its ids are not those of the customers.
    """
    flag = tables.retention_kind == "flag"
    active = "value = 1" if flag else "month IS NOT NULL"
    told_by = next((panel for panel in tables.panels if tables.tells_activity(panel)), None)
    keep_retention_months(engine, flag=flag, told_by=told_by)
    counts = one_row(
        engine,
        "SELECT sum(n_rows) AS n_rows, sum(CASE WHEN month IS NULL THEN n_rows ELSE 0 END) AS n_bad_months, "
        "sum(n_rows - n_ids) AS n_blank, sum(n_bad_flags) AS n_bad_flags, min(month) AS first, max(month) AS last "
        "FROM retention_months",
    )
    n_bad, n_bad_flags = as_int(counts["n_bad_months"]), as_int(counts["n_bad_flags"])
    bad_months, bad_flags = (f"SELECT * FROM retention_in WHERE {which}" for which in ("month IS NULL", NO_FLAG))
    findings = [
        found(
            "panels.retention.bad_month",
            n_bad,
            "error",
            what=f"{n_bad:,} months that cannot be read",
            action="a date, a time stamp or YYYY-MM",
            hint=look_for(engine, bad_months, "month_raw", n_rows=n_bad, then=HOW_WRITTEN),
            rows_sql=bad_months,
        ),
        found(
            "panels.retention.blank_id",
            as_int(counts["n_blank"]),
            "excluded",
            what="rows without a customer id",
            action="left out",
            rows_sql="SELECT * FROM retention_in WHERE customer_id IS NULL",
        ),
        found(
            "panels.retention.bad_flag",
            n_bad_flags,
            "error",
            what=f"{n_bad_flags:,} flags that are not 0 or 1",
            action="1 while active, 0 otherwise",
            hint=look_for(engine, bad_flags, "value_raw", n_rows=n_bad_flags, then="write 1 for active, 0 for not"),
            rows_sql=bad_flags if flag else "",
        ),
    ]
    if as_int(counts["n_rows"]) == 0 or counts["first"] is None:
        raise DataError("table 'panels.retention' is empty", allowed="a row for each customer and month")
    calendar = make_calendar(as_int(counts["first"]), as_int(counts["last"]), "panels.retention")
    calendar.put(engine)
    engine.keep(
        "retention_profile",
        f"SELECT r.customer_id, count(*) AS n_rows, bit_or(c.bit_0) AS active_0, bit_or(c.bit_1) AS active_1 "
        f"FROM (SELECT customer_id, month FROM retention_in WHERE customer_id IS NOT NULL AND {active}) r "
        f"JOIN calendar c ON c.month = r.month GROUP BY r.customer_id",
    )
    monthly = "SELECT month, n FROM retention_months WHERE n > 0"
    findings.append(empty_months(engine, "panels.retention", monthly, "as if everybody had been away"))
    return keep_activity(engine, calendar, last_complete_month(engine, monthly), findings)


def empty_months(engine: Engine, table: str, monthly_counts: str, action: str) -> Finding:
    """Return the finding on months in which a whole panel has no row.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    table : str
        The panel's name in the settings.
    monthly_counts : str
        Statement that gives (month, n).
    action : str
        What such a month is taken for.

    Returns
    -------
    Finding
        A warning where there is one between the first and the last month.
    """
    months = engine.query(f"SELECT month FROM ({monthly_counts}) m WHERE month IS NOT NULL")["month"].to_pylist()
    empty = sorted(set(range(min(months), max(months) + 1)) - set(months)) if months else []
    named = ", ".join(month_label(month) for month in empty[:6])
    return found(
        f"{table}.empty_month",
        len(empty),
        "warning",
        what="months without a single row" + (f": {named}" if empty else ""),
        action=action,
        hint="look whether the export lost a month" if empty else "",
        is_of_customers=False,
    )


def keep_activity(
    engine: Engine, calendar: Calendar, last_month: int | None, findings: list[Finding]
) -> tuple[Activity, list[Finding]]:
    """Restrict ``retention_profile`` to known customers and keep it as ``activity``.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    calendar : Calendar
        The months.
    last_month : int or None
        Last complete month.
    findings : list of Finding
        Findings so far.

    Returns
    -------
    tuple of Activity and list of Finding
        The activity with all findings.
    """
    engine.keep(
        "activity",
        "SELECT r.customer_id, r.active_0, r.active_1 FROM retention_profile r "
        "JOIN customers c ON c.customer_id = r.customer_id",
    )
    unknown = "LEFT JOIN customers c ON c.customer_id = r.customer_id WHERE c.customer_id IS NULL"
    strangers = one_row(engine, f"SELECT sum(r.n_rows) AS n FROM retention_profile r {unknown}")
    n_rows = as_int(one_row(engine, "SELECT sum(n_rows) AS n FROM retention_profile")["n"])
    copies = one_row(
        engine, "SELECT sum(n_rows - bit_count(active_0) - bit_count(active_1)) AS n FROM retention_profile"
    )
    never = one_row(
        engine,
        "SELECT count(*) AS n FROM customers c LEFT JOIN activity a ON a.customer_id = c.customer_id "
        "WHERE a.customer_id IS NULL",
    )
    n_active = as_int(one_row(engine, "SELECT count(*) AS n FROM activity")["n"])
    if n_active == 0:
        raise DataError(
            "table 'panels.retention': no customer id is also in table 'customers'",
            allowed="the same ids in both",
            hint="compare a few ids: leading zeros, prefixes, another key",
        )
    told_by_rows = last_month is not None
    strange = found(
        "panels.retention.unknown_customer",
        as_int(strangers["n"]),
        "excluded",
        what="rows of customers that table 'customers' does not hold",
        action="left out",
        rows_sql=f"SELECT r.customer_id, r.n_rows FROM retention_profile r {unknown}",
    )
    findings = [
        *findings,
        *([in_proportion(strange, n_rows, hint=COMPLETE_CUSTOMERS)] if told_by_rows else []),
        found(
            "panels.retention.repeated",
            as_int(copies["n"]),
            "repaired",
            what="repeated customer-months",
            action="counted once",
        ),
        found(
            "customers.never_active",
            as_int(never["n"]),
            "note",
            what="customers that were active in no month",
            action="kept, and part of nothing",
        ),
    ]
    return Activity(calendar, last_month, n_active), findings


def last_complete_month(engine: Engine, monthly_counts: str) -> int:
    """Return the last month of a dense panel that is not cut short.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    monthly_counts : str
        Statement that gives (month, n).

    Returns
    -------
    int
        The last month, or the one before where the last holds fewer than four fifths of its predecessor's rows.
    """
    counts = engine.query(f"SELECT month, n FROM ({monthly_counts}) m WHERE month IS NOT NULL ORDER BY month")
    months, rows = counts["month"].to_pylist(), counts["n"].to_pylist()
    cut_short = len(months) > 1 and rows[-1] < MIN_SHARE_OF_COMPLETE_MONTH * rows[-2]
    return int(months[-2] if cut_short else months[-1])
