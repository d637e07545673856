"""The Python interface: `txc.load("dense.tx")["dense"]` is a kernel to check, tune, build and call.

    import txc

    dense = txc.load("dense.tx")["dense"]
    dense.tune(trials=100)
    f = dense(M=128).build()
    D = f(A, B, bias)

Everything raises `txc.TxcError` for what is wrong with an input. Importing this is quick: numpy and the
compiler come with the first method that needs them.
"""

from __future__ import annotations

from collections.abc import Mapping

from .compiler.schedule.select import check_ranks
from .dsl.check.files import check_file
from .dsl.diagnostics import Diagnostic, TxcError
from .dsl.parser import parse
from .dsl.source import Source


def check(source: Source, sizes: Mapping[str, int] | None = None) -> list[Diagnostic]:
    """Every error, warning and note about a source, in the order of the text; `sizes` override defaults.

    Schedules are checked only where the kernels have no error. Never raises TxcError.
    """
    try:
        file = parse(source)
    except TxcError as error:
        return list(error.diagnostics)
    found = [*check_file(file, source, sizes or {}), *check_ranks(file, source)]
    return sorted(found, key=lambda d: d.span)
