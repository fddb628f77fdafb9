"""Survey waves: who is asked, who answers, and with what score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxvalue.simulate.customers import LAST_DAY, Customers
from cxvalue.simulate.expectation import observed_index
from cxvalue.simulate.month import Month
from cxvalue.simulate.outcomes import logistic
from cxvalue.simulate.scenario import Scenario
from cxvalue.simulate.stream import WAVE, random_stream

LOWEST_NEUTRAL_SCORE: Final = 7
LOWEST_SATISFIED_SCORE: Final = 9
CHANNELS: Final = ("email", "app", "phone")
CHANNEL_SHARES: Final = (0.6, 0.3, 0.1)
LAST_INVITATION_DAY: Final = 14


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one month.

    Parameters
    ----------
    invited : numpy.ndarray
        Positions of the customers asked in the month. Shape (p,), integer.
    invited_day : numpy.ndarray
        Day of the month of the invitation. Shape (p,), integer.
    customer : numpy.ndarray
        Positions of those who answered. Shape (q,), integer.
    day : numpy.ndarray
        Day of the month of the answer. Shape (q,), integer.
    score : numpy.ndarray
        Score, 0 to 10. Shape (q,), integer.
    channel : numpy.ndarray
        Position in ``CHANNELS``, which nothing depends on. Shape (q,), integer.
    """

    invited: NDArray[np.int64]
    invited_day: NDArray[np.int64]
    customer: NDArray[np.int64]
    day: NDArray[np.int64]
    score: NDArray[np.int64]
    channel: NDArray[np.int64]


def wave_of(scenario: Scenario, offset: int) -> int | None:
    """Return the wave in whose fieldwork a month lies.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    offset : int
        Months since the first month.

    Returns
    -------
    int or None
        Position in ``scenario.waves``; None between waves.

    Examples
    --------
    >>> wave_of(Scenario(waves=(8, 17), fieldwork_months=2), 18)
    1
    """
    for wave, start in enumerate(scenario.waves):
        if start <= offset < start + scenario.fieldwork_months:
            return wave
    return None


def survey_month(scenario: Scenario, customers: Customers, month: Month, *, seed: int, wave: int) -> Answers:
    """Ask the customers whose turn it is in a month of a wave.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        All n customers.
    month : Month
        A month of the wave's fieldwork.
    seed : int
        Seed of the base.
    wave : int
        Position of the wave.

    Returns
    -------
    Answers
        Who was asked and who answered.
    """
    rng, n = random_stream(seed, WAVE, wave), len(customers)
    turn = rng.integers(0, scenario.fieldwork_months, size=n) + scenario.waves[wave]
    asked = rng.random(n) < (1.0 if scenario.share_invited is None else scenario.share_invited)
    answers = rng.random(n) < prob_answering(scenario, customers, month)
    observed = month.satisfaction + scenario.survey_noise_sd * rng.standard_normal(n)
    first_day = np.where(customers.joined == month.offset, customers.joined_day, 1)
    invited_day = np.maximum(rng.integers(1, LAST_INVITATION_DAY + 1, size=n), first_day)
    day = np.minimum(invited_day + rng.integers(0, LAST_DAY - LAST_INVITATION_DAY + 1, size=n), LAST_DAY)
    channel = rng.choice(len(CHANNELS), size=n, p=CHANNEL_SHARES)
    invited = month.active & asked & (turn == month.offset)
    customer = np.flatnonzero(invited & answers)
    return Answers(
        invited=np.flatnonzero(invited),
        invited_day=invited_day[invited],
        customer=customer,
        day=day[customer],
        score=score_satisfaction(observed[customer], cut_points=scenario.cut_points),
        channel=channel[customer],
    )


def prob_answering(scenario: Scenario, customers: Customers, month: Month) -> NDArray[np.float64]:
    """Return the probability that a customer who is invited answers.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        n customers.
    month : Month
        The month of asking.

    Returns
    -------
    numpy.ndarray
        Probabilities, shape (n,).
    """
    by_segment = np.array([segment.response_log_odds for segment in scenario.segments])
    index = observed_index(
        scenario,
        scenario.response,
        customers,
        trailing_incidents=month.trailing_incidents,
        tenure_years=month.tenure_years,
    )
    base = np.log(scenario.response_prob / (1 - scenario.response_prob))
    own = scenario.response_satisfaction * month.satisfaction
    return logistic(base + index + by_segment[customers.segment] + own)


def score_satisfaction(satisfaction: NDArray[np.float64], *, cut_points: tuple[float, ...]) -> NDArray[np.int64]:
    """Turn satisfaction into a score from 0 to 10.

    Parameters
    ----------
    satisfaction : numpy.ndarray
        Satisfaction as answered, shape (n,).
    cut_points : tuple of float
        Ten increasing cuts.

    Returns
    -------
    numpy.ndarray
        The number of cuts at or below each, shape (n,).

    Examples
    --------
    >>> score_satisfaction(np.array([-9.0, 0.0, 9.0]), cut_points=tuple(range(-5, 5))).tolist()
    [0, 6, 10]
    """
    return np.searchsorted(np.asarray(cut_points), satisfaction, side="right").astype(np.int64)


def band_scores(score: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the band of each score as a position in ``vocabulary.BANDS``.

    Parameters
    ----------
    score : numpy.ndarray
        Scores from 0 to 10, shape (n,).

    Returns
    -------
    numpy.ndarray
        0 up to a score of 6, 1 for 7 and 8, 2 above. Shape (n,).

    Examples
    --------
    >>> band_scores(np.array([0, 6, 7, 8, 9, 10])).tolist()
    [0, 0, 1, 1, 2, 2]
    """
    return np.digitize(score, [LOWEST_NEUTRAL_SCORE, LOWEST_SATISFIED_SCORE]).astype(np.int64)
