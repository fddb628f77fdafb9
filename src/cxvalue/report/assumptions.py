"""Assumptions: every number that the user, not the data, put into the value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cxvalue.report.study_results import StudyResults
from cxvalue.vocabulary import STANDARD_METRICS

PER_YEAR: Final = "share per year"


def list_assumptions(results: StudyResults) -> list[dict[str, Any]]:
    """Return the assumptions behind the value.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    list of dict
        Keys name, value, unit, low, high and source. ``source`` is ``settings`` or ``default``; ``low`` and ``high``
        are None where no range was given.
    """
    currency, shift = results.currency, results.shift
    units = {
        "gross_margin": "share of revenue, before cost to serve", "discount_rate_annual": PER_YEAR,
        "upgrade_value": f"{currency} per upgrade", "referral_value": f"{currency} per referral",
        "programme_cost_upfront": currency, "programme_cost_monthly": f"{currency} per month",
        "value_horizon_months": "months",
    }  # fmt: skip
    given = results.economics.model_fields_set
    rows = [
        assumption(name, getattr(results.economics, name), unit, source_of(name in given))
        for name, unit in units.items()
    ]
    rows += [
        assumption(f"{name}: unit_value", value, f"{currency} per unit", source_of(True))
        for name, value in own_unit_values(results.settings)
    ]
    rows.append(assumption("share", shift.share, f"share of the {shift.from_band} that moves", source_of(True)))
    rows.append(assumption("customers", shift.customers, "customers", source_of(shift.customers is not None)))
    rows.append(assumption("horizon_months", results.horizon_months, "months of follow-up", source_of(True)))
    return rows


def assumption(name: str, value: float | None, unit: str, source: str) -> dict[str, Any]:
    """Return one assumption as a row.

    Parameters
    ----------
    name : str
        As in the settings.
    value : float or None
        None where the settings leave it to the data.
    unit : str
        Its unit.
    source : str
        Where it comes from.

    Returns
    -------
    dict
        The row.
    """
    number = None if value is None else float(value)
    return {"name": name, "value": number, "unit": unit, "low": None, "high": None, "source": source}


def source_of(is_given: bool) -> str:
    """Return where a value comes from.

    Parameters
    ----------
    is_given : bool
        Whether the settings name it.

    Returns
    -------
    str
        ``settings`` or ``default``.
    """
    return "settings" if is_given else "default"


def own_unit_values(settings: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the unit values of the user's own metrics.

    Parameters
    ----------
    settings : mapping
        All settings, plain.

    Yields
    ------
    tuple of str and float
        Metric and money per unit.
    """
    panels: Mapping[str, Any] = settings.get("panels") or {}
    wide: Mapping[str, Any] = settings.get("panel") or {}
    for name, panel in (*panels.items(), *(wide.get("metrics") or {}).items()):
        if name not in STANDARD_METRICS and isinstance(panel, Mapping) and "unit_value" in panel:
            yield name, float(panel["unit_value"])
