"""Sizes: exact integer arithmetic over sizes, defaults that use earlier ones, limits of shapes."""

import pytest
from support.marked import diagnose, expect
from txc.dsl.check import elaborate
from txc.dsl.parser import parse
from txc.dsl.source import Source

CASES = [
    ("T301", "kernel k[N = «1.5»](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] }"),
    ("T301", "kernel k[N = 4](X: f32[N]) -> (Y: f32[«N / 2»]) { Y[i] = X[2*i] }"),
    ("T301", "kernel k[N = 4](X: f32[N], n: i32) -> (Y: f32[«n»]) { Y[i < 4] = X[i] * f32(n) }"),
    ("T301", "kernel k[N = 4](X: f32[N]) -> (Y: f32[«max(N, 2)»]) { Y[i] = X[i] }"),
    ("T302", "kernel k[N = 4](X: f32[«N - 4»]) -> (Y: f32[N]) { Y[i] = (X[i] else 0) }"),
    ("T302", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = sum[k < «0»](X[i] + f32(k)) }"),
    ("T303", "kernel k(«X: f32[1000000, 1000000, 1000]») -> (Y: f32) { Y = sum[i, j, k](X[i, j, k]) }"),
    ("T304", "kernel k[N = 4, s = 0](X: f32[N]) -> (Y: f32[N // «s»]) { Y[i] = X[i] }"),
]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_each_mistake_is_reported_once_and_where_it_is(code: str, text: str) -> None:
    """One diagnostic for one mistake, with this code, at the mark."""
    expect(code, text)


def test_sizes_are_computed_in_order() -> None:
    """Defaults use earlier sizes, constants use sizes, shapes use both, values fold."""
    text = """kernel k[H = 7, K = H // 2](X: f32[H]) -> (Y: f32[OH]) {
        let OH = (H - K) // 2 + 1  let last = -H % 4 + OH * 2 - 5
        Y[i] = X[i + K - K] * f32(last)
    }"""
    kernel = elaborate(parse(Source(text)), "k", {"H": 9})
    assert (kernel.sizes, kernel.outputs[0].shape) == ((("H", 9), ("K", 4)), (3,))
    assert "value=4.0" in repr(kernel.stages[0].value)


def test_a_tensor_just_below_the_limit_passes() -> None:
    """2^47 bytes are too many, one element less is not."""
    text = "kernel k[N = {}](X: u8[N]) -> (Y: u8) {{ Y = max[i](X[i]) }}"
    assert diagnose(text.format(2**47 - 1)) == []
    assert [d.code for d in diagnose(text.format(2**47))] == ["T303"]
