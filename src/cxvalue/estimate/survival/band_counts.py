"""Leavers and customers at risk by band and month, and the curves that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.rows import EpisodeRows
from cxvalue.estimate.survival.kaplan_meier import product_limit
from cxvalue.estimate.survival.risk_sets import Booleans, group_counts, make_risk_sets
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS


@dataclass(frozen=True, slots=True, eq=False)
class Episodes:
    """Episodes as durations. The event is the customer's first leaving; who comes back does not count again.

    Parameters
    ----------
    duration : ndarray of shape (r,)
        First follow-up month without the customer, or the last one observed.
    event : ndarray of shape (r,)
        Whether the customer left.
    rows : EpisodeRows
        The episodes.
    horizon : int
        Months of the window.
    groups : int
        Customer groups, G.
    """

    duration: Floats
    event: Booleans
    rows: EpisodeRows
    horizon: int
    groups: int

    @property
    def months(self) -> Floats:
        """Follow-up months 1 to the horizon."""
        return np.arange(1.0, self.horizon + 1)


@dataclass(frozen=True, slots=True, eq=False)
class BandCounts:
    """Leavers and episodes at risk by customer group, band and time.

    Parameters
    ----------
    time : ndarray of shape (T,)
        Times.
    events, at_risk : ndarray of shape (G, B, T)
        Episodes that end by leaving, and episodes at risk.
    """

    time: Floats
    events: Floats
    at_risk: Floats

    def replicates(self) -> tuple[Floats, Floats]:
        """Return the counts on all customers, then with each group left out.

        Returns
        -------
        tuple of ndarray of shape (1 + G, B, T)
            Events, and episodes at risk.
        """
        found = []
        for counts in (self.events, self.at_risk):
            total = counts.sum(axis=0, keepdims=True)
            found.append(np.concatenate([total, total - counts]))
        return found[0], found[1]

    def survival(self) -> Floats:
        """Return the Kaplan–Meier curves.

        Returns
        -------
        ndarray of shape (1 + G, B, T)
            On all customers, then with each group left out.
        """
        return product_limit(*self.replicates())


def take_durations(rows: EpisodeRows, *, horizon: int, groups: int) -> Episodes:
    """Return how long each episode lasted within the window.

    Parameters
    ----------
    rows : EpisodeRows
        The episodes.
    horizon : int
        Months of the window.
    groups : int
        Customer groups, G.

    Returns
    -------
    Episodes
        Durations.
    """
    whole = np.where(rows.left, rows.months_kept + 1, rows.last_k)
    event = rows.left & (whole <= horizon)
    return Episodes(np.minimum(whole, horizon).astype(np.float64), event, rows, horizon, groups)


def count_bands(
    episodes: Episodes, *, time: Floats, entry: Floats | None = None, keep: Integers | None = None
) -> BandCounts:
    """Count leavers and episodes at risk.

    Parameters
    ----------
    episodes : Episodes
        The episodes.
    time : ndarray of shape (T,)
        Times, ascending.
    entry : ndarray of shape (r,), optional
        What the clock shows at the answer; 0 without it.
    keep : ndarray, optional
        Positions of the episodes that count; all without it.

    Returns
    -------
    BandCounts
        The counts.
    """
    chosen = np.arange(len(episodes.duration)) if keep is None else keep
    shape = (episodes.groups, len(BANDS), len(time))
    events, at_risk = np.zeros(shape), np.zeros(shape)
    for b in range(len(BANDS)):
        at = chosen[episodes.rows.band[chosen] == b]
        start = None if entry is None else entry[at]
        duration = episodes.duration[at] + (0.0 if start is None else start)
        sets = make_risk_sets(duration, episodes.event[at], entry=start, times=time)
        events[:, b], at_risk[:, b] = group_counts(sets, episodes.rows.group[at], episodes.groups)
    return BandCounts(time, events, at_risk)
