"""``report.html``: one file that needs no network and no other file; only the what-if panel needs its own script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Curves
from cxvalue.link.settings import DEFAULT_ACTIVE_MONTHS
from cxvalue.report.disclosure import hide_in_text
from cxvalue.report.figures import ReportFigure
from cxvalue.report.numbers import format_count
from cxvalue.report.page.background import assumptions_section, checks_tables, settings_text, sources_section
from cxvalue.report.page.changes import changes_section
from cxvalue.report.page.diagnosis import diagnosis_paragraphs
from cxvalue.report.page.finance import appraisal_section, finance_sections
from cxvalue.report.page.outcomes import bands_section, curve_tables, outcome_sections
from cxvalue.report.page.sections import stratum_title
from cxvalue.report.page.top import LEVEL_NOTES, cautions, estimate_cards, move_cards
from cxvalue.report.page.value import (
    cash_flow_sections,
    estimates_section,
    levers_section,
    link_sections,
    segment_totals_section,
    segments_section,
)
from cxvalue.report.page.whatif import whatif_panel
from cxvalue.report.study_results import StudyResults
from cxvalue.report.tables import report_tables
from cxvalue.report.wording import (
    SHARE_FIGURES,
    answer_sentence,
    gap_sentence,
    level,
    relationship_of,
    truth_sentence,
)
from cxvalue.value.beside.judge import RULE

TEMPLATES: Final = Path(__file__).parent / "templates"


def render_html(results: StudyResults, figures: Sequence[ReportFigure]) -> str:
    """Return the page of a report.

    Parameters
    ----------
    results : StudyResults
        The results.
    figures : sequence of ReportFigure
        Its figures.

    Returns
    -------
    str
        HTML; every text of the user stands in it as text.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html.j2").render(page_context(results, figures)) + "\n"


def page_context(results: StudyResults, figures: Sequence[ReportFigure]) -> dict[str, Any]:
    """Return everything that the template shows.

    Parameters
    ----------
    results : StudyResults
        The results.
    figures : sequence of ReportFigure
        Its figures.

    Returns
    -------
    dict
        By the names that the template uses.
    """
    tables = report_tables(results)
    found, every_rule = checks_tables(results)
    quarters, months = cash_flow_sections(results, tables)
    relationship = relationship_of(results.value.move.metrics)
    return top_context(results) | {
        "figures": {figure.name: {"src": data_uri(figure.svg), "alt": figure.alt} for figure in figures},
        "curve_tables": curve_tables(results),
        "share_figure": SHARE_FIGURES[relationship],
        "bands": bands_section(tables),
        "curves_reason": reason_of(results.curves, results.disclosure_min),
        "outcomes": outcome_sections(tables),
        "levers": levers_section(results, tables),
        "quarters": quarters,
        "months": months,
        "appraisal": appraisal_section(results),
        "whatif": whatif_panel(results),
        "finance": finance_sections(results, tables),
        "segments": segments_section(results, tables),
        "segment_totals": segment_totals_section(tables, results.currency),
        "links": link_sections(tables, results.currency),
        "estimates": estimates_section(results, tables),
        "diagnosis": diagnosis_paragraphs(results),
        "rules_found": found,
        "rules": every_rule,
        "assumptions": assumptions_section(tables["assumptions"]),
        "sources": sources_section(results),
        "settings": settings_text(results),
        "changes": changes_section(results),
        "stratum_title": stratum_title,
        "leaving_is_seen": relationship == "contractual",
        "active_months": results.settings["study"].get("active_months", DEFAULT_ACTIVE_MONTHS),
    }


def top_context(results: StudyResults) -> dict[str, Any]:
    """Return what the first screen and the prose of the template show.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    dict
        By the names that the template uses.
    """
    label = results.verdict.label
    return {
        "results": results,
        "episodes": results.episodes,
        "value": results.value,
        "answer": answer_sentence(results),
        "verdict": label,
        "verdict_class": label.replace(" ", "-"),
        "verdict_note": LEVEL_NOTES[label],
        "rule": RULE,
        "reasons": [hide_in_text(reason, results.disclosure_min) for reason in results.verdict.reasons],
        "baseline": hide_in_text(results.episodes.baseline, results.disclosure_min),
        "response": hide_in_text(results.episodes.response, results.disclosure_min),
        "gap": gap_sentence(results),
        "truth": truth_sentence(results),
        "estimate_cards": estimate_cards(results),
        "move_cards": move_cards(results),
        "cautions": cautions(results),
        "level": level(results.confidence),
        "count": format_count,
        "shift_label": results.shift.label(),
    }


def reason_of(found: Curves | NotEstimable, minimum: int) -> str:
    """Return why there are no curves.

    Parameters
    ----------
    found : Curves or NotEstimable
        The curves.
    minimum : int
        Smallest number that may be named.

    Returns
    -------
    str
        Empty when there are.
    """
    return hide_in_text(found.reason, minimum) if isinstance(found, NotEstimable) else ""


def data_uri(svg: str) -> str:
    """Return a figure as part of the page.

    Parameters
    ----------
    svg : str
        The figure.

    Returns
    -------
    str
        A data URI: what the figure holds cannot act on the page.
    """
    return f"data:image/svg+xml;base64,{b64encode(svg.encode('utf-8')).decode('ascii')}"
