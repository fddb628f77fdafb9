"""The inputs of the workbook: every assumption that a reader may change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.styles import Kind
from cxvalue.value.economics import EARLIER_BY, SegmentMargin
from cxvalue.value.vary.assumptions import UNIT_VALUE
from cxvalue.value.vary.margin import GROSS_MARGIN, margin_entries
from cxvalue.vocabulary import COST_TO_SERVE, GROSS_PROFIT, REFERRALS, REVENUE, UPGRADES, Metric

UNIT_NAMES: Final = {UPGRADES: "upgrade_value", REFERRALS: "referral_value"}
TIMINGS: Final = tuple(EARLIER_BY)
LONGEST: Final = 240
"""Months that the settings allow at most."""
FACTOR: Final = "gross_margin_factor"
"""Stands for the gross margin where that goes by month or by segment: all entries are scaled alike."""
SMALLEST_MARGIN: Final = 1e-6
"""So small a margin may be scaled up as far as anybody wants."""


@dataclass(frozen=True, slots=True)
class InputRow:
    """An assumption that a reader may change.

    Parameters
    ----------
    name : str
        Name of the cell that formulas read; that of the setting.
    label : str
        For readers.
    unit : str
        Its unit.
    value : float or str
        As it was in the run.
    kind : str
        How a number is written.
    meaning : str
        What it does.
    least, most : float or None
        Allowed values; None without a limit.
    worse : {"low", "high"}
        Which end of its range makes the value smaller, where the value of a move is above 0.
    low, high : float or None
        The range; None where none was given.
    source, owner, date, note : str
        From the register of assumptions.
    """

    name: str
    label: str
    unit: str
    value: float | str
    kind: Kind
    meaning: str
    least: float | None = 0.0
    most: float | None = None
    worse: str = "low"
    low: float | None = None
    high: float | None = None
    source: str = ""
    owner: str = ""
    date: str = ""
    note: str = ""

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are allowed."""
        return self.name.endswith("_months")


def input_rows(
    model: BookModel, register: pd.DataFrame, worse: Mapping[str, str] | None = None
) -> tuple[InputRow, ...]:
    """Return the assumptions that a reader may change.

    Parameters
    ----------
    model : BookModel
        The model.
    register : pandas.DataFrame
        The register of assumptions: columns name, value, low, high, source, owner, date, note.
    worse : mapping of str to str, optional
        Which end of an assumption's range makes the net present value smaller, ``low`` or ``high``, where known.

    Returns
    -------
    tuple of InputRow
        Who moves, what outcomes are worth, the programme, the valuation.
    """
    rows = (*shift_rows(model), *worth_rows(model), *programme_rows(model), *valuation_rows(model))
    known = {str(entry["name"]): entry for entry in register.to_dict("records")}
    ends = {FACTOR: (worse or {}).get(GROSS_MARGIN, "low"), **(worse or {})}
    return tuple(with_register(replace(row, worse=ends.get(row.name, row.worse)), known) for row in rows)


def shift_rows(model: BookModel) -> Iterable[InputRow]:
    """Return who moves.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    iterable of InputRow
        Share and customers.
    """
    shift, move = model.value.shift, model.move
    return (
        InputRow(
            "share", "Share that moves", f"share of the {shift.from_band}", shift.share, "percent",
            f"Of the customers now {shift.from_band}, the share that moves to {shift.to_band}.", most=1.0,
        ),
        InputRow(
            "customers", "Customers", "customers", float(move.active_customers), "whole",
            f"Customers of whom the share now {shift.from_band} is taken: those active in {model.as_of}"
            + (", unless the settings name another number." if shift.customers is None else ", as the settings say."),
        ),
    )  # fmt: skip


def worth_rows(model: BookModel) -> Iterable[InputRow]:
    """Return what outcomes are worth.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    iterable of InputRow
        Margin and unit values of the metrics measured.
    """
    economics, currency, names = model.economics, model.value.currency, unit_names(model.metrics)
    rows = []
    for metric in model.metrics[1:]:
        if metric.name == REVENUE:
            rows.append(margin_row(model))
        elif metric.name in UNIT_NAMES:
            value = economics.upgrade_value if metric.name == UPGRADES else economics.referral_value
            one = metric.name.removesuffix("s")
            what = "Money that the revenue panel does not show within the months valued."
            if metric.name == REFERRALS:
                what = "Share who would not have joined otherwise × value of a customer + acquisition cost saved."
            rows.append(InputRow(
                names[metric.name], f"Value of an {one}" if one[0] in "aeiou" else f"Value of a {one}",
                f"{currency} per {one}", value, "amount", what, least=None,
            ))  # fmt: skip
        elif metric.name not in (COST_TO_SERVE, GROSS_PROFIT):
            rows.append(InputRow(
                names[metric.name], f"Unit value of {metric.name}", f"{currency} per unit",
                model.move.own_values.get(metric.name, 0.0), "amount", "Money that one unit adds.", least=None,
            ))  # fmt: skip
    return rows


def margin_row(model: BookModel) -> InputRow:
    """Return the gross margin, or where it goes by month the factor on it.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    InputRow
        The row.
    """
    margin = model.economics.gross_margin
    if isinstance(margin, float | int):
        what = "What is left of revenue before cost to serve, which is a line of its own."
        return InputRow("gross_margin", "Gross margin", "share of revenue", margin, "percent", what, most=1.0)
    by = "segment" if isinstance(margin, SegmentMargin) else "month"
    what = f"Multiplies all gross margins by {by}, which stand below."
    most = 1.0 / max(*margin_entries(model.economics, model.months).tolist(), SMALLEST_MARGIN)
    return InputRow(FACTOR, "Factor on the gross margins", "factor", 1.0, "factor", what, most=most)


