"""Peeling: a loop is cut where guards inside it become certain, into borders and an interior without them.

Along its variable, a guard that is a comparison of sums fails for certain, then depends on the loops further
in, then holds for certain, or the other way round. Where it changes, the loop is cut; in each piece the guard
is then decided or belongs to the inner loops alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from itertools import pairwise

from ...dsl.dtypes import I64
from .affine import SAFE, Box, Form, flat
from .guards import guards_of, size
from .ir import Binary, Block, Const, Expr, For, If, Let, Nest, Stmt, Var
from .ranges import Range, is_index, learn
from .simplify import Simplifier, simplify
from .simplify_compare import narrowed
from .simplify_lanes import LANE, one_lane
from .visit import free_vars, substitute, walk_stmts

Ranges = Mapping[str, Range]
Names = frozenset[str]
SINGLES = 4     # iterations of a border that are written one by one
PIECES = 8      # pieces of one loop
STATEMENTS = 4000   # of the whole nest after peeling; loops that would make it larger stay in one piece


def peel(nest: Nest, names: Set[str]) -> Nest:
    """A nest with the loops of these variables in pieces, outer loops first.

    before  for x in 0..8 { C[x] = select(x >= 2, A[x - 2], 0) }
    after   for x in 0..2 { C[x] = 0 }  for x in 0..6 { C[x + 2] = A[x] }

    A variable that a `Let` names (a member of a fused loop) is cut by branches instead. Up to `SINGLES`
    iterations that depend on inner loops are written one by one, so that in them those loops decide alone.
    """
    if not names:
        return nest
    plain = simplify(nest)
    peeler = _Peeler(size(plain.body))
    return simplify(replace(plain, body=peeler.block(plain.body, {}, frozenset(names))))


class _Peeler:
    def __init__(self, statements: int) -> None:
        self.statements = statements

    def block(self, block: Block, ranges: Ranges, names: Names) -> Block:
        here, stmts = dict(ranges), list[Stmt]()
        for n, stmt in enumerate(block.stmts):
            if isinstance(stmt, Let) and is_index(stmt.var):
                learn(stmt, here)
                cut = self.branches(stmt.var.name, Block(block.stmts[n + 1:]), here, names)
                if cut is not None:
                    return Block((*stmts, stmt, *self.block(cut, here, names - {stmt.var.name}).stmts))
            stmts += self.stmt(stmt, here, names)
        return Block(tuple(stmts))

    def stmt(self, stmt: Stmt, ranges: Ranges, names: Names) -> Iterator[Stmt]:
        match stmt:
            case Block():
                yield self.block(stmt, ranges, names)
            case For(kind="unrolled", body=body) if names & _bound(body):
                yield from self.written_out(stmt, ranges, names)
            case For(var=var) if var in names and stmt.kind == "serial":
                yield from self.pieces(stmt, ranges, names)
            case For(var=var, extent=extent, kind=kind, body=body):
                inside = {**ranges, var: (0, extent - 1)}
                cut = self.branches(var, body, inside, names) if kind == "parallel" else None
                yield replace(stmt, body=self.block(cut or body, inside, names - {var}))
            case If():
                yield self.branch(stmt, ranges, names)
            case _:
                yield stmt

    def branch(self, stmt: If, ranges: Ranges, names: Names) -> Stmt:
        yes, no = ({**ranges, **narrowed(Box(ranges), stmt.condition, truth)} for truth in (True, False))
        other = None if stmt.otherwise is None else self.block(stmt.otherwise, no, names)
        return replace(stmt, then=self.block(stmt.then, yes, names), otherwise=other)

    def written_out(self, loop: For, ranges: Ranges, names: Names) -> Iterator[Stmt]:
        """An unrolled loop around peeled ones: in each of its iterations they are cut elsewhere."""
        for n in range(loop.extent):
            body = Simplifier(ranges).block(substitute(loop.body, {loop.var: Const(n)}))
            yield self.block(body, ranges, names)

    def pieces(self, loop: For, ranges: Ranges, names: Names) -> Iterator[Stmt]:
        """The loop in pieces, one after the other."""
        inside = {**ranges, loop.var: (0, loop.extent - 1)}
        for first, last in self.cut(loop.var, loop.body, inside):
            piece = Simplifier(ranges).block(Block(shifted(loop, first, last)))
            yield self.block(piece, ranges, names - {loop.var})

    def branches(self, var: str, body: Block, ranges: Ranges, names: Names) -> Block | None:
        """A scope in which a variable has its value, cut into branches; None where that is not asked for."""
        cut = self.cut(var, body, ranges) if var in names else []
        if len(cut) < 2:
            return None
        chain = body
        for _, last in reversed(cut[:-1]):
            chain = Block((If(Binary("<", Var(var), Const(last + 1)), body, chain),))
        return Simplifier(ranges).block(chain)

    def cut(self, var: str, body: Block, ranges: Ranges) -> list[Range]:
        """The pieces of a variable's range, as many as the size of the nest allows."""
        found = partition(var, body, ranges)
        for cut in (_singles(found), found):
            more = (len(cut) - 1) * size(body)
            if self.statements + more <= STATEMENTS:
                self.statements += more
                return [(first, last) for first, last, _ in cut]
        return [ranges[var]]


