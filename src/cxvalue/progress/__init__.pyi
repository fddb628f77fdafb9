from .progress_bar import ProgressBar as ProgressBar
from .protocol import Progress as Progress, counted as counted, silent as silent
