"""`txc check` for schedules: every schedule block of a file against its kernel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product

from ...dsl import ast
from ...dsl.check import elaborate
from ...dsl.diagnostics import Diagnostic, TxcError
from ...dsl.source import Source
from .. import dag
from ..target.target import parse as parse_target
from .apply import apply
from .errors import ScheduleError
from .holes import Holes, structural_columns

STRUCTURES = 256  # combinations of structural choices that one template may have checked


def check_schedules(file: ast.File, source: Source, sizes: Mapping[str, int] | None = None) -> list[Diagnostic]:
    """The first error of each schedule, for the sizes it binds and the kernel's defaults; none raises.

    A template is checked for every structural choice; sizes of parts stay holes. Kernels with errors of their
    own, or with sizes still open, are left to the kernel checker.
    """
    found: list[Diagnostic] = []
    for schedule in file.declarations:
        if isinstance(schedule, ast.Schedule):
            found += _check(file, source, schedule, sizes or {})
    return found


def _check(file: ast.File, source: Source, schedule: ast.Schedule, sizes: Mapping[str, int]) -> Iterator[Diagnostic]:
    try:
        kernel = elaborate(file, schedule.kernel, {**_bound(schedule), **sizes}, source)
        target = parse_target(schedule.target)
    except TxcError:
        return
    graph = dag.build(kernel)
    numbers = dict(kernel.sizes)
    try:
        for structure in structures(schedule.directives, numbers):
            apply(graph, target, schedule.directives, Holes(numbers, structure))
    except ScheduleError as error:
        yield error.diagnostic()


def _bound(schedule: ast.Schedule) -> dict[str, int]:
    """The sizes a schedule binds to plain numbers."""
    values = {b.name: b.value.value for b in schedule.binds if isinstance(b.value, ast.Number)}
    return {name: value for name, value in values.items() if isinstance(value, int)}


def structures(directives: tuple[ast.Directive, ...], sizes: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Every combination of structural choices, up to a limit."""
    columns = structural_columns(directives, sizes)
    choices = (column.values or range(column.low, column.high + 1) for column in columns)
    for row in islice(product(*choices), STRUCTURES):
        yield {column.name: value for column, value in zip(columns, row, strict=True)}
