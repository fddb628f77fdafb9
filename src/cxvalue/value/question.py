"""The question that every estimate of a table answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate import (
    BandStudy,
    EpisodeSource,
    Estimator,
    Standardised,
)
from cxvalue.estimate.replicate import BandReplicates, Interval
from cxvalue.link.columns import Floats
from cxvalue.value.economics import Economics
from cxvalue.value.frame import Frame
from cxvalue.value.shift import Shift
from cxvalue.vocabulary import BANDS, EVERYBODY


@dataclass(frozen=True, eq=False)
class Question:
    """What every estimate of a table answers.

    Parameters
    ----------
    study : BandStudy
        Moments, targets, rows.
    frame : Frame
        What the study's projections share.
    shift : Shift
        Who moves.
    economics : Economics
        Assumptions.
    """

    study: BandStudy
    frame: Frame
    shift: Shift
    economics: Economics

    def weights(self) -> Floats:
        """Return what one unit of each metric counts in each month of follow-up.

        Returns
        -------
        ndarray of shape (M, H)
            Unit value × discount factor; 0 beyond the months that are valued, or in which the effect counts.
        """
        horizon = self.study.timeline.horizon
        months = np.arange(1, horizon + 1)
        last = min(self.economics.value_horizon_months or horizon, self.economics.effect_months or horizon)
        units = self.economics.monthly_values(self.frame.metrics, self.frame.own_values, horizon)
        return np.asarray(units * (self.economics.discount(months) * (months <= last))[None, :])

    def interval(self, replicates: Floats) -> Interval:
        """Return the jackknife-t interval of a figure.

        Parameters
        ----------
        replicates : ndarray of shape (1 + G,)
            On all customers, then with each group left out.

        Returns
        -------
        Interval
            At the study's confidence.
        """
        return self.frame.interval(replicates)

    @cached_property
    def standardised(self) -> BandReplicates | NotEstimable:
        """The headline's curves: everybody, standardised; every other estimate is held against them."""
        leave, reach, horizon = self.shift.from_band, self.shift.to_band, self.study.timeline.horizon
        return self.study.fit(Standardised(), from_band=leave, to_band=reach, horizon=horizon)

    @cached_property
    def headline(self) -> Floats | NotEstimable:
        """The headline over the months of follow-up, money per moved customer in every replicate, shape (1 + G,)."""
        fitted = self.standardised
        return fitted if isinstance(fitted, NotEstimable) else contrast_of(fitted, self.shift, self.weights())

    def source(self) -> EpisodeSource | NotEstimable:
        """Return the episodes of everybody as an estimator sees them.

        Returns
        -------
        EpisodeSource or NotEstimable
            Not estimable when nobody is in the from-band now.
        """
        leave, reach = self.shift.from_band, self.shift.to_band
        return self.study.source(from_band=leave, to_band=reach, horizon=self.study.timeline.horizon)

    def fit(self, estimator: Estimator, by: str = EVERYBODY) -> BandReplicates | NotEstimable:
        """Return an estimator's curves.

        Parameters
        ----------
        estimator : Estimator
            The estimator.
        by : str
            Everybody, or the complete cohorts.

        Returns
        -------
        BandReplicates or NotEstimable
            The curves.
        """
        if isinstance(estimator, Standardised) and by == EVERYBODY:
            return self.standardised
        leave, reach, horizon = self.shift.from_band, self.shift.to_band, self.study.timeline.horizon
        return self.study.fit(estimator, by=by, label=by, from_band=leave, to_band=reach, horizon=horizon)


def contrast_of(curves: BandReplicates, shift: Shift, weights: Floats) -> Floats:
    """Return the weighted difference between two bands' curves, in every replicate.

    Parameters
    ----------
    curves : BandReplicates
        Curves.
    shift : Shift
        The two bands.
    weights : ndarray of shape (M, H)
        What one unit of each metric counts in each month.

    Returns
    -------
    ndarray of shape (1 + G,)
        On all customers, then with each group left out.
    """
    every = np.concatenate([curves.estimate[None], curves.leave_one_group_out])
    leave, reach = BANDS.index(shift.from_band), BANDS.index(shift.to_band)
    return np.asarray(np.einsum("rmk,mk->r", every[:, reach] - every[:, leave], weights[:, : every.shape[-1]]))
