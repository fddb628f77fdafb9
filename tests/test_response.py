"""The response model against statsmodels, and the weights against arithmetic."""

from collections.abc import Iterator

import numpy as np
import pytest
import statsmodels.api as sm

from cxvalue.errors import NotEstimable
from cxvalue.estimate.answer_weights import MIN_PROBABILITY
from cxvalue.estimate.response import PRIOR, fit_response, leave_groups_out, newton
from cxvalue.link import Asked, AskedRows, Covariates

GROUPS = 20


def rows(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a design, answers that depend on it, and customer groups."""
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(n), rng.normal(size=n), rng.integers(0, 2, n)])
    answered = rng.random(n) < 1 / (1 + np.exp(1.0 - 0.8 * design[:, 1] - 0.3 * design[:, 2]))
    return design, answered.astype(float), rng.integers(0, GROUPS, n)


def test_newton_is_the_maximum_likelihood_fit() -> None:
    design, answered, _ = rows(4000, 1)
    reference = sm.Logit(answered, design).fit(disp=0)
    # To first order, the prior moves the coefficients by its precision × their covariance × themselves.
    expected = reference.params - PRIOR * reference.cov_params() @ reference.params
    np.testing.assert_allclose(newton(design, answered), expected, atol=1e-8)


def test_one_step_without_a_group_is_close_to_a_new_fit() -> None:
    design, answered, group = rows(4000, 2)
    full = newton(design, answered)
    loo = leave_groups_out(design, answered, group, full, GROUPS)
    keep = group != 5
    again = newton(design[keep], answered[keep])
    # The step left over is of the order of the square of the change itself.
    assert np.abs(loo[5] - again).max() < 0.1 * np.abs(full - again).max()


def test_separated_answers_stay_finite() -> None:
    design = np.column_stack([np.ones(100), np.repeat([0.0, 1.0], 50)])
    assert np.isfinite(newton(design, np.repeat([0.0, 1.0], 50))).all()


def asked(n: int, months: int, prob: float) -> Asked:
    """Return customers asked in several months who answer at random; every answerer is a candidate."""
    rng = np.random.default_rng(3)
    answered = rng.random((n, months)) < prob
    record = np.where(answered.any(axis=1), np.arange(n), -1)
    covariates = Covariates(
        ("x",), rng.normal(size=(n * months, 1)), ("segment",), (("a", "b"),), rng.integers(0, 2, (n * months, 1))
    )
    month, group = np.tile(np.arange(100, 100 + months), n), np.repeat(rng.integers(0, GROUPS, n), months)
    rows = AskedRows(month, answered.ravel(), np.repeat(record, months), group, covariates)

    def candidates() -> Iterator[AskedRows]:
        for half in np.array_split(np.arange(n), 2):  # in two batches, as big bases come
            at = np.flatnonzero(np.isin(rows.record, half))
            yield AskedRows(month[at], rows.answered[at], rows.record[at], group[at], covariates.take(at))

    return Asked(tuple(range(100, 100 + months)), lambda: rows, candidates, record[record >= 0], 1.0)


def test_weights_are_one_over_the_probability_of_answering_at_least_once() -> None:
    # Answering with 30 % in each of three months: 1 - 0.7³ = 65.7 % answer at least once.
    found = fit_response(asked(6000, 3, 0.3), ("x", "segment"), groups=GROUPS)
    assert not isinstance(found, NotEstimable)
    weights = found.weights(0)
    assert len(weights) == len(found.records)
    assert weights.mean() == pytest.approx(1 / 0.657, rel=0.02)
    assert found.n_capped() == 0
    assert weights.sum() == pytest.approx(6000, rel=0.02)


def test_rare_answers_are_capped_and_counted() -> None:
    found = fit_response(asked(60_000, 1, 0.002), ("x",), groups=GROUPS)
    assert not isinstance(found, NotEstimable)
    assert found.weights(0).max() == pytest.approx(1 / MIN_PROBABILITY)
    assert found.n_capped() > 0


def test_too_few_answers_are_not_estimable() -> None:
    found = fit_response(asked(100, 1, 0.2), ("x",), groups=GROUPS)
    assert isinstance(found, NotEstimable)
    assert "at least 50" in found.reason
