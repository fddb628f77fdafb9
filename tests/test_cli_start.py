"""The command line: what a study can start from, a skeleton of its settings or a simulated base."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import cxvalue as cx
from command_line import Outcome, run, tree
from cxvalue.cli.init import skeleton_text
from cxvalue.cli.simulate import set_months
from cxvalue.link import StudySettings
from cxvalue.simulate import SCENARIOS
from cxvalue.tables import PanelSettings, RetentionSettings, WidePanelSettings
from cxvalue.value import AssumptionSettings


class TestInit:
    def test_writes_a_skeleton_that_is_read(self, tmp_path: Path) -> None:
        done = run("init", tmp_path / "new" / "study")
        path = tmp_path / "new" / "study" / "study.toml"
        assert done == Outcome(
            0, f"Wrote {path}. Fill in its paths and columns, then run: cxvalue check {path}\n", ""
        )  # fmt: skip
        settings = cx.Settings(**tomllib.loads(path.read_text(encoding="utf-8")))
        assert settings.shift.share == 0.05
        assert settings.economics is None, "no margin is assumed for the user"

    def test_holds_every_setting(self) -> None:
        switched_on = re.sub(r"(?m)^#(?=[\w\[])", "", skeleton_text())
        content = tomllib.loads(switched_on)
        settings = cx.Settings(**content)
        for name, section in (("study", StudySettings), ("panel", WidePanelSettings)):
            assert set(content[name]) == set(section.model_fields)
        for name in ("surveys", "customers", "invitations", "adjust", "economics", "run"):
            assert set(content[name]) == set(type(getattr(settings, name)).model_fields)
        assert set(content["shift"]) == {"from", "to", "share", "customers"}
        assert set(content["assumptions"]["gross_margin"]) == set(AssumptionSettings.model_fields)
        assert set(content["panels"]["retention"]) == set(RetentionSettings.model_fields)
        assert {key for panel in content["panels"].values() for key in panel} == set(PanelSettings.model_fields)

    def test_shows_the_defaults(self) -> None:
        content = tomllib.loads(re.sub(r"(?m)^#(?=[\w\[])", "", skeleton_text()))
        examples = {"name", "as_of", "horizon_months"}
        shown = {key: value for key, value in content["study"].items() if key not in examples}
        assert shown == {key: StudySettings.model_fields[key].default for key in shown}

    def test_replaces_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "study.toml").write_text("mine", encoding="utf-8")
        done = run("init", tmp_path)
        assert done.code == 1
        assert done.err.startswith(f"Error: '{tmp_path / 'study.toml'}' exists already and is left as it is\nAllowed:")
        assert (tmp_path / "study.toml").read_text(encoding="utf-8") == "mine"

    def test_cannot_write_below_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("", encoding="utf-8")
        done = run("init", tmp_path / "file" / "study")
        assert done.code == 1
        assert "cannot be written" in done.err
        assert "Hint: name another folder" in done.err


class TestSimulate:
    def test_the_same_seed_gives_the_same_files(self, tmp_path: Path) -> None:
        for name, seed in (("one", 7), ("two", 7), ("three", 8)):
            done = run("simulate", tmp_path / name, "--customers", 400, "--seed", seed)
            assert done.code == 0
            assert done.out.startswith("400 customers over 36 months from 2023-01 on.\nA move from dissatisfied to ")
            assert done.out.endswith(f"Wrote {tmp_path / name / 'study.toml'}\n")
        assert tree(tmp_path / "one") == tree(tmp_path / "two")
        assert tree(tmp_path / "one")["truth.json"] != tree(tmp_path / "three")["truth.json"]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "three", "two"]

    def test_no_effect_is_worth_nothing(self, tmp_path: Path) -> None:
        assert run("simulate", tmp_path / "base", "--customers", 400, "--effect-scale", 0).code == 0
        truth = json.loads((tmp_path / "base" / "truth.json").read_text(encoding="utf-8"))
        assert truth["per_customer"]["value"] == 0

    def test_options_reach_the_base(self, tmp_path: Path) -> None:
        words = ["--customers", 400, "--months", 20, "--waves", "2,9", "--share-invited", 0.5]
        assert run("simulate", tmp_path / "base", *words).code == 0
        truth = json.loads((tmp_path / "base" / "truth.json").read_text(encoding="utf-8"))
        assert truth["as_of"] == "2023-10"
        assert truth["horizon_months"] == 17, "months 4 to 20 follow a wave in month 3"
        assert (tmp_path / "base" / "invitations.parquet").is_file()

    def test_months_cut_waves_and_horizon(self) -> None:
        sample = SCENARIOS["sample"]
        cut = set_months(sample, months=24, waves=None, horizon=None)
        assert (cut.n_months, cut.waves) == (24, tuple(wave for wave in sample.waves if wave < 23))
        assert cut.horizon_months == min(sample.horizon_months, 24 - sample.waves[0] - 1)
        assert set_months(sample, months=None, waves=None, horizon=None) == sample

    def test_a_base_of_ours_is_replaced(self, tmp_path: Path) -> None:
        for seed in (1, 2):
            assert run("simulate", tmp_path, "--customers", 400, "--seed", seed).code == 0
        assert run("simulate", tmp_path / "other", "--customers", 400, "--seed", 2).code == 0
        other = tree(tmp_path / "other")
        assert {name: tree(tmp_path)[name] for name in other} == other

    def test_a_foreign_folder_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "study.toml").write_text("mine", encoding="utf-8")
        before = tree(tmp_path)
        done = run("simulate", tmp_path, "--customers", 400)
        assert done.code == 1
        assert done.err == (
            f"Error: '{tmp_path}' is not a simulated base, so nothing in it is replaced\n"
            "Allowed: a new or empty folder, or one that holds study.toml and truth.json\nHint: name another folder\n"
        )
        assert tree(tmp_path) == before

    def test_cannot_write_below_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("", encoding="utf-8")
        done = run("simulate", tmp_path / "file" / "base", "--customers", 400)
        assert done.code == 1
        assert "cannot be written" in done.err

    def test_interrupted(self, tmp_path: Path, interrupted_writing: Callable[[str, int], None]) -> None:
        interrupted_writing("write_text", 0)
        done = run("simulate", tmp_path / "base", "--customers", 400)
        assert done == Outcome(130, "", "Interrupted: nothing half-written is left.\n")
        assert list(tmp_path.iterdir()) == []

    def test_wrong_usage(self, tmp_path: Path) -> None:
        unknown = run("simulate", tmp_path / "base", "--scenario", "smple")
        assert unknown.code == 2
        assert "'smple' is none of sample, recovery, null" in unknown.usage()
        waves = run("simulate", tmp_path / "base", "--waves", "1,x")
        assert waves.code == 2
        assert "'1,x' are not months such as 5,11,17" in waves.usage()

    def test_out_of_range(self, tmp_path: Path) -> None:
        done = run("simulate", tmp_path / "base", "--effect-fade", 3)
        assert done == Outcome(1, "", "Error: scenario 'sample': effect_fade_per_year = 3.0\nAllowed: in [0, 1)\n")
