"""Survey answers: what becomes of each of them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from cxvalue.engine import Engine
from cxvalue.errors import DataError
from cxvalue.tables.activity import MONTH_OF, Activity, as_int
from cxvalue.tables.examples import DAYS_FIRST, look_for
from cxvalue.tables.findings import COMPLETE_CUSTOMERS, Finding, Level, found, in_proportion
from cxvalue.tables.number_table import number_table
from cxvalue.tables.schema import TableSet
from cxvalue.vocabulary import month_label

MOST_OFF_SCALE: Final = 0.2
"""Above this share of scores off the scale, the scale is taken for a wrong one."""
FATES: Final[dict[str, tuple[Level, str, str]]] = {
    "blank_id": ("excluded", "answers without a customer id", "left out"),
    "blank_date": ("excluded", "answers without a date", "left out"),
    "blank_score": ("excluded", "answers without a score", "left out"),
    "bad_date": ("error", "answers whose date cannot be read", "ISO dates (2024-03-01), or date_format"),
    "bad_score": ("excluded", "answers whose score is no number", "left out"),
    "off_scale": ("excluded", "answers with a score off the scale", "left out"),
    "unknown_customer": ("excluded", "answers of customers that table 'customers' does not hold", "left out"),
    "outside_months": ("excluded", "answers outside the months that the panels cover", "left out"),
    "before_joining": ("excluded", "answers before the customer joined", "left out"),
    "after_leaving": ("excluded", "answers after the customer had left", "left out"),
    "not_active": ("excluded", "answers while the customer was away", "left out"),
    "superseded": ("excluded", "answers followed by another of the customer in the same month", "the last one counts"),
}
"""What may become of an answer that does not count: level, what it is, what is done. In order of precedence."""


SUSPECT: Final = {
    "blank_id": "is the id in another column of the export?",
    "blank_score": "is the score in another column of the export?",
    "unknown_customer": COMPLETE_CUSTOMERS,
    "after_leaving": "compare the dates of the answers with the panels' months",
}
"""What to look at where many answers share one of these fates; others may be many and right."""


def fates_of(activity: Activity) -> dict[str, tuple[Level, str, str]]:
    """Return what may become of an answer that does not count, in the words of the relationship.

    Parameters
    ----------
    activity : Activity
        Who was active when.

    Returns
    -------
    dict of str to tuple of str
        Level, what it is, what is done; in order of precedence.
    """
    if activity.window is None:
        return FATES
    fates = {fate: entry for fate, entry in FATES.items() if fate != "after_leaving"}
    months = f"{activity.window} months" if activity.window > 1 else "month"
    fates["outside_months"] = (
        "excluded",
        f"answers outside the panels' months, or before these tell of a purchase in the {months} up to the answer",
        "left out",
    )
    fates["not_active"] = (
        "excluded",
        f"answers of customers without a purchase in the {months} up to the answer",
        "left out",
    )
    return fates


def mark_answers(engine: Engine, tables: TableSet, activity: Activity, *, first_month: int) -> list[Finding]:
    """Keep every answer with its fate as ``answers_marked`` and those that count as ``answers_valid``.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    tables : TableSet
        What was registered; ``customers`` and ``activity`` exist.
    activity : Activity
        The months of the study.
    first_month : int
        First month of answering whose follow-up all panels cover from its first month on.

    Returns
    -------
    list of Finding
        One for each fate, and, where leaving is seen, one for answers in the month of leaving.

    Raises
    ------
    DataError
        When there is no answer, or none that falls into the months of the study.

    Notes
    -----
    A customer counts as active at the start of a month when active in the month before it, or in it (joined). Where
    leaving is not seen, active in the month means a purchase within the window that ends with it.
    """
    engine.put("scale", scale_table(tables))
    engine.keep("answers_judged", judged(tables, activity, first_month))
    again = "SELECT count(*) - 1 AS extra FROM answers_judged WHERE fate = 'valid' GROUP BY customer_id, m0"
    extra = engine.query(f"SELECT sum(extra) AS n FROM ({again}) a")["n"][0].as_py()
    (engine.keep if as_int(extra) else engine.define)("answers_marked", marked(is_repeated=as_int(extra) > 0))
    engine.define("answers_shown", shown(tables, activity, first_month))
    counts = engine.query("SELECT fate, count(*) AS n FROM answers_marked GROUP BY fate")
    n = dict(zip(counts["fate"].to_pylist(), counts["n"].to_pylist(), strict=True))
    if not n:
        raise DataError("table 'surveys' is empty", allowed="a row for each answer")
    bad_dates = "SELECT * FROM answers_shown WHERE fate = 'bad_date'"
    hint = look_for(engine, bad_dates, "survey_date_raw", n_rows=n.get("bad_date", 0), then=DAYS_FIRST)
    findings = [
        found(
            f"surveys.{fate}",
            n.get(fate, 0),
            level,
            what=f"{n.get(fate, 0):,} {what}" if level == "error" else what,
            action=action,
            hint=hint if fate == "bad_date" else "",
            rows_sql=f"SELECT * FROM answers_shown WHERE fate = '{fate}'",
        )
        for fate, (level, what, action) in fates_of(activity).items()
    ]
    n_all = sum(n.values())
    findings = [
        in_proportion(each, n_all, hint=SUSPECT[fate]) if (fate := each.rule.rpartition(".")[2]) in SUSPECT else each
        for each in findings
    ]
    findings.append(scale_finding(n, tables.scale.name))
    if n.get("valid", 0) == 0:
        if n.get("outside_months", 0):
            ends = engine.query(
                "SELECT min(m0) AS first, max(m0) AS last FROM answers_judged WHERE fate = 'outside_months'"
            )
            answered = [month_label(as_int(ends[name][0].as_py())) for name in ("first", "last")]
            calendar = activity.calendar
            raise DataError(
                "table 'surveys': all usable answers lie outside the months that the panels cover",
                allowed="answers in months that the panels cover",
                hint=f"the answers run from {' to '.join(answered)}, the panels from {month_label(calendar.first)} to "
                f"{month_label(calendar.last)}: is date_format right?",
            )
        worst = max((f for f in findings if f.n_rows), key=lambda finding: finding.n_rows)
        if worst.level == "error":
            raise worst.error()
        raise DataError(
            f"table 'surveys': no answer can be used; most ({worst.n_rows:,}) are {worst.what}",
            allowed="answers on the scale, of customers that the tables hold",
            hint=worst.hint or what_to_compare(engine, worst),
        )
    engine.define(
        "answers_valid",
        "SELECT customer_id, m0, survey_date, score, band FROM answers_marked WHERE fate = 'valid'",
    )
    if activity.window is not None:
        return findings
    gone = engine.query("SELECT count(*) AS n FROM answers_marked WHERE fate = 'valid' AND NOT active_in_m0")
    findings.append(
        found(
            "surveys.in_month_of_leaving",
            as_int(gone["n"][0].as_py()),
            "note",
            what="answers in a month for which the customer has no row, but has one for the month before",
            action="kept: left later in that month, gone from the first month of follow-up on",
            rows_sql="SELECT * FROM answers_shown WHERE fate = 'valid' AND NOT active_in_m0",
        )
    )
    return findings


def what_to_compare(engine: Engine, worst: Finding) -> str:
    """Return what to do where no answer can be used.

    Parameters
    ----------
    engine : Engine
        Looks for examples.
    worst : Finding
        What most answers lack.

    Returns
    -------
    str
        A hint.
    """
    if worst.rule not in ("surveys.bad_score", "surveys.off_scale"):
        return "compare the customers and dates of the answers with the other tables"
    then = "[surveys] scale says which scores there are"
    return look_for(engine, worst.rows_sql, "score_raw", n_rows=worst.n_rows, then=then)


def scale_finding(fates: dict[str, int], scale: str) -> Finding:
    """Return the finding on a scale that is not the one that was asked with.

    Parameters
    ----------
    fates : dict of str to int
        Answers by fate.
    scale : str
        The scale's name.

    Returns
    -------
    Finding
        An error when more than a fifth of the scores are off the scale.
    """
    unread = ("blank_id", "blank_date", "blank_score", "bad_date")
    n_scored = sum(count for fate, count in fates.items() if fate not in unread)
    n_off = fates.get("off_scale", 0) + fates.get("bad_score", 0)
    wrong = n_off > MOST_OFF_SCALE * n_scored
    share = f"{n_off:,} of {n_scored:,} scores ({n_off / max(n_scored, 1):.0%}) lie off scale '{scale}'"
    return found(
        "surveys.wrong_scale",
        n_off if wrong else 0,
        "error",
        what=share if wrong else "a scale on which a fifth of the scores do not lie",
        action=f"at most {MOST_OFF_SCALE:.0%} off the scale",
        hint='scores from 0 to 10 are scale = "nps", 1 to 5 "csat5", 1 to 7 "ces7"' if wrong else "",
        rows_sql="SELECT * FROM answers_shown WHERE fate IN ('off_scale', 'bad_score')",
    )


def scale_table(tables: TableSet) -> pa.Table:
    """Return the scale as a table of score and band code.

    Parameters
    ----------
    tables : TableSet
        Holds the scale.

    Returns
    -------
    pyarrow.Table
        Columns score (double) and band (integer).
    """
    rows = tables.scale.rows()
    scores, bands = np.array(rows["score"], dtype=np.float64), np.array(rows["band"], dtype=np.int32)
    return number_table({"score": scores, "band": bands})


LISTED = "customer_id, survey_date, score, band, m0, active_in_m0"
TEXTS = "customer_id, survey_date, survey_date_raw, score, score_raw, band, m0, active_0, active_1, active_in_m0"
"""Columns of the answers: as they are worked with, and as they are shown, with the text as it came."""


def marked(*, is_repeated: bool, columns: str = LISTED, judged_answers: str = "answers_judged") -> str:
    """Return the statement that gives every answer its fate, those that a later one of the month supersedes included.

    Parameters
    ----------
    is_repeated : bool
        Whether any customer answered twice in a month.
    columns : str
        Columns wanted beside the fate.
    judged_answers : str
        Where the answers are, each judged by itself.

    Returns
    -------
    str
        SQL.
    """
    if not is_repeated:
        return f"SELECT {columns}, fate FROM {judged_answers} j"
    ranked = (
        "SELECT q.*, row_number() OVER (PARTITION BY customer_id, m0, fate ORDER BY survey_date DESC, score DESC) "
        f"AS place FROM {judged_answers} q"
    )
    fate = "CASE WHEN fate = 'valid' AND place > 1 THEN 'superseded' ELSE fate END"
    return f"SELECT {columns}, {fate} AS fate FROM ({ranked}) t"


def shown(tables: TableSet, activity: Activity, first_month: int) -> str:
    """Return the statement that gives every answer with its fate and the text as it came.

    Parameters
    ----------
    tables : TableSet
        What was registered.
    activity : Activity
        The months of the study.
    first_month : int
        First month of answering that counts.

    Returns
    -------
    str
        SQL; run only when somebody asks for rows.
    """
    every = judged(tables, activity, first_month, columns=TEXTS)
    return marked(is_repeated=True, columns=TEXTS, judged_answers=f"({every})")


def judged(tables: TableSet, activity: Activity, first_month: int, *, columns: str = LISTED) -> str:
    """Return the statement that gives every answer the fate that it has by itself.

    Parameters
    ----------
    tables : TableSet
        What was registered.
    activity : Activity
        The months of the study.
    first_month : int
        First month of answering that counts.
    columns : str
        Columns wanted beside the fate.

    Returns
    -------
    str
        SQL.
    """
    calendar = activity.calendar
    left_join, left = "", "FALSE"
    if tables.retention_kind == "churn_date":
        churned = "SELECT customer_id, min(churn_date) AS churn_date FROM retention_in GROUP BY customer_id"
        left_join = f"LEFT JOIN ({churned}) r ON r.customer_id = s.customer_id"
        left = "r.churn_date IS NOT NULL AND CAST(r.churn_date AS DATE) < CAST(s.survey_date AS DATE)"
    m0 = MONTH_OF.format("s.survey_date")
    joined = (
        f"SELECT s.customer_id, s.survey_date, s.score, s.survey_date_raw, s.score_raw, k.band, {m0} AS m0, "
        f"u.customer_id IS NOT NULL AS known, u.joined_month, a.active_0, a.active_1, {left} AS has_left "
        f"FROM surveys_in s LEFT JOIN scale k ON k.score = s.score "
        f"LEFT JOIN customers u ON u.customer_id = s.customer_id "
        f"LEFT JOIN activity a ON a.customer_id = s.customer_id {left_join}"
    )
    words = ", ".join(
        f"COALESCE(j.active_{w} & c.bit_{w}, 0) AS now_{w}, COALESCE(j.active_{w} & b.bit_{w}, 0) AS before_{w}"
        for w in (0, 1)
    )
    placed = (
        f"SELECT j.*, {words}, c.bit_0, c.bit_1 FROM ({joined}) j LEFT JOIN calendar c ON c.month = j.m0 "
        f"LEFT JOIN calendar b ON b.month = j.m0 - 1"
    )
    earlier = (
        "(bit_0 = 0 AND COALESCE(active_0, 0) <> 0) OR (active_0 & (bit_0 - 1)) <> 0 "
        "OR (bit_1 > 0 AND (active_1 & (bit_1 - 1)) <> 0)"
    )
    later = "(bit_0 > 0 AND (COALESCE(active_1, 0) <> 0 OR active_0 >= bit_0)) OR (bit_1 > 0 AND active_1 >= bit_1)"
    away = f"""now_0 + now_1 + before_0 + before_1 = 0 THEN
            CASE WHEN NOT ({earlier}) THEN 'before_joining'
                 WHEN NOT ({later}) THEN 'after_leaving' ELSE 'not_active' END"""
    if activity.window is not None:
        away = "now_0 + now_1 = 0 THEN 'not_active'"
    fate = f"""CASE
        WHEN customer_id IS NULL THEN 'blank_id'
        WHEN survey_date_raw IS NULL THEN 'blank_date'
        WHEN score_raw IS NULL THEN 'blank_score'
        WHEN survey_date IS NULL THEN 'bad_date'
        WHEN score IS NULL THEN 'bad_score'
        WHEN band IS NULL THEN 'off_scale'
        WHEN NOT known THEN 'unknown_customer'
        WHEN m0 < {first_month} OR m0 > {calendar.last} THEN 'outside_months'
        WHEN joined_month > m0 THEN 'before_joining'
        WHEN has_left THEN 'after_leaving'
        WHEN {away}
        ELSE 'valid' END"""
    fated = f"SELECT p.*, now_0 + now_1 > 0 AS active_in_m0, {fate} AS fate FROM ({placed}) p"
    return f"SELECT {columns}, fate FROM ({fated}) j"
