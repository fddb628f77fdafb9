"""Suppression: which cells of a table of counts are held back so that its totals give no small one away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ROUNDING: Final = 1e-6
"""Bounds come from a linear programme; those of whole numbers are whole to far less than this."""


def hide_line(counts: Sequence[float], minimum: int, *, elsewhere: float = 0.0) -> tuple[bool, ...]:
    """Return which cells of a partition are held back when its total is known.

    Parameters
    ----------
    counts : sequence of float, shape (n,)
        Customers in each cell.
    minimum : int
        Smallest number that may be shown.
    elsewhere : float
        Customers that the total holds besides these cells.

    Returns
    -------
    tuple of bool
        True for cells above 0 and below the minimum and, until they are safe, for the next smallest ones.

    Notes
    -----
    Cells are safe when the total less the cells shown leaves every small cell free to be anything from 1 to
    ``minimum − 1``, for a reader who also knows which of the cells held back are small: see :func:`is_line_safe`. Cells
    of 0 are shown. Where all are held back and they are still not safe, the total itself would have to go.

    Examples
    --------
    >>> hide_line([4, 60, 35], 10)
    (True, False, True)

    The 10 beside the 1 would leave 11 in all, and a reader who knows that only one of them is small would know both:

    >>> hide_line([1, 10, 35, 60], 10)
    (True, True, True, False)
    """
    cells = np.asarray(counts, dtype=float)
    hidden = is_small_cell(cells, minimum)
    while not is_line_safe(cells, hidden, minimum, elsewhere=elsewhere):
        shown = np.flatnonzero(~hidden & (cells > 0))
        if not len(shown):
            break
        hidden[shown[np.argmin(cells[shown])]] = True
    return tuple(bool(hide) for hide in hidden)


def is_line_safe(counts: Floats, hidden: Flags, minimum: int, *, elsewhere: float = 0.0) -> bool:
    """Return whether the total of a partition, less the cells shown, gives no small cell away.

    Parameters
    ----------
    counts : ndarray of shape (n,)
        Customers in each cell.
    hidden : ndarray of bool, shape (n,)
        Cells held back.
    minimum : int
        Smallest number that may be shown.
    elsewhere : float
        Customers that the total holds besides these cells; a small cell too where they are few.

    Returns
    -------
    bool
        True when each small cell may be anything from 1 to ``minimum − 1``, and what is not shown is no small number.

    Notes
    -----
    With S the sum of what is not shown, p small cells among it and q others held back, each at least ``minimum``, one
    small cell lies between S − (p − 1)(minimum − 1), where q = 0 and nothing is elsewhere, and S − (p − 1) −
    q · minimum.

    Examples
    --------
    >>> is_line_safe(np.array([4.0, 35.0]), np.array([True, True]), 10)
    True
    >>> is_line_safe(np.array([9.0, 9.0, 35.0]), np.array([True, True, False]), 10)
    False
    """
    small = is_small_cell(counts, minimum)
    few_elsewhere = 0 < elsewhere < minimum
    n_small, n_others = int((hidden & small).sum()) + few_elsewhere, int((hidden & ~small).sum())
    if not n_small:
        return True
    unseen = float(counts[hidden].sum()) + elsewhere
    highest = unseen - (n_small - 1) - n_others * minimum
    lowest = 1.0 if n_others or elsewhere else unseen - (n_small - 1) * (minimum - 1)
    return unseen >= minimum and highest >= minimum - 1 and lowest <= 1


def hide_table(
    counts: Floats | Sequence[Sequence[float]],
    minimum: int,
    *,
    row_totals: bool = True,
    column_totals: bool = True,
) -> Flags:
    """Return which cells of a two-way table are held back when totals of its rows and columns are known.

    Parameters
    ----------
    counts : array_like of shape (r, c)
        Customers in each cell.
    minimum : int
        Smallest number that may be shown.
    row_totals, column_totals : bool
        Which totals are known. Where both are, so is the total of all.

    Returns
    -------
    ndarray of bool, shape (r, c)
        True for cells above 0 and below the minimum, and for those beside them that keep them from being derived.

    Notes
    -----
    Line by line, the next smallest cell goes until no line with a total has a single cell held back, which would follow
    from it, and every such line is safe by itself (:func:`is_line_safe`). Lines that are safe one by one may still give
    a cell away together, when the totals of several rows less those of several columns leave it alone: so the least and
    the most that each small cell can be, given all totals and all cells shown, is then found by linear programming
    (:func:`cell_bounds`), and the next smallest cell of its row or column goes while these bounds are narrower than 1
    to ``minimum − 1``. A row or column that holds nothing but small cells has to lose its total instead.

    References
    ----------
    Hundepool, A., Domingo-Ferrer, J., Franconi, L., Giessing, S., Schulte Nordholt, E., Spicer, K. and de Wolf, P.-P.
    (2012). *Statistical Disclosure Control*, chapter 4. Wiley. https://doi.org/10.1002/9781118348239

    Examples
    --------
    The 3 would follow from its row and from its column; so a cell goes in each, and the one that crosses them:

    >>> hide_table([[3, 40, 50], [60, 30, 70], [80, 90, 95]], 10).astype(int)
    array([[1, 1, 0],
           [1, 1, 0],
           [0, 0, 0]])
    """
    cells = np.array(counts, dtype=float, ndmin=2)
    hidden = is_small_cell(cells, minimum)
    known = (row_totals, column_totals)
    while True:
        candidates = next(unsafe_places(cells, hidden, minimum, known), None)
        if candidates is None:
            return hidden
        hidden[next_to_hide(cells, hidden, candidates)] = True


def unsafe_places(cells: Floats, hidden: Flags, minimum: int, known: tuple[bool, bool]) -> Iterator[Flags]:
    """Yield the places at which one more cell has to go, for each reason that there is.

    Parameters
    ----------
    cells : ndarray of shape (r, c)
        Customers in each cell.
    hidden : ndarray of bool, shape (r, c)
        Cells held back so far.
    minimum : int
        Smallest number that may be shown.
    known : tuple of bool
        Whether the totals of rows, and of columns, are known.

    Yields
    ------
    ndarray of bool, shape (r, c)
        Cells that can be held back further; reasons without any are passed over.
    """
    open_cells, hopeless = ~hidden & (cells > 0), np.zeros_like(hidden)
    for axis, is_known in enumerate(known):
        for at in range(cells.shape[axis]) if is_known else ():
            place = (at, slice(None)) if axis == 0 else (slice(None), at)
            alone = np.count_nonzero(hidden[place]) == 1
            if alone or not is_line_safe(cells[place], hidden[place], minimum):
                line = np.zeros_like(hidden)
                line[place] = True
                hopeless |= line & ~open_cells[place].any()
                if (line & open_cells).any():
                    yield line & open_cells
    if all(known) and open_cells.any():
        for row, column in np.argwhere(is_small_cell(cells, minimum) & ~hopeless).tolist():
            low, high = cell_bounds(cells, hidden, minimum, at=(row, column))
            cross = np.zeros_like(hidden)
            cross[row, :] = cross[:, column] = True
            if low > 1 + ROUNDING or high < minimum - 1 - ROUNDING:
                yield cross & open_cells if (cross & open_cells).any() else open_cells


def next_to_hide(cells: Floats, hidden: Flags, candidates: Flags) -> tuple[int, int]:
    """Return the cell that is held back next.

    Parameters
    ----------
    cells : ndarray of shape (r, c)
        Customers in each cell.
    hidden : ndarray of bool, shape (r, c)
        Cells held back so far.
    candidates : ndarray of bool, shape (r, c)
        Where it may lie; at least one place.

    Returns
    -------
    tuple of int
        Row and column: the smallest of those whose row and column both hold a cell that is held back already, which
        cost no further one, or else of all.
    """
    crossing = candidates & hidden.any(axis=1, keepdims=True) & hidden.any(axis=0, keepdims=True)
    places = np.argwhere(crossing if crossing.any() else candidates)
    row, column = places[np.argmin(cells[places[:, 0], places[:, 1]])]
    return int(row), int(column)


def cell_bounds(cells: Floats, hidden: Flags, minimum: int, *, at: tuple[int, int]) -> tuple[float, float]:
    """Return the least and the most that a cell can be, given all totals and the cells shown.

    Parameters
    ----------
    cells : ndarray of shape (r, c)
        Customers in each cell.
    hidden : ndarray of bool, shape (r, c)
        Cells held back.
    minimum : int
        Smallest number that may be shown: small cells are known to be 1 to ``minimum − 1``, others at least that.
    at : tuple of int
        Row and column of a cell that is held back.

    Returns
    -------
    tuple of float
        Bounds, from two linear programmes over the cells that are held back.

    Examples
    --------
    >>> counts = np.array([[3.0, 40.0], [60.0, 30.0]])
    >>> cell_bounds(counts, np.array([[True, True], [False, False]]), 10, at=(0, 0))
    (3.0, 3.0)
    """
    places = np.argwhere(hidden)
    lines = np.concatenate([
        np.arange(cells.shape[0])[:, None] == places[:, 0], np.arange(cells.shape[1])[:, None] == places[:, 1]
    ]).astype(float)  # fmt: skip
    unseen = np.concatenate([np.where(hidden, cells, 0.0).sum(axis=1), np.where(hidden, cells, 0.0).sum(axis=0)])
    small = is_small_cell(cells, minimum)[hidden]
    bounds = [(1, minimum - 1) if few else (minimum, None) for few in small]
    wanted = (places == np.asarray(at)).all(axis=1).astype(float)
    low, high = (
        float(sign * linprog(sign * wanted, A_eq=lines, b_eq=unseen, bounds=bounds, method="highs").fun)
        for sign in (1, -1)
    )
    return low, high


def is_small_cell(cells: Floats, minimum: int) -> Flags:
    """Return which cells stand for somebody, but for too few.

    Parameters
    ----------
    cells : ndarray
        Customers in each cell.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    ndarray of bool
        Above 0 and below the minimum.
    """
    found: Flags = (cells > 0) & (cells < minimum)
    return found
