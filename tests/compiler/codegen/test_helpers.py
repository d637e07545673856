"""The small functions of generated C, called directly."""

import ctypes
import subprocess

import numpy as np
import pytest
from support.tools import require_tool
from txc.compiler.codegen.helpers import helper_section

CALLS = """
#include <math.h>
#include <stdint.h>
#include <string.h>
HELPERS
void widen(const uint16_t *a, float *f16, float *bf16, int n)
{
    for (int i = 0; i < n; i++) {
        f16[i] = f32_from_f16(a[i]);
        bf16[i] = f32_from_bf16(a[i]);
    }
}
void narrow(const float *a, uint16_t *f16, uint16_t *bf16, int n)
{
    for (int i = 0; i < n; i++) {
        f16[i] = f16_from_f32(a[i]);
        bf16[i] = bf16_from_f32(a[i]);
    }
}
void narrow64(const double *a, uint16_t *f16, int n)
{
    for (int i = 0; i < n; i++)
        f16[i] = f16_from_f32(f32_odd_from_f64(a[i]));
}
void to_int(const float *a, int8_t *i8, uint8_t *u8, int32_t *i32, int64_t *i64, int n)
{
    for (int i = 0; i < n; i++) {
        i8[i] = i8_from_f32(a[i]);
        u8[i] = u8_from_f32(a[i]);
        i32[i] = i32_from_f32(a[i]);
        i64[i] = i64_from_f32(a[i]);
    }
}
void divide(const int8_t *a, const int8_t *b, int8_t *q, int8_t *r, int n)
{
    for (int i = 0; i < n; i++) {
        q[i] = i8_floordiv(a[i], b[i]);
        r[i] = i8_floormod(a[i], b[i]);
    }
}
float extremes(float a, float b, int largest) { return largest ? f32_max(a, b) : f32_min(a, b); }
"""
PATTERNS = np.arange(65536, dtype=np.uint16)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The helpers, compiled with the undefined-behaviour sanitizer trapping."""
    folder = tmp_path_factory.mktemp("helpers")
    source, output = folder / "helpers.c", folder / "helpers.so"
    source.write_text(CALLS.replace("HELPERS", helper_section(CALLS)))
    flags = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC",
             "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"]
    command = [require_tool("gcc"), *flags, str(source), "-o", str(output), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(output))


def call(library: ctypes.CDLL, name: str, *arrays: np.ndarray) -> None:
    library[name](*(ctypes.c_void_p(a.ctypes.data) for a in arrays), len(arrays[0]))


def test_every_16_bit_float_is_read_exactly(library: ctypes.CDLL) -> None:
    """All 65536 patterns of both formats: subnormals, infinities and NaN among them."""
    f16, bf16 = np.empty(65536, np.float32), np.empty(65536, np.float32)
    call(library, "widen", PATTERNS, f16, bf16)
    np.testing.assert_array_equal(f16, PATTERNS.view(np.float16).astype(np.float32))
    np.testing.assert_array_equal(bf16, (PATTERNS.astype(np.uint32) << 16).view(np.float32))


def test_every_16_bit_float_is_written_back(library: ctypes.CDLL) -> None:
    """What was read is written as the same bits; a NaN stays a NaN."""
    f16, bf16 = np.empty_like(PATTERNS), np.empty_like(PATTERNS)
    halves = PATTERNS.view(np.float16).astype(np.float32)
    call(library, "narrow", halves, f16, bf16)
    numbers = ~np.isnan(halves)
    np.testing.assert_array_equal(f16[numbers], PATTERNS[numbers])
    assert np.isnan(f16[~numbers].view(np.float16)).all()
    brains = (PATTERNS.astype(np.uint32) << 16).view(np.float32)
    call(library, "narrow", brains, f16, bf16)
    numbers = ~np.isnan(brains)
    np.testing.assert_array_equal(bf16[numbers], PATTERNS[numbers])
    assert np.isnan((bf16[~numbers].astype(np.uint32) << 16).view(np.float32)).all()


def between() -> np.ndarray:
    """The point between each two neighbouring halves, and its neighbours on both sides, of both signs."""
    halves = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float32)
    middle = ((halves[:-1].astype(np.float64) + halves[1:]) / 2).astype(np.float32)
    near = [middle, np.nextafter(middle, np.float32(np.inf)), np.nextafter(middle, np.float32(0))]
    ends = np.array([65519.996, 65520, 1e30, 2.0**-25, 2.0**-26, 1e-45], np.float32)
    values = np.concatenate([*near, ends])
    return np.concatenate([values, -values])


def test_rounding_to_f16_is_to_nearest_even(library: ctypes.CDLL) -> None:
    """At and beside every point where the result changes, from f32 and, rounding once, from f64."""
    values = between()
    f16, bf16 = np.empty(len(values), np.uint16), np.empty(len(values), np.uint16)
    call(library, "narrow", values, f16, bf16)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(f16, values.astype(np.float16).view(np.uint16))
        fine = values.astype(np.float64) * np.array([1 - 2.0**-40, 1, 1 + 2.0**-40])[:, None]
        wanted = fine.astype(np.float16).view(np.uint16)
    for row, bits in zip(fine, wanted, strict=True):
        call(library, "narrow64", np.ascontiguousarray(row), f16)
        np.testing.assert_array_equal(f16, bits)


def test_rounding_to_bf16_is_to_nearest_even(library: ctypes.CDLL) -> None:
    """Halfway values go to the even neighbour, others to the nearest; too large ones to infinity."""
    bits = np.array([0x3F808000, 0x3F818000, 0x3F808001, 0x3F807FFF, 0x7F7FFFFF, 0x8000], np.uint32)
    f16, bf16 = np.empty(6, np.uint16), np.empty(6, np.uint16)
    call(library, "narrow", bits.view(np.float32), f16, bf16)
    assert [hex(b) for b in bf16] == ["0x3f80", "0x3f82", "0x3f81", "0x3f80", "0x7f80", "0x0"]


def test_float_to_integer_saturates(library: ctypes.CDLL) -> None:
    """Truncated toward zero, clamped to the type, NaN gives 0."""
    values = np.array([1.9, -1.9, 127.5, 128, -128.9, -129, 255.9, 256, 3e9, -3e9, 1e19, -1e19, np.inf,
                       -np.inf, np.nan, 2147483520, 2147483648, 9223371487098961920], np.float32)
    n = len(values)
    outputs = [np.empty(n, t) for t in (np.int8, np.uint8, np.int32, np.int64)]
    call(library, "to_int", values, *outputs)
    for output in outputs:
        limits = np.iinfo(output.dtype)
        inside = [0.0 if v != v else min(max(v, limits.min), limits.max) for v in map(float, values)]
        assert output.tolist() == [min(int(v), limits.max) for v in inside]


def test_division_floors(library: ctypes.CDLL) -> None:
    """Every pair of bytes divides as in Python; -128 // -1 wraps."""
    a, b = (x.ravel().astype(np.int8) for x in np.meshgrid(np.arange(-128, 128), np.arange(-128, 128)))
    a, b = a[b != 0], b[b != 0]
    q, r = np.empty_like(a), np.empty_like(a)
    call(library, "divide", a, b, q, r)
    wide = a.astype(int), b.astype(int)
    np.testing.assert_array_equal(q, (wide[0] // wide[1]).astype(np.int8))
    np.testing.assert_array_equal(r, wide[0] % wide[1])


@pytest.mark.parametrize("largest", [0, 1])
def test_extremes_propagate_nan(library: ctypes.CDLL, largest: int) -> None:
    """NaN on either side gives NaN; numbers compare."""
    library.extremes.restype = ctypes.c_float
    library.extremes.argtypes = [ctypes.c_float, ctypes.c_float, ctypes.c_int]
    nan = float("nan")
    assert np.isnan(library.extremes(nan, 1.0, largest)) and np.isnan(library.extremes(1.0, nan, largest))
    assert library.extremes(-2.0, 3.0, largest) == (3.0 if largest else -2.0)


def test_a_section_holds_what_its_functions_call() -> None:
    """Only what is used is there, and nothing where nothing is."""
    assert helper_section("x = a + b;") == ""
    assert "f16_from_f32(float" in helper_section("f16_from_f32(x)")
    assert "bf16" not in helper_section("f16_from_f32(x)")


