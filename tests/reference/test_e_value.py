"""Published figures on unobserved confounding.

E-values: VanderWeele, T. and Ding, P. (2017), Sensitivity analysis in observational research: introducing the E-value,
Annals of Internal Medicine 167, doi:10.7326/M16-2607 (risk ratio 3.9, interval from 1.8; 2.4 is another limit), as the
R package EValue prints them.

Robustness values: Cinelli, C. and Hazlett, C. (2020), Making sense of sensitivity: extending omitted variable bias,
Journal of the Royal Statistical Society B 82, doi:10.1111/rssb.12348, the effect of direct harm on attitudes to peace
in Darfur, as the R package sensemakr prints them.
"""

import math

import pytest

from cxvalue.estimate.diagnose.e_value import e_value, e_value_of
from cxvalue.estimate.diagnose.robustness_value import bias_factor, robustness_value

DARFUR_ESTIMATE, DARFUR_SE, DARFUR_T, DARFUR_DOF = 0.09731582, 0.02325654, 4.18445, 783
T_CRITICAL = 1.96300  # of Student's t with 782 degrees of freedom at 5 %


@pytest.mark.parametrize(("risk_ratio", "published"), [(3.9, 7.263034), (2.4, 4.23303), (1.0, 1.0)])
def test_e_value(risk_ratio: float, published: float) -> None:
    assert e_value(risk_ratio) == pytest.approx(published, abs=5e-6)  # the last printed digit


def test_protective_ratios_count_as_their_inverse() -> None:
    found = e_value_of(1 / 3.9, 1 / 6.0, 1 / 2.4)
    assert (found.point, found.limit) == pytest.approx((7.263034, 4.23303), abs=5e-6)


def test_a_limit_beyond_one_needs_no_confounder() -> None:
    assert e_value_of(0.80, 0.64, 1.02).limit == 1.0
    assert e_value_of(1.30, 0.98, 1.70).limit == 1.0


def test_robustness_values_of_darfur() -> None:
    assert robustness_value(DARFUR_T, DARFUR_DOF) == pytest.approx(0.13878, abs=5e-6)
    with_error = robustness_value(DARFUR_T, DARFUR_DOF, t_critical=T_CRITICAL)
    assert with_error == pytest.approx(0.07626, abs=5e-6)
    partial_r2 = DARFUR_T**2 / (DARFUR_T**2 + DARFUR_DOF)
    assert partial_r2 == pytest.approx(0.02187, abs=5e-6)


def test_a_confounder_as_strong_as_gender_in_darfur() -> None:
    bias = DARFUR_SE * math.sqrt(DARFUR_DOF) * bias_factor(0.1246409, 0.00916429)
    assert DARFUR_ESTIMATE - bias == pytest.approx(0.07522025, abs=1e-7)  # eight printed digits in all inputs
