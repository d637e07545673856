"""The C that measures: it compiles without a warning for every vector width, and does what it says."""

import subprocess
from pathlib import Path

import pytest
from support.tools import require_tool
from txc.compiler.limits.source import kinds, source
from txc.compiler.target.target import host, parse


def compiled(target: str, compiler: str, folder: Path) -> str:
    """What a compiler says about the source for a target."""
    file = folder / "limits.c"
    file.write_text(source(parse(target)))
    flags = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-c", "-o", str(folder / "limits.o")]
    done = subprocess.run([require_tool(compiler), *flags, str(file)], capture_output=True, text=True)
    return done.stderr if done.returncode or done.stderr else ""


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("target", ["cpu:generic", "cpu:zen3", "cpu:zen3+avx_vnni", "cpu:emeraldrapids"])
def test_it_compiles_for_every_vector_width_and_dot_product(target: str, compiler: str, tmp_path: Path):
    if target != "cpu:generic" and "x86_64" not in host().features:
        pytest.skip("for x86")
    assert compiled(target, compiler, tmp_path) == ""


@pytest.mark.parametrize("target", ["cpu:aarch64", "cpu:neoverse-v1"])
def test_it_compiles_for_arm(target: str, tmp_path: Path):
    assert compiled(target, "aarch64-linux-gnu-gcc", tmp_path) == ""


@pytest.mark.parametrize(("target", "operations"), [
    ("cpu:generic", {"f32": 2 * 4 * 12, "f64": 2 * 2 * 12}),
    ("cpu:zen3", {"f32": 2 * 8 * 12, "f64": 2 * 4 * 12, "i8": 2 * 16 * 12}),
    ("cpu:skylake-avx512", {"f32": 2 * 16 * 24, "f64": 2 * 8 * 24, "i8": 2 * 32 * 24}),
    ("cpu:emeraldrapids", {"f32": 2 * 16 * 24, "f64": 2 * 8 * 24, "i8": 2 * 64 * 24}),
    ("cpu:neoverse-n1", {"f32": 2 * 4 * 24, "f64": 2 * 2 * 24, "i8": 2 * 16 * 24})])
def test_operations_of_a_turn_are_two_for_each_lane_of_each_sum(target: str, operations: dict[str, int]):
    assert {k.name: k.operations for k in kinds(parse(target))} == operations
