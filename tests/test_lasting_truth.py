"""The true value of a lasting move in a simulated base."""

from dataclasses import replace

import pytest

from cxvalue.simulate import SCENARIOS, SimulatedBase, simulate

SMALL = replace(SCENARIOS["survey_noise"], n_customers=2_000)


@pytest.fixture(scope="module")
def noisy() -> SimulatedBase:
    return simulate(SMALL, seed=7)


@pytest.fixture(scope="module")
def noise_free() -> SimulatedBase:
    return simulate(replace(SMALL, survey_noise_sd=0.0), seed=7)


def test_without_survey_noise_every_measured_move_is_a_lasting_one(noise_free: SimulatedBase) -> None:
    truth = noise_free.truth
    lasting = truth.per_lasting_move
    assert (lasting.per_customer, lasting.se, lasting.n_from_band) == (truth.per_customer, truth.se, truth.n_from_band)


def test_noise_does_not_change_who_truly_is_dissatisfied(noisy: SimulatedBase, noise_free: SimulatedBase) -> None:
    # The months are the same; only answers differ, and with them the previous band by which donors are found.
    lasting = noisy.truth.per_lasting_move
    assert lasting.n_from_band == noise_free.truth.n_from_band
    assert noisy.truth.n_from_band > lasting.n_from_band  # noise spreads answers into the outer bands
    assert lasting.per_customer is not None
    assert lasting.se is not None
    # The same customers move; donors are drawn anew, which is most of what the standard error holds.
    assert abs(lasting.per_customer - noise_free.truth.per_customer) < 2 * (lasting.se + noise_free.truth.se)


def test_a_lasting_move_is_worth_more_than_a_measured_one(noisy: SimulatedBase) -> None:
    lasting = noisy.truth.per_lasting_move
    assert lasting.per_customer is not None
    assert lasting.per_customer > 1.1 * noisy.truth.per_customer


def test_the_truth_file_tells_both(noisy: SimulatedBase) -> None:
    told, lasting = noisy.truth.to_dict(), noisy.truth.per_lasting_move
    assert told["per_lasting_move"] == {
        "value": lasting.per_customer, "se": lasting.se, "n_from_band": lasting.n_from_band,
    }  # fmt: skip
    assert simulate(SMALL, seed=7).truth.to_dict() == told
