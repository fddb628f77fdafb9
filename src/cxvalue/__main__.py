"""``python -m cxvalue``: the command line of the interpreter at hand, where its scripts are not on the path."""

from __future__ import annotations

import sys

from cxvalue.cli import main

if __name__ == "__main__":
    sys.exit(main())
