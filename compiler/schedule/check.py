"""`txc check` for schedules: every schedule block of a file against its kernel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from math import prod

from ...dsl import ast
from ...dsl.check import elaborate
from ...dsl.diagnostics import Diagnostic, TxcError
from ...dsl.source import NOWHERE, Source, Span
from .. import dag
from ..target.target import parse as parse_target
from .apply import apply
from .errors import ScheduleError
from .holes import Holes, structural_columns
from .numbers import numbers
from .state import State

NOT_AVAILABLE = "S499"  # for machines that nothing compiles for yet, this fails no file
STRUCTURES = 1024  # combinations of structural choices that one template may have


def check_schedules(file: ast.File, source: Source,
                    sizes: Mapping[str, int] | None = None) -> list[Diagnostic]:
    """The first error of each schedule, for the sizes it binds and the kernel's defaults; none raises.

    A template is checked for every structural choice; sizes of parts stay holes. Kernels with errors of their
    own, or with sizes still open, are left to the kernel checker.
    """
    found: list[Diagnostic] = []
    for schedule in file.declarations:
        if isinstance(schedule, ast.Schedule):
            found += _check(file, source, schedule, sizes or {})
    return found


def _check(file: ast.File, source: Source, schedule: ast.Schedule,
           sizes: Mapping[str, int]) -> Iterator[Diagnostic]:
    try:
        kernel = elaborate(file, schedule.kernel, {**_bound(schedule), **sizes}, source)
        target = parse_target(schedule.target)
    except TxcError:
        return
    graph = dag.build(kernel)
    known = numbers(kernel.sizes, target)
    structure: dict[str, int] = {}
    try:
        for structure in structures(schedule.directives, known):
            holes = Holes(known, structure)
            _check_operands(apply(graph, target, schedule.directives, holes), holes)
    except ScheduleError as error:
        found = error.diagnostic()
        later = error.code == NOT_AVAILABLE and target.family != "cpu"
        yield replace(found, notes=tuple(_chosen(schedule.directives, known, structure)),
                      severity="warning" if later else found.severity)


def _check_operands(state: State, holes: Holes) -> None:
    """Where the elements of an instruction's operands stand is known only of a lowered kernel."""
    if not holes.columns and any(stage.tensorized for stage in state.stages.values()):
        from ..lower.lower import lower

        lower(state, {})


def _bound(schedule: ast.Schedule) -> dict[str, int]:
    """The sizes a schedule binds to plain numbers."""
    values = {b.name: b.value.value for b in schedule.binds if isinstance(b.value, ast.Number)}
    return {name: value for name, value in values.items() if isinstance(value, int)}


def _chosen(directives: tuple[ast.Directive, ...], sizes: Mapping[str, int],
            structure: Mapping[str, int]) -> Iterator[tuple[Span, str]]:
    """The choices with which a template is illegal, as a note."""
    if structure:
        columns = structural_columns(directives, sizes)
        texts = (f"{c.name} = {c.labels[structure[c.name]] if c.labels else structure[c.name]}"
                 for c in columns)
        yield NOWHERE, f"chosen: {', '.join(texts)}"


def structures(directives: tuple[ast.Directive, ...], sizes: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Every combination of structural choices. Raises S424 where there are too many to look at each."""
    columns = structural_columns(directives, sizes)
    choices = [column.values or range(column.low, column.high + 1) for column in columns]
    if prod(map(len, choices)) > STRUCTURES:
        names = ", ".join(column.name for column in columns)
        raise ScheduleError("S424", f"{names} combine to more than {STRUCTURES} loop structures",
                            directives[0].span,
                            "leave fewer places, switches and parallel counts open")
    for row in product(*choices):
        yield {column.name: value for column, value in zip(columns, row, strict=True)}
