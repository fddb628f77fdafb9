"""Strata: everybody, the complete cohorts, each segment's values, the cohorts. Never crossed."""

from __future__ import annotations

import numpy as np

from cxvalue.estimate.partition import Partition
from cxvalue.link import Linked, Timeline
from cxvalue.link.columns import distinct
from cxvalue.link.spill_columns import column_of, narrow_codes
from cxvalue.vocabulary import COHORT_QUARTER, COHORT_YEAR, EVERYBODY, cohort_label

COMPLETE_COHORTS = "complete_cohorts"


def make_partitions(linked: Linked, timeline: Timeline) -> tuple[Partition, ...]:
    """Return all strata of a study.

    Parameters
    ----------
    linked : Linked
        Answers with their segments.
    timeline : Timeline
        Horizon and end of follow-up.

    Returns
    -------
    tuple of Partition
        Everybody, complete cohorts, one a segment column, cohorts by quarter and by year.
    """
    m0 = linked.answers.m0[:]
    everybody = Partition(EVERYBODY, (EVERYBODY,), narrow_codes(np.zeros(len(m0), dtype=np.int8)))
    complete = narrow_codes(np.where(m0 <= timeline.last_complete_cohort, 0, -1).astype(np.int8))
    parts = [everybody, Partition(COMPLETE_COHORTS, (COMPLETE_COHORTS,), complete)]
    for at, name in enumerate(linked.segment_names):
        parts.append(Partition(name, linked.segment_values[at], column_of(linked.answers.segments, at)))
    return (*parts, cohorts(m0, COHORT_QUARTER), cohorts(m0, COHORT_YEAR))


def cohorts(m0: np.ndarray[tuple[int], np.dtype[np.int64]], by: str) -> Partition:
    """Return the cohorts of answers.

    Parameters
    ----------
    m0 : ndarray of shape (n,)
        Months of answering.
    by : {"cohort_quarter", "cohort_year"}
        Their length.

    Returns
    -------
    Partition
        Cohorts in order of time.
    """
    months = distinct(m0)
    names = [cohort_label(int(month), by) for month in months]
    labels = tuple(dict.fromkeys(names))
    code = np.array([labels.index(name) for name in names], dtype=np.int64)
    return Partition(by, labels, narrow_codes(code[np.searchsorted(months, m0)]))
