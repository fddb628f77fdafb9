"""The seam for what is kept from one run to the next: sums, as named arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, TypeVar

from numpy.typing import NDArray

Arrays: TypeAlias = dict[str, NDArray[Any]]
"""Numbers or text by name; no Python objects."""
Made = TypeVar("Made")


class ArrayForm(Protocol[Made]):
    """How something made in a run is written as arrays, and read again to the last digit."""

    def to_arrays(self, made: Made) -> Arrays:
        """Return what was made as arrays.

        Parameters
        ----------
        made : object
            What was made.

        Returns
        -------
        dict of str to ndarray
            The arrays.
        """
        ...

    def from_arrays(self, arrays: Arrays) -> Made:
        """Return what was made from its arrays.

        Parameters
        ----------
        arrays : dict of str to ndarray
            The arrays, or whatever stands in their place.

        Returns
        -------
        object
            The same as was made.

        Raises
        ------
        KeyError
            When one is missing.
        ValueError
            When one has another shape than it can have.
        """
        ...


class Keep(Protocol):
    """What gives something that was kept of an earlier run, and has it made where there is none."""

    def __call__(self, kind: str, make: Callable[[], Made], form: ArrayForm[Made]) -> Made:
        """Return it.

        Parameters
        ----------
        kind : str
            What it is, a word of lower-case letters.
        make : callable
            Makes it.
        form : ArrayForm
            Writes and reads it.

        Returns
        -------
        object
            What ``make`` returns now, or returned in an earlier run.
        """
        ...


def keep_nothing(kind: str, make: Callable[[], Made], form: ArrayForm[Made]) -> Made:
    """Make what is asked for: a :class:`Keep` without a memory.

    Parameters
    ----------
    kind : str
        What it is.
    make : callable
        Makes it.
    form : ArrayForm
        Not used.

    Returns
    -------
    object
        What ``make`` returns.
    """
    return make()


def check_shape(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Refuse an array of another shape than wanted.

    Parameters
    ----------
    name : str
        What it holds.
    array : ndarray
        The array.
    shape : tuple of int
        The shape wanted.

    Raises
    ------
    ValueError
        When it has another one.
    """
    if array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, not {shape}")
