"""Guards leave inner loops: branches around the work they guard, outside the loops they do not depend on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from ..loop.accumulate import identity
from ..loop.affine import Box
from ..loop.guards import assumed, conjuncts, is_guarded, is_pure, joined, size, term_guards
from ..loop.ir import Block, Broadcast, Const, Expr, For, If, Load, Nest, Select, Stmt, Store
from ..loop.ranges import Range, learn
from ..loop.simplify_compare import narrowed
from ..loop.visit import free_vars, with_body, with_branches, with_stmts
from ..loop.zero_terms import update, with_term
from .interior import Versions

COPIES = 400    # statements that a branch may write twice


@dataclass(frozen=True, slots=True)
class Guards:
    """Evaluate guards as far out as they can be, and do no work on the zeros they stand for.

    before  for s in 0..3 { for c in 0..8 { C[0] = C[0] + select(y + s >= 1, X[y + s - 1, c], 0) * F[s, c] } }
    after   for s in 0..3 { if y + s >= 1 { for c in 0..8 { C[0] = C[0] + X[y + s - 1, c] * F[s, c] } } }

    A term that is the reducer's identity where its guard fails is skipped there. Statements with one guard
    share a branch, and a branch moves out of the loops it does not depend on. Around a tile whose guards
    mostly all hold a branch chooses between the tile without guards and the tile with them; in the latter,
    loops that change no guard once more come in two versions. Code at most triples, and no more than `copies`
    statements are written twice.
    """

    copies: int = COPIES

    def __call__(self, nest: Nest) -> Nest:
        """The nest with its guards hoisted."""
        if not is_guarded(nest.body):
            return nest
        hoisted = _Hoister(self.copies).block(Versions(self.copies).block(nest.body, {}), {})
        return with_body(nest, Versions(self.copies, still=True).block(hoisted, {}))


class _Hoister:
    def __init__(self, copies: int) -> None:
        self.copies = copies

    def block(self, block: Block, ranges: Mapping[str, Range]) -> Block:
        """A scope, its statements in branches that are shared where guards are equal."""
        if not is_guarded(block):
            return block
        here, stmts = dict(ranges), list[Stmt]()
        for stmt in block.stmts:
            stmts += self.stmt(stmt, here)
            learn(stmt, here)
        return with_stmts(block, merged(stmts))

    def stmt(self, stmt: Stmt, ranges: Mapping[str, Range]) -> Iterator[Stmt]:
        match stmt:
            case Store():
                yield _branched(stmt)
            case Block():
                yield self.block(stmt, ranges)
            case For(var=var, extent=extent):
                body = self.block(stmt.body, {**ranges, var: (0, extent - 1)})
                yield from self.hoisted(with_body(stmt, body))
            case If(condition=condition, then=then, otherwise=otherwise):
                box = Box(ranges)
                yes, no = (dict(ranges) | narrowed(box, condition, truth) for truth in (True, False))
                other = None if otherwise is None else self.block(otherwise, no)
                yield with_branches(stmt, self.block(then, yes), other)
            case _:
                yield stmt

    def hoisted(self, loop: For) -> Iterator[Stmt]:
        """A loop; inside a branch where the one that is all its body does not depend on it."""
        match loop.body.stmts:
            case (If(condition=condition, then=then, otherwise=otherwise),) if loop.kind != "parallel":
                pass
            case _:
                yield loop
                return
        fixed, rest = _parted(conjuncts(condition), {loop.var})
        if otherwise is not None:
            yield from self.unswitched(loop, then, otherwise, fixed, rest)
            return
        body = Block((If(joined(rest), then),)) if rest else then
        inner = replace(loop, body=body)
        yield If(joined(fixed), Block((inner,))) if fixed else inner

    def unswitched(self, loop: For, then: Block, otherwise: Block, fixed: tuple[Expr, ...],
                   rest: tuple[Expr, ...]) -> Iterator[Stmt]:
        """A loop over two branches as a branch over two loops, if its condition allows it."""
        if not fixed or size(then) + 2 * size(otherwise) > self.copies:
            yield loop
            return
        body = Block((If(joined(rest), then, otherwise),)) if rest else then
        yield If(joined(fixed), Block((replace(loop, body=body),)), Block((replace(loop, body=otherwise),)))


# ── one statement ──


def _branched(store: Store) -> Stmt:
    """A store in the branch that its guards make; that of a copy has an `else`."""
    found = update(store)
    if found is not None:
        parts = term_guards(found[1], identity(found[0], store.buffer.dtype))
        body = with_term(store, assumed(found[1], frozenset(parts)))
        return If(joined(dict.fromkeys(parts)), Block((body,))) if parts else store
    match store.value:
        case Select(condition=condition, then=then, otherwise=otherwise) if _copies(then, otherwise):
            parts = conjuncts(condition)
            yes, no = (Block((replace(store, value=v),)) for v in (then, otherwise))
            return If(joined(parts), yes, no) if all(map(is_pure, parts)) else store
        case _:
            return store


def _copies(then: Expr, otherwise: Expr) -> bool:
    """Whether a choice is what copies make: an element, or a number outside."""
    return isinstance(then, Load | Broadcast) and isinstance(otherwise, Const | Broadcast)


# ── statements in a row ──


def merged(stmts: list[Stmt]) -> Iterator[Stmt]:
    """Neighbours with equal guards in one branch; what is common to several guards around all of them."""
    alike = [_one(list(group)) for _, group in groupby(stmts, key=_same_branch)]
    flat_ = [stmt for group in alike for stmt in group]
    for shared, group in groupby(flat_, key=_is_shareable):
        run = list(group)
        yield from _shared(run) if shared and len(run) > 1 else run


def _same_branch(stmt: Stmt) -> object:
    """Equal for branches that may be one: of a pure condition that nothing in them can change."""
    if isinstance(stmt, If) and all(map(is_pure, conjuncts(stmt.condition))):
        return str(stmt.condition), stmt.otherwise is None
    return id(stmt)


def _one(group: list[Stmt]) -> list[Stmt]:
    branches = [s for s in group if isinstance(s, If)]
    if len(branches) < 2:
        return group
    then = tuple(s for b in branches for s in b.then.stmts)
    other = tuple(s for b in branches if b.otherwise for s in b.otherwise.stmts)
    return [If(branches[0].condition, Block(then), Block(other) if branches[0].otherwise else None)]


def _is_shareable(stmt: Stmt) -> bool:
    return isinstance(stmt, If) and stmt.otherwise is None


def _shared(run: list[Stmt]) -> Iterator[Stmt]:
    branches = [s for s in run if isinstance(s, If)]
    parts = [conjuncts(b.condition) for b in branches]
    common = tuple(c for c in parts[0] if is_pure(c) and all(c in other for other in parts[1:]))
    if not common:
        yield from run
        return
    inner: list[Stmt] = []
    for branch, own in zip(branches, parts, strict=True):
        rest = tuple(c for c in own if c not in common)
        inner += [If(joined(rest), branch.then)] if rest else branch.then.stmts
    yield If(joined(common), Block(tuple(inner)))


def _parted(parts: tuple[Expr, ...], bound: set[str]) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """The parts that may be evaluated outside a loop, and the others."""
    fixed = tuple(p for p in parts if is_pure(p) and not free_vars(p) & bound)
    return fixed, tuple(p for p in parts if p not in fixed)
