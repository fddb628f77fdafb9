"""Retention beyond the follow-up: each tail against what is worked by hand or published."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.special import betaln

from cxvalue.value.extend import extend_curves
from cxvalue.value.retention_tail import MOST_MONTHS, stay_beyond

HAZARDS = st.lists(st.floats(0.001, 0.3), min_size=2, max_size=12)
FADER_HARDIE = np.array([869, 743, 653, 593, 551, 517, 491]) / 1000
"""High-end customers of Fader and Hardie (2007), Figure 1 there: survivors of 1,000 after 1 to 7 years."""


def sbg(alpha: float, beta: float, months: int) -> np.ndarray:
    """Share retained under the shifted-beta-geometric model."""
    t = np.arange(1, months + 1)
    return np.asarray(np.exp(betaln(alpha, beta + t) - betaln(alpha, beta)))


def test_by_hand() -> None:
    stay = np.array([[[0.5, 0.25], [0.8, 0.64]]])
    np.testing.assert_allclose(stay_beyond(stay, 2)[0], [[0.5, 0.25], [0.8, 0.64]])
    together = (0.25 + 0.64) / (0.5 + 0.8)
    np.testing.assert_allclose(stay_beyond(stay, 2, tail="equal_hazard")[0], [[together, together**2]] * 2)


def test_the_beta_geometric_goes_on_as_it_began() -> None:
    """Two bands that follow the model exactly: what lies beyond 24 months is known."""
    bands = np.stack([sbg(0.6, 20.0, 60), sbg(0.5, 25.0, 60)])[None]
    found = stay_beyond(bands[..., :24], 36, tail="sbg")
    np.testing.assert_allclose(found, bands[..., 24:] / bands[..., 23:24], rtol=1e-5)  # of the search for the maximum


def test_published_survivors() -> None:
    """Parameters 0.668 and 3.806 (Fader and Hardie 2007, doi:10.1002/dir.20074) carried on to year 12."""
    known = sbg(0.668, 3.806, 12)
    found = FADER_HARDIE[-1] * stay_beyond(FADER_HARDIE[None, None], 5, tail="sbg")[0, 0]
    carried = FADER_HARDIE[-1] * known[7:] / known[6]
    np.testing.assert_allclose(found, carried, rtol=1e-3)  # parameters are printed to three digits


@given(HAZARDS, HAZARDS)
def test_a_common_hazard_keeps_the_order(first: list[float], second: list[float]) -> None:
    months = min(len(first), len(second))
    stay = np.stack([np.cumprod(1 - np.array(each[:months])) for each in (first, second)])[None]
    curves = np.stack([stay, 2.0 * stay], axis=2)
    longer = extend_curves(curves, 60, tail="equal_hazard")[0, :, 0]
    ahead = np.sign(longer[1, months - 1] - longer[0, months - 1])
    beyond = longer[:, months:]
    assert (ahead * (beyond[1] - beyond[0]) >= -1e-12).all()


@pytest.mark.parametrize("tail", ["constant_hazard", "equal_hazard", "sbg"])
@given(HAZARDS, HAZARDS)
def test_a_longer_horizon_changes_nothing_before_it(tail: str, first: list[float], second: list[float]) -> None:
    months = min(len(first), len(second))
    stay = np.stack([np.cumprod(1 - np.array(each[:months])) for each in (first, second)])[None]
    curves = np.stack([stay, 3.0 * stay], axis=2)
    short, long = (extend_curves(curves, each, tail=tail) for each in (24, MOST_MONTHS))  # type: ignore[arg-type]
    np.testing.assert_array_equal(short, long[..., :24])
    assert (np.diff(long[:, :, 0], axis=-1) <= 1e-12).all()
    np.testing.assert_allclose(long[:, :, 1], 3.0 * long[:, :, 0], rtol=1e-9)


@pytest.mark.parametrize("tail", ["constant_hazard", "equal_hazard", "sbg"])
def test_nobody_leaves(tail: str) -> None:
    stay = np.ones((2, 2, 6))
    np.testing.assert_array_equal(stay_beyond(stay, 4, tail=tail), 1.0)  # type: ignore[arg-type]


def test_an_adjusted_curve_may_rise() -> None:
    stay = np.array([[[0.95, 0.96, 0.90, 0.88, 0.86, 0.85], [0.97, 0.95, 0.94, 0.93, 0.92, 0.91]]])
    beyond = stay_beyond(stay, 12, tail="sbg")
    assert ((beyond > 0) & (beyond <= 1)).all()
    assert (np.diff(beyond, axis=-1) <= 0).all()
