"""What changed between two reports, figure by figure, and why."""

from cxvalue.report.changes.changes import Changes
from cxvalue.report.changes.compare_runs import compare_runs, with_changes
from cxvalue.report.changes.reported_run import ReportedRun, read_run, run_of

__all__ = ["Changes", "ReportedRun", "compare_runs", "read_run", "run_of", "with_changes"]
