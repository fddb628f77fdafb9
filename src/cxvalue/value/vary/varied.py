"""The cash flow of a move under other assumptions, many at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

import numpy as np

from cxvalue.link.columns import Floats
from cxvalue.value.cash import CashFlow, Terms, cash_flow, cost_to_serve_at, phased_money, terms_of
from cxvalue.value.economics import Economics
from cxvalue.value.move import Move
from cxvalue.value.vary.assumptions import CUSTOMERS, SHARE, UNIT_VALUE
from cxvalue.value.vary.margin import GROSS_MARGIN, base_margin
from cxvalue.vocabulary import GROSS_PROFIT, REFERRALS, REVENUE, UPGRADES

PHASED = ("ramp_up_months", "effect_months")
"""Assumptions that change how a value is spread over months, not what a month is worth."""
Drawn = tuple[Floats, Floats]
"""Curves of shape (D, 2, M, K) and customers moved of shape (D,), as :meth:`~cxvalue.value.move.Move.draw` gives."""


def varied_flow(
    move: Move, economics: Economics, values: Mapping[str, Floats], *, draws: int, drawn: Drawn | None = None
) -> CashFlow:
    """Return the cash flow of a move under other assumptions.

    Parameters
    ----------
    move : Move
        Curves and head count.
    economics : Economics
        Assumptions; what is not varied stays as it is here.
    values : mapping of str to ndarray of shape (D,)
        By name of the assumption register, the values in its place.
    draws : int
        D.
    drawn : tuple of ndarray, optional
        Draws of curves and head count, from :meth:`~cxvalue.value.move.Move.draw`; default the estimate.

    Returns
    -------
    CashFlow
        Of the whole shift, with a leading axis D.

    Notes
    -----
    A gross margin by month or by segment is scaled as a whole: each entry by the ratio of the value to their mean.
    """
    if not any(name in values for name in PHASED):
        return phased_flow(move, economics, values, draws=draws, drawn=drawn)
    open_ended = economics.value_horizon_months or move.follow_up
    base = (economics.ramp_up_months, economics.effect_months or open_ended)
    columns = [
        np.rint(values[name]) if name in values else np.full(draws, at) for name, at in zip(PHASED, base, strict=True)
    ]
    pairs, which = np.unique(np.stack(columns, axis=1).astype(int), axis=0, return_inverse=True)
    rest = {name: each for name, each in values.items() if name not in PHASED}
    parts, order = [], []
    for pair, (ramp_up, effect) in enumerate(pairs.tolist()):
        rows = np.flatnonzero(which.ravel() == pair)
        phased = economics.model_copy(update={"ramp_up_months": ramp_up, "effect_months": effect})
        here = {name: each[rows] for name, each in rest.items()}
        some = None if drawn is None else (drawn[0][rows], drawn[1][rows])
        parts.append(phased_flow(move, phased, here, draws=len(rows), drawn=some))
        order.append(rows)
    return joined(parts, np.concatenate(order))


def joined(parts: list[CashFlow], order: Floats) -> CashFlow:
    """Return cash flows as one.

    Parameters
    ----------
    parts : list of CashFlow
        Each with a leading axis.
    order : ndarray of int
        Where each of their rows belongs.

    Returns
    -------
    CashFlow
        All rows in their places.
    """
    back = np.argsort(order)
    return CashFlow(**{
        field.name: np.concatenate([getattr(part, field.name) for part in parts])[back] for field in fields(CashFlow)
    })  # fmt: skip


def phased_flow(
    move: Move, economics: Economics, values: Mapping[str, Floats], *, draws: int, drawn: Drawn | None
) -> CashFlow:
    """Return the cash flow of a move under other assumptions that leave the phasing as it is.

    Parameters
    ----------
    move : Move
        Curves and head count.
    economics : Economics
        Assumptions.
    values : mapping of str to ndarray of shape (D,)
        In the place of assumptions.
    draws : int
        D.
    drawn : tuple of ndarray, optional
        Draws of curves and head count.

    Returns
    -------
    CashFlow
        With a leading axis D.
    """
    terms = varied_terms(move, economics, values, draws=draws)
    curves, moved = (move.extended(terms.months, tail=terms.tail)[:1], move.moved[:1]) if drawn is None else drawn
    base = {SHARE: move.shift.share, CUSTOMERS: move.active_customers}
    for name, at in base.items():
        if name in values:
            moved = moved * (values[name] / at)
    return cash_flow(
        phased_money(curves, terms), np.broadcast_to(moved, (draws,)), terms, cost_to_serve=cost_to_serve_at(move)
    )


def varied_terms(move: Move, economics: Economics, values: Mapping[str, Floats], *, draws: int) -> Terms:
    """Return assumptions as numbers, some of them varied.

    Parameters
    ----------
    move : Move
        Metrics and follow-up.
    economics : Economics
        Assumptions.
    values : mapping of str to ndarray of shape (D,)
        In the place of assumptions.
    draws : int
        D.

    Returns
    -------
    Terms
        With a leading axis D where something is varied.
    """
    terms = terms_of(economics, move)

    def each(name: str, base: Floats) -> Floats:
        return np.asarray(values[name] if name in values else np.broadcast_to(base, (draws,)))

    months = np.arange(terms.months + 1)
    discount, running = terms.discount, terms.running
    if "discount_rate_annual" in values:
        # The formula works on any rates; a copy with many of them keeps it in one place.
        rates = economics.model_copy(update={"discount_rate_annual": values["discount_rate_annual"][:, None]})
        discount = rates.discount(months)
    if "programme_months" in values:
        running = (months[1:] <= np.rint(values["programme_months"])[:, None]).astype(np.float64)
    return replace(
        terms,
        units=varied_units(move, economics, values, terms.units),
        discount=discount,
        upfront=each("programme_cost_upfront", terms.upfront),
        monthly=each("programme_cost_monthly", terms.monthly),
        running=running,
        optimism=each("optimism_adjustment", terms.optimism),
        cashable=each("cashable_share", terms.cashable),
    )


def varied_units(move: Move, economics: Economics, values: Mapping[str, Floats], units: Floats) -> Floats:
    """Return the money per unit of each metric, some of it varied.

    Parameters
    ----------
    move : Move
        Metrics.
    economics : Economics
        Assumptions.
    values : mapping of str to ndarray of shape (D,)
        In the place of assumptions.
    units : ndarray of shape (M, K)
        As the assumptions are.

    Returns
    -------
    ndarray of shape (M, K) or (D, M, K)
        The former where nothing is varied.
    """
    names = [metric.name for metric in move.metrics]
    rows = {f"{UNIT_VALUE}{name}": name for name in names} | {"upgrade_value": UPGRADES, "referral_value": REFERRALS}
    money = {rows[name]: each[:, None] for name, each in values.items() if rows.get(name) in names}
    if GROSS_MARGIN in values:
        base = base_margin(economics, units.shape[-1])
        ratio = values[GROSS_MARGIN][:, None] / (base if base > 0 else 1.0)
        for name in (REVENUE, GROSS_PROFIT):
            if name in names:
                money[name] = ratio * (units[names.index(name)] if base > 0 else 1.0)
    if not money:
        return units
    varied = np.repeat(units[None], len(next(iter(money.values()))), axis=0)
    for name, each in money.items():
        varied[:, names.index(name)] = each
    return varied
