"""Balance and overlap: by hand, the identity of weighting and regression, and what is called unbalanced."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import cxvalue as cx
from band_studies import estimated
from builders import Base
from cxvalue.errors import NotEstimable
from cxvalue.estimate import BandStudy, Standardised
from cxvalue.estimate.diagnose.balance import Balance, check_balance, episodes_of, implied_weights
from cxvalue.estimate.diagnose.overlap import effective_number, shares_outside
from cxvalue.estimate.diagnose.standardised_difference import (
    standardised_differences,
    variance_ratios,
    weighted_moments,
)
from cxvalue.report.canvas import figure_of
from sample_study import sample_study


@pytest.fixture(scope="module")
def bands(base: Base) -> Iterator[BandStudy]:
    with estimated(base) as study:
        yield study


@pytest.fixture(scope="module")
def balance(bands: BandStudy) -> Balance:
    found = check_balance(bands, from_band="dissatisfied", to_band="neutral")
    assert isinstance(found, Balance)
    return found


def test_differences_by_hand() -> None:
    # Rows 0 and 4 (mean 2, variance 4); target 1 and 5 weighted 1 to 3 (mean 4, variance 3).
    rows = weighted_moments(np.array([[0.0], [4.0], [np.nan]]), np.ones(3))
    target = weighted_moments(np.array([[1.0], [5.0]]), np.array([1.0, 3.0]))
    assert (rows.mean[0], rows.variance[0], target.mean[0], target.variance[0]) == (2.0, 4.0, 4.0, 3.0)
    assert standardised_differences(rows, target, rows)[0] == pytest.approx(-2.0 / np.sqrt(3.5), rel=1e-15)
    assert variance_ratios(rows, target)[0] == pytest.approx(4 / 3, rel=1e-15)


def test_what_does_not_vary() -> None:
    same, other = (weighted_moments(np.full((3, 1), value), np.ones(3)) for value in (1.0, 2.0))
    assert standardised_differences(same, same, same).tolist() == [0.0]
    assert standardised_differences(other, same, other).tolist() == [np.inf]
    assert np.isnan(variance_ratios(same, same)).all()


def test_effective_number_by_hand() -> None:
    assert effective_number(np.ones(7)) == 7.0
    assert effective_number(np.array([3.0, 0.0, 0.0])) == 1.0
    assert effective_number(np.zeros(3)) == 0.0


def test_post_stratification_is_what_the_weights_of_a_saturated_design_do() -> None:
    # 3 rows of cell 0, 1 of cell 1; a target half and half: every cell's half is shared out among its rows.
    design = np.array([[1.0, 0], [1, 0], [1, 0], [1, 1]])
    assert implied_weights(design, np.array([1.0, 0.5])) == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2], abs=1e-15)


def test_weights_give_the_headline(bands: BandStudy) -> None:
    fitted = bands.fit(Standardised(), from_band="dissatisfied", horizon=bands.timeline.horizon)
    assert not isinstance(fitted, NotEstimable)
    used, (target, _) = list(fitted.columns), bands.target_of("everybody", "everybody", "dissatisfied")
    batch = next(iter(bands.outcomes.batches()))
    assert len(batch.outcomes) == len(bands.bins)
    for b, band in enumerate(cx.BANDS):
        for month in (1, 6):
            at = episodes_of(bands, band, month)
            weights = implied_weights(bands.design[np.ix_(at, used)], target[0, used])
            assert weights.sum() == pytest.approx(1.0, abs=1e-12)
            curve = weights @ batch.outcomes[at][:, :, month - 1]
            # Two ways to solve the same normal equations of standardised columns.
            assert curve == pytest.approx(fitted.estimate[b, :, month - 1], rel=1e-8)


def test_columns_in_use_are_balanced_exactly(balance: Balance) -> None:
    used = np.array(balance.in_design)
    assert used.sum() >= 5
    assert np.abs(balance.smd_adjusted[:, used]).max() < 1e-9  # up to rounding
    assert np.abs(balance.smd_raw[:, used]).max() > 0.05
    assert np.isnan(balance.smd_weighted).all()


def test_every_covariate_is_shown_in_its_own_units(balance: Balance, bands: BandStudy) -> None:
    covariates = bands.linked.answers.covariates
    assert {*balance.covariates} == {*covariates.names()}
    shown = [name for name, plain in zip(balance.columns, balance.as_it_is, strict=True) if plain]
    expected = [f"{name} (as it is)" for name in covariates.number_names]
    for name, levels in zip(covariates.level_names, covariates.levels, strict=True):
        expected += [f"{name} = {level}" for level in levels]
    assert sorted(shown) == sorted(expected)


def test_raw_difference_of_a_number_by_hand(balance: Balance, bands: BandStudy) -> None:
    covariates, at = bands.linked.answers.covariates, balance.columns.index("revenue (as it is)")
    revenue = covariates.numbers[:, covariates.number_names.index("revenue")]
    target = bands.target_rows("dissatisfied")
    w = target.weights(0) / target.weights(0).sum()
    mean = w @ revenue[target.at]
    variance = w @ (revenue[target.at] - mean) ** 2
    rows = revenue[episodes_of(bands, "neutral", 1)]
    by_hand = (rows.mean() - mean) / np.sqrt((variance + rows.var()) / 2)
    assert balance.smd_raw[1, at] == pytest.approx(by_hand, rel=1e-12)


def test_weights_that_are_given(balance: Balance, bands: BandStudy) -> None:
    again = check_balance(bands, from_band="dissatisfied", to_band="neutral", weights=np.ones(len(bands.bins)))
    assert isinstance(again, Balance)
    np.testing.assert_allclose(again.smd_weighted, balance.smd_raw, rtol=1e-12)
    assert again.bands[0].n_effective_weighted == again.bands[0].n_episodes
    assert "by propensity" in again.summary()


def test_a_covariate_that_is_not_adjusted_for_is_called_unbalanced(base: Base) -> None:
    # In the second wave the previous band follows from the band: no other covariate stands for it.
    with estimated(base.with_settings("adjust", covariates=["revenue"])) as study:
        found = check_balance(study, from_band="dissatisfied", to_band="neutral")
        assert isinstance(found, Balance)
    names = dict(zip(found.columns, found.in_design, strict=True))
    assert not names["previous_band = satisfied"]
    assert any(name.startswith("previous_band") for name in found.unbalanced())
    assert "unbalanced after it: previous_band" in found.summary()


def test_overlap_by_hand() -> None:
    # One covariate; the target's last quarter lies beyond anything in either band.
    rng = np.random.default_rng(3)
    ones = np.ones(400)
    x_from, x_to = rng.uniform(0, 1, 400), rng.uniform(0, 1, 400) ** 0.8
    target = np.r_[np.linspace(0.1, 0.9, 300), np.full(100, 5.0)]
    found = shares_outside(
        np.column_stack([ones, target]), np.ones(400), np.column_stack([ones, x_from]), np.column_stack([ones, x_to])
    )
    assert found == (0.25, 0.25)


def test_frame_summary_and_page(balance: Balance) -> None:
    frame = balance.to_frame()
    assert list(frame.columns) == [
        "column", "covariate", "in_design", "band", "smd_raw", "smd_adjusted", "smd_weighted", "variance_ratio_raw",
        "variance_ratio_adjusted", "variance_ratio_weighted",
    ]  # fmt: skip
    assert len(frame) == 2 * len(balance.columns)
    assert balance.summary().count("\n") == 3
    assert "<table" in balance._repr_html_()


def test_love_plot(balance: Balance) -> None:
    ax = cx.plot(balance)
    assert len(ax.get_yticks()) == sum(balance.as_it_is)
    filled = [line for line in ax.lines if line.get_label() == "neutral, after"]
    np.testing.assert_array_equal(
        np.sort(filled[0].get_xdata()), np.sort(balance.smd_adjusted[1, np.array(balance.as_it_is)])
    )
    figure = figure_of(ax)
    FigureCanvasAgg(figure).draw()
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["dissatisfied, before", "dissatisfied, after", "neutral, before", "neutral, after"]


def test_refused(bands: BandStudy) -> None:
    with pytest.raises(cx.DataError, match="weights have shape"):
        check_balance(bands, from_band="dissatisfied", to_band="neutral", weights=np.ones(3))
    with pytest.raises(cx.DataError, match="month = 7"):
        check_balance(bands, from_band="dissatisfied", to_band="neutral", month=7)


@pytest.mark.slow
def test_a_study_weighs_by_propensity_too() -> None:
    """Its weights bring covariates nearer to the target, those that the headline loses at late months too."""
    found = sample_study().diagnose().balance
    assert isinstance(found, Balance)
    raw, weighted = np.abs(found.smd_raw), np.abs(found.smd_weighted)
    assert np.isfinite(weighted).all()
    assert weighted.max() < 0.1 < raw.max()
    assert weighted.mean() < raw.mean() / 2
