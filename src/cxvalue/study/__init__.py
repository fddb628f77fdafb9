"""The study: tables and settings, from which everything else follows."""

from cxvalue.study.study import Study

__all__ = ["Study"]
