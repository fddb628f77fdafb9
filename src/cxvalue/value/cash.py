"""Cash flow: one engine from curves and terms to money by month, for the estimate, replicates and draws alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxvalue.errors import SettingsError
from cxvalue.link.columns import Floats
from cxvalue.value.economics import Economics, Tail
from cxvalue.value.levers import price_parts, split_amounts, split_by_share, split_levers
from cxvalue.value.move import Move
from cxvalue.value.phasing import phasing_matrix
from cxvalue.vocabulary import COST_TO_SERVE


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What the assumptions come to as numbers. Each may have leading axes, one value a draw.

    Parameters
    ----------
    units : ndarray of shape (…, M, K)
        Money per unit of each metric in each month of the programme.
    discount : ndarray of shape (…, K + 1)
        Discount factors, time 0 first.
    upfront, monthly : ndarray of shape (…)
        Cost of the programme at time 0 and in each month that it runs.
    running : ndarray of shape (K,)
        1 in months in which the programme runs.
    optimism : ndarray of shape (…)
        Share of the gross value taken off.
    cashable : ndarray of shape (…)
        Share of lower cost to serve that becomes cash.
    phasing : ndarray of shape (K, K)
        From :func:`~cxvalue.value.phasing.phasing_matrix`.
    shared : ndarray of shape (M − 1,), optional
        From :func:`~cxvalue.value.levers.split_by_share`; without it every metric after the share is split.
    tail : {"constant_hazard", "equal_hazard", "sbg"}
        How customers leave beyond the follow-up.
    """

    units: Floats
    discount: Floats
    upfront: Floats
    monthly: Floats
    running: Floats
    optimism: Floats
    cashable: Floats
    phasing: Floats
    shared: NDArray[np.bool_] | None = None
    tail: Tail = "constant_hazard"

    @property
    def months(self) -> int:
        """Months valued, K."""
        return len(self.phasing)

    def costs(self) -> Floats:
        """Return the programme's cost by month.

        Returns
        -------
        ndarray of shape (…, K + 1)
            Time 0 first.
        """
        return np.concatenate([self.upfront[..., None], self.monthly[..., None] * self.running], axis=-1)

    def counted(self) -> Floats:
        """Return in which months after a move its effect counts.

        Returns
        -------
        ndarray of shape (K,)
            1 where it does, else 0.
        """
        return np.asarray((self.phasing.sum(axis=1) > 0).astype(np.float64))


def terms_of(economics: Economics, move: Move) -> Terms:
    """Return assumptions as numbers.

    Parameters
    ----------
    economics : Economics
        Assumptions.
    move : Move
        Metrics and follow-up.

    Returns
    -------
    Terms
        Without leading axes.

    Raises
    ------
    SettingsError
        When the ramp-up is longer than the months valued.
    """
    months = economics.value_horizon_months or move.follow_up
    if economics.ramp_up_months > months:
        raise SettingsError(
            f"[economics] ramp_up_months = {economics.ramp_up_months} is longer than the {months} months valued, so "
            "some customers would never be moved",
            allowed=f"1 to {months}",
            hint="shorten the ramp-up, or value more months",
        )
    runs = months if economics.programme_months is None else economics.programme_months
    return Terms(
        units=economics.monthly_values(move.metrics, move.own_values, months),
        discount=economics.discount(np.arange(months + 1)),
        upfront=np.array(economics.programme_cost_upfront),
        monthly=np.array(economics.programme_cost_monthly),
        running=(np.arange(1, months + 1) <= runs).astype(np.float64),
        optimism=np.array(economics.optimism_adjustment),
        cashable=np.array(economics.cashable_share),
        phasing=phasing_matrix(months, ramp_up_months=economics.ramp_up_months, effect_months=economics.effect_months),
        shared=split_by_share(move.metrics),
        tail=economics.tail,
    )


@dataclass(frozen=True, slots=True, eq=False)
class CashFlow:
    """Money by month, of the whole shift, not discounted unless named.

    Parameters
    ----------
    levers : ndarray of shape (…, M, K)
        Gross contribution of months 1…K by lever.
    optimism : ndarray of shape (…, K)
        Taken off for optimism; 0 where the gross value in all is not above 0.
    not_cash : ndarray of shape (…, K)
        Lower cost to serve that releases no cash, after the adjustment for optimism; 0 where cost to serve in all does
        not fall.
    costs : ndarray of shape (…, K + 1)
        Cost of the programme, time 0 first.
    discount : ndarray of shape (…, K + 1)
        Discount factors.
    """

    levers: Floats
    optimism: Floats
    not_cash: Floats
    costs: Floats
    discount: Floats

    @property
    def gross(self) -> Floats:
        """Sum of the levers, shape (…, K)."""
        return np.asarray(self.levers.sum(axis=-2))

    @property
    def net(self) -> Floats:
        """Gross less optimism and cost, shape (…, K + 1)."""
        benefit = self.gross - self.optimism
        start = np.zeros((*benefit.shape[:-1], 1))
        return np.asarray(np.concatenate([start, benefit], axis=-1) - self.costs)

    @property
    def npv(self) -> Floats:
        """Net present value, shape (…)."""
        return np.asarray((self.net * self.discount).sum(axis=-1))

    @property
    def npv_cash(self) -> Floats:
        """Net present value of what becomes cash, shape (…)."""
        return np.asarray(self.npv - (self.not_cash * self.discount[..., 1:]).sum(axis=-1))

    @property
    def cost_discounted(self) -> Floats:
        """Present value of the programme's cost, shape (…)."""
        return np.asarray((self.costs * self.discount).sum(axis=-1))


