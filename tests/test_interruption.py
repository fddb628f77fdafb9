"""Ctrl-C at any stage: code 130, one line, and nothing left behind. Real processes and real signals."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cxvalue.cli import main
from cxvalue.report import StudyResults, write
from processes import ENVIRONMENT, on_terminal

LINE = "Interrupted: nothing half-written is left."
STAGES = ("reading and checking tables", "reading panels", "moments and response weights")
LATE_STAGES = ("moves, segments, outlook, sensitivity", "figures and report")


@pytest.fixture(scope="module")
def study_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated base."""
    folder = tmp_path_factory.mktemp("interrupted") / "base"
    words = ["--scenario", "recovery", "--customers", "3000", "--months", "16", "--horizon", "6"]
    assert main(["simulate", str(folder), *words]) == 0
    path = folder / "study.toml"
    text = re.sub(r"(?m)^seed = 1", "seed = 1\ngroups = 20\ndraws = 100", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """An empty folder for temporary files, and one beside whose content reports are written."""
    temporary, beside = tmp_path / "temporary", tmp_path / "reports"
    temporary.mkdir()
    beside.mkdir()
    return temporary, beside


def left_in(*folders: Path) -> list[Path]:
    """All that lies in some folders."""
    return [path for folder in folders for path in folder.rglob("*")]


class TestReport:
    @pytest.mark.parametrize("stage", STAGES)
    def test_of_the_value(self, stage: str, study_file: Path, places: tuple[Path, Path]) -> None:
        temporary, beside = places
        words = ("report", study_file, "--only", "value", "--out", beside / "out")
        with on_terminal(*words, temporary=temporary) as terminal:
            terminal.wait_until(stage)
            terminal.send(signal.SIGINT)
            assert terminal.finish() == 130
            assert terminal.last_line() == LINE
        assert left_in(*places) == []

    @pytest.mark.slow
    @pytest.mark.parametrize("stage", LATE_STAGES)
    def test_of_everything(self, stage: str, study_file: Path, places: tuple[Path, Path]) -> None:
        temporary, beside = places
        with on_terminal("report", study_file, "--out", beside / "out", temporary=temporary) as terminal:
            terminal.wait_until(stage)
            terminal.send(signal.SIGINT)
            assert terminal.finish() == 130
            assert terminal.last_line() == LINE
        assert left_in(*places) == []

    def test_asked_to_end(self, study_file: Path, places: tuple[Path, Path]) -> None:
        """What a scheduler sends when time is up."""
        temporary, beside = places
        with on_terminal("report", study_file, "--out", beside / "out", temporary=temporary) as terminal:
            terminal.wait_until(STAGES[1])
            terminal.send(signal.SIGTERM)
            assert terminal.finish() == 143
            assert terminal.last_line() == LINE
        assert left_in(*places) == []

    def test_an_impatient_second_one_does_not_break_off_the_tidying_up(
        self, study_file: Path, places: tuple[Path, Path]
    ) -> None:
        temporary, beside = places
        with on_terminal("report", study_file, "--out", beside / "out", temporary=temporary) as terminal:
            terminal.wait_until(STAGES[0])
            terminal.send(signal.SIGINT)
            terminal.send(signal.SIGINT)
            assert terminal.finish() == 130
        assert left_in(*places) == []


def test_while_the_commands_are_loaded() -> None:
    code = (
        "import os, signal, sys\n"
        "class Impatient:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'cxvalue.cli.app': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Impatient())\n"
        "from cxvalue.cli import main\n"
        "sys.exit(main(['--help']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", f"{LINE}\n")


def test_check(study_file: Path, places: tuple[Path, Path]) -> None:
    with on_terminal("check", study_file, temporary=places[0]) as terminal:
        terminal.wait_until(STAGES[0])
        terminal.send(signal.SIGINT)
        assert terminal.finish() == 130
        assert terminal.last_line() == LINE
    assert left_in(*places) == []


def test_one_that_is_lost_on_its_way_ends_the_run_before_anything_is_written(
    study_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a function that C code calls back: what it raises is printed and forgotten."""
    draw = write.report_figures

    def drawing(results: StudyResults) -> Any:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return draw(results)

    monkeypatch.setattr(write, "report_figures", drawing)
    out = tmp_path / "out"
    assert main(["report", str(study_file), "--only", "value", "--out", str(out), "--quiet"]) == 130
    assert capsys.readouterr().err == f"{LINE}\n"
    assert list(tmp_path.iterdir()) == []


def test_handlers_are_given_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert main(["--version"]) == 0
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
