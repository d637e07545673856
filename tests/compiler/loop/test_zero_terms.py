"""Zero terms: an update that adds nothing for finite inputs is none, everything else is kept."""

import pytest
from txc.compiler.loop.ir import Store
from txc.compiler.loop.simplify import simplify
from txc.compiler.loop.text import parse
from txc.compiler.loop.visit import stores
from txc.compiler.loop.zero_terms import does_nothing, update, with_term

HEAD = "nest f(X: f32[9], N: i32[9], B: bool[9]) -> (C: f32[9], K: i32[9], P: bool[9], V: f32[9])"


def store(text: str) -> Store:
    return next(stores(parse(f"{HEAD} {{ {text} }}")))


NOTHING = [
    "C[1] = C[1]", "C[1] = C[1] + 0.0f32", "C[1] = C[1] + -0.0f32", "C[1] = C[1] + 0.0f32 * X[0]",
    "C[1] = 0.0f32 + C[1]",
    "C[1] = C[1] + X[0] * (0.0f32 * X[1])", "C[1] = C[1] + neg(0.0f32 * X[0])",
    "C[1] = C[1] + f32(0i32 * N[0])",
    "C[1] = C[1] * 1.0f32", "C[1] = max(C[1], -inff32)", "C[1] = min(C[1], inff32)",
    "K[1] = K[1] + 0i32", "K[1] = K[1] * 1i32", "K[1] = min(K[1], 2147483647i32)",
    "P[1] = P[1] or false", "P[1] = P[1] and true",
    "C[ramp(0, 1, 4)] = C[ramp(0, 1, 4)] + splat(0.0f32, 4) * X[ramp(0, 1, 4)]",
    "C[ramp(0, 1, 4)] = C[ramp(0, 1, 4)] + splat(0.0f32 * X[0], 4)",
]
SOMETHING = [
    "C[1] = C[2]", "C[1] = C[2] + 0.0f32", "C[1] = V[1] + 0.0f32", "C[1] = C[1] + 1.0f32",
    "C[1] = C[1] * 0.0f32", "C[1] = max(C[1], 0.0f32)", "C[1] = min(C[1], -inff32)", "C[1] = X[0] * 0.0f32",
    "K[1] = K[1] * 0i32", "K[1] = max(K[1], 2147483647i32)", "P[1] = P[1] or true", "P[1] = P[1] and false",
    "C[1] = C[1] + 0.0f32 / X[0]", "C[1] = C[1] + X[0] * X[1]",
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_changes_nothing(text: str) -> None:
    """It is known as such, and simplifying removes it."""
    assert does_nothing(store(text))
    assert simplify(parse(f"{HEAD} {{ {text} }}")).body.stmts == ()


@pytest.mark.parametrize("text", SOMETHING)
def test_what_may_change_something(text: str) -> None:
    assert not does_nothing(store(text))


@pytest.mark.parametrize(("text", "reducer", "term"), [
    ("C[1] = C[1] + X[0]", "sum", "X[0]"), ("C[1] = C[1] * X[0]", "prod", "X[0]"),
    ("C[1] = max(C[1], X[0])", "max", "X[0]"), ("P[1] = P[1] or B[2]", "any", "B[2]"),
    ("P[1] = P[1] and B[2]", "all", "B[2]")])
def test_updates_have_a_reducer_and_a_term(text: str, reducer: str, term: str) -> None:
    """And another term may take its place."""
    found = update(store(text))
    assert found is not None
    assert (found[0], str(found[1])) == (reducer, term)
    assert str(with_term(store(text), found[1])) == text


def test_what_is_no_update() -> None:
    assert update(store("C[1] = C[1] - X[0]")) is None
    assert update(store("C[1] = C[0] + X[0]")) is None
