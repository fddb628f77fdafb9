"""The settings of linking: section ``[study]``."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from cxvalue.errors import SettingsError
from cxvalue.section import Section
from cxvalue.vocabulary import Relationship, parse_month

DEFAULT_ACTIVE_MONTHS = 12


class StudySettings(Section):
    """Section ``[study]``.

    Parameters
    ----------
    name : str
        The study's name, for titles.
    currency : str
        Currency of all money.
    relationship : {"contractual", "noncontractual"}
        Leaving is seen; or it is not, and a customer is active who bought within the last months.
    active_months : int
        Of a non-contractual base: months, that of the answer included, within which a purchase makes a customer
        active.
    as_of : str, optional
        Month (``YYYY-MM``) that the value refers to; default the last month with at least 5 % as many answers as
        the busiest one.
    horizon_months : int
        Months of follow-up, 1 to 60.
    baseline_months : int
        Months over which baseline covariates are averaged.
    baseline_end : {"m0", "m0-1"}
        Last month of the baseline: the month of the answer, or the one before.
    amounts_lag_months : int
        Months before the end of the baseline at which the ``baseline_months`` end over which amounts (revenue, cost
        to serve, metrics of the user's own) are averaged, 0 to 24.
    groups : int
        Groups of customers for the jackknife.
    draws : int
        Draws that carry the uncertainty into cash flow and NPV.
    seed : int
        Seed of the draws.
    confidence : float
        Level of the intervals.
    """

    section_name: ClassVar[str] = "study"

    name: str = "study"
    currency: str = Field(default="EUR", min_length=1)
    relationship: Relationship = "contractual"
    active_months: int = Field(default=DEFAULT_ACTIVE_MONTHS, ge=1, le=60)
    as_of: str | None = None
    horizon_months: int = Field(default=24, ge=1, le=60)
    baseline_months: int = Field(default=3, ge=1, le=24)
    baseline_end: Literal["m0", "m0-1"] = "m0"
    amounts_lag_months: int = Field(default=0, ge=0, le=24)
    groups: int = Field(default=100, ge=10, le=1000)
    draws: int = Field(default=1000, ge=100, le=100_000)
    seed: int = Field(default=1, ge=0)
    confidence: float = Field(default=0.95, gt=0.5, lt=1.0)

    @field_validator("as_of")
    @classmethod
    def _is_month(cls, as_of: str | None) -> str | None:
        if as_of is not None:
            parse_month(as_of)
        return as_of

    @model_validator(mode="after")
    def _active_months_need_purchases(self) -> StudySettings:
        if self.relationship == "contractual" and self.active_months != DEFAULT_ACTIVE_MONTHS:
            raise SettingsError(
                f'[study] active_months = {self.active_months} does not go with relationship = "contractual"',
                allowed="active_months in a non-contractual study; otherwise the retention panel says who is active",
                hint='set relationship = "noncontractual", or remove active_months',
            )
        return self

    @property
    def purchase_window(self) -> int | None:
        """Months within which a purchase makes a customer active; None where leaving is seen."""
        return None if self.relationship == "contractual" else self.active_months
