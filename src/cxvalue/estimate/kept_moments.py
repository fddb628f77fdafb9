"""Moments as arrays, to be kept for the next run, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.keep import Arrays, check_shape
from cxvalue.estimate.moments import N_BANDS, Moments
from cxvalue.link.columns import Integers


@dataclass(frozen=True, slots=True, eq=False)
class KeptMoments:
    """How the moments of some partitions are written and read.

    Parameters
    ----------
    shapes : tuple of tuple of int
        Strata and columns of the design, S and p, of each partition.
    groups : int
        G.
    outcomes : int
        M·H.
    last_k : ndarray of shape (E,)
        Last observed month of each censoring class.

    Notes
    -----
    Of Σ x xᵀ only cells with episodes are written: most are empty where strata are cohorts.

    Examples
    --------
    >>> from cxvalue.estimate.moments import empty_moments
    >>> form = KeptMoments(((2, 3),), 5, 8, np.array([4, 2]))
    >>> arrays = form.to_arrays([empty_moments(2, 5, form.last_k, 3, 8)])
    >>> arrays["gram_0"].shape, form.from_arrays(arrays)[0].gram.shape
    ((0, 6), (2, 3, 2, 5, 6))
    """

    shapes: tuple[tuple[int, int], ...]
    groups: int
    outcomes: int
    last_k: Integers

    def to_arrays(self, made: Sequence[Moments]) -> Arrays:
        """Return moments as arrays.

        Parameters
        ----------
        made : sequence of Moments
            One a partition.

        Returns
        -------
        dict of str to ndarray
            Four a partition.
        """
        arrays: Arrays = {}
        for at, moments in enumerate(made):
            arrays[f"gram_{at}"] = moments.gram[moments.counts > 0]
            arrays[f"cross_{at}"] = moments.cross
            arrays[f"counts_{at}"] = moments.counts
            arrays[f"squares_{at}"] = moments.squares
        return arrays

    def from_arrays(self, arrays: Arrays) -> list[Moments]:
        """Return moments from their arrays.

        Parameters
        ----------
        arrays : dict of str to ndarray
            The arrays.

        Returns
        -------
        list of Moments
            One a partition.

        Raises
        ------
        KeyError
            When one is missing.
        ValueError
            When one is of other strata, groups, columns or outcomes.
        """
        return [self._moments(arrays, at) for at in range(len(self.shapes))]

    def _moments(self, arrays: Arrays, at: int) -> Moments:
        strata, p = self.shapes[at]
        counts, squares = arrays[f"counts_{at}"], arrays[f"squares_{at}"]
        cross, filled = arrays[f"cross_{at}"], arrays[f"gram_{at}"]
        triangle = p * (p + 1) // 2
        check_shape("counts", counts, (strata, N_BANDS, len(self.last_k), self.groups))
        check_shape("gram", filled, (int((counts > 0).sum()), triangle))
        check_shape("cross", cross, (strata, N_BANDS, self.groups, p, self.outcomes))
        check_shape("squares", squares, (strata, N_BANDS, self.outcomes))
        gram = np.zeros((*counts.shape, triangle))
        gram[counts > 0] = filled
        return Moments(gram, cross, counts, squares, self.last_k)
