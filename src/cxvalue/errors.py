"""One tree of exceptions and warnings.

A message says what was wrong and where, then what is allowed, then one thing to do. It is worded once, here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, Self


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """What stands where a number cannot be computed; prints its reason.

    Parameters
    ----------
    reason : str
        Why there is no number, in a sentence that a reader of the report understands.

    Examples
    --------
    >>> print(NotEstimable("12 episodes in band neutral; at least 50 are needed"))
    not estimable: 12 episodes in band neutral; at least 50 are needed
    """

    reason: str

    def __str__(self) -> str:
        return f"not estimable: {self.reason}"


class CxValueError(Exception):
    """Root of all errors that the library raises on purpose.

    Parameters
    ----------
    what : str
        What was wrong and where.
    allowed : str, optional
        What is allowed.
    hint : str, optional
        One thing to do.
    """

    def __init__(self, what: str, *, allowed: str = "", hint: str = "") -> None:
        self.what, self.allowed, self.hint = what, allowed, hint
        parts = [what]
        if allowed:
            parts.append(f"Allowed: {allowed}")
        if hint:
            parts.append(f"Hint: {hint}")
        super().__init__("\n".join(parts))


class SettingsError(CxValueError):
    """The settings are refused."""

    @classmethod
    def unknown_key(cls, key: str, where: str, known: Iterable[str]) -> Self:
        """Return the error for a key that no setting bears, with the nearest known one.

        Parameters
        ----------
        key : str
            The unknown key.
        where : str
            The section that holds it.
        known : iterable of str
            The keys allowed there.

        Returns
        -------
        SettingsError
            The error, to be raised.
        """
        names = sorted(known)
        near = get_close_matches(key, names, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "remove it, or look it up in docs/settings.md"
        return cls(f"unknown key '{key}' in {where}", allowed=", ".join(names), hint=hint)


class DataError(CxValueError):
    """The tables are refused."""

    @classmethod
    def missing_file(cls, table: str, path: str) -> Self:
        """Return the error for a path at which there is no file.

        Parameters
        ----------
        table : str
            The table that names the path.
        path : str
            The path or glob.

        Returns
        -------
        DataError
            The error, to be raised.
        """
        return cls(
            f"table '{table}': no file at '{path}'",
            allowed="an existing file, folder or glob; relative paths start at the folder of study.toml",
            hint="check the spelling of the path",
        )

    @classmethod
    def missing_column(cls, table: str, column: str, role: str, present: Iterable[str]) -> Self:
        """Return the error for a column that the settings name and the table lacks.

        Parameters
        ----------
        table : str
            The table.
        column : str
            The column looked for.
        role : str
            The canonical name that it should fill.
        present : iterable of str
            The columns that the table has.

        Returns
        -------
        DataError
            The error, to be raised.
        """
        names = list(present)
        near = get_close_matches(column, names, n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'? " if near else ""
        return cls(
            f"table '{table}': no column '{column}' (wanted as {role})",
            allowed="one of " + ", ".join(names),
            hint=f'{hint}map it in the settings: columns = {{ {role} = "your name" }}',
        )

    @classmethod
    def missing_listed_column(cls, table: str, column: str, key: str, present: Iterable[str]) -> Self:
        """Return the error for a column that a list in the settings names and the table lacks.

        Parameters
        ----------
        table : str
            The table.
        column : str
            The column looked for.
        key : str
            The list that names it: ``segments`` or ``covariates``.
        present : iterable of str
            The columns that the table has.

        Returns
        -------
        DataError
            The error, to be raised.
        """
        names = list(present)
        near = get_close_matches(column, names, n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'? " if near else ""
        return cls(
            f"table '{table}': no column '{column}', which {key} names",
            allowed="one of " + ", ".join(names),
            hint=f"{hint}put the column's own name into {key}",
        )

    @classmethod
    def bad_values(cls, table: str, column: str, n_rows: int, examples: Iterable[str], allowed: str, hint: str) -> Self:
        """Return the error for values that cannot be read as what the column should hold.

        Parameters
        ----------
        table : str
            The table.
        column : str
            The column.
        n_rows : int
            Rows affected.
        examples : iterable of str
            A few of the values.
        allowed : str
            What is allowed.
        hint : str
            One thing to do.

        Returns
        -------
        DataError
            The error, to be raised.
        """
        shown = ", ".join(f"'{value}'" for value in examples)
        return cls(f"table '{table}', column '{column}': {n_rows:,} rows hold {shown}", allowed=allowed, hint=hint)


class OutputError(CxValueError):
    """The output cannot be written, or must not be replaced."""


class ContractError(CxValueError):
    """An estimator or an engine breaks the contract that all of its kind are held to."""

    @classmethod
    def broken(
        cls, name: str, clause: str, *, expected: str, found: str, kind: Literal["estimator", "engine"] = "estimator"
    ) -> Self:
        """Return the error for a clause that is broken.

        Parameters
        ----------
        name : str
            The estimator or engine.
        clause : str
            The clause, in a few words.
        expected, found : str
            What the clause asks for, and what came.
        kind : {"estimator", "engine"}
            What breaks it.

        Returns
        -------
        ContractError
            The error, to be raised.
        """
        page = "docs/estimators.md" if kind == "estimator" else "docs/add_an_engine.md"
        return cls(
            f"{kind} '{name}' breaks the clause '{clause}': {found}",
            allowed=expected,
            hint=f"{page} says what each clause is for",
        )


class CxValueWarning(UserWarning):
    """Valid but doubtful. Every warning is also kept on the result."""
