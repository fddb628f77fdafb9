"""Economics: what an outcome is worth. Section ``[economics]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from cxvalue.link.columns import Floats
from cxvalue.section import Section
from cxvalue.vocabulary import COST_TO_SERVE, REFERRALS, RETAINED, REVENUE, UPGRADES, Metric


class Economics(Section):
    """Section ``[economics]``: the assumptions that turn outcomes into money.

    Parameters
    ----------
    gross_margin : float
        Share of revenue left **before** cost to serve, 0 to 1. A margin after it would count that cost twice.
    discount_rate_annual : float
        Yearly discount rate; month k is discounted by (1 + rate)^(−k/12).
    upgrade_value : float
        Money per upgrade that the revenue panel does not show within the horizon.
    referral_value : float
        Money per referral: share who would not have joined otherwise × value of a customer + acquisition cost saved.
    programme_cost_upfront : float
        Cost of the programme at time 0.
    programme_cost_monthly : float
        Cost of the programme in each month from 1 to the end.
    value_horizon_months : int, optional
        Months that are valued; beyond the follow-up they are extrapolated and shown on a line of their own.

    Examples
    --------
    >>> Economics(gross_margin=0.6, discount_rate_annual=0.1).discount(np.array([0, 12])).round(4)
    array([1.    , 0.9091])
    """

    section_name: ClassVar[str] = "economics"

    gross_margin: float = Field(ge=0.0, le=1.0)
    discount_rate_annual: float = Field(ge=0.0, le=5.0)
    upgrade_value: float = 0.0
    referral_value: float = 0.0
    programme_cost_upfront: float = Field(default=0.0, ge=0.0)
    programme_cost_monthly: float = Field(default=0.0, ge=0.0)
    value_horizon_months: int | None = Field(default=None, ge=1, le=240)

    def discount(self, months: ArrayLike) -> Floats:
        """Return the discount factors of months.

        Parameters
        ----------
        months : array_like
            Months after time 0.

        Returns
        -------
        ndarray
            (1 + discount_rate_annual)^(−month/12).
        """
        return np.asarray((1.0 + self.discount_rate_annual) ** (-np.asarray(months, dtype=np.float64) / 12.0))

    def unit_values(self, metrics: tuple[Metric, ...], own: Mapping[str, float]) -> Floats:
        """Return the money that one unit of each metric adds to the contribution.

        Parameters
        ----------
        metrics : tuple of Metric
            The metrics measured.
        own : mapping of str to float
            Unit values of the user's own metrics.

        Returns
        -------
        ndarray of shape (M,)
            Margin for revenue, −1 for cost to serve, 0 for retained, which is worth what it brings.
        """
        standard = {
            RETAINED: 0.0,
            REVENUE: self.gross_margin,
            COST_TO_SERVE: -1.0,
            UPGRADES: self.upgrade_value,
            REFERRALS: self.referral_value,
        }
        return np.array([standard.get(metric.name, own.get(metric.name, 0.0)) for metric in metrics])
