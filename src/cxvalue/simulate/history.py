"""What each customer answered before: the part of the past that a study knows and adjusts for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxvalue.simulate.survey import Answers, band_scores
from cxvalue.vocabulary import BANDS


@dataclass(frozen=True, slots=True)
class AnswerHistory:
    """The latest answer of each of n customers.

    Parameters
    ----------
    band : numpy.ndarray
        Code of its band, shape (n,); the number of bands for customers who have not answered.
    offset : numpy.ndarray
        Its month, shape (n,); −1 for customers who have not answered.
    """

    band: NDArray[np.int64]
    offset: NDArray[np.int64]

    def after(self, answers: Answers, *, offset: int) -> AnswerHistory:
        """Return the history once a month's answers are in.

        Parameters
        ----------
        answers : Answers
            The month's answers.
        offset : int
            The month.

        Returns
        -------
        AnswerHistory
            The new history.
        """
        band, month = self.band.copy(), self.offset.copy()
        band[answers.customer] = band_scores(answers.score)
        month[answers.customer] = offset
        return AnswerHistory(band, month)

    def columns(self, *, offset: int) -> NDArray[np.float64]:
        """Return the history as columns of a regression.

        Parameters
        ----------
        offset : int
            The month from which one looks back.

        Returns
        -------
        numpy.ndarray
            One 0/1 column a band and the months since the answer (0 without one), shape (n, bands + 1).
        """
        answered = self.offset >= 0
        since = np.where(answered, offset - self.offset, 0)
        return np.column_stack([*(self.band == code for code in range(len(BANDS))), since]).astype(np.float64)


def no_history(n: int) -> AnswerHistory:
    """Return the history of customers who have not been asked yet.

    Parameters
    ----------
    n : int
        Customers.

    Returns
    -------
    AnswerHistory
        Nothing for any of them.
    """
    return AnswerHistory(np.full(n, len(BANDS), dtype=np.int64), np.full(n, -1, dtype=np.int64))
