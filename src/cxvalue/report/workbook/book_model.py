"""The model of the workbook in numbers: what its formulas come to before anybody changes an input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cxvalue.link.columns import Floats
from cxvalue.value import Economics, Projection
from cxvalue.value.cash import CashFlow, Terms, cash_flow, cost_to_serve_at, lever_money, phased_money, terms_of
from cxvalue.value.economics import SegmentMargin
from cxvalue.value.levers import ALL_GONE, lever_names, split_amounts
from cxvalue.value.move import Move
from cxvalue.vocabulary import GROSS_PROFIT, REVENUE, Metric, month_label, parse_month

SEARCH_FROM: Final = 0.01
"""Monthly rate from which the internal rate of return is looked for, where nothing tells where it lies."""
ROUNDING: Final = 1e-9
"""Share of the largest flow below which a cumulative sum counts as 0, as the library's payback has it."""


@dataclass(frozen=True, slots=True, eq=False)
class BookModel:
    """What the formulas of a workbook come to before anybody changes an input.

    Parameters
    ----------
    value : Projection
        The headline.
    as_of : str
        The month that the value refers to.
    terms : Terms
        Its assumptions as numbers.
    curves : ndarray of shape (2, M, K)
        Of the estimate, from-band first.
    parts : ndarray of shape (2, M − 1, K)
        What each metric after the share gains through it, then by itself, in its own unit.
    money : ndarray of shape (M, K)
        Money by lever of a customer moved at time 0.
    flow : CashFlow
        Of the whole shift.
    """

    value: Projection
    as_of: str
    terms: Terms
    curves: Floats
    parts: Floats
    money: Floats
    flow: CashFlow

    @property
    def move(self) -> Move:
        """Curves and head count."""
        return self.value.move

    @property
    def economics(self) -> Economics:
        """Assumptions."""
        return self.value.economics

    @property
    def months(self) -> int:
        """Months valued, K."""
        return self.terms.months

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics, the share first."""
        return self.move.metrics

    @property
    def levers(self) -> tuple[str, ...]:
        """Names of the levers."""
        return lever_names(self.metrics)

    @property
    def split(self) -> Floats:
        """1 for metrics after the share that are split between two levers, shape (M − 1,)."""
        shared = self.terms.shared
        return np.ones(len(self.metrics) - 1) if shared is None else np.asarray(shared, dtype=np.float64)

    @property
    def moved(self) -> float:
        """Customers moved."""
        return float(self.move.moved[0])

    @property
    def from_band_customers(self) -> float:
        """Customers now in the from-band."""
        return float(self.move.active_customers * self.move.prob_from[0])

    @property
    def discount(self) -> Floats:
        """Discount factors of months 0…K."""
        return self.terms.discount

    @property
    def gone(self) -> Floats:
        """1 in months in which hardly anybody is left in either band, shape (K,)."""
        return np.asarray((self.curves[:, 0] <= ALL_GONE).any(axis=0).astype(np.float64))

    @property
    def margin_metric(self) -> Metric | None:
        """The metric that the gross margin multiplies; None without revenue."""
        wanted = GROSS_PROFIT if isinstance(self.economics.gross_margin, SegmentMargin) else REVENUE
        return next((metric for metric in self.metrics if metric.name == wanted), None)

    @property
    def margin_at(self) -> int | None:
        """Position of that metric."""
        metric = self.margin_metric
        return None if metric is None else self.metrics.index(metric)

    @property
    def through(self) -> Floats:
        """What each metric after the share brings through it, money of a customer moved at time 0, shape (M − 1, K)."""
        return np.asarray(self.parts[0] * self.terms.units[1:])

    @property
    def amounts(self) -> Floats:
        """The parts in months in which an effect counts, shape (2, M − 1, K)."""
        return np.asarray(self.parts * self.terms.counted())

    @property
    def fixed_share(self) -> Floats:
        """The share's lever without what the margin multiplies, shape (K,)."""
        at = self.margin_at
        return np.asarray(self.money[0] - (0.0 if at is None else self.through[at - 1] * self.terms.counted()))

    @property
    def scaled(self) -> Floats:
        """What the margin multiplies, both parts, shape (K,); 0 without revenue."""
        at = self.margin_at
        return np.zeros(self.months) if at is None else np.asarray(self.amounts[:, at - 1].sum(axis=0))

    @property
    def scaled_flow(self) -> Floats:
        """The same for the whole shift, with the month's margin where it goes by month, shape (K,)."""
        by_month = self.margin_by_month
        return self.phased(self.scaled) * (1.0 if by_month is None else by_month)

    @property
    def margin_by_month(self) -> Floats | None:
        """The margin of each month where it is given by month, shape (K,)."""
        by_month = isinstance(self.economics.gross_margin, tuple)
        return self.economics.margins(self.months) if by_month else None

    @property
    def start_of_search(self) -> float:
        """Monthly rate near the internal rate of return: it would be that if benefits and costs came at their means."""
        month = np.arange(self.months + 1)
        benefit = np.r_[0.0, self.flow.gross - self.flow.optimism]
        gain, cost = float(benefit.sum()), float(self.flow.costs.sum())
        if gain <= 0 or cost <= 0:
            return SEARCH_FROM
        between = float(benefit @ month) / gain - float(self.flow.costs @ month) / cost
        return SEARCH_FROM if between == 0 else float((gain / cost) ** (1.0 / between) - 1.0)

    def calendar(self) -> tuple[str, ...]:
        """Return the calendar months of months 0…K.

        Returns
        -------
        tuple of str
            In ISO form.
        """
        start = parse_month(self.as_of)
        return tuple(month_label(start + month) for month in range(self.months + 1))

    def phased(self, each: Floats) -> Floats:
        """Return what a line per moved customer comes to for the whole shift.

        Parameters
        ----------
        each : ndarray of shape (K,)
            Per moved customer, by month after the move.

        Returns
        -------
        ndarray of shape (K,)
            By month of the programme.
        """
        return np.asarray(self.moved * (each @ self.terms.phasing))


def model_of(value: Projection, as_of: str) -> BookModel:
    """Return the model behind a projection.

    Parameters
    ----------
    value : Projection
        The headline.
    as_of : str
        The month that the value refers to.

    Returns
    -------
    BookModel
        Computed by the functions that the projection itself was computed by.
    """
    move, terms = value.move, terms_of(value.economics, value.move)
    curves = move.extended(terms.months, tail=terms.tail)[0]
    flow = cash_flow(phased_money(curves, terms), move.moved[0], terms, cost_to_serve=cost_to_serve_at(move))
    parts = split_amounts(curves[0], curves[1], shared=terms.shared)
    return BookModel(value, as_of, terms, curves, parts, lever_money(curves, terms), flow)
