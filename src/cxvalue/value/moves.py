"""Moves: the whole matrix of what a customer is worth who moves up, or is kept from falling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate import BandReplicates, Standardised
from cxvalue.estimate.replicate import Interval, interval
from cxvalue.estimate.standardise import MIN_EPISODES
from cxvalue.link.columns import Floats
from cxvalue.result import Brief, Drawable, TableResult
from cxvalue.value.beside.evidence import effective_episodes
from cxvalue.value.question import Question
from cxvalue.value.shift import Shift
from cxvalue.value.stratum import stratum_move
from cxvalue.value.worth import Worth, worth_of
from cxvalue.vocabulary import BANDS, DISSATISFIED, EVERYBODY, NEUTRAL, SATISFIED, Band

RISES: tuple[tuple[Band, Band], ...] = ((DISSATISFIED, NEUTRAL), (NEUTRAL, SATISFIED), (DISSATISFIED, SATISFIED))
"""The moves up."""
FALLS: tuple[tuple[Band, Band], ...] = tuple((after, before) for before, after in RISES)
"""The same turned round: what keeping customers prevents."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MoveRow(Brief):
    """What one move is worth.

    Parameters
    ----------
    from_band : Band
        Where the customers are now; the value is standardised to them.
    to_band : Band
        Where they move; of a fall that is prevented, where they would go.
    worth : Worth or NotEstimable
        In every replicate; of a fall that is prevented, minus the value of the fall.
    effective : float
        Effective number of episodes of the band that has fewer, under the weights of this move.
    confidence : float
        Level of the intervals.
    """

    from_band: Band
    to_band: Band
    worth: Worth | NotEstimable
    effective: float
    confidence: float

    @property
    def is_prevention(self) -> bool:
        """Whether the value is that of customers who do not fall."""
        return BANDS.index(self.to_band) < BANDS.index(self.from_band)

    @property
    def label(self) -> str:
        """The move in words."""
        return f"{self.from_band} {'kept from' if self.is_prevention else 'to'} {self.to_band}"

    @property
    def per_customer(self) -> Interval | NotEstimable:
        """Discounted money per customer who moves, or who is kept from falling."""
        return self.worth if isinstance(self.worth, NotEstimable) else self._interval(self.worth.per_customer)

    @property
    def customers_in_band(self) -> Interval | NotEstimable:
        """Customers now in the from-band."""
        return self.worth if isinstance(self.worth, NotEstimable) else self._interval(self.worth.in_band)

    @property
    def per_percent(self) -> Interval | NotEstimable:
        """Gross value of 1 % of the customers now in the from-band."""
        return self.worth if isinstance(self.worth, NotEstimable) else self._interval(self.worth.per_percent)

    def _interval(self, replicates: Floats) -> Interval:
        return interval(float(replicates[0]), replicates[1:], confidence=self.confidence)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Moves(TableResult, Drawable):
    """What every move between two bands is worth, before optimism and any programme cost.

    Parameters
    ----------
    rows : tuple of MoveRow
        The three moves up, then the three falls that are prevented.
    currency : str
        Of all money.
    unit : str
        What the value is per.
    months : int
        Months valued.
    """

    rows: tuple[MoveRow, ...]
    currency: str
    unit: str
    months: int

    def get(self, from_band: Band, to_band: Band) -> MoveRow:
        """Return one move.

        Parameters
        ----------
        from_band, to_band : Band
            The bands.

        Returns
        -------
        MoveRow
            What it is worth.

        Raises
        ------
        SettingsError
            When there is no such move.
        """
        for row in self.rows:
            if (row.from_band, row.to_band) == (from_band, to_band):
                return row
        raise SettingsError(
            f"no move from {from_band!r} to {to_band!r}", allowed=f"two different bands of {', '.join(BANDS)}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a move.

        Returns
        -------
        pandas.DataFrame
            Columns move, from_band, to_band, prevents (whether a fall is prevented), status, reason, unit,
            per_customer with se, ci_low, ci_high, customers_in_band and per_percent with their intervals, and
            effective_episodes.
        """
        return pd.DataFrame([move_row(row, self.currency) for row in self.rows])

    def summary(self) -> str:
        """Return one line a move.

        Returns
        -------
        str
            Plain text.
        """
        lines = []
        for row in self.rows:
            each, one, heads = row.per_customer, row.per_percent, row.customers_in_band
            if isinstance(each, NotEstimable) or isinstance(one, NotEstimable) or isinstance(heads, NotEstimable):
                lines.append(f"{row.label}: {each}")
                continue
            lines.append(
                f"{row.label}: {self.currency} {each.estimate:,.2f} ({each.ci_low:,.2f} to {each.ci_high:,.2f}) a "
                f"customer; 1 % of the {heads.estimate:,.0f} now {row.from_band} is {self.currency} {one.estimate:,.0f}"
            )
        return "\n".join([*lines, f"over {self.months} months, before optimism and any programme cost"])


def move_row(row: MoveRow, currency: str) -> dict[str, object]:
    """Return a move as a row of a table.

    Parameters
    ----------
    row : MoveRow
        The move.
    currency : str
        Of its money.

    Returns
    -------
    dict
        As :meth:`Moves.to_frame` names the columns.
    """
    found: dict[str, object] = {
        "move": row.label, "from_band": row.from_band, "to_band": row.to_band, "prevents": row.is_prevention,
    }  # fmt: skip
    each, heads, one = row.per_customer, row.customers_in_band, row.per_percent
    if isinstance(each, NotEstimable) or isinstance(heads, NotEstimable) or isinstance(one, NotEstimable):
        return found | {
            "status": "not_estimable",
            "reason": str(each).removeprefix("not estimable: "),
            "unit": currency,
        }
    few = row.effective < MIN_EPISODES
    found |= {
        "status": "ok",
        "reason": f"{row.effective:,.0f} effective episodes; {MIN_EPISODES} are needed to rely on it" if few else "",
        "unit": currency,
    }
    for name, figure in (("per_customer", each), ("customers_in_band", heads), ("per_percent", one)):
        prefix = "" if name == "per_customer" else f"{name}_"
        found |= {
            name: figure.estimate, f"{prefix}se": figure.se, f"{prefix}ci_low": figure.ci_low,
            f"{prefix}ci_high": figure.ci_high,
        }  # fmt: skip
    return found | {"effective_episodes": row.effective}


def value_moves(question: Question) -> Moves:
    """Return what every move between two bands is worth.

    Parameters
    ----------
    question : Question
        Study, shift and economics; of the shift only ``customers`` is read.

    Returns
    -------
    Moves
        Each move is standardised to the customers now in the band that it leaves.

    Notes
    -----
    The value of a customer who does not fall is minus the value of the fall, both standardised to the customers now in
    the better band. It is not the value of the move up, which belongs to other customers: those now in the worse band.
    For the same reason dissatisfied to neutral and neutral to satisfied do not add up to dissatisfied to satisfied.
    The checks beside the headline, and its verdict, are of the headline's move only.
    """
    economics = question.economics
    fitted = {band: fitted_for(question, band) for band in BANDS}
    rows = []
    for leave, reach in (*RISES, *FALLS):
        shift = Shift(leave, reach, share=0.01, customers=question.shift.customers)
        curves = fitted[leave]
        if isinstance(curves, NotEstimable):
            rows.append(MoveRow(leave, reach, curves, float("nan"), question.frame.confidence))
            continue
        move = stratum_move(question.study, question.frame, shift=shift, fitted=curves, by=EVERYBODY, label=EVERYBODY)
        worth = worth_of(move, economics)
        effective = min(effective_episodes(question.study, shift).values())
        worth = worth if (leave, reach) in RISES else prevented(worth)
        rows.append(MoveRow(leave, reach, worth, effective, question.frame.confidence))
    months = economics.value_horizon_months or question.study.timeline.horizon
    return Moves(tuple(rows), question.frame.currency, question.frame.unit, months)


def fitted_for(question: Question, band: Band) -> BandReplicates | NotEstimable:
    """Return the curves of all bands, standardised to the customers now in one.

    Parameters
    ----------
    question : Question
        Study and shift.
    band : Band
        The band.

    Returns
    -------
    BandReplicates or NotEstimable
        The headline's own where the band is its from-band.
    """
    if band == question.shift.from_band:
        return question.standardised
    return question.study.fit(Standardised(), from_band=band, horizon=question.study.timeline.horizon)


def prevented(fall: Worth) -> Worth:
    """Return what it is worth that customers do not fall.

    Parameters
    ----------
    fall : Worth
        What the fall brings.

    Returns
    -------
    Worth
        Its money with the sign turned; the head count is the same.
    """
    return Worth(np.negative(fall.per_customer), np.negative(fall.per_moved), fall.in_band)
