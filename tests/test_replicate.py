"""Jackknife and draws: worked by hand, and the identities that everything above relies on."""

import numpy as np
import pytest

from cxvalue.estimate.replicate import draw, group_draws, interval, jackknife_se, t_factor


def test_jackknife_of_a_mean_is_its_textbook_standard_error() -> None:
    # Leaving one of n values out of their mean gives the classic s / sqrt(n):
    # values 1, 2, 6: mean 3, s² = ((-2)² + (-1)² + 3²) / 2 = 7, so se = sqrt(7 / 3).
    values = np.array([1.0, 2.0, 6.0])
    loo = (values.sum() - values) / 2
    assert jackknife_se(loo) == pytest.approx(np.sqrt(7 / 3), rel=1e-12)


def test_interval_reaches_by_students_t() -> None:
    values = np.array([1.0, 2.0, 6.0])
    found = interval(3.0, (values.sum() - values) / 2, confidence=0.95)
    # t(2 degrees of freedom, 97.5 %) = 4.302653
    assert found.ci_high - 3.0 == pytest.approx(4.302653 * np.sqrt(7 / 3), rel=1e-6)
    assert t_factor(3, 0.95) == pytest.approx(4.302653, rel=1e-6)


def test_draws_have_exactly_the_jackknife_error_and_the_estimate_as_their_mean() -> None:
    rng = np.random.default_rng(3)
    loo = rng.normal(size=(40, 5, 2))
    estimate = np.arange(10.0).reshape(5, 2)
    drawn = draw(estimate, loo, group_draws(40, 500, seed=1))
    assert drawn.shape == (500, 5, 2)
    np.testing.assert_allclose(drawn.mean(axis=0), estimate, atol=1e-12)
    np.testing.assert_allclose(drawn.std(axis=0), jackknife_se(loo), rtol=1e-9)


def test_draws_of_a_sum_are_the_sum_of_the_draws() -> None:
    rng = np.random.default_rng(4)
    loo = rng.normal(size=(30, 4))
    weights = group_draws(30, 200, seed=7)
    parts = draw(np.zeros(4), loo, weights)
    whole = draw(np.zeros(()), loo.sum(axis=1), weights)
    np.testing.assert_allclose(parts.sum(axis=1), whole, atol=1e-12)


def test_seed_decides_the_draws() -> None:
    assert np.array_equal(group_draws(20, 100, seed=5), group_draws(20, 100, seed=5))
    assert not np.array_equal(group_draws(20, 100, seed=5), group_draws(20, 100, seed=6))


def test_fewer_draws_than_groups_keep_the_scale_on_average() -> None:
    weights = group_draws(200, 100, seed=2)
    assert weights.shape == (100, 200)
    assert np.mean(weights**2) == pytest.approx(199 / 200, rel=1e-9)
