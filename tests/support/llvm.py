"""Nests through LLVM, and what the interpreter says of them."""

import numpy as np
from support.packages import kernel_of
from txc.compiler.codegen.interface import interface
from txc.compiler.codegen.llvm.module import module
from txc.compiler.loop.interp import run
from txc.compiler.loop.ir import Nest
from txc.compiler.loop.text import parse as parse_nest
from txc.compiler.numerics import Array
from txc.compiler.runtime.jit import Jitted, jit
from txc.compiler.runtime.llvm import assembly
from txc.compiler.target.target import parse
from txc.dsl.dtypes import BF16, DType


def ir_of(nest: Nest | str, target: str = "cpu") -> str:
    """LLVM IR of a nest."""
    made = parse_nest(nest) if isinstance(nest, str) else nest
    return module(made, interface(kernel_of(made)), parse(target)).text


def assembly_of(nest: str, target: str) -> str:
    """Assembly of a nest."""
    return assembly(ir_of(nest, target), parse(target))


def function_of(nest: Nest | str, target: str = "cpu") -> Jitted:
    """A nest as a function."""
    made = parse_nest(nest) if isinstance(nest, str) else nest
    facade = interface(kernel_of(made))
    machine = parse(target)
    return jit(module(made, facade, machine), facade, machine)


def agrees(nest: Nest | str, arrays: dict[str, Array], target: str = "cpu") -> None:
    """Fail where LLVM's results differ from the interpreter's by more than contraction explains."""
    made = parse_nest(nest) if isinstance(nest, str) else nest
    got = function_of(made, target)(*(arrays[b.name] for b in made.inputs))
    wanted = dict(arrays)
    with np.errstate(all="ignore"):
        run(made, wanted)
    results = got if isinstance(got, tuple) else (got,)
    for buffer, result in zip(made.outputs, results, strict=True):
        same(buffer.dtype, result, wanted[buffer.name])


def same(dtype: DType, got: Array, wanted: Array) -> None:
    """Integers and bools exactly; floats up to what contraction may change."""
    if not dtype.is_float:
        np.testing.assert_array_equal(got, wanted)
        return
    if dtype == BF16:
        got, wanted = ((a.astype(np.uint32) << 16).view(np.float32) for a in (got, wanted))
    tolerance = 1e-2 if dtype.bits == 16 else 1e-5
    np.testing.assert_allclose(got.astype(np.float64), wanted.astype(np.float64), rtol=tolerance, atol=0)
