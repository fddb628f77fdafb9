"""How long does the probabilistic run take, once the curves exist? As a ratio to one projection in the same run.

    python -m benchmarks.probabilistic                    # 10,000 draws, 24 months, 100 customer groups
    python -m benchmarks.probabilistic --months 60 --repeats 5

Times are of this machine; the ratio travels better. The best of the repeats counts for both.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

from cxvalue.estimate.replicate import group_draws
from cxvalue.value import AssumptionSettings, Economics, Frame, Move, Shift, make_register
from cxvalue.value.project import project
from cxvalue.value.vary.probabilistic import run_probabilistic
from cxvalue.vocabulary import STANDARD_METRICS

METRICS = tuple(STANDARD_METRICS.values())
RANGES = {
    "gross_margin": (0.55, 0.65), "discount_rate_annual": (0.08, 0.12), "upgrade_value": (5.0, 15.0),
    "referral_value": (20.0, 60.0), "programme_cost_upfront": (8e4, 1.2e5), "programme_cost_monthly": (1e3, 3e3),
    "optimism_adjustment": (0.05, 0.2), "share": (0.03, 0.08), "customers": (9e4, 1.1e5),
}  # fmt: skip
"""Ranges for the probabilistic run; ramp-up and length of effect are added by ``--phased``."""
PHASED = {"ramp_up_months": (3, 9), "effect_months": (12, 24)}


def made_up_move(months: int, groups: int) -> Move:
    """Return a move with curves of a plausible size, and noise between the groups."""
    rng, k = np.random.default_rng(1), np.arange(1, months + 1)
    stay = np.stack([0.97**k, 0.98**k])
    amounts = np.array([[1.0, 40.0, 12.0, 0.02, 0.01], [1.0, 42.0, 10.0, 0.03, 0.02]])
    curves = stay[:, None, :] * amounts[:, :, None] * (1 + 0.01 * rng.normal(size=(1 + groups, 2, 5, 1)))
    prob = 0.3 + 0.005 * rng.normal(size=1 + groups)
    return Move(Shift(share=0.05), METRICS, {}, curves, prob, 1e5, answered_in_band=10_000)


def best_time(work: Callable[[], object], repeats: int) -> float:
    """Return the shortest time that some work takes, in seconds."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def main(arguments: list[str]) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--groups", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--phased", action="store_true", help="ramp-up and length of effect are uncertain too")
    chosen = parser.parse_args(arguments)
    move = made_up_move(chosen.months, chosen.groups)
    weights = group_draws(chosen.groups, 1000, seed=1)
    frame = Frame(METRICS, {}, "EUR", "per moved customer", 0.95, weights)
    economics = Economics(
        gross_margin=0.6, discount_rate_annual=0.1, upgrade_value=10.0, referral_value=40.0, ramp_up_months=6,
        programme_cost_upfront=1e5, programme_cost_monthly=2e3, optimism_adjustment=0.1,
        effect_months=min(18, chosen.months),
    )  # fmt: skip
    value = project(move, economics, frame)
    ranges = RANGES | (PHASED if chosen.phased else {})
    register = make_register(
        value, {name: AssumptionSettings(low=low, high=high) for name, (low, high) in ranges.items()}
    )
    run = run_probabilistic(value, register, draws=chosen.draws, seed=1)
    one = best_time(lambda: project(move, economics, frame), chosen.repeats)
    all_draws = best_time(lambda: run_probabilistic(value, register, draws=chosen.draws, seed=1), chosen.repeats)
    print(run.summary())
    print(f"shares of variance add up to {sum(share for _, share in run.shares):.12f}")
    print(
        f"{chosen.draws:,} draws, {len(ranges)} uncertain assumptions, {chosen.months} months: {all_draws:.2f} s, "
        f"{all_draws / one:.1f} times one projection with 1,000 draws ({one:.3f} s)"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
