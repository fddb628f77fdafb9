"""A section of the settings: frozen, typed, and with no patience for unknown keys."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from types import UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

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
        refused = SettingsError.unknown_key(key, f"[{section.section_name}]", known_keys(section))
        if section.section_name != Section.section_name:
            return refused
        return SettingsError(f"unknown section [{key}]", allowed=refused.allowed, hint=refused.hint)
    if first["type"] == "missing":
        return SettingsError(f"[{section.section_name}] lacks the key '{key}'", hint=f"add {key} = …")
    said = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if not first["loc"]:
        return SettingsError(f"[{section.section_name}] is refused", allowed=said, hint=LOOK_UP)
    field = field_named(section, str(first["loc"][0])) if len(first["loc"]) == 1 else None
    allowed = (field and first["type"] != "value_error" and allowed_values(field)) or said
    more = f"; {len(others)} more such finding(s) in this section" if others else ""
    return SettingsError(
        f"[{section.section_name}] {key} = {first['input']!r} is refused", allowed=f"{allowed}{more}",
        hint=refusal_hint(field, first["input"], allowed),
    )  # fmt: skip


def refusal_hint(field: FieldInfo | None, given: object, allowed: str) -> str:
    """Return what to do about a value that is refused.

    Parameters
    ----------
    field : FieldInfo, optional
        What the key stands for.
    given : object
        The value.
    allowed : str
        What the key takes; words that it takes stand in quotes.

    Returns
    -------
    str
        The nearest word, else the default, else where to look.

    Examples
    --------
    >>> refusal_hint(None, "dukdb", "'duckdb' or 'spark'")
    "did you mean 'duckdb'?"
    """
    near = get_close_matches(given, re.findall(r"'([^']+)'", allowed), n=1) if isinstance(given, str) else []
    if near:
        return f"did you mean '{near[0]}'?"
    if field is None or field.is_required():
        return LOOK_UP
    default = field.default
    shown = (
        f" for the default, {json.dumps(default)}" if isinstance(default, str | int | float) and default != "" else ""
    )
    return f"leave it out{shown}; docs/settings.md says what it does"


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


LOOK_UP = "look it up in docs/settings.md"
KINDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
"""What a value of a type is called."""


def field_named(section: type[Section], key: str) -> FieldInfo | None:
    """Return the field of a section that a key of ``study.toml`` stands for.

    Parameters
    ----------
    section : type of Section
        The section.
    key : str
        The key as it is written, or the field's name.

    Returns
    -------
    FieldInfo or None
        None where no one field is meant.
    """
    return next((field for name, field in section.model_fields.items() if key in (name, field.alias)), None)


def allowed_values(field: FieldInfo) -> str:
    """Return in words what a key takes.

    Parameters
    ----------
    field : FieldInfo
        The field.

    Returns
    -------
    str
        Such as ``a whole number from 1 to 60`` or ``'m0' or 'm0-1'``; empty where the type does not tell.

    Examples
    --------
    >>> from pydantic import Field
    >>> class Months(Section):
    ...     months: int = Field(default=24, ge=1, le=60)
    ...     timing: Literal["end", "middle"] = "end"
    >>> [allowed_values(field) for field in Months.model_fields.values()]
    ['a whole number from 1 to 60', "'end' or 'middle'"]
    """
    annotation: Any = field.annotation
    if get_origin(annotation) in (Union, UnionType):
        kinds = [each for each in get_args(annotation) if each is not type(None)]
        annotation = kinds[0] if len(kinds) == 1 else None
    if get_origin(annotation) is Literal:
        return " or ".join(repr(value) for value in get_args(annotation))
    if annotation not in KINDS:
        return ""
    if field.examples:
        return f"{KINDS[annotation]} such as " + " or ".join(repr(example) for example in field.examples)
    if annotation is str and any(getattr(bound, "min_length", 0) for bound in field.metadata):
        return "text that is not empty"
    return " ".join(filter(None, [KINDS[annotation], allowed_range(field.metadata)]))


def allowed_range(bounds: list[Any]) -> str:
    """Return bounds in words.

    Parameters
    ----------
    bounds : list
        What pydantic knows of a field.

    Returns
    -------
    str
        Such as ``from 0 to 1``, ``above 0`` or ``of at least 0 and below 1``; empty without bounds.
    """
    least, above, most, below = (
        next((getattr(bound, name) for bound in bounds if hasattr(bound, name)), None)
        for name in ("ge", "gt", "le", "lt")
    )
    if least is not None and most is not None:
        return f"from {least:g} to {most:g}"
    low = "" if least is None and above is None else f"of at least {least:g}" if above is None else f"above {above:g}"
    high = "" if most is None and below is None else f"at most {most:g}" if below is None else f"below {below:g}"
    return " and ".join(filter(None, [low, high]))
