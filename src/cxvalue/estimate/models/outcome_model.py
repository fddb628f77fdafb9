"""An outcome model: coefficients, adjusted means by band, and contrasts between bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from cxvalue.errors import NotEstimable
from cxvalue.estimate.models.averages import TargetAverages
from cxvalue.estimate.models.dispersion import DispersionTest
from cxvalue.estimate.models.regression import Regression
from cxvalue.link.columns import Floats
from cxvalue.result import TableResult
from cxvalue.vocabulary import BANDS

COEFFICIENTS = ("part", "term", "estimate", "se", "z", "p", "ci_low", "ci_high")
MEANS = ("band", "unit", "estimate", "se", "ci_low", "ci_high")
CONTRASTS = ("from_band", "to_band", "unit", "estimate", "se", "z", "p", "ci_low", "ci_high")
CURVE = ("band", "month", "estimate", "se", "ci_low", "ci_high")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OutcomeModel(TableResult):
    """One model of one metric.

    Parameters
    ----------
    metric : str
        The metric.
    family : str
        Such as ``logit`` or ``two-part``.
    formula : str
        The right-hand side, in words or as the user gave it.
    n_rows, n_cells, n_customers : int
        Rows that the fit stands on, distinct design rows among them, and customers.
    coefficients : pandas.DataFrame
        Columns part, term, estimate, se, z, p, ci_low, ci_high; errors clustered by customer.
    means : pandas.DataFrame
        Adjusted means: columns band, unit, estimate, se, ci_low, ci_high.
    contrasts : pandas.DataFrame
        Differences of adjusted means, to-band less from-band: columns from_band, to_band, unit, estimate, se, z, p,
        ci_low, ci_high.
    curve : pandas.DataFrame
        Of retained, the adjusted share still there: columns band, month, estimate, se, ci_low, ci_high; else empty.
    dispersion : DispersionTest or None
        Of counts, the test that chose the family.
    excluded : dict of str to int
        Episodes that were left out, by reason.
    dropped : tuple of str
        Terms that were left out, each with the reason.
    notes : tuple of str
        What else a reader should know.
    status : str
        ``ok`` or ``not_estimable``; tables are then empty.
    reason : str
        Why there is no model.
    """

    metric: str
    family: str
    formula: str = ""
    n_rows: int = 0
    n_cells: int = 0
    n_customers: int = 0
    coefficients: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COEFFICIENTS)))
    means: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(MEANS)))
    contrasts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CONTRASTS)))
    curve: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CURVE)))
    dispersion: DispersionTest | None = None
    excluded: dict[str, int] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    status: str = "ok"
    reason: str = ""

    @property
    def name(self) -> str:
        """Metric and family."""
        return f"{self.metric}, {self.family}"

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients.

        Returns
        -------
        pandas.DataFrame
            Columns part, term, estimate, se, z, p, ci_low, ci_high.
        """
        return self.coefficients.copy()

    def summary(self) -> str:
        """Return the model as plain text.

        Returns
        -------
        str
            Adjusted means, contrasts, what was left out.
        """
        if self.status != "ok":
            return f"{self.name}: not estimable: {self.reason}"
        size = f"{self.n_rows:,} rows in {self.n_cells:,} distinct ones, {self.n_customers:,} customers"
        lines = [f"{self.name}: {size}"]
        means = self.means.to_dict("records")
        lines.append("  " + "; ".join(f"{row['band']} {figure(row)}" for row in means) + f" ({means[0]['unit']})")
        for row in self.contrasts.to_dict("records"):
            lines.append(f"  {row['from_band']} to {row['to_band']}: {figure(row, signed=True)}")
        if self.dispersion is not None:
            lines.append(f"  {self.dispersion.summary()}")
        lines += [f"  left out: {count:,} episodes {why}" for why, count in self.excluded.items()]
        if self.dropped:
            lines.append(f"  terms left out: {'; '.join(self.dropped)}")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])


