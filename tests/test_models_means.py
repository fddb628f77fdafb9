"""Adjusted means and contrasts: saturated designs against means by hand, errors against the jackknife."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from cxvalue.errors import SettingsError
from cxvalue.estimate.models.counts import fit_counts
from cxvalue.estimate.models.fit import fit_metric
from cxvalue.estimate.models.formula import known_rows, learn_formula, names_in, refuse_unknown
from cxvalue.estimate.models.frame import ModelFrame
from cxvalue.estimate.models.money import fit_log_linear, fit_ppml, fit_tweedie, fit_two_part
from cxvalue.estimate.models.outcome_model import OutcomeModel
from cxvalue.estimate.models.records import Records
from cxvalue.estimate.models.retention import fit_retention, person_months
from cxvalue.link import Covariates
from cxvalue.vocabulary import BANDS, STANDARD_METRICS

N, HORIZON, METRICS = 900, 6, ("retained", "revenue", "cost_to_serve", "upgrades")
Fit = Callable[..., OutcomeModel]


def records(customer: np.ndarray, band: np.ndarray, trouble: np.ndarray, age: np.ndarray) -> Records:
    """Return records with a category in two levels, ``trouble``, and a number, ``age``."""
    n = len(band)
    covariates = Covariates(("age",), age[:, None], ("trouble",), (("no", "yes"),), trouble[:, None])
    design = np.column_stack([np.ones(n), trouble, np.nan_to_num(age)]).astype(float)
    return Records(customer, band, np.ones(n), design, covariates)


def synthetic(n: int = N, seed: int = 1, *, formulas: dict[str, str] | None = None, columns: int = 0) -> ModelFrame:
    """Return a frame of n episodes of 3 n / 4 customers, of whom some leave; 30 % of the target has trouble."""
    rng = np.random.default_rng(seed)
    customer = np.sort(rng.integers(0, 3 * n // 4, n))
    trouble = rng.integers(0, 2, n)
    band = np.where(rng.random(n) < 0.3 + 0.2 * trouble, 0, rng.integers(1, 3, n))
    last_k = rng.integers(3, HORIZON + 1, n)
    gone = np.minimum(rng.geometric(0.06 - 0.015 * band + 0.04 * trouble), HORIZON + 1) - 1
    months_kept = np.minimum(gone, last_k)
    month = np.arange(1, HORIZON + 1)
    active = (month <= months_kept[:, None]).astype(float)
    mean = np.exp(1.0 + 0.2 * band - 0.3 * trouble)[:, None]
    outcomes = (
        np.stack(
            [
                active,
                rng.lognormal(0.0, 0.4, (n, HORIZON)) * mean,
                rng.gamma(2.0, mean / 2, (n, HORIZON)) * (rng.random((n, HORIZON)) < 0.4),
                rng.poisson(0.1 * mean, (n, HORIZON)),
            ],
            axis=1,
        )
        * active[:, None, :]
    )
    age = rng.normal(size=n)
    target = records(
        np.arange(100, 200), np.zeros(100, np.int64), (np.arange(100) < 30).astype(np.int64), np.zeros(100)
    )
    episodes = records(customer, band, trouble, age)
    ids, cluster = np.unique(np.concatenate([customer, target.customer]), return_inverse=True)
    return ModelFrame(
        episodes,
        target,
        cluster[:n],
        cluster[n:],
        len(ids),
        months_kept,
        (months_kept < last_k).astype(np.int64),
        active,
        outcomes,
        ("trouble", "age")[:columns],
        formulas or {},
        1,
    )


def totals(frame: ModelFrame, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """Return total and active months of each episode."""
    return frame.outcomes[:, METRICS.index(metric)].sum(axis=1), frame.active.sum(axis=1)


PER_MONTH: dict[str, tuple[str, Fit]] = {
    "ppml": ("revenue", fit_ppml),
    "log-linear": ("revenue", fit_log_linear),
    "two-part": ("cost_to_serve", fit_two_part),
    "tweedie": ("cost_to_serve", fit_tweedie),
    "counts": ("upgrades", fit_counts),
}


@pytest.mark.parametrize("kind", list(PER_MONTH))
def test_with_the_band_alone_adjusted_means_are_the_bands_means(kind: str) -> None:
    # The score of the band's own column says Σ total = mean × Σ months; with the smearing factor by band, and with
    # share × amount, the same holds of the logarithm and of the two parts. The negative binomial weighs differently
    # and takes a tolerance of 3 %.
    metric, fit = PER_MONTH[kind]
    frame = synthetic()
    model = fit(frame, METRICS.index(metric), metric, confidence=0.95)
    assert model.status == "ok", model.reason
    total, months = totals(frame, metric)
    raw = [total[frame.episodes.band == b].sum() / months[frame.episodes.band == b].sum() for b in range(3)]
    loose = model.family == "negative-binomial"
    np.testing.assert_allclose(model.means["estimate"], raw, rtol=0.03 if loose else 1e-8)
    np.testing.assert_allclose(
        model.contrasts["estimate"], [raw[1] - raw[0], raw[2] - raw[0], raw[2] - raw[1]], rtol=0.3 if loose else 1e-6
    )
    assert model.means["band"].tolist() == list(BANDS)
    assert model.excluded == {"without an active month after the answer": int((months == 0).sum())}


@pytest.mark.parametrize("kind", ["ppml", "two-part", "tweedie"])
def test_a_saturated_formula_is_post_stratification(kind: str) -> None:
    # 70 of the 100 customers of the target have no trouble: 0.7 × mean without + 0.3 × mean with, in every band.
    metric, fit = PER_MONTH[kind]
    frame = synthetic(formulas={"revenue": "band * trouble", "cost_to_serve": "band * C(trouble)"})
    model = fit(frame, METRICS.index(metric), metric, confidence=0.95)
    total, months = totals(frame, metric)
    expected = []
    for b in range(3):
        cells = [(frame.episodes.band == b) & (frame.episodes.covariates.codes[:, 0] == t) for t in (0, 1)]
        calm, troubled = (total[cell].sum() / months[cell].sum() for cell in cells)
        expected.append(0.7 * calm + 0.3 * troubled)
    np.testing.assert_allclose(model.means["estimate"], expected, rtol=1e-8)  # solutions to 1e-9
    assert model.n_cells <= 6
    assert model.formula == frame.formulas[metric]


def test_a_two_part_mean_worked_by_hand() -> None:
    # Band by band: episode a costs 4, 0 over two months, episode b 2, 2, 0: any in 3 of 5 months, 8/3 given any,
    # 8/5 a month. The other bands twice and three times as much.
    active = np.array([[1, 1, 0], [1, 1, 1]] * 3, dtype=float)
    cost = np.array([[4, 0, 0], [2, 2, 0]] * 3) * np.repeat([1.0, 2.0, 3.0], 2)[:, None]
    band, one = np.repeat([0, 1, 2], 2), np.zeros(6)
    episodes = records(np.arange(6), band, np.zeros(6, np.int64), one)
    outcomes = np.stack([active, active, cost], axis=1)
    frame = ModelFrame(
        episodes, episodes.take(np.array([0, 1])), np.arange(6), np.arange(2), 6, active.sum(axis=1).astype(np.int64),
        np.zeros(6, np.int64), active, outcomes, (), {}, 1,
    )  # fmt: skip
    model = fit_two_part(frame, 2, "cost_to_serve", confidence=0.95)
    np.testing.assert_allclose(model.means["estimate"], [1.6, 3.2, 4.8], rtol=1e-9)
    parts = model.coefficients.set_index(["part", "term"])["estimate"]
    assert parts["any", "intercept"] == pytest.approx(np.log(3 / 2))
    assert parts["any", "band = neutral"] == pytest.approx(0.0, abs=1e-9)
    assert parts["amount if any", "intercept"] == pytest.approx(np.log(8 / 3))
    assert parts["amount if any", "band = satisfied"] == pytest.approx(np.log(3))


@pytest.mark.parametrize("at", [0, 1], ids=["logit", "cloglog"])
def test_a_saturated_hazard_is_the_kaplan_meier_curve(at: int) -> None:
    frame = synthetic(2500, formulas={"retained": "band * C(month)"})
    model = fit_retention(frame, confidence=0.95)[at]
    assert model.status == "ok", model.reason
    for b, band in enumerate(BANDS):
        inside = frame.episodes.band == b
        kept, left = frame.months_kept[inside], frame.left[inside] > 0
        hazards = [(left & (kept == k - 1)).sum() / (kept + left >= k).sum() for k in range(1, HORIZON + 1)]
        curve = np.cumprod(1 - np.array(hazards))
        found = model.curve[model.curve["band"] == band]["estimate"]
        np.testing.assert_allclose(found, curve, rtol=1e-8)
        assert model.means["estimate"][b] == pytest.approx(curve.sum(), rel=1e-8)
    assert model.n_cells == 3 * HORIZON
    assert model.n_rows == int((frame.months_kept + frame.left).sum())


def test_the_hazards_error_is_that_of_greenwood() -> None:
    # One episode a customer, so that clustering and Greenwood's formula estimate the same: they differ by what leaves
    # one month and enters the next, which has mean 0; 10 % is generous for 2,500 episodes.
    frame = synthetic(2500, formulas={"retained": "band * C(month)"})
    alone = replace(frame, episode_cluster=np.arange(2500), target_cluster=np.arange(2500, 2600), n_clusters=2600)
    model = fit_retention(alone, confidence=0.95)[0]
    inside = frame.episodes.band == 0
    kept, left = frame.months_kept[inside], frame.left[inside] > 0
    at_risk = np.array([(kept + left >= k).sum() for k in range(1, HORIZON + 1)])
    events = np.array([(left & (kept == k - 1)).sum() for k in range(1, HORIZON + 1)])
    curve = np.cumprod(1 - events / at_risk)
    greenwood = curve * np.sqrt(np.cumsum(events / at_risk / (at_risk - events)))
    np.testing.assert_allclose(model.curve["se"][:HORIZON], greenwood, rtol=0.1)


def without(frame: ModelFrame, customer: int) -> ModelFrame:
    """Return the frame without one customer."""
    at, to = np.flatnonzero(frame.episode_cluster != customer), np.flatnonzero(frame.target_cluster != customer)
    return replace(
        frame,
        episodes=frame.episodes.take(at), target=frame.target.take(to), episode_cluster=frame.episode_cluster[at],
        target_cluster=frame.target_cluster[to], months_kept=frame.months_kept[at], left=frame.left[at],
        active=frame.active[at], outcomes=frame.outcomes[at],
    )  # fmt: skip


def retention(frame: ModelFrame, position: int, metric: str, *, confidence: float) -> OutcomeModel:
    """Fit the logit hazard, with the arguments of the other models."""
    return fit_retention(frame, confidence=confidence)[position]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["two-part", "log-linear", "retained"])
def test_delta_method_errors_are_those_of_the_jackknife(kind: str) -> None:
    # Leaving out each of some 190 customers in turn; the two differ by terms of second order: within 10 %.
    metric, fit = PER_MONTH.get(kind, ("retained", retention))
    frame = synthetic(180, 3, columns=1)
    model = fit(frame, METRICS.index(metric), metric, confidence=0.95)
    assert model.status == "ok", model.reason
    each = []
    for c in range(frame.n_clusters):
        left = fit(without(frame, c), METRICS.index(metric), metric, confidence=0.95)
        each.append([*left.means["estimate"], *left.contrasts["estimate"]])
    jackknife = np.sqrt((len(each) - 1) * np.var(each, axis=0))
    np.testing.assert_allclose([*model.means["se"], *model.contrasts["se"]], jackknife, rtol=0.1)


def test_months_at_risk_by_hand() -> None:
    # Kept 3 months and then left; left in the first month; kept 2 months and still there.
    found = person_months(np.array([3, 0, 2]), np.array([1, 1, 0]))
    assert found.episode.tolist() == [0, 0, 0, 0, 1, 2, 2]
    assert found.month.tolist() == [1, 2, 3, 4, 1, 1, 2]
    assert found.event.tolist() == [0, 0, 0, 1, 1, 0, 0]


def test_a_band_that_nobody_leaves_has_no_hazard() -> None:
    frame = synthetic()
    stay = replace(frame, left=frame.left * (frame.episodes.band != 2))
    for model in fit_retention(stay, confidence=0.95):
        assert (model.status, model.reason) == ("not_estimable", "nobody was seen to leave in band satisfied")
        assert model.means.empty
        assert "nobody was seen to leave" in model.summary()


def test_a_band_without_a_free_month_has_no_first_part() -> None:
    frame = synthetic()
    outcomes = frame.outcomes.copy()
    outcomes[frame.episodes.band == 1, 2] = 1.0
    model = fit_two_part(replace(frame, outcomes=outcomes), 2, "cost_to_serve", confidence=0.95)
    assert model.reason.startswith("no active month without cost_to_serve in band neutral")
    outcomes[:, 2] = 1.0 + frame.episodes.band[:, None]
    whole = fit_two_part(replace(frame, outcomes=outcomes), 2, "cost_to_serve", confidence=0.95)
    np.testing.assert_allclose(whole.means["estimate"], [1.0, 2.0, 3.0], rtol=1e-9)
    assert whole.notes == ("every active month has an amount, so there is no first part",)


def test_refunds_are_counted() -> None:
    frame = synthetic()
    outcomes = frame.outcomes.copy()
    full = np.flatnonzero(frame.active[:, 1] > 0)[:5]
    outcomes[full[:3], 1, 0] = -1000.0
    outcomes[full[3:], 1] = 0.0
    outcomes[full[3:], 1, :2] = [7.0, -7.0]
    model = fit_ppml(replace(frame, outcomes=outcomes), 1, "revenue", confidence=0.95)
    assert model.excluded["whose revenue sums to less than 0"] == 3
    assert model.excluded["whose revenue sums to 0 after refunds"] == 2
    assert "3 episodes whose revenue sums to less than 0" in model.summary()


def test_unknown_covariates_are_left_out_and_counted() -> None:
    frame = synthetic(formulas={"revenue": "band + age"})
    numbers = frame.episodes.covariates.numbers.copy()
    seen = np.flatnonzero(frame.active.sum(axis=1) > 0)
    numbers[seen[:7]] = np.nan
    covariates = replace(frame.episodes.covariates, numbers=numbers)
    holed = replace(frame, episodes=replace(frame.episodes, covariates=covariates))
    model = fit_ppml(holed, 1, "revenue", confidence=0.95)
    assert model.excluded["with an unknown covariate"] == 7
    assert model.n_rows == len(seen) - 7
    target = replace(
        frame.target,
        covariates=replace(
            covariates, numbers=np.r_[[np.nan] * 4, np.zeros(96)][:, None], codes=frame.target.covariates.codes
        ),
    )
    (again, _) = fit_metric(replace(frame, target=target), 1, STANDARD_METRICS["revenue"], confidence=0.95)
    assert again.notes[-1] == "adjusted means leave out 4 customers of the target with an unknown covariate"


def test_formula_names() -> None:
    known = synthetic().episodes.covariates
    assert names_in("band + bs(age, df=4):C(trouble, Treatment('no')) + np.log(`list price`) * 1e3") == {
        "band", "age", "trouble", "list price",
    }  # fmt: skip
    for formula, monthly, wanted in (
        ("band + agee", True, "did you mean 'age'"),
        ("band * month", False, "known to the model of retained only"),
        ("age", True, "lacks the band"),
        ("revenue ~ band", True, "left-hand side"),
    ):
        with pytest.raises(SettingsError, match=wanted):
            refuse_unknown(formula, known, monthly=monthly)
    refuse_unknown("band * log_month + age", known, monthly=True)
    with pytest.raises(SettingsError, match="cannot be used"):
        learn_formula("band +* age", synthetic().episodes, None)
    assert len(known_rows("band + age", known)) == N


def test_a_formula_makes_the_same_columns_of_other_records() -> None:
    # The knots of the spline are those of the episodes, whatever rows are asked for.
    frame = synthetic()
    design = learn_formula("band + bs(age, df=4)", frame.episodes, None)
    whole = design.rows(frame.episodes, frame.episodes.band, None)
    some = np.array([5, 3, 8])
    part = design.rows(frame.episodes.take(some), frame.episodes.band[some], None)
    np.testing.assert_allclose(part, whole[some], rtol=1e-12)
    assert whole.shape[1] == len(design.labels) == 7
