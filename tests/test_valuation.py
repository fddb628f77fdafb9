"""All that finance asks, of the small base."""

from dataclasses import replace

import pytest

import cxvalue as cx
from builders import small_base


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
    other = cx.Economics(gross_margin=0.9, discount_rate_annual=0.1)
    assert study.valuation(economics=other).register["gross_margin"].low is None


def test_results_hold_it_unless_only_the_value_is_asked(study: cx.Study) -> None:
    results = study.results(only="value")
    assert results.valuation is None
    assert results.register["gross_margin"].source == "finance"
