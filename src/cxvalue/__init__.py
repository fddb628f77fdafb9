"""What customer experience returns: adjusted, with its interval, and honest about what is not supported."""

from cxvalue.errors import CxValueError, CxValueWarning, DataError, NotEstimable, OutputError, SettingsError
from cxvalue.estimate import BandReplicates, Estimator, Interval
from cxvalue.report import plot
from cxvalue.settings import Settings
from cxvalue.study import Study
from cxvalue.tables import Tables
from cxvalue.value import Economics, Projection, Shift
from cxvalue.vocabulary import BANDS, Metric

__version__ = "0.1.0"

__all__ = [
    "BANDS",
    "BandReplicates",
    "CxValueError",
    "CxValueWarning",
    "DataError",
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
    "plot",
]
