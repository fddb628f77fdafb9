"""Episodes as a result: how many, in which bands, adjusted for what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.diagnose.empty_cells import describe_filled, list_empty_cells
from cxvalue.estimate.estimators import Standardised
from cxvalue.estimate.response import AnswerProbabilities
from cxvalue.link import Timeline, has_earlier_amounts
from cxvalue.link.columns import Integers, distinct, parts_of
from cxvalue.result import Drawable, TableResult
from cxvalue.vocabulary import BANDS, EVERYBODY, Band, month_label


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Episodes(TableResult, Drawable):
    """What the answers gave.

    Parameters
    ----------
    bands : pandas.DataFrame
        Columns band, episodes, share (of the episodes), share_response_weighted and customers (of those active at
        ``as_of``), answered (customers whose own latest answer in the window lies there), effective.
    n_answers : int
        Answers that count.
    n_episodes : int
        Of these, those with at least one month of follow-up.
    n_without_follow_up : int
        Answers in the last month: they tell who the target is, and open no episode.
    covariates : tuple of str
        Columns of the design that the headline uses, in the order in which they entered.
    covariates_collinear : tuple of str
        Columns that are combinations of those before them, in some band or replicate, and left out everywhere.
    covariates_left_out : tuple of str
        Columns for which there were too few episodes.
    covariates_dropped : tuple of str
        Covariates that are constant or nowhere known.
    as_of : str
        Month that the value refers to.
    cohorts : tuple of str
        First and last month of answering.
    complete_until : str
        Last month of answering whose episodes are followed over the whole horizon.
    follow_up_end : str
        Last month of follow-up.
    baseline : str
        The baseline window in words.
    response : str
        How response was modelled, in words.
    empty_cells : tuple of str
        Categories of which a band has no episode, at all or at the end of the horizon.
    values_filled : tuple of str
        Covariates that are not known for some episodes, with how many.
    n_recent_amounts : int
        Answers for which the amounts of the baseline serve, since a panel or the customer has no month where the
        amounts of the others end; 0 where ``amounts_lag_months`` is.
    """

    bands: pd.DataFrame
    n_answers: int
    n_episodes: int
    n_without_follow_up: int
    covariates: tuple[str, ...]
    covariates_collinear: tuple[str, ...]
    covariates_left_out: tuple[str, ...]
    covariates_dropped: tuple[str, ...]
    as_of: str
    cohorts: tuple[str, str]
    complete_until: str
    follow_up_end: str
    baseline: str
    response: str
    empty_cells: tuple[str, ...] = ()
    values_filled: tuple[str, ...] = ()
    n_recent_amounts: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Return the bands.

        Returns
        -------
        pandas.DataFrame
            A copy of ``bands``.
        """
        return self.bands.copy()

    def summary(self) -> str:
        """Return the counts as plain text.

        Returns
        -------
        str
            A few lines.
        """
        lines = [
            f"{self.n_episodes:,} episodes from {self.n_answers:,} answers, {self.cohorts[0]} to {self.cohorts[1]}; "
            f"follow-up to {self.follow_up_end}; value as of {self.as_of}",
        ]
        for row in self.bands.itertuples(index=False):
            lines.append(
                f"  {row.band:<13}{row.episodes:>9,} episodes ({row.share:.1%}); {row.customers:,.0f} customers now "
                f"({row.share_response_weighted:.1%})"
            )
        lines.append(f"  baseline: {self.baseline}; adjusted for {', '.join(self.covariates[1:]) or 'nothing'}")
        if self.covariates_collinear:
            lines.append(f"  left out as collinear in some band: {', '.join(self.covariates_collinear)}")
        lines += [f"  empty cell: {cell}" for cell in self.empty_cells]
        lines += [f"  {filled}" for filled in self.values_filled]
        lines.append(f"  response: {self.response}")
        return "\n".join(lines)

    def _title(self) -> str:
        return f"{self.n_episodes:,} episodes from {self.n_answers:,} answers"


