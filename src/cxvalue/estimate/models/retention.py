"""Retention: the monthly hazard of leaving, and the months kept that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.models.averages import TargetAverages, average_over_target
from cxvalue.estimate.models.baseline import choose_knots
from cxvalue.estimate.models.design import ModelDesign
from cxvalue.estimate.models.family import Family
from cxvalue.estimate.models.frame import ModelFrame
from cxvalue.estimate.models.outcome_model import (
    CURVE,
    OutcomeModel,
    coefficient_table,
    mean_tables,
    not_estimable,
    with_interval,
)
from cxvalue.estimate.models.records import Records
from cxvalue.estimate.models.regression import Regression, regress
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS, RETAINED

HazardLink = Literal["logit", "cloglog"]
LINKS: tuple[HazardLink, ...] = ("logit", "cloglog")
CHUNK = 2_000
"""Customers of the target whose months are predicted at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class PersonMonths:
    """The months in which episodes were at risk of leaving.

    Parameters
    ----------
    episode : ndarray of shape (r,)
        Position of the episode.
    month : ndarray of shape (r,)
        Follow-up month, 1 up to that of leaving or the last one observed.
    event : ndarray of shape (r,)
        1 where the customer left in that month.
    """

    episode: Integers
    month: Integers
    event: Floats


def person_months(months_kept: Integers, left: Integers) -> PersonMonths:
    """Return the months at risk, one row each.

    Parameters
    ----------
    months_kept : ndarray of shape (n,)
        Months before the first without the customer.
    left : ndarray of shape (n,)
        Whether the customer was seen to leave.

    Returns
    -------
    PersonMonths
        The rows, by episode and month.

    Examples
    --------
    >>> found = person_months(np.array([2, 0]), np.array([0, 1]))
    >>> found.episode, found.month, found.event
    (array([0, 0, 1]), array([1, 2, 1]), array([0., 0., 1.]))
    """
    length = months_kept + left
    episode = np.repeat(np.arange(len(length)), length)
    month = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length) + 1
    event = (month == length[episode]) & (left[episode] > 0)
    return PersonMonths(episode, month, event.astype(np.float64))


def fit_retention(frame: ModelFrame, *, confidence: float) -> list[OutcomeModel]:
    """Fit the hazard of leaving with both links.

    Parameters
    ----------
    frame : ModelFrame
        Episodes and target.
    confidence : float
        Level of the intervals.

    Returns
    -------
    list of OutcomeModel
        One a link. The adjusted mean is the restricted mean of the months kept over the horizon.

    Notes
    -----
    Each month at risk is a trial, leaving for the first time the event; a customer who comes back stays gone here.
    Months beyond the follow-up are no trials, which takes care of censoring by calendar time.

    References
    ----------
    Singer, J. D. and Willett, J. B. (1993), It's about time: using discrete-time survival analysis to study duration
    and the timing of events, Journal of Educational Statistics 18, doi:10.3102/10769986018002155.
    """
    known = frame.episodes_known(RETAINED)
    risk = person_months(frame.months_kept[known], frame.left[known])
    episodes = frame.episodes.take(known)
    leavers = np.bincount(episodes.band, weights=frame.left[known], minlength=len(BANDS))
    if not leavers.all():
        empty = ", ".join(BANDS[b] for b in np.flatnonzero(leavers == 0))
        why = NotEstimable(f"nobody was seen to leave in band {empty}")
        return [not_estimable(RETAINED, link, why) for link in LINKS]
    rows = episodes.take(risk.episode)
    knots = choose_knots(risk.month, risk.event) if frame.active.shape[1] > 1 else None
    design = frame.design(RETAINED, rows, events=float(leavers.sum()), month=risk.month, knots=knots)
    X = design.rows(rows, rows.band, risk.month)
    models = []
    for link in LINKS:
        found = regress(
            X,
            risk.event,
            np.ones(len(X)),
            cluster=frame.episode_cluster[known][risk.episode],
            n_clusters=frame.n_clusters,
            family=Family(link),
            labels=design.labels,
        )
        if isinstance(found, NotEstimable):
            models.append(not_estimable(RETAINED, link, found))
            continue
        models.append(describe(frame, found, design, link=link, confidence=confidence))
    return models


