"""Comparing: two runs become what changed between them, and why."""

from __future__ import annotations

from dataclasses import replace

from cxvalue.report.changes.cause import list_causes
from cxvalue.report.changes.changes import Changes
from cxvalue.report.changes.conclusion import conclude
from cxvalue.report.changes.figure_change import figure_changes
from cxvalue.report.changes.reported_run import ReportedRun, run_of
from cxvalue.report.changes.routes import split_npv
from cxvalue.report.study_results import StudyResults


def compare_runs(before: ReportedRun, after: ReportedRun) -> Changes:
    """Return what changed between two runs, and why.

    Parameters
    ----------
    before, after : ReportedRun
        The earlier and the later run.

    Returns
    -------
    Changes
        Figures, causes, and what can be said of the one by the other. Nothing is computed anew: where several causes
        reach the same figure, what each contributed is not said.
    """
    figures = figure_changes(before.results, after.results)
    causes = list_causes(before, after)
    currency = after.results["study"]["currency"]
    same_money = before.results["study"]["currency"] == currency
    routes = split_npv(before.results["value"], after.results["value"]) if same_money else None
    npv = next(figure for figure in figures if (figure.part, figure.name) == ("value", "npv"))
    routes = routes if routes is not None and npv.changed else None
    known = before.manifest is not None and after.manifest is not None
    conclusion = conclude(causes, n_changed=sum(figure.changed for figure in figures), routes=routes, known=known)
    told = tuple((name, part) for name, part in (routes or {}).items() if part)
    return Changes(before.label, after.label, before.created, currency, causes, conclusion, told, figures)


def with_changes(results: StudyResults, earlier: ReportedRun) -> StudyResults:
    """Return results that also say what changed since an earlier report.

    Parameters
    ----------
    results : StudyResults
        The results.
    earlier : ReportedRun
        The earlier report.

    Returns
    -------
    StudyResults
        The results with ``changes``.
    """
    return replace(results, changes=compare_runs(earlier, run_of(results)))
