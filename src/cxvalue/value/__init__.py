"""What a move is worth: economics, shifts, levers, cash flow, estimates beside the headline, the verdict.

The names stand in ``__init__.pyi``; each is loaded when it is first asked for.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
