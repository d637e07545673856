"""The reference evaluator: slow, obvious, and the truth that every kernel is held against.

It computes with values and tolerances (`bounded.py`): floats in f64, integers in their own width. It loops
over blocks of reduction points and vectorises over the rest, so that its memory is about the output's. All
arrays of a stage have one dimension for each of its axes and reduction axes, in this order, of extent 1
where a value does not depend on the axis.

A sum of products is the one special case: blocks of the factors are contracted at once, which is the same
sum. The tolerance of a sum of n terms is that of its terms and c·eps·Σ|terms| with c = 4·log2(n) + 7,
which with the rounding of a product makes the 4·log2(n) + 8 of the language reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import log2, prod

import numpy as np

from ..dsl import typed
from ..dsl.typed import Axis, Expr
from . import bounded
from .bounded import Bounded, exact
from .contract import Contraction, contraction
from .dag import Dag, Stage
from .numerics import Array, compute_type, interface_type, load, rounded
from .reduce import Sum, accumulator

BLOCK = 1 << 20
"""Elements evaluated at once, where the output is not larger."""

Env = Mapping[str, Array]


def evaluate(dag: Dag, inputs: Mapping[str, Array]) -> dict[str, Bounded]:
    """The outputs for given inputs (interface arrays, by name), each with tolerances of its own shape.

    Floats, 16-bit ones too, are given as f64. ValueError where an input is missing or of another type or
    shape.
    """
    tensors = {t.name: exact(load(_checked(inputs, t), t.dtype)) for t in dag.inputs}
    with np.errstate(all="ignore"):
        for stage in dag.stages:
            tensors[stage.name] = evaluate_stage(stage, tensors)
    return {t.name: tensors[t.name] for t in dag.outputs}


def evaluate_stage(stage: Stage, tensors: Mapping[str, Bounded]) -> Bounded:
    """One stage, given what it reads; of the stage's shape and type."""
    if stage.reduction is None:
        result = evaluate_expr(stage.body, _env(stage, {}), tensors)
    else:
        result = _reduce(stage, tensors)
    result = bounded.settled(result)
    value = np.broadcast_to(result.value, stage.shape).astype(compute_type(stage.dtype))
    return Bounded(value, np.broadcast_to(result.tolerance, stage.shape).astype(np.float64))


def evaluate_expr(expr: Expr, env: Env, tensors: Mapping[str, Bounded]) -> Bounded:
    """An expression without reductions, for index variables given as arrays that broadcast."""

    def sub(e: Expr) -> Bounded:
        return evaluate_expr(e, env, tensors)

    match expr:
        case typed.Const(value=value, dtype=dtype):
            number = np.asarray(value, dtype=compute_type(dtype))
            return exact(rounded(number, dtype) if dtype.arithmetic != dtype else number)
        case typed.Index(name=name):
            return exact(env[name])
        case typed.Read():
            otherwise = None if expr.otherwise is None else sub(expr.otherwise)
            return _read(tensors[expr.tensor], list(map(sub, expr.index)), otherwise)
        case typed.Unary(op=op, value=value):
            return bounded.unary(op, sub(value))
        case typed.Binary(op=op, left=left, right=right, dtype=dtype):
            return bounded.binary(op, sub(left), sub(right), dtype)
        case typed.Call(function=function, args=args, dtype=dtype):
            return bounded.call(function, list(map(sub, args)), dtype)
        case typed.Cast(value=value, dtype=dtype):
            return bounded.cast(sub(value), value.dtype, dtype)
        case typed.Select():
            return bounded.select(sub(expr.condition), sub(expr.then), sub(expr.otherwise))
        case typed.Reduce():
            raise ValueError("a body of the DAG has no reductions")


