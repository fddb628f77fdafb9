"""Partitions of the answers into strata that do not overlap."""

from __future__ import annotations

from dataclasses import dataclass

from cxvalue.link.spill_columns import AnyColumn


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Strata that do not overlap: everybody, the values of a segment, the cohorts.

    Parameters
    ----------
    name : str
        ``everybody``, ``complete_cohorts``, ``cohort_quarter``, ``cohort_year`` or a segment's name.
    labels : tuple of str
        The strata.
    codes : ndarray or SpillColumn of shape (n,)
        Stratum of each answer; −1 for none.
    """

    name: str
    labels: tuple[str, ...]
    codes: AnyColumn
