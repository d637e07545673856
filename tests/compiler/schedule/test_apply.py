"""Directives apply in the order of the text, each to the state before it; what must hold is checked after
each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.directives import schedules
from support.kernels import dag
from support.scheduled import TARGET, check_nest, error_of, nest_of, state_of

CHAINS = {name: dag(text) for name, text in {
    "outputs": """kernel f[N = 7, M = 5](X: f32[N, M]) -> (Y: f32[N, M], D: f32[N, M], S: f32[N]) {
        Y[i, j] = X[i, j] * 2  D[i, j] = Y[i, j] + 1  S[i] = sum[j](D[i, j]) }""",
    "stencil": """kernel f[N = 9, M = 6](X: f32[N, M]) -> (D: f32[N, M]) {
        A[i, j] = X[i, j] * 2  B[i < N, j] = (A[i - 1, j] else 0) + (A[i + 1, j] else 0)
        D[i, j < M] = (B[i, j - 1] else 0) + B[i, j] + (B[i, j + 1] else 0) }""",
    "shifted": """kernel f[N = 9](X: f32[N + 10]) -> (D: f32[N]) {
        A[i < N + 10] = X[i] * 2  B[i < N] = A[i + 5] + A[i]  D[i < N] = (B[i - 2] else 0) + (B[i + 1] else 3)
        }""",
    "rows": """kernel f[B = 5, N = 7](X: f32[B, N]) -> (Y: f32[B, N]) {
        m[b] = max[j](X[b, j])  e[b, j] = X[b, j] - m[b]  z[b] = sum[j](e[b, j])  Y[b, j] = e[b, j] * 2 + z[b]
        }""",
    "best": """kernel f[B = 5, N = 7](X: f32[B, N]) -> (p: i32[B], q: i32[B]) {
        T[best, new] = X[best, new] * 2  p[best] = argmax[new](T[best, new])  q[best] = argmin[new](T[best,
        new]) }""",
    "gather": """kernel f[N = 9](X: f32[6], ids: i32[N]) -> (D: f32[N]) {
        A[i] = X[i] * 2  J[i] = ids[i] + 0  D[i] = A[clamp(J[i])] + (A[J[i]] else 0) }""",
}.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAINS)
@given(data=st.data())
def test_no_legal_schedule_changes_a_result(name: str, data: st.DataObject) -> None:
    """Whatever directives are legal together, in any order of concurrent iterations, numbers are the same."""
    graph = CHAINS[name]
    directives = data.draw(schedules(graph, TARGET, 12))
    check_nest(graph, nest_of(graph, directives), ("forward", "reversed"))


def test_text_order() -> None:
    """A loop has the name that the directives above left it."""
    graph = CHAINS["outputs"]
    assert error_of(graph, "vectorize D.j1 split D.j: [j0, j1: 2]") == ("S402", "D.j1")
    assert error_of(graph, "split D.j: [j0, j1: 2] vectorize D.j1") == ("", "")


def test_when_blocks_apply_where_they_stand() -> None:
    """Directives in a block that applies are as if written without it."""
    graph, text = CHAINS["outputs"], "knob on in {false, true} when on { split D.j: [a, b: 2] } "
    with_block = state_of(graph, text + "vectorize D.i", {"on": 1})
    assert [loop.name for loop in with_block.stages["D"].loops] == ["i", "a", "b"]
    assert [loop.name for loop in state_of(graph, text, {"on": 0}).stages["D"].loops] == ["i", "j"]


@pytest.mark.parametrize(("schedule", "code"), [
    ("compute D at S.i order S: j i", ""),                  # each i still has its own elements
    ("compute Y at D.i vectorize D.i", "S435"),             # marks and places are checked whoever came first
    ("parallel D.i compute D at S.i", "S432"),
    ("compute D at S.i compute S at root parallel D.i", "S432"),
    ("compute Y at D.i compute D at S.i", "S452"),          # Y would be computed inside another stage's loops
])
def test_what_holds_is_checked_after_each_directive(schedule: str, code: str) -> None:
    """A directive that breaks what an earlier one set up is an error, wherever it touches."""
    assert error_of(CHAINS["outputs"], schedule)[0] == code
