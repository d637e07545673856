"""Which elements an access touches: what passes must know to keep memory in registers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod

from ..loop.affine import Form, flat
from ..loop.facts import facts
from ..loop.invoke import by_value, read, written
from ..loop.ir import (
    Block,
    Buffer,
    Expr,
    If,
    Intrinsic,
    Invoke,
    Load,
    Operand,
    Ramp,
    Select,
    Stmt,
    Store,
)
from ..loop.visit import blocks, children, expressions

Subscripts = tuple[Expr, ...]
PLACES = 4096   # that are kept


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a buffer: the variable part of each subscript, its constant, and how many lanes follow."""

    shape: tuple[frozenset[tuple[Expr, int]], ...]
    offset: tuple[int, ...]
    lanes: tuple[int, ...]

    @property
    def width(self) -> int:
        """Lanes altogether."""
        return max(self.lanes, default=1)


@lru_cache(PLACES)
def spot(index: Subscripts) -> Spot | None:
    """The place of an access; None for gathers and strided vectors.

    Passes ask for that of each access several times, and subscripts never change: the latest are kept.
    """
    forms: list[Form] = []
    lanes: list[int] = []
    for subscript in index:
        if isinstance(subscript, Ramp):
            if subscript.stride != 1:
                return None
            forms.append(flat(subscript.base))
        elif subscript.lanes > 1:
            return None
        else:
            forms.append(flat(subscript))
        lanes.append(subscript.lanes)
    shape = tuple(frozenset(form.terms.items()) for form in forms)
    return Spot(shape, tuple(form.constant for form in forms), tuple(lanes))


def place_of(index: Subscripts) -> Spot:
    """The place of an access that is known to have one."""
    place = spot(index)
    assert place is not None
    return place


def apart(first: Spot, second: Spot) -> bool:
    """Whether two places surely share no element: alike but for constants that keep them apart somewhere."""
    if first.shape != second.shape:
        return False
    pairs = zip(first.offset, second.offset, first.lanes, second.lanes, strict=True)
    return any(a + m <= b or b + n <= a for a, b, m, n in pairs)


def separate(spots: Iterable[Spot]) -> bool:
    """Whether all of them are pairwise equal or apart."""
    distinct = list(dict.fromkeys(spots))
    return all(apart(a, b) for i, a in enumerate(distinct) for b in distinct[:i])


@dataclass(frozen=True, slots=True)
class Access:
    """A load or store; `guarded` inside a branch, where it may not run at all.

    No register can stand for an access that is `pinned`: an instruction takes its address, or a whole block.
    """

    buffer: Buffer
    index: Subscripts
    is_store: bool
    guarded: bool
    pinned: bool = False


def accesses(stmt: Stmt) -> tuple[Access, ...]:
    """Every access in a statement and below, in the order they happen; found once for each (node.py)."""
    try:
        return stmt.accesses
    except AttributeError:
        found = tuple(_accesses(stmt))
        object.__setattr__(stmt, "accesses", found)
        return found


def _accesses(stmt: Stmt) -> list[Access]:
    found: list[Access] = []
    if isinstance(stmt, Block):
        for inner in stmt.stmts:
            found += accesses(inner)
    for expr in expressions(stmt):
        _loads(expr, found, guarded=False)
    if isinstance(stmt, Store):
        found.append(Access(stmt.buffer, stmt.index, is_store=True, guarded=False))
    if isinstance(stmt, Invoke):
        found += _operands(stmt)
    for block in blocks(stmt):
        inside = accesses(block)
        found += (replace(a, guarded=True) for a in inside) if isinstance(stmt, If) else inside
    return found


def _loads(expr: Expr, found: list[Access], *, guarded: bool) -> None:
    """Append the loads in an expression."""
    if not facts(expr).loads:
        return
    chosen = guarded or isinstance(expr, Select)
    for n, part in enumerate(children(expr)):
        _loads(part, found, guarded=chosen if n else guarded)
    if isinstance(expr, Load):
        found.append(Access(expr.buffer, expr.index, is_store=False, guarded=guarded))


def _operands(invoke: Invoke) -> Iterator[Access]:
    """What an instruction reads, then what it writes."""
    intrinsic = invoke.intrinsic
    for names, is_store in ((read(intrinsic), False), (written(intrinsic), True)):
        for parameter, operand in zip(intrinsic.parameters, invoke.operands, strict=True):
            if parameter.name in names:
                index = vector_index(intrinsic, parameter, operand)
                yield Access(operand.buffer, index or operand.index, is_store, guarded=False,
                             pinned=index is None)


def vector_index(intrinsic: Intrinsic, parameter: Buffer, operand: Operand) -> Subscripts | None:
    """The subscripts of an operand that is one value, a scalar or a vector of neighbours; None of others."""
    if parameter.name not in by_value(intrinsic):
        return None
    if not parameter.shape or operand.buffer.lanes > 1:
        return operand.index
    if len(parameter.shape) > 1 or parameter.shape == (1,):
        return None
    moving = [(d, by) for step in operand.steps for d, by in enumerate(step) if by]
    if [by for _, by in moving] != [1]:
        return None
    at = moving[0][0]
    whole = Ramp(operand.index[at], 1, prod(parameter.shape))
    return (*operand.index[:at], whole, *operand.index[at + 1 :])
