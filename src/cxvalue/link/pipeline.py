"""A pipeline: the next item is read while those before it are worked on, and results come in the order of the items."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from cxvalue.link.blas_threads import one_blas_thread

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(function: Callable[[Item], Result], items: Iterable[Item], *, threads: int) -> Iterator[Result]:
    """Give what a function makes of each item, in the order of the items.

    Parameters
    ----------
    function : callable
        Works on one item; from several threads at once, so it changes nothing that others see.
    items : iterable
        The items; they are taken from the calling thread.
    threads : int
        Items worked on at a time. With 1 no thread is started. With more, linear algebra runs on one thread an item.

    Yields
    ------
    Result
        One an item. No more than ``threads`` results wait.

    Examples
    --------
    >>> list(in_order(abs, [-1, 2, -3], threads=2))
    [1, 2, 3]
    """
    if threads == 1:
        yield from map(function, items)
        return
    waiting: deque[Future[Result]] = deque()
    with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                del item
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
