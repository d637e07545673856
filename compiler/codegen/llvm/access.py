"""Reading and writing buffers.

The address of an element is a sum, and each part of it is added outside of the loops that it does not depend
on: a row's address stands before the loop over columns. Constant distances come last and cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from ....dsl.dtypes import BOOL, I64, U8, DType
from ...loop.ir import Binary, Broadcast, Buffer, Const, Expr, Load, index_lanes
from ..lanes import index_ramp
from ..scalar import Sum
from .aliases import Aliases
from .builder import Builder, poison
from .frame import Frame, place
from .values import Value, memory_kind, vector, whole

DISTANCES = 4096    # that are kept


@dataclass
class Access:
    """Loads and stores of one function; `value` writes an expression."""

    builder: Builder
    frame: Frame
    aliases: Aliases
    value: Callable[[Expr], Value]

    def load(self, load: Load, mask: Value | None) -> Value:
        """Elements of a buffer in memory; with a mask only those lanes are read."""
        buffer, lanes = load.buffer, index_lanes(load.index)
        if lanes == 1:
            return self.read(buffer, load.index, buffer.lanes)
        ramp = index_ramp(buffer, load.index)
        if ramp is not None and ramp[1] == 1:
            value = self._whole(buffer, self.address(buffer, ramp[0]), lanes, mask)
        elif mask is not None:
            value = self._gather(buffer, self._addresses(buffer, load.index, lanes), mask)
        else:
            value = self._each(buffer, self._elements(buffer, load.index, lanes))
        return self._truth(value, buffer.dtype)

    def store(self, buffer: Buffer, index: tuple[Expr, ...], value: Value) -> None:
        """Write a value, or its lanes, to a buffer in memory."""
        lanes = index_lanes(index)
        ramp = index_ramp(buffer, index)
        if lanes == 1 or (ramp is not None and ramp[1] == 1):
            self.write(buffer, ramp[0] if ramp and lanes > 1 else index, value)
            return
        if buffer.dtype == BOOL:
            value = self.builder.convert("zext", value, memory_kind(U8))
        for lane, pointer in enumerate(self._elements(buffer, index, lanes)):
            self._store(buffer, self.builder.lane(value, lane), pointer)

    def read(self, buffer: Buffer, index: tuple[Expr, ...], lanes: int) -> Value:
        """So many elements from one on."""
        return self._truth(self._whole(buffer, self.address(buffer, index), lanes), buffer.dtype)

    def write(self, buffer: Buffer, index: tuple[Expr, ...], value: Value) -> None:
        """Write the lanes of a value to as many elements from one on."""
        if buffer.dtype == BOOL:
            value = self.builder.convert("zext", value, memory_kind(U8))
        self._store(buffer, value, self.address(buffer, index))

    # ── addresses ────────────────────────────────────────────────────────────────────────────────────────

    def address(self, buffer: Buffer, index: Iterable[Expr]) -> Value:
        """The address of an element."""
        total = distance(buffer, tuple(index))
        pointer = self.frame[place(buffer.name)]
        terms = sorted(((self.value(term), factor) for term, factor in total.terms.items() if factor),
                       key=lambda item: item[0].level)
        for _, group in groupby(terms, key=lambda item: item[0].level):
            pointer = self._beyond(buffer, pointer, self._sum(list(group)))
        return self._beyond(buffer, pointer, whole(total.offset)) if total.offset else pointer

    def _sum(self, terms: list[tuple[Value, int]]) -> Value:
        parts = [self.builder.binary("mul", v, whole(f)) if f != 1 else v for v, f in terms]
        total = parts[0]
        for part in parts[1:]:
            total = self.builder.binary("add", total, part)
        return total

    def _beyond(self, buffer: Buffer, pointer: Value, distance: Value) -> Value:
        """So many elements behind a pointer; the distance may be a vector."""
        return self.builder.pure(f"getelementptr {memory_kind(buffer.dtype)}, {pointer}, {distance}", "ptr",
                                 distance.lanes, pointer, distance)

    def _elements(self, buffer: Buffer, index: tuple[Expr, ...], lanes: int) -> list[Value]:
        """The address of each lane's element."""
        ramp = index_ramp(buffer, index)
        if ramp is not None:
            first = self.address(buffer, ramp[0])
            return [self._beyond(buffer, first, whole(lane * ramp[1])) for lane in range(lanes)]
        positions = self._positions(buffer, index, lanes)
        base = self.frame[place(buffer.name)]
        return [self._beyond(buffer, base, self.builder.lane(positions, lane)) for lane in range(lanes)]

    def _addresses(self, buffer: Buffer, index: tuple[Expr, ...], lanes: int) -> Value:
        """The addresses of all lanes' elements as one vector."""
        return self._beyond(buffer, self.frame[place(buffer.name)], self._positions(buffer, index, lanes))

    def _positions(self, buffer: Buffer, index: tuple[Expr, ...], lanes: int) -> Value:
        """The row-major position of each lane's element."""
        total: Expr = Const(0, I64, lanes)
        for extent, expr in zip(buffer.shape, index, strict=True):
            wide = expr if expr.lanes == lanes else Broadcast(expr, lanes)
            total = Binary("+", Binary("*", total, Const(extent, I64, lanes)), wide)
        return self.value(total)

    # ── memory ───────────────────────────────────────────────────────────────────────────────────────────

    def _whole(self, buffer: Buffer, pointer: Value, lanes: int, mask: Value | None = None) -> Value:
        kind, tags = memory_kind(buffer.dtype), self.aliases.tags(buffer.name)
        if mask is None:
            text = f"load {vector(kind, lanes)}, {pointer}, align {buffer.dtype.bytes}"
        else:
            rest = Value("zeroinitializer", kind, lanes)
            name, where = f"@llvm.masked.load.v{lanes}{_short(kind)}.p0", f"align {buffer.dtype.bytes}"
            text = f"call {rest.type} {name}(ptr {where} {pointer.text}, {mask}, {rest})"
        return self.builder.here(text + tags, kind, lanes)

    def _gather(self, buffer: Buffer, pointers: Value, mask: Value) -> Value:
        kind, lanes = memory_kind(buffer.dtype), pointers.lanes
        rest = Value("zeroinitializer", kind, lanes)
        name = f"@llvm.masked.gather.v{lanes}{_short(kind)}.v{lanes}p0"
        where = f"{pointers.type} align {buffer.dtype.bytes} {pointers.text}"
        text = f"call {rest.type} {name}({where}, {mask}, {rest})"
        return self.builder.here(text + self.aliases.tags(buffer.name), kind, lanes)

    def _each(self, buffer: Buffer, pointers: list[Value]) -> Value:
        value = poison(memory_kind(buffer.dtype), len(pointers))
        for lane, pointer in enumerate(pointers):
            value = self.builder.with_lane(value, lane, self._whole(buffer, pointer, 1))
        return value

    def _store(self, buffer: Buffer, value: Value, pointer: Value) -> None:
        tags = self.aliases.tags(buffer.name)
        self.builder.effect(f"store {value}, {pointer}, align {buffer.dtype.bytes}{tags}")

    def _truth(self, value: Value, dtype: DType) -> Value:
        """Truth values are bytes in memory."""
        if dtype != BOOL:
            return value
        return self.builder.compare("icmp ne", value, whole(0, "i8", value.lanes))


