"""Moments and standardisation against arithmetic that one can follow."""

from itertools import pairwise

import numpy as np
import pytest

from cxvalue.errors import NotEstimable
from cxvalue.estimate.moments import N_BANDS, Moments, accumulate, entry_bins
from cxvalue.estimate.partition import Partition
from cxvalue.estimate.standardise import sound_columns, standardise
from cxvalue.link import OutcomeBatch

GROUPS, HORIZON, METRICS = 20, 3, 2


def base(n: int, seed: int) -> dict[str, np.ndarray]:
    """Return n episodes with a binary covariate that goes with band and outcome, some of them censored."""
    rng = np.random.default_rng(seed)
    trouble = rng.integers(0, 2, n)
    band = np.where(rng.random(n) < 0.3 + 0.2 * trouble, 0, rng.integers(1, 3, n))
    m0 = rng.integers(100, 104, n)  # follow-up ends in 105: m0 = 103 is seen for two months
    effect = 2.0 * band[:, None, None] - 3.0 * trouble[:, None, None]
    outcomes = effect + rng.normal(size=(n, METRICS, HORIZON))
    observed = (105 - m0)[:, None] >= np.arange(1, HORIZON + 1)
    return {
        "trouble": trouble, "band": band, "m0": m0, "group": rng.integers(0, GROUPS, n),
        "outcomes": outcomes * observed[:, None, :], "observed": observed,
    }  # fmt: skip


def sums(data: dict[str, np.ndarray], design: np.ndarray, sizes: tuple[int, ...]) -> Moments:
    """Return the moments of everybody, accumulated over batches of the given sizes."""
    bins, last_k = entry_bins(data["m0"], follow_up_end=105, horizon=HORIZON)
    edges = np.cumsum([0, *sizes])
    batches = [OutcomeBatch(int(a), data["outcomes"][a:b]) for a, b in pairwise(edges)]
    everybody = Partition("everybody", ("everybody",), np.zeros(len(design), dtype=np.int64))
    return accumulate(
        batches, design, [everybody], band=data["band"], group=data["group"], bins=bins, last_k=last_k,
        groups=GROUPS, columns=[design.shape[1]],
    )[0]  # fmt: skip


def test_entry_bins_share_one_class_for_whole_follow_up() -> None:
    bins, last_k = entry_bins(np.array([100, 102, 103, 104, 105]), follow_up_end=105, horizon=3)
    assert last_k.tolist() == [3, 2, 1]
    assert bins.tolist() == [0, 0, 1, 2, -1]


def test_unadjusted_is_the_plain_mean_of_those_observed() -> None:
    data = base(3000, 1)
    design = np.column_stack([np.ones(3000), data["trouble"]])
    target = np.ones((1 + GROUPS, 2))
    found = standardise(sums(data, design, (3000,)), 0, target, horizon=HORIZON, n_metrics=METRICS, adjusted=False)
    assert not isinstance(found, NotEstimable)
    for b in range(N_BANDS):
        for k in range(HORIZON):
            rows = (data["band"] == b) & data["observed"][:, k]
            plain = data["outcomes"][rows][:, :, k].mean(axis=0)
            np.testing.assert_allclose(found.estimate[b, :, k], plain, rtol=1e-10)


def test_saturated_design_is_post_stratification() -> None:
    # With one dummy for the only covariate, standardising to a target with 70 % trouble is 0.3 × mean of the
    # untroubled + 0.7 × mean of the troubled, in every band and month.
    data = base(3000, 2)
    design = np.column_stack([np.ones(3000), data["trouble"]])
    target = np.tile([1.0, 0.7], (1 + GROUPS, 1))
    found = standardise(sums(data, design, (3000,)), 0, target, horizon=HORIZON, n_metrics=METRICS)
    assert not isinstance(found, NotEstimable)
    for b in range(N_BANDS):
        for k in range(HORIZON):
            seen = (data["band"] == b) & data["observed"][:, k]
            calm, troubled = (data["outcomes"][seen & (data["trouble"] == t)][:, 0, k].mean() for t in (0, 1))
            assert found.estimate[b, 0, k] == pytest.approx(0.3 * calm + 0.7 * troubled, rel=1e-9)


