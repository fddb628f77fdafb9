"""The true value of a move: the same customers in two worlds that share their random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxvalue.errors import SettingsError
from cxvalue.result import Brief
from cxvalue.simulate.customers import Customers
from cxvalue.simulate.donors import choose_donors, expect_satisfaction
from cxvalue.simulate.history import AnswerHistory
from cxvalue.simulate.month import Month
from cxvalue.simulate.scenario import Scenario
from cxvalue.simulate.stream import LASTING_MOVE, MOVE, random_stream
from cxvalue.simulate.survey import band_scores, score_satisfaction
from cxvalue.simulate.sustain import keep_in_band
from cxvalue.simulate.worlds import follow_move, metrics_of
from cxvalue.vocabulary import BANDS, Band, month_label


@dataclass(frozen=True, slots=True, repr=False)
class GroupTruth(Brief):
    """The true value of the move in one group of customers.

    Parameters
    ----------
    by : str
        Column that defines the group, ``segment`` or ``region``.
    group : str
        Value of the column.
    n_moved : int
        Customers moved.
    per_customer : float or None
        Discounted contribution gained per moved customer, money; None where nobody is moved.
    se : float or None
        Standard error of that mean over the customers, money; None for fewer than two.
    """

    by: str
    group: str
    n_moved: int
    per_customer: float | None
    se: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the group's truth in plain types.

        Returns
        -------
        dict
            ``by``, ``group``, ``n_moved`` and ``per_customer`` with ``value`` and ``se``.
        """
        value = {"value": self.per_customer, "se": self.se}
        return {"by": self.by, "group": self.group, "n_moved": self.n_moved, "per_customer": value}


@dataclass(frozen=True, slots=True, repr=False)
class LastingTruth(Brief):
    """The true value of the move for customers whose satisfaction lies in the from-band, whatever they would answer.

    Parameters
    ----------
    per_customer : float or None
        Discounted contribution gained per customer moved, money; None where nobody is moved.
    se : float or None
        Standard error of that mean over the customers, money; None for fewer than two.
    n_from_band : int
        Active customers whose satisfaction lies in the from-band.
    """

    per_customer: float | None
    se: float | None
    n_from_band: int

    def to_dict(self) -> dict[str, Any]:
        """Return the truth in plain types.

        Returns
        -------
        dict
            ``value``, ``se`` and ``n_from_band``.
        """
        return {"value": self.per_customer, "se": self.se, "n_from_band": self.n_from_band}


