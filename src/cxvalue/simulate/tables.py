"""The tables of a simulated base, as a company's systems would export them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxvalue.simulate.customers import Customers
from cxvalue.simulate.month import Month
from cxvalue.simulate.scenario import Scenario
from cxvalue.simulate.survey import CHANNELS, Answers
from cxvalue.vocabulary import COST_TO_SERVE, REFERRALS, REVENUE, UPGRADES, month_label

SURVEYS: Final = "surveys"
CUSTOMERS: Final = "customers"
RETENTION: Final = "retention"
INVITATIONS: Final = "invitations"
INCIDENTS: Final = "incidents"
PRICE: Final = "plan_price"
BASKET: Final = "usual_basket"
"""What the customer pays in a month under a contract, and what the customer usually spends at a time without one."""

EPOCH_MONTH: Final = 1970 * 12


@dataclass(slots=True)
class TableParts:
    """Pieces of the tables, gathered month by month and joined at the end; the one thing here that changes as it goes.

    Parameters
    ----------
    first_month : int
        First month of the panel as a month integer.
    ids : pyarrow.Array
        Ids of the n customers as text.
    parts : dict of str to list of pyarrow.RecordBatch
        The pieces of each table so far.
    """

    first_month: int
    ids: pa.Array
    parts: dict[str, list[pa.RecordBatch]] = field(default_factory=dict)

    def add_month(self, month: Month) -> None:
        """Take in the panels of a month; dense panels share their id and month columns.

        Parameters
        ----------
        month : Month
            A month of all n customers, of a base in which leaving is seen.
        """
        label, outcomes = month_label(self.first_month + month.offset), month.outcomes
        rows = np.flatnonzero(month.alive)
        keys = self._keys(rows, label)
        cost, incidents = outcomes.cost_to_serve[rows], month.recent_incidents[0][rows].astype(np.int32)
        self._add(RETENTION, keys)
        self._add(REVENUE, {**keys, "value": pa.array(outcomes.revenue[rows])})
        self._add(COST_TO_SERVE, {**keys, "value": pa.array(cost), INCIDENTS: pa.array(incidents)})
        for name, count in ((UPGRADES, outcomes.upgrades), (REFERRALS, outcomes.referrals)):
            some = np.flatnonzero(count)
            self._add(name, {**self._keys(some, label), "value": pa.array(count[some].astype(np.int32))})

    def add_purchases(self, month: Month) -> None:
        """Take in the panels of a month of a base in which leaving is not seen: rows only where there is something.

        Parameters
        ----------
        month : Month
            A month of all n customers.
        """
        label, outcomes = month_label(self.first_month + month.offset), month.outcomes
        incidents = month.recent_incidents[0]
        bought, served = np.flatnonzero(outcomes.share), np.flatnonzero((outcomes.share > 0) | (incidents > 0))
        self._add(REVENUE, {**self._keys(bought, label), "value": pa.array(outcomes.revenue[bought])})
        cost = {"value": pa.array(outcomes.cost_to_serve[served])}
        cost |= {INCIDENTS: pa.array(incidents[served].astype(np.int32))}
        self._add(COST_TO_SERVE, {**self._keys(served, label), **cost})

    def add_answers(self, answers: Answers, *, offset: int, keep_invitations: bool) -> None:
        """Take in the answers of a month.

        Parameters
        ----------
        answers : Answers
            Who was asked and who answered.
        offset : int
            Months since the first month.
        keep_invitations : bool
            Whether the company keeps a table of invitations.
        """
        month = self.first_month + offset
        self._add(
            SURVEYS,
            {
                "customer_id": self.ids.take(pa.array(answers.customer)),
                "survey_date": calendar_dates(np.full(answers.day.size, month), answers.day),
                "score": pa.array(answers.score.astype(np.int32)),
                "channel": pa.array(CHANNELS).take(pa.array(answers.channel)),
            },
        )
        if keep_invitations:
            dates = calendar_dates(np.full(answers.invited_day.size, month), answers.invited_day)
            self._add(INVITATIONS, {"customer_id": self.ids.take(pa.array(answers.invited)), "invited_date": dates})

    def add_customers(self, customers: Customers, *, scenario: Scenario) -> None:
        """Take in the table of customers.

        Parameters
        ----------
        customers : Customers
            All n customers.
        scenario : Scenario
            Names segments and regions.
        """
        segments = pa.array([segment.name for segment in scenario.segments])
        self._add(
            CUSTOMERS,
            {
                "customer_id": self.ids,
                "joined_date": calendar_dates(self.first_month + customers.joined, customers.joined_day),
                "segment": segments.take(pa.array(customers.segment)),
                "region": pa.array(scenario.regions).take(pa.array(customers.region)),
                PRICE if scenario.leaving_is_seen else BASKET: pa.array(customers.plan_price),
            },
        )

    def join(self) -> Mapping[str, pa.Table]:
        """Return the tables.

        Returns
        -------
        mapping of str to pyarrow.Table
            The tables by name.
        """
        return {name: pa.Table.from_batches(parts) for name, parts in self.parts.items()}

    def _keys(self, rows: NDArray[np.int64], label: str) -> dict[str, pa.Array]:
        return {"customer_id": self.ids.take(pa.array(rows)), "month": pa.repeat(label, rows.size)}

    def _add(self, table: str, columns: dict[str, pa.Array]) -> None:
        self.parts.setdefault(table, []).append(pa.RecordBatch.from_pydict(columns))


def calendar_dates(month: NDArray[np.int64], day: NDArray[np.int64]) -> pa.Array:
    """Return dates from months and days.

    Parameters
    ----------
    month : numpy.ndarray
        Month integers, year × 12 + month − 1. Shape (n,).
    day : numpy.ndarray
        Days of the month, from 1. Shape (n,).

    Returns
    -------
    pyarrow.Array
        Dates without time, shape (n,).

    Examples
    --------
    >>> calendar_dates(np.array([2024 * 12 + 1]), np.array([28])).to_pylist()
    [datetime.date(2024, 2, 28)]
    """
    first = (month - EPOCH_MONTH).astype("datetime64[M]").astype("datetime64[D]")
    return pa.array(first + (day - 1).astype("timedelta64[D]"), type=pa.date32())
