"""An honest kernel without a compiler: the DAG in the kernel's own types, reductions in a chosen order.

Its rounding errors are those that a compiled kernel may make, so verification must accept it in any order,
and reject it when the DAG was changed.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import product
from typing import Any

import numpy as np
from txc.compiler.bounded import to_integer
from txc.compiler.dag import Dag, Stage
from txc.compiler.numerics import interface_type
from txc.compiler.verify import Run
from txc.dsl import typed
from txc.dsl.dtypes import DTYPES
from txc.dsl.typed import Expr

Array = Any
KINDS: dict[str, Any] = {n: interface_type(t) for n, t in DTYPES.items() if n != "bf16"}


def ascending(add: Callable[[Array, Array], Array], terms: Sequence[Array]) -> Array:
    """First to last."""
    return reduce(add, terms)


def descending(add: Callable[[Array, Array], Array], terms: Sequence[Array]) -> Array:
    """Last to first."""
    return reduce(add, terms[::-1])


def pairwise(add: Callable[[Array, Array], Array], terms: Sequence[Array]) -> Array:
    """Halves, each the same way."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return add(pairwise(add, terms[:half]), pairwise(add, terms[half:]))


ORDERS = (ascending, descending, pairwise)


def runner(dag: Dag, order: Callable[..., Array] = ascending) -> Run:
    """A function that fills the kernel's outputs from its inputs."""

    def run(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
        tensors = {t.name: np.asarray(a) for t, a in zip(dag.inputs, inputs, strict=True)}
        with np.errstate(all="ignore"):
            for stage in dag.stages:
                tensors[stage.name] = _stage(stage, tensors, order)
        for tensor, out in zip(dag.outputs, outputs, strict=True):
            out[...] = tensors[tensor.name]

    return run


def _stage(stage: Stage, tensors: dict[str, Array], order: Callable[..., Array]) -> Array:
    rank = len(stage.axes)
    env = {a.name: np.arange(a.extent).reshape([-1 if d == n else 1 for d in range(rank)])
           for n, a in enumerate(stage.axes)}
    points = product(*(range(a.extent) for a in stage.reduction_axes))
    names = [a.name for a in stage.reduction_axes]
    envs = (env | dict(zip(names, map(np.asarray, point), strict=True)) for point in points)
    terms = [np.broadcast_to(_value(stage.body, e, tensors), stage.shape) for e in envs]
    value = _reduced(stage.reduction.reducer, terms, order) if stage.reduction else terms[0]
    return value.astype(KINDS[stage.dtype.name])


def _reduced(reducer: str, terms: list[Array], order: Callable[..., Array]) -> Array:
    if reducer in ("argmin", "argmax"):
        return getattr(np, reducer)(np.stack(terms), 0)
    add: dict[str, Callable[[Array, Array], Array]] = {
        "sum": np.add, "prod": np.multiply, "min": np.minimum, "max": np.maximum,
        "any": np.logical_or, "all": np.logical_and}
    return order(add[reducer], terms)


def _value(expr: Expr, env: dict[str, Array], tensors: dict[str, Array]) -> Array:
    def sub(e: Expr) -> Array:
        return _value(e, env, tensors)

    match expr:
        case typed.Const():
            return np.asarray(expr.value, KINDS[expr.dtype.name])
        case typed.Index():
            return env[expr.name]
        case typed.Read():
            otherwise = None if expr.otherwise is None else sub(expr.otherwise)
            return _read(tensors[expr.tensor], list(map(sub, expr.index)), otherwise)
        case typed.Unary():
            return ~sub(expr.value) if expr.op == "not" else -sub(expr.value)
        case typed.Binary():
            return _BINARY[expr.op](sub(expr.left), sub(expr.right))
        case typed.Call():
            return _CALLS[expr.function](*map(sub, expr.args))
        case typed.Cast(value=value, dtype=dtype) if value.dtype.is_float and dtype.is_integer:
            return to_integer(sub(value).astype(float), dtype)
        case typed.Cast():
            return sub(expr.value).astype(KINDS[expr.dtype.name])
        case typed.Select():
            return np.where(sub(expr.condition), sub(expr.then), sub(expr.otherwise))
        case typed.Reduce():
            raise AssertionError


def _read(tensor: Array, index: Iterable[Array], otherwise: Array | None) -> Array:
    index = list(index)
    limits = list(zip(index, tensor.shape, strict=True))
    found = tensor[tuple(np.clip(i, 0, n - 1) for i, n in limits)]
    if otherwise is None:
        return found
    return np.where(reduce(np.logical_and, ((i >= 0) & (i < n) for i, n in limits)), found, otherwise)


_BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "//": np.floor_divide, "%": np.remainder,
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal,
    "!=": np.not_equal, "and": np.logical_and, "or": np.logical_or}
_CALLS: dict[str, Callable[..., Array]] = {
    "min": np.minimum, "max": np.maximum, "abs": np.abs, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x), "tanh": np.tanh, "floor": np.floor, "ceil": np.ceil, "round": np.rint,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "pow": np.power, "fma": lambda a, b, c: a * b + c}
