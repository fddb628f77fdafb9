"""Assumption: a number that the user, not the data, puts into the value. Sections ``[assumptions.NAME]``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import ClassVar, Final, NoReturn

import numpy as np

from cxvalue.errors import SettingsError
from cxvalue.result import Brief
from cxvalue.section import Section
from cxvalue.value.vary.distribution import Distribution, DistributionKind

SHOWN_REACH: Final = 0.1
"""Share of its value by which an assumption without a range is moved, for display only."""


class AssumptionSettings(Section):
    """Section ``[assumptions.NAME]``: how sure an assumption is, and who says so.

    Parameters
    ----------
    low, high : float, optional
        Between which values it lies; both or neither, the value itself between them.
    distribution : {"triangular", "pert", "normal", "lognormal", "uniform"}
        How likely the values are. For triangular, pert and uniform low and high are the ends, and for the first two the
        value is the most likely one. For normal and lognormal 90 % lie between low and high, whatever the value.
    unit : str, optional
        In place of the library's own wording.
    source, owner : str, optional
        Where it comes from, and who answers for it.
    date : date, optional
        When it was last looked at.
    note : str, optional
        What else to say.
    """

    section_name: ClassVar[str] = "assumptions.NAME"

    low: float | None = None
    high: float | None = None
    distribution: DistributionKind = "pert"
    unit: str = ""
    source: str = ""
    owner: str = ""
    date: dt.date | None = None
    note: str = ""


def read_assumption(name: str, value: object) -> AssumptionSettings:
    """Return the settings of one assumption.

    Parameters
    ----------
    name : str
        NAME in ``[assumptions.NAME]``.
    value : dict or AssumptionSettings
        Its keys.

    Returns
    -------
    AssumptionSettings
        The settings.

    Raises
    ------
    SettingsError
        When a key or value is refused; names the assumption's own section.
    """
    if isinstance(value, AssumptionSettings):
        return value
    if not isinstance(value, dict):
        raise SettingsError(
            f"[assumptions] {name} = {value!r} is refused",
            allowed=f"a section [assumptions.{name}] with low, high, source, …",
            hint="the value itself stands where it is used, in [economics], [shift] or [panels.NAME]",
        )
    try:
        return AssumptionSettings(**value)
    except SettingsError as error:
        what = error.what.replace("assumptions.NAME", f"assumptions.{name}")
        raise SettingsError(what, allowed=error.allowed, hint=error.hint) from None


class GivenElsewhere(AssumptionSettings):
    """What the settings say of an assumption, where another value is asked about than theirs.

    Parameters
    ----------
    given_for : float, optional
        The settings' value; None where they leave it to the data.
    """

    given_for: float | None = None


def number_text(value: float) -> str:
    """Return a number in few digits and without powers of ten.

    Parameters
    ----------
    value : float
        The number.

    Returns
    -------
    str
        Whole from 1,000 on; below, up to four significant digits.

    Examples
    --------
    >>> number_text(0.594444), number_text(24.0), number_text(1250000.4)
    ('0.5944', '24', '1,250,000')
    """
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.4g}"


@dataclass(frozen=True, slots=True, repr=False)
class Assumption(Brief):
    """A number that the user puts into the value, as the register holds it.

    Parameters
    ----------
    name : str
        As in the settings; ``unit_value_`` and the metric for a metric of the user's own.
    value : float or None
        None where it is not known yet.
    unit : str
        Its unit.
    source : str
        Where it comes from: what the user says, else ``settings`` or ``default``.
    least, most : float
        Values that it may take.
    whole : bool
        Whether it is a whole number.
    can_vary : bool
        Whether it may have a range. What is asked (the months valued) and what is known (the timing) may not.
    is_open : bool
        Whether the settings leave it to the data, or to the months valued.
    low, high : float or None
        Its range; None where none was given.
    distribution : str or None
        Of values within the range; None without one.
    owner : str
        Who answers for it.
    date : date or None
        When it was last looked at.
    note : str
        What else to say.
    set_aside : str
        What range was given, but for another value that leaves this one out, and so is not used; empty without one.
    """

    name: str
    value: float | None
    unit: str
    source: str
    least: float = -np.inf
    most: float = np.inf
    whole: bool = False
    can_vary: bool = True
    is_open: bool = False
    low: float | None = None
    high: float | None = None
    distribution: DistributionKind | None = None
    owner: str = ""
    date: dt.date | None = None
    note: str = ""
    set_aside: str = ""

    def stated(self, given: AssumptionSettings) -> Assumption:
        """Return the assumption with what the settings say of it.

        Parameters
        ----------
        given : AssumptionSettings
            Its section.

        Returns
        -------
        Assumption
            The same value, with its range and its source. What was given for another value holds here too where the
            range holds this value; else it is left out, and ``set_aside`` says so.

        Raises
        ------
        SettingsError
            When the range is half given, turned round, not around the value, or holds what cannot be.
        """
        if isinstance(given, GivenElsewhere) and not self.lies_within(given):
            return self if given.low is None else replace(self, set_aside=self.why_not(given))
        told = replace(
            self, unit=given.unit or self.unit, source=given.source or self.source, owner=given.owner, date=given.date,
            note=given.note,
        )  # fmt: skip
        if given.low is None and given.high is None:
            if "distribution" in given.model_fields_set:
                self.refuse("has a distribution and no range", hint="add low = … and high = …")
            return told
        if given.low is None or given.high is None:
            self.refuse("gives only one of low and high", allowed="both or neither")
        self.check_range(given.low, given.high)
        if given.distribution == "lognormal" and given.low <= 0:
            self.refuse(f"low = {number_text(given.low)} is refused", allowed="above 0 for a lognormal distribution")
        return replace(told, low=given.low, high=given.high, distribution=given.distribution)

    def lies_within(self, given: AssumptionSettings) -> bool:
        """Return whether a range holds the value, and nothing that cannot be.

        Parameters
        ----------
        given : AssumptionSettings
            The range.

        Returns
        -------
        bool
            False without a range.
        """
        if given.low is None or given.high is None or self.value is None or not self.can_vary:
            return False
        return self.least <= given.low <= self.value <= given.high <= self.most

    def why_not(self, given: GivenElsewhere) -> str:
        """Return that a range is not used.

        Parameters
        ----------
        given : GivenElsewhere
            The range, and the value that it was given for.

        Returns
        -------
        str
            Both values.

        Examples
        --------
        >>> Assumption("share", 0.2, "share", "settings").why_not(GivenElsewhere(low=0.03, high=0.07, given_for=0.05))
        'range given for 0.05, not used for 0.2'
        """
        meant = "the value measured" if given.given_for is None else number_text(given.given_for)
        here = "what is asked" if self.value is None else number_text(self.value)
        return f"range given for {meant}, not used for {here}"

    def check_range(self, low: float, high: float) -> None:
        """Refuse a range that cannot be.

        Parameters
        ----------
        low, high : float
            The range.

        Raises
        ------
        SettingsError
            Says what is wrong with it.
        """
        if not self.can_vary:
            self.refuse(
                "takes no low and high: it is what is asked, not what is uncertain",
                allowed="source, owner, date, note, unit",
                hint="run the study once with each value",
            )
        if not low < high:
            self.refuse(f"low = {number_text(low)} is not below high = {number_text(high)}")
        for key, end in (("low", low), ("high", high)):
            if not self.least <= end <= self.most or (self.whole and end != int(end)):
                self.refuse(f"{key} = {number_text(end)} is refused", allowed=self.allowed())
        if self.value is not None and not low <= self.value <= high:
            self.refuse(
                f"runs from {number_text(low)} to {number_text(high)} and leaves out the value itself, "
                f"{number_text(self.value)}",
                allowed="low ≤ value ≤ high",
                hint=f"it is not set and then comes to {number_text(self.value)}; set it, or widen the range"
                if self.is_open
                else "widen the range, or correct the value where it is set",
            )

    def refuse(self, what: str, *, allowed: str = "", hint: str = "") -> NoReturn:
        """Raise the error for a section that is refused.

        Parameters
        ----------
        what : str
            What is wrong.
        allowed : str
            What is allowed.
        hint : str
            One thing to do.

        Raises
        ------
        SettingsError
            Always.
        """
        raise SettingsError(f"[assumptions.{self.name}] {what}", allowed=allowed, hint=hint)

    def allowed(self) -> str:
        """Return the values that it may take, in words.

        Returns
        -------
        str
            Such as ``0 to 1``.

        Examples
        --------
        >>> Assumption("share", 0.05, "share", "settings", least=0.0, most=1.0).allowed()
        '0 to 1'
        """
        kind = "whole numbers" if self.whole else "numbers"
        if np.isfinite(self.most):
            return f"{'whole numbers from ' if self.whole else ''}{self.least:g} to {self.most:.6g}"
        return f"{kind} from {self.least:g}" if np.isfinite(self.least) else kind

    @property
    def has_range(self) -> bool:
        """Whether low and high were given."""
        return self.low is not None

    def shown_range(self) -> tuple[float, float]:
        """Return the ends between which a figure moves it.

        Returns
        -------
        tuple of float
            Its range; without one 10 % of its value to either side, within what it may be, whole where it is whole;
            twice the value where it cannot be moved.
        """
        value = 0.0 if self.value is None else self.value
        if self.low is not None and self.high is not None:
            return self.low, self.high
        if not self.can_vary or self.is_open:
            return value, value
        reach = SHOWN_REACH * abs(value)
        ends = np.clip([value - reach, value + reach], self.least, self.most)
        low, high = np.rint(ends) if self.whole else ends
        return float(low), float(high)

    def spread(self) -> Distribution | None:
        """Return how likely its values are.

        Returns
        -------
        Distribution or None
            None without a range.
        """
        if self.low is None or self.high is None or self.distribution is None:
            return None
        mode = self.low if self.value is None else self.value
        return Distribution(self.distribution, self.low, mode, self.high, self.least, self.most)
