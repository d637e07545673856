"""The interior of a nest: where all guards hold for a whole tile, the tile is written without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from ..loop.affine import Box
from ..loop.guards import (
    TRUE,
    assumed_stmts,
    conjuncts,
    guards_of,
    is_guarded,
    is_pure,
    joined,
    size,
    throughout,
)
from ..loop.ir import Block, Expr, For, If, Stmt, Store
from ..loop.ranges import Range, learn
from ..loop.simplify import Simplifier
from ..loop.simplify_compare import narrowed
from ..loop.simplify_lanes import LANE, one_lane
from ..loop.visit import blocks, free_vars, stores, with_body, with_branches, with_stmts

FALSE = replace(TRUE, value=False)
LEAST = Fraction(1, 4)      # of the iterations around a tile, for a copy of it without guards to be worth it
Ranges = Mapping[str, Range]


@dataclass(frozen=True, slots=True)
class Interior:
    """When all guards of some statements hold, and which these are."""

    condition: Expr
    known: frozenset[Expr]


@dataclass(frozen=True, slots=True)
class Versions:
    """Two versions of each tile of at most `limit` statements: the interior without guards, and the rest.

    before  for x in 0..8 { for s in 0..3 { C[x] = C[x] + select(x + s >= 1, X[x + s - 1], 0) } }
    after   for x in 0..8 { if x >= 1 { for s in 0..3 { C[x] = C[x] + X[x + s - 1] } } else { … as before } }

    The outermost loop is taken in which the interior is a quarter of what there is, or more. With `still`
    only loops that change no guard get a copy, and the branch is just around them. `failed` are conditions
    of which one does not hold here.
    """

    limit: int
    still: bool = False
    failed: tuple[frozenset[Expr], ...] = ()

    def block(self, block: Block, ranges: Ranges) -> Block:
        """A scope with its tiles in two versions."""
        if not is_guarded(block):
            return block
        here, stmts, run = dict(ranges), list[Stmt](), list[Stmt]()
        for stmt in block.stmts:
            if isinstance(stmt, Store | For | If):
                run.append(stmt)
                continue
            stmts += self.run(run, here)
            run = []
            learn(stmt, here)
            stmts.append(self.block(stmt, here) if isinstance(stmt, Block) else stmt)
        return with_stmts(block, (*stmts, *self.run(run, here)))

    def run(self, run: list[Stmt], ranges: Ranges) -> Iterator[Stmt]:
        """Statements in a row: those with guards in two versions, with what sets their accumulators."""
        guarded = [n for n, stmt in enumerate(run) if is_guarded(stmt)]
        first, last = (_start(run, guarded[0]), guarded[-1] + 1) if guarded else (0, 0)
        inner = Block(tuple(run[first:last]))
        found = self.interior(inner, ranges) if guarded and size(inner) <= self.limit else None
        if found is None:
            yield from (self.inside(stmt, ranges) if n in guarded else stmt for n, stmt in enumerate(run))
            return
        yield from run[:first]
        yield If(found.condition, assumed_stmts(inner, found.known), inner)
        yield from run[last:]

    def inside(self, stmt: Stmt, ranges: Ranges) -> Stmt:
        """A statement with the tiles further in in two versions."""
        match stmt:
            case For(var=var, extent=extent):
                return with_body(stmt, self.block(stmt.body, {**ranges, var: (0, extent - 1)}))
            case If(condition=condition, then=then, otherwise=otherwise):
                outside = replace(self, failed=(*self.failed, frozenset(conjuncts(condition))))
                other = None if otherwise is None else outside.block(otherwise, ranges)
                return with_branches(stmt, self.block(then, ranges), other)
            case _:
                return stmt

    def interior(self, block: Block, ranges: Ranges) -> Interior | None:
        """Where in the loops around a block all its guards hold; None if nowhere, rarely, or to no gain."""
        simplifier = Simplifier(ranges)
        conditions: dict[Expr, None] = {}
        known: set[Expr] = set()
        moving = lanes = False
        once = {(id(part), id(inside)): (part, inside) for part, inside in guards_of(block, ranges)}
        parts = {(part, *inside.items()): inside for part, inside in once.values()}
        for (part, *_), inside in parts.items():
            inner = {name: r for name, r in inside.items() if name not in ranges}
            holds = _holds(part, inner, simplifier.box)
            if holds is None:
                continue
            condition = simplifier.expr(holds)
            if condition == FALSE:
                return None
            known.add(part)
            moving = moving or bool(free_vars(part) & inner.keys())
            lanes = lanes or part.lanes > 1
            if condition != TRUE:
                conditions[condition] = None
        several = lanes or len(_conditions(block)) > 1
        gain = self.gains(block, moving, several) and not any(f <= conditions.keys() for f in self.failed)
        if not conditions or not gain or _share(simplifier.box, tuple(conditions)) < LEAST:
            return None
        return Interior(simplifier.expr(joined(conditions)), frozenset(known))

    def gains(self, block: Block, moving: bool, several: bool) -> bool:
        """Whether a branch out here saves branches further in, or guards of single lanes."""
        if self.still:
            return several and not moving and any(isinstance(s, For) for s in block.stmts)
        return several or moving


def _start(run: list[Stmt], first: int) -> int:
    """Where the statements begin that only set what the one at `first` stores to."""
    own = {s.buffer for s in stores(run[first])}
    while first and {s.buffer for s in stores(run[first - 1])} <= own:
        first -= 1
    return first


def _holds(part: Expr, inner: Ranges, box: Box) -> Expr | None:
    """When a part of a guard holds in all inner iterations and lanes; None where that cannot be said."""
    if part.lanes > 1:
        lanes, one = part.lanes, one_lane(part)
        return None if one is None else throughout(one, {**inner, LANE.name: (0, lanes - 1)}, box)
    return throughout(part, inner, box) if is_pure(part) else None


def _conditions(stmt: Stmt) -> set[tuple[Expr, ...]]:
    """The different guards of single statements, in their parts."""
    if not is_guarded(stmt):
        return set()
    if isinstance(stmt, Block):
        return {c for part in stmt.stmts for c in _conditions(part)}
    if isinstance(stmt, Store):
        return {tuple(part for part, _ in guards_of(stmt, {}))}
    if isinstance(stmt, If):
        return {conjuncts(stmt.condition)}
    return {c for part in blocks(stmt) for c in _conditions(part)}


def _share(box: Box, conditions: tuple[Expr, ...]) -> Fraction:
    """The fraction of all values of the variables around that is left where the conditions hold."""
    left = narrowed(box, joined(conditions), truth=True)
    share = Fraction(1)
    for name, (low, high) in left.items():
        first, last = box.ranges[name]
        share *= Fraction(max(0, high - low + 1), last - first + 1)
    return share
