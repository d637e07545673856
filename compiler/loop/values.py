"""What the interpreter computes with: one numpy scalar for one lane, a numpy array for several.

f16 is numpy's `float16`, bf16 is a `uint16` of the same bits, the other types are numpy's of the same name.
Elementary functions are evaluated in f64 and rounded once: as exact as a value of the type can be.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from ...dsl.dtypes import BOOL, DType
from ..bounded import to_integer
from ..numerics import interface_type, load, store
from .ir import Const
from .syntax import REDUCERS

Value: TypeAlias = Any      # numpy scalars and arrays take the same operators

BINARY: dict[str, Callable[[Value, Value], Value]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "%": operator.mod,
    "/": lambda a, b: a / b, "//": lambda a, b: a // b, "and": lambda a, b: a & b, "or": lambda a, b: a | b,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne, "&": np.bitwise_and, "|": np.bitwise_or,
    "^": np.bitwise_xor, "<<": np.left_shift, ">>": np.right_shift}

UNARY: dict[str, Callable[[Value], Value]] = {"neg": operator.neg, "not": np.logical_not}


def constant(const: Const) -> Value:
    """The value of a constant in all its lanes."""
    one = cast(np.float64(const.value) if const.dtype.is_float else np.int64(const.value), None, const.dtype)
    return one if const.lanes == 1 else np.full(const.lanes, one)


def cast(value: Value, source: DType | None, target: DType) -> Value:
    """Conversion between types; a source of None is numpy's own type of the value."""
    wide = np.asarray(value) if source is None else load(np.asarray(value), source)
    if target == BOOL:
        return (wide != 0)[()]
    if target.is_integer and wide.dtype.kind == "f":
        return to_integer(wide, target)[()]
    return store(wide, target)[()]


def bits(value: Value, source: DType, target: DType) -> Value:
    """The same bits as another type of the same size."""
    return np.asarray(value, interface_type(source)).view(interface_type(target))[()]


def across(reducer: str, value: Value, dtype: DType) -> Value:
    """All lanes combined: the upper half folded onto the lower one until one is left."""
    op = REDUCERS[reducer]
    while len(value) > 1:
        half = len(value) // 2
        low, high = value[:half], value[half:]
        value = BINARY[op](low, high) if op in BINARY else call(op, [low, high], dtype)
    return value[0]


def poison(dtype: DType) -> Value:
    """What undefined elements hold: NaN, or a large odd number."""
    if dtype.is_float:
        return store(np.array(math.nan), dtype)[()]
    return np.bool_(1) if dtype == BOOL else interface_type(dtype).type(dtype.limits[1] - 2)


def call(function: str, args: list[Value], dtype: DType) -> Value:
    """A function of the language on values of one type."""
    exact = EXACT.get(function)
    if exact is not None:
        return exact(*args)
    wide = [np.asarray(a, dtype=np.float64) for a in args]
    return np.asarray(ROUNDED[function](*wide)).astype(interface_type(dtype))[()]


def _erf(x: Value) -> Value:
    return np.vectorize(math.erf, otypes=[np.float64])(x)


def _sigmoid(x: Value) -> Value:
    return 1 / (1 + np.exp(-x))


def _rsqrt(x: Value) -> Value:
    return 1 / np.sqrt(x)


def _fma(a: Value, b: Value, c: Value) -> Value:
    return a * b + c


EXACT: dict[str, Callable[..., Value]] = {"min": np.minimum, "max": np.maximum, "abs": np.abs}
ROUNDED: dict[str, Callable[..., Value]] = {
    "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "rsqrt": _rsqrt, "tanh": np.tanh, "erf": _erf,
    "sigmoid": _sigmoid, "floor": np.floor, "ceil": np.ceil, "round": np.rint, "pow": np.power, "fma": _fma}
