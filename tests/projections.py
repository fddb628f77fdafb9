"""Projections small enough to be worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxvalue.estimate.replicate import group_draws
from cxvalue.link.columns import Floats
from cxvalue.value import Economics, Frame, Move, Projection, Shift
from cxvalue.value.project import project
from cxvalue.vocabulary import STANDARD_METRICS, Metric

GROUPS = 20
METRICS = (*(STANDARD_METRICS[name] for name in ("retained", "revenue", "cost_to_serve")), Metric("calls", "count"))
OWN = {"calls": -3.0, "revenue": 0.0}


def simple_curves(months: int, noise: float) -> Floats:
    """Return curves: nobody leaves, 10 more revenue, 2 less cost and as many calls a month; groups differ by noise."""
    rng, stay = np.random.default_rng(5), np.ones((1, months))
    start = np.concatenate([stay, 20 * stay, 5 * stay, 0.2 * stay])
    end = np.concatenate([stay, 30 * stay, 3 * stay, 0.2 * stay])
    every = np.repeat(np.stack([start, end])[None], 1 + GROUPS, axis=0)
    every[1:, 1, 1] += noise * rng.normal(size=(GROUPS, 1))
    return every


def simple_move(*, months: int = 2, noise: float = 0.5, share: float = 0.5) -> Move:
    """Return a move of 100 of 200 dissatisfied among 1,000 customers."""
    prob = np.full(1 + GROUPS, 0.2)
    return Move(Shift(share=share), METRICS, OWN, simple_curves(months, noise), prob, 1000.0, answered_in_band=40)


def simple_frame(*, draws: int = 500, seed: int = 1) -> Frame:
    """Return what projections of a study share."""
    return Frame(METRICS, OWN, "EUR", "per moved customer", 0.95, group_draws(GROUPS, draws, seed=seed))


def project_simple(*, noise: float = 0.5, draws: int = 500, **economics: Any) -> Projection:
    """Return what that move is worth: margin 0.5 and no discount, where nothing else is said."""
    chosen = Economics(**{"gross_margin": 0.5, "discount_rate_annual": 0.0, **economics})
    return project(simple_move(noise=noise), chosen, simple_frame(draws=draws))
