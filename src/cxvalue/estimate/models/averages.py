"""Averages of predictions over the target, with the influence of every customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.models.sandwich import small_sample
from cxvalue.link.columns import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class TargetAverages:
    """Figures averaged over the target.

    Parameters
    ----------
    estimate : ndarray of shape (Q,)
        The averages.
    influence : ndarray of shape (C, Q)
        How much each customer moves them.
    n_customers : int
        Customers that take part.
    """

    estimate: Floats
    influence: Floats
    n_customers: int

    def combine(self, weights: Floats) -> TargetAverages:
        """Return linear combinations of the figures.

        Parameters
        ----------
        weights : ndarray of shape (Q, R)
            Weights of the Q figures in each of R combinations.

        Returns
        -------
        TargetAverages
            R figures.
        """
        return TargetAverages(self.estimate @ weights, self.influence @ weights, self.n_customers)

    def se(self) -> Floats:
        """Return standard errors.

        Returns
        -------
        ndarray of shape (Q,)
            By the delta method, clustered by customer.
        """
        return np.asarray(np.sqrt(small_sample(self.n_customers) * (self.influence**2).sum(axis=0)))


def average_over_target(
    values: Floats,
    weight: Floats,
    *,
    cluster: Integers,
    parts: Sequence[tuple[Floats, Floats]],
    n_customers: int,
) -> TargetAverages:
    """Average predictions over the target.

    Parameters
    ----------
    values : ndarray of shape (t, Q)
        Predictions for each customer of the target.
    weight : ndarray of shape (t,)
        What each stands for.
    cluster : ndarray of shape (t,)
        Number of the customer, 0 to C − 1.
    parts : sequence of (ndarray of shape (C, p), ndarray of shape (Q, p))
        For every regression that the predictions rest on: the influence of each customer on its coefficients, and
        the gradient of the Q averages along them.
    n_customers : int
        Customers that take part.

    Returns
    -------
    TargetAverages
        The averages.

    Notes
    -----
    A customer moves the average m = Σ w g(x, β) / Σ w by ψ = ∇m · ψ_β + Σ w (g − m) / Σ w, the second sum over the
    customer's own records in the target: the uncertainty of the coefficients and of who the target is. The weights
    are taken as known.
    """
    share = weight / weight.sum()
    estimate = share @ values
    influence = np.zeros((len(parts[0][0]), len(estimate)))
    np.add.at(influence, cluster, share[:, None] * (values - estimate))
    for coefficients, gradient in parts:
        influence += coefficients @ gradient.T
    return TargetAverages(estimate, influence, n_customers)
