"""The assumption register: every number that the user, not the data, puts into the value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxvalue.errors import SettingsError
from cxvalue.result import TableResult
from cxvalue.value.economics import EARLIER_BY, TAILS, Economics
from cxvalue.value.shift import Shift
from cxvalue.value.vary.assumption import Assumption, AssumptionSettings, GivenElsewhere, number_text
from cxvalue.value.vary.margin import GROSS_MARGIN, margin_assumption, margin_parts
from cxvalue.vocabulary import STANDARD_METRICS, leaving_is_seen

if TYPE_CHECKING:
    import pandas as pd

    from cxvalue.value.project import Projection

SHARE: Final = "share"
CUSTOMERS: Final = "customers"
UNIT_VALUE: Final = "unit_value_"
"""Before the name of a metric of the user's own."""

COLUMNS: Final = ("name", "value", "unit", "low", "high", "distribution", "source", "owner", "date", "note")
UNITS: Final[dict[str, str]] = {
    "discount_rate_annual": "share per year",
    "discount_timing": "months before its month's end at which money comes",
    "upgrade_value": "{currency} per upgrade",
    "referral_value": "{currency} per referral",
    "programme_cost_upfront": "{currency}",
    "programme_cost_monthly": "{currency} per month",
    "programme_months": "months that the programme runs",
    "ramp_up_months": "months over which customers are moved",
    "effect_months": "months after a move that count",
    "optimism_adjustment": "share of the gross value",
    "cashable_share": "share of lower cost to serve",
    "value_horizon_months": "months valued",
    "tail": "model of leaving beyond the follow-up: 1 constant_hazard, 2 equal_hazard, 3 sbg",
}
"""Fields of [economics] but the margin, in the order of the register."""
NAMED: Final = {"discount_timing": EARLIER_BY, "tail": TAILS}
"""Fields that hold a name, and the numbers by which the register has it."""
FIXED: Final = frozenset({"discount_timing", "tail", "value_horizon_months", "horizon_months"})
"""What is asked or known, and so has no range."""


@dataclass(frozen=True, slots=True, repr=False)
class Register(TableResult):
    """The assumption register.

    Parameters
    ----------
    assumptions : tuple of Assumption
        In the order of the settings.
    parts : tuple of Assumption
        The gross margin entry by entry, where it goes by month or by segment. They have no range of their own: a
        changed margin scales all of them by its ratio to their mean.
    """

    assumptions: tuple[Assumption, ...]
    parts: tuple[Assumption, ...] = ()

    def __getitem__(self, name: str) -> Assumption:
        """Return an assumption by its name.

        Parameters
        ----------
        name : str
            As in the settings.

        Returns
        -------
        Assumption
            The assumption.

        Raises
        ------
        SettingsError
            When there is none of that name.
        """
        for each in self.assumptions:
            if each.name == name:
                return each
        raise SettingsError.unknown_key(name, "the assumption register", [each.name for each in self.assumptions])

    def ranged(self) -> tuple[Assumption, ...]:
        """Return the assumptions with a range.

        Returns
        -------
        tuple of Assumption
            In the order of the register.
        """
        return tuple(each for each in self.assumptions if each.has_range)

    def rows(self) -> Iterator[Assumption]:
        """Yield all rows.

        Yields
        ------
        Assumption
            The assumptions; after the margin its entries.
        """
        for each in self.assumptions:
            yield each
            if each.name == GROSS_MARGIN:
                yield from self.parts

    def to_frame(self) -> pd.DataFrame:
        """Return the register as a table.

        Returns
        -------
        pandas.DataFrame
            Columns name, value, unit, low, high, distribution, source, owner, date, note; empty cells are None.
        """
        import pandas as pd  # noqa: PLC0415  slow to load; settings are read without

        return pd.DataFrame([register_row(each) for each in self.rows()], columns=list(COLUMNS))

    def summary(self) -> str:
        """Return the register as plain text.

        Returns
        -------
        str
            A line an assumption.
        """
        return "\n".join(register_line(each) for each in self.rows())


def register_row(each: Assumption) -> dict[str, Any]:
    """Return an assumption as a row.

    Parameters
    ----------
    each : Assumption
        The assumption.

    Returns
    -------
    dict
        By column of the register; the date in ISO form, None where there is nothing.
    """
    row = {name: getattr(each, name) for name in COLUMNS}
    return row | {
        "owner": each.owner or None, "note": each.note or each.set_aside or None,
        "date": None if each.date is None else each.date.isoformat(),
    }  # fmt: skip


def register_line(each: Assumption) -> str:
    """Return an assumption as a line of text.

    Parameters
    ----------
    each : Assumption
        The assumption.

    Returns
    -------
    str
        Name, value, unit, range, source.
    """
    value = "not known" if each.value is None else number_text(each.value)
    low, high = each.shown_range()
    span = f", {number_text(low)} to {number_text(high)} ({each.distribution})" if each.has_range else ""
    told = [each.source, each.owner, "" if each.date is None else each.date.isoformat(), each.note or each.set_aside]
    return f"{each.name} {value} {each.unit}{span} [{'; '.join(text for text in told if text)}]"


