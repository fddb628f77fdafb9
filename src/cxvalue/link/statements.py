"""The statements that bring customers, answers and panels together: the same text on every engine."""

from __future__ import annotations

from cxvalue.tables import CleanPanel, TableSet

HEX_DIGITS = 6
SAMPLE_SCALE = 16**HEX_DIGITS
DIGEST_DIGITS = 15
"""Of a customer id's md5: the first six digits tell the customer group, the next six who is in the sample; all of them
the order within a group."""


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


def people(tables: TableSet, *, sample_share: float) -> str:
    """Return the statement that gives the customers who answered, and those on whom the response model is fitted.

    Parameters
    ----------
    tables : TableSet
        Segments and fixed covariates.
    sample_share : float
        Share of the customers on whom the response model is fitted.

    Returns
    -------
    str
        SQL: customer_id, digest (hexadecimal digits of the id's md5), active words, joined_month, attributes; where
        leaving is not seen, the words of purchases.
    """
    digest = f"substr(md5(concat('', a.customer_id)), 1, {DIGEST_DIGITS})"
    bought = bought_words(tables, "a")
    hashed = f"SELECT a.customer_id, a.active_0, a.active_1{bought}, {digest} AS digest FROM activity a"
    wanted = ""
    if sample_share < 1.0:
        below = f"{int(sample_share * SAMPLE_SCALE):0{HEX_DIGITS}x}"
        wanted = (
            f" LEFT JOIN (SELECT DISTINCT customer_id FROM answers_valid) v ON v.customer_id = a.customer_id "
            f"WHERE v.customer_id IS NOT NULL OR substr(a.digest, {1 + HEX_DIGITS}, {HEX_DIGITS}) < '{below}'"
        )
    return (
        f"SELECT a.customer_id, a.digest, a.active_0, a.active_1, u.joined_month{attributes(tables)}{bought} "
        f"FROM ({hashed}) a "
        f"JOIN customers u ON u.customer_id = a.customer_id{wanted}"
    )


def active_by_segment(tables: TableSet, month: int) -> str:
    """Return the statement that counts the customers active in a month, in all and by value of each segment column.

    Parameters
    ----------
    tables : TableSet
        Segments.
    month : int
        The month.

    Returns
    -------
    str
        SQL: each segment column, over_<column> (1 in rows that do not tell its values apart), n.
    """
    names = [segment.canonical for segment in tables.segments]
    listed = "".join(f"a.{name}, grouping(a.{name}) AS over_{name}, " for name in names)
    sets = "".join(f"(a.{name}), " for name in names)
    return (
        f"SELECT {listed}count(*) AS n FROM (SELECT {', '.join(f'u.{name}' for name in ('customer_id', *names))} "
        f"FROM activity b JOIN calendar c ON c.month = {month} JOIN customers u ON u.customer_id = b.customer_id "
        f"WHERE (b.active_0 & c.bit_0) <> 0 OR (b.active_1 & c.bit_1) <> 0) a GROUP BY GROUPING SETS ({sets}())"
    )


def answers_of_people() -> str:
    """Return the statement that gives the answers that count, by the number of the customer.

    Returns
    -------
    str
        SQL: number, m0, band, score.
    """
    return "SELECT p.number, v.m0, v.band, v.score FROM answers_valid v JOIN people p ON p.customer_id = v.customer_id"


def invited_people() -> str:
    """Return the statement that gives who was invited in which month.

    Returns
    -------
    str
        SQL: number and m (the month), each pair once.
    """
    month = "CAST(year(v.invited_date) * 12 + month(v.invited_date) - 1 AS INTEGER)"
    return (
        f"SELECT DISTINCT p.number, {month} AS m FROM invitations_in v JOIN people p ON p.customer_id = v.customer_id "
        f"WHERE v.invited_date IS NOT NULL"
    )


def panel_by_block(panel: CleanPanel, first: int, last: int, *, size: int) -> str:
    """Return the statement that gives a panel's rows of the customers wanted, with the block of customers they lie in.

    Parameters
    ----------
    panel : CleanPanel
        The panel.
    first, last : int
        Months, both included.
    size : int
        Customers of a block.

    Returns
    -------
    str
        SQL: block, number (from 0 in each block), month, then metrics and covariates under their canonical names.
    """
    values = "".join(f", r.{name}" for name in panel.panel.value_columns())
    return (
        f"SELECT CAST((r.number - r.number % {size}) / {size} AS INTEGER) AS block, "
        f"CAST(r.number % {size} AS INTEGER) AS number, r.month{values} "
        f"FROM ({panel_of_people(panel, first, last)}) r"
    )


def panel_of_people(panel: CleanPanel, first: int, last: int) -> str:
    """Return the statement that gives a panel's rows of the customers wanted.

    Parameters
    ----------
    panel : CleanPanel
        The panel.
    first, last : int
        Months, both included.

    Returns
    -------
    str
        SQL: number, month, then metrics and covariates under their canonical names.
    """
    values = ", ".join(f"CAST(p.{name} AS DOUBLE) AS {name}" for name in panel.panel.value_columns())
    return (
        f"SELECT i.number, CAST(p.month AS INTEGER) AS month, {values} FROM {panel.view} p "
        f"JOIN people i ON i.customer_id = p.customer_id WHERE p.month >= {first} AND p.month <= {last}"
    )
