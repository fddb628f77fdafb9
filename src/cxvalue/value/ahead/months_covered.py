"""Months covered: where figures that stop with the follow-up cover fewer months than the study's value."""

from __future__ import annotations

from dataclasses import dataclass

from cxvalue.result import Brief
from cxvalue.value.economics import Economics


@dataclass(frozen=True, slots=True, repr=False)
class MonthsCovered(Brief):
    """The months that a figure is added up over, and those that the study's value is.

    Parameters
    ----------
    figure : int
        Months of follow-up that the figure is added up over.
    study : int
        Months that the study's value is added up over.
    follow_up_only : bool
        Whether the study's value goes on beyond the follow-up, and the figure does not.

    Examples
    --------
    >>> MonthsCovered(24, 24, follow_up_only=False).text, MonthsCovered(24, 36, follow_up_only=True).text
    ('over 24 months', 'over the 24 months of follow-up')
    """

    figure: int
    study: int
    follow_up_only: bool

    @property
    def text(self) -> str:
        """The months of the figure in words."""
        return f"over the {self.figure} months of follow-up" if self.follow_up_only else f"over {self.figure} months"

    @property
    def suffix(self) -> str:
        """What a unit adds where the figure covers fewer months than the study's value; else nothing."""
        return f" {self.text}" if self.follow_up_only else ""


def cover_months(economics: Economics, *, figure: int, follow_up: int) -> MonthsCovered:
    """Return which months a figure covers that stops with the follow-up.

    Parameters
    ----------
    economics : Economics
        Assumptions: months valued, and months in which an effect counts.
    figure : int
        Months of follow-up that the figure is added up over.
    follow_up : int
        Months of follow-up.

    Returns
    -------
    MonthsCovered
        Beyond the last month in which an effect counts there is nothing to leave out.

    Examples
    --------
    >>> terms = {"gross_margin": 0.5, "discount_rate_annual": 0.1, "value_horizon_months": 36}
    >>> cover_months(Economics(**terms), figure=24, follow_up=24).follow_up_only
    True
    >>> cover_months(Economics(**terms, effect_months=12), figure=12, follow_up=24).follow_up_only
    False
    """
    study = economics.value_horizon_months or follow_up
    return MonthsCovered(figure, study, min(study, economics.effect_months or study) > follow_up)
