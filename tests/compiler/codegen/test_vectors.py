"""What compilers make of generated vector code: contraction and register width, whatever the flags."""

import re
import subprocess
from pathlib import Path

import pytest
from support.packages import package
from support.tools import require_tool
from txc.compiler.codegen.emit import write
from txc.compiler.codegen.vectors import section
from txc.compiler.target.target import host

TILE = """
nest tile(A: f32[2, 64], B: f32[64, 32]) -> (C: f32[2, 32]) {
  register acc: f32x16[2, 2]
  INIT
  for k in 0..64 {
    let b0 = B[k, ramp(0, 1, 16)]
    let b1 = B[k, ramp(16, 1, 16)]
    UPDATE
  }
  STORE
}
"""
CELLS = [(i, j) for i in range(2) for j in range(2)]
TEXT = (TILE.replace("INIT", "\n".join(f"acc[{i}, {j}] = splat(0.0f32, 16)" for i, j in CELLS))
        .replace("UPDATE", "\n".join(f"acc[{i}, {j}] = (acc[{i}, {j}] + (splat(A[{i}, k], 16) * b{j}))"
                                     for i, j in CELLS))
        .replace("STORE", "\n".join(f"C[{i}, ramp({16 * j}, 1, 16)] = acc[{i}, {j}]" for i, j in CELLS)))

pytestmark = pytest.mark.skipif("x86_64" not in host().features, reason="reads x86 assembly")


def assembly(folder: Path, target: str, cc: str, *flags: str) -> str:
    """The assembly of the tile."""
    write(package(TEXT, target), folder)
    command = [require_tool(cc), *flags, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-S", "-o", "-",
               str(folder / "tile.c")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("flags", [["-O2"], ["-O2", "-std=c99"], ["-O3"]])
@pytest.mark.parametrize(("cc", "target", "register", "updates"), [
    ("gcc", "cpu:x86-64-v3", "ymm", 8), ("clang", "cpu:x86-64-v3", "ymm", 8),
    ("gcc", "cpu:x86-64-v4", "zmm", 4), ("clang", "cpu:x86-64-v4", "zmm", 4)])
def test_multiply_add_is_one_operation(tmp_path: Path, cc: str, target: str, register: str, updates: int,
                                       flags: list[str]) -> None:
    """One fused operation on whole registers for each accumulator, also with -std=c99; nothing is spilt."""
    text = assembly(tmp_path, target, cc, *flags)
    fused = re.findall(rf"vfmadd\d+ps\s.*%{register}", text)
    assert len(fused) >= updates and len(fused) % updates == 0
    assert not re.findall(rf"%{register}\d+, -?\d*\(%rsp\)", text)


def test_a_section_holds_what_is_used() -> None:
    """Types and operations of the code, each in both forms; nothing where no vector is."""
    assert section("x = y;") == ""
    text = section("f32x8_store(p, f32x8_add(a, b));")
    assert text.count("f32x8_add(") == 2 and text.count("f32x8_store(") == 2
    assert "f32x8_mul" not in text and "f64" not in text


RELU = """
nest relu(X: f32[8]) -> (Y: f32[8]) {
  Y[ramp(0, 1, 8)] = max(X[ramp(0, 1, 8)], splat(0.0f32, 8))
}
"""


@pytest.mark.parametrize("cc", ["gcc", "clang"])
@pytest.mark.parametrize("text", [RELU, RELU.replace("max(", "min(")])
def test_an_extreme_with_a_number_is_cheap(tmp_path: Path, cc: str, text: str) -> None:
    """One comparison, whose result picks, or one instruction: NaN needs no test of its own."""
    write(package(text, "cpu:x86-64-v3"), tmp_path)
    command = [require_tool(cc), "-O2", "-S", "-o", "-", str(tmp_path / "relu.c")]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    on_vectors = re.findall(r"^\s+(v\w+)\s.*%ymm", lines, re.MULTILINE)
    compute = [op for op in on_vectors if not op.startswith(("vmov", "vxor"))]
    assert compute in (["vcmpltps", "vpandn"], ["vcmpltps", "vpand"], ["vmaxps"], ["vminps"])
