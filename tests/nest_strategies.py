"""A hypothesis strategy for well-formed loop nests: `nests()` draws them node by node, names in scope, typed.

They need not run (an index may be outside its buffer); `verify` without its bounds rule accepts all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from txc.compiler.loop.ir import (
    Alloc,
    Binary,
    Block,
    Broadcast,
    Buffer,
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
    Stmt,
    Store,
    Unary,
    Var,
)
from txc.dsl.dtypes import BOOL, DTYPES, I64, DType
from txc.dsl.typed import COMPARISONS

TYPES = list(DTYPES.values())
LANES = st.sampled_from([1, 1, 1, 4])
FLOATS = [0.0, -0.0, 1.0, -2.5, 0.1, 1e16, 1e-7, 3e38, math.inf, -math.inf, math.nan]
FUNCTIONS = ["abs", "exp", "sqrt", "floor", "min", "max", "pow", "fma"]
ARITY = {"min": 2, "max": 2, "pow": 2, "fma": 3}


@dataclass
class Scope:
    """What is in scope, how many names were given, whether loops here may be parallel."""

    buffers: list[Buffer]
    inputs: tuple[Buffer, ...]
    variables: list[Var] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    parallel: bool = False

    def inner(self, **changes: object) -> Scope:
        return replace(self, buffers=[*self.buffers], variables=[*self.variables], **changes)

    def fresh(self, draw: st.DrawFn) -> str:
        stem = draw(st.sampled_from(["i", "j0", "C.k", "_t", "nanny", "format", "x8", "f32x"]))
        name = f"{stem}{len(self.taken)}" if stem in self.taken else stem
        self.taken.append(name)
        return name


def nests() -> st.SearchStrategy[Nest]:
    """Whole nests of every kind of node."""
    return _nest()


@st.composite
def _nest(draw: st.DrawFn) -> Nest:
    inputs = tuple(_buffer(draw, n, "global") for n in ("A", "ids", "X.pad")[:draw(st.integers(0, 3))])
    outputs = tuple(_buffer(draw, n, "global") for n in ("Y", "Z.sum")[:draw(st.integers(1, 2))])
    scope = Scope([*inputs, *outputs], inputs, taken=["A", "ids", "X.pad", "Y", "Z.sum"])
    return Nest(draw(st.sampled_from(["f", "dense.b2", "nest_1"])), inputs, outputs, _block(draw, scope, 3))


def _buffer(draw: st.DrawFn, name: str, scope: str) -> Buffer:
    shape = tuple(draw(st.lists(st.integers(1, 9), max_size=3)))
    lanes = 1 if scope == "global" else draw(LANES)
    return Buffer(name, draw(st.sampled_from(TYPES)), shape, scope, lanes)


def _block(draw: st.DrawFn, scope: Scope, depth: int) -> Block:
    inner = scope.inner()
    return Block(tuple(_statement(draw, inner, depth) for _ in range(draw(st.integers(0, 3)))))


def _statement(draw: st.DrawFn, scope: Scope, depth: int) -> Stmt:
    kinds = ["alloc", "let", "store", "store"] + (["block", "for", "for", "if"] if depth else [])
    match draw(st.sampled_from(kinds)):
        case "block":
            return _block(draw, scope, depth - 1)
        case "for":
            return _loop(draw, scope, depth)
        case "if":
            condition = expr(draw, scope, BOOL, 1, 2)
            otherwise = _block(draw, scope, depth - 1) if draw(st.booleans()) else None
            return If(condition, _block(draw, scope, depth - 1), otherwise)
        case "alloc":
            buffer = _buffer(draw, scope.fresh(draw), draw(st.sampled_from(["global", "local", "register"])))
            scope.buffers.append(buffer)
            return Alloc(buffer)
        case "let":
            value = expr(draw, scope, draw(st.sampled_from(TYPES)), draw(LANES), 3)
            var = Var(scope.fresh(draw), value.dtype, value.lanes)
            scope.variables.append(var)
            return Let(var, value)
        case _:
            return _store(draw, scope)


def _loop(draw: st.DrawFn, scope: Scope, depth: int) -> For:
    kinds = ["serial", "unrolled", "vectorized"] + ([] if scope.parallel else ["parallel"])
    kind = draw(st.sampled_from(kinds))
    inner = scope.inner(parallel=scope.parallel or kind == "parallel")
    var = Var(scope.fresh(draw))
    inner.variables.append(var)
    return For(var.name, draw(st.integers(1, 99)), kind, _block(draw, inner, depth - 1))


def _store(draw: st.DrawFn, scope: Scope) -> Store:
    buffer = draw(st.sampled_from([b for b in scope.buffers if b not in scope.inputs]))
    index = _subscripts(draw, scope, buffer, draw(LANES), 2)
    return Store(buffer, index, expr(draw, scope, buffer.dtype, Load(buffer, index).lanes, 3))


def _subscripts(draw: st.DrawFn, scope: Scope, buffer: Buffer, lanes: int, depth: int) -> tuple[Expr, ...]:
    """One of them has the lanes; those of a register buffer are constants."""
    if buffer.scope == "register":
        return tuple(Const(draw(st.integers(0, n - 1))) for n in buffer.shape)
    at = draw(st.integers(0, max(0, len(buffer.shape) - 1)))
    return tuple(expr(draw, scope, I64, lanes if d == at else 1, depth) for d in range(len(buffer.shape)))


def expr(draw: st.DrawFn, scope: Scope, dtype: DType, lanes: int, depth: int) -> Expr:
    """An expression of a dtype and a number of lanes."""
    if depth == 0:
        return _leaf(draw, scope, dtype, lanes)
    kinds = ["leaf", "load", "select", "cast"]
    kinds += ["splat"] if lanes > 1 else []
    kinds += ["ramp"] if lanes > 1 and dtype == I64 else []
    kinds += ["compare", "logic", "not"] if dtype == BOOL else []
    kinds += ["binary", "binary", "neg", "call"] if dtype != BOOL and dtype.arithmetic == dtype else []
    return _operation(draw, scope, draw(st.sampled_from(kinds)), dtype, lanes, depth - 1)


def _operation(draw: st.DrawFn, scope: Scope, kind: str, dtype: DType, lanes: int, depth: int) -> Expr:
    def part(dtype: DType = dtype, lanes: int = lanes) -> Expr:
        return expr(draw, scope, dtype, lanes, depth)

    match kind:
        case "load":
            return _load(draw, scope, dtype, lanes, depth)
        case "select":
            return Select(part(BOOL, draw(st.sampled_from([1, lanes]))), part(), part())
        case "cast":
            return Cast(part(draw(st.sampled_from(TYPES))), dtype)
        case "splat":
            return Broadcast(part(lanes=1), lanes)
        case "ramp":
            return Ramp(part(lanes=1), draw(st.integers(-3, 3)), lanes)
        case "compare":
            wide = part(draw(st.sampled_from([t for t in TYPES if t != BOOL and t.arithmetic == t])))
            return Binary(draw(st.sampled_from(COMPARISONS)), wide, part(wide.dtype))
        case "logic":
            return Binary(draw(st.sampled_from(["and", "or"])), part(), part())
        case "not" | "neg":
            return Unary(kind, part())
        case "binary":
            ops = ["+", "-", "*", *(["/"] if dtype.is_float else ["//", "%"])]
            return Binary(draw(st.sampled_from(ops)), part(), part())
        case "call":
            name = draw(st.sampled_from(FUNCTIONS if dtype.is_float else ["abs", "min", "max"]))
            return Call(name, tuple(part() for _ in range(ARITY.get(name, 1))))
        case _:
            return _leaf(draw, scope, dtype, lanes)


def _load(draw: st.DrawFn, scope: Scope, dtype: DType, lanes: int, depth: int) -> Expr:
    fitting = [b for b in scope.buffers if b.dtype == dtype and lanes in (b.lanes, b.lanes * 4)]
    if not fitting:
        return _leaf(draw, scope, dtype, lanes)
    buffer = draw(st.sampled_from(fitting))
    load = Load(buffer, _subscripts(draw, scope, buffer, lanes // buffer.lanes, depth))
    return load if load.lanes == lanes else _leaf(draw, scope, dtype, lanes)


def _leaf(draw: st.DrawFn, scope: Scope, dtype: DType, lanes: int) -> Expr:
    fitting = [v for v in scope.variables if v.dtype == dtype and v.lanes == lanes]
    if fitting and draw(st.booleans()):
        return draw(st.sampled_from(fitting))
    return Const(constant(draw, dtype), dtype, lanes)


def constant(draw: st.DrawFn, dtype: DType) -> int | float | bool:
    """A value of the dtype, extremes included."""
    if dtype == BOOL:
        return draw(st.booleans())
    if dtype.is_float:
        return draw(st.sampled_from(FLOATS))
    low, high = dtype.limits
    return draw(st.integers(max(low, -9), 9) | st.sampled_from([low, high]))
