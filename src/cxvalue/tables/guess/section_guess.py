"""A section of ``study.toml`` as it is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cxvalue.tables.guess.file_groups import FileGroup


@dataclass(frozen=True, slots=True)
class SectionGuess:
    """A section that names a table, its columns, and why.

    Parameters
    ----------
    section : str
        Such as ``surveys`` or ``panels.revenue``.
    group : FileGroup
        Where the table lies.
    why : str
        Why this table.
    columns : mapping of str to str
        Canonical name to the user's.
    keys : mapping of str to Any
        Other settings of the section.
    reasons : mapping of str to str
        Why, by the user's column or by the setting.
    unsure : tuple of str
        What to look at, in sentences.
    """

    section: str
    group: FileGroup
    why: str
    columns: Mapping[str, str]
    keys: Mapping[str, Any] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()

    def uses(self) -> dict[str, str]:
        """Return what each of the user's columns is used as.

        Returns
        -------
        dict of str to str
            The user's name to the canonical one, or to ``segment`` or ``covariate``.
        """
        used = {name: canonical for canonical, name in self.columns.items()}
        for key, word in (("segments", "segment"), ("covariates", "covariate")):
            used |= dict.fromkeys(self.keys.get(key, ()), word)
        return used
