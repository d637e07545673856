"""Vectors cut to the machine's width: what fits a register, and the same results."""

import numpy as np
import pytest
from support.expressions import edge_values, random_nest
from support.packages import nest_of
from txc.compiler.codegen.split import split_vectors
from txc.compiler.loop.interp import run
from txc.compiler.loop.simplify import simplify
from txc.compiler.loop.visit import all_exprs

WIDE = """
nest wide(A: f32[64], H: f16[64]) -> (Y: f32[64]) {
  register acc: f32x16[2]
  local tile: f32x16[2]
  for i in 0..2 {
    let v = (A[ramp(i * 32, 1, 16)] * splat(2.0f32, 16))
    acc[1] = (v + f32(H[ramp(i * 32, 1, 16)]))
    tile[i] = acc[1]
    Y[ramp(i * 32, 1, 16)] = tile[i]
    Y[ramp(i * 32 + 16, 1, 16)] = A[ramp(i * 32 + 16, 1, 16)]
  }
}
"""


@pytest.mark.parametrize(("size", "lanes"), [(16, 4), (32, 8), (64, 16)])
def test_vectors_fit_a_register(size: int, lanes: int) -> None:
    """f32 vectors take a whole register; a shorter type in the same lanes takes less of one."""
    split = split_vectors(nest_of(WIDE), size)
    assert {e.lanes for e in all_exprs(split) if e.lanes > 1} == {lanes}
    assert f"register acc: f32x{lanes}[2, {16 // lanes}]" in str(split)
    assert "local tile: f32[2, 16]" in str(split)


@pytest.mark.parametrize("size", [16, 32])
def test_results_stay(size: int) -> None:
    """The interpreter gives the same for a nest and for its parts."""
    for nest in (nest_of(WIDE), simplify(random_nest(3, 60))):
        generator = np.random.default_rng(0)
        inputs = {b.name: edge_values(generator, b.dtype).repeat(2)[:b.shape[0]] for b in nest.inputs}
        whole, parts = dict(inputs), dict(inputs)
        with np.errstate(all="ignore"):
            run(nest, whole)
            run(split_vectors(nest, size), parts)
        for buffer in nest.outputs:
            np.testing.assert_array_equal(parts[buffer.name], whole[buffer.name])
