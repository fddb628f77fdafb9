"""The command line: thin, one command a file."""

from cxvalue.cli.app import app, main

__all__ = ["app", "main"]
