"""Names of the user come out as text everywhere, whatever they hold."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any
from xml.etree import ElementTree

import html5lib
import jsonschema
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings, strategies as st

import cxvalue as cx
from builders import small_base
from cxvalue.report import StudyResults, results_dict
from cxvalue.report.canvas import new_axes, svg_text
from cxvalue.report.control_signs import visible
from cxvalue.report.html import render_html
from cxvalue.report.manifest import make_manifest, manifest_bytes
from cxvalue.report.page.whatif import json_in_page
from cxvalue.report.plots import plot_levers
from cxvalue.report.results_json import SCHEMA_PATH, json_text
from cxvalue.report.table_files import FORMULA_STARTS, csv_bytes, parquet_bytes
from cxvalue.report.workbook import workbook_bytes
from cxvalue.report.write import report_files
from cxvalue.value import AssumptionSettings, SegmentValues, make_register
from hostile_names import HOSTILE_NAMES, hostile_names
from report_results import CREATED, no_rows, segment_value, small_results

# A page takes a second, a workbook several: few examples, of which the explicit ones do not change, and no search for
# the shortest that fails.
WHOLE = settings(
    max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
NAMED = re.compile(r"[A-Za-z_\\][A-Za-z0-9_.\\]*")


def named(name: str, other: str) -> StudyResults:
    """Return results in which all that a user may name bears one of two names, and the words beside it the other."""
    results = small_results()
    value = replace(results.value, currency=name)
    levers = tuple((f"{name} {lever}", part) for lever, part in value.levers)
    flow = value.cash_flow.rename(columns={lever: f"{name} {lever}" for lever, _ in value.levers})
    value = replace(value, levers=levers, cash_flow=flow)
    heads = ((name, (400.0, 130)), (f"{other}.", (182.0, 60)))
    segments = tuple((other, group, segment_value(value, counts)) for group, counts in heads)
    row = replace(results.estimates.rows[0], method=f"{name}!", what=other, notes=(name, other))
    stated = {"gross_margin": AssumptionSettings(low=0.5, high=0.7, source=name, owner=other, note=f"{name}{other}")}
    return replace(
        results, name=name, currency=name, value=value, segments=SegmentValues(segments),
        estimates=replace(results.estimates, rows=(*results.estimates.rows, row)),
        register=make_register(results.value, stated), warnings=(f"{name}: {other}",), not_valued=(name,),
        settings={**results.settings, "study": {**results.settings["study"], "name": name}, name: other},
    )  # fmt: skip


@cache
def structure_of_a_harmless_page() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(structure(parsed(render_html(named("Alpha", "Beta"), ()))))


def parsed(page: str) -> ElementTree.Element:
    """Return a page as a browser understands it."""
    found: ElementTree.Element = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    return found


def structure(page: ElementTree.Element) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return every element with the names of its attributes, comments too."""
    for element in page.iter():
        yield str(element.tag), tuple(sorted(map(str, element.attrib)))


def as_read(name: str) -> str:
    """Return a name as a page shows it: new lines are of one kind, controls are visible."""
    return visible(name).replace("\r\n", "\n").replace("\r", "\n")


@WHOLE
@given(hostile_names, hostile_names)
@example("</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>")
@example("\"><svg onload='alert(1)'>", "<!--")
@example("nul\x00here", "\x7f\x85\ufffe\uffff")
@example("{{ 7 * 7 }}{% if %}", "{currency} {0} %s %(n)s")
def test_page(name: str, other: str) -> None:
    page = parsed(render_html(named(name, other), ()))
    assert tuple(structure(page)) == structure_of_a_harmless_page()
    text = "".join(page.itertext())
    assert as_read(name) in text
    assert as_read(other) in text
    scripts = [element for element in page.iter("script") if element.get("type") != "application/json"]
    assert len(scripts) == 1
    assert not any(name in (script.text or "") for script in scripts if "<" in name)
    data = next(element for element in page.iter("script") if element.get("type") == "application/json")
    assert json.loads(data.text or "")["currency"] == name


