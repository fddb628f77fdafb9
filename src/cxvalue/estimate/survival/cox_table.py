"""Hazard ratios of the bands as a result, with the test of proportional hazards and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from cxvalue.errors import NotEstimable
from cxvalue.estimate.survival.cox import CoxFit, cox
from cxvalue.estimate.survival.cox_columns import cox_columns
from cxvalue.estimate.survival.proportional_hazards import proportional_hazards_test
from cxvalue.estimate.survival.risk_sets import Booleans
from cxvalue.link.columns import Floats, Integers
from cxvalue.result import TableResult
from cxvalue.vocabulary import BANDS, DISSATISFIED

SIGNIFICANT = 0.05
BAND_TERMS = tuple(f"band = {band}" for band in BANDS[1:])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CoxTable(TableResult):
    """Hazard ratios of a Cox model with the band, without and with covariates.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns adjusted, term, hazard_ratio, ci_low, ci_high, coefficient, se, se_model, p_value, ph_statistic,
        ph_p_value. ``se`` is clustered by customer, ``se_model`` is not. Numbers enter winsorised and per standard
        deviation. The reference is the dissatisfied band. ``ph`` is the test that the ratio stays the same over time.
    clock : str
        What time counts from: ``months since the answer``, ``months of tenure`` or ``calendar months``.
    varying : bool
        Whether the band changes with each answer.
    n_rows, n_customers, n_events : int
        Episodes or spells, customers, first leavings.
    ph_p_value : float
        Of the test of all terms of the adjusted model together.
    advice : str
        What to do about the test of proportional hazards.
    left_out : tuple of str
        Columns that the model could not carry.
    """

    table: pd.DataFrame
    clock: str
    varying: bool
    n_rows: int
    n_customers: int
    n_events: int
    ph_p_value: float
    advice: str
    left_out: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the table.

        Returns
        -------
        pandas.DataFrame
            A copy.
        """
        return self.table.copy()

    def summary(self) -> str:
        """Return the hazard ratios of the bands and the advice.

        Returns
        -------
        str
            A line a band and model.
        """
        how = "the latest band answered" if self.varying else "the band at the answer"
        lines = [
            f"Cox model, {how}, {self.clock}: {self.n_rows:,} rows of {self.n_customers:,} customers, "
            f"{self.n_events:,} leavings; hazard ratio against {DISSATISFIED}"
        ]
        for row in self.table[self.table["term"].isin(BAND_TERMS)].to_dict("records"):
            kind = "adjusted" if row["adjusted"] else "unadjusted"
            lines.append(
                f"  {row['term'].removeprefix('band = '):<14}{kind:<12}{row['hazard_ratio']:.3f} "
                f"({row['ci_low']:.3f} to {row['ci_high']:.3f})"
            )
        return "\n".join([*lines, f"  {self.advice}"])


def tabulate_cox(
    exit_: Floats,
    event: Booleans,
    *,
    entry: Floats | None,
    band: Integers,
    design: Floats,
    labels: tuple[str, ...],
    customer: Integers,
) -> tuple[CoxFit, CoxFit, tuple[str, ...]] | NotEstimable:
    """Fit the band alone, and the band with covariates.

    Parameters
    ----------
    exit_ : ndarray of shape (n,)
        Time of leaving or of the end of the row.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.
    entry : ndarray of shape (n,) or None
        Time from which the row is followed.
    band : ndarray of shape (n,)
        Code of the band.
    design : ndarray of shape (n, p)
        Covariates, without the intercept.
    labels : tuple of str
        Their names, p.
    customer : ndarray of shape (n,)
        Customer of each row.

    Returns
    -------
    tuple of CoxFit, CoxFit and tuple of str, or NotEstimable
        Unadjusted and adjusted fit, and the names of the covariates in the latter.
    """
    few = few_leavers(band, event)
    if few is not None:
        return few
    bands = (band[:, None] == np.arange(1, len(BANDS))).astype(np.float64)
    both = np.column_stack([bands, design])
    used = cox_columns(both, event)
    if not np.isin([0, 1], used).all():
        return NotEstimable("a band has too few leavers")
    alone = cox(exit_, event, bands, entry=entry, cluster=customer)
    full = cox(exit_, event, both[:, used], entry=entry, cluster=customer)
    if isinstance(alone, NotEstimable):
        return alone
    if isinstance(full, NotEstimable):
        return full
    return alone, full, tuple(labels[at - len(BAND_TERMS)] for at in used if at >= len(BAND_TERMS))


