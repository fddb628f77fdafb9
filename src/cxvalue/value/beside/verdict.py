"""The verdict: whether the value is supported by the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from cxvalue.result import Result

Label = Literal["not supported", "weak", "supported"]
LABELS: Final[tuple[Label, ...]] = ("not supported", "weak", "supported")
"""The labels, from the lowest."""


@dataclass(frozen=True, slots=True, repr=False)
class Verdict(Result):
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
