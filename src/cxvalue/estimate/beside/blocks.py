"""Blocks of months: late months come from early cohorts, so each block has weights of its own."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.beside.balanced import Balanced, balance
from cxvalue.estimate.beside.learners import learner_key
from cxvalue.estimate.beside.weights import Population
from cxvalue.estimate.protocol import EpisodeSource
from cxvalue.estimate.settings import WEIGHT_CAP
from cxvalue.estimate.standardise import MIN_EPISODES
from cxvalue.link.columns import Floats, Integers

MOST_BLOCKS = 6
"""Blocks into which the months of follow-up are cut, at most."""
WHOM: Final[dict[Population, str]] = {
    "target": "to the target",
    "everybody": "to everybody who answered",
    "overlap": "to those who could well be in any band (overlap)",
}
"""To whom bands are made alike, in words."""
SHARED: Final = "blocks of months"
"""Name under which a source keeps its blocks: weighting and the doubly robust estimator ask for the same ones."""


def month_blocks(last_k: Integers, horizon: int, *, most: int = MOST_BLOCKS) -> list[tuple[int, int]]:
    """Return blocks of follow-up months, each to be estimated on the episodes that are followed to its end.

    Parameters
    ----------
    last_k : ndarray of shape (E,)
        Last observed month of each censoring class.
    horizon : int
        H.
    most : int
        Blocks, at most.

    Returns
    -------
    list of tuple of int
        First and last month of each block, ascending.

    Examples
    --------
    >>> month_blocks(np.array([24, 21, 15, 9]), 24)
    [(1, 9), (10, 15), (16, 21), (22, 24)]
    """
    ends = np.unique(np.minimum(last_k, horizon))
    if len(ends) > most:
        ends = ends[np.unique(np.linspace(0, len(ends) - 1, most).round().astype(int))]
    firsts = [1, *(int(end) + 1 for end in ends[:-1])]
    return [(first, int(end)) for first, end in zip(firsts, ends, strict=True)]


def balance_blocks(
    source: EpisodeSource, *, learner: Any = None, cap: float = WEIGHT_CAP, trim: float = 0.0
) -> tuple[Balanced, ...] | NotEstimable:
    """Model the propensities of the episodes of each block of months.

    Parameters
    ----------
    source : EpisodeSource
        The episodes of everybody.
    learner : scikit-learn classifier, optional
        See :func:`balance`.
    cap, trim : float
        Largest weight in means of the band; least propensity.

    Returns
    -------
    tuple of Balanced or NotEstimable
        One a block; what happens in a block's months is estimated on all episodes that are followed to its end. The
        source keeps those asked for last.
    """
    made_with = (learner_key(learner), cap, trim)
    if source.shared.get(SHARED, (None, None))[0] != made_with:
        source.shared[SHARED] = made_with, make_blocks(source, learner=learner, cap=cap, trim=trim)
    found: tuple[Balanced, ...] | NotEstimable = source.shared[SHARED][1]
    return found


def make_blocks(source: EpisodeSource, *, learner: Any, cap: float, trim: float) -> tuple[Balanced, ...] | NotEstimable:
    """Model the propensities of the episodes of each block of months anew.

    Parameters
    ----------
    source : EpisodeSource
        The episodes of everybody.
    learner : scikit-learn classifier, optional
        See :func:`balance`.
    cap, trim : float
        Largest weight in means of the band; least propensity.

    Returns
    -------
    tuple of Balanced or NotEstimable
        One a block.
    """
    found = []
    for first_k, last_k in month_blocks(source.moments.last_k, source.horizon):
        block = balance(source, first_k, last_k, learner=learner, cap=cap, trim=trim)
        if isinstance(block, NotEstimable):
            return block
        if trim > 0 and block.n_left() < MIN_EPISODES:
            return NotEstimable(
                f"{block.n_left()} episodes of a band or customers of the target are left with propensities of "
                f"{trim:g} or more; at least {MIN_EPISODES} are needed"
            )
        found.append(block)
    return tuple(found)


def first_weights(
    source: EpisodeSource, answers: int, *, learner: Any = None, cap: float = WEIGHT_CAP, trim: float = 0.0
) -> Floats | None:
    """Return the weights by propensity under which the first months are estimated.

    Parameters
    ----------
    source : EpisodeSource
        The episodes of everybody.
    answers : int
        Answers of the study, n.
    learner : scikit-learn classifier, optional
        See :func:`balance`.
    cap, trim : float
        Largest weight in means of the band; least propensity.

    Returns
    -------
    ndarray of shape (n,) or None
        0 for answers that take no part in these months; None where the propensities cannot be modelled.
    """
    blocks = balance_blocks(source, learner=learner, cap=cap, trim=trim)
    if isinstance(blocks, NotEstimable):
        return None
    weights = np.zeros(answers)
    weights[source.rows().at[blocks[0].inside]] = blocks[0].weights(0).values
    return weights


def describe(blocks: tuple[Balanced, ...], population: Population = "target") -> tuple[str, ...]:
    """Return what a reader should know of an estimate that stands on blocks.

    Parameters
    ----------
    blocks : tuple of Balanced
        The blocks.
    population : {"target", "everybody", "overlap"}
        To whom the bands are made alike.

    Returns
    -------
    tuple of str
        To whom, unless to the target; sample; effective size, cap and trimming of each block.
    """
    whom = () if population == "target" else (f"{WHOM[population]}: it answers another question than the value",)
    return (*whom, blocks[0].source.rows().what(), *(note for block in blocks for note in block.notes(population)))
