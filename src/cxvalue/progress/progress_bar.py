"""Progress shown: one line on a terminal or under a notebook's cell, and nothing anywhere else."""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import Any, Final, Self

from rich.console import Console
from rich.progress import Progress as LiveLine, ProgressColumn, SpinnerColumn, Task
from rich.text import Text

NOTEBOOK_SECONDS: Final = 0.2
"""Least time between two changes of the line in a notebook."""


class ProgressBar:
    """Shows the stage, what is done of it, the rate and the time left; takes the place of a function ``Progress``.

    On standard error if that is a terminal, or under the running cell of a notebook, from where it goes when the cell
    has run; elsewhere nothing is shown. No more than one line, which leaves nothing behind.

    Parameters
    ----------
    console : rich.console.Console, optional
        Where to; default standard error.

    Examples
    --------
    >>> import cxvalue as cx
    >>> study = cx.Study.from_toml("data/sample/study.toml", progress=cx.ProgressBar())
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console if console is not None else Console(stderr=True)
        self._is_terminal = not self._console.is_jupyter and self._console.file.isatty()
        self._line: LiveLine | None = None
        self._cell: NotebookLine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __call__(self, stage: str, done: int = 0, total: int | None = None, unit: str = "rows") -> None:
        """Show how far a run has come.

        Parameters
        ----------
        stage : str
            The stage that runs.
        done : int
            Units done in this stage.
        total : int, optional
            Units of this stage.
        unit : str
            What is counted, in the plural.
        """
        if not self._is_terminal and not self._console.is_jupyter:
            return
        if self._line is None:
            self._line = LiveLine(
                SpinnerColumn(), StageColumn(), console=self._console, transient=True, disable=not self._is_terminal
            )
            self._line.start()
        task = set_task(self._line, stage, done=done, total=total, unit=unit)
        if self._console.is_jupyter:
            if self._cell is None:
                self._cell = NotebookLine(at_end=self.close)
            self._cell.show(stage_text(task), at_once=done in (0, total))

    def close(self) -> None:
        """Take the line away; the next call begins another."""
        line, self._line = self._line, None
        if line is not None:
            line.stop()
        cell, self._cell = self._cell, None
        if cell is not None:
            cell.close()


class StageColumn(ProgressColumn):
    """The text of a line."""

    def render(self, task: Task) -> Text:
        """Return the text.

        Parameters
        ----------
        task : rich.progress.Task
            The stage.

        Returns
        -------
        rich.text.Text
            Stage, units, rate, time left; or stage and time passed.
        """
        return Text(stage_text(task), no_wrap=True, overflow="ellipsis")


class NotebookLine:
    """One line under the running cell of a notebook; needs no widgets.

    Parameters
    ----------
    at_end : callable
        Called when the cell has run.
    """

    def __init__(self, at_end: Any) -> None:
        # IPython is there, since a notebook runs this; it is no dependency.
        from IPython import display, get_ipython  # noqa: PLC0415  only where a notebook may be running

        self._events = get_ipython().events
        self._at_end = lambda *result: at_end()
        self._events.register("post_run_cell", self._at_end)
        untyped: Any = display
        self._handle = untyped.DisplayHandle()
        self._handle.display({"text/plain": ""}, raw=True)
        self._shown_at = -NOTEBOOK_SECONDS

    def show(self, text: str, *, at_once: bool) -> None:
        """Change the line.

        Parameters
        ----------
        text : str
            The line.
        at_once : bool
            Also if it has just been changed.
        """
        now = monotonic()
        if at_once or now - self._shown_at >= NOTEBOOK_SECONDS:
            self._shown_at = now
            self._handle.update({"text/plain": text}, raw=True)

    def close(self) -> None:
        """Empty the line."""
        self._events.unregister("post_run_cell", self._at_end)
        self._handle.update({"text/plain": ""}, raw=True)


def set_task(line: LiveLine, stage: str, *, done: int, total: int | None, unit: str) -> Task:
    """Bring the line's one task to where the run is.

    Parameters
    ----------
    line : rich.progress.Progress
        The line.
    stage : str
        The stage; another than before takes its place.
    done : int
        Units done.
    total : int, optional
        Units of the stage.
    unit : str
        What is counted.

    Returns
    -------
    rich.progress.Task
        The task.
    """
    for task in line.tasks:
        if task.description != stage:
            line.remove_task(task.id)
    if not line.tasks:
        line.add_task(stage, total=total, completed=done, unit=unit)
    (task,) = line.tasks
    line.update(task.id, completed=done, total=total, unit=unit)
    return task


def stage_text(task: Task) -> str:
    """Return the line of a stage.

    Parameters
    ----------
    task : rich.progress.Task
        The stage.

    Returns
    -------
    str
        Stage, units, rate, time left; or stage and time passed.
    """
    if not task.total and not task.completed:
        return f"{task.description}: {clock(task.elapsed or 0.0)}"
    whole = f" of {task.total:,.0f}" if task.total else ""
    parts = [f"{task.description}: {task.completed:,.0f}{whole} {task.fields['unit']}"]
    if task.speed:
        parts.append(f"{task.speed:,.0f} a second")
    if task.speed and task.time_remaining is not None:
        parts.append(f"{clock(task.time_remaining)} left")
    return ", ".join(parts)


def clock(seconds: float) -> str:
    """Return a span of time.

    Parameters
    ----------
    seconds : float
        Its length.

    Returns
    -------
    str
        Minutes and seconds, with hours where there are any.

    Examples
    --------
    >>> clock(75), clock(3661)
    ('1:15', '1:01:01')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
