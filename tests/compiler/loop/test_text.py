"""Reading nests: whatever is printed reads back, and errors point at their place."""

import math

import pytest
from hypothesis import given
from nest_strategies import nests
from txc.compiler.loop.ir import Binary, Block, Buffer, Const, Expr, Nest, Store, Var
from txc.compiler.loop.text import NestTextError, parse
from txc.dsl.dtypes import BF16, BOOL, F32, I8, I64

EVERYTHING = """\
nest f.x(A: f32[8], s: i8) -> (B: f32[4]) {
  parallel for i in 0..4 {
    local T.a: f32x8[2, 3]
    let x = neg(i) - -3 * (i + 2) % 4
    if x < 3 and not(x == 4) or true {
      B[ramp(x, 1, 4)] = splat(A[i] * -inff32 + nanf32, 4) + 0.5f32x4
    } else {
    }
    {
      B[ramp(0, 1, 4)] = select(1boolx4, 1e+16f32x4, f32(ramp(x, -2, 4)))
    }
  }
}
"""


@given(nests())
def test_what_is_printed_reads_back(nest: Nest) -> None:
    again = parse(str(nest))
    assert again == nest
    assert str(again) == str(nest)      # == takes -0.0 for 0.0


def test_the_notation_shows_every_construct() -> None:
    assert str(parse(EVERYTHING)) == EVERYTHING


def show(value: Expr) -> str:
    return str(Store(Buffer("B", value.dtype, ()), (), value)).removeprefix("B[] = ")


@pytest.mark.parametrize(("value", "text"), [
    (Const(-3), "-3"), (Const(3, I8), "3i8"), (Const(-128, I8), "-128i8"), (Const(True, BOOL), "true"),
    (Const(False, BOOL, 4), "0boolx4"), (Const(1, I64, 2), "1i64x2"), (Const(2.0, F32), "2.0f32"),
    (Const(-0.0, F32), "-0.0f32"),
    (Const(math.nan, BF16), "nanbf16"), (Const(-math.inf, F32, 8), "-inff32x8"),
    (Const(1e16, F32), "1e+16f32"),
])
def test_constants_carry_their_type_where_it_is_not_plain(value: Const, text: str) -> None:
    assert show(value) == text


def test_parentheses_stand_only_where_reading_needs_them() -> None:
    a, b, c = Var("a"), Var("b"), Var("c")
    assert show(Binary("+", Binary("*", a, b), c)) == "a * b + c"
    assert show(Binary("*", Binary("+", a, b), c)) == "(a + b) * c"
    assert show(Binary("-", a, Binary("-", b, c))) == "a - (b - c)"
    assert show(Binary("-", Binary("-", a, b), c)) == "a - b - c"
    assert show(Binary("-", a, Const(-3))) == "a - -3"
    less = Binary("<", a, b)
    assert show(Binary("==", less, Binary("<", b, c))) == "(a < b) == (b < c)"
    assert show(Binary("and", Binary("or", less, less), less)) == "(a < b or a < b) and a < b"


def test_a_variable_has_the_type_of_its_binder() -> None:
    nest = parse("nest f(A: f32[4]) -> (B: f32) { let v = A[ramp(0, 1, 4)]  B[] = v }")
    assert isinstance(nest.body, Block)
    assert nest.body.stmts[1].value == Var("v", F32, 4)     # pyright: ignore


@pytest.mark.parametrize(("text", "at", "message"), [
    ("nest f() -> (B: f32) { C[] = 1 }", "C", "no buffer 'C' is in scope"),
    ("nest f() -> (B: i64) { B[] = B }", "B }", "no variable 'B' is in scope"),
    ("nest f() -> (B: i64) { { let x = 1 } B[] = x }", "x }", "no variable 'x' is in scope"),
    ("nest f() -> (B: f33) { }", "f33", "'f33' is no element type"),
    ("nest f() -> (B: f32) { B[] = mix(1) }", "mix", "'mix' is no function"),
    ("nest f() -> (B: f32) { B[] = min(1) }", "min(1)", "'min' takes 2 arguments, not 1"),
    ("nest f() -> (B: f32) { B[] = exp(1, 2) }", "exp(1, 2)", "'exp' takes 1 argument, not 2"),
    ("nest f() -> (B: f32) { B[] = 1.5 }", "1.5", "'1.5' is no i64"),
    ("nest f() -> (B: f32) { B[] = 1i9 }", "1i9", "'1i9' is no number of a known type"),
    ("nest f() -> (B: f32) { for i in 1..4 { } }", "1..", "a loop starts at 0"),
    ("nest f() -> (B: f32) { for i in 0..-4 { } }", "-4", "expected a plain number"),
    ("nest f() -> (B: i64) { for i in 0..4 { B[] = splat(1, i) } }", "splat(1, i)",
     "'splat' takes plain numbers after its first argument"),
    ("nest f() -> (B: f32) { B[] = 1 < 2 < 3 }", "< 3", "did not expect '<' here"),
    ("nest f() -> (B: f32) { B[] = 1 ? 2 }", "?", "no nest has '?' here"),
])
def test_errors_point_at_their_place(text: str, at: str, message: str) -> None:
    with pytest.raises(NestTextError) as caught:
        parse(text)
    diagnostic = caught.value.diagnostic
    assert diagnostic.message == message
    assert text[diagnostic.span.start:].startswith(at[: diagnostic.span.end - diagnostic.span.start])
    assert diagnostic.span.start == text.index(at)


def test_an_unfinished_text_is_an_error_at_its_end() -> None:
    with pytest.raises(NestTextError, match="the text ends too early"):
        parse("nest f() -> (B: f32) {\n")


BITS = """nest f(A: f32[16]) -> (D: f32[16]) {
  let a = A[ramp(0, 1, 8)]
  let b = bits.i32(a) & splat(2147483647i32, 8)
  let c = (b >> splat(3i32, 8) | b) + b
  D[ramp(0, 1, 8)] = shuffle(a, bits.f32(b << splat(1i32, 8) ^ c), 0, 8, 1, 9, 2, 10, 3, 11)
  D[ramp(8, 1, 8)] = splat(across.sum(a) + across.max(a), 8)
}
"""


def test_bits_shuffles_and_lanes_combined_are_read_back() -> None:
    """What only passes make is notation like the rest."""
    assert str(parse(BITS)) == BITS
