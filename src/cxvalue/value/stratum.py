"""The value of a shift within one stratum, from its curves."""

from __future__ import annotations

import numpy as np

from cxvalue.estimate import COMPLETE_COHORTS, BandReplicates, BandStudy
from cxvalue.estimate.replicate import jackknife_reach
from cxvalue.link.columns import Floats
from cxvalue.value.economics import Economics
from cxvalue.value.frame import Frame
from cxvalue.value.move import Move
from cxvalue.value.project import Projection, project
from cxvalue.value.shift import Shift
from cxvalue.vocabulary import BANDS, EVERYBODY


def value_stratum(
    study: BandStudy,
    frame: Frame,
    *,
    shift: Shift,
    economics: Economics,
    fitted: BandReplicates,
    by: str = EVERYBODY,
    label: str = EVERYBODY,
) -> Projection:
    """Return the value of a shift within one stratum.

    Parameters
    ----------
    study : BandStudy
        Moments and targets.
    frame : Frame
        What the study's projections share.
    shift : Shift
        Who moves; its ``customers`` count only for everybody.
    economics : Economics
        Assumptions; the programme's cost counts only for everybody.
    fitted : BandReplicates
        Its curves.
    by, label : str
        The stratum.

    Returns
    -------
    Projection
        The value.
    """
    move = stratum_move(study, frame, shift=shift, fitted=fitted, by=by, label=label)
    is_segment = by not in (EVERYBODY, COMPLETE_COHORTS)
    return project(move, economics.without_programme() if is_segment else economics, frame)


def stratum_move(study: BandStudy, frame: Frame, *, shift: Shift, fitted: BandReplicates, by: str, label: str) -> Move:
    """Return what a shift does within one stratum.

    Parameters
    ----------
    study : BandStudy
        Moments and targets.
    frame : Frame
        What the study's projections share.
    shift : Shift
        Who moves; its ``customers`` count only for everybody.
    fitted : BandReplicates
        The stratum's curves.
    by, label : str
        The stratum.

    Returns
    -------
    Move
        Curves and head count.
    """
    _, prob = study.target_of(by, label, shift.from_band)
    at, stratum = study.position(EVERYBODY), 0
    active = shift.customers if shift.customers is not None else float(study.linked.active_customers)
    if by not in (EVERYBODY, COMPLETE_COHORTS):
        at, stratum = study.position(by), study.labels(by).index(label)
        active = float(study.linked.active_by_segment[study.linked.segment_names.index(by)][label])
        shift = Shift(shift.from_band, shift.to_band, shift.share)
    every = np.concatenate([fitted.estimate[None], fitted.leave_one_group_out])
    pair = [BANDS.index(shift.from_band), BANDS.index(shift.to_band)]
    return Move(
        shift=shift,
        metrics=frame.metrics,
        own_values=frame.own_values,
        curves=every[:, pair],
        prob_from=prob,
        active_customers=active,
        answered_in_band=int(study.targets[at].n_records[stratum, pair[0]]),
    )


def contribution_curves(curves: Floats, units: Floats) -> Floats:
    """Return the monthly contribution of each band in money.

    Parameters
    ----------
    curves : ndarray of shape (…, B, M, H)
        Curves by band and metric.
    units : ndarray of shape (M, H)
        Money per unit of each metric in each month.

    Returns
    -------
    ndarray of shape (…, B, H)
        Σ unit value × metric.
    """
    return np.asarray(np.einsum("...bmh,mh->...bh", curves, units))


def contribution_intervals(
    curves: Floats, leave_one_group_out: Floats, units: Floats, *, confidence: float
) -> tuple[Floats, Floats, Floats]:
    """Return the monthly contribution of each band in money, with its interval.

    Parameters
    ----------
    curves : ndarray of shape (B, M, H)
        Curves by band and metric.
    leave_one_group_out : ndarray of shape (G, B, M, H)
        The same with each customer group left out.
    units : ndarray of shape (M, H)
        Money per unit of each metric in each month.
    confidence : float
        Of the interval.

    Returns
    -------
    tuple of ndarray of shape (B, H)
        Estimate, low and high.
    """
    estimate, without = contribution_curves(curves, units), contribution_curves(leave_one_group_out, units)
    reach = jackknife_reach(without, confidence)
    return estimate, np.asarray(estimate - reach), np.asarray(estimate + reach)
