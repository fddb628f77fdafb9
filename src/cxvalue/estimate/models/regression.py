"""Regression: one generalised linear model fitted on cells, with the influence of every customer."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.models.cells import Cells, group_rows
from cxvalue.estimate.models.family import Family
from cxvalue.estimate.models.sandwich import cluster_scores, covariance, influence_of
from cxvalue.estimate.models.scoring import starting_values
from cxvalue.estimate.response import independent
from cxvalue.link.columns import Floats, Integers

MOST_STEPS = 100
TOLERANCE = 1e-9
"""Iterations end when no coefficient moves by more than this."""


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """A fitted generalised linear model.

    Parameters
    ----------
    family : Family
        Family and link.
    labels : tuple of str
        Terms that were kept.
    columns : ndarray of shape (p,)
        Their positions in the whole design.
    coefficients : ndarray of shape (p,)
        Estimates.
    influence : ndarray of shape (C, p)
        How much each customer moves them; 0 for customers without a row.
    n_rows, n_cells, n_customers : int
        Rows, distinct design rows, and customers with a row.
    dropped : tuple of str
        Terms left out, each with the reason.
    """

    family: Family
    labels: tuple[str, ...]
    columns: Integers
    coefficients: Floats
    influence: Floats
    n_rows: int
    n_cells: int
    n_customers: int
    dropped: tuple[str, ...]

    def eta(self, X: Floats) -> Floats:
        """Return the linear predictor.

        Parameters
        ----------
        X : ndarray of shape (n, whole design)
            Design rows with all columns.

        Returns
        -------
        ndarray of shape (n,)
            Linear predictor.
        """
        return np.asarray(X[:, self.columns] @ self.coefficients)

    def covariance(self) -> Floats:
        """Return the customer-clustered covariance.

        Returns
        -------
        ndarray of shape (p, p)
            The covariance of the coefficients.
        """
        return covariance(self.influence, self.n_customers)


def regress(
    X: Floats,
    total: Floats,
    weight: Floats,
    *,
    cluster: Integers,
    n_clusters: int,
    family: Family,
    labels: tuple[str, ...],
) -> Regression | NotEstimable:
    """Fit a generalised linear model to rows that hold totals over trials or months.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Design rows, the intercept first.
    total : ndarray of shape (n,)
        Events, amounts or counts.
    weight : ndarray of shape (n,)
        Trials or months behind each total, above 0.
    cluster : ndarray of shape (n,)
        Customer of each row, 0 to C − 1.
    n_clusters : int
        Customers, C.
    family : Family
        Family and link.
    labels : tuple of str
        Names of the columns.

    Returns
    -------
    Regression or NotEstimable
        Not estimable where the iterations do not settle.

    Notes
    -----
    statsmodels fits the distinct rows; scores, information and the customer-clustered covariance are computed here
    from the rows' residuals, because its robust covariances of grouped data are not those of the rows. Columns that
    are combinations of earlier ones are dropped, and so are two-valued columns one of whose values has no event: their
    coefficient would be infinite (Santos Silva and Tenreyro 2010 for the Poisson case).

    References
    ----------
    Santos Silva, J. M. C. and Tenreyro, S. (2010), On the existence of the maximum likelihood estimates in Poisson
    regression, Economics Letters 107, doi:10.1016/j.econlet.2010.02.020.
    """
    columns, dropped = sound(X, total, weight, family=family, labels=labels)
    cells = one_by_one(X[:, columns], total, weight) if family.alpha > 0 else group_rows(X[:, columns], total, weight)
    found = solve(cells, family, starting_values(cells, family))
    if isinstance(found, NotEstimable):
        return found
    eta = cells.X @ found
    factor, bend = family.score_factor(eta, cells.weight)
    left = cells.total - cells.weight * family.mean(eta)
    curvature = cells.weight * family.slope(eta) * factor - left * bend
    information = cells.X.T @ (curvature[:, None] * cells.X)
    residual = (total - weight * family.mean(eta)[cells.of_row]) * factor[cells.of_row]
    scores = cluster_scores(residual, cells.X, cell=cells.of_row, cluster=cluster, n_clusters=n_clusters)
    try:
        influence = influence_of(scores, information)
    except np.linalg.LinAlgError:
        return NotEstimable("the information matrix is singular")
    kept = tuple(labels[at] for at in columns)
    n_customers = len(np.unique(cluster))
    return Regression(family, kept, columns, found, influence, len(total), len(cells.total), n_customers, dropped)


def one_by_one(X: Floats, total: Floats, weight: Floats) -> Cells:
    """Return every row as a cell of its own, for families whose score is no function of sums.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Design rows.
    total, weight : ndarray of shape (n,)
        Outcomes and what they are summed over.

    Returns
    -------
    Cells
        As many cells as rows.
    """
    return Cells(X, total, weight, np.arange(len(total)))


def solve(cells: Cells, family: Family, start: Floats | None = None) -> Floats | NotEstimable:
    """Return the coefficients that statsmodels finds.

    Parameters
    ----------
    cells : Cells
        Distinct rows.
    family : Family
        Family and link.
    start : ndarray of shape (p,), optional
        Where the iterations start.

    Returns
    -------
    ndarray of shape (p,) or NotEstimable
        Coefficients, by iteratively reweighted least squares.
    """
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import ModelWarning

    known = family.in_statsmodels()
    if family.alpha > 0:
        model = GLM(cells.total, cells.X, family=known, offset=np.log(cells.weight))
    else:
        model = GLM(cells.total / cells.weight, cells.X, family=known, var_weights=cells.weight)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", ModelWarning)  # what they say is looked at below
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            # The scale plays no part in the coefficients, and has no estimate where cells are as few as columns.
            fitted = model.fit(
                start, scale=1.0, maxiter=MOST_STEPS, tol=TOLERANCE, tol_criterion="params", wls_method="qr"
            )
        except (ValueError, np.linalg.LinAlgError) as error:
            return NotEstimable(f"the iterations broke off: {error}")
    found = np.asarray(fitted.params, dtype=np.float64)
    if not np.isfinite(found).all() or not fitted.converged:
        return NotEstimable(f"the iterations did not settle within {MOST_STEPS} steps; some terms may be separated")
    return found


def sound(
    X: Floats, total: Floats, weight: Floats, *, family: Family, labels: tuple[str, ...]
) -> tuple[Integers, tuple[str, ...]]:
    """Return the columns that have a finite coefficient of their own.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Design rows.
    total, weight : ndarray of shape (n,)
        Outcomes and what they are summed over.
    family : Family
        Family and link.
    labels : tuple of str
        Names of the columns.

    Returns
    -------
    tuple of ndarray and tuple of str
        Positions, and the names of the others with the reason.
    """
    steady = [j for j in range(X.shape[1]) if not is_separated(X[:, j], total, weight, family)]
    kept = np.array(steady, dtype=np.int64)[independent(X[:, steady])]
    reasons = []
    for j, label in enumerate(labels):
        if j not in steady:
            reasons.append(f"{label} (without it, or with it, there is no event)")
        elif j not in kept:
            reasons.append(f"{label} (constant, or a combination of earlier terms)")
    return kept, tuple(reasons)


def is_separated(column: Floats, total: Floats, weight: Floats, family: Family) -> bool:
    """Return whether a two-valued column splits off rows without an event, or rows with nothing else.

    Parameters
    ----------
    column : ndarray of shape (n,)
        A column of the design.
    total, weight : ndarray of shape (n,)
        Outcomes and what they are summed over.
    family : Family
        Family and link.

    Returns
    -------
    bool
        True where the coefficient has no finite estimate.
    """
    low, high = float(column.min()), float(column.max())
    if family.link == "identity" or low == high:
        return False
    on = column == high
    if not np.all(on | (column == low)):
        return False
    for side in (on, ~on):
        events, trials = float(total[side].sum()), float(weight[side].sum())
        if events <= 0 or (family.link in ("logit", "cloglog") and events >= trials):
            return True
    return False
