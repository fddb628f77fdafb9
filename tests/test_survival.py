"""Survival on arrays: worked by hand, and the identities that the estimators rely on."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from lifelines import CoxPHFitter, KaplanMeierFitter, WeibullFitter
from lifelines.statistics import multivariate_logrank_test
from statsmodels.duration.hazard_regression import PHReg

from cxvalue.errors import DataError, NotEstimable, SettingsError
from cxvalue.estimate.survival import (
    CoxFit,
    ShiftedBetaGeometric,
    Tilting,
    WeibullTail,
    cohort_counts,
    cox,
    fit_shifted_beta_geometric,
    fit_weibull_tail,
    kaplan_meier,
    log_rank,
    make_spells,
    proportional_hazards_test,
    restricted_mean,
    schoenfeld_residuals,
    tilt,
)

H = (1e-5, -1e-5)


def rows(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return entries, exits (both in whole months), events and covariates that drive the hazard."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(size=n), rng.integers(0, 2, n), rng.integers(0, 2, n)]).astype(float)
    entry = rng.integers(0, 6, n).astype(float)
    leave = entry + np.ceil(rng.exponential(8 * np.exp(-x @ [0.4, 0.6, 0.0])))
    return entry, np.minimum(leave, entry + 12), leave <= entry + 12, x


def fitted(found: object) -> CoxFit:
    """Return a fit, or fail."""
    assert isinstance(found, CoxFit)
    return found


def test_kaplan_meier_with_delayed_entry_by_hand() -> None:
    # At 2 the rows (0, 2] and (0, 4] are at risk; the row (2, 3] enters at 2 and is not: S = 1/2.
    # At 3 the rows (2, 3] and (0, 4] are at risk: S = 1/2 · 1/2.
    found = kaplan_meier(np.array([2.0, 3, 4]), np.array([True, True, False]), entry=np.array([0.0, 2, 0]))
    assert found.survival.tolist() == [0.5, 0.25]
    assert found.at_risk.tolist() == [2, 2]


def test_a_curve_refuses_to_leave_its_domain() -> None:
    found = kaplan_meier(np.array([1.0, 2, 5]), np.array([True, True, False]), start=1.0)
    assert found.at(np.array([1.0, 2, 5])).tolist() == [1.0, 0.5, 0.5]
    for outside in (0.5, 5.5):
        with pytest.raises(SettingsError, match="outside the curve"):
            found.at(outside)
    gone = kaplan_meier(np.array([1.0, 2]), np.array([True, True]))
    assert gone.at(100.0).tolist() == [0.0]  # once nobody is left, nobody comes back


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_kaplan_meier_is_that_of_lifelines(seed: int) -> None:
    _, time, event, _ = rows(40, seed)
    ours = kaplan_meier(time, event)
    theirs = KaplanMeierFitter().fit(time, event)
    np.testing.assert_allclose(ours.at(ours.time), theirs.predict(ours.time), rtol=1e-9)
    limits = theirs.confidence_interval_survival_function_.loc[ours.time].to_numpy()
    np.testing.assert_allclose(np.column_stack([ours.ci_low, ours.ci_high]), limits, rtol=1e-5)


def test_unit_weights_give_greenwood_and_whole_weights_are_copies() -> None:
    entry, time, event, _ = rows(60, 3)
    # Without delayed entry the infinitesimal jackknife is Greenwood's formula.
    np.testing.assert_allclose(
        kaplan_meier(time, event, weights=np.ones(60)).se, kaplan_meier(time, event).se, rtol=1e-9
    )
    copies = np.random.default_rng(1).integers(1, 4, 60)
    again = kaplan_meier(time.repeat(copies), event.repeat(copies), entry=entry.repeat(copies))
    weighted = kaplan_meier(time, event, entry=entry, weights=copies.astype(float))
    np.testing.assert_allclose(weighted.survival, again.survival, rtol=1e-12)
    assert weighted.se[-1] > again.se[-1]  # copies are not independent


def test_error_with_known_weights_is_what_each_row_pulls() -> None:
    entry, time, event, x = rows(40, 16)
    weights = 1 + x[:, 1]
    found = kaplan_meier(time, event, entry=entry, weights=weights)
    pulls = []
    for row in range(40):
        up, down = (kaplan_meier(time, event, entry=entry, weights=weights + h * (np.arange(40) == row)) for h in H)
        pulls.append((up.survival - down.survival) / (H[0] - H[1]) * weights[row])
    # A central difference of step 1e-5: its own error is of the order of 1e-9.
    np.testing.assert_allclose(np.sqrt((np.array(pulls) ** 2).sum(axis=0)), found.se, rtol=1e-6, atol=1e-9)


def test_grouped_error_of_a_complete_sample_is_that_of_a_share() -> None:
    # Followed to the end, S(1) is a share; with one row a group its jackknife error is √(S(1 − S)/(n − 1)).
    time, event = np.array([1.0, 1, 2, 2, 2, 2, 2, 2]), np.array([True, True] + [False] * 6)
    found = kaplan_meier(time, event, group=np.arange(8))
    assert found.se[0] == pytest.approx(np.sqrt(0.75 * 0.25 / 7), rel=1e-12)


def test_restricted_mean_by_hand() -> None:
    # One of two leaves at 1, the other is followed to 3: 1 · 1 + 2 · 1/2 up to 3; area after the step 1, so that
    # the error is 1 · √(1/(2 · 1)).
    found = restricted_mean(kaplan_meier(np.array([1.0, 3]), np.array([True, False])), 3.0)
    assert (found.estimate, found.se) == pytest.approx((2.0, np.sqrt(0.5)), rel=1e-12)


def test_log_rank_is_that_of_lifelines_and_doubling_customers_changes_nothing_when_clustered() -> None:
    _, time, event, x = rows(200, 4)
    arm = (x[:, 1] + x[:, 2]).astype(np.int64)
    theirs = multivariate_logrank_test(time, arm, event)
    assert log_rank(time, event, arm=arm).statistic == pytest.approx(theirs.test_statistic, rel=1e-9)
    once = log_rank(time, event, arm=arm, cluster=np.arange(200))
    twice = log_rank(time.repeat(2), event.repeat(2), arm=arm.repeat(2), cluster=np.arange(200).repeat(2))
    assert twice.statistic == pytest.approx(once.statistic, rel=1e-9)
    assert log_rank(time.repeat(2), event.repeat(2), arm=arm.repeat(2)).statistic > 1.9 * theirs.test_statistic


def test_cox_is_that_of_lifelines_with_ties_and_delayed_entry() -> None:
    entry, time, event, x = rows(400, 5)
    found = fitted(cox(time, event, x, entry=entry))
    table = pd.DataFrame(x, columns=list("abc")).assign(time=time, event=event, entry=entry)
    theirs = CoxPHFitter().fit(table, "time", "event", entry_col="entry")
    np.testing.assert_allclose(found.coefficients, theirs.params_, rtol=1e-4)  # theirs stops earlier
    np.testing.assert_allclose(np.sqrt(np.diag(found.model_covariance)), theirs.standard_errors_, rtol=1e-4)
    assert found.log_likelihood == pytest.approx(theirs.log_likelihood_, rel=1e-8)


def test_cox_is_that_of_statsmodels() -> None:
    _, time, event, x = rows(300, 6)
    for ties in ("breslow", "efron"):
        theirs = PHReg(time, x, status=event.astype(float), ties=ties).fit()
        found = fitted(cox(time, event, x, ties=ties))
        np.testing.assert_allclose(found.coefficients, theirs.params, rtol=1e-4)  # theirs stops earlier
        np.testing.assert_allclose(np.sqrt(np.diag(found.model_covariance)), theirs.bse, rtol=1e-4)


def test_efron_is_breslow_without_ties() -> None:
    _, time, event, x = rows(100, 7)
    time = time + np.arange(100) / 1000
    one, other = fitted(cox(time, event, x)), fitted(cox(time, event, x, ties="breslow"))
    np.testing.assert_allclose(one.coefficients, other.coefficients, rtol=1e-9)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-9)


def test_order_of_rows_changes_nothing() -> None:
    entry, time, event, x = rows(200, 8)
    order = np.random.default_rng(2).permutation(200)
    customer = np.arange(200) // 2
    once = fitted(cox(time, event, x, entry=entry, cluster=customer))
    again = fitted(cox(time[order], event[order], x[order], entry=entry[order], cluster=customer[order]))
    np.testing.assert_allclose(again.coefficients, once.coefficients, rtol=1e-9)
    np.testing.assert_allclose(again.covariance, once.covariance, rtol=1e-9)


def test_influence_is_what_leaving_a_row_out_does() -> None:
    entry, time, event, x = rows(300, 9)
    found = fitted(cox(time, event, x, entry=entry))
    keep = np.arange(300) != 17
    without = fitted(cox(time[keep], event[keep], x[keep], entry=entry[keep]))
    # First order in 1/300: the rest is of the order of the influence itself over 300, times its leverage.
    moved = found.coefficients - without.coefficients
    np.testing.assert_allclose(found.influence[17], moved, atol=0.15 * np.abs(moved).max())
    assert np.abs(found.influence.sum(axis=0)).max() < 1e-8


def test_spells_of_a_constant_covariate_are_one_row() -> None:
    _, time, event, x = rows(200, 10)
    cut = time > 2
    first, second = np.minimum(time, 2.0), time[cut]
    spell_x = np.concatenate([x, x[cut]])
    spell_event = np.concatenate([event & ~cut, event[cut]])
    entry = np.concatenate([np.zeros(200), np.full(int(cut.sum()), 2.0)])
    customer = np.concatenate([np.arange(200), np.flatnonzero(cut)])
    whole = fitted(cox(time, event, x))
    cut_up = fitted(cox(np.concatenate([first, second]), spell_event, spell_x, entry=entry, cluster=customer))
    np.testing.assert_allclose(cut_up.coefficients, whole.coefficients, rtol=1e-8)
    np.testing.assert_allclose(cut_up.covariance, whole.covariance, rtol=1e-8)


def test_baseline_with_delayed_entry_recovers_the_truth() -> None:
    # Hazard 1/12 a month at x = 0: S(3) = exp(−1/4) = .779. A baseline that ignores the entries gives .966.
    rng = np.random.default_rng(11)
    n = 20_000
    x, entry = rng.integers(0, 2, n).astype(float), rng.uniform(0, 5, n) * (rng.random(n) < 0.9)
    leave = rng.exponential(12 * np.exp(-0.5 * x))
    seen = leave > entry
    end = np.minimum(leave, entry + 6)
    found = fitted(cox(end[seen], (leave <= entry + 6)[seen], x[seen, None], entry=entry[seen]))
    at_3 = found.survival(np.zeros((1, 1)))[0, np.searchsorted(found.time, 3.0, side="right") - 1]
    assert at_3 == pytest.approx(np.exp(-0.25), abs=0.02)  # about three standard errors: some 600 leavers by then
    assert found.coefficients[0] == pytest.approx(0.5, abs=4 * found.se[0])


def test_what_cannot_be_fitted_says_why() -> None:
    _, time, event, x = rows(50, 12)
    assert isinstance(cox(time, np.zeros(50, dtype=bool), x), NotEstimable)
    assert isinstance(cox(time, event, np.column_stack([x, x[:, 0]])), NotEstimable)
    assert isinstance(cox(time, event, event[:, None].astype(float)), NotEstimable)
    with pytest.raises(DataError, match="enter at or after"):
        cox(time, event, x, entry=time)
    with pytest.raises(DataError, match="weights are negative"):
        kaplan_meier(time, event, weights=np.full(50, -1.0))


def test_proportional_hazards_are_found_broken_where_they_are() -> None:
    rng = np.random.default_rng(13)
    n = 4000
    x = rng.integers(0, 2, n).astype(float)
    early = rng.exponential(10 * np.exp(-1.0 * x))  # a log hazard ratio of 1 up to month 5, of 0 thereafter
    leave = np.where(early < 5, early, 5 + rng.exponential(10, n))
    time = np.ceil(np.minimum(leave, 20))
    found = fitted(cox(time, leave <= 20, x[:, None]))
    test = proportional_hazards_test(found)
    assert test.p_value[0] < 1e-4
    assert test.slope[0] < 0  # the effect fades
    when, residual = schoenfeld_residuals(found)
    assert residual[when <= 5].mean() == pytest.approx(1.0, abs=0.25)  # each mean has a standard error of about 0.06
    assert residual[when > 5].mean() == pytest.approx(0.0, abs=0.25)
    steady = fitted(cox(np.ceil(np.minimum(early, 20)), early <= 20, x[:, None]))
    assert proportional_hazards_test(steady).p_value[0] > 0.01


def test_spells_end_with_the_next_answer_or_the_first_leaving() -> None:
    # Customer 0: answers in 0, 4 and 9, gone from 7 on and back in 9: the third answer is after the first leaving.
    # Customer 1: answers in 0 and 20, followed for 12 months each: months 13 to 20 are not at risk.
    spells = make_spells(
        np.array([0, 0, 0, 1, 1]),
        np.array([0, 4, 9, 0, 20]),
        duration=np.array([7, 3, 12, 12, 12]),
        left=np.array([True, True, False, False, False]),
        clock=np.array([0.0, 4, 9, 0, 20]),
    )
    assert spells.row.tolist() == [0, 1, 3, 4]
    assert spells.entry.tolist() == [0, 4, 0, 20]
    assert spells.exit.tolist() == [4, 7, 12, 32]
    assert spells.event.tolist() == [False, True, False, False]


def test_tilting_balances_exactly_with_and_without_each_group() -> None:
    rng = np.random.default_rng(14)
    x = np.column_stack([np.ones(500), rng.normal(size=(500, 2)), rng.integers(0, 2, 500)])
    group = rng.integers(0, 10, 500)
    target = np.array([1.0, 0.3, -0.2, 0.6]) + np.column_stack([np.zeros(11), rng.normal(0, 0.01, (11, 3))])
    found = tilt(x, target, group)
    assert isinstance(found, Tilting)
    np.testing.assert_allclose(found.weights @ x, target, atol=1e-7)
    for g in range(10):
        assert not found.weights[1 + g, group == g].any()
    assert isinstance(tilt(x, np.array([[1.0, 9.0, 0.0, 0.5]]), group), NotEstimable)


def test_weibull_tail_is_that_of_lifelines() -> None:
    rng = np.random.default_rng(15)
    leave = 30 * rng.weibull(0.7, 3000)
    month = np.ceil(np.maximum(leave, 1e-9))
    left = np.array([(month == k).sum() for k in range(1, 25)], dtype=float)
    at_risk = np.array([(month >= k).sum() for k in range(1, 25)], dtype=float)
    found = fit_weibull_tail(left, at_risk)
    assert isinstance(found, WeibullTail)
    low, high = np.minimum(month - 1, 24), np.where(month <= 24, month, np.inf)
    theirs = WeibullFitter().fit_interval_censoring(low, high)
    assert (found.scale, found.shape) == pytest.approx((theirs.lambda_, theirs.rho_), rel=1e-3)  # theirs stops earlier
    assert found.log_likelihood == pytest.approx(theirs.log_likelihood_, rel=1e-6)


def test_tails_recover_the_truth_from_customers_who_come_late() -> None:
    # Expected counts of a known model are their own maximum, whoever enters in month 4 with those then still there.
    truth = ShiftedBetaGeometric(1.5, 20.0)
    stay = truth.survival(np.arange(25.0))
    at_risk = 1e4 * stay[:-1] + np.where(np.arange(24) >= 3, 5e3 * stay[:-1] / stay[3], 0.0)
    left = at_risk * (1 - truth.retention_rate(np.arange(1.0, 25)))
    found = fit_shifted_beta_geometric(left, at_risk)
    assert isinstance(found, ShiftedBetaGeometric)
    assert (found.alpha, found.beta) == pytest.approx((1.5, 20.0), rel=1e-3)
    later = fit_shifted_beta_geometric(left[5:], at_risk[5:], first_month=6)
    assert isinstance(later, ShiftedBetaGeometric)
    assert (later.alpha, later.beta) == pytest.approx((1.5, 20.0), rel=1e-2)  # flatter: fewer months


def test_discounted_months_to_come_are_their_sum() -> None:
    v, ahead = 1.1 ** (-1 / 12), np.arange(1.0, 20_001)
    for model in (ShiftedBetaGeometric(0.668, 3.806), WeibullTail(30.0, 0.8)):
        terms = model.survival(6 + ahead) / model.survival(np.array([6.0])) * v**ahead
        assert model.residual_months(6, discount_rate_annual=0.1) == pytest.approx(terms.sum(), rel=1e-9)
        with pytest.raises(SettingsError, match="discount_rate_annual"):
            model.residual_months(6, discount_rate_annual=0.0)


def test_a_constant_hazard_is_geometric_in_both_tails_and_few_leavers_give_none() -> None:
    left, at_risk = cohort_counts(1000 * 0.95 ** np.arange(25.0))
    for found in (fit_shifted_beta_geometric(left, at_risk), fit_weibull_tail(left, at_risk)):
        assert not isinstance(found, NotEstimable)
        assert found.survival(np.array([60.0]))[0] == pytest.approx(0.95**60, rel=1e-3)
    assert isinstance(fit_weibull_tail(left / 100, at_risk / 100), NotEstimable)
