"""Economics: what an outcome is worth. Section ``[economics]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, field_validator, model_validator

from cxvalue.errors import SettingsError
from cxvalue.link.columns import Floats
from cxvalue.section import Section
from cxvalue.vocabulary import COST_TO_SERVE, GROSS_PROFIT, REFERRALS, RETAINED, REVENUE, UPGRADES, Metric

Share = Annotated[float, Field(ge=0.0, le=1.0)]
DiscountTiming = Literal["month_end", "mid_month", "month_start"]
Tail = Literal["constant_hazard", "equal_hazard", "sbg"]

TAILS: dict[str, float] = {"constant_hazard": 1.0, "equal_hazard": 2.0, "sbg": 3.0}
"""The numbers by which a register of numbers names the models."""
EARLIER_BY: dict[str, float] = {"month_end": 0.0, "mid_month": 0.5, "month_start": 1.0}
"""By how much of a month money is taken to come before the month's end."""

SHARE_HINT = "a margin of 60 % is gross_margin = 0.6; 5 % is 0.05, without quotes or a sign of per cent"
"""How a margin is written."""


def is_share(value: object) -> bool:
    """Say whether a value is a number from 0 to 1.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    bool
        False for truth values.
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


class SegmentMargin(Section):
    """Gross margin by segment: ``gross_margin = { by = "plan", values = { basic = 0.5, pro = 0.7 }, other = 0.6 }``.

    Parameters
    ----------
    by : str
        Segment column, one of ``[customers] segments``.
    values : mapping of str to float
        Gross margin of each of its values, 0 to 1.
    other : float, optional
        Margin of values that are not listed and of blanks; without it they are an error.
    """

    section_name: ClassVar[str] = "economics.gross_margin"

    by: str
    values: tuple[tuple[str, Share], ...]
    other: Share | None = None

    @field_validator("values", mode="before")
    @classmethod
    def _as_pairs(cls, values: object) -> object:
        if isinstance(values, Mapping):
            return tuple((str(name), margin) for name, margin in values.items())
        return values

    def factors(self, labels: tuple[str, ...]) -> Floats:
        """Return the margin of each value of the segment column, that of blanks last.

        Parameters
        ----------
        labels : tuple of str
            Values of the column.

        Returns
        -------
        ndarray of shape (labels + 1,)
            Margins.

        Raises
        ------
        SettingsError
            When a value has no margin, or a margin is for a value that does not occur.
        """
        own = dict(self.values)
        strange = sorted(set(own) - set(labels))
        missing = sorted(set(labels) - set(own)) if self.other is None else []
        if strange or missing:
            what = f"names '{strange[0]}', which is no value" if strange else f"lacks '{missing[0]}', a value"
            raise SettingsError(
                f"[economics] gross_margin {what} of segment '{self.by}'",
                allowed=f"a margin for each of {', '.join(labels)}",
                hint="other = … is the margin of all values that are not listed",
            )
        rest = self.other if self.other is not None else float("nan")
        return np.array([own.get(label, rest) for label in labels] + [rest])


class Economics(Section):
    """Section ``[economics]``: the assumptions that turn outcomes into money.

    Parameters
    ----------
    gross_margin : float, sequence of float, or SegmentMargin
        Share of revenue left **before** cost to serve, 0 to 1. A margin after it would count that cost twice. A
        sequence gives it by month of the programme, month 1 the first after time 0, the last one carried on; a table
        gives it by segment.
    discount_rate_annual : float
        Yearly discount rate; money at time t months is discounted by (1 + rate)^(−t/12). Time 0 is not discounted.
    discount_timing : {"month_end", "mid_month", "month_start"}
        When in month k money is taken to come: t = k, k − ½ or k − 1.
    upgrade_value : float
        Money per upgrade that the revenue panel does not show within the horizon.
    referral_value : float
        Money per referral: share who would not have joined otherwise × value of a customer + acquisition cost saved.
    programme_cost_upfront : float
        Cost of the programme at time 0.
    programme_cost_monthly : float
        Cost of the programme in each month that it runs.
    programme_months : int, optional
        Months that it runs, from 1; default to the end of what is valued.
    ramp_up_months : int
        The customers are moved in as many equal parts, one a month, the first at time 0; 1 moves all at time 0. Each
        part is moved from those who are in the from-band at that time: who leaves or recovers while waiting is
        replaced by another.
    effect_months : int, optional
        Months after a customer's move beyond which no effect is counted; default as long as is valued.
    optimism_adjustment : float
        Share of the gross value taken off for optimism, a line of its own, 0 to 1. Nothing is taken off a loss.
    cashable_share : float
        Share of lower cost to serve that becomes cash because capacity is released, 0 to 1.
    value_horizon_months : int, optional
        Months that are valued; beyond the follow-up they are extrapolated and shown on a line of their own.
    tail : {"constant_hazard", "equal_hazard", "sbg"}
        How customers leave beyond the follow-up: each band keeps its hazard of the last six months, both keep a common
        one, or by the shifted-beta-geometric model fitted to each band's curve. Refused where leaving is not seen.

    Examples
    --------
    >>> Economics(gross_margin=0.6, discount_rate_annual=0.1).discount(np.array([0, 12])).round(4)
    array([1.    , 0.9091])
    """

    section_name: ClassVar[str] = "economics"

    gross_margin: Share | tuple[Share, ...] | SegmentMargin
    discount_rate_annual: float = Field(ge=0.0, le=5.0)
    discount_timing: DiscountTiming = "month_end"
    upgrade_value: float = 0.0
    referral_value: float = 0.0
    programme_cost_upfront: float = Field(default=0.0, ge=0.0)
    programme_cost_monthly: float = Field(default=0.0, ge=0.0)
    programme_months: int | None = Field(default=None, ge=0, le=240)
    ramp_up_months: int = Field(default=1, ge=1, le=60)
    effect_months: int | None = Field(default=None, ge=1, le=240)
    optimism_adjustment: Share = 0.0
    cashable_share: Share = 0.0
    value_horizon_months: int | None = Field(default=None, ge=1, le=240)
    tail: Tail = "constant_hazard"

    @model_validator(mode="after")
    def _all_are_moved(self) -> Economics:
        if self.value_horizon_months is not None and self.ramp_up_months > self.value_horizon_months:
            raise SettingsError(
                f"[economics] ramp_up_months = {self.ramp_up_months} is longer than the {self.value_horizon_months} "
                "months valued, so some customers would never be moved",
                allowed="ramp_up_months up to value_horizon_months",
                hint="shorten the ramp-up, or value more months",
            )
        return self

    @field_validator("gross_margin", mode="before")
    @classmethod
    def _plain_margin(cls, margin: Any) -> Any:
        if isinstance(margin, Mapping):
            return SegmentMargin(**margin)
        if isinstance(margin, list | tuple):
            if not margin or not all(is_share(each) for each in margin):
                raise ValueError("shares between 0 and 1 by month, at least one")
            return tuple(float(each) for each in margin)
        if isinstance(margin, SegmentMargin) or is_share(margin):
            return margin
        raise SettingsError(
            f"[economics] gross_margin = {margin!r} is refused",
            allowed="a share between 0 and 1, a list of them by month, or a table { by = …, values = {…} }",
            hint=SHARE_HINT,
        )

    def discount(self, months: ArrayLike) -> Floats:
        """Return the discount factors of months.

        Parameters
        ----------
        months : array_like
            Months after time 0.

        Returns
        -------
        ndarray
            (1 + discount_rate_annual)^(−t/12), t being the month, earlier by ``discount_timing``; 1 at time 0.
        """
        when = np.asarray(months, dtype=np.float64)
        when = np.where(when > 0, when - EARLIER_BY[self.discount_timing], when)
        return np.asarray((1.0 + self.discount_rate_annual) ** (-when / 12.0))

    def margins(self, months: int) -> Floats:
        """Return what revenue is multiplied by in each month of the programme.

        Parameters
        ----------
        months : int
            Months valued.

        Returns
        -------
        ndarray of shape (months,)
            The gross margin; 0 where it goes by segment, for then gross profit is a metric of its own.
        """
        margin = self.gross_margin
        if isinstance(margin, SegmentMargin):
            return np.zeros(months)
        by_month = margin if isinstance(margin, tuple) else (margin,)
        return np.array([by_month[min(month, len(by_month) - 1)] for month in range(months)])

    def unit_values(self, metrics: tuple[Metric, ...], own: Mapping[str, float]) -> Floats:
        """Return the money that one unit of each metric adds to the contribution in the first month.

        Parameters
        ----------
        metrics : tuple of Metric
            The metrics measured.
        own : mapping of str to float
            Unit values of the user's own metrics.

        Returns
        -------
        ndarray of shape (M,)
            As :meth:`monthly_values` for month 1; later months differ only where the margin is given by month.
        """
        return self.monthly_values(metrics, own, 1)[:, 0]

    def largest_values(self, metrics: tuple[Metric, ...], own: Mapping[str, float], follow_up: int) -> Floats:
        """Return the largest money, in size, that one unit of each metric moves in any month valued.

        Parameters
        ----------
        metrics : tuple of Metric
            The metrics measured.
        own : mapping of str to float
            Unit values of the user's own metrics.
        follow_up : int
            Months of follow-up, which are valued where nothing else is said.

        Returns
        -------
        ndarray of shape (M,)
            0 for a metric that no month values.
        """
        months = self.value_horizon_months or follow_up
        return np.asarray(np.abs(self.monthly_values(metrics, own, months)).max(axis=1))

    def monthly_values(self, metrics: tuple[Metric, ...], own: Mapping[str, float], months: int) -> Floats:
        """Return the money that one unit of each metric adds to the contribution in each month of the programme.

        Parameters
        ----------
        metrics : tuple of Metric
            The metrics measured.
        own : mapping of str to float
            Unit values of the user's own metrics.
        months : int
            Months valued, K.

        Returns
        -------
        ndarray of shape (M, K)
            Margin for revenue, 1 for gross profit where the margin goes by segment, −1 for cost to serve, 0 for
            retained, which is worth what it brings.
        """
        standard: dict[str, float] = {
            RETAINED: 0.0,
            GROSS_PROFIT: float(isinstance(self.gross_margin, SegmentMargin)),
            COST_TO_SERVE: -1.0,
            UPGRADES: self.upgrade_value,
            REFERRALS: self.referral_value,
        }
        flat = [standard.get(metric.name, own.get(metric.name, 0.0)) for metric in metrics]
        units = np.repeat(np.array(flat)[:, None], months, axis=1)
        for at, metric in enumerate(metrics):
            if metric.name == REVENUE:
                units[at] = self.margins(months)
        return units

    def refuse_tail(self) -> None:
        """Refuse a tail that is set, for a base in which leaving is not seen.

        Raises
        ------
        SettingsError
            When it is set, be it to its default.
        """
        if "tail" in self.model_fields_set:
            raise SettingsError(
                f'[economics] tail = "{self.tail}" is set, and relationship is noncontractual: leaving is not seen, so '
                "nobody leaves by a model",
                allowed="no tail: beyond the follow-up every metric goes on at its mean of the last six months",
                hint="leave tail out of [economics]",
            )

    def without_programme(self) -> Economics:
        """Return the same without the programme's own cost.

        Returns
        -------
        Economics
            For segments, which bear no cost of their own.
        """
        return self.model_copy(update={"programme_cost_upfront": 0.0, "programme_cost_monthly": 0.0})
