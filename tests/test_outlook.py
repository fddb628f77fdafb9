"""Cohorts, the trend of the gap and the outlook: worked by hand, identities, and a simulated effect that fades."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from benchmarks.coverage import settings_for

import cxvalue as cx
from band_studies import estimated
from builders import Base
from cxvalue.estimate import BandStudy
from cxvalue.estimate.cohort_means import CohortMeans
from cxvalue.estimate.cohorts import common_columns, fit_cohorts, take_columns
from cxvalue.estimate.moments import Moments, accumulate
from cxvalue.estimate.partition import Partition
from cxvalue.estimate.replicate import Interval
from cxvalue.estimate.standardise import standardise
from cxvalue.estimate.trend import Trend, fit_trend, prob_of_departure, too_short
from cxvalue.link import OutcomeBatch
from cxvalue.report.plot_outlook import plot_outlook
from cxvalue.simulate import SCENARIOS, simulate
from cxvalue.value import Question, make_frame
from cxvalue.value.ahead.look_ahead import look_ahead
from cxvalue.value.ahead.outlook import GROWING, NO_TREND, WEAKENING, GapTrend, Outlook
from cxvalue.value.ahead.scaling import Scaling, scale_by
from cxvalue.vocabulary import month_label, parse_month

WAVES = ("2023-06", "2023-12", "2024-06")
ECONOMICS = cx.Economics(gross_margin=0.5, discount_rate_annual=0.0)
SCORES = (2, 7, 10)


def waves_base(*effects: float, per_band: tuple[int, ...] = (), waves: tuple[str, ...] = WAVES) -> Base:
    """Return a base in which the customers of each wave are others, nobody leaves, and revenue is known.

    Everybody pays 30 a month up to the answer; after it the dissatisfied pay 30, the neutral 30 + the wave's effect,
    the satisfied 40, every other customer 1 more and the rest 1 less. So the gap between neutral and dissatisfied is
    the wave's effect in each month exactly, and there is nothing to adjust for.
    """
    sizes = per_band or (60,) * len(waves)
    rows = [
        (wave, band, i)
        for wave, size in enumerate(sizes) for band in range(3) for i in range(size)
    ]  # fmt: skip
    wave, band, i = np.array(rows).T
    ids = np.array([f"C{n:04d}" for n in range(len(rows))])
    months = np.arange(parse_month("2023-01"), parse_month("2024-12") + 1)
    after = months[None, :] > np.array([parse_month(each) for each in waves])[wave][:, None]
    gain = np.choose(band, [np.zeros(len(rows)), np.array(effects)[wave], np.full(len(rows), 10.0)])
    revenue = 30.0 + after * (gain + np.where(i % 2 == 0, 1.0, -1.0))[:, None]
    keys = pd.DataFrame({
        "customer_id": np.repeat(ids, len(months)), "month": np.tile([month_label(m) for m in months], len(ids)),
    })  # fmt: skip
    surveys = pd.DataFrame({
        "customer_id": ids, "survey_date": pd.to_datetime([f"{waves[w]}-10" for w in wave]),
        "score": np.array(SCORES)[band],
    })  # fmt: skip
    tables = {
        "customers": pd.DataFrame({"customer_id": ids}), "surveys": surveys, "retention": keys,
        "revenue": keys.assign(value=revenue.ravel()),
    }  # fmt: skip
    settings = {
        "study": {"horizon_months": 6, "groups": 20, "draws": 100},
        "panels": {"retention": {"kind": "rows"}, "revenue": {"missing": "error"}},
        "adjust": {"response": False},
        "economics": {"gross_margin": 0.5, "discount_rate_annual": 0.0},
        "run": {"threads": 1},
    }
    return Base(tables, settings)


def ask(study: BandStudy, economics: cx.Economics = ECONOMICS, shift: cx.Shift | None = None) -> Question:
    """Return the question what a move is worth."""
    frame = make_frame(study, own_values={}, currency="EUR", confidence=0.95, draws=100, seed=1)
    return Question(study, frame, shift if shift is not None else cx.Shift(), economics)


@contextmanager
def asked(base: Base, economics: cx.Economics = ECONOMICS) -> Iterator[Question]:
    """Give the question what a move of a base is worth."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        with estimated(base) as study:
            yield ask(study, economics)


def outlook_of(base: Base, economics: cx.Economics = ECONOMICS) -> Outlook:
    """Return the outlook of a base."""
    with asked(base, economics) as question:
        found = look_ahead(question)
    assert isinstance(found, Outlook)
    return found


