"""Money: Poisson pseudo-likelihood, log-linear, two-part and Tweedie models of a mean per active month."""

from __future__ import annotations

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.models.episode_data import EpisodeData, episode_data
from cxvalue.estimate.models.family import Family
from cxvalue.estimate.models.frame import ModelFrame
from cxvalue.estimate.models.mean_model import BandFactor, Part, average_means, describe_means, fit_part
from cxvalue.estimate.models.outcome_model import OutcomeModel, not_estimable
from cxvalue.estimate.models.regression import one_by_one, solve
from cxvalue.link.columns import Floats
from cxvalue.vocabulary import BANDS

POWERS = (1.05, 1.95)
"""The Tweedie power is held within these limits: a distribution with a mass at 0 needs one between 1 and 2."""


def fit_ppml(frame: ModelFrame, position: int, metric: str, *, confidence: float) -> OutcomeModel:
    """Fit the mean by Poisson pseudo-likelihood.

    Parameters
    ----------
    frame : ModelFrame
        Episodes and target.
    position : int
        Position of the metric among the outcomes.
    metric : str
        Its name.
    confidence : float
        Level of the intervals.

    Returns
    -------
    OutcomeModel
        The model, with offset log(months).

    Notes
    -----
    Only the mean has to be right, E[y | x] = months × exp(x β); amounts of 0 take part. Nothing is assumed of the
    variance.

    References
    ----------
    Santos Silva, J. M. C. and Tenreyro, S. (2006), The log of gravity, Review of Economics and Statistics 88,
    doi:10.1162/rest.88.4.641.
    """
    data = episode_data(frame, position, metric, least="non-negative")
    why = data.refuse_empty_bands(metric)
    part = why or fit_part(
        frame, metric, data, name="mean", outcome=(data.total, data.months), family=Family("log", 1.0)
    )
    if isinstance(part, NotEstimable):
        return not_estimable(metric, "ppml", part)
    means = average_means(frame, metric, [part])
    return describe_means(
        [part], means, data, name=(metric, "ppml"), unit=f"money per {frame.month}", confidence=confidence
    )


def fit_log_linear(frame: ModelFrame, position: int, metric: str, *, confidence: float) -> OutcomeModel:
    """Fit the logarithm of the mean per active month by least squares.

    Parameters
    ----------
    frame : ModelFrame
        Episodes and target.
    position : int
        Position of the metric among the outcomes.
    metric : str
        Its name.
    confidence : float
        Level of the intervals.

    Returns
    -------
    OutcomeModel
        Of episodes with an amount above 0, weighted by their months; the others are counted.
    """
    data = episode_data(frame, position, metric, least="positive")
    why = data.refuse_empty_bands(metric)
    logs = np.log(data.total / data.months)
    outcome = (logs * data.months, data.months)
    part = why or fit_part(frame, metric, data, name="log of the mean", outcome=outcome, family=Family("identity"))
    if isinstance(part, NotEstimable):
        return not_estimable(metric, "log-linear", part)
    X = part.design.rows(data.records, data.records.band, None)
    factor = smear(logs - part.regression.eta(X), data, part, X[:, part.regression.columns])
    means = average_means(frame, metric, [part], factor)
    said = ", ".join(f"{band} {value:.3f}" for band, value in zip(BANDS, factor.estimate, strict=True))
    notes = (f"retransformed with smearing factors by band: {said}",)
    return describe_means(
        [part],
        means,
        data,
        name=(metric, "log-linear"),
        unit=f"money per {frame.month}",
        confidence=confidence,
        notes=notes,
    )


def smear(residual: Floats, data: EpisodeData, part: Part, X: Floats) -> BandFactor:
    """Return the factors by which the mean exceeds the exponential of the mean logarithm.

    Parameters
    ----------
    residual : ndarray of shape (n,)
        Residuals of the logarithms.
    data : EpisodeData
        Episodes, weighted by their months.
    part : Part
        The regression.
    X : ndarray of shape (n, p)
        Design rows, the kept columns.

    Returns
    -------
    BandFactor
        Weighted mean of exp(residual) in each band, with the influence that goes through the coefficients.

    Notes
    -----
    One factor a band: residuals that spread differently between bands would bias their contrast otherwise (Manning
    1998).

    References
    ----------
    Duan, N. (1983), Smearing estimate: a nonparametric retransformation method, Journal of the American Statistical
    Association 78, doi:10.1080/01621459.1983.10478017.
    Manning, W. G. (1998), The logged dependent variable, heteroscedasticity, and the retransformation problem,
    Journal of Health Economics 17, doi:10.1016/S0167-6296(98)00025-3.
    """
    n_clusters = len(part.regression.influence)
    spread = np.exp(residual)
    factors, influences = [], []
    for b in range(len(BANDS)):
        weight = data.months * (data.records.band == b)
        weight = weight / weight.sum()
        factor = float(weight @ spread)
        own = np.bincount(data.cluster, weights=weight * (spread - factor), minlength=n_clusters)
        factors.append(factor)
        influences.append(own - part.regression.influence @ ((weight * spread) @ X))
    return BandFactor(np.array(factors), np.column_stack(influences))


