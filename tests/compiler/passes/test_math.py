"""Functions written out: where steps stand, what stays unread, and the same bits wherever a lane is."""

from pathlib import Path

import numpy as np
import pytest
from support.functions import compiled, some_f32, some_f64, text
from support.packages import package
from txc.compiler.loop.interp import run
from txc.compiler.loop.ir import Call
from txc.compiler.loop.text import parse
from txc.compiler.loop.verify import verify
from txc.compiler.loop.visit import all_exprs
from txc.compiler.passes.math import FUNCTIONS, Math
from txc.compiler.runtime.library import Function
from txc.compiler.runtime.toolchain import build_shared

GUARDED = """
nest guarded(X: f32[4]) -> (Y: f32[8]) {
  for i in 0..8 {
    Y[i] = select(i < 4, exp(X[i]), 2.0f32)
  }
}
"""
HALVES = """
nest halves(X: f16[16], s: f16[1]) -> (Y: f16[16]) {
  for i in 0..2 {
    Y[ramp(i * 8, 1, 8)] = f16(f32(X[ramp(i * 8, 1, 8)]) + splat(f32(s[0]), 8))
  }
}
"""


def test_what_a_select_protects_is_not_read() -> None:
    """The interpreter faults on a read outside; the function of what is not read is thrown away."""
    nest = Math()(parse(GUARDED))
    verify(nest)
    x = np.array([0, 1, -2, 3], np.float32)
    y = np.zeros(8, np.float32)
    run(nest, {"X": x, "Y": y})
    np.testing.assert_allclose(y, [*np.exp(x), 2, 2, 2, 2], rtol=1e-6)


NUMBER = """
nest number(X: f32[4], n: i64) -> (Y: f32[16]) {
  for i in 0..2 {
    Y[ramp(i * 8, 1, 8)] = select((ramp(i * 8, 1, 8) < splat(n[], 8)), splat(exp(X[n[] - 1]), 8),
      splat(2.0f32, 8))
  }
}
"""


@pytest.mark.parametrize("n", [0, 3])
def test_a_number_under_a_guard_in_lanes_is_read_where_any_lane_lets_it(n: int) -> None:
    """The guard of a number is one truth value."""
    nest = Math()(parse(NUMBER))
    verify(nest)
    x, y = np.array([0, 1, -2, 3], np.float32), np.zeros(16, np.float32)
    run(nest, {"X": x, "n": np.array(n), "Y": y})
    np.testing.assert_allclose(y, [*[np.exp(x[n - 1])] * n, *[2] * (16 - n)], rtol=1e-6)


def test_no_function_is_left() -> None:
    """Nor anything that has no arithmetic in lanes; what needs no change is not copied."""
    for name in FUNCTIONS:
        nest = Math()(parse(text(name, "f32", 16, 8, "XZ" if name == "pow" else "X")))
        verify(nest)
        calls = {e.function for e in all_exprs(nest) if isinstance(e, Call)}
        assert calls <= {"min", "max", "abs", "floor"}
    plain = parse(text("sqrt", "f32", 16, 8))
    assert Math()(plain).body is plain.body


@pytest.mark.parametrize(("cc", "flags", "target"), [
    ("gcc", ("-O2",), "cpu"), pytest.param("gcc", ("-O3",), "cpu", marks=pytest.mark.slow),
    pytest.param("clang", ("-O2",), "cpu", marks=pytest.mark.slow),
    pytest.param("gcc", ("-O2",), "cpu:generic", marks=pytest.mark.slow)])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_bits_do_not_depend_on_the_lane(tmp_path: Path, function: str, cc: str, flags: tuple[str, ...],
                                        target: str) -> None:
    """A scalar, and vectors of all widths, contracted or not."""
    operands = "XZ" if function == "pow" else "X"
    for dtype, x in (("f32", some_f32()[::8].copy()), ("f64", some_f64(-20, 20))):
        x = np.abs(x[: len(x) // 8 * 8])
        args = [x, np.roll(x, 1)][: len(operands)]
        results = [compiled(text(function, dtype, len(x), lanes, operands), tmp_path / f"{dtype}{lanes}", cc,
                            flags, target)(*args) for lanes in (1, 2, 8)]
        for other in results[1:]:
            np.testing.assert_array_equal(other, results[0])


@pytest.mark.parametrize("native", [False, True])
def test_halves_are_converted_by_instructions_or_bits(tmp_path: Path, native: bool) -> None:
    """The same either way; a number in all lanes is converted there."""
    nest = Math(halves=native)(parse(HALVES))
    verify(nest)
    built = package(str(nest))
    assert ("from_f16" in built.files["halves.c"]) == native
    x, s = np.linspace(-3, 60000, 16).astype(np.float16), np.array([1.5], np.float16)
    got = Function(build_shared(built, tmp_path, "gcc", ["-O1", "-Wall", "-Werror"]), built.interface)(x, s)
    with np.errstate(over="ignore"):
        wanted = (x.astype(np.float32) + 1.5).astype(np.float16)
    np.testing.assert_array_equal(got, wanted)
