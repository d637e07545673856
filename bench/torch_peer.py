"""PyTorch with oneDNN and MKL: every operator, in each layout that may be the library's fastest.

Data and weights are brought into a layout before anything is timed. A capsule convolution is a convolution
of so many images as its matrices have rows, with the other axes of the matrices among the channels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from .peers import Arrays, Peer, Variant
from .torch_conv import Convolution, ways

Sizes = Mapping[str, int]


def peer(threads: int) -> Peer | None:
    """PyTorch with so many threads, or None where it is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    config = torch.__config__.show()
    found = [line.strip(" -") for line in config.splitlines() if "MKL" in line and "Version" in line]
    onednn = [line.split()[2] for line in config.splitlines() if "MKL-DNN v" in line]
    libraries = ["oneDNN " + v for v in onednn] + [line.split(" Product")[0] for line in found[:1]]
    return Peer("torch", f"{torch.__version__} ({', '.join(libraries)})", partial(build, torch))


def build(torch: Any, operator: str, sizes: Sizes, arrays: Arrays) -> list[Variant]:
    """The ways of PyTorch for an operator."""
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    if operator in _CONVOLUTIONS:
        return ways(torch, _CONVOLUTIONS[operator](torch, sizes, tensors))
    return [Variant(name, call, lambda result: result.numpy())
            for name, call in _OTHERS[operator](torch, tensors).items()]


def _weights(f: Any) -> Any:
    """[K…, CI, CO] as [CO, CI, K…]."""
    return f.permute(-1, -2, *range(f.dim() - 2))


def _channels_first(x: Any) -> Any:
    return x.permute(0, -1, *range(1, x.dim() - 1))


def _plain(torch: Any, s: Sizes, t: Mapping[str, Any]) -> Convolution:
    return Convolution(_channels_first(t["X"]), _weights(t["F"]), s["stride"], s["pad"], s.get("dilation", 1),
                       s.get("groups", 1))


def _depthwise(torch: Any, s: Sizes, t: Mapping[str, Any]) -> Convolution:
    weights = t["F"].permute(3, 0, 1, 2)
    return Convolution(_channels_first(t["X"]), weights, s["stride"], s["pad"], 1, s["C"])


def _layer(torch: Any, s: Sizes, t: Mapping[str, Any]) -> Convolution:
    base = _plain(torch, s, t)
    return base.with_layer(t["bias"], t["bn_scale"], t["bn_offset"])


def _transposed(torch: Any, s: Sizes, t: Mapping[str, Any]) -> Convolution:
    weights = t["F"].permute(2, 3, 0, 1)
    return Convolution(_channels_first(t["X"]), weights, s["stride"], s["pad"], transposed=True)


def _capsule(torch: Any, s: Sizes, t: Mapping[str, Any]) -> Convolution:
    n, h, w, i, k, c = t["X"].shape
    taps, _, _, j, _, f = t["F"].shape
    images = t["X"].permute(0, 3, 4, 5, 1, 2).reshape(n * i, k * c, h, w)
    weights = t["F"].permute(3, 5, 2, 4, 0, 1).reshape(j * f, k * c, taps, taps)

    def read(y: Any) -> Any:
        oh, ow = y.shape[2:]
        return y.reshape(n, i, j, f, oh, ow).permute(0, 4, 5, 1, 2, 3).numpy()

    return Convolution(images, weights, s["stride"], s["pad"], read=read)


_CONVOLUTIONS: dict[str, Callable[[Any, Sizes, Mapping[str, Any]], Convolution]] = {
    "C1D": _plain, "C2D": _plain, "C3D": _plain, "GRP": _plain, "DIL": _plain, "DEP": _depthwise,
    "T2D": _transposed, "CAP": _capsule, "ConvLayer": _layer}

Ways = dict[str, Callable[[], Any]]
_LAST = (-1, False)     # of softmax: its axis, and whether to go by way of f32


def _gmm(torch: Any, t: Mapping[str, Any]) -> Ways:
    x, y = t["X"], t["Y"]
    out = torch.empty(x.shape[0], x.shape[1], y.shape[2])
    turned = y.transpose(1, 2).contiguous().transpose(1, 2)
    found: Ways = {"bmm": lambda: torch.bmm(x, y, out=out),
                   "bmm, Y transposed": lambda: torch.bmm(x, turned, out=out)}
    if len(x) == 1:
        x0, y0, t0, out0 = x[0], y[0], turned[0], out[0]
        found["mm"] = lambda: (torch.mm(x0, y0, out=out0), out)[1]
        found["mm, Y transposed"] = lambda: (torch.mm(x0, t0, out=out0), out)[1]
    return found


def _nrm(torch: Any, t: Mapping[str, Any]) -> Ways:
    x = t["X"]
    out = torch.empty(len(x))
    found: Ways = {"vector_norm": lambda: torch.linalg.vector_norm(x, dim=(1, 2), out=out)}
    if len(x) == 1:
        flat = x.reshape(-1)
        found["dot"] = lambda: torch.dot(flat, flat).sqrt_().view(1)
    return found


def _softmax(torch: Any, t: Mapping[str, Any]) -> Ways:
    x, out = t["X"], torch.empty_like(t["X"])
    return {"softmax": lambda: torch.ops.aten._softmax.out(x, *_LAST, out=out)}


def _attention(torch: Any, t: Mapping[str, Any]) -> Ways:
    q, v = t["Q"].permute(0, 2, 1, 3), t["V"].permute(0, 2, 3, 1)
    heads = q.shape[0] * q.shape[1]
    products = torch.empty(*q.shape[:3], v.shape[3])
    out, flat = torch.empty_like(products), products.view(heads, *products.shape[2:])
    softmax = partial(torch.ops.aten._softmax.out, out=out)

    def over(a: Any, b: Any) -> Callable[[], Any]:
        def call() -> Any:
            torch.bmm(a, b, out=flat)
            return softmax(products, *_LAST)

        return call

    def batched(x: Any) -> Any:
        return x.reshape(heads, *x.shape[2:])

    first, second = batched(q.contiguous()), batched(v.contiguous())
    turned = second.transpose(1, 2).contiguous().transpose(1, 2)
    return {"matmul, strided": lambda: softmax(torch.matmul(q, v), *_LAST),
            "bmm, heads first": over(first, turned), "bmm, heads first, V transposed": over(first, second)}


def _sum(axis: int) -> Callable[[Any, Mapping[str, Any]], Ways]:
    def maker(torch: Any, t: Mapping[str, Any]) -> Ways:
        x, out = t["X"], torch.empty(t["X"].shape[1 - axis])
        ones, matrix = torch.ones(x.shape[axis]), x if axis else x.t()
        return {"sum": lambda: torch.sum(x, axis, out=out),
                "matrix × ones": lambda: torch.mv(matrix, ones, out=out)}

    return maker


def _dense_i8(torch: Any, t: Mapping[str, Any]) -> Ways:
    a, b = t["A"], t["B"]
    turned = b.t().contiguous().t()
    return {"_int_mm": lambda: torch._int_mm(a, b), "_int_mm, B transposed": lambda: torch._int_mm(a, turned)}


_OTHERS: dict[str, Callable[[Any, Mapping[str, Any]], Ways]] = {
    "GMM": _gmm, "NRM": _nrm, "softmax": _softmax, "TBS": _attention, "rowsum": _sum(1), "colsum": _sum(0),
    "dense_i8": _dense_i8}
