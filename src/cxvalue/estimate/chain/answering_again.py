"""Answering again: how likely customers who answered and are still there were to answer again later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.noise.polychoric import MIN_PAIRS
from cxvalue.estimate.response import independent, newton
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.timeline import MIN_SHARE_OF_BUSIEST
from cxvalue.vocabulary import BANDS

LEAST_PROBABILITY: Final = 0.02
"""Probabilities of answering again below this count as this much, so that no pair stands for more than 50."""


@dataclass(frozen=True, slots=True, eq=False)
class RepeatAnswers:
    """Pairs of answers of the same customer, some months apart, weighted for answering again.

    Parameters
    ----------
    first, second : ndarray of shape (n,)
        Positions of the two answers.
    gap : ndarray of shape (n,)
        Months between.
    log_odds : ndarray of shape (n,)
        Log odds of answering again, given what was known at the first answer and that the customer is still there.
    """

    first: Integers
    second: Integers
    gap: Integers
    log_odds: Floats

    def weights(self, second_band: Integers, *, tilt: float = 0.0) -> Floats:
        """Return the inverse probability of answering again.

        Parameters
        ----------
        second_band : ndarray of shape (n,)
            Band of the second answers, 0 to B − 1.
        tilt : float
            By how much the log odds of answering again rise with each band of the answer; 0 where response depends on
            nothing but what is known.

        Returns
        -------
        ndarray of shape (n,)
            Weights, 1 to 50.
        """
        own = self.log_odds + tilt * (second_band - (len(BANDS) - 1) / 2)
        return np.asarray(1.0 / np.maximum(expit(own), LEAST_PROBABILITY))


def find_repeat_answers(study: BandStudy, kept: Integers) -> RepeatAnswers:
    """Return all pairs of answers of the same customers with their odds of answering again.

    Parameters
    ----------
    study : BandStudy
        All answers.
    kept : ndarray
        Positions of the answers that count, ascending.

    Returns
    -------
    RepeatAnswers
        Pairs at every gap with at least 50 of them.

    Notes
    -----
    At risk of answering again after g months is every answer whose customer is active then, where that month holds at
    least 5 % as many answers as the busiest. One logistic model serves all gaps, with the design and the band of the
    first answer and the gap; those who left are no part of it, so that the pairs speak of those who stay.
    """
    answers = study.linked.answers
    busy = np.unique(answers.m0, return_counts=True)
    months = busy[0][busy[1] >= MIN_SHARE_OF_BUSIEST * busy[1].max()]
    last = int(np.max(answers.m0))
    key = answers.customer * (last + 1) + answers.m0
    parts = []
    for gap in np.unique(np.subtract.outer(months, months)):
        if gap <= 0:
            continue
        later = answers.m0[kept] + gap
        there = study.outcomes.clean.activity.calendar.unpack(answers.active[kept], later[:, None])[:, 0]
        first = kept[there & np.isin(later, months)]
        wanted = answers.customer[first] * (last + 1) + answers.m0[first] + gap
        place = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        second = np.where((key[place] == wanted) & np.isin(place, kept), place, -1)
        if int((second >= 0).sum()) >= MIN_PAIRS:
            parts.append((first, second, np.full(len(first), gap)))
    if not parts:
        nothing = np.empty(0, dtype=np.int64)
        return RepeatAnswers(nothing, nothing, nothing, np.empty(0))
    first, second, apart = (np.concatenate(each) for each in zip(*parts, strict=True))
    log_odds = odds_of_answering(study, first, apart, second >= 0)
    found = second >= 0
    return RepeatAnswers(first[found], second[found], apart[found], log_odds[found])


def odds_of_answering(study: BandStudy, first: Integers, gap: Integers, answered: NDArray[np.bool_]) -> Floats:
    """Return the fitted log odds of answering again.

    Parameters
    ----------
    study : BandStudy
        Design and bands of the answers.
    first : ndarray of shape (n,)
        Positions of the first answers.
    gap : ndarray of shape (n,)
        Months after which they could have answered again.
    answered : ndarray of shape (n,)
        Whether they did.

    Returns
    -------
    ndarray of shape (n,)
        Log odds.
    """
    band = study.linked.answers.band[first]
    parts = [study.design[first]]
    parts += [(band == code)[:, None].astype(np.float64) for code in range(1, len(BANDS))]
    parts += [(gap == months)[:, None].astype(np.float64) for months in np.unique(gap)[1:]]
    design = np.hstack(parts)
    design = design[:, independent(design)]
    return np.asarray(design @ newton(design, answered.astype(np.float64)))
