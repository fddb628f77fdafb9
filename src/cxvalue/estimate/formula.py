"""A design by the user's formula: the columns that it names, frozen on the episodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cxvalue.errors import SettingsError
from cxvalue.estimate.category_rule import CategoryRule, category_rule
from cxvalue.estimate.design import RARE_UNKNOWN
from cxvalue.estimate.formula_terms import ARITHMETIC, WHERE, formula_names
from cxvalue.link import Covariates
from cxvalue.link.columns import Floats, Integers

if TYPE_CHECKING:
    from formulaic import Formula, ModelSpec

MOST_COLUMNS_BY_FORMULA: Final = 48
"""More columns would take more memory for the sums than their use is worth."""
INTERCEPT: Final = "Intercept"
CATEGORY = re.compile(r"\[T\.(.*?)\]")
CONTEXT: Final[Mapping[str, Any]] = {name: getattr(np, name) for name in ARITHMETIC}
"""What is at hand beside the covariates and the formula language's own transformations."""


@dataclass(frozen=True, slots=True, eq=False)
class FormulaBasis:
    """The columns of a design by formula; the first is the intercept.

    Parameters
    ----------
    formula : str
        As the user wrote it.
    spec : formulaic.ModelSpec
        The formula with the state of its transformations, as the episodes set it.
    means : tuple of (str, float)
        The numbers that the formula names, with their means over the episodes where they are known.
    categories : tuple of CategoryRule
        The categories that it names.
    flags : tuple of str
        Numbers with a column that says where they are not known.
    kept : ndarray of shape (q,)
        Columns of the formula, after the intercept, that are not constant over the episodes.
    centre, scale : ndarray of shape (q,)
        Their means and standard deviations over the episodes.
    sources : tuple of str
        For each of the p columns the covariates that it is made of.
    names : tuple of str
        For each of the p columns what reports call it.
    dropped : tuple of str
        Columns left out because they are constant.
    left_out : tuple of str
        Empty: a formula is taken whole or refused.

    Notes
    -----
    Columns are centred and scaled, which changes no fitted value beside the intercept and keeps the sums well
    conditioned whatever the units.
    """

    formula: str
    spec: ModelSpec
    means: tuple[tuple[str, float], ...]
    categories: tuple[CategoryRule, ...]
    flags: tuple[str, ...]
    kept: Integers
    centre: Floats
    scale: Floats
    sources: tuple[str, ...]
    names: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def labels(self) -> tuple[str, ...]:
        """Return the labels of the columns.

        Returns
        -------
        tuple of str
            Labels.
        """
        return self.names

    def covariates(self) -> tuple[str, ...]:
        """Return the covariate behind each column.

        Returns
        -------
        tuple of str
            Names; several are joined by ×; blank for the intercept.
        """
        return self.sources

    def matrix(self, covariates: Covariates) -> Floats:
        """Return the design rows of some customer-months.

        Parameters
        ----------
        covariates : Covariates
            Of n customer-months.

        Returns
        -------
        ndarray of shape (n, p)
            The rows.

        Raises
        ------
        SettingsError
            When a column has no finite value for some row.
        """
        data = formula_data(covariates, self.means, self.categories)
        raw = evaluate(self.spec, data)
        columns = (raw[:, self.kept] - self.centre) / self.scale
        flags = [np.isnan(covariates.numbers[:, covariates.number_names.index(name)]) for name in self.flags]
        return np.column_stack([np.ones(len(columns)), columns, *flags])


