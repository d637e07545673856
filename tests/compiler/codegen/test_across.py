"""Lanes combined in C: every reducer on every type, with vectors of GNU C and without."""

from pathlib import Path

import numpy as np
import pytest
from support.expressions import edge_values
from support.packages import kernel_of
from support.tools import require_tool
from txc.compiler.codegen.emit import emit
from txc.compiler.loop.interp import run
from txc.compiler.loop.text import parse as parse_nest
from txc.compiler.runtime.library import Function
from txc.compiler.runtime.toolchain import build_shared
from txc.compiler.target.target import parse

STRICT = ["-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
TYPES = ("f32", "f64", "i32", "i64", "i16", "i8", "u8")
BUILDS = [("gcc", "cpu", []), ("clang", "cpu", []), ("gcc", "cpu:generic", ["-DTXC_PLAIN_C"]),
          ("gcc", "cpu", ["-U__GNUC__", "-D__GNUC__=9"])]


def nest_text(lanes: int) -> str:
    """A nest that combines the lanes of a vector of each type in each way."""
    outputs: list[str] = []
    lines: list[str] = []
    for dtype in TYPES:
        for reducer in ("sum", "prod", "min", "max"):
            outputs.append(f"{reducer}_{dtype}: {dtype}")
            lines.append(f"{reducer}_{dtype}[] = across.{reducer}(A_{dtype}[ramp(0, 1, {lanes})])")
        for reducer in ("any", "all"):
            outputs.append(f"{reducer}_{dtype}: bool")
            vector = f"A_{dtype}[ramp(0, 1, {lanes})]"
            lines.append(f"{reducer}_{dtype}[] = across.{reducer}({vector} == {vector})")
    inputs = ", ".join(f"A_{dtype}: {dtype}[{lanes}]" for dtype in TYPES)
    body = "\n".join(f"  {line}" for line in lines)
    return f"nest f({inputs}) -> ({', '.join(outputs)}) {{\n{body}\n}}\n"


@pytest.mark.parametrize("lanes", [2, 4, *(pytest.param(n, marks=pytest.mark.slow) for n in (16, 32))])
@pytest.mark.parametrize(("cc", "target", "flags"), BUILDS, ids=["gcc", "clang", "plain", "old"])
def test_lanes_combined(tmp_path: Path, cc: str, target: str, flags: list[str], lanes: int) -> None:
    """The result is the interpreter's, bit by bit but for products and sums that the compiler contracts."""
    nest = parse_nest(nest_text(lanes))
    built = emit(nest, kernel_of(nest), parse(target))
    strict = STRICT if flags[:1] != ["-U__GNUC__"] else ["-O1"]
    function = Function(build_shared(built, tmp_path, require_tool(cc), [*strict, *flags]), built.interface)
    generator = np.random.default_rng(lanes)
    arrays = {b.name: np.resize(edge_values(generator, b.dtype), b.shape) for b in nest.inputs}
    results = function(*arrays.values())
    assert isinstance(results, tuple)
    with np.errstate(all="ignore"):
        run(nest, arrays)
    for buffer, got in zip(nest.outputs, results, strict=True):
        np.testing.assert_array_equal(got, arrays[buffer.name], buffer.name)
