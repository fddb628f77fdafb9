"""The command line: thin, one command a file."""

from cxvalue.cli.entry import main

__all__ = ["main"]
