"""Wrong versions of a kernel: every single change of some kinds."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from txc.compiler.dag import Dag, Stage
from txc.dsl.dtypes import I64
from txc.dsl.typed import Axis, Binary, Call, Const, Expr, Read, children, rebuild

SWAPPED = {"+": "-", "-": "+", "*": "+", "/": "*", "min": "max", "max": "min"}


def mutants(dag: Dag) -> Iterator[tuple[str, Dag]]:
    """The DAG with one change each, and a word on it.

    A term dropped, an operator swapped, a subscript shifted, a value outside changed, the last point of a
    reduction lost.
    """
    for n, stage in enumerate(dag.stages):
        before, after = dag.stages[:n], dag.stages[n + 1 :]
        for what, changed in (*_bodies(dag, stage), *_loops(stage)):
            yield f"{stage.name}: {what}", replace(dag, stages=(*before, changed, *after))


def _loops(stage: Stage) -> Iterator[tuple[str, Stage]]:
    for axis in stage.reduction_axes:
        if axis.extent > 1 and stage.reduction:
            short = tuple(Axis(a.name, a.extent - (a == axis)) for a in stage.reduction.axes)
            yield f"last {axis.name} lost", replace(stage, reduction=replace(stage.reduction, axes=short))


def _bodies(dag: Dag, stage: Stage) -> Iterator[tuple[str, Stage]]:
    def shapes(tensor: str) -> tuple[int, ...]:
        return dag.tensor(tensor).shape

    for what, body in _changes(stage.body, shapes):
        yield what, replace(stage, body=body)


def _changes(expr: Expr, shapes: Callable[[str], tuple[int, ...]]) -> Iterator[tuple[str, Expr]]:
    """Each change of the expression itself or of one below it; subscripts are only shifted."""
    yield from _own_changes(expr, shapes)
    if isinstance(expr, Read):
        return
    parts = children(expr)
    for n, part in enumerate(parts):
        for what, changed in _changes(part, shapes):
            yield what, rebuild(expr, _replacing(parts, n, changed))


def _replacing(parts: tuple[Expr, ...], n: int, changed: Expr) -> Callable[[Expr], Expr]:
    """A change for `rebuild` that exchanges the nth child: children are visited in order."""
    visited = iter(range(len(parts)))
    return lambda part: changed if next(visited) == n else part


def _own_changes(expr: Expr, shapes: Callable[[str], tuple[int, ...]]) -> Iterator[tuple[str, Expr]]:
    match expr:
        case Binary(op="+" | "-" | "*" | "/", dtype=dtype) if dtype != I64:
            yield f"{expr.op} became {SWAPPED[expr.op]}", replace(expr, op=SWAPPED[expr.op])
            yield f"right of {expr.op} dropped", expr.left
        case Call(function="min" | "max"):
            yield f"{expr.function} swapped", replace(expr, function=SWAPPED[expr.function])
        case Read():
            for n, (subscript, extent) in enumerate(zip(expr.index, shapes(expr.tensor), strict=True)):
                if extent > 1:
                    shifted = Binary("+", subscript, Const(1, I64), I64)
                    index = (*expr.index[:n], shifted, *expr.index[n + 1 :])
                    yield f"subscript {n} of {expr.tensor} shifted", replace(expr, index=index)
            if isinstance(expr.otherwise, Const):
                outside = Const(expr.otherwise.value + 1, expr.otherwise.dtype)
                yield f"else of {expr.tensor} changed", replace(expr, otherwise=outside)
        case _:
            return
