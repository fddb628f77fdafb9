"""Check the docstrings of everything public in cxvalue by numpydoc's rules.

numpydoc's own hook reads source text and so takes the fields of a dataclass for unknown parameters. This looks at the
imported objects: every field has to be documented, in the class that declares it. The rules are in pyproject.toml.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from numpydoc.docscrape import get_doc_object
from numpydoc.validate import Validator, validate
from pydantic import BaseModel

PACKAGE = "cxvalue"
ROOT = Path(__file__).resolve().parents[1]


class FieldValidator(Validator):
    """Take the fields of dataclasses and settings for their parameters; inherited ones may be left to the parent."""

    def __init__(self, obj_name: str) -> None:
        super().__init__(get_doc_object(self._load_obj(obj_name)))

    @property
    def signature_parameters(self) -> tuple[str, ...]:
        """Names that have to be documented, and those that may be and are."""
        if not inspect.isclass(self.obj):
            return super().signature_parameters
        declared, names = class_parameters(self.obj)
        return tuple(name for name in names if name in declared or name in self.doc_all_parameters)


def class_parameters(cls: type) -> tuple[set[str], list[str]]:
    """Return the parameters that a class declares itself, and all that it takes, in order."""
    own = set(inspect.get_annotations(cls))
    if dataclasses.is_dataclass(cls):
        return own, [field.name for field in dataclasses.fields(cls)]
    if "__init__" not in vars(cls) and issubclass(cls, BaseModel):
        return own, list(cls.model_fields)
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    names = [stars.get(parameter.kind, "") + parameter.name for parameter in parameters]
    is_written_here = "__init__" in vars(cls) and not getattr(cls, "_is_protocol", False)
    return set(names) if is_written_here else set(), names


def modules(package: str) -> Iterator[ModuleType]:
    """Yield the package and every public module in it."""
    top = importlib.import_module(package)
    yield top
    for found in pkgutil.walk_packages(top.__path__, f"{package}."):
        if not any(part.startswith("_") for part in found.name.split(".")):
            yield importlib.import_module(found.name)


def members(owner: ModuleType | type) -> Iterator[tuple[str, object]]:
    """Yield the public functions, classes and properties that `owner` defines itself."""
    module = owner.__name__ if inspect.ismodule(owner) else owner.__module__
    for name, member in vars(owner).items():
        target = member.fget if isinstance(member, property) else inspect.unwrap(getattr(member, "__func__", member))
        is_of_a_kind = inspect.isfunction(target) or inspect.isclass(target)
        if is_of_a_kind and target.__module__ == module and not name.startswith("_"):
            yield name, member


def problems(path: str, member: object, checks: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with one object and with those it holds."""
    if not inspect.ismodule(member):
        report = validate(path, validator_cls=FieldValidator)
        where = f"{Path(report['file']).relative_to(ROOT)}:{report['file_line']}"
        yield from (f"{where}: {code} {path}: {message}" for code, message in report["errors"] if code in checks)
    elif not member.__doc__:
        yield f"{path}: GL08 The module does not have a docstring"
    if inspect.ismodule(member) or inspect.isclass(member):
        for name, inner in members(member):
            yield from problems(f"{path}.{name}", inner, checks)


def main() -> int:
    """Print every problem; return 1 if there is one."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    checks = frozenset(settings["tool"]["numpydoc_validation"]["checks"])
    found = [line for module in modules(PACKAGE) for line in problems(module.__name__, module, checks)]
    print("\n".join(found) if found else "Docstrings: nothing to mend.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
