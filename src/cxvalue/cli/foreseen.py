"""What a report would refuse although no rule of the tables is broken: months and numbers of episodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cxvalue.errors import CxValueError, DataError
from cxvalue.link.timeline import Timeline, make_timeline
from cxvalue.tables.findings import Finding
from cxvalue.vocabulary import BANDS

if TYPE_CHECKING:
    from cxvalue.study.inputs import Inputs

FEWEST_EPISODES: Final = 50
"""Fewest episodes of a band in any follow-up month, as the estimators have it: they take long to load."""


def list_foreseen(inputs: Inputs) -> tuple[Finding, ...]:
    """Return what a report on these tables would refuse, in its own words.

    Parameters
    ----------
    inputs : Inputs
        Settings and checked tables, none of whose rules is broken.

    Returns
    -------
    tuple of Finding
        Errors: a horizon that no answer is followed over, an ``as_of`` outside the data, a band with too few episodes
        at some month. Empty where a report gets past all of them. Episodes are counted once the months are right.
    """
    study, found = inputs.settings.study, dict[str, Finding]()
    timeline: Timeline | None = None
    shortest = study.model_copy(update={"horizon_months": 1})  # what is wrong with it hides what else is
    for rule, settings in (("study.as_of", shortest), ("study.horizon_months", study)):
        try:
            timeline = make_timeline(inputs.engine, inputs.clean, settings)
        except CxValueError as error:
            name = "study.follow_up" if isinstance(error, DataError) else rule
            found.setdefault(error.what, refusal(name, error))
    return tuple(found.values()) if found or timeline is None else few_episodes(inputs, timeline)


def few_episodes(inputs: Inputs, timeline: Timeline) -> tuple[Finding, ...]:
    """Return the finding on bands with too few episodes at some month of follow-up.

    Parameters
    ----------
    inputs : Inputs
        Counts the answers.
    timeline : Timeline
        The months.

    Returns
    -------
    tuple of Finding
        One, or none.
    """
    rows = inputs.engine.query("SELECT m0, band, count(*) AS n FROM answers_valid GROUP BY m0, band")
    m0, band, n = (np.array(rows[name].to_pylist(), dtype=np.int64) for name in ("m0", "band", "n"))
    followed = np.minimum(timeline.follow_up_end - m0, timeline.horizon)
    at_end = np.bincount(band[followed == timeline.horizon], n[followed == timeline.horizon], minlength=len(BANDS))
    if at_end.min() >= FEWEST_EPISODES:  # earlier months have no fewer
        return ()
    # Loaded only where it refuses.
    from cxvalue.estimate.estimate_bands import refuse_few_episodes  # noqa: PLC0415  slow to load; few studies need it
    from cxvalue.estimate.moments import entry_bins  # noqa: PLC0415  slow to load; few studies need it

    # As many as that in one month are enough, however many there are.
    each = np.repeat(np.arange(len(n)), np.minimum(n, FEWEST_EPISODES))
    bins, last_k = entry_bins(m0[each], follow_up_end=timeline.follow_up_end, horizon=timeline.horizon)
    try:
        refuse_few_episodes(band[each], bins, last_k, timeline.horizon)
    except DataError as error:
        return (refusal("study.episodes", error),)
    return ()


def refusal(rule: str, error: CxValueError) -> Finding:
    """Return an error as a finding.

    Parameters
    ----------
    rule : str
        Name of the rule.
    error : CxValueError
        What would be raised.

    Returns
    -------
    Finding
        With the error's own words.
    """
    return Finding(rule, "study", "error", 0, error.what, error.allowed, hint=error.hint)
