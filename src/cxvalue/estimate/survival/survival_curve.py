"""A survival curve as a value: it knows up to which time it is defined, and refuses to go further."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import SettingsError
from cxvalue.link.columns import Floats
from cxvalue.result import TableResult


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SurvivalCurve(TableResult):
    """A right-continuous step function from ``start`` to ``end``.

    Parameters
    ----------
    time : ndarray of shape (T,)
        Event times, ascending; the curve steps down there.
    survival : ndarray of shape (T,)
        Share that has not left by each time, of those who had not at ``start``.
    se : ndarray of shape (T,)
        Standard errors of the shares.
    ci_low, ci_high : ndarray of shape (T,)
        Pointwise intervals, between 0 and 1.
    at_risk, events : ndarray of shape (T,)
        Rows at risk just before each time and events at it; sums of weights where rows are weighted.
    start, end : float
        First and last time at which the curve is defined; infinite once nobody is left.
    confidence : float
        Level of the intervals.
    """

    time: Floats
    survival: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    at_risk: Floats
    events: Floats
    start: float
    end: float
    confidence: float

    def at(self, when: float | Floats) -> Floats:
        """Return the share that has not left by some times.

        Parameters
        ----------
        when : float or ndarray of shape (m,)
            Times from ``start`` to ``end``.

        Returns
        -------
        ndarray of shape (m,)
            Shares; of one element where one time is given.

        Raises
        ------
        SettingsError
            When a time lies outside.
        """
        return np.concatenate([[1.0], self.survival])[self.steps(when)]

    def se_at(self, when: float | Floats) -> Floats:
        """Return the standard error of the share that has not left by some times.

        Parameters
        ----------
        when : float or ndarray of shape (m,)
            Times from ``start`` to ``end``.

        Returns
        -------
        ndarray of shape (m,)
            Standard errors.

        Raises
        ------
        SettingsError
            When a time lies outside.
        """
        return np.concatenate([[0.0], self.se])[self.steps(when)]

    def steps(self, when: float | Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return how many event times lie at or before some times.

        Parameters
        ----------
        when : float or ndarray of shape (m,)
            Times from ``start`` to ``end``.

        Returns
        -------
        ndarray of shape (m,)
            Numbers of steps taken.

        Raises
        ------
        SettingsError
            When a time lies outside.
        """
        times = np.atleast_1d(np.asarray(when, dtype=np.float64))
        outside = times[~((times >= self.start) & (times <= self.end))]
        if len(outside):
            raise SettingsError(
                f"time {outside[0]:g} lies outside the curve", allowed=f"{self.start:g} to {self.end:g}"
            )
        return np.asarray(np.searchsorted(self.time, times, side="right"), dtype=np.int64)

    def to_frame(self) -> pd.DataFrame:
        """Return the curve as a table.

        Returns
        -------
        pandas.DataFrame
            Columns time, survival, se, ci_low, ci_high, at_risk, events; one row an event time.
        """
        names = ("time", "survival", "se", "ci_low", "ci_high", "at_risk", "events")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def summary(self) -> str:
        """Return where the curve begins and ends.

        Returns
        -------
        str
            One line.
        """
        if not len(self.time):
            return f"nobody leaves between {self.start:g} and {self.end:g}"
        return (
            f"{self.survival[-1]:.1%} ({self.ci_low[-1]:.1%} to {self.ci_high[-1]:.1%}) have not left by "
            f"{self.time[-1]:g}, after {self.events.sum():,.6g} events"
        )
