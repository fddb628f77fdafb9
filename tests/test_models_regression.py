"""Regressions on cells against the same on rows: coefficients, sandwich, tests, dropped terms."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.genmod import families

from cxvalue.errors import NotEstimable
from cxvalue.estimate.models.cells import cell_numbers, group_rows
from cxvalue.estimate.models.counts import likeliest_alpha, negative_binomial_alpha
from cxvalue.estimate.models.dispersion import dispersion_test
from cxvalue.estimate.models.family import Family
from cxvalue.estimate.models.money import variance_power
from cxvalue.estimate.models.regression import Regression, regress

N, MONTHS = 400, 6
LINKS = families.links


def fitted(found: Regression | NotEstimable) -> Regression:
    """Return the fit, or fail with the reason."""
    assert isinstance(found, Regression), found
    return found


def fit(
    X: np.ndarray, total: np.ndarray, weight: np.ndarray, cluster: np.ndarray, family: Family
) -> Regression | NotEstimable:
    """Fit rows whose columns are named by their position."""
    labels = tuple(str(j) for j in range(X.shape[1]))
    return regress(X, total, weight, cluster=cluster, n_clusters=N, family=family, labels=labels)


def monthly(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.random.Generator]:
    """Return episodes' design rows, customers (some with several episodes), linear predictors, and the generator."""
    rng = np.random.default_rng(seed)
    customer = np.sort(rng.integers(0, N, N))
    band = rng.integers(0, 3, N)
    X = np.column_stack([np.ones(N), band == 1, band == 2, rng.normal(size=N)]).astype(float)
    shared = rng.normal(0.0, 0.5, N)[customer]
    return X, customer, X @ np.array([-0.8, 0.3, 0.7, 0.4]) + shared, rng


