"""Unobserved confounding: worked by hand, against least squares, and against confounders that were really left out."""

import numpy as np
import pytest
import statsmodels.api as sm

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate.diagnose.confounding import Confounding
from cxvalue.estimate.diagnose.e_value import e_value, e_value_of, e_value_of_leaving
from cxvalue.estimate.diagnose.robustness import Robustness, robustness
from cxvalue.estimate.diagnose.robustness_value import bias_factor, equal_strength, robustness_value
from cxvalue.estimate.replicate import BandReplicates

NAMES = ("intercept", "incidents", "tenure", "tenure")


def base(n: int = 4_000, *, seed: int = 1, hidden: float = 0.0) -> tuple[np.ndarray, ...]:
    """Return outcome, exposure, design and a confounder that the design leaves out."""
    rng = np.random.default_rng(seed)
    incidents, tenure, secret = rng.standard_normal((3, n))
    exposure = (0.8 * incidents - 0.3 * tenure + hidden * secret + rng.standard_normal(n) < 0).astype(float)
    outcome = 2.0 * exposure - 1.5 * incidents + 0.5 * tenure - hidden * secret + 3 * rng.standard_normal(n)
    design = np.column_stack([np.ones(n), incidents, tenure, np.maximum(tenure, 0)])
    return outcome, exposure, design, secret


def found(result: Robustness | NotEstimable) -> Robustness:
    assert isinstance(result, Robustness)
    return result


def test_e_value_by_hand() -> None:
    assert e_value(2.0) == pytest.approx(2 + 2**0.5)
    assert e_value(0.5) == e_value(2.0)
    with pytest.raises(SettingsError, match="above 0"):
        e_value(0.0)


def test_e_value_of_leaving_from_curves() -> None:
    # 40 % of the one band leave and 20 % of the other: the ratio is a half. No group matters, so the limit is the same.
    stayed = np.array([[[1.0, 0.6]], [[1.0, 0.8]], [[1.0, 0.9]]])
    replicates = BandReplicates(stayed, np.repeat(stayed[None], 10, axis=0), np.ones((3, 2)), (0,))
    result = e_value_of_leaving(replicates, from_band=0, to_band=1, confidence=0.95)
    assert not isinstance(result, NotEstimable)
    assert (result.risk_ratio, result.point, result.limit) == pytest.approx((0.5, 2 + 2**0.5, 2 + 2**0.5))
    nobody = BandReplicates(np.ones((3, 1, 2)), np.ones((10, 3, 1, 2)), np.ones((3, 2)), (0,))
    assert isinstance(e_value_of_leaving(nobody, from_band=0, to_band=1, confidence=0.95), NotEstimable)


def test_equal_strength_undoes_the_bias_factor() -> None:
    for share in (0.0, 0.01, 0.3, 0.99, 1.0):
        assert equal_strength(bias_factor(share, share)) == pytest.approx(share)


def test_coefficient_error_and_partial_r2_are_those_of_least_squares() -> None:
    outcome, exposure, design, _ = base()
    weights = np.random.default_rng(2).uniform(0.5, 2, len(outcome))
    ours = found(robustness(outcome, exposure, design, covariate_of_column=NAMES, weights=weights))
    theirs = sm.WLS(outcome, np.column_stack([design, exposure]), weights=weights).fit()
    assert (ours.estimate, ours.se, ours.dof) == pytest.approx((theirs.params[-1], theirs.bse[-1], theirs.df_resid))
    t = theirs.tvalues[-1]
    assert ours.partial_r2 == pytest.approx(t**2 / (t**2 + theirs.df_resid))
    without = sm.WLS(outcome, np.column_stack([design[:, :2], exposure]), weights=weights).fit()
    tenure = next(b for b in ours.benchmarks if b.covariate == "tenure")
    assert tenure.r2_outcome == pytest.approx(1 - theirs.ssr / without.ssr)
    full, short = (sm.WLS(exposure, design[:, :width], weights=weights).fit() for width in (4, 2))
    assert tenure.r2_exposure == pytest.approx(1 - full.ssr / short.ssr)


def test_clustered_error_is_that_of_the_sandwich() -> None:
    outcome, exposure, design, _ = base(900)
    customer = np.repeat(np.arange(300), 3)
    ours = found(robustness(outcome, exposure, design, covariate_of_column=NAMES, cluster=customer))
    model = sm.OLS(outcome, np.column_stack([design, exposure]))
    theirs = model.fit(cov_type="cluster", cov_kwds={"groups": customer, "use_correction": False})
    assert ours.se == pytest.approx(theirs.bse[-1] * (300 / 299) ** 0.5)


def test_repeating_each_customer_does_not_make_the_interval_more_robust() -> None:
    outcome, exposure, design, _ = base(600)
    once = found(robustness(outcome, exposure, design, covariate_of_column=NAMES, cluster=np.arange(600)))
    copies = [np.repeat(a, 5, axis=0) for a in (outcome, exposure, design)]
    again = found(robustness(*copies, covariate_of_column=NAMES, cluster=np.repeat(np.arange(600), 5)))
    # Degrees of freedom differ (595 against 2,995) and enter f beside the sum of squares: parts in a hundred.
    assert again.value_interval == pytest.approx(once.value_interval, rel=0.02)
    naive = found(robustness(*copies, covariate_of_column=NAMES))
    assert naive.value_interval > 1.1 * once.value_interval  # the interval shrinks by √5, the estimate does not


