"""``init``: the guess at a folder, and the study.toml that is written from it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import cxvalue as cx
from command_line import ROOT, TELECOM_DATA, run
from cxvalue.cli.init import guess_table
from cxvalue.cli.study_text import skeleton_text, study_text
from cxvalue.engine import DuckDBEngine
from cxvalue.tables.guess import Guess, guess_folder
from cxvalue.tables.guess.customer_ids import Sketch
from cxvalue.tables.guess.date_format import tell_date_format
from cxvalue.tables.guess.facts import ColumnFacts
from cxvalue.tables.guess.file_groups import find_groups
from cxvalue.tables.guess.survey_section import guess_scale
from exports import german_export, hive_export, shop_export

EXPORTS: dict[str, Callable[[Path], Path]] = {"german": german_export, "hive": hive_export, "shop": shop_export}


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with closing(DuckDBEngine(threads=1)) as opened:
        yield opened


@pytest.fixture(scope="module")
def guesses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Guess]]:
    """The exports and what is guessed of them; made once."""
    found = {}
    for name, write in EXPORTS.items():
        folder = write(tmp_path_factory.mktemp("exports") / name)
        with closing(DuckDBEngine(threads=1)) as opened:
            found[name] = (folder, guess_folder(opened, folder))
    return found


def sections(guess: Guess) -> dict[str, dict[str, Any]]:
    """The settings of every section that was guessed."""
    return {
        section.section: {"path": section.group.path, "table": section.group.table, **section.keys,
                          "columns": dict(section.columns)}
        for section in guess.sections
    }  # fmt: skip


class TestGerman:
    def test_every_table_and_column(self, guesses: dict[str, tuple[Path, Guess]]) -> None:
        assert sections(guesses["german"][1]) == {
            "surveys": {
                "path": "Umfrage.xlsx", "table": "Antworten", "scale": "nps",
                "columns": {"customer_id": "Kundennr", "survey_date": "Datum der Antwort", "score": "Weiterempfehlung"},
            },
            "customers": {
                "path": "Kundenstamm.csv", "table": None, "date_format": "%d.%m.%Y", "segments": ["Sparte"],
                "columns": {"customer_id": "Kundennr", "joined_date": "Eröffnet am"},
            },
            "panels.retention": {
                "path": "Kundenstamm.csv", "table": None, "kind": "churn_date", "date_format": "%d.%m.%Y",
                "columns": {"customer_id": "Kundennr", "churn_date": "Kündigung"},
            },
            "panel": {
                "path": "Umsatz_*.csv", "table": None, "date_format": "%m/%Y", "missing": "error",
                "covariates": ["Anrufe"],
                "columns": {"customer_id": "Kundennr", "month": "Monat", "revenue": "Nettoumsatz",
                            "cost_to_serve": "Kosten"},
            },
        }  # fmt: skip

    def test_what_is_not_used_is_said(self, guesses: dict[str, tuple[Path, Guess]]) -> None:
        guess = guesses["german"][1]
        assert guess.unused_columns == (("Kundenstamm.csv", "E-Mail"), ("Umfrage.xlsx [Antworten]", "Kanal"))
        assert [(left.label, left.why) for left in guess.left_out] == [("Umfrage.xlsx [Info]", "less than two columns")]

    def test_horizon_is_what_the_data_hold(self, guesses: dict[str, tuple[Path, Guess]]) -> None:
        # The first wave is 2023-04, the last month 2024-06: 14 months later.
        assert guesses["german"][1].study == {"horizon_months": 14}


class TestHive:
    def test_every_table_and_column(self, guesses: dict[str, tuple[Path, Guess]]) -> None:
        month = {"customer_id": "party_key", "month": "period_start"}
        assert sections(guesses["hive"][1]) == {
            "surveys": {
                "path": "csat_responses.csv", "table": None, "scale": "csat5",
                "columns": {"customer_id": "party_key", "survey_date": "submitted_at", "score": "csat"},
            },
            "customers": {
                "path": "dim_party.parquet", "table": None, "segments": ["region"], "covariates": ["list_price"],
                "columns": {"customer_id": "party_key", "joined_date": "first_seen"},
            },
            "invitations": {
                "path": "survey_invitations.csv", "table": None,
                "columns": {"customer_id": "party_key", "invited_date": "sent_on"},
            },
            "panels.retention": {
                "path": "fct_status", "table": None, "kind": "flag",
                "columns": {"customer_id": "party_key", "month": "yyyymm", "value": "is_active"},
            },
            "panels.revenue": {
                "path": "fct_billing", "table": None, "missing": "fill", "columns": {**month, "value": "net_billed"},
            },
            "panels.tickets": {
                "path": "fct_tickets.parquet", "table": None, "kind": "count", "unit_value": 0.0, "missing": "zero",
                "columns": {**month, "value": "tickets"},
            },
        }  # fmt: skip

    def test_gaps_are_counted_over_all_rows(self, guesses: dict[str, tuple[Path, Guess]]) -> None:
        # Worked out as the export is: active months are 240 × 18 less those after leaving; lost where (7n + month) % 97
        # is 0.
        lost = sum((7 * n + m) % 97 == 0 for n in range(240) for m in range((10 + n % 5 if n % 12 == 0 else 17) + 1))
        total = sum((10 + n % 5 if n % 12 == 0 else 17) + 1 for n in range(240))
        revenue = guesses["hive"][1].section("panels.revenue")
        assert revenue is not None
        told = f"{lost} of {total:,} active customer-months from 2023-01 on without a value"
        assert revenue.reasons["missing"].startswith(told)

    def test_doubts_are_named(self, guesses: dict[str, tuple[Path, Guess]]) -> None:
        doubts = " ".join(guesses["hive"][1].unsure)
        assert "'lifetime_value' left out: may be known only after the answer" in doubts
        assert "revenue is taken from 'net_billed', not from 'gross_billed'" in doubts
        assert "if they are true zeros, say zero" in doubts
        assert "'tickets' is taken as a metric of your own" in doubts


class TestShop:
    def test_purchases_tell_who_is_active(self, guesses: dict[str, tuple[Path, Guess]]) -> None:
        guess = guesses["shop"][1]
        # The first wave is in the fourth month, so four months can tell who was a customer then.
        assert guess.study == {"relationship": "noncontractual", "horizon_months": 14, "active_months": 4}
        assert "panels.retention" not in sections(guess)
        revenue = sections(guess)["panels.revenue"]
        assert (revenue["missing"], revenue["duplicates"], revenue["date_format"]) == ("zero", "sum", "%m/%d/%Y")
        assert any("taken as parts of one sum" in doubt for doubt in guess.unsure)

    def test_times_of_day_have_a_format(self, guesses: dict[str, tuple[Path, Guess]]) -> None:
        assert sections(guesses["shop"][1])["surveys"]["date_format"] == "%m/%d/%Y %I:%M %p"


@pytest.mark.parametrize("name", EXPORTS)
def test_check_accepts_what_is_written(name: str, guesses: dict[str, tuple[Path, Guess]]) -> None:
    folder, guess = guesses[name]
    path = folder / "study.toml"
    path.write_text(study_text(guess, name=name), encoding="utf-8")
    try:
        done = run("check", path)
    finally:
        path.unlink()
    # Every rule of the tables is kept. These exports are small on purpose, and a report wants more episodes.
    errors = [line for line in done.out.splitlines() if line.startswith("ERROR")]
    assert [line for line in errors if " study.episodes: " not in line] == []
    assert done.err == ("cxvalue check: broken: study.episodes\n" if errors else "")
    assert done.code == len(errors)


class TestCommand:
    def test_shows_the_guess_and_writes_it(self, tmp_path: Path) -> None:
        folder = shop_export(tmp_path / "shop")
        done = run("init", folder)
        path = folder / "study.toml"
        assert done.code == 0, done.err
        assert done.err == ""
        lines = done.out.splitlines()
        assert lines[-1] == f"Wrote {path}. Look at what was guessed, then run: cxvalue check {path}"
        assert any(line.split()[:2] == ["nps_score", "score"] for line in lines)
        assert any(line.startswith("Look at: orders.csv") for line in lines)
        written = path.read_text(encoding="utf-8")
        settings = cx.Settings(**tomllib.loads(written))
        assert settings.study.name == "shop"
        assert settings.economics is None, "no margin is assumed for the user"
        assert "# Look at: orders.csv" in written
        assert sorted(file.name for file in folder.iterdir()) == ["nps.csv", "orders.csv", "shoppers.csv", "study.toml"]

    def test_says_what_is_lacking(self, tmp_path: Path) -> None:
        pd.DataFrame({"customer_id": [f"a{n}" for n in range(60)], "plan": ["x", "y"] * 30}).to_csv(
            tmp_path / "customers.csv", index=False
        )
        done = run("init", tmp_path)
        assert done.code == 0, done.err
        assert "Not found: answers: a table with a customer, a date and a score" in done.out
        assert "Not found: what happened" in done.out

    def test_a_folder_without_tables_gets_the_skeleton(self, tmp_path: Path) -> None:
        (tmp_path / "notes.md").write_text("nothing", encoding="utf-8")
        done = run("init", tmp_path)
        assert done.code == 0
        assert (tmp_path / "study.toml").read_text(encoding="utf-8") == skeleton_text()

    def test_replaces_nothing_and_reads_nothing_then(self, tmp_path: Path) -> None:
        (tmp_path / "study.toml").write_text("mine", encoding="utf-8")
        (tmp_path / "broken.parquet").write_text("no Parquet", encoding="utf-8")
        assert run("init", tmp_path).code == 1
        assert (tmp_path / "study.toml").read_text(encoding="utf-8") == "mine"

    def test_files_that_cannot_be_read_are_named(self, tmp_path: Path) -> None:
        shop_export(tmp_path)
        (tmp_path / "broken.parquet").write_text("no Parquet", encoding="utf-8")
        (tmp_path / "old.xls").write_text("of another time", encoding="utf-8")
        done = run("init", tmp_path)
        assert done.code == 0, done.err
        lines = [" ".join(line.split()) for line in done.out.splitlines()]
        assert any(line.startswith("not used table 'broken.parquet': cannot be read") for line in lines)
        assert "not used of a kind that is not read" in lines
        doubts = [line for line in lines if line.startswith("Look at:")]
        assert [line for line in doubts if "broken.parquet" in line] == [
            "Look at: table 'broken.parquet': cannot be read (the file is no Parquet file, whatever its name says), so "
            "nothing of it is used"
        ]
        assert not any("old.xls" in line for line in doubts), "nobody said that it was a table"

    def test_names_of_the_users_are_text(self, tmp_path: Path) -> None:
        # A column named like TOML, markup and a line break comes out as text everywhere.
        name = 'score"] = [bold]\n#'
        pd.DataFrame(
            [(f"c{n}", f"2024-03-{1 + n % 28:02d}", n % 11) for n in range(100)],
            columns=["customer_id", "survey date", name],
        ).to_csv(tmp_path / "survey.csv", index=False)
        pd.DataFrame({"customer_id": [f"c{n}" for n in range(100)], "x": "y"}).to_csv(
            tmp_path / "customers.csv", index=False
        )
        done = run("init", tmp_path)
        assert done.code == 0, done.err
        content = tomllib.loads((tmp_path / "study.toml").read_text(encoding="utf-8"))
        assert content["surveys"]["columns"]["score"] == name


class TestDates:
    @pytest.mark.parametrize(
        ("texts", "date_format", "rival"),
        [
            (["31/01/2024", "05/06/2024"], "%d/%m/%Y", ""),
            (["01/31/2024", "05/06/2024"], "%m/%d/%Y", ""),
            (["03/04/2024", "05/06/2024"], "%d/%m/%Y", "%m/%d/%Y"),
            (["01/03/2024", "01/04/2024"], "%d/%m/%Y", ""),  # a monthly table: the part that stays is the day
            (["20240131", "20240228"], "%Y%m%d", ""),
            (["3 Mar 2024", "14 Apr 2024"], "%d %b %Y", ""),
            (["Mar 2024", "Apr 2024"], "%b %Y", ""),
            (["31.12.23 18:05", "01.01.24 09:30"], "%d.%m.%y %H:%M", ""),
        ],
    )
    def test_formats(self, texts: list[str], date_format: str, rival: str) -> None:
        found = tell_date_format(texts)
        assert found is not None
        assert (found.text, found.rival) == (date_format, rival)

    @pytest.mark.parametrize("texts", [[], ["C0001", "C0002"], ["31/02/2024", "30/02/2024"], ["1/1/0007"]])
    def test_no_dates(self, texts: list[str]) -> None:
        assert tell_date_format(texts) is None

    def test_an_ambiguous_format_is_named(self, tmp_path: Path, engine: DuckDBEngine) -> None:
        rows = [(f"c{n}", f"{1 + n % 12:02d}/{1 + n % 11:02d}/2024", n % 11) for n in range(100)]
        pd.DataFrame(rows, columns=["customer", "date", "nps"]).to_csv(tmp_path / "survey.csv", index=False)
        guess = guess_folder(engine, tmp_path)
        assert any("reads alike as %d/%m/%Y and %m/%d/%Y; day first is taken" in doubt for doubt in guess.unsure)


class TestPlace:
    @pytest.mark.parametrize("suffix", ["csv", "parquet"])
    def test_monthly_files_of_a_folder_named_from_where_one_is(
        self, suffix: str, tmp_path: Path, engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "exports"
        (folder / "panel").mkdir(parents=True)
        customers = [f"C{n:04d}" for n in range(60)]
        for month in range(1, 13):
            rows = pd.DataFrame({"customer_id": customers, "month": f"2024-{month:02d}", "revenue": range(60)})
            path = folder / "panel" / f"2024-{month:02d}.{suffix}"
            rows.to_csv(path, index=False) if suffix == "csv" else rows.to_parquet(path)
        monkeypatch.chdir(tmp_path)
        whole, named = guess_folder(engine, folder), guess_folder(engine, Path("exports"))
        assert {section["path"] for section in sections(named).values()} == {f"panel/*.{suffix}"}
        assert (sections(named), named.unsure) == (sections(whole), whole.unsure)


class TestScales:
    @staticmethod
    def column(counts: dict[int, int], name: str = "score") -> ColumnFacts:
        values = tuple((str(score), n) for score, n in counts.items())
        total = sum(counts.values())
        return ColumnFacts(name, "BIGINT", total, total, len(counts), n_number=total, n_whole=total, values=values)

    @pytest.mark.parametrize(
        ("scores", "scale"),
        [(range(11), "nps"), (range(1, 6), "csat5"), (range(1, 8), "ces7")],
    )
    def test_built_in(self, scores: range, scale: str) -> None:
        found = guess_scale(self.column(dict.fromkeys(scores, 10)), "t", named=True)
        assert found is not None
        assert found[0] == scale

    def test_a_few_off_the_scale_do_not_matter(self) -> None:
        found = guess_scale(self.column({**dict.fromkeys(range(11), 100), 99: 5}), "t", named=True)
        assert found is not None
        assert found[0] == "nps"

    def test_another_scale_in_thirds_and_said(self) -> None:
        found = guess_scale(self.column(dict.fromkeys(range(1, 5), 10)), "t", named=True)
        assert found is not None
        assert found[0] == {"dissatisfied": [1, 2], "neutral": [3], "satisfied": [4]}
        assert "which scores are which band is yours to say" in found[2]
        assert guess_scale(self.column(dict.fromkeys(range(1, 5), 10)), "t", named=False) is None

    def test_ten_points_without_a_zero_are_said(self) -> None:
        found = guess_scale(self.column(dict.fromkeys(range(1, 11), 10)), "t", named=True)
        assert found is not None
        assert "holds no 0" in found[2]


class TestFiles:
    def test_months_in_files_become_a_glob(self, tmp_path: Path) -> None:
        for month in ("202401", "202402"):
            (tmp_path / f"bills_{month}.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        (tmp_path / "bills_all.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        groups, _ = find_groups(tmp_path)
        assert [(group.path, group.n_files) for group in groups] == [
            ("bills_202401.csv", 1), ("bills_202402.csv", 1), ("bills_all.csv", 1),
        ]  # fmt: skip
        (tmp_path / "bills_all.csv").unlink()
        groups, _ = find_groups(tmp_path)
        assert [(group.path, group.n_files) for group in groups] == [("bills_*.csv", 2)]

    def test_our_own_reports_are_passed_over(self, tmp_path: Path) -> None:
        (tmp_path / "report" / "tables").mkdir(parents=True)
        (tmp_path / "report" / "manifest.json").write_text("{}", encoding="utf-8")
        (tmp_path / "report" / "tables" / "bands.csv").write_text("a,b\n", encoding="utf-8")
        assert find_groups(tmp_path) == ((), ())


def test_ids_are_told_by_values_not_by_names(tmp_path: Path, engine: DuckDBEngine) -> None:
    # 'id' counts the rows of the answers; 'who' holds the customers. By name alone 'id' would be taken.
    pd.DataFrame(
        [(n, f"k{n % 50}", f"2024-03-{1 + n % 28:02d}", n % 11) for n in range(100)],
        columns=["id", "who", "answered", "nps"],
    ).to_csv(tmp_path / "answers.csv", index=False)
    pd.DataFrame({"key": [f"k{n}" for n in range(60)], "plan": ["a", "b"] * 30}).to_csv(
        tmp_path / "clients.csv", index=False
    )
    guess = guess_folder(engine, tmp_path)
    survey, customers = guess.section("surveys"), guess.section("customers")
    assert survey is not None
    assert customers is not None
    assert (survey.columns["customer_id"], customers.columns["customer_id"]) == ("who", "key")
    assert survey.reasons["who"] == "50 different, 100.0% of them in clients.csv"


def test_sketches_estimate_the_share_held() -> None:
    # Sketches of the 3 smallest hashes: below the smaller limit, 'c', lie a, b, c here and a, c there.
    one, other = Sketch(frozenset("abc"), False), Sketch(frozenset("acd"), False)
    assert one.share_in(other) == 2 / 3
    assert Sketch(frozenset("abz"), False).share_in(other, least=3) is None, "too few below both limits"


def test_a_guess_is_a_table(guesses: dict[str, tuple[Path, Guess]]) -> None:
    guess = guesses["hive"][1]
    frame = guess.to_frame()
    assert list(frame.columns) == ["table", "column", "read_as", "why"]
    assert frame[frame["column"] == "csat"]["read_as"].tolist() == ["score"]
    assert "csat" in guess._repr_html_()
    assert guess_table(guess).row_count == len(frame)


# The export is no part of the repository: it may not be copied into it.
@pytest.mark.slow
@pytest.mark.skipif(not TELECOM_DATA.is_dir(), reason="the telecom export does not lie beside the repository")
def test_telecom_export_is_mapped_without_help(tmp_path: Path, engine: DuckDBEngine) -> None:
    for file in TELECOM_DATA.iterdir():
        (tmp_path / file.name).symlink_to(file)
    guess = guess_folder(engine, tmp_path)
    text = study_text(guess, name="telecom")
    guessed = cx.Settings(**tomllib.loads(text))
    by_hand = cx.Settings(**tomllib.loads((ROOT / "docs/examples/telecom_export.toml").read_text(encoding="utf-8")))
    assert guessed.study.horizon_months == by_hand.study.horizon_months == 24
    pairs = [(guessed.surveys, by_hand.surveys), (guessed.customers, by_hand.customers)]
    assert guessed.panels.keys() == by_hand.panels.keys()
    pairs += [(guessed.panels[name], by_hand.panels[name]) for name in by_hand.panels]
    for found, wanted in pairs:
        assert found.path is not None
        assert wanted.path is not None
        assert Path(found.path).name == Path(wanted.path).name
        assert found.model_dump(exclude={"path"}) == wanted.model_dump(exclude={"path"})
    assert guess.unused_columns == (("survey_responses.csv", "channel"),)
    assert guess.left_out == ()


class TestCompletion:
    """Shell completion comes with the commands; what it prints is a script for the shell."""

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_prints_a_script(self, shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("_CXVALUE_COMPLETE", f"source_{shell}")
        done = run()
        assert done.code == 0
        assert f"_CXVALUE_COMPLETE=complete_{shell}" in done.out

    def test_completes_a_command(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("_CXVALUE_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", "cxvalue com")
        monkeypatch.setenv("COMP_CWORD", "1")
        assert run().out.split() == ["compare"]


class TestCheckAsALinter:
    """What `check` says of a study.toml that was changed by hand."""

    @pytest.fixture
    def study(self, tmp_path: Path, guesses: dict[str, tuple[Path, Guess]]) -> Callable[[str, str], str]:
        """Changes one text in the shop's study.toml and returns what `check` prints."""
        text = study_text(guesses["shop"][1], name="shop")
        shop_export(tmp_path)

        def check(old: str, new: str) -> str:
            assert old in text
            path = tmp_path / "study.toml"
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
            done = run("check", path)
            assert done.code == 1
            return done.out + done.err

        return check

    def test_a_section_is_called_a_section(self, study: Callable[[str, str], str]) -> None:
        said = study("[adjust]", "[adjusst]")
        assert said.startswith("Error: unknown section [adjusst]\nAllowed: adjust, ")
        assert said.endswith("Hint: did you mean 'adjust'?\n")

    def test_a_broken_rule_has_its_hint(self, study: Callable[[str, str], str]) -> None:
        said = study('scale = "nps"', 'scale = "csat5"')
        assert "surveys.wrong_scale: 231 of 360 scores (64%) lie off scale 'csat5'" in said
        assert 'Hint: surveys.wrong_scale: scores from 0 to 10 are scale = "nps", 1 to 5 "csat5"' in said
