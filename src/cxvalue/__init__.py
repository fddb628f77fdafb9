"""What customer experience returns: adjusted, with its interval, and honest about what is not supported.

The public names stand in ``__init__.pyi``; each is loaded when it is first asked for, so that the command line answers
at once.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)

__version__ = "0.1.0"
