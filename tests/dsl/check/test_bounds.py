"""The proof of bounds: exact for affine terms, quotients, remainders and conditions; witnesses are real."""

import random
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.marked import diagnose, expect
from txc.dsl import ast
from txc.dsl.diagnostics import Diagnostic

PROVED = [
    "Y[i < 8] = X[7 - i]",
    "Y[i < 4] = max[k < 2](X[2*i + k])",
    "Y[i < 8] = X[i % 4 * 2 + i // 4]",
    "Y[i < 8] = X[i // 4 * 4 + i % 4]",
    "Y[i < 99] = X[i % 8]",
    "Y[i < 99] = X[-i % 8]",
    "Y[i < 32] = X[(i * 4 + 3) // 16]",
    "Y[i < 9] = X[i] if i < 8 else 0",
    "Y[i < 9] = 0 if i >= 8 else X[i]",
    "Y[i < 9] = X[i - 1] + X[i - 1] if i != 0 else 0",
    "Y[i < 99] = X[i - 5] if i >= 5 and i < 13 else 0",
    "Y[i < 99] = 0 if i < 5 or not i < 13 else X[i - 5]",
    "Y[i < 99] = X[i] if i < 2 or i == 7 else 0",
    "Y[i < 500, j < 500, k < 500] = X[i + j + k] if i + j + k < 8 else 0",
    "Y[i < 99] = X[min(i, 7)] + X[max(7 - i, 0)] + X[abs(i - 3) if i < 11 else 0]",
    "Y[i < 8] = X[i + 1 if i < 7 else i - 1]",
    "Y[i < 3, j < 4] = X[i * j]",
    "Y[i < 60] = X[i // 2 // 4] + X[i // (4 + 4)]",
    "Y[i < 8] = X[clamp(n[i] + i)] + (X[n[i]] else 0) + (X[i - n[i]] else 0)",
    "Y[i < 8] = X[n[i]] if n[i] >= 0 and n[i] < 8 else 0",
    "Y[i < 8] = X[n[i] % 8]",
    "Y[i < 8] = X[u[i] // 32]",
    "Y[i < 99] = X[i] if i < 0 else 0",
]


def program(stage: str, dtype: str = "f32") -> str:
    """A kernel with one stage over eight elements of X, and integers n and u to index with."""
    rank = stage.split("]")[0].count("<")
    parts = stage.split("]")[0].split(",") if rank else []
    shape = ", ".join(part.split("<")[1].strip(" ]") for part in parts)
    data = (("n", "i32"), ("u", "u8"))
    ints = "".join(f", {name}: {kind}[8]" for name, kind in data if f"{name}[" in stage)
    return f"kernel k(X: {dtype}[8]{ints}) -> (Y: {dtype}[{shape}]) {{ {stage} }}"


def errors(text: str) -> list[Diagnostic]:
    """The errors that checking a program finds."""
    return [d for d in diagnose(text) if d.severity == "error"]


@pytest.mark.parametrize("stage", PROVED)
def test_a_read_that_stays_inside_is_proved(stage: str) -> None:
    """Every read of these stays inside, and nothing is reported."""
    assert errors(program(stage)) == []


OUTSIDE = [
    ("Y[i < 8] = «X[i + 1]»", "i = 7 reads X[8], but X has 8 elements"),
    ("Y[i < 8] = «X[i - 1]»", "i = 0 reads X[-1], but X has 8 elements"),
    ("Y[i < 8] = «X[8]» + f32(i)", "it reads X[8], but"),
    ("Y[i < 9] = «X[i // 2 * 2]»", "i = 8 reads X[8], but"),
    ("Y[i < 9] = «X[i - 1]» if i < 5 else 0", "i = 0 reads X[-1], but"),
    ("Y[i < 5] = max[k < 3](«X[2*i + k]»)", "i = 4, k = 0 reads X[8], but"),
    ("Y[i < 9] = «X[i - 1 if i != 3 else 9]»", "i = 0 reads X[-1], but"),
    ("Y[i < 8] = (X[i] else «X[i + 1]»)", "i = 7 reads X[8], but"),
]


@pytest.mark.parametrize(("stage", "words"), OUTSIDE)
def test_a_read_that_falls_outside_is_shown(stage: str, words: str) -> None:
    """The message names an index at which it does, the hint a guarded read."""
    found = expect("T309", program(stage))
    assert words in found.message
    assert found.hint.startswith("write (X[")


def test_the_dimension_that_is_left_is_named() -> None:
    """Rows and columns of a matrix, else the number of the dimension; other subscripts are left out."""
    text = "kernel k[N = 4](X: f32[N, N]) -> (Y: f32[N, N]) { Y[i, j] = «X[i + 1, j]» }"
    assert "i = 3 reads X[4, …], but X has 4 rows" in expect("T309", text).message
    text = "kernel k[N = 4](X: bool[N, N, N]) -> (Y: bool[N]) { Y[i] = «X[i, i, i + 1]» }"
    found = expect("T309", text)
    assert "i = 3 reads X[…, …, 4], but dimension 3 of X is 4" in found.message
    assert found.hint == "write (X[i, i, i + 1] else false)"


