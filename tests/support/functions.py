"""Functions as compiled kernels, and how far their results are off."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from support.packages import kernel_of
from txc.compiler.codegen.emit import emit
from txc.compiler.loop.text import parse as parse_nest
from txc.compiler.loop.verify import verify
from txc.compiler.numerics import Array
from txc.compiler.passes.math import Math
from txc.compiler.runtime.library import Function
from txc.compiler.runtime.toolchain import build_shared
from txc.compiler.target.target import parse

STEP = 4099     # of the bits of f32, to meet all exponents with many significands each


@cache
def some_f32() -> Array:
    """A million numbers of all sizes, both signs, infinities and NaN among them."""
    bits = np.arange(0, 1 << 32, STEP, dtype=np.uint64).astype(np.uint32)
    special = np.array([0, 0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 1, 0x80000001, 2], np.uint32)
    values = np.concatenate([special, bits])[: len(bits) // 8 * 8].view(np.float32)
    return np.where(np.isnan(values), np.float32(np.nan), values)


def some_f64(low: float, high: float, count: int = 1 << 14) -> Array:
    """Numbers between two, near zero, near one and of all sizes, and the special ones."""
    rng = np.random.default_rng(0)
    scale = 10.0 ** rng.integers(-300, 300, count // 4)
    special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 1e-310])
    return np.concatenate([special, rng.uniform(low, high, count // 2 - 8), rng.uniform(-2, 2, count // 4),
                           rng.standard_normal(count // 4) * scale])


def text(function: str, dtype: str, count: int, lanes: int, operands: str = "X") -> str:
    """A nest that applies a function to all elements."""
    at = "i" if lanes == 1 else f"ramp(i * {lanes}, 1, {lanes})"
    inputs = ", ".join(f"{x}: {dtype}[{count}]" for x in operands)
    call = f"{function}({', '.join(f'{x}[{at}]' for x in operands)})"
    loop = f"for i in 0..{count // lanes} {{ Y[{at}] = {call} }}"
    return f"nest f({inputs}) -> (Y: {dtype}[{count}]) {{ {loop} }}"


def compiled(nest_text: str, folder: Path, cc: str = "gcc", flags: Sequence[str] = ("-O2",),
             target: str = "cpu") -> Callable[..., Array]:
    """The kernel, of one output, of a nest with its functions written out."""
    nest = Math()(parse_nest(nest_text))
    verify(nest)
    package = emit(nest, kernel_of(nest), parse(target))
    built = build_shared(package, folder, cc, ["-Werror", "-Wall", "-Wextra", *flags])
    kernel = Function(built, package.interface)

    def call(*args: Array) -> Array:
        result = kernel(*args)
        assert isinstance(result, np.ndarray)
        return result

    return call


def ulps(got: Array, exact: Array) -> Array:
    """Distances in units in the last place of f32 or f64 from results of a wider type.

    Infinite where only one is NaN, or where the sign of a zero differs.
    """
    kind = np.finfo(got.dtype)
    with np.errstate(all="ignore"):
        right = exact.astype(got.dtype)
        same = ((got == right) & (np.signbit(got) == np.signbit(right))) | (np.isnan(got) & np.isnan(right))
        size = np.clip(np.abs(exact), kind.tiny, kind.max)
        unit = np.exp2(np.floor(np.log2(size.astype(exact.dtype)))) * np.asarray(kind.eps, exact.dtype)
        nearest = np.clip(got.astype(exact.dtype), -kind.max, kind.max)      # infinity is next to the largest
        apart = np.abs(nearest - np.clip(exact, -kind.max, kind.max)) / unit
        opposite = (right == 0) & (np.signbit(got) != np.signbit(right))
    distance = np.where(same & ~np.isfinite(apart), 0, apart)
    return np.where(opposite | np.isnan(distance), np.inf, distance)


def worst(got: Array, exact: Array, args: Array) -> tuple[float, str]:
    """The largest distance and where it is."""
    distance = ulps(got, exact)
    at = int(np.argmax(distance))
    return float(distance[at]), f"{distance[at]:.3f} ULP at {args[at]!r}: {got[at]!r}, not {exact[at]!r}"
