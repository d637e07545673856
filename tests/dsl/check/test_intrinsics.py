"""Intrinsics: bodies are checked as kernels, texts name operands."""

import pytest
from support.marked import diagnose, expect

HEAD = "intrinsic dot(a: u8[4], b: i8[16, 4], c: i32[16]) for cpu "
BODY = "{ c[n] += sum[k](i32(a[k]) * i32(b[n, k])) } "


def test_a_sound_intrinsic_passes() -> None:
    """Accumulation, operands, addresses and strides."""
    texts = 'emits c "dot(&$a, &$b, $b.s0, &$c)" llvm "call @dot(&$a, &$b, $b.s0, &$c)"'
    assert diagnose(HEAD + BODY + texts) == []


CASES = [
    ("T101", HEAD + BODY + 'emits «c "dot($a, $d)"»'),
    ("T201", HEAD + '{ c[n] += sum[k](«i32(a[k]) * b[n, k]») } emits c "$a $b $c"'),
    ("T207", HEAD + '{ c[n] += «sum[k](f32(a[k]) * f32(b[n, k]))» } emits c "$a $b $c"'),
    ("T318", "«intrinsic two(a: f32[8], b: f32[8], c: f32[8]) for cpu "
             '{ b[n] = a[n] c[n] = a[n] } emits c "$a $b $c"»'),
    ("T319", "intrinsic f(a: f32[8], c: f32) for cpu { «c = 2 * sum[k](a[k])» } emits c \"$a $c\""),
    ("T319", "intrinsic f(a: f32[8], c: f32) for cpu { «c += max[k](a[k])» } emits c \"$a $c\""),
    ("T319", "intrinsic f(a: bool[8], c: bool[8]) for cpu { «c[n] += a[n]» } emits c \"$a $c\""),
    ("T319", "intrinsic f(a: f16[8], c: f16) for cpu { «c = sum[k](a[k])» } emits c \"$a $c\""),
    ("T320", "intrinsic f(a: f32[9], c: f32[8]) for cpu { c[n] = «a[n + 1]» } emits c \"&$a $c\""),
    ("T320", "intrinsic f(a: f32[8, 8], c: f32[8]) for cpu { c[n] = «a[n, n]» } emits c \"$a $c\""),
    ("T321", f"«{HEAD}{BODY}" + 'emits llvm "$a $b $c"»'),
    ("T321", HEAD + BODY + 'emits c "$a $b $c" «cc "$a $b $c"»'),
    ("T322", HEAD + BODY + 'emits «c "$a.s1 &$a $b $c"»'),
    ("T322", HEAD + BODY + 'emits «c "$a &$a $b $c"»'),
    ("T322", HEAD + BODY + 'emits «c "$a $b $b.s0 $c"»'),
    ("T322", HEAD + BODY + 'emits «c "$a &$b &$b.s0 $c"»'),
    ("T322", "intrinsic f(a: f32[6], c: f32[6]) for cpu { c[n] = a[n] } emits «c \"$a &$c\"»"),
    ("T323", HEAD + BODY + 'emits «c "$a $c"» header "dot.h"'),
    ("T309", HEAD + '{ c[n] += sum[k](i32(a[k]) * i32(«b[n, k + 1]»)) } emits c "$a $b $c"'),
]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_each_mistake_is_reported_once_and_where_it_is(code: str, text: str) -> None:
    """One diagnostic for one mistake, with this code, at the mark."""
    expect(code, text)
