"""Ctrl-C, and what else asks a run to end: heard once, then there is time to tidy up."""

from __future__ import annotations

import signal
import threading
from contextvars import ContextVar
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from cxvalue.progress import Progress

ASKED_TO_END: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)  # fmt: skip
"""Signals that end a run; Windows has no SIGHUP."""
GRACE: Final = 2
"""The second signal is not heeded, so that an impatient Ctrl-C does not break off the tidying up; the third is."""


class Stopped(BaseException):
    """The run was asked to end; typer has a way of its own with ``KeyboardInterrupt``."""


OPEN: Final[ContextVar[Interruption | None]] = ContextVar("OPEN", default=None)
"""The interruption of the run of the command line, while there is one."""


def heeding(progress: Progress) -> Progress:
    """Return a progress that ends a run which was asked to end and went on.

    Parameters
    ----------
    progress : Progress
        Told all the same.

    Returns
    -------
    Progress
        Raises ``KeyboardInterrupt`` where one was raised before and lost on its way: code that is called back by a
        library written in C has nobody to raise it to.
    """

    def heeded(stage: str, done: int = 0, total: int | None = None, unit: str = "rows") -> None:
        run = OPEN.get()
        if run is not None and run.number is not None:
            raise KeyboardInterrupt
        progress(stage, done, total, unit)

    return heeded


class Interruption:
    """While it is open, a signal that asks the run to end raises ``KeyboardInterrupt``.

    Notes
    -----
    Handlers are a matter of the main thread; in another one this does nothing.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self._n_heard = 0
        self._before: dict[int, object] = {}

    @property
    def exit_code(self) -> int:
        """128 + the signal, as shells have it: 130 for Ctrl-C."""
        return 128 + (self.number if self.number is not None else signal.SIGINT)

    def __enter__(self) -> Self:
        OPEN.set(self)
        if threading.current_thread() is threading.main_thread():
            self._before = {
                number: signal.signal(number, self._hear)
                for number in ASKED_TO_END
                if signal.getsignal(number) is not signal.SIG_IGN  # nohup, or a job in the background, wants it so
            }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        OPEN.set(None)
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]  # what signal.signal itself returned

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._n_heard += 1
        if self.number is None:
            self.number = number
        if self._n_heard != GRACE:
            raise KeyboardInterrupt
