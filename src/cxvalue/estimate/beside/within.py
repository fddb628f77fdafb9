"""Within-unit: what happens to a unit when its exposure changes, with unit and period effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from cxvalue.errors import DataError
from cxvalue.estimate.beside.demean import count_sets, demean
from cxvalue.link.columns import Floats, Integers
from cxvalue.result import TableResult

LEAST_OWN_SHARE = 1e-9
"""An exposure of whose sum of squares within units less than this share is its own is a combination of the others."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WithinUnit(TableResult):
    """A two-way fixed-effects regression.

    Parameters
    ----------
    coefficients : ndarray of shape (q,)
        Change of the outcome per unit of each exposure.
    se : ndarray of shape (q,)
        Standard errors, clustered by unit.
    ci_low, ci_high : ndarray of shape (q,)
        Intervals by Student's t with ``n_units`` − 1 degrees of freedom.
    confidence : float
        Level of the intervals.
    n_rows, n_units, n_periods : int
        Rows, units and periods that were used.
    n_dropped : int
        Rows left out because their unit has no second row, or their period holds no other.
    df_residual : int
        Rows less exposures, unit effects and period effects.
    leave_one_group_out : ndarray of shape (G, q) or None
        Coefficients with each group left out; None where no groups were given.
    """

    coefficients: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    confidence: float
    n_rows: int
    n_units: int
    n_periods: int
    n_dropped: int
    df_residual: int
    leave_one_group_out: Floats | None

    def to_frame(self) -> pd.DataFrame:
        """Return one row an exposure.

        Returns
        -------
        pandas.DataFrame
            Columns exposure (its position), estimate, se, ci_low, ci_high.
        """
        columns = {"estimate": self.coefficients, "se": self.se, "ci_low": self.ci_low, "ci_high": self.ci_high}
        return pd.DataFrame({"exposure": np.arange(len(self.coefficients)), **columns})

    def summary(self) -> str:
        """Return the estimates as plain text.

        Returns
        -------
        str
            One line on the rows, one for each exposure.
        """
        dropped = f"; {self.n_dropped:,} rows without a second row in their unit or period left out"
        first = f"within {self.n_units:,} units over {self.n_periods} periods, {self.n_rows:,} rows"
        figures = zip(self.coefficients, self.se, self.ci_low, self.ci_high, strict=True)
        return "\n".join(
            [
                first + (dropped if self.n_dropped else ""),
                *(f"  {b:,.4g} (se {se:,.3g}; {low:,.4g} to {high:,.4g})" for b, se, low, high in figures),
            ]
        )


def within_unit(
    outcome: ArrayLike,
    exposure: ArrayLike,
    unit: ArrayLike,
    period: ArrayLike,
    *,
    confidence: float = 0.95,
    groups: ArrayLike | None = None,
) -> WithinUnit:
    """Compare each unit with itself: regress an outcome on exposures with unit and period effects.

    Parameters
    ----------
    outcome : array of shape (n,)
        Outcome of each row of a panel, which may be unbalanced.
    exposure : array of shape (n,) or (n, q)
        Exposures, measured before the outcome.
    unit : array of shape (n,)
        Unit of each row: customer, shop, contract.
    period : array of shape (n,)
        Period of each row; equal values are one period.
    confidence : float
        Level of the intervals, between 0 and 1.
    groups : array of shape (n,), optional
        Group of each row, codes 0 to G − 1, each unit in one group only: the coefficients are solved again with each
        group left out.

    Returns
    -------
    WithinUnit
        Coefficients with standard errors clustered by unit.

    Raises
    ------
    DataError
        For arrays of different lengths, values that are not finite, fewer than two periods or units, or an exposure
        that does not vary within units and periods.

    Notes
    -----
    Rows whose unit or period holds no other row say nothing and are left out first. Both effects are then taken out
    of outcome y and exposures x exactly (Frisch, Waugh and Lovell), β = (x̃ᵀx̃)⁻¹ x̃ᵀỹ, and with residuals e

        V = c (x̃ᵀx̃)⁻¹ (Σ_units x̃ᵤᵀ eᵤ eᵤᵀ x̃ᵤ) (x̃ᵀx̃)⁻¹,   c = U/(U − 1) · (n − 1)/(n − K),

    where U counts the units and K the exposures and the period effects: unit effects lie within the clusters and do
    not count. Unlike a comparison between units it cannot be biased by anything about a unit that stays as it is. It
    can by what changes with the exposure, and by an outcome that comes before it.

    References
    ----------
    Cameron, A. C. and Miller, D. L. (2015), A practitioner's guide to cluster-robust inference, Journal of Human
    Resources 50, doi:10.3368/jhr.50.2.317.

    Examples
    --------
    Unit a rises by 2 where its exposure rises by 1, unit b by nothing while its exposure stays:

    >>> found = within_unit([1.0, 3.0, 5.0, 5.0], [0.0, 1.0, 4.0, 4.0], ["a", "a", "b", "b"], [1, 2, 1, 2])
    >>> found.coefficients.round(6).tolist()
    [2.0]
    """
    y, x, units, periods = read_panel(outcome, exposure, unit, period)
    if not 0 < confidence < 1:
        raise DataError(f"confidence = {confidence}", allowed="a level between 0 and 1", hint="0.95")
    group = None if groups is None else read_groups(groups, units)
    keep = has_company(units, periods)
    refuse_thin(units[keep], periods[keep])
    beta, residual, own, kept_units = solve(y[keep], x[keep], units[keep], periods[keep])
    n, n_units, n_periods = int(keep.sum()), int(kept_units.max()) + 1, len(np.unique(periods[keep]))
    n_free = x.shape[1] + n_periods - count_sets(units[keep], periods[keep])
    se = clustered_se(own, residual, kept_units, n_free=n_free + 1)
    reach = float(stdtrit(n_units - 1, 0.5 + confidence / 2)) * se
    return WithinUnit(
        coefficients=beta,
        se=se,
        ci_low=beta - reach,
        ci_high=beta + reach,
        confidence=confidence,
        n_rows=n,
        n_units=n_units,
        n_periods=n_periods,
        n_dropped=len(y) - n,
        df_residual=n - n_free - n_units,
        leave_one_group_out=None if group is None else leave_groups_out(y, x, units, periods, group),
    )


