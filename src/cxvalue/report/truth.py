"""The truth of a simulated base, beside what was estimated."""

from __future__ import annotations

from typing import Any, Final

from cxvalue.report.study_results import StudyResults

TRUTH_KEYS: Final = ("as_of", "horizon_months", "from", "to", "n_active", "n_from_band", "n_moved", "prob_from_band")


def known_truth(results: StudyResults) -> dict[str, Any] | None:
    """Return the true value of the study's move, when a simulated base says it.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    dict or None
        ``per_customer`` with ``value`` and ``se``, as_of, horizon_months, from, to, and head counts. None without a
        truth, or where it is that of another move, month or length.
    """
    truth, value = results.truth, results.value
    if truth is None:
        return None
    same = {
        "from": value.shift.from_band, "to": value.shift.to_band, "horizon_months": value.months,
        "as_of": results.episodes.as_of,
    }  # fmt: skip
    if any(truth.get(key) != wanted for key, wanted in same.items()):
        return None
    each = truth["per_customer"]
    return {"per_customer": {"value": each["value"], "se": each["se"]}} | {key: truth.get(key) for key in TRUTH_KEYS}
