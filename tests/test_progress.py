"""Progress: what is told, what is shown on a terminal and in a notebook, and silence anywhere else."""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from rich.console import Console
from rich.progress import Progress as LiveLine

import cxvalue as cx
from cxvalue.cli import main
from cxvalue.progress.progress_bar import set_task, stage_text
from processes import CONTROL, on_terminal


@pytest.fixture(scope="module")
def study_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated base."""
    folder = tmp_path_factory.mktemp("progress") / "base"
    words = ["--scenario", "recovery", "--customers", "3000", "--months", "16", "--horizon", "6"]
    assert main(["simulate", str(folder), *words]) == 0
    path = folder / "study.toml"
    text = re.sub(r"(?m)^seed = 1", "seed = 1\ngroups = 20\ndraws = 100", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    return path


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.words: list[tuple[str, int, int | None, str]] = []

    def __call__(self, stage: str, done: int = 0, total: int | None = None, unit: str = "rows") -> None:
        self.words.append((stage, done, total, unit))

    def stages(self) -> list[str]:
        """The stages in their order."""
        names = [stage for stage, *_ in self.words]
        return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


@pytest.fixture(scope="module")
def told(study_file: Path) -> Told:
    """What is told of a run of the value alone."""
    told = Told()
    with closing(cx.Study.from_toml(study_file, progress=told)) as study:
        study.results(only="value")
    return told


class TestWhatIsTold:
    def test_stages_in_their_order(self, told: Told) -> None:
        order = ["reading and checking tables", "reading panels", "moments and response weights"]
        stages = [stage.partition(":")[0] for stage in told.stages()]
        stages = [stage for at, stage in enumerate(stages) if at == 0 or stages[at - 1] != stage]
        assert [stage for stage in stages if stage in order] == order

    def test_what_is_done_never_falls_and_ends_at_the_total(self, told: Told) -> None:
        for stage in set(told.stages()):
            counts = [(done, total) for name, done, total, _ in told.words if name == stage]
            done = [each for each, _ in counts]
            assert done == sorted(done), stage
            assert counts[-1][1] in (None, done[-1]), stage

    def test_rows_of_the_panels_are_counted(self, told: Told) -> None:
        done = [done for stage, done, _, _ in told.words if stage.startswith("reading panels: ")]
        assert max(done) > 3000, "more rows than customers"

    def test_rows_of_the_moments_are_counted(self, told: Told, study_file: Path) -> None:
        (total,) = {
            total for stage, _, total, unit in told.words
            if stage == "moments and response weights" and total is not None and unit == "answers"
        }  # fmt: skip
        with closing(cx.Study.from_toml(study_file)) as study:
            assert total == study.episodes().n_answers


class TestLine:
    @pytest.fixture
    def line(self) -> LiveLine:
        clock = iter(range(100))
        return LiveLine(console=Console(file=io.StringIO()), get_time=lambda: float(next(clock)), disable=True)

    def test_a_stage_without_units(self, line: LiveLine) -> None:
        # Worked by hand: begun at 0 s, looked at three ticks later.
        assert re.fullmatch(r"figures: 0:0\d", stage_text(set_task(line, "figures", done=0, total=None, unit="rows")))

    def test_units_rate_and_time_left(self, line: LiveLine) -> None:
        for done in (0, 500, 1000):
            task = set_task(line, "moments", done=done, total=4000, unit="answers")
        text = stage_text(task)
        assert text.startswith("moments: 1,000 of 4,000 answers, ")
        speed, left = re.fullmatch(r".*, ([\d,]+) a second, (\d+:\d\d) left", text).groups()  # type: ignore[union-attr]
        minutes, seconds = left.split(":")
        # 3,000 are left; rich rounds the time up to a second, the rate is shown to one, so one second either way.
        assert int(minutes) * 60 + int(seconds) == pytest.approx(3000 / int(speed.replace(",", "")), abs=1.01)

    def test_a_new_stage_takes_the_place_of_the_last(self, line: LiveLine) -> None:
        set_task(line, "one", done=0, total=10, unit="rows")
        set_task(line, "two", done=0, total=None, unit="rows")
        assert [task.description for task in line.tasks] == ["two"]


class TestWhere:
    def test_on_a_terminal_and_gone_in_the_end(self, study_file: Path, tmp_path: Path) -> None:
        with on_terminal("check", study_file, temporary=tmp_path) as terminal:
            assert terminal.finish() == 0
        assert "reading and checking tables" in terminal.shown
        assert "\x1b[2K" in terminal.shown, "the line is wiped"
        assert CONTROL.sub("", terminal.shown).rstrip("\r\n ").endswith("tables: 0:00") or "tables" in terminal.shown

    def test_quiet(self, study_file: Path, tmp_path: Path) -> None:
        words = ("report", study_file, "--only", "value", "--json", "--quiet")
        with on_terminal(*words, temporary=tmp_path) as terminal:
            assert terminal.process.stdout is not None
            terminal.process.stdout.read()
            assert terminal.finish() == 0
        assert terminal.shown == ""

    @pytest.mark.parametrize("forced", ["FORCE_COLOR", "TTY_COMPATIBLE"])
    def test_a_file_never_holds_progress(self, forced: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(forced, "1")
        written = io.StringIO()
        with cx.ProgressBar(Console(file=written)) as progress:
            progress("moments", 1, 2)
        assert written.getvalue() == ""

    @pytest.mark.slow
    def test_in_a_notebook_under_the_running_cell(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A real kernel, without widgets: the line is there while the cell runs and empty once it has run."""
        seen = "seen = []\nupdate = DisplayHandle.update\ndef spy(self, data, **more):\n    seen.append(data)\n"
        cells = [
            f"import cxvalue as cx\nfrom IPython.display import DisplayHandle\n{seen}    update(self, data, **more)\n"
            "DisplayHandle.update = spy\nprogress = cx.ProgressBar()",
            "progress('moments', 0, 20, 'answers'); progress('moments', 20, 20, 'answers')",
            "progress('figures')",
            "print([each['text/plain'] for each in seen])",
        ]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
        lines = notebook.cells[3].outputs[0].text
        assert "moments: 20 of 20 answers" in lines
        assert "figures: 0:00" in lines
        for cell in notebook.cells[1:3]:
            (output,) = cell.outputs
            assert output.data == {"text/plain": ""}
