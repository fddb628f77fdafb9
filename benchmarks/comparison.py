"""One peer held against ours: the same answer first, then the times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

CLOSE = 1e-6
"""Largest difference between two answers, relative to ours."""


@dataclass(frozen=True, slots=True)
class Time:
    """Seconds by the clock, and seconds that the processors worked.

    Parameters
    ----------
    wall, cpu : float
        Seconds.
    """

    wall: float
    cpu: float

    def __add__(self, other: Time) -> Time:
        return Time(self.wall + other.wall, self.cpu + other.cpu)

    def __mul__(self, times: float) -> Time:
        return Time(times * self.wall, times * self.cpu)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One peer on one part of the work.

    Parameters
    ----------
    peer, part : str
        Who, and what was computed.
    theirs, ours : Time
        How long it took.
    difference : float
        Largest relative difference between the two answers.
    how : str
        What was timed and what was multiplied.
    least : float
        How many times faster ours has to be; 0 promises nothing.
    """

    peer: str
    part: str
    theirs: Time
    ours: Time
    difference: float
    how: str
    least: float = 1.0

    def missed(self) -> bool:
        """Return whether a promise of this comparison is missed."""
        return self.theirs.wall / self.ours.wall < self.least


def timed(work: Callable[[], Any], repeats: int = 3) -> tuple[Time, Any]:
    """Return the median times of some work, and what it gave."""
    times, found = [], None
    for _ in range(repeats):
        wall, cpu = perf_counter(), process_time()
        found = work()
        times.append(Time(perf_counter() - wall, process_time() - cpu))
    return middle(times), found


def middle(times: Sequence[Time]) -> Time:
    """Return the medians of some times."""
    return Time(median(time.wall for time in times), median(time.cpu for time in times))


def held(peer: str, theirs: Any, ours: Any) -> float:
    """Return the largest relative difference of two answers; refuse to go on when they are not the same."""
    found, own = np.asarray(theirs, float), np.asarray(ours, float)
    difference = float((np.abs(found - own) / np.maximum(np.abs(own), 1e-3)).max())
    if not difference <= CLOSE:
        raise SystemExit(
            f"{peer} gives another answer than ours: {difference:.2e} apart, at most {CLOSE:.0e} is allowed"
        )
    return difference


def comparison_page(found: list[Comparison]) -> pd.DataFrame:
    """Return the comparisons as the docs show them."""
    return pd.DataFrame({
        "peer": [each.peer for each in found], "part": [each.part for each in found],
        "theirs, s": [f"{each.theirs.wall:,.2f}" for each in found],
        "ours, s": [f"{each.ours.wall:,.3f}" for each in found],
        "times as long": [f"{each.theirs.wall / each.ours.wall:,.1f}" for each in found],
        "the same in processor time": [f"{each.theirs.cpu / each.ours.cpu:,.1f}" for each in found],
        "answers apart": [f"{each.difference:.0e}" for each in found], "how": [each.how for each in found],
    })  # fmt: skip