def fit_formula(formula: str, covariates: Covariates, *, outcomes: Iterable[str], max_columns: int) -> FormulaBasis:
    """Freeze a formula on the episodes.

    Parameters
    ----------
    formula : str
        Right-hand side of a formula, such as ``tenure_months + log1p(revenue) + segment * incidents``.
    covariates : Covariates
        Of the episodes: the covariates that the formula may name.
    outcomes : iterable of str
        What is measured after the answer and may not be named.
    max_columns : int
        Most columns that the episodes bear, the intercept included.

    Returns
    -------
    FormulaBasis
        The design. A number that is not known counts as its mean over the episodes, and has a column that says so
        where at least 10 episodes lack it; categories of fewer than 30 episodes, and blanks, count as the most
        frequent category.

    Raises
    ------
    SettingsError
        For a formula that cannot be read or computed, names what it may not, or has more columns than are allowed.
    """
    parsed, names = read_formula(formula, covariates.names(), outcomes=outcomes)
    numbers = [name for name in covariates.number_names if name in names]
    columns = {name: covariates.numbers[:, covariates.number_names.index(name)] for name in numbers}
    unknown = {name: int(np.isnan(values).sum()) for name, values in columns.items()}
    nowhere = [name for name, values in columns.items() if unknown[name] == len(values)]
    if nowhere:
        raise SettingsError(f"{WHERE} holds '{nowhere[0]}', which no episode has", hint=f"take '{nowhere[0]}' out")
    means = tuple((name, float(np.nanmean(values))) for name, values in columns.items())
    categories = tuple(category_rule(covariates, name) for name in covariates.level_names if name in names)
    data = formula_data(covariates, means, categories)
    spec = freeze(parsed, data)
    raw = evaluate(spec, data)
    scale = raw.std(axis=0)
    kept = np.flatnonzero(scale > 1e-12 * np.maximum(1.0, np.abs(raw).max(axis=0)))
    flags = tuple(name for name in numbers if unknown[name] >= RARE_UNKNOWN)
    labels = tuple(CATEGORY.sub(r" = \1", name) for name in spec.column_names)
    constant = tuple(label for at, label in enumerate(labels) if at not in kept and label != INTERCEPT)
    owners = column_owners(spec, names)
    refuse_too_many(1 + len(kept) + len(flags), len(flags), max_columns)
    return FormulaBasis(
        formula,
        spec,
        means,
        categories,
        flags,
        kept.astype(np.int64),
        raw[:, kept].mean(axis=0),
        scale[kept],
        ("", *(owners[at] for at in kept), *flags),
        ("intercept", *(labels[at] for at in kept), *(f"{name} not known" for name in flags)),
        constant,
    )


def read_formula(formula: str, known: tuple[str, ...], *, outcomes: Iterable[str]) -> tuple[Formula, tuple[str, ...]]:
    """Read a formula and hold its names against the covariates.

    Parameters
    ----------
    formula : str
        As the user wrote it.
    known : tuple of str
        Covariates that it may name.
    outcomes : iterable of str
        What it may not name.

    Returns
    -------
    tuple of formulaic.Formula and tuple of str
        The formula, and the covariates that it names.

    Raises
    ------
    SettingsError
        When it cannot be read, has a left-hand side or no intercept, or names what it may not.
    """
    # Loaded here because `cxvalue check` has to start without it.
    from formulaic import Formula, SimpleFormula
    from formulaic.errors import FormulaicError

    if "~" in formula or "|" in formula:
        raise SettingsError(
            f"{WHERE} = '{formula}' holds '~' or '|'",
            allowed="the covariates alone: what is explained is every metric in turn",
            hint="keep what stands to the right of ~",
        )
    try:
        parsed = Formula(formula)
    except (FormulaicError, SyntaxError) as error:
        first = str(error).splitlines()[0]
        raise SettingsError(
            f"{WHERE} = '{formula}' cannot be read: {first}", hint="names with blanks or signs stand in `backticks`"
        ) from None
    if not isinstance(parsed, SimpleFormula) or "1" not in {str(term) for term in parsed}:
        raise SettingsError(f"{WHERE} = '{formula}' has no intercept", hint="take out '0 +' or '- 1'")
    factors = {factor for term in parsed for factor in term.factors}
    alone = sorted(factor.expr for factor in factors if factor.eval_method.value == "lookup")
    computed = sorted(factor.expr for factor in factors if factor.eval_method.value == "python")
    return parsed, formula_names(alone, computed, known=known, outcomes=outcomes)


def formula_data(
    covariates: Covariates, means: Iterable[tuple[str, float]], categories: Iterable[CategoryRule]
) -> pd.DataFrame:
    """Return the covariates that a formula names as a table.

    Parameters
    ----------
    covariates : Covariates
        Of n customer-months.
    means : iterable of (str, float)
        Numbers wanted, with what stands for a value that is not known.
    categories : iterable of CategoryRule
        Categories wanted.

    Returns
    -------
    pandas.DataFrame
        n rows, without a gap.
    """
    data: dict[str, object] = {}
    for name, mean in means:
        values = covariates.numbers[:, covariates.number_names.index(name)]
        data[name] = np.where(np.isnan(values), mean, values)
    for rule in categories:
        data[rule.name] = rule.values(covariates.codes[:, covariates.level_names.index(rule.name)])
    return pd.DataFrame(data, index=range(len(covariates.numbers)))


