"""The page in a real browser: it keeps to itself, its what-if panel gives Python's figures, everybody can read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cxvalue.estimate import Interval
from cxvalue.report.figures import report_figures
from cxvalue.report.html import render_html
from cxvalue.report.languages.language import read_language, speaking
from cxvalue.report.languages.say import say
from cxvalue.report.numbers import NOTHING, format_interval, format_money, format_number, format_share, with_ends
from cxvalue.report.page.whatif_fields import Field, plain, whatif_fields
from cxvalue.report.page.whatif_rows import lever_rows, whatif_rows
from cxvalue.report.wording import count_months
from cxvalue.value import Projection
from languages import CODES, DIGITS, in_language, seen
from report_results import HOSTILE, small_figures, small_results, with_value
from whatif_studies import studies

pytestmark = pytest.mark.slow

PROGRAM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
CENT = 0.005
"""Half a cent: amounts that differ by less are the same to the cent."""
AFTER_OPTIMISM = ("optimism", "npv", "npv_cash", "break_even_cost", "most_per_moved")
WRITTEN = {"roi": {"unit": "share"}, "benefit_cost_ratio": {}, "break_even_share": {"unit": "share"}}
"""How the report writes what is no money."""
WIDTHS = {"phone": 390, "laptop": 1366}
SETTINGS = {"programme": 20, "by_month": 5, "by_segment": 5, "loss": 5}
"""How many random settings are typed, by study."""


@dataclass
class Visit:
    """A page that is open, with what it said and asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window, its profile new and empty."""
    if not PROGRAM.is_file():
        pytest.fail("chromium opens the report in these tests: install it, as .ci/run does")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=PROGRAM, headless=True, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages: a whole report, and those of the studies without figures."""
    made = tmp_path_factory.mktemp("pages")
    (made / "whole.html").write_text(render_html(small_results(), small_figures()), encoding="utf-8")
    for name, study in studies().items():
        (made / f"{name}.html").write_text(render_html(study.results(), ()), encoding="utf-8")
    for code in CODES:
        whole = in_language(small_results(), code)
        (made / f"whole_{code}.html").write_text(render_html(whole, report_figures(whole)), encoding="utf-8")
        programme = in_language(studies()["programme"].results(), code)
        (made / f"programme_{code}.html").write_text(render_html(programme, ()), encoding="utf-8")
    return made


def visit(browser: Browser, path: Path, **options: Any) -> Visit:
    """Open a page and listen to what it says and asks for."""
    found = Visit(browser.new_page(**options))
    found.page.on("console", lambda message: found.said.append(message.text))
    found.page.on("pageerror", lambda error: found.said.append(str(error)))
    network = found.page.context.new_cdp_session(found.page)
    network.send("Network.enable")
    network.on("Network.requestWillBeSent", lambda event: found.asked.append(event["request"]["url"]))
    found.page.goto(path.as_uri())
    return found


def type_settings(page: Page, typed: Mapping[str, str]) -> None:
    """Type numbers into the fields, by the keyboard alone, from the first field on."""
    page.locator("#whatif-panel input").first.focus()
    for name, text in typed.items():
        assert page.evaluate("document.activeElement.name") == name
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "whatif-back"


def figures_shown(page: Page) -> dict[str, dict[str, Any]]:
    """Return the panel's figures by name: text, and exact numbers as far as there are any."""
    cells = page.eval_on_selector_all(
        "#whatif-panel data[data-figure]",
        "cells => cells.map(cell => ({name: cell.dataset.figure, text: cell.textContent, value: cell.value, "
        "low: cell.dataset.low, high: cell.dataset.high}))",
    )
    return {cell["name"]: cell for cell in cells}


def figures_of(value: Projection) -> dict[str, Interval | float | None]:
    """Return Python's figures under the panel's names."""
    appraisal = value.appraisal
    found: dict[str, Interval | float | None] = {
        "moved": value.heads.customers_moved, "per_customer": value.per_customer, "gross": value.gross,
        "extrapolated": value.extrapolated, "optimism": value.optimism_adjustment, "cost": value.programme_cost,
        "npv": appraisal.npv, "npv_cash": appraisal.npv_cash, "break_even_cost": appraisal.break_even_cost,
        "most_per_moved": appraisal.most_per_moved,
    }  # fmt: skip
    for name in ("roi", "benefit_cost_ratio", "break_even_share"):
        ratio = getattr(appraisal, name)
        found[name] = None if ratio is None or not np.isfinite(ratio.estimate) else ratio
    for name in ("payback", "payback_discounted"):
        paid = getattr(appraisal, name)
        found[name] = None if paid is None else paid.month
    return found | {f"lever_{at}": part for at, (_, part) in enumerate(value.levers)}


