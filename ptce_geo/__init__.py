"""Map and measure the pôles territoriaux de coopération économique (PTCE) of France.

The public names are those of ``__init__.pyi``; each is loaded when it is first asked for.
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
