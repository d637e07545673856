"""Instructions of x86 that C has no operator for: each is one instruction, with gcc and with clang."""

import re
import subprocess
from pathlib import Path

import pytest
from support.packages import package
from support.tools import require_tool
from txc.compiler.codegen.emit import write
from txc.compiler.target.target import host

AT = "ramp(0, 1, LANES)"
NEST = "nest f(X: FROM[64], Z: FROM[64]) -> (Y: TO[64]) { Y[AT] = VALUE }".replace("AT", AT)
CASES = [(f"{name}(X[{AT}])", "f32", "f32", instruction) for name, instruction in (
    ("floor", "vroundps"), ("ceil", "vroundps"), ("round", "vroundps"), ("sqrt", "vsqrtps"))] + [
    (f"f32(X[{AT}])", "f16", "f32", "vcvtph2ps"), (f"f16(X[{AT}])", "f32", "f16", "vcvtps2ph"),
    (f"i32(X[{AT}])", "i8", "i32", "vpmovsxbd"), (f"i32(X[{AT}])", "u8", "i32", "vpmovzxbd"),
    (f"max(X[{AT}], Z[{AT}])", "f32", "f32", "vmaxps")]

pytestmark = pytest.mark.skipif("x86_64" not in host().features, reason="reads x86 assembly")


def instructions(value: str, origin: str, dtype: str, lanes: int, target: str, cc: str,
                 folder: Path) -> list[str]:
    """Those on vectors, without moves."""
    text = NEST.replace("FROM", origin).replace("TO", dtype).replace("VALUE", value)
    write(package(text.replace("LANES", str(lanes)), target), folder)
    command = [require_tool(cc), "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-S", "-o", "-",
               str(folder / "f.c")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [op for op in re.findall(r"^\s+(v\w+)\s", done.stdout, re.MULTILINE)
            if not re.match(r"vmov|vzero|vextract", op)]


@pytest.mark.parametrize("cc", ["gcc", "clang"])
@pytest.mark.parametrize(("value", "origin", "dtype", "instruction"), CASES)
def test_a_whole_vector_takes_one_instruction(tmp_path: Path, value: str, origin: str, dtype: str,
                                              instruction: str, cc: str) -> None:
    """Max takes a comparison and a choice besides, for NaN."""
    found = instructions(value, origin, dtype, 8, "cpu:x86-64-v3", cc, tmp_path)
    assert found.count(instruction) == 1
    assert len(found) <= (5 if value.startswith("max") else 1)


@pytest.mark.parametrize("cc", ["gcc", "clang"])
@pytest.mark.parametrize(("value", "origin", "dtype", "instruction"), CASES)
def test_vectors_of_64_bytes_compile(tmp_path: Path, value: str, origin: str, dtype: str, instruction: str,
                                     cc: str) -> None:
    """Compilers differ in these names."""
    found = instructions(value, origin, dtype, 16, "cpu:x86-64-v4", cc, tmp_path)
    assert any(op in found for op in (instruction, instruction.replace("vround", "vrndscale")))
