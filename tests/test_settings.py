"""``study.toml``: what it takes, and what it says about what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cxvalue as cx

ECONOMICS = {"gross_margin": 0.6, "discount_rate_annual": 0.1}


def from_toml(folder: Path, text: str) -> cx.Study:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return cx.Study.from_toml(path)


def test_a_study_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    settings = from_toml(
        tmp_path,
        """
        [study]
        name = "Brand A"
        horizon_months = 12
        [surveys]
        path = "answers.csv"
        columns = { score = "Wie zufrieden?" }
        [panels.revenue]
        path = "billing/*.parquet"
        missing = "fill"
        [shift]
        from = "neutral"
        to = "satisfied"
        share = 0.1
        [economics]
        gross_margin = 0.6
        discount_rate_annual = 0.1
        """,
    ).settings
    assert (settings.study.name, settings.study.horizon_months, settings.study.baseline_months) == ("Brand A", 12, 3)
    assert settings.surveys.columns == {"score": "Wie zufrieden?"}
    assert settings.panels["revenue"].missing == "fill"
    assert settings.shift.shift() == cx.Shift("neutral", "satisfied", share=0.1)
    assert settings.require_economics() == cx.Economics(**ECONOMICS)
    assert (settings.run.disclosure_min, settings.adjust.response, settings.surveys.timezone) == (10, True, "UTC")


def test_paths_start_at_the_folder_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(cx.DataError, match=r"table 'surveys': no file at 'answers\.csv'"):
        from_toml(tmp_path, "surveys.path = 'answers.csv'\ncustomers.path = 'customers.csv'").check()


def test_a_missing_study_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        cx.Study.from_toml(tmp_path / "nowhere.toml")
    assert refused.value.what == f"no settings at '{tmp_path / 'nowhere.toml'}'"
    assert refused.value.allowed == "a study.toml"
    assert refused.value.hint == "cxvalue init FOLDER writes a commented one"


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("[study]\nname = Brand A\n", 2, "text stands in quotes, and numbers have a point, no comma"),
        ("[economics]\ngross_margin = 0,6\n", 2, "text stands in quotes, and numbers have a point, no comma"),
        ("[study]\n[surveys]\n[study]\n", 3, "each section and each key may stand once"),
        ("[study]\nseed = 1\nseed = 2\n", 3, "each section and each key may stand once"),
        ('[surveys]\npath = "C:\\data"\n', 2, "in a path write / for \\, or put it in single quotes"),
    ],
)
def test_a_file_that_is_not_toml_is_refused_with_the_line(tmp_path: Path, text: str, line: int, hint: str) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        from_toml(tmp_path, text)
    assert refused.value.what.startswith("'study.toml' is not TOML: ")
    assert f"line {line}" in refused.value.what
    assert refused.value.hint == f"look at that line; {hint}"


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes('[study]\nname = "Zürich"\n'.encode("latin-1"))
    with pytest.raises(cx.SettingsError) as refused:
        cx.Study.from_toml(path)
    assert refused.value.what == "'study.toml' is not UTF-8 text"
    assert refused.value.hint == "save it as UTF-8"


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(b"\xef\xbb\xbf[study]\nname = 'Brand A'\n")
    assert cx.Study.from_toml(path).settings.study.name == "Brand A"


UNKNOWN_KEYS = [
    ("[study]\nhorizon_month = 12", "horizon_month", "[study]", "horizon_months"),
    ("[surveys]\ntime_zone = 'UTC'", "time_zone", "[surveys]", "timezone"),
    ("[customers]\nsegment = ['plan']", "segment", "[customers]", "segments"),
    ("[panels.retention]\nknd = 'rows'", "knd", "[panels.retention]", "kind"),
    ("[panels.revenue]\nmising = 'zero'", "mising", "[panels.revenue]", "missing"),
    ("[panels.calls]\nkind = 'count'\nunit_valeu = 1", "unit_valeu", "[panels.calls]", "unit_value"),
    ("[panel]\nduplicate = 'sum'", "duplicate", "[panel]", "duplicates"),
    ("[invitations]\npaht = 'x'", "paht", "[invitations]", "path"),
    ("[adjust]\ncovariate = []", "covariate", "[adjust]", "covariates"),
    ("[shift]\nshares = 0.05", "shares", "[shift]", "share"),
    ("[economics]\ngross_margins = 0.5\ndiscount_rate_annual = 0", "gross_margins", "[economics]", "gross_margin"),
    ("[assumptions.gross_margin]\nlwo = 0.5", "lwo", "[assumptions.gross_margin]", "low"),
    ("[assumptions.gross_margn]\nlow = 0.5", "gross_margn", "[assumptions]", "gross_margin"),
    ("[run]\nthread = 1", "thread", "[run]", "threads"),
]


def test_an_unknown_section_is_called_a_section(tmp_path: Path) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        from_toml(tmp_path, "[stduy]\nname = 'a'")
    assert refused.value.what == "unknown section [stduy]"
    assert "study" in refused.value.allowed.split(", ")
    assert refused.value.hint == "did you mean 'study'?"


@pytest.mark.parametrize(("text", "key", "where", "near"), UNKNOWN_KEYS)
def test_an_unknown_key_is_refused_with_the_nearest_one(
    text: str, key: str, where: str, near: str, tmp_path: Path
) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        from_toml(tmp_path, text)
    assert refused.value.what == f"unknown key '{key}' in {where}"
    assert near in refused.value.allowed.split(", ")
    assert refused.value.hint == f"did you mean '{near}'?"


def test_an_unknown_key_that_is_near_to_none_is_refused_all_the_same(tmp_path: Path) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        from_toml(tmp_path, "[run]\nxyzzy = 1")
    assert refused.value.what == "unknown key 'xyzzy' in [run]"
    assert refused.value.hint.startswith("remove it")


VALUES: list[tuple[dict[str, Any], str, str]] = [
    ({"study": {"horizon_months": 0}}, "[study] horizon_months = 0 is refused", "a whole number from 1 to "),
    ({"study": {"horizon_months": 2.5}}, "[study] horizon_months = 2.5 is refused", "a whole number from 1 to "),
    ({"study": {"as_of": "March"}}, "[study] as_of = 'March' is refused", "YYYY-MM"),
    ({"study": {"confidence": 95}}, "[study] confidence = 95 is refused", "a number above 0.5 and below 1"),
    ({"study": {"groups": 1}}, "[study] groups = 1 is refused", "a whole number from 10 to "),
    ({"study": {"baseline_end": "m1"}}, "[study] baseline_end = 'm1' is refused", "'m0' or 'm0-1'"),
    ({"study": {"relationship": "loose"}}, "[study] relationship = 'loose' is refused", "'contractual'"),
    ({"surveys": {"timezone": "Mars"}}, "[surveys] timezone = 'Mars' is refused", "an IANA time zone"),
    ({"panels": {"revenue": {"missing": "ignore"}}}, "[panels.revenue] missing = 'ignore' is refused", "'fill'"),
    ({"panels": {"revenue": {"duplicates": "first"}}}, "[panels.revenue] duplicates = 'first' is refused", "'last'"),
    ({"panels": {"retention": {"kind": "date"}}}, "[panels.retention] kind = 'date' is refused", "'churn_date'"),
    ({"run": {"memory_limit": "lots"}}, "[run] memory_limit = 'lots' is refused", "such as '1GB'"),
    ({"run": {"threads": 0}}, "[run] threads = 0 is refused", "a whole number of at least 1"),
    ({"customers": {"segments": "plan"}}, "[customers] segments = 'plan' is refused", "list"),
]


@pytest.mark.parametrize(("content", "what", "allowed"), VALUES)
def test_a_value_of_the_wrong_kind_or_out_of_range_is_refused(content: dict[str, Any], what: str, allowed: str) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        cx.Settings(**content)
    assert refused.value.what == what
    assert allowed in refused.value.allowed


def test_further_findings_of_a_section_are_counted() -> None:
    with pytest.raises(cx.SettingsError, match="1 more such finding"):
        cx.Settings(study={"horizon_months": 0, "groups": 1})


# Money


@pytest.mark.parametrize("margin", [-0.1, 60])
def test_a_margin_below_0_or_above_1_is_refused(margin: float, tmp_path: Path) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        from_toml(tmp_path, f"[economics]\ngross_margin = {margin}\ndiscount_rate_annual = 0.1")
    assert refused.value.what == f"[economics] gross_margin = {margin} is refused"
    assert "a share between 0 and 1" in refused.value.allowed


@pytest.mark.parametrize("margin", [-0.6, "5%", "0,6", 60, True])
def test_a_margin_that_is_refused_has_a_hint(margin: object) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        cx.Settings(economics={"gross_margin": margin, "discount_rate_annual": 0.1})
    assert refused.value.what == f"[economics] gross_margin = {margin!r} is refused"
    assert refused.value.hint.startswith("a margin of 60 % is gross_margin = 0.6; 5 % is 0.05")


def test_a_missing_discount_rate_is_refused() -> None:
    with pytest.raises(cx.SettingsError) as refused:
        cx.Economics(gross_margin=0.6)  # type: ignore[call-arg]
    assert refused.value.what == "[economics] lacks the key 'discount_rate_annual'"
    assert refused.value.hint == "add discount_rate_annual = …"


@pytest.mark.parametrize("name", ["upgrade_value", "referral_value", "programme_cost_upfront", "gross_margin"])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_money_that_is_no_finite_number_is_refused(name: str, value: str) -> None:
    with pytest.raises(cx.SettingsError, match=rf"\[economics\] {name} = {value} is refused"):
        cx.Economics(**(ECONOMICS | {name: float(value)}))


def test_a_unit_value_that_is_no_finite_number_is_refused() -> None:
    with pytest.raises(cx.SettingsError, match=r"\[panels.calls\] unit_value = nan is refused"):
        cx.Settings(panels={"calls": {"kind": "count", "unit_value": float("nan")}})


def test_economics_are_asked_for_only_where_money_is() -> None:
    with pytest.raises(cx.SettingsError) as refused:
        cx.Settings().require_economics()
    assert refused.value.what == "no section [economics]: outcomes cannot be turned into money without it"
    assert refused.value.allowed == "[economics] with gross_margin (before cost to serve) and discount_rate_annual"
    assert "gross_margin" in refused.value.hint


# The shift


@pytest.mark.parametrize("share", [0.0, -0.05, 1.5, 5.0, float("nan")])
def test_a_share_outside_0_to_1_is_refused(share: float) -> None:
    for make in (lambda: cx.Shift(share=share), lambda: cx.Settings(shift={"share": share})):
        with pytest.raises(cx.SettingsError) as refused:
            make()
        assert refused.value.what == f"[shift] share = {share!r} is refused"
        assert refused.value.allowed == "above 0 and up to 1"
        assert refused.value.hint == "5 % of the customers in the from-band is share = 0.05"


def test_a_share_of_1_moves_them_all() -> None:
    assert cx.Settings(shift={"share": 1}).shift.shift().share == 1


def test_an_unknown_band_is_refused() -> None:
    for make in (
        lambda: cx.Shift("detractor"),  # type: ignore[arg-type]
        lambda: cx.Settings(shift={"from": "detractor"}),
    ):
        with pytest.raises(cx.SettingsError) as refused:
            make()
        assert refused.value.what == "[shift] from = 'detractor' is no band"
        assert refused.value.allowed == "dissatisfied, neutral, satisfied"


# Panels and columns


def test_a_metric_of_ones_own_needs_a_kind() -> None:
    with pytest.raises(cx.SettingsError) as refused:
        cx.Settings(panels={"revenu": {}})
    assert refused.value.what == "[panels.revenu] is a metric of your own and lacks its kind"
    assert refused.value.allowed == (
        'kind = "count" or "money"; standard panels are retention, revenue, cost_to_serve, upgrades, referrals'
    )
    assert refused.value.hint == (
        'did you mean [panels.revenue]? For a metric of your own add kind = "count" and, if it is worth money, '
        "unit_value = …"
    )
    with pytest.raises(cx.SettingsError) as refused:
        cx.Settings(panels={"calls": {}})
    assert refused.value.hint == 'add kind = "count" and, if it is worth money, unit_value = …'


@pytest.mark.parametrize("keys", [{"kind": "count"}, {"unit_value": 2.0}])
def test_a_standard_metric_keeps_its_kind_and_takes_its_value_from_economics(keys: dict[str, Any]) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        cx.Settings(panels={"revenue": keys})
    assert refused.value.what == (
        "[panels.revenue] is a standard metric: its kind is money and its value is set in [economics]"
    )
    assert refused.value.hint == "remove kind and unit_value from this section"


@pytest.mark.parametrize(
    ("content", "what", "hint"),
    [
        ({"surveys": {"columns": {"custmer_id": "Kunde"}}}, "'custmer_id' in [surveys]", "did you mean 'customer_id'?"),
        ({"panels": {"revenue": {"columns": {"betrag": "B"}}}}, "'betrag' in [panels.revenue]", "remove it, or "),
        ({"panel": {"columns": {"revnue": "Umsatz"}}}, "'revnue' in [panel]", "did you mean 'revenue'?"),
    ],
)
def test_a_column_map_takes_canonical_names_only(content: dict[str, Any], what: str, hint: str) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        cx.Settings(**content)
    assert refused.value.what == f"unknown key {what} columns"
    assert "customer_id" in refused.value.allowed
    assert refused.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"run": {"engine": "sparkk"}},
         "[run] engine = 'sparkk' is refused\nAllowed: 'duckdb' or 'spark'\nHint: did you mean 'spark'?"),
        ({"run": {"threads": 0}},
         "[run] threads = 0 is refused\nAllowed: a whole number of at least 1\n"
         "Hint: leave it out; docs/settings.md says what it does"),
        ({"run": {"cache": ""}},
         "[run] cache = '' is refused\nAllowed: text that is not empty\n"
         "Hint: leave it out; docs/settings.md says what it does"),
        ({"run": {"memory_limit": "1KB"}},
         "[run] memory_limit = '1KB' is refused\nAllowed: text such as '1GB' or '500MB'\nHint: did you mean '1GB'?"),
        ({"run": {"engine": "spark", "cache": "c"}},
         "[run] cache = 'c' does not go with engine = 'spark'\nAllowed: a cache with engine = 'duckdb'\n"
         "Hint: leave out one of the two"),
        ({"customers": {"segments": ["a"], "covariates": ["a"]}},
         "[customers] is refused\nAllowed: each column once in segments or covariates; 'a' stands twice\n"
         "Hint: look it up in docs/settings.md"),
        ({"study": {"horizon_months": "two years"}},
         "[study] horizon_months = 'two years' is refused\nAllowed: a whole number from 1 to 60\n"
         "Hint: leave it out for the default, 24; docs/settings.md says what it does"),
    ],
)  # fmt: skip
def test_a_refusal_says_one_thing_to_do(content: dict[str, Any], message: str) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        cx.Settings(**content)
    assert str(refused.value) == message


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = cx.Settings()
    with pytest.raises(Exception, match="frozen"):
        settings.study.horizon_months = 3  # type: ignore[misc]


def test_a_shift_to_where_they_are_is_refused() -> None:
    with pytest.raises(cx.SettingsError, match="from and to are both 'neutral', so nobody moves"):
        cx.Settings(study={}, shift={"from": "neutral", "to": "neutral"})
