"""What the sections of the page share: the tables of the report, their rows, and sections by stratum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cxvalue.report.languages.say import say
from cxvalue.report.page.table import PageTable
from cxvalue.report.plain_values import Json, records
from cxvalue.vocabulary import COHORT_QUARTER, COHORT_YEAR

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Section:
    """A table by stratum and its heading.

    Parameters
    ----------
    by : str
        The strata.
    table : PageTable
        The table.
    """

    by: str
    table: PageTable


def rows_of(table: pd.DataFrame) -> list[Json]:
    """Return the rows of a table, with None where there is nothing.

    Parameters
    ----------
    table : pandas.DataFrame
        The table.

    Returns
    -------
    list of dict
        The rows.
    """
    return records(table, table.columns)


def stratum_title(by: str) -> str:
    """Return the heading of a section by stratum.

    Parameters
    ----------
    by : str
        The strata.

    Returns
    -------
    str
        Such as ``by cohort, quarter of the answer``.
    """
    if by == COHORT_QUARTER:
        return say("by cohort (quarter of the answer)")
    if by == COHORT_YEAR:
        return say("by cohort (year of the answer)")
    return say("by {by}", by=by)