def programme_rows(model: BookModel) -> Iterable[InputRow]:
    """Return what the programme costs and how fast it moves its customers.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    iterable of InputRow
        Costs and months.
    """
    economics, currency, months = model.economics, model.value.currency, model.months
    runs = months if economics.programme_months is None else economics.programme_months
    lasts = months if economics.effect_months is None else economics.effect_months
    return (
        InputRow(
            "programme_cost_upfront", "Programme cost, upfront", currency, economics.programme_cost_upfront,
            "amount", "Paid at time 0, not discounted.", worse="high",
        ),
        InputRow(
            "programme_cost_monthly", "Programme cost, monthly", f"{currency} per month",
            economics.programme_cost_monthly, "amount", "Paid in each month that the programme runs.", worse="high",
        ),
        InputRow(
            "programme_months", "Months that the programme runs", "months", runs, "whole",
            "From month 1."
            + (" Not set: to the end of the months valued." if economics.programme_months is None else ""),
            most=LONGEST, worse="high",
        ),
        InputRow(
            "ramp_up_months", "Ramp-up", "months", economics.ramp_up_months, "whole",
            "The customers move in as many equal parts, one a month, the first at time 0.",
            least=1, most=min(60, months), worse="high",
        ),
        InputRow(
            "effect_months", "Months that the effect lasts", "months", lasts, "whole",
            "After a customer's move; later months count nothing."
            + (" Not set: as long as is valued." if economics.effect_months is None else ""),
            least=1, most=LONGEST,
        ),
    )  # fmt: skip


def valuation_rows(model: BookModel) -> Iterable[InputRow]:
    """Return how the cash flow is valued; the timing comes last.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    iterable of InputRow
        Adjustments, horizon, discount rate and its timing.
    """
    economics = model.economics
    cashable = InputRow(
        "cashable_share", "Cashable share of lower cost to serve", "share", economics.cashable_share, "percent",
        "The part that becomes cash because capacity is released; it enters the cash figures only.", most=1.0,
    )  # fmt: skip
    return (
        InputRow(
            "optimism_adjustment", "Adjustment for optimism", "share of the gross value",
            economics.optimism_adjustment, "percent", "Taken off the gross value, a line of its own.",
            most=1.0, worse="high",
        ),
        *((cashable,) if any(metric.name == COST_TO_SERVE for metric in model.metrics) else ()),
        InputRow(
            "value_horizon_months", "Months valued", "months", model.months, "whole",
            f"The book holds curves for {model.months} months; it can value fewer, not more.",
            least=1, most=model.months,
        ),
        InputRow(
            "discount_rate_annual", "Discount rate", "share per year", economics.discount_rate_annual, "percent",
            "Money at time t months is divided by (1 + rate)^(t/12).", most=5.0, worse="high",
        ),
        InputRow(
            "discount_timing", "Timing within the month", "name", economics.discount_timing, "text",
            "When in a month its money comes: at its end, in the middle or at the start. Time 0 is not discounted.",
            least=None,
        ),
    )  # fmt: skip


def with_register(row: InputRow, known: Mapping[str, Mapping[Any, Any]]) -> InputRow:
    """Return a row with what the register of assumptions says of it.

    Parameters
    ----------
    row : InputRow
        The row.
    known : mapping of str to mapping
        Entries of the register by name.

    Returns
    -------
    InputRow
        With range, source, owner, date and note.
    """
    name = GROSS_MARGIN if row.name == FACTOR else row.name
    entry = known.get(name, {})
    source, owner, date, note = (text_of(entry.get(name)) for name in ("source", "owner", "date", "note"))
    low, high = (number_of(entry.get(name)) for name in ("low", "high"))
    base = number_of(entry.get("value"))
    if row.name == FACTOR and base:
        low, high = (None if end is None else end / base for end in (low, high))
    return replace(row, low=low, high=high, source=source, owner=owner, date=date, note=note)


def text_of(value: object) -> str:
    """Return an entry of the register as text.

    Parameters
    ----------
    value : object
        The entry.

    Returns
    -------
    str
        Empty where there is none.
    """
    return "" if value is None or value is pd.NA or value != value else str(value)


def number_of(value: object) -> float | None:
    """Return an entry of the register as a number.

    Parameters
    ----------
    value : object
        The entry.

    Returns
    -------
    float or None
        None where there is none.
    """
    text = text_of(value)
    return float(text) if text else None


def unit_names(metrics: Iterable[Metric]) -> dict[str, str]:
    """Return the name of the cell that holds the money per unit of each metric.

    Parameters
    ----------
    metrics : iterable of Metric
        The metrics.

    Returns
    -------
    dict of str to str
        Names that formulas may use, by metric; all differ.
    """
    found: dict[str, str] = {}
    for metric in metrics:
        name = UNIT_NAMES.get(metric.name, f"{UNIT_VALUE}{cell_name(metric.name)}")
        while name.casefold() in {taken.casefold() for taken in found.values()}:
            name += "_"
        found[metric.name] = name
    return found


def split_name(unit_name: str) -> str:
    """Return the name of the cell that says whether a metric is split between two levers.

    Parameters
    ----------
    unit_name : str
        Name of the cell with the money per unit of the metric.

    Returns
    -------
    str
        The name.
    """
    return f"split_{unit_name}"


def cell_name(text: str) -> str:
    """Return text as part of a name that formulas may use.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        ASCII letters, digits and underscores.

    Examples
    --------
    >>> cell_name("calls, escalated")
    'calls__escalated'
    """
    return re.sub(r"[^A-Za-z0-9_]", "_", text)[:200]
