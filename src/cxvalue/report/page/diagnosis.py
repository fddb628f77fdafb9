"""The page's section on what the value leans on: balance, unrecorded confounding, survey noise."""

from __future__ import annotations

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Balance
from cxvalue.report.disclosure import hide_in_text
from cxvalue.report.languages.told import told
from cxvalue.report.shown_balance import shown_balance
from cxvalue.report.study_results import StudyResults


def diagnosis_paragraphs(results: StudyResults) -> list[str]:
    """Return what the value leans on, in words.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    list of str
        A paragraph each; empty where the checks were left out.
    """
    found = results.diagnosis
    if found is None:
        return []
    shown = shown_balance(results)
    balance = shown.summary() if isinstance(shown, Balance) else str(shown)
    noise = [str(part) if isinstance(part, NotEstimable) else part.summary() for part in (found.noise.reliability,)]
    parts = [
        *balance.splitlines(),
        *found.confounding.summary().splitlines()[:2],
        *(f"Survey noise: {n}" for n in noise),
    ]
    return [told(hide_in_text(part, results.disclosure_min)) for part in parts]
