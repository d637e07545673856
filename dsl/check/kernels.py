"""One kernel, whole: names, sizes, types, ranges, bounds; and the typed kernel where all is well."""

from __future__ import annotations

from collections.abc import Mapping

from .. import ast, typed
from ..diagnostics import Report
from . import bounds, sizes
from .expressions import Expressions
from .order import in_order
from .scope import Scope, declare
from .stages import check_stage
from .unused import warn_unused


def check_kernel(
    kernel: ast.Kernel, given: Mapping[str, int], report: Report, name: str = ""
) -> typed.Kernel | None:
    """Check a kernel at the given sizes; its typed form under `name`, or None with errors or open sizes."""
    own = Report(report.source)
    scope = declare(kernel, own)
    sizes.bind(kernel, given, scope)
    for param in (*kernel.params, *kernel.results):
        tensor = scope.tensors.get(param.name)
        if tensor is not None and tensor.declared is param:
            tensor.shape = sizes.shape(param, scope, tensor.dtype)
    checker = Expressions(scope)
    stages = [check_stage(stage, checker) for stage in in_order(scope)]
    if scope.open:
        _say_open(kernel, scope)
    else:
        for obligation in checker.obligations:
            bounds.prove(obligation, own)
    if not own.failed:
        warn_unused(kernel, own)
    report.diagnostics.extend(d for d in own.diagnostics if d not in report.diagnostics)
    known = tuple(stage for stage in stages if stage is not None)
    if own.failed or scope.open or len(known) < len(stages):
        return None
    return _typed(kernel, name or kernel.name, scope, known)


def _typed(
    kernel: ast.Kernel, name: str, scope: Scope, stages: tuple[typed.Stage, ...]
) -> typed.Kernel:
    values = tuple((s.name, scope.sizes[s.name] or 0) for s in kernel.sizes)
    inputs, outputs = (
        [_tensor(p, scope) for p in params] for params in (kernel.params, kernel.results)
    )
    return typed.Kernel(
        name, kernel.name, values, tuple(inputs), tuple(outputs), stages, kernel.doc
    )


def _tensor(param: ast.Param, scope: Scope) -> typed.Tensor:
    tensor = scope.tensors[param.name]
    assert tensor.dtype is not None
    return typed.Tensor(param.name, tensor.dtype, tuple(n or 0 for n in tensor.shape), param.const)


def _say_open(kernel: ast.Kernel, scope: Scope) -> None:
    names = ", ".join(f"'{name}'" for name in scope.open)
    give = " ".join(f"-D {name}=64" for name in scope.open)
    scope.report.note(
        "T313",
        f"kernel '{kernel.name}' has no value for {names}: the proof that every read is inside "
        "its tensor waits for one",
        scope.spans[scope.open[0]],
        hint=f"give {give}, a default, or an instance",
    )
