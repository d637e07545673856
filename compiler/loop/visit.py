"""Walking and rewriting loop nests: the few helpers every pass is written with.

Nothing here copies what does not change: a rewrite that changes nothing gives back the very node it was
given, so `is` tells whether a pass did something, and unchanged parts stay shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from operator import is_
from typing import overload

from .facts import facts
from .ir import (
    Alloc,
    Block,
    Expr,
    For,
    If,
    Invoke,
    Let,
    Load,
    Nest,
    Operand,
    Prefetch,
    Stmt,
    Store,
    Var,
)
from .parts import Change, children, map_tuple, rebuild

# ── expressions ──────────────────────────────────────────────────────────────────────────────────────────


def walk_expr(expr: Expr) -> Iterator[Expr]:
    """The expression and everything below it, a node before its parts, left before right."""
    todo = [expr]
    while todo:
        node = todo.pop()
        yield node
        if parts := children(node):
            todo.extend(parts[::-1])


def free_vars(expr: Expr) -> frozenset[str]:
    """The names of all variables in the expression (an expression binds none)."""
    return facts(expr).free


# ── statements ───────────────────────────────────────────────────────────────────────────────────────────


def blocks(stmt: Stmt) -> tuple[Block, ...]:
    """The blocks directly inside a statement: a loop's body, the branches of an `If`. None inside a Block."""
    match stmt:
        case For(body=body):
            return (body,)
        case If(then=then, otherwise=otherwise):
            return (then,) if otherwise is None else (then, otherwise)
        case Block() | Alloc() | Let() | Store() | Invoke() | Prefetch():
            return ()


def expressions(stmt: Stmt) -> tuple[Expr, ...]:
    """The whole expressions directly in a statement, in the order they are evaluated."""
    match stmt:
        case Store(index=index, value=value):
            return (*index, value)
        case Let(value=value):
            return (value,)
        case If(condition=condition):
            return (condition,)
        case Invoke(operands=operands):
            return tuple(e for operand in operands for e in operand.index)
        case Prefetch(index=index):
            return index
        case Block() | For() | Alloc():
            return ()


def with_stmts(block: Block, stmts: Iterable[Stmt]) -> Block:
    """A block with other statements; itself where they are its own."""
    new = tuple(stmts)
    return block if len(new) == len(block.stmts) and all(map(is_, block.stmts, new)) else Block(new)


@overload
def with_body(stmt: Nest, body: Block) -> Nest: ...
@overload
def with_body(stmt: For, body: Block) -> For: ...
def with_body(stmt: Nest | For, body: Block) -> Nest | For:
    """A loop or a nest with another body; itself where it is its own."""
    if body is stmt.body:
        return stmt
    if isinstance(stmt, Nest):
        return Nest(stmt.name, stmt.inputs, stmt.outputs, body)
    return For(stmt.var, stmt.extent, stmt.kind, body)


def with_branches(stmt: If, then: Block, otherwise: Block | None) -> If:
    """A branch with other sides; itself where they are its own."""
    same = then is stmt.then and otherwise is stmt.otherwise
    return stmt if same else If(stmt.condition, then, otherwise)


def rebuild_stmt(stmt: Stmt, on_expr: Change, on_block: Callable[[Block], Block]) -> Stmt:
    """The statement with its own expressions and the blocks directly inside it changed.

    A Block stands for the statements in it: each is rebuilt so, and a block among them goes to `on_block`.
    """
    match stmt:
        case Block():
            return _rebuild_block(stmt, on_expr, on_block)
        case For(body=body):
            return with_body(stmt, on_block(body))
        case If():
            return _rebuild_if(stmt, on_expr, on_block)
        case Store(buffer=buffer, index=index, value=value):
            where, what = map_tuple(index, on_expr), on_expr(value)
            return stmt if where is index and what is value else Store(buffer, where, what)
        case Let(var=var, value=value):
            what = on_expr(value)
            return stmt if what is value else Let(var, what)
        case Invoke(operands=operands):
            new = map_tuple(operands, lambda operand: _rebuild_operand(operand, on_expr))
            return stmt if new is operands else replace(stmt, operands=new)
        case Prefetch(buffer=buffer, index=index):
            where = map_tuple(index, on_expr)
            return stmt if where is index else Prefetch(buffer, where)
        case Alloc():
            return stmt


def _rebuild_operand(operand: Operand, on_expr: Change) -> Operand:
    where = map_tuple(operand.index, on_expr)
    return operand if where is operand.index else replace(operand, index=where)


