"""Lasting moves: what a customer is worth who truly changes band, from answers that are partly noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from cxvalue.estimate.cell_sums import run_starts
from cxvalue.estimate.standardise import sound_columns
from cxvalue.link.columns import Floats, Integers

ROWS_PER_COLUMN: Final = 20


def lasting_contrast(mean_answered: Floats, true_given_answered: Floats, *, from_band: int, to_band: int) -> float:
    r"""Return the difference between two true bands from means by answered band.

    Parameters
    ----------
    mean_answered : ndarray of shape (B,)
        Mean outcome by answered band.
    true_given_answered : ndarray of shape (B, B)
        C[b, z], the probability of true band z given answered band b.
    from_band, to_band : int
        Codes of the bands.

    Returns
    -------
    float
        μ_true(to) − μ_true(from), in the unit of the means.

    Notes
    -----
    :math:`\mu_{true} = C^{-1} \mu_{answered}`. It holds where the answer says nothing of the outcome beyond the true
    band. Within a true band, however, those who answer higher are more satisfied, so that the means by answered band
    lie further apart than C allows for, and the difference comes out too large, most where satisfaction matters most
    at its lower end.

    Examples
    --------
    >>> C = np.array([[0.8, 0.2, 0.0], [0.2, 0.6, 0.2], [0.0, 0.2, 0.8]])
    >>> round(lasting_contrast(C @ [10.0, 50.0, 60.0], C, from_band=0, to_band=1), 9)
    40.0
    """
    true = np.linalg.solve(true_given_answered, mean_answered)
    return float(true[to_band] - true[from_band])


@dataclass(frozen=True, slots=True, eq=False)
class LatentEpisodes:
    """Episodes for a regression on true satisfaction.

    Parameters
    ----------
    design : ndarray of shape (r, p)
        Design rows.
    outcome : ndarray of shape (r, H)
        Outcome of each month; months after ``last_k`` do not count.
    last_k : ndarray of shape (r,)
        Last observed month.
    group : ndarray of shape (r,)
        Customer group.
    groups : int
        G.
    """

    design: Floats
    outcome: Floats
    last_k: Integers
    group: Integers
    groups: int

    def n_columns(self) -> int:
        """Return how many columns of the design the months with the fewest episodes allow.

        Returns
        -------
        int
            1 or more: every column enters twice, and there are 20 episodes for each.
        """
        last = int((self.last_k >= self.outcome.shape[1]).sum())
        return int(max(1, min(self.design.shape[1], (last // ROWS_PER_COLUMN - 1) // 2)))


def latent_regressors(design: Floats, mean: Floats, square: Floats) -> Floats:
    """Return the columns on which outcomes are regressed.

    Parameters
    ----------
    design : ndarray of shape (r, p)
        Design rows x.
    mean, square : ndarray of shape (r,)
        Mean and mean square of true satisfaction given answer and covariates.

    Returns
    -------
    ndarray of shape (r, 2 p + 1)
        x, x × E[s], E[s²].
    """
    return np.column_stack([design, design * mean[:, None], square])


def sum_by_follow_up(regressors: Floats, episodes: LatentEpisodes) -> tuple[Floats, Floats]:
    """Return sums over the episodes that are observed in each stretch of months, by customer group.

    Parameters
    ----------
    regressors : ndarray of shape (r, q)
        From :func:`latent_regressors`.
    episodes : LatentEpisodes
        The episodes.

    Returns
    -------
    tuple of ndarray of shape (E, G, q, q) and ndarray of shape (E, G, q)
        Σ z zᵀ and Σ z y, where y is added up over the months of the stretch; the longest follow-up first.
    """
    horizon, q = episodes.outcome.shape[1], regressors.shape[1]
    ends = np.unique(np.minimum(episodes.last_k, horizon))[::-1]
    order = np.argsort(episodes.group, kind="stable")
    starts = run_starts(episodes.group[order])
    gram, cross = np.zeros((len(ends), episodes.groups, q, q)), np.zeros((len(ends), episodes.groups, q))
    stretches = [slice(0 if at + 1 == len(ends) else int(ends[at + 1]), int(end)) for at, end in enumerate(ends)]
    for first, end in zip(starts, np.r_[starts[1:], len(order)], strict=True):
        own = order[first:end]
        g = int(episodes.group[own[0]])
        for at, stretch in enumerate(stretches):
            rows = own[episodes.last_k[own] >= ends[at]]
            z = regressors[rows]
            gram[at, g] = z.T @ z
            cross[at, g] = z.T @ episodes.outcome[rows, stretch].sum(axis=1)
    return gram, cross


def latent_coefficients(regressors: Floats, episodes: LatentEpisodes) -> Floats:
    """Return the regression of the added-up outcomes, with every group left out in turn.

    Parameters
    ----------
    regressors : ndarray of shape (r, q)
        From :func:`latent_regressors`.
    episodes : LatentEpisodes
        The episodes.

    Returns
    -------
    ndarray of shape (1 + G, q)
        Coefficients, 0 for columns that depend on others; each month's regression takes the episodes observed there.
    """
    gram, cross = sum_by_follow_up(regressors, episodes)
    every_gram = np.concatenate([gram.sum(axis=1, keepdims=True), gram.sum(axis=1, keepdims=True) - gram], axis=1)
    every_cross = np.concatenate([cross.sum(axis=1, keepdims=True), cross.sum(axis=1, keepdims=True) - cross], axis=1)
    kept = sound_columns(every_gram[:1])
    found = np.zeros((every_cross.shape[1], regressors.shape[1]))
    inner = every_gram[..., kept[:, None], kept]
    found[:, kept] = np.linalg.solve(inner, every_cross[..., kept, None])[..., 0].sum(axis=0)
    return found


def with_noise_left_out(
    figure: Callable[[float], Floats], noise: float, noise_without: Floats, *, step: float
) -> Floats:
    """Return replicates of a figure in which the noise is that of the replicate too.

    Parameters
    ----------
    figure : callable
        Gives the replicates (1 + G, …) of the figure at a fixed share of noise.
    noise : float
        Share of noise on all customers.
    noise_without : ndarray of shape (G,)
        The same with each group left out.
    step : float
        Half the distance over which the derivative by the noise is taken.

    Returns
    -------
    ndarray of shape (1 + G, …)
        Replicates: at the noise of all customers, plus the derivative by the noise × its own change.
    """
    found = figure(noise).copy()
    slope = (figure(noise + step)[0] - figure(noise - step)[0]) / (2 * step)
    found[1:] += np.multiply.outer(noise_without - noise, slope)
    return found
