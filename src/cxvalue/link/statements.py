"""The statements that join answers to panels: the same text on every engine."""

from __future__ import annotations

from cxvalue.link.timeline import TARGET_WINDOW_MONTHS, Timeline
from cxvalue.tables import CleanPanel, TableSet

HEX_DIGITS = 6
SAMPLE_SCALE = 16**HEX_DIGITS
NO_RECORD = 2**63 - 1
"""Sorts customers who are no candidates behind those who are, on engines that differ on where nulls stand."""


def hash_number(identifier: str, first_digit: int) -> str:
    """Return the SQL that turns six hexadecimal digits of an id's md5 into a number.

    Parameters
    ----------
    identifier : str
        SQL of the id.
    first_digit : int
        Position of the first digit, from 1.

    Returns
    -------
    str
        An expression with values from 0 to 16^6 − 1, the same on every engine.
    """
    digits = [
        f"(instr('0123456789abcdef', substr(md5(concat('', {identifier})), {first_digit + at}, 1)) - 1) "
        f"* {16 ** (HEX_DIGITS - 1 - at)}"
        for at in range(HEX_DIGITS)
    ]
    return f"CAST({' + '.join(digits)} AS INTEGER)"


def attributes(tables: TableSet) -> str:
    """Return the customer columns carried along, each led by ``u.``.

    Parameters
    ----------
    tables : TableSet
        Segments and fixed covariates.

    Returns
    -------
    str
        A list that starts with a comma, or nothing.
    """
    return "".join(f", u.{a.canonical}" for a in (*tables.segments, *tables.statics))


def active_in_month(panel: CleanPanel) -> str:
    """Return the SQL that keeps a panel's rows to the months in which the customer was active.

    Parameters
    ----------
    panel : CleanPanel
        The panel.

    Returns
    -------
    str
        A condition on ``i`` and ``c`` that starts with AND; nothing where rows count whenever they are.
    """
    if not panel.panel.only_while_active:
        return ""
    return " AND ((i.active_0 & c.bit_0) <> 0 OR (i.active_1 & c.bit_1) <> 0)"


def bought_words(tables: TableSet, table: str) -> str:
    """Return the columns that say in which months a customer bought.

    Parameters
    ----------
    tables : TableSet
        Says whether purchases tell who was active.
    table : str
        SQL name of the table ``activity``.

    Returns
    -------
    str
        A list that starts with a comma; nothing where leaving is seen.
    """
    return "" if tables.purchase_window is None else f", {table}.bought_0, {table}.bought_1"


def answer_index(tables: TableSet, groups: int) -> str:
    """Return the statement that numbers the answers and looks up what came before each.

    Parameters
    ----------
    tables : TableSet
        Segments and fixed covariates.
    groups : int
        Number of customer groups.

    Returns
    -------
    str
        SQL: index_id, customer_id, customer (its number), m0, band, score, previous_band, months_since,
        customer_group, active words, attributes; where leaving is not seen, the words of purchases.
    """
    over = "OVER (PARTITION BY v.customer_id ORDER BY v.m0)"
    purchases = bought_words(tables, "w")
    join = " JOIN activity w ON w.customer_id = v.customer_id" if purchases else ""
    return (
        f"SELECT row_number() OVER (ORDER BY v.customer_id, v.m0) - 1 AS index_id, v.customer_id, "
        f"dense_rank() OVER (ORDER BY v.customer_id) - 1 AS customer, v.m0, v.band, v.score, "
        f"lag(v.band) {over} AS previous_band, v.m0 - lag(v.m0) {over} AS months_since, "
        f"{hash_number('v.customer_id', 1)} % {groups} AS customer_group, v.active_0, v.active_1, u.joined_month"
        f"{attributes(tables)}{purchases} FROM answers_valid v "
        f"JOIN customers u ON u.customer_id = v.customer_id{join}"
    )


def candidates(timeline: Timeline) -> str:
    """Return the statement that gives the latest answer in the window of every customer active at ``as_of``.

    Parameters
    ----------
    timeline : Timeline
        ``as_of`` and the window.

    Returns
    -------
    str
        SQL: customer_id and the index_id of the answer.
    """
    return (
        f"SELECT i.customer_id, max(i.index_id) AS record_id FROM answer_index i "
        f"JOIN calendar c ON c.month = {timeline.as_of} "
        f"WHERE i.m0 <= {timeline.as_of} AND i.m0 > {timeline.as_of - TARGET_WINDOW_MONTHS} "
        f"AND ((i.active_0 & c.bit_0) <> 0 OR (i.active_1 & c.bit_1) <> 0) GROUP BY i.customer_id"
    )


