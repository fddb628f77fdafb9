"""The waterfall: its steps add up, and it is drawn with names, amounts and intervals."""

from __future__ import annotations

import pytest

from cxvalue.report.plot_waterfall import plot_waterfall
from cxvalue.value.waterfall import make_waterfall
from valued import move_worth, projection_of

ECONOMICS = {
    "optimism_adjustment": 0.2, "programme_cost_upfront": 500.0, "programme_cost_monthly": 100.0, "ramp_up_months": 2,
    "discount_rate_annual": 0.1,
}  # fmt: skip


def test_by_hand() -> None:
    # 100 customers × 2 months × 5 by revenue and 5 by cost; 20 % off 2,000; 500 + 2 × 100 of cost.
    value = projection_of(
        move_worth(10.0), optimism_adjustment=0.2, programme_cost_upfront=500.0, programme_cost_monthly=100.0
    )
    found = make_waterfall(value)
    steps = {name: part.estimate for name, part in found.steps}
    assert steps == pytest.approx(
        {"retention": 0.0, "revenue": 1000.0, "cost_to_serve": 1000.0, "optimism": -400.0, "programme cost": -700.0}
    )
    assert found.npv.estimate == pytest.approx(900.0)
    assert found.to_frame()["start"].tolist() == pytest.approx([0.0, 0.0, 1000.0, 2000.0, 1600.0, 0.0])


def test_steps_add_up_to_the_projection() -> None:
    value = projection_of(move_worth(10.0, months=6), **ECONOMICS)
    found = make_waterfall(value)
    assert sum(part.estimate for _, part in found.steps) == pytest.approx(value.npv.estimate)
    assert found.npv == value.npv
    cost = dict(found.steps)["programme cost"]
    assert (cost.estimate, cost.se) == pytest.approx((-value.programme_cost, 0.0))
    assert sum(part.estimate for _, part in found.steps[:3]) == pytest.approx(value.gross.estimate)


def test_drawn_from_no_programme_to_the_net_present_value() -> None:
    value = projection_of(move_worth(10.0, months=6), **ECONOMICS)
    ax = plot_waterfall(make_waterfall(value))
    names = [label.get_text() for label in ax.get_yticklabels()]
    # Nobody stays longer in this base: retention is 0 in every replicate and left out.
    assert names == ["no programme", "revenue", "cost to serve", "optimism", "programme cost", "net present value"]
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    starts = [bar.get_x() for bar in ax.patches]
    assert starts[1:4] == pytest.approx(ends[:3])
    assert ends[3] == pytest.approx(ends[-1])
    assert "EUR" in ax.get_xlabel()
    assert len(ax.texts) == len(names)
