"""The page in other languages: catalogues without gaps, numbers, directions, and a language of one file."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from babel import Locale
from babel.messages.pofile import read_po

import cxvalue as cx
from cxvalue.estimate import Interval
from cxvalue.report.figures import report_figures
from cxvalue.report.html import render_html
from cxvalue.report.languages import language as language_module
from cxvalue.report.languages.gather import Message, gather_messages
from cxvalue.report.languages.language import CATALOGUES, language_codes, read_language, speaking
from cxvalue.report.languages.say import is_isolate, isolated, say, say_count
from cxvalue.report.languages.told import told, told_field, told_messages, told_plain
from cxvalue.report.numbers import format_count, format_interval, format_money, format_month, format_share
from cxvalue.report.page.whatif_fields import whatif_fields
from cxvalue.report.write import report_files
from cxvalue.value import Projection
from languages import CODES, DIGITS, in_language, seen, toy_language
from report_results import HOSTILE, small_results
from whatif_studies import studies

PLACE = re.compile(r"\{(\w+)\}")
ISOLATES = {"\u2066", "\u2067", "\u2068"}


def translations(code: str) -> dict[Message, tuple[str, ...]]:
    """Return what a catalogue says, by message; fuzzy ones as if they were not there."""
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        catalogue = read_po(file)
    found = {}
    for each in catalogue:
        if each.id:
            one, many = each.id if isinstance(each.id, tuple) else (each.id, "")
            said = each.string if isinstance(each.string, tuple) else (each.string,)
            found[Message(one, many, each.context or "")] = () if each.fuzzy else tuple(said)
    return found


def texts_of(page: str) -> Iterator[str]:
    """Yield the texts of a page and the texts of its attributes."""
    body = re.sub(r"(?s)<(script|style|pre)\b.*?</\1>|</?(?:span|b|strong)\b[^>]*>", "", page)
    yield from re.findall(r">([^<>]+)<", body)
    yield from re.findall(r' (?:alt|aria-label|data-label)="([^"]*)"', body)


@pytest.mark.parametrize("code", CODES)
def test_every_message_is_translated_and_loses_no_place(code: str) -> None:
    said, wanted = translations(code), gather_messages()
    assert len(wanted) > 800
    assert [message for message in wanted if not all(said.get(message, ("",)))] == []
    assert [message for message in said if message not in wanted] == []
    for message, forms in said.items():
        places = set(PLACE.findall(message.plural or message.text))
        for form in forms:
            # "One month" and "two months" are words in Arabic: there the number itself may be left out.
            lost = places - set(PLACE.findall(form)) - ({"n"} if message.plural else set())
            assert (lost, set(PLACE.findall(form)) - places) == (set(), set()), (message, form)


@pytest.mark.parametrize("code", CODES)
def test_translations_have_the_digits_of_their_language(code: str) -> None:
    # What programs write stays as they write it: a date, the name of a hash, percentiles.
    programs = re.compile(r"2024-03-01|SHA-256|P[159]0|\{\w+\}")
    found = {form: programs.sub("", form) for forms in translations(code).values() for form in forms}
    assert [form for form, rest in found.items() if re.search("[0-9]", rest)] == []


def test_messages_without_translations_are_those_of_the_page() -> None:
    with (CATALOGUES / "messages.pot").open("rb") as file:
        there = {(each.context or "", each.id) for each in read_po(file) if each.id}
    wanted = {(m.context, (m.text, m.plural) if m.plural else m.text) for m in gather_messages()}
    assert there == wanted, "run .ci/catalogues.py"


def test_every_message_of_other_layers_is_gathered() -> None:
    assert set(told_messages()) <= {message.text for message in gather_messages()}


@pytest.mark.parametrize(("code", "system"), [("ar", "arab"), ("fa", "arabext")])
def test_numbers_are_written_as_the_unicode_consortium_has_them(code: str, system: str) -> None:
    symbols, spoken = Locale.parse(code).number_symbols[system], read_language(code)
    assert spoken.number("1,234.5") == "".join(
        (DIGITS[code][1], symbols["group"], *DIGITS[code][2:5], symbols["decimal"], DIGITS[code][5])
    )
    assert [unicodedata.decimal(sign) for sign in spoken.number("0123456789")] == list(range(10))
    assert spoken.direction == Locale.parse(code).text_direction
    with speaking(spoken):
        assert seen(format_share(0.05))[-1] == seen(symbols["percentSign"])


@pytest.mark.parametrize(
    ("code", "money", "interval", "share", "month"),
    [
        ("ar", "−٤٩٫٧٠ EUR", "١٢٬٣٤٦ EUR (من −١ إلى ٢٠٬٠٠٠)", "١٫٤٪", "٠٣/٢٠٢٤"),
        ("fa", "−۴۹٫۷۰ EUR", "۱۲٬۳۴۶ EUR (−۱ تا ۲۰٬۰۰۰)", "۱٫۴٪", "۲۰۲۴/۰۳"),
    ],
)
def test_figures_as_a_reader_sees_them(code: str, money: str, interval: str, share: str, month: str) -> None:
    with speaking(read_language(code)):
        assert seen(format_money(-49.7, "EUR")) == money
        assert seen(format_interval(Interval(12345.6, 1.0, -1.2, 20000.0), currency="EUR")) == interval
        assert seen(format_share(0.0142)) == share
        assert seen(format_month("2024-03")) == month
        assert format_count(float("nan")) == "–"
    assert format_money(-49.7, "EUR") == "EUR\u00a0−49.70"  # English again, once nothing else is spoken


def test_plural_forms_of_arabic() -> None:
    # Zero, one, two, 3 to 10, 11 to 99, hundreds: the six forms, by the last two digits.
    with speaking(read_language("ar")):
        found = [seen(say_count("{n} month", "{n} months", n)) for n in (1, 2, 3, 10, 11, 24, 99, 100, 103, 111)]
    assert found == [
        "شهر واحد", "شهران", "٣ أشهر", "١٠ أشهر", "١١ شهراً", "٢٤ شهراً", "٩٩ شهراً", "١٠٠ شهر", "١٠٣ أشهر", "١١١ شهراً",
    ]  # fmt: skip
    with speaking(read_language("fa")):
        assert [seen(say_count("{n} month", "{n} months", n)) for n in (1, 24)] == ["۱ ماه", "۲۴ ماه"]


@pytest.mark.parametrize(
    ("english", "arabic"),
    [
        ("the 95% interval excludes 0 (41.86 to 67.76)", "فترة الثقة ٩٥٪ لا تشمل الصفر (من ٤١٫٨٦ إلى ٦٧٫٧٦)"),
        ("doubly robust 59.65, differs by +4.84 (-3.14 to +12.82)",
         "مزدوج المتانة: ٥٩٫٦٥، بفارق +٤٫٨٤ (من −٣٫١٤ إلى +١٢٫٨٢)"),
        ("3 episodes in band neutral; at least 50 are needed", "٣ حلقة متابعة في فئة محايد؛ والمطلوب ٥٠ على الأقل"),
        ("fewer than 10 episodes in band neutral; at least 50 are needed",
         "أقل من ١٠ حلقة متابعة في فئة محايد؛ والمطلوب ٥٠ على الأقل"),
        ("Too few episodes to adjust for tenure_months, plan = low: what differs between bands there stays in the "
         "value.",
         "حلقات المتابعة أقل من أن تسمح بالتعديل حسب مدة العلاقة بالأشهر، plan = low: ما يختلف فيه بين الفئات يبقى ضمن "
         "القيمة."),
        ("2023-Q3", "الربع ٣ من ٢٠٢٣"),
        ("1,234", "١٬٢٣٤"),
    ],
)  # fmt: skip
def test_sentences_of_other_layers_are_said_again(english: str, arabic: str) -> None:
    assert told(english) == english
    with speaking(read_language("ar")):
        assert seen(told(english)) == arabic


def test_sentence_that_no_catalogue_holds_stays_english_and_says_so() -> None:
    unknown = "a thing that nobody <has> thought of; 3 more"
    with speaking(read_language("fa")):
        assert told(unknown) == '<span lang="en" dir="ltr">a thing that nobody &lt;has&gt; thought of; 3 more</span>'
        assert is_isolate(told_plain(unknown))
        # Within a known sentence too: half a translation would be worse than none.
        assert told(f"not estimable: {unknown}").startswith('<span lang="en"')
        assert told_field("Plan 5 (old)") == "Plan 5 (old)"  # a name of the user, its digits as they are


def test_parts_of_a_sentence_keep_their_order() -> None:
    with speaking(read_language("ar")):
        assert isolated("Brand A (2024)") == "\u2066Brand A (2024)\u2069"
        assert isolated("NPS من ٣") == "\u2067NPS من ٣\u2069"
        assert isolated(isolated("x")) == isolated("x")
        assert not is_isolate("\u2066a\u2069 b \u2066c\u2069")
        assert say("{n} rules", n=3) != "3 rules"
    assert isolated("x") == "x"


@pytest.mark.parametrize("code", ["en", *CODES])
def test_page_has_its_language_and_direction(code: str) -> None:
    page = render_html(in_language(small_results(), code), ())
    start = {"en": '<html lang="en-GB">', "ar": '<html lang="ar" dir="rtl">', "fa": '<html lang="fa" dir="rtl">'}
    assert start[code] in page
    assert (code == "en") == (not ISOLATES & set(page.partition("<script")[0]))
    for text in texts_of(page):
        assert sum(text.count(sign) for sign in ISOLATES) == text.count("\u2069"), text


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", ["small", "programme", "by_month", "by_segment", "loss"])
def test_nothing_of_the_page_stays_english(code: str, name: str) -> None:
    results = in_language(small_results() if name == "small" else studies()[name].results(), code)
    page = render_html(results, ())
    assert re.findall(r'<span lang="en" dir="ltr">(.*?)</span>', page) == []
    letters = {"ar": "ARABIC", "fa": "ARABIC"}[code]
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    assert len(headings) > 12
    assert all(unicodedata.name(seen(text)[0]).startswith(letters) for text in headings)
    # No English digit in a figure: outside names of files, rules and settings.
    cells = re.findall(r"<td>([^<]*)</td>", page.partition('id="quality"')[0])
    assert len(cells) > 40
    assert [cell for cell in cells if re.search("[0-9]", cell)] == []


@pytest.mark.parametrize("code", CODES)
def test_figures_speak_too(code: str) -> None:
    figures = {figure.name: figure for figure in report_figures(in_language(small_results(), code))}
    english = {figure.name: figure for figure in report_figures(small_results())}
    assert list(figures) == list(english)
    for name, figure in figures.items():
        texts = re.findall(r"<text[^>]*>([^<]*)</text>", figure.svg)
        marks = [text for text in texts if re.search(r"\d", text)]
        assert marks
        assert set("".join(marks)) & set(DIGITS[code]), name
        assert set(figure.alt) & set(DIGITS[code]), name
        assert figure.svg != english[name].svg
    levers = re.findall(r"<text[^>]*>([^<]*)</text>", figures["levers"].svg)
    assert {"ar": "الإيرادات", "fa": "درآمد"}[code] in {seen(text) for text in levers}
    assert all(is_isolate(text) for text in levers if re.search("[\u0620-\u064a]{3}", text))


def test_all_other_files_stay_english() -> None:
    english, persian = (report_files(in_language(small_results(), code)) for code in ("en", "fa"))
    differ = {path for path in english if english[path] != persian[path]}
    assert list(english) == list(persian)
    assert differ == {"report.html", *(path for path in english if path.startswith("figures/"))}


def test_numbers_of_the_script_are_those_of_the_page() -> None:
    page = render_html(in_language(studies()["programme"].results(), "fa"), ())
    assert f'"digits":"{DIGITS["fa"].encode("ascii", "backslashreplace").decode()}"' in page
    assert 'type="number"' not in page
    assert re.findall(r'value="([^"]*)" required', page)[0] == read_language("fa").number(
        whatif_fields(studies()["programme"].value)[0].plain_shown
    )
    assert 'type="number"' in render_html(studies()["programme"].results(), ())


def test_hostile_names_stay_text() -> None:
    results = in_language(small_results(), "ar")
    page = render_html(type(results)(**{**fields_of(results), "name": HOSTILE, "currency": HOSTILE}), ())
    assert "<script>alert" not in page
    assert page.count("<script") == render_html(results, ()).count("<script")


def fields_of(results: object) -> dict[str, object]:
    """Return the fields of results by name."""
    return {name: getattr(results, name) for name in results.__dataclass_fields__}  # type: ignore[attr-defined]  # a dataclass


def test_language_of_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = toy_language(tmp_path)
    assert (toy.code, toy.direction, toy.number("1,234.5")) == ("xx", "ltr", "१'२३४:५")
    assert language_codes(tmp_path) == ("en", "xx")
    with speaking(toy):
        assert say_count("{n} month", "{n} months", 1) == "१ xmonth"
        assert say_count("{n} month", "{n} months", 24) == "२४ xmonths"
        assert say("Curves") == "Curves"  # marked fuzzy: not yet looked at
        assert say("Segments") == "Segments"  # not in the catalogue
        assert say("All {n} rules", n=3) == "All ३ rules"  # a place that the message does not fill
        assert say("By {unpaired}", unpaired="x") == "By x"
        assert told("7 episodes in band neutral; at least 50 are needed") == "x५० needed, x७ there: neutral"
        assert told("no customer answered twice") == '<span lang="en" dir="ltr">no customer answered twice</span>'
    monkeypatch.setattr(language_module, "CATALOGUES", tmp_path)
    page = render_html(in_language(small_results(), "xx"), ())
    assert '<html lang="xx">' in page
    assert '<h2 id="answered">Xwho &lt;b&gt;&amp;&#34;x&#34;</h2>' in page
    assert '<h2 id="curves">Curves</h2>' in page
    assert "\u2067" not in page.partition("<script")[0]
    figure = report_figures(in_language(small_results(), "xx"))[0]
    assert "०" in figure.svg
    assert cx.Settings(report={"language": "xx"}).report.language == "xx"


def test_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(cx.SettingsError, match="'en' or 'ar' or 'fa'"):
        cx.Settings(report={"language": "tlh"})
    with pytest.raises(cx.SettingsError, match="no catalogue of the language 'tlh'"):
        read_language("tlh")


def test_page_speaks_what_its_figures_show() -> None:
    results = in_language(small_results(), "ar")
    page = render_html(results, report_figures(results))
    pictures = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert pictures
    assert all(set(b64decode(each).decode()) & set(DIGITS["ar"]) for each in pictures)


def test_figures_of_results_stay_english_outside_a_report() -> None:
    value: Projection = small_results().value
    assert "lever" in value.plot().get_title(loc="left")
    assert np.isfinite(value.npv.estimate)


def test_setting_stands_in_skeleton_and_docs() -> None:
    root = Path(__file__).parents[1]
    skeleton = (root / "src" / "cxvalue" / "cli" / "study_skeleton.toml").read_text(encoding="utf-8")
    page = (root / "docs" / "settings.md").read_text(encoding="utf-8")
    assert re.search(r'(?m)^\[report\]\nlanguage = "en"', skeleton)
    section = page.partition("## `[report]`")[2]
    assert all(f'`"{code}"`' in section for code in language_codes())
