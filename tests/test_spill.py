"""Columns in files: read as arrays are, wide where they are narrow, gone with the study, and the same to the byte."""

import gc
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

import cxvalue as cx
from builders import Base
from cxvalue.errors import OutputError
from cxvalue.link import spill
from cxvalue.link.blas_threads import one_blas_thread
from cxvalue.link.covariates import Covariates
from cxvalue.link.spill import Spill
from cxvalue.link.spill_columns import SpillMatrix, narrow_codes

OpenStudy = Callable[[Base], cx.Study]
VALUES = np.array([5, -1, 7, 7, 0, 120, 3])


@pytest.fixture(params=["memory", "files"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(spill, "MOST_IN_MEMORY", 0 if request.param == "files" else 1_000)
    return str(request.param)


@pytest.mark.parametrize(
    "rows",
    [slice(None), slice(2, 5), slice(1, None, 2), slice(9, 12), np.array([6, 0, 0]), VALUES > 3, np.empty(0, int)],
)
@pytest.mark.usefixtures("place")
def test_rows_are_those_of_an_array(rows: slice | np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    column = Spill(len(VALUES)).keep(VALUES, np.int8, np.int64)
    np.testing.assert_array_equal(column[rows], VALUES[rows])
    assert column[rows].dtype == np.int64


@pytest.mark.usefixtures("place")
def test_operators_and_functions_read_it_whole_and_do_not_overflow() -> None:
    column = Spill(len(VALUES)).keep(VALUES, np.int8, np.int64)
    np.testing.assert_array_equal(column * 100 + column, VALUES * 101)
    np.testing.assert_array_equal(column == 7, VALUES == 7)
    np.testing.assert_array_equal(np.arange(200)[column], np.arange(200)[VALUES])
    np.testing.assert_array_equal(np.unique(column), np.unique(VALUES))
    np.testing.assert_array_equal(column.only(VALUES > 3)[:], VALUES[VALUES > 3])
    assert column.shape == (7,)


@pytest.mark.usefixtures("place")
def test_columns_that_come_part_by_part() -> None:
    rng = np.random.default_rng(1)
    parts = [rng.normal(size=(n, 3)) for n in (4, 0, 2)]
    grown = Spill(6).matrix(np.float64, np.float64)
    for part in parts:
        grown.append(part)
    matrix, whole = grown.end(), np.vstack(parts)
    np.testing.assert_array_equal(matrix, whole)
    np.testing.assert_array_equal(matrix[1:4], whole[1:4])
    np.testing.assert_array_equal(matrix[:, 2], whole[:, 2])
    np.testing.assert_array_equal(matrix.some([2, 0])[:], whole[:, [2, 0]])
    np.testing.assert_array_equal(matrix.only(whole[:, 0] > 0)[:], whole[whole[:, 0] > 0])
    assert matrix.shape == (6, 3)
    assert SpillMatrix([], 6, np.int64)[2:5].shape == (3, 0)


@pytest.mark.usefixtures("place")
def test_covariates_select_rows_and_names_alike() -> None:
    numbers, codes = np.arange(12.0).reshape(6, 2), np.arange(6)[:, None] % 2
    known = Covariates(("a", "b"), numbers, ("c",), (("no", "yes"),), codes)
    grown = [Spill(6).matrix(kind, kind) for kind in (np.float64, np.int64)]
    for matrix, values in zip(grown, (numbers, codes), strict=True):
        matrix.append(values)
    kept = Covariates(("a", "b"), grown[0].end(), ("c",), (("no", "yes"),), grown[1].end())
    some = numbers[:, 0] > 3
    for each, other in ((kept.only(("b", "c")), known.only(("b", "c"))), (kept.only_rows(some), known.take(some))):
        np.testing.assert_array_equal(each.numbers, other.numbers)
        np.testing.assert_array_equal(each.codes, other.codes)
        assert each.names() == other.names()


@pytest.mark.parametrize(("codes", "size"), [([-1, 100], 1), ([0, 200], 2), ([-1, 40_000], 4)])
def test_codes_are_as_narrow_as_they_fit(codes: list[int], size: int) -> None:
    column = narrow_codes(np.array(codes))
    assert column._narrow.itemsize == size
    np.testing.assert_array_equal(column[:], codes)


def test_a_study_in_files_gives_the_same_bytes_and_leaves_nothing(
    base: Base, open_study: OpenStudy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_memory = open_study(base).results()
    monkeypatch.setattr(spill, "MOST_IN_MEMORY", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    study = open_study(base)
    in_files = study.results()
    assert list(tmp_path.glob("cxvalue-*/column_*"))
    assert in_files.value.to_frame().equals(in_memory.value.to_frame())
    assert (
        in_files.estimates.to_frame()
        .drop(columns="seconds", errors="ignore")
        .equals(in_memory.estimates.to_frame().drop(columns="seconds", errors="ignore"))
    )
    study.close()
    del study, in_files
    gc.collect()
    assert not list(tmp_path.glob("cxvalue-*/column_*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is Linux's")
def test_a_temporary_folder_that_is_full_is_said_to_be_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "MOST_IN_MEMORY", 0)
    place = Spill(3)
    full = open("/dev/full", "wb")  # noqa: SIM115  the code under test closes it
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda **_: full)
    with pytest.raises(OutputError, match="rows cannot be put aside in the temporary folder") as caught:
        place.keep(np.arange(3), np.int64, np.int64)
    assert "TMPDIR" in (caught.value.hint or "")


def blas_threads() -> list[int]:
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


def test_the_limit_on_threads_ends_with_the_last_call() -> None:
    before = blas_threads()
    with one_blas_thread():
        with one_blas_thread():
            assert set(blas_threads()) == {1}
        assert set(blas_threads()) == {1}
    assert blas_threads() == before
