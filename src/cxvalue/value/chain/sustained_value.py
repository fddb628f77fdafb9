"""The value of a sustained move, as a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.replicate import Interval
from cxvalue.link.columns import Floats
from cxvalue.result import Drawable, TableResult
from cxvalue.value.ahead.months_covered import MonthsCovered
from cxvalue.value.shift import Shift
from cxvalue.vocabulary import BANDS

BEFORE_COST: Final = "before optimism and any programme cost; keeping customers costs money that is not in the figure"
"""What is not in the value."""
MOST_APART: Final = 0.2
"""Difference between the chain's once value and the measured one, as a share of that, that gives a warning."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SustainedValue(TableResult, Drawable):
    """The value of a move after which customers never fall below the to-band again; they may still rise.

    Parameters
    ----------
    shift : Shift
        Who moves.
    currency, unit : str
        Of the money, and what it is per.
    covered : MonthsCovered
        Months of follow-up that are valued, and those of the study's value.
    value : Interval
        Value of a sustained move: ``once`` and ``difference``.
    once : Interval
        The headline over the months of follow-up: moved once, then nature runs.
    difference : Interval
        What keeping adds, in the chain.
    apart : Interval
        The chain's value of a move once less the measured one.
    replicates : ndarray of shape (1 + G,)
        ``value`` on all customers, then with each customer group left out.
    transitions : ndarray of shape (B, B)
        Monthly moves between true bands in the long run, of those who stay.
    hazards : ndarray of shape (B,)
        Monthly probability of leaving by true band; 0 where leaving is not seen.
    steady_state, steady_state_sustained : ndarray of shape (B,) or NotEstimable
        Mix of true bands that those who stay come to, with nothing done and with a sustained move.
    natural_recovery : tuple of (int, Interval)
        Months, and the share of those truly in the from-band who are in a better one by then with nothing done.
    measured_once, chain_once, chain_sustained : ndarray of shape (H,)
        Discounted contribution that a moved customer adds in each month: as measured, and in the chain.
    lifetime : tuple of float or NotEstimable
        The chain's value for ever of a move once and of a sustained one, solved in closed form; not estimable without
        discounting, where the effect is said to end, or where the margin goes by month.
    sweep : pandas.DataFrame
        What comes of it if answering again depends on satisfaction. Columns odds_per_band, difference, value.
    warnings, notes : tuple of str
        What is doubtful, and how it was computed.
    """

    shift: Shift
    currency: str
    unit: str
    covered: MonthsCovered
    value: Interval
    once: Interval
    difference: Interval
    apart: Interval
    replicates: Floats
    transitions: Floats
    hazards: Floats
    steady_state: Floats | NotEstimable
    steady_state_sustained: Floats | NotEstimable
    natural_recovery: tuple[tuple[int, Interval], ...]
    measured_once: Floats
    chain_once: Floats
    chain_sustained: Floats
    lifetime: tuple[float, float] | NotEstimable
    sweep: pd.DataFrame
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the figures as a table.

        Returns
        -------
        pandas.DataFrame
            Columns figure, unit, estimate, se, ci_low, ci_high. Where the study's value covers more months than the
            follow-up, the unit of the money says that this does not.
        """
        per = f"{self.currency} {self.unit}{self.covered.suffix}"
        rows = [("once", per, self.once), ("kept_adds", per, self.difference), ("sustained", per, self.value)]
        rows += [(f"recovered_after_{months}_months", "share", share) for months, share in self.natural_recovery]
        return pd.DataFrame(
            [(name, unit, i.estimate, i.se, i.ci_low, i.ci_high) for name, unit, i in rows],
            columns=["figure", "unit", "estimate", "se", "ci_low", "ci_high"],
        )

    def chain_frame(self) -> pd.DataFrame:
        """Return what the chain moves by.

        Returns
        -------
        pandas.DataFrame
            Columns true_band, then the share in each band a month later as to_<band>, hazard_monthly, and the steady
            state with nothing done and sustained as steady_state and steady_state_sustained.
        """
        table = pd.DataFrame({"true_band": BANDS})
        for to, band in enumerate(BANDS):
            table[f"to_{band}"] = self.transitions[:, to]
        table["hazard_monthly"] = self.hazards
        for name in ("steady_state", "steady_state_sustained"):
            mix = getattr(self, name)
            table[name] = np.full(len(BANDS), np.nan) if isinstance(mix, NotEstimable) else mix
        return table

    def curve_frame(self) -> pd.DataFrame:
        """Return the discounted contribution of each month.

        Returns
        -------
        pandas.DataFrame
            Columns month, measured_once, chain_once, chain_sustained.
        """
        return pd.DataFrame(
            {
                "month": np.arange(1, len(self.measured_once) + 1),
                "measured_once": self.measured_once,
                "chain_once": self.chain_once,
                "chain_sustained": self.chain_sustained,
            }
        )

    def summary(self) -> str:
        """Return the value in words.

        Returns
        -------
        str
            Plain text.
        """
        v, o, d = self.value, self.once, self.difference
        lines = [
            f"A sustained move from {self.shift.from_band} to {self.shift.to_band} is worth {self.currency} "
            f"{v.estimate:,.2f} {self.unit} {self.covered.text} ({v.ci_low:,.2f} to {v.ci_high:,.2f}): "
            f"{o.estimate:,.2f} as measured once, and {d.estimate:,.2f} from never falling back.",
            f"That is {BEFORE_COST}.",
            f"Once in the chain: {self.chain_once.sum():,.2f}; measured: {self.measured_once.sum():,.2f}.",
        ]
        lines += [
            f"Of those truly {self.shift.from_band} who stay, {share.estimate:.0%} are better off after {months} "
            f"months with nothing done ({share.ci_low:.0%} to {share.ci_high:.0%})."
            for months, share in self.natural_recovery
        ]
        return "\n".join([*lines, *(f"Warning: {warning}" for warning in self.warnings)])

    @property
    def months(self) -> int:
        """Months of follow-up that are valued."""
        return self.covered.figure