def values(found: Outlook) -> dict[tuple[str, object], float]:
    """Return the estimates of values by figure and years ahead."""
    table = found.to_frame()
    table = table[table["figure"].str.startswith("value_")]
    years = [None if pd.isna(year) else int(year) for year in table["years_ahead"]]
    return dict(zip(zip(table["figure"], years, strict=True), table["estimate"], strict=True))


def test_a_line_through_three_cohorts() -> None:
    # Weights 1, 2, 1 at −2, −1, 0: mean date −1, mean value (8 + 2·9 + 13) / 4 = 9.75; Σ w (t − t̄) v = −8 + 13 = 5 over
    # Σ w (t − t̄)² = 2 is 2.5 a year, so at year 0 the line stands at 9.75 + 2.5 = 12.25.
    years, weights = np.array([-2.0, -1.0, 0.0]), np.array([1.0, 2.0, 1.0])
    line = fit_trend(np.array([[8.0, 9.0, 13.0], [7.0, 7.0, 7.0]]), years, weights)
    np.testing.assert_allclose(line.per_year, [2.5, 0.0], atol=1e-12)
    np.testing.assert_allclose(line.level, [12.25, 7.0])
    np.testing.assert_allclose(line.at(-1.0), [9.75, 7.0])


def test_fewer_than_three_cohorts_or_less_than_a_year_show_no_trend() -> None:
    assert too_short(np.array([-2.0, -1.0, 0.0])) is None
    assert "2 cohorts" in str(too_short(np.array([-2.0, 0.0])))
    assert "span 9 months" in str(too_short(np.array([-0.75, -0.5, -0.25, 0.0])))


def test_departure_from_a_line_is_a_t_test_with_three_cohorts() -> None:
    # Three cohorts leave one contrast, v₀ − 2 v₁ + v₂; here 4 − 2·1 + 4 = 6. Left out: 5, 7, 6, so its jackknife
    # se² with G = 3 is 2/3 · (1 + 1 + 0) = 4/3 and T² = 36 / (4/3) = 27. The two-sided p of Student's t = √27 with
    # G − 1 = 2 degrees of freedom is 1 − t / √(2 + t²) = 1 − √(27/29).
    every = np.array([[4.0, 1.0, 4.0], [3.0, 1.0, 4.0], [5.0, 1.0, 4.0], [4.0, 1.0, 4.0]])
    assert prob_of_departure(every, np.array([-2.0, -1.0, 0.0])) == pytest.approx(1 - np.sqrt(27 / 29))


def test_departure_from_a_line_takes_enough_groups_that_differ() -> None:
    years = np.array([-3.0, -2.0, -1.0, 0.0])
    two = np.random.default_rng(5).normal(size=(3, 4))
    assert prob_of_departure(two, years) is None  # two contrasts of two groups
    # All groups alike but for rounding; then groups that differ in one contrast of the two only.
    assert prob_of_departure(np.zeros((11, 4)), years) is None
    assert prob_of_departure(np.full((11, 1), 0.1) * np.array([1.0, 7.0, 3.0, 9.0]), years) is None
    one_way = np.arange(11.0)[:, None] * np.array([1.0, -2.0, 1.0, 0.0])
    assert prob_of_departure(one_way, years) is None


def test_nobody_changes_band_and_nothing_is_followed() -> None:
    with asked(waves_base(4.0, 6.0, 8.0)) as question:
        found = look_ahead(replace(question, shift=cx.Shift("neutral", "neutral")))
    assert isinstance(found, cx.NotEstimable)
    assert "nobody changes band" in str(found)


def test_more_months_valued_than_followed_are_named() -> None:
    base = waves_base(4.0, 6.0, 8.0)
    longer = ECONOMICS.model_copy(update={"value_horizon_months": 12})
    usual, found = outlook_of(base), outlook_of(base, longer)
    assert found.headline == usual.headline
    assert "value per moved answering customer over the 6 months of follow-up, EUR" in found.summary()
    assert any("over the 6 months of follow-up; the study's value is over 12 months" in text for text in found.warnings)
    units = found.to_frame().set_index("figure")["unit"]
    assert (
        units[units.index.str.startswith("value_")] == "EUR per moved answering customer over the 6 months of follow-up"
    ).all()
    assert not any("follow-up" in unit for unit in usual.to_frame()["unit"])
    # An effect that ends within the follow-up leaves nothing out.
    ended = outlook_of(base, longer.model_copy(update={"effect_months": 4}))
    assert "over 4 months, EUR" in ended.summary()
    assert not any("study's" in text for text in ended.warnings)


