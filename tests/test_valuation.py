"""All that finance asks, of the small base."""

from dataclasses import replace

import pytest

import cxvalue as cx
from builders import small_base
from cxvalue.value.ahead.outlook import Outlook


@pytest.fixture(scope="module")
def study() -> cx.Study:
    """Return the study of the small base, with a range of its margin."""
    base = small_base().with_settings("assumptions.gross_margin", low=0.5, high=0.7, source="finance")
    return cx.Study(tables=base.given(), settings=base.read_settings())


def test_parts_speak_of_the_same_value(study: cx.Study) -> None:
    found = study.valuation()
    value = study.value()
    assert found.value.npv == value.npv
    move = found.moves.get("dissatisfied", "neutral").per_customer
    assert isinstance(move, cx.Interval)
    # The same sums in another order: the difference is rounding.
    assert (move.estimate, move.se) == pytest.approx((value.per_customer.estimate, value.per_customer.se), rel=1e-9)
    assert found.segments.whole is not None
    assert found.segments.whole.npv == value.npv
    assert found.sensitivity.cases.cases[1].npv == pytest.approx(value.npv.estimate, rel=1e-12)
    assert found.register["gross_margin"].low == 0.5
    assert "not estimable" in found.summary()  # two waves tell nothing of a sustained move


def test_a_range_speaks_of_the_value_it_was_given_for(study: cx.Study) -> None:
    cheap = replace(study.settings.shift.shift(), share=0.2)
    assert study.valuation(shift=cheap).register["gross_margin"].low == 0.5
    near = cx.Economics(gross_margin=0.55, discount_rate_annual=0.1)
    assert study.valuation(economics=near).register["gross_margin"].low == 0.5
    far = study.valuation(economics=cx.Economics(gross_margin=0.9, discount_rate_annual=0.1))
    margin = far.register["gross_margin"]
    assert (margin.low, margin.source) == (None, "settings")
    told = "range given for 0.6, not used for 0.9"
    assert far.register.to_frame().set_index("name").loc["gross_margin", "note"] == told
    assert any(told in text for text in far.sensitivity.warnings)
    assert not any("no range given" in text and "gross_margin" in text for text in far.sensitivity.warnings)
    bar = next(bar for bar in far.sensitivity.tornado.bars if bar.name == "gross_margin")
    assert bar.span == f"{told}: ±10 % shown"
    assert bar.is_shown_only


def test_a_range_that_a_margin_by_month_cannot_have_is_left_out(study: cx.Study) -> None:
    # The mean of six months is (0.9 + 5 × 0.54) / 6 = 0.6, the settings' margin; scaled by 0.7 / 0.6 the first month's
    # would be 1.05.
    by_month = cx.Economics(gross_margin=(0.9, 0.54), discount_rate_annual=0.1)
    margin = study.valuation(economics=by_month).register["gross_margin"]
    assert margin.value == pytest.approx(0.6)
    assert margin.low is None
    assert "not used" in margin.set_aside


def test_a_move_to_the_same_band_is_worth_nothing(study: cx.Study) -> None:
    found = study.valuation(shift=cx.Shift("neutral", "neutral", 0.1))
    assert (found.value.npv.estimate, found.value.npv.se) == (0.0, 0.0)
    assert isinstance(found.outlook, cx.NotEstimable)
    assert "nobody changes band" in str(found.outlook)
    assert [case.npv for case in found.sensitivity.cases.cases] == [0.0, 0.0, 0.0]
    assert set(found.sensitivity.probabilistic.npv) == {0.0}
    usual = study.valuation()
    assert found.moves.get("dissatisfied", "neutral").per_customer == pytest.approx(
        usual.moves.get("dissatisfied", "neutral").per_customer
    )
    assert found.points.headline() == usual.points.headline()
    assert "nobody changes band" in found.summary()


def test_printed_results_are_their_summaries(study: cx.Study) -> None:
    found = study.valuation()
    sensitivity = found.sensitivity
    assert isinstance(found.outlook, Outlook)
    for part in (
        found.moves, found.points, found.segments, found.outlook, found.outlook.cohorts, found.register, sensitivity,
        sensitivity.tornado, sensitivity.two_way, sensitivity.cases, sensitivity.probabilistic,
    ):  # fmt: skip
        assert repr(part) == part.summary()


def test_results_hold_it_unless_only_the_value_is_asked(study: cx.Study) -> None:
    results = study.results(only="value")
    assert results.valuation is None
    assert results.register["gross_margin"].source == "finance"
