"""Convolutions of PyTorch: contiguous and channels-last data, and weights that oneDNN reordered before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .peers import Variant


def channels_last(y: Any) -> Any:
    """A result with channels second, as an array with channels last."""
    return y.permute(0, *range(2, y.dim()), 1).numpy()


@dataclass(frozen=True)
class Convolution:
    """Data [N, C, …], weights [CO, CI, …] ([CI, CO, …] if transposed), and what follows: a layer or nothing.

    `layer` is bias, scale and offset: relu((y + bias) · scale + offset).
    """

    data: Any
    weights: Any
    stride: int
    pad: int
    dilation: int = 1
    groups: int = 1
    transposed: bool = False
    layer: tuple[Any, Any, Any] | None = None
    read: Callable[[Any], Any] = channels_last

    def with_layer(self, bias: Any, scale: Any, offset: Any) -> Convolution:
        """The convolution with bias, normalisation and ReLU after it."""
        return replace(self, layer=(bias, scale, offset))


def ways(torch: Any, c: Convolution) -> list[Variant]:
    """Every way there is to compute it; those that a build of PyTorch lacks fail when they are verified."""
    last = {4: torch.channels_last, 5: torch.channels_last_3d}.get(c.data.dim())
    formats = {"contiguous": torch.contiguous_format} | ({"channels_last": last} if last else {})
    found: list[Variant] = []
    for name, layout in formats.items():
        data, weights = (x.contiguous(memory_format=layout) for x in (c.data, c.weights))
        laid = replace(c, data=data, weights=weights)
        found.append(Variant(name, _eager(torch, laid), c.read))
        if c.layer:
            found.append(Variant(f"{name}, folded", _folded(torch, laid), c.read))
        if not c.transposed and c.data.dim() == 4:
            found += _packed(torch, laid, f"{name}, prepacked")
    if c.data.dim() == 3:
        found += _as_images(torch, c)
    return found


def _eager(torch: Any, c: Convolution) -> Callable[[], Any]:
    function = _function(torch, c)
    if c.layer is None:
        return lambda: function(c.data, c.weights, None, **_options(c))
    bias, scale, offset = c.layer
    shape = (1, -1, *[1] * (c.data.dim() - 2))
    scales, offsets = scale.view(shape), offset.view(shape)
    return lambda: function(c.data, c.weights, bias, **_options(c)).mul_(scales).add_(offsets).relu_()


def _fold(c: Convolution) -> tuple[Any, Any]:
    """Weights and bias that have scale and offset in them."""
    assert c.layer is not None
    bias, scale, offset = c.layer
    return c.weights * scale.view(-1, *[1] * (c.weights.dim() - 1)), bias * scale + offset


def _folded(torch: Any, c: Convolution) -> Callable[[], Any]:
    function, (weights, bias) = _function(torch, c), _fold(c)
    return lambda: function(c.data, weights, bias, **_options(c)).relu_()


def _packed(torch: Any, c: Convolution, name: str) -> list[Variant]:
    """oneDNN's own operator on weights that it reordered for this shape, ReLU fused where there is one."""
    weights, bias = _fold(c) if c.layer else (c.weights, None)
    pairs = [[n, n] for n in (c.pad, c.stride, c.dilation)]
    try:
        reordered = torch._C._nn.mkldnn_reorder_conv2d_weight(
            weights.contiguous().to_mkldnn(), *pairs, c.groups, list(c.data.shape))
        operator = torch.ops.mkldnn._convolution_pointwise
    except (RuntimeError, AttributeError, TypeError):
        return []
    after = "relu" if c.layer else "none"
    return [Variant(name, lambda: operator(c.data, reordered, bias, *pairs, c.groups, after, [], ""), c.read)]


def _as_images(torch: Any, c: Convolution) -> list[Variant]:
    """One-dimensional data as images of one row, channels last: oneDNN's better-trodden path."""
    last = torch.channels_last
    data, weights = (x.unsqueeze(2).contiguous(memory_format=last) for x in (c.data, c.weights))
    options = {**_options(c), "stride": (1, c.stride), "padding": (0, c.pad), "dilation": (1, c.dilation)}
    conv2d = torch.nn.functional.conv2d
    return [Variant("2d channels_last", lambda: conv2d(data, weights, None, **options),
                    lambda y: c.read(y.squeeze(2)))]


def _function(torch: Any, c: Convolution) -> Any:
    kind = "conv_transpose" if c.transposed else "conv"
    return getattr(torch.nn.functional, f"{kind}{c.data.dim() - 2}d")


def _options(c: Convolution) -> dict[str, Any]:
    return {"stride": c.stride, "padding": c.pad, "dilation": c.dilation, "groups": c.groups}
