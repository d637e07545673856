"""Useful operations: as many as a loop over every product counts."""

from itertools import product

import pytest
from txc.bench.flops import FORMULAS, met, met_transposed

CONV = {"N": 2, "H": 5, "W": 6, "CI": 4, "CO": 6, "K": 3, "stride": 2, "pad": 1}


@pytest.mark.parametrize(("extent", "taps", "stride", "pad", "dilation"), [
    (7, 3, 1, 1, 1), (7, 3, 2, 1, 1), (9, 3, 1, 2, 2), (4, 1, 2, 0, 1), (2, 5, 1, 2, 1)])
def test_pairs_inside_an_axis(extent: int, taps: int, stride: int, pad: int, dilation: int):
    outputs = range((extent + 2 * pad - dilation * (taps - 1) - 1) // stride + 1)
    inside = [o * stride + t * dilation - pad in range(extent) for o, t in product(outputs, range(taps))]
    assert met(extent, taps, stride, pad, dilation) == sum(inside)


def test_without_padding_every_pair_meets():
    assert met(10, 3) == 8 * 3
    assert met_transposed(4, 4, 2, 0) == 4 * 4


def test_a_transposed_convolution_meets_what_the_other_direction_meets():
    """Forward from the larger side, a stride of 2 over 8 pixels with padding 1 gives the 4 pixels back."""
    assert met_transposed(4, 4, 2, 1) == met(8, 4, 2, 1)


@pytest.mark.parametrize(("operator", "sizes", "flops"), [
    ("GMM", {"B": 2, "N": 3, "M": 5, "K": 7}, 2 * 2 * 3 * 5 * 7),
    ("C2D", CONV, 2 * 2 * met(5, 3, 2, 1) * met(6, 3, 2, 1) * 4 * 6),
    ("GRP", {**CONV, "dilation": 1, "groups": 2}, 2 * 2 * met(5, 3, 2, 1) * met(6, 3, 2, 1) * 2 * 6),
    ("ConvLayer", {**CONV, "pad": 0, "K": 1}, 2 * 2 * 3 * 3 * 4 * 6 + 4 * 2 * 3 * 3 * 6),
    ("NRM", {"B": 1, "M": 4, "N": 4}, 33), ("rowsum", {"M": 4, "N": 8}, 32),
    ("TBS", {"batch": 1, "seq_len": 4, "n_head": 2, "n_dim": 8}, 2 * 16 * (16 + 5))])
def test_formulas(operator: str, sizes: dict[str, int], flops: int):
    assert FORMULAS[operator](sizes) == flops
