"""Keep what a loop accumulates in registers: load before the loop, store after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import groupby

from ..loop.facts import facts
from ..loop.ir import Alloc, Block, Broadcast, Buffer, Const, Expr, For, If, Let, Load, Nest, Stmt, Store
from ..loop.visit import loads, walk_stmts, with_body, with_branches, with_stmts
from .access import Access, Spot, accesses, apart, separate, spot
from .registers import LIMIT, assign, replaced

ONCE = "once"  # the variable of plain statements seen as a loop; nothing names it
Places = Mapping[Spot, list[Access]]


@dataclass(frozen=True, slots=True)
class Promote:
    """Replace memory that a serial loop rewrites in place by values in registers.

    before  C[0] = 0  for k in 0..8 { C[0] = C[0] + A[k] }
    after   register C.r1: i64[1]  C.r1[0] = 0
            for k in 0..8 { C.r1[0] = C.r1[0] + A[k] }  C[0] = C.r1[0]

    Plain statements one after the other that store to a place more than once are treated as such a loop too.

    The outermost loop for which it is legal is taken: each access to the buffer in it is at a place that does
    not change while it runs and shares no element with another one; and each place is certain to be inside
    the buffer, being accessed outside all branches, or set to a constant just before.
    """

    limit: int = LIMIT

    def __call__(self, nest: Nest) -> Nest:
        """The nest with accumulators in registers."""
        return with_body(nest, _Promoter(self.limit).block(nest.body))


class _Promoter:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.made = 0

    def block(self, block: Block) -> Block:
        done: list[Stmt] = []
        for plain, group in groupby(block.stmts, lambda stmt: isinstance(stmt, Store | Let)):
            if plain:
                self.run(tuple(group), done)
            else:
                self.each(group, done)
        return with_stmts(block, done)

    def each(self, stmts: Iterable[Stmt], done: list[Stmt]) -> None:
        """Append statements that hold others."""
        for stmt in stmts:
            match stmt:
                case For(kind="serial"):
                    self.loop(stmt, done)
                case For():
                    done.append(with_body(stmt, self.block(stmt.body)))
                case Block():
                    done.append(self.block(stmt))
                case If(otherwise=otherwise):
                    then = self.block(stmt.then)
                    other = None if otherwise is None else self.block(otherwise)
                    done.append(with_branches(stmt, then, other))
                case _:
                    done.append(stmt)

    def run(self, stmts: tuple[Stmt, ...], done: list[Stmt]) -> None:
        """Append plain statements, as the only iteration of a loop where they rewrite memory."""
        loop = For(ONCE, 1, "serial", Block(stmts))
        after: list[Stmt] = []
        rewritten = _rewritten(stmts)
        for buffer, places in _candidates(loop, self.limit, rewritten) if rewritten else ():
            certain = all(_is_certain(place, found, done) for place, found in places.items())
            if certain:
                loop = self.promote(loop, buffer, places, done, after)
        done += (*loop.body.stmts, *after)

    def loop(self, loop: For, done: list[Stmt]) -> None:
        """Append the loop to `done`, with what it accumulates in registers around it."""
        after: list[Stmt] = []
        for buffer, places in _candidates(loop, self.limit):
            if all(_is_certain(place, found, done) for place, found in places.items()):
                loop = self.promote(loop, buffer, places, done, after)
        done.append(with_body(loop, self.block(loop.body)))
        done += after

    def promote(self, loop: For, buffer: Buffer, places: Places, done: list[Stmt],
                after: list[Stmt]) -> For:
        """Give each place of a buffer a register."""
        self.made += 1
        registers = assign(f"{buffer.name}.r{self.made}", buffer, places)
        starts = [(registers.values[place], _start(place, found, done)) for place, found in places.items()]
        done += map(Alloc, registers.buffers)
        done += [Store(r.buffer, r.index, value) for r, value in starts if value is not None]
        after += [Store(buffer, found[0].index, registers.values[place])
                  for place, found in places.items() if _is_stored(found)]
        return with_body(loop, replaced(loop.body, buffer, registers.values))


def _rewritten(stmts: tuple[Stmt, ...]) -> set[Buffer]:
    """The buffers that are stored to twice at one place."""
    places = Counter((stmt.buffer, stmt.index) for stmt in stmts if isinstance(stmt, Store))
    return {buffer for (buffer, _), times in places.items() if times > 1}


# ── what a register holds first ───────────────────────────────────────────────────────────────────────


def _is_certain(place: Spot, found: list[Access], done: list[Stmt]) -> bool:
    """Whether a place is inside its buffer for certain."""
    return not all(a.guarded for a in found) or _constant_before(place, found[0].buffer, done) is not None


def _start(place: Spot, found: list[Access], done: list[Stmt]) -> Expr | None:
    """A constant just stored there (that store goes), or the memory; None if the loop sets it first."""
    at = _constant_before(place, found[0].buffer, done)
    if at is not None:
        stmt = done[at]
        assert isinstance(stmt, Store)
        if _is_stored(found):
            del done[at]
        return stmt.value
    first = found[0]
    return None if first.is_store and not first.guarded else Load(first.buffer, first.index)


def _constant_before(place: Spot, buffer: Buffer, done: list[Stmt]) -> int | None:
    """The statement that last stored to a place, if of a constant and the buffer was not read since."""
    for at in range(len(done) - 1, -1, -1):
        stmt = done[at]
        if isinstance(stmt, Store) and stmt.buffer == buffer:
            other = spot(stmt.index)
            if other == place:
                return at if _is_constant(stmt.value) else None
            if other is None or not apart(other, place):
                return None
        if not isinstance(stmt, Store | Alloc) or any(load.buffer == buffer for load in loads(stmt)):
            return None
    return None


def _is_constant(value: Expr) -> bool:
    return isinstance(value, Const) or (isinstance(value, Broadcast) and isinstance(value.value, Const))


def _is_stored(found: list[Access]) -> bool:
    return any(a.is_store for a in found)


# ── legality ──────────────────────────────────────────────────────────────────────────────────────────


def _candidates(loop: For, limit: int, among: Set[Buffer] | None = None) -> Iterator[tuple[Buffer, Places]]:
    """Buffers that the loop stores to, and only touches at places that stay where they are, with these.

    With `among` no others are looked at.
    """
    inner = list(walk_stmts(loop.body))
    if any(isinstance(s, For) and s.kind == "parallel" for s in inner):
        return
    bound = {loop.var} | {s.var for s in inner if isinstance(s, For)}
    bound |= {s.var.name for s in inner if isinstance(s, Let)}
    own = {s.buffer for s in inner if isinstance(s, Alloc)}
    touched: dict[Buffer, list[Access]] = {}
    for access in accesses(loop.body):
        touched.setdefault(access.buffer, []).append(access)
    for buffer, found in touched.items():
        if among is not None and buffer not in among:
            continue
        if buffer not in own and buffer.scope != "register" and buffer.lanes == 1 and _is_stored(found):
            places = _places(found, bound)
            if places and len(places) <= limit:
                yield buffer, places


def _places(found: list[Access], bound: set[str]) -> Places | None:
    """The accesses of each place, or None where registers cannot stand for them."""
    places: dict[Spot, list[Access]] = {}
    for access in found:
        moves = any(facts(e).loads or not bound.isdisjoint(facts(e).free) for e in access.index)
        place = None if moves or access.pinned else spot(access.index)
        if place is None:
            return None
        places.setdefault(place, []).append(access)
    return places if separate(places) else None
