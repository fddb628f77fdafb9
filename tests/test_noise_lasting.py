"""The value of a lasting move: worked on normal satisfaction, recovered from arrays, and from simulated bases."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.coverage import settings_for

import cxvalue as cx
from cxvalue.engine import DuckDBEngine
from cxvalue.estimate import BandStudy, Standardised, estimate_bands
from cxvalue.estimate.noise import LastingMove, SurveyNoise, fit_survey_noise, value_lasting_move
from cxvalue.estimate.noise.lasting import (
    LatentEpisodes,
    lasting_contrast,
    latent_coefficients,
    latent_regressors,
    with_noise_left_out,
)
from cxvalue.estimate.noise.latent_answers import LatentAnswers
from cxvalue.estimate.noise.misclassification import Misclassification, band_probabilities
from cxvalue.estimate.noise.reliability import Reliability
from cxvalue.link import EpisodeOutcomes, link, make_timeline
from cxvalue.simulate import SCENARIOS, SimulatedBase, simulate
from cxvalue.tables import check_tables, read_tables

LIMITS = np.array([-np.inf, -0.4, 0.5, np.inf])


def bands_as_levels(band: np.ndarray, index: np.ndarray) -> LatentAnswers:
    return LatentAnswers(band, index, LIMITS, LIMITS)


def test_the_inverse_overstates_where_outcomes_follow_satisfaction_within_a_band() -> None:
    # The outcome is satisfaction itself, two thirds of an answer's variance: the true difference is known exactly, and
    # so is what the inverse of C makes of the means by answered band.
    answers = bands_as_levels(np.arange(3), np.zeros(3))
    reliability, every = 2 / 3, np.arange(3)
    answered, _ = answers.true_moments(every, reliability)
    true = [float(answers.moments_in_band(every[:1], band, reliability)[0][0]) for band in range(3)]
    found = Misclassification(band_probabilities(np.zeros(1), LIMITS, reliability)[0])
    by_matrix = lasting_contrast(answered, found.true_given_answered, from_band=0, to_band=1)
    assert answered[1] - answered[0] < true[1] - true[0]  # answers pull the bands together
    assert 1.15 < by_matrix / (true[1] - true[0]) < 1.25  # and the inverse pushes them too far apart, by a fifth
    # The law of total expectation: the means by answered band are those of the population, mixed.
    assert found.joint.sum(axis=1) @ answered == pytest.approx(found.joint.sum(axis=0) @ true, abs=1e-9)


def noisy_episodes(n: int, *, seed: int, reliability: float) -> tuple[LatentEpisodes, LatentAnswers, np.ndarray]:
    """Return episodes whose outcome is 3 + x + (2 + 0.5 x) s − 0.6 s² a month, their answers, and true satisfaction."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(n)
    index = 0.6 * x
    satisfaction = index + reliability**0.5 * rng.standard_normal(n)
    answered = satisfaction + (1 - reliability) ** 0.5 * rng.standard_normal(n)
    mean = 3 + x + (2 + 0.5 * x) * satisfaction - 0.6 * satisfaction**2
    outcome = mean[:, None] + rng.standard_normal((n, 2))
    last_k = rng.integers(1, 3, n)
    outcome[last_k < 2, 1] = 0.0
    episodes = LatentEpisodes(np.column_stack([np.ones(n), x]), outcome, last_k, rng.integers(0, 20, n), 20)
    return episodes, bands_as_levels(np.digitize(answered, LIMITS[1:-1]), index), satisfaction


def test_the_regression_finds_the_curve_behind_noisy_answers() -> None:
    episodes, answers, _ = noisy_episodes(60_000, seed=1, reliability=0.65)
    every = np.arange(60_000)
    regressors = latent_regressors(episodes.design, *answers.true_moments(every, 0.65))
    found = latent_coefficients(regressors, episodes)
    # Two months are added up. Over 20 seeds the standard deviations are at most 0.08.
    assert found[0] == pytest.approx([6, 2, 4, 1, -1.2], abs=0.3)
    # Left out: the same as without those customers.
    kept = episodes.group != 7
    fewer = LatentEpisodes(
        episodes.design[kept], episodes.outcome[kept], episodes.last_k[kept], episodes.group[kept], 20
    )
    assert found[8] == pytest.approx(latent_coefficients(regressors[kept], fewer)[0], abs=1e-8)


def test_the_contrast_of_true_bands_comes_back_and_the_inverse_overstates() -> None:
    episodes, answers, satisfaction = noisy_episodes(60_000, seed=2, reliability=0.65)
    every, x = np.arange(60_000), episodes.design[:, 1]
    found = latent_coefficients(latent_regressors(episodes.design, *answers.true_moments(every, 0.65)), episodes)[0]
    truly = np.digitize(satisfaction, LIMITS[1:-1]) == 0
    low, high = (answers.moments_in_band(every[truly], band, 0.65) for band in (0, 1))
    moved = latent_regressors(episodes.design[truly], *high) - latent_regressors(episodes.design[truly], *low)
    ours = float((moved @ found).mean())
    # The truth, by drawing for everybody who truly is dissatisfied a satisfaction from the neutral band at the same x.
    rng = np.random.default_rng(3)
    drawn = 0.6 * x[truly, None] + 0.65**0.5 * rng.standard_normal((int(truly.sum()), 60))
    inside = (drawn > LIMITS[1]) & (drawn <= LIMITS[2])
    curve = (2 + 0.5 * x[truly, None]) * drawn - 0.6 * drawn**2
    lent = np.where(inside, curve, 0).sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
    own = (2 + 0.5 * x[truly]) * satisfaction[truly] - 0.6 * satisfaction[truly] ** 2
    known = inside.any(axis=1)
    truth = 2 * float((lent - own)[known].mean())
    assert ours == pytest.approx(truth, rel=0.05)  # the curve's own error; those without a draw are 2 % at most
    assert known.mean() > 0.98


