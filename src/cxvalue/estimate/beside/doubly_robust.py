"""Doubly robust: a regression averaged over the target, corrected by weighted residuals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from cxvalue.errors import NotEstimable
from cxvalue.estimate.beside.balanced import FOLDS, Balanced
from cxvalue.estimate.beside.blocks import balance_blocks, describe
from cxvalue.estimate.beside.features import choose_features
from cxvalue.estimate.beside.learners import make_regressor
from cxvalue.estimate.beside.weights import augmented_means
from cxvalue.estimate.moments import N_BANDS
from cxvalue.estimate.protocol import ContrastReplicates, EpisodeSource
from cxvalue.estimate.settings import WEIGHT_CAP
from cxvalue.link.columns import Floats, Integers


@dataclass(frozen=True, slots=True)
class DoublyRobust:
    """Augmented inverse-propensity weighting, block of months by block of months, cross-fitted by customer.

    Parameters
    ----------
    learner : scikit-learn regressor, optional
        Learns the outcome in each band; default gradient boosting of shallow trees.
    propensity_learner : scikit-learn classifier, optional
        Learns the propensities; default multinomial logistic regression on the headline's design.
    cap, trim : float
        Largest weight in means of the band; least propensity.
    seed : int
        Seed of the default learner.
    name : str
        ``doubly_robust``.

    Notes
    -----
    For each band b, θ_b = mean over the target of m_b(x) + weighted mean of the residuals y − m_b(x) of its episodes.
    Right when either the regressions or the propensities are. m_b is learned without the fold of the customer that it
    is used for, and held fixed in the replicates; its error enters only multiplied by that of the weights.

    References
    ----------
    Chernozhukov, V. et al. (2018), Double/debiased machine learning for treatment and structural parameters,
    Econometrics Journal 21, doi:10.1111/ectj.12097.
    """

    learner: Any = None
    propensity_learner: Any = None
    cap: float = WEIGHT_CAP
    trim: float = 0.0
    seed: int = 1
    name: str = "doubly_robust"

    def fit(self, source: EpisodeSource, weights: Floats) -> ContrastReplicates | NotEstimable:
        """Return the doubly robust contrast.

        Parameters
        ----------
        source : EpisodeSource
            The episodes of everybody.
        weights : ndarray of shape (M, H)
            What one unit of each metric counts in each month.

        Returns
        -------
        ContrastReplicates or NotEstimable
            The contrast.
        """
        blocks = balance_blocks(source, learner=self.propensity_learner, cap=self.cap, trim=self.trim)
        if isinstance(blocks, NotEstimable):
            return blocks
        learner = self.learner if self.learner is not None else make_regressor("boosting", seed=self.seed)
        found = np.zeros(1 + source.groups)
        for block in blocks:
            total = block.totals(weights)
            fitted, target_fitted = cross_fit(learner, block, total)
            for replicate, chosen, target_weights in block.replicates():
                means = augmented_means(
                    total, fitted, block.band, chosen, target_fitted=target_fitted, target_weights=target_weights
                )
                found[replicate] += means[source.to_band] - means[source.from_band]
        n_episodes, n_customers = blocks[0].n_compared()
        notes = (*describe(blocks), f"outcome by {type(learner).__name__}, {FOLDS} folds of customers")
        return ContrastReplicates(float(found[0]), found[1:], n_episodes, notes, n_customers=n_customers)


def cross_fit(learner: Any, block: Balanced, total: Floats) -> tuple[Floats, Floats]:
    """Return what a learner predicts for episodes and target, never for a customer it has seen.

    Parameters
    ----------
    learner : scikit-learn regressor
        Cloned for each fold and band.
    block : Balanced
        Episodes and target.
    total : ndarray of shape (n,)
        Their outcomes.

    Returns
    -------
    tuple of ndarray of shape (n, B) and (c, B)
        Predictions in each band; 0 for the band that takes no part.
    """
    from sklearn.base import clone

    source, target = block.source, block.source.target_rows
    covariates = source.rows().covariates.take(block.inside)
    features = choose_features(covariates)
    mine, theirs = features.matrix(covariates), features.matrix(target.covariates)
    fold: Integers = block.group % FOLDS
    target_fold: Integers = target.group % FOLDS
    fitted, target_fitted = np.zeros((len(mine), N_BANDS)), np.zeros((len(theirs), N_BANDS))
    for f in range(FOLDS):
        for b in (source.from_band, source.to_band):
            train = (fold != f) & (block.band == b)
            if not mine.shape[1]:  # nothing to adjust for: a learner of scikit-learn wants a feature
                fitted[fold == f, b] = target_fitted[target_fold == f, b] = total[train].mean()
                continue
            with threadpool_limits(1):
                model = clone(learner).fit(mine[train], total[train])
            for x, at, out in ((mine, fold == f, fitted), (theirs, target_fold == f, target_fitted)):
                if at.any():
                    out[at, b] = model.predict(x[at])
    return fitted, target_fitted
