"""The user's formula: its columns by hand, its state frozen on the episodes, and what it may not hold."""

from __future__ import annotations

import numpy as np
import pytest

import cxvalue as cx
from band_studies import estimated
from builders import Base
from cxvalue.estimate.formula import FormulaBasis, fit_formula
from cxvalue.link import Covariates

N = 120


def known(**changes: np.ndarray) -> Covariates:
    """Numbers tenure_months and ``paid late``; segment with 60 a, 40 b, 12 c (rare) and 8 blanks."""
    tenure = changes.get("tenure", np.arange(N) % 24.0)
    late = changes.get("late", np.arange(N) % 7.0)
    codes = changes.get("codes", np.repeat([0, 1, 2, -1], [60, 40, 12, 8]))
    numbers = np.column_stack([tenure, late])
    return Covariates(("tenure_months", "paid late"), numbers, ("segment",), (("a", "b", "c"),), codes[:, None])


def fit(formula: str, covariates: Covariates | None = None, *, max_columns: int = 20) -> FormulaBasis:
    return fit_formula(formula, covariates or known(), outcomes=["retained", "upgrades"], max_columns=max_columns)


def spans(design: np.ndarray, columns: list[np.ndarray]) -> bool:
    """Whether each column is a combination of the design's."""
    wanted = np.column_stack(columns).astype(float)
    left = wanted - design @ np.linalg.lstsq(design, wanted, rcond=None)[0]
    return bool(np.abs(left).max() < 1e-9)  # numbers below 1,000, to double precision


def test_columns_by_hand() -> None:
    basis = fit("tenure_months + log1p(`paid late`) + segment * tenure_months")
    assert basis.labels() == (
        "intercept", "tenure_months", "log1p(`paid late`)", "segment = b", "segment = b:tenure_months",
    )  # fmt: skip
    assert basis.covariates() == ("", "tenure_months", "paid late", "segment", "tenure_months × segment")
    covariates = known()
    design = basis.matrix(covariates)
    tenure, late = covariates.numbers.T
    is_b = covariates.codes[:, 0] == 1  # c is rare and some are blank: both share the reference, a
    assert design.shape == (N, 5)
    assert spans(design, [np.ones(N), tenure, np.log1p(late), is_b, is_b * tenure])


def test_arithmetic_and_comparisons() -> None:
    covariates = known()
    tenure, late = covariates.numbers.T
    design = fit("{tenure_months > 12} + I(tenure_months**2) + minimum(`paid late`, 3):segment").matrix(covariates)
    is_b = covariates.codes[:, 0] == 1
    wanted = [tenure > 12, tenure**2, np.minimum(late, 3) * ~is_b, np.minimum(late, 3) * is_b]
    assert spans(design, [np.ones(N), *wanted])
    assert design.shape == (N, 5)


def test_columns_are_centred_and_scaled_over_the_episodes() -> None:
    design = fit("tenure_months + `paid late`").matrix(known())
    assert design[:, 0].tolist() == [1.0] * N
    assert design[:, 1:].mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    assert design[:, 1:].std(axis=0) == pytest.approx([1, 1], abs=1e-12)


@pytest.mark.parametrize("formula", ["bs(tenure_months, df=4)", "poly(tenure_months, 2)", "scale(tenure_months)"])
def test_transformations_keep_the_state_of_the_episodes(formula: str) -> None:
    basis, covariates = fit(formula), known()
    some = np.array([3, 50, 7])
    assert basis.matrix(covariates.take(some)) == pytest.approx(basis.matrix(covariates)[some], abs=1e-12)


def test_values_not_known_count_as_the_mean_and_are_flagged() -> None:
    late = np.arange(N) % 7.0
    late[:12] = np.nan
    basis = fit("`paid late`", known(late=late))
    design = basis.matrix(known(late=late))
    assert basis.labels() == ("intercept", "paid late", "paid late not known")
    assert design[:, 1][:12] == pytest.approx([0.0] * 12, abs=1e-12)
    assert design[:, 2].tolist() == [1.0] * 12 + [0.0] * (N - 12)
    late[:11] = 1.0  # one is left: below 10 there is no flag
    assert fit("`paid late`", known(late=late)).labels() == ("intercept", "paid late")


