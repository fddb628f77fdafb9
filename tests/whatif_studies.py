"""Reports with a what-if panel for the tests: moves of known curves under terms that all count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from cxvalue.estimate.replicate import group_draws
from cxvalue.report import StudyResults
from cxvalue.value import Economics, Frame, Move, Projection, Shift
from cxvalue.value.project import project
from cxvalue.vocabulary import GROSS_PROFIT, SHARE_METRICS, STANDARD_METRICS, Metric
from report_results import small_results

GROUPS, MONTHS = 12, 18
COUNTED = tuple(STANDARD_METRICS[name] for name in ("revenue", "cost_to_serve", "upgrades", "referrals"))
PROGRAMME: Mapping[str, Any] = {
    "programme_cost_upfront": 1500.0, "programme_cost_monthly": 60.0, "programme_months": 10, "ramp_up_months": 4,
    "effect_months": 20, "optimism_adjustment": 0.15, "cashable_share": 0.3, "value_horizon_months": 24,
    "discount_timing": "mid_month", "upgrade_value": 12.0,
}  # fmt: skip
BY_SEGMENT = {"by": "segment", "values": {"private": 0.5}, "other": 0.7}


@dataclass(frozen=True)
class WhatIfStudy:
    """A move and its economics, and how much of its range the margin's field may go through."""

    move: Move
    economics: Economics

    @property
    def value(self) -> Projection:
        """The headline."""
        return project(self.move, self.economics, frame_of(self.move))

    def results(self) -> StudyResults:
        """Return the results of the small base with this headline."""
        return replace(small_results(), value=self.value, economics=self.economics, shift=self.move.shift)

    def changed(self, settings: Mapping[str, float]) -> Projection:
        """Return the value under the settings of the panel: shares and money, no per cent."""
        move = replace(self.move, shift=replace(self.move.shift, share=settings["share"]))
        margin, scale = self.economics.gross_margin, settings["margin"]
        if isinstance(margin, tuple):
            chosen: Any = tuple(scale * each for each in margin)
        elif isinstance(margin, float):
            chosen = scale
        else:
            # Gross profit is a metric then, and scales with the margins.
            chosen, curves = margin, move.curves.copy()
            curves[:, :, -1] *= scale
            move = replace(move, curves=curves)
        economics = self.economics.model_copy(update={
            "gross_margin": chosen, "optimism_adjustment": settings["optimism"],
            "programme_cost_upfront": settings["upfront"], "programme_cost_monthly": settings["monthly"],
            "value_horizon_months": int(settings["horizon"]), "discount_rate_annual": settings["rate"],
        })  # fmt: skip
        return project(move, economics, frame_of(move))


def uneven_move(*more: Metric, contractual: bool = True, gain: float = 1.0, noise: float = 0.004) -> Move:
    """Return a move over 18 months. Of the dissatisfied hardly anybody is left at the end; amounts are uneven."""
    rng, month = np.random.default_rng(7), np.arange(1, MONTHS + 1)
    base = []
    for stay, level in ((0.76, 1.0), (0.76 + 0.17 * gain, 1.0 + 0.1 * gain)):
        share, uneven = stay**month, 1 + 0.05 * np.sin(month * level)
        bought = [40 * level * uneven, 6 / level * uneven, 0.02 * level, 0.01 * level]
        base.append([share, *(share * each for each in bought), *(0.4 * share * bought[0] for _ in more)])
    every = np.repeat(np.array(base)[None], 1 + GROUPS, axis=0)
    every[1:] *= 1 + noise * rng.normal(size=(GROUPS, 2, every.shape[2], 1))
    prob = 0.25 * (1 + 0.02 * np.r_[0.0, rng.normal(size=GROUPS)])
    first = SHARE_METRICS["contractual" if contractual else "noncontractual"]
    shift = Shift("dissatisfied", "neutral", share=0.08)
    return Move(shift, (first, *COUNTED, *more), {}, every, prob, 5000.0, answered_in_band=400)


def frame_of(move: Move) -> Frame:
    """Return what projections of a move share."""
    weights = group_draws(len(move.curves) - 1, 50, seed=1)
    return Frame(move.metrics, move.own_values, "EUR", "per moved customer", 0.95, weights)


@cache
def studies() -> dict[str, WhatIfStudy]:
    """Return the studies by name.

    ``programme`` has every term and extrapolated months; ``by_month`` a margin by month, a ramp-up and no cost; in
    ``by_segment`` leaving is not seen; ``loss`` makes customers worse; in ``unclear`` the replicates differ in whether
    there is a gain.
    """
    plain = {"gross_margin": 0.6, "discount_rate_annual": 0.1}
    move = uneven_move()
    profit = uneven_move(Metric(GROSS_PROFIT, "money"), contractual=False)
    turned = replace(move, curves=move.curves[:, ::-1])
    unclear = uneven_move(gain=0.001, noise=0.05)
    return {
        "programme": WhatIfStudy(move, Economics(**plain, **PROGRAMME)),
        "by_month": WhatIfStudy(
            move,
            Economics(
                gross_margin=(0.2, 0.2, 0.3, 0.5, 0.5, 0.6),
                discount_rate_annual=0.07,
                ramp_up_months=5,
                discount_timing="month_start",
                value_horizon_months=21,
            ),
        ),
        "by_segment": WhatIfStudy(profit, Economics(**plain | {"gross_margin": BY_SEGMENT}, effect_months=9)),
        "loss": WhatIfStudy(turned, Economics(**plain, programme_cost_upfront=500.0, optimism_adjustment=0.1)),
        "unclear": WhatIfStudy(unclear, Economics(**plain, optimism_adjustment=0.1)),
    }