def _rebuild_block(block: Block, on_expr: Change, on_block: Callable[[Block], Block]) -> Block:
    def one(stmt: Stmt) -> Stmt:
        return on_block(stmt) if isinstance(stmt, Block) else rebuild_stmt(stmt, on_expr, on_block)

    new = map_tuple(block.stmts, one)
    return block if new is block.stmts else Block(new)


def _rebuild_if(stmt: If, on_expr: Change, on_block: Callable[[Block], Block]) -> If:
    condition, then = on_expr(stmt.condition), on_block(stmt.then)
    otherwise = None if stmt.otherwise is None else on_block(stmt.otherwise)
    same = condition is stmt.condition and then is stmt.then and otherwise is stmt.otherwise
    return stmt if same else If(condition, then, otherwise)


@overload
def map_exprs(stmt: Block, change: Change) -> Block: ...
@overload
def map_exprs(stmt: Stmt, change: Change) -> Stmt: ...
def map_exprs(stmt: Stmt, change: Change) -> Stmt:
    """`change` applied to every whole expression (subscript, value, condition) in a statement or below."""
    def inside(block: Block) -> Block:
        return _rebuild_block(block, change, inside)

    return rebuild_stmt(stmt, change, inside)


def map_stmts(block: Block, change: Callable[[Stmt], Stmt | tuple[Stmt, ...]]) -> Block:
    """`change` applied to every statement that stands in a block, innermost first.

    It gives what takes the statement's place: a statement, or a tuple of them (none to remove it). A Block it
    gives stays a scope of its own.
    """
    def inside(body: Block) -> Block:
        return map_stmts(body, change)

    new: list[Stmt] = []
    for stmt in block.stmts:
        inner = inside(stmt) if isinstance(stmt, Block) else rebuild_stmt(stmt, lambda e: e, inside)
        changed = change(inner)
        new.extend(changed if isinstance(changed, tuple) else (changed,))
    return with_stmts(block, new)


def walk_stmts(stmt: Stmt) -> Iterator[Stmt]:
    """The statement and everything below it, in the order of the text."""
    todo: list[Stmt] = [stmt]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(node.stmts if isinstance(node, Block) else blocks(node)))


# ── both ─────────────────────────────────────────────────────────────────────────────────────────────────


@overload
def substitute(node: Block, values: Mapping[str, Expr]) -> Block: ...
@overload
def substitute(node: Stmt, values: Mapping[str, Expr]) -> Stmt: ...
@overload
def substitute(node: Expr, values: Mapping[str, Expr]) -> Expr: ...
def substitute(node: Stmt | Expr, values: Mapping[str, Expr]) -> Stmt | Expr:
    """Every variable named in `values` replaced, in an expression or in a statement and everything below it.

    Nothing is captured as long as names are not shadowed, which valid nests never do. What binds a name (a
    loop, a `Let`) is left alone. What is one node in several places stays one node.
    """
    names, done = values.keys(), dict[int, Expr]()      # by id: `node` keeps its parts alive

    def change(expr: Expr) -> Expr:
        if facts(expr).free.isdisjoint(names):
            return expr
        if isinstance(expr, Var):
            return values[expr.name]
        new = done.get(id(expr))
        if new is None:
            new = done[id(expr)] = rebuild(expr, change)
        return new

    if isinstance(node, Stmt):
        return map_exprs(node, change)
    return change(node)


def all_exprs(node: Nest | Stmt | Expr) -> Iterator[Expr]:
    """Every expression node in a nest, a statement or an expression."""
    for whole in _wholes(node):
        yield from walk_expr(whole)


def loads(node: Nest | Stmt | Expr) -> Iterator[Load]:
    """Every load, those inside subscripts included; what an `Invoke` reads is not among them."""
    return (load for whole in _wholes(node) for load in facts(whole).loads)


def _wholes(node: Nest | Stmt | Expr) -> Iterator[Expr]:
    """The whole expressions in a nest or a statement; of an expression itself."""
    if isinstance(node, Nest):
        yield from _wholes(node.body)
    elif isinstance(node, Stmt):
        for stmt in walk_stmts(node):
            yield from expressions(stmt)
    else:
        yield node


def stores(node: Nest | Stmt) -> Iterator[Store]:
    """Every store, in the order of the text; what an `Invoke` writes is not among them."""
    body = node.body if isinstance(node, Nest) else node
    return (s for s in walk_stmts(body) if isinstance(s, Store))
