"""What the books say: totals and counts that the panels are held against. Section ``[reconciliation]``."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator, model_validator

from cxvalue.errors import SettingsError
from cxvalue.section import Section
from cxvalue.vocabulary import parse_month

CUSTOMERS = "customers"
"""Name under which a stated number of customers stands in the section; all other names are metrics."""


def checked_month(month: str) -> str:
    """Return a month as it stands, or refuse it.

    Parameters
    ----------
    month : str
        ``YYYY-MM``.

    Returns
    -------
    str
        The month.
    """
    parse_month(month)
    return month


class LedgerTotal(Section):
    """A metric in ``[reconciliation]``: what the ledger says it came to over some months.

    Parameters
    ----------
    total : float
        The ledger's total, in the panel's unit.
    from_month, to_month : str
        Keys ``from`` and ``to``: first and last month (``YYYY-MM``), both included.
    tolerance : float
        By what share of the ledger's total the panel may differ from it.
    """

    section_name: ClassVar[str] = "reconciliation.METRIC"

    total: float
    from_month: str = Field(alias="from")
    to_month: str = Field(alias="to")
    tolerance: float = Field(default=0.01, ge=0.0, le=1.0)

    _is_month = field_validator("from_month", "to_month")(checked_month)

    @model_validator(mode="after")
    def _in_order(self) -> LedgerTotal:
        if parse_month(self.from_month) > parse_month(self.to_month):
            raise SettingsError(
                f"[{self.section_name}] from = {self.from_month} lies after to = {self.to_month}",
                allowed="the first month, then the last; both are included",
            )
        return self


class StatedCount(Section):
    """Key ``customers`` of ``[reconciliation]``: how many customers the company says it had in a month.

    Parameters
    ----------
    count : float
        Customers.
    month : str
        The month (``YYYY-MM``).
    tolerance : float
        By what share of the count the active customers may differ from it.
    """

    section_name: ClassVar[str] = "reconciliation.customers"

    count: float = Field(gt=0)
    month: str
    tolerance: float = Field(default=0.01, ge=0.0, le=1.0)

    _is_month = field_validator("month")(checked_month)


def read_ledger(name: str, value: object) -> LedgerTotal | StatedCount:
    """Return the settings of one figure of the books.

    Parameters
    ----------
    name : str
        A metric, or ``customers``.
    value : dict, LedgerTotal or StatedCount
        Its keys.

    Returns
    -------
    LedgerTotal or StatedCount
        The settings.

    Raises
    ------
    SettingsError
        When a key or value is refused; names the figure.
    """
    wanted = StatedCount if name == CUSTOMERS else LedgerTotal
    if not isinstance(value, dict):
        if isinstance(value, wanted):
            return value
        keys = "{ count = .., month = .. }" if wanted is StatedCount else "{ total = .., from = .., to = .. }"
        raise SettingsError(f"[reconciliation] {name} = {value!r} is refused", allowed=f"{name} = {keys}")
    try:
        return wanted(**value)
    except SettingsError as error:
        what = error.what.replace("reconciliation.METRIC", f"reconciliation.{name}")
        raise SettingsError(what, allowed=error.allowed, hint=error.hint) from None
