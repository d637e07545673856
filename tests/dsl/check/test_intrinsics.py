"""Intrinsics: bodies are checked as kernels, texts name operands."""

import pytest
from support.marked import diagnose, expect

HEAD = "intrinsic dot(a: u8[4], b: i8[16, 4], c: i32[16]) for cpu "
BODY = "{ c[n] += sum[k](i32(a[k]) * i32(b[n, k])) } "


def test_a_sound_intrinsic_passes() -> None:
    """Accumulation, operands, addresses and strides."""
    assert diagnose(HEAD + BODY + 'emits c "dot(&$a, &$b, $b.s0, &$c)" llvm "call @dot($a, $b, $c)"') == []


CASES = [
    ("T101", HEAD + BODY + 'emits «c "dot($a, $d)"»'),
    ("T201", HEAD + '{ c[n] += sum[k](«i32(a[k]) * b[n, k]») } emits c "x"'),
    ("T207", HEAD + '{ c[n] += «sum[k](f32(a[k]) * f32(b[n, k]))» } emits c "x"'),
    ("T309", HEAD + '{ c[n] += sum[k](i32(a[k]) * i32(«b[n, k + 1]»)) } emits c "x"'),
]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_each_mistake_is_reported_once_and_where_it_is(code: str, text: str) -> None:
    """One diagnostic for one mistake, with this code, at the mark."""
    expect(code, text)
