"""Shrinkage toward the whole: by hand, against published figures and another library, and its two ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from cxvalue.value.shrink import between_variance, shrink, shrinkage_of

# Tuberculosis among vaccinated and not, 13 trials of the BCG vaccine: cases and others, treated then control.
# Colditz et al. (1994), JAMA 271, doi:10.1001/jama.1994.03510330076038.
BCG = np.array([
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600),
    (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
], dtype=float)  # fmt: skip


def log_risk_ratios() -> tuple[np.ndarray, np.ndarray]:
    """Return the trials' log risk ratios and their variances."""
    a, b, c, d = BCG.T
    return np.log(a / (a + b)) - np.log(c / (c + d)), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def test_by_hand() -> None:
    # (±3)² / (1 + τ²), twice, = 1: τ² = 17. Then B = 1/18 each, and 10 ± 3 become 10 ± 3 × 17/18.
    values, variances = np.array([7.0, 13.0]), np.ones(2)
    assert between_variance(values, variances, centre=10.0) == pytest.approx(17.0)
    drawn, share = shrink(values, variances, centre=10.0)
    np.testing.assert_allclose(share, 1 / 18)
    np.testing.assert_allclose(drawn, [10 - 17 / 6, 10 + 17 / 6])


def test_published_between_variance() -> None:
    # Viechtbauer (2010), Conducting meta-analyses in R with metafor, doi:10.18637/jss.v036.i03, and the manual of its
    # rma(): the empirical Bayes estimator, which is Paule and Mandel's, gives 0.3181 on these trials.
    assert between_variance(*log_risk_ratios()) == pytest.approx(0.3181, abs=5e-5)


def test_the_same_as_another_library() -> None:
    values, variances = log_risk_ratios()
    other = combine_effects(values, variances, method_re="iterated")
    assert between_variance(values, variances) == pytest.approx(other.tau2, rel=1e-4)  # it stops at about 1e-5


def test_no_variance_between_puts_all_at_the_whole() -> None:
    # 1² / 4, twice, is below 1: their noise explains it.
    drawn, share = shrink(np.array([9.0, 11.0]), np.full(2, 4.0), centre=10.0)
    np.testing.assert_array_equal(share, 1.0)
    np.testing.assert_array_equal(drawn, 10.0)


def test_exact_figures_stay() -> None:
    values = np.array([1.0, 4.0, 9.0])
    for variance in (1e-9, 0.0):
        drawn, share = shrink(values, np.full(3, variance), centre=5.0)
        np.testing.assert_allclose(drawn, values, atol=1e-8)
        assert share.max() < 1e-9


def test_the_noisier_is_drawn_further() -> None:
    share = shrinkage_of(np.array([1.0, 4.0, 25.0]), 4.0)
    np.testing.assert_allclose(share, [0.2, 0.5, 25 / 29])


@settings(deadline=None, max_examples=25)  # the machine may be busy with other things
@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(0.01, 50)), min_size=2, max_size=8), st.floats(-50, 50)
)  # fmt: skip
def test_every_figure_lies_between_its_own_and_the_whole(rows: list[tuple[float, float]], centre: float) -> None:
    values, variances = np.array(rows).T
    drawn, share = shrink(values, variances, centre=centre)
    assert ((share >= 0) & (share <= 1)).all()
    low, high = np.minimum(values, centre), np.maximum(values, centre)
    assert ((drawn >= low - 1e-9) & (drawn <= high + 1e-9)).all()  # rounding of two additions


def test_shrunken_figures_err_less() -> None:
    # True values 10 ± 3, estimated with an error of 6: the mean squared error must fall below that of the estimates.
    rng = np.random.default_rng(5)
    truth = 10 + 3 * rng.standard_normal((200, 6))
    seen = truth + 6 * rng.standard_normal((200, 6))
    drawn = np.array([shrink(each, np.full(6, 36.0), centre=10.0)[0] for each in seen])
    assert ((drawn - truth) ** 2).mean() < 0.5 * ((seen - truth) ** 2).mean()