def test_leave_one_group_out_is_the_same_computed_without_the_group() -> None:
    data = base(3000, 3)
    design = np.column_stack([np.ones(3000), data["trouble"], np.random.default_rng(0).normal(size=3000)])
    target = np.tile([1.0, 0.4, 0.1], (1 + GROUPS, 1))
    found = standardise(sums(data, design, (3000,)), 0, target, horizon=HORIZON, n_metrics=METRICS)
    keep = data["group"] != 7
    less = {name: values[keep] for name, values in data.items()}
    alone = standardise(sums(less, design[keep], (int(keep.sum()),)), 0, target, horizon=HORIZON, n_metrics=METRICS)
    assert not isinstance(found, NotEstimable)
    assert not isinstance(alone, NotEstimable)
    np.testing.assert_allclose(found.leave_one_group_out[7], alone.estimate, rtol=1e-9)


def test_batches_and_addition_change_nothing() -> None:
    data = base(2000, 4)
    design = np.column_stack([np.ones(2000), data["trouble"]])
    whole, pieces = sums(data, design, (2000,)), sums(data, design, (700, 1, 1299))
    np.testing.assert_allclose(whole.cross, pieces.cross, atol=1e-9)
    np.testing.assert_allclose(whole.gram, pieces.gram, atol=1e-9)
    np.testing.assert_array_equal(whole.counts, pieces.counts)
    doubled = whole + whole
    np.testing.assert_allclose(doubled.cross, 2 * whole.cross)


def test_columns_without_rank_are_dropped_in_every_replicate() -> None:
    # Column 2 repeats column 1; column 3 lives in group 0 alone, so that leaving group 0 out loses it.
    rng = np.random.default_rng(5)
    n = 3000
    data = base(n, 6)
    lonely = (data["group"] == 0) * rng.normal(size=n)
    design = np.column_stack([np.ones(n), data["trouble"], 2.0 * data["trouble"] - 1.0, lonely])
    target = np.tile([1.0, 0.4, -0.2, 0.3], (1 + GROUPS, 1))
    found = standardise(sums(data, design, (n,)), 0, target, horizon=HORIZON, n_metrics=METRICS)
    assert not isinstance(found, NotEstimable)
    assert found.columns == (0, 1)
    assert np.isfinite(found.leave_one_group_out).all()


def test_a_shorter_horizon_does_not_look_at_the_few_who_are_followed_longer() -> None:
    # The covariate is constant among those followed for three months: it is lost there, and used for two months.
    data = base(3000, 10)
    data["m0"] = np.where(data["trouble"] == 1, 103, data["m0"])
    data["outcomes"][data["m0"] == 103, :, 2] = 0.0
    design = np.column_stack([np.ones(3000), data["trouble"]])
    target = np.tile([1.0, 0.7], (1 + GROUPS, 1))
    moments = sums(data, design, (3000,))
    short = standardise(moments, 0, target, horizon=2, n_metrics=METRICS)
    whole = standardise(moments, 0, target, horizon=3, n_metrics=METRICS)
    assert not isinstance(short, NotEstimable)
    assert not isinstance(whole, NotEstimable)
    assert short.columns == (0, 1)
    assert whole.columns == (0,)


def test_basis_is_cut_to_a_twentieth_of_the_smallest_cell() -> None:
    data = base(700, 8)
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(700), rng.normal(size=(700, 30))])
    target = np.zeros((1 + GROUPS, 31)) + np.eye(31)[0]
    found = standardise(sums(data, design, (700,)), 0, target, horizon=HORIZON, n_metrics=METRICS)
    assert not isinstance(found, NotEstimable)
    assert len(found.columns) == int(found.counts.min()) // 20


def test_fewer_than_fifty_episodes_are_not_estimable() -> None:
    data = base(150, 9)
    data["band"][:] = np.where(np.arange(150) < 20, 0, data["band"])
    data["band"][20:] = np.maximum(data["band"][20:], 1)
    design = np.ones((150, 1))
    found = standardise(sums(data, design, (150,)), 0, np.ones((1 + GROUPS, 1)), horizon=1, n_metrics=METRICS)
    assert isinstance(found, NotEstimable)
    assert str(found) == ("not estimable: 20 episodes in band dissatisfied observed 1 month on; at least 50 are needed")


def test_sound_columns_keeps_the_first_of_a_collinear_pair() -> None:
    x = np.random.default_rng(2).normal(size=(100, 3))
    x[:, 2] = x[:, 0] - x[:, 1]
    assert sound_columns((x.T @ x)[None, None]).tolist() == [0, 1]