def asked_index(tables: TableSet, timeline: Timeline, *, groups: int, sample_share: float, offset: int) -> str:
    """Return the statement that gives who could have answered in which month of the window.

    Parameters
    ----------
    tables : TableSet
        Segments, fixed covariates, whether invitations are known.
    timeline : Timeline
        The window's months.
    groups : int
        Number of customer groups.
    sample_share : float
        Share of the customers on whom the response model is fitted; candidates are always among the rows.
    offset : int
        First index_id.

    Returns
    -------
    str
        SQL: index_id, customer_id, m0 (the month), answered, in_sample, record_id of a candidate, previous answer
        before the window, active words, attributes; where leaving is not seen, the words of purchases.

    Notes
    -----
    A customer is at risk of a first answer up to the month of that answer: later months are never ``in_sample``.
    They stay for candidates, whose probability of answering at least once runs over all months. A month counts
    for a customer who was active in it, or answered in it (and left in it).
    """
    first = timeline.as_of - TARGET_WINDOW_MONTHS + 1
    months = ", ".join(str(month) for month in timeline.window)
    sampled = f"{hash_number('a.customer_id', 1 + HEX_DIGITS)} < {int(sample_share * SAMPLE_SCALE)}"
    invited, only_invited = "", ""
    if tables.has_invitations:
        month = "CAST(year(invited_date) * 12 + month(invited_date) - 1 AS INTEGER)"
        invited = (
            f"LEFT JOIN (SELECT DISTINCT customer_id, {month} AS m FROM invitations_in) v "
            f"ON v.customer_id = a.customer_id AND v.m = c.month"
        )
        only_invited = "AND (v.customer_id IS NOT NULL OR r.customer_id IS NOT NULL)"
    earliest = (
        f"SELECT customer_id, min(m0) AS first_month FROM answer_index "
        f"WHERE m0 >= {first} AND m0 <= {timeline.as_of} GROUP BY customer_id"
    )
    before = (
        f"SELECT customer_id, band AS previous_band, {first} - m0 AS months_since FROM (SELECT customer_id, band, m0, "
        f"row_number() OVER (PARTITION BY customer_id ORDER BY m0 DESC) AS place FROM answer_index "
        f"WHERE m0 < {first}) b WHERE place = 1"
    )
    return (
        f"SELECT row_number() OVER (ORDER BY COALESCE(k.record_id, {NO_RECORD}), a.customer_id, c.month) - 1 "
        f"+ {offset} AS index_id, "
        f"a.customer_id, c.month AS m0, r.customer_id IS NOT NULL AS answered, "
        f"{sampled} AND (f.first_month IS NULL OR c.month <= f.first_month) AS in_sample, "
        f"k.record_id, b.previous_band, b.months_since, "
        f"{hash_number('a.customer_id', 1)} % {groups} AS customer_group, a.active_0, a.active_1, u.joined_month"
        f"{attributes(tables)}{bought_words(tables, 'a')} "
        f"FROM activity a JOIN calendar c ON c.month IN ({months}) "
        f"JOIN customers u ON u.customer_id = a.customer_id "
        f"LEFT JOIN candidates k ON k.customer_id = a.customer_id "
        f"LEFT JOIN answer_index r ON r.customer_id = a.customer_id AND r.m0 = c.month "
        f"LEFT JOIN ({before}) b ON b.customer_id = a.customer_id "
        f"LEFT JOIN ({earliest}) f ON f.customer_id = a.customer_id {invited} "
        f"WHERE ((a.active_0 & c.bit_0) <> 0 OR (a.active_1 & c.bit_1) <> 0 OR r.customer_id IS NOT NULL) "
        f"AND (k.record_id IS NOT NULL OR {sampled}) {only_invited}"
    )


def baseline_sums(panel: CleanPanel, columns: list[str], timeline: Timeline) -> str:
    """Return the statement that sums a panel over the baseline window of every indexed customer-month.

    Parameters
    ----------
    panel : CleanPanel
        The panel.
    columns : list of str
        Canonical columns to sum.
    timeline : Timeline
        Length and end of the baseline.

    Returns
    -------
    str
        SQL: index_id and one sum a column. Where leaving is seen, months in which the customer was not active are
        left out.
    """
    sums = ", ".join(f"sum(p.{name}) AS {name}" for name in columns)
    end = f"i.m0 - {timeline.baseline_lag}"
    return (
        f"SELECT i.index_id, {sums} FROM {panel.view} p JOIN baseline_index i ON i.customer_id = p.customer_id "
        f"JOIN calendar c ON c.month = p.month "
        f"WHERE p.month <= {end} AND p.month > {end} - {timeline.baseline_months}"
        f"{active_in_month(panel)} GROUP BY i.index_id"
    )


def panel_rows_around(
    panel: CleanPanel, timeline: Timeline, *, first_id: int, last_id: int, first_k: int, last_k: int
) -> str:
    """Return the statement that gives a panel's rows in some months before or after a range of answers.

    Parameters
    ----------
    panel : CleanPanel
        The panel.
    timeline : Timeline
        End of follow-up.
    first_id, last_id : int
        Range of index_id, both included.
    first_k, last_k : int
        Months counted from that of the answer, both included; below 0 before it.

    Returns
    -------
    str
        SQL: index_id, k and one column a metric. Rows beyond the follow-up, or, where leaving is seen, while not active
        cannot come out of it.
    """
    values = ", ".join(f"p.{column.canonical}" for column in panel.panel.metrics)
    return (
        f"SELECT i.index_id, CAST(p.month - i.m0 AS INTEGER) AS k, {values} FROM {panel.view} p "
        f"JOIN (SELECT * FROM answer_index WHERE index_id BETWEEN {first_id} AND {last_id}) i "
        f"ON i.customer_id = p.customer_id JOIN calendar c ON c.month = p.month "
        f"WHERE p.month >= i.m0 + {first_k} AND p.month <= i.m0 + {last_k} AND p.month <= {timeline.follow_up_end}"
        f"{active_in_month(panel)}"
    )