def _bound(block: Block) -> set[str]:
    """The names of loops and values in a block."""
    inner = list(walk_stmts(block))
    return {s.var for s in inner if isinstance(s, For)} | {s.var.name for s in inner if isinstance(s, Let)}


def shifted(loop: For, first: int, last: int) -> tuple[Stmt, ...]:
    """The iterations of a loop from first to last."""
    if (first, last) == (0, loop.extent - 1):
        return (loop,)
    if first == last:
        return substitute(loop.body, {loop.var: Const(first)}).stmts
    by = {loop.var: Binary("+", Var(loop.var), Const(first))}
    body = substitute(loop.body, by) if first else loop.body
    return (replace(loop, extent=last - first + 1, body=body),)


# ── where to cut ──

Piece = tuple[int, int, bool]   # first and last value, whether a guard in it depends on inner loops


def partition(var: str, body: Block, ranges: Ranges) -> list[Piece]:
    """The pieces of a variable's range in which guards are certain, or are not, within outer `ranges`."""
    low, high = ranges[var]
    cuts: set[int] = set()
    open_: list[Range] = []
    for part, inside in guards_of(body, ranges):
        found = _changes(part, var, inside)
        if found is not None:
            cuts |= set(found)
            open_.append((min(found), max(found) - 1))
    edges = [low, *sorted(c for c in cuts if low < c <= high), high + 1]
    pieces = [(a, b - 1, any(first <= a and b - 1 <= last for first, last in open_))
              for a, b in pairwise(edges)]
    return _fewer(pieces)


def _fewer(pieces: list[Piece]) -> list[Piece]:
    """At most `PIECES`: the longest one without inner guards, what is before it, and what is after it."""
    if len(pieces) <= PIECES:
        return pieces
    longest = max(range(len(pieces)), key=lambda n: (not pieces[n][2], pieces[n][1] - pieces[n][0]))
    groups = (pieces[:longest], [pieces[longest]], pieces[longest + 1:])
    return [(g[0][0], g[-1][1], any(p[2] for p in g)) for g in groups if g]


def _singles(pieces: list[Piece]) -> list[Piece]:
    """Short pieces whose guards depend on inner loops, one iteration each."""
    return [single for first, last, moving in pieces
            for single in ([(n, n, moving) for n in range(first, last + 1)]
                           if moving and last - first < SINGLES else [(first, last, moving)])]


def _changes(part: Expr, var: str, ranges: Ranges) -> tuple[int, int] | None:
    """Where along a variable a comparison becomes open, and where certain again; None if it never is."""
    one = one_lane(part) if part.lanes > 1 else part
    if not isinstance(one, Binary) or one.op not in ("<", ">=") or one.left.dtype != I64:
        return None
    box = Box({**ranges, LANE.name: (0, part.lanes - 1)})
    simple = Simplifier(box.ranges)
    form = flat(simple.expr(one.left)) - flat(simple.expr(one.right))
    factor = form.terms.get(Var(var), 0)
    rest = Form({a: f for a, f in form.terms.items() if a != Var(var)}, form.constant)
    if not factor or any(var in free_vars(a) for a in rest.terms) or not box.safe(form):
        return None
    low, high = box.bounds(rest)
    first, second = _crossing(factor, low), _crossing(factor, high)
    return min(first, second), max(first, second)


def _crossing(factor: int, constant: int) -> int:
    """The value of v from which on `factor * v + constant < 0` is not what it was before."""
    assert abs(constant) < SAFE
    return -(constant // factor) if factor > 0 else constant // -factor + 1
