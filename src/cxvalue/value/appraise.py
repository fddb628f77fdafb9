"""Appraisal: what the cash flow of a programme comes to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from pyxirr import irr

from cxvalue.estimate.replicate import Interval, interval
from cxvalue.link.columns import Floats
from cxvalue.result import Brief
from cxvalue.value.cash import CashFlow

MONTHS_A_YEAR = 12
LEAST_WITH_RATE = 0.99
"""Share of the draws that must have an internal rate of return for its interval to mean anything."""


@dataclass(frozen=True, slots=True, repr=False)
class Payback(Brief):
    """The month in which a programme has paid for itself.

    Parameters
    ----------
    month : int or None
        First month from which on the cumulative net stays at 0 or above; None when not within the months valued.
    ci_low, ci_high : int or None
        Percentiles over the draws; None when not within the months valued.
    prob_within : float
        Share of the draws that pay back within the months valued.
    """

    month: int | None
    ci_low: int | None
    ci_high: int | None
    prob_within: float


@dataclass(frozen=True, slots=True, repr=False)
class Appraisal(Brief):
    """What the cash flow of a programme comes to. What needs a programme cost is None without one.

    Parameters
    ----------
    npv : Interval
        Net present value: gross less optimism and programme cost, discounted.
    npv_cash : Interval
        Of this, what becomes cash: lower cost to serve counts only as far as capacity is released.
    prob_npv_positive : float
        Share of the draws with a positive net present value; estimation alone varies.
    break_even_cost : Interval
        The largest discounted programme cost with a net present value of at least 0; below 0 where there is none.
    most_per_moved : Interval
        The same per moved customer, at time 0: the most one may pay for each.
    irr_annual : Interval or None
        Internal rate of return a year, money counted at the months' ends; None also where there is not one such rate,
        or none in more than 1 % of the draws, which would bend the interval.
    payback, payback_discounted : Payback or None
        On net and on discounted net cash flow.
    roi : Interval or None
        Net present value over discounted programme cost.
    benefit_cost_ratio : Interval or None
        Discounted value before cost over discounted programme cost.
    break_even_share : Interval or None
        Share of the from-band that must move for a net present value of 0, the cost staying what it is; above 1 when
        not even all are enough, infinite where the value is not positive.
    """

    npv: Interval
    npv_cash: Interval
    prob_npv_positive: float
    break_even_cost: Interval
    most_per_moved: Interval
    irr_annual: Interval | None = None
    payback: Payback | None = None
    payback_discounted: Payback | None = None
    roi: Interval | None = None
    benefit_cost_ratio: Interval | None = None
    break_even_share: Interval | None = None


def irr_annual(net: Floats) -> float:
    """Return the internal rate of return a year.

    Parameters
    ----------
    net : ndarray of shape (K + 1,)
        Net cash flow by month, time 0 first.

    Returns
    -------
    float
        (1 + monthly rate)^12 − 1, money counted at the months' ends; NaN when there is not one such rate.

    Notes
    -----
    There is one rate when the flow begins with an outlay and either the flow or its running total changes sign once.

    References
    ----------
    Norstrom, C. J. (1972), A sufficient condition for a unique nonnegative internal rate of return, Journal of
    Financial and Quantitative Analysis 7, doi:10.2307/2329806.

    Examples
    --------
    >>> round(irr_annual(np.array([-100.0] + [0.0] * 11 + [110.0])), 6)
    0.1
    """
    flows = np.flatnonzero(net)
    once = 1 in (sign_changes(net), sign_changes(net.cumsum()))
    if len(flows) == 0 or net[flows[0]] > 0 or not (net > 0).any() or not once:
        return float("nan")
    rate = irr(net)
    return float("nan") if rate is None else float((1.0 + rate) ** MONTHS_A_YEAR - 1.0)


def sign_changes(money: Floats) -> int:
    """Return how often a series changes sign.

    Parameters
    ----------
    money : ndarray of shape (n,)
        The series; zeros do not count.

    Returns
    -------
    int
        Changes.

    Examples
    --------
    >>> sign_changes(np.array([-1.0, 0.0, 2.0, -1.0]))
    2
    """
    signs = np.sign(money[money != 0])
    return int((signs[1:] != signs[:-1]).sum())


def payback_months(net: Floats) -> Floats:
    """Return the months in which cash flows have paid for themselves.

    Parameters
    ----------
    net : ndarray of shape (…, K + 1)
        Net cash flow by month, time 0 first; discounted or not.

    Returns
    -------
    ndarray of shape (…)
        First month from which on the cumulative net is 0 or more to the end; infinite when it never is.

    Examples
    --------
    >>> payback_months(np.array([[-10.0, 4.0, 4.0, 4.0], [-10.0, 4.0, 4.0, 1.0]])).tolist()
    [3.0, inf]
    """
    total = net.cumsum(axis=-1)
    below = total < -1e-9 * np.maximum(np.abs(net).max(axis=-1, keepdims=True), 1.0)
    last = below.shape[-1]
    month = np.where(below.any(axis=-1), last - np.argmax(below[..., ::-1], axis=-1), 0)
    return np.where(month < last, month, np.inf)


def make_payback(net: Floats, draws: Floats, confidence: float) -> Payback:
    """Return when a programme pays for itself, with its percentiles.

    Parameters
    ----------
    net : ndarray of shape (K + 1,)
        Net cash flow of the estimate.
    draws : ndarray of shape (D, K + 1)
        Of the draws.
    confidence : float
        Level.

    Returns
    -------
    Payback
        The month.
    """
    months = payback_months(draws)
    tail = (1.0 - confidence) / 2
    # Percentiles that are draws themselves: nothing lies between a month and never.
    low, high = np.quantile(months, [tail, 1.0 - tail], method="nearest")
    whole = [int(x) if np.isfinite(x) else None for x in (float(payback_months(net)), float(low), float(high))]
    return Payback(whole[0], whole[1], whole[2], float(np.isfinite(months).mean()))


def percentile_interval(estimate: float, draws: Floats, confidence: float) -> Interval:
    """Return the interval of a figure that is not linear, from its draws.

    Parameters
    ----------
    estimate : float
        The estimate.
    draws : ndarray of shape (D,)
        Draws; those that are NaN do not count.
    confidence : float
        Level.

    Returns
    -------
    Interval
        Percentiles; the standard error is the draws' spread.
    """
    tail = (1.0 - confidence) / 2
    known = draws[~np.isnan(draws)]
    if not np.isfinite(known).all():
        low, high = np.quantile(known, [tail, 1.0 - tail], method="nearest")
        return Interval(estimate, float("inf"), float(low), float(high))
    low, high = np.quantile(known, [tail, 1.0 - tail])
    return Interval(estimate, float(known.std(ddof=1)), float(low), float(high))


def appraise(flow: CashFlow, draws: CashFlow, *, moved: Floats, share: float, confidence: float) -> Appraisal:
    """Return what a cash flow comes to.

    Parameters
    ----------
    flow : CashFlow
        Of the estimate, then with each of the G groups left out.
    draws : CashFlow
        Of the D draws.
    moved : ndarray of shape (1 + G,)
        Customers moved.
    share : float
        Share of the from-band that moves.
    confidence : float
        Level.

    Returns
    -------
    Appraisal
        The figures. Money and its ratios to the cost take the jackknife's interval; rates and months the
        percentiles of the draws.
    """
    npv, cost = flow.npv, float(flow.cost_discounted[0])

    def money(replicates: Floats) -> Interval:
        return interval(float(replicates[0]), replicates[1:], confidence=confidence)

    plain = Appraisal(
        npv=money(npv),
        npv_cash=money(flow.npv_cash),
        prob_npv_positive=float((draws.npv > 0).mean()),
        break_even_cost=money(npv + cost),
        most_per_moved=money((npv + cost) / np.where(moved > 0, moved, np.nan)),
    )
    if cost <= 0:
        return plain
    return with_cost(plain, flow, draws, cost=cost, share=share, confidence=confidence)


def with_cost(
    plain: Appraisal, flow: CashFlow, draws: CashFlow, *, cost: float, share: float, confidence: float
) -> Appraisal:
    """Return an appraisal with the figures that hold a value against what it costs.

    Parameters
    ----------
    plain : Appraisal
        Without them.
    flow : CashFlow
        Of the estimate, then of the replicates.
    draws : CashFlow
        Of the D draws.
    cost : float
        Discounted cost of the programme, above 0.
    share : float
        Share of the from-band that moves.
    confidence : float
        Level.

    Returns
    -------
    Appraisal
        With them.
    """
    net = flow.net[0]
    rate = irr_annual(net)
    rates = np.array([irr_annual(each) for each in draws.net]) if np.isfinite(rate) else np.zeros(0)
    has_rate = len(rates) > 0 and np.isfinite(rates).mean() >= LEAST_WITH_RATE
    return replace(
        plain,
        irr_annual=percentile_interval(rate, rates, confidence) if has_rate else None,
        payback=make_payback(net, draws.net, confidence),
        payback_discounted=make_payback(net * flow.discount[0], draws.net * draws.discount, confidence),
        roi=scaled(plain.npv, 1.0 / cost),
        benefit_cost_ratio=scaled(plain.break_even_cost, 1.0 / cost),
        break_even_share=share_to_break_even(plain.break_even_cost, share=share, cost=cost),
    )


def scaled(money: Interval, factor: float) -> Interval:
    """Return an interval in another unit.

    Parameters
    ----------
    money : Interval
        An interval.
    factor : float
        Above 0.

    Returns
    -------
    Interval
        Each figure times the factor.
    """
    return Interval(money.estimate * factor, money.se * factor, money.ci_low * factor, money.ci_high * factor)


def share_to_break_even(worth: Interval, *, share: float, cost: float) -> Interval:
    """Return the share that must move for the value to reach the cost.

    Parameters
    ----------
    worth : Interval
        Value of the whole shift before its cost.
    share : float
        Share that moves in it.
    cost : float
        Discounted cost of the programme, above 0.

    Returns
    -------
    Interval
        share × cost / worth, with the ends of the value's interval in the place of the value, so that it holds the
        share itself exactly where the interval of the net present value holds 0; infinite where no share is enough.
        Its standard error is the delta method's.

    Examples
    --------
    >>> found = share_to_break_even(Interval(200.0, 30.0, 80.0, 400.0), share=0.05, cost=100.0)
    >>> found.estimate, found.ci_low, found.ci_high
    (0.025, 0.0125, 0.0625)
    """

    def at(value: float) -> float:
        return share * cost / value if value > 0 else float("inf")

    here = at(worth.estimate)
    se = here * worth.se / worth.estimate if worth.estimate > 0 else here
    return Interval(here, se, at(worth.ci_high), at(worth.ci_low))