def test_a_confounder_of_the_robustness_value_brings_the_estimate_to_zero() -> None:
    # Build the worst confounder of that strength: what is left of band and outcome, mixed so that it explains the
    # share r of each. Added to the regression, it has to bring the coefficient to exactly zero.
    outcome, exposure, design, _ = base(500)
    ours = found(robustness(outcome, exposure, design, covariate_of_column=NAMES))
    r, rng = ours.value, np.random.default_rng(3)
    rows = np.column_stack([design, exposure])
    band = exposure - design @ np.linalg.lstsq(design, exposure, rcond=None)[0]
    rest = outcome - rows @ np.linalg.lstsq(rows, outcome, rcond=None)[0]
    spare = rng.standard_normal(500)
    every = np.column_stack([rows, rest])
    spare = spare - every @ np.linalg.lstsq(every, spare, rcond=None)[0]
    unit = [v / np.linalg.norm(v) for v in (band, rest, spare)]
    # Z = √r band + √(1−r) (√r rest + √(1−r) spare): partial R² r with the band, and r with the outcome given the band.
    confounder = r**0.5 * unit[0] + (1 - r) ** 0.5 * (r**0.5 * unit[1] + (1 - r) ** 0.5 * unit[2])
    after = sm.OLS(outcome, np.column_stack([rows, confounder])).fit()
    assert after.params[4] == pytest.approx(0.0, abs=1e-8)


def test_the_benchmark_tells_what_leaving_out_such_a_covariate_would_do() -> None:
    # The hidden confounder is as strong as a recorded one would be; recorded, it is the benchmark with that strength.
    outcome, exposure, design, secret = base(hidden=0.8)
    recorded = np.column_stack([design, secret])
    ours = found(robustness(outcome, exposure, recorded, covariate_of_column=(*NAMES, "secret")))
    assert {b.covariate for b in ours.benchmarks} == {"incidents", "tenure", "secret"}
    assert [b.equivalent for b in ours.benchmarks] == sorted((b.equivalent for b in ours.benchmarks), reverse=True)
    assert ours.strongest is ours.benchmarks[0]
    assert ours.strongest.covariate in ("incidents", "secret")  # tenure weighs a third of these


def test_all_covariates_together_are_one_benchmark() -> None:
    outcome, exposure, design, _ = base()
    both = found(robustness(outcome, exposure, design, covariate_of_column=NAMES))
    assert both.together is not None
    assert both.together.equivalent > both.benchmarks[0].equivalent
    joined = tuple(name if name == "intercept" else "all" for name in NAMES)
    as_one = found(robustness(outcome, exposure, design, covariate_of_column=joined))
    assert as_one.strongest is not None
    assert both.together.equivalent == pytest.approx(as_one.strongest.equivalent, rel=1e-12)
    nothing = found(robustness(outcome, exposure, design[:, :1], covariate_of_column=("intercept",)))
    assert nothing.together is None


def test_words_and_verdict() -> None:
    outcome, exposure, design, _ = base()
    strong = found(robustness(outcome, exposure, design, covariate_of_column=NAMES))
    assert strong.exceeds_benchmarks == (strong.value > strong.benchmarks[0].equivalent)
    weak = found(robustness(outcome - 1.9 * exposure, exposure, design, covariate_of_column=NAMES))
    assert not weak.exceeds_benchmarks
    assert "would undo the result" in weak.words()
    assert "(incidents)" in weak.words()
    joined = Confounding(e_value_of(0.5, 0.4, 0.6), weak)
    assert joined.exceeds_benchmarks is False
    assert joined.summary().splitlines()[0].startswith("To explain away a ratio of 0.50")
    kinds = ["e_value", "e_value_limit", "value", "value_interval", "benchmark", "benchmark", "together"]
    assert joined.to_frame()["kind"].tolist() == kinds
    neither = Confounding(NotEstimable("nobody leaves"), NotEstimable("too few"))
    assert neither.exceeds_benchmarks is None
    assert neither.to_frame().empty
    assert "not estimable: nobody leaves" in neither.summary()


def test_a_band_that_covariates_determine_is_not_estimable() -> None:
    outcome, exposure, design, _ = base(200)
    result = robustness(outcome, exposure, np.column_stack([design, exposure]), covariate_of_column=(*NAMES, "same"))
    assert isinstance(result, NotEstimable)


def test_an_interval_that_holds_zero_needs_no_confounder() -> None:
    assert robustness_value(1.5, 100, t_critical=1.98) == 0.0
    # f = 60/√100 = 6 exceeds 1/f* = √99/1.98 = 5.03: the other branch, (36 − 1.98²/99) / (1 + 36).
    assert robustness_value(60.0, 100, t_critical=1.98) == pytest.approx((36 - 0.0396) / 37)