def test_the_noise_of_a_replicate_enters_by_its_derivative() -> None:
    # The figure is 10 × noise in every replicate; those left out have noise 0.01 and −0.02 beside 0.3.
    found = with_noise_left_out(lambda noise: np.full(3, 10 * noise), 0.3, np.array([0.31, 0.28]), step=0.05)
    assert found == pytest.approx([3.0, 3.1, 2.8])


def test_few_episodes_at_the_last_month_leave_few_columns() -> None:
    episodes = LatentEpisodes(np.ones((200, 10)), np.zeros((200, 3)), np.repeat([3, 1], 100), np.zeros(200, int), 1)
    assert episodes.n_columns() == 2  # 100 episodes at month 3: five columns, two for each of the design's and s²


@contextmanager
def bands_of(base: SimulatedBase) -> Iterator[BandStudy]:
    """Give the estimated bands of a simulated base."""
    settings, engine = settings_for(base), DuckDBEngine(threads=1)
    try:
        given = cx.Tables(**base.tables)
        clean = check_tables(engine, read_tables(engine, settings, given=given, folder=Path()))
        timeline = make_timeline(engine, clean, settings.study)
        linked = link(engine, clean, timeline, groups=settings.study.groups)
        outcomes = EpisodeOutcomes(linked.months, clean, timeline, linked.answers)
        yield estimate_bands(
            linked, outcomes, timeline, groups=settings.study.groups, adjust=settings.adjust, seed=settings.study.seed
        )
    finally:
        engine.close()


NOISE_OF_SCENARIO = 0.49 / 1.49
"""Variance of the survey noise over that of drift and noise. Those who leave take some of the drift's variance along:
among those who stay the share is up to 0.02 higher."""


def contribution_weights(base: SimulatedBase, study: BandStudy) -> np.ndarray:
    """Return what a unit of each metric counts in each month."""
    economics = settings_for(base).economics
    assert economics is not None
    units = economics.unit_values(study.metrics, {})
    return np.asarray(units[:, None] * economics.discount(np.arange(1, study.timeline.horizon + 1)))


def lasting(study: BandStudy, noise: SurveyNoise, weights: np.ndarray) -> LastingMove:
    found = value_lasting_move(noise, study, weights=weights, from_band="dissatisfied", to_band="neutral")
    assert isinstance(found, LastingMove)
    return found


@pytest.mark.slow
def test_lasting_moves_of_simulated_bases_with_survey_noise() -> None:
    found, truth, noises = [], [], []
    for seed in (301, 302):
        base = simulate(replace(SCENARIOS["survey_noise"], n_customers=6_000), seed=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", cx.CxValueWarning)
            with bands_of(base) as study:
                noise = fit_survey_noise(study, study.read_rows(), confidence=0.95)
                found.append(lasting(study, noise, contribution_weights(base, study)))
        assert isinstance(noise.reliability, Reliability)
        noises.append(noise.reliability.noise)
        truth.append(base.truth.per_lasting_move.per_customer)
        assert noise.misclassification.attenuation(0, 1) < 0.9
        assert "shows in answers" in noise.summary()
    error = np.mean([v.value.estimate for v in found]) - np.mean(truth)
    se = np.sqrt(np.mean([v.value.se**2 for v in found]) / len(found))
    assert abs(error) <= 3 * se  # by chance once in 370
    assert se < np.mean(truth)  # and the bound means something
    for interval in noises:
        assert abs(interval.estimate - NOISE_OF_SCENARIO) <= 3 * interval.se
    assert found[0].to_frame()["method"].tolist() == ["latent", "matrix"]


@pytest.mark.slow
def test_one_wave_has_no_noise_to_measure_and_no_lasting_value() -> None:
    base = simulate(replace(SCENARIOS["survey_noise"], n_customers=3_000, waves=(8,)), seed=303)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        with bands_of(base) as study:
            noise = fit_survey_noise(study, study.read_rows(), confidence=0.95)
            weights = contribution_weights(base, study)
            value = value_lasting_move(noise, study, weights=weights, from_band="dissatisfied", to_band="neutral")
            measured = study.fit(Standardised(), from_band="dissatisfied", horizon=study.timeline.horizon)
    assert isinstance(value, cx.NotEstimable)
    assert isinstance(noise.migration, cx.NotEstimable)
    assert noise.to_frame().empty
    assert not isinstance(measured, cx.NotEstimable)  # the value per measured move stands all the same
