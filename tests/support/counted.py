"""What a nest does, counted by walking through every iteration: slow and obvious, for small kernels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from txc.compiler.loop.ir import (
    Alloc,
    Binary,
    Block,
    Call,
    Cast,
    Const,
    Expr,
    For,
    If,
    Let,
    Load,
    Nest,
    Select,
    Stmt,
    Store,
    Unary,
    Var,
)

Env = dict[str, int]
Loops = tuple[tuple[int, str], ...]
COMPARE = {"<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__, "==": int.__eq__,
           "+": int.__add__, "-": int.__sub__, "*": int.__mul__, "//": int.__floordiv__, "%": int.__mod__}


@dataclass
class Counted:
    """Per stage: runs of its statement, the loops (extent, kind) around its first one, how often it touches
    each buffer, and at which addresses in order. `shapes` are those of buffers where they stand first."""

    runs: Counter[str] = field(default_factory=Counter[str])
    loops: dict[str, Loops] = field(default_factory=dict[str, "Loops"])
    touches: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    addresses: dict[tuple[str, str], list[int]] = field(default_factory=dict[tuple[str, str], list[int]])
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])


def counted(nest: Nest, reductions: set[str]) -> Counted:
    """What each stage does. Of those in `reductions` only updates count, not what sets the accumulator."""
    found = Counted()
    _walk(nest.body, {}, (), found, reductions)
    return found


def _walk(stmt: Stmt, env: Env, loops: Loops, found: Counted, reductions: set[str]) -> None:
    match stmt:
        case Block(stmts=stmts):
            inner = dict(env)
            for each in stmts:
                _walk(each, inner, loops, found, reductions)
        case For():
            for step in range(stmt.extent):
                inside = (*loops, (stmt.extent, stmt.kind))
                _walk(stmt.body, {**env, stmt.var: step}, inside, found, reductions)
        case If():
            branch = stmt.then if _value(stmt.condition, env) else stmt.otherwise
            _walk(branch or Block(()), env, loops, found, reductions)
        case Let(var=var, value=value):
            env[var.name] = _value(value, env)
        case Alloc(buffer=buffer):
            found.shapes.setdefault(buffer.name, buffer.shape)
        case Store():
            _store(stmt, env, loops, found, reductions)
        case _:
            raise AssertionError(f"no counting of {stmt}")


def _store(store: Store, env: Env, loops: Loops, found: Counted,
           reductions: set[str]) -> None:
    name, loads = store.buffer.name, list(_loads(store.value, env))
    stage = name.removesuffix(".lanes")
    if stage in reductions and all(load.buffer.name != name for load in loads):
        return
    found.runs[stage] += 1
    found.loops.setdefault(stage, loops)
    for access in (store, *(load for load in loads if load.buffer.name != name)):
        key = stage, access.buffer.name.removesuffix(".lanes")
        found.touches[key] += 1
        address = 0
        for index, extent in zip(access.index, access.buffer.shape, strict=True):
            address = address * extent + _value(index, env)
        found.addresses.setdefault(key, []).append(address)


def _loads(expr: Expr, env: Env) -> Iterator[Load]:
    """The elements that an expression reads."""
    match expr:
        case Load():
            yield expr
        case Select():
            yield from _loads(expr.then if _value(expr.condition, env) else expr.otherwise, env)
        case Binary(left=left, right=right):
            yield from (*_loads(left, env), *_loads(right, env))
        case Call(args=args):
            yield from (load for arg in args for load in _loads(arg, env))
        case Unary(value=value) | Cast(value=value):
            yield from _loads(value, env)
        case _:
            return


def _value(expr: Expr, env: Mapping[str, int]) -> int:
    """An index or a condition."""
    match expr:
        case Const(value=value):
            return int(value)
        case Var(name=name):
            return env[name]
        case Binary(op="and", left=left, right=right):
            return int(bool(_value(left, env)) and bool(_value(right, env)))
        case Binary(op=op, left=left, right=right):
            return int(COMPARE[op](_value(left, env), _value(right, env)))
        case Call(function="min" | "max" as function, args=args):
            return (min if function == "min" else max)(_value(arg, env) for arg in args)
        case _:
            raise AssertionError(f"no value of {expr}")
