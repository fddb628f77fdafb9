"""The shift: which share of which band moves where. Section ``[shift]``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field, model_validator

from cxvalue.errors import SettingsError
from cxvalue.section import Section
from cxvalue.vocabulary import BANDS, DISSATISFIED, NEUTRAL, Band


@dataclass(frozen=True, slots=True)
class Shift:
    """A random share of the customers now in one band moves to another; then nature runs.

    Parameters
    ----------
    from_band : Band
        Where they are now.
    to_band : Band
        Where they move; their scores are then those of its customers with the same covariates.
    share : float
        Share of the customers **now in the from-band** that moves, above 0 and up to 1: 5 % of the dissatisfied is
        not five points of the base.
    customers : float, optional
        Customers of whom P(from-band) is taken; default those active at ``as_of``.

    Raises
    ------
    SettingsError
        For an unknown band or a share outside (0, 1].

    Examples
    --------
    >>> Shift("dissatisfied", "neutral", share=0.05).label()
    '5 % of the dissatisfied to neutral'
    """

    from_band: Band = DISSATISFIED
    to_band: Band = NEUTRAL
    share: float = 0.05
    customers: float | None = None

    def __post_init__(self) -> None:
        for name, band in (("from", self.from_band), ("to", self.to_band)):
            if band not in BANDS:
                raise SettingsError(f"[shift] {name} = {band!r} is no band", allowed=", ".join(BANDS))
        if not 0.0 < self.share <= 1.0:
            raise SettingsError(
                f"[shift] share = {self.share!r} is refused",
                allowed="above 0 and up to 1",
                hint="5 % of the customers in the from-band is share = 0.05",
            )
        if self.customers is not None and not self.customers > 0:
            raise SettingsError(f"[shift] customers = {self.customers!r} is refused", allowed="a positive number")

    def label(self) -> str:
        """Return the shift in words.

        Returns
        -------
        str
            Such as ``5 % of the dissatisfied to neutral``.
        """
        return f"{self.share * 100:g} % of the {self.from_band} to {self.to_band}"


class ShiftSettings(Section):
    """Section ``[shift]``.

    Parameters
    ----------
    from_band, to_band : Band
        Keys ``from`` and ``to``.
    share : float
        Share of the from-band that moves.
    customers : float, optional
        Customers of whom P(from-band) is taken.
    """

    section_name: ClassVar[str] = "shift"

    from_band: str = Field(default=DISSATISFIED, alias="from")
    to_band: str = Field(default=NEUTRAL, alias="to")
    share: float = Field(default=0.05, allow_inf_nan=True)
    customers: float | None = None

    @model_validator(mode="after")
    def _is_a_shift(self) -> ShiftSettings:
        self.shift()
        return self

    def shift(self) -> Shift:
        """Return the shift.

        Returns
        -------
        Shift
            The shift.

        Raises
        ------
        SettingsError
            For an unknown band, twice the same band, or a share outside (0, 1].
        """
        bands: dict[str, Band] = {band: band for band in BANDS}
        for name, band in (("from", self.from_band), ("to", self.to_band)):
            if band not in bands:
                raise SettingsError(f"[shift] {name} = {band!r} is no band", allowed=", ".join(BANDS))
        if self.from_band == self.to_band:
            raise SettingsError(
                f"[shift] from and to are both {self.from_band!r}, so nobody moves",
                allowed="two different bands",
                hint='from = "dissatisfied" and to = "neutral" are the default',
            )
        return Shift(bands[self.from_band], bands[self.to_band], self.share, self.customers)
