"""Evidence: what a verdict stands on beside the table of estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate import BandStudy, Interval, Standardised, fit_negative_control
from cxvalue.estimate.diagnose.confounding import Confounding
from cxvalue.estimate.standardise import effective_numbers
from cxvalue.link.columns import Floats
from cxvalue.result import Brief
from cxvalue.value.beside.estimates import Estimates
from cxvalue.value.shift import Shift
from cxvalue.vocabulary import BANDS, EVERYBODY, Band, leaving_is_seen


@dataclass(frozen=True, slots=True, repr=False)
class Evidence(Brief):
    """What a verdict stands on.

    Parameters
    ----------
    estimates : Estimates
        The table.
    effective : mapping of Band to float
        Effective number of episodes in each of the two bands.
    shift : Shift
        The two bands.
    confounding : Confounding or None
        The sensitivity analysis; None where it was left out.
    controls : tuple of (str, Interval or NotEstimable)
        Negative controls, as the settings name them.
    """

    estimates: Estimates
    effective: Mapping[Band, float]
    shift: Shift
    confounding: Confounding | None
    controls: tuple[tuple[str, Interval | NotEstimable], ...] = ()


def effective_episodes(study: BandStudy, shift: Shift) -> dict[Band, float]:
    """Return the effective number of episodes in the two bands of a shift.

    Parameters
    ----------
    study : BandStudy
        The estimated study.
    shift : Shift
        The two bands.

    Returns
    -------
    dict of Band to float
        Under the headline's weights, at the first or the last month, whichever has fewer; for the from-band, no more
        than customers now in it, under their response weights.
    """
    target = study.targets[study.position(EVERYBODY)]
    found = {shift.from_band: float(target.n_effective[0, BANDS.index(shift.from_band)])}
    fitted = study.fit(Standardised(), from_band=shift.from_band, horizon=study.timeline.horizon)
    if isinstance(fitted, NotEstimable):
        return {band: found.get(band, 0.0) for band in (shift.from_band, shift.to_band)}
    mean_row, _ = study.target_of(EVERYBODY, EVERYBODY, shift.from_band)
    for month in (1, study.timeline.horizon):
        effective = effective_numbers(
            study.moments[study.position(EVERYBODY)], 0, mean_row[0], columns=fitted.columns, month=month
        )
        for band in (shift.from_band, shift.to_band):
            found[band] = min(found.get(band, np.inf), float(effective[BANDS.index(band)]))
    return {band: found.get(band, 0.0) for band in (shift.from_band, shift.to_band)}


def read_controls(
    study: BandStudy, wanted: Sequence[str], *, units: Floats, shift: Shift, confidence: float
) -> tuple[tuple[str, Interval | NotEstimable], ...]:
    """Return the negative controls that the settings name.

    Parameters
    ----------
    study : BandStudy
        The estimated study.
    wanted : sequence of str
        Metrics that satisfaction cannot touch.
    units : ndarray of shape (M,)
        Money per unit of each metric.
    shift : Shift
        The two bands.
    confidence : float
        Level.

    Returns
    -------
    tuple of (str, Interval or NotEstimable)
        One a control; with several, at a level that holds for all of them together (Bonferroni).

    Raises
    ------
    SettingsError
        For a metric that the study does not measure, and for one that carries money.
    """
    names, found = [metric.name for metric in study.metrics], []
    free = [name for name, unit in zip(names[1:], units[1:], strict=True) if unit == 0]
    together = 1.0 - (1.0 - confidence) / max(len(wanted), 1)
    for name in wanted:
        if name not in names[1:]:
            raise SettingsError.unknown_key(name, "[adjust] negative_controls", free)
        if name not in free:
            raise SettingsError(
                f"[adjust] negative_controls names '{name}', which carries money",
                allowed="a metric that satisfaction cannot touch, and that is worth nothing here",
                hint="name another metric, or set its unit_value to 0",
            )
        fitted = study.fit(Standardised(), from_band=shift.from_band, horizon=study.timeline.horizon)
        control: Interval | NotEstimable
        if isinstance(fitted, NotEstimable):
            control = fitted
        else:
            control = fit_negative_control(
                fitted,
                names.index(name),
                from_band=BANDS.index(shift.from_band),
                to_band=BANDS.index(shift.to_band),
                confidence=together,
                per_active_month=leaving_is_seen(study.metrics),
            )
        found.append((name, control))
    return tuple(found)