def figure(row: dict[object, float] | dict[str, float], *, signed: bool = False) -> str:
    """Return an estimate with its interval as text.

    Parameters
    ----------
    row : dict
        With estimate, ci_low and ci_high.
    signed : bool
        Whether a plus sign is shown.

    Returns
    -------
    str
        Such as ``14.2 (13.9 to 14.5)``.

    Examples
    --------
    >>> figure({"estimate": 1.25, "ci_low": -0.5, "ci_high": 3.0}, signed=True)
    '+1.25 (-0.5 to +3)'
    """
    sign = "+" if signed else ""
    estimate, low, high = (f"{row[name]:{sign},.4g}" for name in ("estimate", "ci_low", "ci_high"))
    return f"{estimate} ({low} to {high})"


def not_estimable(metric: str, family: str, why: NotEstimable) -> OutcomeModel:
    """Return what stands where a model cannot be fitted.

    Parameters
    ----------
    metric, family : str
        What was wanted.
    why : NotEstimable
        The reason.

    Returns
    -------
    OutcomeModel
        Without tables.
    """
    return OutcomeModel(metric, family, status="not_estimable", reason=why.reason)


def with_interval(estimate: Floats, se: Floats, confidence: float) -> dict[str, Floats]:
    """Return the columns that tell an estimate and its interval.

    Parameters
    ----------
    estimate, se : ndarray of shape (n,)
        Estimates and standard errors.
    confidence : float
        Level.

    Returns
    -------
    dict of str to ndarray
        The columns estimate, se, ci_low, ci_high: estimate ± normal quantile × standard error.
    """
    reach = float(ndtri(0.5 + confidence / 2)) * se
    return {"estimate": estimate, "se": se, "ci_low": estimate - reach, "ci_high": estimate + reach}


def with_test(estimate: Floats, se: Floats, confidence: float) -> dict[str, Floats]:
    """Return the columns of an estimate, its interval, and the test that it is 0.

    Parameters
    ----------
    estimate, se : ndarray of shape (n,)
        Estimates and standard errors.
    confidence : float
        Level.

    Returns
    -------
    dict of str to ndarray
        The columns of :func:`with_interval`, z, and the two-sided p; both missing where the error is 0.
    """
    z = np.divide(estimate, se, out=np.full_like(estimate, np.nan), where=se > 0)
    return with_interval(estimate, se, confidence) | {"z": z, "p": 2.0 * ndtr(-np.abs(z))}


def coefficient_table(parts: Sequence[tuple[str, Regression]], confidence: float) -> pd.DataFrame:
    """Return the coefficients of a model.

    Parameters
    ----------
    parts : sequence of (str, Regression)
        Its regressions by name.
    confidence : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Columns part, term, estimate, se, z, p, ci_low, ci_high.
    """
    tables = []
    for name, regression in parts:
        se = np.sqrt(np.diag(regression.covariance()))
        columns = with_test(regression.coefficients, se, confidence)
        tables.append(pd.DataFrame({"part": name, "term": list(regression.labels), **columns}))
    return pd.concat(tables, ignore_index=True)[list(COEFFICIENTS)]


def mean_tables(means: TargetAverages, *, unit: str, confidence: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return adjusted means by band and their differences.

    Parameters
    ----------
    means : TargetAverages
        One figure a band.
    unit : str
        Unit of the figures.
    confidence : float
        Level of the intervals.

    Returns
    -------
    tuple of pandas.DataFrame
        Means, and contrasts of every pair of bands.
    """
    table = pd.DataFrame({"band": BANDS, "unit": unit, **with_interval(means.estimate, means.se(), confidence)})
    pairs = [(a, b) for a in range(len(BANDS)) for b in range(a + 1, len(BANDS))]
    weights = np.zeros((len(BANDS), len(pairs)))
    for at, (a, b) in enumerate(pairs):
        weights[[a, b], at] = -1.0, 1.0
    found = means.combine(weights)
    named = {"from_band": [BANDS[a] for a, _ in pairs], "to_band": [BANDS[b] for _, b in pairs], "unit": unit}
    contrasts = pd.DataFrame({**named, **with_test(found.estimate, found.se(), confidence)})
    return table[list(MEANS)], contrasts[list(CONTRASTS)]
