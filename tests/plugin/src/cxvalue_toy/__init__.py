"""An estimator for cxvalue, as another package brings it."""

from .trimmed_mean import TrimmedMean

__all__ = ["TrimmedMean"]
