"""Panel rows that wait, by block of customers, until a block is wanted: in memory while they are few, else in files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from cxvalue.link.columns import Integers
from cxvalue.link.narrow_rows import NarrowRows, narrow, row_type, widened
from cxvalue.link.panel_rows import PanelRows, places_of, values_of
from cxvalue.link.room_aside import room_aside
from cxvalue.tables import CleanPanel, CleanTables

WAITING_BYTES = 48 * 1024 * 1024
"""What waits of a panel in memory, about; beyond, it is written into files."""


def narrow_by_block(
    batch: pa.RecordBatch, *, clean: CleanTables, panel: CleanPanel, size: int, at_least: Callable[[], str]
) -> tuple[NarrowRows, Integers]:
    """Return the rows of a batch in few bytes, sorted by block of customers.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Columns number, month and the values.
    clean : CleanTables
        The calendar.
    panel : CleanPanel
        The panel.
    size : int
        Customers of a block.
    at_least : callable
        Gives the kinds that hold every batch so far.

    Returns
    -------
    tuple of NarrowRows and ndarray of shape (blocks,)
        The rows, their places counted within each block, and how many rows are of each block.
    """
    places = size * clean.activity.calendar.n_months
    block, place = np.divmod(places_of(batch, clean), places)
    rows, counts = narrow(place, values_of(batch, panel), at_least()), np.bincount(block)
    if (counts > 0).sum() > 1:
        rows = rows.take(np.argsort(block.astype(np.uint16), kind="stable"))
    return rows, counts


class WaitingRows:
    """Rows of panels, by block of customers.

    Notes
    -----
    Files lie in the system's temporary folder, one for each panel, block and kinds of columns; as kinds only grow
    wider, these are few. A file is opened only while it is written to: a system may allow fewer open ones than there
    are blocks.
    """

    def __init__(self) -> None:
        self._kinds: dict[int, list[str]] = {}
        self._held: dict[tuple[int, int, str], bytes] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def folder(self) -> Path | None:
        """Where the files are; none without a file."""
        return None if self._folder is None else Path(self._folder.name)

    def add(self, position: int, batches: Iterable[tuple[NarrowRows, Integers]]) -> None:
        """Add a panel.

        Parameters
        ----------
        position : int
            Of the panel.
        batches : iterable of tuple of NarrowRows and ndarray of shape (blocks,)
            As :func:`narrow_by_block` gives them.
        """
        waiting: dict[tuple[int, str], list[bytes]] = {}
        n_waiting, in_files = 0, False
        kinds = self._kinds.setdefault(position, [])
        for narrowed, counts in batches:
            rows = narrowed.rows
            if len(rows) and narrowed.kinds not in kinds:
                kinds.append(narrowed.kinds)
            whole, there = rows.view(np.uint8).data, np.flatnonzero(counts)
            ends, sizes = np.cumsum(counts)[there] * rows.itemsize, counts[there] * rows.itemsize
            for at, n, end in zip(there.tolist(), sizes.tolist(), ends.tolist(), strict=True):
                waiting.setdefault((at, narrowed.kinds), []).append(whole[end - n : end].tobytes())
            n_waiting += rows.nbytes
            if n_waiting > WAITING_BYTES:
                self._write(position, waiting)
                waiting, n_waiting, in_files = {}, 0, True
        if in_files:
            self._write(position, waiting)
        else:
            self._held |= {(position, at, known): b"".join(parts) for (at, known), parts in waiting.items()}

    def widest(self, position: int) -> str:
        """Return the kinds that hold all rows of a panel so far.

        Parameters
        ----------
        position : int
            Of the panel.

        Returns
        -------
        str
            A letter a column; nothing without a row.
        """
        return "".join(map(max, zip(*self._kinds.get(position, ()), strict=True)))

    def rows(self, position: int, block: int, *, columns: int) -> Iterator[PanelRows]:
        """Give the rows of a panel that belong to a block.

        Parameters
        ----------
        position : int
            Of the panel.
        block : int
            Position of the block.
        columns : int
            How many of the values are wanted, the first ones.

        Yields
        ------
        PanelRows
            Some of the rows; places are counted within the block.
        """
        for kinds in self._kinds[position]:
            kind = row_type(kinds)
            if self.folder is not None and (path := self.folder / self._name(position, block, kinds)).exists():
                yield PanelRows(*widened(np.fromfile(path, dtype=kind), kinds[:columns]))
            if held := self._held.get((position, block, kinds)):
                yield PanelRows(*widened(np.frombuffer(held, dtype=kind), kinds[:columns]))

    def close(self) -> None:
        """Forget the rows and remove the files."""
        self._held.clear()
        if self._folder is not None:
            self._folder.cleanup()

    def _name(self, position: int, block: int, kinds: str) -> str:
        return f"{position}_{block}_{self._kinds[position].index(kinds)}"

    def _write(self, position: int, waiting: dict[tuple[int, str], list[bytes]]) -> None:
        with room_aside():
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="cxvalue-", ignore_cleanup_errors=True)
            for (block, kinds), parts in waiting.items():
                with Path(self._folder.name, self._name(position, block, kinds)).open("ab") as file:
                    file.write(b"".join(parts))
