"""The page's sections on customers: who answered, outcomes by band, curves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxvalue.estimate import Curves
from cxvalue.link.columns import Floats
from cxvalue.report.figures import shown_curves, shown_money
from cxvalue.report.languages.say import digits, say
from cxvalue.report.languages.told import told_plain
from cxvalue.report.numbers import NOTHING, format_count, format_share
from cxvalue.report.page.sections import Section, Tables, rows_of
from cxvalue.report.page.table import PageTable, page_table, row_interval
from cxvalue.report.study_results import StudyResults
from cxvalue.report.wording import SHARE_TITLES, band_name, count_months, group_name, metric_name, relationship_of
from cxvalue.vocabulary import BANDS, EVERYBODY


def bands_section(tables: Tables) -> PageTable:
    """Return who answered.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    PageTable
        A row a band.
    """
    head = (
        say("band"),
        say("episodes"),
        say("share of episodes"),
        say("share of active customers"),
        say("active customers"),
        say("answered"),
    )
    rows = [
        (
            band_name(row["band"]), format_count(row["episodes"]), format_share(row["share"]),
            format_share(row["share_response_weighted"]), format_count(row["customers"]), format_count(row["answered"]),
        )
        if row["status"] == "ok" else (band_name(row["band"]), *[say("held back")] * 5)
        for row in rows_of(tables["bands"])
    ]  # fmt: skip
    return page_table(say("Who answered, and what that says of all active customers"), head, rows, file="bands")


def outcome_sections(tables: Tables) -> tuple[Section, ...]:
    """Return the outcomes by band, adjusted beside unadjusted: of everybody, then by segment and cohort.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    tuple of Section
        Everybody first; empty when outcomes were not asked for.
    """
    table = tables["outcomes"]
    return tuple(outcome_section(table[table["by"] == by], str(by)) for by in table["by"].unique())


def outcome_section(table: pd.DataFrame, by: str) -> Section:
    """Return the outcomes by band of one partition.

    Parameters
    ----------
    table : pandas.DataFrame
        Its rows.
    by : str
        Its name.

    Returns
    -------
    Section
        A row a stratum, metric and band; columns by length, adjusted beside unadjusted.
    """
    horizons = [int(months) for months in table["horizon_months"].unique()]
    cells: dict[tuple[str, str, str, str], dict[tuple[int, bool], str]] = {}
    for row in rows_of(table):
        key = (row["group"], row["metric"], row["unit"], row["band"])
        cells.setdefault(key, {})[row["horizon_months"], row["adjusted"]] = row_interval(row)
    columns = [(months, adjusted) for months in horizons for adjusted in (True, False)]
    head = [length_title(months, adjusted=adjusted) for months, adjusted in columns]
    groups = [] if by == EVERYBODY else [metric_name(by)]
    rows = []
    for key in sorted(cells, key=lambda key: group_order(key, list(cells))):
        group, metric, unit, band = key
        figures = (cells[key].get(column, NOTHING) for column in columns)
        rows.append(
            (*([group_name(by, group)] if groups else []), metric_with_unit(metric, unit), band_name(band), *figures)
        )
    caption = say("Totals per customer at time zero, not discounted, with intervals")
    head = [*groups, say("outcome"), say("band"), *head]
    return Section(by, page_table(caption, head, rows, n_text=2 + len(groups), file="outcomes"))


def length_title(months: int, *, adjusted: bool) -> str:
    """Return the title of a column of the outcomes.

    Parameters
    ----------
    months : int
        Months added up.
    adjusted : bool
        Whether its figures are.

    Returns
    -------
    str
        Such as ``12 months, adjusted``.
    """
    length = count_months(months)
    return say("{months}, adjusted", months=length) if adjusted else say("{months}, unadjusted", months=length)


def metric_with_unit(metric: str, unit: str) -> str:
    """Return a metric's name with its unit.

    Parameters
    ----------
    metric, unit : str
        As in the tables.

    Returns
    -------
    str
        Such as ``revenue (EUR)``.
    """
    return say("{metric} ({unit})", metric=metric_name(metric), unit=told_plain(unit))


def group_order(key: tuple[str, str, str, str], keys: list[tuple[str, str, str, str]]) -> tuple[int, int, int]:
    """Return where a row of the outcomes belongs: by stratum, then metric, then band.

    Parameters
    ----------
    key : tuple of str
        Group, metric, unit and band.
    keys : list of tuple
        All of them, in the order of the table.

    Returns
    -------
    tuple of int
        Sort key.
    """
    groups, metrics = list(dict.fromkeys(k[0] for k in keys)), list(dict.fromkeys(k[1] for k in keys))
    return groups.index(key[0]), metrics.index(key[1]), [str(band) for band in BANDS].index(key[3])


def curve_tables(results: StudyResults) -> dict[str, PageTable]:
    """Return the figures behind the curves.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    dict of str to PageTable
        ``share`` and ``contribution``, a row a month; empty when curves cannot be estimated.
    """
    if not isinstance(results.curves, Curves):
        return {}
    curves = shown_curves(results.curves, results.disclosure_min)
    chosen = np.stack([curves.estimate[:, 0], curves.ci_low[:, 0], curves.ci_high[:, 0]])
    caption = say("{title}, adjusted", title=say(SHARE_TITLES[relationship_of(curves.metrics)]))
    tables = {"share": month_table(caption, chosen, unit="share", file="curves")}
    if results.contribution is not None:
        money = np.stack(shown_money(results.contribution, results.curves, results.disclosure_min))
        caption = say(
            "Monthly contribution per customer at time zero, adjusted ({currency})", currency=results.currency
        )
        tables["contribution"] = month_table(caption, money, currency=results.currency)
    return tables


def month_table(caption: str, figures: Floats, *, unit: str = "", currency: str = "", file: str = "") -> PageTable:
    """Return a table of months by band.

    Parameters
    ----------
    caption : str
        What it shows.
    figures : ndarray of shape (3, B, H)
        Estimate, low and high.
    unit : {"", "share"}
        How to write figures.
    currency : str
        Makes them money.
    file : str
        The table of the report that holds the same.

    Returns
    -------
    PageTable
        A row a month.
    """
    rows = []
    for k in range(figures.shape[2]):
        cells = [dict(zip(("estimate", "ci_low", "ci_high"), figures[:, b, k], strict=True)) for b in range(len(BANDS))]
        rows.append((digits(k + 1), *(row_interval(cell, unit=unit, currency=currency) for cell in cells)))
    return page_table(caption, (say("month"), *(band_name(band) for band in BANDS)), rows, file=file)
