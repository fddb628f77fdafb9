"""Records: answers as the models see them, with the band that can be set to another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.bands import BandStudy
from cxvalue.link import Covariates
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import Band


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """What was known at n answers.

    Parameters
    ----------
    customer, band : ndarray of shape (n,)
        Number of the customer, and code of the band.
    weight : ndarray of shape (n,)
        What each stands for: 1 for episodes, 1 / P(answered) for the target.
    design : ndarray of shape (n, p)
        Covariate columns of the default design, the intercept first.
    covariates : Covariates
        All covariates as they are.
    """

    customer: Integers
    band: Integers
    weight: Floats
    design: Floats
    covariates: Covariates

    def __len__(self) -> int:
        return len(self.band)

    def take(self, at: Integers) -> Records:
        """Return some of the records, or the same ones several times.

        Parameters
        ----------
        at : ndarray
            Positions.

        Returns
        -------
        Records
            The records.
        """
        return Records(
            self.customer[at], self.band[at], self.weight[at], self.design[at], self.covariates.take(at.astype(np.intp))
        )


def records_at(study: BandStudy, at: Integers, *, design: Floats, weight: Floats) -> Records:
    """Return the records of some answers of a study.

    Parameters
    ----------
    study : BandStudy
        The study.
    at : ndarray of shape (n,)
        Positions among all answers.
    design : ndarray of shape (n, p)
        Covariate columns of these answers.
    weight : ndarray of shape (n,)
        Weights.

    Returns
    -------
    Records
        The records.
    """
    answers = study.linked.answers
    return Records(answers.customer[at], answers.band[at], weight, design, answers.covariates.take(at.astype(np.intp)))


def target_of(study: BandStudy, band: Band, *, most: int, seed: int) -> tuple[Integers, Floats]:
    """Return the customers now in a band, with their weights.

    Parameters
    ----------
    study : BandStudy
        The study.
    band : {"dissatisfied", "neutral", "satisfied"}
        The band.
    most : int
        Customers, at most; beyond that a random sample stands for all.
    seed : int
        Seed of that sample.

    Returns
    -------
    tuple of ndarray of shape (t,) and ndarray of shape (t,)
        Positions of their latest answers, and 1 / P(answered) or 1.
    """
    found = study.target_rows(band)
    weight = found.weights(0)
    inside = np.arange(len(found.at))
    if len(inside) > most:
        inside = np.sort(np.random.default_rng(seed).choice(inside, size=most, replace=False))
    return found.at[inside], weight[inside]
