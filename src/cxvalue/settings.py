"""The settings of a study: ``study.toml`` read into frozen sections that each layer owns."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator, model_validator

from cxvalue.engine import RunSettings
from cxvalue.errors import SettingsError
from cxvalue.estimate import AdjustSettings
from cxvalue.link import StudySettings
from cxvalue.report.settings import ReportSettings
from cxvalue.tables import InputSettings, PanelSettings
from cxvalue.value import AssumptionSettings, Economics, ShiftSettings, list_assumptions, state_assumptions
from cxvalue.value.vary.assumption import read_assumption


class Settings(InputSettings):
    """All sections of ``study.toml``.

    Parameters
    ----------
    study : StudySettings
        Section ``[study]``.
    adjust : AdjustSettings
        Section ``[adjust]``.
    shift : ShiftSettings
        Section ``[shift]``.
    economics : Economics, optional
        Section ``[economics]``; needed as soon as money is asked for.
    assumptions : dict of str to AssumptionSettings
        Sections ``[assumptions.NAME]``: range, source and owner of what the other sections set.
    run : RunSettings
        Section ``[run]``.
    report : ReportSettings
        Section ``[report]``.

    Examples
    --------
    >>> settings = Settings(economics={"gross_margin": 0.6, "discount_rate_annual": 0.1})
    >>> settings.shift.share, settings.study.horizon_months
    (0.05, 24)
    """

    study: StudySettings = Field(default_factory=StudySettings)
    adjust: AdjustSettings = Field(default_factory=AdjustSettings)
    shift: ShiftSettings = Field(default_factory=ShiftSettings)
    economics: Economics | None = None
    assumptions: dict[str, AssumptionSettings] = Field(default_factory=dict)
    run: RunSettings = Field(default_factory=RunSettings)
    report: ReportSettings = Field(default_factory=ReportSettings)

    @field_validator("assumptions", mode="before")
    @classmethod
    def _read_assumptions(cls, given: object) -> dict[str, AssumptionSettings]:
        if not isinstance(given, dict):
            raise ValueError("a section [assumptions.NAME] for each assumption")
        return {name: read_assumption(name, value) for name, value in given.items()}

    @model_validator(mode="after")
    def _assumptions_are_known(self) -> Settings:
        known = list_assumptions(
            self.economics, self.shift.shift(), own_values=self.own_values(), active_customers=None,
            follow_up=self.study.horizon_months, currency=self.study.currency,
            is_seen=self.study.relationship == "contractual",
        )  # fmt: skip
        state_assumptions(known, self.assumptions)
        return self

    @model_validator(mode="after")
    def _tail_has_leavers(self) -> Settings:
        if self.economics is not None and self.study.relationship == "noncontractual":
            self.economics.refuse_tail()
        return self

    def own_values(self) -> dict[str, float]:
        """Return the unit values of the user's own metrics.

        Returns
        -------
        dict of str to float
            By metric.
        """
        own = {name: panel.unit_value for name, panel in self.panels.items() if isinstance(panel, PanelSettings)}
        wide = self.panel.metrics if self.panel is not None else {}
        return own | {name: metric.unit_value for name, metric in wide.items()}

    def require_economics(self) -> Economics:
        """Return the economics, or say that they are missing.

        Returns
        -------
        Economics
            The section.

        Raises
        ------
        SettingsError
            When there is none.
        """
        if self.economics is None:
            raise SettingsError(
                "no section [economics]: outcomes cannot be turned into money without it",
                allowed="[economics] with gross_margin (before cost to serve) and discount_rate_annual",
                hint="set gross_margin and discount_rate_annual in study.toml; `init` leaves [economics] commented out",
            )
        return self.economics


def read_settings(path: Path) -> Settings:
    """Read ``study.toml``.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Settings
        The settings.

    Raises
    ------
    SettingsError
        When there is no such file, it is not TOML, or a key or value is refused.
    """
    if not path.is_file():
        raise SettingsError(
            f"no settings at '{path}'",
            allowed="a study.toml",
            hint=f"did you mean '{path / 'study.toml'}'?"
            if path.is_dir()
            else "cxvalue init FOLDER writes a commented one",
        )
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"'{path.name}' is not TOML: {error}", hint=toml_hint(str(error))) from None
    except UnicodeDecodeError:
        raise SettingsError(f"'{path.name}' is not UTF-8 text", hint="save it as UTF-8") from None
    return Settings(**content)


def toml_hint(error: str) -> str:
    """Return what to do about a file that is not TOML.

    Parameters
    ----------
    error : str
        What the parser says.

    Returns
    -------
    str
        One hint.

    Examples
    --------
    >>> toml_hint("Cannot overwrite a value (at line 2, column 4)")
    'look at that line; each section and each key may stand once'
    """
    hints = {
        "twice": "each section and each key may stand once",
        "overwrite": "each section and each key may stand once",
        "Unescaped": "in a path write / for \\, or put it in single quotes",
    }
    fitting = (hint for word, hint in hints.items() if word in error)
    return "look at that line; " + next(fitting, "text stands in quotes, and numbers have a point, no comma")
