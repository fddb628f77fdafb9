"""What is told of a run: the stage, and how much of it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Takes note of how far a run has come: any function with these parameters will do.

    Examples
    --------
    >>> def log(stage, done=0, total=None, unit="rows"):
    ...     print(stage, done, "of", total, unit)
    >>> log("moments", 500, 2000)
    moments 500 of 2000 rows
    """

    def __call__(self, stage: str, done: int = 0, total: int | None = None, unit: str = "rows") -> None:
        """Take note.

        Parameters
        ----------
        stage : str
            The stage that runs. Another name than at the last call: a new stage begins.
        done : int
            Units done in this stage.
        total : int, optional
            Units of this stage; not known where it is left out.
        unit : str
            What is counted, in the plural.
        """
        ...


def silent(stage: str, done: int = 0, total: int | None = None, unit: str = "rows") -> None:
    """Take note of nothing.

    Parameters
    ----------
    stage : str
        The stage that runs.
    done : int
        Units done in this stage.
    total : int, optional
        Units of this stage.
    unit : str
        What is counted.
    """


def counted(
    items: Iterable[T],
    progress: Progress,
    stage: str,
    *,
    total: int | None = None,
    unit: str = "rows",
    size: Callable[[T], int] = lambda item: 1,
) -> Iterator[T]:
    """Pass items on, and tell after each how much has been done.

    Parameters
    ----------
    items : iterable
        The items.
    progress : Progress
        Told of them.
    stage : str
        The stage.
    total : int, optional
        Units of all items, where that is known.
    unit : str
        What is counted, in the plural.
    size : callable
        Units of one item; default 1.

    Yields
    ------
    object
        The items.

    Examples
    --------
    >>> told = []
    >>> list(counted(["ab", "c"], lambda *words: told.append(words), "reading", total=3, size=len))
    ['ab', 'c']
    >>> told[-1]
    ('reading', 3, 3, 'rows')
    """
    done = 0
    progress(stage, done, total, unit)
    for item in items:
        yield item
        done += size(item)
        progress(stage, done, total, unit)
