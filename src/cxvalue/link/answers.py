"""The answers that count, with what was known at each: kept column by column, as they come."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import DTypeLike

from cxvalue.link.columns import Floats
from cxvalue.link.covariates import Covariates, covariates
from cxvalue.link.gathered import Gathered
from cxvalue.link.people import People
from cxvalue.link.spill import GrowingMatrix
from cxvalue.link.spill_columns import AnyColumn, AnyMatrix
from cxvalue.tables import CleanTables
from cxvalue.vocabulary import BANDS


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The n answers that count, by customer group, customer and month.

    Parameters
    ----------
    m0 : ndarray or SpillColumn of shape (n,)
        Month of the answer.
    band : ndarray or SpillColumn of shape (n,)
        Code of the band.
    score : ndarray or SpillColumn of shape (n,)
        The score as given.
    customer : ndarray or SpillColumn of shape (n,)
        Position of the customer among the people; ascending. It tells answers of one customer from those of others,
        and nothing else.
    group : ndarray or SpillColumn of shape (n,)
        Customer group, 0 to G − 1; ascending.
    active : ndarray or SpillMatrix of shape (n, 2)
        Words of the months in which the customer was active.
    covariates : Covariates
        Known at the answer.
    segments : ndarray or SpillMatrix of shape (n, number of segments)
        Codes of the segment columns, −1 where blank.
    """

    m0: AnyColumn
    band: AnyColumn
    score: AnyColumn
    customer: AnyColumn
    group: AnyColumn
    active: AnyMatrix
    covariates: Covariates
    segments: AnyMatrix


class GrowingAnswers:
    """The answers with what was known at each, as they come block by block of customers.

    Parameters
    ----------
    gathered : Gathered
        The answers.
    clean : CleanTables
        The tables.
    """

    def __init__(self, gathered: Gathered, clean: CleanTables) -> None:
        self._gathered, self._clean = gathered, clean
        self._group = gathered.spill.column(np.int32, np.int64)
        self._matrices: dict[str, GrowingMatrix] = {}
        self._known: Covariates | None = None

    def append(self, people: People, first: int, rows: slice, means: Floats) -> None:
        """Add the answers of a block.

        Parameters
        ----------
        people : People
            The customers of the block.
        first : int
            The first of them.
        rows : slice
            Positions of their answers.
        means : ndarray of shape (r, c)
            Trailing means.
        """
        gathered = self._gathered
        person, m0, band = gathered.person[rows] - first, gathered.m0[rows], gathered.band[rows]
        again = np.diff(person, prepend=-1) == 0
        known = covariates(
            people,
            self._clean,
            person=person,
            month=m0,
            means=means,
            previous=np.where(again, np.roll(band, 1), len(BANDS)),
            months_since=np.where(again, m0 - np.roll(m0, 1), 0),
        )
        self._known = known
        self._group.append(people.group[person])
        self._matrix("active", np.int64, np.int64).append(people.active[person])
        self._matrix("segments", np.int32, np.int64).append(people.segments[person])
        self._matrix("numbers", np.float64, np.float64).append(known.numbers[:])
        self._matrix("codes", np.int32, np.int64).append(known.codes[:])

    def _matrix(self, name: str, narrow: DTypeLike, wide: DTypeLike) -> GrowingMatrix:
        if name not in self._matrices:
            self._matrices[name] = self._gathered.spill.matrix(narrow, wide)
        return self._matrices[name]

    def end(self) -> Answers:
        """Return the answers.

        Returns
        -------
        Answers
            By customer group, customer and month.

        Raises
        ------
        ValueError
            When no block was added.
        """
        gathered, known = self._gathered, self._known
        if known is None:
            raise ValueError("no block of customers was added")
        kept = {name: matrix.end() for name, matrix in self._matrices.items()}
        known = replace(known, numbers=kept["numbers"], codes=kept["codes"])
        return Answers(
            gathered.m0, gathered.band, gathered.score, gathered.person, self._group.end(), kept["active"], known,
            kept["segments"],
        )  # fmt: skip
