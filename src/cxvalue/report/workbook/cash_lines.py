"""The lines of the sheet ``Workings`` on the cash flow, and the running sums that the payback is read from."""

from __future__ import annotations

from typing import Final

import numpy as np

from cxvalue.link.columns import Floats
from cxvalue.report.workbook.book_model import ROUNDING, BookModel
from cxvalue.report.workbook.lines import Line
from cxvalue.report.workbook.styles import Kind
from cxvalue.value.cash import cost_to_serve_at

SMALL_MONEY: Final = 1000.0
"""Largest flow, in money, below which it is written with cents."""


def flow_kind(model: BookModel) -> Kind:
    """Return how the money of the whole shift is written.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    str
        With cents where it is small.
    """
    return "cents" if float(np.abs(model.flow.net).max()) < SMALL_MONEY else "money"


def from_month_0(values: Floats) -> Floats:
    """Return the values of months 1…K with nothing at month 0 before them.

    Parameters
    ----------
    values : ndarray of shape (K,)
        Of months 1…K.

    Returns
    -------
    ndarray of shape (K + 1,)
        Of months 0…K.
    """
    return np.concatenate([np.zeros(1), values])


def cash_lines(model: BookModel) -> tuple[Line, ...]:
    """Return the cash flow.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        Gross, optimism, programme cost, net, what is not cash, net cash, and the net of the run.
    """
    flow, currency, kind = model.flow, model.value.currency, flow_kind(model)
    last, cost = len(model.levers) - 1, cost_to_serve_at(model.move)
    saving = "0" if cost is None else f"SUMPRODUCT({{flow_{cost}:all}},{{discount:all}})"
    not_cash = "=-not_cash_share*(1-optimism_in_use)*" + ("{gross}" if cost is None else f"{{flow_{cost}}}")
    paid = (
        "=-{valued}*(IF({month}=0,programme_cost_upfront,0)"
        "+IF(AND({month}>0,{month}<=programme_months),programme_cost_monthly,0))"
    )
    return (
        Line("", "Cash flow of the whole shift"),
        Line(
            "gross", "Gross value", currency, "Sum of the levers.", from_month_0(flow.gross),
            f"=SUM({{flow_0}}:{{flow_{last}}})", kind, sums=True,
        ),
        Line(
            "optimism_share", "Adjustment for optimism in use", "share",
            "As in Inputs, where the gross value is a gain.",
            kind="percent", total="=IF(SUMPRODUCT({gross:from0},{discount:from0})>0,optimism_adjustment,0)",
            total_value=optimism_in_use(model), name="optimism_in_use",
        ),
        Line(
            "optimism", "Adjustment for optimism", currency, "Gross value × adjustment in use, taken off.",
            0.0 - from_month_0(flow.optimism), "=-optimism_in_use*{gross}", kind, sums=True,
        ),
        Line(
            "cost", "Programme cost", currency, "Upfront at month 0, monthly while it runs; money that goes out.",
            0.0 - flow.costs, paid, kind, sums=True,
        ),
        Line(
            "net", "Net cash flow", currency, "The three lines above.", flow.net, "={gross}+{optimism}+{cost}", kind,
            sums=True,
        ),
        Line(
            "net_discounted", "Net, discounted", currency, "Net × discount factor. Its total is the net present value.",
            flow.net * flow.discount, "={net}*{discount}", kind, sums=True,
        ),
        Line(
            "not_cash_share", "Share of lower cost to serve that is not cash", "share",
            "1 − cashable share, where cost to serve falls in all.", kind="percent",
            total="=0" if cost is None else f"=IF({saving}>0,1-cashable_share,0)", total_value=not_cash_share(model),
            name="not_cash_share",
        ),
        Line(
            "not_cash", "Lower cost to serve that is not cash", currency,
            "That share × lower cost to serve after optimism, taken off.", 0.0 - from_month_0(flow.not_cash), not_cash,
            kind, sums=True,
        ),
        Line(
            "net_cash", "Net that becomes cash", currency, "Net plus the line above.",
            flow.net - from_month_0(flow.not_cash), "={net}+{not_cash}", kind, sums=True,
        ),
        Line(
            "net_run", "Net cash flow in the run", currency, "Values of the run, not live: for the checks.", flow.net,
            kind=kind, sums=True,
        ),
    )  # fmt: skip


def optimism_in_use(model: BookModel) -> float:
    """Return the adjustment for optimism, 0 where the gross value is no gain.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    float
        Share of the gross value.
    """
    gain = float(model.flow.gross @ model.discount[1:]) > 0
    return model.economics.optimism_adjustment if gain else 0.0


def not_cash_share(model: BookModel) -> float:
    """Return the share of lower cost to serve that releases no cash, 0 where cost to serve does not fall.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    float
        The share.
    """
    cost = cost_to_serve_at(model.move)
    saves = cost is not None and float(model.flow.levers[cost] @ model.discount[1:]) > 0
    return 1.0 - model.economics.cashable_share if saves else 0.0


def running_lines(model: BookModel) -> tuple[Line, ...]:
    """Return the running sums and what the payback is read from.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        Cumulative, discounted too, and in both the month after each one below 0.
    """
    lines: list[Line] = [Line("", "Cumulative, and payback")]
    for key, what, net in (
        ("net", "net", model.flow.net), ("net_discounted", "net, discounted", model.flow.net * model.flow.discount),
    ):  # fmt: skip
        total, currency = net.cumsum(), model.value.currency
        lines.append(Line(
            f"sum_{key}", f"Cumulative {what}", currency, "Sum of the months so far.", total, f"=SUM({{{key}:so_far}})",
            flow_kind(model),
        ))  # fmt: skip
        largest = f"MAX({{{key}:from0}},-MIN({{{key}:from0}}),1)"
        lines.append(Line(
            f"below_{key}", f"Still below 0, {what}", "month after",
            "The month after, where the cumulative sum is below 0. The largest is the payback: from there on it "
            "stays at or above 0.",
            below_zero(net), f"=IF({{sum_{key}}}<-rounding_tolerance*{largest},{{month}}+1,0)", "whole",
        ))  # fmt: skip
    return tuple(lines)


def below_zero(net: Floats) -> Floats:
    """Return the month after each month in which the cumulative sum is below 0.

    Parameters
    ----------
    net : ndarray of shape (K + 1,)
        Net cash flow by month.

    Returns
    -------
    ndarray of shape (K + 1,)
        0 where it is not below.
    """
    below = net.cumsum() < -ROUNDING * max(float(np.abs(net).max()), 1.0)
    return np.where(below, np.arange(len(net)) + 1.0, 0.0)
