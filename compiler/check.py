"""Everything that can be said about a source without building it; imports only what its declarations need."""

from __future__ import annotations

from collections.abc import Mapping

from ..dsl import ast
from ..dsl.check.files import check_file
from ..dsl.diagnostics import Diagnostic, TxcError
from ..dsl.parser import parse
from ..dsl.source import Source


def check(source: Source, sizes: Mapping[str, int] | None = None) -> list[Diagnostic]:
    """Every error, warning and note about a source, in the order of the text; `sizes` override defaults.

    Never raises TxcError.
    """
    try:
        file = parse(source)
    except TxcError as error:
        return list(error.diagnostics)
    found = check_file(file, source, sizes or {})
    if any(isinstance(d, ast.Schedule | ast.Intrinsic) for d in file.declarations):
        from .schedule.check import check_schedules
        from .schedule.select import check_ranks

        found = [*found, *check_ranks(file, source), *check_schedules(file, source, sizes or {})]
    return sorted(found, key=lambda d: d.span)