@pytest.mark.parametrize(
    ("waves", "said"),
    [
        # Follow-up ends in 2024-12, eight months after 2024-04: answers of 2024-06 are not followed so long.
        (("2023-06", "2023-12", "2024-06"), "scaled alike, and the last of them come from answers up to 2024-04 only"),
        (("2023-06", "2023-12", "2024-03"), "the trend is that of months 1 to 6; later months are scaled alike"),
    ],
)
def test_whose_answers_the_late_months_stand_on(waves: tuple[str, ...], said: str) -> None:
    base = waves_base(4.0, 6.0, 8.0, waves=waves).with_settings("study", horizon_months=8, groups=20, draws=100)
    assert any(text.endswith(said) for text in outlook_of(base).warnings)


def test_an_old_wave_says_who_is_still_there() -> None:
    # 60 of each band in each of three waves; ten dissatisfied of each wave have no row in the last month, 2024-12. The
    # last wave is 16 months before it.
    base = waves_base(4.0, 6.0, 8.0, waves=("2023-02", "2023-05", "2023-08"))
    scores = base.tables["surveys"]
    gone = scores.loc[scores["score"] == SCORES[0], "customer_id"].iloc[::6]
    assert len(gone) == 30

    def without_last(rows: pd.DataFrame) -> pd.DataFrame:
        return rows[~(rows["customer_id"].isin(gone) & (rows["month"] == "2024-12"))]

    base = base.changed("retention", without_last).changed("revenue", without_last)
    study = cx.Study(tables=base.given(), settings=base.read_settings())
    with pytest.warns(cx.CxValueWarning) as warned:
        study.value()
    study.close()
    assert [str(each.message) for each in warned if "latest wave" in str(each.message)] == [
        "the latest wave (2023-08) lies 16 months before the end of the panels (2024-12): customers, prices and the "
        'link itself may have changed since. "Now" means that wave: 150 of 180 dissatisfied customers who answered by '
        "then are still customers in 2024-12"
    ]


def test_a_value_follows_the_line_and_stops_at_zero() -> None:
    # 80 measured where the line stands at 8; it falls by 2 a year and reaches 0 three years after year 0.
    line = Trend(np.array([6.0, 6.0, 6.0]), np.array([-2.0, -2.0, -2.0]))
    scaling = scale_by(np.array([80.0, 84.0, 76.0]), line, at=-1.0, confidence=0.95)
    assert isinstance(scaling, Scaling)
    assert [scaling.value(t).estimate for t in (-1.0, 0.0, 2.0, 4.0)] == [80.0, 60.0, 20.0, 0.0]
    # Left out 84 and 76: se² = 1/2 · (4² + 4²) = 16 where the line stands at its 8; at 6 it is three quarters of that.
    assert scaling.value(-1.0).se == pytest.approx(4.0)
    assert scaling.value(0.0).se == pytest.approx(3.0)
    passed, loss = scaling.value(4.0), Scaling(-scaling.measured, line, -1.0, 0.95).value(4.0)
    assert (passed.ci_low, loss.ci_high) == (0.0, 0.0)
    assert passed.ci_high == -loss.ci_low >= 0.0


def test_a_gap_that_may_be_nothing_scales_nothing() -> None:
    spread = Trend(np.array([1.0, -9.0, 11.0]), np.zeros(3))
    assert "not told from 0" in str(scale_by(np.full(3, 50.0), spread, at=0.0, confidence=0.95))
    sure = Trend(np.array([-5.0, -5.0, -5.0]), np.zeros(3))
    assert "differ in sign" in str(scale_by(np.full(3, 50.0), sure, at=0.0, confidence=0.95))


def test_a_growing_link_by_hand() -> None:
    # Half of 4, 6, 8 over six months is 12, 18, 24, half a year apart: 12 more a year, 24 at as_of. The headline is the
    # mean, 18, and stands half a year before as_of; brought to it, it is 18 · 24 / 18 = 24. One year on it is 36, or
    # 24 + 12 · 0.5 = 30 if damped; two years on 48, or 24 + 12 · 0.75 = 33.
    found = outlook_of(waves_base(4.0, 6.0, 8.0))
    assert isinstance(found.trend, GapTrend)
    assert [(label, round(gap.estimate, 9)) for label, gap in found.gaps] == [
        ("2023-Q2", 12.0), ("2023-Q4", 18.0), ("2024-Q2", 24.0),
    ]  # fmt: skip
    assert found.headline_years == pytest.approx(-0.5)
    assert found.trend.label == GROWING
    assert found.trend.per_year.estimate == pytest.approx(12.0)
    assert isinstance(found.trend.share_per_year, Interval)
    assert found.trend.share_per_year.estimate == pytest.approx(0.5)
    assert values(found) == pytest.approx({
        ("value_headline", None): 18.0, ("value_as_of", 0): 24.0,
        ("value_goes_on", 1): 36.0, ("value_damped", 1): 30.0, ("value_stops", 1): 24.0,
        ("value_goes_on", 2): 48.0, ("value_damped", 2): 33.0, ("value_stops", 2): 24.0,
        ("value_goes_on", 3): 60.0, ("value_damped", 3): 34.5, ("value_stops", 3): 24.0,
    })  # fmt: skip
    assert "link: growing; the gap over months 1 to 6 changes by EUR +12.00 a year" in found.summary()


