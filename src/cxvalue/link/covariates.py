"""Baseline covariates: what was known about a customer in the month of an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cxvalue.link.columns import Floats, Integers
from cxvalue.link.customer_months import first_columns
from cxvalue.link.month_block import MonthBlock
from cxvalue.link.people import People, level_attributes
from cxvalue.link.spill_columns import AnyMatrix, SpillMatrix
from cxvalue.link.timeline import Timeline
from cxvalue.link.window import active_months, amount_columns, earlier_months
from cxvalue.tables import Calendar, CleanTables
from cxvalue.vocabulary import BANDS, NO_BAND

TENURE = "tenure_months"
PREVIOUS_BAND = "previous_band"
MONTHS_SINCE = "months_since_previous"
RECENT_MONTHS = 12
MONTHS_BOUGHT = "months_with_purchase"
MONTHS_SINCE_PURCHASE = "months_since_purchase"
SINCE_LEVELS = (f"none or up to {RECENT_MONTHS}", f"over {RECENT_MONTHS}")


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """What was known about n customer-months.

    Parameters
    ----------
    number_names : tuple of str
        Names of the numeric covariates.
    numbers : ndarray or SpillMatrix of shape (n, number of names)
        Their values; NaN where not known.
    level_names : tuple of str
        Names of the categorical covariates.
    levels : tuple of tuple of str
        Categories of each.
    codes : ndarray or SpillMatrix of shape (n, number of level names)
        Position of the category; −1 where blank.
    """

    number_names: tuple[str, ...]
    numbers: AnyMatrix
    level_names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: AnyMatrix

    def names(self) -> tuple[str, ...]:
        """Return the names of all covariates, numbers first.

        Returns
        -------
        tuple of str
            Names.
        """
        return self.number_names + self.level_names

    def only(self, wanted: tuple[str, ...]) -> Covariates:
        """Return a selection of the covariates.

        Parameters
        ----------
        wanted : tuple of str
            Names to keep.

        Returns
        -------
        Covariates
            The selection.
        """
        if set(self.names()) <= set(wanted):
            return self
        numbers = [at for at, name in enumerate(self.number_names) if name in wanted]
        codes = [at for at, name in enumerate(self.level_names) if name in wanted]
        return Covariates(
            tuple(self.number_names[at] for at in numbers),
            some_columns(self.numbers, numbers),
            tuple(self.level_names[at] for at in codes),
            tuple(self.levels[at] for at in codes),
            some_columns(self.codes, codes),
        )

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Covariates:
        """Return some of the customer-months.

        Parameters
        ----------
        rows : ndarray or slice
            Positions, a mask or a slice.

        Returns
        -------
        Covariates
            The rows.
        """
        return Covariates(self.number_names, self.numbers[rows], self.level_names, self.levels, self.codes[rows])

    def only_rows(self, rows: NDArray[np.bool_]) -> Covariates:
        """Return some of the customer-months, kept as these are: in files where these are in files.

        Parameters
        ----------
        rows : ndarray of shape (n,)
            Which.

        Returns
        -------
        Covariates
            The rows.
        """
        if isinstance(self.numbers, SpillMatrix) and isinstance(self.codes, SpillMatrix):
            return replace(self, numbers=self.numbers.only(rows), codes=self.codes.only(rows))
        return self.take(rows)


def some_columns(matrix: AnyMatrix, columns: list[int]) -> AnyMatrix:
    """Return some columns of a matrix.

    Parameters
    ----------
    matrix : ndarray or SpillMatrix of shape (n, c)
        The columns.
    columns : list of int
        Which.

    Returns
    -------
    ndarray or SpillMatrix
        A kept matrix is not read.
    """
    return matrix.some(columns) if isinstance(matrix, SpillMatrix) else matrix[:, columns]


def trailing_names(clean: CleanTables) -> tuple[str, ...]:
    """Return what the trailing means are called.

    Parameters
    ----------
    clean : CleanTables
        The panels.

    Returns
    -------
    tuple of str
        Amounts and operational columns, panel by panel; then, where leaving is not seen, the history of purchases.
    """
    names = []
    for panel in clean.panels:
        names += [column.metric.name for column in amount_columns(panel)]
        names += [column.name for column in panel.panel.covariates]
    return (*names, *(() if clean.activity.window is None else (MONTHS_BOUGHT, MONTHS_SINCE_PURCHASE)))


def trailing_means(
    block: MonthBlock, clean: CleanTables, *, person: Integers, month: Integers, timeline: Timeline
) -> Floats:
    """Return trailing means of amounts and operational columns for some customer-months.

    Parameters
    ----------
    block : MonthBlock
        What the panels show of the customers.
    clean : CleanTables
        The panels.
    person : ndarray of shape (n,)
        Numbers of customers of the block.
    month : ndarray of shape (n,)
        The months.
    timeline : Timeline
        The windows.

    Returns
    -------
    ndarray of shape (n, c)
        Means per active month (NaN where the panel covers none), in the order of :func:`trailing_names`. Where
        leaving is not seen, means per month, and how often and how long ago the customer bought. Amounts whose months
        end before the baseline are those of the baseline where the panel or the customer has none of these months.
    """
    calendar, words = clean.activity.calendar, block.words
    active = words.active[person - block.first]
    sums, extra = block.sums(person, month, timeline.baseline)
    before = block.sums(person, month, timeline.amounts)[0] if timeline.amounts_lag else sums
    means = [np.empty((len(person), 0))]
    for position, panel in enumerate(clean.panels):
        metric, covariate = first_columns(clean, position)
        amounts = [metric + panel.panel.metrics.index(each) for each in amount_columns(panel)]
        operational = slice(covariate, covariate + len(panel.panel.covariates))
        if not amounts and not panel.panel.covariates:
            continue
        months = active_months(calendar, month, active, panel, timeline.baseline)
        found = mean_of(sums[:, amounts], months[:, None])
        if timeline.amounts_lag and amounts:
            earlier = earlier_months(calendar, month, active, panel, timeline)[:, None]
            found = np.where(earlier > 0, mean_of(before[:, amounts], earlier), found)
        means += [found, mean_of(extra[:, operational], months[:, None])]
    if words.bought is not None and clean.activity.window is not None:
        end = month - timeline.baseline_lag
        means.append(purchase_history(calendar, words.bought[person - block.first], end, clean.activity.window))
    return np.hstack(means)


def mean_of(sums: Floats, months: Integers) -> Floats:
    """Return means over months.

    Parameters
    ----------
    sums : ndarray of shape (n, c)
        Sums.
    months : ndarray of shape (n, 1)
        Months that they run over.

    Returns
    -------
    ndarray of shape (n, c)
        NaN over no month.
    """
    return np.asarray(np.where(months > 0, sums / np.maximum(months, 1), np.nan))


def purchase_history(calendar: Calendar, bought: Integers, end: Integers, window: int) -> Floats:
    """Return how often, and how long ago, each customer of a non-contractual base last bought.

    Parameters
    ----------
    calendar : Calendar
        The months behind the words.
    bought : ndarray of shape (n, 2)
        Words of the months with a purchase.
    end : ndarray of shape (n,)
        Last month of the baseline.
    window : int
        Months looked back on, A: those within which a purchase makes a customer active.

    Returns
    -------
    ndarray of shape (n, 2)
        Months with a purchase among the A months up to ``end``, and months since the last of them: 0 when it was
        ``end`` itself, A when there is none.

    Examples
    --------
    >>> month_3_and_5 = np.array([[0b101000, 0]])
    >>> purchase_history(Calendar(100, 110), month_3_and_5, np.array([106]), 4).tolist()
    [[2.0, 1.0]]
    """
    months = calendar.unpack(bought, end[:, None] - np.arange(window))
    since = np.where(months.any(axis=1), months.argmax(axis=1), window)
    return np.column_stack([months.sum(axis=1), since]).astype(np.float64)


def covariates(
    people: People,
    clean: CleanTables,
    *,
    person: Integers,
    month: Integers,
    means: Floats,
    previous: Integers,
    months_since: Integers,
) -> Covariates:
    """Return all baseline covariates of some customer-months.

    Parameters
    ----------
    people : People
        The customers.
    clean : CleanTables
        The tables.
    person : ndarray of shape (n,)
        Positions among the people.
    month : ndarray of shape (n,)
        The months.
    means : ndarray of shape (n, c)
        Trailing means.
    previous : ndarray of shape (n,)
        Band of the previous answer; the number of bands where there is none.
    months_since : ndarray of shape (n,)
        Months since that answer; 0 where there is none.

    Returns
    -------
    Covariates
        Trailing means, fixed covariates and tenure as numbers; segments, further categories, previous band and the
        months since it as categories.

    Notes
    -----
    The months since the previous answer enter in two classes and not as a number. The episodes observed at late
    follow-up months come from the first waves, where a previous answer is always recent; a slope fitted there would
    be carried on to the target's longer gaps. A class that late months do not hold is left out instead.
    """
    tables = clean.tables
    numbers, names = [means, people.numbers[person]], list(trailing_names(clean))
    names += [static.name for static in tables.statics if static.is_number]
    if tables.has_joined_date:
        numbers.append(np.maximum(month - people.joined_month[person], 0.0)[:, None])
        names.append(TENURE)
    since = (months_since > RECENT_MONTHS).astype(np.int64)
    return Covariates(
        tuple(names),
        np.hstack(numbers),
        (*(a.name for a in level_attributes(clean)), PREVIOUS_BAND, MONTHS_SINCE),
        (*people.levels, (*BANDS, NO_BAND), SINCE_LEVELS),
        np.column_stack([people.codes[person], previous, since]),
    )
