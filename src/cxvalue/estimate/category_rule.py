"""How a categorical covariate enters a formula: its reference, and what shares it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import SettingsError
from cxvalue.estimate.design import RARE_LEVEL
from cxvalue.estimate.formula_terms import WHERE
from cxvalue.link import Covariates
from cxvalue.link.columns import Integers


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """How a categorical covariate enters a formula.

    Parameters
    ----------
    name : str
        The covariate.
    levels : tuple of str
        Categories with a column of their own, after the reference, which comes first.
    lookup : tuple of int
        For every category code and, last, for blank: the position among ``levels``.
    """

    name: str
    levels: tuple[str, ...]
    lookup: tuple[int, ...]

    def values(self, codes: Integers) -> pd.Categorical:
        """Return the categories of some customer-months.

        Parameters
        ----------
        codes : ndarray of shape (n,)
            Codes; −1 where blank.

        Returns
        -------
        pandas.Categorical
            Rare categories and blanks count as the reference.
        """
        values = np.array(self.levels, dtype=object)[np.array(self.lookup)[codes]]
        return pd.Categorical(values, categories=list(self.levels))


def category_rule(covariates: Covariates, name: str) -> CategoryRule:
    """Return how a categorical covariate enters.

    Parameters
    ----------
    covariates : Covariates
        Of the episodes.
    name : str
        The covariate.

    Returns
    -------
    CategoryRule
        The most frequent category is the reference; those of fewer than 30 episodes, and blanks, share it.
    """
    at = covariates.level_names.index(name)
    levels, codes = covariates.levels[at], covariates.codes[:, at]
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    if not counts.sum():
        raise SettingsError(f"{WHERE} holds '{name}', which no episode has", hint=f"take '{name}' out")
    reference = int(np.argmax(counts))
    own = [code for code in range(len(levels)) if code != reference and counts[code] >= RARE_LEVEL]
    place = {code: 1 + at for at, code in enumerate(own)}
    lookup = tuple(place.get(code, 0) for code in range(len(levels)))
    return CategoryRule(name, (levels[reference], *(levels[code] for code in own)), (*lookup, 0))