def in_money(name: str, figure: float, value: Projection) -> float:
    """Return a figure as the money that it was made from, in which a cent means something."""
    if name in ("roi", "benefit_cost_ratio"):
        return figure * value.programme_cost
    if name == "break_even_share":
        return 0.0 if np.isinf(figure) else value.shift.share * value.programme_cost / figure
    return figure


def assert_same(shown: Mapping[str, Mapping[str, Any]], value: Projection) -> None:
    """Assert that the panel's figures are Python's, to the cent, and are written as the report writes them."""
    expected, rows = figures_of(value), (*whatif_rows(value), *lever_rows(value))
    assert {row.name for row in rows} <= set(shown)
    for name, cell in shown.items():
        wanted, text = expected[name], cell["text"]
        if isinstance(wanted, Interval) and cell["low"] is None:
            # Left out only where some replicate may be a gain and another a loss: within about one standard error of 0.
            assert name in (*AFTER_OPTIMISM, *WRITTEN)
            assert abs(value.gross.estimate) <= 1.2 * value.gross.se
            assert float(cell["value"]) == pytest.approx(wanted.estimate, abs=CENT, rel=0), name
        elif isinstance(wanted, Interval):
            found = Interval(float(cell["value"]), 0.0, float(cell["low"]), float(cell["high"]))
            for end in ("estimate", "ci_low", "ci_high"):
                mine, theirs = (in_money(name, getattr(each, end), value) for each in (found, wanted))
                assert mine == pytest.approx(theirs, abs=CENT, rel=0), (name, end)
            if name != "moved":
                written = WRITTEN.get(name, {"currency": value.currency})
                assert seen(text) == seen(format_interval(found, **written)), name
        elif wanted is None:
            never = say("not within {months}", months=count_months(value.months))
            assert seen(text) in (NOTHING, say("no programme cost"), seen(never)), name
        elif isinstance(wanted, int):
            assert seen(text) == seen(say("month {month}", month=wanted)), name
        else:
            # Ratios of the same doubles, only summed in another order.
            assert float(cell["value"]) == pytest.approx(wanted, rel=1e-9), name
            texts = format_money(wanted, value.currency), format_share(wanted), format_number(wanted)
            assert seen(text) in {seen(each) for each in texts}, name


def random_settings(fields: tuple[Field, ...], rng: np.random.Generator) -> dict[str, str]:
    """Return numbers to type, by field, in its order and within its limits."""
    typed = {
        "share": f"{rng.uniform(0.1, 60):.1f}", "optimism": f"{rng.choice([0, 10, 37.5])}",
        "upfront": f"{rng.choice([0, 750, 4000])}", "monthly": f"{rng.choice([0, 45.5, 300])}",
        "rate": f"{rng.uniform(0, 25):.2f}",
    }  # fmt: skip
    for each in fields:
        if each.name == "horizon":
            typed["horizon"] = str(rng.integers(int(each.least), int(each.most or 0), endpoint=True))
        if each.name == "margin":
            typed["margin"] = plain(round(float(rng.uniform(0, each.most or 0)), 2))
    return {each.name: typed[each.name] for each in fields}


def as_numbers(fields: tuple[Field, ...], typed: Mapping[str, str]) -> dict[str, float]:
    """Return what was typed as settings."""
    return {each.name: float(typed[each.name]) / (100 if each.unit == "percent" else 1) for each in fields}


