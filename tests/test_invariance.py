"""What must not change an answer: the order of rows, files, threads, names of customers; and the rule of time zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cxvalue as cx
from builders import WAVES, Base
from cxvalue.engine import DuckDBEngine
from cxvalue.link import EpisodeOutcomes, Linked, link, make_timeline
from cxvalue.tables import check_tables, read_tables
from cxvalue.vocabulary import month_label

OpenStudy = Callable[[Base], cx.Study]

RELATIVE = 1e-9
"""Sums in another order: nine of a double's sixteen digits are what is promised."""


def figures(study: cx.Study) -> dict[str, np.ndarray]:
    """The numbers that leave a study, by name."""
    value = study.value()
    return {
        "value": value.to_frame()[["estimate", "se", "ci_low", "ci_high"]].to_numpy(),
        "draws": value.draws,
        "curves": study.curves().to_frame()[["estimate", "se"]].to_numpy(),
        "segments": study.outcomes("segment").to_frame()[["estimate", "se"]].to_numpy(dtype=float),
        "links": study.links().to_frame().select_dtypes("number").to_numpy(),
    }


def assert_close(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    for name, numbers in expected.items():
        # Standard errors of what is 0 for everybody are 0 but for rounding.
        scale = np.nanmax(np.abs(numbers))
        np.testing.assert_allclose(found[name], numbers, rtol=RELATIVE, atol=RELATIVE * 1e-3 * scale, err_msg=name)


@pytest.fixture(scope="module")
def expected(base: Base) -> Iterator[dict[str, np.ndarray]]:
    study = cx.Study(tables=base.given(), settings=base.read_settings())
    yield figures(study)
    study.close()


def test_the_order_of_rows_and_columns_changes_nothing(
    base: Base, expected: dict[str, np.ndarray], open_study: OpenStudy
) -> None:
    shuffled = {name: rows.sample(frac=1.0, random_state=7)[rows.columns[::-1]] for name, rows in base.tables.items()}
    assert_close(figures(open_study(Base(shuffled, base.settings))), expected)


@pytest.mark.parametrize("n_files", [1, 7])
def test_the_number_of_files_and_of_threads_changes_nothing(
    n_files: int, base: Base, expected: dict[str, np.ndarray], open_study: OpenStudy, tmp_path: Path
) -> None:
    split = base.with_settings("run", threads=n_files)
    for name in ("retention", "revenue", "cost_to_serve", "upgrades"):
        rows = base.tables[name].sample(frac=1.0, random_state=n_files)
        for part in range(n_files):
            table = pa.Table.from_pandas(rows.iloc[part::n_files], preserve_index=False)
            pq.write_table(table, tmp_path / f"{name}-{part}.parquet")
        split = split.with_table(name, tmp_path / f"{name}-*.parquet")
    assert_close(figures(open_study(split)), expected)


def test_with_one_thread_the_same_input_gives_the_same_bytes(
    base: Base, expected: dict[str, np.ndarray], open_study: OpenStudy
) -> None:
    assert base.settings["run"]["threads"] == 1
    again = figures(open_study(base))
    for name, numbers in expected.items():
        np.testing.assert_array_equal(again[name], numbers, err_msg=name)


def test_other_names_for_customers_leave_the_estimates_the_same(
    base: Base, expected: dict[str, np.ndarray], open_study: OpenStudy
) -> None:
    # Groups of the jackknife follow from the ids, so standard errors may differ; estimates may not.
    renamed = {
        name: rows.assign(customer_id="kunde/" + rows["customer_id"].str[::-1]) for name, rows in base.tables.items()
    }
    found = figures(open_study(Base(renamed, base.settings)))
    for name in ("value", "curves", "segments"):
        estimates = expected[name][:, 0]
        scale = np.nanmax(np.abs(estimates))
        np.testing.assert_allclose(
            found[name][:, 0], estimates, rtol=RELATIVE, atol=RELATIVE * 1e-3 * scale, err_msg=name
        )
    assert not np.array_equal(found["curves"][:, 1], expected["curves"][:, 1])


# The rule of time zero: nothing at or before m0 is an outcome, nothing after it is a covariate.


@dataclass(frozen=True)
class Arrays:
    """What the estimators receive: answers with covariates, and their outcomes."""

    linked: Linked
    outcomes: np.ndarray


def arrays(base: Base) -> Arrays:
    engine, settings = DuckDBEngine(threads=1), base.read_settings()
    clean = check_tables(engine, read_tables(engine, settings, given=base.given(), folder=Path()))
    clean.refuse_errors()
    timeline = make_timeline(engine, clean, settings.study)
    linked = link(engine, clean, timeline, groups=settings.study.groups)
    batches = EpisodeOutcomes(linked.months, clean, timeline, linked.answers).batches()
    found = Arrays(linked, np.concatenate([batch.outcomes for batch in batches]))
    engine.close()
    return found


TIME_ZERO = month_label(WAVES[0])


@pytest.fixture(scope="module")
def one_wave(base: Base) -> Base:
    """Only the answers of 2023-06, so that one month divides before from after for every episode."""
    base = base.with_table("referrals", None).without_settings("panels.referrals")
    return base.changed("surveys", lambda rows: rows[rows["survey_date"] < "2023-12"].reset_index(drop=True))


@pytest.fixture(scope="module")
def before(one_wave: Base) -> Arrays:
    """The arrays without a leak."""
    return arrays(one_wave)


def with_leak(base: Base, leaks: Callable[[pd.DataFrame], pd.Series]) -> Base:
    """Every amount, count and covariate multiplied by 1,000 and moved by 777 in the months given."""
    for name in ("revenue", "cost_to_serve", "upgrades"):
        columns = [column for column in ("value", "contacts") if column in base.tables[name]]
        base = base.changed(name, lambda rows, columns=columns: rows.assign(**{
            column: rows[column].where(~leaks(rows), rows[column] * 1000 + 777) for column in columns
        }))  # fmt: skip
    return base


def up_to_time_zero(rows: pd.DataFrame) -> pd.Series:
    return rows["month"] <= TIME_ZERO


def after_time_zero(rows: pd.DataFrame) -> pd.Series:
    return rows["month"] > TIME_ZERO


def design_of(found: Arrays) -> list[np.ndarray]:
    linked, asked = found.linked, found.linked.asked
    rows = [
        linked.answers.covariates,
        asked.read_sample().covariates,
        *(each.covariates for each in asked.candidates()),
    ]
    known = [part for each in rows for part in (each.numbers, each.codes)]
    return [*known, linked.answers.band, linked.answers.group, linked.answers.segments]


def test_nothing_up_to_time_zero_is_an_outcome(one_wave: Base, before: Arrays) -> None:
    leaked = arrays(with_leak(one_wave, up_to_time_zero))
    np.testing.assert_array_equal(leaked.outcomes, before.outcomes)
    # The leak was there to be seen: covariates, which may look back, do move.
    assert not np.array_equal(leaked.linked.answers.covariates.numbers, before.linked.answers.covariates.numbers)


def test_nothing_up_to_time_zero_moves_a_curve_without_covariates(one_wave: Base, open_study: OpenStudy) -> None:
    unadjusted = one_wave.with_settings("adjust", covariates=[])
    studies = [open_study(base) for base in (unadjusted, with_leak(unadjusted, up_to_time_zero))]
    for adjusted in (False, True):
        curves = [study.curves(adjusted=adjusted).to_frame()[["estimate", "se"]].to_numpy() for study in studies]
        np.testing.assert_array_equal(curves[1], curves[0])


def test_nothing_after_time_zero_is_a_covariate(one_wave: Base, before: Arrays) -> None:
    leaked = arrays(with_leak(one_wave, after_time_zero))
    for found, expected in zip(design_of(leaked), design_of(before), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert leaked.linked.answers.covariates.names() == before.linked.answers.covariates.names()
    assert not np.array_equal(leaked.outcomes, before.outcomes)


def test_nothing_after_time_zero_moves_the_design_of_a_study(one_wave: Base, open_study: OpenStudy) -> None:
    episodes = [open_study(base).episodes() for base in (one_wave, with_leak(one_wave, after_time_zero))]
    assert episodes[1].covariates == episodes[0].covariates
    pd.testing.assert_frame_equal(episodes[1].to_frame(), episodes[0].to_frame(), check_exact=True)


def test_later_answers_are_no_covariate_of_earlier_ones(base: Base, one_wave: Base, before: Arrays) -> None:
    both, first = arrays(one_wave.with_table("surveys", base.tables["surveys"])).linked.answers, before.linked.answers
    wave = both.m0 == WAVES[0]
    np.testing.assert_array_equal(both.covariates.numbers[wave], first.covariates.numbers)
    previous = both.covariates.level_names.index("previous_band")
    np.testing.assert_array_equal(both.covariates.codes[wave][:, previous], first.covariates.codes[:, previous])
    # At the second wave the first is known.
    assert len(np.unique(both.covariates.codes[~wave][:, previous])) > len(
        np.unique(first.covariates.codes[:, previous])
    )


def test_the_month_of_the_answer_is_no_covariate_where_the_baseline_ends_before_it(
    one_wave: Base, before: Arrays
) -> None:
    def numbers(base: Base) -> np.ndarray:
        return arrays(base).linked.answers.covariates.numbers

    at_time_zero = with_leak(one_wave, lambda rows: rows["month"] == TIME_ZERO)
    assert not np.array_equal(numbers(at_time_zero), before.linked.answers.covariates.numbers)
    earlier = {"baseline_end": "m0-1"}
    np.testing.assert_array_equal(
        numbers(at_time_zero.with_settings("study", **earlier)), numbers(one_wave.with_settings("study", **earlier))
    )


@pytest.mark.parametrize(
    ("months", "covariates_move", "outcomes_move"),
    [(("2023-03", "2023-12"), False, True), (("2023-04", "2024-01"), True, False)],
)
def test_baseline_and_horizon_hold_as_many_months_as_they_say(
    months: tuple[str, str], covariates_move: bool, outcomes_move: bool, one_wave: Base, before: Arrays
) -> None:
    # The answers are of 2023-06: a baseline of three months begins with 2023-04, a horizon of six ends with 2023-12.
    leaked = arrays(with_leak(one_wave, lambda rows: rows["month"].isin(months)))
    covariates = [found.linked.answers.covariates.numbers for found in (leaked, before)]
    assert np.array_equal(*covariates) is not covariates_move
    assert np.array_equal(leaked.outcomes, before.outcomes) is not outcomes_move


def test_leaving_after_time_zero_is_an_outcome_and_before_it_no_episode(one_wave: Base, before: Arrays) -> None:
    # C0002 without a row from 2023-07 on: k = 1 to 6 all 0. Its covariates, and everybody else's, stay.
    def gone(first_month: str) -> Base:
        base = one_wave
        for name in ("retention", "revenue", "cost_to_serve", "upgrades"):
            base = base.changed(
                name,
                lambda rows: rows[(rows["customer_id"] != "C0002") | (rows["month"] < first_month)],
            )
        return base

    after = arrays(gone("2023-07"))
    changed = np.flatnonzero((before.outcomes != after.outcomes).any(axis=(1, 2)))
    assert len(changed) == 1
    assert (after.outcomes[changed] == 0).all()
    assert before.outcomes[changed, 0].tolist() == [[1.0] * 6]
    np.testing.assert_array_equal(after.linked.answers.covariates.numbers, before.linked.answers.covariates.numbers)
    # Gone two months before the answer, it cannot have opened an episode.
    assert len(arrays(gone("2023-05")).outcomes) == len(before.outcomes) - 1
