"""E-values: how strong a cause that nobody recorded would have to be to explain a ratio of risks away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate.replicate import BandReplicates, interval
from cxvalue.result import Brief


def e_value(risk_ratio: float) -> float:
    r"""Return the E-value of a risk ratio.

    Parameters
    ----------
    risk_ratio : float
        A ratio of risks above 0; below 1 its inverse counts.

    Returns
    -------
    float
        The risk ratio, 1 or more, that an unobserved confounder would need both with the exposure and with the
        outcome to explain the ratio away.

    Raises
    ------
    SettingsError
        When the ratio is not above 0.

    Notes
    -----
    :math:`E = RR + \sqrt{RR (RR - 1)}`.

    References
    ----------
    VanderWeele, T. and Ding, P. (2017), Sensitivity analysis in observational research: introducing the E-value,
    Annals of Internal Medicine 167, doi:10.7326/M16-2607.

    Examples
    --------
    >>> round(e_value(3.9), 6), round(e_value(1 / 3.9), 6), e_value(1.0)
    (7.263034, 7.263034, 1.0)
    """
    if not risk_ratio > 0 or not np.isfinite(risk_ratio):
        raise SettingsError(f"risk ratio {risk_ratio}", allowed="a number above 0")
    ratio = max(risk_ratio, 1 / risk_ratio)
    return float(ratio + np.sqrt(ratio * (ratio - 1)))


@dataclass(frozen=True, slots=True, repr=False)
class EValue(Brief):
    """A ratio of the risks of leaving, and what it would take to explain it away.

    Parameters
    ----------
    risk_ratio, ci_low, ci_high : float
        Risk of leaving in the to-band over that in the from-band, with its interval.
    point : float
        E-value of the ratio.
    limit : float
        E-value of the limit of the interval that lies nearer to 1; 1 when the interval holds 1.
    """

    risk_ratio: float
    ci_low: float
    ci_high: float
    point: float
    limit: float

    def words(self) -> str:
        """Return what the E-value means, in a sentence.

        Returns
        -------
        str
            Plain text.
        """
        return (
            f"To explain away a ratio of {self.risk_ratio:.2f} between the risks of leaving, an unrecorded cause would "
            f"have to be tied to both the band and leaving by a risk ratio of {self.point:.2f}; to bring the "
            f"interval to 1, by {self.limit:.2f}."
        )


def e_value_of(risk_ratio: float, ci_low: float, ci_high: float) -> EValue:
    """Return the E-values of a risk ratio and of the limit of its interval nearer to 1.

    Parameters
    ----------
    risk_ratio : float
        The ratio, above 0.
    ci_low, ci_high : float
        Its interval.

    Returns
    -------
    EValue
        Both E-values.

    Examples
    --------
    >>> e_value_of(0.80, 0.64, 1.02).limit
    1.0
    """
    nearer = ci_low if risk_ratio >= 1 else ci_high
    crosses = ci_low <= 1.0 <= ci_high
    return EValue(risk_ratio, ci_low, ci_high, e_value(risk_ratio), 1.0 if crosses else e_value(nearer))


def e_value_of_leaving(
    replicates: BandReplicates, *, from_band: int, to_band: int, confidence: float
) -> EValue | NotEstimable:
    """Return the E-values of the risk of having left at the end of the curves.

    Parameters
    ----------
    replicates : BandReplicates
        Curves of which the first metric is the retained share.
    from_band, to_band : int
        Codes of the bands.
    confidence : float
        Level of the interval.

    Returns
    -------
    EValue or NotEstimable
        Not estimable where nobody leaves a band. The interval is the jackknife-t interval of the log of the ratio.
    """
    stayed = np.concatenate([replicates.estimate[None], replicates.leave_one_group_out])[:, :, 0, -1]
    risk = 1.0 - stayed[:, [from_band, to_band]]
    if not (risk > 0).all():
        return NotEstimable("in one of the bands nobody leaves, so the risks of leaving have no ratio")
    log_ratio = np.log(risk[:, 1] / risk[:, 0])
    found = interval(float(log_ratio[0]), log_ratio[1:], confidence=confidence)
    ratio, low, high = (float(np.exp(value)) for value in (found.estimate, found.ci_low, found.ci_high))
    return e_value_of(ratio, low, high)
