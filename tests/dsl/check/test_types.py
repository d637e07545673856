"""Types: nothing is converted but literals, and each message shows the cast to write."""

import pytest
from support.marked import diagnose, expect

HEAD = "kernel k[N = 4](x: f32[N], n: i32[N], b: bool[N], h: f16[N]) -> (Y: f32[N]) { Y[i] = %s }"
CASES = [
    ("T201", "«x[i] * n[i]»", "write x[i] * f32(n[i])"),
    ("T201", "x[i] + «h[i] * x[i]»", "write f32(h[i]) * x[i]"),
    ("T201", "x[i] * f32(«n[i] + i»)", "write i64(n[i]) + i"),
    ("T201", "«max(x[i], n[i])»", "write max(x[i], f32(n[i]))"),
    ("T201", "«x[i] if b[i] else n[i]»", "write x[i] if b[i] else f32(n[i])"),
    ("T201", "«(x[i + 1] else n[i])»", "write (x[i + 1] else f32(n[i]))"),
    ("T201", "«x[i] / N»", "write x[i] / f32(N)"),
    ("T202", "x[i] if «sqrt(2)» < 1 else 0", "cast it: f32(sqrt(2))"),
    ("T203", "f32(n[i] + «0.5»)", ""),
    ("T203", "f32(u8(«256»))", ""),
    ("T203", "f32(i8(«-129»)) + x[i]", ""),
    ("T203", "f32(h[i] * «70000»)", ""),
    ("T203", "x[i] * «1e39»", ""),
    ("T203", "x[i] * «1e9999»", ""),
    ("T204", "f32(«n[i] / 2»)", "write n[i] // 2 for the floor, or cast to a float type"),
    ("T205", "«x[i] // 2»", "write floor(x[i] / 2)"),
    ("T205", "f32(«exp(n[i])»)", "write exp(f32(n[i]))"),
    ("T205", "f32(«b[i] + b[i]»)", ""),
    ("T205", "x[i] if «b[i] < b[i]» else 0", ""),
    ("T206", "x[i] if «n[i]» else 0", "write n[i] != 0"),
    ("T206", "x[i] if b[i] and «n[i]» else 0", "write n[i] != 0"),
    ("T207", "«n[i]»", "write Y[i] = f32(n[i])"),
    ("T208", "x[«x[i]»]", "write i64(x[i])"),
    ("T210", "x[i] if «any[j](n[j])» else 0", "write any[j](n[j] != 0)"),
    ("T210", "f32(«sum[j](b[j])»)", "write sum[j](i32(b[j]))"),
    ("T110", "«max(x[i])»", ""),
    ("T110", "«f32(n[i], 2)»", ""),
    ("T119", "f32(«clamp(n[i])»)", ""),
    ("T312", "x[i] + «1 / 0»", ""),
]


@pytest.mark.parametrize(("code", "value", "hint"), CASES)
def test_each_mistake_is_reported_once_and_where_it_is(code: str, value: str, hint: str) -> None:
    """One error for one mistake, with this code, at the mark; the hint is the text that mends it."""
    before, inside, _ = value.replace("»", "«").split("«")
    text = HEAD % (before + inside + value.split("»")[1])
    start = len(HEAD.split("%s")[0]) + len(before)
    (found,) = [d for d in diagnose(text) if d.severity == "error"]
    assert (found.code, found.span.start, found.span.end) == (code, start, start + len(inside))
    assert hint in found.hint


def test_an_intermediate_of_literals_needs_a_type() -> None:
    """Nothing gives it one, so a cast is asked for."""
    text = "kernel k(X: f32[4]) -> (Y: f32[4]) { Y[i] = X[i] * t  t = «1 / 3» }"
    assert expect("T202", text).hint == "cast it: f32(1 / 3)"


WELL_TYPED = [
    "max(x[i], 0) + 1/2 * sqrt(2)", "x[i] / f32(N)", "f32(n[i] // 2 % 3)", "x[i] if b[i] == true else 1",
    "f32(argmax[j](x[j])) * f32(i)", "x[n[i] % 4] + x[(n[i] + i) % N]", "f32(h[i] * 0.1)", "-x[i] * -1",
    "sum[j](x[j] if n[j] != 0 and not b[j] else 0)", "f32(i8(-128))", "f32(b[i])", "x[clamp(n[i])]",
    "sum[j < 3](1)", "0.5 if b[i] else 1", "pow(x[i], 2) + fma(x[i], 2, 1)",
]


@pytest.mark.parametrize("value", WELL_TYPED)
def test_what_is_well_typed_passes(value: str) -> None:
    """No error for what the language allows."""
    assert [d for d in diagnose(HEAD % value) if d.severity == "error"] == []
