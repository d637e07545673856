"""What an expression must be wherever it stands: operands of fitting types, equal lanes, enough of them.

`faults(node)` looks at one node and not below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...dsl.dtypes import BOOL, I64, DType
from .invoke import by_value
from .ir import (
    Across,
    Binary,
    Bits,
    Broadcast,
    Call,
    Const,
    Expr,
    Invoke,
    Load,
    Operand,
    Prefetch,
    Ramp,
    Select,
    Shuffle,
    Store,
    Unary,
)
from .syntax import BITWISE, FUNCTIONS, REDUCERS
from .visit import children

Fault = tuple[str, str]     # rule, and what breaks it

SORTS: dict[str, Callable[[DType], bool]] = {
    "a float": lambda t: t.is_float and t.bits > 16,
    "an integer": lambda t: t.is_integer,
    "a number": lambda t: t.is_integer or (t.is_float and t.bits > 16),
    "bool": lambda t: t == BOOL,
    "comparable": lambda t: t == BOOL or t.is_integer or (t.is_float and t.bits > 16),
}
# 16-bit floats are in none of the sorts: they are only loaded, moved, cast and stored.

TAKES = {
    **dict.fromkeys(("and", "or", "not"), "bool"),
    **dict.fromkeys(("==", "!="), "comparable"),
    **dict.fromkeys(("//", "%", *BITWISE), "an integer"),
    **dict.fromkeys(("+", "-", "*", "<", "<=", ">", ">=", "neg", "min", "max", "abs"), "a number"),
}       # all others take a float


def faults(expr: Expr) -> Iterator[Fault]:
    """The rules this node breaks."""
    match expr:
        case Const():
            yield from _constant(expr)
        case Unary(op=name) | Binary(op=name) | Call(function=name):
            yield from _operation(name, expr)
        case Select(condition=condition, then=then, otherwise=otherwise):
            if condition.dtype != BOOL or then.dtype != otherwise.dtype:
                yield "types", f"a select between {then.dtype} and {otherwise.dtype} on {condition.dtype}"
            if condition.lanes not in (1, then.lanes) or then.lanes != otherwise.lanes:
                yield "lanes", f"{condition.lanes}, {then.lanes} and {otherwise.lanes} lanes in {expr}"
        case Ramp(base=part, lanes=lanes) | Broadcast(value=part, lanes=lanes):
            if part.lanes != 1 or lanes < 2:
                yield "lanes", f"{lanes} lanes made of {part.lanes} in {expr}"
            if isinstance(expr, Ramp) and part.dtype != I64:
                yield "types", f"a ramp of {part.dtype}"
        case Load():
            yield from access(expr)
        case Bits(value=value, dtype=dtype):
            if BOOL in (value.dtype, dtype) or value.dtype.bits != dtype.bits:
                yield "types", f"the bits of {value.dtype} as {dtype}"
        case Shuffle():
            yield from _shuffle(expr)
        case Across():
            yield from _across(expr)
        case _:
            return


def _shuffle(expr: Shuffle) -> Iterator[Fault]:
    left, right = expr.left, expr.right
    if left.dtype != right.dtype or left.lanes != right.lanes or left.lanes < 2:
        yield "lanes", f"a shuffle of {left.lanes} lanes of {left.dtype} and {right.lanes} of {right.dtype}"
    if len(expr.picks) < 2 or not all(0 <= n < left.lanes + right.lanes for n in expr.picks):
        yield "lanes", f"a shuffle picks lanes that there are not: {expr}"


def _across(expr: Across) -> Iterator[Fault]:
    value, lanes = expr.value, expr.value.lanes
    sort = "bool" if expr.reducer in ("any", "all") else "a number"
    if expr.reducer not in REDUCERS or not SORTS[sort](value.dtype):
        yield "types", f"'{expr.reducer}' across lanes of {value.dtype}"
    if lanes < 2 or lanes & (lanes - 1):
        yield "lanes", f"{lanes} lanes combined in {expr}"


def _constant(const: Const) -> Iterator[Fault]:
    value, dtype = const.value, const.dtype
    kind = bool if dtype == BOOL else float if dtype.is_float else int
    if type(value) is not kind:
        yield "constants", f"{value!r} is no {dtype}"
    elif dtype.is_integer and not dtype.limits[0] <= value <= dtype.limits[1]:
        yield "constants", f"{value} does not fit {dtype}"
    if const.lanes < 1:
        yield "lanes", f"a constant of {const.lanes} lanes"


def _operation(name: str, expr: Expr) -> Iterator[Fault]:
    parts = children(expr)
    if isinstance(expr, Call) and FUNCTIONS.get(name) != len(parts):
        yield "functions", f"'{name}' of {len(parts)} arguments"
        return
    sort, first = TAKES.get(name, "a float"), parts[0].dtype
    if any(p.dtype != first for p in parts) or not SORTS[sort](first):
        types = ", ".join(str(p.dtype) for p in parts)
        yield "types", f"'{name}' takes one type, {sort}, not {types}, in {expr}"
    if any(p.lanes != parts[0].lanes for p in parts):
        yield "lanes", f"{' and '.join(str(p.lanes) for p in parts)} lanes in {expr}"


def access(node: Load | Store | Prefetch | Operand) -> Iterator[Fault]:
    """The rules that the subscripts of an access break."""
    buffer, index = node.buffer, node.index
    if len(index) != len(buffer.shape):
        yield "subscripts", f"{len(index)} subscripts for the rank {len(buffer.shape)} of {buffer.name}"
    if any(i.dtype != I64 for i in index):
        yield "subscripts", f"a subscript of {buffer.name} is not i64: {node}"
    if sum(i.lanes > 1 for i in index) > 1:
        yield "vector subscripts", f"more than one subscript of {buffer.name} has lanes: {node}"
    if buffer.scope == "register" and not all(isinstance(i, Const) for i in index):
        yield "registers", f"a subscript of the register buffer {buffer.name} is no constant: {node}"


def operands(invoke: Invoke) -> Iterator[Fault]:
    """The rules that the operands of an invocation break."""
    parameters = invoke.intrinsic.parameters
    if len(parameters) != len(invoke.operands):
        yield "operands", f"{len(invoke.operands)} operands for {len(parameters)} parameters"
        return
    for parameter, operand in zip(parameters, invoke.operands, strict=True):
        yield from access(operand)
        buffer = operand.buffer
        if buffer.dtype != parameter.dtype:
            yield "operands", f"{operand} is {buffer.dtype}, the parameter {parameter}"
        if buffer.lanes > 1:
            fits = parameter.shape == (buffer.lanes,) and not operand.steps
        else:
            whole = all(len(step) == len(buffer.shape) for step in operand.steps)
            fits = whole and len(operand.steps) == len(parameter.shape)
        if not fits:
            yield "operands", f"{operand} does not fit {parameter}"
        if buffer.scope == "register" and parameter.name not in by_value(invoke.intrinsic):
            yield "operands", f"{operand} is in registers, but the texts take the address of {parameter.name}"
