"""``workbook.xlsx``: the value as a model whose inputs can be changed."""

from cxvalue.report.workbook.book import workbook_bytes

__all__ = ["workbook_bytes"]
