"""Linear algebra on one thread: the matrices here are small, and threads cost more than they bring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from threadpoolctl import threadpool_limits


class BlasLimit:
    """How many of the library's calls run now, in whatever threads: the first sets the limit, the last lifts it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running = 0
        self._limit: threadpool_limits | None = None

    def begin(self) -> None:
        """Set the limit, if no other call has."""
        with self._lock:
            self._running += 1
            if self._limit is None:
                self._limit = threadpool_limits(limits=1, user_api="blas")

    def end(self) -> None:
        """Lift the limit, if no other call runs."""
        with self._lock:
            self._running -= 1
            if self._running == 0 and self._limit is not None:
                self._limit.restore_original_limits()
                self._limit = None


LIMIT = BlasLimit()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Run linear algebra on one thread; before and afterwards the process has as many as it had.

    Yields
    ------
    None
        Nothing. It also serves as a decorator: ``@one_blas_thread()``.

    Notes
    -----
    The limit is the process's, as BLAS has no other. Calls may lie in each other, or run in several threads at once.
    """
    LIMIT.begin()
    try:
        yield
    finally:
        LIMIT.end()
