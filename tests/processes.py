"""The command line as a process of its own on a terminal of its own, so that it can be watched and interrupted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = (
    "import signal, sys\n"
    "from cxvalue.cli import main\n"
    # A shell may start its background jobs, and so the tests, deaf to Ctrl-C.
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "print('ready', flush=True)\n"
    "sys.exit(main(sys.argv[1:]))"
)
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
READ_AT_ONCE = 65536
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
"""Finds the same packages as these tests."""
MOST_SECONDS = 120
"""After which a test fails rather than waits; nothing is asserted of how long a run takes."""


@dataclass
class Terminal:
    """A running command."""

    process: subprocess.Popen[bytes]
    screen: int
    shown: str = field(default="")

    def wait_until(self, text: str) -> None:
        """Read what it shows until some text has been shown."""
        while text not in self.shown:
            if not (fresh := read_screen(self.screen)):
                raise AssertionError(f"'{text}' was never shown, only: {self.shown[-2000:]}")
            self.shown += fresh

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def finish(self) -> int:
        """Read the rest and return the exit code."""
        while fresh := read_screen(self.screen):
            self.shown += fresh
        return self.process.wait(MOST_SECONDS)

    def last_line(self) -> str:
        """The last line shown, without what moves the cursor."""
        return CONTROL.sub("", self.shown).replace("\r", "\n").strip().splitlines()[-1]


def read_screen(screen: int) -> str:
    """What has been shown since; nothing when the process is gone."""
    try:
        return os.read(screen, READ_AT_ONCE).decode(errors="replace")
    except OSError:  # what Linux says when nobody holds the other end any more
        return ""


@contextmanager
def on_terminal(*words: object, temporary: Path) -> Iterator[Terminal]:
    """Run a command whose standard error is a terminal, with a folder for temporary files."""
    screen, other_end = os.openpty()
    environment = {**ENVIRONMENT, "TMPDIR": str(temporary), "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *map(str, words)], stdout=subprocess.PIPE, stderr=other_end, env=environment
    )
    os.close(other_end)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        os.close(screen)