@dataclass(frozen=True, slots=True, repr=False)
class Truth(Brief):
    r"""What the move is truly worth in one base.

    Parameters
    ----------
    as_of : str
        Month that the value refers to, ``YYYY-MM``.
    horizon_months : int
        Months H over which the value is added up.
    from_band, to_band : {"dissatisfied", "neutral", "satisfied"}
        The move.
    metrics : tuple of str
        The M metrics of the curves, in order.
    stayed, moved : numpy.ndarray
        Mean per moved customer and month without and with the move; a customer who has left counts 0. Shape (M, H),
        for months 1 to H after ``as_of``.
    per_customer : float
        Discounted contribution gained per moved customer, money.
    se : float
        Standard error of that mean over the customers, money: what chance in one base leaves open.
    n_active : int
        Customers active in ``as_of``.
    n_from_band : int
        Of these, customers whose answer would lie in the from-band.
    n_moved : int
        Customers moved: all of these.
    groups : tuple of GroupTruth
        The same by segment and by region.
    per_lasting_move : LastingTruth
        The same for the customers who truly are in the from-band and come to be truly in the to-band; it differs
        from ``per_customer`` by what survey noise does to the bands.
    per_sustained_move : LastingTruth
        The same for the customers of ``per_customer``, kept in the to-band or above from the move on; empty where the
        to-band is not the better one.

    Notes
    -----
    The value is :math:`\sum_k (1 + d)^{-k/12} (margin × revenue_k − cost_k)` of the difference of the two worlds;
    upgrades and referrals bear no value of their own.
    """

    as_of: str
    horizon_months: int
    from_band: Band
    to_band: Band
    metrics: tuple[str, ...]
    stayed: NDArray[np.float64]
    moved: NDArray[np.float64]
    per_customer: float
    se: float
    n_active: int
    n_from_band: int
    n_moved: int
    groups: tuple[GroupTruth, ...]
    per_lasting_move: LastingTruth
    per_sustained_move: LastingTruth

    def __post_init__(self) -> None:
        self.stayed.flags.writeable = False
        self.moved.flags.writeable = False

    @property
    def difference(self) -> NDArray[np.float64]:
        """Moved less stayed, shape (M, H)."""
        return self.moved - self.stayed

    @property
    def prob_from_band(self) -> float:
        """Share of the active customers whose answer would lie in the from-band."""
        return self.n_from_band / self.n_active

    def to_dict(self) -> dict[str, Any]:
        """Return the truth in plain types, as ``truth.json`` holds it.

        Returns
        -------
        dict
            ``as_of``, ``horizon_months``, ``from``, ``to``, ``per_customer`` with ``value`` and ``se``, ``n_active``,
            ``n_from_band``, ``n_moved``, ``prob_from_band``, ``per_lasting_move``, ``per_sustained_move``, ``groups``
            and ``curves``; a curve has ``metric``, ``stayed``, ``moved`` and ``difference``, each with H numbers.
        """
        curves = zip(self.metrics, self.stayed, self.moved, self.difference, strict=True)
        return {
            "as_of": self.as_of,
            "horizon_months": self.horizon_months,
            "from": self.from_band,
            "to": self.to_band,
            "per_customer": {"value": self.per_customer, "se": self.se},
            "n_active": self.n_active,
            "n_from_band": self.n_from_band,
            "n_moved": self.n_moved,
            "prob_from_band": self.prob_from_band,
            "per_lasting_move": self.per_lasting_move.to_dict(),
            "per_sustained_move": self.per_sustained_move.to_dict(),
            "groups": [group.to_dict() for group in self.groups],
            "curves": [
                {"metric": name, "stayed": stayed.tolist(), "moved": moved.tolist(), "difference": gap.tolist()}
                for name, stayed, moved, gap in curves
            ],
        }


def measure_truth(
    scenario: Scenario,
    customers: Customers,
    month: Month,
    *,
    history: AnswerHistory,
    seed: int,
    from_band: Band,
    to_band: Band,
) -> Truth:
    """Move everybody of the from-band and follow both worlds to the horizon.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        All n customers.
    month : Month
        The month ``as_of``, after its outcomes and before anybody leaves.
    history : AnswerHistory
        What the customers answered before that month.
    seed : int
        Seed of the base; both worlds take the random numbers of its months.
    from_band, to_band : {"dissatisfied", "neutral", "satisfied"}
        The move.

    Returns
    -------
    Truth
        Curves and values.

    Raises
    ------
    SettingsError
        When nobody is in the from-band, or nobody in the to-band could lend a satisfaction.
    """
    rng, as_of = random_stream(seed, MOVE), month_label(scenario.first_month_index + month.offset)
    answered = month.satisfaction + scenario.survey_noise_sd * rng.standard_normal(len(customers))
    band = band_scores(score_satisfaction(answered, cut_points=scenario.cut_points))
    movers = np.flatnonzero(month.active & (band == BANDS.index(from_band)))
    donors = np.flatnonzero(month.active & (band == BANDS.index(to_band)))
    for name, rows in ((from_band, movers), (to_band, donors)):
        if rows.size == 0:
            raise SettingsError(
                f"scenario '{scenario.name}': no customer is {name} in {as_of}",
                allowed="at least one customer in each band of the move",
                hint="raise n_customers",
            )
    likeness = expect_satisfaction(month, history, donors)
    lender = choose_donors(likeness[movers], donor_expected=likeness[donors], uniform=rng.random(movers.size))
    received, better = month.satisfaction[donors[lender]], BANDS.index(to_band) > BANDS.index(from_band)
    keep = keep_in_band(scenario, customers, month, movers=movers, band=to_band, seed=seed) if better else None
    worlds = follow_move(scenario, customers, month, movers=movers, satisfaction=received, seed=seed, keep=keep)
    gain = worlds.gain
    value, se = _mean_and_error(gain)
    kept = (None, None) if keep is None else _mean_and_error(worlds.gain_kept)
    lasting = LastingTruth(value, se, movers.size)
    if scenario.survey_noise_sd > 0:
        lasting = measure_lasting_truth(
            scenario, customers, month, history=history, seed=seed, from_band=from_band, to_band=to_band
        )
    return Truth(
        as_of=as_of,
        horizon_months=scenario.horizon_months,
        from_band=from_band,
        to_band=to_band,
        metrics=metrics_of(scenario),
        stayed=worlds.curves[0],
        moved=worlds.curves[1],
        per_customer=value or 0.0,
        se=se or 0.0,
        n_active=int(month.active.sum()),
        n_from_band=movers.size,
        n_moved=movers.size,
        groups=tuple(_value_groups(scenario, customers.take(movers), gain)),
        per_lasting_move=lasting,
        per_sustained_move=LastingTruth(*kept, movers.size),
    )


