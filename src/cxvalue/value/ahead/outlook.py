"""Outlook: whether the link between bands and money weakens or grows, and what a later move would then be worth."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.cohort_means import FIGURE, CohortMeans, figure_cells
from cxvalue.estimate.replicate import Estimate, Interval
from cxvalue.result import Brief, Drawable, TableResult
from cxvalue.value.ahead.months_covered import MonthsCovered
from cxvalue.value.shift import Shift
from cxvalue.vocabulary import month_label

WEAKENING = "weakening"
GROWING = "growing"
NO_TREND = "no trend beyond chance"


@dataclass(frozen=True, slots=True, repr=False)
class GapTrend(Brief):
    """The line through the cohorts' gaps in discounted contribution over their first months.

    Parameters
    ----------
    label : {"weakening", "growing", "no trend beyond chance"}
        What the interval of the yearly change says of the size of the gap.
    as_of : Interval
        The gap on the line at ``as_of``, money per customer.
    per_year : Interval
        Its change a year, money per customer.
    share_per_year : Interval or NotEstimable
        The change as a share of the gap at ``as_of``.
    prob_of_departure : float or None
        p of a test that the cohorts lie on a line, given the customers; None where it cannot be told.
    """

    label: str
    as_of: Interval
    per_year: Interval
    share_per_year: Estimate
    prob_of_departure: float | None


@dataclass(frozen=True, slots=True, repr=False)
class ValueAhead(Brief):
    """The value per moved customer if the next survey came some years after ``as_of``.

    Parameters
    ----------
    years : int
        Years after ``as_of``.
    goes_on : Interval
        If the gap goes on changing by as much a year.
    damped : Interval
        If each year's change is a fixed share of that of the year before.
    stops : Interval
        If it changes no more: the value as of today.
    """

    years: int
    goes_on: Interval
    damped: Interval
    stops: Interval


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Outlook(TableResult, Drawable):
    """The measured value of a move, brought to the date it refers to and carried on.

    Parameters
    ----------
    shift : Shift
        Who moves.
    currency : str
        Of all money.
    unit : str
        What the value is per.
    months : int
        Months of follow-up over which the cohorts' gaps are compared.
    covered : MonthsCovered
        Months of follow-up that the value is added up over, and those of the study's value.
    damping : float
        Share of a year's change that the next year keeps, in the damped case.
    cohorts : CohortMeans
        Each band's own outcomes by cohort.
    gaps : tuple of (str, Interval)
        The gap in discounted contribution over the compared months, cohort by cohort, money per customer.
    trend : GapTrend or NotEstimable
        The line through them.
    headline : Interval
        The value on all cohorts together, per moved customer, over the months of follow-up.
    headline_years : float
        Mean date of the answers that it stands on, in years after ``as_of``.
    today : Interval or NotEstimable
        The headline scaled to ``as_of``.
    ahead : tuple of ValueAhead
        The same for later surveys; empty where there is no ``today``.
    warnings : tuple of str
        What is valid but doubtful.
    confidence : float
        Level of the intervals.
    """

    shift: Shift
    currency: str
    unit: str
    months: int
    covered: MonthsCovered
    damping: float
    cohorts: CohortMeans
    gaps: tuple[tuple[str, Interval], ...]
    trend: GapTrend | NotEstimable
    headline: Interval
    headline_years: float
    today: Estimate
    ahead: tuple[ValueAhead, ...]
    warnings: tuple[str, ...]
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """Return the figures as a table.

        Returns
        -------
        pandas.DataFrame
            Columns figure, cohort, years_ahead, unit, estimate, se, ci_low, ci_high, status, reason. Figures are gap
            (a row a cohort), gap_as_of, gap_per_year, gap_share_per_year, value_headline, value_as_of, and
            value_goes_on, value_damped, value_stops by years ahead. Where the study's value covers more months than
            the follow-up, the unit of the values says that they do not.
        """
        money, per = f"{self.currency} per customer", f"{self.currency} {self.unit}{self.covered.suffix}"
        rows: list[tuple[str, str, object, str, Estimate]] = [
            ("gap", label, pd.NA, money, gap) for label, gap in self.gaps
        ]
        rows += [("gap", label, pd.NA, money, reason) for label, reason in self.cohorts.left_out]
        known = self.trend
        parts = (known,) * 3 if isinstance(known, NotEstimable) else (known.as_of, known.per_year, known.share_per_year)
        units = (money, f"{money} a year", "share of the gap a year")
        names = ("gap_as_of", "gap_per_year", "gap_share_per_year")
        rows += [(name, "", 0, unit, part) for name, unit, part in zip(names, units, parts, strict=True)]
        rows += [("value_headline", "", pd.NA, per, self.headline), ("value_as_of", "", 0, per, self.today)]
        for year in self.ahead:
            cases = {"value_goes_on": year.goes_on, "value_damped": year.damped, "value_stops": year.stops}
            rows += [(name, "", year.years, per, case) for name, case in cases.items()]
        columns = ["figure", "cohort", "years_ahead", "unit"]
        records = [dict(zip(columns, row[:4], strict=True)) | figure_cells(row[4]) for row in rows]
        return pd.DataFrame(records, columns=[*columns, *FIGURE, "status", "reason"]).astype({"years_ahead": "Int64"})

    def headline_text(self) -> str:
        """Return the trend in one sentence.

        Returns
        -------
        str
            Label, change a year and interval; or why there is no trend.
        """
        if isinstance(self.trend, NotEstimable):
            return f"trend of the link: {self.trend}"
        change, share = self.trend.per_year, self.trend.share_per_year
        of_gap = "" if isinstance(share, NotEstimable) else f", {share.estimate:+.0%} of the gap now"
        return (
            f"link: {self.trend.label}; the gap over months 1 to {self.months} changes by {self.currency} "
            f"{change.estimate:+,.2f} a year ({change.ci_low:+,.2f} to {change.ci_high:+,.2f}){of_gap}"
        )

    def summary(self) -> str:
        """Return trend and values as plain text.

        Returns
        -------
        str
            The trend, the gaps by cohort, the values, the warnings.
        """
        lines = [self.headline_text()]
        lines += [f"  gap, {label:<23}{text_of(gap)}" for label, gap in self.gaps]
        lines.append(f"value {self.unit} {self.covered.text}, {self.currency}:")
        lines.append(f"  {'headline, all cohorts':<28}{text_of(self.headline)}")
        lines.append(f"  {f'as of {self.as_of_label}':<28}{text_of(self.today)}")
        for year in self.ahead:
            cases = (("goes on", year.goes_on), ("damped", year.damped), ("stops", year.stops))
            lines += [f"  {f'{count_years(year.years)} ahead, {name}':<28}{text_of(case)}" for name, case in cases]
        return "\n".join([*lines, *(f"  note: {text}" for text in self.warnings)])

    @property
    def horizon_months(self) -> int:
        """Months of follow-up that the value is added up over."""
        return self.covered.figure

    @property
    def as_of_label(self) -> str:
        """The month that the value refers to, ``YYYY-MM``."""
        return month_label(self.cohorts.as_of)

    def _title(self) -> str:
        return self.headline_text()


def text_of(found: Estimate) -> str:
    """Return a figure with its interval.

    Parameters
    ----------
    found : Interval or NotEstimable
        The figure.

    Returns
    -------
    str
        Money to two decimals, or the reason.

    Examples
    --------
    >>> text_of(Interval(20.0, 2.0, 16.0, 24.0))
    '20.00 (16.00 to 24.00)'
    """
    if isinstance(found, NotEstimable):
        return str(found)
    return f"{found.estimate:,.2f} ({found.ci_low:,.2f} to {found.ci_high:,.2f})"


def count_years(years: int) -> str:
    """Return a number of years in words.

    Parameters
    ----------
    years : int
        The number.

    Returns
    -------
    str
        Such as ``1 year`` or ``3 years``.

    Examples
    --------
    >>> count_years(1), count_years(3)
    ('1 year', '3 years')
    """
    return f"{years} year" if years == 1 else f"{years} years"
