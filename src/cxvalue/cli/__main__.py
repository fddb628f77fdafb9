"""Run the command line as ``python -m cxvalue.cli``."""

import sys

from cxvalue.cli.app import main

sys.exit(main())
