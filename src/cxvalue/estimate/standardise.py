"""Regression standardisation: what each band would do, had it the target's covariates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.cell_sums import triangle
from cxvalue.estimate.design import EPISODES_PER_COLUMN
from cxvalue.estimate.moments import N_BANDS, Moments, accumulate
from cxvalue.estimate.partition import Partition
from cxvalue.estimate.replicate import BandReplicates
from cxvalue.link import OutcomeBatch
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS

MIN_EPISODES = 50
"""Fewest episodes of a band in any follow-up month."""
MIN_PIVOT = 1e-7
"""A column of whose variance less than this share is its own, given the columns before it, is left out."""


def observed_counts(moments: Moments, stratum: int, horizon: int) -> Integers:
    """Return how many episodes of each band are observed at each follow-up month.

    Parameters
    ----------
    moments : Moments
        The sums.
    stratum : int
        Position of the stratum.
    horizon : int
        H.

    Returns
    -------
    ndarray of shape (B, H)
        Episodes.
    """
    per_bin = moments.counts[stratum].sum(axis=2)
    observed = moments.last_k[:, None] >= np.arange(1, horizon + 1)
    return np.asarray(per_bin @ observed, dtype=np.int64)


def longest_horizon(counts: Integers) -> int:
    """Return the last follow-up month at which every band has enough episodes.

    Parameters
    ----------
    counts : ndarray of shape (B, H)
        Episodes observed.

    Returns
    -------
    int
        0 when a band has too few from the start.
    """
    enough = np.asarray((counts >= MIN_EPISODES).all(axis=0))
    return int(enough.size if enough.all() else np.argmin(enough))


def standardise(
    moments: Moments, stratum: int, target: Floats, *, horizon: int, n_metrics: int, adjusted: bool = True
) -> BandReplicates | NotEstimable:
    """Return the curves of a stratum, standardised to a target, with every group left out in turn.

    Parameters
    ----------
    moments : Moments
        Sums of the stratum's partition, for at least ``horizon`` months.
    stratum : int
        Position of the stratum.
    target : ndarray of shape (1 + G, p)
        Mean design row of the target: on all customers, then with each group left out.
    horizon : int
        Months wanted; the moments may hold more.
    n_metrics : int
        M.
    adjusted : bool
        False takes the intercept alone: plain means.

    Returns
    -------
    BandReplicates or NotEstimable
        Curves; not estimable where a band has fewer than 50 episodes at some month.

    Notes
    -----
    In every band, month k and replicate β = A⁻¹ B over the episodes observed at k, and μ = x̄ᵀ β. Solved as
    z = A⁻¹ x̄, μ = zᵀ B.

    References
    ----------
    Kline, P. (2011), Oaxaca-Blinder as a reweighting estimator, American Economic Review 101,
    doi:10.1257/aer.101.3.532.
    """
    counts = observed_counts(moments, stratum, horizon)
    if longest_horizon(counts) < horizon:
        return too_few(counts)
    last = int(counts[:, -1].min())
    width = max(1, min(target.shape[1], last // EPISODES_PER_COLUMN)) if adjusted else 1
    reached = (moments.last_k[:, None] >= np.arange(1, horizon + 1)).sum(axis=0) - 1
    fewest, most = int(reached.min()), int(reached.max())
    gram = cumulative_gram(moments.gram[stratum], width)[:, fewest : most + 1]
    columns = sound_columns(gram[:, 0])
    weights = solve_weights(gram[..., columns[:, None], columns], target[:, columns])
    p = moments.cross.shape[3]
    cross = moments.cross[stratum].reshape(N_BANDS, -1, p, n_metrics, moments.cross.shape[4] // n_metrics)
    cross = cross[:, :, columns][..., :horizon]
    estimate = np.empty((1 + cross.shape[1], N_BANDS, n_metrics, horizon))
    for b in range(N_BANDS):
        by_month = weights[b, reached - fewest]
        total = cross[b].sum(axis=0)
        estimate[:, b] = np.einsum("kgp,pmk->gmk", by_month, total, optimize=True)
        estimate[1:, b] -= np.einsum("kgp,gpmk->gmk", by_month[:, 1:], cross[b], optimize=True)
    return BandReplicates(estimate[0], estimate[1:], counts.astype(np.float64), tuple(int(c) for c in columns))


def too_few(counts: Integers) -> NotEstimable:
    """Return why a stratum cannot be estimated.

    Parameters
    ----------
    counts : ndarray of shape (B, H)
        Episodes observed.

    Returns
    -------
    NotEstimable
        The band and month with the fewest episodes.
    """
    band, k = np.unravel_index(int(np.argmin(counts)), counts.shape)
    return NotEstimable(
        f"{counts[band, k]} {'episode' if counts[band, k] == 1 else 'episodes'} in band {BANDS[band]} observed "
        f"{'1 month' if k == 0 else f'{k + 1} months'} on; "
        f"at least {MIN_EPISODES} are needed"
    )


def cumulative_gram(gram: Floats, width: int) -> Floats:
    """Return Σ x xᵀ over the first censoring classes, on all groups and with each left out.

    Parameters
    ----------
    gram : ndarray of shape (B, E, G, T)
        Upper triangles by censoring class, those observed longest first: the episodes observed at a month are
        always the first so many classes.
    width : int
        First columns of the design that are used.

    Returns
    -------
    ndarray of shape (B, E, 1 + G, width, width)
        Symmetric matrices.
    """
    size = int((np.sqrt(8 * gram.shape[3] + 1) - 1) / 2)
    rows, columns = triangle(size)
    inside = np.flatnonzero((rows < width) & (columns < width))
    by_class = gram[..., inside].cumsum(axis=1)
    total = by_class.sum(axis=2, keepdims=True)
    every = np.concatenate([total, total - by_class], axis=2)
    full = np.empty((*every.shape[:3], width, width))
    full[..., rows[inside], columns[inside]] = every
    full[..., columns[inside], rows[inside]] = every
    return full


def solve_weights(gram: Floats, target: Floats) -> Floats:
    """Return z = A⁻¹ x̄.

    Parameters
    ----------
    gram : ndarray of shape (B, E, 1 + G, p, p)
        A.
    target : ndarray of shape (1 + G, p)
        x̄.

    Returns
    -------
    ndarray of shape (B, E, 1 + G, p)
        z.
    """
    return np.asarray(np.linalg.solve(gram, np.broadcast_to(target, gram.shape[:-1])[..., None])[..., 0])


def sound_columns(gram: Floats) -> Integers:
    """Return the columns that keep their rank in every band and every replicate.

    Parameters
    ----------
    gram : ndarray of shape (B, 1 + G, p, p)
        Σ x xᵀ at the last month, which has the fewest episodes; sets of earlier months hold these.

    Returns
    -------
    ndarray
        Positions, ascending. The same columns serve all bands, months and replicates.

    Notes
    -----
    Columns are taken in order. One is kept when, in each matrix, the share of its sum of squares that the columns
    kept before it leave over exceeds a threshold (the pivots of a Cholesky factorisation).
    """
    left = gram.reshape(-1, *gram.shape[2:]).copy()
    scale = np.maximum(np.einsum("nii->ni", left), 1e-300)
    kept = []
    for j in range(left.shape[1]):
        pivot = left[:, j, j]
        if np.all(pivot > MIN_PIVOT * scale[:, j]):
            kept.append(j)
            column = left[:, :, j] / pivot[:, None]
            left = left - column[:, :, None] * left[:, j, :][:, None, :]
    return np.array(kept, dtype=np.int64)


def effective_numbers(
    moments: Moments, stratum: int, mean_row: Floats, *, columns: Sequence[int], month: int
) -> Floats:
    """Return the effective number of episodes in each band, (Σw)² / Σw², under the weights of the standardisation.

    Parameters
    ----------
    moments : Moments
        Sums of the stratum's partition.
    stratum : int
        Position of the stratum.
    mean_row : ndarray of shape (p,)
        Mean design row of the target, x̄.
    columns : sequence of int
        Columns that are used; the first is the intercept.
    month : int
        Follow-up month whose episodes count.

    Returns
    -------
    ndarray of shape (B,)
        Numbers.

    Notes
    -----
    The weights are wᵢ = x̄ᵀ A⁻¹ xᵢ with A = Σ x xᵀ. They sum to 1, as an intercept is among the columns, and their
    squares to x̄ᵀ A⁻¹ A A⁻¹ x̄ = x̄ᵀ A⁻¹ x̄: no row is needed.
    """
    observed = moments.last_k >= month
    used = np.asarray(columns)
    gram = cumulative_gram(moments.gram[stratum][:, observed], int(used.max()) + 1)[:, -1, 0]
    chosen, row = gram[:, used[:, None], used], mean_row[used]
    solved = np.linalg.solve(chosen, np.broadcast_to(row, (len(chosen), len(row)))[..., None])[..., 0]
    return np.asarray(1.0 / (solved @ row))


def standardise_rows(
    design: Floats, outcomes: Floats, *, band: Integers, group: Integers, last_k: Integers, target: Floats
) -> BandReplicates | NotEstimable:
    """Return standardised curves of episodes that are given as rows.

    Parameters
    ----------
    design : ndarray of shape (n, p)
        Design rows.
    outcomes : ndarray of shape (n, M, H)
        Outcomes.
    band, group, last_k : ndarray of shape (n,)
        Band, customer group, last observed month.
    target : ndarray of shape (1 + G, p)
        Mean design row of the target.

    Returns
    -------
    BandReplicates or NotEstimable
        As :func:`standardise` gives them.
    """
    classes = np.unique(last_k)[::-1]
    bins = (len(classes) - 1 - np.searchsorted(classes[::-1], last_k)).astype(np.int64)
    (moments,) = accumulate(
        [OutcomeBatch(0, outcomes)],
        design,
        [Partition("rows", ("rows",), np.zeros(len(design), dtype=np.int64))],
        band=band,
        group=group,
        bins=bins,
        last_k=classes,
        groups=len(target) - 1,
        columns=[design.shape[1]],
    )
    return standardise(moments, 0, target, horizon=outcomes.shape[2], n_metrics=outcomes.shape[1])
