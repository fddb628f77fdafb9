"""Sensitivity: how far the net present value moves with the assumptions, one, two and all at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.result import Drawable, TableResult
from cxvalue.value.project import Projection
from cxvalue.value.vary.assumptions import SHARE, Register
from cxvalue.value.vary.cases import Cases, make_cases
from cxvalue.value.vary.margin import GROSS_MARGIN
from cxvalue.value.vary.probabilistic import TOGETHER, Probabilistic, doubts, run_probabilistic
from cxvalue.value.vary.tornado import NOT_GIVEN, SHOWN, Tornado, make_tornado
from cxvalue.value.vary.two_way import TwoWay, make_two_way

DRAWS = 10_000
"""Draws of the probabilistic run."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sensitivity(TableResult, Drawable):
    """How far the net present value moves with the assumptions.

    Parameters
    ----------
    tornado : Tornado
        Each at both of its ends, one at a time.
    two_way : TwoWay or NotEstimable
        Two of them together.
    cases : Cases
        All at their unfavourable end, as they are, at their favourable end.
    probabilistic : Probabilistic
        All drawn together with estimation.
    warnings : tuple of str
        What is valid but doubtful.
    """

    tornado: Tornado
    two_way: TwoWay | NotEstimable
    cases: Cases
    probabilistic: Probabilistic
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a cause, the widest bar of the tornado first.

        Returns
        -------
        pandas.DataFrame
            Columns assumption, unit, value, low, high, range, npv_low, npv_high, swing, share_of_variance; the last is
            missing where an assumption has no range, and the row ``together`` holds what of the variance only arises
            from several varying at once.
        """
        shares = dict(self.probabilistic.shares)
        table = self.tornado.to_frame()
        table["share_of_variance"] = [shares.get(name, np.nan) for name in table["assumption"]]
        rest = {"assumption": TOGETHER, "unit": "", "range": "", "share_of_variance": shares[TOGETHER]}
        return pd.concat([table, pd.DataFrame([rest])], ignore_index=True)

    def summary(self) -> str:
        """Return all figures as plain text.

        Returns
        -------
        str
            Probabilistic run, cases, tornado, warnings.
        """
        parts = [self.probabilistic.summary(), self.cases.summary(), self.tornado.summary()]
        table = self.two_way
        parts.append(f"two-way table {table}" if isinstance(table, NotEstimable) else table.summary())
        return "\n".join([*parts, *(f"note: {text}" for text in self.warnings)])

    def _title(self) -> str:
        return self.probabilistic.summary().splitlines()[0]


def analyse_sensitivity(
    projection: Projection,
    register: Register,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    table: tuple[str, str] = (SHARE, GROSS_MARGIN),
) -> Sensitivity:
    """Return how far the net present value moves with the assumptions.

    Parameters
    ----------
    projection : Projection
        The value.
    register : Register
        Its assumptions, from :func:`~cxvalue.value.vary.assumptions.make_register`.
    draws : int
        Draws of the probabilistic run, D.
    seed : int
        Of the draws; with the seed and the number of draws of the study, estimation is drawn as in ``projection``.
    table : tuple of str
        The two assumptions of the two-way table.

    Returns
    -------
    Sensitivity
        Tornado, two-way table, cases, probabilistic run.

    Raises
    ------
    SettingsError
        When an assumption of the two-way table does not exist.
    """
    return Sensitivity(
        make_tornado(projection, register),
        table_of(projection, register, table),
        make_cases(projection, register),
        run_probabilistic(projection, register, draws=draws, seed=seed),
        (*without_range(register), *doubts(register)),
    )


def table_of(projection: Projection, register: Register, names: tuple[str, str]) -> TwoWay | NotEstimable:
    """Return a two-way table, or why there is none.

    Parameters
    ----------
    projection : Projection
        The value.
    register : Register
        Its assumptions.
    names : tuple of str
        The two.

    Returns
    -------
    TwoWay or NotEstimable
        Not estimable when one of the two has nothing to be moved by.

    Raises
    ------
    SettingsError
        When there is no such assumption.
    """
    for name in names:
        if np.ptp(register[name].shown_range()) == 0:
            return NotEstimable(f"'{name}' has no range, and 10 % of its value is nothing")
    return make_two_way(projection, register, rows=names[0], columns=names[1])


def without_range(register: Register) -> tuple[str, ...]:
    """Return what the missing ranges mean for the results.

    Parameters
    ----------
    register : Register
        The assumptions.

    Returns
    -------
    tuple of str
        A sentence that names those without a range, and one for each whose range was given for another value; none
        where all have one.
    """
    moved = [each for each in register.assumptions if not each.has_range and np.ptp(each.shown_range()) > 0]
    bare = [each.name for each in moved if not each.set_aside]
    found = [
        f"{each.name}: {each.set_aside}; {SHOWN if each in moved else 'not moved'} in the tornado and the two-way "
        "table, and the same in all cases and draws"
        for each in register.assumptions
        if each.set_aside
    ]
    if bare:
        found.append(
            f"{NOT_GIVEN} in the tornado and the two-way table for {', '.join(bare)}; in the cases and the "
            "probabilistic run they stay as they are"
        )
    return tuple(found)
