"""Guessing: a folder of files becomes sections of a ``study.toml``, each with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from cxvalue.engine import Column, Engine, open_source
from cxvalue.errors import DataError
from cxvalue.tables.guess.active_months import monthly_keys, tell_active
from cxvalue.tables.guess.customer_ids import IdColumn, tell_ids
from cxvalue.tables.guess.customer_section import guess_customers
from cxvalue.tables.guess.dates import dates_of
from cxvalue.tables.guess.facts import TableFacts, read_facts
from cxvalue.tables.guess.file_groups import FileGroup, LeftOut, find_groups, relative
from cxvalue.tables.guess.gaps import Keys
from cxvalue.tables.guess.guess import Guess
from cxvalue.tables.guess.invitation_section import guess_invitations
from cxvalue.tables.guess.panel_columns import read_monthly
from cxvalue.tables.guess.panel_sections import guess_panels, with_revenue
from cxvalue.tables.guess.section_guess import SectionGuess
from cxvalue.tables.guess.survey_section import guess_survey

USUAL_HORIZON: Final = 24
DEFAULT_ACTIVE_MONTHS: Final = 12
LEAST_ANSWERS: Final = 0.05
"""A month counts as one of answering with so many answers, as a share of the busiest month's."""


def guess_folder(engine: Engine, folder: Path) -> Guess:
    """Return what a folder of files seems to hold.

    Parameters
    ----------
    engine : Engine
        Reads the files.
    folder : Path
        The folder.

    Returns
    -------
    Guess
        The guess; without sections where the folder holds no tables.
    """
    tables, left_out = read_tables(engine, folder)
    ids = tell_ids(engine, tables)
    answers = guess_survey(tables, ids)
    survey = answers[0] if answers is not None else None
    customers = guess_customers(engine, tables, ids, survey)
    taken = [found[0] for found in (answers, customers) if found is not None]
    invited = guess_invitations(engine, tables, ids, survey, besides=taken)
    taken += [invited[0]] if invited is not None else []
    monthly = [m for at, customer in ids.items() if at not in taken
               if (m := read_monthly(at, tables[at], customer)) is not None]  # fmt: skip
    keys = {table.at: monthly_keys(engine, table) for table in monthly}
    monthly = with_revenue([table for table in monthly if keys[table.at].n_keys], keys)
    besides = [at for at in (survey, invited[0] if invited is not None else None) if at is not None]
    active = tell_active(engine, tables, monthly, keys, ids=ids, besides=besides)
    panels = guess_panels(engine, monthly, keys, active)
    heads = [found[1] for found in (answers, customers, invited) if found is not None]
    own = active.section is not None and not any(told_by_itself(section, active.section) for section in panels)
    sections = [*heads, *((active.section,) if own and active.section is not None else ()), *panels]
    sections = [with_customer_reason(section, tables, ids) for section in sections]
    study: dict[str, object] = {"relationship": "noncontractual"} if active.by_purchases and panels else {}
    if answers is not None and keys:
        study |= months_of(engine, tables[answers[0]], answers[1], keys, by_purchases=active.by_purchases)
    unread = [f"{left.why}, so nothing of it is used" for left in left_out if left.is_unread]
    return Guess(
        tuple(sections), study, unused_columns(tables, sections), (*left_out, *unused_tables(tables, sections, ids)),
        (*unread, *(doubt for section in sections for doubt in section.unsure), *active.unsure,
         *decimal_commas(tables)),
        lacking(sections),
    )  # fmt: skip


def read_tables(engine: Engine, folder: Path) -> tuple[list[TableFacts], list[LeftOut]]:
    """Return what the tables of a folder hold, and the files that are none.

    Parameters
    ----------
    engine : Engine
        Reads them.
    folder : Path
        The folder.

    Returns
    -------
    tuple of list of TableFacts and list of LeftOut
        Tables with at least two columns and a row.
    """
    groups, passed = find_groups(folder)
    tables: list[TableFacts] = []
    left_out = list(passed)
    for group in (part for whole in groups for part in agreeing(engine, whole, folder)):
        try:
            source = open_source(group.path, table=group.label, folder=folder, database_table=group.table)
            if len(engine.describe(source)) < 2:
                left_out.append(LeftOut(group.label, "less than two columns"))
                continue
            table = read_facts(engine, group, source, f"guess_{len(tables)}")
        except DataError as error:
            left_out.append(LeftOut(group.label, error.what, is_unread=True))
            continue
        if table.n_rows:
            tables.append(table)
        else:
            left_out.append(LeftOut(group.label, "no rows"))
    return tables, left_out


