"""Random nests of element-wise expressions of every type and operation, and data with all edge values."""

import random
from typing import Any

import numpy as np
import numpy.typing as npt
from txc.compiler.loop.ir import (
    Binary,
    Block,
    Broadcast,
    Buffer,
    Call,
    Cast,
    Const,
    Expr,
    For,
    Load,
    Nest,
    Ramp,
    Select,
    Store,
    Unary,
    Var,
)
from txc.compiler.runtime.library import NUMPY
from txc.dsl.dtypes import BF16, BOOL, DTYPES, F16, I64, U8, DType
from txc.dsl.typed import COMPARISONS

SIZE = 32
TYPES = list(DTYPES.values())
ARITHMETIC = [t for t in TYPES if t != BOOL and t.arithmetic == t]
INPUTS = {t.name: Buffer(f"in_{t}", t, (SIZE,)) for t in TYPES}
FUNCTIONS = ["sqrt", "floor", "ceil", "round", "fma", "rsqrt", "min", "max", "abs"]
ARITY = {"min": 2, "max": 2, "fma": 3}


def random_nest(seed: int, count: int) -> Nest:
    """A nest with `count` outputs, each a random expression of the inputs, in lanes or not."""
    draw = Expressions(random.Random(seed))
    outputs: list[Buffer] = []
    loops: list[For] = []
    for number in range(count):
        lanes, dtype = draw.random.choice([1, 2, 4, 8, 16]), draw.random.choice(TYPES)
        value = draw.expr(dtype, lanes, draw.random.choice([1, 2, 2, 3, 4]))
        output = Buffer(f"out{number}", dtype, (SIZE,))
        index = Var("i") if lanes == 1 else Ramp(Binary("*", Var("i"), Const(lanes)), 1, lanes)
        loops.append(For("i", SIZE // lanes, "serial", Block((Store(output, (index,), value),))))
        outputs.append(output)
    return Nest("drawn", tuple(INPUTS.values()), tuple(outputs), Block(tuple(loops)))


def random_indices(seed: int, count: int) -> Nest:
    """A nest with `count` outputs, each a random index expression of two loops, in lanes or not."""
    draw = Expressions(random.Random(seed))
    outputs = [Buffer(f"out{number}", I64, (5, SIZE)) for number in range(count)]
    stores: list[For] = []
    for output in outputs:
        lanes = draw.random.choice([1, 4])
        column = Var("i") if lanes == 1 else Ramp(Binary("*", Var("i"), Const(lanes)), 1, lanes)
        value = draw.index(lanes, draw.random.choice([2, 3, 4, 5]))
        body = Block((Store(output, (Var("j"), column), value),))
        stores.append(For("j", 5, "serial", Block((For("i", SIZE // lanes, "serial", body),))))
    return Nest("indexed", (), tuple(outputs), Block(tuple(stores)))


def edge_values(generator: np.random.Generator, dtype: DType) -> npt.NDArray[Any]:
    """Small numbers, and among them zeros of both signs, infinities, NaN, and what integers cannot hold."""
    if dtype == BOOL:
        return generator.integers(0, 2, SIZE).astype(bool)
    if dtype.is_float:
        values = generator.integers(-9, 9, SIZE) / 2.0
        values[:8] = [0.0, -0.0, np.inf, -np.inf, np.nan, 300.5, -70000.25, 3e9]
        generator.shuffle(values)
        if dtype == BF16:
            return (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
        with np.errstate(over="ignore"):
            return values.astype(NUMPY[dtype.name])
    low, high = dtype.limits
    numbers = generator.integers(max(low, -20), min(high, 20), SIZE)
    numbers[:4] = [low, high, 0, 1]
    generator.shuffle(numbers)
    return numbers.astype(NUMPY[dtype.name])


class Expressions:
    """Draws expressions; floats stay such that contraction rarely changes them."""

    def __init__(self, source: random.Random) -> None:
        self.random = source

    def expr(self, dtype: DType, lanes: int, depth: int) -> Expr:
        if depth == 0 or self.random.random() < 0.1:
            return self.leaf(dtype, lanes)
        if self.random.random() < 0.12:
            condition = self.expr(BOOL, self.random.choice([1, lanes]), depth - 1)
            return Select(condition, self.expr(dtype, lanes, depth - 1), self.expr(dtype, lanes, depth - 1))
        if lanes > 1 and self.random.random() < 0.08:
            return Broadcast(self.expr(dtype, 1, depth - 1), lanes)
        if dtype == BOOL:
            return self.truth(lanes, depth - 1)
        if dtype in (F16, BF16) or self.random.random() < 0.2:
            return Cast(self.expr(self.random.choice(TYPES), lanes, depth - 1), dtype)
        return self.number(dtype, lanes, depth - 1)

    def leaf(self, dtype: DType, lanes: int) -> Expr:
        chance = self.random.random()
        if chance < 0.2:
            return self.constant(dtype, lanes)
        if dtype == I64 and chance < 0.5:
            first = Binary("+", Var("i"), Const(self.random.randrange(4)))
            return Ramp(first, self.random.choice([1, -1, 3]), lanes) if lanes > 1 else Var("i")
        if lanes > 1 and chance < 0.35:
            return Broadcast(self.load(dtype, 1), lanes)
        return self.load(dtype, lanes)

    def constant(self, dtype: DType, lanes: int) -> Const:
        if dtype == BOOL:
            return Const(self.random.random() < 0.5, dtype, lanes)
        if dtype.is_float:
            floats = [0.0, 1.0, -0.0, 2.5, -1.5, 100.0, float("inf"), float("nan")]
            return Const(self.random.choice(floats), dtype, lanes)
        return Const(self.random.choice([0, 1, 2, 3, 5, *dtype.limits]), dtype, lanes)

    def load(self, dtype: DType, lanes: int) -> Load:
        here = Binary("*", Var("i"), Const(lanes))
        if lanes == 1:
            near = Binary("%", Binary("+", Var("i"), Const(3)), Const(SIZE))
            return Load(INPUTS[dtype.name], (self.random.choice([Var("i"), near]),))
        strided, backwards = Ramp(Const(0), SIZE // lanes, lanes), Ramp(Const(lanes - 1), -1, lanes)
        ramps = [*[Ramp(here, 1, lanes)] * 3, strided, backwards]
        return Load(INPUTS[dtype.name], (self.random.choice(ramps),))

    def truth(self, lanes: int, depth: int) -> Expr:
        kind = self.random.choice(["compare", "compare", "compare", "logic", "not", "cast"])
        if kind == "not":
            return Unary("not", self.expr(BOOL, lanes, depth))
        other = BOOL if kind == "logic" else self.random.choice(ARITHMETIC)
        if kind == "cast":
            return Cast(self.expr(other, lanes, depth), BOOL)
        op = self.random.choice(("and", "or", "==", "!=") if kind == "logic" else COMPARISONS)
        return Binary(op, self.expr(other, lanes, depth), self.expr(other, lanes, depth))

    def number(self, dtype: DType, lanes: int, depth: int) -> Expr:
        kind = self.random.choice(["binary", "binary", "call", "neg"])
        if kind == "neg":
            return Unary("neg", self.expr(dtype, lanes, depth))
        if kind == "call":
            function = self.random.choice(FUNCTIONS if dtype.is_float else ["min", "max", "abs"])
            args = (self.expr(dtype, lanes, depth) for _ in range(ARITY.get(function, 1)))
            return Call(function, tuple(args))
        op = self.random.choice(["+", "-", "*", *(["/"] if dtype.is_float else ["//", "%"])])
        right = self.expr(dtype, lanes, depth)
        if op in ("//", "%"):
            right = self.divisor(dtype, lanes, right)
        return Binary(op, self.expr(dtype, lanes, depth), right)

    def index(self, lanes: int, depth: int) -> Expr:
        """Sums, products, quotients and remainders of loop variables."""
        if depth == 0 or self.random.random() < 0.1:
            number = Const(self.random.randrange(-3, 9), I64, lanes)
            var = Broadcast(Var("j"), lanes) if lanes > 1 else Var("j")
            column = Ramp(Binary("*", Var("i"), Const(lanes)), self.random.choice([1, 1, -2]), lanes)
            return self.random.choice([number, var, column if lanes > 1 else Var("i")])
        op = self.random.choice(["+", "+", "-", "-", "*", "//", "%", "min", "select"])
        left, right = self.index(lanes, depth - 1), self.index(lanes, depth - 1)
        match op:
            case "min":
                return Call(self.random.choice(["min", "max"]), (left, right))
            case "select":
                return Select(Binary(self.random.choice(COMPARISONS), left, right), right, left)
            case "//" | "%":
                return Binary(op, left, Const(self.random.choice([1, 2, 3, 4, 7, 8, -3]), I64, lanes))
            case _:
                return Binary(op, left, right)

    def divisor(self, dtype: DType, lanes: int, value: Expr) -> Expr:
        """Never zero."""
        numbers = [1, 2, 5, 8] if dtype == U8 else [1, 2, 3, 4, 7, 8, -1, -3]
        if self.random.random() < 0.7:
            return Const(self.random.choice(numbers), dtype, lanes)
        return Select(Binary("==", value, Const(0, dtype, lanes)), Const(1, dtype, lanes), value)
