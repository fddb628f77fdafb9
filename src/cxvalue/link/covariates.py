"""Baseline covariates: what was known about a customer in the month of an answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxvalue.engine import Engine
from cxvalue.link.columns import Floats, Integers, codes_of, floats, integers, words
from cxvalue.link.statements import baseline_sums
from cxvalue.link.timeline import Timeline
from cxvalue.tables import Attribute, Calendar, CleanPanel, CleanTables
from cxvalue.vocabulary import BANDS, NO_BAND, REFERRALS, UPGRADES

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
    numbers : ndarray of shape (n, number of names)
        Their values; NaN where not known.
    level_names : tuple of str
        Names of the categorical covariates.
    levels : tuple of tuple of str
        Categories of each.
    codes : ndarray of shape (n, number of level names)
        Position of the category; −1 where blank.
    """

    number_names: tuple[str, ...]
    numbers: Floats
    level_names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: Integers

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
        numbers = [at for at, name in enumerate(self.number_names) if name in wanted]
        codes = [at for at, name in enumerate(self.level_names) if name in wanted]
        return Covariates(
            tuple(self.number_names[at] for at in numbers),
            self.numbers[:, numbers],
            tuple(self.level_names[at] for at in codes),
            tuple(self.levels[at] for at in codes),
            self.codes[:, codes],
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


def read_baseline(
    engine: Engine, clean: CleanTables, timeline: Timeline, index: pa.Table
) -> tuple[Floats, tuple[str, ...]]:
    """Return trailing means of amounts and operational columns for every indexed customer-month.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    clean : CleanTables
        The panels.
    timeline : Timeline
        Length and end of the baseline.
    index : pyarrow.Table
        m0, activity and, where leaving is not seen, purchases of the customer-months, in the order of index_id.

    Returns
    -------
    tuple of ndarray of shape (n, c) and tuple of str
        Means per active month (NaN where the panel covers none), and the covariates' names. Where leaving is not
        seen, means per month, and how often and how long ago the customer bought.
    """
    n, means, names = index.num_rows, [], []
    m0, active = integers(index, "m0"), words(index)
    for panel in clean.panels:
        columns = [
            (c.canonical, c.metric.name) for c in panel.panel.metrics if c.metric.name not in (UPGRADES, REFERRALS)
        ]
        columns += [(c.canonical, c.name) for c in panel.panel.covariates]
        if not columns:
            continue
        months = active_months(clean.activity.calendar, m0, active, panel, timeline)
        sums = engine.query(baseline_sums(panel, [name for name, _ in columns], timeline))
        place = integers(sums, "index_id")
        for canonical, label in columns:
            total = np.zeros(n)
            total[place] = sums[canonical].fill_null(0.0).to_numpy()
            means.append(np.where(months > 0, total / np.maximum(months, 1), np.nan))
            names.append(label)
    if clean.activity.window is not None:
        end = m0 - timeline.baseline_lag
        means.append(purchase_history(clean.activity.calendar, words(index, "bought"), end, clean.activity.window))
        names += [MONTHS_BOUGHT, MONTHS_SINCE_PURCHASE]
    return (np.column_stack(means) if means else np.empty((n, 0))), tuple(names)


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


def active_months(
    calendar: Calendar, m0: Integers, active: Integers, panel: CleanPanel, timeline: Timeline
) -> Integers:
    """Return the number of months in each baseline window whose rows count and that the panel covers.

    Parameters
    ----------
    calendar : Calendar
        The months behind the words.
    m0 : ndarray of shape (n,)
        Months of answering.
    active : ndarray of shape (n, 2)
        Words of activity.
    panel : CleanPanel
        First and last month covered.
    timeline : Timeline
        Length and end of the baseline.

    Returns
    -------
    ndarray of shape (n,)
        0 to ``baseline_months``.
    """
    months = m0[:, None] - timeline.baseline_lag - np.arange(timeline.baseline_months)
    covered = (months >= panel.first_month) & (months <= panel.last_month)
    if panel.panel.only_while_active:
        covered &= calendar.unpack(active, months)
    return np.asarray(covered.sum(axis=1), dtype=np.int64)


def level_values(answers: pa.Table, asked: pa.Table, clean: CleanTables) -> tuple[tuple[str, ...], ...]:
    """Return the categories of every categorical covariate, sorted, over answers and customer-months asked.

    Parameters
    ----------
    answers, asked : pyarrow.Table
        The two tables.
    clean : CleanTables
        Segments and fixed covariates.

    Returns
    -------
    tuple of tuple of str
        Categories, in the order of :func:`level_attributes`.
    """
    found = []
    for attribute in level_attributes(clean):
        values = set(answers[attribute.canonical].to_pylist()) | set(asked[attribute.canonical].unique().to_pylist())
        found.append(tuple(sorted(value for value in values if value is not None)))
    return tuple(found)


def level_attributes(clean: CleanTables) -> list[Attribute]:
    """Return the segments and the fixed covariates that are categories.

    Parameters
    ----------
    clean : CleanTables
        The tables.

    Returns
    -------
    list of Attribute
        Segments first.
    """
    tables = clean.tables
    return [*tables.segments, *(static for static in tables.statics if not static.is_number)]


def covariates(
    table: pa.Table, means: Floats, names: tuple[str, ...], levels: tuple[tuple[str, ...], ...], clean: CleanTables
) -> Covariates:
    """Return all baseline covariates of a table of customer-months.

    Parameters
    ----------
    table : pyarrow.Table
        Customer-months with attributes, joined month and previous answer.
    means : ndarray of shape (n, c)
        Trailing means.
    names : tuple of str
        Their names.
    levels : tuple of tuple of str
        Categories of segments and categorical covariates.
    clean : CleanTables
        The tables.

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
    numbers, number_names = [means], list(names)
    for static in tables.statics:
        if static.is_number:
            numbers.append(floats(table, static.canonical)[:, None])
            number_names.append(static.name)
    if tables.has_joined_date:
        tenure = floats(table, "m0") - floats(table, "joined_month")
        numbers.append(np.maximum(tenure, 0.0)[:, None])
        number_names.append(TENURE)
    attributes = level_attributes(clean)
    codes = [codes_of(table, attribute, levels[at]) for at, attribute in enumerate(attributes)]
    codes.append(integers(table, "previous_band", missing=len(BANDS)))
    codes.append((integers(table, "months_since", missing=0) > RECENT_MONTHS).astype(np.int64))
    return Covariates(
        tuple(number_names),
        np.hstack(numbers),
        (*(a.name for a in attributes), PREVIOUS_BAND, MONTHS_SINCE),
        (*levels, (*BANDS, NO_BAND), SINCE_LEVELS),
        np.column_stack(codes),
    )
