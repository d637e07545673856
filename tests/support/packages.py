"""Generated packages for tests, from nests written by hand."""

from functools import cache

from txc.compiler.codegen.emit import Package, emit
from txc.compiler.loop.ir import Nest
from txc.compiler.loop.text import parse as parse_nest
from txc.compiler.target.target import Target, parse
from txc.dsl.typed import Kernel, Tensor

# Scratch memory of every kind (shared, slices of tasks, stack), regions, scalars, constants, small types.
MIXED = """
nest mixed(A: f32[24, 40], F: f32[40], alpha: f32, bias: i32, int: i8[24], flags: bool[40], H: f16[40])
        -> (D: f32[24, 40], total: i32, mask: bool[40]) {
  global T: f32[24, 40]
  parallel for i in 0..24 {
    local wide: f32[1000]
    local small: f32[8]
    for j in 0..5 {
      wide[ramp(j * 8, 1, 8)] = (A[i, ramp(j * 8, 1, 8)] * F[ramp(j * 8, 1, 8)])
      small[ramp(0, 1, 8)] = f32(H[ramp(j * 8, 1, 8)])
      T[i, ramp(j * 8, 1, 8)] = (wide[ramp(j * 8, 1, 8)] + (small[ramp(0, 1, 8)] * splat(alpha[], 8)))
    }
  }
  for half in 0..2 {
    parallel for i in 0..12 {
      for j in 0..5 {
        D[half * 12 + i, ramp(j * 8, 1, 8)] = select(flags[ramp(j * 8, 1, 8)],
          T[23 - half * 12 - i, ramp(j * 8, 1, 8)], splat(0.5f32, 8))
      }
    }
  }
  register sum: i32
  sum[] = bias[]
  for i in 0..24 {
    sum[] = (sum[] + i32(int[i]))
  }
  total[] = sum[]
  for j in 0..5 {
    mask[ramp(j * 8, 1, 8)] = ((F[ramp(j * 8, 1, 8)] > splat(0.0f32, 8)) and flags[ramp(j * 8, 1, 8)])
  }
}
"""

# A second kernel, without scratch memory.
SCALE = """
nest scale(X: f64[33]) -> (Y: f64[33]) {
  for i in 0..8 {
    Y[ramp(i * 4, 1, 4)] = (X[ramp(i * 4, 1, 4)] * splat(3.0f64, 4))
  }
  Y[32] = (X[32] * 3.0f64)
}
"""


@cache
def nest_of(text: str) -> Nest:
    """A nest given as text."""
    return parse_nest(text)


def kernel_of(nest: Nest, const: tuple[str, ...] = (), doc: str = "") -> Kernel:
    """A declaration with the nest's inputs and outputs."""
    inputs = tuple(Tensor(b.name, b.dtype, b.shape, b.name in const) for b in nest.inputs)
    outputs = tuple(Tensor(b.name, b.dtype, b.shape) for b in nest.outputs)
    return Kernel(nest.name, nest.name, (), inputs, outputs, (), doc)


def package(text: str, target: str | Target = "cpu", const: tuple[str, ...] = (), **options: str) -> Package:
    """The package of a nest given as text."""
    nest = nest_of(text)
    machine = parse(target) if isinstance(target, str) else target
    kernel = kernel_of(nest, const, options.pop("doc", ""))
    return emit(nest, kernel, machine, **options)     # pyright: ignore[reportArgumentType]
