"""report.html: the answer first, everything beside it, one file, the user's text as text."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from cxvalue.errors import NotEstimable
from cxvalue.report import StudyResults
from cxvalue.report.answer import answer_sentence
from cxvalue.report.figures import report_figures
from cxvalue.report.html import render_html
from cxvalue.report.page.finance import cases_table
from cxvalue.report.page.top import estimate_cards
from cxvalue.report.wording import gap_sentence, truth_sentence
from cxvalue.value import SegmentValues
from cxvalue.value.vary.cases import Case, Cases
from report_results import (
    HOSTILE,
    estimate_row,
    known_interval,
    segment_value,
    small_figures,
    small_results,
    value_only,
    with_cost,
    with_estimates,
    with_finding,
    with_truth,
    with_value,
)

VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)

    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def page_of(results: StudyResults) -> Page:
    return Page(render_html(results, small_figures()))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def with_raw_gap(results: StudyResults, gap: float, value: float) -> StudyResults:
    """Return results with a known raw gap and a known value."""
    results = with_value(results, per_customer=known_interval(value))
    return with_estimates(
        results,
        estimate_row("unadjusted", known_interval(gap)),
        estimate_row("standardised", results.value.per_customer, projection=results.value),
    )


def test_answer_in_one_sentence() -> None:
    results = small_results()
    results = with_value(results, appraisal=replace(results.value.appraisal, npv=known_interval(7560.4, 3660.0)))
    heads = replace(
        results.value.heads, active_customers=10876.0, customers_moved=known_interval(152.3),
        share_of_base=known_interval(0.014), answered_in_band=620, answered_moved=31.0,
    )  # fmt: skip
    sentence = plain(answer_sentence(with_value(results, heads=heads)))
    assert sentence == (
        "Moving 5 % of those dissatisfied in 2024-03 to neutral (152 customers, of whom 31 have answered and can be "
        "reached; 1.4 points of the base of 10,876) is worth EUR 7,560 over 6 months, before any programme cost "
        "(95 % interval EUR 3,900 to 11,220)."
    )


def test_net_of_a_cost() -> None:
    assert "after the programme's cost" in answer_sentence(with_value(small_results(), programme_cost=10.0))


@pytest.mark.parametrize(
    ("gap", "value", "words"),
    [
        (114.2, 49.7, "EUR 114.20 a customer: it overstates the adjusted value by EUR 64.50 (130 % of it)."),
        (30.0, 40.0, "EUR 30.00 a customer: it understates the adjusted value by EUR 10.00 (25 % of it)."),
        (-5.0, 10.0, "EUR −5.00 a customer: it understates the adjusted value by EUR 15.00 (150 % of it)."),
        (20.0, 20.001, "EUR 20.00 a customer, as much as the adjusted value."),
        (50.0, 0.5, "EUR 50.00 a customer: it overstates the adjusted value by EUR 49.50."),
    ],
)  # fmt: skip
def test_gap_in_words(gap: float, value: float, words: str) -> None:
    sentence = plain(gap_sentence(with_raw_gap(small_results(), gap, value)))
    assert sentence == f"The raw gap between the bands is {words}"


def test_gap_that_cannot_be_estimated() -> None:
    results = small_results()
    rows = estimate_row("unadjusted", NotEstimable("too few")), results.estimates.get("standardised")
    assert gap_sentence(with_estimates(results, *rows)) == "The raw gap is not estimable: too few."


@pytest.mark.parametrize(
    ("value", "words"), [(2.5, "The interval holds it."), (99.0, "The interval does not hold it.")]
)
def test_truth_in_words(value: float, words: str) -> None:
    assert truth_sentence(with_truth(small_results(), value)).endswith(words)
    assert truth_sentence(small_results()) == ""


def test_first_screen() -> None:
    results = with_truth(small_results(), 2.0)
    results = replace(results, warnings=("the latest wave is old",), not_valued=("upgrades: measured, not valued",))
    page = page_of(results)
    text = plain(page.text())
    first = text[: text.index("Who answered Outcomes by band")]
    assert plain(answer_sentence(results)) in first
    assert results.verdict.label in first
    assert all(reason in first for reason in results.verdict.reasons)
    for words in (
        "Adjusted: the value", "Unadjusted: the raw gap", "Truth of this simulated base", "EUR 2.00",
        "it understates the adjusted value", "The latest wave is old.",
        "Not in the value: upgrades: measured, not valued.",
        "5 % of the dissatisfied is not 5 points of the base", "Points of the base", "Head count, all active",
        "Head count, answered",
    ):  # fmt: skip
        assert words in first, words


def test_every_section_is_there_and_linked() -> None:
    page = page_of(small_results())
    ids = {attributes["id"] for tag, attributes in page.tags if tag == "h2"}
    links = {str(attributes["href"]).removeprefix("#") for tag, attributes in page.tags if tag == "a"}
    assert links == ids | {"sections"}
    assert len(ids) == 18
    assert page.open == []


def test_page_alone_links_no_file() -> None:
    text = render_html(small_results(), (), files=["tables/bands.csv"])
    assert re.findall(r'<a href="([^#"]*)"', text) == ["tables/", "tables/bands.csv"]
    assert re.findall(r'<a href="([^#"]*)"', render_html(small_results(), ())) == []


def test_what_is_second_in_order_is_folded_and_printed() -> None:
    text = render_html(small_results(), small_figures())
    folded = re.findall(r'<details class="fold"><summary>(.*?)</summary>', text)
    assert {"Quarter by quarter", "If the score rose", "Left at their default", "Sources"} <= set(folded)
    assert "details.fold::details-content { content-visibility: visible;" in text
    sections = re.findall(r'<h2 id="(\w+)"', text)
    first = ["answered", "outcomes", "curves", "levers", "cash", "whatif", "segments", "moves"]
    assert [name for name in sections if name in first] == first
    last = ["sensitivity", "estimates", "quality", "assumptions", "method", "repeat"]
    assert [name for name in sections if name in last] == last


def test_cases_say_what_they_take() -> None:
    ends = {"low": 0.5, "base": 0.6, "high": 0.7}
    made = tuple(Case(name, 10.0, 8.0, None, None, (("gross_margin", end),)) for name, end in ends.items())
    cases = Cases("EUR", made, ())
    found = cases_table(cases.to_frame(), cases, "EUR")
    assert found is not None
    assert [row[:2] for row in found.rows] == [
        ("low", "gross margin 0.500"), ("base", "gross margin 0.600"), ("high", "gross margin 0.700"),
    ]  # fmt: skip
    alike = replace(cases, cases=tuple(replace(case, values=()) for case in cases.cases))
    assert cases_table(alike.to_frame(), alike, "EUR") is None


def test_complete_cohorts_are_no_card_where_all_are_complete() -> None:
    results = small_results()
    until = replace(results.episodes, complete_until=results.episodes.cohorts[1])
    cards = [card.label for card in estimate_cards(replace(results, episodes=until))]
    assert cards == ["Adjusted: the value", "Unadjusted: the raw gap"]
    until = replace(results.episodes, complete_until=results.episodes.cohorts[0])
    assert "Complete cohorts only" in [card.label for card in estimate_cards(replace(results, episodes=until))]


def test_one_file_without_network() -> None:
    text = render_html(small_results(), small_figures())
    page = Page(text)
    assert {"link", "iframe", "object", "form"}.isdisjoint(tag for tag, _ in page.tags)
    for tag, attributes in page.tags:
        for name in ("src", "href"):
            assert str(attributes.get(name, "#")).startswith(("#", "data:image/svg+xml;base64,")), (tag, attributes)
        assert not any(name.startswith("on") for name in attributes)
    policy = [attributes for tag, attributes in page.tags if attributes.get("http-equiv") == "Content-Security-Policy"]
    script = text.rpartition("<script>")[2].partition("</script>")[0]
    digest = b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii")
    assert policy[0]["content"] == (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    )


def test_scripts_are_the_data_and_the_code_of_the_panel() -> None:
    page = page_of(small_results())
    scripts = [attributes for tag, attributes in page.tags if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "whatif-data"}, {}]


def test_figures_have_words_and_tables() -> None:
    page = page_of(small_results())
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(images) == 8
    assert all(len(str(image["alt"])) > 40 for image in images)
    text = page.text()
    assert text.count("The figures behind it") == 7
    assert "Parts of the value; they add up to it" in text
    assert "accounting, not mechanism" in text


def test_figures_on_paper_phone_and_in_the_dark_have_styles() -> None:
    text = render_html(small_results(), ())
    assert "@media print" in text
    assert "prefers-color-scheme: dark" in text
    assert 'name="viewport"' in text


def test_text_of_the_user_stays_text() -> None:
    results = small_results()
    levers = tuple((HOSTILE if name == "upgrades" else name, part) for name, part in results.value.levers)
    flow = results.value.cash_flow.rename(columns={"upgrades": HOSTILE})
    results = with_value(results, levers=levers, cash_flow=flow, currency=HOSTILE)
    segments = SegmentValues(((HOSTILE, HOSTILE, segment_value(results.value, (582.0, 160))),))
    results = replace(
        results, name=HOSTILE, currency=HOSTILE, warnings=(HOSTILE,), not_valued=(HOSTILE,), segments=segments,
        settings={"study": {"name": HOSTILE}},
    )  # fmt: skip
    results = with_finding(results, "surveys.odd", 20, HOSTILE)
    text = render_html(results, report_figures(results))
    page = Page(text)
    assert "alert('1')</script" not in text
    assert [tag for tag, _ in page.tags].count("script") == 2
    assert HOSTILE in page.text()


def test_raw_floats_are_never_shown() -> None:
    page = page_of(small_results())
    shown = page.text()
    shown = shown[: shown.index("All settings")]
    assert re.findall(r"\d\.\d{6,}", shown) == []
    assert "nan" not in re.findall(r"[a-z]+", shown)


def test_page_of_a_value_only() -> None:
    text = page_of(value_only(small_results())).text()
    assert text.count("Not asked for in this run.") == 2


def test_page_without_curves_or_segments() -> None:
    results = replace(
        small_results(), curves=NotEstimable("too few episodes"), contribution=None, segments=SegmentValues(())
    )
    text = page_of(results).text()
    assert "Not estimable: not estimable: too few episodes" not in text
    assert "too few episodes" in text
    assert "No segment column was given." in text


def test_cost_gives_return_and_payback() -> None:
    results = with_cost(small_results(), roi=known_interval(1.5))
    text = plain(page_of(results).text())
    assert "Return 150.0 %" in text
    assert "Paid back never" in text


def test_quarters_add_up_to_the_months() -> None:
    results = small_results()
    text = plain(page_of(results).text())
    assert "0 (start)" in text
    assert "1–3" in text
    assert "4–6" in text


def test_extrapolated_months_are_marked() -> None:
    text = plain(page_of(replace(small_results(), horizon_months=3)).text())
    assert "4–6 extrapolated" in text


def test_page_is_the_same_again() -> None:
    results = small_results()
    assert render_html(results, small_figures()) == render_html(results, small_figures())
