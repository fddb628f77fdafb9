"""Time, ratio to the scan and peak memory of ``cxvalue report --only value`` on big bases.

python -m benchmarks.scale --customers 100000                       # stages, ratio to the scan, peak memory
python -m benchmarks.scale --customers 100000 1000000 --check       # leaves with 1 when a promise is missed
python -m benchmarks.scale --customers 1000000 --order shuffled --layout many
python -m benchmarks.scale --customers 20000 --keep FOLDER --write  # only write the base, and say where
python -m benchmarks.scale --page                                   # the tables and figures of the docs, again
"""

from __future__ import annotations

import sys

from benchmarks.scale.command import main

sys.exit(main(sys.argv[1:]))
