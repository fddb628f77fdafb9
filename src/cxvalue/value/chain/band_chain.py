"""Band chain: the customers of a shift in a cohort model of true satisfaction, not moved, moved, and kept there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.chain import CurrentBand, LevelChain
from cxvalue.link.columns import Floats
from cxvalue.value.chain.cohort_model import Reward, keep_from_falling, lifetime_value, project_cohort, steady_state

WORLDS: Final = ((False, False), (True, False), (True, True))
"""Whether customers are moved, and whether they are kept where they moved: nothing done, once, sustained."""


@dataclass(frozen=True, slots=True, eq=False)
class BandChain:
    """A cohort model of the customers of a shift: one cohort a class, whose states are levels and, last, gone.

    Parameters
    ----------
    levels : LevelChain
        Where customers are, and how they move while they stay.
    current : CurrentBand
        What the typical customers of the true bands do.
    from_band, to_band : int
        Codes of the bands of the shift.
    """

    levels: LevelChain
    current: CurrentBand
    from_band: int
    to_band: int

    def start(self, *, moved: bool) -> Floats:
        """Return where the customers of the shift are at time zero.

        Parameters
        ----------
        moved : bool
            Whether they move.

        Returns
        -------
        ndarray of shape (C, J + 1)
            Where those who answer in the from-band truly are or, moved, where those who answer in the to-band are at
            the same covariates; adds up to 1.
        """
        shares = self.levels.given_answer(self.to_band if moved else self.from_band)
        return np.pad(shares, ((0, 0), (0, 1)))

    def transitions(self) -> Floats:
        """Return the monthly transitions of each class.

        Returns
        -------
        ndarray of shape (K, C, J + 1, J + 1)
            At the end of a month customers leave by the hazard of the level that they were in; those who stay move on.
        """
        hazard = self.current.hazard_at(self.levels.band_weights()[:-1])
        whole = np.zeros((*hazard.shape[:2], hazard.shape[2] + 1, hazard.shape[2] + 1))
        whole[..., :-1, :-1] = (1.0 - hazard)[..., None] * self.levels.moves
        whole[..., :-1, -1] = hazard
        whole[..., -1, -1] = 1.0
        return whole

    def held_in(self) -> Floats:
        """Return where a customer is put who would come to each state after a sustained move.

        Returns
        -------
        ndarray of shape (K + 1, C, J + 1, J + 1)
            For :func:`~cxvalue.value.chain.cohort_model.keep_from_falling`. Where from-band and to-band are the same
            nobody moves, and nobody is kept.
        """
        held = self.levels.held_in(self.to_band)
        if self.from_band == self.to_band:
            held = np.broadcast_to(np.eye(held.shape[-1]), held.shape)
        whole = np.zeros((*held.shape[:2], held.shape[2] + 1, held.shape[2] + 1))
        whole[..., :-1, :-1] = held
        whole[..., -1, -1] = 1.0
        return whole

    def earnings(self, weights: Floats) -> Floats:
        """Return what a customer in each state is worth in each month.

        Parameters
        ----------
        weights : ndarray of shape (M, K)
            What one unit of each metric counts in months 1…K.

        Returns
        -------
        ndarray of shape (K + 1, C, J + 1)
            Money; 0 at time zero and for those who are gone.
        """
        amounts = self.current.amounts_at(self.levels.band_weights())
        counts = np.vstack([np.zeros(len(weights)), weights.T])
        return np.pad(np.einsum("kcjm,km->kcj", amounts, counts), ((0, 0), (0, 0), (0, 1)))

    def curves(self, weights: Floats) -> Floats:
        """Return the contribution of each month in the three worlds.

        Parameters
        ----------
        weights : ndarray of shape (M, K)
            What one unit of each metric counts in months 1…K, discounted.

        Returns
        -------
        ndarray of shape (3, K)
            Per customer of the shift: nothing done, moved once, moved and kept there.
        """
        free, held, earns = self.transitions(), self.held_in(), self.earnings(weights)
        kept = keep_from_falling(free, held[1:])
        found = np.zeros((len(WORLDS), weights.shape[1]))
        for at, (moved, sustained) in enumerate(WORLDS):
            start = self.start(moved=moved)
            for c, own in enumerate(start):
                share = float(own.sum())
                if share <= 0.0:
                    continue
                first = own / share
                followed = project_cohort(
                    (kept if sustained else free)[:, c],
                    keep_from_falling(first, held[0, c]) if sustained else first,
                    rewards={"contribution": Reward(earns[:, c])},
                )
                found[at] += share * followed.rewards[0, 1:]
        return found

    def lifetime(self, monthly: Floats, *, discount_rate: float) -> Floats:
        """Return the contribution for ever in the three worlds, solved and not added up.

        Parameters
        ----------
        monthly : ndarray of shape (M,)
            What one unit of each metric counts in a month.
        discount_rate : float
            Rate per month, above 0; month 1 is discounted by one month.

        Returns
        -------
        ndarray of shape (3,)
            Nothing done, moved once, moved and kept there, with the covariates and moves of time zero for ever.
        """
        free, held = self.transitions()[0], self.held_in()[0]
        earns = self.earnings(np.repeat(monthly[:, None], len(self.levels.moves), axis=1))[1]
        found = np.zeros(len(WORLDS))
        for at, (moved, sustained) in enumerate(WORLDS):
            for c, own in enumerate(self.start(moved=moved)):
                matrix = keep_from_falling(free[c], held[c]) if sustained else free[c]
                first = own @ held[c] if sustained else own
                found[at] += first @ (lifetime_value(matrix, earns[c], discount_rate=discount_rate) - earns[c])
        return found

    def steady_mix(self, *, sustained: bool) -> Floats | NotEstimable:
        """Return the mix of true bands that the customers who stay come to, with the covariates of time zero.

        Parameters
        ----------
        sustained : bool
            Whether they are moved, and kept in the to-band or above.

        Returns
        -------
        ndarray of shape (B,) or NotEstimable
            Shares.
        """
        moves, held = self.levels.moves[0], self.held_in()[0, :, :-1, :-1]
        found = np.zeros(len(self.levels.answers))
        for c, own in enumerate(self.start(moved=sustained)[:, :-1]):
            matrix = keep_from_falling(moves[c], held[c]) if sustained else moves[c]
            mix = steady_state(matrix, own @ held[c] if sustained else own)
            if isinstance(mix, NotEstimable):
                return mix
            found += own.sum() * (self.levels.in_band() @ mix)
        return found

    def natural_recovery(self, months: tuple[int, ...]) -> Floats:
        """Return what share of those who truly are in the from-band comes to be in a better one, with nothing done.

        Parameters
        ----------
        months : tuple of int
            Months later, at most K.

        Returns
        -------
        ndarray of shape (months,)
            Shares of those who stay.
        """
        own = self.levels.given_answer(self.from_band) * (self.levels.band_of == self.from_band)[None, :]
        later = self.levels.by_band(self.levels.follow(own / own.sum(), max(months)))
        return np.asarray(later[list(months), self.from_band + 1 :].sum(axis=1))

    def hazards(self) -> Floats:
        """Return the monthly probability of leaving by true band, averaged over the levels of the band.

        Returns
        -------
        ndarray of shape (B,)
            Probabilities, with the covariates of time zero.
        """
        mass = self.levels.prior[:, None] * self.levels.settled[0]
        each = self.current.hazard_at(self.levels.band_weights()[0])
        return np.asarray(self.levels.by_band(mass * each) / np.maximum(self.levels.by_band(mass), 1e-300))
