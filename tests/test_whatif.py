"""The what-if panel before any browser: what it holds, what it leaves out, and that its spread is the jackknife's."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Curves
from cxvalue.estimate.replicate import jackknife_se, t_factor
from cxvalue.link.columns import Floats
from cxvalue.report.html import render_html
from cxvalue.report.page.packed import MOST_BYTES, Packed, pack
from cxvalue.report.page.whatif import reason_to_leave_out, whatif_panel
from cxvalue.report.page.whatif_fields import whatif_fields
from cxvalue.report.page.whatif_model import model_data, most_margin
from cxvalue.report.page.whatif_spread import MOST_ERROR, pack_spread, spread_root
from cxvalue.value import Economics
from report_results import HOSTILE, all_ids, small_results, with_value
from whatif_studies import PROGRAMME, WhatIfStudy, studies, uneven_move


def unpacked(block: Packed) -> Floats:
    """Return the numbers of a packed block, read as the panel's script reads them."""
    raw, n = b64decode(block.data), block.n_bytes
    whole = [int.from_bytes(raw[at : at + n], "little", signed=True) for at in range(0, len(raw), n)]
    return np.array(whole, dtype=np.float64) * block.step


def root_of(spread: dict[str, Any], months: int) -> Floats:
    """Return the triangular root that a panel holds."""
    parts = spread["parts"]
    root = np.zeros((spread["rows"], months * len(parts)))
    for at, part in enumerate(parts):
        numbers = iter(unpacked(Packed(part["step"], part["bytes"], part["data"])))
        for row in range(len(root)):
            for column in range(max(at * months, row), (at + 1) * months):
                root[row, column] = next(numbers)
        assert next(numbers, None) is None
    return root


@given(st.lists(st.floats(-1e12, 1e12), max_size=20), st.sampled_from([1e-6, 0.5, 3.0]))
def test_packed_numbers_are_off_by_half_a_step_at_most(values: list[float], step: float) -> None:
    numbers = np.array(values)
    block = pack(numbers, step)
    assert block.step == step or block.n_bytes == MOST_BYTES
    # Half a step, and what a double of that size cannot hold.
    assert np.all(np.abs(unpacked(block) - numbers) <= block.step * (0.5 + 1e-9) + 1e-15 * np.abs(numbers))


@pytest.mark.parametrize(("groups", "width"), [(4, 9), (9, 4), (6, 6)])
def test_root_holds_the_scatter(groups: int, width: int) -> None:
    replicates = np.random.default_rng(1).normal(size=(groups, width))
    replicates[:, 1] = replicates[:, 0]  # columns that move together
    root, centred = spread_root(replicates), replicates - replicates.mean(axis=0)
    # Rounding of doubles near 1.
    np.testing.assert_allclose(root.T @ root, centred.T @ centred, atol=1e-12)
    assert np.array_equal(root, np.triu(root))


def test_spread_gives_the_jackknife_interval_to_a_thousandth_of_a_cent() -> None:
    rng, groups, months = np.random.default_rng(3), 30, 24
    parts = {name: rng.normal(size=(groups, months)) * size for name, size in (("own_1", 2.0), ("whole_fixed", 9e6))}
    spread = pack_spread(parts, confidence=0.95)
    root, weights = root_of(spread, months), rng.uniform(0, 1, size=2 * months)
    weights[:months] *= rng.integers(0, 2)
    expected = t_factor(groups, 0.95) * jackknife_se(np.concatenate(list(parts.values()), axis=1) @ weights)
    found = spread["reach"] * np.linalg.norm(root @ weights)
    # The bound on the rounding, and doubles of that size.
    assert abs(found - expected) <= MOST_ERROR + 1e-14 * expected
    np.testing.assert_allclose(spread["parts"][1]["mean"], parts["whole_fixed"].mean(axis=0), rtol=1e-12)


def test_parts_without_money_are_left_out() -> None:
    spread = pack_spread({"own_1": np.ones((3, 2)), "saved": np.zeros((3, 2))}, confidence=0.9)
    assert [part["name"] for part in spread["parts"]] == ["own_1"]
    assert pack_spread({"saved": np.zeros((3, 2))}, confidence=0.9)["parts"] == []


