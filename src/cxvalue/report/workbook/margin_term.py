"""What the workbook multiplies revenue by, as formulas write it."""

from __future__ import annotations

from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.input_rows import FACTOR


def margin_term(model: BookModel) -> str:
    """Return what the margin's metric is multiplied by, as a formula.

    Parameters
    ----------
    model : BookModel
        The model, with a metric that the margin multiplies.

    Returns
    -------
    str
        Without an equals sign.
    """
    if model.margin_by_month is None:
        return margin_name(model)
    return f"{margin_name(model)}*INDEX(gross_margin_by_month,{{month}})"


def margin_name(model: BookModel) -> str:
    """Return the name of the cell that scales the margin's metric.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    str
        The margin, or the factor on the margins by month or segment.
    """
    return "gross_margin" if isinstance(model.economics.gross_margin, float | int) else FACTOR
