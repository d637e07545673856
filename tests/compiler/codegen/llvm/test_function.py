"""Statements through LLVM: accumulators are values, invariants stand before loops, buffers are apart."""

import re

import numpy as np
import pytest
from support.llvm import agrees, assembly_of, function_of, ir_of
from support.packages import MIXED

CELLS = [(i, j) for i in range(4) for j in range(3)]
TILE = """
nest tile(A: f32[8, 64], B: f32[64, 24]) -> (C: f32[8, 24]) {
  for i in 0..2 {
    register acc: f32x8[4, 3]
    INIT
    for k in 0..64 {
      UPDATE
    }
    STORE
  }
}
""".replace("INIT", "\n".join(f"acc[{i}, {j}] = splat(0.0f32, 8)" for i, j in CELLS)).replace(
    "UPDATE", "\n".join(f"acc[{i}, {j}] = (acc[{i}, {j}] + (splat(A[i * 4 + {i}, k], 8) * "
                        f"B[k, ramp({8 * j}, 1, 8)]))" for i, j in CELLS)).replace(
    "STORE", "\n".join(f"C[i * 4 + {i}, ramp({8 * j}, 1, 8)] = acc[{i}, {j}]" for i, j in CELLS))


def test_accumulators_are_values() -> None:
    """A register buffer is no memory: the loop carries its elements, and nothing is stored in it."""
    inner = re.findall(r"^loop\.\d+:\n(?:  .*\n)+", ir_of(TILE), re.MULTILINE)[-1]
    assert len(re.findall(r"phi <8 x float>", inner)) == 12
    assert "store" not in inner and "alloca" not in inner


@pytest.mark.parametrize(("target", "instruction"), [
    ("cpu:x86-64-v3", r"vfmadd\d+ps\s.*%ymm"), ("cpu:aarch64", r"fmla\tv")])
def test_multiply_add_is_one_operation(target: str, instruction: str) -> None:
    """One fused operation on whole registers for each accumulator, and nothing spilt."""
    text = assembly_of(TILE, target)
    wide = 12 if "x86" in target else 24
    assert len(re.findall(instruction, text)) == wide
    assert not re.findall(r"%ymm\d+, -?\d*\(%rsp\)", text)


def test_addresses_stand_before_the_loops_that_do_not_change_them() -> None:
    """The row of A is found once for each i: inside, only what depends on k."""
    inner = re.findall(r"^loop\.\d+:\n(?:  .*\n)+", ir_of(TILE), re.MULTILINE)[-1]
    assert len(re.findall(r" = mul ", inner)) == 1       # k times the row of B


def test_everything_at_once() -> None:
    """Scratch memory of every kind, regions in loops, scalars, small types."""
    generator = np.random.default_rng(0)
    arrays = {
        "A": generator.normal(size=(24, 40)).astype(np.float32),
        "F": generator.normal(size=40).astype(np.float32), "alpha": np.array(1.5, np.float32),
        "bias": np.array(7, np.int32), "int": generator.integers(-9, 9, 24).astype(np.int8),
        "flags": generator.integers(0, 2, 40).astype(bool), "H": generator.normal(size=40).astype(np.float16)}
    agrees(MIXED, arrays)
    text = ir_of(MIXED)
    assert "alloca [8 x float], align 64" in text and "%slice" in text and "@mixed_region1" in text


JOINED = """
nest joined(X: i32[20]) -> (Y: i32[20], s: i32) {
  register a: i32[2]
  a[0] = 1i32
  a[1] = 0i32
  for i in 0..20 {
    if X[i] > 0i32 {
      a[0] = (a[0] + X[i])
      if X[i] > 5i32 {
        a[1] = a[0]
      }
    } else {
      a[1] = (a[1] - 1i32)
    }
    Y[i] = a[1]
  }
  s[] = (a[0] + a[1])
}
"""


def test_branches_join_the_registers_that_they_change() -> None:
    """Each way brings its value; a branch without an else keeps the old one."""
    agrees(JOINED, {"X": np.random.default_rng(3).integers(-9, 9, 20).astype(np.int32)})


SHARED = """
nest shared(X: f32[64]) -> (Y: f32[64]) {
  {
    local first: f32[1024]
    for i in 0..64 {
      first[i * 16] = X[i]
    }
    for i in 0..64 {
      Y[i] = first[i * 16]
    }
  }
  {
    local second: f32[1024]
    for i in 0..64 {
      second[i * 16] = (Y[i] + 1.0f32)
    }
    for i in 0..64 {
      Y[i] = second[i * 16]
    }
  }
}
"""


def test_buffers_in_the_same_bytes_may_be_the_same_memory() -> None:
    """Two buffers of the workspace, one after the other, share a scope; the tensors have others."""
    text = ir_of(SHARED)
    scopes = {line.rpartition("!alias.scope ")[2].partition(",")[0]
              for line in text.splitlines() if "!alias.scope" in line}
    assert len(scopes) == 3         # X, Y, and both locals
    agrees(SHARED, {"X": np.arange(64, dtype=np.float32)})
    assert function_of(SHARED).workspace_bytes() == 4096 + 63


PREFETCHED = """
nest f(X: f32[64]) -> (Y: f32[64]) {
  for i in 0..64 {
    prefetch X[((i + 8) % 64)]
    Y[i] = X[i]
  }
}
"""


def test_prefetches() -> None:
    """A prefetch is the instruction, and changes nothing."""
    assert "prefetch" in assembly_of(PREFETCHED, "cpu:x86-64-v3")
    agrees(PREFETCHED, {"X": np.arange(64, dtype=np.float32)})
