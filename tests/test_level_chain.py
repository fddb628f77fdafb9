"""True satisfaction as a chain of levels: against the process that it stands for, and identities."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from cxvalue.errors import NotEstimable
from cxvalue.estimate.chain import (
    CurrentBand,
    Dynamics,
    LevelChain,
    answered_amounts,
    make_level_chain,
    mix_bands,
    true_amounts as turn,
)
from cxvalue.value.chain.band_chain import BandChain

LIMITS = np.array([-np.inf, -0.6, 0.4, np.inf])
ROUNDING = 1e-9


def chain(dynamics: Dynamics, *, drift: np.ndarray | None = None, index_mean: float = -0.3) -> LevelChain:
    rise = np.zeros(25) if drift is None else drift
    return make_level_chain(dynamics, LIMITS, index_mean=index_mean, index_sd=0.4, drift=rise)


dynamics = st.builds(
    lambda tau, kappa, phi: Dynamics(tau * (1 - kappa), kappa, phi),
    st.floats(0.0, 0.9), st.floats(0.1, 0.95), st.floats(0.3, 0.98),
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(dynamics, st.floats(-0.5, 0.5))
def test_shares_add_up(how: Dynamics, rise: float) -> None:
    found = chain(how, drift=np.linspace(0.0, rise, 25))
    assert found.moves.sum(axis=-1) == pytest.approx(np.ones(found.moves.shape[:-1]), abs=ROUNDING)
    assert found.settled.sum(axis=-1) == pytest.approx(np.ones(found.settled.shape[:-1]), abs=ROUNDING)
    assert found.answers.sum(axis=(0, 2)) == pytest.approx(np.ones(len(found.prior)), abs=1e-5)  # bivariate integral
    assert found.band_weights().sum(axis=-1) == pytest.approx(np.ones(found.settled.shape), abs=ROUNDING)
    assert found.band_moves().sum(axis=1) == pytest.approx(np.ones(3), abs=ROUNDING)
    for band in range(3):
        assert found.given_answer(band).sum() == pytest.approx(1.0, abs=ROUNDING)
        assert found.held_in(band).sum(axis=-1) == pytest.approx(1.0, abs=ROUNDING)


def test_the_chain_is_the_process_that_it_stands_for() -> None:
    how, rng, n = Dynamics(0.15, 0.55, 0.88), np.random.default_rng(4), 400_000
    drift = np.linspace(0.0, 0.2, 25)
    mean = -0.3 + 0.4 * rng.standard_normal(n) + np.sqrt(how.stable) * rng.standard_normal(n)
    drifting = np.sqrt(how.drifting) * rng.standard_normal(n)
    answered = np.digitize(mean + drifting + np.sqrt(how.noise) * rng.standard_normal(n), LIMITS[1:-1])
    true = {0: np.digitize(mean + drifting, LIMITS[1:-1])}
    for month in range(1, 13):
        step = np.sqrt(how.drifting * (1 - how.persistence**2)) * rng.standard_normal(n)
        drifting = how.persistence * drifting + step
        true[month] = np.digitize(mean + drift[month] + drifting, LIMITS[1:-1])
    found = chain(how, drift=drift)
    everybody = sum(found.prior[:, None] * found.answers[band] for band in range(3))
    followed = found.by_band(found.follow(everybody, 12))
    for month in (0, 1, 3, 6, 12):
        shares = np.bincount(true[month], minlength=3) / n
        assert followed[month] == pytest.approx(shares, abs=0.004)  # five standard errors, and the levels' own 0.001
    answers = np.bincount(answered, minlength=3) / n
    assert (found.prior @ found.answers.sum(axis=2).T) == pytest.approx(answers, abs=0.004)
    for band in (0, 2):
        own = found.prior[:, None] * found.answers[band]
        later = found.by_band(found.follow(own / own.sum(), 12))
        for month in (0, 1, 3, 6, 12):
            shares = np.bincount(true[month][answered == band], minlength=3) / (answered == band).sum()
            # Five standard errors of 100,000 customers, and 0.01 for levels and classes.
            assert later[month] == pytest.approx(shares, abs=0.018)


def test_without_noise_those_who_answer_in_a_band_are_in_it() -> None:
    found = chain(Dynamics(0.0, 1.0, 0.9))
    for band in range(3):
        # Noise is taken as a hundredth at least.
        assert found.by_band(found.given_answer(band))[band] > 0.88


def test_what_true_bands_do_comes_back_from_answered_bands() -> None:
    how = Dynamics(0.05, 0.6, 0.9)
    levels = chain(how)
    truly = CurrentBand(np.array([0.05, 0.02, 0.008]), np.array([[1.0, 20.0], [1.0, 26.0], [1.0, 30.0]]))
    mixture = mix_bands(levels, months=3)
    assert mixture.is_well_conditioned
    hazard = np.einsum("akcj,kcj->a", mixture.shares[:, :-1], truly.hazard_at(mixture.weights[:-1])) / 3
    answered = CurrentBand(hazard, mixture.paying @ truly.amounts)
    assert answered.hazard[0] < truly.hazard[0]  # noise pulls the bands together
    found = turn(answered, mixture)
    assert found.hazard == pytest.approx(truly.hazard, abs=1e-8)  # Newton's last step
    assert found.amounts == pytest.approx(truly.amounts, abs=ROUNDING)


def test_without_leaving_there_are_no_hazards() -> None:
    curves = np.ones((3, 2, 6)) * np.array([1.0, 2.0, 4.0])[:, None, None]
    found = answered_amounts(curves, leaving=False)
    assert not found.hazard.any()
    assert found.amounts[:, 1].tolist() == [1.0, 2.0, 4.0]
    turned = turn(found, mix_bands(chain(Dynamics(0.0, 0.7, 0.9)), months=3))
    assert not turned.hazard.any()
    assert not turned.hazard_at(np.ones((5, 3)) / 3).any()


CURRENT = CurrentBand(np.array([0.05, 0.02, 0.008]), np.array([[1.0, 20.0], [1.0, 26.0], [1.0, 30.0]]))
MONEY = np.vstack([np.zeros(24), 0.99 ** np.arange(1, 25)])


@settings(max_examples=15, deadline=None)
@given(dynamics, st.sampled_from([(0, 1), (1, 2), (0, 2)]))
def test_keeping_adds_and_moving_to_the_same_band_is_worth_nothing(how: Dynamics, bands: tuple[int, int]) -> None:
    levels = chain(how)
    nothing, once, kept = BandChain(levels, CURRENT, *bands).curves(MONEY).sum(axis=1)
    assert nothing <= once + ROUNDING
    assert once <= kept + ROUNDING
    same = BandChain(levels, CURRENT, bands[0], bands[0]).curves(MONEY)
    assert same[1] - same[0] == pytest.approx(np.zeros(24), abs=ROUNDING)
    assert same[2] - same[1] == pytest.approx(np.zeros(24), abs=ROUNDING)


def test_the_closed_form_is_what_five_hundred_months_add_up_to() -> None:
    months, rate = 500, 0.02
    levels = chain(Dynamics(0.1, 0.6, 0.9), drift=np.zeros(months + 1))
    found = BandChain(levels, CURRENT, 0, 1)
    money = np.vstack([np.zeros(months), (1 + rate) ** -np.arange(1.0, months + 1)])
    solved = found.lifetime(np.array([0.0, 1.0]), discount_rate=rate)
    # After 500 months a 1.02^500 = 20,000th of at most 30 / 0.02 is left.
    assert found.curves(money).sum(axis=1) == pytest.approx(solved, abs=0.08)


def test_recovery_steady_state_and_hazards() -> None:
    found = BandChain(chain(Dynamics(0.1, 0.6, 0.9)), CURRENT, 0, 1)
    recovered = found.natural_recovery((1, 3, 6, 12))
    assert (np.diff(recovered) > 0).all()
    mix, kept = (found.steady_mix(sustained=sustained) for sustained in (False, True))
    assert not isinstance(mix, NotEstimable)
    assert not isinstance(kept, NotEstimable)
    assert mix[0] > 0.2  # as settled: the index lies 0.3 above the limit of the lowest band
    assert kept[0] == pytest.approx(0.0, abs=ROUNDING)
    assert mix.sum() == pytest.approx(1.0, abs=1e-5)  # the classes' shares are those of the bivariate integral
    assert (np.diff(found.hazards()) < 0).all()
