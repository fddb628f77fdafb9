"""The words of the library, one meaning each: bands, metrics, levers, months.

Everything that names a band, a metric or a month anywhere in the code, in columns or in reports takes the
name from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Band = Literal["dissatisfied", "neutral", "satisfied"]
"""A customer's satisfaction in three steps. Detractor, passive and promoter are labels of the NPS scale only."""

DISSATISFIED: Final[Band] = "dissatisfied"
NEUTRAL: Final[Band] = "neutral"
SATISFIED: Final[Band] = "satisfied"
BANDS: Final[tuple[Band, ...]] = (DISSATISFIED, NEUTRAL, SATISFIED)
"""The three bands in order; the position is the band's integer code everywhere."""

MetricKind = Literal["share", "money", "count"]

Relationship = Literal["contractual", "noncontractual"]
"""Whether leaving is seen. Where it is not, a customer is active who bought within the last months."""

RETAINED: Final = "retained"
PURCHASED: Final = "purchased"
REVENUE: Final = "revenue"
COST_TO_SERVE: Final = "cost_to_serve"
UPGRADES: Final = "upgrades"
REFERRALS: Final = "referrals"

GROSS_PROFIT: Final = "gross_profit"
"""Revenue times the gross margin of the customer's segment: a metric of its own where the margin goes by segment."""

RETENTION_LEVER: Final = "retention"
"""The lever of money that comes through customers staying; the other levers bear their metric's name."""

FREQUENCY_LEVER: Final = "frequency"
AMOUNT_LEVER: Final = "amount"
"""The two levers of revenue where leaving is not seen: how often customers buy, and how much at a time."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What a panel measures each month, per customer at time zero.

    Parameters
    ----------
    name : str
        Canonical name; also the lever's name for metrics that carry money.
    kind : {"share", "money", "count"}
        ``share`` is the share of customers who are still there, or who buy; ``money`` is in the study's currency,
        ``count`` is a number of events.

    Examples
    --------
    >>> Metric("escalations", "count").unit("EUR")
    'per month'
    """

    name: str
    kind: MetricKind

    def unit(self, currency: str) -> str:
        """Return the unit of a monthly mean of this metric.

        Parameters
        ----------
        currency : str
            The study's currency.

        Returns
        -------
        str
            ``share``, ``per month`` or ``<currency> per month``.
        """
        return {"share": "share", "count": "per month", "money": f"{currency} per month"}[self.kind]


STANDARD_METRICS: Final[dict[str, Metric]] = {
    metric.name: metric
    for metric in (
        Metric(RETAINED, "share"),
        Metric(REVENUE, "money"),
        Metric(COST_TO_SERVE, "money"),
        Metric(UPGRADES, "count"),
        Metric(REFERRALS, "count"),
    )
}
"""The metrics that the library knows by name, in the order in which reports show them."""

SHARE_METRICS: Final[dict[Relationship, Metric]] = {
    "contractual": STANDARD_METRICS[RETAINED],
    "noncontractual": Metric(PURCHASED, "share"),
}
"""The first metric of a study: who is still there, or, where leaving is not seen, who buys in the month."""


def leaving_is_seen(metrics: Sequence[Metric]) -> bool:
    """Return whether the metrics of a study tell who has left.

    Parameters
    ----------
    metrics : sequence of Metric
        The metrics measured, the share first.

    Returns
    -------
    bool
        False in a non-contractual study, whose first metric is the share who buy.

    Examples
    --------
    >>> leaving_is_seen([SHARE_METRICS["contractual"]]), leaving_is_seen([SHARE_METRICS["noncontractual"]])
    (True, False)
    """
    return metrics[0].name == RETAINED


EVERYBODY: Final = "everybody"
"""The stratum of all episodes."""
COHORT_QUARTER: Final = "cohort_quarter"
COHORT_YEAR: Final = "cohort_year"

NO_BAND: Final = "none"
"""The previous band of a customer who has not answered before."""


def month_index(year: int, month: int) -> int:
    """Return the integer that stands for a calendar month: ``year × 12 + month − 1``.

    Parameters
    ----------
    year : int
        Calendar year.
    month : int
        Calendar month, 1 to 12.

    Returns
    -------
    int
        The month as an integer; differences are numbers of months.

    Examples
    --------
    >>> month_index(2024, 1) - month_index(2023, 11)
    2
    """
    return year * 12 + month - 1


def month_label(index: int) -> str:
    """Return a month integer as ``YYYY-MM``.

    Parameters
    ----------
    index : int
        A month integer as given by :func:`month_index`.

    Returns
    -------
    str
        The month in ISO form.

    Examples
    --------
    >>> month_label(month_index(2024, 3))
    '2024-03'
    """
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def parse_month(text: str) -> int:
    """Return ``YYYY-MM`` as a month integer.

    Parameters
    ----------
    text : str
        A month in ISO form.

    Returns
    -------
    int
        The month integer.

    Raises
    ------
    ValueError
        When the text is not of that form.

    Examples
    --------
    >>> month_label(parse_month("2025-12"))
    '2025-12'
    """
    year, separator, month = text.partition("-")
    if separator and len(year) == 4 and year.isdigit() and month.isdigit() and 1 <= int(month) <= 12:
        return month_index(int(year), int(month))
    raise ValueError("a month of the form YYYY-MM, such as 2025-03")


def cohort_label(month: int, by: str) -> str:
    """Return the cohort to which a month of answering belongs.

    Parameters
    ----------
    month : int
        Month integer of time zero.
    by : {"cohort_quarter", "cohort_year"}
        The length of a cohort.

    Returns
    -------
    str
        ``2024-Q3`` or ``2024``.

    Examples
    --------
    >>> cohort_label(month_index(2024, 8), "cohort_quarter")
    '2024-Q3'
    """
    year, month0 = divmod(month, 12)
    return f"{year:04d}" if by == COHORT_YEAR else f"{year:04d}-Q{month0 // 3 + 1}"
