"""Projection: the value of a shift, with its interval, its levers and its cash flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.estimate.replicate import BandReplicates, Interval, draw, interval
from cxvalue.link.columns import Floats
from cxvalue.value.appraise import cash_flow_table, payback_month, programme_costs
from cxvalue.value.economics import Economics
from cxvalue.value.extend import extend_curves
from cxvalue.value.levers import split_levers
from cxvalue.value.shift import Shift
from cxvalue.vocabulary import BANDS, RETENTION_LEVER, Metric


@dataclass(frozen=True, slots=True)
class HeadCount:
    """How many customers a shift moves.

    Parameters
    ----------
    active_customers : float
        Customers of whom P(from-band) is taken.
    customers_from_band : Interval
        Customers now in the from-band.
    customers_moved : Interval
        Of these, the share that moves.
    share_of_base : Interval
        The same as a share of all customers.
    answered_in_band : int
        Customers whose own latest answer lies in the from-band: whom a programme can reach by name.
    answered_moved : float
        Of these, the share that moves.
    """

    active_customers: float
    customers_from_band: Interval
    customers_moved: Interval
    share_of_base: Interval
    answered_in_band: int
    answered_moved: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Projection:
    """The value of a shift.

    Parameters
    ----------
    shift : Shift
        Who moves.
    economics : Economics
        Assumptions.
    currency : str
        Of all money.
    unit : str
        ``per moved customer``, or ``per moved answering customer`` without response weights.
    months : int
        Months valued.
    heads : HeadCount
        How many move.
    per_customer : Interval
        Discounted value per moved customer.
    gross, gross_undiscounted : Interval
        Value of the whole shift before the programme's cost.
    programme_cost : float
        Discounted cost of the programme.
    npv : Interval
        Gross less programme cost.
    roi : Interval or None
        NPV over programme cost, interval from the draws' percentiles; None without a cost.
    payback_months : int or None
        Month from which the cumulative net cash flow stays at 0 or above; None when never within the horizon, or
        without a cost.
    levers : tuple of (str, Interval)
        Parts of ``per_customer``; they add up to it exactly.
    cash_flow : pandas.DataFrame
        See :func:`~cxvalue.value.appraise.cash_flow_table`; of the whole shift.
    extrapolated_share : float
        Share of the gross value that lies beyond the follow-up.
    draws : ndarray of shape (D,)
        NPV in every draw.
    confidence : float
        Level of the intervals.
    """

    shift: Shift
    economics: Economics
    currency: str
    unit: str
    months: int
    heads: HeadCount
    per_customer: Interval
    gross: Interval
    gross_undiscounted: Interval
    programme_cost: float
    npv: Interval
    roi: Interval | None
    payback_months: int | None
    levers: tuple[tuple[str, Interval], ...]
    cash_flow: pd.DataFrame
    extrapolated_share: float
    draws: Floats
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """Return the figures as a table.

        Returns
        -------
        pandas.DataFrame
            Columns figure, unit, estimate, se, ci_low, ci_high.
        """
        per, money = f"{self.currency} {self.unit}", self.currency
        rows: list[tuple[str, str, Interval]] = [("value", per, self.per_customer)]
        rows += [(f"lever {name}", per, part) for name, part in self.levers]
        rows += [
            ("customers_from_band", "customers", self.heads.customers_from_band),
            ("customers_moved", "customers", self.heads.customers_moved),
            ("share_of_base", "share", self.heads.share_of_base),
            ("gross", money, self.gross),
            ("gross_undiscounted", money, self.gross_undiscounted),
            ("npv", money, self.npv),
        ]
        rows += [("roi", "ratio", self.roi)] if self.roi is not None else []
        return pd.DataFrame(
            [(name, unit, i.estimate, i.se, i.ci_low, i.ci_high) for name, unit, i in rows],
            columns=["figure", "unit", "estimate", "se", "ci_low", "ci_high"],
        )

    def headline(self) -> str:
        """Return the answer in one sentence.

        Returns
        -------
        str
            Head count, value and interval.
        """
        n, moved = self.npv, self.heads.customers_moved.estimate
        net = "net of the programme's cost" if self.programme_cost else "before any programme cost"
        return (
            f"Moving {self.shift.label()} ({moved:,.0f} of {self.heads.active_customers:,.0f} customers) is worth "
            f"{self.currency} {n.estimate:,.0f} over {self.months} months, {net} "
            f"({self.confidence:.0%} interval {n.ci_low:,.0f} to {n.ci_high:,.0f})"
        )

    def summary(self) -> str:
        """Return the figures as plain text.

        Returns
        -------
        str
            The headline, then a line a figure.
        """
        lines = [self.headline()]
        for row in self.to_frame().itertuples(index=False):
            lines.append(
                f"  {row.figure:<22}{row.estimate:>16,.4g}  ({row.ci_low:,.4g} to {row.ci_high:,.4g})  {row.unit}"
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return f"<p><b>{self.headline()}</b></p>" + self.to_frame().to_html(index=False, float_format="{:,.2f}".format)


@dataclass(frozen=True, slots=True, eq=False)
class Replicated:
    """A figure on all customers and with each group left out.

    Parameters
    ----------
    estimate : ndarray
        The figure.
    leave_one_group_out : ndarray
        With a leading axis of groups.
    """

    estimate: Floats
    leave_one_group_out: Floats


@dataclass(frozen=True, slots=True)
class Frame:
    """What every projection of a study shares.

    Parameters
    ----------
    metrics : tuple of Metric
        The metrics measured.
    own_values : mapping of str to float
        Unit values of the user's own metrics.
    currency : str
        Of all money.
    unit : str
        What the value is per.
    confidence : float
        Level of the intervals.
    weights : ndarray of shape (D, G)
        From :func:`~cxvalue.estimate.replicate.group_draws`.
    """

    metrics: tuple[Metric, ...]
    own_values: Mapping[str, float]
    currency: str
    unit: str
    confidence: float
    weights: Floats


def lever_values(curves: Floats, shift: Shift, unit_values: Floats, months: int) -> Floats:
    """Return what a moved customer adds in each month, by lever and not discounted.

    Parameters
    ----------
    curves : ndarray of shape (…, B, M, H)
        Curves by band.
    shift : Shift
        From and to.
    unit_values : ndarray of shape (M,)
        Money per unit.
    months : int
        Months valued.

    Returns
    -------
    ndarray of shape (…, M, months)
        Retention first, then each metric's own.
    """
    extended = extend_curves(curves, months)
    leave, reach = BANDS.index(shift.from_band), BANDS.index(shift.to_band)
    return split_levers(extended[..., leave, :, :], extended[..., reach, :, :], unit_values)


def project(
    curves: BandReplicates,
    prob_from: Replicated,
    *,
    shift: Shift,
    economics: Economics,
    frame: Frame,
    active_customers: float,
    answered_in_band: int,
) -> Projection:
    """Return the value of a shift from the curves of the bands.

    Parameters
    ----------
    curves : BandReplicates
        Curves, standardised to the customers now in the from-band.
    prob_from : Replicated
        Share of the customers now in the from-band.
    shift : Shift
        Who moves.
    economics : Economics
        Assumptions.
    frame : Frame
        What the study's projections share.
    active_customers : float
        Customers active at ``as_of``.
    answered_in_band : int
        Customers whose own latest answer lies in the from-band.

    Returns
    -------
    Projection
        The value.

    Notes
    -----
    Value per moved customer = Σ_k D(k) × contribution of (μ_to(k) − μ_from(k)); of the shift, times share × customers
    × P(from-band). Every figure is computed again with each group left out, and its interval is the jackknife's.
    """
    months = economics.value_horizon_months or curves.estimate.shape[-1]
    units = economics.unit_values(frame.metrics, frame.own_values)
    discount = economics.discount(np.arange(months + 1))
    monthly = lever_values(curves.estimate, shift, units, months)
    monthly_loo = lever_values(curves.leave_one_group_out, shift, units, months)
    each, each_loo = monthly @ discount[1:], monthly_loo @ discount[1:]
    customers = shift.customers if shift.customers is not None else active_customers
    base = shift.share * customers
    moved, moved_loo = base * float(prob_from.estimate), base * prob_from.leave_one_group_out

    def replicated(estimate: float, loo: Floats) -> Interval:
        return interval(estimate, loo, confidence=frame.confidence)

    total, total_loo = float(each.sum()), each_loo.sum(axis=-1)
    plain, plain_loo = float(monthly.sum()), monthly_loo.sum(axis=(-2, -1))
    costs = programme_costs(economics, months)
    cost = float(costs @ discount)
    gross = replicated(moved * total, moved_loo * total_loo)
    names = (RETENTION_LEVER, *(metric.name for metric in frame.metrics[1:]))
    by_lever = {name: moved * monthly[at] for at, name in enumerate(names)}
    flow = cash_flow_table(by_lever, costs, discount, curves.estimate.shape[-1])
    draws = draw(np.array(moved), moved_loo, frame.weights) * draw(np.array(total), total_loo, frame.weights) - cost
    follow_up = min(curves.estimate.shape[-1], months)
    observed = float((monthly[:, :follow_up] @ discount[1 : follow_up + 1]).sum())
    heads = HeadCount(
        customers,
        replicated(moved / shift.share, moved_loo / shift.share),
        replicated(moved, moved_loo),
        replicated(moved / customers, moved_loo / customers),
        answered_in_band,
        shift.share * answered_in_band,
    )
    return Projection(
        shift=shift,
        economics=economics,
        currency=frame.currency,
        unit=frame.unit,
        months=months,
        heads=heads,
        per_customer=replicated(total, total_loo),
        gross=gross,
        gross_undiscounted=replicated(moved * plain, moved_loo * plain_loo),
        programme_cost=cost,
        npv=Interval(gross.estimate - cost, gross.se, gross.ci_low - cost, gross.ci_high - cost),
        roi=percentile_interval(gross.estimate / cost - 1.0, draws / cost, frame.confidence) if cost > 0 else None,
        payback_months=payback_month(flow["net"].to_numpy()) if cost > 0 else None,
        levers=tuple((name, replicated(float(each[at]), each_loo[:, at])) for at, name in enumerate(names)),
        cash_flow=flow,
        extrapolated_share=0.0 if total == 0 else 1.0 - observed / total,
        draws=draws,
        confidence=frame.confidence,
    )


def percentile_interval(estimate: float, draws: Floats, confidence: float) -> Interval:
    """Return the interval of a figure that is not linear, from its draws.

    Parameters
    ----------
    estimate : float
        The estimate.
    draws : ndarray of shape (D,)
        Draws.
    confidence : float
        Level.

    Returns
    -------
    Interval
        Percentiles; the standard error is the draws' spread.
    """
    tail = (1.0 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1.0 - tail])
    return Interval(estimate, float(draws.std(ddof=1)), float(low), float(high))
