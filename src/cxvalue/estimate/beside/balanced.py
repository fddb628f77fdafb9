"""Episodes balanced by propensities: what weighting and the doubly robust estimator stand on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.beside.features import choose_features
from cxvalue.estimate.beside.propensity import Propensity, calibration_design, fit_propensity, learned_logits
from cxvalue.estimate.beside.weights import ClassWeights, Population, class_weights
from cxvalue.estimate.design import EPISODES_PER_COLUMN
from cxvalue.estimate.moments import N_BANDS
from cxvalue.estimate.protocol import EpisodeSource
from cxvalue.estimate.settings import WEIGHT_CAP
from cxvalue.estimate.standardise import MIN_EPISODES, sound_columns
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS

RECORDS_PER_COLUMN = 5
"""Records of the target for each column of its odds, at least."""
FOLDS = 5
"""Customer groups are dealt to this many folds; nothing that is learned is used for the customers it was learned on."""


@dataclass(frozen=True, slots=True, eq=False)
class Balanced:
    """The episodes that are followed to the end of a block of months, with their propensities.

    Parameters
    ----------
    source : EpisodeSource
        Where they come from.
    first_k, last_k : int
        First and last month of the block.
    inside : ndarray of shape (n,)
        Their positions among the source's rows.
    band, group : ndarray of shape (n,)
        Band and customer group.
    band_model : Propensity
        Of the three bands.
    band_design : ndarray of shape (n, p)
        Rows that the band model is read at.
    target_model : Propensity
        Of being a record of the target (1) rather than one of these episodes (0).
    target_design : ndarray of shape (n, q)
        Rows that the target model is read at.
    target_bands : ndarray of shape (c, p)
        Rows at which the band model gives the propensities of the target's records.
    cap, trim : float
        See :func:`~cxvalue.estimate.beside.weights.class_weights`.
    """

    source: EpisodeSource
    first_k: int
    last_k: int
    inside: Integers
    band: Integers
    group: Integers
    band_model: Propensity
    band_design: Floats
    target_model: Propensity
    target_design: Floats
    target_bands: Floats
    cap: float
    trim: float

    def totals(self, weights: Floats) -> Floats:
        """Return what each episode adds up to in the months of the block.

        Parameters
        ----------
        weights : ndarray of shape (M, H)
            What one unit of each metric counts in each month.

        Returns
        -------
        ndarray of shape (n,)
            Weighted sums.
        """
        months = slice(self.first_k - 1, self.last_k)
        return np.asarray(np.tensordot(self.source.rows().outcomes[self.inside, :, months], weights[:, months], axes=2))

    def weights(self, replicate: int, population: Population = "target") -> ClassWeights:
        """Return the weights of the episodes in a replicate.

        Parameters
        ----------
        replicate : int
            0 for all customers, 1 + g with group g left out.
        population : {"target", "everybody", "overlap"}
            To whom every band is made alike.

        Returns
        -------
        ClassWeights
            0 for the group left out.
        """
        target = self.target_model.probabilities(self.target_design, replicate)
        return class_weights(
            self.band_model.probabilities(self.band_design, replicate),
            self.band,
            population=population,
            target_odds=target[:, 1] / target[:, 0],
            cap=self.cap,
            trim=self.trim,
            keep=(self.group != replicate - 1).astype(np.float64),
        )

    def target_weights(self, replicate: int) -> Floats:
        """Return the weights of the target's records in a replicate, 0 for those trimmed.

        Parameters
        ----------
        replicate : int
            0 for all customers, 1 + g with group g left out.

        Returns
        -------
        ndarray of shape (c,)
            Weights.
        """
        weights = self.source.target_rows.weights(replicate)
        if self.trim > 0:
            weights = weights * (self.band_model.probabilities(self.target_bands, replicate).min(axis=1) >= self.trim)
        return weights

    def n_left(self) -> int:
        """Return how many rows trimming leaves, in the band or the target that has fewest.

        Returns
        -------
        int
            Episodes or records.
        """
        kept = np.bincount(self.band, self.weights(0).values > 0, minlength=N_BANDS)
        return int(min(kept.min(), (self.target_weights(0) > 0).sum()))

    def n_compared(self) -> tuple[int, int]:
        """Return on how much the contrast of the two bands stands.

        Returns
        -------
        tuple of int
            Episodes of the two bands, and distinct customers among them.
        """
        pair = np.isin(self.band, [self.source.from_band, self.source.to_band])
        return int(pair.sum()), len(np.unique(self.source.rows().customer[self.inside[pair]]))

    def replicates(self) -> Iterator[tuple[int, Floats, Floats]]:
        """Give the weights of episodes and target, replicate by replicate.

        Yields
        ------
        tuple of int, ndarray of shape (n,) and ndarray of shape (c,)
            Replicate, weights of the episodes to the target, weights of the target's records.
        """
        for replicate in range(1 + self.source.groups):
            yield replicate, self.weights(replicate).values, self.target_weights(replicate)

    def notes(self, population: Population = "target") -> tuple[str, ...]:
        """Return what a reader should know of the weights.

        Parameters
        ----------
        population : {"target", "everybody", "overlap"}
            To whom every band is made alike.

        Returns
        -------
        tuple of str
            Sample, effective size, cap and trimming.
        """
        chosen = self.weights(0, population)
        effective, counts = chosen.effective(self.band, N_BANDS), np.bincount(self.band, minlength=N_BANDS)
        pair = [(b, BANDS[b]) for b in (self.source.from_band, self.source.to_band)]
        found = [
            f"months {self.first_k} to {self.last_k}: effective "
            + ", ".join(f"{effective[b]:,.0f} of {counts[b]:,} {name}" for b, name in pair),
            f"{chosen.n_capped:,} weights capped at {chosen.cap:g} times the band's mean",
        ]
        if self.trim > 0:
            gone = int((self.target_weights(0) == 0).sum())
            target = f" and {gone:,} customers of the target" if population == "target" else ""
            found.append(f"{chosen.n_trimmed:,} episodes{target} with a propensity below {self.trim:g} left out")
        return tuple(found)


def balance(
    source: EpisodeSource, first_k: int, last_k: int, *, learner: Any = None, cap: float = WEIGHT_CAP, trim: float = 0.0
) -> Balanced | NotEstimable:
    """Model the propensities of the episodes that are followed to the end of a block of months.

    Parameters
    ----------
    source : EpisodeSource
        The episodes of everybody.
    first_k, last_k : int
        First and last month of the block.
    learner : scikit-learn classifier, optional
        Learns the propensities from the covariates, cross-fitted by customer and calibrated by a logistic regression;
        default multinomial logistic regression on the headline's design.
    cap, trim : float
        Largest weight in means of the band; least propensity.

    Returns
    -------
    Balanced or NotEstimable
        Not estimable when a band has fewer than 50 of these episodes.

    Notes
    -----
    The logistic coefficients are solved again with every group left out, so that the weights' estimation is in the
    interval. What a learner has learned is held fixed there; its calibration is not.
    """
    rows = source.rows()
    inside = np.flatnonzero(rows.last_k >= last_k).astype(np.int64)
    band, group = rows.band[inside], rows.group[inside]
    counts = np.bincount(band, minlength=N_BANDS)
    if counts.min() < MIN_EPISODES:
        return NotEstimable(
            f"{counts.min()} {'episode' if counts.min() == 1 else 'episodes'} in band {BANDS[int(counts.argmin())]} "
            f"followed over {'1 month' if last_k == 1 else f'{last_k} months'}; "
            f"at least {MIN_EPISODES} are needed"
        )
    target = source.target_rows
    if learner is None:
        most = max(1, len(target.at) // RECORDS_PER_COLUMN)
        columns = usable_columns(rows.design[inside], band, group, groups=source.groups)[:most]
        mine, theirs = rows.design[inside][:, columns], target.design[:, columns]
        stacked = (mine, theirs)
    else:
        (mine, theirs), stacked = learned_designs(learner, source, inside)
    band_model = fit_propensity(mine, band, group, n_classes=N_BANDS, groups=source.groups)
    return Balanced(
        source=source,
        first_k=first_k,
        last_k=last_k,
        inside=inside,
        band=band,
        group=group,
        band_model=band_model,
        band_design=mine,
        target_model=fit_target(source, stacked, group),
        target_design=stacked[0],
        target_bands=theirs,
        cap=cap,
        trim=trim,
    )


def fit_target(source: EpisodeSource, stacked: tuple[Floats, Floats], group: Integers) -> Propensity:
    """Fit the odds of being a record of the target rather than one of the episodes.

    Parameters
    ----------
    source : EpisodeSource
        Holds the target.
    stacked : tuple of ndarray of shape (n, q) and (c, q)
        Design rows of the episodes and of the target's records.
    group : ndarray of shape (n,)
        Customer group of the episodes.

    Returns
    -------
    Propensity
        Class 1 is the target, whose records count by their response weights, in all as many as the episodes.
    """
    n, c = len(stacked[0]), len(stacked[1])
    weights = np.empty((1 + source.groups, n + c))
    for replicate in range(1 + source.groups):
        weights[replicate, :n] = group != replicate - 1
        each = source.target_rows.weights(replicate)
        weights[replicate, n:] = each * (weights[replicate, :n].sum() / each.sum())
    return fit_propensity(
        np.vstack(stacked),
        np.repeat(np.array([0, 1]), [n, c]),
        np.concatenate([group, source.target_rows.group]),
        n_classes=2,
        groups=source.groups,
        weights=weights,
    )


def learned_designs(
    learner: Any, source: EpisodeSource, inside: Integers
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the designs on which a learner's propensities are calibrated.

    Parameters
    ----------
    learner : scikit-learn classifier
        The learner.
    source : EpisodeSource
        Episodes and target.
    inside : ndarray of shape (n,)
        Positions of the episodes.

    Returns
    -------
    tuple of two tuples of ndarray
        For the bands, and for the target against the episodes: rows of the episodes and of the target's records.
    """
    rows, target = source.rows(), source.target_rows
    covariates = rows.covariates.take(inside)
    features = choose_features(covariates)
    mine, theirs = features.matrix(covariates), features.matrix(target.covariates)
    fold, target_fold = rows.group[inside] % FOLDS, target.group % FOLDS
    bands = learned_logits(learner, mine, rows.band[inside], fold=fold, others=(theirs, target_fold))
    belongs = np.repeat(np.array([0, 1]), [len(mine), len(theirs)])
    each = target.weights(0)
    weights = None
    if target.response is not None:
        weights = np.concatenate([np.ones(len(mine)), each * (len(mine) / each.sum())])
    both, _ = learned_logits(
        learner, np.vstack([mine, theirs]), belongs, fold=np.concatenate([fold, target_fold]), weights=weights
    )
    odds = calibration_design(both)
    return (calibration_design(bands[0]), calibration_design(bands[1])), (odds[: len(mine)], odds[len(mine) :])


def usable_columns(design: Floats, band: Integers, group: Integers, *, groups: int) -> Integers:
    """Return the columns of a design that every band can carry in every replicate.

    Parameters
    ----------
    design : ndarray of shape (n, p)
        Rows.
    band, group : ndarray of shape (n,)
        Band and customer group.
    groups : int
        G.

    Returns
    -------
    ndarray
        Positions, ascending; at most one column for 20 episodes of the smallest band.
    """
    smallest = int(np.bincount(band, minlength=N_BANDS).min())
    width = max(1, min(design.shape[1], smallest // EPISODES_PER_COLUMN))
    gram = np.zeros((N_BANDS, groups, width, width))
    for b in range(N_BANDS):
        for g in range(groups):
            x = design[(band == b) & (group == g), :width]
            gram[b, g] = x.T @ x
    total = gram.sum(axis=1, keepdims=True)
    return sound_columns(np.concatenate([total, total - gram], axis=1))