def freeze(formula: Formula, data: pd.DataFrame) -> ModelSpec:
    """Return a formula with the state that its transformations take from the episodes.

    Parameters
    ----------
    formula : formulaic.Formula
        The formula.
    data : pandas.DataFrame
        The covariates of the episodes.

    Returns
    -------
    formulaic.ModelSpec
        What gives the same columns for any other rows.
    """
    from formulaic.errors import FormulaicError

    with np.errstate(all="ignore"):
        try:
            return formula.get_model_matrix(data, context=CONTEXT, na_action="ignore", output="numpy").model_spec
        except (FormulaicError, TypeError, ValueError) as error:
            raise not_computed(error) from None


def evaluate(spec: ModelSpec, data: pd.DataFrame) -> Floats:
    """Return the columns of a frozen formula.

    Parameters
    ----------
    spec : formulaic.ModelSpec
        The formula.
    data : pandas.DataFrame
        The covariates of n customer-months.

    Returns
    -------
    ndarray of shape (n, q)
        Its columns, the intercept among them.

    Raises
    ------
    SettingsError
        When a column cannot be computed or has values that are not finite.
    """
    from formulaic.errors import FormulaicError

    with np.errstate(all="ignore"):
        try:
            found = np.asarray(spec.get_model_matrix(data, context=CONTEXT), dtype=np.float64)
        except (FormulaicError, TypeError, ValueError) as error:
            raise not_computed(error) from None
    bad = ~np.isfinite(found)
    if bad.any():
        at = int(np.argmax(bad.any(axis=0)))
        raise SettingsError(
            f"{WHERE}: '{spec.column_names[at]}' has no finite value for {int(bad[:, at].sum()):,} answers",
            allowed="transformations that are defined for every value of the covariate",
            hint="log1p(x) takes 0, and sqrt(maximum(x, 0)) negative values",
        )
    return found


def not_computed(error: Exception) -> SettingsError:
    """Return the error for a formula that can be read and not computed.

    Parameters
    ----------
    error : Exception
        What came of it.

    Returns
    -------
    SettingsError
        The error, to be raised.
    """
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return SettingsError(
        f"{WHERE} cannot be computed: {first}",
        allowed="functions of numbers for numbers; categories as they are",
        hint="a spline takes values beyond the episodes' with extrapolation='clip'",
    )


def column_owners(spec: ModelSpec, names: tuple[str, ...]) -> list[str]:
    """Return the covariates that each column of a formula is made of.

    Parameters
    ----------
    spec : formulaic.ModelSpec
        The frozen formula.
    names : tuple of str
        Covariates that it names.

    Returns
    -------
    list of str
        One text a column, several covariates joined by ×.
    """
    owners = [""] * len(spec.column_names)
    for term, places in spec.term_indices.items():
        variables = {str(variable) for variable in spec.term_variables[term]}
        for place in places:
            owners[place] = " × ".join(name for name in names if name in variables)
    return owners


def refuse_too_many(columns: int, flags: int, max_columns: int) -> None:
    """Refuse a formula with more columns than the episodes bear.

    Parameters
    ----------
    columns : int
        Columns, the intercept and the flags included.
    flags : int
        Columns that say where a value is not known.
    max_columns : int
        Most columns that the episodes bear.

    Raises
    ------
    SettingsError
        With the number allowed.
    """
    allowed = min(max_columns, MOST_COLUMNS_BY_FORMULA)
    if columns > allowed:
        of_these = f", {flags} of which say where a value is not known" if flags else ""
        raise SettingsError(
            f"{WHERE} has {columns} columns with the intercept{of_these}",
            allowed=f"at most {allowed}: one for every 20 episodes of the smallest band that is followed over the "
            f"whole horizon, and no more than {MOST_COLUMNS_BY_FORMULA}",
            hint="take terms out, or shorten horizon_months so that more episodes are followed to its end",
        )
