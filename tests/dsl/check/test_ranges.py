"""Ranges of indices: written, else from the declared shape and bare uses, which agree."""

import pytest
from support.marked import expect
from txc.dsl.check import elaborate
from txc.dsl.parser import parse
from txc.dsl.source import Source

HEAD = "kernel k[N = 4, M = 6](X: f32[N], Z: f32[M]) -> (Y: f32[N]) "
CASES = [
    ("T306", HEAD + "{ Y[i] = X[i] + sum[«k»](Z[i + k]) }"),
    ("T306", HEAD + "{ Y[i] = X[i] + T[i] * Z[0]  T[«j»] = X[j // 2] }"),
    ("T307", HEAD + "{ Y[i] = X[i] + sum[k](X[k] * Z[«k»]) }"),
    ("T307", HEAD + "{ Y[i] = X[i] + Z[«i»] }"),
    ("T308", HEAD + "{ «Y[i, j] = X[i] + Z[j]» }"),
    ("T308", HEAD + "{ Y[«i < 3»] = X[i] + Z[i] }"),
    ("T314", HEAD + "{ Y[i] = sum[k < «i»](X[k] + Z[k]) }"),
]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_each_mistake_is_reported_once_and_where_it_is(code: str, text: str) -> None:
    """One diagnostic for one mistake, with this code, at the mark."""
    expect(code, text)


def test_hints_show_the_form_to_write() -> None:
    """Nothing determines it: the written bound; disagreement: both places."""
    assert "k < N" in expect("T306", CASES[0][1]).hint
    assert expect("T307", CASES[2][1]).notes[0][1] == "here 'k' runs to 4"


def test_where_a_range_comes_from() -> None:
    """Written bounds decide, unguarded uses come before guarded ones, intermediates pass theirs on."""
    text = """kernel k(X: f32[8], W: f32[3]) -> (Y: f32[10]) {
        Y[i] = sum[k]((X[i + k - 2] else 0) * W[k]) + (X[i] else 0) + sum[j < 2](X[j]) + T[i // 4]
        T[a < 3] = sum[b]((X[b] else 0) + U[b, a])
        U[b, a < 5] = W[b] + X[a]
    }"""
    kernel = elaborate(parse(Source(text)), "k")
    assert {s.name: s.shape for s in kernel.stages} == {"U": (3, 5), "T": (3,), "Y": (10,)}
    assert "extent=3" in repr(kernel.stages[1].value)
