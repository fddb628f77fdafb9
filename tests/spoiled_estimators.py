"""Estimators that each break one clause of the contract, and one that breaks none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

import cxvalue as cx
from cxvalue.estimate import EpisodeSource
from cxvalue.link.columns import Floats

FEWEST = 50


@dataclass(frozen=True)
class Plain:
    """The difference of two means over fully followed episodes: keeps the contract."""

    name: str = "plain"

    def fit(self, source: EpisodeSource, weights: Floats) -> cx.ContrastReplicates | cx.NotEstimable:
        rows = source.rows()
        followed = self.followed(source)
        total = self.outcome(source, weights)[followed]
        band, group = rows.band[followed], rows.group[followed]
        pair = (source.from_band, source.to_band)
        if min((band == b).sum() for b in pair) < FEWEST:
            return self.too_few()
        masks = [np.ones(len(band), dtype=bool), *(self.kept(group, g) for g in range(source.groups))]
        gains = [total[mask & (band == pair[1])].mean() - total[mask & (band == pair[0])].mean() for mask in masks]
        return cx.ContrastReplicates(float(gains[0]), np.array(gains[1:]), int(np.isin(band, pair).sum()))

    def followed(self, source: EpisodeSource) -> np.ndarray:
        return source.rows().last_k >= source.horizon

    def outcome(self, source: EpisodeSource, weights: Floats) -> Floats:
        return np.tensordot(source.rows().outcomes[:, :, : source.horizon], weights, axes=2)

    def kept(self, group: np.ndarray, left_out: int) -> np.ndarray:
        return group != left_out

    def too_few(self) -> cx.NotEstimable:
        return cx.NotEstimable(f"fewer than {FEWEST} episodes")


@dataclass(frozen=True)
class Unobserved(Plain):
    """Takes the zeros of months that are not observed for outcomes."""

    def followed(self, source: EpisodeSource) -> np.ndarray:
        return source.rows().last_k > 0


@dataclass(frozen=True)
class OffByOne(Plain):
    """Leaves out the next group."""

    def kept(self, group: np.ndarray, left_out: int) -> np.ndarray:
        return group != (left_out + 1) % 10


@dataclass(frozen=True)
class NothingLeftOut(Plain):
    """The same number for every group."""

    def kept(self, group: np.ndarray, left_out: int) -> np.ndarray:
        return group >= 0


@dataclass(frozen=True)
class Raises(Plain):
    """Raises for a source with too few episodes."""

    def too_few(self) -> cx.NotEstimable:
        raise ZeroDivisionError("no episodes")


@dataclass(frozen=True)
class InOrder(Plain):
    """Uses the number of the customer as if it were a covariate."""

    def followed(self, source: EpisodeSource) -> np.ndarray:
        customer = source.rows().customer
        return super().followed(source) & (customer < np.quantile(customer, 0.7))


@dataclass(frozen=True)
class CutInMoney(Plain):
    """Cuts what an episode brings at an amount of money."""

    def outcome(self, source: EpisodeSource, weights: Floats) -> Floats:
        return np.minimum(super().outcome(source, weights), 200.0)


@dataclass(frozen=True)
class ChangesWeights(Plain):
    """Writes into the weights that it is given."""

    def outcome(self, source: EpisodeSource, weights: Floats) -> Floats:
        weights *= 1.0001
        return super().outcome(source, weights)


class Unseeded(Plain):
    """Draws without a seed."""

    drawn = 0

    def outcome(self, source: EpisodeSource, weights: Floats) -> Floats:
        Unseeded.drawn += 1
        rng = np.random.default_rng(Unseeded.drawn)
        total = super().outcome(source, weights)
        return total * rng.uniform(0.9, 1.1, len(total))


@dataclass(frozen=True)
class NotANumber(Plain):
    """Gives NaN for a replicate."""

    def fit(self, source: EpisodeSource, weights: Floats) -> cx.ContrastReplicates | cx.NotEstimable:
        found = super().fit(source, weights)
        if isinstance(found, cx.NotEstimable):
            return found
        return replace(found, leave_one_group_out=np.full(source.groups, np.nan))


@dataclass(frozen=True)
class TooShort(Plain):
    """Leaves a replicate away."""

    def fit(self, source: EpisodeSource, weights: Floats) -> cx.ContrastReplicates | cx.NotEstimable:
        found = super().fit(source, weights)
        if isinstance(found, cx.NotEstimable):
            return found
        return replace(found, leave_one_group_out=found.leave_one_group_out[1:])


@dataclass(frozen=True)
class ShiftedReplicates(Plain):
    """Gives pseudo-values in place of the values without a group."""

    def fit(self, source: EpisodeSource, weights: Floats) -> cx.ContrastReplicates | cx.NotEstimable:
        found = super().fit(source, weights)
        if isinstance(found, cx.NotEstimable):
            return found
        return replace(found, leave_one_group_out=found.leave_one_group_out - found.estimate)


class GivesNothing(Plain):
    """Says that it cannot be estimated where it can."""

    def fit(self, source: EpisodeSource, weights: Floats) -> cx.ContrastReplicates | cx.NotEstimable:
        return cx.NotEstimable("no time")


class GivesAFloat(Plain):
    """Gives a bare number."""

    def fit(self, source: EpisodeSource, weights: Floats) -> float:
        return 1.0


class ThreeArguments(Plain):
    """Asks for more than the protocol gives."""

    def fit(self, source: EpisodeSource, weights: Floats, seed: int) -> None:
        return None


class NoFit:
    """Has a name only."""

    name = "no_fit"
