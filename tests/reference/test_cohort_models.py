"""Published cohort models out of the engine that also projects a sustained shift.

* HIV and hip replacement: Briggs, A., Claxton, K. and Sculpher, M. (2006), Decision Modelling for Health Economic
  Evaluation, exercises 2.5 and 3.5, Oxford University Press, ISBN 978-0-19-852662-9.
* Recency: Pfeifer, P. and Carraway, R. (2000), Modeling customer relationships as Markov chains, Journal of
  Interactive Marketing 14, doi:10.1002/(SICI)1520-6653(200021)14:2<43::AID-DIR4>3.0.CO;2-H.
* Margin multiples: Gupta, S. and Lehmann, D. (2003), Customers as assets, Journal of Interactive Marketing 17,
  doi:10.1002/dir.10045.
"""

import numpy as np
import pytest

from cxvalue.value.chain.cohort_model import CohortProjection, Reward, lifetime_value, project_cohort

HIV_CYCLES = 20


def hiv(*, combined_cycles: int) -> CohortProjection:
    """Return the HIV model: states A, B, C and dead; for some cycles a second drug slows every worsening."""
    counts = np.array([[1251, 350, 116, 17], [0, 731, 512, 15], [0, 0, 1312, 437], [0, 0, 0, 1]], dtype=float)
    moves = np.repeat((counts / counts.sum(axis=1, keepdims=True))[None], HIV_CYCLES, axis=0)
    for cycle in range(combined_cycles):
        worse = 0.509 * np.triu(moves[cycle], 1)
        moves[cycle] = worse + np.diag(1 - worse.sum(axis=1))
    costs = np.tile([2756.0 + 2278, 3052.0 + 2278, 9007.0 + 2278, 0.0], (HIV_CYCLES + 1, 1))
    costs[1 : combined_cycles + 1, :3] += 2086.50
    kinds = {"cost": Reward(costs, discount_rate=0.06), "years": Reward([1.0, 1.0, 1.0, 0.0])}
    return project_cohort(moves, [1.0, 0.0, 0.0, 0.0], rewards=kinds)


def test_hiv_single_and_combined_therapy() -> None:
    mono, combined = hiv(combined_cycles=0), hiv(combined_cycles=2)
    # All printed digits: half a unit of the last one.
    assert mono.total("cost") == pytest.approx(44_663.4535637, abs=5e-8)
    assert mono.total("years") == pytest.approx(7.9912066, abs=5e-8)
    assert combined.total("cost") == pytest.approx(50_601.6513312, abs=5e-8)
    assert combined.total("years") == pytest.approx(8.9373889, abs=5e-8)
    ratio = (combined.total("cost") - mono.total("cost")) / (combined.total("years") - mono.total("years"))
    assert ratio == pytest.approx(6_275.95560, abs=5e-6)


HIP_CYCLES, AGE = 60, 60
DEATHS_PER_1000 = (0.99, 2.6, 6.7, 19.3, 53.5, 154.8)
"""From age 35 in steps of ten years."""


def hip(*, relative_hazard: float, prosthesis: float) -> CohortProjection:
    """Return the hip model: operation, success, revision, success again, dead; ageing, and a Weibull hazard."""
    scale, shape = np.exp(-5.490935 - 0.0367022 * AGE), np.exp(0.3740968)
    moves = np.zeros((HIP_CYCLES, 5, 5))
    for k in range(1, HIP_CYCLES + 1):
        dies = DEATHS_PER_1000[min((AGE + k - 35) // 10, len(DEATHS_PER_1000) - 1)] / 1000
        fails = 1 - np.exp(scale * relative_hazard * ((k - 1) ** shape - k**shape))
        moves[k - 1] = [
            [0, 0.98, 0, 0, 0.02],
            [0, 1 - fails - dies, fails, 0, dies],
            [0, 0, 0, 1 - 0.02 - dies, 0.02 + dies],
            [0, 0, 0.04, 1 - 0.04 - dies, dies],
            [0, 0, 0, 0, 1],
        ]
    into_revision = np.zeros((5, 5))
    into_revision[:, 2] = 5_294.0
    bought = np.zeros((HIP_CYCLES + 1, 5))
    bought[0, 0] = prosthesis
    kinds = {
        "cost": Reward(bought, discount_rate=0.06, on_transition=into_revision),
        "utility": Reward([0.0, 0.85, 0.30, 0.75, 0.0], discount_rate=0.015),
    }
    return project_cohort(moves, [1.0, 0, 0, 0, 0], rewards=kinds, first_cycle=0)


def test_hip_replacement_with_a_standard_and_a_new_prosthesis() -> None:
    standard = hip(relative_hazard=1.0, prosthesis=394.0)
    new = hip(relative_hazard=float(np.exp(-1.344474)), prosthesis=579.0)
    # The coefficients are printed with seven digits, which is what the printed results can tell.
    assert standard.total("cost") == pytest.approx(512.434658, abs=1e-6)
    assert standard.total("utility") == pytest.approx(14.6531896, abs=5e-8)
    assert new.total("cost") == pytest.approx(610.311818, abs=1e-6)
    assert new.total("utility") == pytest.approx(14.69770986, abs=5e-9)
    ratio = (new.total("cost") - standard.total("cost")) / (new.total("utility") - standard.total("utility"))
    assert ratio == pytest.approx(2_198.486665, abs=2e-5)


BUYS = (0.3, 0.2, 0.15, 0.05)
"""Probability of buying again by periods since the last purchase; after the fourth nobody is asked any more."""
RECENCY = np.array(
    [[buys if to == 0 else (1 - buys) * (to == at + 1) for to in range(5)] for at, buys in enumerate(BUYS)]
    + [[0.0, 0, 0, 0, 1]]
)
MARGINS = np.array([40.0 - 4, -4, -4, -4, 0])


def test_value_by_recency_over_four_periods_and_for_ever() -> None:
    four = [
        project_cohort(
            RECENCY, np.eye(5)[at], rewards={"margin": Reward(MARGINS, discount_rate=0.2)}, cycles=4, first_cycle=0
        ).total("margin")
        for at in range(4)
    ]
    # Printed with three digits after the point.
    assert four == pytest.approx([50.115, 4.220, 0.592, -1.980], abs=5.1e-4)
    forever = lifetime_value(RECENCY, MARGINS, discount_rate=0.2)
    assert forever[:4] == pytest.approx([52.320, 5.554, 1.251, -1.820], abs=5.1e-4)


@pytest.mark.parametrize(("retention", "multiple"), [(0.6, 1.15), (0.7, 1.67), (0.8, 2.50), (0.9, 4.09)])
def test_margin_multiples(retention: float, multiple: float) -> None:
    stays = [[retention, 1 - retention], [0.0, 1.0]]
    # Money comes at the end of each year, so the first margin of 1 is no part of it. Printed with two digits.
    by_solving = lifetime_value(stays, [1.0, 0.0], discount_rate=0.12)[0] - 1
    by_adding = project_cohort(stays, [1.0, 0.0], rewards={"margin": Reward([1.0, 0.0], 0.12)}, cycles=300)
    assert by_solving == pytest.approx(retention / (1.12 - retention), abs=1e-12)  # rounding
    assert by_solving == pytest.approx(multiple, abs=5.1e-3)
    assert by_adding.total("margin") == pytest.approx(by_solving, abs=1e-12)  # what is left after 300 years
