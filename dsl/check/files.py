"""Whole files: every declaration checked, and one kernel or instance of it made ready for the compiler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .. import ast, typed
from ..diagnostics import Diagnostic, Report, did_you_mean
from ..source import Source, Span
from .declarations import (
    Callee,
    callees,
    check_duplicates,
    check_instance,
    check_schedule,
    instance_sizes,
)
from .intrinsics import check_intrinsic, intrinsics_of
from .kernels import check_kernel
from .networks import check_network


def kernel_names(file: ast.File) -> tuple[str, ...]:
    """The kernels and instances of a file, in its order: what can be built."""
    return tuple(callees(file))


def check_file(file: ast.File, source: Source, sizes: Mapping[str, int] = {}) -> list[Diagnostic]:
    """Every error, warning and note for every declaration of a file, in the order of the text.

    `sizes` override defaults and instances wherever a kernel has a size of that name.
    """
    report = Report(source)
    check_duplicates(file, report)
    _check_given(file, sizes, report)
    for declaration in file.declarations:
        _check_declaration(declaration, file, sizes, report)
    return sorted(report.diagnostics, key=lambda d: d.span)


def _check_declaration(
    declaration: ast.Declaration, file: ast.File, sizes: Mapping[str, int], report: Report
) -> None:
    match declaration:
        case ast.Kernel():
            check_kernel(declaration, sizes, report)
        case ast.Instance():
            check_instance(declaration, file, sizes, report)
        case ast.Schedule():
            check_schedule(declaration, file, report)
        case ast.Intrinsic():
            check_intrinsic(declaration, report)
        case ast.Network():
            check_network(declaration, file, report)


def elaborate(
    file: ast.File, name: str, sizes: Mapping[str, int] = {}, source: Source | None = None
) -> typed.Kernel:
    """The typed form of a kernel or instance; raises `TxcError` with everything wrong about it."""
    report = Report(source)
    callee = _callee(file, name, report)
    report.finish()
    assert callee is not None
    given = {**instance_sizes(callee, report), **sizes}
    _known_sizes(callee.kernel, sizes, report)
    _all_given(callee.kernel, given, report)
    report.finish()
    kernel = check_kernel(callee.kernel, given, report, name)
    report.finish()
    assert kernel is not None, "a kernel without errors has a typed form"
    return replace(kernel, intrinsics=intrinsics_of(file))


def _callee(file: ast.File, name: str, report: Report) -> Callee | None:
    known = callees(file)
    if name not in known:
        other = next(
            (
                d
                for d in file.declarations
                if isinstance(d, ast.Network | ast.Intrinsic) and d.name == name
            ),
            None,
        )
        if other is not None:
            what = "a network" if isinstance(other, ast.Network) else "an intrinsic"
            report.error(
                "T113",
                f"'{name}' is {what}, and building those is not available yet",
                other.span,
                hint="build its kernels one by one",
            )
        else:
            report.error(
                "T113",
                f"there is no kernel '{name}' in this file",
                hint=did_you_mean(name, known) or f"it has: {', '.join(known) or 'no kernels'}",
            )
    return known.get(name)


def _check_given(file: ast.File, sizes: Mapping[str, int], report: Report) -> None:
    known = {size.name for d in file.declarations if isinstance(d, ast.Kernel) for size in d.sizes}
    for name in sizes:
        if name not in known:
            report.error(
                "T115",
                f"no kernel of this file has a size '{name}'",
                hint=did_you_mean(name, known),
            )


def _known_sizes(kernel: ast.Kernel, sizes: Mapping[str, int], report: Report) -> None:
    known = [size.name for size in kernel.sizes]
    for name in sizes:
        if name not in known:
            report.error(
                "T115",
                f"kernel '{kernel.name}' has no size '{name}'",
                kernel.span,
                hint=did_you_mean(name, known) or f"its sizes are {', '.join(known) or 'none'}",
            )


def _all_given(kernel: ast.Kernel, given: Mapping[str, int], report: Report) -> None:
    missing = [size for size in kernel.sizes if size.default is None and size.name not in given]
    if missing:
        names = ", ".join(f"'{size.name}'" for size in missing)
        span: Span = missing[0].span
        report.error(
            "T305",
            f"kernel '{kernel.name}' needs a value for {names}",
            span,
            hint=f"give {' '.join(f'-D {size.name}=64' for size in missing)}, a default, or an instance",
        )
