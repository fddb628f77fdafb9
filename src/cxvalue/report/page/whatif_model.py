"""What the what-if panel computes from: curves, units, terms and spread, as data for its script."""

from __future__ import annotations

from typing import Final

import numpy as np

from cxvalue.estimate.replicate import Interval
from cxvalue.link.columns import Floats
from cxvalue.report.page.whatif_spread import pack_spread, spread_parts
from cxvalue.report.plain_values import Json
from cxvalue.report.wording import metric_name
from cxvalue.value import Economics, Projection
from cxvalue.value.cash import cost_to_serve_at
from cxvalue.value.economics import EARLIER_BY, SegmentMargin
from cxvalue.value.levers import ALL_GONE, lever_names, split_by_share
from cxvalue.vocabulary import GROSS_PROFIT, REVENUE, Metric

MOST_FACTOR: Final = 5.0
"""How far the panel scales margins that go by month or by segment, at most."""


def months_of(value: Projection) -> int:
    """Return how many months the panel can value.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    int
        The follow-up, and the months extrapolated where the study values more.
    """
    return max(value.months, value.move.follow_up)


def margin_position(metrics: tuple[Metric, ...], economics: Economics) -> int | None:
    """Return the position of the metric that the gross margin multiplies.

    Parameters
    ----------
    metrics : tuple of Metric
        The metrics, the share first.
    economics : Economics
        Knows whether the margin goes by segment.

    Returns
    -------
    int or None
        None when revenue is not measured.
    """
    wanted = GROSS_PROFIT if isinstance(economics.gross_margin, SegmentMargin) else REVENUE
    names = [metric.name for metric in metrics]
    return names.index(wanted) if wanted in names else None


def most_margin(economics: Economics) -> float:
    """Return the largest margin that the panel takes.

    Parameters
    ----------
    economics : Economics
        Assumptions.

    Returns
    -------
    float
        1, or the largest factor that leaves no margin by month or segment above 1, but 5 at most.
    """
    margin = economics.gross_margin
    if isinstance(margin, float | int):
        return 1.0
    if isinstance(margin, SegmentMargin):
        entries = [each for _, each in margin.values] + ([] if margin.other is None else [margin.other])
    else:
        entries = list(margin)
    largest = max(entries, default=1.0)
    return MOST_FACTOR if largest * MOST_FACTOR <= 1.0 else float(np.floor(100.0 / largest) / 100.0)


def units_of(value: Projection) -> dict[int, Floats]:
    """Return the money per unit of the metrics that are valued.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    dict of int to ndarray of shape (K,)
        By position. Of the margin's metric 1: before the margin.
    """
    move, economics, months = value.move, value.economics, months_of(value)
    units = economics.monthly_values(move.metrics, move.own_values, months)
    margin_at = margin_position(move.metrics, economics)
    if margin_at is not None:
        units[margin_at] = 1.0
    return {at: units[at] for at in range(1, len(move.metrics)) if at == margin_at or units[at].any()}


def model_data(value: Projection) -> Json:
    """Return what the panel's script computes from.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    dict
        Curves of the share and of the metrics that are valued, over all months that can be valued; money per unit;
        the terms that the panel obeys but does not change; the spread; and what the report itself says, by which the
        script checks itself.
    """
    move, economics, months = value.move, value.economics, months_of(value)
    curves, units = move.extended(months, tail=economics.tail), units_of(value)
    metrics, margin_at, cost_at = move.metrics, margin_position(move.metrics, economics), cost_to_serve_at(move)
    shared = split_by_share(metrics)
    counted = (np.arange(1, months + 1) <= (economics.effect_months or months)).astype(np.float64)
    names = [metric_name(name) for name in lever_names(metrics)]
    in_band = move.active_customers * move.prob_from
    parts = spread_parts(
        curves[1:], in_band[1:], units={at: unit * counted for at, unit in units.items()}, shared=shared,
        margin_at=margin_at, cost_at=cost_at,
    )  # fmt: skip
    return {
        "currency": value.currency,
        "months": months,
        "follow_up": move.follow_up,
        "share_name": names[0],
        "share": [curves[0, side, 0].tolist() for side in (0, 1)],
        "gone": ALL_GONE,
        "metrics": [
            {
                "name": names[at], "lever": f"lever_{at}", "part": f"own_{at}",
                "margin": at == margin_at, "saves": at == cost_at,
                "split": bool(shared[at - 1]), "unit": unit.tolist(),
                "curves": [curves[0, side, at].tolist() for side in (0, 1)],
            }
            for at, unit in units.items()
        ],
        "terms": terms_data(economics, months),
        "in_band": interval_data(value.heads.customers_from_band),
        "spread": pack_spread(parts, confidence=value.confidence, most_weight=max(1.0, most_margin(economics))),
        "report": {
            "per_customer": interval_data(value.per_customer), "npv": interval_data(value.npv),
            "npv_cash": interval_data(value.appraisal.npv_cash),
        },
    }  # fmt: skip


def terms_data(economics: Economics, months: int) -> Json:
    """Return the terms that the panel obeys but does not change.

    Parameters
    ----------
    economics : Economics
        Assumptions.
    months : int
        Months that can be valued.

    Returns
    -------
    dict
        Months by which money comes earlier, ramp-up, effect, months that the programme runs, cashable share; and what
        the margin's field multiplies in each month of the programme: the margins where they go by month, else 1.
    """
    runs = economics.programme_months
    by_month = isinstance(economics.gross_margin, tuple)
    return {
        "earlier": EARLIER_BY[economics.discount_timing],
        "ramp_up": economics.ramp_up_months,
        "effect": min(economics.effect_months or months, months),
        "runs": months if runs is None else runs,
        "cashable": economics.cashable_share,
        "margins": (economics.margins(months) if by_month else np.ones(months)).tolist(),
    }


def interval_data(found: Interval) -> list[float]:
    """Return an interval as a list.

    Parameters
    ----------
    found : Interval
        The interval.

    Returns
    -------
    list of float
        Estimate, low end, high end.
    """
    return [found.estimate, found.ci_low, found.ci_high]


def margin_of(economics: Economics) -> float:
    """Return the margin that the panel starts from.

    Parameters
    ----------
    economics : Economics
        Assumptions.

    Returns
    -------
    float
        The margin, or 1, the factor on margins by month or segment.
    """
    margin = economics.gross_margin
    return float(margin) if isinstance(margin, float | int) else 1.0
