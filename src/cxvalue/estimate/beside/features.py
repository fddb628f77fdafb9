"""Features: covariates as any scikit-learn learner takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.link import Covariates
from cxvalue.link.columns import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """How covariates become features; frozen on some rows and used for others.

    Parameters
    ----------
    middle : ndarray of shape (c,)
        What stands for a number that is not known: its median.
    flagged : ndarray of bool, shape (c,)
        Numbers that are sometimes not known and carry a flag.
    """

    middle: Floats
    flagged: np.ndarray[tuple[int], np.dtype[np.bool_]]

    def matrix(self, covariates: Covariates) -> Floats:
        """Return the features of some customer-months.

        Parameters
        ----------
        covariates : Covariates
            Of n customer-months.

        Returns
        -------
        ndarray of shape (n, q)
            Numbers, flags for those not known, and a column of 0 and 1 for every category; no gaps.
        """
        numbers = covariates.numbers[:]
        unknown = np.isnan(numbers)
        parts = [np.where(unknown, self.middle, numbers), unknown[:, self.flagged].astype(np.float64)]
        for at, levels in enumerate(covariates.levels):
            parts.append((covariates.codes[:, at][:, None] == np.arange(len(levels))).astype(np.float64))
        return np.hstack(parts)


def choose_features(covariates: Covariates) -> Features:
    """Return how covariates become features.

    Parameters
    ----------
    covariates : Covariates
        Of the rows that learners are fitted on.

    Returns
    -------
    Features
        Medians and flags.
    """
    numbers = covariates.numbers[:]
    unknown = np.isnan(numbers)
    middle = [float(np.median(column[~np.isnan(column)])) if (~np.isnan(column)).any() else 0.0 for column in numbers.T]
    return Features(np.array(middle, dtype=np.float64), np.asarray(unknown.any(axis=0)))
