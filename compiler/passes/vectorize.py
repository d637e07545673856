"""Loops marked `vectorized` become vector statements.

A loop of n iterations becomes n // L statements of L lanes, L being the machine's vector, and what is left is
done by vectors of half the length, a quarter, …, a scalar at last: no masks, no lane beyond the range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..loop.affine import flat
from ..loop.ir import (
    Across,
    Alloc,
    Binary,
    Bits,
    Block,
    Broadcast,
    Call,
    Cast,
    Const,
    Expr,
    For,
    If,
    Let,
    Load,
    Nest,
    Ramp,
    Select,
    Shuffle,
    Stmt,
    Store,
    Unary,
    Var,
)
from ..loop.visit import free_vars, substitute, walk_stmts, with_body, with_branches, with_stmts

UNROLLED_VECTORS = 16  # a loop of at most so many vectors is written out


@dataclass(frozen=True, slots=True)
class Vectorize:
    """Replace vectorized loops by statements on vectors of up to `vector_bytes` (here 64).

    before  vectorized for j in 0..12 { C[j] = A[j] }
    after   C[ramp(0, 1, 8)] = A[ramp(0, 1, 8)]  C[ramp(8, 1, 4)] = A[ramp(8, 1, 4)]

    A body that lanes cannot run together (a branch of some, two subscripts that vary) stays a serial loop.
    """

    vector_bytes: int

    def __call__(self, nest: Nest) -> Nest:
        """The nest without vectorized loops."""
        return with_body(nest, self._block(nest.body))

    def _block(self, block: Block) -> Block:
        return with_stmts(block, (s for stmt in block.stmts for s in self._stmt(stmt)))

    def _stmt(self, stmt: Stmt) -> Iterator[Stmt]:
        match stmt:
            case Block():
                yield self._block(stmt)
            case For(kind="vectorized"):
                yield from self._vectorized(stmt)
            case For():
                yield with_body(stmt, self._block(stmt.body))
            case If(otherwise=otherwise):
                then = self._block(stmt.then)
                other = None if otherwise is None else self._block(otherwise)
                yield with_branches(stmt, then, other)
            case _:
                yield stmt

    def _vectorized(self, loop: For) -> Iterator[Stmt]:
        width = max(1, self.vector_bytes // _widest(loop.body))
        try:
            yield from _strips(loop, width)
        except NotVectorizable:
            yield replace(loop, kind="serial", body=self._block(loop.body))


class NotVectorizable(Exception):
    """A body whose lanes cannot run together."""


def _widest(body: Block) -> int:
    """Bytes of the widest element stored or named in a loop body."""
    sizes = [s.buffer.dtype.bytes for s in walk_stmts(body) if isinstance(s, Store)]
    sizes += [s.var.dtype.bytes for s in walk_stmts(body) if isinstance(s, Let)]
    return max(sizes, default=8)


def _strips(loop: For, width: int) -> Iterator[Stmt]:
    """Statements for all iterations: whole vectors, in a loop if there are several, then the rest."""
    count, done = loop.extent // width, 0
    if count > 1:
        kind = "unrolled" if count <= UNROLLED_VECTORS else "serial"
        base = Binary("*", Var(loop.var), Const(width))
        yield For(loop.var, count, kind, _widen(loop.body, loop.var, base, width))
        done = count * width
    while done < loop.extent:
        lanes = min(width, 1 << ((loop.extent - done).bit_length() - 1))
        if lanes == 1:
            yield from _block_of(substitute(loop.body, {loop.var: Const(done)}))
        else:
            yield from _block_of(_widen(loop.body, loop.var, Const(done), lanes))
        done += lanes


def _block_of(body: Block) -> Iterator[Stmt]:
    """The body, in a scope of its own where it names or allocates something."""
    if any(isinstance(stmt, Let | Alloc) for stmt in body.stmts):
        yield body
    else:
        yield from body.stmts


def _widen(body: Block, var: str, base: Expr, lanes: int) -> Block:
    """The body for iterations base … base + lanes - 1 at once."""
    return Widener(var, base, lanes).block(body, {})


@dataclass(frozen=True, slots=True)
class Widener:
    """Writes statements and expressions for `lanes` values of a loop variable at once, from `base` on.

    `named` has the vectors that stand for values named inside the loop.
    """

    var: str
    base: Expr
    lanes: int

    def block(self, block: Block, named: Mapping[str, Var]) -> Block:
        """The statements in all lanes; `named` has what they are called that were scalars."""
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            match stmt:
                case Let(var=var, value=value):
                    wide = self.expr(value, named)
                    named = {**named, var.name: replace(var, lanes=wide.lanes)}
                    stmts.append(Let(named[var.name], wide))
                case Store():
                    stmts.append(self.store(stmt, named))
                case For(kind="serial" | "unrolled"):
                    stmts.append(replace(stmt, body=self.block(stmt.body, named)))
                case Block():
                    stmts.append(self.block(stmt, named))
                case If():
                    stmts.append(self.branch(stmt, named))
                case _:
                    raise NotVectorizable
        return Block(tuple(stmts))

    def branch(self, stmt: If, named: Mapping[str, Var]) -> If:
        """A branch that all lanes take together."""
        condition = self.expr(stmt.condition, named)
        if condition.lanes > 1:
            raise NotVectorizable
        other = None if stmt.otherwise is None else self.block(stmt.otherwise, named)
        return If(condition, self.block(stmt.then, named), other)

    def store(self, store: Store, named: Mapping[str, Var]) -> Store:
        index = self.index(store.index, named)
        if all(e.lanes == 1 for e in index):
            raise NotVectorizable
        return Store(store.buffer, index, self.wide(self.expr(store.value, named)))

    def index(self, index: tuple[Expr, ...], named: Mapping[str, Var]) -> tuple[Expr, ...]:
        wide = tuple(self.subscript(e, named) for e in index)
        if sum(e.lanes > 1 for e in wide) > 1:
            raise NotVectorizable
        return wide

    def subscript(self, expr: Expr, named: Mapping[str, Var]) -> Expr:
        """A subscript affine in the loop variable becomes a ramp, any other a vector of indices."""
        step = step_of(expr, self.var)
        if step is None or free_vars(expr) & named.keys():
            return self.expr(expr, named)
        start = substitute(expr, {self.var: self.base})
        return Ramp(start, step, self.lanes) if step else start

    def wide(self, expr: Expr) -> Expr:
        return expr if expr.lanes > 1 else Broadcast(expr, self.lanes)

    def pair(self, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        if left.lanes == right.lanes:
            return left, right
        return self.wide(left), self.wide(right)

    def expr(self, expr: Expr, named: Mapping[str, Var]) -> Expr:
        """The expression in all lanes; it stays scalar where it is the same in each."""
        match expr:
            case Const():
                return expr
            case Var(name=name):
                return Ramp(self.base, 1, self.lanes) if name == self.var else named.get(name, expr)
            case Load(buffer=buffer, index=index):
                return Load(buffer, self.index(index, named))
            case Unary(op=op, value=value):
                return Unary(op, self.expr(value, named))
            case Cast(value=value, dtype=dtype):
                return Cast(self.expr(value, named), dtype)
            case Bits(value=value, dtype=dtype):
                return Bits(self.expr(value, named), dtype)
            case Binary(op=op):
                return Binary(op, *self.pair(self.expr(expr.left, named), self.expr(expr.right, named)))
            case Call(function=function, args=args):
                return Call(function, self.all_wide(tuple(self.expr(a, named) for a in args)))
            case Select():
                return self.select(expr, named)
            case Ramp() | Broadcast() | Shuffle() | Across():
                raise NotVectorizable

    def all_wide(self, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(map(self.wide, args)) if any(a.lanes > 1 for a in args) else args

    def select(self, expr: Select, named: Mapping[str, Var]) -> Expr:
        condition = self.expr(expr.condition, named)
        then, otherwise = self.expr(expr.then, named), self.expr(expr.otherwise, named)
        if condition.lanes > 1 or then.lanes > 1 or otherwise.lanes > 1:
            then, otherwise = self.wide(then), self.wide(otherwise)
        return Select(condition, then, otherwise)


def step_of(expr: Expr, var: str) -> int | None:
    """How much an affine subscript grows with a variable; None where it is not affine in it."""
    form = flat(expr)
    others = (atom for atom in form.terms if atom != Var(var))
    return None if any(var in free_vars(atom) for atom in others) else form.terms.get(Var(var), 0)
