"""The design of an outcome model: columns of band, follow-up month and covariates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cxvalue.estimate.models.baseline import natural_spline
from cxvalue.estimate.models.records import Records
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS

EVENTS_PER_COLUMN = 10
"""The default design takes at most one column for so many events (Peduzzi et al. 1996)."""


class ModelDesign(Protocol):
    """Makes design rows, whatever band the records are put into."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the columns."""
        ...

    @property
    def text(self) -> str:
        """The right-hand side of the model in words."""
        ...

    def rows(self, records: Records, band: Integers, month: Integers | None) -> Floats:
        """Return design rows.

        Parameters
        ----------
        records : Records
            Of n answers.
        band : ndarray of shape (n,)
            The band that each is put into.
        month : ndarray of shape (n,), optional
            Follow-up month, for models that have one.

        Returns
        -------
        ndarray of shape (n, p)
            The rows.
        """
        ...


@dataclass(frozen=True, slots=True)
class BandDesign:
    """The default design: band, a smooth baseline by band where there are months, and covariate columns.

    Parameters
    ----------
    covariates : tuple of str
        Names of the covariate columns that enter; the first ones of the records' design after its intercept.
    knots : tuple of float, optional
        Knots of the baseline; None for models without a month.

    Notes
    -----
    Columns: intercept; neutral and satisfied against dissatisfied; the baseline; the baseline × band; covariates.
    """

    covariates: tuple[str, ...]
    knots: tuple[float, ...] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the columns."""
        bands = [f"band = {band}" for band in BANDS[1:]]
        baseline = []
        if self.knots is not None:
            baseline = [
                "month (years)",
                *(f"month above {knot:g}" for knot in self.knots[: max(len(self.knots) - 2, 0)]),
            ]
        crossed = [f"{band} × {column}" for band in bands for column in baseline]
        return ("intercept", *bands, *baseline, *crossed, *self.covariates)

    @property
    def text(self) -> str:
        """The right-hand side in words."""
        if self.knots is None:
            start = "band"
        elif len(self.knots) > 2:
            start = f"band × natural spline of month (knots {', '.join(f'{knot:g}' for knot in self.knots)})"
        else:
            start = "band × month"
        return " + ".join((start, *self.covariates))

    def rows(self, records: Records, band: Integers, month: Integers | None) -> Floats:
        """Return design rows.

        Parameters
        ----------
        records : Records
            Of n answers.
        band : ndarray of shape (n,)
            The band that each is put into.
        month : ndarray of shape (n,), optional
            Follow-up month.

        Returns
        -------
        ndarray of shape (n, p)
            The rows.
        """
        flags = [(band == code).astype(np.float64)[:, None] for code in range(1, len(BANDS))]
        parts = [np.ones((len(band), 1)), *flags]
        if self.knots is not None and month is not None:
            baseline = natural_spline(month, self.knots)
            parts += [baseline, *(flag * baseline for flag in flags)]
        parts.append(records.design[:, 1 : 1 + len(self.covariates)])
        return np.hstack(parts)


def columns_for(events: float, *, taken: int, covariates: tuple[str, ...]) -> tuple[str, ...]:
    """Return the covariate columns for which there are events enough, the most important first.

    Parameters
    ----------
    events : float
        Number of events: the rarer outcome of a binomial, episodes with a count above 0.
    taken : int
        Columns that enter in any case.
    covariates : tuple of str
        Columns in order of importance.

    Returns
    -------
    tuple of str
        The first of them.

    References
    ----------
    Peduzzi, P. et al. (1996), A simulation study of the number of events per variable in logistic regression
    analysis, Journal of Clinical Epidemiology 49, doi:10.1016/S0895-4356(96)00236-3.

    Examples
    --------
    >>> columns_for(64, taken=3, covariates=("revenue", "tenure", "region", "plan"))
    ('revenue', 'tenure', 'region')
    """
    return covariates[: max(int(events // EVENTS_PER_COLUMN) - taken, 0)]
