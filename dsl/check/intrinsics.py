"""Intrinsics: the body is a kernel's, over fixed shapes, in which `+=` adds to an operand."""

from __future__ import annotations

import re

from .. import ast
from ..diagnostics import Report, did_you_mean
from .kernels import check_kernel

OPERAND = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")


def check_intrinsic(intrinsic: ast.Intrinsic, report: Report) -> None:
    """Check the body, whose outputs are the operands it defines, and the operands that the texts name."""
    defined = {item.name for item in intrinsic.body if isinstance(item, ast.Stage)}
    inputs = tuple(p for p in intrinsic.params if p.name not in defined)
    outputs = tuple(p for p in intrinsic.params if p.name in defined)
    kernel = ast.Kernel(intrinsic.name, (), inputs, outputs, intrinsic.body, span=intrinsic.span)
    check_kernel(kernel, {}, report)
    known = [p.name for p in intrinsic.params]
    for emit in intrinsic.emits:
        for name in dict.fromkeys(OPERAND.findall(emit.text)):
            if name not in known:
                report.error(
                    "T101",
                    f"'${name}' names no operand of '{intrinsic.name}'",
                    emit.span,
                    hint=did_you_mean(name, known) or f"its operands are {', '.join(known)}",
                )
