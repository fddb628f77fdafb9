"""Sustained moves: weights for answering again by hand, and the value recovered from simulated bases."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.coverage import study_of

import cxvalue as cx
from cxvalue.estimate.chain.answering_again import RepeatAnswers
from cxvalue.estimate.chain.fit_dynamics import weighted_correlation, weighted_thresholds
from cxvalue.estimate.noise.polychoric import Polychoric, correlate_answers
from cxvalue.report.plot_sustained import plot_sustained
from cxvalue.simulate import SCENARIOS, SimulatedBase, simulate
from cxvalue.value import Shift
from cxvalue.value.chain.chain_inputs import ChainInputs, gather_inputs
from cxvalue.value.chain.sustained import lifetime_of, value_sustained, warn
from cxvalue.value.chain.sustained_value import SustainedValue
from cxvalue.value.question import Question

NOBODY = np.empty(0, dtype=np.int64)


def test_weights_for_answering_again_by_hand() -> None:
    pairs = RepeatAnswers(NOBODY, NOBODY, NOBODY, np.log([1.0, 1.0, 1.0, 3.0]))
    bands = np.array([0, 1, 2, 1])
    # Odds 1, 1, 1, 3: probabilities 1/2, 1/2, 1/2, 3/4.
    assert pairs.weights(bands) == pytest.approx([2.0, 2.0, 2.0, 4 / 3])
    # Odds doubled with each band: 1/2, 1, 2, 3, which are probabilities of 1/3, 1/2, 2/3, 3/4.
    assert pairs.weights(bands, tilt=float(np.log(2))) == pytest.approx([3.0, 2.0, 1.5, 4 / 3])


def test_a_pair_that_counts_twice_is_two_pairs() -> None:
    rng = np.random.default_rng(8)
    latent = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 600)
    first, second = (np.digitize(latent[:, at], [-0.4, 0.5]) for at in (0, 1))
    index, group = rng.normal(0, 0.4, (2, 600)), rng.integers(0, 5, 600)
    times = rng.integers(1, 3, 600)
    every, counts = np.repeat(np.arange(600), times), times.astype(np.float64)
    both = {"n_levels": 3, "groups": 5}
    weighted = weighted_correlation((first, second), (index[0], index[1]), weights=counts, group=group, **both)
    twice = correlate_answers(
        (first[every], second[every]), (index[0, every], index[1, every]), group=group[every], **both
    )
    assert isinstance(weighted, Polychoric)
    assert isinstance(twice, Polychoric)
    assert weighted.correlation == pytest.approx(twice.correlation, abs=1e-7)  # the search's last step
    assert weighted.leave_one_group_out == pytest.approx(twice.leave_one_group_out, abs=1e-7)


def test_weighted_thresholds_by_hand() -> None:
    # One answer in the lower level of weight 1, one in the upper of weight 3, no covariates: Φ⁻¹(1/4).
    found = weighted_thresholds(np.array([0, 1]), np.zeros(2), np.array([1.0, 3.0]), 2)
    assert found[1] == pytest.approx(-0.6744897501960817, abs=1e-9)


def question_of(base: SimulatedBase, shift: Shift | None = None) -> tuple[Question, cx.Study]:
    study = study_of(base)
    return study._stages.question(*study._stages.defaults(shift, None)), study


@pytest.fixture(scope="module")
def base() -> SimulatedBase:
    return simulate(replace(SCENARIOS["recovery"], n_customers=3_000), seed=21)


@pytest.fixture(scope="module")
def found(base: SimulatedBase) -> SustainedValue:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        question, study = question_of(base)
        value = value_sustained(question, study._stages.noise)
    assert isinstance(value, SustainedValue)
    return value


@pytest.mark.slow
def test_the_value_is_the_headline_and_what_keeping_adds(found: SustainedValue) -> None:
    assert found.value.estimate == pytest.approx(found.once.estimate + found.difference.estimate, abs=1e-9)
    assert found.once.estimate == pytest.approx(found.measured_once.sum(), abs=1e-9)
    added = (found.chain_sustained - found.chain_once).sum()
    assert found.difference.estimate == pytest.approx(added, abs=1e-9)
    assert added > 0
    assert found.replicates[0] == found.value.estimate
    assert found.replicates.shape == (101,)
    assert found.transitions.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-9)
    middle = found.sweep.set_index("odds_per_band")["difference"]
    assert middle[1.0] == pytest.approx(added, abs=1e-9)
    assert middle.is_monotonic_increasing  # the less the dissatisfied answer, the more of them there are to keep
    assert found.to_frame()["figure"].tolist()[:3] == ["once", "kept_adds", "sustained"]
    assert len(found.curve_frame()) == len(found.measured_once)
    assert found.chain_frame()["true_band"].tolist() == list(cx.BANDS)
    assert "never falling back" in found.summary()
    assert "before optimism and any programme cost; keeping customers costs money" in found.summary()
    assert repr(found) == found.summary()
    assert isinstance(found.lifetime, tuple)
    assert found.lifetime[1] > found.lifetime[0]


@pytest.mark.slow
def test_a_value_for_ever_needs_terms_that_do_not_change(base: SimulatedBase) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        question, study = question_of(base)
        noise = study._stages.noise
        inputs = gather_inputs(question, noise)
        assert isinstance(inputs, ChainInputs)
        chain = inputs.chain(0)
        same = question_of(base, Shift("neutral", "neutral"))[0]
        nobody = value_sustained(same, noise)

    def lifetime(**terms: object) -> tuple[float, float] | cx.NotEstimable:
        return lifetime_of(replace(question, economics=question.economics.model_copy(update=terms)), chain)

    margin = question.economics.gross_margin
    assert isinstance(lifetime(), tuple)
    assert lifetime(gross_margin=(margin, margin)) == lifetime()
    assert "one by month" in str(lifetime(gross_margin=(margin, 0.1)))
    assert "ends after 6 months" in str(lifetime(effect_months=6))
    assert "discount rate" in str(lifetime(discount_rate_annual=0.0))
    assert isinstance(nobody, SustainedValue)
    assert (nobody.value.estimate, nobody.value.se, nobody.difference.estimate) == (0.0, 0.0, 0.0)
    assert not any("apart" in text for text in nobody.warnings)


@pytest.mark.slow
def test_a_share_of_noise_that_is_not_told_is_a_warning(base: SimulatedBase, found: SustainedValue) -> None:
    question, study = question_of(base)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        inputs = gather_inputs(question, study._stages.noise)
    assert isinstance(inputs, ChainInputs)

    def said(low: float, high: float) -> str:
        noise = replace(inputs.reliability.noise, estimate=0.0, ci_low=low, ci_high=high)
        return " ".join(warn(question, replace(inputs, reliability=replace(inputs.reliability, noise=noise)), found))

    assert "how much of an answer is noise is not told (0% to 50% fit as well)" in said(0.0, 0.5)
    assert "is not told" not in said(0.0, 0.05)  # at the bound, and narrow enough


@pytest.mark.slow
def test_the_figure_shows_once_twice_and_sustained(found: SustainedValue) -> None:
    ax = plot_sustained(found)
    assert [line.get_label() for line in ax.lines[:3]] == ["once, measured", "once, chain", "sustained, chain"]
    assert ax.lines[0].get_ydata() == pytest.approx(found.measured_once)
    assert "discounted" in ax.get_ylabel()
    assert any("in all" in text.get_text() for text in ax.texts)


@pytest.mark.slow
def test_one_wave_knows_no_moves_and_a_worse_band_is_not_kept(base: SimulatedBase) -> None:
    one = simulate(replace(SCENARIOS["recovery"], n_customers=2_000, waves=(8,)), seed=22)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        question, study = question_of(one)
        assert isinstance(value_sustained(question, study._stages.noise), cx.NotEstimable)
        question, study = question_of(base, Shift("neutral", "dissatisfied"))
        found = value_sustained(question, study._stages.noise)
    assert isinstance(found, cx.NotEstimable)
    assert "better band" in str(found)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["recovery", "survey_noise"])
def test_a_sustained_move_of_simulated_bases(scenario: str) -> None:
    found, truth = [], []
    for seed in (401, 402):
        base = simulate(replace(SCENARIOS[scenario], n_customers=5_000), seed=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", cx.CxValueWarning)
            question, study = question_of(base)
            value = value_sustained(question, study._stages.noise)
        assert isinstance(value, SustainedValue)
        found.append(value)
        known = base.truth.per_sustained_move.per_customer
        assert known is not None
        assert known > base.truth.per_customer
        truth.append(known)
    error = np.mean([each.value.estimate for each in found]) - np.mean(truth)
    se = np.sqrt(np.mean([each.value.se**2 for each in found]) / len(found))
    assert abs(error) <= 3 * se  # by chance once in 370
    assert se < np.mean(truth) / 4  # and the bound means something
