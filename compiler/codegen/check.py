"""Which declarations of a file cannot become C under their own names."""

from __future__ import annotations

import re

from ...dsl import ast
from ...dsl.diagnostics import Diagnostic, TxcError
from ...dsl.source import Source, Span
from .names import check_kernel_name


def check_names(file: ast.File, source: Source) -> list[Diagnostic]:
    """G501 for each kernel and instance whose name C does not allow, at the name."""
    found: list[Diagnostic] = []
    for declaration in file.declarations:
        if isinstance(declaration, ast.Kernel | ast.Instance):
            try:
                check_kernel_name(declaration.name)
            except TxcError as error:
                span = _name_span(declaration, source)
                found += [Diagnostic(d.code, d.message, span, d.hint) for d in error.diagnostics]
    return found


def _name_span(declaration: ast.Kernel | ast.Instance, source: Source) -> Span:
    start, end = declaration.span.start, declaration.span.end
    found = re.compile(rf"\b{declaration.name}\b").search(source.text, start, end)
    return Span(*found.span()) if found else declaration.span
