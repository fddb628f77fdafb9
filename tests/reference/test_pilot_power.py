"""Published figures on sample sizes.

Two proportions: documentation of R's ``power.prop.test`` (stats): power 0.740 with 50 in each group for 0.50 against
0.75, and 76.7 in each group for a power of 0.90.

Net promoter score: the variance of a multinomial share difference; 50 % satisfied, 30 % neutral, 20 % dissatisfied.

Recovery with nothing done: van Doorn et al., over-time variation in satisfaction scores: 44 % of the dissatisfied
stayed dissatisfied six weeks later.
"""

import pytest

from cxvalue.estimate.noise import (
    lasting_moves,
    nps_sample_size,
    nps_standard_error,
    pilot_power,
    pilot_sample_size,
)


def test_two_proportions() -> None:
    assert pilot_power(50, 50, recovery_control=0.50, uplift=0.25) == pytest.approx(0.740, abs=5e-4)
    found = pilot_sample_size(0.50, 0.25, power=0.90)
    assert (found.n_control, found.n_programme) == (77, 77)  # 76.7, rounded up


def test_error_of_a_net_promoter_score() -> None:
    assert 1.96 * nps_standard_error(0.5, 0.2, n=400) == pytest.approx(7.7, abs=0.05)


def test_answers_to_see_five_points() -> None:
    assert nps_sample_size(0.5, 0.2, 5) == pytest.approx(3830, abs=5)  # published as about 3,830


def test_a_count_before_and_after_shows_moves_where_there_are_none() -> None:
    # 1,000 dissatisfied, nothing done: 560 answer better the next time, and in the control group as many.
    assert lasting_moves(1000, recovery_programme=0.56, recovery_control=0.56, attenuation=0.48) == 0.0
