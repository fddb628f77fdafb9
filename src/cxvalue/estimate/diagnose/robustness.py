"""Robustness values: how much of band and outcome a confounder would have to explain to bring a value to zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from cxvalue.errors import NotEstimable
from cxvalue.estimate.design import Basis
from cxvalue.estimate.diagnose.robustness_value import bias_factor, equal_strength, robustness_value
from cxvalue.estimate.formula import FormulaBasis
from cxvalue.link import Covariates
from cxvalue.link.columns import Floats, Integers
from cxvalue.result import Brief, Drawable, TableResult

INTERCEPT: Final = "intercept"
"""Name of design columns that belong to no covariate."""
TOGETHER: Final = "all recorded covariates together"
"""Name of the benchmark of all covariates."""


@dataclass(frozen=True, slots=True, repr=False)
class Benchmark(Brief):
    """How strong a recorded covariate is, and so what a confounder as strong as it would do.

    Parameters
    ----------
    covariate : str
        The covariate.
    r2_outcome : float
        Share of what the other covariates and the band leave of the outcome that it explains, 0 to 1.
    r2_exposure : float
        Share of what the other covariates leave of the band that it explains, 0 to 1.
    equivalent : float
        Partial R² with outcome and band alike of a confounder that biases as much as one as strong as this
        covariate: on the scale of the robustness value, 0 to 1.
    """

    covariate: str
    r2_outcome: float
    r2_exposure: float
    equivalent: float


@dataclass(frozen=True, slots=True, repr=False)
class Robustness(TableResult, Drawable):
    """How strong an unrecorded confounder would have to be to bring a difference between two bands to zero.

    Parameters
    ----------
    estimate, se : float
        Coefficient of the band in a least-squares regression on band and covariates, unit of the outcome, and its
        standard error, clustered where clusters were given.
    dof : int
        Degrees of freedom of the regression.
    partial_r2 : float
        Share of what the covariates leave of the outcome that the band explains, 0 to 1.
    value : float
        Robustness value: share of what is left of both band and outcome that a confounder has to explain to bring
        the estimate to zero, 0 to 1.
    value_interval : float
        The same to bring the interval to zero; 0 when it holds zero already.
    confidence : float
        Level of that interval.
    benchmarks : tuple of Benchmark
        The recorded covariates, the strongest first.
    together : Benchmark or None
        All of them as one; None when there is none.
    n_episodes : int
        Episodes of the regression.
    """

    estimate: float
    se: float
    dof: int
    partial_r2: float
    value: float
    value_interval: float
    confidence: float
    benchmarks: tuple[Benchmark, ...]
    together: Benchmark | None = None
    n_episodes: int = 0

    @property
    def strongest(self) -> Benchmark | None:
        """The strongest recorded covariate; None when there is none."""
        return self.benchmarks[0] if self.benchmarks else None

    @property
    def exceeds_benchmarks(self) -> bool:
        """Whether a confounder as strong as the strongest recorded covariate would leave the sign standing."""
        return self.strongest is None or self.value > self.strongest.equivalent

    def to_frame(self) -> pd.DataFrame:
        """Return the robustness values and the benchmarks as a table.

        Returns
        -------
        pandas.DataFrame
            Columns name, kind (``value``, ``value_interval``, ``benchmark`` or ``together``), equivalent, r2_outcome,
            r2_exposure.
        """
        every = [] if self.together is None else [(self.together, "together")]
        rows = [
            ("to bring the estimate to zero", "value", self.value, self.value, self.value),
            ("to bring the interval to zero", "value_interval", *([self.value_interval] * 3)),
            *(
                (b.covariate, kind, b.equivalent, b.r2_outcome, b.r2_exposure)
                for b, kind in [*((b, "benchmark") for b in self.benchmarks), *every]
            ),
        ]
        return pd.DataFrame(rows, columns=["name", "kind", "equivalent", "r2_outcome", "r2_exposure"])

    def words(self) -> str:
        """Return what it means, in two sentences.

        Returns
        -------
        str
            Plain text.
        """
        first = (
            f"A confounder that nobody recorded would have to explain {self.value:.1%} of what is left of both band "
            f"and outcome to bring the value to zero, and {self.value_interval:.1%} to bring its interval to zero"
        )
        if self.strongest is None:
            return f"{first}. No recorded covariate stands beside it."
        verdict = "" if self.exceeds_benchmarks else " One as strong as that would undo the result."
        return (
            f"{first}; one as strong as the strongest recorded covariate ({self.strongest.covariate}) explains "
            f"{self.strongest.equivalent:.1%}.{verdict}"
        )

    def summary(self) -> str:
        """Return the words, what they are measured on, and the benchmarks, as plain text.

        Returns
        -------
        str
            Sentences, then a line a covariate.
        """
        measured = (
            f"Measured on a regression over {self.n_episodes:,} fully followed episodes, which gives "
            f"{self.estimate:,.2f} (standard error {self.se:,.2f})."
        )
        lines = [
            f"  {b.covariate:<34}{b.equivalent:>8.2%}  (outcome {b.r2_outcome:.2%}, band {b.r2_exposure:.2%})"
            for b in (*self.benchmarks, *([] if self.together is None else [self.together]))
        ]
        return "\n".join([self.words(), measured, *lines])


def robustness(
    outcome: Floats,
    exposure: Floats,
    design: Floats,
    *,
    covariate_of_column: Sequence[str],
    weights: Floats | None = None,
    cluster: Integers | None = None,
    confidence: float = 0.95,
) -> Robustness | NotEstimable:
    r"""Return the robustness value of the difference between two bands, with recorded covariates as benchmarks.

    Parameters
    ----------
    outcome : ndarray of shape (r,)
        Outcome of each episode of the two bands.
    exposure : ndarray of shape (r,)
        1 in the to-band, 0 in the from-band.
    design : ndarray of shape (r, p)
        Design rows, the intercept included.
    covariate_of_column : sequence of str
        Covariate that each column of the design stands for; ``intercept`` for none. The columns of a covariate are
        its benchmark together.
    weights : ndarray of shape (r,), optional
        Weights of the episodes.
    cluster : ndarray of shape (r,), optional
        Customer of each episode; the interval then takes the clustered standard error.
    confidence : float
        Level of the interval.

    Returns
    -------
    Robustness or NotEstimable
        Not estimable when the covariates determine the band or the outcome, or there are too few episodes.

    Notes
    -----
    With c the ratio of the clustered to the classical standard error, the critical value is c t* with as many degrees
    of freedom as there are customers less one; without clusters c is 1 and the degrees are those of the regression.

    A confounder as strong as covariate j explains
    :math:`R_D^2 = \rho / (1 - \rho)` of what is left of the band, with :math:`\rho` the partial R² of j, and
    :math:`R_Y^2 = (1 + \sqrt{h})^2 / (1 - h) \cdot f_Y^2` of the outcome, with :math:`f_Y` Cohen's f of j for the
    outcome and :math:`h = \rho^2 / (1 - \rho)^2`; its bias factor is put on the scale of the robustness value by
    :func:`equal_strength`.

    References
    ----------
    Cinelli, C. and Hazlett, C. (2020), doi:10.1111/rssb.12348.
    """
    root = np.ones(len(outcome)) if weights is None else np.sqrt(weights)
    rows = root[:, None] * np.column_stack([design, exposure, outcome])
    gram, p = rows.T @ rows, design.shape[1]
    every, rank = np.arange(p + 1), int(np.linalg.matrix_rank(gram[: p + 1, : p + 1], hermitian=True))
    dof = len(outcome) - rank
    left_of_band, left = residual_sum(gram, p, np.arange(p)), residual_sum(gram, p + 1, every)
    if dof < 2 or left_of_band <= 1e-9 * gram[p, p] or left <= 1e-12 * gram[p + 1, p + 1]:
        return NotEstimable("the covariates determine the band or the outcome, or there are too few episodes")
    coefficients = np.linalg.lstsq(gram[: p + 1, : p + 1], gram[: p + 1, p + 1], rcond=1e-12)[0]
    estimate, se = float(coefficients[p]), float(np.sqrt(left / dof / left_of_band))
    clustered, degrees = se, dof
    if cluster is not None:
        clustered, degrees = clustered_error(rows, coefficients, cluster), len(np.unique(cluster)) - 1
    critical = float(stdtrit(degrees, 0.5 + confidence / 2)) * clustered / se
    t = estimate / se
    found = [benchmark(gram, covariate_of_column, name) for name in dict.fromkeys(covariate_of_column)]
    known = sorted((b for b in found if b.covariate != INTERCEPT), key=lambda b: (-b.equivalent, b.covariate))
    as_one = [INTERCEPT if name == INTERCEPT else TOGETHER for name in covariate_of_column]
    return Robustness(
        estimate=estimate,
        se=clustered,
        dof=dof,
        partial_r2=t**2 / (t**2 + dof),
        value=robustness_value(t, dof),
        value_interval=robustness_value(t, dof, t_critical=critical),
        confidence=confidence,
        benchmarks=tuple(known),
        together=benchmark(gram, as_one, TOGETHER) if known else None,
        n_episodes=len(outcome),
    )


def residual_sum(gram: Floats, response: int, columns: Integers) -> float:
    """Return the sum of squares that some columns leave of a response.

    Parameters
    ----------
    gram : ndarray of shape (q, q)
        Sums of products of all columns.
    response : int
        Position of the response.
    columns : ndarray
        Positions of the columns; any of them may depend on the others.

    Returns
    -------
    float
        0 or more.
    """
    inner, cross = gram[np.ix_(columns, columns)], gram[columns, response]
    solved = np.linalg.lstsq(inner, cross, rcond=1e-12)[0]
    return max(float(gram[response, response] - cross @ solved), 0.0)


def clustered_error(rows: Floats, coefficients: Floats, cluster: Integers) -> float:
    """Return the clustered standard error of the last coefficient.

    Parameters
    ----------
    rows : ndarray of shape (r, q + 1)
        Regressors and, last, the outcome, each multiplied by the root of the weight.
    coefficients : ndarray of shape (q,)
        Least-squares coefficients.
    cluster : ndarray of shape (r,)
        Customer.

    Returns
    -------
    float
        Standard error, with the factor C / (C − 1) for C customers.
    """
    x, residual = rows[:, :-1], rows[:, -1] - rows[:, :-1] @ coefficients
    others = x[:, :-1]
    partialled = x[:, -1] - others @ np.linalg.lstsq(others.T @ others, others.T @ x[:, -1], rcond=1e-12)[0]
    _, code = np.unique(cluster, return_inverse=True)
    scores = np.bincount(code, weights=partialled * residual)
    n = len(scores)
    return float(np.sqrt(n / (n - 1) * (scores**2).sum()) / (partialled**2).sum())


def benchmark(gram: Floats, covariate_of_column: Sequence[str], covariate: str) -> Benchmark:
    """Return how strong one covariate is.

    Parameters
    ----------
    gram : ndarray of shape (p + 2, p + 2)
        Sums of products of the design, the exposure and the outcome.
    covariate_of_column : sequence of str
        Covariate of each column of the design.
    covariate : str
        The covariate.

    Returns
    -------
    Benchmark
        Its partial R² and what a confounder as strong would amount to.
    """
    p = len(covariate_of_column)
    kept = np.array([at for at, name in enumerate(covariate_of_column) if name != covariate], dtype=np.int64)
    without, with_it = residual_sum(gram, p, kept), residual_sum(gram, p, np.arange(p))
    r2_exposure = 1 - with_it / without
    without, with_it = residual_sum(gram, p + 1, np.append(kept, p)), residual_sum(gram, p + 1, np.arange(p + 1))
    r2_outcome = 1 - with_it / without
    ratio = r2_exposure / (1 - r2_exposure)
    if ratio >= 1:
        return Benchmark(covariate, r2_outcome, r2_exposure, 1.0)
    as_strong = min((1 + ratio) ** 2 / (1 - ratio**2) * r2_outcome / (1 - r2_outcome), 1.0)
    return Benchmark(covariate, r2_outcome, r2_exposure, equal_strength(bias_factor(as_strong, ratio)))


def columns_by_covariate(basis: Basis | FormulaBasis, covariates: Covariates) -> tuple[str, ...]:
    """Return the covariate that each column of a basis stands for.

    Parameters
    ----------
    basis : Basis or FormulaBasis
        Columns of the design.
    covariates : Covariates
        The covariates that the study adjusts for; a column that comes from none of them stands for none.

    Returns
    -------
    tuple of str
        Names, several joined by ×; ``intercept`` for none.
    """
    known = set(covariates.names())
    return tuple(name if known.intersection(name.split(" × ")) else INTERCEPT for name in basis.covariates())
