"""The guess at a folder: its tables, their columns, the reasons, and what is not sure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cxvalue.result import TableResult
from cxvalue.tables.guess.file_groups import LeftOut
from cxvalue.tables.guess.section_guess import SectionGuess

if TYPE_CHECKING:
    import pandas as pd

SETTINGS: Final = ("kind", "scale", "date_format", "missing", "duplicates")
"""Settings that are told, besides columns."""


@dataclass(frozen=True, slots=True, repr=False)
class Guess(TableResult):
    """What a folder of files seems to hold.

    Parameters
    ----------
    sections : tuple of SectionGuess
        Sections of ``study.toml`` that name a table.
    study : dict of str to Any
        Settings of ``[study]`` that the data tell: ``relationship``, ``horizon_months``, ``active_months``.
    unused_columns : tuple of tuple of str
        Table and column that no section uses.
    left_out : tuple of LeftOut
        Files and tables that are not used, and why.
    unsure : tuple of str
        What to look at, in sentences.
    lacking : tuple of str
        What a study needs and the folder does not seem to hold.
    """

    sections: tuple[SectionGuess, ...]
    study: dict[str, Any] = field(default_factory=dict)
    unused_columns: tuple[tuple[str, str], ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unsure: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    def section(self, name: str) -> SectionGuess | None:
        """Return a section.

        Parameters
        ----------
        name : str
            Such as ``panels.revenue``.

        Returns
        -------
        SectionGuess or None
            None where there is none.
        """
        return next((section for section in self.sections if section.section == name), None)

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return the guess line by line.

        Returns
        -------
        list of tuple of str
            Table, column, what it is read as, and why; the column is empty on the line of a table.
        """
        lines: list[tuple[str, str, str, str]] = []
        for label in dict.fromkeys(section.group.label for section in self.sections):
            for section in (section for section in self.sections if section.group.label == label):
                lines += section_lines(section)
            lines += [(label, name, "not used", "") for table, name in self.unused_columns if table == label]
        return lines + [(left.label, "", "not used", left.why) for left in self.left_out]

    def to_frame(self) -> pd.DataFrame:
        """Return the guess as a table.

        Returns
        -------
        pandas.DataFrame
            Columns table, column, read_as, why.
        """
        import pandas as pd  # noqa: PLC0415  slow to load; the command line does without

        return pd.DataFrame(self.rows(), columns=["table", "column", "read_as", "why"])

    def summary(self) -> str:
        """Return the guess as plain text.

        Returns
        -------
        str
            A line for each table, column and setting; then what is not sure, and what is lacking.
        """
        lines, label = [], ""
        for table, column, used, why in self.rows():
            if table != label:
                lines.append(table)
                label = table
            lines.append(f"  {column:<22} {used:<34} {why}".rstrip())
        return "\n".join([*lines, *self.notes()])

    def notes(self) -> list[str]:
        """Return what is not sure, and what is lacking.

        Returns
        -------
        list of str
            Lines.
        """
        lines = [f"Not found: {text}" for text in self.lacking]
        return lines + [f"Look at: {text}" for text in self.unsure]


def section_lines(section: SectionGuess) -> list[tuple[str, str, str, str]]:
    """Return a section line by line.

    Parameters
    ----------
    section : SectionGuess
        The section.

    Returns
    -------
    list of tuple of str
        Table, column, what it is read as, and why.
    """
    label = section.group.label
    lines = [(label, "", f"[{section.section}]", section.why)]
    lines += [(label, name, used, section.reasons.get(name, "")) for name, used in section.uses().items()]
    shown = [key for key in SETTINGS if key in section.keys]
    return lines + [(label, "", f"{key} = {section.keys[key]}", section.reasons.get(key, "")) for key in shown]
