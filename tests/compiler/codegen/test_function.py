"""Statements as C functions: readable, and with what they need handed over."""

import re
from pathlib import Path

import numpy as np
from support.packages import package
from txc.compiler.codegen.emit import Package
from txc.compiler.runtime.library import Function
from txc.compiler.runtime.toolchain import build_shared

PADDED = """
nest padded(X: f32[30]) -> (Y: f32[32]) {
  for i in 0..4 {
    Y[ramp(i * 8, 1, 8)] = select(((ramp(i * 8, 1, 8) >= splat(1, 8)) and (ramp(i * 8, 1, 8) < splat(31, 8))),
      X[(ramp(i * 8, 1, 8) - splat(1, 8))], splat(-1.0f32, 8))
  }
}
"""
INDICES = """
nest indices(A: f32[4, 6, 8], p: i64[4]) -> (Y: f32[4, 8], Z: i64[4]) {
  for i in 0..4 {
    for j in 0..8 {
      Y[i, j] = A[i, (j + 5) // 3, 7 - j]
    }
    Z[i] = ((p[i] * 3) // 4) + (p[i] % 8) + ((p[i] - i) // 3)
  }
}
"""
CAPTURED = """
nest captured(X: f32[8, 8]) -> (Y: f32[8, 8]) {
  local row: f32[8]
  let factor = (X[0, 0] + 1.0f32)
  let lanes = (X[1, ramp(0, 1, 4)] * splat(factor, 4))
  for i in 0..8 {
    for j in 0..8 {
      row[j] = (X[i, j] * factor)
    }
    parallel for j in 0..2 {
      Y[i, ramp(j * 4, 1, 4)] = (row[ramp(j * 4, 1, 4)] + lanes)
    }
  }
}
"""


def call(built: Package, folder: Path, *inputs: np.ndarray) -> tuple[np.ndarray, ...]:
    """Compile with all warnings and call once."""
    flags = ["-O1", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsanitize=undefined",
             "-fsanitize-undefined-trap-on-error"]
    result = Function(build_shared(built, folder, "gcc", flags), built.interface)(*inputs)
    return result if isinstance(result, tuple) else (result,)


def test_guarded_vectors_are_loaded_whole_where_no_lane_is_outside(tmp_path: Path) -> None:
    """A branch tests both ends of a vector; only at the borders lanes are chosen one by one."""
    built = package(PADDED, "cpu:x86-64-v3")
    source = built.files["padded.c"]
    assert "f32x8_load(X + i * 8 - 1)" in source and "for (int lane = 0; lane < 8; lane++)" in source
    x = np.arange(30, dtype=np.float32)
    (y,) = call(package(PADDED), tmp_path, x)
    np.testing.assert_array_equal(y, np.pad(x, 1, constant_values=-1))


def test_indices_are_tidy_sums(tmp_path: Path) -> None:
    """Row-major positions as one writes them; division floors, plainly where nothing is negative."""
    built = package(INDICES, "cpu:generic")
    source = built.files["indices.c"]
    assert "Y[i * 8 + j] = A[i * 48 + (j + 5) / 3 * 8 - j + 7];" in source
    assert re.search(r"i64_floordiv\([^;]*,\s+3\)", source) and ">> 2" in source and "& 7" in source
    a = np.random.default_rng(0).random((4, 6, 8)).astype(np.float32)
    p = np.array([-7, 9, -(1 << 63), (1 << 63) - 1])
    y, z = call(built, tmp_path, a, p)
    np.testing.assert_array_equal(y, [[a[i, (j + 5) // 3, 7 - j] for j in range(8)] for i in range(4)])
    wrapped = [(int(v) * 3 + (1 << 63)) % (1 << 64) - (1 << 63) for v in p]
    exact = [w // 4 + int(v) % 8 + ((int(v) - i + (1 << 63)) % (1 << 64) - (1 << 63)) // 3
             for i, (w, v) in enumerate(zip(wrapped, p, strict=True))]
    assert z.tolist() == exact


def test_regions_get_what_they_use(tmp_path: Path) -> None:
    """Loop variables, named values in lanes or not, and buffers of the stack around a parallel loop."""
    x = np.random.default_rng(0).integers(-4, 5, (8, 8)).astype(np.float32)
    (y,) = call(package(CAPTURED), tmp_path, x)
    factor = x[0, 0] + 1
    np.testing.assert_array_equal(y, x * factor + np.tile(x[1, :4] * factor, 2))


def test_little_parallel_loops_are_one_task_an_iteration() -> None:
    """The number of tasks is fixed: at most eight for each core, never more than iterations."""
    assert "captured_parallel(run, 2, captured_region0" in package(CAPTURED).files["captured.c"]


NAMED = """
nest named(X: f32[16], p: i32[4], flag: i32) -> (Y: f32[4]) {
  for i in 0..4 {
    let all = splat(X[i], 4)
    let some = X[ramp(0, 3, 4)]
    let other = select((flag[] > 0i32), some, all)
    Y[ramp(0, 1, 4)] = ((all * some) + other)
  }
}
"""


def test_a_value_is_declared_under_its_own_name() -> None:
    """No second name for one value: splats, gathers and choices are what the nest calls them."""
    body = package(NAMED).files["named.c"].partition("static int named_compute")[2]
    declared: list[str] = re.findall(r"^ +(?:const )?f32x4 (\w+)(?: =|;)", body, re.MULTILINE)
    assert declared == ["all", "some", "other"]
    assert not re.search(r"const f32x4 \w+ = \w+;", body)


def test_conditions_leave_out_what_always_holds() -> None:
    """Clang warns of `&& 1`: that the upper end of a window lies inside is known of its first row."""
    built = package("""
    nest window(X: f32[12]) -> (Y: f32[12, 2]) {
      for y in 0..12 {
        Y[y, ramp(0, 1, 2)] = select(ramp(y, 1, 2) >= splat(1, 2) and ramp(y, 1, 2) < splat(13, 2),
          X[ramp(y - 1, 1, 2)], splat(0.0f32, 2))
      }
    }""", "cpu:generic")
    text = built.files["window.c"]
    assert "if (y >= 1)" in text
    assert not re.search(r"(&&|\|\|) [01]\b|\b[01] (&&|\|\|)", text)


def test_what_one_block_does_not_read_another_may() -> None:
    """Registers of one name in two blocks have nothing to do with each other."""
    text = package("""
nest unread(X: f32[4]) -> (Y: f32[4]) {
  for i in 0..2 {
    register kept: f32[1]
    kept[0] = X[i]
    Y[i] = 1.0f32
  }
  for i in 0..2 {
    register kept: f32[1]
    kept[0] = X[i + 2]
    Y[i + 2] = kept[0]
  }
}
""").files["unread.c"]
    assert text.count("kept_0 = ") == 1
    assert "kept_0 = X[i + 2];" in text