def fit_two_part(frame: ModelFrame, position: int, metric: str, *, confidence: float) -> OutcomeModel:
    """Fit the share of months with an amount, and the mean of the amount in those months.

    Parameters
    ----------
    frame : ModelFrame
        Episodes and target.
    position : int
        Position of the metric among the outcomes.
    metric : str
        Its name.
    confidence : float
        Level of the intervals.

    Returns
    -------
    OutcomeModel
        Logit of any amount in an active month, times a gamma model with log link of the mean given any.

    References
    ----------
    Duan, N. et al. (1983), A comparison of alternative models for the demand for medical care, Journal of Business &
    Economic Statistics 1, doi:10.1080/07350015.1983.10509330.
    """
    data = episode_data(frame, position, metric, least="non-negative")
    why = data.refuse_empty_bands(metric) or refuse_constant_share(data, metric, frame.month)
    if why is not None:
        return not_estimable(metric, "two-part", why)
    some = data.take(np.flatnonzero(data.months_any > 0).astype(np.int64))
    amount = fit_part(
        frame, metric, some, name="amount if any", outcome=(some.total, some.months_any), family=Family("log", 2.0)
    )
    if isinstance(amount, NotEstimable):
        return not_estimable(metric, "two-part", amount)
    parts: list[Part] = [amount]
    notes: tuple[str, ...] = (f"every {frame.month} has an amount, so there is no first part",)
    if (data.months_any < data.months).any():
        share = fit_part(
            frame, metric, data, name="any", outcome=(data.months_any, data.months), family=Family("logit")
        )
        if isinstance(share, NotEstimable):
            return not_estimable(metric, "two-part", share)
        parts, notes = [share, amount], ()
    means = average_means(frame, metric, parts)
    return describe_means(
        parts,
        means,
        data,
        name=(metric, "two-part"),
        unit=f"money per {frame.month}",
        confidence=confidence,
        notes=notes,
    )


def refuse_constant_share(data: EpisodeData, metric: str, month: str) -> NotEstimable | None:
    """Return why the first part has no finite estimate, where a band has no month without an amount.

    Parameters
    ----------
    data : EpisodeData
        The episodes.
    metric : str
        The metric, for the wording.
    month : str
        What a month is called, for the wording.

    Returns
    -------
    NotEstimable or None
        None also where no band has such a month: the share is 1 then.
    """
    without = np.bincount(data.records.band, weights=data.months - data.months_any, minlength=len(BANDS))
    if (without > 0).all() or (without == 0).all():
        return None
    full = ", ".join(BANDS[b] for b in np.flatnonzero(without == 0))
    return NotEstimable(f"no {month} without {metric} in band {full}; the share of months with any has no model")


def fit_tweedie(frame: ModelFrame, position: int, metric: str, *, confidence: float) -> OutcomeModel:
    """Fit the mean with a variance that goes with an estimated power of it.

    Parameters
    ----------
    frame : ModelFrame
        Episodes and target.
    position : int
        Position of the metric among the outcomes.
    metric : str
        Its name.
    confidence : float
        Level of the intervals.

    Returns
    -------
    OutcomeModel
        The model, weighted by months.
    """
    data = episode_data(frame, position, metric, least="non-negative")
    outcome = (data.total, data.months)
    why = data.refuse_empty_bands(metric)
    first = why or fit_part(frame, metric, data, name="mean", outcome=outcome, family=Family("log", 1.5))
    if isinstance(first, NotEstimable):
        return not_estimable(metric, "tweedie", first)
    mean = np.exp(first.regression.eta(first.design.rows(data.records, data.records.band, None)))
    power = variance_power(data.total / data.months, mean, data.months)
    held = 1.5 if power is None else float(np.clip(power, *POWERS))
    part = fit_part(frame, metric, data, name="mean", outcome=outcome, family=Family("log", held))
    if isinstance(part, NotEstimable):
        return not_estimable(metric, "tweedie", part)
    found = "no estimate" if power is None else f"estimated {power:.2f}"
    notes = (f"variance goes with the mean to the power {held:.2f} ({found}, held within {POWERS[0]} and {POWERS[1]})",)
    means = average_means(frame, metric, [part])
    return describe_means(
        [part],
        means,
        data,
        name=(metric, "tweedie"),
        unit=f"money per {frame.month}",
        confidence=confidence,
        notes=notes,
    )


def variance_power(value: Floats, mean: Floats, weight: Floats) -> float | None:
    """Return the power of the mean with which the variance goes.

    Parameters
    ----------
    value : ndarray of shape (n,)
        Means per month.
    mean : ndarray of shape (n,)
        Their fitted values.
    weight : ndarray of shape (n,)
        Months.

    Returns
    -------
    float or None
        Slope of a gamma regression with log link of weight × (value − mean)² on log(mean): the modified Park test.
        None where it does not settle.

    References
    ----------
    Manning, W. G. and Mullahy, J. (2001), Estimating log models: to transform or not to transform?, Journal of Health
    Economics 20, doi:10.1016/S0167-6296(01)00086-8.
    """
    squared = weight * (value - mean) ** 2
    X = np.column_stack([np.ones_like(mean), np.log(mean)])
    if np.ptp(X[:, 1]) == 0 or not (squared > 0).any():
        return None
    floor = float(squared[squared > 0].min())  # the gamma's deviance takes logarithms
    found = solve(one_by_one(X, np.maximum(squared, floor), np.ones_like(mean)), Family("log", 2.0))
    return None if isinstance(found, NotEstimable) else float(found[1])
