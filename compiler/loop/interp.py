"""A slow, obvious interpreter of loop nests: the meaning of `ir.py`, executed on numpy arrays.

Each node becomes a closure over those of its parts, once; running the nest is calling them. Every index is
checked, and every element read must have been written. `parallel` and `vectorized` loops may be run in
another order, and are watched for dependences between their iterations in any order (see `memory.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np

from ..numerics import Array, interface_type
from .invoke import expanded
from .ir import (
    Across,
    Alloc,
    Binary,
    Bits,
    Block,
    Broadcast,
    Buffer,
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
    Prefetch,
    Ramp,
    Select,
    Shuffle,
    Stmt,
    Store,
    Unary,
    Var,
)
from .memory import Memory, NestFault, Watch
from .values import BINARY, UNARY, Value, across, bits, call, cast, constant, poison

ORDERS = ("forward", "reversed", "shuffled")
Evaluate = Callable[[Memory], Value]
Execute = Callable[[Memory], None]


def run(nest: Nest, arrays: dict[str, Array], order: str = "forward", seed: int = 0) -> None:
    """Run a nest on interface arrays by name. Outputs are filled in place, or made if missing.

    `order` (one of `ORDERS`) is that of the iterations of parallel and vectorized loops. Raises `NestFault`
    for an index outside its buffer, an element read before it is written, a dependence between iterations
    that may run at once, a division by zero, an output not written completely.
    """
    memory = Memory()
    for buffer in nest.inputs:
        memory.add(buffer, _array(buffer, arrays), defined=True)
    for buffer in nest.outputs:
        if buffer.name not in arrays:
            arrays[buffer.name] = np.empty(buffer.shape, interface_type(buffer.dtype))
        data = _array(buffer, arrays)
        data[...] = poison(buffer.dtype)
        memory.add(buffer, data, defined=False)
    with np.errstate(all="ignore"):
        Compiler(order, seed).block(nest.body)(memory)
    for buffer in nest.outputs:
        if not memory.storages[buffer.name].defined.all():
            raise NestFault(f"{buffer.name} is not written completely")


def evaluate(expr: Expr, variables: dict[str, Value]) -> Value:
    """The value of an expression without loads, for given numpy values of its variables."""
    memory = Memory()
    memory.variables.update(variables)
    with np.errstate(all="ignore"):
        return Compiler("forward", 0).expr(expr)(memory)


def _array(buffer: Buffer, arrays: dict[str, Array]) -> Array:
    array = arrays[buffer.name]
    if array.shape != buffer.shape or array.dtype != interface_type(buffer.dtype):
        wanted = f"{interface_type(buffer.dtype)}{list(buffer.shape)}"
        raise ValueError(f"{buffer.name} is {array.dtype}{list(array.shape)}, not {wanted}")
    return array


class Compiler:
    """Makes closures of nodes. `order` is the one in which concurrent loops run."""

    def __init__(self, order: str, seed: int) -> None:
        if order not in ORDERS:
            raise ValueError(f"no order '{order}': {', '.join(ORDERS)}")
        self.order = order
        self.random = random.Random(seed)

    # ── statements ──

    def block(self, block: Block) -> Execute:
        """One statement after the other."""
        steps = [self.stmt(s) for s in block.stmts]

        def execute(memory: Memory) -> None:
            for step in steps:
                step(memory)

        return execute

    def stmt(self, stmt: Stmt) -> Execute:
        """What a statement does."""
        match stmt:
            case Block():
                return self.block(stmt)
            case For():
                return self.loop(stmt)
            case If():
                return self.branch(stmt)
            case Store(buffer=buffer, index=index, value=value):
                where, what = [self.expr(i) for i in index], self.expr(value)
                return lambda m: m.store(buffer.name, [i(m) for i in where], what(m))
            case Let(var=var, value=value):
                what = self.expr(value)
                return lambda m: m.variables.update({var.name: what(m)})
            case Alloc(buffer=buffer):
                return lambda m: m.add(buffer, _fresh(buffer), defined=False)
            case Invoke():
                return self.block(expanded(stmt))
            case Prefetch(buffer=buffer, index=index):
                where = [self.expr(i) for i in index]
                return lambda m: m.touch(buffer.name, [i(m) for i in where])

    def loop(self, loop: For) -> Execute:
        """The iterations in order, or in this run's order and under watch."""
        body, var = self.block(loop.body), loop.var
        concurrent = loop.kind in ("parallel", "vectorized")

        def execute(memory: Memory) -> None:
            watch = Watch(var)
            if concurrent:
                memory.watches.append(watch)
            for i in self.iterations(loop.extent) if concurrent else range(loop.extent):
                watch.iteration = i
                memory.variables[var] = np.int64(i)
                body(memory)
            del memory.variables[var]
            if concurrent:
                memory.watches.pop()

        return execute

    def iterations(self, extent: int) -> Sequence[int]:
        """The order of a concurrent loop."""
        match self.order:
            case "reversed":
                return range(extent - 1, -1, -1)
            case "shuffled":
                return self.random.sample(range(extent), extent)
            case _:
                return range(extent)

    def branch(self, stmt: If) -> Execute:
        """One branch or the other."""
        condition, then = self.expr(stmt.condition), self.block(stmt.then)
        otherwise = self.block(stmt.otherwise or Block(()))
        return lambda m: then(m) if condition(m) else otherwise(m)

    # ── expressions ──

    def expr(self, expr: Expr) -> Evaluate:
        """What an expression is worth."""
        match expr:
            case Const():
                value = constant(expr)
                return lambda m: value
            case Var(name=name):
                return lambda m: m.variables[name]
            case Load(buffer=buffer, index=index):
                where = [self.expr(i) for i in index]
                return lambda m: m.load(buffer.name, [i(m) for i in where])
            case Binary():
                return self.binary(expr)
            case Unary(op=op, value=value):
                operand, operate = self.expr(value), UNARY[op]
                return lambda m: operate(operand(m))
            case Call(function=function, args=args):
                parts, dtype = [self.expr(a) for a in args], expr.dtype
                return lambda m: call(function, [p(m) for p in parts], dtype)
            case Cast(value=value, dtype=dtype):
                operand, source = self.expr(value), value.dtype
                return lambda m: cast(operand(m), source, dtype)
            case Bits(value=value, dtype=dtype):
                operand, source = self.expr(value), value.dtype
                return lambda m: bits(operand(m), source, dtype)
            case Select():
                return self.select(expr)
            case Shuffle(left=left, right=right, picks=picks):
                one, other, at = self.expr(left), self.expr(right), list(picks)
                return lambda m: np.concatenate([one(m), other(m)])[at]
            case Across(reducer=reducer, value=value):
                operand, dtype = self.expr(value), value.dtype
                return lambda m: across(reducer, operand(m), dtype)
            case Ramp(base=base, stride=stride, lanes=lanes):
                first, steps = self.expr(base), np.arange(lanes, dtype=np.int64) * stride
                return lambda m: first(m) + steps
            case Broadcast(value=value, lanes=lanes):
                operand = self.expr(value)
                return lambda m: np.full(lanes, operand(m))

    def binary(self, expr: Binary) -> Evaluate:
        """An operation; a divisor must not be zero in any active lane."""
        left, right, operate = self.expr(expr.left), self.expr(expr.right), BINARY[expr.op]
        if expr.op not in ("//", "%"):
            return lambda m: operate(left(m), right(m))

        def divide(memory: Memory) -> Value:
            number, by = left(memory), right(memory)
            if np.any((by == 0) & memory.active(np.size(by))):
                raise NestFault(f"{expr} divides by zero")
            return operate(number, by)      # a lane that is switched off may do what it likes

        return divide

    def select(self, expr: Select) -> Evaluate:
        """The branch that a scalar condition chooses, or both, each in its own lanes."""
        condition, then, otherwise = (self.expr(e) for e in (expr.condition, expr.then, expr.otherwise))
        if expr.condition.lanes == 1:
            return lambda m: then(m) if condition(m) else otherwise(m)

        def blend(memory: Memory) -> Value:
            chosen, outer = condition(memory), memory.mask
            active = memory.active(expr.lanes)
            sides = [(then, active & chosen), (otherwise, active & ~chosen)]
            values: list[Array] = []
            for side, mask in sides:
                if mask.any():
                    memory.mask = mask
                    values.append(side(memory))
            memory.mask = outer
            return np.where(chosen, *values) if len(values) == 2 else values[0]

        return blend


def _fresh(buffer: Buffer) -> Array:
    shape = buffer.shape if buffer.lanes == 1 else (*buffer.shape, buffer.lanes)
    return np.full(shape, poison(buffer.dtype), interface_type(buffer.dtype))
