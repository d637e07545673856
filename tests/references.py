"""What every example computes, once more in plain numpy and f64: independent of the compiler.

`REFERENCES[kernel](sizes, *inputs)` gives the output, or a tuple of several. Inputs are interface arrays.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Sizes: TypeAlias = Mapping[str, int]


def windows(x: Array, taps: tuple[int, ...], stride: int, pad: int, dilation: int = 1) -> Array:
    """Zero-padded windows over the dimensions after the first: [N, *places, *rest of x, *taps]."""
    rank = len(taps)
    spatial = tuple(range(1, 1 + rank))
    padded = np.pad(x.astype(float), [(pad, pad) if d in spatial else (0, 0) for d in range(x.ndim)])
    reach = tuple(dilation * (k - 1) + 1 for k in taps)
    view = sliding_window_view(padded, reach, spatial)
    places = (slice(None), *[slice(None, None, stride)] * rank)
    return view[(*places, ..., *[slice(None, None, dilation)] * rank)]


def conv2d_last(x: Array, f: Array, stride: int, pad: int, dilation: int = 1) -> Array:
    """Channels last: [N, H, W, CI] and [K, K, CI, CO]."""
    seen = windows(x, f.shape[:2], stride, pad, dilation)
    return np.tensordot(seen, f.astype(float), ((4, 5, 3), (0, 1, 2)))


def dense(_: Sizes, a: Array, b: Array, bias: Array) -> Array:
    return np.maximum(a.astype(float) @ b + bias, 0)


def softmax(_: Sizes, x: Array) -> Array:
    powers = np.exp(x.astype(float) - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def layernorm(_: Sizes, x: Array, gamma: Array, beta: Array) -> Array:
    x = x.astype(float)
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * gamma + beta


def dense_i8(_: Sizes, a: Array, b: Array) -> Array:
    return a.astype(np.int32) @ b.astype(np.int32)


def dense_u8i8(_: Sizes, a: Array, b: Array) -> Array:
    return a.astype(np.int32) @ b.astype(np.int32)


def dense_on_accelerator(_: Sizes, a: Array, b: Array) -> Array:
    return a.astype(np.float64) @ b


def row_argmax(_: Sizes, x: Array) -> Array:
    return x.argmax(-1)


def embedding(s: Sizes, ids: Array, table: Array) -> Array:
    return table[np.clip(ids, 0, s["V"] - 1)]


def embedding_or_zero(s: Sizes, ids: Array, table: Array) -> Array:
    inside = (ids >= 0) & (ids < s["V"])
    return np.where(inside[:, None], embedding(s, ids, table), 0)


def conv2d(s: Sizes, x: Array, f: Array) -> Array:
    last = conv2d_last(x.transpose(0, 2, 3, 1), f.transpose(2, 3, 1, 0), s["stride"], s["pad"])
    return last.transpose(0, 3, 1, 2)


def attention(s: Sizes, q: Array, k: Array, v: Array, scale: Array) -> Array:
    scores = q.astype(float) @ k.astype(float).swapaxes(-1, -2) * float(scale)
    scores = np.where(np.tri(s["T"], dtype=bool), scores, -1e30)
    return softmax(s, scores) @ v.astype(float)


def kmeans(s: Sizes, x: Array, c: Array) -> tuple[Array, ...]:
    x = x.astype(float)
    label = ((x[:, None] - c.astype(float)) ** 2).sum(-1).argmin(-1)
    members = label == np.arange(s["K"])[:, None]
    count = members.sum(-1)
    return label, count, members @ x / np.maximum(count, 1)[:, None]


def quantized(_: Sizes, a: Array, b: Array, bias: Array, scale: Array, *zeros: Array) -> Array:
    zero_in, zero_out = zeros
    sums = (a.astype(np.int32) - zero_in) @ b.astype(np.int32) + bias
    return np.clip(np.rint(sums * scale.astype(float)) + float(zero_out), -128, 127)


def jacobi(_: Sizes, u: Array, f: Array, h: Array) -> tuple[Array, ...]:
    v = u.copy()
    v[1:-1, 1:-1] = (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - h * h * f[1:-1, 1:-1]) / 4
    return v, abs(v - u).max()


def gmm(_: Sizes, x: Array, y: Array) -> Array:
    return x.astype(float) @ y


def c1d(s: Sizes, x: Array, f: Array) -> Array:
    seen = windows(x, f.shape[:1], s["stride"], s["pad"])
    return np.tensordot(seen, f.astype(float), ((3, 2), (0, 1)))


def c2d(s: Sizes, x: Array, f: Array) -> Array:
    return conv2d_last(x, f, s["stride"], s["pad"])


def c3d(s: Sizes, x: Array, f: Array) -> Array:
    """The planes of the filter one by one, each over all frames that it meets."""
    k, stride, pad = s["K"], s["stride"], s["pad"]
    frames = np.pad(x, [(0, 0), (pad, pad), (0, 0), (0, 0), (0, 0)])
    depth = (s["D"] + 2 * pad - k) // stride + 1
    total: Any = 0
    for q in range(k):
        met = frames[:, q : q + stride * depth : stride][:, :depth]
        flat = met.reshape(-1, *met.shape[2:])
        total = total + conv2d_last(flat, f[q], stride, pad)
    return total.reshape(s["N"], depth, *total.shape[1:])


def grp(s: Sizes, x: Array, f: Array) -> Array:
    parts = zip(np.split(x, s["groups"], 3), np.split(f, s["groups"], 3), strict=True)
    return np.concatenate([conv2d_last(a, b, s["stride"], s["pad"], s["dilation"]) for a, b in parts], 3)


def dil(s: Sizes, x: Array, f: Array) -> Array:
    return conv2d_last(x, f, s["stride"], s["pad"], s["dilation"])


def dep(s: Sizes, x: Array, f: Array) -> Array:
    return np.einsum("nyxcrs,rsc->nyxc", windows(x, f.shape[1:3], s["stride"], s["pad"]), f[0].astype(float))


def t2d(s: Sizes, x: Array, f: Array) -> Array:
    """A convolution of the input spread out by the stride with the filter turned round."""
    n, h, w, c = x.shape
    spread = np.zeros((n, (h - 1) * s["stride"] + 1, (w - 1) * s["stride"] + 1, c))
    spread[:, :: s["stride"], :: s["stride"]] = x
    return conv2d_last(spread, f[::-1, ::-1], 1, s["K"] - 1 - s["pad"])


def cap(s: Sizes, x: Array, f: Array) -> Array:
    seen = windows(x, f.shape[:2], s["stride"], s["pad"])
    return np.tensordot(seen, f.astype(float), ((6, 7, 4, 5), (0, 1, 2, 4)))


def nrm(_: Sizes, x: Array) -> Array:
    return np.linalg.norm(x.astype(float).reshape(len(x), -1), axis=1)


def convlayer(s: Sizes, x: Array, f: Array, bias: Array, offset: Array, scale: Array) -> Array:
    return np.maximum((c2d(s, x, f) + bias) * scale + offset, 0)


def tbs(s: Sizes, q: Array, v: Array) -> Array:
    return softmax(s, np.matmul(q.transpose(0, 2, 1, 3).astype(float), v.transpose(0, 2, 3, 1)))


Reference: TypeAlias = Callable[..., Array | tuple[Array, ...]]
SUITE: dict[str, Reference] = {
    f.__name__: f for f in (gmm, c1d, c2d, c3d, grp, dil, dep, t2d, cap, nrm, convlayer, tbs)
}
LAYERS: dict[str, Reference] = {
    f.__name__: f
    for f in (dense, softmax, layernorm, dense_i8, row_argmax, embedding, embedding_or_zero, conv2d,
              attention, kmeans, quantized, jacobi, dense_u8i8, dense_on_accelerator)
}
REFERENCES = LAYERS | SUITE

# A kernel and its shape; the larger 3D convolution is left out, for its reference takes more than a minute.
FULL = [(name, shape) for name in SUITE for shape in "01" if (name, shape) != ("c3d", "0")]
