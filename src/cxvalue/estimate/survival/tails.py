"""Tails by band: how long customers stay beyond the window, by two models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaln

from cxvalue.errors import NotEstimable
from cxvalue.estimate.replicate import jackknife_se, t_factor
from cxvalue.estimate.survival import shifted_beta_geometric, weibull_tail
from cxvalue.estimate.survival.band_counts import BandCounts
from cxvalue.estimate.survival.kaplan_meier import log_log_interval
from cxvalue.link.columns import Floats
from cxvalue.result import Brief
from cxvalue.vocabulary import BANDS

TAIL_MONTHS = 120
"""Months that tail curves reach."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BandTail(Brief):
    """A tail model of one band.

    Parameters
    ----------
    band : int
        Code of the band.
    name : {"shifted_beta_geometric", "weibull"}
        The model.
    model : ShiftedBetaGeometric or WeibullTail or NotEstimable
        The fit.
    survival : ndarray of shape (1 + G, 120)
        Share that has not left by each month: on all customers, then with each group left out; empty where there is
        no fit.
    """

    band: int
    name: str
    model: shifted_beta_geometric.ShiftedBetaGeometric | weibull_tail.WeibullTail | NotEstimable
    survival: Floats


def fit_tails(counts: BandCounts) -> list[BandTail]:
    """Fit both tails to every band's monthly counts, with every customer group left out in turn.

    Parameters
    ----------
    counts : BandCounts
        Counts by follow-up month, from month 1.

    Returns
    -------
    list of BandTail
        Two a band.
    """
    events, at_risk = counts.replicates()
    found = []
    months = np.arange(1.0, TAIL_MONTHS + 1)
    for b in range(len(BANDS)):
        left, there = events[:, b], at_risk[:, b]
        sbg = shifted_beta_geometric.fit_shifted_beta_geometric(left[0], there[0])
        weibull = weibull_tail.fit_weibull_tail(left[0], there[0])
        curves = [np.empty((0, TAIL_MONTHS)), np.empty((0, TAIL_MONTHS))]
        if not isinstance(sbg, NotEstimable):
            alpha, beta = shifted_beta_geometric.alpha_beta(shifted_beta_geometric.fit_replicates(left, there))
            alpha, beta = alpha[:, None], beta[:, None]
            curves[0] = np.exp(betaln(alpha, beta + months) - betaln(alpha, beta))
        if not isinstance(weibull, NotEstimable):
            scale, shape = weibull_tail.scale_shape(weibull_tail.fit_replicates(left, there), float(left.shape[1]))
            curves[1] = np.exp(-((months / scale[:, None]) ** shape[:, None]))
        found.append(BandTail(b, "shifted_beta_geometric", sbg, curves[0]))
        found.append(BandTail(b, "weibull", weibull, curves[1]))
    return found


def tail_curve_table(tails: list[BandTail], *, horizon: int, confidence: float) -> pd.DataFrame:
    """Return the tails' curves as a long table.

    Parameters
    ----------
    tails : list of BandTail
        The tails.
    horizon : int
        Months observed.
    confidence : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Columns band, model, month, survival, se, ci_low, ci_high, extrapolated.
    """
    columns = ["band", "model", "month", "survival", "se", "ci_low", "ci_high", "extrapolated"]
    tables = [pd.DataFrame(columns=columns)] if all(isinstance(t.model, NotEstimable) for t in tails) else []
    for tail in tails:
        if isinstance(tail.model, NotEstimable):
            continue
        estimate, loo = tail.survival[0], tail.survival[1:]
        se = jackknife_se(loo)
        low, high = log_log_interval(estimate, se, t_factor(len(loo), confidence))
        month = np.arange(1, TAIL_MONTHS + 1)
        values = (BANDS[tail.band], tail.name, month, estimate, se, low, high, month > horizon)
        tables.append(pd.DataFrame(dict(zip(columns, values, strict=True))))
    return pd.concat(tables, ignore_index=True)


def tail_table(tails: list[BandTail]) -> pd.DataFrame:
    """Return the tails' parameters.

    Parameters
    ----------
    tails : list of BandTail
        The tails.

    Returns
    -------
    pandas.DataFrame
        Columns band, model, parameter, value, log_likelihood, status, reason; a row a parameter. Of the two models of
        a band that with the higher log likelihood fits the window better.
    """
    rows = []
    for tail in tails:
        row: dict[str, object] = {"band": BANDS[tail.band], "model": tail.name}
        if isinstance(tail.model, NotEstimable):
            blank = {"parameter": "", "value": np.nan, "log_likelihood": np.nan}
            rows.append({**row, **blank, "status": "not_estimable", "reason": tail.model.reason})
            continue
        for name, value in tail.model.to_dict().items():
            found = {"parameter": name, "value": value, "log_likelihood": tail.model.log_likelihood}
            rows.append({**row, **found, "status": "ok", "reason": ""})
    return pd.DataFrame(rows)