@given(st.dictionaries(hostile_names, st.one_of(hostile_names, st.lists(hostile_names)), max_size=3))
def test_data_in_the_page(content: dict[str, Any]) -> None:
    text = str(json_in_page(content))
    assert not set("<>&\u2028\u2029\x00") & set(text)
    element = parsed(f'<script type="application/json">{text}</script>').find(".//script")
    assert element is not None
    assert json.loads(element.text or "") == content


@given(st.lists(hostile_names, min_size=1, max_size=4), hostile_names)
@example(list(HOSTILE_NAMES), "=1+1")
def test_csv(names: list[str], column: str) -> None:
    content = csv_bytes(pd.DataFrame({column: names, "n": range(len(names))})).decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(content, newline=""))
    assert [len(row) for row in rows] == [2] * len(names)
    for cell, name in zip([head[0], *(row[0] for row in rows)], [column, *names], strict=True):
        assert cell in (visible(name), f"'{visible(name)}")
        assert not cell.startswith(FORMULA_STARTS)
        assert not cell.strip().startswith(FORMULA_STARTS)
        assert "\x00" not in cell


@given(st.lists(hostile_names, min_size=1, max_size=4))
def test_parquet_holds_names_as_they_are(names: list[str]) -> None:
    table = pq.read_table(io.BytesIO(parquet_bytes(pd.DataFrame({"group": names}))))
    assert table["group"].to_pylist() == names


@settings(WHOLE, max_examples=2)
@given(hostile_names, hostile_names)
@example("=1+1_x0041_", "nul\x00here \x7f\x85\ufffe\uffff")
@example("return\rfeed" + "x" * 40_000, "{currency} {0} %s %(n)s")
def test_workbook(name: str, other: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(named(name, other))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "f", "b"}
    found, defined = harmless_formulas()
    assert formulas(book) == found
    assert book["Cover"]["A1"].value == as_in_cell(name)
    assert {as_in_cell(f"{other}."), as_in_cell(name)} <= {cell.value for cell in book["Segments"]["B"]}
    assert frozenset(book.defined_names) == defined
    assert all(NAMED.fullmatch(each) for each in defined)


@cache
def harmless_formulas() -> tuple[dict[str, str], frozenset[str]]:
    """Return the formulas and the defined names of a workbook without a hostile name."""
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(named("Alpha", "Beta"))))
    return formulas(book), frozenset(book.defined_names)


def formulas(book: openpyxl.Workbook) -> dict[str, str]:
    """Return the formulas of a workbook by their place."""
    return {
        f"{sheet.title}!{cell.coordinate}": str(cell.value)
        for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    }  # fmt: skip


def as_in_cell(name: str) -> str:
    """Return a name as a cell holds it, where no sign of it counts twice."""
    text = as_read(name)
    return text if len(text) <= 32_767 else f"{text[:32_766]}…"


@WHOLE
@given(hostile_names)
@example("$x_1^2$ and $\\alpha$")
@example("nul\x00here")
@example("</text><script>alert(1)</script>")
def test_figure(name: str) -> None:
    axes = new_axes()
    axes.set_title(name, loc="left")
    axes.set_xticks([0.0], [name])
    axes.plot([0, 1], label=f"n{name}")
    axes.legend()
    svg = ElementTree.fromstring(svg_text(axes, title=name))
    texts = "".join("".join(part.itertext()) for part in svg.iter("{http://www.w3.org/2000/svg}text"))
    # A line of a figure holds 120 signs; what is longer is cut, and stands in full in the file's title.
    assert squeezed(texts).count(squeezed(name if len(name) < 119 else name[:60])) >= 3
    assert squeezed(name) in squeezed("".join(svg.itertext()))
    allowed = {"svg", "g", "path", "text", "tspan", "use", "defs", "style", "rect", "clipPath", "metadata", "title"}
    tags = {str(element.tag) for element in svg.iter()}
    assert {tag.rpartition("}")[2] for tag in tags if tag.startswith("{http://www.w3.org/2000/svg}")} <= allowed


