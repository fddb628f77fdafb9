from .plots import plot as plot
from .results_json import json_text as json_text, results_dict as results_dict
from .study_results import StudyResults as StudyResults
from .write import refuse_output as refuse_output, write_report as write_report
