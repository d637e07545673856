"""Copies that turn a matrix over: vectors are read along one axis and written along another.

A tile whose lanes are channels written to a tensor whose innermost axis is another, an operand packed across
its rows: read or write, one of the two is strided, an element at a time. Squares of the tile that are read by
vectors, transposed in registers and written by vectors take n instructions for each n elements instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..loop.ir import Binary, Block, Const, Expr, For, If, Let, Nest, Stmt, Store, Var
from ..loop.visit import rebuild, substitute, with_body, with_branches, with_stmts
from .lane_network import transposed
from .transpose_find import Copy, find
from .vectorize import UNROLLED_VECTORS, NotVectorizable, Widener


@dataclass(frozen=True, slots=True)
class Transpose:
    """Transpose in registers what a vectorized nest reads along another axis than it writes.

    before  for f in 0..2 { vectorized for x in 0..2 { C[f * 2 + x] = A[x * 2 + f] } }
    after   { let A.t1.r0 = A[ramp(0, 1, 2)]  let A.t1.r1 = A[ramp(2, 1, 2)]
              let A.t1.s.0 = shuffle(A.t1.r0, A.t1.r1, 0, 2)
              let A.t1.s.1 = shuffle(A.t1.r0, A.t1.r1, 1, 3)
              C[ramp(0, 1, 2)] = A.t1.s.0  C[ramp(2, 1, 2)] = A.t1.s.1 }

    Subscripts are simplified here. One of the two loops is marked; what else stands in the expression may
    vary along either. What does not fill a square of vectors is done by smaller ones.
    """

    vector_bytes: int

    def __call__(self, nest: Nest) -> Nest:
        """The nest with transposing copies."""
        return with_body(nest, _Transposer(self.vector_bytes).block(nest.body))


class _Transposer:
    def __init__(self, vector_bytes: int) -> None:
        self.vector_bytes = vector_bytes
        self.made = 0

    def block(self, block: Block) -> Block:
        return with_stmts(block, (s for stmt in block.stmts for s in self.stmt(stmt)))

    def stmt(self, stmt: Stmt) -> Iterator[Stmt]:
        match stmt:
            case Block():
                yield self.block(stmt)
            case For():
                found = find(stmt)
                yield from self.copy(found) if found else (with_body(stmt, self.block(stmt.body)),)
            case If(otherwise=otherwise):
                then = self.block(stmt.then)
                other = None if otherwise is None else self.block(otherwise)
                yield with_branches(stmt, then, other)
            case _:
                yield stmt

    def copy(self, copy: Copy) -> tuple[Stmt, ...]:
        """The nest in squares, inside the loops that have no part in it."""
        sizes = [b.dtype.bytes for b in (copy.store.buffer, *(read.buffer for read in copy.reads))]
        try:
            stmts = tuple(self.squares(copy, self.vector_bytes // max(sizes)))
        except NotVectorizable:
            stmts = (_nested((copy.rows, copy.lanes), (copy.store,)),)
        return (_nested(copy.around, stmts),) if copy.around else stmts

    def squares(self, copy: Copy, most: int) -> Iterator[Stmt]:
        """Squares as large as fit; a single row or column is left to vectors of the other axis."""
        for across in _strips(copy.rows, most):
            if across.size == 1:
                yield replace(copy.lanes, kind="vectorized", body=Block((across.row(copy.store, 0),)))
                continue
            for along in _strips(copy.lanes, across.size):
                if along.size == 1:
                    body = (across.widener.store(along.row(copy.store, 0), {}),)
                else:
                    body = tuple(self.square(copy, across, along))
                yield from across.repeated(along.repeated(body))

    def square(self, copy: Copy, across: _Strip, along: _Strip) -> Iterator[Stmt]:
        """Read along one axis, transpose, and compute and write along the other."""
        stands: dict[Expr, Var] = {}
        columns: dict[str, list[Expr]] = {}
        for read in copy.reads:
            self.made += 1
            name = f"{read.buffer.name}.t{self.made}"
            rows: list[Var] = []
            for k in range(along.size):
                rows.append(Var(f"{name}.r{k}", read.dtype, across.size))
                yield Let(rows[k], across.widener.expr(substitute(read, along.at(k)), {}))
            lets, columns[name] = transposed(rows, f"{name}.s")
            yield from lets
            stands[read] = Var(name, read.dtype)
        turned = replace(copy.store, value=_replaced(copy.store.value, stands))
        for k in range(across.size):
            named: dict[str, Var] = {}
            for name, found in columns.items():
                column = found[k]
                if not isinstance(column, Var):
                    column = Var(f"{name}.c{k}", column.dtype, along.size)
                    yield Let(column, found[k])
                named[name] = column
            yield along.widener.store(across.row(turned, k), named)


@dataclass(frozen=True, slots=True)
class _Strip:
    """Part of a loop: `count` times `size` iterations from `start` on."""

    loop: For
    start: int
    size: int
    count: int

    @property
    def base(self) -> Expr:
        return Binary("*", Var(self.loop.var), Const(self.size)) if self.count > 1 else Const(self.start)

    @property
    def widener(self) -> Widener:
        """Writes all of `size` iterations at once."""
        return Widener(self.loop.var, self.base, self.size)

    def at(self, k: int) -> Mapping[str, Expr]:
        """The value of the loop variable in the k-th iteration."""
        return {self.loop.var: Binary("+", self.base, Const(k)) if k else self.base}

    def row(self, store: Store, k: int) -> Store:
        """The store in the k-th iteration."""
        index = tuple(substitute(e, self.at(k)) for e in store.index)
        return Store(store.buffer, index, substitute(store.value, self.at(k)))

    def repeated(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        """The body for each of the `count` parts."""
        if self.count == 1:
            return (Block(body),) if len(body) > 1 else body
        few = self.count <= UNROLLED_VECTORS and self.loop.kind == "vectorized"
        kind = "unrolled" if few else "serial" if self.loop.kind == "vectorized" else self.loop.kind
        inner = body[0] if len(body) == 1 and isinstance(body[0], Block) else Block(body)
        return (For(self.loop.var, self.count, kind, inner),)


def _strips(loop: For, most: int) -> Iterator[_Strip]:
    """All iterations: strips of `most`, then of half as many, down to one."""
    done, size = 0, most
    while done < loop.extent:
        count = (loop.extent - done) // size
        if count:
            yield _Strip(loop, done, size, count)
            done += count * size
        size //= 2


def _nested(loops: tuple[For, ...], body: tuple[Stmt, ...]) -> For:
    """Loops around a body."""
    made = replace(loops[-1], body=Block(body))
    for loop in reversed(loops[:-1]):
        made = replace(loop, body=Block((made,)))
    return made


def _replaced(expr: Expr, stands: Mapping[Expr, Var]) -> Expr:
    """The expression with variables for some of its parts."""
    return stands[expr] if expr in stands else rebuild(expr, lambda e: _replaced(e, stands))
