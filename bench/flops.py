"""Useful operations of the suite's kernels: products with padded or inserted zeros count nothing.

A multiplication with its addition counts two. For a convolution, `met` counts the pairs of an output pixel
and a filter tap that meet inside the input along one axis; the product over the axes, times channels in and
out, is the number of products. Bias, scale, offset and ReLU count one each; softmax counts the maximum, the
subtraction, the exponential, the sum and the division of each element, so five.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

Sizes = Mapping[str, int]


def met(extent: int, taps: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> int:
    """Pairs of output pixel and tap that lie inside an axis of so many input pixels."""
    outputs = (extent + 2 * pad - dilation * (taps - 1) - 1) // stride + 1
    return sum(0 <= o * stride + t * dilation - pad < extent for o in range(outputs) for t in range(taps))


def met_transposed(extent: int, taps: int, stride: int, pad: int) -> int:
    """Pairs of input pixel and tap whose output pixel of a transposed convolution exists."""
    outputs = (extent - 1) * stride - 2 * pad + taps
    return sum(0 <= i * stride + t - pad < outputs for i in range(extent) for t in range(taps))


def _axes(s: Sizes, *names: str) -> int:
    dilation = s.get("dilation", 1)
    return prod(met(s[name], s["K"], s["stride"], s["pad"], dilation) for name in names)


def _conv(*names: str) -> Callable[[Sizes], int]:
    return lambda s: 2 * s["N"] * _axes(s, *names) * s["CI"] // s.get("groups", 1) * s["CO"]


def _pixels(s: Sizes) -> int:
    return prod((s[name] + 2 * s["pad"] - s["K"]) // s["stride"] + 1 for name in ("H", "W"))


def _transposed(s: Sizes) -> int:
    axes = prod(met_transposed(s[name], s["K"], s["stride"], s["pad"]) for name in ("H", "W"))
    return 2 * s["N"] * axes * s["CI"] * s["CO"]


def _attention(s: Sizes) -> int:
    return s["batch"] * s["n_head"] * s["seq_len"] ** 2 * (2 * s["n_dim"] + 5)


FORMULAS: dict[str, Callable[[Sizes], int]] = {
    "C1D": _conv("L"), "C2D": _conv("H", "W"), "C3D": _conv("D", "H", "W"), "GRP": _conv("H", "W"),
    "DIL": _conv("H", "W"),
    "GMM": lambda s: 2 * s["B"] * s["N"] * s["M"] * s["K"],
    "DEP": lambda s: 2 * s["N"] * _axes(s, "H", "W") * s["C"],
    "T2D": _transposed,
    "CAP": lambda s: 2 * s["N"] * _axes(s, "H", "W") * s["capsule"] ** 3 * s["CI"] * s["CO"],
    "NRM": lambda s: s["B"] * (2 * s["M"] * s["N"] + 1),
    "ConvLayer": lambda s: _conv("H", "W")(s) + 4 * s["N"] * _pixels(s) * s["CO"],
    "TBS": _attention,
    "softmax": lambda s: 5 * s["B"] * s["N"],
    "rowsum": lambda s: s["M"] * s["N"],
    "colsum": lambda s: s["M"] * s["N"],
    "dense_i8": lambda s: 2 * s["M"] * s["N"] * s["K"],
}
