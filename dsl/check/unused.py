"""Warnings about names that nothing uses."""

from __future__ import annotations

from collections import Counter

from .. import ast
from ..diagnostics import Report
from ..source import Span
from .scope import names_in


def warn_unused(kernel: ast.Kernel, report: Report) -> None:
    """Warn of every size, constant, tensor and index that is not used.

    The axes of an output are never unused: its declared shape asks for them.
    """
    used = Counter(names_in(kernel))
    outputs = {result.name for result in kernel.results}
    for size in kernel.sizes:
        _warn(used, size.name, "size", size.span, report)
    for param in kernel.params:
        _warn(used, param.name, "input", param.span, report)
    for item in kernel.body:
        if isinstance(item, ast.Let):
            _warn(used, item.name, "constant", item.span, report)
        elif item.name not in outputs:
            _warn(used, item.name, "stage", item.span, report)
            _warn_axes(item.axes, item.value, report)
    for reduce in (node for node in ast.walk(kernel) if isinstance(node, ast.Reduce)):
        _warn_axes(reduce.axes, reduce.body, report)


def _warn_axes(axes: tuple[ast.Axis, ...], body: ast.Expr, report: Report) -> None:
    used = Counter(names_in(body))
    for axis in axes:
        _warn(used, axis.name, "index", axis.span, report)


def _warn(used: Counter[str], name: str, what: str, span: Span, report: Report) -> None:
    if not used[name]:
        report.warning("T111", f"the {what} '{name}' is not used", span, hint="use it or remove it")
