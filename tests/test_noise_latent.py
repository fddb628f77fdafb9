"""The numerical parts of survey noise: normal probabilities, ordered probit, polychoric correlations, reliability."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import multivariate_normal, truncnorm
from statsmodels.miscmodels.ordinal_model import OrderedModel

from cxvalue.errors import NotEstimable
from cxvalue.estimate.noise.bivariate_normal import bivariate_cdf, bivariate_density
from cxvalue.estimate.noise.latent_answers import order_levels
from cxvalue.estimate.noise.misclassification import Misclassification, band_probabilities
from cxvalue.estimate.noise.ordered_probit import OrderedProbit, fit_ordered_probit
from cxvalue.estimate.noise.polychoric import Polychoric, correlate_answers, polychoric
from cxvalue.estimate.noise.reliability import Reliability, fit_reliability
from cxvalue.estimate.noise.truncated_normal import truncated_moments
from cxvalue.estimate.replicate import jackknife_se

INF = np.inf


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-0.95, 0.95))
@settings(max_examples=60, deadline=None)
def test_bivariate_probabilities_are_those_of_scipy(h: float, k: float, correlation: float) -> None:
    theirs = multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf([h, k])
    ours = float(bivariate_cdf(np.array(h), np.array(k), np.array(correlation)))
    assert ours == pytest.approx(theirs, abs=1e-7)  # both integrate numerically


@pytest.mark.parametrize("correlation", [-0.9, -0.3, 0.0, 0.5, 0.98])
def test_quadrants_follow_sheppard(correlation: float) -> None:
    # P(X ≤ 0, Y ≤ 0) = 1/4 + arcsin(ρ) / 2π.
    ours = bivariate_cdf(np.array(0.0), np.array(0.0), np.array(correlation))
    assert float(ours) == pytest.approx(0.25 + np.arcsin(correlation) / (2 * np.pi), abs=1e-12)


def test_infinite_limits_leave_the_margins() -> None:
    h, rho = np.array([-INF, 0.0, INF]), np.array(0.6)
    assert bivariate_cdf(h, np.array(INF), rho) == pytest.approx([0, 0.5, 1], abs=1e-12)
    assert bivariate_density(h, np.array(INF), rho) == pytest.approx([0, 0, 0])


def test_the_density_is_the_derivative_by_the_correlation() -> None:
    h, k, step = np.array([0.3, -1.0]), np.array([-0.4, 2.0]), 1e-5
    slope = (bivariate_cdf(h, k, np.array(0.4 + step)) - bivariate_cdf(h, k, np.array(0.4 - step))) / (2 * step)
    assert bivariate_density(h, k, np.array(0.4)) == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize(("low", "high"), [(-INF, -1.0), (-0.5, 0.8), (1.0, INF), (7.0, 7.5), (-INF, INF)])
def test_truncated_moments(low: float, high: float) -> None:
    mean, square = truncated_moments(np.array(low), np.array(high))
    theirs = truncnorm(low, high)
    assert float(mean) == pytest.approx(theirs.mean(), abs=1e-6)
    assert float(square) == pytest.approx(theirs.var() + theirs.mean() ** 2, rel=1e-6)


def test_moments_of_an_interval_without_probability_are_those_of_its_nearer_end() -> None:
    mean, square = truncated_moments(np.array([12.0, -INF]), np.array([13.0, -12.0]))
    assert mean == pytest.approx([12.0, -12.0])
    assert square == pytest.approx([144.0, 144.0])


def latent(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return covariates and levels of an ordered probit with thresholds −0.5, 0.4, 1.2."""
    rng = np.random.default_rng(seed)
    design = rng.standard_normal((n, 2))
    answered = design @ [0.8, -0.3] + rng.standard_normal(n)
    return design, np.digitize(answered, [-0.5, 0.4, 1.2])


def test_ordered_probit_is_that_of_statsmodels() -> None:
    design, level = latent(800, seed=3)
    ours = fit_ordered_probit(level, design, n_levels=4)
    assert isinstance(ours, OrderedProbit)
    theirs = OrderedModel(level, design, distr="probit").fit(method="bfgs", disp=False, gtol=1e-8)
    assert ours.coefficients == pytest.approx(theirs.params[:2], abs=1e-5)  # where its search ends
    assert ours.thresholds[1:-1] == pytest.approx(
        theirs.model.transform_threshold_params(theirs.params)[1:-1], abs=1e-5
    )


