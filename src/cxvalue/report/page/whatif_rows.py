"""The figures of the what-if panel, as they stand in the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cxvalue.estimate import Interval
from cxvalue.report.languages.say import say
from cxvalue.report.numbers import NOTHING, format_count, format_interval, format_money, with_ends
from cxvalue.report.page.appraisal import APPRAISED, SHARES, payback_month
from cxvalue.report.page.whatif_model import months_of, units_of
from cxvalue.report.wording import metric_name, unit_name
from cxvalue.value import Projection

RowKind = Literal["money", "count", "share", "ratio", "month"]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure of the panel.

    Parameters
    ----------
    name : str
        As the script knows it.
    label : str
        For readers.
    kind : {"money", "count", "share", "ratio", "month"}
        How the script writes it.
    report : str
        What the report says.
    is_headline : bool
        Whether it is the one that counts.
    """

    name: str
    label: str
    kind: RowKind
    report: str
    is_headline: bool = False


def whatif_rows(value: Projection) -> tuple[FigureRow, ...]:
    """Return the figures that follow from the settings.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    tuple of FigureRow
        From the customers moved to the payback. What needs a programme cost is there without one too: a reader may
        set one.
    """
    appraisal, currency = value.appraisal, value.currency

    def money(name: str, label: str, found: Interval, *, is_headline: bool = False) -> FigureRow:
        return FigureRow(name, label, "money", format_interval(found, currency=currency), is_headline)

    moved = value.heads.customers_moved
    counts = [format_count(each) for each in (moved.estimate, moved.ci_low, moved.ci_high)]
    rows = [
        FigureRow("moved", say("customers moved"), "count", with_ends(*counts)),
        money("per_customer", say("value {unit}", unit=unit_name(value.unit)), value.per_customer),
        money("gross", say("gross value of the whole move"), value.gross),
    ]
    if months_of(value) > value.move.follow_up:
        rows.append(money("extrapolated", say("of this, beyond the follow-up"), value.extrapolated))
    rows += [
        money("optimism", say("taken off for optimism"), value.optimism_adjustment),
        FigureRow("cost", say("programme cost, discounted"), "money", format_money(value.programme_cost, currency)),
        money("npv", say(APPRAISED["npv"]), appraisal.npv, is_headline=True),
        money("npv_cash", say(APPRAISED["npv_cash"]), appraisal.npv_cash),
        money("break_even_cost", say(APPRAISED["break_even_cost"]), appraisal.break_even_cost),
        money("most_per_moved", say(APPRAISED["most_per_moved"]), appraisal.most_per_moved),
    ]
    return (*rows, *cost_rows(value))


def cost_rows(value: Projection) -> tuple[FigureRow, ...]:
    """Return the figures that need a programme cost.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    tuple of FigureRow
        Return, benefit–cost ratio, break-even share, payback.
    """
    appraisal, rows = value.appraisal, []
    for name in ("roi", "benefit_cost_ratio", "break_even_share"):
        found, is_share = getattr(appraisal, name), name in SHARES
        text = NOTHING if found is None else format_interval(found, unit="share" if is_share else "")
        rows.append(FigureRow(name, say(APPRAISED[name]), "share" if is_share else "ratio", text))
    for name in ("payback", "payback_discounted"):
        paid = getattr(appraisal, name)
        text = NOTHING if paid is None else payback_month(paid, value.months)
        rows.append(FigureRow(name, say(APPRAISED[name]), "month", text))
    return tuple(rows)


def lever_rows(value: Projection) -> tuple[FigureRow, ...]:
    """Return the levers that are valued.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    tuple of FigureRow
        The share's lever first; their names are those of the parts of the spread.
    """
    units = units_of(value)
    return tuple(
        FigureRow(f"lever_{at}", metric_name(name), "money", format_interval(part, currency=value.currency))
        for at, (name, part) in enumerate(value.levers) if at == 0 or at in units
    )  # fmt: skip
