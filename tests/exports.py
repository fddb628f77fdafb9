"""Small exports with names and dirt of their own, simulated, for the tests of ``init``.

Each has 240 customers over 18 months from 2023-01. By a customer's number n: n divisible by 12 leaves after month
10 + n % 5; band and answer by n modulo 11; contacts where n + month is divisible by 5.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

N_CUSTOMERS, N_MONTHS = 240, 18
SCORES = (0, 2, 4, 6, 7, 8, 9, 10, 10, 5, 3)
WAVES = (3, 9)


def month_start(offset: int) -> date:
    """Return the first day of a month, counted from 2023-01."""
    return date(2023 + offset // 12, offset % 12 + 1, 1)


def last_month(n: int) -> int:
    """Return the last month in which a customer is there."""
    return 10 + n % 5 if n % 12 == 0 else N_MONTHS - 1


def active() -> list[tuple[int, int]]:
    """Return customers and months in which they are there."""
    return [(n, month) for n in range(N_CUSTOMERS) for month in range(last_month(n) + 1)]


def answers() -> list[tuple[int, date, int]]:
    """Return who answered when, and what."""
    return [
        (n, month_start(wave).replace(day=1 + n % 27), SCORES[(n + wave) % 11])
        for wave in WAVES
        for n in range(N_CUSTOMERS)
        if (n + wave) % 4 and last_month(n) >= wave
    ]


def german_export(folder: Path) -> Path:
    """Write an export in German: semicolons, dates with dots, one file a month, leaving as a date, a workbook."""
    folder.mkdir(parents=True, exist_ok=True)
    customers = pd.DataFrame(
        {
            "Kundennr": [10_000 + n for n in range(N_CUSTOMERS)],
            "Eröffnet am": [f"{1 + n % 28:02d}.{1 + n % 12:02d}.{2015 + n % 8}" for n in range(N_CUSTOMERS)],
            "Kündigung": [
                month_start(last_month(n)).strftime("15.%m.%Y") if n % 12 == 0 else "" for n in range(N_CUSTOMERS)
            ],
            "Sparte": [("Strom", "Gas", "Wärme")[n % 3] for n in range(N_CUSTOMERS)],
            "E-Mail": [f"kunde{n}@example.org" for n in range(N_CUSTOMERS)],
        }
    )
    customers.to_csv(folder / "Kundenstamm.csv", sep=";", index=False)
    for month in range(N_MONTHS):
        rows = pd.DataFrame(
            {
                "Kundennr": [10_000 + n for n, at in active() if at == month],
                "Monat": f"{month_start(month):%m/%Y}",
                "Nettoumsatz": [20.5 + n % 7 for n, at in active() if at == month],
                "Kosten": [1.25 * (n % 3) for n, at in active() if at == month],
                "Anrufe": [int((n + month) % 5 == 0) for n, at in active() if at == month],
            }
        )
        rows.to_csv(folder / f"Umsatz_{month_start(month):%Y%m}.csv", sep=";", index=False)
    survey = pd.DataFrame(
        [(10_000 + n, day, score, "per Mail") for n, day, score in answers()],
        columns=["Kundennr", "Datum der Antwort", "Weiterempfehlung", "Kanal"],
    )
    with pd.ExcelWriter(folder / "Umfrage.xlsx") as book:
        survey.to_excel(book, sheet_name="Antworten", index=False)
        pd.DataFrame({"Hinweis": ["vertraulich"]}).to_excel(book, sheet_name="Info", index=False)
    (folder / "LIESMICH.md").write_text("nur Text", encoding="utf-8")
    return folder


def hive_export(folder: Path) -> Path:
    """Write an export with hive folders by year: lost and repeated bills, a flag of activity, answers off the scale."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = [f"acc-{n:05d}" for n in range(N_CUSTOMERS)]
    party = {
        "party_key": ids,
        "region": [("north", "south")[n % 2] for n in range(N_CUSTOMERS)],
        "first_seen": ["2020-05-01"] * N_CUSTOMERS,
        "lifetime_value": [n * 1.5 for n in range(N_CUSTOMERS)],
        "list_price": [10.0 + n % 9 for n in range(N_CUSTOMERS)],
    }
    pd.DataFrame(party).to_parquet(folder / "dim_party.parquet")
    everyone = [(n, month) for n in range(N_CUSTOMERS) for month in range(N_MONTHS)]
    status = {
        "party_key": [ids[n] for n, _ in everyone],
        "yyyymm": [202301 + month % 12 + 100 * (month // 12) for _, month in everyone],
        "is_active": [int(month <= last_month(n)) for n, month in everyone],
    }
    write_by_year(folder / "fct_status", pd.DataFrame(status), [2023 + month // 12 for _, month in everyone])
    billed = [(n, month) for n, month in active() if (7 * n + month) % 97]  # about one row in a hundred is lost
    billed += billed[:20]
    bills = {
        "party_key": [ids[n] for n, _ in billed],
        "period_start": [month_start(month) for _, month in billed],
        "gross_billed": [30.0 + n % 5 for n, _ in billed],
        "net_billed": [25.0 + n % 5 for n, _ in billed],
        "vat": [5.0] * len(billed),
        "invoice_no": range(len(billed)),
    }
    write_by_year(folder / "fct_billing", pd.DataFrame(bills), [2023 + month // 12 for _, month in billed])
    tickets = [(ids[n], month_start(month), 1) for n, month in active() if (n + month) % 5 == 0]
    columns = ["party_key", "period_start", "tickets"]
    pd.DataFrame(tickets, columns=columns).to_parquet(folder / "fct_tickets.parquet")
    answered = [(ids[n], day.isoformat(), str(1 + score % 5)) for n, day, score in answers()]
    answered += [("acc-99999", "2023-04-02", "4"), (ids[3], "2023-10-05", "9"), (ids[7], "2023-10-06", "")]
    columns = ["party_key", "submitted_at", "csat"]
    pd.DataFrame(answered, columns=columns).to_csv(folder / "csat_responses.csv", index=False)
    sent = [(ids[n], month_start(wave).isoformat()) for wave in WAVES for n in range(N_CUSTOMERS)]
    pd.DataFrame(sent, columns=["party_key", "sent_on"]).to_csv(folder / "survey_invitations.csv", index=False)
    return folder


def write_by_year(folder: Path, table: pd.DataFrame, years: list[int]) -> None:
    """Write a table as a hive folder, one part a year."""
    for year, rows in table.groupby(years):
        part = folder / f"year={year}"
        part.mkdir(parents=True)
        rows.to_parquet(part / "part-0.parquet", index=False)


def shop_export(folder: Path) -> Path:
    """Write the export of a shop, American dates: several orders a month, and nobody seen to leave."""
    folder.mkdir(parents=True, exist_ok=True)
    orders = [
        (f"S{n:04d}", f"{month_start(month).replace(day=1 + (3 * n + k) % 28):%m/%d/%Y}", 12.5 + n % 4 + k)
        for n, month in active()
        if (n + month) % 3 == 0
        for k in range(1 + n % 2)
    ]
    pd.DataFrame(orders, columns=["shopper", "order date", "sales"]).to_csv(folder / "orders.csv", index=False)
    shoppers = [
        (f"S{n:04d}", f"{1 + n % 12:02d}/{1 + n % 28:02d}/2022", ("basic", "plus")[n % 2]) for n in range(N_CUSTOMERS)
    ]
    pd.DataFrame(shoppers, columns=["shopper", "signup", "tier"]).to_csv(folder / "shoppers.csv", index=False)
    answered = [(f"S{n:04d}", f"{day:%m/%d/%Y} 10:15 AM", score) for n, day, score in answers()]
    pd.DataFrame(answered, columns=["shopper", "answered", "nps_score"]).to_csv(folder / "nps.csv", index=False)
    return folder
