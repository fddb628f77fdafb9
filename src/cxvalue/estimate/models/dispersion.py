"""The dispersion test: whether counts vary more than a Poisson model allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from cxvalue.link.columns import Floats, Integers
from cxvalue.result import Result

LEVEL = 0.05
"""The negative binomial is taken where the test's p lies below this."""


@dataclass(frozen=True, slots=True, repr=False)
class DispersionTest(Result):
    """Regression-based test of the Poisson variance against μ + α μ².

    Parameters
    ----------
    alpha : float
        Estimated α of the auxiliary regression; 0 under the Poisson model.
    se : float
        Its standard error.
    z : float
        Their ratio.
    p : float
        One-sided: probability of a z at least as large under the Poisson model.
    """

    alpha: float
    se: float
    z: float
    p: float

    @property
    def rejects(self) -> bool:
        """Whether the Poisson model is given up for a negative binomial."""
        return self.p < LEVEL and self.alpha > 0

    def summary(self) -> str:
        """Return the test in a line.

        Returns
        -------
        str
            Figures and what follows.
        """
        chosen = "negative binomial" if self.rejects else "Poisson"
        return f"dispersion test: alpha {self.alpha:.3g} (se {self.se:.2g}), z {self.z:.2f}, p {self.p:.3g}: {chosen}"


def dispersion_test(count: Floats, mean: Floats, *, cluster: Integers | None = None) -> DispersionTest:
    """Test whether counts are overdispersed.

    Parameters
    ----------
    count : ndarray of shape (n,)
        Counts.
    mean : ndarray of shape (n,)
        Means under a fitted Poisson model, above 0.
    cluster : ndarray of shape (n,), optional
        Customer of each count, 0 to C − 1: the error is then clustered. Without it, that of least squares.

    Returns
    -------
    DispersionTest
        The test.

    Notes
    -----
    Least squares without an intercept of ((y − μ)² − y)/μ on μ; the slope estimates α.

    References
    ----------
    Cameron, A. C. and Trivedi, P. K. (1990), Regression-based tests for overdispersion in the Poisson model, Journal
    of Econometrics 46, doi:10.1016/0304-4076(90)90014-K.
    """
    auxiliary = ((count - mean) ** 2 - count) / mean
    square = float((mean**2).sum())
    alpha = float((mean * auxiliary).sum()) / square
    residual = auxiliary - alpha * mean
    if cluster is None:
        se = float(np.sqrt((residual**2).sum() / (len(count) - 1) / square))
    else:
        se = float(np.sqrt((np.bincount(cluster, weights=mean * residual) ** 2).sum())) / square
    z = alpha / se if se > 0 else 0.0
    return DispersionTest(alpha, se, z, float(ndtr(-z)))
