"""How time and memory grow with the customers, in scans of the same files: ``python -m benchmarks.scale``."""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("psutil") is None:
    raise SystemExit('This benchmark needs psutil. In a clone: python -m pip install -e ".[bench]"')
