"""The sandwich: how far coefficients would move with other customers."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from cxvalue.link.columns import Floats, Integers


def cluster_scores(residual: Floats, X: Floats, *, cell: Integers, cluster: Integers, n_clusters: int) -> Floats:
    """Return the score of each cluster, from rows whose design stands in cells.

    Parameters
    ----------
    residual : ndarray of shape (n,)
        Derivative of each row's log-likelihood along its linear predictor.
    X : ndarray of shape (J, p)
        Design rows of the cells.
    cell, cluster : ndarray of shape (n,)
        Cell and cluster of each row.
    n_clusters : int
        Clusters, C.

    Returns
    -------
    ndarray of shape (C, p)
        Σ residual · x over the rows of each cluster.

    Examples
    --------
    >>> X = np.array([[1.0, 0.0], [1.0, 1.0]])
    >>> cell, cluster = np.array([0, 1, 1]), np.array([0, 0, 1])
    >>> cluster_scores(np.array([1.0, 2.0, 4.0]), X, cell=cell, cluster=cluster, n_clusters=2)
    array([[3., 2.],
           [4., 4.]])
    """
    shape = (n_clusters, len(X))
    return np.asarray(csr_matrix((residual, (cluster, cell)), shape=shape) @ X)


def influence_of(scores: Floats, information: Floats) -> Floats:
    """Return how much each cluster moves the coefficients.

    Parameters
    ----------
    scores : ndarray of shape (C, p)
        Score of each cluster at the solution.
    information : ndarray of shape (p, p)
        Minus the derivative of the summed score, A.

    Returns
    -------
    ndarray of shape (C, p)
        A⁻¹ s of each cluster.
    """
    return np.asarray(np.linalg.solve(information, scores.T).T)


def covariance(influence: Floats, n_clusters: int) -> Floats:
    """Return the cluster-robust covariance of figures from their influences.

    Parameters
    ----------
    influence : ndarray of shape (C, q)
        Influence of each cluster on each figure.
    n_clusters : int
        Clusters that take part; others have influence 0.

    Returns
    -------
    ndarray of shape (q, q)
        The covariance.

    Notes
    -----
    V = C/(C − 1) · A⁻¹ (Σ s sᵀ) A⁻¹ = C/(C − 1) · Σ ψ ψᵀ with ψ = A⁻¹ s. The factor does not depend on how rows are
    grouped; statsmodels multiplies by (n − 1)/(n − p) too, where n is the number of rows.

    References
    ----------
    Liang, K.-Y. and Zeger, S. L. (1986), Longitudinal data analysis using generalized linear models, Biometrika 73,
    doi:10.1093/biomet/73.1.13.

    Examples
    --------
    >>> covariance(np.array([[1.0], [-1.0], [0.0]]), 3)
    array([[3.]])
    """
    return np.asarray(small_sample(n_clusters) * (influence.T @ influence))


def small_sample(n_clusters: int) -> float:
    """Return the small-sample factor of the covariance.

    Parameters
    ----------
    n_clusters : int
        Clusters, C.

    Returns
    -------
    float
        C/(C − 1).
    """
    return n_clusters / max(n_clusters - 1, 1)