@lru_cache(DISTANCES)
def distance(buffer: Buffer, index: tuple[Expr, ...]) -> Sum:
    """How many elements (scalars, where they are vectors) an element is behind the first, as a sum.

    Copies of a tile ask for the same again and again, of subscripts that never change: the latest are kept.
    """
    total = Sum({}, 0)
    stride = buffer.lanes
    for extent, expr in reversed(list(zip(buffer.shape, index, strict=True))):
        total = linear(expr).scaled(stride).plus(total)
        stride *= extent
    return total


def linear(expr: Expr) -> Sum:
    """An i64 expression as numbers times terms, plus a number; all of it wraps alike."""
    match expr:
        case Const(value=value):
            return Sum({}, int(value))
        case Binary(op="+", left=left, right=right):
            return linear(left).plus(linear(right))
        case Binary(op="-", left=left, right=right):
            return linear(left).plus(linear(right).scaled(-1))
        case Binary(op="*", left=left, right=Const(value=factor)):
            return linear(left).scaled(int(factor))
        case Binary(op="*", left=Const(value=factor), right=right):
            return linear(right).scaled(int(factor))
        case _:
            return Sum({expr: 1}, 0)


def _short(kind: str) -> str:
    return {"float": "f32", "double": "f64"}.get(kind, kind)
