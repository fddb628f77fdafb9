"""The shifted-beta-geometric model against the two cohorts of Fader and Hardie (2007), doi:10.1002/dir.20074.

Survivors of 1,000 customers after each year; the model is fitted to years 1 to 7 (regular and high-end customers) and
projected to years 8 to 12, which the paper counts as the 9th to 13th observation.
"""

import numpy as np
import pytest

from cxvalue.estimate.survival import ShiftedBetaGeometric, cohort_counts, fit_shifted_beta_geometric

REGULAR = np.array([1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173], dtype=float)
HIGH_END = np.array([1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394], dtype=float)


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "log_likelihood", "mape"),
    [(REGULAR, 0.704, 1.182, -1680.3, 0.015), (HIGH_END, 0.668, 3.806, -1611.2, 0.028)],
)
def test_fader_and_hardie(survivors: np.ndarray, alpha: float, beta: float, log_likelihood: float, mape: float) -> None:
    found = fit_shifted_beta_geometric(*cohort_counts(survivors[:8]))
    assert isinstance(found, ShiftedBetaGeometric)
    # Printed with three digits, the likelihood with one, the error in tenths of a per cent.
    assert (found.alpha, found.beta) == pytest.approx((alpha, beta), abs=6e-4)
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=0.06)
    projected = 1000 * found.survival(np.arange(8.0, 13.0))
    assert np.mean(np.abs(projected / survivors[8:] - 1)) == pytest.approx(mape, abs=6e-4)
