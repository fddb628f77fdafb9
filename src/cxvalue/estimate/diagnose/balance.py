"""Balance and overlap: how far the episodes of two bands are from the target, before and after adjustment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cxvalue.errors import DataError, NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.diagnose.overlap import BandOverlap, describe_overlap, shares_outside
from cxvalue.estimate.diagnose.standardised_difference import (
    standardised_differences,
    variance_ratios,
    weighted_moments,
)
from cxvalue.estimate.estimators import Standardised
from cxvalue.link import Covariates
from cxvalue.link.columns import Floats, Integers
from cxvalue.result import Drawable, TableResult
from cxvalue.vocabulary import BANDS, Band

UNBALANCED: Final = 0.1
"""Standardised mean differences above this are called unbalanced."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Balance(TableResult, Drawable):
    """Standardised mean differences between the episodes of two bands and the target.

    Parameters
    ----------
    columns : tuple of str
        What is compared: the c columns of the design but the intercept, then every covariate as it is.
    covariates : tuple of str
        The covariate behind each.
    in_design : tuple of bool
        Whether it is a column that the headline uses.
    as_it_is : tuple of bool
        Whether it is a covariate as it is or one of its categories, and no transformation.
    smd_raw, smd_adjusted, smd_weighted : ndarray of shape (2, c)
        For from- and to-band: mean of the episodes less mean of the target, in standard deviations; unweighted, by
        the headline's weights, and by the weights that were given (NaN without any).
    variance_ratio_raw, variance_ratio_adjusted, variance_ratio_weighted : ndarray of shape (2, c)
        Variance of the episodes over that of the target; NaN where the target does not vary, or negative weights
        leave no variance.
    bands : tuple of BandOverlap
        From- and to-band.
    month : int
        Follow-up month whose episodes are compared.
    n_target : int
        Customers in the target.
    """

    columns: tuple[str, ...]
    covariates: tuple[str, ...]
    in_design: tuple[bool, ...]
    as_it_is: tuple[bool, ...]
    smd_raw: Floats
    smd_adjusted: Floats
    smd_weighted: Floats
    variance_ratio_raw: Floats
    variance_ratio_adjusted: Floats
    variance_ratio_weighted: Floats
    bands: tuple[BandOverlap, BandOverlap]
    month: int
    n_target: int

    def unbalanced(self, *, threshold: float = UNBALANCED) -> tuple[str, ...]:
        """Return what the headline's weights leave unbalanced.

        Parameters
        ----------
        threshold : float
            Largest standardised mean difference that passes.

        Returns
        -------
        tuple of str
            Columns, the worst first.
        """
        worst = np.nan_to_num(np.abs(self.smd_adjusted)).max(axis=0, initial=0.0)
        return tuple(self.columns[at] for at in np.argsort(-worst, kind="stable") if worst[at] > threshold)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a column and band.

        Returns
        -------
        pandas.DataFrame
            Columns column, covariate, in_design, band, smd_raw, smd_adjusted, smd_weighted, variance_ratio_raw,
            variance_ratio_adjusted, variance_ratio_weighted.
        """
        parts = []
        for b, overlap in enumerate(self.bands):
            part = pd.DataFrame({"column": self.columns, "covariate": self.covariates, "in_design": self.in_design})
            part["band"] = overlap.band
            for name in ("smd", "variance_ratio"):
                for how in ("raw", "adjusted", "weighted"):
                    part[f"{name}_{how}"] = getattr(self, f"{name}_{how}")[b]
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def summary(self) -> str:
        """Return overlap and balance as plain text.

        Returns
        -------
        str
            A few lines.
        """
        before = int((np.nan_to_num(np.abs(self.smd_raw)).max(axis=0, initial=0.0) > UNBALANCED).sum())
        left = self.unbalanced()
        words = f"unbalanced after it: {', '.join(left)}" if left else "none is after it"
        return "\n".join(
            [
                f"{len(self.columns)} columns and covariates against {self.n_target:,} customers of the target, "
                f"episodes observed at month {self.month}",
                f"{before} unbalanced before adjustment (standardised mean difference above {UNBALANCED:g}); {words}",
                *(overlap.sentence() for overlap in self.bands),
            ]
        )


def check_balance(
    study: BandStudy, *, from_band: Band, to_band: Band, weights: Floats | None = None, month: int = 1
) -> Balance | NotEstimable:
    """Compare the episodes of two bands with the target, before and after adjustment.

    Parameters
    ----------
    study : BandStudy
        The estimated study.
    from_band, to_band : Band
        The bands; the target are the customers now in the from-band, weighted by 1 / P(answered).
    weights : ndarray of shape (n,), optional
        Weights of all answers, such as those by propensity; 0 for answers that do not count.
    month : int
        Follow-up month whose episodes are compared, 1 to H.

    Returns
    -------
    Balance or NotEstimable
        Differences of every column of the design and every covariate of the study, adjusted for or not.

    Raises
    ------
    DataError
        When the weights are not one an answer, or the month is not one of the horizon.

    Notes
    -----
    Regression standardisation is a weighting: μ = Σ wᵢ yᵢ with wᵢ = x̄ᵀ A⁻¹ xᵢ over the episodes of the band that are
    observed at the month. Under these weights the columns that the headline uses have the target's means exactly;
    what they leave open shows in the covariates as they are: tails that the design pulls in, shapes that it does not
    follow, covariates that it does not hold.

    References
    ----------
    Kline, P. (2011), Oaxaca-Blinder as a reweighting estimator, American Economic Review 101,
    doi:10.1257/aer.101.3.532.

    Austin, P. C. (2009), Balance diagnostics for comparing the distribution of baseline covariates between treatment
    groups in propensity-score matched samples, Statistics in Medicine 28, doi:10.1002/sim.3697.
    """
    refuse_bad_request(study, weights, month)
    fitted = study.fit(Standardised(), from_band=from_band, horizon=study.timeline.horizon)
    if isinstance(fitted, NotEstimable):
        return fitted
    target, used = study.target_rows(from_band), np.array(fitted.columns)
    each = target.weights(0)
    compared, names, owners = compared_columns(study)
    centre = weighted_moments(compared[target.at], each)
    mean_row = (each / each.sum()) @ target.design[:, used]
    rows = [episodes_of(study, band, month) for band in (from_band, to_band)]
    schemes = []
    for at in rows:
        given = np.full(len(at), np.nan) if weights is None else weights[at]
        schemes.append((np.ones(len(at)), implied_weights(study.design[np.ix_(at, used)], mean_row), given))
    found = [[weighted_moments(compared[at], w) for w in scheme] for at, scheme in zip(rows, schemes, strict=True)]
    smd = np.array([[standardised_differences(one, centre, of[0]) for one in of] for of in found])
    ratios = np.array([[variance_ratios(one, centre) for one in of] for of in found])
    designs = (study.design[np.ix_(rows[0], used)], study.design[np.ix_(rows[1], used)])
    outside = shares_outside(target.design[:, used], each, *designs)
    overlaps = [
        describe_overlap(band, scheme[1], scheme[2], share)
        for band, scheme, share in zip((from_band, to_band), schemes, outside, strict=True)
    ]
    in_use = {int(column) for column in used}
    return Balance(
        columns=names,
        covariates=owners,
        in_design=tuple(1 + at in in_use for at in range(len(names))),
        as_it_is=is_as_it_is(study, names),
        smd_raw=smd[:, 0],
        smd_adjusted=smd[:, 1],
        smd_weighted=smd[:, 2],
        variance_ratio_raw=ratios[:, 0],
        variance_ratio_adjusted=ratios[:, 1],
        variance_ratio_weighted=ratios[:, 2],
        bands=(overlaps[0], overlaps[1]),
        month=month,
        n_target=len(target.at),
    )


def refuse_bad_request(study: BandStudy, weights: Floats | None, month: int) -> None:
    """Refuse weights that are not one an answer, and months outside the horizon.

    Parameters
    ----------
    study : BandStudy
        The study.
    weights : ndarray, optional
        Weights of all answers.
    month : int
        Follow-up month.

    Raises
    ------
    DataError
        With what is allowed.
    """
    n = len(study.design)
    if weights is not None and (weights.shape != (n,) or not np.isfinite(weights).all()):
        raise DataError(
            f"weights have shape {weights.shape}, or values that are not finite",
            allowed=f"a finite number for each of the {n:,} answers",
            hint="give 0 to answers that do not count",
        )
    if not 1 <= month <= study.timeline.horizon:
        raise DataError(f"month = {month} is no month of follow-up", allowed=f"1 to {study.timeline.horizon}")


def episodes_of(study: BandStudy, band: Band, month: int) -> Integers:
    """Return the episodes of a band that are observed at a month.

    Parameters
    ----------
    study : BandStudy
        The study.
    band : Band
        The band.
    month : int
        Follow-up month.

    Returns
    -------
    ndarray
        Positions of answers.
    """
    observed = (study.bins >= 0) & (study.moments[0].last_k[np.maximum(study.bins, 0)] >= month)
    return np.flatnonzero(observed & (study.linked.answers.band == BANDS.index(band))).astype(np.int64)


def compared_columns(study: BandStudy) -> tuple[Floats, tuple[str, ...], tuple[str, ...]]:
    """Return what is compared: the columns of the design, then every covariate as it is.

    Parameters
    ----------
    study : BandStudy
        The study.

    Returns
    -------
    tuple of ndarray of shape (n, c), tuple of str and tuple of str
        Values of all answers (NaN where not known), names, and the covariate behind each.
    """
    covariates: Covariates = study.linked.answers.covariates
    parts = [study.design[:, 1:], covariates.numbers[:]]
    names = [*study.basis.labels()[1:], *(f"{name} (as it is)" for name in covariates.number_names)]
    owners = [*study.basis.covariates()[1:], *covariates.number_names]
    for at, name in enumerate(covariates.level_names):
        for code, level in enumerate(covariates.levels[at]):
            if f"{name} = {level}" not in names:
                parts.append((covariates.codes[:, at][:, None] == code).astype(np.float64))
                names.append(f"{name} = {level}")
                owners.append(name)
    return np.hstack(parts), tuple(names), tuple(owners)


def is_as_it_is(study: BandStudy, names: tuple[str, ...]) -> tuple[bool, ...]:
    """Return which of the compared columns are covariates as they are.

    Parameters
    ----------
    study : BandStudy
        The study.
    names : tuple of str
        The compared columns.

    Returns
    -------
    tuple of bool
        True for numbers as they are and for categories.
    """
    covariates = study.linked.answers.covariates
    plain = {f"{name} (as it is)" for name in covariates.number_names}
    for name, levels in zip(covariates.level_names, covariates.levels, strict=True):
        plain |= {f"{name} = {level}" for level in levels}
    return tuple(name in plain for name in names)


def implied_weights(design: Floats, mean_row: Floats) -> Floats:
    """Return the weights that a regression, averaged over a target, gives its rows.

    Parameters
    ----------
    design : ndarray of shape (r, q)
        Rows; the first column is the intercept.
    mean_row : ndarray of shape (q,)
        Mean row of the target, x̄.

    Returns
    -------
    ndarray of shape (r,)
        wᵢ = x̄ᵀ (Σ x xᵀ)⁻¹ xᵢ; they sum to 1.

    Examples
    --------
    >>> design = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    >>> implied_weights(design, np.array([1.0, 0.5])).round(3).tolist()
    [0.25, 0.25, 0.5]
    """
    return np.asarray(design @ np.linalg.solve(design.T @ design, mean_row))
