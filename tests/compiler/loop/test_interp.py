"""The interpreter: the language's numbers exactly, and a fault for everything a nest must not do."""

import numpy as np
import pytest
from txc.compiler.loop.interp import ORDERS, run
from txc.compiler.loop.memory import NestFault
from txc.compiler.loop.text import parse


def value(expr: str, dtype: str, lanes: int = 1, **inputs: np.ndarray) -> np.ndarray:
    """What an expression gives, over inputs of rank 1 called by their names."""
    types = {"float32": "f32", "int64": "i64", "uint16": "bf16"}
    heads = ", ".join(f"{n}: {types[str(a.dtype)]}[{len(a)}]" for n, a in inputs.items())
    shape, at = (f"[{lanes}]", f"ramp(0, 1, {lanes})") if lanes > 1 else ("", "")
    arrays = dict(inputs)
    run(parse(f"nest f({heads}) -> (Y: {dtype}{shape}) {{ Y[{at}] = {expr} }}"), arrays)
    return arrays["Y"]


@pytest.mark.parametrize(("expr", "dtype", "expected"), [
    ("100i8 + 100i8", "i8", -56), ("-128i8 // -1i8", "i8", -128), ("200u8 + 100u8", "u8", 44),
    ("neg(-128i8)", "i8", -128), ("abs(-128i8)", "i8", -128), ("neg(1u8)", "u8", 255),
    ("-7 // 2", "i64", -4), ("-7 % 2", "i64", 1), ("7 % -2", "i64", -1),
    ("9223372036854775807 + 1", "i64", -9223372036854775808),
    ("i8(300)", "i8", 44), ("u8(-1)", "u8", 255), ("i8(300.7f32)", "i8", 127), ("i8(-300.7f32)", "i8", -128),
    ("i32(nanf32)", "i32", 0), ("i32(-1.9f32)", "i32", -1), ("i64(1e30f64)", "i64", 2**63 - 1),
    ("u8(-3.0f32)", "u8", 0), ("i64(inff32)", "i64", 2**63 - 1), ("bool(nanf32)", "bool", True),
    ("i32(true)", "i32", 1), ("f32(16777217)", "f32", 16777216.0), ("i8(f16(2049.0f32))", "i8", 127),
    ("f32(f16(2049.0f32))", "f32", 2048.0), ("f32(bf16(1.00390625f32))", "f32", 1.0),
    ("f32(bf16(1.01171875f32))", "f32", 1.015625), ("f32(f16(1e6f32))", "f32", np.inf),
    ("0.1f32 + 0.2f32", "f32", np.float32(0.1) + np.float32(0.2)), ("1.0f32 / 0.0f32", "f32", np.inf),
    ("min(nanf32, 1.0f32)", "f32", np.nan), ("max(1.0f32, nanf32)", "f32", np.nan),
    ("round(2.5f32)", "f32", 2.0), ("floor(-0.5f32)", "f32", -1.0), ("sigmoid(0.0f32)", "f32", 0.5),
    ("erf(0.5f32)", "f32", np.float32(0.5204999)), ("rsqrt(4.0f32)", "f32", 0.5),
    ("fma(2.0f32, 3.0f32, 1.0f32)", "f32", 7.0),
    ("pow(2.0f32, 0.5f32)", "f32", np.float32(2**0.5)), ("1 < 2 and not(2 < 1)", "bool", True),
    ("nanf32 != nanf32", "bool", True), ("select(1 < 2, 3, 4 // 0)", "i64", 3),
])
def test_operations_have_the_language_s_meaning(expr: str, dtype: str, expected: object) -> None:
    np.testing.assert_equal(value(expr, dtype)[()], expected)


def test_f32_is_computed_in_f32() -> None:
    a = np.array([1e8, 1.0], np.float32)
    assert value("A[0] + A[1] - A[0]", "f32", A=a) == np.float32(0)


def test_bf16_is_kept_as_its_bits() -> None:
    assert value("bf16(A[0])", "bf16", A=np.array([1.0], np.float32)) == 0x3F80
    assert value("f32(A[0])", "f32", A=np.array([0x3F80], np.uint16)) == 1.0


def test_lanes_are_ramps_splats_and_gathers() -> None:
    a = np.arange(10, dtype=np.float32)
    got = value("A[ramp(1, 2, 4)] + splat(A[3], 4) * 0.5f32x4", "f32", 4, A=a)
    np.testing.assert_array_equal(got, a[1:8:2] + 1.5)


def test_a_buffer_of_vectors_gives_whole_vectors() -> None:
    nest = parse("""nest f(A: f32[8]) -> (B: f32[8]) {
      register v: f32x4[2]
      v[0] = A[ramp(0, 1, 4)]
      v[1] = v[0] + v[0]
      v[0] = splat(1.0f32, 4)
      B[ramp(0, 1, 4)] = v[0]
      B[ramp(4, 1, 4)] = v[1]
    }""")
    arrays = {"A": np.arange(8, dtype=np.float32)}
    run(nest, arrays)
    np.testing.assert_array_equal(arrays["B"], [1, 1, 1, 1, 0, 2, 4, 6])


def test_a_value_named_by_let_stays_when_memory_changes() -> None:
    nest = parse("""nest f() -> (B: f32[4]) {
      register v: f32x4
      v[] = 1.0f32x4
      let old = v[]
      v[] = 2.0f32x4
      B[ramp(0, 1, 4)] = old
    }""")
    arrays: dict[str, np.ndarray] = {}
    run(nest, arrays)
    np.testing.assert_array_equal(arrays["B"], [1, 1, 1, 1])


