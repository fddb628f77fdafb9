"""Covariates that the others determine: nothing is lost by leaving them out."""

from __future__ import annotations

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.cell_sums import triangle
from cxvalue.estimate.estimators import Standardised
from cxvalue.estimate.standardise import MIN_PIVOT
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import EVERYBODY, Band


def list_determined_covariates(study: BandStudy, *, from_band: Band) -> tuple[str, ...]:
    """Return the covariates that were left out and are combinations of those used, over all episodes together.

    Parameters
    ----------
    study : BandStudy
        The estimated study.
    from_band : Band
        To whose covariates the headline is standardised.

    Returns
    -------
    tuple of str
        Names of covariates of which no column is used and every column is such a combination: adjusting for the
        others adjusts for them. One that is a combination in some band or replicate alone is not among them.
    """
    fitted = study.fit(Standardised(), from_band=from_band, horizon=study.timeline.horizon)
    if isinstance(fitted, NotEstimable):
        return ()
    gram = study.moments[study.position(EVERYBODY)].gram[0].sum(axis=(0, 1, 2))
    used = np.asarray(fitted.columns, dtype=np.int64)
    told = set(determined_columns(gram, used).tolist())
    owners = [source.split(" × ") for source in study.basis.covariates()]
    inside = {name for at in used for name in owners[at]}
    names = dict.fromkeys(name for owner in owners for name in owner if name and name not in inside)
    return tuple(name for name in names if all(at in told for at, owner in enumerate(owners) if name in owner))


def determined_columns(gram: Floats, used: Integers) -> Integers:
    """Return the columns of a design that are combinations of some of them.

    Parameters
    ----------
    gram : ndarray of shape (p (p + 1) / 2,)
        Upper triangle of Σ x xᵀ.
    used : ndarray
        Positions of the columns that the others are held against; these are not combinations of each other.

    Returns
    -------
    ndarray
        Positions of the other columns of whose sum of squares less than one part in ten million is left.

    Examples
    --------
    The third column is twice the second, the fourth is not told by the first two.

    >>> x = np.array([[1.0, 0.0, 0.0, 1.0], [1.0, 1.0, 2.0, 0.0], [1.0, 3.0, 6.0, 5.0]])
    >>> rows, columns = triangle(4)
    >>> determined_columns((x.T @ x)[rows, columns], np.array([0, 1])).tolist()
    [2]
    """
    size = int((np.sqrt(8 * len(gram) + 1) - 1) / 2)
    full = np.zeros((size, size))
    rows, columns = triangle(size)
    full[rows, columns] = full[columns, rows] = gram
    others = np.setdiff1d(np.arange(size), used)
    across = full[np.ix_(used, others)]
    left = full[others, others] - (across * np.linalg.solve(full[np.ix_(used, used)], across)).sum(axis=0)
    return np.asarray(others[left <= MIN_PIVOT * full[others, others]])
