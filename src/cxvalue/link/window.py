"""Windows: the months before an answer over which its covariates are averaged."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from cxvalue.link.columns import Integers
from cxvalue.link.timeline import Timeline
from cxvalue.tables import Calendar, CleanPanel, CleanTables, MetricColumn
from cxvalue.vocabulary import REFERRALS, UPGRADES


def amount_columns(panel: CleanPanel) -> tuple[MetricColumn, ...]:
    """Return the metrics of a panel that enter the covariates as trailing means.

    Parameters
    ----------
    panel : CleanPanel
        The panel.

    Returns
    -------
    tuple of MetricColumn
        All but upgrades and referrals.
    """
    return tuple(column for column in panel.panel.metrics if column.metric.name not in (UPGRADES, REFERRALS))


def active_months(calendar: Calendar, m0: Integers, active: Integers, panel: CleanPanel, before: range) -> Integers:
    """Return the number of months in each window whose rows count and that the panel covers.

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
    before : range
        The window, in months before that of the answer.

    Returns
    -------
    ndarray of shape (n,)
        0 to the length of the window.
    """
    first = np.maximum(m0 - max(before), panel.first_month)
    last = np.minimum(m0 - min(before), panel.last_month)
    if panel.panel.only_while_active:
        return calendar.count_months(active, first, last)
    return np.asarray(np.maximum(last - first + 1, 0), dtype=np.int64)


def earlier_months(
    calendar: Calendar, m0: Integers, active: Integers, panel: CleanPanel, timeline: Timeline
) -> Integers:
    """Return the number of months over which the amounts of a panel are averaged where they end before the baseline.

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
        The windows.

    Returns
    -------
    ndarray of shape (n,)
        0 where the panel or the customer has no month there, so that the baseline serves. Where leaving is not seen
        rows count whenever they are, and a customer has a month there who was active in one of them.
    """
    months = active_months(calendar, m0, active, panel, timeline.amounts)
    there = calendar.unpack(active, m0[:, None] - np.asarray(timeline.amounts)).any(axis=1)
    return np.where(there, months, 0)


def has_earlier_amounts(
    clean: CleanTables, m0: Integers, active: Integers, *, timeline: Timeline, names: Collection[str]
) -> NDArray[np.bool_]:
    """Return which panels show the amounts of which answers in the months that end before the baseline.

    Parameters
    ----------
    clean : CleanTables
        The panels.
    m0 : ndarray of shape (n,)
        Months of answering.
    active : ndarray of shape (n, 2)
        Words of activity.
    timeline : Timeline
        The windows.
    names : collection of str
        Covariates that are adjusted for.

    Returns
    -------
    ndarray of shape (n, c)
        A column for each panel with an amount among the covariates; none where there is no such panel.
    """
    panels = [panel for panel in clean.panels if any(each.metric.name in names for each in amount_columns(panel))]
    found = [earlier_months(clean.activity.calendar, m0, active, panel, timeline) > 0 for panel in panels]
    return np.column_stack(found) if found else np.empty((len(m0), 0), dtype=bool)
