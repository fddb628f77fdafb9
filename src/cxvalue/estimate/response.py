"""Response: how likely each customer was to answer within the target's window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import expit

from cxvalue.errors import NotEstimable
from cxvalue.estimate.answer_weights import MIN_PROBABILITY, answer_weights
from cxvalue.estimate.choose_basis import choose_basis
from cxvalue.estimate.design import EPISODES_PER_COLUMN
from cxvalue.estimate.response_design import ResponseDesign, with_months
from cxvalue.link import Asked, AskedRows
from cxvalue.link.asked import starts_of
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.pipeline import in_order

MIN_ANSWERS = 50
MOST_STEPS = 50
CHUNK_ROWS = 16_384
PRIOR = 0.01
"""Precision of the prior that pulls coefficients towards 0."""


@dataclass(frozen=True, slots=True, eq=False)
class ResponseModel:
    """A pooled logistic model of answering in a month, with every group left out in turn.

    Parameters
    ----------
    coefficients : ndarray of shape (1 + G, q)
        On all customers, then with each group left out.
    labels : tuple of str
        What the columns are.
    n_rows : int
        Customer-months that it was fitted on.
    sample_share : float
        Share of the customers that they come from.
    """

    coefficients: Floats
    labels: tuple[str, ...]
    n_rows: int
    sample_share: float


@dataclass(frozen=True, slots=True, eq=False)
class AnswerProbabilities:
    """What is needed to weigh the candidates in every replicate.

    Parameters
    ----------
    model : ResponseModel
        The model.
    records : ndarray of shape (c,)
        Position of each candidate's latest answer, ascending.
    asked : Asked
        Gives the candidates' customer-months, batch by batch.
    design : ResponseDesign
        Columns of the model.
    every_weight : callable
        Gives the weights of all candidates in all replicates, shape (c, 1 + G); kept when first asked for.
    plain : ndarray of shape (c,), optional
        Weights on all customers, once they are known.
    """

    model: ResponseModel
    records: Integers
    asked: Asked
    design: ResponseDesign
    every_weight: Callable[[], Floats]
    plain: Floats | None = None

    def weights(self, replicate: int) -> Floats:
        """Return 1 / P(answered in the window) of every candidate.

        Parameters
        ----------
        replicate : int
            0 for all customers, 1 + g with group g left out.

        Returns
        -------
        ndarray of shape (c,)
            Weights; P = 1 − Π over the window's months of (1 − hazard).
        """
        if replicate == 0 and self.plain is not None:
            return self.plain
        return self.every_weight()[:, replicate]

    def fold(
        self, function: Callable[[Floats, Any], Any], given: Callable[[slice], Any], *, threads: int = 1
    ) -> Iterator[Any]:
        """Give what a function makes of the weights in all replicates, some candidates at a time.

        Parameters
        ----------
        function : callable
            Takes weights of shape (candidates, 1 + G), and what is given with them; a function of a module, or a
            partial of one.
        given : callable
            Gives what the function is to know of some consecutive candidates.
        threads : int
            Batches that are weighed at a time on this machine.

        Yields
        ------
        object
            What the function returned.
        """
        weigh = partial(weigh_rows, function=function, design=self.design, coefficients=self.model.coefficients)
        yield from self.asked.fold(weigh, given, threads=threads)

    def n_capped(self) -> int:
        """Return how many candidates' probabilities were raised to the least allowed.

        Returns
        -------
        int
            Candidates.
        """
        return int((self.weights(0) >= 1.0 / MIN_PROBABILITY).sum())


def fit_response(
    asked: Asked, covariates: tuple[str, ...], *, groups: int, threads: int = 1
) -> AnswerProbabilities | NotEstimable:
    """Fit the monthly response hazard.

    Parameters
    ----------
    asked : Asked
        Customer-months of the window in which an answer could have come.
    covariates : tuple of str
        Covariates that enter.
    groups : int
        Customer groups, G.
    threads : int
        Chunks of customer-months, or customer groups, that are worked on at a time.

    Returns
    -------
    AnswerProbabilities or NotEstimable
        Not estimable with fewer than 50 answers.

    Notes
    -----
    Logistic regression of answering in a month on covariates known in that month and on the month, among customers
    who have not answered in the window yet: the hazard of a first answer, of which P is made. The
    leave-one-group-out coefficients are one Newton step away from the full solution, with the remaining groups'
    score and Hessian, which solves each up to terms of order 1/G².
    """
    sample = asked.read_sample()
    n_answers = int(sample.answered.sum())
    n_silent = len(sample.answered) - n_answers
    if n_answers < MIN_ANSWERS:
        return NotEstimable(f"{n_answers} answers within the target's window; at least {MIN_ANSWERS} are needed")
    chosen = sample.covariates.only(covariates)
    limit = max(1, min(n_answers, max(n_silent, EPISODES_PER_COLUMN)) // EPISODES_PER_COLUMN)
    basis = choose_basis(chosen, sample.answered.astype(np.int64), max_columns=limit, threads=threads)
    design, names = with_months(basis, sample, asked.window, covariates, threads=threads)
    answered = sample.answered.astype(np.float64)
    keep = independent(design)
    if len(keep) < len(names):
        design = design[:, keep]
    coefficients = newton(design, answered, threads=threads)
    loo = leave_groups_out(design, answered, sample.group, coefficients, groups, threads=threads)
    labels = tuple(names[at] for at in keep)
    model = ResponseModel(np.vstack([coefficients, loo]), labels, len(answered), asked.sample_share)
    if len(asked.records) == 0:
        return NotEstimable("nobody who answered within the target's window is active now")

    columns = ResponseDesign(basis, asked.window, covariates, tuple(keep))
    weigh = partial(weigh_rows, function=as_they_are, design=columns, coefficients=model.coefficients)

    @cache
    def every_weight() -> Floats:
        return np.concatenate(list(asked.fold(weigh, nothing)))

    return AnswerProbabilities(model, asked.records, asked, columns, every_weight)


def weigh_rows(
    rows: AskedRows, given: Any, *, function: Callable[[Floats, Any], Any], design: ResponseDesign, coefficients: Floats
) -> Any:
    """Return what a function makes of the weights of some candidates.

    Parameters
    ----------
    rows : AskedRows
        The candidates' customer-months.
    given : object
        What the function is to know besides.
    function : callable
        Takes weights of shape (candidates, 1 + G), and what is given.
    design : ResponseDesign
        Columns of the model.
    coefficients : ndarray of shape (1 + G, q)
        Of the monthly hazard.

    Returns
    -------
    object
        What the function returned.
    """
    return function(answer_weights(design.matrix(rows), starts_of(rows.record), coefficients), given)


def as_they_are(weights: Floats, given: None) -> Floats:
    """Return weights.

    Parameters
    ----------
    weights : ndarray of shape (c, 1 + G)
        The weights.
    given : None
        Nothing.

    Returns
    -------
    ndarray of shape (c, 1 + G)
        The same.
    """
    return weights


def nothing(candidates: slice) -> None:
    """Give nothing with some candidates.

    Parameters
    ----------
    candidates : slice
        Which.
    """


def independent(design: Floats) -> list[int]:
    """Return the columns that are not combinations of those before them.

    Parameters
    ----------
    design : ndarray of shape (n, q)
        Rows.

    Returns
    -------
    list of int
        Positions.
    """
    left = design.T @ design
    scale = np.maximum(np.diag(left).copy(), 1e-300)
    kept = []
    for j in range(left.shape[0]):
        if left[j, j] > 1e-8 * scale[j]:
            kept.append(j)
            left = left - np.outer(left[:, j], left[j]) / left[j, j]
    return kept


def newton(design: Floats, answered: Floats, *, threads: int = 1) -> Floats:
    """Return the maximum-likelihood coefficients of a logistic regression.

    Parameters
    ----------
    design : ndarray of shape (n, q)
        Rows.
    answered : ndarray of shape (n,)
        0 or 1.
    threads : int
        Chunks of rows that are worked on at a time.

    Returns
    -------
    ndarray of shape (q,)
        Coefficients. A slight pull towards 0 (a prior of variance 100) keeps them finite where answers separate.
    """
    share = answered.mean()
    coefficients = np.zeros(design.shape[1])
    coefficients[0] = np.log(max(share, 1e-6) / max(1 - share, 1e-6))
    for _ in range(MOST_STEPS):
        score, hessian = derivatives(design, answered, coefficients, threads=threads)
        step = np.linalg.solve(hessian + PRIOR * np.eye(len(coefficients)), score - PRIOR * coefficients)
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-10:
            break
    return coefficients


def derivatives(design: Floats, answered: Floats, coefficients: Floats, *, threads: int = 1) -> tuple[Floats, Floats]:
    """Return score and Hessian of the logistic likelihood, in chunks.

    Parameters
    ----------
    design : ndarray of shape (n, q)
        Rows.
    answered : ndarray of shape (n,)
        0 or 1.
    coefficients : ndarray of shape (q,)
        Where.
    threads : int
        Chunks of rows that are worked on at a time; they are added in their order, whatever it is.

    Returns
    -------
    tuple of ndarray
        Shapes (q,) and (q, q).
    """

    def of_chunk(first: int) -> tuple[Floats, Floats]:
        x, y = design[first : first + CHUNK_ROWS], answered[first : first + CHUNK_ROWS]
        p = expit(x @ coefficients)
        return x.T @ (y - p), (x * (p * (1 - p))[:, None]).T @ x

    q = design.shape[1]
    score, hessian = np.zeros(q), np.zeros((q, q))
    for first, second in in_order(of_chunk, range(0, len(design), CHUNK_ROWS), threads=threads):
        score += first
        hessian += second
    return score, hessian


def leave_groups_out(
    design: Floats, answered: Floats, group: Integers, coefficients: Floats, groups: int, *, threads: int = 1
) -> Floats:
    """Return the coefficients with each group left out, one Newton step from the full solution.

    Parameters
    ----------
    design : ndarray of shape (n, q)
        Rows.
    answered : ndarray of shape (n,)
        0 or 1.
    group : ndarray of shape (n,)
        Customer group.
    coefficients : ndarray of shape (q,)
        Full solution.
    groups : int
        G.
    threads : int
        Groups that are worked on at a time.

    Returns
    -------
    ndarray of shape (G, q)
        Coefficients.
    """
    if (np.diff(group) < 0).any():
        order = np.argsort(group, kind="stable")
        design, answered, group = design[order], answered[order], group[order]
    edges = np.searchsorted(group, np.arange(groups + 1))
    parts = list(
        in_order(
            lambda rows: derivatives(design[rows], answered[rows], coefficients),
            (slice(*ends) for ends in pairwise(edges.tolist())),
            threads=threads,
        )
    )
    total = sum((hessian for _, hessian in parts), np.zeros((design.shape[1],) * 2)) + PRIOR * np.eye(design.shape[1])
    return np.array([coefficients + np.linalg.solve(total - hessian, -score) for score, hessian in parts])
