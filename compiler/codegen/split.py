"""Vectors cut to the width of the machine, so that each becomes one value in one register.

A nest may use vectors of any power of two of lanes. C compilers keep one that is wider than a register in
memory, which would cost accumulators their speed. So each vector of L lanes becomes L / n of n lanes, where n
is what fits a register for the widest type computed in L lanes (index vectors, mostly folded away, do not
count):

before  let v = A[ramp(i, 1, 16)]              register acc: f32x16[4]
after   let v.0 = A[ramp(i, 1, 8)]             register acc: f32x8[4, 2]
        let v.1 = A[ramp((i + 8), 1, 8)]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...dsl.dtypes import I64
from ..loop.accumulate import joined
from ..loop.ir import (
    Across,
    Alloc,
    Binary,
    Broadcast,
    Buffer,
    Const,
    Expr,
    Invoke,
    Let,
    Load,
    Nest,
    Operand,
    Ramp,
    Shuffle,
    Stmt,
    Store,
    Var,
)
from ..loop.visit import all_exprs, map_exprs, map_stmts, rebuild, walk_stmts


def split_vectors(nest: Nest, vector_bytes: int) -> Nest:
    """The nest with no vector wider than `vector_bytes`, and buffers of vectors only in registers."""
    nest = _flatten(nest)
    widths = _widths(nest, vector_bytes)
    body = map_stmts(nest.body, lambda stmt: _split_stmt(stmt, widths))
    return replace(nest, body=map_exprs(body, lambda expr: _folded(expr, widths)))


def _flatten(nest: Nest) -> Nest:
    """Buffers of vectors in memory become buffers of scalars with one more dimension."""
    def flat(buffer: Buffer) -> Buffer:
        return replace(buffer, shape=(*buffer.shape, buffer.lanes), lanes=1)

    def change(expr: Expr) -> Expr:
        expr = rebuild(expr, change)
        if isinstance(expr, Load) and _vectors_in_memory(expr.buffer):
            return Load(flat(expr.buffer), (*expr.index, Ramp(Const(0), 1, expr.buffer.lanes)))
        return expr

    def statement(stmt: Stmt) -> Stmt:
        match stmt:
            case Alloc(buffer=buffer) if _vectors_in_memory(buffer):
                return Alloc(flat(buffer))
            case Store(buffer=buffer, index=index) if _vectors_in_memory(buffer):
                return replace(stmt, buffer=flat(buffer), index=(*index, Ramp(Const(0), 1, buffer.lanes)))
            case _:
                return stmt

    return replace(nest, body=map_stmts(map_exprs(nest.body, change), statement))


def _vectors_in_memory(buffer: Buffer) -> bool:
    return buffer.lanes > 1 and buffer.scope != "register"


def _widths(nest: Nest, vector_bytes: int) -> dict[int, int]:
    """For each number of lanes in the nest, how many of them go into one register."""
    widest: dict[int, int] = {}
    for lanes, size in _sizes(nest):
        widest[lanes] = max(widest.get(lanes, 1), size)
    whole = {o.buffer.lanes for s in walk_stmts(nest.body) if isinstance(s, Invoke) for o in s.operands}
    return {lanes: lanes if lanes in whole else max(2, min(lanes, vector_bytes // size))
            for lanes, size in widest.items()}


def _sizes(nest: Nest) -> Iterator[tuple[int, int]]:
    """Lanes and element bytes of every vector in the nest."""
    for expr in all_exprs(nest):
        if expr.lanes > 1:
            counts = expr.dtype != I64 or isinstance(expr, Load)
            yield expr.lanes, expr.dtype.bytes if counts else 1
    for stmt in walk_stmts(nest.body):
        if isinstance(stmt, Store) and stmt.value.lanes > 1:
            yield stmt.value.lanes, stmt.buffer.dtype.bytes
        elif isinstance(stmt, Alloc) and stmt.buffer.lanes > 1:
            yield stmt.buffer.lanes, stmt.buffer.dtype.bytes


def _split_stmt(stmt: Stmt, widths: dict[int, int]) -> Stmt | tuple[Stmt, ...]:
    match stmt:
        case Alloc(buffer=buffer) if buffer.lanes > 1:
            return Alloc(_split_buffer(buffer, widths))
        case Let(var=var, value=value) if var.lanes > 1:
            parts = range(var.lanes // widths[var.lanes])
            return tuple(Let(_split_var(var, k, widths), _part(value, k, widths)) for k in parts)
        case Store(value=value) if value.lanes > 1:
            return tuple(_split_store(stmt, k, widths) for k in range(value.lanes // widths[value.lanes]))
        case Invoke(operands=operands):
            return replace(stmt, operands=tuple(_split_operand(o, widths) for o in operands))
        case _:
            return stmt


def _folded(expr: Expr, widths: dict[int, int]) -> Expr:
    """Lanes combined: parts of a wide vector first, the upper half of them onto the lower one."""
    if not isinstance(expr, Across):
        return rebuild(expr, lambda e: _folded(e, widths))
    value = expr.value
    parts = [_part(value, k, widths) for k in range(value.lanes // widths[value.lanes])]
    while len(parts) > 1:
        half = len(parts) // 2
        parts = [joined(expr.reducer, a, b) for a, b in zip(parts[:half], parts[half:], strict=True)]
    return Across(expr.reducer, _folded(parts[0], widths))


def _split_operand(operand: Operand, widths: dict[int, int]) -> Operand:
    """An instruction takes its vectors whole: there is one part."""
    if operand.buffer.lanes == 1:
        return operand
    return Operand(_split_buffer(operand.buffer, widths), (*operand.index, Const(0)), ())


def _split_store(stmt: Store, part: int, widths: dict[int, int]) -> Store:
    value = _part(stmt.value, part, widths)
    if stmt.buffer.lanes > 1:
        return Store(_split_buffer(stmt.buffer, widths), (*stmt.index, Const(part)), value)
    return Store(stmt.buffer, tuple(_part(e, part, widths) for e in stmt.index), value)


def _split_buffer(buffer: Buffer, widths: dict[int, int]) -> Buffer:
    width = widths[buffer.lanes]
    return replace(buffer, shape=(*buffer.shape, buffer.lanes // width), lanes=width)


def _split_var(var: Var, part: int, widths: dict[int, int]) -> Var:
    width = widths[var.lanes]
    return var if width == var.lanes else Var(f"{var.name}.{part}", var.dtype, width)


def _part(expr: Expr, part: int, widths: dict[int, int]) -> Expr:
    """Lanes part · n … of a vector expression; scalars stay."""
    if expr.lanes == 1:
        return expr
    width = widths[expr.lanes]
    match expr:
        case Const():
            return replace(expr, lanes=width)
        case Var():
            return _split_var(expr, part, widths)
        case Broadcast(value=value):
            return Broadcast(value, width)
        case Ramp(base=base, stride=stride):
            offset = part * width * stride
            return Ramp(Binary("+", base, Const(offset)) if offset else base, stride, width)
        case Shuffle():
            return _split_shuffle(expr, part, widths)
        case Load(buffer=buffer, index=index) if buffer.lanes > 1:
            return Load(_split_buffer(buffer, widths), (*index, Const(part)))
        case _:
            return rebuild(expr, lambda e: _part(e, part, widths))


def _split_shuffle(expr: Shuffle, part: int, widths: dict[int, int]) -> Expr:
    """Some of the lanes picked; they must come from at most two parts of the operands."""
    lanes, width, count = expr.left.lanes, widths[expr.left.lanes], widths[expr.lanes]
    picks = expr.picks[part * count : (part + 1) * count]
    origins = sorted({pick // width for pick in picks})
    assert len(origins) <= 2, f"{expr} picks from more than two vectors of {width} lanes"
    each = lanes // width
    first, second = (_part(expr.left if n < each else expr.right, n % each, widths)
                     for n in (origins[0], origins[-1]))
    own = (pick % width + width * origins.index(pick // width) for pick in picks)
    return Shuffle(first, second, tuple(own))
