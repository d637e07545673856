"""Walking and rewriting loop nests: the few helpers every pass is written with.

Nothing here copies what does not change: a rewrite that changes nothing gives back the very node it was
given, so `is` tells whether a pass did something, and unchanged parts stay shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from operator import attrgetter, is_
from typing import Any, TypeVar, overload

from .ir import (
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
    Invoke,
    Let,
    Load,
    Nest,
    Operand,
    Prefetch,
    Ramp,
    Select,
    Shuffle,
    Stmt,
    Store,
    Unary,
    Var,
)

E = TypeVar("E")
Change = Callable[[Expr], Expr]

# ── expressions ──────────────────────────────────────────────────────────────────────────────────────────


def _none(_expr: Expr) -> tuple[Expr, ...]:
    return ()


def _value(expr: Unary | Cast | Bits | Broadcast | Across) -> tuple[Expr, ...]:
    return (expr.value,)


def _base(expr: Ramp) -> tuple[Expr, ...]:
    return (expr.base,)


# A table, for this is what compiling spends most of its time with: a `match` takes five times as long.
PARTS: dict[type[Expr], Callable[[Any], tuple[Expr, ...]]] = {
    Const: _none, Var: _none, Load: attrgetter("index"), Call: attrgetter("args"),
    Unary: _value, Cast: _value, Bits: _value, Broadcast: _value, Across: _value, Ramp: _base,
    Binary: attrgetter("left", "right"), Shuffle: attrgetter("left", "right"),
    Select: attrgetter("condition", "then", "otherwise"),
}


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct sub-expressions, in order."""
    return PARTS[type(expr)](expr)


def rebuild(expr: Expr, change: Change) -> Expr:
    """The node with `change` applied to its direct sub-expressions; the node itself where none changes."""
    old = children(expr)
    new = map_tuple(old, change)
    if new is old:
        return expr
    match expr:
        case Binary(op=op):
            return Binary(op, new[0], new[1])
        case Load(buffer=buffer):
            return Load(buffer, new)
        case Unary(op=op):
            return Unary(op, new[0])
        case Cast(dtype=dtype):
            return Cast(new[0], dtype)
        case Bits(dtype=dtype):
            return Bits(new[0], dtype)
        case Broadcast(lanes=lanes):
            return Broadcast(new[0], lanes)
        case Shuffle(picks=picks):
            return Shuffle(new[0], new[1], picks)
        case Across(reducer=reducer):
            return Across(reducer, new[0])
        case Call(function=function):
            return Call(function, new)
        case Select():
            return Select(new[0], new[1], new[2])
        case Ramp(stride=stride, lanes=lanes):
            return Ramp(new[0], stride, lanes)
        case Const() | Var():
            return expr


def map_tuple(items: tuple[E, ...], change: Callable[[E], E]) -> tuple[E, ...]:
    """`change` applied to each item; the very tuple where no item changes."""
    new = tuple(map(change, items))
    return items if all(map(is_, items, new)) else new


def walk_expr(expr: Expr) -> Iterator[Expr]:
    """The expression and everything below it, a node before its parts, left before right."""
    todo = [expr]
    while todo:
        node = todo.pop()
        yield node
        if parts := children(node):
            todo.extend(parts[::-1])


def free_vars(expr: Expr) -> set[str]:
    """The names of all variables in the expression (an expression binds none)."""
    return {e.name for e in walk_expr(expr) if isinstance(e, Var)}


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


def rebuild_stmt(stmt: Stmt, on_expr: Change, on_block: Callable[[Block], Block]) -> Stmt:
    """The statement with its own expressions and the blocks directly inside it changed.

    A Block stands for the statements in it: each is rebuilt so, and a block among them goes to `on_block`.
    """
    match stmt:
        case Block():
            return _rebuild_block(stmt, on_expr, on_block)
        case For(body=body):
            inner = on_block(body)
            return stmt if inner is body else replace(stmt, body=inner)
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
    same = len(new) == len(block.stmts) and all(a is b for a, b in zip(new, block.stmts, strict=True))
    return block if same else Block(tuple(new))


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
    loop, a `Let`) is left alone.
    """
    def change(expr: Expr) -> Expr:
        if isinstance(expr, Var):
            return values.get(expr.name, expr)
        return rebuild(expr, change)

    if isinstance(node, Stmt):
        return map_exprs(node, change)
    return change(node)


def all_exprs(node: Nest | Stmt | Expr) -> Iterator[Expr]:
    """Every expression node in a nest, a statement or an expression."""
    if isinstance(node, Nest):
        yield from all_exprs(node.body)
    elif isinstance(node, Stmt):
        for stmt in walk_stmts(node):
            for expr in expressions(stmt):
                yield from walk_expr(expr)
    else:
        yield from walk_expr(node)


def loads(node: Nest | Stmt | Expr) -> Iterator[Load]:
    """Every load, those inside subscripts included; what an `Invoke` reads is not among them."""
    return (e for e in all_exprs(node) if isinstance(e, Load))


def stores(node: Nest | Stmt) -> Iterator[Store]:
    """Every store, in the order of the text; what an `Invoke` writes is not among them."""
    body = node.body if isinstance(node, Nest) else node
    return (s for s in walk_stmts(body) if isinstance(s, Store))