def describe_episodes(study: BandStudy, *, from_band: Band) -> Episodes:
    """Return what the answers gave.

    Parameters
    ----------
    study : BandStudy
        The estimated study.
    from_band : Band
        To whose covariates the headline is standardised.

    Returns
    -------
    Episodes
        Counts, bands, covariates.
    """
    answers, timeline = study.linked.answers, study.timeline
    episodes, months = count_episodes(study)
    target = study.targets[study.position(EVERYBODY)]
    share = target.prob_band[0, 0]
    bands = pd.DataFrame(
        {
            "band": BANDS,
            "episodes": episodes,
            "share": episodes / episodes.sum(),
            "share_response_weighted": share,
            "customers": share * study.linked.active_customers,
            "answered": target.n_records[0],
            "effective": target.n_effective[0],
        }
    )
    first, last = int(months.min()), int(months.max())
    labels = study.basis.labels()
    fitted = study.fit(Standardised(), from_band=from_band, horizon=timeline.horizon)
    used = set(range(len(labels))) if isinstance(fitted, NotEstimable) else set(fitted.columns)
    n_recent = count_recent_amounts(study)
    return Episodes(
        bands,
        len(answers.m0),
        int(episodes.sum()),
        len(answers.m0) - int(episodes.sum()),
        tuple(label for at, label in enumerate(labels) if at in used),
        tuple(label for at, label in enumerate(labels) if at not in used),
        study.basis.left_out,
        study.basis.dropped,
        month_label(timeline.as_of),
        (month_label(first), month_label(last)),
        month_label(min(timeline.last_complete_cohort, last)),
        month_label(timeline.follow_up_end),
        describe_baseline(study.timeline, n_recent),
        describe_response(study),
        list_empty_cells(study),
        describe_filled(study),
        n_recent,
    )


def count_episodes(study: BandStudy) -> tuple[Integers, Integers]:
    """Return how many episodes each band has, and in which months they begin.

    Parameters
    ----------
    study : BandStudy
        The estimated study.

    Returns
    -------
    tuple of ndarray of shape (B,) and ndarray
        Episodes; months, ascending.
    """
    answers, counts, months = study.linked.answers, np.zeros(len(BANDS), dtype=np.int64), []
    for rows in parts_of(len(study.bins)):
        followed = study.bins[rows] >= 0
        counts += np.bincount(answers.band[rows][followed], minlength=len(BANDS))
        months.append(distinct(answers.m0[rows][followed]))
    return counts, distinct(np.concatenate(months))


def count_recent_amounts(study: BandStudy) -> int:
    """Return the answers for which amounts of the baseline serve, though those of the others end before it.

    Parameters
    ----------
    study : BandStudy
        The estimated study.

    Returns
    -------
    int
        Answers with such an amount from at least one panel; 0 where all amounts are those of the baseline.
    """
    answers, timeline = study.linked.answers, study.timeline
    if timeline.amounts_lag == 0:
        return 0
    earlier = has_earlier_amounts(
        study.outcomes.clean, answers.m0[:], answers.active[:], timeline=timeline, names=study.covariates
    )
    return int((~earlier).any(axis=1).sum())


def describe_baseline(timeline: Timeline, n_recent: int) -> str:
    """Return over which months covariates are averaged, in words.

    Parameters
    ----------
    timeline : Timeline
        The windows.
    n_recent : int
        Answers for which the amounts of the baseline serve, though those of the others end before it.

    Returns
    -------
    str
        A phrase.
    """
    end = "the month of the answer" if timeline.baseline_lag == 0 else "the month before the answer"
    words = f"means over {timeline.baseline_months} months ending with {end}"
    if timeline.amounts_lag == 0:
        return words
    months = f"{timeline.amounts_lag} month{'s' if timeline.amounts_lag > 1 else ''}"
    kept = f" ({n_recent:,} answers, without such months, have the amounts of the baseline)" if n_recent else ""
    return f"{words}; of amounts, ending {months} before that{kept}"


def describe_response(study: BandStudy) -> str:
    """Return how response was modelled, in words.

    Parameters
    ----------
    study : BandStudy
        The estimated study.

    Returns
    -------
    str
        A sentence.
    """
    response = study.response
    if response is None:
        return "not modelled (response = false): figures are per answering customer"
    if isinstance(response, NotEstimable):
        return f"not modelled ({response.reason}): figures are per answering customer"
    return weighted_response(response)


def weighted_response(response: AnswerProbabilities) -> str:
    """Return the response model in words.

    Parameters
    ----------
    response : AnswerProbabilities
        The model.

    Returns
    -------
    str
        A sentence.
    """
    model = response.model
    sample = "all customers" if model.sample_share >= 1 else f"{model.sample_share:.1%} of the customers"
    capped = response.n_capped()
    cap = f"; {capped:,} weights capped" if capped else ""
    return f"monthly logistic hazard of answering on {model.n_rows:,} customer-months of {sample}{cap}"
