"""Results → tables, figures, HTML. Computes no statistics."""

from cxvalue.report.plots import plot
from cxvalue.report.results_json import json_text, results_dict
from cxvalue.report.study_results import StudyResults
from cxvalue.report.write import refuse_output, write_report

__all__ = ["StudyResults", "json_text", "plot", "refuse_output", "results_dict", "write_report"]
