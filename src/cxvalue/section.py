"""A section of the settings: frozen, typed, and with no patience for unknown keys."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from cxvalue.errors import SettingsError


class Section(BaseModel):
    """Base of every section of ``study.toml``; each layer declares the sections that it owns.

    Parameters
    ----------
    **values : Any
        The keys of the section.

    Raises
    ------
    SettingsError
        For an unknown key, a value of the wrong type or out of range; names the section and the key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)
    section_name: ClassVar[str] = "settings"

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise settings_error(error, type(self)) from None


def settings_error(error: ValidationError, section: type[Section]) -> SettingsError:
    """Return what pydantic found as one error in the library's wording.

    Parameters
    ----------
    error : ValidationError
        The findings.
    section : type of Section
        The section that was being read.

    Returns
    -------
    SettingsError
        The first finding, worded, an unknown key before all others; further ones are counted.
    """
    first, *others = sorted(error.errors(), key=lambda finding: finding["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in first["loc"]) or section.section_name
    if first["type"] == "extra_forbidden":
        return SettingsError.unknown_key(key, f"[{section.section_name}]", known_keys(section))
    if first["type"] == "missing":
        return SettingsError(f"[{section.section_name}] lacks the key '{key}'", hint=f"add {key} = …")
    allowed = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    more = f"; {len(others)} more such finding(s) in this section" if others else ""
    return SettingsError(f"[{section.section_name}] {key} = {first['input']!r} is refused", allowed=f"{allowed}{more}")


def known_keys(section: type[Section]) -> list[str]:
    """Return the keys that a section takes, as they are written in ``study.toml``.

    Parameters
    ----------
    section : type of Section
        The section.

    Returns
    -------
    list of str
        The keys.
    """
    return [field.alias or name for name, field in section.model_fields.items()]
