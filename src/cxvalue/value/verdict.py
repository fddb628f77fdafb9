"""The verdict: whether the value is supported by the data, and why not more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from cxvalue.errors import NotEstimable
from cxvalue.value.project import Projection
from cxvalue.value.shift import Shift
from cxvalue.vocabulary import BANDS

Label = Literal["not supported", "weak", "supported"]
LABELS: Final[tuple[Label, ...]] = ("not supported", "weak", "supported")
"""The labels, from the lowest."""
MIN_EFFECTIVE = 50
NOT_TRIED = (
    "no second estimator (weighted, doubly robust), sensitivity analysis or placebo stands beside the headline, "
    "so no value is called supported"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A label and its reasons.

    Parameters
    ----------
    label : {"not supported", "weak", "supported"}
        The label.
    reasons : tuple of str
        Why.
    """

    label: Label
    reasons: tuple[str, ...]

    def reaches(self, required: Label) -> bool:
        """Return whether the label is at least as good as required.

        Parameters
        ----------
        required : {"not supported", "weak", "supported"}
            The least label wanted.

        Returns
        -------
        bool
            True when it is.

        Examples
        --------
        >>> Verdict("weak", ()).reaches("supported")
        False
        """
        return LABELS.index(self.label) >= LABELS.index(required)

    def summary(self) -> str:
        """Return label and reasons as plain text.

        Returns
        -------
        str
            One line.
        """
        return f"{self.label}: {'; '.join(self.reasons)}"


def judge(headline: Projection | NotEstimable, effective: dict[str, float], shift: Shift) -> Verdict:
    """Return the verdict on a headline.

    Parameters
    ----------
    headline : Projection or NotEstimable
        The standardised value.
    effective : dict of str to float
        Effective number of answers by band.
    shift : Shift
        The two bands.

    Returns
    -------
    Verdict
        ``not supported`` when the interval is not wholly above 0, or one of the two bands has fewer than 50 effective
        answers; else ``weak``.

    Notes
    -----
    ``supported`` asks for estimators and checks beside the headline that a study cannot run yet.
    """
    if isinstance(headline, NotEstimable):
        return Verdict("not supported", (headline.reason,))
    reasons = []
    each = headline.per_customer
    if each.ci_high < 0.0:
        reasons.append(f"the value per customer is below 0 ({each.ci_low:,.2f} to {each.ci_high:,.2f})")
    elif not each.ci_low > 0.0:
        reasons.append(
            f"the {headline.confidence:.0%} interval of the value per customer holds 0 "
            f"({each.ci_low:,.2f} to {each.ci_high:,.2f})"
        )
    for band in BANDS:
        if band in (shift.from_band, shift.to_band) and effective[band] < MIN_EFFECTIVE:
            reasons.append(
                f"{effective[band]:.0f} effective answers in band {band}; at least {MIN_EFFECTIVE} are needed"
            )
    if reasons:
        return Verdict("not supported", tuple(reasons))
    excludes = f"the {headline.confidence:.0%} interval excludes 0 ({each.ci_low:,.2f} to {each.ci_high:,.2f})"
    return Verdict("weak", (excludes, NOT_TRIED))
