"""The page's sections on money: levers, cash flow, segments, links, estimates."""

from __future__ import annotations

import pandas as pd

from cxvalue.report.languages.say import digits, number_as, say, say_count, say_list
from cxvalue.report.languages.told import told, told_plain
from cxvalue.report.numbers import (
    NOTHING,
    format_count,
    format_interval,
    format_money,
    format_month,
    format_number,
    format_share,
    with_ends,
)
from cxvalue.report.page.sections import Section, Tables, rows_of
from cxvalue.report.page.table import PageTable, page_table, row_interval
from cxvalue.report.plain_values import Json
from cxvalue.report.study_results import StudyResults
from cxvalue.report.truth import known_truth
from cxvalue.report.wording import SEVERAL, group_name, method_name, metric_name, unit_name
from cxvalue.value.cash_flow_table import WITH_INTERVAL
from cxvalue.vocabulary import EVERYBODY


def levers_section(results: StudyResults, tables: Tables) -> PageTable:
    """Return the value by lever.

    Parameters
    ----------
    results : StudyResults
        The results.
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    PageTable
        A row a lever and the total.
    """
    value = results.value
    total = value.per_customer.estimate
    rows = []
    for row in rows_of(tables["levers"]):
        if row["estimate"] == 0 and row["se"] == 0:
            rows.append((metric_name(row["lever"]), say("not valued"), NOTHING))
            continue
        share = format_share(row["estimate"] / total) if total else NOTHING
        rows.append((metric_name(row["lever"]), row_interval(row, currency=value.currency), share))
    rows.append((say("value"), format_interval(value.per_customer, currency=value.currency), format_share(1.0)))
    unit = say("{currency} {unit}", currency=value.currency, unit=unit_name(value.unit))
    head = (say("lever"), unit, say("share of the value"))
    return page_table(say("Parts of the value; they add up to it"), head, rows, file="levers")


