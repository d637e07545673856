"""Registers in place of memory: which register stands for which place of a buffer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from ..loop.facts import facts
from ..loop.ir import Block, Buffer, Const, Expr, Intrinsic, Invoke, Load, Operand, Stmt, Store
from ..loop.visit import rebuild, rebuild_stmt, with_stmts
from .access import Spot, place_of, vector_index

LIMIT = 256  # registers: beyond this a C compiler would keep them all in memory anyway


@dataclass(frozen=True, slots=True)
class Registers:
    """Register buffers, one for each number of lanes, and the load that gives a place's register."""

    buffers: tuple[Buffer, ...]
    values: Mapping[Spot, Load]


def assign(name: str, memory: Buffer, places: Iterable[Spot]) -> Registers:
    """A register for each place of a buffer: `C[0]`, `C[1]` …; `C.x8[0]`, `C.x4[0]` … where lanes differ."""
    groups: dict[int, list[Spot]] = {}
    for place in places:
        groups.setdefault(place.width, []).append(place)
    buffers: list[Buffer] = []
    values: dict[Spot, Load] = {}
    for lanes, group in groups.items():
        own = name if len(groups) == 1 else f"{name}.x{lanes}"
        buffers.append(Buffer(own, memory.dtype, (len(group),), "register", lanes))
        values |= {place: Load(buffers[-1], (Const(n),)) for n, place in enumerate(group)}
    return Registers(tuple(buffers), values)


def replaced(block: Block, buffer: Buffer, values: Mapping[Spot, Load]) -> Block:
    """The block with registers for all accesses to a buffer."""

    def expr(node: Expr) -> Expr:
        if isinstance(node, Load) and node.buffer == buffer:
            return values[place_of(node.index)]
        return rebuild(node, expr) if facts(node).loads else node

    def operand(intrinsic: Intrinsic, parameter: Buffer, old: Operand) -> Operand:
        index = vector_index(intrinsic, parameter, old) if old.buffer == buffer else None
        if index is None:
            return old
        register = values[place_of(index)]
        return Operand(register.buffer, register.index, ())

    def stmt(node: Stmt) -> Stmt:
        if isinstance(node, Block):
            return inside(node)
        if isinstance(node, Store) and node.buffer == buffer:
            register = values[place_of(node.index)]
            return Store(register.buffer, register.index, expr(node.value))
        if isinstance(node, Invoke):
            node = replace(node, operands=tuple(map(partial(operand, node.intrinsic),
                                                    node.intrinsic.parameters, node.operands)))
        return rebuild_stmt(node, expr, inside)

    def inside(part: Block) -> Block:
        return with_stmts(part, map(stmt, part.stmts))

    return inside(block)
