"""numpy, and the OpenBLAS in it: matrix products and reductions. It has no convolutions worth timing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .peers import Arrays, Peer, Variant


def peer() -> Peer:
    """numpy as it is installed."""
    blas: Any = np.show_config("dicts")
    found = blas["Build Dependencies"]["blas"]
    return Peer("numpy", f"{np.__version__} ({found['name']} {found['version']})", build)


def build(operator: str, sizes: Mapping[str, int], arrays: Arrays) -> list[Variant]:
    """The ways of numpy for an operator; none for convolutions."""
    maker = _MAKERS.get(operator)
    return [Variant(name, call, _same) for name, call in maker(arrays).items()] if maker else []


def _same(result: Any) -> Any:
    return np.asarray(result)


def _gmm(arrays: Arrays) -> dict[str, Callable[[], Any]]:
    x, y = arrays["X"], arrays["Y"]
    out = np.empty((x.shape[0], x.shape[1], y.shape[2]), x.dtype)
    found: dict[str, Callable[[], Any]] = {"matmul": lambda: np.matmul(x, y, out=out)}
    if len(x) == 1:
        found["dot"] = lambda: (np.dot(x[0], y[0], out=out[0]), out)[1]
    return found


def _nrm(arrays: Arrays) -> dict[str, Callable[[], Any]]:
    x = arrays["X"]
    flat = x.reshape(len(x), -1)
    found: dict[str, Callable[[], Any]] = {"norm": lambda: np.linalg.norm(flat, axis=1)}
    if len(x) == 1:
        found["dot"] = lambda: np.sqrt(np.dot(flat[0], flat[0])).reshape(1)
    return found


def _softmax(arrays: Arrays) -> dict[str, Callable[[], Any]]:
    x = arrays["X"]
    out = np.empty_like(x)

    def steps() -> Any:
        np.subtract(x, x.max(axis=1, keepdims=True), out=out)
        np.exp(out, out=out)
        return np.divide(out, out.sum(axis=1, keepdims=True), out=out)

    return {"steps": steps}


def _sum(axis: int) -> Callable[[Arrays], dict[str, Callable[[], Any]]]:
    def maker(arrays: Arrays) -> dict[str, Callable[[], Any]]:
        x = arrays["X"]
        out, ones = np.empty(x.shape[1 - axis], x.dtype), np.ones(x.shape[axis], x.dtype)
        product = (lambda: np.dot(x, ones, out=out)) if axis else (lambda: np.dot(ones, x, out=out))
        return {"sum": lambda: np.add.reduce(x, axis=axis, out=out), "matrix × ones": product}

    return maker


def _dense_i8(arrays: Arrays) -> dict[str, Callable[[], Any]]:
    a, b = (arrays[name].astype(np.float32) for name in "AB")     # exact: 512 products are below 2^24
    out = np.empty((a.shape[0], b.shape[1]), np.float32)
    return {"f32 product": lambda: np.matmul(a, b, out=out)}


_MAKERS: dict[str, Callable[[Arrays], dict[str, Callable[[], Any]]]] = {
    "GMM": _gmm, "NRM": _nrm, "softmax": _softmax, "rowsum": _sum(1), "colsum": _sum(0),
    "dense_i8": _dense_i8}
