"""Pilots: lasting moves by hand, and sample sizes that agree with the power they promise."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from cxvalue.errors import SettingsError
from cxvalue.estimate.noise import lasting_moves, nps_sample_size, nps_standard_error, pilot_power, pilot_sample_size
from cxvalue.estimate.noise.lasting import lasting_contrast


def test_lasting_moves_by_hand() -> None:
    # 1,000 × (0.60 − 0.50) = 100 more answers in a better band; half of a true move shows: 200 moves.
    assert lasting_moves(1000, recovery_programme=0.6, recovery_control=0.5, attenuation=0.5) == pytest.approx(200)
    assert lasting_moves(1000, recovery_programme=0.5, recovery_control=0.6, attenuation=1.0) == pytest.approx(-100)


def test_lasting_moves_of_a_simulated_pilot() -> None:
    # 30 % of the truly dissatisfied are moved to neutral; answers are wrong with known probabilities.
    rng, n = np.random.default_rng(4), 200_000
    answers = np.array([[0.75, 0.20, 0.05], [0.25, 0.50, 0.25], [0.03, 0.27, 0.70]])  # by true band
    true = rng.choice(3, size=n, p=[0.3, 0.4, 0.3])

    def ask(band: np.ndarray) -> np.ndarray:
        return (rng.random((len(band), 1)) > answers[band].cumsum(axis=1)).sum(axis=1)

    asked = true[ask(true) == 0]
    half = len(asked) // 2
    control, programme = asked[:half], asked[half : 2 * half]
    moved = (programme == 0) & (rng.random(half) < 0.3)
    recovery = [float((ask(band) > 0).mean()) for band in (control, np.where(moved, 1, programme))]
    found = lasting_moves(
        half, recovery_programme=recovery[1], recovery_control=recovery[0], attenuation=answers[0, 0] - answers[1, 0]
    )
    # Standard error √(2 × 0.25 × n) / 0.5 answers: three of them.
    assert abs(found - moved.sum()) < 3 * np.sqrt(0.5 * half) / 0.5
    assert recovery[0] * half > moved.sum()  # the count before and after is larger, and it is no effect at all


@given(st.floats(0.1, 0.6), st.floats(0.02, 0.3), st.floats(0.5, 0.95), st.floats(0.3, 3.0))
@settings(max_examples=50, deadline=None)
def test_the_size_gives_the_power(control: float, uplift: float, power: float, ratio: float) -> None:
    size = pilot_sample_size(control, uplift, power=power, ratio=ratio)
    found = pilot_power(size.n_control, size.n_programme, recovery_control=control, uplift=uplift)
    # Rounding up adds at most one customer to each group: of 20 or more, 0.03 of power.
    assert power - 0.005 <= found <= power + 0.05
    assert size.summary().startswith(f"{size.n_control:,} customers")


def test_an_uplift_down_needs_as_many_as_one_up() -> None:
    assert pilot_sample_size(0.6, -0.1).n_control == pilot_sample_size(0.5, 0.1).n_control


@pytest.mark.parametrize(
    "plan", [{"recovery_control": 1.2, "uplift": 0.1}, {"recovery_control": 0.95, "uplift": 0.1},
             {"recovery_control": 0.5, "uplift": 0.0}, {"recovery_control": 0.5, "uplift": 0.1, "power": 1.0},
             {"recovery_control": 0.5, "uplift": 0.1, "ratio": 0.0}],
)  # fmt: skip
def test_plans_that_cannot_be_are_refused(plan: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match="Allowed"):
        pilot_sample_size(**plan)


def test_other_figures_out_of_range_are_refused() -> None:
    with pytest.raises(SettingsError, match="attenuation"):
        lasting_moves(10, recovery_programme=0.5, recovery_control=0.4, attenuation=0.0)
    with pytest.raises(SettingsError, match="1 or more"):
        pilot_power(0, 10, recovery_control=0.5, uplift=0.1)
    with pytest.raises(SettingsError, match="at most 1 together"):
        nps_standard_error(0.8, 0.4, n=100)
    with pytest.raises(SettingsError, match="above 0"):
        nps_sample_size(0.5, 0.2, 0)


def test_the_inverse_gives_back_what_noise_mixed() -> None:
    C = np.array([[0.7, 0.25, 0.05], [0.2, 0.6, 0.2], [0.05, 0.25, 0.7]])
    true = np.array([100.0, 160.0, 190.0])
    assert lasting_contrast(C @ true, C, from_band=0, to_band=1) == pytest.approx(60)
    assert lasting_contrast(C @ true, C, from_band=0, to_band=0) == 0
    assert lasting_contrast(true, np.eye(3), from_band=1, to_band=2) == pytest.approx(30)