def test_ordered_probit_without_covariates_has_the_margins_thresholds() -> None:
    level = np.repeat([0, 1, 2], [30, 50, 20])
    found = fit_ordered_probit(level, np.empty((100, 0)), n_levels=3)
    assert isinstance(found, OrderedProbit)
    assert found.thresholds[1:-1] == pytest.approx([-0.5244005, 0.8416212])  # normal quantiles of 0.3 and 0.8


def test_a_covariate_that_tells_the_answer_is_not_estimable() -> None:
    level = np.repeat([0, 1], 100)
    assert isinstance(fit_ordered_probit(level, level[:, None] * 1.0, n_levels=2), NotEstimable)


def two_answers(n: int, correlation: float, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two latent standard normal values that correlate."""
    first, other = np.random.default_rng(seed).standard_normal((2, n))
    return first, correlation * first + (1 - correlation**2) ** 0.5 * other


@pytest.mark.parametrize(("equal", "correlation"), [(30, np.sin(np.pi * 0.1)), (40, np.sin(np.pi * 0.3)), (25, 0.0)])
def test_tetrachoric_of_median_splits(equal: int, correlation: float) -> None:
    # Of 100 pairs `equal` lie in each equal cell: equal/100 = 1/4 + arcsin(ρ)/2π, so ρ = sin(2π(equal/100 − 1/4)).
    first, second = np.repeat([0, 0, 1, 1], 25), np.repeat([0, 1, 0, 1], [equal, 50 - equal, 50 - equal, equal])
    first = np.repeat([0, 1], 50)
    found = polychoric(first, second)
    assert isinstance(found, Polychoric)
    assert found.correlation == pytest.approx(correlation, abs=1e-7)


def test_polychoric_recovers_the_correlation_behind_bands() -> None:
    first, second = two_answers(40_000, 0.35, seed=5)
    found = polychoric(np.digitize(first, [-0.4, 0.6]), np.digitize(second, [-0.2, 0.7]))
    assert isinstance(found, Polychoric)
    assert abs(found.correlation - 0.35) < 3 * found.se  # by chance once in 370
    assert found.se < 0.01
    few = polychoric(np.zeros(100, int), np.arange(100) % 3)
    assert isinstance(few, NotEstimable)


def test_correlation_that_covariates_leave_over() -> None:
    # Two answers share a covariate and 0.3 of what it leaves; the plain correlation holds the covariate too.
    rng = np.random.default_rng(6)
    shared = rng.standard_normal(20_000)
    first, second = two_answers(20_000, 0.3, seed=7)
    levels = tuple(np.digitize(shared + each, [-1.0, 0.0, 0.9]) for each in (first, second))
    common = {"n_levels": 4, "group": np.arange(20_000) % 50, "groups": 50}
    partial = correlate_answers(levels, (shared, shared), **common)
    plain = correlate_answers(levels, (np.zeros(20_000), np.zeros(20_000)), **common)
    assert isinstance(partial, Polychoric)
    assert isinstance(plain, Polychoric)
    assert abs(partial.correlation - 0.3) < 3 * partial.se
    assert abs(plain.correlation - 0.65) < 3 * plain.se  # (1 + 0.3) / (1 + 1)
    # Without covariates it is the plain polychoric correlation.
    tabled = polychoric(*levels)
    assert isinstance(tabled, Polychoric)
    assert plain.correlation == pytest.approx(tabled.correlation, abs=1e-6)


def test_one_step_errors_are_those_of_fitting_without_each_group() -> None:
    first, second = two_answers(2_000, 0.4, seed=8)
    levels = (np.digitize(first, [-0.4, 0.6]), np.digitize(second, [-0.4, 0.6]))
    group, zeros = np.random.default_rng(9).integers(0, 12, 2_000), np.zeros(2_000)
    whole = correlate_answers(levels, (zeros, zeros), n_levels=3, group=group, groups=12)
    assert isinstance(whole, Polychoric)
    again = [polychoric(levels[0][group != g], levels[1][group != g]) for g in range(12)]
    exact = np.array([fitted.correlation for fitted in again if isinstance(fitted, Polychoric)])
    # The step keeps the thresholds; in six trials the errors agreed within 4 %.
    assert jackknife_se(whole.leave_one_group_out) == pytest.approx(jackknife_se(exact), rel=0.1)


def correlations(gaps: np.ndarray, stable: float, drifting: float, persistence: float) -> list[Polychoric]:
    """Return exact correlations of a decay."""
    exact = stable + drifting * persistence**gaps
    return [Polychoric(float(r), 0.01, 1000, np.full(10, r)) for r in exact]


def test_reliability_of_exact_correlations() -> None:
    gaps = np.array([1.0, 3.0, 6.0, 12.0, 24.0])
    found = fit_reliability(gaps, correlations(gaps, 0.2, 0.5, 0.9), confidence=0.95)
    assert isinstance(found, Reliability)
    assert (found.stable, found.drifting, found.persistence) == pytest.approx((0.2, 0.5, 0.9), abs=1e-4)
    assert found.noise.estimate == pytest.approx(0.3, abs=1e-4)
    assert found.at(0) == pytest.approx(found.of_answer)
    # Twelve months: 0.5 × (1 − 0.9¹²) = 0.3588 has moved, beside 0.3 of noise.
    assert found.of_difference(12) == pytest.approx(0.3588 / 0.6588, abs=1e-3)
    assert found.to_frame()["fitted"].to_numpy() == pytest.approx(0.2 + 0.5 * 0.9**gaps, abs=1e-4)
    assert "30% is noise" in found.summary()


def test_a_fit_on_its_bound_says_what_else_fits() -> None:
    # Half-yearly gaps, errors of 0.04: the best fit has no noise, and some noise fits nearly as well.
    gaps = np.array([6.0, 12.0, 18.0])
    exact = correlations(gaps, 0.0, 1.0, 0.92)
    found = fit_reliability(gaps, [replace(each, se=0.04) for each in exact], confidence=0.95)
    assert isinstance(found, Reliability)
    assert found.noise.estimate == pytest.approx(0.0, abs=1e-3)
    assert found.noise.ci_high > 0.05
    assert not found.is_told
    told = fit_reliability(gaps, [replace(each, se=0.001) for each in exact], confidence=0.95)
    assert isinstance(told, Reliability)
    assert told.is_told


def test_two_gaps_do_not_tell_noise_from_change() -> None:
    gaps = np.array([6.0, 12.0])
    found = fit_reliability(gaps, correlations(gaps, 0.2, 0.5, 0.9), confidence=0.95)
    assert isinstance(found, NotEstimable)
    assert "2 different numbers of months" in str(found)


def test_true_and_answered_bands_by_hand() -> None:
    # Two halves that correlate by a half (reliability a quarter): a third in each equal cell, a sixth in the others.
    joint = band_probabilities(np.zeros(1), np.array([-INF, 0.0, INF]), 0.25)[0]
    assert joint == pytest.approx(np.array([[2, 1], [1, 2]]) / 6)
    found = Misclassification(joint)
    assert found.true_given_answered == pytest.approx(np.array([[2, 1], [1, 2]]) / 3)
    assert found.attenuation(0, 1) == pytest.approx(1 / 3)
    assert found.condition == pytest.approx(3.0)  # eigenvalues 1 and 1/3
    assert found.refusal() is None


def test_probabilities_add_up_and_noise_free_answers_are_true() -> None:
    index, limits = np.array([-1.0, 0.0, 2.0]), np.array([-INF, -0.3, 0.5, INF])
    joint = band_probabilities(index, limits, 0.7)
    assert joint.sum(axis=(1, 2)) == pytest.approx(np.ones(3), abs=1e-9)
    nearly = Misclassification(band_probabilities(np.zeros(1), limits, 0.98)[0])
    assert np.diag(nearly.true_given_answered).min() > 0.8


def test_bands_that_tell_too_little_are_refused() -> None:
    limits = np.array([-INF, -0.3, 0.5, INF])
    found = Misclassification(band_probabilities(np.zeros(1), limits, 0.2)[0])
    refused = found.refusal()
    assert found.condition > 10
    assert isinstance(refused, NotEstimable)
    assert "condition number" in str(refused)


def test_scores_become_levels_the_better_the_higher() -> None:
    score, band = np.array([9.0, 0.0, 7.0, 10.0, 6.0]), np.array([2, 0, 1, 2, 0])
    levels = order_levels(score, band)
    assert levels.level.tolist() == [3, 0, 2, 4, 1]
    assert levels.first_of_band == (0, 2, 3)
    effort = order_levels(10 - score, band)  # a low effort is good
    assert effort.level.tolist() == levels.level.tolist()


def test_scores_that_are_many_or_do_not_follow_the_bands_count_as_bands() -> None:
    band = np.repeat([0, 1, 2], 20)
    assert order_levels(np.arange(60.0), band).n_levels == 3
    crossed = np.array([1.0, 3.0, 2.0, 4.0, 5.0])
    assert order_levels(crossed, np.array([0, 0, 1, 2, 2])).level.tolist() == [0, 0, 1, 2, 2]
