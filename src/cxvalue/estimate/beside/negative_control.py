"""Negative control: an outcome that satisfaction cannot touch."""

from __future__ import annotations

import numpy as np

from cxvalue.estimate.replicate import BandReplicates, Interval, interval

CONTROL_MONTHS = 3
"""First months of follow-up over which an untouchable outcome is compared: later ones are more and more of those who
stayed, and who stays differs between the bands."""


def fit_negative_control(
    curves: BandReplicates,
    metric: int,
    *,
    from_band: int,
    to_band: int,
    confidence: float,
    per_active_month: bool = True,
) -> Interval:
    """Return the contrast of an untouchable outcome, per customer who is still there.

    Parameters
    ----------
    curves : BandReplicates
        The headline's curves.
    metric : int
        Position of the outcome among the metrics.
    from_band, to_band : int
        Codes of the bands.
    confidence : float
        Level.
    per_active_month : bool
        Whether the first metric tells who is still there. Where leaving is not seen the mean is per month.

    Returns
    -------
    Interval
        To-band less from-band, mean per active month over the first three months.

    Notes
    -----
    Σ_k μ_metric(k) / Σ_k μ_retained(k), k = 1…3. Totals per customer at time zero would show every effect on
    retention again, whatever the outcome.
    """
    both = np.concatenate([curves.estimate[None], curves.leave_one_group_out])[..., :CONTROL_MONTHS]
    months = both[:, :, 0].sum(axis=-1) if per_active_month else both.shape[-1]
    each = both[:, :, metric].sum(axis=-1) / months
    contrast = each[:, to_band] - each[:, from_band]
    return interval(float(contrast[0]), contrast[1:], confidence=confidence)
