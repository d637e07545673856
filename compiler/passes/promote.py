"""Keep what a loop accumulates in registers: load before the loop, store after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..loop.ir import Alloc, Block, Broadcast, Buffer, Const, Expr, For, If, Let, Load, Nest, Stmt, Store
from ..loop.visit import free_vars, rebuild, rebuild_stmt, walk_stmts
from .access import Access, Spot, accesses, separate, spot

LIMIT = 256  # registers: beyond this a compiler would spill everything anyway


@dataclass(frozen=True, slots=True)
class Promote:
    """Replace memory that a serial loop rewrites in place by values in registers.

    before  C[0] = 0  for k in 0..8 { C[0] = C[0] + A[k] }
    after   register C_r: f32[1]  C_r[0] = 0  for k in 0..8 { C_r[0] = C_r[0] + A[k] }  C[0] = C_r[0]

    The outermost loop for which it is legal is taken: each access to the buffer in it is at a place that does not
    change while it runs, is in no branch, and shares no element with another one.
    """

    limit: int = LIMIT

    def __call__(self, nest: Nest) -> Nest:
        """The nest with accumulators in registers."""
        return replace(nest, body=_Promoter(self.limit).block(nest.body))


class _Promoter:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.made = 0

    def block(self, block: Block) -> Block:
        done: list[Stmt] = []
        for stmt in block.stmts:
            match stmt:
                case For(kind="serial"):
                    self.loop(stmt, done)
                case For():
                    done.append(replace(stmt, body=self.block(stmt.body)))
                case Block():
                    done.append(self.block(stmt))
                case If(otherwise=otherwise):
                    done.append(replace(stmt, then=self.block(stmt.then),
                                        otherwise=None if otherwise is None else self.block(otherwise)))
                case _:
                    done.append(stmt)
        return Block(tuple(done))

    def loop(self, loop: For, done: list[Stmt]) -> None:
        """Append the loop to `done`, with what it accumulates in registers around it."""
        after: list[Stmt] = []
        for buffer, places in _candidates(loop, self.limit):
            loop = self.promote(loop, buffer, places, done, after)
        done.append(replace(loop, body=self.block(loop.body)))
        done += after

    def promote(self, loop: For, buffer: Buffer, places: Mapping[Spot, Access], done: list[Stmt],
                after: list[Stmt]) -> For:
        """Give each place of a buffer a register."""
        self.made += 1
        lanes = next(iter(places.values())).lanes
        register = Buffer(f"{buffer.name}_r{self.made}", buffer.dtype, (len(places),), "register", lanes)
        values = {place: Load(register, (Const(n),)) for n, place in enumerate(places)}
        started = [self.start(access, done) for access in places.values()]
        done.append(Alloc(register))
        for n, first in enumerate(started):
            done.append(Store(register, (Const(n),), first))
        after += [Store(buffer, access.index, values[place]) for place, access in places.items()]
        return replace(loop, body=_replaced(loop.body, buffer, values))

    def start(self, access: Access, done: list[Stmt]) -> Expr:
        """What a register holds first: a constant just stored to its place (that store goes), or the memory."""
        place = spot(access.index)
        for at in range(len(done) - 1, -1, -1):
            stmt = done[at]
            if isinstance(stmt, Store) and stmt.buffer == access.buffer and spot(stmt.index) == place:
                if _constant(stmt.value):
                    del done[at]
                    return stmt.value
                break
            if not isinstance(stmt, Store | Alloc) or not _keeps(stmt, access.buffer):
                break
        return Load(access.buffer, access.index)


def _constant(value: Expr) -> bool:
    return isinstance(value, Const) or (isinstance(value, Broadcast) and isinstance(value.value, Const))


def _keeps(stmt: Stmt, buffer: Buffer) -> bool:
    """Whether a plain statement neither reads the buffer nor stores anything but a constant to it."""
    found = list(accesses(stmt))
    return not any(a.buffer == buffer and not a.is_store for a in found)


def _candidates(loop: For, limit: int) -> Iterator[tuple[Buffer, dict[Spot, Access]]]:
    """Buffers that the loop only touches at places of its own making, with one access for each place."""
    bound = {loop.var} | _names(loop.body)
    own = {s.buffer for s in walk_stmts(loop.body) if isinstance(s, Alloc)}
    touched: dict[Buffer, list[Access]] = {}
    for stmt in loop.body.stmts:
        for access in accesses(stmt):
            touched.setdefault(access.buffer, []).append(access)
    for buffer, found in touched.items():
        if buffer in own or buffer.scope == "register" or not any(a.is_store for a in found):
            continue
        places = _places(found, bound)
        if places and len(places) <= limit:
            yield buffer, places


def _places(found: list[Access], bound: set[str]) -> dict[Spot, Access] | None:
    """The distinct places of some accesses, or None where registers cannot stand for them."""
    places: dict[Spot, Access] = {}
    for access in found:
        place = spot(access.index)
        if place is None or access.guarded or any(free_vars(e) & bound for e in access.index):
            return None
        places.setdefault(place, access)
    same = len({a.lanes for a in places.values()}) == 1
    return places if same and separate(places) else None


def _names(block: Block) -> set[str]:
    loops = {s.var for s in walk_stmts(block) if isinstance(s, For)}
    return loops | {s.var.name for s in walk_stmts(block) if isinstance(s, Let)}


def _replaced(block: Block, buffer: Buffer, values: Mapping[Spot, Load]) -> Block:
    """The block with registers for a buffer's places."""

    def expr(node: Expr) -> Expr:
        if isinstance(node, Load) and node.buffer == buffer:
            place = spot(node.index)
            assert place is not None
            return values[place]
        return rebuild(node, expr)

    def stmt(node: Stmt) -> Stmt:
        if isinstance(node, Store) and node.buffer == buffer:
            place = spot(node.index)
            assert place is not None
            register = values[place]
            return Store(register.buffer, register.index, expr(node.value))
        return rebuild_stmt(node, expr, inner)

    def inner(part: Block) -> Block:
        return Block(tuple(map(stmt, part.stmts)))

    return inner(block)
