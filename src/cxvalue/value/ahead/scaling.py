"""A measured value scaled along a line, with the uncertainty of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.replicate import Interval, interval
from cxvalue.estimate.trend import Trend
from cxvalue.link.columns import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """A value and the line that its size follows.

    Parameters
    ----------
    measured : ndarray of shape (1 + G,)
        The value as measured, on all customers, then with each group left out.
    line : Trend
        The line, of the same replicates.
    at : float
        Where on the line the measured value stands, in years.
    confidence : float
        Level of the intervals.

    Examples
    --------
    >>> line = Trend(level=np.array([6.0, 6.0, 6.0]), per_year=np.array([-2.0, -2.0, -2.0]))
    >>> Scaling(np.array([80.0, 84.0, 76.0]), line, at=-1.0, confidence=0.95).value(0.0).estimate
    60.0
    """

    measured: Floats
    line: Trend
    at: float
    confidence: float

    def replicates(self, years: float) -> Floats:
        """Return the value that the line gives for a date.

        Parameters
        ----------
        years : float
            Years along the line.

        Returns
        -------
        ndarray of shape (1 + G,)
            measured × line(years) / line(at); beyond a zero of the line it changes its sign.
        """
        return np.asarray(self.measured * self.line.at(years) / self.line.at(self.at))

    def crosses_zero(self, years: float) -> bool:
        """Return whether the line has passed zero on its way to a date.

        Parameters
        ----------
        years : float
            Years along the line.

        Returns
        -------
        bool
            True when the line's estimate there and where the value was measured differ in sign.
        """
        return bool(self.line.at(years)[0] * self.line.at(self.at)[0] < 0)

    def value(self, years: float) -> Interval:
        """Return the value for a date, at its least 0.

        Parameters
        ----------
        years : float
            Years along the line.

        Returns
        -------
        Interval
            Where the line has passed zero: 0, and of the interval what lies on the measured value's side.
        """
        each = self.replicates(years)
        found = interval(float(each[0]), each[1:], confidence=self.confidence)
        if not self.crosses_zero(years):
            return found
        if self.measured[0] > 0:
            return Interval(0.0, found.se, max(found.ci_low, 0.0), max(found.ci_high, 0.0))
        return Interval(0.0, found.se, min(found.ci_low, 0.0), min(found.ci_high, 0.0))


def scale_by(measured: Floats, line: Trend | NotEstimable, *, at: float, confidence: float) -> Scaling | NotEstimable:
    """Return a value with the line that it can be scaled by.

    Parameters
    ----------
    measured : ndarray of shape (1 + G,)
        The value, on all customers, then with each group left out.
    line : Trend or NotEstimable
        The line, of the same replicates.
    at : float
        Where on the line the measured value stands, in years.
    confidence : float
        Level of the intervals.

    Returns
    -------
    Scaling or NotEstimable
        Not estimable without a line, and where the line is not told from 0 there, or has the other sign.
    """
    if isinstance(line, NotEstimable):
        return line
    base = line.at(at)
    found = interval(float(base[0]), base[1:], confidence=confidence)
    if found.holds(0.0):
        return NotEstimable("the gap over the first months is not told from 0, so there is nothing to scale by")
    if found.estimate * measured[0] < 0:
        return NotEstimable("the gap over the first months and the value differ in sign, so one cannot scale the other")
    return Scaling(measured, line, at, confidence)
