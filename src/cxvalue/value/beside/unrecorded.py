"""Unrecorded confounding: how strong it would have to be to bring the value to zero."""

from __future__ import annotations

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Standardised
from cxvalue.estimate.beside.balanced import usable_columns
from cxvalue.estimate.diagnose.confounding import Confounding
from cxvalue.estimate.diagnose.e_value import e_value_of_leaving
from cxvalue.estimate.diagnose.robustness import Robustness, columns_by_covariate, robustness
from cxvalue.estimate.moments import N_BANDS
from cxvalue.estimate.standardise import MIN_EPISODES
from cxvalue.value.question import Question
from cxvalue.vocabulary import BANDS, leaving_is_seen


def weigh_confounding(question: Question) -> Confounding:
    """Return E-value and robustness value of a question's answer.

    Parameters
    ----------
    question : Question
        Study, shift, economics.

    Returns
    -------
    Confounding
        The E-value is of the standardised risk of leaving within the follow-up, not estimable where leaving is not
        seen; the robustness value of the discounted
        contribution over the whole horizon, on the episodes of the two bands that are followed over it.
    """
    shift = question.shift
    fitted = question.fit(Standardised())
    if not leaving_is_seen(question.frame.metrics):
        fitted = NotEstimable("nobody is seen to leave in a non-contractual base, so there is no risk of leaving")
    leaving = fitted if isinstance(fitted, NotEstimable) else e_value_of_leaving(
        fitted,
        from_band=BANDS.index(shift.from_band),
        to_band=BANDS.index(shift.to_band),
        confidence=question.frame.confidence,
    )  # fmt: skip
    return Confounding(leaving, robustness_of_value(question))


def robustness_of_value(question: Question) -> Robustness | NotEstimable:
    """Return the robustness value of the discounted contribution.

    Parameters
    ----------
    question : Question
        Study, shift, economics.

    Returns
    -------
    Robustness or NotEstimable
        Not estimable when a band has fewer than 50 fully followed episodes.
    """
    study, rows = question.study, question.study.read_rows()
    leave, reach = BANDS.index(question.shift.from_band), BANDS.index(question.shift.to_band)
    followed = np.flatnonzero(rows.last_k >= study.timeline.horizon)
    counts = np.bincount(rows.band[followed], minlength=N_BANDS)
    if counts.min() < MIN_EPISODES:
        return NotEstimable(f"{counts.min()} fully followed episodes in a band; at least {MIN_EPISODES} are needed")
    columns = usable_columns(rows.design[followed], rows.band[followed], rows.group[followed], groups=study.groups)
    names = columns_by_covariate(study.basis, study.linked.answers.covariates.only(study.covariates))
    pair = followed[np.isin(rows.band[followed], [leave, reach])]
    total = np.tensordot(rows.outcomes[pair], question.weights(), axes=2)
    return robustness(
        total,
        (rows.band[pair] == reach).astype(np.float64),
        rows.design[pair][:, columns],
        covariate_of_column=[names[at] for at in columns],
        cluster=rows.customer[pair],
        confidence=question.frame.confidence,
    )
