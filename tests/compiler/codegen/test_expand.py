"""Functions on all sorts of arguments, scalar and in lanes: within what verification allows."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.packages import package
from txc.compiler import bounded
from txc.compiler.bounded import Bounded
from txc.compiler.numerics import Array, interface_type, load
from txc.compiler.runtime.library import Function
from txc.compiler.runtime.toolchain import build_shared
from txc.compiler.verify import compare
from txc.dsl.dtypes import DTYPES, F32, DType
from txc.dsl.typed import Tensor

UNARY = ("exp", "log", "sqrt", "rsqrt", "tanh", "erf", "sigmoid", "abs", "floor", "ceil", "round")
BINARY = ("pow", "min", "max")
FLAGS = {"gnu": ["-O2"], "plain": ["-O2", "-std=c99", "-DTXC_PLAIN_C"]}
N = 1 << 16


@cache
def arguments(dtype: DType) -> Array:
    """Every pattern of 16 bits as a number: infinities, NaNs, subnormals and both zeros among them.

    For f64 the numbers of bf16 to the fifth power are added: they reach from end to end.
    """
    patterns = np.arange(N, dtype=np.uint16)
    if dtype.bits == 16:
        return patterns if dtype.name == "bf16" else patterns.view(np.float16)
    values = load(patterns, DTYPES["bf16"])
    if dtype == F32:
        return values.astype(np.float32)
    with np.errstate(over="ignore", under="ignore"):
        return np.where(patterns % 2 == 0, values, values**5)


def nest(functions: tuple[str, ...], dtype: DType, operands: str, lanes: int) -> str:
    """A loop that applies each function to all elements; 16-bit floats go through f32."""
    at = "i" if lanes == 1 else f"ramp(i * {lanes}, 1, {lanes})"
    half = dtype.bits == 16
    read = [f"f32({x}[{at}])" if half else f"{x}[{at}]" for x in operands]
    calls = [f"{f}({', '.join(read)})" for f in functions]
    stores = [f"Y{i}[{at}] = {f'{dtype}({call})' if half else call}" for i, call in enumerate(calls)]
    inputs = ", ".join(f"{x}: {dtype}[{N}]" for x in operands)
    outputs = ", ".join(f"Y{i}: {dtype}[{N}]" for i in range(len(functions)))
    body = "\n".join(stores)
    return f"nest f({inputs}) -> ({outputs}) {{ for i in 0..{N // lanes} {{\n{body}\n}} }}"


@cache
def expected(function: str, dtype: DType, *shifts: int) -> Bounded:
    """What the reference gives for the arguments, each rolled by so much."""
    args = [bounded.exact(load(np.roll(arguments(dtype), shift), dtype)) for shift in shifts]
    with np.errstate(all="ignore"):
        if dtype.bits != 16:
            return bounded.settled(bounded.call(function, args, dtype))
        return bounded.settled(bounded.cast(bounded.call(function, args, F32), F32, dtype))


def check(functions: tuple[str, ...], dtype: DType, shifts: list[tuple[int, ...]], lanes: int, form: str,
          folder: Path) -> None:
    """Compile the loop, run it, and compare each function's results with the reference."""
    built = package(nest(functions, dtype, "AB"[:len(shifts[0])], lanes))
    kernel = Function(build_shared(built, folder, "gcc", FLAGS[form]), built.interface)
    for shift in shifts:
        outputs = [np.zeros(N, interface_type(dtype)) for _ in functions]
        kernel(*(np.roll(arguments(dtype), by) for by in shift), out=outputs)
        for function, output in zip(functions, outputs, strict=True):
            verdict = compare(Tensor(function, dtype, (N,)), expected(function, dtype, *shift), output)
            assert verdict.ok, f"{function}, {shift}: {verdict.message}"


@pytest.mark.slow
@pytest.mark.parametrize("form", FLAGS)
@pytest.mark.parametrize("lanes", [1, 8])
@pytest.mark.parametrize("name", ["f32", "f64", "f16", "bf16"])
def test_functions_are_right_everywhere(name: str, lanes: int, form: str, tmp_path: Path) -> None:
    """Also where a result is subnormal, zero, infinite or NaN, and never far off on the way there."""
    check(UNARY, DTYPES[name], [(0,)], lanes, form, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("lanes", [1, 8])
@pytest.mark.parametrize("name", ["f32", "f64", "f16", "bf16"])
def test_functions_of_two_are_right_everywhere(name: str, lanes: int, tmp_path: Path) -> None:
    """Each number with itself, a near one, farther ones and one of the other sign."""
    shifts = [(0, shift) for shift in (0, 1, 257, 16641)]
    check(BINARY, DTYPES[name], shifts, lanes, "gnu", tmp_path)
