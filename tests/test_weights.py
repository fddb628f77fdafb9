"""Propensities and weights: worked by hand, and against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from cxvalue.estimate.beside.propensity import PRIOR, derivatives, fit_propensity, newton
from cxvalue.estimate.beside.weights import augmented_means, cap_weights, class_weights, weighted_means
from cxvalue.link.columns import Floats, Integers

# Four rows: classes 0, 0, 1, 1, with these probabilities of the two classes.
CLASSES = np.array([0, 0, 1, 1])
PROBABILITIES = np.array([[0.8, 0.2], [0.4, 0.6], [0.5, 0.5], [0.2, 0.8]])


class TestWeights:
    def test_everybody(self) -> None:
        # 1/e: 1.25, 2.5 in class 0 (mean 1.875); 2, 1.25 in class 1 (mean 1.625). Scaled to a mean of 1.
        found = class_weights(PROBABILITIES, CLASSES)
        assert found.values == pytest.approx([1.25 / 1.875, 2.5 / 1.875, 2 / 1.625, 1.25 / 1.625])
        assert (found.n_capped, found.n_trimmed) == (0, 0)

    def test_overlap(self) -> None:
        # With two classes the weight is the probability of the other: .2, .6 and .5, .2 (Li & Li 2019).
        found = class_weights(PROBABILITIES, CLASSES, population="overlap")
        assert found.values == pytest.approx([0.2 / 0.4, 0.6 / 0.4, 0.5 / 0.35, 0.2 / 0.35])

    def test_target(self) -> None:
        # Odds 1, 2, 1, 3 times 1/e: 1.25, 5 (mean 3.125); 2, 3.75 (mean 2.875).
        odds = np.array([1.0, 2.0, 1.0, 3.0])
        found = class_weights(PROBABILITIES, CLASSES, population="target", target_odds=odds)
        assert found.values == pytest.approx([1.25 / 3.125, 5 / 3.125, 2 / 2.875, 3.75 / 2.875])
        with pytest.raises(ValueError, match="need its odds"):
            class_weights(PROBABILITIES, CLASSES, population="target")

    def test_the_class_itself_as_target_has_equal_weights(self) -> None:
        # Odds proportional to e_0: rows of class 0 stand for themselves.
        found = class_weights(PROBABILITIES, CLASSES, population="target", target_odds=PROBABILITIES[:, 0])
        assert found.values[:2] == pytest.approx([1.0, 1.0])

    def test_trimmed_rows_are_counted_and_weigh_nothing(self) -> None:
        # Rows 0 and 3 have a probability of 0.2; row 3 is left out already and not counted again.
        keep = np.array([1.0, 1.0, 1.0, 0.0])
        found = class_weights(PROBABILITIES, CLASSES, trim=0.3, keep=keep)
        assert found.values.tolist() == [0.0, 1.0, 1.0, 0.0]
        assert found.n_trimmed == 1

    def test_cap(self) -> None:
        # 1, 1, 1, 7 with a mean of 1 and nobody above 2: the last counts 2, the others share the 2 that are left of 4.
        found, n_cut = cap_weights(np.array([1.0, 1.0, 1.0, 7.0]), np.zeros(4, dtype=np.int64), cap=2.0)
        assert n_cut == 1
        assert found == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2.0])

    def test_effective_number(self) -> None:
        # Weights 1, 3: (1 + 3)² / (1 + 9) = 1.6; a class without rows has none.
        found = class_weights(np.array([[0.75], [0.25]]), np.zeros(2, dtype=np.int64))
        assert found.effective(np.zeros(2, dtype=np.int64), 2) == pytest.approx([1.6, 0.0])

    def test_means(self) -> None:
        y = np.array([2.0, 4.0, 10.0, 20.0])
        assert weighted_means(y, CLASSES, np.array([1.0, 3.0, 1.0, 1.0]), n_classes=2).tolist() == [3.5, 15.0]
        assert np.isnan(weighted_means(y, CLASSES, np.array([1.0, 3.0, 0.0, 0.0]), n_classes=2)[1])

    def test_augmented_means(self) -> None:
        # Class 0: residuals 2 − 1, 4 − 3 weighted 1:3, mean 1; predictions for the target 5 and 7 weighted 1:1, mean 6.
        # Class 1: residuals 10 − 8, 20 − 16, mean 3; predictions 9 and 11, mean 10.
        y, weights = np.array([2.0, 4.0, 10.0, 20.0]), np.array([1.0, 3.0, 1.0, 1.0])
        fitted = np.array([[1.0, 0.0], [3.0, 0.0], [0.0, 8.0], [0.0, 16.0]])
        target = np.array([[5.0, 9.0], [7.0, 11.0]])
        found = augmented_means(y, fitted, CLASSES, weights, target_fitted=target, target_weights=np.ones(2))
        assert found.tolist() == [7.0, 13.0]

    def test_a_regression_that_is_right_needs_no_weights(self) -> None:
        rng = np.random.default_rng(3)
        x, classes = rng.normal(size=40), np.arange(40) % 2
        truth = np.column_stack([1 + x, 3 - x])
        y = truth[np.arange(40), classes]
        target = np.column_stack([[1 + 0.5], [3 - 0.5]])
        wrong = rng.uniform(0.1, 5.0, 40)
        found = augmented_means(y, truth, classes, wrong, target_fitted=target, target_weights=np.ones(1))
        assert found == pytest.approx([1.5, 2.5])


@pytest.fixture(scope="module")
def three_classes() -> tuple[Floats, Integers, Integers]:
    """400 rows of a multinomial logit with two covariates, in 20 groups."""
    rng = np.random.default_rng(7)
    design = np.column_stack([np.ones(400), rng.normal(size=(400, 2))])
    logits = design @ np.array([[0.0, 0.2, -0.3], [0.0, 0.8, -0.4], [0.0, -0.5, 0.6]])
    odds = np.exp(logits)
    draw = rng.uniform(size=400)[:, None]
    classes = (draw > np.cumsum(odds / odds.sum(axis=1, keepdims=True), axis=1)).sum(axis=1)
    return design, classes.astype(np.int64), (np.arange(400) % 20).astype(np.int64)


class TestPropensity:
    def test_equals_statsmodels_up_to_the_prior(self, three_classes: tuple[Floats, Integers, Integers]) -> None:
        design, classes, group = three_classes
        fitted = sm.MNLogit(classes, design).fit(disp=False)
        mine = fit_propensity(design, classes, group, n_classes=3, groups=20)
        theirs = np.asarray(fitted.params).T
        # The prior moves the maximum by PRIOR × inverse Hessian × θ; one such step back leaves its square.
        _, hessian = derivatives(design, classes, None, theirs.reshape(-1), 3)
        shrunk = theirs.reshape(-1) - np.linalg.solve(hessian, PRIOR * theirs.reshape(-1))
        assert mine.coefficients[0, 1:].reshape(-1) == pytest.approx(shrunk, abs=1e-6)
        assert mine.probabilities(design, 0) == pytest.approx(fitted.predict(design), abs=2e-4)  # PRIOR / 80 a class
        assert mine.coefficients[:, 0].tolist() == np.zeros((21, 3)).tolist()

    def test_intercept_alone_gives_the_shares(self) -> None:
        classes = np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 2])
        ones = np.ones((10, 1))
        model = fit_propensity(ones, classes, np.arange(10), n_classes=3, groups=10)
        # The prior pulls log odds towards 0: by PRIOR × θ / (n p (1 − p)), a thousandth here.
        assert model.probabilities(ones[:1], 0)[0] == pytest.approx([0.5, 0.3, 0.2], abs=2e-3)

    @pytest.mark.parametrize("weighted", [False, True])
    def test_one_step_is_near_the_whole_way(
        self, three_classes: tuple[Floats, Integers, Integers], weighted: bool
    ) -> None:
        design, classes, group = three_classes
        given = 1.0 * (group != np.arange(-1, 20)[:, None]) if weighted else None
        model = fit_propensity(design, classes, group, n_classes=3, groups=20, weights=given)
        moved, missed = [], []
        for g in range(20):
            whole = newton(design, classes, (group != g).astype(np.float64), 3)
            moved.append(np.abs(model.coefficients[1 + g, 1:] - model.coefficients[0, 1:]).max())
            missed.append(np.abs(model.coefficients[1 + g, 1:].reshape(-1) - whole).max())
        # Leaving out one of G groups moves the solution by 1/G times something; a Newton step errs by the square of
        # the move, so by about 1/G of it: 5 % here.
        assert max(missed) < 0.05 * max(moved)

    def test_both_ways_to_leave_out_are_one(self, three_classes: tuple[Floats, Integers, Integers]) -> None:
        design, classes, group = three_classes
        weights = 1.0 * (group != np.arange(-1, 20)[:, None])
        plain = fit_propensity(design, classes, group, n_classes=3, groups=20)
        given = fit_propensity(design, classes, group, n_classes=3, groups=20, weights=weights)
        # Newton stops at 1e-9, so that far the score of all rows is from 0; one way takes it for 0.
        assert given.coefficients == pytest.approx(plain.coefficients, abs=1e-8)
