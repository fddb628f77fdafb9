"""``report.html``: one file that needs no network and no other file; only the what-if panel needs its own script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Curves
from cxvalue.link.settings import DEFAULT_ACTIVE_MONTHS
from cxvalue.report.answer import answer_sentence
from cxvalue.report.control_signs import visible
from cxvalue.report.disclosure import hide_in_text
from cxvalue.report.figures import ReportFigure
from cxvalue.report.held_back import held_back_sentence
from cxvalue.report.languages.language import read_language, speaking, spoken
from cxvalue.report.languages.say import page_text, say, say_count, say_list
from cxvalue.report.languages.told import told, told_field
from cxvalue.report.numbers import NBSP, format_count, format_month, format_share
from cxvalue.report.page.appraisal import appraisal_section
from cxvalue.report.page.background import assumptions_section, checks_tables, settings_text, sources_section
from cxvalue.report.page.beside import link_to, names_beside
from cxvalue.report.page.changes import changes_section
from cxvalue.report.page.diagnosis import diagnosis_paragraphs
from cxvalue.report.page.finance import finance_sections
from cxvalue.report.page.outcomes import bands_section, curve_tables, outcome_sections
from cxvalue.report.page.sections import Tables, stratum_title
from cxvalue.report.page.top import (
    LEVEL_NOTES,
    VERDICT_NAMES,
    as_sentence,
    cautions,
    estimate_cards,
    move_cards,
    not_valued_text,
)
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
    band_name,
    band_people,
    count_customers,
    count_months,
    gap_sentence,
    level,
    relationship_of,
    truth_sentence,
)
from cxvalue.value.beside.judge import RULE

CODE_MARKS: Final = Markup(' lang="en" dir="ltr"')
"""Of what is typed or read by programs, on a page that is read from the right."""
TEMPLATES: Final = Path(__file__).parent / "templates"


def render_html(results: StudyResults, figures: Sequence[ReportFigure], *, files: Collection[str] = ()) -> str:
    """Return the page of a report, in its language.

    Parameters
    ----------
    results : StudyResults
        The results.
    figures : sequence of ReportFigure
        Its figures.
    files : collection of str
        Paths of the files that lie beside the page: those are linked.

    Returns
    -------
    str
        HTML; every text of the user stands in it as text.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    language = read_language(results.language)
    tables = report_tables(results)  # before another language is spoken: what they hold is data
    with speaking(language):
        page = environment.get_template("report.html.j2").render(page_context(results, figures, tables, files))
    return visible(page) + "\n"


def page_context(
    results: StudyResults, figures: Sequence[ReportFigure], tables: Tables, files: Collection[str]
) -> dict[str, Any]:
    """Return everything that the template shows.

    Parameters
    ----------
    results : StudyResults
        The results.
    figures : sequence of ReportFigure
        Its figures.
    tables : mapping of str to pandas.DataFrame
        Its tables.
    files : collection of str
        Paths of the files beside the page.

    Returns
    -------
    dict
        By the names that the template uses.
    """
    held_back = held_back_sentence(tables, results.disclosure_min)
    found, every_rule = checks_tables(results)
    quarters, months = cash_flow_sections(results, tables)
    relationship = relationship_of(results.value.move.metrics)
    return top_context(results) | {
        "figures": {figure.name: {"src": data_uri(figure.svg), "alt": figure.alt} for figure in figures},
        "beside": partial(link_to, files=files),
        "beside_names": names_beside(files),
        "held_back": told(as_sentence(held_back)) if held_back else "",
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
        "language": "en-GB" if spoken().is_english else results.language,
        "is_rtl": spoken().is_right_to_left,
        "said": said,
        "said_count": said_count,
        "month": month_on_page,
        "band": band_name,
        "people": band_people,
        "duration": count_months,
        "not_valued": not_valued_text(results),
        "episodes": results.episodes,
        "value": results.value,
        "answer": answer_sentence(results),
        "verdict": say(VERDICT_NAMES[label]),
        "verdict_class": label.replace(" ", "-"),
        "verdict_note": say(LEVEL_NOTES[label]),
        "rule": told(RULE),
        "reasons": [told(hide_in_text(reason, results.disclosure_min)) for reason in results.verdict.reasons],
        "baseline": told(hide_in_text(results.episodes.baseline, results.disclosure_min)),
        "response": told(hide_in_text(results.episodes.response, results.disclosure_min)),
        "names": names_text,
        "code": CODE_MARKS if spoken().is_right_to_left else "",
        "numerals_are_own": bool(spoken().numerals),
        "gap": gap_sentence(results),
        "truth": truth_sentence(results),
        "estimate_cards": estimate_cards(results),
        "move_cards": move_cards(results),
        "cautions": cautions(results),
        "level": level(results.confidence),
        "cashable": format_share(round(results.value.economics.cashable_share, 2), trim=True).replace(NBSP, " "),
        "customers_moved": count_customers(results.value.heads.customers_moved.estimate),
        "count": format_count,
        "shift_label": shift_label(results),
    }


def said(message: str, /, **fields: str | int | float) -> Markup:
    """Return a message as the template shows it.

    Parameters
    ----------
    message : str
        In English, with places in braces.
    **fields : str, int or float
        What fills the places.

    Returns
    -------
    Markup
        Fields escaped.
    """
    return on_page(say(message, **{name: as_markup(value) for name, value in fields.items()}))


def said_count(one: str, many: str, n: float, /, **fields: str | int | float) -> Markup:
    """Return a message in the form that goes with a number, as the template shows it.

    Parameters
    ----------
    one, many : str
        In English, with places in braces.
    n : float
        The number.
    **fields : str, int or float
        What fills the places.

    Returns
    -------
    Markup
        Fields escaped.
    """
    return on_page(say_count(one, many, n, **{name: as_markup(value) for name, value in fields.items()}))


def as_markup(value: str | float) -> str | float:
    """Return what fills a place of the template's messages.

    Parameters
    ----------
    value : str, int or float
        Text of the user, or a number.

    Returns
    -------
    Markup, int or float
        Text escaped.
    """
    return escape(value) if isinstance(value, str) else value


def on_page(text: str) -> Markup:
    """Return a message as markup.

    Parameters
    ----------
    text : str
        A message without text of the user, or markup.

    Returns
    -------
    Markup
        Escaped, save what is markup.
    """
    return text if isinstance(text, Markup) else page_text(text)


def month_on_page(label: str) -> Markup:
    """Return a month that is not broken at the end of a line.

    Parameters
    ----------
    label : str
        ``YYYY-MM``.

    Returns
    -------
    Markup
        The month.
    """
    return Markup('<span class="month">{}</span>').format(format_month(label))


def names_text(names: Iterable[str]) -> str:
    """Return the names of covariates as a list.

    Parameters
    ----------
    names : iterable of str
        As the episodes have them.

    Returns
    -------
    str
        ``nothing`` where there are none.
    """
    return say_list((told_field(name) for name in names), ", ") or say("nothing")


def shift_label(results: StudyResults) -> str:
    """Return the move as the page's title has it.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    str
        Such as ``5 % of the dissatisfied to neutral``.
    """
    shift = results.shift
    if spoken().is_english:
        return shift.label()
    share = format_share(shift.share, trim=True)
    return say(
        "{share} of the {from_band} to {to_band}", share=share, from_band=band_people(shift.from_band),
        to_band=band_name(shift.to_band),
    )  # fmt: skip


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
    return told(hide_in_text(found.reason, minimum)) if isinstance(found, NotEstimable) else ""


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
