"""The target: who the value is for, and what share of the customers is in each band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.moments import N_BANDS, Partition
from cxvalue.estimate.response import AnswerProbabilities
from cxvalue.link import Answers
from cxvalue.link.columns import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Weighted means over the customers active at ``as_of`` who answered in the window, by stratum and band.

    Parameters
    ----------
    mean : ndarray of shape (1 + G, S, B, p)
        Mean design row of the customers now in each band; NaN where there is none.
    prob_band : ndarray of shape (1 + G, S, B)
        Share of the stratum's customers in each band.
    n_records : ndarray of shape (S, B)
        Customers counted.
    n_effective : ndarray of shape (S, B)
        Effective number, (Σw)² / Σw².
    """

    mean: Floats
    prob_band: Floats
    n_records: Integers
    n_effective: Floats


def weigh_target(
    answers: Answers,
    candidates: Integers,
    design: Floats,
    partitions: Sequence[Partition],
    *,
    groups: int,
    probabilities: AnswerProbabilities | None,
) -> list[Target]:
    """Return the target of every stratum, with every customer group left out in turn.

    Parameters
    ----------
    answers : Answers
        All answers.
    candidates : ndarray of shape (c,)
        Positions of the latest answers in the window of customers active at ``as_of``.
    design : ndarray of shape (n, p)
        Design rows of all answers.
    partitions : sequence of Partition
        Strata, over all answers.
    groups : int
        Customer groups, G.
    probabilities : AnswerProbabilities, optional
        Weights by response, solved again in each replicate; without them every customer who answered counts once.

    Returns
    -------
    list of Target
        One a partition.
    """
    rows, band, group = design[candidates], answers.band[candidates], answers.group[candidates]
    cells = [cell_codes(partition, candidates, band) for partition in partitions]
    sums = [np.zeros((1 + groups, len(p.labels) * N_BANDS, rows.shape[1] + 1)) for p in partitions]
    squares = [np.zeros(len(p.labels) * N_BANDS) for p in partitions]
    plain = np.ones(len(candidates))
    for replicate in range(1 + groups):
        weights = plain if probabilities is None else probabilities.weights(replicate)
        if replicate:
            weights = weights * (group != replicate - 1)
        weighted = np.column_stack([weights[:, None] * rows, weights])
        for at, codes in enumerate(cells):
            inside = codes >= 0
            sums[at][replicate] = sum_by(codes[inside], weighted[inside], sums[at].shape[1])
            if replicate == 0:
                counted = np.bincount(codes[inside], weights[inside] ** 2, minlength=sums[at].shape[1])
                squares[at] = np.asarray(counted, dtype=np.float64)
    return [
        make_target(total, square, np.bincount(codes[codes >= 0], minlength=total.shape[1]))
        for total, square, codes in zip(sums, squares, cells, strict=True)
    ]


def cell_codes(partition: Partition, candidates: Integers, band: Integers) -> Integers:
    """Return the stratum and band of each candidate as one number.

    Parameters
    ----------
    partition : Partition
        Strata, over all answers.
    candidates : ndarray of shape (c,)
        Positions of answers.
    band : ndarray of shape (c,)
        Their bands.

    Returns
    -------
    ndarray of shape (c,)
        stratum × B + band; −1 outside the strata.
    """
    codes = partition.codes[candidates]
    return np.asarray(np.where(codes >= 0, codes * N_BANDS + band, -1), dtype=np.int64)


def sum_by(codes: Integers, values: Floats, size: int) -> Floats:
    """Return sums of rows by code.

    Parameters
    ----------
    codes : ndarray of shape (n,)
        Codes, 0 to size − 1.
    values : ndarray of shape (n, p)
        Rows.
    size : int
        Number of codes.

    Returns
    -------
    ndarray of shape (size, p)
        Sums.
    """
    order = np.argsort(codes, kind="stable")
    total = np.zeros((size, values.shape[1]))
    if len(order):
        ordered = codes[order]
        starts = np.flatnonzero(np.r_[True, np.diff(ordered) != 0])
        total[ordered[starts]] = np.add.reduceat(values[order], starts, axis=0)
    return total


def make_target(sums: Floats, squares: Floats, counts: Integers) -> Target:
    """Return means and shares from weighted sums.

    Parameters
    ----------
    sums : ndarray of shape (1 + G, S·B, p + 1)
        Σ w x and, last, Σ w.
    squares : ndarray of shape (S·B,)
        Σ w².
    counts : ndarray of shape (S·B,)
        Records.

    Returns
    -------
    Target
        The target.
    """
    replicates = sums.shape[0]
    by_band = sums.reshape(replicates, -1, N_BANDS, sums.shape[2])
    weight = by_band[..., -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = by_band[..., :-1] / weight[..., None]
        share = weight / weight.sum(axis=2, keepdims=True)
        effective = np.where(squares > 0, weight[0].reshape(-1) ** 2 / squares, 0.0)
    return Target(mean, share, counts.reshape(-1, N_BANDS), effective.reshape(-1, N_BANDS))