def describe(
    frame: ModelFrame, regression: Regression, design: ModelDesign, *, link: HazardLink, confidence: float
) -> OutcomeModel:
    """Return the result of a fitted hazard.

    Parameters
    ----------
    frame : ModelFrame
        Episodes and target.
    regression : Regression
        The fit.
    design : ModelDesign
        Its design.
    link : {"logit", "cloglog"}
        Its link.
    confidence : float
        Level of the intervals.

    Returns
    -------
    OutcomeModel
        Coefficients, curves, restricted means and their contrasts.
    """
    horizon = frame.active.shape[1]
    at = frame.target_known(RETAINED)
    curves = average_survival(
        regression, design, frame.target.take(at), cluster=frame.target_cluster[at], horizon=horizon
    )
    months_kept = curves.combine(np.repeat(np.eye(len(BANDS)), horizon, axis=0))
    means, contrasts = mean_tables(months_kept, unit=f"months of {horizon}", confidence=confidence)
    curve = pd.DataFrame(
        {
            "band": np.repeat(BANDS, horizon),
            "month": np.tile(np.arange(1, horizon + 1), len(BANDS)),
            **with_interval(curves.estimate, curves.se(), confidence),
        }
    )
    unknown = len(frame.episodes) - len(frame.episodes_known(RETAINED))
    return OutcomeModel(
        RETAINED,
        link,
        formula=design.text,
        n_rows=regression.n_rows,
        n_cells=regression.n_cells,
        n_customers=regression.n_customers,
        coefficients=coefficient_table([("hazard of leaving", regression)], confidence),
        means=means,
        contrasts=contrasts,
        curve=curve[list(CURVE)],
        excluded={"with an unknown covariate": unknown} if unknown else {},
        dropped=regression.dropped,
    )


def average_survival(
    regression: Regression, design: ModelDesign, target: Records, *, cluster: Integers, horizon: int
) -> TargetAverages:
    """Average survival curves over the target, everybody put into each band in turn.

    Parameters
    ----------
    regression : Regression
        The fitted hazard.
    design : ModelDesign
        Its design.
    target : Records
        Of t customers.
    cluster : ndarray of shape (t,)
        Number of the customer.
    horizon : int
        Months, H.

    Returns
    -------
    TargetAverages
        B × H figures, by band and month: S(k) = Π over j ≤ k of (1 − h(j)).
    """
    share = target.weight / target.weight.sum()
    values = np.empty((len(target), len(BANDS) * horizon))
    gradient = np.zeros((len(BANDS) * horizon, len(regression.labels)))
    for first in range(0, len(target), CHUNK):
        at = np.arange(first, min(first + CHUNK, len(target)))
        rows = target.take(np.repeat(at, horizon))
        month = np.tile(np.arange(1, horizon + 1), len(at))
        for b in range(len(BANDS)):
            X = design.rows(rows, np.full(len(rows), b), month)[:, regression.columns]
            cube = X.reshape(len(at), horizon, X.shape[1])
            place = slice(b * horizon, (b + 1) * horizon)
            values[at, place], slope = survival(cube, regression.coefficients, share[at], family=regression.family)
            gradient[place] += slope
    return average_over_target(
        values,
        target.weight,
        cluster=cluster,
        parts=[(regression.influence, gradient)],
        n_customers=regression.n_customers,
    )


def survival(X: Floats, coefficients: Floats, share: Floats, *, family: Family) -> tuple[Floats, Floats]:
    """Return survival curves, and the gradient of their weighted sum.

    Parameters
    ----------
    X : ndarray of shape (n, H, p)
        Design rows of each month.
    coefficients : ndarray of shape (p,)
        Coefficients of the hazard.
    share : ndarray of shape (n,)
        Weights.
    family : Family
        With the link of the hazard.

    Returns
    -------
    tuple of ndarray of shape (n, H) and ndarray of shape (H, p)
        S(k), and Σ share · ∂S(k)/∂β = −Σ share · S(k) Σ over j ≤ k of dh(j)/dη / (1 − h(j)) · x(j).
    """
    eta = X @ coefficients
    kept = 1.0 - family.mean(eta)
    curve = np.cumprod(kept, axis=1)
    pull = np.cumsum((family.slope(eta) / np.maximum(kept, 1e-300))[:, :, None] * X, axis=1)
    gradient = -np.einsum("nk,nkp->kp", share[:, None] * curve, pull)
    return np.asarray(curve, dtype=np.float64), np.asarray(gradient, dtype=np.float64)