def test_a_select_evaluates_each_lane_in_its_own_branch_only() -> None:
    a = np.arange(3, dtype=np.float32)
    guard = "select(ramp(-1, 1, 4) >= 0i64x4, A[ramp(-1, 1, 4)], 9.0f32x4)"
    np.testing.assert_array_equal(value(guard, "f32", 4, A=a), [9, 0, 1, 2])
    np.testing.assert_array_equal(
        value("select(ramp(0, 1, 4) != 2i64x4, 8i64x4 // (ramp(0, 1, 4) - 2i64x4), 5i64x4)", "i64", 4),
        [-4, -8, 5, 8])
    with pytest.raises(NestFault, match="outside"):
        value("select(ramp(-1, 1, 4) >= -1i64x4, A[ramp(-1, 1, 4)], 9.0f32x4)", "f32", 4, A=a)


@pytest.mark.parametrize("order", ORDERS)
def test_concurrent_loops_give_the_same_in_any_order(order: str) -> None:
    nest = parse("""nest mm(A: f32[3, 5], B: f32[5, 4]) -> (C: f32[3, 4]) {
      parallel for i in 0..3 {
        vectorized for j in 0..4 {
          local t: f32
          t[] = 0.0f32
          for k in 0..5 { t[] = t[] + A[i, k] * B[k, j] }
          if i < 3 { C[i, j] = t[] } else { C[0, 0] = 0.0f32 }
        }
      }
    }""")
    rng = np.random.default_rng(1)
    arrays = {n: rng.normal(size=s).astype(np.float32) for n, s in (("A", (3, 5)), ("B", (5, 4)))}
    run(nest, arrays, order)
    np.testing.assert_allclose(arrays["C"], arrays["A"] @ arrays["B"], rtol=1e-5)


FAULTS = [
    ("B[4] = A[0]", r"B\[4\] is outside"),
    ("B[0] = A[-1]", r"A\[-1\] is outside"),
    ("B[ramp(1, 1, 4)] = 0.0f32x4", r"B\[\[1, 2, 3, 4\]\] is outside"),
    ("B[splat(1, 4)] = 0.0f32x4", "written by two lanes"),
    ("B[0] = B[1]", r"B\[1\] is read before it is written"),
    ("local t: f32[2] t[0] = 1.0f32 B[0] = t[1]", r"t\[1\] is read before it is written"),
    ("for i in 0..2 { local t: f32 if i == 0 { t[] = 1.0f32 } B[i] = t[] }", r"t\[\] is read before .*i = 1"),
    ("B[i64(1) // 0] = 1.0f32", "divides by zero"),
    ("parallel for i in 0..4 { B[0] = A[i] }", "written by iteration 1 of i and used by iteration 0"),
    ("for i in 0..4 { B[i] = A[i] } vectorized for i in 0..3 { B[i + 1] = B[i] }",
     "of i and used by iteration 0"),
    ("for i in 0..4 { B[i] = A[i] } parallel for i in 0..3 { B[i] = B[i + 1] }",
     "of i and used by iteration 0"),
    ("B[0] = A[0] parallel for i in 0..4 { local t: f32 t[] = B[0] if i == 3 { B[0] = t[] } }",
     "written by iteration 3 of i and used by several iterations"),
    ("B[0] = A[0]", "B is not written completely"),
]


@pytest.mark.parametrize(("body", "message"), FAULTS)
def test_what_a_nest_must_not_do_is_a_fault(body: str, message: str) -> None:
    nest = parse(f"nest f(A: f32[4]) -> (B: f32[4]) {{ {body} }}")
    with pytest.raises(NestFault, match=message):
        run(nest, {"A": np.arange(4, dtype=np.float32)})


def test_dependences_are_found_in_every_order() -> None:
    body = "B[0] = A[0] parallel for i in 0..3 { B[i + 1] = B[i] }"
    nest = parse(f"nest f(A: f32[4]) -> (B: f32[4]) {{ {body} }}")
    for order in ORDERS:
        with pytest.raises(NestFault):
            run(nest, {"A": np.arange(4, dtype=np.float32)}, order)


def test_storage_inside_a_parallel_iteration_is_its_own() -> None:
    nest = parse("""nest f(A: f32[4]) -> (B: f32[4]) {
      parallel for i in 0..4 { local t: f32 t[] = A[i] B[i] = t[] }
    }""")
    arrays = {"A": np.arange(4, dtype=np.float32)}
    run(nest, arrays)
    np.testing.assert_array_equal(arrays["A"], arrays["B"])


def test_arrays_must_fit_their_buffers() -> None:
    nest = parse("nest f(A: f32[4]) -> (B: f32) { B[] = A[0] }")
    with pytest.raises(ValueError, match="A is float64"):
        run(nest, {"A": np.zeros(4)})
    with pytest.raises(ValueError, match="no order 'sideways'"):
        run(nest, {"A": np.zeros(4, np.float32)}, "sideways")


def test_shuffles_pick_lanes_and_across_folds_them() -> None:
    """A shuffle picks from two vectors, `across` combines all lanes, `bits` keeps the bits."""
    nest = parse("""nest f(A: f32[8]) -> (D: f32[6]) {
  let a = A[ramp(0, 1, 4)]
  let b = A[ramp(4, 1, 4)]
  D[ramp(0, 1, 4)] = shuffle(a, b, 0, 4, 3, 7)
  D[4] = across.sum(a) - across.prod(b)
  D[5] = bits.f32(bits.i32(across.max(a)) ^ -2147483648i32 | (1i32 & 1i32 << 3i32 >> 3i32))
}
""")
    arrays = {"A": np.arange(8, dtype=np.float32)}
    run(nest, arrays)
    assert arrays["D"][:5].tolist() == [0, 4, 3, 7, 6 - 840]
    assert arrays["D"][5] == np.nextafter(np.float32(-3), np.float32(-4))
