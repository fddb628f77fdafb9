"""The months of a study: time zero, follow-up, and the month that the value refers to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cxvalue.engine import Engine
from cxvalue.errors import DataError, SettingsError
from cxvalue.link.settings import StudySettings
from cxvalue.tables import CleanTables
from cxvalue.vocabulary import month_label, parse_month

MIN_SHARE_OF_BUSIEST = 0.05
"""A month counts as one of answering when it holds at least this share of the busiest month's answers."""
TARGET_WINDOW_MONTHS = 12
"""The target's latest answers lie in this many months up to ``as_of``."""
EARLIER_MONTHS = 6
"""Months before the end of the baseline at which the amounts end in the estimate that shows whether it matters."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The months that everything else refers to.

    Parameters
    ----------
    as_of : int
        Month that the value refers to.
    window : tuple of int
        Months with answers within the target's window, ascending.
    follow_up_end : int
        Last month of follow-up.
    horizon : int
        Months of follow-up, H.
    baseline_months : int
        Months over which covariates are averaged.
    baseline_lag : int
        0 when the baseline ends with the month of the answer, 1 when before it.
    amounts_lag : int
        Months before the end of the baseline at which the months end over which amounts are averaged; 0 when these
        are the baseline's own.
    """

    as_of: int
    window: tuple[int, ...]
    follow_up_end: int
    horizon: int
    baseline_months: int
    baseline_lag: int
    amounts_lag: int = 0

    @property
    def baseline(self) -> range:
        """Months before that of the answer over which covariates are averaged, the latest first."""
        return range(self.baseline_lag, self.baseline_lag + self.baseline_months)

    @property
    def amounts(self) -> range:
        """The same for amounts: revenue, cost to serve and metrics of the user's own."""
        return range(self.baseline.start + self.amounts_lag, self.baseline.stop + self.amounts_lag)

    def with_other_amounts(self) -> Timeline:
        """Return the months of a study whose amounts end six months earlier.

        Returns
        -------
        Timeline
            The same months otherwise; where the amounts end earlier already, with those of the baseline.
        """
        return replace(self, amounts_lag=0 if self.amounts_lag else EARLIER_MONTHS)

    @property
    def last_complete_cohort(self) -> int:
        """Last month of answering whose episodes are followed over the whole horizon."""
        return self.follow_up_end - self.horizon


def make_timeline(engine: Engine, clean: CleanTables, settings: StudySettings) -> Timeline:
    """Return the months of the study from the answers and the settings.

    Parameters
    ----------
    engine : Engine
        Counts answers by month.
    clean : CleanTables
        The checked tables.
    settings : StudySettings
        Horizon, baseline, ``as_of``.

    Returns
    -------
    Timeline
        The months.

    Raises
    ------
    SettingsError
        When ``as_of`` is no month of the panels, or no answer lies in the twelve months before it.
    DataError
        When the horizon exceeds the longest follow-up.
    """
    counts = engine.query("SELECT m0, count(*) AS n FROM answers_valid GROUP BY m0 ORDER BY m0")
    answers = dict(zip(counts["m0"].to_pylist(), counts["n"].to_pylist(), strict=True))
    longest = clean.follow_up_end - min(answers)
    if longest < 1:
        raise DataError(
            f"the first answer counts in {month_label(min(answers))} and follow-up ends in "
            f"{month_label(clean.follow_up_end)}, so no month of follow-up is left",
            allowed="answers before the last month of the panels",
            hint="compare the first and last month of both",
        )
    if settings.horizon_months > longest:
        raise SettingsError(
            f"[study] horizon_months = {settings.horizon_months} exceeds the longest follow-up of {longest} months",
            allowed=f"1 to {longest}",
            hint=f"set horizon_months = {longest} or less",
        )
    last = clean.activity.last_month if clean.activity.last_month is not None else clean.follow_up_end
    as_of = parse_month(settings.as_of) if settings.as_of is not None else default_as_of(answers, last=last)
    window = tuple(m for m in answers if as_of - TARGET_WINDOW_MONTHS < m <= as_of)
    if not window or not clean.activity.calendar.first <= as_of <= last:
        raise SettingsError(
            f"[study] as_of = '{month_label(as_of)}' has no answer in the {TARGET_WINDOW_MONTHS} months up to it, "
            f"or is not a complete month of {clean.activity.told_by}",
            allowed=f"{month_label(min(answers))} to {month_label(min(max(answers), last))}",
            hint="leave as_of out to take the last wave",
        )
    lag = 0 if settings.baseline_end == "m0" else 1
    return Timeline(
        as_of,
        window,
        clean.follow_up_end,
        settings.horizon_months,
        settings.baseline_months,
        lag,
        settings.amounts_lag_months,
    )


def default_as_of(answers: dict[int, int], *, last: int) -> int:
    """Return the last month that holds at least 5 % as many answers as the busiest one.

    Parameters
    ----------
    answers : dict of int to int
        Month to number of answers.
    last : int
        Last complete month of the panel that tells who was active: who is active later is not known yet.

    Returns
    -------
    int
        Month integer.

    Examples
    --------
    >>> default_as_of({100: 400, 101: 390, 107: 3}, last=110)
    101
    """
    busiest = max(answers.values())
    busy = [month for month, n in answers.items() if n >= MIN_SHARE_OF_BUSIEST * busiest]
    return max((month for month in busy if month <= last), default=min(*answers, last))