def test_constant_columns_are_dropped_and_named() -> None:
    basis = fit("tenure_months + `paid late`", known(late=np.full(N, 3.0)))
    assert basis.labels() == ("intercept", "tenure_months")
    assert basis.dropped == ("paid late",)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("tenure_month + segment", r"unknown key 'tenure_month'(.|\n)*did you mean 'tenure_months'"),
        ("log(`paid lat`)", r"unknown key 'paid lat'(.|\n)*did you mean 'paid late'"),
        ("band * tenure_months", "the bands are what is compared"),
        ("log1p(score)", "the bands are what is compared"),
        ("tenure_months + upgrades", "'upgrades', which is an outcome or a month of follow-up"),
        ("tenure_months + k", "'k', which is an outcome or a month of follow-up"),
        ("upgrades ~ tenure_months", "holds '~'"),
        ("0 + tenure_months", "no intercept"),
        ("tenure_months +", "cannot be read"),
        ("(tenure_months", "cannot be read"),
        ("open('file')", "holds more than arithmetic"),
        ("tenure_months + {tenure_months.sum()}", "holds more than arithmetic"),
        ("{(lambda: tenure_months)()}", "holds more than arithmetic"),
        ("{[x for x in tenure_months]}", "holds more than arithmetic"),
        ("log(tenure_months)", "'log.tenure_months.' has no finite value for 5 answers"),
        ("log(segment)", "cannot be computed"),
    ],
)
def test_refused(formula: str, message: str) -> None:
    with pytest.raises(cx.SettingsError, match=message):
        fit(formula)


def test_too_many_columns_are_refused_with_the_number_allowed() -> None:
    with pytest.raises(cx.SettingsError, match=r"has 4 columns with the intercept\n?(.|\n)*at most 3"):
        fit("tenure_months + `paid late` + segment", max_columns=3)
    assert len(fit("tenure_months + `paid late`", max_columns=3).labels()) == 3


def test_a_covariate_that_no_episode_has_is_refused() -> None:
    with pytest.raises(cx.SettingsError, match="which no episode has"):
        fit("`paid late`", known(late=np.full(N, np.nan)))
    with pytest.raises(cx.SettingsError, match="which no episode has"):
        fit("segment", known(codes=np.full(N, -1)))


def test_values_beyond_a_spline_are_refused_for_the_target() -> None:
    basis = fit("bs(tenure_months, df=4)")
    with pytest.raises(cx.SettingsError, match="extrapolation='clip'"):
        basis.matrix(known(tenure=np.full(N, 99.0)))
    clipped = fit("bs(tenure_months, df=4, extrapolation='clip')")
    assert np.isfinite(clipped.matrix(known(tenure=np.full(N, 99.0)))).all()


def test_a_study_takes_the_formula(base: Base) -> None:
    given = base.with_settings("adjust", formula="segment + log1p(revenue) * contacts")
    with estimated(given) as bands, estimated(base) as default:
        labels = ("intercept", "segment = business", "log1p(revenue)", "contacts", "log1p(revenue):contacts")
        assert bands.basis.labels() == labels
        assert bands.design.shape == (len(bands.bins), 5)
        # The response model keeps its own columns.
        assert bands.response is not None
        assert default.response is not None
        assert bands.response.model.labels == default.response.model.labels
        np.testing.assert_array_equal(bands.response.weights(0), default.response.weights(0))


def test_a_formula_names_only_the_covariates_chosen(base: Base) -> None:
    with (
        pytest.raises(cx.SettingsError, match="unknown key 'contacts'"),
        estimated(base.with_settings("adjust", covariates=["revenue"], formula="revenue + contacts")),
    ):
        pass


def test_a_blank_formula_is_refused(base: Base) -> None:
    with pytest.raises(cx.SettingsError, match="formula"):
        base.with_settings("adjust", formula="").read_settings()