def test_a_gather_states_what_happens_outside() -> None:
    """Data may be anything, so a read through it needs clamp or a guard."""
    found = expect("T311", program("Y[i < 8] = «X[n[i]]»"))
    assert found.hint == "write X[clamp(n[i])] or (X[n[i]] else 0)"
    expect("T311", program("Y[i < 8] = «X[n[i]]» if n[i] >= 0 else 0"))
    expect("T309", program("Y[i < 8] = X[clamp(«n[i + 1]»)]"))


def test_what_cannot_be_proved_is_not_called_outside() -> None:
    """Where a condition depends on data there is no witness."""
    expect("T310", program("Y[i < 8] = «X[i + 1]» if X[i] > 0 else 0"))


def test_arithmetic_that_wraps_proves_nothing() -> None:
    """An index that leaves 64 bits on the way is not where exact arithmetic would put it."""
    huge = 2**62
    expect("T310", program(f"Y[i < 8] = «X[(i * {huge} - {huge}) // {huge} + 1]»"))


DIVISORS = [
    ("Y[i < 8] = n[i] // «n[i]»", "nothing says"),
    ("Y[i < 8] = n[i] % «(n[i] - 1)»", "nothing says"),
    ("Y[i < 8] = n[i] // «i32(i)»", "it is 0 for i = 0"),
]


@pytest.mark.parametrize(("stage", "words"), DIVISORS)
def test_a_divisor_that_may_be_zero(stage: str, words: str) -> None:
    """`//` and `%` need a divisor that is proved nonzero."""
    found = errors(program(stage.replace("«", "").replace("»", ""), "i32"))
    assert [d.code for d in found] == ["T312"]
    assert words in found[0].message


@pytest.mark.parametrize("divisor", ["max(n[i], 1)", "(abs(n[i]) % 7 + 1)", "(i32(i) + 1)", "-3"])
def test_a_divisor_that_is_never_zero(divisor: str) -> None:
    """Ranges and conditions prove it."""
    text = program(f"Y[i < 8] = n[i] // {divisor} + (n[i] % n[i] if n[i] != 0 else 0)", "i32")
    assert errors(text) == []


def subscript(rng: random.Random, depth: int) -> ast.Expr:
    """A random subscript over i and j."""
    if depth == 0:
        return rng.choice([ast.Name("i"), ast.Name("j"), ast.Number(str(rng.randint(0, 6)))])
    left, right = subscript(rng, depth - 1), subscript(rng, depth - 1)
    small = ast.Number(str(rng.randint(1, 5)))
    return rng.choice([
        ast.Binary("+", left, right), ast.Binary("-", left, right), ast.Binary("*", left, small),
        ast.Binary("//", left, small), ast.Binary("%", left, small), ast.Call("min", (left, right)),
        ast.Call("max", (left, right)), ast.Call("abs", (left,)), ast.Binary("*", left, right),
    ])


def value(text: str, i: int, j: int) -> int:
    """The value of a subscript or condition at a point: Python's operators are the language's."""
    return eval(text, {"min": min, "max": max, "abs": abs, "i": i, "j": j})


def points(condition: str) -> Iterator[tuple[int, int]]:
    """The points of the box 6 × 7 at which a condition holds."""
    return ((i, j) for i, j in product(range(6), range(7)) if value(condition, i, j))


@given(st.randoms(use_true_random=False), st.integers(1, 3), st.integers(4, 40))
def test_the_proof_agrees_with_trying_every_index(rng: random.Random, depth: int, extent: int) -> None:
    """On small boxes: proved exactly where no index falls outside, and the witness is one that does."""
    index = subscript(rng, depth)
    condition = f"i + {subscript(rng, 1)} {rng.choice(['<', '<=', '==', '!=', '>'])} {subscript(rng, 1)}"
    condition += f" {rng.choice(['and', 'or'])} not i {rng.choice(['<', '>'])} j"
    text = f"kernel k(X: f32[{extent}]) -> (Y: f32[6, 7]) {{ Y[i, j] = X[{index}] if {condition} else 0 }}"
    outside = [p for p in points(condition) if not 0 <= value(str(index), *p) < extent]
    found = errors(text)
    assert [d.code for d in found] == (["T309"] if outside else [])
    if found:
        assert witness(found[0], str(index)) in {value(str(index), *p) for p in outside}


def witness(found: Diagnostic, index: str) -> int:
    """The subscript that the message shows, computed again from the indices it names."""
    shown = found.message.split(": ", 1)[1].split(" reads ")
    at = {"i": 0, "j": 0}
    pairs = (pair.split(" = ") for pair in shown[0].split(", ") if " = " in pair)
    at.update((name, int(number)) for name, number in pairs)
    assert value(index, at["i"], at["j"]) == int(shown[1].split("[")[1].split("]")[0])
    return value(index, at["i"], at["j"])
