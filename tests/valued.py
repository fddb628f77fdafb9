"""Moves of known curves, and what they are worth, without a study behind them."""

from __future__ import annotations

import numpy as np

from cxvalue.estimate.replicate import group_draws
from cxvalue.link.columns import Floats
from cxvalue.value import Economics, Frame, Move, Projection, Shift
from cxvalue.value.project import project
from cxvalue.vocabulary import STANDARD_METRICS

METRICS = tuple(STANDARD_METRICS[name] for name in ("retained", "revenue", "cost_to_serve"))
GROUPS = 10
PLAIN = {"gross_margin": 0.5, "discount_rate_annual": 0.0}


def frame_of(groups: int = GROUPS) -> Frame:
    """Return what projections share, in EUR."""
    return Frame(METRICS, {}, "EUR", "per moved customer", 0.95, group_draws(groups, 200, seed=1))


def noise_of(groups: int = GROUPS, *, seed: int = 3) -> Floats:
    """Return what leaving out each group does to a figure, around 1; 1 on all customers."""
    return np.r_[1.0, 1.0 + 0.01 * np.random.default_rng(seed).standard_normal(groups)]


def move_worth(
    gain: float, *, active: float = 1000.0, prob: float = 0.2, months: int = 2, share: float = 0.5, seed: int = 3
) -> Move:
    """Return a move that brings ``gain`` of money a customer and month, half by revenue and half by lower cost."""
    scale = noise_of(seed=seed)[:, None, None] * np.ones((1, 1, months))
    stay = np.ones_like(scale)
    start = np.concatenate([stay, 20 * stay, 5 * stay], axis=1)
    end = np.concatenate([stay, 20 * stay + gain * scale, 5 * stay - gain / 2 * scale], axis=1)
    curves, found = np.stack([start, end], axis=1), prob * noise_of(seed=seed + 1)
    return Move(Shift(share=share), METRICS, {}, curves, found, active_customers=active, answered_in_band=100)


def projection_of(move: Move, **economics: object) -> Projection:
    """Return what a move is worth; margin 0.5 and no discount by default."""
    return project(move, Economics(**{**PLAIN, **economics}), frame_of())
