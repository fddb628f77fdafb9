"""The key ``valuation`` of ``results.json``: what finance asks beside the headline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.report.disclosure import hide_in_text
from cxvalue.report.plain_values import Json, plain, records
from cxvalue.report.study_results import StudyResults

PARTS: Final = ("moves", "points", "sustained", "outlook", "sensitivity", "two_way", "cases", "reconciliation")


def valuation_dict(results: StudyResults, tables: Mapping[str, pd.DataFrame]) -> Json | None:
    """Return the key ``valuation``.

    Parameters
    ----------
    results : StudyResults
        The results.
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    dict or None
        The rows of each table, the reasons for what is not estimable, and the probabilistic run; None where the
        valuation was not asked for.
    """
    valuation = results.valuation
    if valuation is None:
        return None
    run, minimum = valuation.sensitivity.probabilistic, results.disclosure_min
    found: Json = {name: records(tables[name], tables[name].columns) for name in PARTS}
    found["not_estimable"] = {
        name: hide_in_text(part.reason, minimum)
        for name, part in (("sustained", valuation.sustained), ("outlook", valuation.outlook))
        if isinstance(part, NotEstimable)
    }
    rows = tables["probabilistic"]
    found["probabilistic"] = {
        "draws": run.draws,
        "figures": {
            row["figure"]: plain(row["estimate"]) for row in records(rows, rows.columns) if not row["cause"]
        },
        "shares_of_variance": [
            {"cause": row["cause"], "share": plain(row["estimate"])}
            for row in records(rows, rows.columns)
            if row["cause"]
        ],
    }  # fmt: skip
    return found