@pytest.mark.parametrize("name", [*SETTINGS])
def test_settings_typed_give_the_figures_of_python(browser: Browser, folder: Path, name: str) -> None:
    study, rng = studies()[name], np.random.default_rng(20)
    fields = whatif_fields(study.value)
    found = visit(browser, folder / f"{name}.html")
    assert found.page.is_visible("#whatif-panel")
    assert_same(figures_shown(found.page), study.value)
    for _ in range(SETTINGS[name]):
        typed = random_settings(fields, rng)
        type_settings(found.page, typed)
        assert found.page.inner_text("#whatif-state").startswith("These are not the figures of the report. Changed: ")
        assert_same(figures_shown(found.page), study.changed(as_numbers(fields, typed)))
    assert found.said == []
    found.page.close()


def test_interval_that_hangs_on_unknown_replicates_is_not_given(browser: Browser, folder: Path) -> None:
    study = studies()["unclear"]
    assert study.value.gross.ci_low < 0 < study.value.gross.ci_high
    found = visit(browser, folder / "unclear.html")
    shown, expected = figures_shown(found.page), figures_of(study.value)
    for name in AFTER_OPTIMISM:
        wanted = expected[name]
        assert isinstance(wanted, Interval)
        assert float(shown[name]["value"]) == pytest.approx(wanted.estimate, abs=CENT, rel=0)
        assert shown[name]["low"] is None
    assert shown["gross"]["low"] is not None
    assert found.page.is_visible("#whatif-held")
    # Without an adjustment for optimism nothing hangs on it.
    found.page.fill("#whatif-optimism", "0")
    assert figures_shown(found.page)["npv"]["low"] is not None
    found.page.close()


def test_page_keeps_to_itself(browser: Browser, folder: Path) -> None:
    found = visit(browser, folder / "whole.html")
    type_settings(found.page, random_settings(whatif_fields(small_results().value), np.random.default_rng(1)))
    found.page.wait_for_timeout(500)  # what the panel says a moment later belongs to it
    assert found.said == []
    assert [url for url in found.asked if not url.startswith("data:")] == [(folder / "whole.html").as_uri()]
    found.page.close()


def test_hostile_text_does_nothing(browser: Browser, tmp_path: Path) -> None:
    results = with_value(studies()["programme"].results(), currency=HOSTILE)
    path = tmp_path / "hostile.html"
    path.write_text(render_html(replace(results, name=HOSTILE, currency=HOSTILE), ()), encoding="utf-8")
    found = visit(browser, path)
    found.page.on("dialog", lambda dialog: found.said.append(dialog.message))
    found.page.reload()
    found.page.fill("#whatif-share", "9")
    assert HOSTILE in figures_shown(found.page)["npv"]["text"]
    assert found.page.locator("script").count() == 2
    assert found.said == []
    found.page.close()


def test_report_itself_never_changes(browser: Browser, folder: Path) -> None:
    outside = """() => { const copy = document.querySelector("main").cloneNode(true);
        copy.querySelector("#whatif-panel").remove(); return copy.textContent; }"""
    in_report = "#whatif-panel td:last-child"
    found = visit(browser, folder / "programme.html")
    page = found.page
    before = page.evaluate(outside), page.locator(in_report).all_text_contents()[:15]
    assert page.inner_text("#whatif-state") == "These are the report's own settings and figures."
    type_settings(page, random_settings(whatif_fields(studies()["programme"].value), np.random.default_rng(2)))
    assert (page.evaluate(outside), page.locator(in_report).all_text_contents()[:15]) == before
    page.keyboard.press("Enter")  # the button that goes back has the focus
    assert page.inner_text("#whatif-state") == "These are the report's own settings and figures."
    assert_same(figures_shown(page), studies()["programme"].value)
    figure = format_interval(studies()["programme"].value.npv, currency="EUR")
    expect(page.locator("#whatif-said")).to_contain_text(f"Net present value {figure}")  # a moment later
    page.close()


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("share", "0", "Share moved must be above 0 and up to 100."),
        ("share", "101", "Share moved must be above 0 and up to 100."),
        ("margin", "-5", "Gross margin must be from 0 to 100."),
        ("horizon", "6.5", "Months valued must be a whole number from 4 to 24."),
        ("horizon", "25", "Months valued must be a whole number from 4 to 24."),
        ("upfront", "-1", "Programme cost, upfront must be 0 or more."),
        ("rate", "", "Discount rate must be from 0 to 500."),
    ],
)
def test_wrong_settings_give_no_figures(browser: Browser, folder: Path, name: str, typed: str, words: str) -> None:
    page = visit(browser, folder / "programme.html").page
    page.fill(f"#whatif-{name}", typed)
    assert page.inner_text("#whatif-state") == f"No figures: {words}"
    assert page.get_attribute(f"#whatif-{name}", "aria-invalid") == "true"
    assert {cell["text"] for cell in figures_shown(page).values()} == {NOTHING}
    assert not page.is_visible("#whatif-cash")
    page.close()


