"""The words of a formula: which covariates and functions it names, and what it may not name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from cxvalue.errors import SettingsError
from cxvalue.vocabulary import BANDS

WHERE = "[adjust] formula"
ARITHMETIC = ("log", "log1p", "log2", "log10", "exp", "sqrt", "abs", "minimum", "maximum")
FUNCTIONS = (*ARITHMETIC, "center", "scale", "poly", "bs", "cr", "cs", "I")
"""Functions that a formula may call. Nothing else is run: a study file is not a program."""
AFTER_THE_ANSWER = frozenset({
    "month", "k", "m0", "follow_up_month", "survey_date", "as_of", "retained", "purchased", "cohort",
})  # fmt: skip
COMPARED = frozenset({"band", "score", *BANDS})
ALLOWED_SYNTAX = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.keyword, ast.Name, ast.Constant),
    *(ast.List, ast.Tuple, ast.operator, ast.unaryop, ast.cmpop, ast.Load),
)
QUOTED = re.compile(r"`([^`]*)`")


def formula_names(
    looked_up: Iterable[str], computed: Iterable[str], *, known: Iterable[str], outcomes: Iterable[str]
) -> tuple[str, ...]:
    """Return the covariates that a formula names.

    Parameters
    ----------
    looked_up : iterable of str
        Names that stand alone.
    computed : iterable of str
        What is computed, such as ``log1p(revenue)``.
    known : iterable of str
        Covariates that a formula may name.
    outcomes : iterable of str
        What is measured after the answer.

    Returns
    -------
    tuple of str
        Names in the order of ``known``.

    Raises
    ------
    SettingsError
        For a name that is no covariate, for one that is compared or measured after the answer, and for anything
        but sums, products, comparisons and the functions that a formula may call.

    Examples
    --------
    >>> formula_names(["revenue"], ["`paid late` > 2"], known=["revenue", "paid late"], outcomes=["retained"])
    ('revenue', 'paid late')
    """
    known, after = tuple(known), {*outcomes, *AFTER_THE_ANSWER}
    found = [*looked_up, *(name for factor in computed for name in names_in(factor))]
    for name in found:
        if name not in known:
            raise refusal(name, known, after)
    return tuple(name for name in known if name in found)


def names_in(factor: str) -> Iterator[str]:
    """Give the names in what is computed.

    Parameters
    ----------
    factor : str
        Such as ``log1p(revenue)``.

    Yields
    ------
    str
        A name.
    """
    quoted: list[str] = []

    def stand_in(match: re.Match[str]) -> str:
        quoted.append(match.group(1))
        return f"quoted_{len(quoted) - 1}_"

    plain = QUOTED.sub(stand_in, factor)
    names = {f"quoted_{at}_": name for at, name in enumerate(quoted)}
    try:
        tree = ast.parse(plain, mode="eval")
    except SyntaxError:
        raise SettingsError(
            f"{WHERE}: '{factor}' cannot be read", hint="put names with blanks or signs in backticks: `paid late`"
        ) from None
    for node in ast.walk(tree):
        yield from name_of(node, names, factor)


def name_of(node: ast.AST, quoted: dict[str, str], factor: str) -> Iterator[str]:
    """Give the name that a part of a factor looks up, if any, and refuse what is not arithmetic.

    Parameters
    ----------
    node : ast.AST
        The part.
    quoted : dict of str to str
        Names in backticks by what stands in for them.
    factor : str
        The factor, for the message.

    Yields
    ------
    str
        A name.
    """
    called = isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS)
    if called or not isinstance(node, ALLOWED_SYNTAX):
        raise SettingsError(
            f"{WHERE}: '{factor}' holds more than arithmetic",
            allowed="covariates, + - * / **, comparisons, and " + ", ".join(FUNCTIONS),
            hint="compute anything else in a column of your tables, and name the column",
        )
    if isinstance(node, ast.Name) and node.id not in FUNCTIONS:
        yield quoted.get(node.id, node.id)


def refusal(name: str, known: tuple[str, ...], after: set[str]) -> SettingsError:
    """Return the error for a name that is no baseline covariate.

    Parameters
    ----------
    name : str
        The name.
    known : tuple of str
        Covariates that a formula may name.
    after : set of str
        What is measured after the answer.

    Returns
    -------
    SettingsError
        The error, to be raised.
    """
    hint = f"take '{name}' out of the formula"
    if name in COMPARED:
        return SettingsError(
            f"{WHERE} holds '{name}': the bands are what is compared, and every band has a regression of its own",
            allowed=", ".join(known), hint=hint,
        )  # fmt: skip
    if name in after:
        return SettingsError(
            f"{WHERE} holds '{name}', which is an outcome or a month of follow-up: nothing after the answer may be "
            "adjusted for",
            allowed=", ".join(known), hint=hint,
        )  # fmt: skip
    return SettingsError.unknown_key(name, WHERE, known)
