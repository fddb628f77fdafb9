"""Complementary suppression: by hand, and against every way to work a small cell out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import linprog

from cxvalue.report.suppression import Flags, Floats, hide_line, hide_table, is_line_safe

ROUNDING = 1e-6  # of the solver; bounds of whole numbers are whole
COUNTS = st.integers(0, 40)


@pytest.mark.parametrize(
    ("counts", "elsewhere", "hidden"),
    [
        ([30, 40, 50], 0, "---"),
        ([4, 60, 35], 0, "x-x"),  # 99 - 60 - 35 = 4: so the next smallest goes too
        ([4, 60, 35], 500, "x--"),  # 500 others hide it: anything from 0 to 504
        ([4, 60, 35], 3, "x-x"),  # 4 + 3 are 7: still few
        ([1, 10, 60], 0, "xxx"),  # 11 in two cells of which one is 10 or more: the other can only be 1
        ([9, 9, 60], 0, "xxx"),  # 18 in two cells of 9 at most
        ([2, 3, 4, 8, 60], 0, "xxxx-"),  # 17 in four cells: each may be 1 to 9
        ([4, 0, 0, 50], 0, "x--x"),  # nobody is nobody, and hides nothing
        ([30, 40], 4, "x-"),  # those in no cell are a small cell too
        ([], 0, ""),
    ],
)  # fmt: skip
def test_one_line_by_hand(counts: list[int], elsewhere: int, hidden: str) -> None:
    assert hide_line(counts, 10, elsewhere=elsewhere) == tuple(sign == "x" for sign in hidden)


@pytest.mark.parametrize(
    ("table", "hidden"),
    [
        # The 3 follows from its row and from its column; the smallest in each goes, and the cell that crosses them.
        ([[3, 40, 50], [60, 30, 70], [80, 90, 95]], ["xx-", "xx-", "---"]),
        # Two small cells in different rows and columns hide one another with the cells that cross them.
        ([[4, 40, 50], [60, 4, 70], [80, 90, 95]], ["xx-", "xx-", "---"]),
        # Here rows less columns say that the second is one more than the first, which could then be 8 at most.
        ([[3, 40, 50], [60, 4, 70], [80, 90, 95]], ["xxx", "xxx", "---"]),
        ([[30, 40], [50, 60]], ["--", "--"]),
        # A row with nothing else in it: its total is 3, which no other cell can mend.
        ([[3, 0, 0], [40, 50, 60], [70, 80, 90]], ["x--", "xx-", "xx-"]),
    ],
)  # fmt: skip
def test_two_ways_by_hand(table: list[list[int]], hidden: list[str]) -> None:
    found = hide_table(table, 10)
    assert ["".join("x" if hide else "-" for hide in row) for row in found] == hidden


def test_blocks_that_are_safe_line_by_line_and_not_together() -> None:
    # Two blocks of four, and the 3 between them: rows 1 and 2 less columns 1 and 2 leave it alone, although no row or
    # column has a single cell held back.
    table = np.full((4, 4), 100.0)
    table[0, 0] = table[2, 2] = 5
    table[0, 1] = table[1, 0] = table[1, 1] = 31
    table[2, 3] = table[3, 2] = table[3, 3] = 32
    table[0, 2] = 3
    hidden = hide_table(table, 10)
    blocks = np.zeros((4, 4), dtype=bool)
    blocks[:2, :2] = blocks[2:, 2:] = blocks[0, 2] = True
    low, high = bounds(table, blocks, 10, (0, 2))
    assert (low, high) == pytest.approx((3, 3))
    assert (hidden & ~blocks).any()
    low, high = bounds(table, hidden, 10, (0, 2))
    assert low <= 1 + ROUNDING
    assert high >= 9 - ROUNDING


@given(st.lists(st.integers(0, 8), min_size=1, max_size=4), st.integers(2, 5), st.integers(0, 6))
def test_every_value_is_open_in_one_line(counts: list[int], minimum: int, elsewhere: int) -> None:
    hidden = hide_line(counts, minimum, elsewhere=elsewhere)
    small = [0 < n < minimum for n in counts]
    assert all(hide for hide, few in zip(hidden, small, strict=True) if few)
    if all(hide for hide, n in zip(hidden, counts, strict=True) if n):
        return  # all is held back: the total is all that can still be held back
    unseen = elsewhere + sum(n for n, hide in zip(counts, hidden, strict=True) if hide)
    ranges = [
        range(1, minimum) if few else range(minimum, unseen + 1)
        for few, hide in zip(small, hidden, strict=True) if hide
    ]  # fmt: skip
    # Every way to fill the cells held back, what is elsewhere taking the rest.
    ways = [way for way in itertools.product(*ranges) if sum(way) <= unseen and (elsewhere or sum(way) == unseen)]
    places = [few for few, hide in zip(small, hidden, strict=True) if hide]
    for at, few in enumerate(places):
        assert not few or {way[at] for way in ways} == set(range(1, minimum))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_no_small_cell_follows_from_the_totals(n_rows: int, n_columns: int, data: st.DataObject) -> None:
    table = np.array([[data.draw(COUNTS) for _ in range(n_columns)] for _ in range(n_rows)], dtype=float)
    hidden = hide_table(table, 10)
    small = (table > 0) & (table < 10)
    assert hidden[small].all()
    for row, column in np.argwhere(small):
        lines = [(table[row], hidden[row]), (table[:, column], hidden[:, column])]
        if any(not ((counts > 0) & ~hide).any() for counts, hide in lines):
            continue  # a line without a cell that is shown loses its total
        low, high = bounds(table, hidden, 10, (int(row), int(column)))
        assert low <= 1 + ROUNDING
        assert high >= 9 - ROUNDING
        assert all(is_line_safe(counts, hide, 10) and hide.sum() > 1 for counts, hide in lines)


@given(st.lists(st.integers(10, 40), min_size=1, max_size=6))
def test_nothing_is_hidden_without_need(counts: list[int]) -> None:
    assert not any(hide_line(counts, 10))
    assert not hide_table([counts, counts], 10).any()


@given(st.lists(COUNTS, min_size=1, max_size=6))
def test_a_table_of_one_row_is_a_line(counts: list[int]) -> None:
    # But for a cell that is alone: in a line it is safe where others are elsewhere; here nobody is.
    assert hide_table([counts], 10, column_totals=False)[0].tolist() == list(hide_line(counts, 10))


def test_totals_that_nobody_knows_hide_nothing_more() -> None:
    table = [[3, 40], [50, 60]]
    assert hide_table(table, 10, row_totals=False, column_totals=False).tolist() == [[True, False], [False, False]]
    assert hide_table(table, 10, column_totals=False).tolist() == [[True, True], [False, False]]


def bounds(table: Floats, hidden: Flags, minimum: int, at: tuple[int, int]) -> tuple[float, float]:
    """Return the least and the most of a cell by a programme over all cells, those that are shown being fixed."""
    n_rows, n_columns = table.shape
    rows = np.kron(np.eye(n_rows), np.ones(n_columns))
    columns = np.kron(np.ones(n_rows), np.eye(n_columns))
    totals = np.concatenate([table.sum(axis=1), table.sum(axis=0)])
    limits = [
        (n, n) if not hide else ((1, minimum - 1) if n < minimum else (minimum, None))
        for n, hide in zip(table.ravel(), hidden.ravel(), strict=True)
    ]
    wanted = np.zeros(table.size)
    wanted[at[0] * n_columns + at[1]] = 1.0
    found = [
        linprog(sign * wanted, A_eq=np.vstack([rows, columns]), b_eq=totals, bounds=limits, method="highs").fun
        for sign in (1.0, -1.0)
    ]
    return float(found[0]), float(-found[1])
