"""Names: one namespace for sizes, tensors and indices, every name defined once, every stage once."""

import pytest
from support.marked import expect

CASES = [
    ("T101", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] + «scale» }"),
    ("T101", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] + «Z[i]» }"),
    ("T101", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = sum[k](X[k]) + X[«k»] }"),
    ("T101", "kernel k[N = 4](X: f32[N, «M»]) -> (Y: f32[N]) { Y[i] = X[i, 0] }"),
    ("T102", "kernel k[N = 4, «N = 5»](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] }"),
    ("T102", "kernel k[N = 4](X: f32[N], «X: f32[N]») -> (Y: f32[N]) { Y[i] = X[i] }"),
    ("T102", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { «let N = 3» Y[i] = X[i] }"),
    ("T102", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[«X»] = 1 + X[0] * 0 }"),
    ("T102", "kernel k[N = 4](X: f32[N, N]) -> (Y: f32[N, N]) { Y[i, «i»] = X[i, i] }"),
    ("T102", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] + sum[«i»](X[i]) }"),
    ("T103", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] «Y[i] = 2 * X[i]» }"),
    ("T104", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { «X[i] = 1» Y[i] = X[i] }"),
    ("T105", "kernel k[N = 4](X: f32[N]) -> («Y: f32[N]») { Z[i] = X[i] }"),
    ("T107", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = «X[i, i]» }"),
    ("T107", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = «X» + X[i] }"),
    ("T107", "kernel k[N = 4](X: f32[N], s: f32) -> (Y: f32[N]) { Y[i] = «s[i]» + X[i] }"),
    ("T108", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] + «N[i]» }"),
    ("T108", "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] + «i[0]» }"),
    ("T317", "kernel k[N = 4](const X: f32[N]) -> («const Y: f32[N]») { Y[i] = X[i] }"),
    ("T317", "kernel k[N = 4](X: f32[N]) -> («const s: f32») { s = sum[i](X[i]) } instance a = k[N = 5]"),
]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_each_mistake_is_reported_once_and_where_it_is(code: str, text: str) -> None:
    """One diagnostic for one mistake, with this code, at the mark."""
    expect(code, text)


def test_the_name_that_was_meant() -> None:
    """An undefined name comes with the closest one, indices included."""
    text = "kernel k[Rows = 4](X: f32[Rows]) -> (Y: f32[Rows]) { Y[row] = X[row] + f32(«%s») }"
    assert expect("T101", text % "rom").hint == "did you mean 'row'?"
    assert expect("T101", text % "Row").hint == "did you mean 'Rows'?"


def test_siblings_may_share_an_index() -> None:
    """Two reductions beside each other may both use k: neither is inside the other."""
    expect("T111", "kernel k[N = 4, «M = 2»](X: f32[N]) -> (s: f32) { s = sum[k](X[k]) / max[k](X[k]) }")
