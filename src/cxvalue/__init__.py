"""What customer experience returns: adjusted, with its interval, and honest about what is not supported."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxvalue.errors import CxValueError, CxValueWarning, DataError, NotEstimable, OutputError, SettingsError
    from cxvalue.estimate import (
        BandReplicates,
        ContrastEstimator,
        ContrastReplicates,
        DoublyRobust,
        Estimator,
        Interval,
        Weighted,
    )
    from cxvalue.report import plot
    from cxvalue.settings import Settings
    from cxvalue.study import Study
    from cxvalue.tables import Tables
    from cxvalue.value import Economics, Projection, Shift
    from cxvalue.vocabulary import BANDS, Metric

__version__ = "0.1.0"

_HOMES = {
    "errors": ("CxValueError", "CxValueWarning", "DataError", "NotEstimable", "OutputError", "SettingsError"),
    "estimate": (
        "BandReplicates",
        "ContrastEstimator",
        "ContrastReplicates",
        "DoublyRobust",
        "Estimator",
        "Interval",
        "Weighted",
    ),
    "report": ("plot",),
    "settings": ("Settings",),
    "study": ("Study",),
    "tables": ("Tables",),
    "value": ("Economics", "Projection", "Shift"),
    "vocabulary": ("BANDS", "Metric"),
}
"""Where each public name lives. They are loaded when first asked for, so that the command line answers at once."""


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"cxvalue.{home}"), name)
    raise AttributeError(f"module 'cxvalue' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__"})


__all__ = [
    "BANDS",
    "BandReplicates",
    "ContrastEstimator",
    "ContrastReplicates",
    "CxValueError",
    "CxValueWarning",
    "DataError",
    "DoublyRobust",
    "Economics",
    "Estimator",
    "Interval",
    "Metric",
    "NotEstimable",
    "OutputError",
    "Projection",
    "Settings",
    "SettingsError",
    "Shift",
    "Study",
    "Tables",
    "Weighted",
    "plot",
]
