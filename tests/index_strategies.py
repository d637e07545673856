"""A hypothesis strategy for index arithmetic: i64 and bool expressions over i, j, k in small ranges."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import strategies as st
from txc.compiler.loop.interp import evaluate
from txc.compiler.loop.ir import Binary, Call, Const, Expr, Select, Unary, Var
from txc.compiler.loop.ranges import Range
from txc.dsl.typed import COMPARISONS

Ranges = dict[str, Range]


@st.composite
def ranges(draw: st.DrawFn) -> Ranges:
    """Lowest and highest values of i, j, k."""
    lows = {name: draw(st.sampled_from([0, 0, 0, -3, 2])) for name in "ijk"}
    return {name: (low, low + draw(st.sampled_from([0, 1, 3, 4, 7]))) for name, low in lows.items()}


@st.composite
def expressions(draw: st.DrawFn) -> Expr:
    """Numbers and conditions."""
    return _truth(draw, 3) if draw(st.integers(0, 3)) == 0 else _number(draw, draw(st.integers(0, 4)))


def _number(draw: st.DrawFn, depth: int) -> Expr:
    if depth == 0:
        names, numbers = [Var("i"), Var("j"), Var("k")], [0, 1, 2, 3, 4, 8, 12, 16, -1, -3]
        return draw(st.sampled_from(names)) if draw(st.booleans()) else Const(draw(st.sampled_from(numbers)))
    part = _number(draw, depth - 1)
    match draw(st.sampled_from(["sum", "sum", "scale", "scale", "product", "neg", "call", "select"])):
        case "sum":
            return Binary(draw(st.sampled_from("+-")), part, _number(draw, depth - 1))
        case "scale":
            by = Const(draw(st.sampled_from([1, 2, 3, 4, 8, 12, 16, -3])))
            return Binary(draw(st.sampled_from(["*", "//", "%"])), part, by)
        case "product":
            return Binary("*", part, _number(draw, depth - 1))
        case "neg":
            return Unary("neg", part)
        case "call":
            return Call(draw(st.sampled_from(["min", "max"])), (part, _number(draw, depth - 1)))
        case _:
            return Select(_truth(draw, depth - 1), part, _number(draw, depth - 1))


def _truth(draw: st.DrawFn, depth: int) -> Expr:
    below = max(depth - 1, 0)
    match draw(st.sampled_from(["compare", "compare", "not", "both"] if depth else ["compare"])):
        case "not":
            return Unary("not", _truth(draw, below))
        case "both":
            return Binary(draw(st.sampled_from(["and", "or"])), _truth(draw, below), _truth(draw, below))
        case _:
            return Binary(draw(st.sampled_from(COMPARISONS)), _number(draw, below), _number(draw, below))


def values(expr: Expr, box: Ranges) -> list[int]:
    """What an expression is at every point of a box."""
    points = product(*(range(low, high + 1) for low, high in box.values()))
    return [int(evaluate(expr, dict(zip(box, map(np.int64, point), strict=True)))) for point in points]