def read_panel(
    outcome: ArrayLike, exposure: ArrayLike, unit: ArrayLike, period: ArrayLike
) -> tuple[Floats, Floats, Integers, Integers]:
    """Return a panel as arrays, or refuse it.

    Parameters
    ----------
    outcome, exposure, unit, period : array
        As :func:`within_unit` takes them.

    Returns
    -------
    tuple of ndarray
        Outcome of shape (n,), exposures of shape (n, q), and codes of units and periods.

    Raises
    ------
    DataError
        For arrays of different lengths and values that are not known.
    """
    try:
        y, x = np.asarray(outcome, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError("outcome or exposure holds what is no number", allowed="numbers, one row each") from None
    x = x[:, None] if x.ndim == 1 else x
    names, when = np.asarray(unit), np.asarray(period)
    if y.ndim != 1 or x.ndim != 2 or not len(y) == len(x) == len(names) == len(when):
        raise DataError(
            f"panel of {y.shape} outcomes, {x.shape} exposures, {names.shape} units and {when.shape} periods",
            allowed="one row each: shapes (n,), (n,) or (n, q), (n,) and (n,)",
            hint="make one row for each unit and period",
        )
    blank = {
        "outcome": ~np.isfinite(y), "exposure": ~np.isfinite(x).all(axis=1),
        "unit": pd.isna(names), "period": pd.isna(when),
    }  # fmt: skip
    for name, rows in blank.items():
        if rows.any():
            raise DataError(
                f"{name}: {int(rows.sum()):,} of {len(y):,} rows hold no finite value",
                allowed="a value in every row",
                hint="leave out rows that lack the outcome or an exposure",
            )
    return y, x, pd.factorize(names)[0].astype(np.int64), pd.factorize(when, sort=True)[0].astype(np.int64)


def read_groups(groups: ArrayLike, units: Integers) -> Integers:
    """Return the groups that are left out in turn, or refuse them.

    Parameters
    ----------
    groups : array of shape (n,)
        Group of each row.
    units : ndarray of shape (n,)
        Unit of each row.

    Returns
    -------
    ndarray of shape (n,)
        Codes.

    Raises
    ------
    DataError
        For groups that are not one non-negative integer a row, or split a unit.
    """
    group = np.asarray(groups)
    if group.shape != units.shape or not np.issubdtype(group.dtype, np.integer) or (len(group) and group.min() < 0):
        raise DataError(f"groups of shape {group.shape}, type {group.dtype}", allowed="one code from 0 a row")
    if len(np.unique(np.column_stack([units, group]), axis=0)) > len(np.unique(units)):
        raise DataError("groups split a unit", allowed="all rows of a unit in one group", hint="group by the unit")
    return group.astype(np.int64)


def has_company(units: Integers, periods: Integers) -> NDArray[np.bool_]:
    """Return the rows whose unit and period hold another row, once those without were left out.

    Parameters
    ----------
    units, periods : ndarray of shape (n,)
        Codes.

    Returns
    -------
    ndarray of shape (n,)
        A mask.

    Examples
    --------
    >>> has_company(np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 1])).tolist()
    [True, True, True, True, False]
    """
    keep = np.ones(len(units), dtype=bool)
    while True:
        in_unit = np.bincount(units[keep], minlength=units.max(initial=-1) + 1)
        in_period = np.bincount(periods[keep], minlength=periods.max(initial=-1) + 1)
        again = keep & (in_unit[units] > 1) & (in_period[periods] > 1)
        if (again == keep).all():
            return keep
        keep = again


def refuse_thin(units: Integers, periods: Integers) -> None:
    """Refuse a panel in which no unit can be compared with itself.

    Parameters
    ----------
    units, periods : ndarray of shape (r,)
        Codes of the rows that are left.

    Raises
    ------
    DataError
        With fewer than two units or periods.
    """
    if len(np.unique(units)) < 2 or len(np.unique(periods)) < 2:
        raise DataError(
            f"{len(np.unique(units))} units with rows in two periods or more",
            allowed="at least 2 units and 2 periods with more than one row each",
            hint="a comparison within units needs units that are seen again",
        )


def solve(y: Floats, x: Floats, units: Integers, periods: Integers) -> tuple[Floats, Floats, Floats, Integers]:
    """Return the coefficients of a two-way fixed-effects regression.

    Parameters
    ----------
    y : ndarray of shape (r,)
        Outcome.
    x : ndarray of shape (r, q)
        Exposures.
    units, periods : ndarray of shape (r,)
        Codes.

    Returns
    -------
    tuple of ndarray
        Coefficients, residuals, exposures without the effects, and unit codes without a gap.

    Raises
    ------
    DataError
        When an exposure does not vary within units and periods, or is a combination of the others there.
    """
    codes = np.unique(units, return_inverse=True)[1].astype(np.int64)
    when = np.unique(periods, return_inverse=True)[1].astype(np.int64)
    both = demean(np.column_stack([y, x]), codes, when)
    own_y, own = both[:, 0], both[:, 1:]
    orthogonal, triangular = np.linalg.qr(own)
    left = np.abs(np.diag(triangular)) ** 2
    bad = np.flatnonzero(left <= LEAST_OWN_SHARE * ((x - x.mean(axis=0)) ** 2).sum(axis=0))
    if len(bad):
        raise DataError(
            f"exposure {int(bad[0])} does not vary within units and periods beyond the exposures before it",
            allowed="exposures that change over time, and not alike for all units",
            hint="a fixed trait of a unit has no within-unit effect: leave it out",
        )
    beta = np.linalg.solve(triangular, orthogonal.T @ own_y)
    return beta, own_y - own @ beta, own, codes


def clustered_se(own: Floats, residual: Floats, units: Integers, *, n_free: int) -> Floats:
    """Return standard errors clustered by unit.

    Parameters
    ----------
    own : ndarray of shape (r, q)
        Exposures without the effects.
    residual : ndarray of shape (r,)
        Residuals.
    units : ndarray of shape (r,)
        Unit codes without a gap.
    n_free : int
        Parameters that count, K.

    Returns
    -------
    ndarray of shape (q,)
        Standard errors.
    """
    n, n_units = len(residual), int(units.max()) + 1
    scores = np.column_stack([np.bincount(units, column * residual, minlength=n_units) for column in own.T])
    inverse = np.linalg.inv(own.T @ own)
    factor = n_units / (n_units - 1) * (n - 1) / max(n - n_free, 1)
    return np.asarray(np.sqrt(factor * np.diag(inverse @ (scores.T @ scores) @ inverse)))


def leave_groups_out(y: Floats, x: Floats, units: Integers, periods: Integers, group: Integers) -> Floats:
    """Return the coefficients with each group left out.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Outcome.
    x : ndarray of shape (n, q)
        Exposures.
    units, periods, group : ndarray of shape (n,)
        Codes.

    Returns
    -------
    ndarray of shape (G, q)
        Coefficients; every one solved again, effects included.
    """
    found = np.empty((int(group.max()) + 1, x.shape[1]))
    for g in range(len(found)):
        rest = np.flatnonzero(group != g)
        rest = rest[has_company(units[rest], periods[rest])]
        refuse_thin(units[rest], periods[rest])
        found[g] = solve(y[rest], x[rest], units[rest], periods[rest])[0]
    return found
