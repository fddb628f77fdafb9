from .errors import (
    CxValueError as CxValueError,
    CxValueWarning as CxValueWarning,
    DataError as DataError,
    NotEstimable as NotEstimable,
    OutputError as OutputError,
    SettingsError as SettingsError,
)
from .estimate import (
    BandReplicates as BandReplicates,
    ContrastEstimator as ContrastEstimator,
    ContrastReplicates as ContrastReplicates,
    DoublyRobust as DoublyRobust,
    Estimator as Estimator,
    Interval as Interval,
    Weighted as Weighted,
)
from .progress import Progress as Progress, ProgressBar as ProgressBar
from .report import plot as plot
from .settings import Settings as Settings
from .study import Study as Study
from .tables import Tables as Tables
from .value import Economics as Economics, Projection as Projection, Shift as Shift
from .vocabulary import BANDS as BANDS, Metric as Metric

__version__: str
