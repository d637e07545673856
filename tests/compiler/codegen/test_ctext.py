"""Pieces of C text: literals that C reads back exactly, and parentheses where they are needed."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from txc.compiler.codegen.ctext import Text, block_comment, cast, infix, literal
from txc.dsl.dtypes import BF16, BOOL, F16, F32, F64, I8, I32, I64


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_single_floats_round_trip(value: float) -> None:
    """The shortest digits that give the same f32."""
    text = str(literal(value, F32))
    assert text.endswith("f") and ("." in text or "e" in text)
    assert struct.pack("<f", float(text[:-1])) == struct.pack("<f", value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_double_floats_round_trip(value: float) -> None:
    """The sign of zero included."""
    assert struct.pack("<d", float(str(literal(value, F64)))) == struct.pack("<d", value)


@pytest.mark.parametrize(("value", "dtype", "text"), [
    (math.inf, F32, "INFINITY"), (-math.inf, F64, "-INFINITY"), (math.nan, F32, "NAN"), (0.1, F32, "0.1f"),
    (1e300, F32, "INFINITY"), (3, F32, "3.0f"),
    (1.0, F16, "0x3c00"), (-2.5, F16, "0xc100"), (1e9, F16, "0x7c00"),
    (1.0, BF16, "0x3f80"), (-(1 << 63), I64, "INT64_MIN"), (1 << 40, I64, "INT64_C(1099511627776)"),
    (-(1 << 31), I32, "INT32_MIN"), (-128, I8, "-128"), (True, BOOL, "1")])
def test_special_literals(value: float, dtype: object, text: str) -> None:
    """Infinities, 16-bit floats as their bits, and the numbers that C has no literal for."""
    assert str(literal(value, dtype)) == text  # pyright: ignore[reportArgumentType]


def test_parentheses() -> None:
    """Where C needs them, and where compilers warn without; not elsewhere."""
    a, b, c = map(Text, "abc")
    assert str(infix("+", infix("*", a, b), c)) == "a * b + c"
    assert str(infix("-", a, infix("-", b, c))) == "a - (b - c)"
    assert str(infix("*", infix("+", a, b), c)) == "(a + b) * c"
    assert str(infix("||", infix("&&", a, b), c)) == "(a && b) || c"
    assert str(infix("==", infix("<", a, b), c)) == "(a < b) == c"
    assert str(cast("float", infix("+", a, b))) == "(float)(a + b)"


def test_comments_cannot_end_early() -> None:
    """Text from a user stays inside its comment."""
    assert block_comment(["a */ b /* c", ""]) == "/* a * / b / * c\n *\n */\n"
