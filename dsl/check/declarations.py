"""Declarations that refer to kernels: instances and schedules, and the sizes they bind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .. import ast
from ..diagnostics import Report, did_you_mean
from ..record import record
from ..source import Span
from .kernels import check_kernel
from .sizes import evaluate


@record
class Callee:
    """A kernel by one of its names: its own, or an instance's with the sizes that binds."""

    name: str
    kernel: ast.Kernel
    binds: tuple[ast.Bind, ...] = ()


def callees(file: ast.File) -> dict[str, Callee]:
    """Kernels and well-named instances of a file, by name, the first of each name."""
    found: dict[str, Callee] = {}
    for declaration in file.declarations:
        match declaration:
            case ast.Kernel(name=name):
                found.setdefault(name, Callee(name, declaration))
            case ast.Instance(name=name):
                kernel = file.kernel(declaration.kernel)
                if kernel is not None:
                    found.setdefault(name, Callee(name, kernel, declaration.binds))
            case _:
                pass
    return found


def instance_sizes(callee: Callee, report: Report) -> dict[str, int]:
    """The sizes that a callee binds by its name; what is wrong with them is reported."""
    return bind_sizes(callee.kernel, callee.binds, report)


def bind_sizes(kernel: ast.Kernel, binds: tuple[ast.Bind, ...], report: Report) -> dict[str, int]:
    """The values of size binds, each a known size given once."""
    known = [size.name for size in kernel.sizes]
    seen: dict[str, Span] = {}
    values: dict[str, int] = {}
    for bind in binds:
        if bind.name not in known:
            report.error(
                "T115",
                f"kernel '{kernel.name}' has no size '{bind.name}'",
                bind.span,
                hint=did_you_mean(bind.name, known)
                or f"its sizes are {', '.join(known) or 'none'}",
            )
            continue
        if bind.name in seen:
            report.error(
                "T115",
                f"the size '{bind.name}' is given twice",
                bind.span,
                notes=[(seen[bind.name], "first here")],
                hint="give it once",
            )
            continue
        seen[bind.name] = bind.span
        named = next((n for n in ast.walk(bind.value) if isinstance(n, ast.Name)), None)
        if named is not None:
            report.error(
                "T301",
                f"'{bind}' gives no number: '{named}' has no value here",
                bind.value.span,
                hint=f"write an integer: {bind.name} = 64",
            )
            continue
        value = evaluate(bind.value, {}, report)
        if value is not None:
            values[bind.name] = value
    return values


def check_duplicates(file: ast.File, report: Report) -> None:
    """Report declarations of the same name; schedules have none of their own."""
    seen: dict[str, Span] = {}
    for declaration in file.declarations:
        if isinstance(declaration, ast.Schedule):
            continue
        if declaration.name in seen:
            report.error(
                "T114",
                f"'{declaration.name}' is declared twice in this file",
                declaration.span,
                notes=[(seen[declaration.name], "first here")],
                hint="rename one of them",
            )
        seen.setdefault(declaration.name, declaration.span)


def check_instance(
    instance: ast.Instance, file: ast.File, sizes: Mapping[str, int], report: Report
) -> None:
    """Check an instance, and its kernel at its sizes."""
    kernel = file.kernel(instance.kernel)
    if kernel is None:
        unknown_kernel(instance.kernel, instance.span, [k.name for k in _kernels(file)], report)
        return
    given = {**bind_sizes(kernel, instance.binds, report), **sizes}
    check_at(kernel, given, sizes, (instance.span, f"at the sizes of '{instance.name}'"), report)


def check_at(
    kernel: ast.Kernel,
    given: Mapping[str, int],
    alone: Mapping[str, int],
    origin: tuple[Span, str],
    report: Report,
) -> None:
    """Check a kernel at the sizes that another declaration gives it.

    What it is told anyway, at the sizes it has `alone`, is not repeated; the rest notes the origin.
    """
    first, here = Report(report.source), Report(report.source)
    check_kernel(kernel, alone, first)
    check_kernel(kernel, given, here)
    told = {(d.code, d.span) for d in first.diagnostics}
    new = [d for d in here.diagnostics if (d.code, d.span) not in told and d.severity != "note"]
    report.diagnostics.extend(replace(d, notes=(*d.notes, origin)) for d in new)


def check_schedule(schedule: ast.Schedule, file: ast.File, report: Report) -> None:
    """Check that a schedule is for a kernel or instance of the file, at sizes it has."""
    callee = callees(file).get(schedule.kernel)
    if callee is None:
        if schedule.kernel not in (
            d.name for d in file.declarations if isinstance(d, ast.Instance)
        ):
            unknown_kernel(schedule.kernel, schedule.span, list(callees(file)), report)
        return
    bind_sizes(callee.kernel, schedule.binds, report)


def unknown_kernel(name: str, span: Span, known: list[str], report: Report) -> None:
    """Report a kernel that the file does not have."""
    report.error(
        "T113",
        f"there is no kernel '{name}' in this file",
        span,
        hint=did_you_mean(name, known) or f"it has: {', '.join(known) or 'no kernels'}",
    )


def _kernels(file: ast.File) -> list[ast.Kernel]:
    return [d for d in file.declarations if isinstance(d, ast.Kernel)]
