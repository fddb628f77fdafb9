"""Sums over risk sets from rows in order of time equal the sums written out one event time after another."""

from __future__ import annotations

import numpy as np
import pytest

from cxvalue.estimate.survival.arranged_rows import BLOCK, arrange_rows
from cxvalue.estimate.survival.risk_sets import make_risk_sets


@pytest.mark.parametrize("late", [False, True])
def test_sums_equal_those_written_out(late: bool) -> None:
    rng = np.random.default_rng(5)
    n = 2 * BLOCK + 17  # several blocks, the last not full
    duration = rng.integers(1, 4, n).astype(float)
    event = rng.random(n) < 0.4
    event[duration == 3] = False  # rows may outlast the last event
    entry = np.floor(rng.random(n) * duration) if late else np.zeros(n)
    x, v = rng.normal(size=(n, 3)), rng.random(n)
    moments = arrange_rows(make_risk_sets(duration, event, entry=entry), x, np.ones(n)).moments(v)
    z = np.column_stack([x, np.ones(n)])
    for at, time in enumerate((1.0, 2.0)):
        here = (entry < time) & (time <= duration)
        own = event & (duration == time)
        # Sums of thousands of terms of order 1, in another order: rounding alone.
        np.testing.assert_allclose(moments.at_risk[at], (z[here] * v[here, None]).T @ z[here], rtol=0, atol=1e-9)
        np.testing.assert_allclose(moments.of_events[at], (z[own] * v[own, None]).T @ z[own], rtol=0, atol=1e-9)
