"""The statements of docs/language.md about values hold, in the reference and in compiled code."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import txc
from support.pages import blocks
from txc.compiler.numerics import interface_type
from txc.compiler.reference import evaluate
from txc.dsl.source import Source
from txc.grammar.words import RESERVED

PAGE = Path(__file__).resolve().parents[2] / "docs" / "language.md"
NAN, INF = np.nan, np.inf

# type of X, type of Y, expression of X[i], values of X, values of Y
ELEMENTWISE = [
    ("i8", "i8", "X[i] + X[i]", [100, -100, 3], [-56, 56, 6]),
    ("i8", "i8", "-X[i]", [-128, 1], [-128, -1]),
    ("i8", "i8", "abs(X[i])", [-128, -1], [-128, 1]),
    ("i32", "i32", "X[i] // 2", [7, -7], [3, -4]),
    ("i32", "i32", "X[i] % 3", [7, -7], [1, 2]),
    ("i32", "i32", "X[i] % -3", [7, -7], [-2, -1]),
    ("i32", "i32", "X[i] // -1", [-(2**31)], [-(2**31)]),
    ("f32", "f32", "X[i] / 0", [1, -1, 0], [INF, -INF, NAN]),
    ("f32", "f32", "max(X[i], 0)", [NAN, -1, 1], [NAN, 0, 1]),
    ("f32", "f32", "min(0, X[i])", [NAN, -1, 1], [NAN, -1, 0]),
    ("f32", "f32", "round(X[i])", [0.5, 1.5, 2.5, -0.5], [0, 2, 2, -0.0]),
    ("f32", "f32", "1 / 3 + X[i]", [0], [1 / 3]),
    ("f32", "i8", "i8(X[i])", [1.9, -1.9, 300, -300, NAN, INF], [1, -1, 127, -128, 0, 127]),
    ("f32", "i64", "i64(X[i])", [1e30, -1e30], [2**63 - 1, -(2**63)]),
    ("i32", "i8", "i8(X[i])", [200, -200, 256], [-56, 56, 0]),
    ("f32", "bool", "bool(X[i])", [0, -0.0, NAN, 2], [False, False, True, True]),
    ("bool", "f32", "f32(X[i])", [False, True], [0, 1]),
    ("f16", "f16", "X[i] * 2 / 2", [60000, 1], [60000, 1]),
    ("i32", "i32", "10 // X[i] if X[i] != 0 else 0", [0, 3], [0, 3]),
    ("i32", "i64", "i64(X[i]) + i", [5, 5, 5], [5, 6, 7]),
]
# a whole kernel over X, the value of its output
REDUCTIONS = [
    ("(X: f32[6]) -> (y: i32) { y = argmax[i](X[i]) }", [1, 3, NAN, 3, NAN, 0], 2),
    ("(X: f32[6]) -> (y: i32) { y = argmax[i](X[i]) }", [1, 3, 0, 3, 0, 0], 1),
    ("(X: f32[6]) -> (y: i32) { y = argmin[i](X[i]) }", [1, 3, 0, 3, 0, 0], 2),
    ("(X: f32[2, 3]) -> (y: i32) { y = argmax[i, j](X[i, j]) }", [[1, 3, 0], [3, 5, 0]], 4),
    ("(X: f32[3]) -> (y: f32) { y = max[i](X[i]) }", [1, NAN, 3], NAN),
    ("(X: bool[3]) -> (y: bool) { y = any[i](X[i]) }", [False, True, False], True),
    ("(X: bool[3]) -> (y: bool) { y = all[i](X[i]) }", [False, True, False], False),
    ("(X: i8[3]) -> (y: i8) { y = sum[i](X[i]) }", [100, 100, 100], 44),
    ("(X: f16[3]) -> (y: f16[3]) { T[i] = X[i] * 2  y[i] = T[i] / 2 }", [60000, 1, 2], [INF, 1, 2]),
    ("(X: i32[4]) -> (y: i32[4]) { y[i] = X[clamp(X[i])] }", [-5, 0, 9, 2], [-5, -5, 2, 9]),
    ("(X: i32[4]) -> (y: i32[4]) { y[i] = (X[X[i]] else 7) }", [-5, 0, 9, 2], [7, -5, 7, 9]),
    ("(X: f32[3]) -> (y: f32[3]) { y[i] = X[i] - X[i - 1] if i > 0 else X[i] }", [1, 3, 6], [1, 2, 3]),
]


def agree(text: str, values: object, expected: object) -> None:
    kernel = txc.loads(text)["f"]
    (given,), (made,) = kernel.typed.inputs, kernel.typed.outputs
    array = np.array(values, interface_type(given.dtype))
    reference = evaluate(kernel.dag, {"X": array})[made.name].value
    compiled = kernel.build()(array)
    wanted = np.array(expected, interface_type(made.dtype))
    np.testing.assert_array_equal(reference.astype(wanted.dtype), wanted)
    np.testing.assert_array_equal(np.asarray(compiled), wanted)


@pytest.mark.slow
@pytest.mark.parametrize(("given", "made", "expression", "values", "expected"), ELEMENTWISE,
                         ids=lambda v: str(v)[:24])
def test_elementwise_values(given: str, made: str, expression: str, values: list[object],
                            expected: object) -> None:
    """What the section on values says of operators, functions and casts is what kernels compute."""
    text = f"kernel f[N = {len(values)}](X: {given}[N]) -> (Y: {made}[N]) {{ Y[i] = {expression} }}"
    agree(text, values, expected)


@pytest.mark.slow
@pytest.mark.parametrize(("rest", "values", "expected"), REDUCTIONS, ids=lambda v: str(v)[:60])
def test_reductions_and_reads(rest: str, values: object, expected: object) -> None:
    """What the page says of reducers, stages of 16 bits and reads is what kernels compute."""
    agree(f"kernel f{rest}", values, expected)


def test_the_page_lists_the_reserved_words() -> None:
    """No word of the language is missing from the list, and none on it is free."""
    (listed,) = [b.text.split() for b in blocks(PAGE) if b.words == ("text", "reserved")]
    assert listed == sorted(RESERVED)


# A program and the code that the page says it gives.
ERRORS = [
    ("kernel f[N = 8](A: f32[N]) -> (B: f32[N]) { B[i] = B[i] + A[i] }", "T106"),
    ("kernel f[N = 8](A: f32[N], B: f64[N]) -> (C: f32[N]) { C[i] = A[i] + B[i] }", "T201"),
    ("kernel f[N = 8](A: f32[N]) -> (B: f32[N]) { one[i < N] = 1  B[i] = A[i] * one[i] }", "T202"),
    ("kernel f[N = 8](A: i8[N]) -> (B: i8[N]) { B[i] = A[i] + 200 }", "T203"),
    ("kernel f[N = 8](A: f32[N]) -> (B: f32[N]) { B[i] = A[i] * i }", "T201"),
    ("kernel f[N = 8](A: f32[N], C: f32[9]) -> (B: f32[N]) { B[i] = A[i] + C[i] }", "T307"),
    ("kernel f[N = 8](A: f32[N]) -> (B: f32[N]) { B[i] = sum[k](A[i]) }", "T306"),
    ("kernel f[N = 8](A: f32[N]) -> (B: f32[N]) { B[i] = sum[k < i](A[k]) }", "T314"),
    ("kernel f[N = 8](A: f32[N]) -> (B: f32) { B = sum[k](A[k] * sum[k](A[k])) }", "T102"),
    ("kernel f[N = 8](A: f32[N], c: i32[N]) -> (B: f32[N]) { B[i] = A[c[i]] }", "T311"),
    ("kernel f[N = 8](A: f32[N]) -> (B: bool[N]) { B[i] = i > 0 and A[i - 1] > 0 }", "T309"),
    ("kernel f[N = 8](A: f32[N]) -> (B: f32[N]) { B[i] = A[argmax[k](A[k])] }", "T310"),
    ("kernel f[N = 8](A: f32[N]) -> (B: bool[N]) { B[i] = 0 < A[i] < 1 }", "P004"),
    ("kernel f[N = 8](A: i32[N]) -> (B: i32[N]) { B[i] = 10 // A[i] }", "T312"),
    ("kernel f[N = 8](split: f32[N]) -> (B: f32[N]) { B[i] = split[i] }", "P007"),
    ("kernel f[N](A: f32[N]) -> (B: f32[N]) { B[i] = A[i] }", "T313"),
    ("kernel f[N = 8](A: f32[N], C: f32) -> (B: f32[N]) { B[i] = A[i] }", "T111"),
]


@pytest.mark.parametrize(("text", "code"), ERRORS, ids=[f"{code}-{n}" for n, (_, code) in enumerate(ERRORS)])
def test_codes_of_the_page(text: str, code: str) -> None:
    """What the page calls an error, a warning or a note has the code that it names, and the page names it."""
    assert code in {d.code for d in txc.check(Source(text))}
    assert re.search(rf"\b{code}\b", PAGE.read_text())