def test_charts_have_words_and_tables(browser: Browser, folder: Path) -> None:
    page = visit(browser, folder / "programme.html").page
    value = studies()["programme"].value
    labels = page.eval_on_selector_all("#whatif-panel svg", "found => found.map(each => each.ariaLabel)")
    assert labels[0].startswith(f"Cumulative net cash flow by month: {format_money(-1500.0, 'EUR')} at the start, ")
    assert all(format_interval(part, currency="EUR") in labels[1] for _, part in value.levers if part.se > 0)
    rows = page.locator("#whatif-months tr")
    assert rows.count() == value.months + 1
    scale = float(value.cash_flow[["net", "cumulative", "cumulative_discounted"]].abs().to_numpy().max())
    last = value.cash_flow.iloc[-1]
    cells = rows.last.locator("td").all_text_contents()
    money = [format_money(float(last[name]), scale=scale) for name in ("net", "cumulative", "cumulative_discounted")]
    ends = [format_money(float(last[f"cumulative_discounted_{end}"]), scale=scale) for end in ("ci_low", "ci_high")]
    assert cells == [*money[:2], with_ends(money[2], *ends)]
    # Every month's interval is Python's, not the last one's alone.
    shown = page.eval_on_selector_all("#whatif-months tr", "rows => rows.map(row => row.lastElementChild.textContent)")
    names = ["cumulative_discounted", "cumulative_discounted_ci_low", "cumulative_discounted_ci_high"]
    for text, month in zip(shown, value.cash_flow[names].itertuples(index=False), strict=True):
        assert text == with_ends(*(format_money(each, scale=scale) for each in month))
    assert page.locator("#whatif-cash polygon.band").count() == 1
    page.close()


def test_without_script_the_panel_says_so(browser: Browser, folder: Path) -> None:
    page = visit(browser, folder / "whole.html", java_script_enabled=False).page
    assert not page.is_visible("#whatif-panel")
    assert page.inner_text("#whatif-note").startswith("The panel needs JavaScript, which does not run here.")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [*WIDTHS])
