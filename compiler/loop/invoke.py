"""What invocations of intrinsics mean, written out; and how their texts take the operands.

`expanded` is the definition: the intrinsic's body with the operands' elements in place of its parameters'.
Whatever has no rule of its own for an `Invoke` (the interpreter, the verifier, a back end without a text for
it) uses that. An operand that is a vector in a register is unpacked before and packed after.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from .ir import (
    Alloc,
    Binary,
    Block,
    Buffer,
    Const,
    Expr,
    Intrinsic,
    Invoke,
    Load,
    Nest,
    Operand,
    Ramp,
    Stmt,
    Store,
)
from .visit import loads, map_stmts, rebuild, rebuild_stmt, stores, walk_stmts

OPERAND = re.compile(r"(?P<address>&?)\$(?P<name>[A-Za-z_]\w*)(?:\.s(?P<axis>[0-9]+)\b)?", re.ASCII)
"""What a text has for an operand: `$a` its value, `&$a` its address, `$a.s0` a stride."""


def expanded(invoke: Invoke) -> Block:
    """Plain statements that do the same."""
    before: list[Stmt] = []
    after: list[Stmt] = []
    body = invoke.intrinsic.body
    for parameter, operand in zip(invoke.intrinsic.parameters, invoke.operands, strict=True):
        if operand.buffer.lanes > 1:
            operand = _unpacked(invoke.intrinsic, parameter, operand, before, after)
        body = _with_operand(body, parameter, operand)
    return Block((*before, *body.stmts, *after))


def without_intrinsics(nest: Nest) -> Nest:
    """The nest with plain statements for every invocation."""
    return replace(nest, body=map_stmts(nest.body, lambda s: expanded(s) if isinstance(s, Invoke) else s))


def intrinsics(nest: Nest) -> tuple[Intrinsic, ...]:
    """The intrinsics that a nest invokes, each once, in the order of their first use."""
    return tuple(dict.fromkeys(s.intrinsic for s in walk_stmts(nest.body) if isinstance(s, Invoke)))


def _unpacked(intrinsic: Intrinsic, parameter: Buffer, operand: Operand, before: list[Stmt],
              after: list[Stmt]) -> Operand:
    """An array with the lanes of a vector, filled before and read back after if the body writes it."""
    lanes = operand.buffer.lanes
    array = Buffer(f"{intrinsic.name}.{parameter.name}", parameter.dtype, (lanes,), "local")
    whole = (Ramp(Const(0), 1, lanes),)
    before += [Alloc(array), Store(array, whole, Load(operand.buffer, operand.index))]
    if parameter.name in written(intrinsic):
        after.append(Store(operand.buffer, operand.index, Load(array, whole)))
    return Operand(array, (Const(0),), ((1,),))


def _with_operand(body: Block, parameter: Buffer, operand: Operand) -> Block:
    """The body with an operand's elements for those of a parameter."""

    def expr(node: Expr) -> Expr:
        node = rebuild(node, expr)
        if isinstance(node, Load) and node.buffer == parameter:
            return Load(operand.buffer, element(operand, node.index))
        return node

    def stmt(node: Stmt) -> Stmt:
        if isinstance(node, Block):
            return inside(node)
        if isinstance(node, Store) and node.buffer == parameter:
            return Store(operand.buffer, element(operand, node.index), expr(node.value))
        return rebuild_stmt(node, expr, inside)

    def inside(block: Block) -> Block:
        return Block(tuple(map(stmt, block.stmts)))

    return inside(body)


def element(operand: Operand, index: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Where an element of an operand in memory is."""
    at = list(operand.index)
    for subscript, step in zip(index, operand.steps, strict=True):
        for d, by in enumerate(step):
            if by:
                moved = subscript if by == 1 else Binary("*", subscript, Const(by))
                at[d] = Binary("+", at[d], moved)
    return tuple(at)


# ── what the body and the texts do with operands ─────────────────────────────────────────────────────────


@cache
def read(intrinsic: Intrinsic) -> frozenset[str]:
    """The parameters that the body reads."""
    return frozenset(load.buffer.name for load in loads(intrinsic.body))


@cache
def written(intrinsic: Intrinsic) -> frozenset[str]:
    """The parameters that the body writes."""
    return frozenset(store.buffer.name for store in stores(intrinsic.body))


@cache
def by_value(intrinsic: Intrinsic) -> frozenset[str]:
    """The parameters that the texts take as values: `$a`, and nowhere `&$a` or `$a.s0`."""
    found = [m for _, text in intrinsic.emits for m in OPERAND.finditer(text)]
    placed = {m["name"] for m in found if m["address"] or m["axis"]}
    return frozenset(m["name"] for m in found) - placed


def dense_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Elements between neighbours along each axis of a row-major array."""
    found: list[int] = []
    size = 1
    for extent in reversed(shape):
        found.insert(0, size)
        size *= extent
    return tuple(found)


def strides(operand: Operand) -> tuple[int, ...]:
    """Elements between neighbours along each axis of an operand in memory."""
    along = dense_strides(operand.buffer.shape)
    return tuple(sum(by * stride for by, stride in zip(step, along, strict=True)) for step in operand.steps)
