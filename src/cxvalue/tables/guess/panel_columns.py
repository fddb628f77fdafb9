"""Which metric the columns of a monthly table hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cxvalue.tables.guess.customer_ids import IdColumn
from cxvalue.tables.guess.dates import dates_of, month_of
from cxvalue.tables.guess.facts import ColumnFacts, TableFacts
from cxvalue.tables.guess.words import matches, slug
from cxvalue.vocabulary import COST_TO_SERVE, REFERRALS, RETAINED, REVENUE, STANDARD_METRICS, UPGRADES

MEASURED: Final = (UPGRADES, REFERRALS, COST_TO_SERVE, REVENUE)
"""Metrics in the order in which a name is held against them: `upgrade_revenue` is of upgrades."""


@dataclass(frozen=True, slots=True)
class MetricGuess:
    """A metric and the column that holds it.

    Parameters
    ----------
    metric : str
        Canonical name, or a name of its own.
    column : ColumnFacts
        The column.
    why : str
        Why.
    kind : str
        Of a metric of its own: ``money`` or ``count``; empty for a standard one.
    doubt : str
        What to look at; empty when nothing.
    """

    metric: str
    column: ColumnFacts
    why: str
    kind: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class MonthlyTable:
    """A table with a row a customer and month, and what its columns hold.

    Parameters
    ----------
    at : int
        Position of the table.
    table : TableFacts
        The table.
    customer : IdColumn
        Its customer column.
    month : ColumnFacts
        Its month.
    metrics : tuple of MetricGuess
        What it measures.
    flag : ColumnFacts or None
        A 0/1 column that says who was there.
    covariates : tuple of ColumnFacts
        Further numbers.
    updated_at : ColumnFacts or None
        A time stamp that says which of two rows is the later.
    """

    at: int
    table: TableFacts
    customer: IdColumn
    month: ColumnFacts
    metrics: tuple[MetricGuess, ...]
    flag: ColumnFacts | None
    covariates: tuple[ColumnFacts, ...]
    updated_at: ColumnFacts | None


def read_monthly(at: int, table: TableFacts, customer: IdColumn) -> MonthlyTable | None:
    """Return a table as one with a row a customer and month.

    Parameters
    ----------
    at : int
        Position of the table.
    table : TableFacts
        The table.
    customer : IdColumn
        Its customer column.

    Returns
    -------
    MonthlyTable or None
        None where it has neither month nor dates.
    """
    month = month_of(table, besides=[customer.name])
    dates = dates_of(table, besides=[customer.name])
    updated = next((column for column in dates if matches(column.name, "updated_at")), None)
    if month is None:
        dated = [column for column in dates if column is not updated]
        if not dated:
            return None
        month = max(dated, key=lambda column: (matches(column.name, "month"), column.n_given))
    numbers = [
        column for column in table.columns
        if column.is_number and not column.is_date and column.name not in (customer.name, month.name)
        and not is_index(column) and not matches(column.name, "calendar")
    ]  # fmt: skip
    flag = next(
        (c for c in numbers if c.is_flag and matches(c.name, RETAINED) and not matches(c.name, "churn_date")), None
    )
    numbers = [column for column in numbers if column is not flag]
    metrics = tell_metrics(table, numbers)
    taken = [metric.column.name for metric in metrics]
    rest = tuple(
        c for c in numbers
        if c.name not in taken and not c.is_constant and not matches(c.name, "not_money") and not metric_named(c.name)
    )  # fmt: skip
    return MonthlyTable(at, table, customer, month, metrics, flag, rest, updated)


def is_index(column: ColumnFacts) -> bool:
    """Return whether a column of numbers only counts rows or names invoices.

    Parameters
    ----------
    column : ColumnFacts
        The column.

    Returns
    -------
    bool
        True for whole numbers that hardly repeat.
    """
    named = matches(column.name, "id") > 0 and not matches(column.name, "operational")
    return column.is_whole and column.n_distinct > 0.9 * column.n_rows and (named or column.n_rows > 1000)


def tell_metrics(table: TableFacts, numbers: Sequence[ColumnFacts]) -> tuple[MetricGuess, ...]:
    """Return the metrics among the numbers of a monthly table.

    Parameters
    ----------
    table : TableFacts
        The table.
    numbers : sequence of ColumnFacts
        Its numbers, without the flag.

    Returns
    -------
    tuple of MetricGuess
        Standard metrics by the names of columns, else by that of the table; else one of its own.
    """
    label = table.group.label
    named: dict[str, list[ColumnFacts]] = {}
    for column in numbers:
        metric = metric_named(column.name)
        if metric is not None:
            named.setdefault(metric, []).append(column)
    found = [pick(metric, columns, label) for metric, columns in named.items()]
    if not found:
        plain = [c for c in numbers if not matches(c.name, "operational") and not matches(c.name, "not_money")]
        metric = metric_named(label)
        if metric is not None and plain:
            column = max(plain, key=lambda c: (matches(c.name, "generic"), -plain.index(c)))
            return (MetricGuess(metric, column, f"numbers in a table named like {metric}"),)
        if numbers:
            return (own_metric(plain[0] if plain else numbers[0], label),)
    return tuple(sorted(found, key=lambda metric: list(STANDARD_METRICS).index(metric.metric)))


def metric_named(name: str) -> str | None:
    """Return the standard metric that a name speaks of.

    Parameters
    ----------
    name : str
        Name of a column or table.

    Returns
    -------
    str or None
        None where it speaks of none, or of what is none, such as a tax.

    Examples
    --------
    >>> metric_named("NetRevenue"), metric_named("service_cost"), metric_named("revenue_tax"), metric_named("tickets")
    ('revenue', 'cost_to_serve', None, None)
    """
    if matches(name, "not_money"):
        return None
    return next((metric for metric in MEASURED if matches(name, metric)), None)


def pick(metric: str, columns: Sequence[ColumnFacts], label: str) -> MetricGuess:
    """Return the column of a metric where several are named like it.

    Parameters
    ----------
    metric : str
        The metric.
    columns : sequence of ColumnFacts
        Those named like it.
    label : str
        What messages call the table.

    Returns
    -------
    MetricGuess
        Net before others, then the one whose name fits best.
    """
    best = max(columns, key=lambda c: (matches(c.name, "net"), matches(c.name, metric), -columns.index(c)))
    others = [f"'{column.name}'" for column in columns if column is not best]
    doubt = f"{label}: {metric} is taken from '{best.name}', not from {', '.join(others)}" if others else ""
    return MetricGuess(metric, best, f"numbers named like {metric}", doubt=doubt)


def own_metric(column: ColumnFacts, label: str) -> MetricGuess:
    """Return a metric of its own.

    Parameters
    ----------
    column : ColumnFacts
        The column.
    label : str
        What messages call the table.

    Returns
    -------
    MetricGuess
        A count for whole numbers, else money; worth nothing until the user says so.
    """
    kind = "count" if column.is_whole else "money"
    name = slug(label.rpartition("/")[2].partition(".")[0] if matches(column.name, "generic") else column.name)
    name = f"{name}_metric" if name in STANDARD_METRICS or name in ("purchased", "gross_profit", "retention") else name
    doubt = f"{label}: '{column.name}' is taken as a metric of your own, worth nothing until unit_value says otherwise"
    return MetricGuess(name, column, "numbers that no standard metric is named like", kind, doubt)