def measure_lasting_truth(
    scenario: Scenario,
    customers: Customers,
    month: Month,
    *,
    history: AnswerHistory,
    seed: int,
    from_band: Band,
    to_band: Band,
) -> LastingTruth:
    """Move everybody whose satisfaction lies in the from-band, and follow both worlds to the horizon.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        All n customers.
    month : Month
        The month ``as_of``, after its outcomes and before anybody leaves.
    history : AnswerHistory
        What the customers answered before that month.
    seed : int
        Seed of the base; both worlds take the random numbers of its months.
    from_band, to_band : {"dissatisfied", "neutral", "satisfied"}
        The move.

    Returns
    -------
    LastingTruth
        Value, standard error and head count.

    Notes
    -----
    The bands are those that the satisfaction itself would be scored into, without survey noise. The moved receive
    the satisfaction of a customer with like covariates who truly is in the to-band.
    """
    band = band_scores(score_satisfaction(month.satisfaction, cut_points=scenario.cut_points))
    movers = np.flatnonzero(month.active & (band == BANDS.index(from_band)))
    donors = np.flatnonzero(month.active & (band == BANDS.index(to_band)))
    if movers.size == 0 or donors.size == 0:
        return LastingTruth(None, None, movers.size)
    rng, likeness = random_stream(seed, LASTING_MOVE), expect_satisfaction(month, history, donors)
    lender = choose_donors(likeness[movers], donor_expected=likeness[donors], uniform=rng.random(movers.size))
    received = month.satisfaction[donors[lender]]
    gain = follow_move(scenario, customers, month, movers=movers, satisfaction=received, seed=seed).gain
    return LastingTruth(*_mean_and_error(gain), movers.size)


def _value_groups(scenario: Scenario, customers: Customers, gain: NDArray[np.float64]) -> Iterator[GroupTruth]:
    """Yield the mean gain (m,) of the customers in each segment and each region."""
    columns = (
        ("segment", customers.segment, tuple(segment.name for segment in scenario.segments)),
        ("region", customers.region, scenario.regions),
    )
    for by, code, groups in columns:
        for position, group in enumerate(groups):
            own = gain[code == position]
            yield GroupTruth(by, group, own.size, *_mean_and_error(own))


def _mean_and_error(gain: NDArray[np.float64]) -> tuple[float | None, float | None]:
    """Return mean and standard error, None where there are too few numbers."""
    mean = float(gain.mean()) if gain.size else None
    error = float(gain.std(ddof=1) / np.sqrt(gain.size)) if gain.size > 1 else None
    return mean, error