def economic_assumption(name: str, economics: Economics | None, months: int, currency: str) -> Assumption:
    """Return a field of ``[economics]`` other than the margin as an assumption.

    Parameters
    ----------
    name : str
        The field.
    economics : Economics or None
        Assumptions; None where there are none yet.
    months : int
        Months valued, which open fields come to.
    currency : str
        Of all money.

    Returns
    -------
    Assumption
        With the values that the field allows.
    """
    field = Economics.model_fields[name]
    least = next((float(rule.ge) for rule in field.metadata if getattr(rule, "ge", None) is not None), -np.inf)
    most = next((float(rule.le) for rule in field.metadata if getattr(rule, "le", None) is not None), np.inf)
    if name == "ramp_up_months":
        most = min(most, float(months))
    value: Any = None if economics is None else getattr(economics, name)
    is_open = economics is not None and value is None
    if name in NAMED and value is not None:
        value = NAMED[name][value]
    return Assumption(
        name,
        float(months) if is_open else None if value is None else float(value),
        UNITS[name].format(currency=currency),
        "settings" if economics is not None and name in economics.model_fields_set else "default",
        least,
        most,
        whole=name.endswith("_months"),
        can_vary=name not in FIXED,
        is_open=is_open,
    )


def list_assumptions(
    economics: Economics | None,
    shift: Shift,
    *,
    own_values: Mapping[str, float],
    active_customers: float | None,
    follow_up: int,
    currency: str,
    is_seen: bool = True,
) -> tuple[Assumption, ...]:
    """Return every assumption that there is, as the settings set it.

    Parameters
    ----------
    economics : Economics or None
        Assumptions; None where there are none yet.
    shift : Shift
        Who moves.
    own_values : mapping of str to float
        Unit values; those of standard metrics are left out.
    active_customers : float or None
        Customers of whom the from-band's share is taken; None where that is not known yet.
    follow_up : int
        Months of follow-up.
    currency : str
        Of all money.
    is_seen : bool
        Whether leaving is seen; without it there is no tail.

    Returns
    -------
    tuple of Assumption
        Without ranges.
    """
    months = (economics.value_horizon_months if economics is not None else None) or follow_up
    found = [margin_assumption(economics, months)]
    fields = [name for name in UNITS if is_seen or name != "tail"]
    found += [economic_assumption(name, economics, months, currency) for name in fields]
    own = {name: value for name, value in own_values.items() if name not in STANDARD_METRICS}
    found += [
        Assumption(f"{UNIT_VALUE}{name}", float(value), f"{currency} per unit", "settings")
        for name, value in own.items()
    ]
    given = shift.customers is not None
    moved = f"share of the {shift.from_band} that moves"
    return (
        *found,
        Assumption(SHARE, shift.share, moved, "settings", 0.0, 1.0),
        Assumption(
            CUSTOMERS, shift.customers if given else active_customers, "customers", "settings" if given else "default",
            least=0.0, is_open=not given,
        ),
        Assumption("horizon_months", float(follow_up), "months of follow-up", "settings", can_vary=False),
    )  # fmt: skip


def state_assumptions(known: tuple[Assumption, ...], given: Mapping[str, AssumptionSettings]) -> tuple[Assumption, ...]:
    """Return assumptions with what the settings say of them.

    Parameters
    ----------
    known : tuple of Assumption
        From :func:`list_assumptions`.
    given : mapping of str to AssumptionSettings
        Sections ``[assumptions.NAME]``.

    Returns
    -------
    tuple of Assumption
        The same, with ranges and sources.

    Raises
    ------
    SettingsError
        When there is no assumption of a name, or a range is refused.
    """
    names = [each.name for each in known]
    for name in given:
        if name not in names:
            raise SettingsError.unknown_key(name, "[assumptions]", names)
    return tuple(each.stated(given[each.name]) if each.name in given else each for each in known)


def still_stated(
    given: Mapping[str, AssumptionSettings], settled: tuple[Assumption, ...], asked: tuple[Assumption, ...]
) -> dict[str, AssumptionSettings]:
    """Return what the settings say of assumptions, marked where another value is asked about than theirs.

    Parameters
    ----------
    given : mapping of str to AssumptionSettings
        Sections ``[assumptions.NAME]``.
    settled, asked : tuple of Assumption
        From :func:`list_assumptions`, for the settings and for what is asked.

    Returns
    -------
    dict of str to AssumptionSettings
        Of those whose value, or whose bounds, are not the settings' the value that they were given for goes with it:
        see :meth:`~cxvalue.value.vary.assumption.Assumption.stated`.
    """
    now = {each.name: (each.value, each.least, each.most, each.can_vary) for each in asked}
    meant = {
        each.name: each.value
        for each in settled
        if each.name in now and now[each.name] != (each.value, each.least, each.most, each.can_vary)
    }
    return {
        name: GivenElsewhere(**stated.model_dump(exclude_unset=True), given_for=meant[name])
        if name in meant
        else stated
        for name, stated in given.items()
    }


def make_register(projection: Projection, given: Mapping[str, AssumptionSettings]) -> Register:
    """Return the assumption register of a value.

    Parameters
    ----------
    projection : Projection
        The value, with its economics, shift and head count.
    given : mapping of str to AssumptionSettings
        Sections ``[assumptions.NAME]``.

    Returns
    -------
    Register
        Every assumption, with its value also where the settings leave it to the data.

    Raises
    ------
    SettingsError
        When there is no assumption of a name, or a range is refused.
    """
    move, economics = projection.move, projection.economics
    measured = {metric.name for metric in move.metrics}
    known = list_assumptions(
        economics, projection.shift,
        own_values={name: value for name, value in move.own_values.items() if name in measured},
        active_customers=move.active_customers, follow_up=move.follow_up, currency=projection.currency,
        is_seen=leaving_is_seen(move.metrics),
    )  # fmt: skip
    return Register(state_assumptions(known, given), margin_parts(economics, projection.months))
