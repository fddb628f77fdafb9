"""What becomes of each answer: the rules on table ``surveys``."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import cxvalue as cx
from builders import Base, answer, customer_id, finding, in_months, panel_row, with_rows, without_column, without_rows

OpenStudy = Callable[[Base], cx.Study]


def with_answers(lean: Base, *answers: pd.DataFrame) -> Base:
    return lean.changed("surveys", with_rows(*answers))


def without_customer_in(number: int, *months: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return without_rows(lambda rows: in_months(*months)(rows) & (rows["customer_id"] == customer_id(number)))


def test_a_valid_base_gives_no_finding(lean: Base, open_study: OpenStudy) -> None:
    report = open_study(lean).check()
    assert report.ok
    assert {found.rule for found in report.findings if found.level != "ok"} == {"panels.follow_up_end"}


EXCLUDED = {
    "blank_id": ([answer(2, "2023-07-01", 3).assign(customer_id=None)], "answers without a customer id"),
    "blank_date": ([answer(2, None, 3)], "answers without a date"),
    "blank_score": ([answer(2, "2023-07-01", None)], "answers without a score"),
    "off_scale": ([answer(2, f"2023-0{m}-01", s) for m, s in ((7, 11), (8, -1), (9, 7.5))], "score off the scale"),
    "bad_score": ([answer(2, "2023-07-01", "eight"), answer(3, "2023-08-01", "n/a")], "score is no number"),
    "unknown_customer": ([answer(9999, "2023-07-01", 3)], "of customers that table 'customers' does not hold"),
    "outside_months": (
        [answer(2, "2022-12-31", 3), answer(2, "2025-01-01", 3)], "outside the months that the panels cover",
    ),
    # Customer 5 joins in 2023-03.
    "before_joining": ([answer(5, "2023-02-28", 3)], "answers before the customer joined"),
    # Customer 1 is last active in 2024-01: an answer in 2024-02 may have come before leaving, one in 2024-03 cannot.
    "after_leaving": ([answer(1, "2024-03-01", 3)], "answers after the customer had left"),
}  # fmt: skip


@pytest.mark.parametrize("fate", EXCLUDED)
def test_an_answer_that_cannot_count_is_left_out_and_counted(fate: str, lean: Base, open_study: OpenStudy) -> None:
    answers, what = EXCLUDED[fate]
    study = open_study(with_answers(lean, *answers))
    found = finding(study, f"surveys.{fate}")
    assert (found.table, found.level, found.n_rows, found.action) == ("surveys", "excluded", len(answers), "left out")
    assert what in found.what
    assert len(study.check().rows(found.rule)) == len(answers)


def test_the_rows_of_a_rule_name_customer_and_score_as_they_came(lean: Base, open_study: OpenStudy) -> None:
    rows = open_study(with_answers(lean, answer(2, "2023-07-01", 11))).check().rows("surveys.off_scale")
    assert rows["customer_id"].tolist() == [customer_id(2)]
    assert rows["score_raw"].astype(float).tolist() == [11.0]


def test_a_date_that_cannot_be_read_is_an_error(lean: Base, open_study: OpenStudy) -> None:
    study = open_study(with_answers(lean, answer(2, "28/07/2023", 3), answer(3, "soon", 3)))
    assert not study.check().ok
    with pytest.raises(cx.DataError) as refused:
        study.value()
    assert refused.value.what == "table 'surveys': 2 answers whose date cannot be read"
    assert refused.value.allowed == "ISO dates (2024-03-01), or date_format"
    assert refused.value.hint == ("""look for '28/07/2023', 'soon'; set date_format = "%d/%m/%Y" if days come first""")


@pytest.mark.parametrize("date", ["01/02/23", "23-07-01"])
def test_a_year_of_two_digits_is_not_read_as_one_of_antiquity(date: str, lean: Base, open_study: OpenStudy) -> None:
    found = finding(open_study(with_answers(lean, answer(2, date, 3))), "surveys.bad_date")
    assert (found.level, found.n_rows) == ("error", 1)


def test_an_answer_while_away_is_left_out(lean: Base, open_study: OpenStudy) -> None:
    # Away from 2023-08 to 2023-10: in 2023-08 the answer may have come before leaving, in 2023-10 it cannot.
    away = without_customer_in(2, "2023-08", "2023-09", "2023-10")
    base = with_answers(lean, answer(2, "2023-10-15", 3)).changed("retention", away).changed("revenue", away)
    found = finding(open_study(base), "surveys.not_active")
    assert (found.level, found.n_rows, found.action) == ("excluded", 1, "left out")
    assert found.what == "answers while the customer was away"


def test_an_answer_in_the_month_of_leaving_counts_and_is_noted(lean: Base, open_study: OpenStudy) -> None:
    # Customer 1 has no row from 2024-02 on. The answer opens an episode in which nothing is retained.
    one_left = lean.with_table("surveys", answer(1, "2024-02-02", 3))
    found = finding(open_study(one_left), "surveys.in_month_of_leaving")
    assert (found.level, found.n_rows) == ("note", 1)
    assert found.action == "kept: left later in that month, gone from the first month of follow-up on"
    curves = {
        name: open_study(base)
        .curves(adjusted=False)
        .to_frame()
        .query("metric == 'retained' and band == 'dissatisfied'")
        for name, base in (("before", lean), ("after", with_answers(lean, answer(1, "2024-02-02", 3))))
    }
    n = int((lean.tables["surveys"]["score"] <= 6).sum())
    expected = curves["before"]["estimate"].to_numpy() * n / (n + 1)
    assert curves["after"]["estimate"].to_numpy() == pytest.approx(expected, rel=1e-12)


def test_of_several_answers_in_a_month_the_last_wins(lean: Base, open_study: OpenStudy) -> None:
    # Customer 2 answered 9 on 2023-06-03 and now answers 3 on 2023-06-20: one dissatisfied more, one satisfied less.
    first = lean.tables["surveys"].query("customer_id == 'C0002'").iloc[0]
    assert (first["survey_date"], first["score"]) == (pd.Timestamp("2023-06-03"), 9)
    study = open_study(with_answers(lean, answer(2, pd.Timestamp("2023-06-20"), 3)))
    found = finding(study, "surveys.superseded")
    assert (found.level, found.n_rows, found.action) == ("excluded", 1, "the last one counts")
    counts = study.episodes().to_frame().set_index("band")["episodes"]
    before = open_study(lean).episodes().to_frame().set_index("band")["episodes"]
    assert (counts - before).to_dict() == {"dissatisfied": 1, "neutral": 0, "satisfied": -1}


def test_a_last_answer_off_the_scale_does_not_supersede(lean: Base, open_study: OpenStudy) -> None:
    study = open_study(with_answers(lean, answer(2, pd.Timestamp("2023-06-20"), 99)))
    assert finding(study, "surveys.superseded").n_rows == 0
    assert finding(study, "surveys.off_scale").n_rows == 1


def test_an_answer_without_a_month_of_follow_up_opens_no_episode_and_is_counted(
    lean: Base, open_study: OpenStudy
) -> None:
    study = open_study(with_answers(lean, answer(2, "2024-12-01", 3), answer(3, "2024-12-31", 9)))
    episodes = study.episodes()
    assert (episodes.n_answers - episodes.n_episodes, episodes.n_without_follow_up) == (2, 2)
    found = finding(study, "surveys.no_follow_up")
    assert found.n_rows == 2


def test_every_answer_is_accounted_for(lean: Base, open_study: OpenStudy) -> None:
    spoilt = [one for answers, _ in EXCLUDED.values() for one in answers]
    study = open_study(with_answers(lean, *spoilt, answer(2, "2023-06-20", 3), answer(3, "2024-12-01", 3)))
    fates = [found for found in study.check().findings if found.table == "surveys" and found.level == "excluded"]
    episodes = study.episodes()
    n_given = len(lean.tables["surveys"]) + len(spoilt) + 2
    fated = sum(found.n_rows for found in fates if found.rule != "surveys.no_follow_up")
    assert n_given == episodes.n_answers + fated == episodes.n_episodes + episodes.n_without_follow_up + fated


def test_activity_beyond_the_first_62_months_places_answers_all_the_same(lean: Base, open_study: OpenStudy) -> None:
    # Sixty months before the panel's first: the waves lie in the second word of the months' bits. Customer 7 came
    # before them, customer 8 was there in the first months and never again.
    early = [panel_row(7, "2018-01"), panel_row(8, "2018-01")]
    gone = without_rows(lambda rows: rows["customer_id"] == customer_id(8))
    base = lean.changed("retention", gone).changed("revenue", gone).changed("retention", with_rows(*early))
    base = base.changed("customers", without_column("joined_date"))
    base = base.changed("revenue", with_rows(*(row.assign(value=20.0) for row in early)))
    base = with_answers(base, answer(7, "2020-06-01", 3), answer(8, "2023-09-01", 3), answer(1, "2024-03-01", 3))
    study = open_study(base)
    # Customer 7 away, customer 8 (also at both waves, unless n + wave is a multiple of 4) and customer 1 gone.
    assert finding(study, "surveys.not_active").n_rows == 1
    assert finding(study, "surveys.after_leaving").n_rows == 2 + sum((8 + wave) % 4 != 0 for wave in (0, 1))
    assert study.episodes().n_answers == len(lean.tables["surveys"]) - sum((8 + wave) % 4 != 0 for wave in (0, 1))