def test_no_serious_violation_of_accessibility(browser: Browser, folder: Path, device: str, scheme: Any) -> None:
    size = {"width": WIDTHS[device], "height": 844}
    page = visit(browser, folder / "whole.html", viewport=size, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.fill("#whatif-share", "7")
    page.fill("#whatif-rate", "")
    page.fill("#whatif-rate", "8")
    found = Axe().run(page).response["violations"]
    worst = [(each["id"], each["nodes"][0]["target"]) for each in found if each["impact"] in ("serious", "critical")]
    assert worst == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.close()


@pytest.mark.parametrize("code", ["", *(f"_{code}" for code in CODES)])
def test_on_a_phone_the_amount_comes_first_and_figures_move_within_themselves(
    browser: Browser, folder: Path, code: str
) -> None:
    page = visit(browser, folder / f"whole{code}.html", viewport={"width": WIDTHS["phone"], "height": 844}).page
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS["phone"]
    tops = {name: page.locator(name).first.bounding_box() for name in (".answer", ".cards.first", ".verdict")}
    heights = [box["y"] for box in tops.values() if box is not None]
    assert len(heights) == 3
    assert heights == sorted(heights)
    # A figure is drawn for 37 rem; at 29 its smallest marks, 8 points, are 8 pixels or more.
    widths = page.eval_on_selector_all("figure img", "found => found.map(each => each.getBoundingClientRect().width)")
    assert min(widths) >= 29 * 16
    page.close()


def test_folded_sections_are_printed(browser: Browser, folder: Path) -> None:
    page = visit(browser, folder / "whole.html").page
    inside = page.locator("details.fold table").first
    assert not inside.is_visible()
    page.emulate_media(media="print")
    assert inside.is_visible()
    assert not page.locator("details:not(.fold) table").first.is_visible()
    page.close()


def test_headings_are_in_order_and_every_chart_has_words(browser: Browser, folder: Path) -> None:
    page = visit(browser, folder / "whole.html").page
    levels = page.eval_on_selector_all("h1, h2, h3, h4", "found => found.map(each => Number(each.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.eval_on_selector_all("img", "found => found.filter(each => each.alt.length < 40).length") == 0
    assert page.eval_on_selector_all("th:not([scope])", "found => found.length") == 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.close()


def test_panel_is_not_printed(browser: Browser, folder: Path) -> None:
    page = visit(browser, folder / "whole.html").page
    page.emulate_media(media="print")
    assert not page.is_visible("#whatif-panel")
    assert not page.is_visible("#whatif")
    assert page.is_visible("#moves")
    page.close()


def in_script(text: str, digits: str) -> str:
    """Return a number as it is typed in a script."""
    return text.translate(str.maketrans("0123456789.", f"{digits}\u066b" if digits != "0123456789" else f"{digits}."))


@pytest.mark.parametrize("code", CODES)
def test_digits_of_either_script_give_the_figures_of_python(browser: Browser, folder: Path, code: str) -> None:
    study, rng = studies()["programme"], np.random.default_rng(21)
    fields = whatif_fields(study.value)
    found = visit(browser, folder / f"programme_{code}.html")
    with speaking(read_language(code)):
        assert_same(figures_shown(found.page), study.value)
        for digits in ("0123456789", *DIGITS.values(), DIGITS[code]):
            typed = random_settings(fields, rng)
            type_settings(found.page, {name: in_script(text, digits) for name, text in typed.items()})
            assert_same(figures_shown(found.page), study.changed(as_numbers(fields, typed)))
    assert found.page.get_attribute("#whatif-state", "class") == "other"
    found.page.click("#whatif-back")
    with speaking(read_language(code)):
        assert_same(figures_shown(found.page), study.value)
    found.page.wait_for_timeout(500)  # what the panel says a moment later belongs to it
    assert found.said == []
    assert [url for url in found.asked if not url.startswith("data:")] == [(folder / f"programme_{code}.html").as_uri()]
    found.page.close()


def test_arrow_keys_move_a_field_of_another_script(browser: Browser, folder: Path) -> None:
    page = visit(browser, folder / "programme_fa.html").page
    fields = {each.name: each for each in whatif_fields(studies()["programme"].value)}
    number = read_language("fa").number
    page.focus("#whatif-horizon")
    page.keyboard.press("ArrowDown")
    assert page.input_value("#whatif-horizon") == number(plain(fields["horizon"].setting - 1))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # no further than the most
    assert page.input_value("#whatif-horizon") == number(plain(fields["horizon"].most or 0))
    page.fill("#whatif-horizon", "۶٫۵")
    assert page.get_attribute("#whatif-horizon", "aria-invalid") == "true"
    assert number("24") in page.inner_text("#whatif-state")
    assert {cell["text"] for cell in figures_shown(page).values()} == {NOTHING}
    page.fill("#whatif-horizon", "abc")
    assert page.get_attribute("#whatif-horizon", "aria-invalid") == "true"
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [*WIDTHS])
@pytest.mark.parametrize("code", CODES)
def test_pages_from_the_right_are_as_accessible(
    browser: Browser, folder: Path, code: str, device: str, scheme: Any
) -> None:
    size = {"width": WIDTHS[device], "height": 844}
    found = visit(browser, folder / f"whole_{code}.html", viewport=size, color_scheme=scheme)
    page = found.page
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    violations = Axe().run(page).response["violations"]
    worst = [
        (each["id"], each["nodes"][0]["target"]) for each in violations if each["impact"] in ("serious", "critical")
    ]
    assert worst == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    # Text begins at the right: so do the first column and the skip link.
    first, last = (page.locator("table").first.locator("thead th").nth(at).bounding_box() for at in (0, -1))
    assert first is not None
    assert last is not None
    assert first["x"] > last["x"]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert found.said == []
    assert [url for url in found.asked if not url.startswith("data:")] == [(folder / f"whole_{code}.html").as_uri()]
    page.emulate_media(media="print")
    assert not page.is_visible("#whatif-panel")
    page.close()