def squeezed(text: str) -> str:
    """Return a text without what breaks lines."""
    return "".join(visible(text).split())


@WHOLE
@given(hostile_names, hostile_names)
def test_results(name: str, other: str) -> None:
    results = named(name, other)
    found = json.loads(json_text(results))
    assert found == json.loads(json.dumps(results_dict(results)))
    assert found["study"]["name"] == found["study"]["currency"] == name
    assert [row["group"] for row in found["segments"]] == [name, f"{other}."]
    assert {row["by"] for row in found["segments"]} == {other}
    jsonschema.validate(found, json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))
    manifest = json.loads(manifest_bytes(make_manifest(results, {}, created=CREATED)))
    assert manifest["study"] == name
    assert manifest["settings"][name] == other


def test_levers_of_any_name_are_drawn() -> None:
    value = small_results().value
    for name in HOSTILE_NAMES[::5]:
        levers = tuple((f"{n}{name}", part) for n, (_, part) in enumerate(value.levers))
        svg = ElementTree.fromstring(svg_text(plot_levers(replace(value, levers=levers, currency=name[:12]))))
        texts = squeezed("".join(svg.itertext()))
        assert all(squeezed(f"{n}{name}"[:60]) in texts for n in (0, 1)), name  # the others are 0


@pytest.fixture(scope="module")
def nasty() -> tuple[StudyResults, dict[str, bytes]]:
    """A study whose name, currency, columns and segments are all hostile, from the tables on."""
    by, contacts = "</script><script>=1+1</script>", 'calls & "$x$" {n}'
    groups = {"business": '=HYPERLINK("http://x")<b>', "private": "\u202e<img src=x onerror=alert(1)>\x01 👩‍👩‍👧"}
    base = small_base()
    base = base.changed(
        "customers", lambda t: t.assign(segment=t["segment"].map(groups)).rename(columns={"segment": by})
    )
    base = base.changed("cost_to_serve", lambda t: t.rename(columns={"contacts": contacts}))
    base = base.with_settings("study", name="'\"><script>alert(1)</script>\x00", currency="$<i>")
    base = base.with_settings("customers", segments=[by]).with_settings("panels.cost_to_serve", covariates=[contacts])
    study = cx.Study(tables=base.given(), settings=base.read_settings())
    results = study.results()
    study.close()
    results = replace(results, check=replace(results.check, fetch=no_rows))
    return results, report_files(results)


def test_a_whole_report(nasty: tuple[StudyResults, dict[str, bytes]]) -> None:
    results, files = nasty
    by = "</script><script>=1+1</script>"
    page = parsed(files["report.html"].decode())
    assert len(list(page.iter("script"))) == 2
    assert not [element for element in page.iter() if "onerror" in element.attrib or element.tag in ("i", "img2")]
    assert all((element.get("src") or "").startswith("data:image/svg+xml") for element in page.iter("img"))
    text = "".join(page.itertext())
    for name in (by, results.name, '=HYPERLINK("http://x")<b>', 'calls & "$x$" {n}'):
        assert as_read(name) in text, name
    found = json.loads(files["results.json"])
    assert {row["by"] for row in found["segments"]} == {by}
    jsonschema.validate(found, json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))
    for name, content in files.items():
        if name.endswith(".csv"):
            cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row]
            assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS) and not is_number(cell)], name
        if name.endswith(".svg"):
            tags = {str(element.tag).rpartition("}")[2] for element in ElementTree.fromstring(content.decode()).iter()}
            assert not tags & {"script", "i", "b", "img"}, name
    book = openpyxl.load_workbook(io.BytesIO(files["workbook.xlsx"]))
    assert book["Cover"]["A1"].value == visible(results.name)
    assert not [at for at, formula in formulas(book).items() if "HYPERLINK" in formula or "1+1" in formula]


def is_number(cell: str) -> bool:
    """Return whether a cell is a number, which may well start with a minus."""
    return re.fullmatch(r"-?[\d.]+", cell) is not None