def test_a_weakening_link_reaches_nothing_and_says_so() -> None:
    # 24, 18, 12: by 12 a year to 12 at as_of, and to −12 two years later.
    found = outlook_of(waves_base(8.0, 6.0, 4.0))
    assert isinstance(found.trend, GapTrend)
    assert found.trend.label == WEAKENING
    each = values(found)
    assert each["value_as_of", 0] == pytest.approx(12.0)
    assert each["value_damped", 1] == pytest.approx(6.0)
    assert each["value_goes_on", 2] == 0.0
    assert any("would pass 0 within" in text for text in found.warnings)


def test_without_change_all_values_are_the_headline() -> None:
    found = outlook_of(waves_base(6.0, 6.0, 6.0))
    assert isinstance(found.trend, GapTrend)
    assert found.trend.label == NO_TREND
    assert set(np.round(list(values(found).values()), 9)) == {18.0}
    assert any("no trend beyond chance" in text for text in found.warnings)


def test_twice_the_currency_is_twice_the_money() -> None:
    base = waves_base(4.0, 6.0, 8.0)
    twice = base.changed("revenue", lambda frame: frame.assign(value=2 * frame["value"]))
    discounted = cx.Economics(gross_margin=0.5, discount_rate_annual=0.1)
    once, other = (outlook_of(each, discounted).to_frame() for each in (base, twice))
    money = (once["unit"] != "share of the gap a year").to_numpy()
    columns = ["estimate", "se", "ci_low", "ci_high"]
    np.testing.assert_allclose(other.loc[money, columns], 2 * once.loc[money, columns], rtol=1e-9)
    np.testing.assert_allclose(other.loc[~money, columns], once.loc[~money, columns], rtol=1e-9)


def test_each_bands_own_change_and_the_gaps() -> None:
    # Revenue a month and customer: the neutral 34, 36, 38, so 4 more a year; the others do not change.
    with asked(waves_base(4.0, 6.0, 8.0)) as question:
        cohorts = cohort_means(question.study)
    changes = cohorts.changes().set_index(["band", "metric"])["estimate"]
    assert changes["neutral", "revenue"] == pytest.approx(4.0)
    assert changes["dissatisfied", "revenue"] == pytest.approx(0.0, abs=1e-9)
    assert changes["neutral less dissatisfied", "revenue"] == pytest.approx(4.0)
    assert changes["neutral", "retained"] == pytest.approx(0.0, abs=1e-9)
    means = cohorts.to_frame().set_index(["band", "metric", "cohort"])
    assert means.loc[("neutral", "revenue", "2023-Q4"), "estimate"] == pytest.approx(36.0)
    assert means.loc[("neutral", "revenue", "2023-Q4"), "episodes"] == 60
    assert "revenue, neutral: +4" in cohorts.summary()


def cohort_means(study: BandStudy, by: str = "cohort_quarter") -> CohortMeans:
    """Return the cohorts of a study."""
    found = fit_cohorts(
        study, by=by, from_band="dissatisfied", to_band="neutral", currency="EUR", confidence=0.95
    )  # fmt: skip
    assert isinstance(found, CohortMeans)
    return found


def test_small_cohorts_are_named_and_years_are_too_few() -> None:
    base = waves_base(4.0, 5.0, 6.0, 8.0, per_band=(60, 60, 20, 60), waves=(*WAVES[:2], "2024-03", WAVES[2]))
    with asked(base) as question:
        found, by_year = look_ahead(question), look_ahead(question, by="cohort_year")
    assert isinstance(found, Outlook)
    assert [label for label, _ in found.gaps] == ["2023-Q2", "2023-Q4", "2024-Q2"]
    ((label, reason),) = found.cohorts.left_out
    assert label == "2024-Q1"
    assert "20 episodes" in str(reason)
    assert any("2024-Q1" in text for text in found.warnings)
    assert (found.to_frame().query("cohort == '2024-Q1'")["status"] == "not_estimable").all()
    assert isinstance(by_year, Outlook)
    assert isinstance(by_year.trend, cx.NotEstimable)
    assert isinstance(by_year.today, cx.NotEstimable)
    assert by_year.ahead == ()
    assert "2 cohorts" in by_year.summary()
    assert "too few cohorts" in plot_outlook(by_year).get_title(loc="left")


