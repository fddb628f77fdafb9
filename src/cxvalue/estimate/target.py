"""The target: who the value is for, and what share of the customers is in each band."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from cxvalue.estimate.design_rows import DesignPart, DesignRows, rows_taken
from cxvalue.estimate.moments import N_BANDS
from cxvalue.estimate.partition import Partition
from cxvalue.estimate.response import AnswerProbabilities
from cxvalue.link import Answers
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.freed_memory import giving_back

CHUNK_ROWS = 50_000


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


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What is known of some candidates besides their weights.

    Parameters
    ----------
    design : ndarray of shape (c, p) or DesignRows
        Design rows of their latest answers.
    group : ndarray of shape (c,)
        Customer group.
    cells : tuple of ndarray of shape (c,)
        Stratum and band, one array a partition; −1 outside the strata.
    """

    design: Floats | DesignRows | DesignPart
    group: Integers
    cells: tuple[Integers, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TargetSums:
    """Weighted sums over some candidates, by cell of all partitions.

    Parameters
    ----------
    plain : ndarray of shape (c,)
        The candidates' weights on all customers.
    sums : ndarray of shape (1 + G, S·B, p + 1)
        Σ w x and, last, Σ w, with every customer group left out in turn.
    squares : ndarray of shape (S·B,)
        Σ w².
    counts : ndarray of shape (S·B,)
        Candidates.
    """

    plain: Floats
    sums: Floats
    squares: Floats
    counts: Integers


def weigh_target(
    answers: Answers,
    candidates: Integers,
    design: Floats | DesignRows,
    partitions: Sequence[Partition],
    *,
    groups: int,
    probabilities: AnswerProbabilities | None,
    threads: int = 1,
) -> tuple[list[Target], Floats]:
    """Return the target of every stratum, with every customer group left out in turn.

    Parameters
    ----------
    answers : Answers
        All answers.
    candidates : ndarray of shape (c,)
        Positions of the latest answers in the window of customers active at ``as_of``.
    design : ndarray of shape (n, p) or DesignRows
        Design rows of all answers.
    partitions : sequence of Partition
        Strata, over all answers.
    groups : int
        Customer groups, G.
    probabilities : AnswerProbabilities, optional
        Weights by response, solved again in each replicate; without them every customer who answered counts once.
    threads : int
        Batches of candidates that are weighed at a time.

    Returns
    -------
    tuple of list of Target and ndarray of shape (c,)
        One a partition; the candidates' weights on all customers.
    """
    if probabilities is not None and not np.array_equal(probabilities.records, candidates):
        raise ValueError("the response model is of other customers than the target")
    cells = [cell_codes(partition, candidates, answers.band[candidates]) for partition in partitions]
    edges = np.cumsum([0, *(len(partition.labels) * N_BANDS for partition in partitions)])

    def known(here: slice) -> Candidates:
        at = candidates[here]
        return Candidates(rows_taken(design, at), answers.group[at], tuple(codes[here] for codes in cells))

    work = partial(sum_candidates, edges=edges)
    if probabilities is not None:
        found = probabilities.fold(work, known, threads=threads)
    else:
        alike = slices(len(candidates))
        found = (work(np.ones((each.stop - each.start, 1 + groups)), known(each)) for each in alike)
    sums = np.zeros((1 + groups, int(edges[-1]), design.shape[1] + 1))
    squares, counts = np.zeros(int(edges[-1])), np.zeros(int(edges[-1]), dtype=np.int64)
    plain = [np.empty(0)]
    for part in giving_back(found):
        plain.append(part.plain)
        sums += part.sums
        squares += part.squares
        counts += part.counts
    parts = pairwise(edges)
    targets = [make_target(sums[:, first:last], squares[first:last], counts[first:last]) for first, last in parts]
    return targets, np.concatenate(plain)


def sum_candidates(weights: Floats, known: Candidates, *, edges: Integers) -> TargetSums:
    """Sum some candidates by cell.

    Parameters
    ----------
    weights : ndarray of shape (c, 1 + G)
        Their weights in all replicates.
    known : Candidates
        What is known of them besides.
    edges : ndarray of shape (partitions + 1,)
        First cell of each partition, and the number of cells.

    Returns
    -------
    TargetSums
        The sums.
    """
    n, plain = len(weights), weights[:, 0].copy()
    weights[np.arange(n), 1 + known.group] = 0.0
    design = known.design if isinstance(known.design, np.ndarray) else known.design[:]
    rows, squares_of = np.column_stack([design, np.ones(n)]), plain**2
    sums = np.zeros((weights.shape[1], int(edges[-1]), rows.shape[1]))
    squares, counts = np.zeros(int(edges[-1])), np.zeros(int(edges[-1]), dtype=np.int64)
    for inside, members in finest_cells(known.cells, edges[:-1]):
        sums[:, members] += (weights[inside].T @ rows[inside])[:, None]
        squares[members] += squares_of[inside].sum()
        counts[members] += len(inside)
    return TargetSums(plain, sums, squares, counts)


def slices(n: int) -> list[slice]:
    """Return consecutive candidates, some at a time.

    Parameters
    ----------
    n : int
        Candidates.

    Returns
    -------
    list of slice
        All of them.
    """
    return [slice(first, min(first + CHUNK_ROWS, n)) for first in range(0, n, CHUNK_ROWS)]


def finest_cells(cells: Sequence[Integers], firsts: Integers) -> Iterator[tuple[Integers, Integers]]:
    """Give candidates that lie in the same strata and band of every partition, so that they are summed once.

    Parameters
    ----------
    cells : sequence of ndarray of shape (c,)
        Stratum and band of each candidate, one array a partition; −1 outside the strata.
    firsts : ndarray
        First cell of each partition.

    Yields
    ------
    tuple of ndarray
        The candidates, and the cells of all partitions that they lie in.
    """
    mixed = np.zeros(len(cells[0]), dtype=np.int64)
    for codes in cells:
        mixed = mixed * (int(codes.max(initial=0)) + 2) + codes + 1
        there = np.flatnonzero(np.bincount(mixed))
        place = np.zeros(there[-1] + 1 if len(there) else 0, dtype=np.int64)
        place[there] = np.arange(len(there))
        mixed = place[mixed]
    order = np.argsort(mixed, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(mixed[order])) + 1):
        if len(rows):
            codes = np.array([each[rows[0]] for each in cells])
            yield rows, (codes + firsts)[codes >= 0]


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
