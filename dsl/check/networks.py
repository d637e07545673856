"""Networks: kernels applied to tensors, with shapes and types that fit."""

from __future__ import annotations

from dataclasses import dataclass

from .. import ast
from ..diagnostics import Report, did_you_mean
from ..dtypes import DTYPES
from ..record import record
from ..source import Span
from . import sizes
from .declarations import Callee, bind_sizes, callees, check_at, unknown_kernel
from .scope import Extent, Scope, check_output, declare


@record
class Kind:
    """What flows between calls: a tensor's type and shape."""

    dtype: str
    shape: tuple[Extent, ...]

    def __str__(self) -> str:
        return (
            f"{self.dtype}[{ast.commas('?' if n is None else n for n in self.shape)}]"
            if self.shape
            else self.dtype
        )

    def fits(self, other: Kind) -> bool:
        """Whether one can stand for the other, as far as both are known."""
        return (
            self.dtype == other.dtype
            and len(self.shape) == len(other.shape)
            and all(
                a == b
                for a, b in zip(self.shape, other.shape, strict=True)
                if a is not None and b is not None
            )
        )


@dataclass
class Values:
    """The tensors of a network so far: inputs and the results of calls. None is one that is wrong."""

    report: Report
    kinds: dict[str, Kind | None]
    spans: dict[str, Span]

    def define(self, name: str, kind: Kind | None, span: Span) -> None:
        """Add a tensor, once."""
        if name in self.spans:
            self.report.error(
                "T102",
                f"'{name}' is declared twice",
                span,
                notes=[(self.spans[name], "first here")],
                hint="rename one of them",
            )
            return
        self.kinds[name], self.spans[name] = kind, span


def check_network(network: ast.Network, file: ast.File, report: Report) -> None:
    """Check the calls of a network in order, then that each of its outputs is one of their results."""
    own = Report(report.source)
    _check_values(network, file, own)
    report.diagnostics.extend(d for d in own.diagnostics if d not in report.diagnostics)


def _check_values(network: ast.Network, file: ast.File, report: Report) -> None:
    values = Values(report, {}, {})
    for param in network.params:
        values.define(param.name, _declared(param, Scope(report)), param.span)
    for call in network.calls:
        _check_call(call, file, values)
    for result in network.results:
        _check_result(result, values, report)
    if report.failed:
        return
    used = {name for call in network.calls for name in call.args} | {
        r.name for r in network.results
    }
    for name, span in values.spans.items():
        if name not in used:
            report.warning(
                "T111", f"the tensor '{name}' is not used", span, hint="use it or remove it"
            )


def _declared(param: ast.Param, scope: Scope) -> Kind:
    return Kind(param.dtype, sizes.shape(param, scope, DTYPES[param.dtype]))


def _check_result(result: ast.Param, values: Values, report: Report) -> None:
    check_output(result, report)
    wanted = _declared(result, Scope(report))
    if result.name not in values.kinds:
        report.error(
            "T105",
            f"the output '{result.name}' is never defined",
            result.span,
            hint=f"add a call: {result.name} = …",
        )
        return
    found = values.kinds[result.name]
    if found is not None and not found.fits(wanted):
        report.error(
            "T316",
            f"'{result.name}' is declared {wanted}, but it is {found}",
            result.span,
            notes=[(values.spans[result.name], "defined here")],
            hint=f"declare {result.name}: {found}",
        )


def _check_call(call: ast.KernelCall, file: ast.File, values: Values) -> None:
    args = [_argument(name, call, values) for name in call.args]
    callee = callees(file).get(call.kernel)
    if callee is None:
        unknown_kernel(call.kernel, call.span, list(callees(file)), values.report)
        results: list[Kind] = []
    else:
        results = _apply(call, callee, args, values.report)
    for position, name in enumerate(call.results):
        values.define(name, results[position] if position < len(results) else None, call.span)


def _apply(
    call: ast.KernelCall, callee: Callee, args: list[Kind | None], report: Report
) -> list[Kind]:
    """Check a call against its kernel's signature at the call's sizes; what it gives."""
    kernel = callee.kernel
    given = bind_sizes(kernel, (*_others(callee.binds, call.binds), *call.binds), report)
    missing = [s.name for s in kernel.sizes if s.default is None and s.name not in given]
    if missing:
        report.error(
            "T305",
            f"kernel '{call.kernel}' needs a value for {ast.commas(missing)}",
            call.span,
            hint=f"write {call.kernel}[{ast.commas(f'{m} = 64' for m in missing)}](…)",
        )
    else:
        check_at(kernel, given, {}, (call.span, "at the sizes of this call"), report)
    params, results = _signature(kernel, given)
    _check_arguments(call, args, kernel.params, params, report)
    if len(call.results) != len(results):
        report.error(
            "T118",
            f"'{call.kernel}' gives {len(results)} results, but {len(call.results)} are named",
            call.span,
            hint=f"name {ast.commas(r.name for r in kernel.results)}",
        )
    return results


def _others(binds: tuple[ast.Bind, ...], over: tuple[ast.Bind, ...]) -> tuple[ast.Bind, ...]:
    names = {bind.name for bind in over}
    return tuple(bind for bind in binds if bind.name not in names)


def _argument(name: str, call: ast.KernelCall, values: Values) -> Kind | None:
    if name not in values.kinds:
        values.report.error(
            "T101",
            f"'{name}' is not defined",
            call.span,
            hint=did_you_mean(name, values.kinds) or "a tensor is defined above where it is used",
        )
    return values.kinds.get(name)


def _signature(kernel: ast.Kernel, given: dict[str, int]) -> tuple[list[Kind], list[Kind]]:
    """The kinds of a kernel's parameters and results. What is wrong inside it is its own check's to say."""
    scope = declare(kernel, Report())
    sizes.bind(kernel, given, scope)
    params = [_declared(p, scope) for p in kernel.params]
    return params, [_declared(r, scope) for r in kernel.results]


def _check_arguments(
    call: ast.KernelCall,
    args: list[Kind | None],
    params: tuple[ast.Param, ...],
    wanted: list[Kind],
    report: Report,
) -> None:
    if len(args) != len(wanted):
        report.error(
            "T118",
            f"'{call.kernel}' takes {len(wanted)} arguments, but there are {len(args)}",
            call.span,
            hint=f"it takes {ast.commas(p.name for p in params)}",
        )
        return
    for name, found, param, kind in zip(call.args, args, params, wanted, strict=True):
        if found is not None and not found.fits(kind):
            report.error(
                "T316",
                f"'{name}' is {found}, but '{param.name}' of '{call.kernel}' is {kind}",
                call.span,
                hint="give sizes under which they are the same, or another tensor",
            )
