"""Panel rows that wait: held in few bytes, in memory or in files, and back to the bit."""

from collections.abc import Iterator

import numpy as np
import pytest

from cxvalue.link import waiting_rows
from cxvalue.link.columns import Integers
from cxvalue.link.narrow_rows import NarrowRows, narrow, widened
from cxvalue.link.waiting_rows import WaitingRows


@pytest.mark.parametrize("in_memory", [0, 400, 100_000])
def test_rows_that_wait_in_memory_or_in_pieces_of_files_are_all_there(
    monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr(waiting_rows, "WAITING_BYTES", in_memory)
    rng, every = np.random.default_rng(9), []
    waiting = WaitingRows()

    def batches() -> Iterator[tuple[NarrowRows, Integers]]:
        for size, digits, kinds in ((50, 0, "bb"), (0, 2, "bb"), (30, 2, "cc"), (20, 12, "dd"), (40, 2, "dd")):
            block, place = np.sort(rng.integers(0, 4, size)), rng.integers(0, 1000, size)
            values = np.round(rng.random((size, 2)) * 100, digits)
            every.append(np.column_stack([block, place, values]))
            rows = narrow(place, list(values.T), waiting.widest(0))
            assert rows.kinds == kinds, "never narrower than before"
            yield rows, np.bincount(block)

    waiting.add(0, batches())
    for wanted in (0, 1, 2):
        for at in range(4):
            found = [np.column_stack([part.place, part.values]) for part in waiting.rows(0, at, columns=wanted)]
            expected = np.concatenate([each[each[:, 0] == at, 1 : 2 + wanted] for each in every])
            rows = np.concatenate(found)
            np.testing.assert_array_equal(rows[np.lexsort(rows.T)], expected[np.lexsort(expected.T)])
    folder = waiting.folder
    assert (folder is None) == (in_memory == 100_000)
    waiting.close()
    assert folder is None or not folder.exists()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.0, 7.0, 255.0], "b"),
        ([0.0, 256.0], "c"),
        ([-1.0, 3.0], "c"),
        ([0.1, 19.99, 21_474_836.46], "c"),
        ([-21_474_836.46, 0.01], "c"),
        ([0.01, 21_474_836.48], "d"),
        ([0.005], "d"),
        ([1 / 3, 1e300, -1e-300], "d"),
        ([0.1 + 0.2], "d"),
        ([], "b"),
    ],
)
def test_a_column_is_held_as_narrow_as_it_goes_and_comes_back_to_the_bit(values: list[float], kind: str) -> None:
    rows = narrow(np.arange(len(values)), [np.array(values, dtype=np.float64)])
    assert rows.kinds == kind
    place, found = widened(rows.rows, rows.kinds)
    np.testing.assert_array_equal(place, np.arange(len(values)))
    assert found[:, 0].tolist() == values
