"""Retention told by churn dates: one date a customer, blank for those who stay."""

from __future__ import annotations

from cxvalue.engine import Engine
from cxvalue.errors import DataError
from cxvalue.tables.activity import MONTH_OF, Activity, as_int, keep_activity, one_row
from cxvalue.tables.calendar import make_calendar
from cxvalue.tables.examples import DAYS_FIRST, look_for
from cxvalue.tables.findings import Finding, found
from cxvalue.tables.schema import TableSet


def activity_from_dates(engine: Engine, tables: TableSet) -> tuple[Activity, list[Finding]]:
    """Derive activity from joining and churn dates; the churn month itself counts as active.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    tables : TableSet
        What was registered; ``customers`` exists and the first panel tells the months.

    Returns
    -------
    tuple of Activity and list of Finding
        The activity and the findings.

    Raises
    ------
    DataError
        When the customers have no joining date.
    """
    if not tables.has_joined_date:
        raise DataError(
            "retention is told by churn dates, and table 'customers' has no joining date",
            allowed="joined_date in table 'customers'",
            hint='map it: columns = { joined_date = "your name" }',
        )
    counts = one_row(
        engine,
        "SELECT count(*) AS n_rows, count(churn_date_raw) - count(churn_date) AS n_bad, "
        "count(*) - count(DISTINCT customer_id) AS n_repeated FROM retention_in",
    )
    n_bad = as_int(counts["n_bad"])
    bad_dates = "SELECT * FROM retention_in WHERE churn_date IS NULL AND churn_date_raw IS NOT NULL"
    findings = [
        found(
            "panels.retention.bad_month",
            n_bad,
            "error",
            what=f"{n_bad:,} churn dates that cannot be read",
            action="ISO dates or date_format; blank for those who stay",
            hint=look_for(engine, bad_dates, "churn_date_raw", n_rows=n_bad, then=DAYS_FIRST),
            rows_sql=bad_dates,
        ),
        found(
            "panels.retention.contradicting",
            as_int(counts["n_repeated"]),
            "error",
            what=f"{as_int(counts['n_repeated']):,} customers with more than one row, or none",
            action="one churn date a customer",
        ),
        *churn_list_findings(engine),
    ]
    spans = [
        one_row(engine, f"SELECT min(month) AS first, max(month) AS last FROM {panel.view}") for panel in tables.panels
    ]
    firsts = [as_int(span["first"]) for span in spans if span["first"] is not None]
    lasts = [as_int(span["last"]) for span in spans if span["last"] is not None]
    if not firsts:
        raise DataError("no panel has a row, so the months of the study are not known", allowed="a panel with rows")
    calendar = make_calendar(min(firsts), max(lasts), tables.panels[0].name)
    calendar.put(engine)
    churned = MONTH_OF.format("churn_date")
    engine.keep(
        "retention_profile",
        f"SELECT c.customer_id, count(*) AS n_rows, bit_or(k.bit_0) AS active_0, bit_or(k.bit_1) AS active_1 "
        f"FROM customers c JOIN (SELECT customer_id, min({churned}) AS last_month FROM retention_in "
        f"WHERE customer_id IS NOT NULL GROUP BY customer_id) r ON r.customer_id = c.customer_id "
        f"JOIN calendar k ON k.month >= c.joined_month AND (r.last_month IS NULL OR k.month <= r.last_month) "
        f"GROUP BY c.customer_id",
    )
    return keep_activity(engine, calendar, None, findings)


def churn_list_findings(engine: Engine) -> list[Finding]:
    """Return the findings on customers that stand in one of the two tables only.

    Parameters
    ----------
    engine : Engine
        Counts them.

    Returns
    -------
    list of Finding
        Unknown customers in the churn list, and customers that it lacks.
    """
    stranger = (
        "SELECT r.* FROM retention_in r LEFT JOIN customers c ON c.customer_id = r.customer_id "
        "WHERE c.customer_id IS NULL AND r.customer_id IS NOT NULL"
    )
    absent = (
        "SELECT c.customer_id FROM customers c LEFT JOIN retention_in r ON r.customer_id = c.customer_id "
        "WHERE r.customer_id IS NULL"
    )
    n_strangers, n_absent = (
        as_int(one_row(engine, f"SELECT count(*) AS n FROM ({rows}) x")["n"]) for rows in (stranger, absent)
    )
    return [
        found(
            "panels.retention.unknown_customer",
            n_strangers,
            "excluded",
            what="rows of customers that table 'customers' does not hold",
            action="left out",
            rows_sql=stranger,
        ),
        found(
            "panels.retention.no_row",
            n_absent,
            "error",
            what=f"{n_absent:,} customers without a row in the list of churn dates",
            action="a row for every customer, its churn date blank for those who stay",
            hint="a list of leavers alone does not say who stayed: join it to all customers",
            rows_sql=absent,
        ),
    ]
