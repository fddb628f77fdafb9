"""A user's formula: the right-hand side of a model over the band, the month and the covariates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from cxvalue.errors import SettingsError
from cxvalue.estimate.formula import CONTEXT
from cxvalue.estimate.models.records import Records
from cxvalue.link import Covariates
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS

BAND, MONTH, LOG_MONTH = "band", "month", "log_month"
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
BACKTICKED = re.compile(r"`([^`]*)`")
NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(?!\w|\s*(?:[(.]|=(?!=)))")
WORDS = ("True", "False", "None", "in")


@dataclass(frozen=True, slots=True, eq=False)
class FormulaDesign:
    """A formula whose transformations were learnt on the episodes.

    Parameters
    ----------
    text : str
        The right-hand side.
    labels : tuple of str
        Names of the columns.
    spec : formulaic.ModelSpec
        How columns are made.
    """

    text: str
    labels: tuple[str, ...]
    spec: Any

    def rows(self, records: Records, band: Integers, month: Integers | None) -> Floats:
        """Return design rows.

        Parameters
        ----------
        records : Records
            Of n answers.
        band : ndarray of shape (n,)
            The band that each is put into.
        month : ndarray of shape (n,), optional
            Follow-up month.

        Returns
        -------
        ndarray of shape (n, p)
            The rows.
        """
        frame = formula_frame(records.covariates, band, month)
        return np.asarray(self.spec.get_model_matrix(frame, context=CONTEXT), dtype=np.float64)


def formula_frame(covariates: Covariates, band: Integers, month: Integers | None) -> pd.DataFrame:
    """Return the columns that a formula can name.

    Parameters
    ----------
    covariates : Covariates
        Of n answers.
    band : ndarray of shape (n,)
        Codes of the band.
    month : ndarray of shape (n,), optional
        Follow-up month.

    Returns
    -------
    pandas.DataFrame
        Every covariate and segment under its name, band, and, for models that have one, month and log_month.
    """
    columns: dict[str, Any] = {name: covariates.numbers[:, at] for at, name in enumerate(covariates.number_names)}
    for at, name in enumerate(covariates.level_names):
        columns[name] = pd.Categorical.from_codes(covariates.codes[:, at], pd.Index(list(covariates.levels[at])))
    columns[BAND] = pd.Categorical.from_codes(band, pd.Index([str(name) for name in BANDS]))
    if month is not None:
        columns[MONTH] = np.asarray(month, dtype=np.float64)
        columns[LOG_MONTH] = np.log(columns[MONTH])
    return pd.DataFrame(columns)


def names_in(formula: str) -> set[str]:
    """Return the names that a formula uses as columns.

    Parameters
    ----------
    formula : str
        The right-hand side.

    Returns
    -------
    set of str
        Names; those of functions, of their arguments and in quotes are not among them.

    Examples
    --------
    >>> sorted(names_in("band * log_month + bs(tenure_months, df=4) + np.log(`list price`) + C(plan, Treatment('a'))"))
    ['band', 'list price', 'log_month', 'plan', 'tenure_months']
    """
    plain = QUOTED.sub(" ", formula)
    quoted = set(BACKTICKED.findall(plain))
    return quoted | (set(NAME.findall(BACKTICKED.sub(" ", plain))) - set(WORDS))


def refuse_unknown(formula: str, covariates: Covariates, *, monthly: bool) -> None:
    """Refuse a formula that has a left-hand side, lacks the band or names what is not there.

    Parameters
    ----------
    formula : str
        The formula.
    covariates : Covariates
        What it may name.
    monthly : bool
        Whether the model has a follow-up month.

    Raises
    ------
    SettingsError
        With the names that are known, and the nearest one.
    """
    if "~" in formula:
        raise SettingsError(
            f"formula '{formula}' has a left-hand side",
            allowed="terms such as 'band + tenure_months'",
            hint="leave out what stands before ~, and ~ itself; the metric says what is explained",
        )
    months = (MONTH, LOG_MONTH)
    known = (BAND, *(months if monthly else ()), *covariates.names())
    for name in sorted(names_in(formula) - set(known)):
        if name in months:
            raise SettingsError(
                f"formula '{formula}': {name} is known to the model of retained only",
                allowed=", ".join(known),
                hint='give a formula for each metric: {"retained": "band * log_month", "revenue": "band"}',
            )
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "put names that hold spaces between backticks"
        raise SettingsError(f"formula '{formula}': unknown name '{name}'", allowed=", ".join(known), hint=hint)
    if BAND not in names_in(formula):
        raise SettingsError(
            f"formula '{formula}' lacks the band, so it tells nothing about bands",
            allowed="a formula that names band",
            hint=f"begin it with 'band + {formula}'",
        )


def known_rows(formula: str, covariates: Covariates) -> Integers:
    """Return the records for which everything that a formula names is known.

    Parameters
    ----------
    formula : str
        The right-hand side.
    covariates : Covariates
        Of n answers.

    Returns
    -------
    ndarray
        Positions, ascending.
    """
    used = covariates.only(tuple(names_in(formula)))
    return np.flatnonzero(~np.isnan(used.numbers[:]).any(axis=1) & ~(used.codes[:] < 0).any(axis=1)).astype(np.int64)


def learn_formula(formula: str, records: Records, month: Integers | None) -> FormulaDesign:
    """Learn a formula's transformations: knots, categories, means.

    Parameters
    ----------
    formula : str
        The right-hand side.
    records : Records
        The rows that the model is fitted on.
    month : ndarray, optional
        Their follow-up months.

    Returns
    -------
    FormulaDesign
        The design, which makes the same columns of other records.

    Raises
    ------
    SettingsError
        When the formula cannot be read or evaluated.
    """
    # Loaded here because `cxvalue check` has to start without it.
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    frame = formula_frame(records.covariates, records.band, month)
    try:
        with np.errstate(all="ignore"):
            matrix = Formula(formula).get_model_matrix(frame, context=CONTEXT, output="numpy", na_action="ignore")
    except (FormulaicError, SyntaxError, ValueError, TypeError) as error:
        said = str(error).splitlines()[0]
        raise SettingsError(
            f"formula '{formula}' cannot be used: {said}",
            allowed="sums, products and functions of " + ", ".join(frame.columns),
            hint="look at the formula's brackets and operators",
        ) from error
    bad = ~np.isfinite(np.asarray(matrix, dtype=np.float64))
    if bad.any():
        column = matrix.model_spec.column_names[int(bad.any(axis=0).argmax())]
        raise SettingsError(
            f"formula '{formula}': '{column}' has no finite value for {int(bad.any(axis=1).sum()):,} rows",
            allowed="terms that can be computed for every row",
            hint="log1p takes zeros where log does not",
        )
    return FormulaDesign(formula, tuple(matrix.model_spec.column_names), matrix.model_spec)
