"""Networks: known kernels, arguments that fit them, outputs that are defined."""

import pytest
from support.marked import diagnose, expect

KERNEL = "kernel k[N = 8](X: f32[N], s: f32) -> (Y: f32[N]) { Y[i] = X[i] * s }\ninstance four = k[N = 4]\n"
HEAD = "network n(x: f32[4], s: f32) -> (y: f32[4]) { %s }"
CASES = [
    ("T101", HEAD % "«y = four(x, z)»"),
    ("T102", HEAD % "y = four(x, s) «y = four(x, s)»"),
    ("T105", "network n(x: f32[4], s: f32) -> («y: f32[4]») { z = four(x, s) }"),
    ("T113", HEAD % "«y = five(x, s)»"),
    ("T115", HEAD % "y = k[N = 4, «M = 1»](x, s)"),
    ("T118", HEAD % "«y = four(x)»"),
    ("T118", HEAD % "«y, z = four(x, s)»"),
    ("T316", HEAD % "«y = four(s, s)»"),
    ("T316", "network n(x: f32[4], s: f32) -> («y: f32[5]») { y = four(x, s) }"),
    ("T316", "network n(x: f64[4], s: f32) -> (y: f32[4]) { «y = four(x, s)» }"),
    ("T317", "network n(const x: f32[4], s: f32) -> («const y: f32[4]») { y = four(x, s) }"),
    ("T111", "network n(x: f32[4], s: f32, «t: f32») -> (y: f32[4]) { y = four(x, s) }"),
]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_each_mistake_is_reported_once_and_where_it_is(code: str, text: str) -> None:
    """One diagnostic for one mistake, with this code, at the mark."""
    expect(code, KERNEL + text)


def test_a_call_gives_every_size() -> None:
    """A network has shapes that are known: a kernel's size without a value is an error at the call."""
    text = KERNEL.replace("N = 8", "N") + HEAD % "y = k(x, s)"
    assert [(d.code, d.severity) for d in diagnose(text)] == [("T313", "note"), ("T305", "error")]


def test_calls_chain() -> None:
    """Results of calls are arguments of later ones."""
    text = KERNEL + HEAD % "h = four(x, s) y = k[N = 4](h, s)"
    assert diagnose(text) == []


def test_a_kernel_is_checked_at_the_sizes_of_a_call() -> None:
    """What goes wrong at those sizes only notes the call."""
    kernel = "kernel k[N = 4](X: f32[N]) -> (Y: f32[4]) { Y[i < 4] = «X[i * 1]» }\n"
    found = expect("T309", kernel + "network n(x: f32[3]) -> (y: f32[4]) { y = k[N = 3](x) }")
    assert found.notes[-1][1] == "at the sizes of this call"