def few_leavers(band: Integers, event: Booleans) -> NotEstimable | None:
    """Return why the bands cannot be compared, if they cannot.

    Parameters
    ----------
    band : ndarray of shape (n,)
        Code of the band.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.

    Returns
    -------
    NotEstimable or None
        Names the band from which fewer than ten customers leave.
    """
    for b, name in enumerate(BANDS):
        n = int(event[band == b].sum())
        if n < 10:
            return NotEstimable(f"{n} leavings in band {name}; at least 10 are needed for a hazard ratio")
    return None


def make_cox_table(
    fits: tuple[CoxFit, CoxFit, tuple[str, ...]],
    *,
    labels: tuple[str, ...],
    clock: str,
    varying: bool,
    confidence: float,
) -> CoxTable:
    """Return two fits as a result.

    Parameters
    ----------
    fits : tuple of CoxFit, CoxFit and tuple of str
        Unadjusted and adjusted fit, and the names of the covariates.
    labels : tuple of str
        All covariates that were asked for.
    clock : str
        What time counts from.
    varying : bool
        Whether the band changes with each answer.
    confidence : float
        Level of the intervals.

    Returns
    -------
    CoxTable
        The result.
    """
    alone, full, names = fits
    parts = [
        terms_table(alone, BAND_TERMS, confidence=confidence).assign(adjusted=False),
        terms_table(full, (*BAND_TERMS, *names), confidence=confidence).assign(adjusted=True),
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table[["adjusted", *(name for name in table.columns if name != "adjusted")]]
    test = proportional_hazards_test(full)
    return CoxTable(
        table,
        clock=clock,
        varying=varying,
        n_rows=len(full.influence),
        n_customers=full.n_clusters,
        n_events=full.n_events,
        ph_p_value=test.all_p_value,
        advice=what_to_do(test.p_value[: len(BAND_TERMS)], test.slope[: len(BAND_TERMS)], full.coefficients),
        left_out=tuple(label for label in labels if label not in names),
    )


def terms_table(fit: CoxFit, terms: tuple[str, ...], *, confidence: float) -> pd.DataFrame:
    """Return a fit, a row a term.

    Parameters
    ----------
    fit : CoxFit
        The fit.
    terms : tuple of str
        Names of its terms.
    confidence : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Columns term, hazard_ratio, ci_low, ci_high, coefficient, se, se_model, p_value, ph_statistic, ph_p_value.
    """
    test = proportional_hazards_test(fit)
    reach = float(ndtri(0.5 + confidence / 2)) * fit.se
    return pd.DataFrame(
        {
            "term": terms,
            "hazard_ratio": np.exp(fit.coefficients),
            "ci_low": np.exp(fit.coefficients - reach),
            "ci_high": np.exp(fit.coefficients + reach),
            "coefficient": fit.coefficients,
            "se": fit.se,
            "se_model": np.sqrt(np.diag(fit.model_covariance)),
            "p_value": fit.p_values,
            "ph_statistic": test.statistic,
            "ph_p_value": test.p_value,
        }
    )


def what_to_do(p_values: Floats, slopes: Floats, coefficients: Floats) -> str:
    """Return what follows from the test of proportional hazards, in a sentence.

    Parameters
    ----------
    p_values, slopes : ndarray of shape (b,)
        Of the terms of the bands.
    coefficients : ndarray of shape (p,)
        Log hazard ratios, those of the bands first.

    Returns
    -------
    str
        The advice.
    """
    said = []
    for name, p_value, slope, coefficient in zip(BANDS[1:], p_values, slopes, coefficients, strict=False):
        if p_value < SIGNIFICANT:
            way = "fades" if slope * coefficient < 0 else "grows"
            said.append(f"that of the {name} band {way} over time (p = {p_value:.2g})")
    if not said:
        lowest = float(np.min(p_values))
        return (
            f"No sign that the bands' hazard ratios change over time (smallest p = {lowest:.2g}); in a small base this "
            f"says little."
        )
    return (
        f"The hazard ratios are not constant: {'; '.join(said)}. Read each as an average over the window, take the "
        f"restricted mean months kept rather than the ratio, and let band and follow-up month interact in the "
        f"discrete-time model of study.models()."
    )
