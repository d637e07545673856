"""Expressions through LLVM against the interpreter: every operation, on every type, in lanes and without."""

import numpy as np
import pytest
from support.expressions import edge_values, random_indices, random_nest
from support.llvm import agrees, ir_of
from txc.compiler.loop.simplify import simplify

TARGETS = ["cpu", "cpu:generic"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_expressions(target: str, seed: int) -> None:
    """Forty random expressions give what the interpreter gives: edge values, saturation, wrapping."""
    nest = simplify(random_nest(seed, 40))
    generator = np.random.default_rng(seed)
    agrees(nest, {b.name: edge_values(generator, b.dtype) for b in nest.inputs}, target)


@pytest.mark.parametrize("simplified", [False, True])
def test_random_indices(simplified: bool) -> None:
    """Index expressions are split into parts, moved out of loops, and still the same numbers."""
    nest = random_indices(7, 120)
    agrees(simplify(nest) if simplified else nest, {})


FUNCTIONS = """
nest f(X: TYPE[16], Y: TYPE[16]) -> (A: TYPE[16], B: TYPE[16], C: TYPE[16], D: TYPE[16],
       E: TYPE[16], F: TYPE[16]) {
  for i in 0..4 {
    A[ramp(i * 4, 1, 4)] = exp(X[ramp(i * 4, 1, 4)])
    B[ramp(i * 4, 1, 4)] = log(abs(X[ramp(i * 4, 1, 4)]))
    C[ramp(i * 4, 1, 4)] = tanh(X[ramp(i * 4, 1, 4)])
    D[ramp(i * 4, 1, 4)] = sigmoid(X[ramp(i * 4, 1, 4)])
    E[ramp(i * 4, 1, 4)] = pow(abs(X[ramp(i * 4, 1, 4)]), Y[ramp(i * 4, 1, 4)])
    F[i * 4] = erf(X[i * 4])
    F[i * 4 + 1] = exp(X[i * 4 + 1])
    F[i * 4 + 2] = sigmoid(X[i * 4 + 2])
    F[i * 4 + 3] = rsqrt(abs(X[i * 4 + 3]))
  }
}
"""


@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_library_functions(dtype: str) -> None:
    """What LLVM has no instruction for is a call of the C library, also lane by lane."""
    generator = np.random.default_rng(5)
    values = {name: generator.normal(size=16).astype(f"float{dtype[1:]}") for name in "XY"}
    agrees(FUNCTIONS.replace("TYPE", dtype), values)


PADDED = """
nest padded(X: f32[30], W: f32[4]) -> (Y: f32[32], Z: f32[32]) {
  for i in 0..4 {
    Y[ramp(i * 8, 1, 8)] = select(((ramp(i * 8, 1, 8) >= splat(1, 8)) and (ramp(i * 8, 1, 8) < splat(31, 8))),
      X[(ramp(i * 8, 1, 8) - splat(1, 8))], splat(-1.0f32, 8))
    Z[ramp(i * 8, 1, 8)] = select((ramp(i * 8, 1, 8) % splat(3, 8)) == splat(0, 8),
      X[ramp(i * 8, 1, 8) * splat(15, 8) // splat(16, 8)] * splat(W[i], 8), splat(0.5f32, 8))
  }
}
"""


def test_guarded_lanes_are_never_read() -> None:
    """A vector inside is read whole; at a border, and where no range tells, lanes are masked."""
    text = ir_of(PADDED, "cpu:x86-64-v3")
    assert "load <8 x float>" in text and "@llvm.masked.load.v8f32" in text
    assert "@llvm.masked.gather.v8f32" in text
    agrees(PADDED, {"X": np.arange(30, dtype=np.float32), "W": np.ones(4, np.float32)})


CHOICE = """
nest choice(p: i64[8], X: f32[4]) -> (Y: f32[8]) {
  for i in 0..8 {
    Y[i] = select(((p[i] >= 0) and (p[i] < 4)), X[p[i]], exp(f32(i)))
  }
}
"""


def test_what_is_not_chosen_is_not_evaluated() -> None:
    """A scalar selection branches where a side reads memory."""
    assert "br i1" in ir_of(CHOICE)
    positions = np.array([0, -(1 << 40), 3, 1 << 40, 2, 1, 4, -1])
    agrees(CHOICE, {"p": positions, "X": np.arange(4, dtype=np.float32)})


LANES = """
nest f(A: f32[8], B: f32[8], N: i32[8], T: bool[8]) -> (S: f32[8], P: f32, m: i32, all: bool, K: i32[8]) {
  S[ramp(0, 1, 8)] = shuffle(A[ramp(0, 1, 8)], B[ramp(0, 1, 8)], 0, 8, 1, 9, 15, 3, 3, 7)
  P[] = across.prod(A[ramp(0, 1, 8)])
  m[] = across.max(N[ramp(0, 1, 8)])
  all[] = across.all(T[ramp(0, 1, 8)])
  K[ramp(0, 1, 8)] = ((bits.i32(A[ramp(0, 1, 8)]) >> splat(3i32, 8)) ^ (N[ramp(0, 1, 8)] << splat(2i32, 8)))
}
"""


def test_lanes_and_bits() -> None:
    """Shuffles, lanes combined, bitwise operators, the bits of a value."""
    generator = np.random.default_rng(1)
    agrees(LANES, {"A": generator.normal(size=8).astype(np.float32), "B": np.arange(8, dtype=np.float32),
                   "N": generator.integers(-99, 99, 8).astype(np.int32), "T": np.ones(8, np.bool_)})
