"""Projection: the value of a shift, with its interval, its levers and its cash flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.estimate.replicate import Interval
from cxvalue.link.columns import Floats
from cxvalue.result import Drawable, TableResult, interval_text
from cxvalue.value.appraise import Appraisal, appraise
from cxvalue.value.cash import CashFlow, Terms, cash_flow, cost_to_serve_at, lever_money, phased_money, terms_of
from cxvalue.value.cash_flow_table import cash_flow_table
from cxvalue.value.economics import Economics
from cxvalue.value.frame import Frame
from cxvalue.value.levers import lever_names
from cxvalue.value.move import HeadCount, Move
from cxvalue.value.shift import Shift


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Projection(TableResult, Drawable):
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
        Discounted value of a customer moved at time 0.
    gross, gross_undiscounted : Interval
        Value of the whole shift before optimism and the programme's cost.
    optimism_adjustment : Interval
        Taken off the gross value, discounted.
    programme_cost : float
        Discounted cost of the programme.
    appraisal : Appraisal
        Net present value, rate of return, payback and break-even.
    levers : tuple of (str, Interval)
        Parts of ``per_customer``; they add up to it exactly.
    move : Move
        Curves and head count behind it.
    cash_flow : pandas.DataFrame
        See :func:`~cxvalue.value.cash_flow_table.cash_flow_table`; of the whole shift, with intervals.
    extrapolated : Interval
        Part of the gross value that stands on curves beyond the follow-up.
    extrapolated_share : float
        The same as a share of the gross value; below 0 or above 1 where the two parts have opposite signs.
    draws : ndarray of shape (D,)
        Net present value in every draw.
    confidence : float
        Level of the intervals.
    weights : ndarray of shape (D, G)
        Draws of the customer groups, from :func:`~cxvalue.estimate.replicate.group_draws`.
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
    optimism_adjustment: Interval
    programme_cost: float
    appraisal: Appraisal
    levers: tuple[tuple[str, Interval], ...]
    move: Move
    cash_flow: pd.DataFrame
    extrapolated: Interval
    extrapolated_share: float
    draws: Floats
    confidence: float
    weights: Floats

    @property
    def npv(self) -> Interval:
        """Net present value of the whole shift."""
        return self.appraisal.npv

    @property
    def roi(self) -> Interval | None:
        """Net present value over programme cost; None without a cost."""
        return self.appraisal.roi

    @property
    def payback_months(self) -> int | None:
        """Month of payback, not discounted; None when never within the months valued, or without a cost."""
        return self.appraisal.payback.month if self.appraisal.payback is not None else None

    def cash_flow_draws(self) -> Floats:
        """Return the gross cash flow in every draw, computed when asked for.

        Returns
        -------
        ndarray of shape (D, K, M)
            Money of the whole shift, not discounted, before optimism and the programme's cost: by draw, by month of
            the programme from 1 on, and by lever in the order of ``levers``. The draws are those of ``draws``.
        """
        terms = terms_of(self.economics, self.move)
        return np.swapaxes(draw_flow(self.move, terms, self.weights).levers, -1, -2)

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
            ("extrapolated", money, self.extrapolated),
            ("optimism_adjustment", money, self.optimism_adjustment),
            ("programme_cost", money, Interval(self.programme_cost, 0.0, self.programme_cost, self.programme_cost)),
            ("npv", money, self.npv),
            ("npv_cash", money, self.appraisal.npv_cash),
            ("break_even_cost", money, self.appraisal.break_even_cost),
            ("most_per_moved", f"{money} per moved customer", self.appraisal.most_per_moved),
        ]
        with_cost = {
            "roi": ("ratio", self.roi), "benefit_cost_ratio": ("ratio", self.appraisal.benefit_cost_ratio),
            "irr_annual": ("share a year", self.appraisal.irr_annual),
            "break_even_share": ("share", self.appraisal.break_even_share),
        }  # fmt: skip
        rows += [(name, unit, found) for name, (unit, found) in with_cost.items() if found is not None]
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
        if self.economics.optimism_adjustment:
            net = f"after {self.economics.optimism_adjustment:.0%} off for optimism and {net}"
        return (
            f"Moving {self.shift.label()} ({moved:,.0f} of {self.heads.active_customers:,.0f} customers) is worth "
            f"{self.currency} {n.estimate:,.0f} over {count_months(self.months)}, {net} "
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
        for row in self.to_frame().to_dict("records"):
            figures = row["estimate"], row["ci_low"], row["ci_high"]
            text = interval_text(*figures, unit=row["unit"], currency=self.currency)
            lines.append(f"  {row['figure']:<22}{text:>34}  {row['unit']}")
        for name in ("payback", "payback_discounted"):
            found = getattr(self.appraisal, name)
            if found is not None:
                month, low, high = ("never" if m is None else m for m in (found.month, found.ci_low, found.ci_high))
                lines.append(f"  {name:<22}{f'{month} ({low} to {high})':>34}  month")
        if self.economics.ramp_up_months > 1:
            lines.append(
                f"  the customers are moved over {self.economics.ramp_up_months} months, so gross is less than value × "
                "customers moved"
            )
        return "\n".join(lines)

    def _title(self) -> str:
        return self.headline()


def count_months(months: int) -> str:
    """Return a number of months in words.

    Parameters
    ----------
    months : int
        The number.

    Returns
    -------
    str
        Such as ``24 months``.
    """
    return f"{months} month{'s' if months != 1 else ''}"


def project(move: Move, economics: Economics, frame: Frame) -> Projection:
    """Return the value of a shift.

    Parameters
    ----------
    move : Move
        Curves, standardised to the customers now in the from-band, and head count.
    economics : Economics
        Assumptions.
    frame : Frame
        What the study's projections share.

    Returns
    -------
    Projection
        The value.

    Notes
    -----
    Value per moved customer = Σ_k D(k) × contribution of (μ_to(k) − μ_from(k)), of a customer moved at time 0; of the
    shift, times share × customers × P(from-band), phased over the ramp-up. Money is computed again with each group
    left out, and its interval is the jackknife's. Return on investment and benefit–cost ratio are the interval of the
    net present value, or of the break-even cost, over the cost; the share to break even takes the ends of that of the
    break-even cost. The internal rate of return and the months of payback take percentiles of the draws.
    """
    terms, names, at = terms_of(economics, move), lever_names(move.metrics), cost_to_serve_at(move)
    months, moved, discount = terms.months, move.moved, terms.discount[1:]
    curves = move.extended(months, tail=terms.tail)
    flow = cash_flow(phased_money(curves, terms), moved, terms, cost_to_serve=at)
    drawn = draw_flow(move, terms, frame.weights)
    each = lever_money(curves, terms) @ discount
    tail = phased_money(curves, terms, after=move.follow_up)
    extrapolated = cash_flow(tail, moved, terms, cost_to_serve=at).gross @ discount
    gross = flow.gross @ discount
    appraisal = appraise(flow, drawn, moved=moved, share=move.shift.share, confidence=frame.confidence)
    return Projection(
        shift=move.shift,
        economics=economics,
        currency=frame.currency,
        unit=frame.unit,
        months=months,
        heads=move.heads(frame.confidence),
        per_customer=frame.interval(each.sum(axis=-1)),
        gross=frame.interval(gross),
        gross_undiscounted=frame.interval(flow.gross.sum(axis=-1)),
        optimism_adjustment=frame.interval(flow.optimism @ discount),
        programme_cost=float(flow.cost_discounted[0]),
        appraisal=appraisal,
        levers=tuple((name, frame.interval(each[:, m])) for m, name in enumerate(names)),
        move=move,
        cash_flow=cash_flow_table(flow, names, move.follow_up, confidence=frame.confidence),
        extrapolated=frame.interval(extrapolated),
        extrapolated_share=0.0 if gross[0] == 0 else float(extrapolated[0] / gross[0]),
        draws=np.asarray(drawn.npv),
        confidence=frame.confidence,
        weights=frame.weights,
    )


def draw_flow(move: Move, terms: Terms, weights: Floats) -> CashFlow:
    """Return the cash flow of a whole shift in every draw.

    Parameters
    ----------
    move : Move
        Curves and head count.
    terms : Terms
        Assumptions as numbers.
    weights : ndarray of shape (D, G)
        Draws of the customer groups.

    Returns
    -------
    CashFlow
        With a leading axis D.
    """
    curves, moved = move.draw(weights, terms.months, tail=terms.tail)
    return cash_flow(phased_money(curves, terms), moved, terms, cost_to_serve=cost_to_serve_at(move))
