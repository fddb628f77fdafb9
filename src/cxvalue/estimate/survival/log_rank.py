"""The log-rank test, also where customers come several times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincc

from cxvalue.estimate.survival.risk_sets import Booleans, RiskSets, grouped_sums, make_risk_sets
from cxvalue.link.columns import Floats, Integers
from cxvalue.result import Result


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LogRank(Result):
    """Whether groups leave at the same rate.

    Parameters
    ----------
    statistic : float
        Chi-square.
    degrees : int
        Degrees of freedom: groups less one.
    p_value : float
        Probability of a larger statistic if all leave at the same rate.
    clustered : bool
        Whether rows of one customer were allowed to depend on each other.
    observed, expected : ndarray of shape (K,)
        Events in each group, and how many there would be at the common rate.
    """

    statistic: float
    degrees: int
    p_value: float
    clustered: bool
    observed: Floats
    expected: Floats

    def summary(self) -> str:
        """Return the test in a line.

        Returns
        -------
        str
            Statistic, degrees of freedom, p-value.
        """
        how = "clustered by customer" if self.clustered else "rows taken as independent"
        return f"log-rank {self.statistic:,.3f} on {self.degrees} df, p = {self.p_value:.3g} ({how})"


def log_rank(
    duration: Floats,
    event: Booleans,
    *,
    arm: Integers,
    entry: Floats | None = None,
    cluster: Integers | None = None,
) -> LogRank:
    """Test whether K groups leave at the same rate.

    Parameters
    ----------
    duration : ndarray of shape (n,)
        Time of leaving or of the end of follow-up.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.
    arm : ndarray of shape (n,)
        Group, 0 to K − 1; each holds a row.
    entry : ndarray of shape (n,), optional
        Time from which the row is followed.
    cluster : ndarray of shape (n,), optional
        Customer of each row. Given, the variance is that of customers' sums and not of rows.

    Returns
    -------
    LogRank
        The test.

    Notes
    -----
    U = Σ (observed − expected). Its variance is hypergeometric without clusters, and Σ ψ_c ψ_cᵀ with them, where
    ψ_c = Σ over the customer's rows and event times of (dN − Y d/n) (1{arm} − n_arm/n). Without clusters the result
    is that of lifelines; clusters it does not know.

    References
    ----------
    Lee, E. W., Wei, L. J. and Amato, D. A. (1992), Cox-type regression analysis for large numbers of small groups of
    correlated failure time observations, doi:10.1007/978-94-015-7983-4_14.

    Examples
    --------
    >>> test = log_rank(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True] * 4), arm=np.array([0, 0, 1, 1]))
    >>> round(test.statistic, 3), test.expected.round(3).tolist()
    (2.882, [0.833, 3.167])
    """
    sets = make_risk_sets(duration, event, entry=entry)
    arms = (arm[:, None] == np.arange(int(arm.max()) + 1)).astype(np.float64)
    by_arm, n_events = sets.at_risk(arms), sets.events(np.ones(len(arm)))
    at_risk = by_arm.sum(axis=1)
    share = by_arm / at_risk[:, None]
    observed = sets.events(arms).sum(axis=0)
    expected = (n_events[:, None] * share).sum(axis=0)
    if cluster is None:
        covariance = hypergeometric(n_events, at_risk, share)
    else:
        covariance = clustered(sets, arms, share, hazard=n_events / at_risk, cluster=cluster)
    degrees = arms.shape[1] - 1
    score = (observed - expected)[1:]
    statistic = float(score @ np.linalg.solve(covariance[1:, 1:], score))
    p_value = float(gammaincc(degrees / 2, statistic / 2))
    return LogRank(statistic, degrees, p_value, cluster is not None, observed, expected)


def hypergeometric(events: Floats, at_risk: Floats, share: Floats) -> Floats:
    """Return the variance of observed less expected events, were rows independent.

    Parameters
    ----------
    events, at_risk : ndarray of shape (T,)
        Events and rows at risk.
    share : ndarray of shape (T, K)
        Share of each group among those at risk.

    Returns
    -------
    ndarray of shape (K, K)
        Covariance.
    """
    factor = events * (at_risk - events) / np.maximum(at_risk - 1, 1)
    return np.asarray(np.diag(factor @ share) - (share * factor[:, None]).T @ share)


def clustered(sets: RiskSets, arms: Floats, share: Floats, *, hazard: Floats, cluster: Integers) -> Floats:
    """Return the variance of observed less expected events, were customers independent.

    Parameters
    ----------
    sets : RiskSets
        Of n rows.
    arms : ndarray of shape (n, K)
        1 in the column of the row's group.
    share : ndarray of shape (T, K)
        Share of each group among those at risk.
    hazard : ndarray of shape (T,)
        Events per row at risk.
    cluster : ndarray of shape (n,)
        Customer.

    Returns
    -------
    ndarray of shape (K, K)
        Covariance.
    """
    influence = sets.spent(hazard[:, None] * share) - arms * sets.spent(hazard)[:, None]
    own = sets.event_at >= 0
    influence[own] += arms[own] - share[sets.event_at[own]]
    customers, position = np.unique(cluster, return_inverse=True)
    sums = grouped_sums(position, influence, len(customers))
    return np.asarray(sums.T @ sums)
