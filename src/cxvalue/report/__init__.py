"""Results → tables, figures, HTML. Computes no statistics.

The names stand in ``__init__.pyi``; each is loaded when it is first asked for.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