def test_damping_is_a_share() -> None:
    with asked(waves_base(6.0, 6.0, 6.0)) as question:
        with pytest.raises(cx.SettingsError, match="damping"):
            look_ahead(question, damping=1.5)
        on, off = look_ahead(question, damping=1.0), look_ahead(question, damping=0.0)
    assert isinstance(on, Outlook)
    assert isinstance(off, Outlook)
    assert [year.damped for year in on.ahead] == [year.goes_on for year in on.ahead]
    assert [year.damped for year in off.ahead] == [year.stops for year in off.ahead]


def test_nothing_that_carries_money_has_no_outlook() -> None:
    with asked(waves_base(6.0, 6.0, 6.0), cx.Economics(gross_margin=0.0, discount_rate_annual=0.0)) as question:
        found = look_ahead(question)
    assert isinstance(found, cx.NotEstimable)


def random_moments(seed: int, columns: list[int]) -> Moments:
    """Return the moments of 900 episodes by some columns of a design of four, the last of which is constant."""
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(900), rng.normal(size=(900, 2)), np.ones(900)])[:, columns]
    outcomes = rng.normal(size=(900, 2, 3))
    return accumulate(
        [OutcomeBatch(0, outcomes)], design, [Partition("all", ("all",), np.zeros(900, dtype=np.int64))],
        band=np.arange(900) % 3, group=rng.integers(0, 10, 900), bins=np.zeros(900, dtype=np.int64),
        last_k=np.array([3]), groups=10, columns=[len(columns)],
    )[0]  # fmt: skip


def test_sums_of_some_columns_are_those_of_a_smaller_design() -> None:
    whole, part = random_moments(7, [0, 1, 2, 3]), random_moments(7, [0, 2])
    taken = take_columns(whole, np.array([0, 2]))
    np.testing.assert_allclose(taken.gram, part.gram)
    np.testing.assert_allclose(taken.cross, part.cross)
    target = np.tile([1.0, 0.3], (11, 1))
    one, other = (standardise(m, 0, target, horizon=3, n_metrics=2) for m in (taken, part))
    assert not isinstance(one, cx.NotEstimable)
    assert not isinstance(other, cx.NotEstimable)
    np.testing.assert_allclose(one.leave_one_group_out, other.leave_one_group_out)
    assert common_columns(whole, np.array([0]), months=3, width=4).tolist() == [0, 1, 2]


def test_the_figure_has_a_point_for_each_cohort_and_three_ways_on() -> None:
    axes = plot_outlook(outlook_of(waves_base(8.0, 6.0, 4.0)))
    lines = {line.get_label(): np.asarray(line.get_ydata(), dtype=float) for line in axes.get_lines()}
    np.testing.assert_allclose(lines["trend"], [24.0, 12.0], atol=1e-9)
    np.testing.assert_allclose(lines["goes on"], [12.0, 0.0, 0.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(lines["damped"], [12.0, 6.0, 3.0, 1.5], atol=1e-9)
    np.testing.assert_allclose(lines["stops"], 12.0)
    assert "weakening" in axes.get_title(loc="left")
    assert axes.get_xticklabels()[0].get_text() == "2023-06"


@pytest.mark.slow
@pytest.mark.parametrize(("fade", "seed"), [(0.6, 401), (0.0, 402)])
def test_a_simulated_effect_that_fades_is_seen_and_a_steady_one_is_left_alone(fade: float, seed: int) -> None:
    scenario = replace(SCENARIOS["fading"], n_customers=6_000, effect_fade_per_year=fade)
    base = simulate(scenario, seed=seed)
    with warnings.catch_warnings(), closing(cx.Study(cx.Tables(**base.tables), settings_for(base))) as study:
        warnings.simplefilter("ignore", cx.CxValueWarning)
        found = look_ahead(study._stages.question(cx.Shift(), study._stages.settings.require_economics()))
    assert isinstance(found, Outlook)
    assert isinstance(found.trend, GapTrend)
    assert isinstance(found.today, Interval)
    # The first wave has no previous band, so no cohort is adjusted for it.
    assert not any("previous" in column for column in found.cohorts.columns)
    assert found.trend.label == (WEAKENING if fade else NO_TREND)
    if fade:
        truth = base.truth.per_customer
        assert abs(found.today.estimate - truth) < abs(found.headline.estimate - truth)