def lever_money(curves: Floats, terms: Terms) -> Floats:
    """Return what a customer moved at time 0 adds in each month, by lever and not discounted.

    Parameters
    ----------
    curves : ndarray of shape (…, 2, M, K)
        Means per customer at time zero, from-band first.
    terms : Terms
        Money per unit.

    Returns
    -------
    ndarray of shape (…, M, K)
        0 in months in which the effect no longer counts.
    """
    levers = split_levers(curves[..., 0, :, :], curves[..., 1, :, :], terms.units, shared=terms.shared)
    return levers * terms.counted()


def phased_money(curves: Floats, terms: Terms, *, after: int = 0) -> Floats:
    """Return what the programme adds in each of its months, per moved customer, by lever and not discounted.

    Parameters
    ----------
    curves : ndarray of shape (…, 2, M, K)
        Means per customer at time zero, from-band first.
    terms : Terms
        Money per unit, and phasing.
    after : int
        Months after a customer's own move that are left out, such as those observed.

    Returns
    -------
    ndarray of shape (…, M, K)
        That of :func:`lever_money` where all move at time 0.

    Notes
    -----
    Amounts follow each customer's own move, and so are phased over the ramp-up; money per unit follows the calendar:
    it is that of the programme's month in which the amount arises.
    """
    parts = split_amounts(curves[..., 0, :, :], curves[..., 1, :, :], shared=terms.shared)
    parts[..., :after] = 0.0
    return price_parts(parts @ terms.phasing, terms.units)


def cash_flow(money: Floats, moved: Floats, terms: Terms, *, cost_to_serve: int | None) -> CashFlow:
    """Return the cash flow of a whole shift.

    Parameters
    ----------
    money : ndarray of shape (…, M, K)
        Per moved customer by month of the programme, from :func:`phased_money`.
    moved : ndarray of shape (…)
        Customers moved.
    terms : Terms
        Cost, optimism, discount.
    cost_to_serve : int or None
        Position of cost to serve among the levers.

    Returns
    -------
    CashFlow
        By month.

    Notes
    -----
    Optimism is taken off, and lower cost to serve held back from cash, only where the whole is a gain: where it is
    above 0 once discounted and added up. Single months may then have either sign.
    """
    levers = moved[..., None, None] * money
    gross = levers.sum(axis=-2)
    optimism = terms.optimism[..., None] * is_gain(gross, terms.discount)
    not_cash = np.zeros_like(gross)
    if cost_to_serve is not None:
        saved = levers[..., cost_to_serve, :]
        not_cash = (1.0 - terms.cashable[..., None]) * (1.0 - optimism) * saved * is_gain(saved, terms.discount)
    return CashFlow(
        levers=levers,
        optimism=optimism * gross,
        not_cash=not_cash,
        costs=np.broadcast_to(terms.costs(), (*levers.shape[:-2], terms.months + 1)),
        discount=np.broadcast_to(terms.discount, (*levers.shape[:-2], terms.months + 1)),
    )


def is_gain(money: Floats, discount: Floats) -> Floats:
    """Say whether money by month is above 0 once discounted and added up.

    Parameters
    ----------
    money : ndarray of shape (…, K)
        Months 1…K.
    discount : ndarray of shape (…, K + 1)
        Discount factors, time 0 first.

    Returns
    -------
    ndarray of shape (…, 1)
        1 where it is, else 0.
    """
    total = (money * discount[..., 1:]).sum(axis=-1, keepdims=True)
    return np.asarray((total > 0).astype(np.float64))


def cost_to_serve_at(move: Move) -> int | None:
    """Return the position of cost to serve among the levers.

    Parameters
    ----------
    move : Move
        Metrics.

    Returns
    -------
    int or None
        None when it is not measured.
    """
    names = [metric.name for metric in move.metrics]
    return names.index(COST_TO_SERVE) if COST_TO_SERVE in names else None
