"""The programs that `txc new` writes. NAME stands for the kernel's name."""

from __future__ import annotations

_DENSE = """\
## Dense layer: matrix product, bias, ReLU. This comment goes into the C header.
kernel NAME[M = 128, N = 512, K = 256](
    A: f32[M, K], B: f32[K, N], bias: f32[N]
) -> (D: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    D[i, j] = max(C[i, j] + bias[j], 0)
}

# The same kernel at other sizes; -D M=64 gives one on the command line.
instance NAME_small = NAME[M = 16, N = 64, K = 64]

# A template: parts without a size, and knobs, are holes that `txc tune` fills. Results never depend on it.
schedule NAME for cpu {
    split D.i: [i0, i1: 1..16]
    split D.j: [j0, j1: {16, 32, 64}]
    order D: i0 j0 i1 j1
    parallel i0
    vectorize j1

    compute C at D.j0  # one i1 × j1 tile of C at a time
    order C: k i j
    vectorize C.j
    unroll C.i
}
"""

_CONV = """\
## Two-dimensional convolution, NCHW.
kernel NAME[N = 1, CI = 16, H = 28, W = 28, CO = 32, K = 3, stride = 1, pad = 1](
    X: f32[N, CI, H, W], const F: f32[CO, CI, K, K]
) -> (Y: f32[N, CO, (H + 2 * pad - K) // stride + 1, (W + 2 * pad - K) // stride + 1]) {
    # A read that can fall outside its tensor says what to use there: this is the padding.
    Y[n, f, y, x] = sum[c, r, s](
        (X[n, c, y * stride + r - pad, x * stride + s - pad] else 0) * F[f, c, r, s]
    )
}

# A template: sizes in braces, and knobs, are holes that `txc tune` fills. Results never depend on it.
schedule NAME for cpu {
    knob width in {lanes, 2 * lanes}
    cache_write Y as acc  # sums of some pixels × width channels, in registers
    split Y.f: [fo, fi: width]
    split Y.x: [xo, xi: {4, 6, 8, 12}]
    order Y: n fo y xo fi xi
    parallel n fo y
    vectorize xi
    unroll Y: 16

    compute acc at xo
    order acc: n y r s c x f
    vectorize acc.f
    unroll acc: 16
    layout acc: [n, f, y, x] -> [n, y, x, f]  # transposed when it is written to Y

    # The weights, in the order in which they are used; made once, by NAME_prepack.
    cache_read F[f, c, r, s] as Fp for acc
    layout Fp: [f, c, r, s] -> [f // width, r, s, c, f % width]
}
"""

_SOFTMAX = """\
## Softmax over the last axis.
kernel NAME[B = 64, N = 1000](X: f32[B, N]) -> (Y: f32[B, N]) {
    m[b] = max[j](X[b, j])  # subtracted, so that exp stays in range
    e[b, j] = exp(X[b, j] - m[b])
    z[b] = sum[j](e[b, j])
    Y[b, j] = e[b, j] / z[b]
}
"""

_EMPTY = """\
## What it computes, in one line.
kernel NAME[N = 1024](X: f32[N]) -> (Y: f32[N]) {
    Y[i] = X[i]
}
"""

STARTERS = {"dense": _DENSE, "conv": _CONV, "softmax": _SOFTMAX, "empty": _EMPTY}
WITH_TEMPLATE = ("dense", "conv")     # can be tuned as they are
