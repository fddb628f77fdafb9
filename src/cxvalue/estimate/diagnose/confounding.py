"""Unobserved confounding: how strong a cause that nobody recorded would have to be to bring a figure to zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.diagnose.e_value import EValue
from cxvalue.estimate.diagnose.robustness import Robustness
from cxvalue.result import Drawable, Result


@dataclass(frozen=True, slots=True, repr=False)
class Confounding(Result, Drawable):
    """How far the result could be the work of a cause that nobody recorded.

    Parameters
    ----------
    e_value : EValue or NotEstimable
        Of the risk of leaving.
    robustness : Robustness or NotEstimable
        Of the value.
    """

    e_value: EValue | NotEstimable
    robustness: Robustness | NotEstimable

    @property
    def exceeds_benchmarks(self) -> bool | None:
        """Whether the robustness value exceeds the strongest recorded covariate; None when it is not estimable."""
        return None if isinstance(self.robustness, NotEstimable) else self.robustness.exceeds_benchmarks

    def to_frame(self) -> pd.DataFrame:
        """Return the figures as a table.

        Returns
        -------
        pandas.DataFrame
            Columns name, kind (``e_value``, ``e_value_limit``, or as in :meth:`Robustness.to_frame`), equivalent,
            r2_outcome, r2_exposure; for E-values ``equivalent`` is a risk ratio and the other two are empty.
        """
        parts = []
        if isinstance(self.e_value, EValue):
            rows = [
                ("risk of leaving", "e_value", self.e_value.point, np.nan, np.nan),
                ("limit of its interval", "e_value_limit", self.e_value.limit, np.nan, np.nan),
            ]
            parts.append(pd.DataFrame(rows, columns=["name", "kind", "equivalent", "r2_outcome", "r2_exposure"]))
        if isinstance(self.robustness, Robustness):
            parts.append(self.robustness.to_frame())
        if not parts:
            return pd.DataFrame(columns=["name", "kind", "equivalent", "r2_outcome", "r2_exposure"])
        return pd.concat(parts, ignore_index=True)

    def summary(self) -> str:
        """Return both in words.

        Returns
        -------
        str
            Plain text, a line each.
        """
        leaving = self.e_value if isinstance(self.e_value, NotEstimable) else self.e_value.words()
        value = self.robustness if isinstance(self.robustness, NotEstimable) else self.robustness.summary()
        return f"{leaving}\n{value}"
