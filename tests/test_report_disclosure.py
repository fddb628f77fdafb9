"""Small cells: held back in every output, and not to be worked out from what is shown."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Outcomes
from cxvalue.report import StudyResults, results_dict
from cxvalue.report.disclosure import hide_in_text, is_small
from cxvalue.report.figures import report_figures
from cxvalue.report.html import render_html
from cxvalue.report.suppression import hide_line
from cxvalue.report.tables import report_tables
from report_results import (
    estimate_row,
    first_row,
    known_interval,
    small_results,
    with_bands,
    with_estimates,
    with_finding,
    with_segments,
)


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=6),
    st.integers(1, 20),
    st.integers(0, 30),
)
def test_the_total_gives_no_small_cell_away(counts: list[int], minimum: int, elsewhere: int) -> None:
    hidden = hide_line(counts, minimum, elsewhere=elsewhere)
    assert all(hide for n, hide in zip(counts, hidden, strict=True) if is_small(n, minimum))
    unseen = elsewhere + sum(n for n, hide in zip(counts, hidden, strict=True) if hide)
    shown = [n for n, hide in zip(counts, hidden, strict=True) if not hide and n]
    assert not is_small(unseen, minimum) or not shown


@given(st.lists(st.integers(20, 60), min_size=1, max_size=6))
def test_nothing_is_hidden_without_need(counts: list[int]) -> None:
    assert not any(hide_line(counts, 20))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("3 episodes in band neutral; 50 are needed", "fewer than 10 episodes in band neutral; 50 are needed"),
        ("8 effective answers in band neutral", "fewer than 10 effective answers in band neutral"),
        ("3 active customer-months missing (2.5% of 120)", "fewer than 10 active customer-months missing"),
        ("0 episodes", "0 episodes"),
        ("1,003 episodes (50.0% of all)", "1,003 episodes (50.0% of all)"),
    ],
)  # fmt: skip
def test_sentences_name_no_small_count(text: str, shown: str) -> None:
    assert hide_in_text(text, 10) == shown


def test_small_band_and_the_next_smallest() -> None:
    results = with_bands(small_results(), episodes=[300, 295, 4], answered=[100, 90, 4])
    bands = results_dict(results)["bands"]
    # 4 is hidden; 295 too, or 599 episodes less 300 and 295 would give it away.
    assert [band["episodes"] for band in bands] == [300, None, None]
    assert bands[2]["share"] is bands[2]["share_response_weighted"] is bands[2]["customers"] is None
    table = report_tables(results)["bands"]
    assert table["status"].tolist() == ["ok", "suppressed", "suppressed"]
    # Shown beside its share of all who answered, one `answered` would give their number, and so the 4.
    assert table["answered"].isna().all()


def test_few_reachable_customers_are_not_counted() -> None:
    results = small_results()
    heads = replace(results.value.heads, answered_in_band=7, answered_moved=0.35)
    results = replace(results, value=replace(results.value, heads=heads))
    value = results_dict(results)["value"]
    assert value["answered_in_band"] is value["answered_moved"] is None
    page = render_html(results, ())
    assert "have answered and can be reached" not in page
    assert "of the &lt;10 dissatisfied who answered" in page


def test_small_exclusion() -> None:
    results = with_finding(
        small_results(), "panels.revenue.not_active", 3, "3 rows after leaving (0.5% of 600)", amount=-98765.25
    )
    row = next(row for row in results_dict(results)["data"]["excluded"] if "after leaving" in row["reason"])
    assert row == {"reason": "panels.revenue: fewer than 10 rows after leaving", "n": None, "note": "<10"}
    cell = first_row(report_tables(results)["exclusions"], rule="panels.revenue.not_active")
    assert pd.isna(cell["n"])
    assert pd.isna(cell["amount"])  # missing: the sum over three rows is as telling as their number
    page = render_html(results, ())
    assert "98,765" not in page
    assert "&lt;10" in page


def test_answers_less_episodes_gives_nothing_away() -> None:
    results = small_results()
    n = results.episodes.n_episodes
    few = replace(results, episodes=replace(results.episodes, n_answers=n + 3, n_without_follow_up=3))
    data = results_dict(few)["data"]
    assert (data["answers"], data["episodes"]) == (None, n)
    many = replace(results, episodes=replace(results.episodes, n_answers=n + 30, n_without_follow_up=30))
    assert results_dict(many)["data"]["answers"] == n + 30


def segment_rows(results: StudyResults) -> dict[str, dict[str, object]]:
    return {row["group"]: row for row in results_dict(results)["segments"]}


def of_total(results: StudyResults) -> tuple[float, int]:
    """Return active customers, and answers in the from-band, of the whole base."""
    bands = results.episodes.bands
    return round(float(bands["customers"].sum())), int(bands["answered"].iloc[0])


def test_small_segment_and_the_counts_beside_it() -> None:
    results = small_results()
    active, answered = of_total(results)
    rows = segment_rows(
        with_segments(results, {"big": (active - 206, answered - 54), "mid": (200, 50), "tiny": (6, 4)})
    )
    assert rows["tiny"]["status"] == "suppressed"
    assert rows["tiny"]["per_customer"] is None
    assert "fewer than 10" in str(rows["tiny"]["reason"])
    # The base less the two others would give the tiny one: the smaller of them keeps its value and loses its counts.
    assert rows["mid"]["status"] == "ok"
    assert rows["mid"]["per_customer"] is not None
    assert rows["mid"]["active_customers"] is rows["mid"]["gross"] is rows["mid"]["cash_flow"] is None
    assert rows["big"]["active_customers"] == active - 206
    assert rows["big"]["reason"] == ""


def test_customers_in_no_segment_are_a_cell_too() -> None:
    results = small_results()
    active, answered = of_total(results)
    rows = segment_rows(with_segments(results, {"big": (active - 205, answered - 50), "mid": (200, 50)}))
    assert rows["mid"]["active_customers"] is None
    rows = segment_rows(with_segments(results, {"big": (active - 200, answered - 50), "mid": (200, 50)}))
    assert rows["mid"]["active_customers"] == 200


def test_small_segment_is_held_back_everywhere() -> None:
    results = small_results()
    active, answered = of_total(results)
    results = with_segments(results, {"private": (active - 6, answered - 4), "business": (6, 4)})
    tables = report_tables(results)
    for name in ("segments", "outcomes", "links"):
        table = tables[name]
        rows = table[(table["by"] == "segment") & (table["group"] == "business")]
        assert len(rows) > 0, name
        assert set(rows["status"]) == {"suppressed"}, name
        figures = [column for column in rows if rows[column].dtype == "float64" and column != "horizon_months"]
        assert rows[figures].isna().all().all(), name
    everybody = tables["outcomes"][tables["outcomes"]["by"] == "everybody"]
    assert set(everybody["status"]) == {"ok"}
    assert "held back" in render_html(results, ())


def test_strata_of_unknown_size_are_held_back_where_more_than_50_are_asked_for() -> None:
    results = replace(small_results(), disclosure_min=60)
    outcomes = report_tables(results)["outcomes"]
    status = outcomes.groupby("by")["status"].agg(set)
    assert status["everybody"] == {"ok"}
    assert status["cohort_year"] == {"suppressed"}


def test_points_of_curves_that_stand_for_few_are_held_back() -> None:
    results = small_results()
    curves = results.curves
    assert not isinstance(curves, NotEstimable)
    few = curves.episodes.copy()
    few[2, 4:] = 7
    results = replace(results, curves=replace(curves, episodes=few))
    table = report_tables(results)["curves"]
    satisfied = table[table["adjusted"] & (table["cohorts"] == "all") & (table["band"] == "satisfied")]
    assert satisfied["estimate"].isna().tolist() == (satisfied["month"] > 4).tolist()
    retention = next(figure for figure in report_figures(results) if figure.name == "retention")
    assert "satisfied" in retention.alt


def test_reasons_and_episodes_of_estimates() -> None:
    results = small_results()
    headline = results.estimates.get("standardised")
    each, n = headline.per_customer, headline.n_episodes
    too_few = NotEstimable("4 episodes in band neutral; at least 50 are needed")
    results = with_estimates(
        results,
        headline,
        estimate_row("unadjusted", each, n_episodes=n),
        estimate_row("complete_cohorts", too_few, n_episodes=n - 5),
    )
    found = {row["method"]: row for row in results_dict(results)["estimates"]}
    assert found["complete_cohorts"]["n_episodes"] is None
    assert found["complete_cohorts"]["reason"].startswith("fewer than 10 episodes")
    assert found["standardised"]["n_episodes"] == n


@pytest.mark.parametrize(
    ("n_episodes", "n_customers", "note", "shown"),
    [
        (300, 250, "", 250),
        (300, 300, "", 300),  # everybody answered once
        (300, 292, "", None),  # 8 answered again
        (9, 9, "", None),
        (300, None, "", None),  # an installed estimator that does not count them
        (300, 250, "243 customers who answered twice or more", None),  # 7 answered once
        (300, 250, "40 customers who answered twice or more", 250),
        (300, 250, "all 257 customers with an episode", None),  # 7 answered in the third band only
        (300, 250, "255 of the 400 customers with an episode, drawn with seed 1", None),
        (885, 700, "", None),  # of 891 episodes in all: the row shows neither
    ],
)
def test_customers_of_an_estimate(n_episodes: int, n_customers: int | None, note: str, shown: int | None) -> None:
    results = replace(small_results(), n_customers=1000)
    assert results.episodes.n_episodes == 891
    row = estimate_row("near", known_interval(1.0), n_episodes=n_episodes, n_customers=n_customers, notes=(note,))
    (found,) = results_dict(with_estimates(results, row))["estimates"]
    assert found["n_customers"] == shown


def test_customers_of_estimates_side_by_side() -> None:
    results = replace(small_results(), n_customers=504)
    each = known_interval(1.0)
    told = ("all 450 customers with an episode",)
    rows = [
        estimate_row("all", each, n_episodes=800, n_customers=500),  # 4 of the 504 are not among them
        estimate_row("most", each, n_episodes=700, n_customers=445),  # 5 of the 450 that the last row tells
        estimate_row("half", each, n_episodes=600, n_customers=300),
        estimate_row("again", each, n_episodes=600, n_customers=300),
        estimate_row("nearly", each, n_episodes=500, n_customers=296),  # 4 fewer
        estimate_row("few", each, n_episodes=595, n_customers=200),  # 5 episodes fewer than others
        estimate_row("told", each, n_episodes=400, n_customers=100, notes=told),
    ]
    table = report_tables(with_estimates(results, *rows))["estimates"].set_index("method")
    assert table["n_customers"].dtype == "Int64"
    assert table["n_customers"].dropna().to_dict() == {"half": 300, "again": 300, "told": 100}
    assert table["n_episodes"].isna().to_dict() == {row.method: row.method == "few" for row in rows}


def test_figures_of_outcomes_keep_their_reasons() -> None:
    results = small_results()
    assert results.outcomes is not None
    table = results.outcomes[0].to_frame()
    table.loc[:, "status"], table.loc[:, "reason"] = "not_estimable", "2 episodes in band neutral"
    shown = report_tables(replace(results, outcomes=(Outcomes(table),)))["outcomes"]
    assert set(shown["reason"]) == {"fewer than 10 episodes in band neutral"}


def test_large_values_pass() -> None:
    results = small_results()
    assert known_interval(2.0).holds(2.0)
    tables = report_tables(results)
    assert set(tables["bands"]["status"]) == {"ok"}
    assert set(tables["segments"]["status"]) == {"ok"}