def _read(tensor: Bounded, index: list[Bounded], otherwise: Bounded | None) -> Bounded:
    """Elements of a tensor. Indices outside are clipped: their values are replaced by `otherwise`, or they
    belong to a branch that is not taken. Where an index is open, so is the value."""
    shape = tensor.value.shape
    inside: Array = np.ones((), dtype=bool)
    for i, extent in zip(index, shape, strict=True):
        inside = inside & (i.value >= 0) & (i.value < extent)
    at = tuple(np.clip(i.value, 0, extent - 1) for i, extent in zip(index, shape, strict=True))
    tolerance = tensor.tolerance[at] if tensor.tolerance.shape else tensor.tolerance
    read = Bounded(tensor.value[at], tolerance)
    if otherwise is not None:
        read = bounded.select(exact(inside), read, otherwise)
    for i in index:
        if np.any(i.tolerance):
            read = Bounded(read.value, np.where(i.tolerance != 0, np.inf, read.tolerance))
    return read


def _reduce(stage: Stage, tensors: Mapping[str, Bounded]) -> Bounded:
    assert stage.reduction is not None
    factors = contraction(stage)
    points = prod(a.extent for a in stage.reduction.axes)
    result = accumulator(stage.reduction.reducer, stage.body.dtype, stage.dtype, 4 * log2(points) + 7)
    for _ in result.passes():
        for block in _blocks(stage, factors):
            env = _env(stage, block)
            if factors and isinstance(result, Sum):
                a, b = (evaluate_expr(f, env, tensors) for f in factors.factors)
                result.add_sum(*factors.sums(a, b))
            else:
                term = bounded.settled(evaluate_expr(stage.body, env, tensors))
                extents = [stop - start for start, stop in block.values()]
                parts = (term.value, term.tolerance, _linear(stage.reduction.axes, env))
                result.add(*(_points_last(part, stage.shape, extents) for part in parts))
    return result.result()


def _points_last(part: Array, shape: tuple[int, ...], extents: list[int]) -> Array:
    """An array of a block at full size, its reduction dimensions as one."""
    return np.broadcast_to(part, (*shape, *extents)).reshape(*shape, prod(extents))


def _env(stage: Stage, block: Mapping[str, tuple[int, int]]) -> dict[str, Array]:
    """Each index variable of a stage as an array along its own dimension; reduction axes over the block."""
    ranges = {a.name: (0, a.extent) for a in stage.axes} | dict(block)
    rank = len(ranges)
    return {name: np.arange(*span).reshape([-1 if d == n else 1 for d in range(rank)])
            for n, (name, span) in enumerate(ranges.items())}


def _blocks(stage: Stage, factors: Contraction | None) -> Iterator[dict[str, tuple[int, int]]]:
    """The reduction points in blocks, row-major: whole inner axes while they fit, one axis cut, outer ones
    point by point."""
    room = max(1, BLOCK // (factors.space if factors else prod(stage.shape)))
    pieces: list[list[tuple[str, tuple[int, int]]]] = []
    for axis in reversed(stage.reduction_axes):
        step = min(axis.extent, room)
        room = room // step if step == axis.extent else 1
        pieces.append([(axis.name, (n, min(n + step, axis.extent))) for n in range(0, axis.extent, step)])
    return map(dict, product(*reversed(pieces)))


def _linear(axes: tuple[Axis, ...], env: Env) -> Array:
    """The row-major linear index over the reduction axes, for every point of a block."""
    index: Array = np.zeros((), dtype=np.int64)
    for axis in axes:
        index = index * axis.extent + env[axis.name]
    return index


def _checked(inputs: Mapping[str, Array], tensor: typed.Tensor) -> Array:
    if tensor.name not in inputs:
        raise ValueError(f"input {tensor.name} is missing")
    array = np.asarray(inputs[tensor.name])
    if array.shape != tensor.shape or array.dtype != interface_type(tensor.dtype):
        wanted = f"{interface_type(tensor.dtype)}{list(tensor.shape)}"
        raise ValueError(f"input {tensor.name} is {array.dtype}{list(array.shape)}, not {wanted}")
    return array