def test_page_holds_curves_of_all_customers_and_no_replicate() -> None:
    study = studies()["programme"]
    data = model_data(study.value)
    months = data["months"]
    assert months == 24  # 18 observed and 6 extrapolated
    extended = study.move.extended(months)
    for metric, at in zip(data["metrics"], (1, 2, 3), strict=True):
        np.testing.assert_array_equal(metric["curves"], extended[0, :, at])
    assert data["share"] == extended[0, :, 0].tolist()
    numbers = {number for metric in data["metrics"] for curve in metric["curves"] for number in curve}
    assert numbers.isdisjoint(extended[1:].ravel().tolist())
    root = root_of(data["spread"], months)
    assert np.array_equal(root, np.triu(root)), "a root of the scatter, and not its replicates"


def test_metrics_that_are_worth_nothing_are_left_out() -> None:
    assert [metric["name"] for metric in model_data(studies()["by_month"].value)["metrics"]] == [
        "revenue", "cost to serve",
    ]  # fmt: skip
    names = [metric["name"] for metric in model_data(studies()["by_segment"].value)["metrics"]]
    assert names == ["cost to serve", "amount"], "revenue counts through gross profit"


def test_panel_of_many_groups_stays_small() -> None:
    move = uneven_move()
    noise = 1 + 0.02 * np.random.default_rng(5).normal(size=(100, *move.curves.shape[1:]))
    curves = np.concatenate([move.curves[:1], move.curves[0] * noise])
    study = WhatIfStudy(
        replace(move, curves=curves, prob_from=np.full(101, 0.25), active_customers=1e6),
        Economics(gross_margin=0.6, discount_rate_annual=0.1, referral_value=30.0, **PROGRAMME),
    )
    panel = whatif_panel(study.results())
    # 100 groups, 24 months, all metrics valued, money in millions.
    assert len(panel.data) + len(panel.script) < 300_000


def test_margin_may_be_scaled_to_one_and_no_further() -> None:
    plain = {"discount_rate_annual": 0.1}
    assert most_margin(Economics(gross_margin=0.3, **plain)) == 1.0
    assert most_margin(Economics(gross_margin=(0.4, 0.7), **plain)) == 1.42
    assert most_margin(Economics(gross_margin=(0.1, 0.0), **plain)) == 5.0
    assert most_margin(studies()["by_segment"].economics) == 1.42


def test_fields_start_from_the_settings() -> None:
    fields = {each.name: each for each in whatif_fields(studies()["programme"].value)}
    assert {name: each.shown for name, each in fields.items()} == {
        "share": "8", "margin": "60", "optimism": "15", "upfront": "1500", "monthly": "60", "horizon": "24",
        "rate": "10",
    }  # fmt: skip
    assert fields["horizon"].ends == ("4", "24"), "from the ramp-up to the months that the page holds"
    assert fields["upfront"].ends == ("0", "")


def test_panel_is_left_out_where_curves_are_held_back() -> None:
    results = small_results()
    assert reason_to_leave_out(results) == ""
    assert isinstance(results.curves, Curves)
    episodes = results.curves.episodes.copy()
    episodes[2] = 1  # satisfied: no part of this move
    assert reason_to_leave_out(replace(results, curves=replace(results.curves, episodes=episodes))) == ""
    episodes[1, -1] = 9
    few = replace(results, curves=replace(results.curves, episodes=episodes))
    text = render_html(few, ())
    assert "stand for fewer than 10 customers in some months" in text
    assert "<script" not in text
    assert "script-src" not in text


def test_panel_is_left_out_without_curves_or_value() -> None:
    results = small_results()
    assert "cannot be estimated" in reason_to_leave_out(replace(results, curves=NotEstimable("too few episodes")))
    lost = replace(results.value.move, prob_from=np.full_like(results.value.move.prob_from, np.nan))
    assert "cannot be computed" in reason_to_leave_out(with_value(results, move=lost))


def test_data_are_text_of_the_page_and_name_nobody() -> None:
    panel = whatif_panel(with_value(small_results(), currency=HOSTILE))
    assert json.loads(panel.data)["currency"] == HOSTILE
    assert not set("<>&") & set(panel.data)
    assert not any(each in panel.data for each in all_ids())