def draw_rows(kind: str, eta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return monthly outcomes of shape (n, months)."""
    mean = np.exp(np.repeat(eta[:, None], MONTHS, axis=1))
    if kind in ("logit", "cloglog"):
        return (rng.random(mean.shape) < mean / (1 + mean)).astype(float)
    if kind == "gamma":
        return rng.gamma(2.0, mean / 2.0)
    if kind == "tweedie":
        return rng.gamma(2.0, mean) * (rng.random(mean.shape) < 0.6)
    return rng.poisson(mean).astype(float)


ROWWISE = {
    "logit": (Family("logit"), families.Binomial()),
    "cloglog": (Family("cloglog"), families.Binomial(LINKS.CLogLog())),
    "poisson": (Family("log", 1.0), families.Poisson()),
    "gamma": (Family("log", 2.0), families.Gamma(LINKS.Log())),
    "tweedie": (Family("log", 1.6), families.Tweedie(LINKS.Log(), var_power=1.6)),
}


@pytest.mark.parametrize("kind", list(ROWWISE))
def test_totals_give_what_monthly_rows_give(kind: str) -> None:
    ours, theirs = ROWWISE[kind]
    X, customer, eta, rng = monthly(3)
    y = draw_rows(kind, eta, rng)
    found = fitted(fit(X, y.sum(axis=1), np.full(N, float(MONTHS)), customer, ours))
    rows = sm.GLM(y.ravel(), np.repeat(X, MONTHS, axis=0), family=theirs)
    result = rows.fit(
        tol=1e-12, cov_type="cluster", cov_kwds={"groups": np.repeat(customer, MONTHS), "use_correction": False}
    )
    # Both stop when no coefficient moves by 1e-9 or less, and Newton's steps square the error.
    np.testing.assert_allclose(found.coefficients, result.params, atol=1e-10)
    c = len(np.unique(customer))
    # The factor for few clusters is ours alone: statsmodels was asked for none.
    np.testing.assert_allclose(found.covariance(), result.cov_params() * c / (c - 1), rtol=1e-7)


def test_cells_give_the_errors_of_rows_not_of_cells() -> None:
    # Discrete covariates: 400 × 6 rows collapse into six cells; every row is its own cluster, which is HC0.
    rng = np.random.default_rng(8)
    n = 2400
    band, segment = rng.integers(0, 3, n), rng.integers(0, 2, n)
    X = np.column_stack([np.ones(n), band == 1, band == 2, segment]).astype(float)
    y = (rng.random(n) < 0.1 + 0.1 * band + 0.05 * segment).astype(float)
    labels = ("one", "neutral", "satisfied", "segment")
    found = fitted(regress(X, y, np.ones(n), cluster=np.arange(n), n_clusters=n, family=Family("logit"), labels=labels))
    assert (found.n_rows, found.n_cells) == (n, 6)
    rows = sm.GLM(y, X, family=families.Binomial()).fit(tol=1e-12, cov_type="HC0")
    np.testing.assert_allclose(found.coefficients, rows.params, atol=1e-10)  # both to convergence, as above
    np.testing.assert_allclose(found.covariance(), rows.cov_params() * n / (n - 1), rtol=1e-9)


def test_negative_binomial_is_that_of_statsmodels() -> None:
    X, customer, eta, rng = monthly(4)
    months = rng.integers(1, 13, N).astype(float)
    count = rng.poisson(months * np.exp(eta) * rng.gamma(2.0, 0.5, N)).astype(float)
    start = fitted(fit(X, count, months, customer, Family("log"))).coefficients
    alpha = negative_binomial_alpha(X, count, months, start=start)
    assert not isinstance(alpha, NotEstimable)
    theirs = sm.NegativeBinomial(count, X, exposure=months).fit(disp=0, maxiter=200, gtol=1e-8, method="bfgs")
    np.testing.assert_allclose([alpha], theirs.params[-1:], rtol=1e-4)  # a general optimiser stops at 1e-5 or so
    found = fitted(fit(X, count, months, customer, Family("log", 1.0, alpha)))
    np.testing.assert_allclose(found.coefficients, theirs.params[:-1], atol=1e-4)
    rows = sm.GLM(count, X, family=families.NegativeBinomial(alpha=alpha), offset=np.log(months))
    clustered = rows.fit(tol=1e-12, cov_type="cluster", cov_kwds={"groups": customer, "use_correction": False})
    c = len(np.unique(customer))
    np.testing.assert_allclose(found.covariance(), clustered.cov_params() * c / (c - 1), rtol=1e-7)


def test_complementary_log_log_is_the_cox_model_seen_month_by_month() -> None:
    # Exponential times with hazards 0.03 and 0.06 a month, seen by the month, up to 24. The grouped likelihood of
    # proportional hazards has the coefficient of the Cox model; Efron's treatment of ties comes close to it.
    rng = np.random.default_rng(12)
    n = 1500
    x = rng.integers(0, 2, n).astype(float)
    time = np.ceil(rng.exponential(1 / (0.03 * 2.0**x))).astype(int)
    month, event = np.minimum(time, 24), (time <= 24).astype(float)
    cox = sm.PHReg(month, x[:, None], status=event, ties="efron").fit()
    at = np.repeat(np.arange(n), month)
    k = np.concatenate([np.arange(1, m + 1) for m in month])
    y = ((k == month[at]) & (event[at] > 0)).astype(float)
    X = np.column_stack([(k[:, None] == np.arange(1, 25)).astype(float), x[at]])
    labels = tuple(str(j) for j in range(25))
    found = fitted(regress(X, y, np.ones(len(y)), cluster=at, n_clusters=n, family=Family("cloglog"), labels=labels))
    assert found.n_cells == 48
    # A hundredth is a sixth of the standard error of about 0.06.
    assert found.coefficients[-1] == pytest.approx(float(cox.params[0]), abs=0.01)
    assert np.sqrt(found.covariance()[-1, -1]) == pytest.approx(float(cox.bse[0]), rel=0.1)


def test_poisson_pseudo_likelihood_recovers_the_mean_whatever_the_variance() -> None:
    rng = np.random.default_rng(21)
    X, customer, _, _ = monthly(21)
    beta = np.array([3.0, 0.2, 0.4, -0.3])
    mean = np.exp(X @ beta)
    y = mean * rng.lognormal(-0.5, 1.0, N) * 2.0 * (rng.random(N) < 0.5)  # mean 1 × mean, half of them 0
    found = fitted(fit(X, y, np.ones(N), customer, Family("log", 1.0)))
    se = np.sqrt(np.diag(found.covariance()))
    # Four coefficients within four standard errors of the truth: all of them in 99.97 % of samples.
    assert np.all(np.abs(found.coefficients - beta) < 4 * se)
    assert np.all(se < 0.3)


def test_the_dispersion_test_tells_the_families_apart() -> None:
    # 2,000 counts of mean 1: with alpha 0.8 the statistic is about 10, so the choice does not hang on the seed.
    rng = np.random.default_rng(31)
    mean = np.full(2000, 1.0)
    flat, spread = rng.poisson(mean), rng.poisson(mean * rng.gamma(1 / 0.8, 0.8, 2000))
    assert not dispersion_test(flat.astype(float), mean).rejects
    found = dispersion_test(spread.astype(float), mean, cluster=np.arange(2000))
    assert found.rejects
    assert found.alpha == pytest.approx(0.8, abs=4 * found.se)
    assert likeliest_alpha(spread.astype(float), mean) == pytest.approx(0.8, rel=0.25)  # its standard error is 7 %
    assert "negative binomial" in found.summary()


def test_the_dispersion_test_by_hand() -> None:
    # μ = 1: ((y − 1)² − y) = 1, −1, −1, 1 for y = 0, 1, 2, 3, so alpha = 0; residuals the same, Σ r² = 4, n − 1 = 3.
    found = dispersion_test(np.array([0.0, 1.0, 2.0, 3.0]), np.ones(4))
    assert found.alpha == 0.0
    assert found.se == pytest.approx(np.sqrt(4 / 3 / 4))


@pytest.mark.parametrize("power", [1.2, 1.8])
def test_the_power_of_the_variance_is_found(power: float) -> None:
    rng = np.random.default_rng(5)
    mean = np.exp(rng.normal(1.0, 1.0, 5000))
    shape = mean ** (2 - power)  # a gamma of this shape has variance mean**power
    value = rng.gamma(shape, mean / shape)
    # Log-normal means with sd 1 and 5,000 values: standard error about 0.04.
    assert variance_power(value, mean, np.ones(5000)) == pytest.approx(power, abs=0.15)


def test_no_power_where_all_means_are_the_same() -> None:
    assert variance_power(np.array([1.0, 2.0, 3.0]), np.full(3, 2.0), np.ones(3)) is None


def test_terms_without_a_coefficient_of_their_own_are_named() -> None:
    X, customer, eta, rng = monthly(6)
    y = draw_rows("poisson", eta, rng)[:, 0]
    rare = np.zeros(N)
    rare[np.flatnonzero(y == 0)[:12]] = 1.0  # a category in which nothing happened
    wide = np.column_stack([X, X[:, 1] + X[:, 2], rare])
    found = fitted(fit(wide, y, np.ones(N), customer, Family("log")))
    assert found.labels == ("0", "1", "2", "3")
    assert found.dropped == (
        "4 (constant, or a combination of earlier terms)",
        "5 (without it, or with it, there is no event)",
    )
    plain = fitted(fit(X, y, np.ones(N), customer, Family("log")))
    np.testing.assert_allclose(found.coefficients, plain.coefficients, atol=1e-10)


def test_a_separated_slope_is_not_estimable() -> None:
    x = np.linspace(-1, 1, N)
    X = np.column_stack([np.ones(N), x])
    found = fit(X, (x > 0).astype(float), np.ones(N), np.arange(N), Family("logit"))
    assert isinstance(found, NotEstimable)


def test_rows_are_told_apart_exactly() -> None:
    rng = np.random.default_rng(2)
    X = rng.integers(0, 3, size=(500, 4)) * 0.1
    numbers = cell_numbers(np.ascontiguousarray(X))
    _, expected = np.unique(X, axis=0, return_inverse=True)
    assert numbers.max() == expected.max()
    for number in range(numbers.max() + 1):
        assert len(np.unique(expected[numbers == number])) == 1
    cells = group_rows(np.array([[0.0], [-0.0]]), np.ones(2), np.ones(2))
    assert cells.total.tolist() == [2.0]  # minus zero is zero
