"""What of a nest can run ahead of time: all that depends on nothing but constant inputs.

A nest becomes two. The *prepack* nest computes, from the constant inputs alone, the tensors that the *main*
nest reads and that do not depend on anything else: packed weights, tables. These are its outputs, and inputs
of the main nest. One after the other the two are the whole nest, and both are nests like any other, for the
interpreter, the verifier and every code generator:

before  nest f(A, W) -> (D) { global P: f32[4, 8]  for i … { P[…] = W[…] }  for j … { D[…] = A[…] * P[…] } }
after   nest f(W) -> (P) { for i … { P[…] = W[…] } }  and  nest f(A, P) -> (D) { for j … { … } }
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .ir import Alloc, Block, Buffer, For, Invoke, Let, Load, Nest, Prefetch, Stmt, Store, Var
from .visit import all_exprs, walk_stmts


@dataclass(frozen=True, slots=True)
class Prepacked:
    """A nest as two: `prepack` from the constant inputs that it reads to the packed tensors, and `main`.

    The inputs of `main` are the whole nest's, without constants that it does not read, then packed tensors.
    """

    prepack: Nest
    main: Nest

    @property
    def packed(self) -> tuple[Buffer, ...]:
        """The tensors computed ahead of time."""
        return self.prepack.outputs


def prepacked(nest: Nest, constants: Collection[str]) -> Prepacked:
    """The two nests; `constants` names inputs. Without any, all is in `main`."""
    if not constants:
        return Prepacked(Nest(nest.name, (), (), Block(())), nest)
    tops = tuple(map(_top, nest.body.stmts))
    varying = _varying(nest, tops, constants)
    ahead = [t for t in tops if t.writes and not t.writes & varying]
    kept = _kept(tops, ahead)
    used = {name for top in kept for name in top.reads}
    crossing = [t.stmt.buffer for t in ahead if isinstance(t.stmt, Alloc) and t.stmt.buffer.name in used]
    names = {buffer.name for buffer in crossing}
    needed = {name for top in ahead for name in top.reads}
    first = Nest(nest.name, tuple(b for b in nest.inputs if b.name in needed & set(constants)),
                 tuple(crossing), _block(t for t in ahead if not t.allocates(names)))
    inputs = tuple(b for b in nest.inputs if b.name not in constants or b.name in used)
    return Prepacked(first, Nest(nest.name, (*inputs, *crossing), nest.outputs, _block(kept)))


def _block(tops: Iterator[_Top] | list[_Top]) -> Block:
    return Block(tuple(top.stmt for top in tops))


@dataclass(frozen=True, slots=True)
class _Top:
    """A statement of a nest's body: the names from around it that it reads, and those it gives a value."""

    stmt: Stmt
    reads: frozenset[str]
    writes: frozenset[str]

    def allocates(self, names: Collection[str]) -> bool:
        return isinstance(self.stmt, Alloc) and self.stmt.buffer.name in names


def _top(stmt: Stmt) -> _Top:
    match stmt:
        case Alloc(buffer=buffer):
            return _Top(stmt, frozenset(), frozenset((buffer.name,)))
        case Let(var=var):
            return _Top(stmt, frozenset(_mentioned(stmt)), frozenset((var.name,)))
        case _:
            inner = frozenset(_bound(stmt))
            return _Top(stmt, frozenset(_mentioned(stmt)) - inner, frozenset(_written(stmt)) - inner)


def _mentioned(stmt: Stmt) -> Iterator[str]:
    """Names of the tensors and values that a statement may read."""
    for expr in all_exprs(stmt):
        match expr:
            case Load(buffer=buffer):
                yield buffer.name
            case Var(name=name):
                yield name
            case _:
                pass
    for inner in walk_stmts(stmt):
        match inner:
            case Invoke(operands=operands):
                yield from (operand.buffer.name for operand in operands)
            case Prefetch(buffer=buffer):
                yield buffer.name
            case _:
                pass


def _written(stmt: Stmt) -> Iterator[str]:
    """Names of the tensors that a statement may write."""
    for inner in walk_stmts(stmt):
        match inner:
            case Store(buffer=buffer):
                yield buffer.name
            case Invoke(operands=operands):
                yield from (operand.buffer.name for operand in operands)
            case _:
                pass


def _bound(stmt: Stmt) -> Iterator[str]:
    """Names that mean something only inside a statement."""
    for inner in walk_stmts(stmt):
        match inner:
            case Alloc(buffer=buffer):
                yield buffer.name
            case Let(var=var):
                yield var.name
            case For(var=name):
                yield name
            case _:
                pass


def _varying(nest: Nest, tops: tuple[_Top, ...], constants: Collection[str]) -> set[str]:
    """The names whose values depend on more than the constants, or that only the main nest can have."""
    private = {t.stmt.buffer.name for t in tops
               if isinstance(t.stmt, Alloc) and t.stmt.buffer.scope != "global"}
    varying = {b.name for b in nest.inputs if b.name not in constants} | {b.name for b in nest.outputs}
    while True:
        found = {name for t in tops if (t.reads | t.writes) & varying for name in t.writes}
        found |= {name for t in tops if not t.writes or t.writes & varying for name in t.reads & private}
        if found <= varying:
            return varying
        varying |= found


def _kept(tops: tuple[_Top, ...], ahead: list[_Top]) -> list[_Top]:
    """The statements of the main nest: those not run ahead, and values named ahead that they use."""
    kept: list[_Top] = []
    used: set[str] = set()
    for top in reversed(tops):
        if top not in ahead or (isinstance(top.stmt, Let) and top.writes & used):
            kept.append(top)
            used |= top.reads
    return kept[::-1]
