"""txc: tensor expressions, compiled to C and tuned.

    import txc

    dense = txc.load("dense.tx")["dense"]
    f = dense(M=128).build()
    D = f(A, B, bias)

The names below are imported when first used: `import txc` alone costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .version import __version__

if TYPE_CHECKING:
    from .api import Kernel, Module, check, load, loads
    from .dsl.diagnostics import Diagnostic, TxcError

__all__ = ["Diagnostic", "Kernel", "Module", "TxcError", "__version__", "check", "load", "loads"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'txc' has no attribute '{name}'")
    if name in ("Diagnostic", "TxcError"):
        from .dsl import diagnostics as home
    else:
        from . import api as home
    return getattr(home, name)


def __dir__() -> list[str]:
    return sorted(__all__)
