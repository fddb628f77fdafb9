"""Gross margin by segment: read with the panels as gross profit."""

from typing import Any

import pytest

import cxvalue as cx
from builders import small_base


def value_with(margin: Any) -> cx.Projection:
    """Return the value of the small base under a gross margin."""
    base = small_base().with_settings("economics", gross_margin=margin)
    study = cx.Study(tables=base.given(), settings=base.read_settings())
    try:
        return study.value()
    finally:
        study.close()


def by_segment(business: float, private: float) -> dict[str, Any]:
    """Return a margin by segment as the settings write it."""
    return {"by": "segment", "values": {"business": business, "private": private}}


def test_the_same_margin_in_every_segment_is_one_margin() -> None:
    plain, each = value_with(0.6), value_with(by_segment(0.6, 0.6))
    # Sums in another order: the difference is rounding.
    assert each.per_customer.estimate == pytest.approx(plain.per_customer.estimate, rel=1e-9)
    assert each.npv.se == pytest.approx(plain.npv.se, rel=1e-6)
    levers = dict(each.levers)
    assert levers["revenue"].estimate == 0.0
    assert levers["gross_profit"].estimate == pytest.approx(dict(plain.levers)["revenue"].estimate, rel=1e-9)


def test_the_value_is_linear_in_the_margins() -> None:
    nothing, business, private, both = (
        value_with(by_segment(*pair)).per_customer.estimate for pair in ((0, 0), (1, 0), (0, 1), (0.5, 0.7))
    )
    assert both == pytest.approx(nothing + 0.5 * (business - nothing) + 0.7 * (private - nothing), rel=1e-9)
    assert business != pytest.approx(private, rel=0.05)


def test_a_margin_by_what_is_no_segment_is_refused() -> None:
    with pytest.raises(cx.SettingsError, match="goes by 'plan', which is no segment"):
        value_with({"by": "plan", "values": {"a": 0.5}, "other": 0.5})


def test_a_value_without_a_margin_is_refused() -> None:
    with pytest.raises(cx.SettingsError, match="lacks 'private'"):
        value_with({"by": "segment", "values": {"business": 0.5}})


def test_a_margin_by_segment_cannot_come_later() -> None:
    base = small_base()
    study = cx.Study(tables=base.given(), settings=base.read_settings())
    later = cx.Economics(gross_margin=by_segment(0.5, 0.7), discount_rate_annual=0.1)
    with pytest.raises(cx.SettingsError, match="takes part in reading the panels"):
        study.value(economics=later)
    study.close()
