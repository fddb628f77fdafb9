"""The target: who the value is for, and what share of the customers is in each band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

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
    if probabilities is not None and not np.array_equal(probabilities.records, candidates):
        raise ValueError("the response model is of other customers than the target")
    rows, band, group = design[candidates], answers.band[candidates], answers.group[candidates]
    cells = [cell_codes(partition, candidates, band) for partition in partitions]
    sizes = [len(partition.labels) * N_BANDS for partition in partitions]
    edges = np.cumsum([0, *sizes])
    member = membership(cells, edges)
    sums = np.empty((1 + groups, int(edges[-1]), rows.shape[1] + 1))
    plain = np.ones(len(candidates)) if probabilities is None else probabilities.weights(0)
    squares = np.asarray(member @ plain**2)
    for replicate in range(1 + groups):
        weights = plain
        if replicate:
            again = plain if probabilities is None else probabilities.weights(replicate)
            weights = again * (group != replicate - 1)
        sums[replicate, :, :-1] = member @ (weights[:, None] * rows)
        sums[replicate, :, -1] = member @ weights
    counts = np.diff(member.indptr)
    return [
        make_target(sums[:, first:last], squares[first:last], counts[first:last]) for first, last in pairwise(edges)
    ]


def membership(cells: Sequence[Integers], edges: Integers) -> csr_matrix:
    """Return which candidate lies in which stratum and band, over all partitions.

    Parameters
    ----------
    cells : sequence of ndarray of shape (c,)
        Stratum and band of each candidate, one array a partition; −1 outside the strata.
    edges : ndarray
        First cell of each partition, and the number of cells.

    Returns
    -------
    scipy.sparse.csr_matrix of shape (cells, c)
        Ones.
    """
    inside = [np.flatnonzero(codes >= 0) for codes in cells]
    columns = np.concatenate(inside)
    parts = zip(cells, inside, edges[:-1], strict=True)
    rows = np.concatenate([codes[where] + first for codes, where, first in parts])
    return csr_matrix((np.ones(len(columns)), (rows, columns)), shape=(int(edges[-1]), len(cells[0])))


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
    by_band = sums.reshape(replicates, counts.size // N_BANDS, N_BANDS, sums.shape[2])
    weight = by_band[..., -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = by_band[..., :-1] / weight[..., None]
        share = weight / weight.sum(axis=2, keepdims=True)
        effective = np.where(squares > 0, weight[0].reshape(-1) ** 2 / squares, 0.0)
    shape = (counts.size // N_BANDS, N_BANDS)
    return Target(mean, share, counts.reshape(shape), effective.reshape(shape))
