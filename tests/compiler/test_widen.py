"""16-bit floats are stored in 16 bits and computed in f32."""

import pytest
from support.kernels import dag


def body(value: str, dtype: str = "f16", result: str = "f16") -> str:
    text = f"kernel f[M = 4](X: {dtype}[M], Z: f32[M]) -> (Y: {result}[M]) {{ Y[i] = {value} }}"
    return str(dag(text).stage("Y")).partition(" = ")[2]


@pytest.mark.parametrize(("written", "wanted"), [
    ("X[i] * X[i] + X[i]", "f16(f32(X[i]) * f32(X[i]) + f32(X[i]))"),
    ("X[i]", "X[i]"),
    ("f16(Z[i])", "f16(Z[i])"),
    ("exp(X[i])", "f16(exp(f32(X[i])))"),
    ("X[i] if X[i] > 0 else -X[i]", "f16(f32(X[i]) if f32(X[i]) > 0.0 else -f32(X[i]))"),
    ("f16(Z[i]) + X[i]", "f16(f32(f16(Z[i])) + f32(X[i]))"),
])
def test_arithmetic_is_f32_between_reads_and_the_root(written: str, wanted: str) -> None:
    """Reads are cast up, the root is cast down once, casts of the program stay."""
    assert body(written) == wanted


def test_a_cast_to_f32_is_not_doubled() -> None:
    """`f32(X[i])` is what a read is anyway."""
    assert body("f32(X[i]) * Z[i]", "bf16", "f32") == "f32(X[i]) * Z[i]"


def test_the_value_outside_has_the_type_of_the_tensor() -> None:
    """A padded copy would store it, so it is stored in 16 bits wherever it is used."""
    assert body("(X[i - 1] else 1) + X[i]") == "f16(f32((X[i - 1] else 1.0)) + f32(X[i]))"


def test_wider_types_are_left_alone() -> None:
    """f32 and integers compute in their own type."""
    assert body("X[i] * X[i]", "f32", "f32") == "X[i] * X[i]"
    assert body("X[i] * X[i]", "i8", "i8") == "X[i] * X[i]"