def agreeing(engine: Engine, group: FileGroup, folder: Path) -> list[FileGroup]:
    """Return files of like names together where their columns agree, else one by one.

    Parameters
    ----------
    engine : Engine
        Reads the names of columns.
    group : FileGroup
        The files.
    folder : Path
        The folder of the study.

    Returns
    -------
    list of FileGroup
        The group itself, or one for each file. The first, middle and last file are compared.
    """
    if "*" not in group.path:
        return [group]
    files = [relative(file, folder) for file in sorted(folder.glob(group.path))]
    looked_at = {files[0], files[len(files) // 2], files[-1]}
    try:
        names = {tuple(sorted(engine.describe(open_source(file, table=group.label, folder=folder))))
                 for file in looked_at}  # fmt: skip
    except DataError:
        names = set()
    return [group] if len(names) == 1 else [FileGroup(file) for file in files]


def told_by_itself(panel: SectionGuess, retention: SectionGuess) -> bool:
    """Return whether a wide table says itself who was there, so that no retention panel is needed.

    Parameters
    ----------
    panel, retention : SectionGuess
        A section of a monthly table, and that of the retention panel.

    Returns
    -------
    bool
        True where both are the same table.
    """
    return panel.section == "panel" and panel.group == retention.group


def with_customer_reason(
    section: SectionGuess, tables: Sequence[TableFacts], ids: Mapping[int, IdColumn]
) -> SectionGuess:
    """Return a section with the reason for its customer column.

    Parameters
    ----------
    section : SectionGuess
        The section.
    tables : sequence of TableFacts
        The tables.
    ids : mapping of int to IdColumn
        Their customer columns.

    Returns
    -------
    SectionGuess
        The section.
    """
    at = next(at for at, table in enumerate(tables) if table.group == section.group)
    customer = ids[at]
    reason = f"{customer.n_ids:,} different"
    if customer.shared_with:
        reason += f", {customer.share:.1%} of them in {customer.shared_with}"
    return replace(section, reasons={**section.reasons, section.columns["customer_id"]: reason})


def months_of(
    engine: Engine, table: TableFacts, section: SectionGuess, keys: Mapping[int, Keys], *, by_purchases: bool
) -> dict[str, object]:
    """Return the months of follow-up that the data hold, up to the usual 24, and those that tell who buys.

    Parameters
    ----------
    engine : Engine
        Reads the months of the answers.
    table : TableFacts
        The table of answers.
    section : SectionGuess
        Its section.
    keys : mapping of int to Keys
        The panels' customer-months.
    by_purchases : bool
        Whether leaving is not seen: then the months before the first answers have to tell who was a customer.

    Returns
    -------
    dict
        ``horizon_months`` and, where the usual 12 do not fit before the first answers, ``active_months``.
    """
    view = f"{table.view}_dates"
    date_format = section.keys.get("date_format")
    engine.register(view, table.source, [Column("d", section.columns["survey_date"], "date", date_format)])
    rows = engine.query(
        f"SELECT m, count(*) AS n FROM (SELECT extract(year FROM d) * 12 + extract(month FROM d) - 1 AS m "
        f"FROM {view} WHERE d IS NOT NULL) x GROUP BY m ORDER BY m"
    ).to_pylist()
    most = max((row["n"] for row in rows), default=0)
    first = next((int(row["m"]) for row in rows if row["n"] >= LEAST_ANSWERS * most), None)
    if first is None:
        return {}
    after, before = min(panel.last for panel in keys.values()) - first, first - min(k.first for k in keys.values()) + 1
    found: dict[str, object] = {"horizon_months": min(after, USUAL_HORIZON)} if after >= 1 else {}
    return found | ({"active_months": before} if by_purchases and 1 <= before < DEFAULT_ACTIVE_MONTHS else {})


def unused_columns(tables: Sequence[TableFacts], sections: Sequence[SectionGuess]) -> tuple[tuple[str, str], ...]:
    """Return the columns of the tables in use that no section uses.

    Parameters
    ----------
    tables : sequence of TableFacts
        The tables.
    sections : sequence of SectionGuess
        The sections.

    Returns
    -------
    tuple of tuple of str
        Table and column.
    """
    found: list[tuple[str, str]] = []
    for table in tables:
        own = [section for section in sections if section.group == table.group]
        used = {name for section in own for name in section.uses()}
        found += [(table.group.label, column.name) for column in table.columns if own and column.name not in used]
    return tuple(found)


def unused_tables(
    tables: Sequence[TableFacts], sections: Sequence[SectionGuess], ids: Mapping[int, IdColumn]
) -> list[LeftOut]:
    """Return the tables that no section uses.

    Parameters
    ----------
    tables : sequence of TableFacts
        The tables.
    sections : sequence of SectionGuess
        The sections.
    ids : mapping of int to IdColumn
        The customer columns.

    Returns
    -------
    list of LeftOut
        With the reason.
    """
    used = {section.group for section in sections}
    found = []
    for at, table in enumerate(tables):
        if table.group in used:
            continue
        why = "none of its columns names the customers of the other tables"
        if at in ids:
            dated = dates_of(table) or any(column.is_month for column in table.columns)
            why = "no numbers by customer and month" if dated else "customers, but neither months nor dates"
        found.append(LeftOut(table.group.label, why))
    return found


def decimal_commas(tables: Sequence[TableFacts]) -> tuple[str, ...]:
    """Return the columns whose numbers are written with a comma, which the library does not read.

    Parameters
    ----------
    tables : sequence of TableFacts
        The tables.

    Returns
    -------
    tuple of str
        A sentence each.
    """
    return tuple(
        f"{table.group.label}: '{column.name}' writes numbers with a decimal comma; export them with a point"
        for table in tables
        for column in table.columns
        if column.n_decimal_comma and not column.is_number and not column.is_date
        and column.mostly(column.n_decimal_comma + column.n_number)
    )  # fmt: skip


def lacking(sections: Sequence[SectionGuess]) -> tuple[str, ...]:
    """Return what a study needs and the sections do not hold.

    Parameters
    ----------
    sections : sequence of SectionGuess
        The sections.

    Returns
    -------
    tuple of str
        A sentence each.
    """
    names = {section.section for section in sections}
    found = []
    if "surveys" not in names:
        found.append("answers: a table with a customer, a date and a score")
    if "customers" not in names:
        found.append("customers: a table with one row a customer")
    if not any(name == "panel" or (name.startswith("panels.") and name != "panels.retention") for name in names):
        found.append("what happened: a table with customer, month and a number such as revenue")
    return tuple(found)