def cash_flow_sections(results: StudyResults, tables: Tables) -> tuple[PageTable, PageTable]:
    """Return the cash flow of the whole move by quarter and by month.

    Parameters
    ----------
    results : StudyResults
        The results.
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    tuple of PageTable
        By quarter after the start, and by month.
    """
    table = tables["cash_flow"]
    levers = [name for name, part in results.value.levers if part.estimate != 0.0 or part.se > 0.0]
    summed = [*levers, "gross", "programme_cost", "net", "net_discounted"]
    quarter = ((table["month"] + 2) // 3).rename("quarter")
    by_quarter = table.groupby(quarter)[summed].sum()
    running = ["cumulative_discounted", "cumulative_discounted_ci_low", "cumulative_discounted_ci_high"]
    by_quarter[running] = table.groupby(quarter)[running].last()
    spans = table.groupby(quarter)["month"].agg(["min", "max"])
    names = [
        say("{month} (start)", month=0) if first == 0 else month_span(first, last)
        for first, last in spans.itertuples(index=False)
    ]
    names = [name + extrapolated_mark(results, last) for name, last in zip(names, spans["max"], strict=True)]
    months = [
        say("{month} ({calendar})", month=month, calendar=format_month(calendar)) + extrapolated_mark(results, month)
        for month, calendar in zip(table["month"], table["calendar_month"], strict=True)
    ]
    columns = [*summed, *running]
    money = say("{currency}, the whole move, not discounted unless named", currency=results.currency)
    return (
        flow_table(say("Cash flow by quarter ({money})", money=money), say("months"), names, by_quarter[columns]),
        flow_table(say("Cash flow by month ({money})", money=money), say("month"), months, table[columns]),
    )


def month_span(first: int, last: int) -> str:
    """Return which months a row adds up.

    Parameters
    ----------
    first, last : int
        Months after the start.

    Returns
    -------
    str
        Such as ``1–3``.
    """
    if first == last:
        return digits(first)
    return number_as("{first}–{last}", first=digits(first), last=digits(last))


def extrapolated_mark(results: StudyResults, month: int) -> str:
    """Return a mark for months beyond the follow-up.

    Parameters
    ----------
    results : StudyResults
        Knows the follow-up.
    month : int
        The last month of a row.

    Returns
    -------
    str
        Empty for months observed.
    """
    return f" {say('extrapolated')}" if month > results.horizon_months else ""


def flow_table(caption: str, first: str, names: list[str], table: pd.DataFrame) -> PageTable:
    """Return a cash flow.

    Parameters
    ----------
    caption : str
        What it shows.
    first : str
        What the rows are.
    names : list of str
        Names of the rows.
    table : pandas.DataFrame
        Amounts; the ends of an interval stand in columns of the same name and ``_ci_low`` or ``_ci_high``.

    Returns
    -------
    PageTable
        The table, an interval in the cell of its amount.
    """
    titles = {
        "gross": say("gross"),
        "programme_cost": say("programme cost"),
        "net": say("net"),
        "net_discounted": say("net, discounted"),
        "cumulative_discounted": say("cumulative, discounted"),
    }
    scale = float(table.abs().to_numpy().max())
    texts = {name: [format_money(amount, scale=scale) for amount in table[name]] for name in table.columns}
    for name in (each for each in WITH_INTERVAL if f"{each}_ci_low" in texts):
        ends = (texts.pop(f"{name}_ci_low"), texts.pop(f"{name}_ci_high"))
        texts[name] = [with_ends(*parts) for parts in zip(texts[name], *ends, strict=True)]
    rows = list(zip(names, *texts.values(), strict=True))
    return page_table(caption, (first, *(titles.get(n, metric_name(n)) for n in texts)), rows, file="cash_flow")


def segments_section(results: StudyResults, tables: Tables) -> PageTable:
    """Return the value by segment.

    Parameters
    ----------
    results : StudyResults
        The results.
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    PageTable
        A row a segment.
    """
    rows: list[tuple[str, ...]] = []
    for row in rows_of(tables["segments"]):
        gross = {"estimate": row["gross"], "ci_low": row["gross_ci_low"], "ci_high": row["gross_ci_high"]}
        rows.append((
            row["by"], row["group"], told(row["reason"]), format_count(row["active_customers"]),
            format_count(row["customers_moved"]), row_interval(row, currency=results.currency, estimate="per_customer"),
            shrunken_text(row, results.currency), row_interval(gross, currency=results.currency),
        ))  # fmt: skip
    head: tuple[str, ...] = (
        say("segment"),
        say("group"),
        say("note"),
        say("active customers"),
        say("moved"),
        unit_name(results.value.unit),
        say("drawn toward the whole"),
        say("whole move, gross"),
    )
    if not any(row[2] for row in rows):
        head, rows = head[:2] + head[3:], [row[:2] + row[3:] for row in rows]
    caption = say("Value of the same move within each segment, before any programme cost")
    return page_table(caption, head, rows, n_text=len(head) - 5, file="segments")


def shrunken_text(row: Json, currency: str) -> str:
    """Return a segment's value drawn toward the whole, and how far it was drawn.

    Parameters
    ----------
    row : dict
        A row of the table ``segments``.
    currency : str
        Of the money.

    Returns
    -------
    str
        Such as ``EUR 54.00 (42.4 %)``.
    """
    if row["shrunken"] is None:
        return NOTHING
    amount, share = format_money(row["shrunken"], currency), format_share(row["shrinkage"])
    return number_as("{amount} ({share})", amount=amount, share=share)


def segment_totals_section(tables: Tables, currency: str) -> PageTable:
    """Return the segments of each column added up, against the whole.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The report's tables.
    currency : str
        Of the money.

    Returns
    -------
    PageTable
        Three rows a column, of which the first two add up to the third.
    """
    names = {"segments": say("segments added up"), "difference": say("difference"), "whole": say("the whole")}
    rows: list[tuple[str, ...]] = []
    for row in rows_of(tables["segment_totals"]):
        gross = {"estimate": row["gross"], "ci_low": row["gross_ci_low"], "ci_high": row["gross_ci_high"]}
        customers = format_count(row["active_customers"])
        figure = row_interval(gross, currency=currency)
        rows.append((row["by"], names[row["line"]], told(row["reason"]), customers, figure))
    head = (say("segment"), say("line"), say("what it consists of"), say("active customers"), say("whole move, gross"))
    return page_table(say("Segments against the whole, before shrinkage"), head, rows, n_text=3, file="segment_totals")


def link_sections(tables: Tables, currency: str) -> tuple[Section, ...]:
    """Return the metrics ranked by the gap between the two bands: of everybody, then by segment.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The report's tables.
    currency : str
        Of money.

    Returns
    -------
    tuple of Section
        Everybody first; empty when links were not asked for.
    """
    table = tables["links"]
    return tuple(link_section(table[table["by"] == by], str(by), currency) for by in table["by"].unique())


def link_section(table: pd.DataFrame, by: str, currency: str) -> Section:
    """Return the ranked metrics of one partition.

    Parameters
    ----------
    table : pandas.DataFrame
        Its rows.
    by : str
        Its name.
    currency : str
        Of money.

    Returns
    -------
    Section
        A row a stratum and metric.
    """
    rows: list[tuple[str, ...]] = []
    for row in rows_of(table):
        groups = () if by == EVERYBODY else (group_name(by, row["group"]),)
        is_unvalued = row["status"] == "ok" and row["share_of_value"] is None
        rows.append((
            *groups, metric_name(row["metric"]), row_interval(row, estimate="gap"), gap_in_all(row, currency),
            say("not valued") if is_unvalued else format_share(row["share_of_value"]),
        ))  # fmt: skip
    heads = () if by == EVERYBODY else (metric_name(by),)
    head = (*heads, say("outcome"), say("gap in standard deviations"), say("gap in all"), say("share of the value"))
    caption = say("Gap between the two bands, adjusted, the widest first")
    return Section(by, page_table(caption, head, rows, n_text=1 + len(heads), file="links"))


def gap_in_all(row: Json, currency: str) -> str:
    """Return the gap of a metric over the whole horizon.

    Parameters
    ----------
    row : dict
        A row of the table ``links``.
    currency : str
        Of money.

    Returns
    -------
    str
        With its unit, none for counts.
    """
    total, unit = row["gap_total"], row["unit"]
    if unit == currency:
        return format_money(total, currency)
    return (
        say_count("{n} month", "{n} months", SEVERAL, n=format_number(total))
        if unit == "months"
        else format_number(total)
    )


def estimates_section(results: StudyResults, tables: Tables) -> PageTable:
    """Return the estimates beside the headline.

    Parameters
    ----------
    results : StudyResults
        The results.
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    PageTable
        A row an estimator, and the truth where it is known.
    """
    rows = []
    for row in rows_of(tables["estimates"]):
        what = say_list(told_plain(part) for part in (row["what"], row["span"], row["reason"]) if part)
        figure = row_interval(row, currency=results.currency)
        name = method_name(row["method"])
        names = {name: row[f"difference_{name}"] for name in ("estimate", "ci_low", "ci_high")}
        apart = row_interval(names, currency=results.currency)
        rows.append((name, what, format_count(row["n_episodes"]), figure, apart))
    truth = known_truth(results)
    if truth is not None:
        each = format_money(truth["per_customer"]["value"], results.currency)
        rows.append((say("truth"), say("of this simulated base, known by construction"), NOTHING, each, NOTHING))
    head = (
        say("estimate"),
        say("what it is"),
        say("episodes"),
        unit_name(results.value.unit),
        say("difference from the headline"),
    )
    return page_table(say("The same question asked in several ways"), head, rows, n_text=2, file="estimates")
