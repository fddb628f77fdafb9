"""Results → tables, figures, HTML. Computes no statistics."""

from cxvalue.report.study_results import StudyResults


def write_report(r, o): ...
def plot(r, ax=None): ...
