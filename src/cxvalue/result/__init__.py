"""What every result can do in a notebook: print itself, show itself as a table, draw itself."""

from cxvalue.result.brief import Brief
from cxvalue.result.figure_text import count_text, figure_text, interval_text
from cxvalue.result.html_table import html_table
from cxvalue.result.result import Drawable, Result, TableResult

__all__ = [
    "Brief",
    "Drawable",
    "Result",
    "TableResult",
    "count_text",
    "figure_text",
    "html_table",
    "interval_text",
]
