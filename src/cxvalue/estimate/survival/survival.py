"""How long customers of each band stay, as a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate.survival.band_curves import UNADJUSTED
from cxvalue.estimate.survival.cox_table import CoxTable
from cxvalue.estimate.survival.log_rank import LogRank
from cxvalue.estimate.survival.tails import BandTail, tail_table
from cxvalue.result import Drawable, TableResult, html_table
from cxvalue.vocabulary import BANDS, Band

if TYPE_CHECKING:
    from lifelines import KaplanMeierFitter


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Survival(TableResult, Drawable):
    """How long customers stay after an answer, by band. The event is the first leaving.

    Parameters
    ----------
    curves : pandas.DataFrame
        Columns adjusted, method, band, month, survival, se, ci_low, ci_high, at_risk, events. ``unadjusted`` is
        Kaplan–Meier; ``weighted`` is the same with weights that give each band the target's mean covariates;
        ``standardised`` the mean over the target of a Cox model of each band. ``at_risk`` and ``events`` count episodes
        of the band, unweighted, at every method. Intervals are delete-a-group jackknife on the scale log(−log S).
    restricted_means : pandas.DataFrame
        Columns adjusted, method, band, versus, months, se, ci_low, ci_high, n_effective, status, reason: mean months
        kept within the window, and differences between bands where ``versus`` is not empty.
    log_rank : LogRank or NotEstimable
        Whether the bands leave at the same rate, unadjusted; clustered by customer. This is the one to read.
    log_rank_rows : LogRank or NotEstimable
        The same with episodes taken as independent, as libraries print it.
    cox : CoxTable or NotEstimable
        Band at the answer and baseline covariates, in months since the answer.
    cox_varying : CoxTable or NotEstimable
        The latest band answered, on the tenure scale with delayed entry, or by calendar month without joining dates.
    tenure : pandas.DataFrame or NotEstimable
        Columns band, since, tenure_month, survival, se, ci_low, ci_high, at_risk, events: curves on the tenure scale.
    tails : tuple of BandTail
        Shifted-beta-geometric and Weibull tails, two a band.
    tail_curves : pandas.DataFrame
        Columns band, model, month, survival, se, ci_low, ci_high, extrapolated.
    horizon_months : int
        The window, H.
    from_band : {"dissatisfied", "neutral", "satisfied"}
        Whose covariates the adjusted curves take: those of the customers now in this band.
    sample : str
        On how many customers all of this stands.
    confidence : float
        Level of the intervals.
    notes : tuple of str
        What was left out and why.
    """

    curves: pd.DataFrame
    restricted_means: pd.DataFrame
    log_rank: LogRank | NotEstimable
    log_rank_rows: LogRank | NotEstimable
    cox: CoxTable | NotEstimable
    cox_varying: CoxTable | NotEstimable
    tenure: pd.DataFrame | NotEstimable
    tails: tuple[BandTail, ...]
    tail_curves: pd.DataFrame
    horizon_months: int
    from_band: Band
    sample: str
    confidence: float
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the curves.

        Returns
        -------
        pandas.DataFrame
            A copy; columns adjusted, method, band, month, survival, se, ci_low, ci_high, at_risk, events.
        """
        return self.curves.copy()

    def tail_frame(self) -> pd.DataFrame:
        """Return the parameters of the tails.

        Returns
        -------
        pandas.DataFrame
            Columns band, model, parameter, value, log_likelihood, status, reason.
        """
        return tail_table(list(self.tails))

    def tail(self, band: Band, model: str = "shifted_beta_geometric") -> BandTail:
        """Return the tail of a band, which gives retention rates and discounted months to come.

        Parameters
        ----------
        band : {"dissatisfied", "neutral", "satisfied"}
            The band.
        model : {"shifted_beta_geometric", "weibull"}
            The model.

        Returns
        -------
        BandTail
            The tail.

        Raises
        ------
        SettingsError
            When there is no such band or model.
        """
        for tail in self.tails:
            if BANDS[tail.band] == band and tail.name == model:
                return tail
        raise SettingsError(
            f"no tail '{model}' of band '{band}'",
            allowed=f"bands {', '.join(BANDS)}; models {', '.join(dict.fromkeys(t.name for t in self.tails))}",
        )

    def to_lifelines(self, band: Band) -> KaplanMeierFitter:
        """Return a band's unadjusted curve as a lifelines object, for its plots and further work.

        Parameters
        ----------
        band : {"dissatisfied", "neutral", "satisfied"}
            The band.

        Returns
        -------
        lifelines.KaplanMeierFitter
            Fitted on the monthly counts. Its intervals take episodes as independent: those of :attr:`curves` do not.

        Raises
        ------
        SettingsError
            When there is no such band.
        """
        from lifelines import KaplanMeierFitter

        if band not in BANDS:
            raise SettingsError(f"unknown band '{band}'", allowed=", ".join(BANDS))
        table = self.curves[(self.curves["method"] == UNADJUSTED) & (self.curves["band"] == band)]
        at_risk, events = table["at_risk"].to_numpy(), table["events"].to_numpy()
        censored = at_risk - events - np.append(at_risk[1:], 0)
        months = np.tile(table["month"].to_numpy(), 2)
        counts = np.concatenate([events, censored])
        seen = np.repeat([1, 0], len(table))
        keep = counts > 0
        return KaplanMeierFitter(alpha=1 - self.confidence).fit(
            months[keep], seen[keep], weights=counts[keep], label=band
        )

    def summary(self) -> str:
        """Return what the curves, tests and models say, in plain text.

        Returns
        -------
        str
            Restricted means by band and method, log-rank, hazard ratios, what follows from the test of proportional
            hazards, tails, and what was left out.
        """
        lines = [
            f"Months kept within {self.horizon_months} months of an answer, until the first leaving; {self.sample}.",
            f"Adjusted: had every band the covariates of the customers now {self.from_band}.",
            *mean_lines(self.restricted_means),
            *([self.log_rank.summary()] if isinstance(self.log_rank, LogRank) else [f"log-rank: {self.log_rank}"]),
        ]
        for name, table in (("Cox model", self.cox), ("Cox model with the latest band", self.cox_varying)):
            lines.append(table.summary() if isinstance(table, CoxTable) else f"{name}: {table}")
        lines += tail_lines(self.tail_curves, self.horizon_months)
        return "\n".join([*lines, *(f"Note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        return html_table(self.restricted_means)


def mean_lines(table: pd.DataFrame) -> list[str]:
    """Return the restricted means as lines of text.

    Parameters
    ----------
    table : pandas.DataFrame
        As :attr:`Survival.restricted_means`.

    Returns
    -------
    list of str
        A line a row.
    """
    lines = []
    for row in table.to_dict("records"):
        what = f"{row['band']} less {row['versus']}" if row["versus"] else row["band"]
        start = f"  {row['method']:<14}{what:<28}"
        if row["status"] != "ok":
            lines.append(f"{start}not estimable: {row['reason']}")
            continue
        sign = "+" if row["versus"] else ""
        lines.append(
            f"{start}{row['months']:{sign}.2f} ({row['ci_low']:{sign}.2f} to {row['ci_high']:{sign}.2f}) months"
        )
    return lines


def tail_lines(table: pd.DataFrame, horizon: int) -> list[str]:
    """Return where the tails lead, as lines of text.

    Parameters
    ----------
    table : pandas.DataFrame
        As :attr:`Survival.tail_curves`.
    horizon : int
        Months observed.

    Returns
    -------
    list of str
        A line a band and model; none where no tail could be fitted.
    """
    later = min(2 * horizon, int(table["month"].max())) if len(table) else 0
    return [
        f"  tail, {row['model'].replace('_', '-')}, {row['band']}: {row['survival']:.1%} "
        f"({row['ci_low']:.1%} to {row['ci_high']:.1%}) still there after {later} months, extrapolated"
        for row in table[table["month"] == later].to_dict("records")
    ]
